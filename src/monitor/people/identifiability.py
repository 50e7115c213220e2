"""Identifiability: the harmless details that together tell readers who a person is.

Counted per person over the whole text and by kind: five dates are one detail, an age, a school
and a father's trade are three, wherever they stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from monitor.people.coreference import same_person
from monitor.people.persons import NOMINATIVE, Cast, DetailSets, Person, in_any
from monitor.text.analysis import Place, Scene
from monitor.text.positions import Stretch

_CAPITAL = "[A-Z\u00c0-\u00de]"
_NAME_BEHIND = re.compile(
    rf"(?:[ ,]+(?:the|of|at|in|on|de|di|da))*(?:[ ,]+(?:{_CAPITAL}[\w'-]*|\d+))+"
)
_NAME_BEFORE = re.compile(rf"(?:{_CAPITAL}[\w'-]+ |\d+[A-Za-z]? )+$")
_PLACE = re.compile(
    rf" (?:(?:the|a|old|nearby) ){{0,2}}"
    rf"(?P<name>{_CAPITAL}[\w'-]*(?: {_CAPITAL}[\w'-]*)*)"
)
_BEHIND = re.compile(r"(?:,|\)|\b(?:two|three|four|five|six|seven)) $")
_ON_HER = re.compile(r" (?:on|above|over|across|under|behind|below|near|down) (?P<whose>her|his)\b")
_POINTS = re.compile(r"\b(?:an?|the|her|his|their|of|in|at|for|to|behind|by|from)$", re.IGNORECASE)
_REST = re.compile(r"(?: (?:an?|the|her|his|their))? [\w'-]+")
_AGE, _KIN = "age", "family"


def details_of(cast: Cast, person: Person) -> list[Place]:
    """Return one place for each kind of detail told of a person; of overlapping ones one."""
    found = (places[0] for places in details_by_kind(cast, person).values())
    kept: list[Place] = []
    for scene, hit in sorted(found, key=lambda fact: fact[1][0] - fact[1][1]):
        if not any(scene is other and hit[0] < b and a < hit[1] for other, (a, b) in kept):
            kept.append((scene, hit))
    return sorted(kept, key=lambda fact: (fact[0].field == "text", fact[1]))


def stretches_of(cast: Cast, person: Person) -> list[Place]:
    """Return the stretch of each sentence that holds details, from the first to the last.

    The sentence with most kinds comes first. An age alone is left out of the others.
    """
    by_sentence: dict[tuple[int, int], list[tuple[str, Place]]] = {}
    for kind, places in details_by_kind(cast, person).items():
        for scene, hit in places:
            number = scene.sentence_of(*hit)
            if number is not None:
                by_sentence.setdefault((id(scene), number), []).append((kind, (scene, hit)))
    stretches: list[Place] = []
    for told in sorted(by_sentence.values(), key=lambda told: -len({kind for kind, _ in told})):
        if not stretches or {kind for kind, _ in told} != {_AGE}:
            starts, ends = zip(*(hit for _, (_, hit) in told), strict=True)
            stretches.append((told[0][1][0], (min(starts), max(ends))))
    return stretches


def details_by_kind(cast: Cast, person: Person) -> dict[str, list[Place]]:
    """Return the details of a person by kind, those of her other mentions among them."""
    if cast.details is None:
        cast.details = defaultdict(lambda: defaultdict(list))
        told = ((kind.name, *one) for kind in cast.sets.details for one in _told(cast, kind))
        for name, owner, fact in (*told, *((_KIN, *one) for one in cast.kin_told)):
            cast.details[id(owner)][name].append(fact)
    found: defaultdict[str, list[Place]] = defaultdict(list)
    for same in same_person(cast, person):
        for name, places in cast.details.get(id(same), {}).items():
            found[name] += places
        if same.age:
            found[_AGE].append((same.age[1], same.age[0].hit))

    def sentence(place: Place) -> tuple[int, int | None]:
        return id(place[0]), place[0].sentence_of(*place[1])

    for kind in cast.sets.details:
        if not kind.alone and kind.name in found:
            # one that counts ("on 3 May") in whose sentence another kind stands
            apart = (found[name] for name in found if name not in (kind.name, _AGE))
            others = {sentence(place) for places in apart for place in places}
            found[kind.name] = [place for place in found[kind.name] if sentence(place) in others]
    return {name: places for name, places in found.items() if places}


def _told(cast: Cast, kind: DetailSets) -> Iterator[tuple[Person, Place]]:
    sets = cast.sets
    for field in cast.mentions:
        scene = cast.scenes[field]
        text = scene.view.shadow
        words, named, ahead = (
            [hit for wordset in wordsets for hit in scene.hits.of(wordset)]
            for wordsets in (kind.words, kind.named, kind.ahead)
        )
        hits = set(filter(None, (_named(text, hit) for hit in named)))
        for start, end in words:  # "works in a" tells readers nothing yet
            rest = _REST.match(text, end) if _POINTS.search(text, start, end) else None
            hits.add((start, rest.end() if rest else end))
        for hit in ahead:
            if name := _ahead(cast, scene, hit):
                # a name may tell little of who comes from there, or be none
                last = text.rfind(" ", *name) + 1
                broad = in_any(scene, (*sets.broad, *sets.no_name), *name)
                large = last > name[0] and in_any(scene, sets.regions, last, name[1])
                if not broad and not large:
                    hits.add((hit[0], name[1]))
        for hit in sorted(hits):
            if person := _whose(cast, scene, hit):
                yield person, (scene, hit)


def _ahead(cast: Cast, scene: Scene, hit: Stretch) -> Stretch | None:
    """Return the name right behind a word ("from Uromi", "opposite the Co-op"), if any."""
    text, (start, end) = scene.view.shadow, hit
    if text[start:end].lower() in ("from", "of") and not _BEHIND.search(text, start - 24, start):
        before = cast.mentions[scene.field].before(start)
        if (
            before is None
            or before.end != start - 1
            or before.kind == "pronoun"
            # "the husband of Wasana"
            or in_any(scene, cast.sets.kin, before.end - len(before.word), before.end)
        ):
            return None
    found = _PLACE.match(text, end, end + 48)
    return found.span("name") if found else None


def _named(text: str, hit: Stretch) -> Stretch | None:
    """Return a general word with the name beside it ("Hotel Miramar", "12 Mill Lane"), if any."""
    start, end = hit
    is_capital = text[start].isupper()
    # a headline in capitals tells no names; nor is "a hotel on the road" one
    if text[start : start + 2].isupper() or not (is_capital or " " in text[start:end]):
        return None
    # "Haven, Refuge, Unbound" are three
    listed = text.endswith(", ", 0, start) and text.startswith(", ", end)
    behind = None if listed else _NAME_BEHIND.match(text, end, end + 40)
    if behind:
        return start, behind.end()
    before = _NAME_BEFORE.search(text, max(0, start - 40), start) if is_capital else None
    return (before.start(), end) if before else None


def _whose(cast: Cast, scene: Scene, hit: Stretch) -> Person | None:
    """Return of whom a detail tells: who is named last before it in its sentence, else after it."""
    low, high = scene.sentence_span(scene.view.sentence_at(hit[0]))
    mentions = cast.mentions[scene.field]
    before = mentions.between(low, hit[0])[-6:][::-1]
    inside = [m for m in mentions.over(*hit) if m.kind == "pronoun"]
    after = mentions.between(hit[1], high)[:8]
    acting = [m for m in before if not m.oblique]
    fronted = [m for m in after if m.word in NOMINATIVE or not (m.oblique or m.kind == "pronoun")]
    bodily = _ON_HER.match(scene.view.shadow, hit[1])
    worn = mentions.over(*bodily.span("whose")) if bodily else []
    for mention in (*inside, *worn, *acting, *before, *fronted, *after):
        person = cast.of(mention)
        if person is None:
            continue
        # relatives or bodies stand in a detail and are not its owner
        is_setting = mention.kind == "noun" and not person.roles & cast.sets.owners
        nobodys = mention.lead in ("a", "the") and id(person) not in cast.kin
        if mention in acting[:1] and nobodys and is_setting:
            return None  # "a teacher at the Riverside School hid them" tells of the teacher
        owner = cast.kin.get(id(person), person)  # a relative's details lead to the exploited
        if owner is not person or not is_setting:
            return owner
    return None
