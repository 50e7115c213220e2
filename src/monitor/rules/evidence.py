"""Evidence: what stands around a match, in the places that a clause names.

Trafficking or smuggling: which of the two the facts told make.

A purpose of exploitation with an act or a means is trafficking, whatever the text calls it; a
passage, told with two signs of it, and no purpose is smuggling. Where both are told, neither word
is wrong, and the answer is none.

Whether a figure has what makes it a statistic: an amount of a unit, a year, a base, a source.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.rules.compiler import CaseSets, Evidence
from monitor.rules.figures import find_bases, find_quantities, find_years
from monitor.rules.matching import Candidate, Draft
from monitor.rules.preconditions import find_voice
from monitor.rules.referents import node_evidence, referent_evidence
from monitor.rules.rule_schema import StatisticPart
from monitor.text.analysis import Place, Region, Scene
from monitor.text.positions import Stretch


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of evidence: a stretch of one scene."""

    scene: Scene
    start: int
    end: int

    @property
    def words(self) -> str:
        """The words as they stand in the shadow text."""
        return self.scene.view.shadow[self.start : self.end]


def all_hold(clauses: Sequence[Evidence], draft: Draft, at: Candidate) -> tuple[Found, ...] | None:
    """Return the evidence for every clause, or None if one has too little."""
    evidence: list[Found] = []
    for clause in clauses:
        found = find_evidence(clause, draft, at)
        if len(found) < clause.at_least:
            return None
        evidence += found
    return tuple(evidence)


def any_holds(clauses: Sequence[Evidence], draft: Draft, at: Candidate) -> bool:
    """Whether one of the clauses has enough evidence."""
    return any(len(find_evidence(clause, draft, at)) >= clause.at_least for clause in clauses)


def find_evidence(clause: Evidence, draft: Draft, at: Candidate) -> list[Found]:
    """Return up to `at_least` pieces of evidence for one clause around a candidate."""
    scene = at.scene
    if clause.needed:
        piece = scene.piece_text(at.sentence, at.start)
        there = any(needed.may_match(*piece) for needed in clause.needed)
        return [Found(scene, at.start, at.end)] if there else []
    if clause.person is not None:
        node = at.nodes.get(clause.person)
        shown = node_evidence(clause, draft, scene, node) if node else []
        return _as_found(shown)
    if clause.referent is not None:
        shown = referent_evidence(clause, draft, at)
        if shown or not clause.wordsets:
            return _as_found(shown)
    if clause.quoted is not None:
        same = find_voice(at).quoted == clause.quoted
        return [Found(scene, at.start, at.end)] if same else []
    if clause.statistic or clause.case:
        return _told_evidence(clause, draft, at)
    if clause.within == "match":
        found = [
            Found(scene, *hit)
            for wordset in clause.wordsets
            for hit in scene.hits.overlapping(wordset, at.start, at.end)
        ]
    else:
        found = look_up(clause, _places(clause, draft, at))
    if clause.patterns and len(found) < clause.at_least:
        found += _pattern_evidence(clause, at)
    return found


def _told_evidence(clause: Evidence, draft: Draft, at: Candidate) -> list[Found]:
    """Return what a statistic has, or what makes a case, in the places of a clause."""
    own = [(at.scene, at.start, at.end)]
    places = own if clause.within == "match" else _places(clause, draft, at)
    if clause.case:
        return [Found(*place) for place in case_evidence(clause, draft.guideline.cases, places)]
    return [Found(*place) for place in statistic_evidence(clause, places)]


def look_up(clause: Evidence, places: Iterable[Region]) -> list[Found]:
    """Return hits of a clause's words in the places, distinct, no more than it needs."""
    found: dict[tuple[str, int], Found] = {}
    for scene, low, high in places:
        for wordset in clause.wordsets:
            for start, end in scene.hits.between(wordset, low, high, clause.at_least):
                found.setdefault((scene.field, start), Found(scene, start, end))
        if len(found) >= clause.at_least:
            break
    return list(found.values())


def look_apart(clause: Evidence, places: Iterable[Region]) -> list[Found]:
    """Return hits of a clause's words in the places, none over another, no more than it needs.

    "Recruitment fees" is one thing told, though each of its words is listed as well.
    """
    found: list[Found] = []
    for scene, low, high in places:
        for wordset in clause.wordsets:
            for start, end in scene.hits.between(wordset, low, high):
                if len(found) >= clause.at_least:
                    return found
                if not any(f.scene is scene and start < f.end and f.start < end for f in found):
                    found.append(Found(scene, start, end))
    return found


def _places(clause: Evidence, draft: Draft, at: Candidate) -> Iterator[Region]:
    scene = at.scene
    low, high = scene.sentence_span(at.sentence)
    if clause.within == "before":
        yield scene, _words_back(scene, at.start, clause.reach, low), at.start
    elif clause.within == "after":
        yield scene, at.end, _words_on(scene, at.end, clause.reach, high)
    elif clause.within == "sentence":
        yield scene, low, high
    elif clause.within in ("near", "around"):
        yield scene, low, high
        yield from _neighbours(draft, at)
        if clause.within == "around":
            yield scene, *scene.sentence_span(at.sentence + 1)
    elif clause.within == "paragraph":
        yield scene, *_paragraph(scene, at.start, (low, high))
    else:
        yield from regions(draft, clause.within)


def regions(draft: Draft, within: str) -> Iterator[Region]:
    """Yield the stretches that `headline`, `caption`, `body` or `document` mean."""
    if within == "caption":
        yield from ((draft.text, *caption) for caption in draft.text.captions)
        return
    head = draft.headline
    if head and within != "body":
        yield head[0], *head[1]
    if within == "headline":
        return
    start = head[1][1] if head and head[0] is draft.text else 0
    yield draft.text, start, len(draft.text.view.shadow)


def _neighbours(draft: Draft, at: Candidate) -> Iterator[Region]:
    """Yield the sentence before; for a headline, the text's first two; for those, the headline."""
    scene = at.scene
    if scene.field == "title":
        for number in (0, 1):
            yield draft.text, *draft.text.sentence_span(number)
        return
    if at.sentence:
        yield scene, *scene.sentence_span(at.sentence - 1)
    elif draft.title:
        yield draft.title, 0, len(draft.title.view.shadow)
    if scene.headline and at.end <= scene.headline[1]:
        for number in (at.sentence + 1, at.sentence + 2):
            yield scene, *scene.sentence_span(number)


def _paragraph(scene: Scene, position: int, default: Stretch) -> Stretch:
    paragraphs = scene.view.paragraphs
    index = bisect_right(paragraphs, (position, len(scene.view.shadow) + 1)) - 1
    if index >= 0 and paragraphs[index][0] <= position < paragraphs[index][1]:
        return paragraphs[index]
    return default


def _words_back(scene: Scene, position: int, reach: int | None, low: int) -> int:
    """Return where the `reach`-th word before `position` starts, not before `low`."""
    if reach is None:
        return low
    words = scene.view.shadow[max(low, position - 30 * reach) : position].split()
    return max(low, position - len(" ".join(words[-reach:])) - 1) if words else position


def _words_on(scene: Scene, position: int, reach: int | None, high: int) -> int:
    if reach is None:
        return high
    words = scene.view.shadow[position : min(high, position + 30 * reach)].split()
    return min(high, position + len(" ".join(words[:reach])) + 1)


def _pattern_evidence(clause: Evidence, at: Candidate) -> list[Found]:
    scene = at.scene
    assert clause.patterns
    found: list[Found] = []
    if not clause.patterns.needed.may_match(*scene.piece_text(at.sentence, at.start)):
        return found
    low, high = _pattern_window(clause, at)
    base, _ = scene.piece_at(at.sentence, at.start)
    doc = scene.docs.get(base)
    for start, end in clause.patterns.find(doc) if doc is not None else ():
        inside = (base + start < high and base + end > low) and (
            clause.within == "match" or base + start >= low
        )
        if inside:
            found.append(Found(scene, base + start, base + end))
    return found


def _pattern_window(clause: Evidence, at: Candidate) -> Stretch:
    scene = at.scene
    low, high = scene.sentence_span(at.sentence)
    if clause.within == "match":
        return at.start, at.end
    if clause.within == "before":
        return _words_back(scene, at.start, clause.reach, low), at.start
    if clause.within == "after":
        return at.end, _words_on(scene, at.end, clause.reach, high)
    return low, high


def _as_found(shown: Sequence[Place]) -> list[Found]:
    """Return the words that show a person's role as evidence."""
    return [Found(scene, *hit) for scene, hit in shown]


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
