"""Whom a word refers to: victim, minor, suspect, official; from the words of the text alone.

Who "she" is, is told by the first person named before in her own sentence, or in one of the two
before it, whose gender and number fit: pronouns go on with a sentence's subject more often than
with the person named last. Who "Rosa" is, is told by a role beside the name, anywhere in the text.
That is right often enough for a suggestion and needs no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.guidelines.compiled import Guideline
from monitor.guidelines.dependency import Node
from monitor.guidelines.scan import Hit
from monitor.guidelines.scene import Scene

LOOK_BACK = 2
"""Sentences before its own in which a pronoun's person is looked for."""
MAX_BACK = 600
"""Characters of one sentence looked through, so that a text without full stops costs no more."""
MAX_NAMED = 20
"""Places of a name that are looked at for a role beside it."""
BESIDE = 40
"""Characters on either side of a name in which its role can stand."""

# "survivor Rosa", "the survivor, Rosa"; "Rosa, a former cook", "Rosa (15), a pupil", "Rosa was a"
_BEFORE_NAME = re.compile(r"\s*,?\s*(?:(?:named|called)\s+)?(?:[A-Z][\w'-]+\s+){0,2}")
_AFTER_NAME = re.compile(
    r"(?:\s+[A-Z][\w'-]+){0,2}\s*(?:\(\d+\)\s*)?,?\s*(?:\d+,\s*)?(?:(?:who\s+)?(?:is|was)\s+)?"
    r"(?:an?|the|one of the)\s+(?:[\w'-]+\s+){0,2}"
)


@dataclass(frozen=True, slots=True)
class Person:
    """The roles of a person, and the words that say so."""

    roles: frozenset[str]
    words: Hit


def find_referent(guideline: Guideline, scene: Scene, sentence: int, node: Node) -> Person | None:
    """Return the person that a node of a sentence means, or None if the text does not say."""
    if node.is_pronoun:
        return _antecedent(guideline, scene, sentence, node)
    for low, high in ((node.start, node.end), (node.subtree_start, node.subtree_end)):
        person = _person_of(_roles_over(guideline, scene, low, high))
        if person:
            return person
    name = scene.view.shadow[node.start : node.end]
    return _named(guideline, scene, name) if name[:1].isupper() else None


def _antecedent(guideline: Guideline, scene: Scene, sentence: int, node: Node) -> Person | None:
    pronoun = scene.view.shadow[node.start : node.end].lower()
    misfits = guideline.pronouns.get(pronoun, ())
    for back in range(LOOK_BACK + 1):
        low, high = scene.sentence_span(sentence - back)
        high = min(high, node.start)
        roles = _roles_between(guideline, scene, max(low, high - MAX_BACK), high)
        person = _person_of((role, hit) for role, hit in roles if not _misfit(scene, misfits, hit))
        if person:
            return person
    return None


def _named(guideline: Guideline, scene: Scene, name: str) -> Person | None:
    """Return the person of a name from a role that stands beside it somewhere in the text."""
    shadow = scene.view.shadow
    for place in list(_places(shadow, name))[:MAX_NAMED]:
        end = place + len(name)
        for role, hit in _roles_between(guideline, scene, max(0, place - BESIDE), end + BESIDE):
            before = hit[1] <= place and _BEFORE_NAME.fullmatch(shadow, hit[1], place)
            after = hit[0] >= end and _AFTER_NAME.fullmatch(shadow, end, hit[0])
            if before or after:
                return Person(frozenset([role]), hit)
    return None


def _places(text: str, name: str) -> Iterator[int]:
    place = text.find(name)
    while place >= 0:
        yield place
        place = text.find(name, place + len(name))


def _roles_over(
    guideline: Guideline, scene: Scene, low: int, high: int
) -> Iterator[tuple[str, Hit]]:
    for role, wordsets in guideline.roles.items():
        for wordset in wordsets:
            yield from ((role, hit) for hit in scene.hits.overlapping(wordset, low, high))


def _roles_between(
    guideline: Guideline, scene: Scene, low: int, high: int
) -> Iterator[tuple[str, Hit]]:
    for role, wordsets in guideline.roles.items():
        for wordset in wordsets:
            yield from ((role, hit) for hit in scene.hits.between(wordset, low, high))


def _misfit(scene: Scene, misfits: Sequence[int], hit: Hit) -> bool:
    return any(scene.hits.overlapping(misfit, *hit) for misfit in misfits)


def _person_of(roles: Iterable[tuple[str, Hit]]) -> Person | None:
    """Return the first person named, with all roles that start at the same word."""
    found = list(roles)
    if not found:
        return None
    first = min(hit[0] for _, hit in found)
    return Person(
        frozenset(role for role, hit in found if hit[0] == first),
        max(hit for _, hit in found if hit[0] == first),
    )
