"""Semantic roles of persons: what is done to them and by them, and whose relatives they are.

"Was trafficked by", "lured her", "was charged with": who does it is told without a parse, as the
mention that stands right before the verb, else the first one of the clause that hangs on no
preposition. "Her husband, Godfrey", "Kwabena's mother", "my daughter" are kinship.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from monitor.people.persons import NOMINATIVE, Cast, Mention, Person, PersonEvents
from monitor.people.verbs_of_saying import SAID
from monitor.text.analysis import Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

_LIGHT = re.compile(
    r"(?:,? ?\b(?:who|has|have|had|was|were|is|are|been|being|be|also|later|then|first|not|never|"
    r"still|once|often|both|all|again|may|might|could|can|would|will|did|does|do|allegedly|"
    r"to|himself|herself|themselves|twice|\w+ly)\b)* ?"
)
_BE = re.compile(
    r"\b(?:was|were|is|are|been|being|be|get|gets|got|getting)(?: (?:\w+ly|also|later|then|first|"
    r"not|never|once|twice|both|all|again|found|kept|left))*(?: \w+ed (?:and|or))? $"
)
_REDUCED = re.compile(
    r" (?:by|from|to|into|for|in|at|as|across|between|through|against|under|on)\b"
)
_COUNT = (
    r"\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens of|hundreds of"
)
_OBJECT = re.compile(
    rf" (?:(?:the|an?|his|her|their|its|these|those|this|that|other|another|both|all|some|several|"
    rf"many|at least|more than|about|up to|{_COUNT}|young|younger|underage|vulnerable|poor|local|"
    r"foreign|teenage|pregnant|[A-Z]\w*(?:an|ese|ish|i)) )*"
)
_STARTS = (
    rf"(?=(?:he|she|they|it|we|i|the|an?|his|her|their|its|these|those|this|some|several|many|most|"
    rf"all|{_COUNT}|[A-Z]\w+)\b)"
)
_BREAK = re.compile(
    r"[;:\u2014\n\"]|,? (?:while|when|after|before|because|if|that|although|where|until) " + _STARTS
)
_JOIN = re.compile(r",? (?:and|but) " + _STARTS)
_BY = re.compile(r"[^.;:,]{0,40}? by (?:[\w'-]+ ){0,4}")
_OPEN = re.compile(r"\b(?:to|of|about|for|being|be)(?: \w+ly)? $")
"""Before a verb without a subject of its own: "told police of being sold"."""
Given = tuple[Person | None, str | None]
"""Whom a verb gives a role, and which."""


def tell_roles(cast: Cast, scene: Scene) -> None:
    """Give the persons of a scene the roles that its verbs show."""
    readers = {"passive": _passive, "active": _active}
    for event in cast.sets.events:
        read = readers.get(event.voice, _did)
        for hit in sorted({hit for wordset in event.verbs for hit in scene.hits.of(wordset)}):
            for person, role in read(cast, scene, hit, event):
                if person and role and not person.facts.keys() & cast.sets.never.get(role, ()):
                    person.facts.setdefault(role, (scene, hit))


def _did(cast: Cast, scene: Scene, hit: Stretch, event: PersonEvents) -> Iterator[Given]:
    if event.subject:
        subject = subject_of(cast, scene, hit[0])
        if not (subject and event.voice == "did" and cast.stands_apart(subject)):
            yield subject, event.subject


def _passive(cast: Cast, scene: Scene, hit: Stretch, event: PersonEvents) -> Iterator[Given]:
    """Read "the girl was sold by her uncle" and "girls sold into marriage"."""
    text, mentions = scene.view.shadow, cast.mentions[scene.field]
    start, end = hit
    if _BE.search(text, max(_clause(scene, start), start - 60), start):
        subject = subject_of(cast, scene, start)
    else:
        near = mentions.before(start)
        beside = near and near.end == start - 1 and near.kind != "pronoun"
        if not (near and beside and _REDUCED.match(text, end)):
            return
        subject = cast.of(near)
    yield subject, event.subject
    found = _BY.match(text, end, end + 90) if event.agent else None
    doer = mentions.after(found.end() - 1) if found else None
    if found and doer and doer.start <= found.end() + 40:
        between = _BY.fullmatch(text, end, doer.start)
        if between and not any(mark in between[0] for mark in ".;:"):
            yield cast.of(doer), event.agent


def _active(cast: Cast, scene: Scene, hit: Stretch, event: PersonEvents) -> Iterator[Given]:
    """Read "he lured her" and "charged with trafficking a girl"."""
    text, (start, end) = scene.view.shadow, hit
    if _BE.search(text, max(0, start - 60), start) and not text[start:end].endswith("ing"):
        return
    behind = cast.mentions[scene.field].after(end)
    if behind is None or not _OBJECT.fullmatch(text, end, behind.start):
        return
    if behind.kind == "pronoun" and not behind.is_object(text):
        return
    target, subject = cast.of(behind), subject_of(cast, scene, start)
    if not (event.subject and subject and "official" in subject.facts):
        if subject is not target:
            yield subject, event.subject
        yield target, event.object


def subject_of(cast: Cast, scene: Scene, position: int) -> Person | None:
    """Return who does, or suffers, what the word at `position` says."""
    mentions, text = cast.mentions[scene.field], scene.view.shadow
    low = _clause(scene, position)
    joined = max((m.end() for m in _JOIN.finditer(text, low, position)), default=low)
    near = mentions.between(joined, position)[-8:] or mentions.between(low, position)[-8:]
    if not _OPEN.search(text, low, position):
        near = _in_what_is_said(text, near, position)
    free = [m for m in near if not m.oblique and m.kind != "pronoun"]
    for mention in reversed(near):
        nominative = mention.kind == "pronoun" and mention.word in NOMINATIVE
        if nominative or (mention in free and _LIGHT.fullmatch(text, mention.end, position)):
            return cast.of(mention)
    owned = [m for m in free if not text.startswith("'s", m.end)]
    chosen = next(iter(owned or free or near), None)
    return cast.of(chosen) if chosen else None


def _in_what_is_said(text: str, near: list[Mention], position: int) -> list[Mention]:
    """Return who is named behind the last verb of saying: in "She said the boy was" the boy."""
    for index in reversed(range(len(near))):
        light = _LIGHT.match(text, near[index].end, position)
        if light and (said := SAID.match(text, light.end(), position)):
            behind = [m for m in near[index + 1 :] if m.start >= said.end()]
            if said[0].startswith("t"):  # whom it is told
                behind = [m for m in behind if not _OBJECT.fullmatch(text, said.end(), m.start)]
            return behind or near
    return near


def _clause(scene: Scene, position: int) -> int:
    """Return where the clause that holds a place begins."""
    low, _ = scene.sentence_span(scene.view.sentence_at(position))
    low = max(low, position - 240)  # so much is looked through
    for found in _BREAK.finditer(scene.view.shadow, low, position):
        low = found.end()
    return low


_BARE = re.compile(r"(?:Mum|Mom|Dad|Mother|Father|Parents)\b(?! [A-Z])")
_HIS = re.compile(r"'s? [a-z]|, an? [a-z]")
""""Her aunt's salon", "her father, a cook"."""
_POSSESSIVE = word_set("her his their my our whose")
_OWN = re.compile(r"(?:'s?)?(?: [\w-]+){0,2} ")
"""Between "her", or "the girl's", and the relative: "her two younger brothers"."""


def tell_kin(cast: Cast, scene: Scene) -> None:
    """Note who is a relative of whom, and give relatives of the exploited their role.

    "Mum, a dinner lady, said": with a capital and nobody's, she is that of who is told of.
    """
    persons, text = cast.sets, scene.view.shadow
    last: Person | None = None
    for before, mention in pairwise(cast.mentions[scene.field].all):
        owner, relative = cast.of(before), cast.of(mention)
        if owner is not None and cast.is_protected(owner):
            last = owner
        kin = (one for kin in persons.kin for one in scene.hits.overlapping(kin, *mention.place[1]))
        if mention.kind != "noun" or relative is None or not any(kin):
            continue
        gap = text[before.end : mention.start]
        shown = gap.startswith("'") if before.kind != "pronoun" else before.word in _POSSESSIVE
        owned = shown and _OWN.fullmatch(gap) is not None
        owner = owner if owned else last
        if owner is None or relative is owner or not (owned or _BARE.match(text, mention.start)):
            continue
        # a relative who is also a suspect, such as an uncle who sold her, is not protected
        suspected = relative.facts.keys() & (persons.owners - {persons.relative})
        if suspected or not cast.is_protected(owner):
            continue
        cast.kin[id(relative)] = owner
        here = scene, (before.start if owned else mention.start, mention.end)
        relative.facts.setdefault(persons.relative, here)
        behind = cast.mentions[scene.field].after(mention.end)
        named = behind and behind.kind == "name" and behind.start - mention.end <= len(", ")
        if named or _HIS.match(text, mention.end):
            cast.kin_told.append((owner, here))
