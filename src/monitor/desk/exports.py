"""Exports: the stored articles that pass filters, with all that is kept of them, as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.desk.archive import fill_index
from monitor.desk.error_rates import error_rates
from monitor.errors import NotFound, UsageError
from monitor.shapes import time_json

if TYPE_CHECKING:
    from monitor.core import Monitor
    from monitor.corpus import ExportFormat, ExportReport, Policy
    from monitor.recorded import Recorded
    from monitor.store.filters import Filters


def export(
    monitor: Monitor,
    directory: Path,
    *,
    format: ExportFormat,
    policy: Policy | None = None,
    filters: Mapping[str, Any] | None = None,
    report: Callable[[int], None] | None = None,
) -> ExportReport:
    """Write the stored articles that pass `filters` (fields of `Filters`) to `directory`.

    `report` is told how many more were written. Raises `UsageError` for an unknown filter,
    `NotFound` for a story that there is not.
    """
    from monitor import corpus

    given = {name: value for name, value in (filters or {}).items() if value is not None}
    return corpus.export(
        chosen(monitor, given),
        directory,
        format=format,
        policy=policy or corpus.Policy(),
        filters=filters_json(given),
        now=monitor.now(),
        report=report,
        about=monitor.settings.export,
        measured=partial(error_rates, monitor),
    )


def chosen(monitor: Monitor, given: Mapping[str, Any]) -> Iterator[Recorded]:
    """Return the articles that pass filters, oldest sight first."""
    filters = make_filters(monitor, given)
    store, stamps = monitor.store, monitor.stamps
    return store.recorded(stamps, filters, stories_stamp=monitor.stories_stamp)


def make_filters(monitor: Monitor, given: Mapping[str, Any]) -> Filters:
    """Return filters by their names; what is searched for can be found by all that is stored.

    Raises `UsageError` for an unknown filter, `NotFound` for a story that there is not.
    """
    from monitor.store.filters import Filters, searched

    try:
        filters = Filters(**given, stories_stamp=monitor.stories_stamp)
    except TypeError as error:
        raise UsageError(f"no such filter among {', '.join(sorted(given))}") from error
    find_story(monitor, filters.story)
    if searched(filters) is not None:
        fill_index(monitor)
    return filters


def find_story(monitor: Monitor, story: str | None) -> None:
    """Raise `NotFound` for a story that there is not; `None` is no story."""
    if story is not None and not monitor.store.kept_stories(monitor.stories_stamp, [story]):
        raise NotFound(f"no story '{story}'")


def filters_json(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters as JSON has them: times in UTC, lists for tuples."""
    return {name: _json(value) for name, value in given.items()}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_json(value)
    return [_json(one) for one in value] if isinstance(value, tuple) else value
