"""What was changed between an export and what came back, in words that reviews have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.corpus.annotations import EXPLOITATION, FINDING, PLACE, Named, parse_name
from monitor.corpus.corrections import Corrected, Place, place_of
from monitor.errors import DataError, UsageError
from monitor.labels import ONE, SCHEMES, check_labels
from monitor.types import INDICATORS, FieldName, Verdict

Spot = tuple[str, FieldName, int, int]
"""A flag: its rule, and where it is in a field."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a person says by what was changed.

    `tags` has all labels that hold now of each scheme that was changed, `wrong` the flags that were
    taken away. `untold` says in words what a review cannot say.
    """

    verdict: Verdict | None = None
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wrong: tuple[Spot, ...] = ()
    untold: tuple[str, ...] = ()


def compare(corrected: Corrected) -> Changes:
    """Return what was changed. Raises `DataError` for a mark whose name is no label."""
    before = {place_of(mark) for mark in corrected.exported}
    named = _named(corrected, before)
    was = {name: named[name] for name, _, _ in before}
    now = {name: named[name] for name, _, _ in corrected.marks}
    untold: list[str] = []
    tags = {}
    for scheme in sorted({one.scheme for one in (*was.values(), *now.values())} - {FINDING}):
        old, new = _labels(was.values(), scheme), _labels(now.values(), scheme)
        if old == new or (corrected.fresh and not new):
            continue
        if words := _unsayable(scheme, new):
            untold.append(words)
        else:
            tags[scheme] = tuple(sorted(new))
    untold += _untold(was, now, before, corrected)
    verdict = corrected.verdict if corrected.verdict != corrected.exported_verdict else None
    return Changes(verdict, tags, _wrong(corrected), tuple(untold))


def confirmed(corrected: Corrected) -> Changes | None:
    """Return what somebody who handed an article in as it was says by that; None where nothing.

    What was begun anew says what is marked, all else what was exported.
    """
    verdict = corrected.verdict
    if verdict is None and not corrected.fresh:
        verdict = corrected.exported_verdict
    if not corrected.looked or verdict is None:
        return None
    names = {name: parse_name(name) for name, _, _ in corrected.marks}
    named = {
        name: one
        for name, one in names.items()
        if one is not None and one.scheme != FINDING and one.role in (None, EXPLOITATION)
    }
    unseen = set[str]()
    if corrected.on_words:
        seen = {name for name, start, _ in corrected.marks if start is not None}
        unseen = {one.scheme for name, one in named.items() if name not in seen}
    tags = {
        scheme: tuple(sorted(labels))
        for scheme in sorted({one.scheme for one in named.values()} - unseen)
        if (labels := _labels(named.values(), scheme)) and not _unsayable(scheme, labels)
    }
    return Changes(verdict, tags)


def _named(corrected: Corrected, before: Iterable[Place]) -> dict[str, Named]:
    named = {}
    exported = {name for name, _, _ in before}
    for name in sorted(exported | {name for name, _, _ in corrected.marks}):
        found = parse_name(name)
        if found is None or (name not in exported and not _is_known(found)):
            where = corrected.lines.get(name, corrected.where)
            raise DataError(f"{where}: '{name}' is no label")
        named[name] = found
    return named


def _is_known(named: Named) -> bool:
    if named.scheme == FINDING:
        return True  # which flags there are says the desk
    if named.scheme == "indicator":
        return named.label in INDICATORS
    try:
        check_labels({named.scheme: [named.label]})
    except UsageError:
        return False
    return True


def _labels(named: Iterable[Named], scheme: str) -> set[str]:
    return {one.label for one in named if one.scheme == scheme and one.role in (None, EXPLOITATION)}


def _unsayable(scheme: str, labels: set[str]) -> str:
    """Return why a review cannot say that these labels hold, "" where it can."""
    if scheme not in SCHEMES:
        return f"{scheme}: reviews have no word for it"
    if scheme in ONE and len(labels) != 1:
        return f"{scheme}: takes exactly one label, marked are {len(labels)}"
    return ""


def _untold(
    was: Mapping[str, Named], now: Mapping[str, Named], before: set[Place], corrected: Corrected
) -> list[str]:
    """Say what was changed that no review keeps: new flags, roles, words of evidence."""
    untold = []
    added = {place for place in corrected.marks - before if now[place[0]].scheme == FINDING}
    if added:
        untold.append(f"{FINDING}: {len(added)} marked where no rule had found any")
    if corrected.fresh:
        return untold
    if _roles(was.values()) != _roles(now.values()):
        untold.append(f"{PLACE}: reviews say only where the exploitation is")
    both = {name for name in was.keys() & now.keys() if was[name].scheme != FINDING}
    moved = sorted(both & {name for name, _, _ in corrected.marks ^ before})
    if moved:
        untold.append(f"evidence: other words than exported are marked for {', '.join(moved)}")
    return untold


def _roles(named: Iterable[Named]) -> set[tuple[str, str | None]]:
    return {
        (one.label, one.role) for one in named if one.scheme == PLACE and one.role != EXPLOITATION
    }


def _wrong(corrected: Corrected) -> tuple[Spot, ...]:
    if corrected.fresh:
        return ()
    gone = [
        mark.about
        for mark in corrected.exported
        if "rule" in mark.about and place_of(mark) not in corrected.marks
    ]
    spots: list[Spot] = [(one["rule"], one["field"], one["start"], one["end"]) for one in gone]
    return tuple(dict.fromkeys(spots))
