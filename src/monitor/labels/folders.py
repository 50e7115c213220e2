"""Where the data folders that come along are: of the checkout, else of the installed wheel."""

from __future__ import annotations

from pathlib import Path


def data_dir(kind: str) -> Path:
    """Return the folder `guidelines` or `models`: of the checkout, else of the installed wheel."""
    here = Path(__file__).resolve().parents[1]
    checkout = here.parent.parent / kind
    return checkout if checkout.is_dir() else here / "_data" / kind
