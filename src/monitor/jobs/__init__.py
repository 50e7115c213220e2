"""Jobs over a `Desk`, one module each."""

from __future__ import annotations
