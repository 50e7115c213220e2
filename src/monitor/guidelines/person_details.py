"""Identifiability: the harmless details that together tell readers who a person is.

Counted per person over the whole text and by kind: five dates are one detail, an age, a school
and a father's trade are three, wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.guidelines.cast import Cast, Person
from monitor.guidelines.evidence_sets import DetailSets
from monitor.guidelines.mentions import Mention
from monitor.guidelines.scan import Hit
from monitor.guidelines.scene import Scene

_CAPITAL = "[A-Z\u00c0-\u00de]"
_NAME_BEHIND = re.compile(
    rf"(?:[ ,]+(?:the|of|at|in|on|de|di|da))*(?:[ ,]+(?:{_CAPITAL}[\w'-]*|\d+))+"
)
_NAME_BEFORE = re.compile(rf"(?:{_CAPITAL}[\w'-]+ |\d+[A-Za-z]? )+$")
Fact = tuple[Scene, Hit]


def details_of(cast: Cast, person: Person) -> list[Fact]:
    """Return one place for each kind of detail told of a person; of overlapping ones one."""
    if cast.details is None:
        cast.details = {}
        for kind in cast.guideline.persons.details:
            for told, fact in _told(cast, kind):
                cast.details.setdefault(id(told), {}).setdefault(kind.name, fact)
    found = dict(cast.details.get(id(person), {}))
    if person.age:
        age, scene = person.age
        found["age"] = scene, age.hit
    kept: list[Fact] = []
    for scene, hit in sorted(found.values(), key=lambda fact: fact[1][0] - fact[1][1]):
        if not any(scene is other and hit[0] < b and a < hit[1] for other, (a, b) in kept):
            kept.append((scene, hit))
    return sorted(kept, key=lambda fact: (fact[0].field == "text", fact[1]))


def densest(details: Sequence[Fact]) -> Fact | None:
    """Return the stretch of one sentence that holds most of the details, from first to last."""
    by_sentence: dict[tuple[int, int], list[Fact]] = {}
    for scene, hit in details:
        number = scene.sentence_of(*hit)
        if number is not None:
            by_sentence.setdefault((id(scene), number), []).append((scene, hit))
    if not by_sentence:
        return None
    most = max(by_sentence.values(), key=len)
    return most[0][0], (min(hit[0] for _, hit in most), max(hit[1] for _, hit in most))


def _told(cast: Cast, kind: DetailSets) -> Iterator[tuple[Person, Fact]]:
    for field in cast.mentions:
        scene = cast.scenes[field]
        hits = {hit for wordset in kind.words for hit in scene.hits.of(wordset)}
        for wordset in kind.named:
            hits.update(
                filter(None, (_named(scene.view.shadow, h) for h in scene.hits.of(wordset)))
            )
        for hit in sorted(hits):
            person = _whose(cast, scene, hit)
            if person is not None:
                yield person, (scene, hit)


def _named(text: str, hit: Hit) -> Hit | None:
    """Return a general word with the name beside it ("Hotel Miramar", "12 Mill Lane"), if any."""
    start, end = hit
    if " " not in text[start:end] and not text[start].isupper():
        return None  # "a hotel on the road" is no name; "Hotel Miramar" and "Mill Lane" are
    behind = _NAME_BEHIND.match(text, end, end + 40)
    if behind:
        return start, behind.end()
    before = _NAME_BEFORE.search(text, max(0, start - 40), start) if text[start].isupper() else None
    return (before.start(), end) if before else None


def _whose(cast: Cast, scene: Scene, hit: Hit) -> Person | None:
    """Return of whom a detail tells: who is named last before it in its sentence, else first after.

    Who hangs on a preposition comes second: the couple's address is the cook's. A relative named
    with the detail ("whose father runs the mill") is no other person.
    """
    low, high = scene.sentence_span(scene.view.sentence_at(hit[0]))
    mentions = cast.mentions[scene.field]
    before = mentions.between(low, hit[0])[-6:][::-1]
    inside = [m for m in mentions.over(*hit) if m.kind == "pronoun"]
    after = mentions.between(hit[1], high)[:6]
    acting = [m for m in before if not m.oblique]
    for mention in (*inside, *acting, *before, *after):
        person = cast.of(mention)
        if person is not None and not _is_setting(cast, mention, person):
            return person
    return None


def _is_setting(cast: Cast, mention: Mention, person: Person) -> bool:
    """Whether a mention names relatives or bodies, who stand in a detail and are not its owner."""
    roles = person.roles(cast.guideline)
    return mention.kind == "noun" and not roles & cast.guideline.persons.owners
