"""Whose relatives a text speaks of: "her husband, Godfrey", "Kwabena's mother", "my daughter"."""

from __future__ import annotations

import re
from itertools import pairwise

from monitor.people.mentions import Mention
from monitor.people.persons import Cast, Person
from monitor.text.analysis import Scene

_BARE = re.compile(r"(?:Mum|Mom|Dad|Mother|Father|Parents)\b(?! [A-Z])")
_HIS = re.compile(r"'s? [a-z]|, an? [a-z]")
""""Her aunt's salon", "her father, a cook"."""
_POSSESSIVE = frozenset(("her", "his", "their", "my", "our", "whose"))
_OWN = re.compile(r"(?:'s?)?(?: [\w-]+){0,2} ")
"""Between "her", or "the girl's", and the relative: "her two younger brothers"."""


def tell_kin(cast: Cast, scene: Scene) -> None:
    """Note who is a relative of whom, and give relatives of the exploited their role.

    "Mum, a dinner lady, said": with a capital and nobody's, she is that of who is told of.
    """
    persons, text = cast.sets, scene.view.shadow
    last: Person | None = None
    for before, mention in pairwise(cast.mentions[scene.field].all):
        owner = cast.of(before)
        if owner is not None and cast.is_protected(owner):
            last = owner
        relative = cast.of(mention)
        if mention.kind != "noun" or relative is None or not _is_kin(cast, mention):
            continue
        owned = _owns(before, mention, text)
        owner = owner if owned else last
        if owner is None or relative is owner or not (owned or _BARE.match(text, mention.start)):
            continue
        if not cast.is_protected(owner):
            continue
        if relative.facts.keys() & (persons.owners - {persons.relative}):
            continue  # an uncle who sold her is told of as the suspect that he is
        cast.kin[id(relative)] = owner
        start = before.start if owned else mention.start
        here = scene, (start, mention.end)
        relative.facts.setdefault(persons.relative, here)
        if _HIS.match(text, mention.end) or _is_named(cast, mention):
            cast.kin_told.append((owner, here))


def _is_named(cast: Cast, mention: Mention) -> bool:
    behind = cast.mentions[mention.scene.field].after(mention.end)
    close = behind is not None and behind.start - mention.end <= len(", ")
    return close and behind is not None and behind.kind == "name"


def _is_kin(cast: Cast, mention: Mention) -> bool:
    hits = mention.scene.hits
    return any(hits.overlapping(kin, mention.start, mention.end) for kin in cast.sets.kin)


def _owns(before: Mention, mention: Mention, text: str) -> bool:
    gap = text[before.end : mention.start]
    shown = gap.startswith("'") if before.kind != "pronoun" else before.word in _POSSESSIVE
    return shown and _OWN.fullmatch(gap) is not None


def owner_of(cast: Cast, person: Person) -> Person:
    """Return of whom the details of a person tell: a relative's lead to the exploited."""
    return cast.kin.get(id(person), person)
