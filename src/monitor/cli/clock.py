"""Whether the machine's clock can be trusted: what is due, and what day it is, hang on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor.cli.doctor_check import Check, Setup
from monitor.desk import utc_now

_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that says less is wrong: this program is newer."""
_TOO_LATE = datetime(2100, 1, 1, tzinfo=UTC)
_DRIFT_S = 2.0
"""Clocks are slewed by thousandths; one that is off by so much within seconds was set."""


def examine_clock(
    setup: Setup,
    *,
    now: Callable[[], datetime] = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Check]:
    """See whether the year can be, the clock runs evenly, and the desk's time zone is known.

    How evenly is seen over the examination: the wall clock against one that nobody can set.
    """
    if not _BUILT <= setup.now < _TOO_LATE:
        yield Check("clock", "fault", f"the year is {setup.now.year}", "set the machine's clock")
        return
    if setup.monotonic is not None:
        passed = monotonic() - setup.monotonic
        jump = (now() - setup.now).total_seconds() - passed
        if abs(jump) > _DRIFT_S:
            found = f"it moved by {jump:+.0f} s in {passed:.0f} s besides running: somebody sets it"
            yield Check("clock", "warning", found, "let one time service set it (NTP)")
    zone = ZoneInfo(setup.settings.timezone)
    here = setup.now.astimezone(zone)
    yield Check("clock", "ok", f"{here:%Y-%m-%d %H:%M} in {setup.settings.timezone}")
