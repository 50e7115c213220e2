"""Coreference of person mentions: who is who from sentence to sentence.

No model: one pass over the mentions in order. Pronouns go on with a sentence's subject more often
than with the person named last. What is done to a person, or by her, gives her a role for the whole
text. "A schoolgirl", "the girl" and a "she" of whom nothing tells who she is are one child where no
other is told of: linking keeps them apart, `same_person` counts what a reader can put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from monitor.people.person_mentions import find_mentions
from monitor.people.person_names import Names, names_of
from monitor.people.persons import NOMINATIVE, Cast, Mention, Person, PersonSets
from monitor.people.roles import tell_kin, tell_roles
from monitor.text.analysis import Scene
from monitor.text.regular_expressions import word_set

LOOK_BACK = 2
"""Sentences before its own in which a pronoun's person is looked for."""
MAX_LOOKED = 24
"""Mentions looked through for one pronoun, so that a text without full stops costs no more."""

_BESIDE = re.compile(
    r"(?:,? ?\(?\d{1,2}\)?)?,? ?(?:(?:who )?(?:is|was) )?(?:an?|the|one of the) "
    r"(?:(?!(?:and|who|when|that|by|of|to)\b)[\w'-]+ ){0,3}"
)
_LINK = re.compile(r"(?: is| was|,) ")
_IS = re.compile(r" (?:is|was) ")
_NAMED = re.compile(r"(?:,? (?:named|called|identified as|known as)|,)? (?:[A-Z]\w+\.? )?")
_SAYS = re.compile(
    r" (?:also |later )?(?:said|says|told|tells|added|adds|explained|warned|insisted)\b"
)
_COMMA_LEAD = re.compile(
    r", (?:an?|the|one of the) (?:(?!(?:and|who|when|that|by|of|to)\b)[\w'-]+ ){0,3}$"
)
_RELATIVE = re.compile(r",? ?(?:of |to |with )?|[^.;:!?\"]{0,60}, ")
_RELATIVES = word_set("who whom whose")
_ACTING = NOMINATIVE - _RELATIVES
_CLAUSE = re.compile(r"[.;:,]|\b(?:and|but|that|when|if|because|while|after|before|until)\b")
_SAME = {"she": "her", "he": "him"}
_TO_HER = re.compile(r" (?:(?:that|if|whether|when|how|what|where|until|because|as) )?")
_SEVERAL = word_set("they them their")
_OWNERS = word_set("her his their")
_OBJECTS = word_set("him her them his their hers")
_SINGULAR = word_set("she her hers he him his")


def find_cast(sets: PersonSets, scenes: Sequence[Scene], names: Names | None = None) -> Cast:
    """Return the persons of a document's scenes, of which the text is the last.

    `names` are where the scenes name persons, as `names_of` finds them; without, only those that
    shapes tell.
    """
    cast = Cast(sets)
    names = names if names is not None else names_of(scenes)
    for scene in scenes:
        cast.mentions[scene.field] = find_mentions(sets, scene, names[scene.field])
    cast.scenes = {scene.field: scene for scene in scenes}
    for scene in scenes:
        Linking(cast, scene).run()
    for tell in (tell_roles, tell_kin):
        for scene in scenes:
            tell(cast, scene)
    return cast


class Linking:
    """One pass over the mentions of a scene."""

    def __init__(self, cast: Cast, scene: Scene) -> None:
        self.cast, self.scene, self.text = cast, scene, scene.view.shadow
        self.sets, self.found = cast.sets, cast.mentions[scene.field]
        self.mentions = self.found.all
        self.names: dict[str, Person | None] = {}

    def run(self) -> None:
        """Settle each mention in order; who says "I" may be named behind it, and comes last."""
        for person in self.cast.persons:
            self._remember(person.names, person)
        for index, mention in sorted(enumerate(self.mentions), key=lambda each: each[1].first):
            found = self._person(index, mention)
            if found is None:
                if mention.word in _RELATIVES:
                    continue
                found = Person(self.sets)
                self.cast.persons.append(found)
            self.cast.give(mention, found)
            if mention.kind == "name":
                self._remember(mention.word.split(), found)

    def _remember(self, names: Iterable[str], person: Person) -> None:
        """Keep whose names they are; one that two persons bear tells neither."""
        for name in names:
            if self.names.setdefault(name, person) is not person:
                self.names[name] = None

    def _low(self, mention: Mention) -> int:
        """Return where the sentence of a mention begins."""
        return self.scene.sentence_span(self.scene.view.sentence_at(mention.start))[0]

    def _person(self, index: int, mention: Mention) -> Person | None:
        if mention.kind == "pronoun":
            return self._pronoun(index, mention)
        beside = self._beside(self.mentions[index - 1], mention) if index else None
        if mention.kind == "noun":
            return beside or self._apposed(index, mention) or next(self._described(mention), None)
        # the person of whose names these are part, or who had part of them; in order: a set of
        # them has another each run
        parts = set(mention.word.split())
        known = (self.names.get(part) for part in mention.word.split())
        return next((p for p in known if p and (parts <= p.names or p.names <= parts)), beside)

    def _apposed(self, index: int, mention: Mention) -> Person | None:
        """Return the person of "The 13-year-old from Brod, a pupil": an earlier one of its role."""
        lead = self.text[max(0, mention.start - 40) : mention.start]
        if mention.lead not in ("a", "the") or not _COMMA_LEAD.search(lead):
            return None
        low = self._low(mention)
        for earlier in reversed(self.mentions[max(0, index - 4) : index]):
            person = self.cast.of(earlier)
            if person is None or earlier.start < low or earlier.kind == "pronoun":
                continue
            if (mention.roles | mention.assumed) & person.roles and not (
                self._opposed(person, mention) or self._differ(person, mention)
            ):
                return person
        return None

    def _beside(self, before: Mention, mention: Mention) -> Person | None:
        """Return the person that two mentions side by side both mean ("Rosa, a pupil")."""
        person = self.cast.of(before)
        if person is None or mention.start - before.end > 60:
            return None
        match before.kind, mention.kind:
            case "name", "noun":
                shape = _BESIDE
            case "noun", "name":
                shape = _NAMED
            case "pronoun", "name":
                linked = before.word in NOMINATIVE and not person.names
                named = linked and _IS.fullmatch(self.text, before.end, mention.start)
                return person if named else None
            case _, "noun" if mention.lead == "a" and _LINK.match(self.text, before.end):
                shape = _BESIDE
            case _:
                return None
        gap = shape.fullmatch(self.text, before.end, mention.start)
        return person if gap and not self._differ(person, mention) else None

    def _differ(self, person: Person, mention: Mention) -> bool:
        """Whether number tells the two apart."""
        several = self.sets.several
        return bool((person.traits & several) ^ (mention.traits & several)) and not person.names

    def _opposed(self, person: Person, mention: Mention) -> bool:
        return self.sets.opposed(person.traits, mention.traits)

    def _described(self, mention: Mention) -> Iterator[Person]:
        """Yield whom "the girl" may mean: the last who was called so, then whom it fits."""
        recent = self.cast.persons[-40:][::-1]  # so many are looked through
        if mention.lead in ("the", "whose"):
            yield from (p for p in recent if mention.word in p.words)
        if mention.lead != "the":
            return
        low = self._low(mention)
        for person in recent:
            here = person.names and person.mentions[-1].start >= low
            if not here and self._fits(person, mention):
                yield person
        # "Her brother found the 15-year-old": the pronoun comes first
        first = self.found.after(low)
        opens = first and first.start == low and first.word in _OWNERS
        owner = self.cast.of(first) if first and opens else None
        if (
            owner
            and len(owner.mentions) == 1
            and not (owner.names or self._opposed(owner, mention))
        ):
            yield owner
        # "the 36-year-old" is the person named last, of no other age
        years = mention.ages[0].years if mention.ages else 0
        if years >= self.sets.adult_age:
            number = self.scene.view.sentence_at(mention.start)
            low, _ = self.scene.sentence_span(max(0, number - LOOK_BACK))
            near = reversed(self.found.between(low, mention.start))
            persons = (self.cast.of(m) for m in near if m.kind != "pronoun")
            last = next((p for p in persons if p and p.names), None)
            other_age = last and last.age and last.age[0].years != years
            if last and not (other_age or self._opposed(last, mention) or "official" in last.facts):
                yield last

    def _fits(self, person: Person, mention: Mention) -> bool:
        if not mention.roles | mention.assumed and not mention.ages:
            return False
        several, (young, _) = self.sets.several, self.sets.by_age
        other_number = (person.traits & several) ^ (mention.traits & several)
        if other_number or self._opposed(person, mention):
            return False
        if mention.ages and person.age:
            return mention.ages[0].years == person.age[0].years
        if mention.ages or young in mention.roles:
            return young in person.roles and not (mention.ages and person.names)
        return bool(mention.roles & person.roles)

    def _pronoun(self, index: int, mention: Mention) -> Person | None:
        if mention.first:
            return self._speaker(mention)
        before = self.mentions[index - 1] if index else None
        nearest, between = None, (0, mention.start)
        if before:
            nearest, between = self.cast.of(before), (before.end, mention.start)
        if mention.word in _RELATIVES:
            return nearest if _RELATIVE.fullmatch(self.text, *between) else None
        barred = [self._speaker(mention)]
        is_near = before and not before.oblique and mention.start - before.end < 30
        is_done_to = is_near and mention.word in _OBJECTS and mention.is_object(self.text)
        if is_done_to and not _CLAUSE.search(self.text, *between):
            barred.append(nearest)  # "him" cannot mean who acts on him
        known: Person | None = None
        if before and _SAME.get(mention.word) == before.word:
            known = nearest if _TO_HER.fullmatch(self.text, *between) else None  # "told her she"
        known = known or self._known_to_fit(index, mention)
        if known and not any(known is person for person in barred):
            return known
        misfits = self.sets.misfits.get(mention.word, frozenset())
        # better known of a person than not: her sex, or that they are several
        wanted = frozenset[int]()
        if mention.word in _SEVERAL:
            wanted = self.sets.several
        elif mention.word in _OBJECTS:
            wanted = self.sets.implied.get(mention.word, wanted)
        fitting = (
            person
            for earlier in self._candidates(index, mention)
            if (person := self.cast.of(earlier))
            and not any(person is other for other in barred)
            and not (person.traits | earlier.traits) & misfits
        )
        doubtful = next(fitting, None)
        if doubtful is None or not wanted or doubtful.traits & wanted:
            return doubtful
        return next((person for person in fitting if person.traits & wanted), doubtful)

    def _speaker(self, mention: Mention) -> Person | None:
        """Return who says "I": the speaker of the quotation."""
        quotation = self.scene.quotation_around(mention.start, mention.end)
        span = quotation.speaker_span if quotation else None
        near = self.found.over(*span) if span else []
        return next(filter(None, map(self.cast.of, near)), None)

    def _known_to_fit(self, index: int, mention: Mention) -> Person | None:
        """Return the one of "X met the girl after she left" who is known to be a "she"."""
        shown = self.sets.implied.get(mention.word)
        if mention.word not in ("she", "he") or not shown or self._speaks(mention):
            return None
        low = self._low(mention)
        fit: list[Person] = []
        for earlier in self.mentions[max(0, index - MAX_LOOKED) : index]:
            person = self.cast.of(earlier) if earlier.start >= low else None
            if person is None or earlier.kind == "pronoun" or not person.traits & shown:
                continue
            if earlier.kind == "name" or earlier.lead != "the":
                return None
            fit.append(person)
        return fit[0] if fit and all(p is fit[0] for p in fit) else None

    def _candidates(self, index: int, mention: Mention) -> Iterator[Mention]:
        """Yield earlier mentions: of its own sentence in order, then of the ones before.

        Last comes who is part of a phrase set before: "The eldest child of a widow, she was …".
        """
        number = self.scene.view.sentence_at(mention.start)
        window = self.mentions[max(0, index - MAX_LOOKED) : index]
        speaks = self._speaks(mention)
        own: list[Mention] = []
        for back in range(LOOK_BACK + 1):
            low, high = self.scene.sentence_span(number - back)
            inside = [m for m in window if low <= m.start < high]
            fronted = mention.word in NOMINATIVE and self.text.endswith(", ", 0, mention.start)
            if back == 0 and fronted:
                acting = (m for m in inside if not m.oblique and m.lead != "whose")
                if not any(m.kind != "pronoun" or m.word in _ACTING for m in acting):
                    own, inside = inside, []
            yield from sorted(inside, key=lambda m: self._speaks(m) is not speaks)
        yield from own

    def _speaks(self, mention: Mention) -> bool:
        """Whether a word of saying follows: "He added" goes on with the speaker, "He is 13" not."""
        return _SAYS.match(self.text, mention.end) is not None


def same_person(cast: Cast, person: Person) -> list[Person]:
    """Return the persons that are one with an exploited person, herself first."""
    several, (young, _) = cast.sets.several, cast.sets.by_age
    if not cast.is_protected(person) or person.traits & several:
        return [person]
    is_young = young in person.roles
    single = [p for p in cast.persons if not p.traits & several and not cast.stands_apart(p)]
    one = [person]
    for other in single:
        if other is person or is_young is not (young in other.roles):
            continue
        if cast.is_protected(other):
            if _told_apart(cast, one, other):
                return [person]  # there are two of them
            one.append(other)
    vague: list[Person] = []
    for other in single:
        if other in one or other.names or id(other) in cast.kin:
            continue
        if other.words:  # such as "the girl"
            called = any(m.kind == "noun" and m.lead == "the" for m in other.mentions)
            is_vague = called and cast.sets.protected in other.roles
        else:  # nothing but "she"
            is_vague = not other.facts and {m.word for m in other.mentions} <= _SINGULAR
        if not is_vague or (is_young and other.age and young not in other.roles):
            continue
        vague += [] if _told_apart(cast, one, other) else [other]
    return one + vague


def _told_apart(cast: Cast, one: list[Person], other: Person) -> bool:
    """Whether name, age or sex tells somebody from those that are one already."""
    return any(
        (known.names and other.names and known.names.isdisjoint(other.names))
        or (
            known.age
            and other.age
            and known.age[0].years != other.age[0].years
            and not (known.age[0].then or other.age[0].then)
        )
        or cast.sets.opposed(known.traits, other.traits)
        for known in one
    )
