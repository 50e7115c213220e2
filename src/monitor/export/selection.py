"""Selecting the stored articles of an export, with their hidden names and who may be identified."""

from __future__ import annotations

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
    from monitor.records.article import Article
    from monitor.records.article_record import FullRecord
    from monitor.rules.guideline_heads import GuidelineHead
    from monitor.storage.article_filter import ArticleFilter

KEY = "export"
_PAGE = 100
_AT_ONCE = 16
"""Articles looked through in one transaction: half a second's work."""


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
    """Return the articles that pass filters as of a moment (`live`: now), oldest sight first."""
    desk.carried((*desk.stamps, desk.stories_stamp))  # not while they are read
    present = desk.store.present_stamps()
    stories = present.get(read.stories, read.stories)
    then = {present.get(stamp, stamp): stamp for stamp in read.stamps}
    records = desk.store.recorded(
        tuple(then),
        make_filters(desk, given, stories, live=live),
        stories_stamp=stories,
        moment=read.moment,
        live=live,
        lost=read.lost,
    )
    for one in records:  # with the stamps that they were asked for by
        stamps = tuple(then[stamp] for stamp in one.assessed.stamps)
        yield replace(one, assessed=replace(one.assessed, stamps=stamps))


def make_filters(
    desk: Desk, given: Mapping[str, Any], stories_stamp: str, *, live: bool = True
) -> ArticleFilter:
    """Return filters by their names; what is searched for can be found by all that is stored.

    Raises `UsageError` for an unknown filter, `NotFound` for a story that there is not.
    """
    from monitor.storage.article_filter import ArticleFilter

    try:
        filters = ArticleFilter(**given, stories_stamp=stories_stamp)
    except TypeError as error:
        raise UsageError(f"no such filter among {', '.join(sorted(given))}") from error
    find_story(desk, filters.story, stories_stamp)
    if live and filters.needs_search:
        from monitor.archive.articles_found import fill_index

        fill_index(desk)
    return filters


def find_story(desk: Desk, story: str | None, stories_stamp: str = "") -> None:
    """Raise `NotFound` for a story that there is not, by the rule in force or of that stamp."""
    stamp = stories_stamp or desk.stories_stamp
    if story is not None:
        desk.store.story_members(stamp, story)


def filters_json(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return filters as JSON has them: times in UTC, lists for tuples."""
    return {name: _json(value) for name, value in given.items()}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_json(value)
    if isinstance(value, date):
        return value.isoformat()
    return [_json(one) for one in value] if isinstance(value, tuple) else value


# Hidden names, and rules on identification ---------------------------------------------------


def guard_of(desk: Desk, filters: Mapping[str, Any]) -> DisclosureRules:
    """Return what this desk knows of people: its rules on them, and its own secret.

    The secret is the store's and stays, so that ids are the same in every export of a desk; on a
    disk that can only be read, where none was made before, it is this export's alone.
    """
    from monitor.export.identification_risk import DisclosureRules
    from monitor.rules.guideline_heads import identifying

    check, store = desk.settings.check, desk.store
    settings = {
        ruling.guideline.id: (ruling.disable, ruling.severity)
        for ruling in (desk.in_force.rulings if check.disable or check.severity else ())
    }
    return DisclosureRules(
        identifying=frozenset().union(*map(identifying, desk.heads)),
        judges=frozenset(one.id for one in desk.heads if _judges(one, *settings.get(one.id, ()))),
        known=frozenset(one.id for one in desk.heads),
        asked=filters.get("query") or "",
        secret=(store.known_key(KEY) or token_hex(32)) if store.read_only else store.key(KEY),
    )


def _judges(
    guideline: GuidelineHead, disable: Iterable[str] = (), severity: Mapping[str, str] | None = None
) -> bool:
    """Whether a guideline tells of all by whom somebody can be known, as loudly as it may.

    Not where the desk has put any of those rules off, or made them suggestions.
    """
    from monitor.rules.guideline_heads import protecting

    rules = protecting(guideline)
    low = {rule for rule, level in (severity or {}).items() if level == "suggestion"}
    return bool(rules) and rules.isdisjoint({*disable, *low})


def with_names(desk: Desk, records: Iterable[FullRecord]) -> Iterator[FullRecord]:
    """Yield records with which names are hidden, as the code of today tells them.

    Articles that it has not looked through yet are looked through, however many there are, and what
    was found is stored, where it can be: an export that was killed goes on where it was.
    """
    rest = iter(records)
    while page := list(islice(rest, _PAGE)):
        wanted = [one.assessed.article for one in page]
        if not desk.store.read_only:  # else they are looked through once more each time
            _look_through(desk, wanted)
        found = desk.shown(wanted, patient=True)
        yield from (replace(one, shown=found[one.assessed.article.id]) for one in page)


def _look_through(desk: Desk, wanted: list[Article]) -> None:
    stamp = desk.names_stamp
    known = desk.store.masks((one.id, one.sha256) for one in wanted)
    done = {key for key, mask in known.items() if mask.stamp in (stamp, "")}
    due = [one for one in wanted if (one.id, one.sha256) not in done and (one.title or one.text)]
    if not due:
        return
    from monitor.archive.names_on_request import complete, look_through

    for start in range(0, len(due), _AT_ONCE):
        some = due[start : start + _AT_ONCE]
        desk.store.record_masks(look_through(desk, some), desk.now())
        complete(desk, [one.id for one in some])
