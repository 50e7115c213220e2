"""Whether a desk can serve: what must be there before anything can be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.desk import Desk
from monitor.records.errors import MonitorError

PARTS: Mapping[str, Callable[[Desk], object]] = {
    "database": lambda desk: desk.store.ping(),
    "guideline": lambda desk: desk.guideline,
    "models": lambda desk: desk.classifiers,
}


def troubles(desk: Desk) -> dict[str, MonitorError]:
    """Open each part of `PARTS`; return what is wrong with those that cannot be used."""
    found: dict[str, MonitorError] = {}
    for part, use in PARTS.items():
        try:
            use(desk)
        except MonitorError as error:
            found[part] = error
    return found
