"""Who is who over a whole text, for the people table: names, nouns, kin, groups and pronouns.

Goes on from the linking that the rules use: more nouns mean people here, one who is known by
kinship alone is followed, and a name or a noun joins somebody told of anywhere before.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from monitor.people.coreference import Linking
from monitor.people.person_mentions import find_mentions
from monitor.people.person_names import Names
from monitor.people.person_nouns import KIN, YOUNG, PersonNoun
from monitor.people.persons import Cast, Mention, Person, PersonSets
from monitor.people.roles import tell_kin, tell_roles
from monitor.text.analysis import Scene
from monitor.text.regular_expressions import late, word_set

_MR = late(r"\b(?:Mr|Sir|Lord|Father|Brother|Mallam|Alhaji|Shri)\.? $")
_MS = late(r"\b(?:Mrs|Ms|Miss|Lady|Dame|Sister|Madam|Smt|Auntie|Aunt|Hajia)\.? $")
_APPOSED = late(
    r"(?:,? ?\(?(?:aged |then |now )?\d{1,3}\)?)?(?:, | \(|,? (?:is|was|who (?:is|was)|became) "
    r")(?:(?:now|then|also|only|just|herself|himself) )?"
)
_NAMED = late(
    r"(?:,? (?:(?:who (?:was|is|has been|had been) )?(?:later |only |also )?(?:named|called"
    r"|identified)(?: only| by police)?(?: as| by)?|"
    r"(?:who (?:was|is) )?known (?:only |locally )?as|by the name of)|,)? ?"
    r"(?:\(|[\"'])?(?:(?:[A-Z][\w.]*|\d+-year-old) )?"
)
_ALIAS = late(
    r",? \(?(?:alias|a\.?k\.?a\.?|also known as|better known as|also called|or|nicknamed|nee"
    r"|n\u00e9e|formerly|real name|"
    r"whose real name is|known (?:online |simply |locally )?as) [\"']?(?:[A-Z]\w+\.? )?"
)
_ACROSS = late(r" (?:for|of|at|in|from|with) [^.,;:!?\"]{2,70}, (?:[A-Z][\w.]* )?")
"""Between "a lawyer" and her name: " for the men, "."""
_CLOSED = late(r"(?:,|\.| said\b| told\b| was\b| is\b| has\b|\Z)")
_CLOSES = late(r"(?: (?:of|at|in|from|with|for|who|to|on|near)\b|[,.;:)]|\Z|\n| -)")
_IN_LIST = late(r", (?:[\w' -]{1,40}, )*(?:and|&) ")
_AND = late(r" (?:and|&) (?!(?:was|is|has|had|who|said|told)\b)")
_POSSESSIVE = word_set("her his their my our whose your")
_ORDER = word_set("eldest youngest oldest elder younger older other second third another first")
_ADULTS = word_set("man woman men women lady gentleman adult")
_HARMED = word_set("victim survivor complainant accuser plaintiff deceased captive hostage")
_ACCUSED = word_set(
    """suspect accused defendant perpetrator attacker abuser offender culprit rapist killer murderer
    trafficker gunman shooter bomber convict inmate"""
)
_SEXES = {
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
    **dict.fromkeys(("he", "his", "him", "himself"), "he"),
}
_SAME_KIN = {
    "mum": "mother",
    "mom": "mother",
    "mummy": "mother",
    "mama": "mother",
    "dad": "father",
    "daddy": "father",
    "papa": "father",
    "kid": "child",
    "baby": "child",
    "toddler": "child",
    "kids": "children",
    "infant": "child",
    "newborn": "child",
    "gran": "grandmother",
    "granny": "grandmother",
    "grandma": "grandmother",
    "grandpa": "grandfather",
    "grandad": "grandfather",
    "auntie": "aunt",
    "aunty": "aunt",
}


MAX_TITLES = 24
"""Characters of "of the late Mr" between a relative and a name."""
MAX_NEAR = 40
"""People looked back at for a noun."""
MAX_GAP = 80
"""Characters between two mentions beside each other."""
MAX_PEOPLE = 400
"""People looked through for one mention."""


def find_people(sets: PersonSets, scenes: Sequence[Scene], names: Names) -> Cast:
    """Return all persons whom a document's scenes tell of; `names` are where they name them.

    The last scene is the text: who is who is told there, and titles follow it.
    """
    cast = Cast(sets)
    for scene in scenes:
        cast.mentions[scene.field] = find_mentions(sets, scene, names[scene.field], wide=True)
        for mention in cast.mentions[scene.field].all:
            if mention.kind == "name":
                before = scene.view.shadow[max(0, mention.start - 12) : mention.start]
                sex = "he" if _MR.search(before) else "she" if _MS.search(before) else ""
                mention.traits |= sets.sex(sex)
    cast.scenes = {scene.field: scene for scene in scenes}
    for scene in reversed(scenes):
        TableLinking(cast, scene).run()
    for scene in scenes:
        tell_roles(cast, scene)
    _join_called(cast)
    for scene in scenes:
        tell_kin(cast, scene)
    return cast


def _join_called(cast: Cast) -> None:
    """Join "the victim" and "the suspect" to the only person whom the text shows to be that."""
    for person in list(cast.persons):
        noun = min(person.mentions, key=lambda m: m.start, default=None)
        if noun is None or person.names or noun.lead != "the" or noun.phrase is None:
            continue
        word = noun.phrase.word.removesuffix("s")
        if word in _HARMED | _ACCUSED and not noun.phrase.of:
            fitting = [
                other
                for other in cast.persons
                if other is not person
                and _is_before(other, noun)
                and (cast.is_protected(other) if word in _HARMED else "suspect" in other.facts)
                and not (other.traits ^ person.traits) & cast.sets.several
                and not cast.sets.opposed(other.traits, person.traits)
                and not (other.age and person.age and other.age[0].years != person.age[0].years)
            ]
            if len(fitting) == 1:
                cast.join(fitting[0], person)


def _is_before(person: Person, noun: Mention) -> bool:
    """Whether a person is mentioned before a noun, in the same field."""
    return any(m.scene is noun.scene and m.start < noun.start for m in person.mentions)


class TableLinking(Linking):
    """One pass over the mentions of a scene, nouns for anybody among them."""

    writer: Person | None = None
    """Who says "I" outside quotations."""

    def run(self) -> None:
        """Settle each mention, once the sex of those named is told by who is called "she"."""
        self._tell_sexes()
        super().run()

    def _tell_sexes(self) -> None:
        """Give names the sex of the pronouns that nobody else can be meant by."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        view = self.scene.view
        before: str | None = None
        for number in range(len(view.sentences)):
            inside = self.found.between(*self.scene.sentence_span(number))
            others = {m.word for m in inside if m.kind == "name"}
            nouns = [m for m in inside if m.kind == "noun" and not m.traits & self.sets.several]
            alone = next(iter(others)) if len(others) == 1 and not nouns else None
            of = alone or (before if not others and not nouns else None)
            for mention in inside:
                sex = _SEXES.get(mention.word) if mention.kind == "pronoun" else None
                if sex and of and self.scene.quotation_around(mention.start, mention.end) is None:
                    votes[of][sex] += 1
            before = of
        for mention in self.mentions:
            said = votes.get(mention.word) if mention.kind == "name" else None
            if said:
                (sex, most), *rest = said.most_common()
                if most >= 2 * sum(n for _, n in rest) + 1:
                    mention.traits |= self.sets.sex(sex)

    def _person(self, index: int, mention: Mention) -> Person | None:
        if mention.kind == "pronoun":
            if mention.word in ("we", "us", "our"):
                return None
            if mention.first or mention.word == "myself":
                return self._first_person(mention)
            if mention.word.endswith(("self", "selves")):
                return self._acting(mention)
            person = self._pronoun(index, mention)
            return self._other(index, mention) if self._is_aside(index, person) else person
        before = self.mentions[index - 1] if index else None
        inside = self.mentions[index - 2] if index > 1 else None
        if before and inside and before.end <= inside.end:
            before = inside  # "them" of "one of them"
        beside = self._next_to(before, mention) if before else None
        if mention.kind == "name":
            return beside or self._bearer(mention) or self._across(index, mention)
        if beside and mention.phrase and mention.phrase.word in KIN:  # "Kofi, her husband"
            owner = self._owner(index, mention)
            if owner and owner is not beside:
                self.cast.kin_of.setdefault(id(beside), [owner])
        return beside or self._noun(index, mention)

    def _first_person(self, mention: Mention) -> Person | None:
        """Return who says "I": the speaker of this quotation or the next, or who writes."""
        if speaker := self._speaker(mention):
            return speaker
        view = self.scene.view
        own = self.scene.quotation_around(mention.start, mention.end)
        if own is None:
            self.writer = self.writer or self._new()
            return self.writer
        low, high = next(((a, b) for a, b in view.paragraphs if a <= own.start < b), (0, 0))
        beside = [
            q
            for q in view.quotations
            if low <= q.start < high and q.kind == "attributed" and q is not own
        ]
        for quotation in sorted(beside, key=lambda q: abs(q.start - own.start)):
            near = self.found.over(*quotation.speaker_span) if quotation.speaker_span else []
            if person := next(filter(None, map(self.cast.of, near)), None):
                return person
        earlier = (
            m
            for m in reversed(self.found.between(max(0, own.start - 600), mention.start))
            if m.first
        )
        return next(filter(None, map(self.cast.of, earlier)), None)

    def _acting(self, mention: Mention) -> Person | None:
        """Return whom "herself" means: the last before it of that sex."""
        shown = self.sets.sex(_SEXES.get(mention.word, ""))
        low = self._low(mention)
        for earlier in reversed(self.found.between(low, mention.start)):
            person = self.cast.of(earlier)
            is_several = bool(person and person.traits & self.sets.several)
            if (
                person
                and not self.sets.opposed(person.traits, shown)
                and (is_several is mention.word.endswith("selves"))
            ):
                return person
        return None

    # names

    def _bearer(self, mention: Mention) -> Person | None:
        """Return who bears a name: she who was called so last, by all of it or by a part."""
        parts = _name_parts(mention.word)
        best: tuple[int, int] = 0, 0
        bearer: Person | None = None
        for person in reversed(self.cast.persons[-MAX_PEOPLE:]):
            if not person.names or self._opposed(person, mention):
                continue
            names = {m.word for m in person.mentions if m.kind == "name"}
            alike = max(_likeness(parts, _name_parts(name)) for name in names)
            # a surname alone is hers who is told of most, a first name hers who was last
            rank = alike, len(person.mentions) if alike == _SURNAME else 0
            if alike and rank > best:
                best, bearer = rank, person
        return bearer

    # apposition

    def _next_to(self, before: Mention, mention: Mention) -> Person | None:
        """Return the person of two mentions that stand beside each other and mean one."""
        person = self.cast.of(before)
        start = mention.phrase.start if mention.phrase else mention.start
        if person is None or start - before.end > MAX_GAP:
            return None
        if start < before.end:  # "her" of "her son" stands before it
            return self._over_owner(before, mention)
        if self._differ(person, mention) or self._opposed(person, mention):
            return None
        gap = self.text[before.end : start]
        if mention.kind == "noun":
            return person if self._describes(before, mention, gap) else None
        is_one = {"name": self._is_alias, "noun": self._is_named, "pronoun": self._is_called}
        return person if is_one[before.kind](before, mention, gap) else None

    def _across(self, index: int, mention: Mention) -> Person | None:
        """Return the person of "A lawyer for the men, Ana Doe, said": of a noun further off."""
        for earlier in reversed(self.mentions[max(0, index - 3) : max(0, index - 1)]):
            gap = self.text[earlier.end : mention.start]
            if earlier.kind == "noun" and _ACROSS.fullmatch(gap):
                return self.cast.of(earlier) if self._is_named(earlier, mention, gap) else None
        return None

    def _is_aside(self, index: int, person: Person | None) -> bool:
        """Whether "her" of "Kofi, her uncle," would be Kofi's own."""
        before, mention = self.found.before(self.mentions[index].start), self.mentions[index]
        if person is None or before is None or mention.word not in _POSSESSIVE:
            return False
        noun = self.mentions[index + 1] if index + 1 < len(self.mentions) else None
        phrase = noun.phrase if noun else None
        if noun is None or phrase is None or phrase.start != mention.start:
            return False
        is_kin = phrase.word in KIN and _CLOSES.match(self.text, noun.end) is not None
        gap = self.text[before.end : mention.start]
        return is_kin and gap == ", " and self.cast.of(before) is person

    def _other(self, index: int, mention: Mention) -> Person | None:
        """Return whom a pronoun means that cannot mean the person before it."""
        barred = self.cast.of(self.mentions[index - 1])
        shown = self.sets.sex(_SEXES.get(mention.word, ""))
        for earlier in reversed(self.mentions[max(0, index - 8) : index]):
            person = self.cast.of(earlier)
            if person and person is not barred and not self.sets.opposed(person.traits, shown):
                return person
        return None

    def _is_alias(self, _: Mention, __: Mention, gap: str) -> bool:
        """Whether two names are one person's: "Ana, also known as Star"."""
        return _ALIAS.fullmatch(gap) is not None

    def _is_named(self, before: Mention, mention: Mention, gap: str) -> bool:
        """Whether a noun has its name behind it: "a girl named Ana", "her husband, Kofi"."""
        person = self.cast.of(before)
        led = before.lead or not self.text[before.start].islower()  # "Widow", "13-year-old"
        is_bare = before.phrase is None and (gap != " " or not led)
        if person is None or is_bare or person.traits & self.sets.several:
            return False
        # "a lawyer for the men, Ana Doe,"
        across = (
            before.phrase is not None
            and _ACROSS.fullmatch(gap) is not None
            and _CLOSED.match(self.text, mention.end) is not None
        )
        named = across or _NAMED.fullmatch(gap) is not None
        apart = gap.startswith(",") and person.names
        return named and not apart and not self._lists(before, mention)

    def _is_called(self, before: Mention, _: Mention, gap: str) -> bool:
        """Whether a name is a pronoun's: "She is Ana"."""
        person = self.cast.of(before)
        said = re.fullmatch(r" (?:is|was|am|'m) ", gap) is not None
        return said and person is not None and not person.names

    def _describes(self, before: Mention, mention: Mention, gap: str) -> bool:
        """Whether a noun says who somebody is: "Ana, a pupil", "She was a cook"."""
        if mention.phrase is None or mention.phrase.of or not _APPOSED.fullmatch(gap):
            return False
        if before.kind == "pronoun" and (mention.lead == "the" or before.word in _POSSESSIVE):
            return False
        return not gap.startswith((",", " (")) or (
            _CLOSES.match(self.text, mention.end) is not None and not self._lists(before, mention)
        )

    def _over_owner(self, owner: Mention, mention: Mention) -> Person | None:
        """Return the person of "Kofi, her husband": who stands before the owner."""
        start = mention.phrase.start if mention.phrase else owner.start
        earlier = self.found.before(start)
        person = self.cast.of(earlier) if earlier else None
        if earlier is None or person is None or earlier.kind == "pronoun" or earlier.end > start:
            return None
        apart = self._differ(person, mention) or self._opposed(person, mention)
        if apart or self.cast.of(owner) is person:
            return None
        gap = self.text[earlier.end : start]
        closes = _CLOSES.match(self.text, mention.end) and not self._lists(earlier, mention)
        return person if closes and _APPOSED.fullmatch(gap) else None

    def _lists(self, before: Mention, mention: Mention) -> bool:
        """Whether two stand in a list: "Ana, her son and a nurse"."""
        text, end = self.text, mention.end
        if _IN_LIST.match(text, end, end + 60):
            return True
        if text.startswith(",", before.end) and _AND.match(text, end):
            return True
        of_nouns = mention.kind == "noun" and before.kind != "name"
        return of_nouns and text.endswith((", ", "and "), 0, before.start)

    # nouns

    def _noun(self, index: int, mention: Mention) -> Person | None:
        phrase = mention.phrase
        if phrase is None:
            return self._bare(index, mention)
        if phrase.of:
            person = self._new()
            if group := self._group(index):
                self.cast.groups[id(person)] = group
            return person
        if owner := self._owner(index, mention):
            return self._kin(owner, mention)
        if mention.lead == "a" and self.scene.field != "title":
            return self._again(mention)
        return None if mention.lead == "whose" and phrase.several else self._definite(mention)

    def _bare(self, index: int, mention: Mention) -> Person | None:
        """Return whom "survivors" means, a noun without an article."""
        called = [p for p in self.cast.persons[-MAX_NEAR:] if mention.word in p.words]
        if not mention.lead and mention.traits & self.sets.several:
            return next((p for p in reversed(called) if p.traits & self.sets.several), None)
        if not mention.lead and self.scene.field == "title":
            return next(iter(called), None)
        return super()._person(index, mention)

    def _new(self) -> Person:
        person = Person(self.sets)
        self.cast.persons.append(person)
        return person

    def _again(self, mention: Mention) -> Person | None:
        """Return whom "a 39-year-old worker" means who was told of in these words before."""
        phrase = mention.phrase
        assert phrase is not None
        if phrase.det in ("another", "one"):
            return None
        ages = {age.years for age in mention.ages}
        is_child = phrase.word in YOUNG or phrase.word == "year-old"
        for person in self.cast.persons[-MAX_NEAR:]:
            if not self._agree(person, mention):
                continue
            phrased = [m for m in person.mentions if m.phrase]
            same = (m for m in phrased if m.phrase and _said_alike(m.phrase, phrase))
            if any(phrase.mods or phrase.several or ages for _ in same) and (
                not self._ages_differ(person, mention)
            ):
                return person
            told = {age.years for m in person.mentions for age in m.ages}
            heads = self._heads(person) | person.words
            like = phrase.word in heads or (is_child and heads & YOUNG)
            if ages and ages == told and like and not phrase.several:
                return person
        return None

    def _agree(self, person: Person, mention: Mention) -> bool:
        """Whether number and sex allow that a noun means somebody."""
        is_several = mention.phrase is not None and mention.phrase.several
        several = bool(person.traits & self.sets.several)
        return several is is_several and not self._opposed(person, mention)

    def _group(self, index: int) -> Person | None:
        """Return the group of "one of them": the last that was told of."""
        for earlier in reversed(self.mentions[max(0, index - 12) : index]):
            person = self.cast.of(earlier)
            if person and person.traits & self.sets.several:
                return person
        return None

    def _owner(self, index: int, mention: Mention) -> Person | None:
        """Return whose relative, friend or employer a noun means."""
        phrase = mention.phrase
        assert phrase is not None
        for earlier in reversed(self.mentions[max(0, index - 4) : index]):
            if not phrase.start - 2 <= earlier.end <= mention.start:
                continue
            if self.text.startswith(("'s ", "' "), earlier.end):
                return self.cast.of(earlier)
            if phrase.start <= earlier.start and earlier.word in _POSSESSIVE:
                return self.cast.of(earlier)
        if phrase.word in KIN and self.text.startswith((" of ", " to "), mention.end):
            after = self.found.after(mention.end + len(" of"))
            if after and after.kind == "name" and after.start - mention.end <= MAX_TITLES:
                return self._bearer(after)
        return None

    def _kin(self, owner: Person, mention: Mention) -> Person:
        """Return the one relative of that kind that somebody has, told of before or not."""
        phrase = mention.phrase
        assert phrase is not None
        word = _SAME_KIN.get(phrase.word, phrase.word)
        order = next((m for m in phrase.mods.lower().split() if m in _ORDER), "")
        for person in reversed(self.cast.persons[-MAX_PEOPLE:]):
            if not any(one is owner for one in self.cast.kin_of.get(id(person), ())):
                continue
            same = any(
                m.phrase
                and _SAME_KIN.get(m.phrase.word, m.phrase.word) == word
                and (not order or order in m.phrase.mods.lower().split())
                for m in person.mentions
            )
            if same and not self._ages_differ(person, mention):
                return person
        person = self._new()
        self.cast.kin_of[id(person)] = [owner]
        return person

    def _ages_differ(self, person: Person, mention: Mention) -> bool:
        ages = {age.years for age in mention.ages}
        told = {age.years for m in person.mentions for age in m.ages}
        return bool(ages and told and ages.isdisjoint(told))

    def _definite(self, mention: Mention) -> Person | None:
        """Return whom "the girl" or "the accused" means: the last whom it fits."""
        phrase = mention.phrase
        assert phrase is not None
        order = {*phrase.mods.lower().split(), phrase.word} & _ORDER
        ages = {age.years for age in mention.ages}
        near = [
            person
            for person in reversed(self.cast.persons[-MAX_NEAR:])
            if person.mentions
            and self._agree(person, mention)
            and not self._ages_differ(person, mention)
        ]
        like: Person | None = None
        for person in near:
            if mention.word in person.words or phrase.word in self._heads(person):
                if order <= self._orders(person):
                    return person
            elif not order:
                if ages and any(a.years in ages for m in person.mentions for a in m.ages):
                    return person
                if like is None and self._may_mean(person, mention, phrase.word):
                    like = person
        return like

    def _orders(self, person: Person) -> set[str]:
        """Return by which of "eldest", "other" and the like somebody was told of."""
        phrases = (m.phrase for m in person.mentions if m.phrase)
        return {w for p in phrases for w in (*p.mods.lower().split(), p.word)} & _ORDER

    def _heads(self, person: Person) -> set[str]:
        return {m.phrase.word for m in person.mentions if m.phrase}

    def _may_mean(self, person: Person, mention: Mention, word: str) -> bool:
        """Whether a noun of a like kind may mean somebody who was not called so."""
        heads = self._heads(person) | person.words
        recent = self._recent(person, mention)
        is_child = self.sets.by_age[0] in person.roles or bool(heads & YOUNG)
        if word in YOUNG or word == "year-old":
            return is_child and (recent or not person.names)
        if word in _ADULTS:
            shown = self.sets.sex("she" if word in ("woman", "women", "lady") else "he")
            return recent and not is_child and bool(person.traits & shown)
        if word in _HARMED:
            return self.cast.is_protected(person) or bool(heads & (_HARMED | YOUNG))
        return word in _ACCUSED and ("suspect" in person.facts or bool(heads & _ACCUSED))

    def _recent(self, person: Person, mention: Mention) -> bool:
        low, _ = self.scene.sentence_span(max(0, self.scene.view.sentence_at(mention.start) - 3))
        last = person.mentions[-1]
        return last.scene is self.scene and last.start >= low


def _said_alike(one: PersonNoun, other: PersonNoun) -> bool:
    """Whether two phrases say the same, of groups with their number."""
    is_same = (one.mods.lower(), one.word) == (other.mods.lower(), other.word)
    return is_same and (not other.several or one.det == other.det)


def _name_parts(name: str) -> list[str]:
    return name.replace(".", "").lower().split()


def _likeness(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how well two names may be one person's: 0 not at all, more for more in common."""
    if one == other:
        return 9
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if not set(short) <= set(long):
        if len(short) == len(long) == 1:
            return 0
        # "Blessing O." and "Blessing Okoro", "J. Mensah" and "John Mensah"
        fits = len(short) == len(long) and all(
            a == b or (min(len(a), len(b)) == 1 and a[0] == b[0])
            for a, b in zip(short, long, strict=True)
        )
        return 4 if fits else 0
    if len(short) > 1:
        return 6
    return 5 if short[0] == long[0] else _SURNAME if short[0] == long[-1] else 2


_SURNAME = 3
