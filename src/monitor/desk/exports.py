"""Exports: the stored articles that pass filters, with all that is kept of them, as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.desk.archive import fill_index
from monitor.desk.error_rates import error_rates
from monitor.desk.published import guard_of, with_names
from monitor.errors import UsageError
from monitor.shapes import time_json

if TYPE_CHECKING:
    from monitor.core import Monitor
    from monitor.corpus import ExportFormat, ExportReport, Policy
    from monitor.corpus.facts import Read
    from monitor.recorded import Recorded
    from monitor.store.articles import Filters


def export(
    monitor: Monitor,
    directory: Path,
    *,
    format: ExportFormat,
    policy: Policy | None = None,
    filters: Mapping[str, Any] | None = None,
    report: Callable[[int], None] | None = None,
    read: Read | None = None,
    created: datetime | None = None,
    key: Path | None = None,
) -> ExportReport:
    """Write the stored articles that pass `filters` (fields of `Filters`) to `directory`.

    `report` is told how many more were written. With `read` they are written as they were at its
    moment, and said to be `created` then. Names of articles that are withheld go into the file
    `key`, nowhere without one. Raises `UsageError` for an unknown filter and for a moment to come,
    `NotFound` for a story that there is not.
    """
    from monitor import corpus

    given = {name: value for name, value in (filters or {}).items() if value is not None}
    now = monitor.now()
    if read is not None and read.moment > now:
        raise UsageError(f"{time_json(read.moment)} is to come: what will be then is not known")
    how = _counted(monitor, given, read or read_now(monitor, now))
    policy = policy or corpus.Policy()
    records = chosen(monitor, given, how, live=read is None)
    return corpus.export(
        records if policy.restricted else with_names(monitor, records),
        directory,
        format=format,
        policy=policy,
        filters=filters_json(given),
        now=now if read is None else created,
        report=report,
        about=monitor.settings.export,
        measured=partial(error_rates, monitor),
        read=how,
        guard=None if policy.restricted else guard_of(monitor, given),
        key=key,
    )


def read_now(monitor: Monitor, now: datetime) -> Read:
    """Return that the desk is read as it is now, by the stamps in force."""
    from monitor.corpus.facts import Read

    return Read(now, monitor.stamps, monitor.stories_stamp)


def _counted(monitor: Monitor, given: Mapping[str, Any], read: Read) -> Read:
    """Return how the desk is read, with how much of those days was forgotten, and nothing lost."""
    bounds = {name: given.get(name) for name in ("since", "until", "outlet")}
    forgotten = monitor.store.count_forgotten(**bounds, moment=read.moment)
    return replace(read, forgotten=forgotten, lost=Counter())


def chosen(
    monitor: Monitor, given: Mapping[str, Any], read: Read, *, live: bool = True
) -> Iterator[Recorded]:
    """Return the articles that pass filters as of a moment (`live`: now), oldest sight first."""
    filters = make_filters(monitor, given, read.stories, live=live)
    return monitor.store.recorded(
        read.stamps,
        filters,
        stories_stamp=read.stories,
        moment=read.moment,
        live=live,
        lost=read.lost,
    )


def make_filters(
    monitor: Monitor, given: Mapping[str, Any], stories_stamp: str, *, live: bool = True
) -> Filters:
    """Return filters by their names; what is searched for can be found by all that is stored.

    Raises `UsageError` for an unknown filter, `NotFound` for a story that there is not.
    """
    from monitor.store.articles import Filters, searched

    try:
        filters = Filters(**given, stories_stamp=stories_stamp)
    except TypeError as error:
        raise UsageError(f"no such filter among {', '.join(sorted(given))}") from error
    find_story(monitor, filters.story, stories_stamp)
    if live and searched(filters) is not None:
        fill_index(monitor)
    return filters


def find_story(monitor: Monitor, story: str | None, stories_stamp: str = "") -> None:
    """Raise `NotFound` for a story that there is not, by the rule in force or of that stamp."""
    stamp = stories_stamp or monitor.stories_stamp
    if story is not None:
        monitor.store.story_members(stamp, story)


def filters_json(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters as JSON has them: times in UTC, lists for tuples."""
    return {name: _json(value) for name, value in given.items()}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_json(value)
    if isinstance(value, date):
        return value.isoformat()
    return [_json(one) for one in value] if isinstance(value, tuple) else value
