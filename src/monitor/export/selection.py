"""Selecting the stored articles of an export, with their hidden names and who may be identified."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from monitor.records.errors import UsageError
from monitor.records.json_shapes import time_json

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.export.columns import ExportFormat
    from monitor.export.export_facts import Read
    from monitor.export.exporter import ExportReport
    from monitor.export.identification_risk import DisclosureRules
    from monitor.export.publication import PublicationPolicy
    from monitor.records.article_record import FullRecord

KEY = "export"
_PAGE = 100


def export(
    desk: Desk,
    directory: Path,
    *,
    format: ExportFormat,
    policy: PublicationPolicy | None = None,
    filters: Mapping[str, Any] | None = None,
    report: Callable[[int], None] | None = None,
    read: Read | None = None,
    created: datetime | None = None,
    key: Path | None = None,
) -> ExportReport:
    """Write the stored articles that pass `filters` (fields of `ArticleFilter`) to `directory`.

    `report` is told how many more were written. With `read` they are written as they were at its
    moment, and said to be `created` then. Names of articles that are withheld go into the file
    `key`, nowhere without one. Raises `UsageError` for an unknown filter and for a moment to come,
    `NotFound` for a story that there is not.
    """
    from monitor.export.error_rates import desk_error_rates
    from monitor.export.exporter import export as write_export
    from monitor.export.publication import PublicationPolicy

    given = {name: value for name, value in (filters or {}).items() if value is not None}
    now = desk.now()
    if read is not None and read.moment > now:
        raise UsageError(f"{time_json(read.moment)} is to come: what will be then is not known")
    how = read or read_at(desk, now)
    bounds = {name: given.get(name) for name in ("since", "until", "outlet")}
    forgotten = desk.store.count_forgotten(**bounds, moment=how.moment)
    how = replace(how, forgotten=forgotten, lost=Counter())
    policy = policy or PublicationPolicy()
    records = chosen(desk, given, how, live=read is None)
    return write_export(
        records if policy.restricted else with_names(desk, records),
        directory,
        format=format,
        policy=policy,
        filters=filters_json(given),
        now=now if read is None else created,
        report=report,
        about=desk.settings.export,
        measured=partial(desk_error_rates, desk),
        read=how,
        guard=None if policy.restricted else guard_of(desk, given),
        key=key,
    )


def read_at(desk: Desk, moment: datetime) -> Read:
    """Return that the desk is read as it was at a moment, by the stamps in force."""
    from monitor.export.export_facts import Read

    stamps, stories = desk.stamps, desk.stories_stamp
    then = {now: then for then, now in desk.store.present_stamps(after=moment).items()}
    return Read(moment, tuple(then.get(one, one) for one in stamps), then.get(stories, stories))


def chosen(
    desk: Desk, given: Mapping[str, Any], read: Read, *, live: bool = True
) -> Iterator[FullRecord]:
    """Return the articles that pass filters as of a moment (`live`: now), oldest sight first.

    What is searched for can be found by all that is stored. Raises `UsageError` for an unknown
    filter, `NotFound` for a story that there is not.
    """
    from monitor.storage.article_filter import ArticleFilter

    desk.carried((*desk.stamps, desk.stories_stamp))  # not while they are read
    present = desk.store.present_stamps()
    stories = present.get(read.stories, read.stories)
    then = {present.get(stamp, stamp): stamp for stamp in read.stamps}
    try:
        filters = ArticleFilter(**given, stories_stamp=stories)
    except TypeError as error:
        raise UsageError(f"no such filter among {', '.join(sorted(given))}") from error
    if filters.story is not None:
        desk.store.story_members(stories or desk.stories_stamp, filters.story)
    if live and filters.needs_search:
        from monitor.archive.articles_found import fill_index

        fill_index(desk)
    records = desk.store.recorded(
        tuple(then), filters, stories_stamp=stories, moment=read.moment, live=live, lost=read.lost
    )

    def called(one: FullRecord) -> FullRecord:
        """Return a record with the stamps that it was asked for by."""
        stamps = tuple(then[stamp] for stamp in one.assessed.stamps)
        return replace(one, assessed=replace(one.assessed, stamps=stamps))

    return map(called, records)


def filters_json(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters as JSON has them: times in UTC, lists for tuples."""

    def told(day: date) -> str | None:
        return time_json(day) if isinstance(day, datetime) else day.isoformat()

    return dict(json.loads(json.dumps(dict(given), default=told)))


def guard_of(desk: Desk, filters: Mapping[str, Any]) -> DisclosureRules:
    """Return what this desk knows of people: its rules on them, and its own secret.

    Those guidelines judge that tell of all by whom somebody can be known, as loudly as they may:
    none where the desk has put any of those rules off, or made them suggestions. The secret is the
    store's and stays, so that ids are the same in every export of a desk; on a disk that can only
    be read, where none was made before, it is this export's alone.
    """
    from monitor.export.identification_risk import DisclosureRules
    from monitor.rules.loading import identifying, protecting

    check, store, heads = desk.settings.check, desk.store, desk.heads
    low: dict[str, set[str]] = {}
    for ruling in desk.in_force.rulings if check.disable or check.severity else ():
        suggested = (rule for rule, level in ruling.severity.items() if level == "suggestion")
        low[ruling.guideline.id] = {*ruling.disable, *suggested}
    return DisclosureRules(
        identifying=frozenset().union(*map(identifying, heads)),
        judges=frozenset(
            one.id
            for one in heads
            if (rules := protecting(one)) and rules.isdisjoint(low.get(one.id, ()))
        ),
        known=frozenset(one.id for one in heads),
        asked=filters.get("query") or "",
        secret=(store.known_key(KEY) or token_hex(32)) if store.read_only else store.key(KEY),
    )


def with_names(desk: Desk, records: Iterable[FullRecord]) -> Iterator[FullRecord]:
    """Yield records with which names are hidden, as the code of today tells them.

    Articles that it has not looked through yet are looked through, however many there are, and what
    was found is stored, where it can be: an export that was killed goes on where it was.
    """
    rest, store = iter(records), desk.store
    while page := list(islice(rest, _PAGE)):
        wanted = [one.assessed.article for one in page]
        due = []
        if not store.read_only:  # else they are looked through once more each time
            known = store.masks((one.id, one.sha256) for one in wanted)
            done = {key for key, mask in known.items() if mask.stamp in (desk.names_stamp, "")}
            words = [one for one in wanted if one.title or one.text]
            due = [one for one in words if (one.id, one.sha256) not in done]
        if due:
            from monitor.archive.names_on_request import AT_ONCE, complete, look_through

            for start in range(0, len(due), AT_ONCE):
                some = due[start : start + AT_ONCE]
                store.record_masks(look_through(desk, some), desk.now())
                complete(desk, [one.id for one in some])
        found = desk.shown(wanted, patient=True)
        yield from (replace(one, shown=found[one.assessed.article.id]) for one in page)
