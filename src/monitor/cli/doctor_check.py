"""What an examination looks at, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from monitor.settings import Settings

Status = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: of which `part`, what was `found`, and what to do about it.

    A `warning` is what a desk can work with for now; with a `fault` something is not done.
    """

    part: str
    status: Status
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """What is examined: settings, the file they are from (`None`: defaults), and the time.

    `monotonic` is what the clock that nobody sets said at `now`, in seconds; `None`: not known.
    """

    settings: Settings
    file: Path | None
    now: datetime
    monotonic: float | None = None
