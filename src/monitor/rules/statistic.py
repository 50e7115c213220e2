"""Whether a figure has what makes it a statistic: an amount of a unit, a year, a base, a source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from monitor.rules.compiler import Evidence
from monitor.rules.figures import find_bases, find_quantities, find_years
from monitor.rules.rule_schema import StatisticPart
from monitor.text.analysis import Region
from monitor.text.spans import Stretch

REACH = 2_000
"""Characters read of one place: a sentence without an end would be read again for every match."""


def statistic_evidence(clause: Evidence, places: Iterable[Region]) -> list[Region]:
    """Return one place for each part that the clause names, or nothing if a part is missing."""
    within = [(scene, low, min(high, low + REACH)) for scene, low, high in places]
    found = [next(_find(part, clause, within), None) for part in clause.statistic]
    shown = [place for place in found if place is not None]
    return shown if len(shown) == len(found) else []


def _find(part: StatisticPart, clause: Evidence, places: Iterable[Region]) -> Iterator[Region]:
    for scene, low, high in places:
        if part == "source":
            for wordset in clause.wordsets:
                yield from ((scene, *hit) for hit in scene.hits.between(wordset, low, high, 1))
        else:
            spans = _FINDERS[part](scene.view.shadow[low:high])
            yield from ((scene, low + start, low + end) for start, end in spans)


def _amounts(unit: str | None = None) -> Callable[[str], Iterator[Stretch]]:
    """Return a finder of amounts of one unit or of any; a year is none."""

    def find(text: str) -> Iterator[Stretch]:
        years = set(find_years(text))
        spans = ((q.start, q.end) for q in find_quantities(text) if unit in (None, q.unit))
        return (span for span in spans if span not in years)

    return find


_FINDERS: Mapping[StatisticPart, Callable[[str], Iterator[Stretch]]] = {
    "amount": _amounts(),
    "count": _amounts("count"),
    "share": _amounts("share"),
    "money": _amounts("money"),
    "year": find_years,
    "base": find_bases,
}
