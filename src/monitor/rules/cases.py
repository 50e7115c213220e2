"""Trafficking or smuggling: which of the two the facts told make.

A purpose of exploitation with an act or a means is trafficking, whatever the text calls it; a
passage, told with two signs of it, and no purpose is smuggling. Where both are told, neither word
is wrong, and the answer is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.rules.compiler import Evidence
from monitor.rules.evidence_sets import CaseSets
from monitor.text.analysis import Region

CROSSINGS = 2
"""Different signs of a passage: one alone ("the coast") may be where a story happens."""
MAX_SHOWN = 3


def case_evidence(clause: Evidence, sets: CaseSets, places: Iterable[Region]) -> list[Region]:
    """Return the words that make the case which a clause names, or nothing."""
    within = list(places)
    purpose, crossing = _hits(sets.purpose, within), _hits(sets.crossing, within)
    done = _hits((*sets.act, *sets.means), within)
    passage = len({_word(place) for place in crossing}) >= CROSSINGS
    if "trafficking" in clause.case and purpose and done and not passage:
        return [*purpose[:MAX_SHOWN], *done[:1]]
    if "smuggling" in clause.case and passage and not purpose:
        return crossing[:MAX_SHOWN]
    return []


def _hits(wordsets: Sequence[int], places: Sequence[Region]) -> list[Region]:
    found = {
        (scene.field, *hit): (scene, *hit)
        for scene, low, high in places
        for wordset in wordsets
        for hit in scene.hits.between(wordset, low, high, 20)
    }
    return [found[key] for key in sorted(found)]


def _word(place: Region) -> str:
    scene, start, end = place
    return scene.view.shadow[start:end].lower()
