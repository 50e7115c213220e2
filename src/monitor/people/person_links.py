"""Who is who over a whole text, for the people table: names, nouns, kin, groups and pronouns.

Goes on from the linking that the rules use: more nouns mean people here, one who is known by kinship
alone is followed, and a name or a noun joins somebody told of anywhere before.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from monitor.people.coreference import Linking
from monitor.people.person_mentions import find_mentions
from monitor.people.person_names import Names
from monitor.people.person_nouns import KIN, YOUNG
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
    r"whose real name is|known (?:online |simply |locally )?as) [\"']?"
)
_ACROSS = late(r" (?:for|of|at|in|from|with) [^.,;:!?\"]{2,70}, (?:[A-Z][\w.]* )?")
"""Between "a lawyer" and her name: " for the men, "."""
_CLOSED = late(r"(?:,|\.| said\b| told\b| was\b| is\b| has\b|\Z)")
_CLOSES = late(r"(?: (?:of|at|in|from|with|for|who|to|on|near)\b|[,.;:)]|\Z|\n| -)")
_IN_LIST = late(r", (?:[\w' -]{1,40}, )*(?:and|&) ")
_AGE_ONLY = late(r",? \(?(?:aged )?\d{1,3}\)?,? ?")
_OWN = late(r"(?:'s?)?(?: [\w-]+){0,3} ")
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
    for tell in (tell_roles, tell_kin):
        for scene in scenes:
            tell(cast, scene)
    return cast


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
            return self._pronoun(index, mention)
        before = self.mentions[index - 1] if index else None
        inside = self.mentions[index - 2] if index > 1 else None
        if before and inside and before.end <= inside.end:
            before = inside  # "them" of "one of them"
        beside = self._next_to(before, mention) if before else None
        if mention.kind == "name":
            return beside or self._bearer(mention)
        found = beside or self._noun(index, mention)
        return found

    def _first_person(self, mention: Mention) -> Person | None:
        """Return who says "I": the speaker of the quotation or of the one beside it, or who writes."""
        if speaker := self._speaker(mention):
            return speaker
        view = self.scene.view
        own = self.scene.quotation_around(mention.start, mention.end)
        if own is None:
            self.writer = self.writer or Person(self.sets)
            if not self.writer.mentions:
                self.cast.persons.append(self.writer)
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
        parts = mention.word.replace(".", "").split()
        best: tuple[int, int] = 0, 0
        bearer: Person | None = None
        for person in reversed(self.cast.persons[-MAX_PEOPLE:]):
            if not person.names or self._opposed(person, mention):
                continue
            names = {m.word for m in person.mentions if m.kind == "name"}
            alike = max(_likeness(parts, name.replace(".", "").split()) for name in names)
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
        if person is None or start - before.end > 80:
            return None
        text, gap = self.text, self.text[before.end : start]
        if start < before.end:  # "her" of "her son" stands before it
            return self._over_owner(before, mention)
        if self._differ(person, mention) or self._opposed(person, mention):
            return None
        match before.kind, mention.kind:
            case "name", "name":
                return person if _ALIAS.fullmatch(gap) else None
            case "noun", "name":
                led = before.lead or text[before.start].isupper()
                if before.phrase is None and (gap != " " or not led):
                    return None
                across = (
                    before.phrase and _ACROSS.fullmatch(gap) and _CLOSED.match(text, mention.end)
                )
                if not (_NAMED.fullmatch(gap) or across) or (gap.startswith(",") and person.names):
                    return None
                is_plural = bool(person.traits & self.sets.several)
                return None if is_plural or self._lists(before, mention) else person
            case "pronoun", "name":
                is_said = re.fullmatch(r" (?:is|was|am|'m) ", gap) is not None
                return person if is_said and not person.names else None
            case _, "noun" if mention.phrase is not None:
                if not _APPOSED.fullmatch(gap) or mention.phrase.of:
                    return None
                if mention.lead == "the" and before.kind == "pronoun":
                    return None
                if gap.startswith((",", " (")) and (
                    not _CLOSES.match(text, mention.end) or self._lists(before, mention)
                ):
                    return None
                if before.kind == "pronoun" and before.word in _POSSESSIVE:
                    return None
                return person
        return None

    def _over_owner(self, before: Mention, mention: Mention) -> Person | None:
        """Return the person of "Ana, her husband", "Kofi, Ana's brother": of what stands before."""
        phrase = mention.phrase
        if phrase is None:
            return None
        earlier = self.found.before(phrase.start)
        person = self.cast.of(earlier) if earlier else None
        if earlier is None or person is None or earlier.end > phrase.start:
            return None
        gap = self.text[earlier.end : phrase.start]
        if not (
            gap.startswith((", ", " (")) or gap.startswith((" is ", " was "))
        ) or not _APPOSED.fullmatch(gap):
            return None
        if (
            self._differ(person, mention)
            or self._opposed(person, mention)
            or earlier.kind == "pronoun"
            or not _CLOSES.match(self.text, mention.end)
            or self._lists(earlier, mention)
            or self.cast.of(before) is person
        ):
            return None
        return person

    def _lists(self, before: Mention, mention: Mention) -> bool:
        """Whether two stand in a list: "Ana, her son and a nurse"."""
        return (
            bool(_IN_LIST.match(self.text, mention.end, mention.end + 60))
            or bool(
                re.match(
                    r" (?:and|&) (?!(?:was|is|has|had|who|said|told)\b)",
                    self.text[mention.end : mention.end + 12],
                )
                and self.text[before.end : mention.start].startswith(",")
            )
            or bool(
                re.search(r"(?:, |\band )$", self.text[max(0, before.start - 5) : before.start])
                and mention.kind == "noun"
                and not before.kind == "name"
            )
        )

    # nouns

    def _noun(self, index: int, mention: Mention) -> Person | None:
        phrase = mention.phrase
        if phrase is None:
            if not mention.lead and mention.traits & self.sets.several:
                same = (p for p in reversed(self.cast.persons[-40:]) if mention.word in p.words)
                return next((p for p in same if p.traits & self.sets.several), None)
            if self.scene.field == "title" and not mention.lead:
                return next((p for p in self.cast.persons if mention.word in p.words), None)
            return super()._person(index, mention)
        if phrase.of:
            person = Person(self.sets)
            self.cast.persons.append(person)
            if group := self._group(index, mention):
                self.cast.groups[id(person)] = group
            return person
        owner = self._owner(index, mention)
        if owner is not None:
            return self._kin(owner, mention)
        if mention.lead == "a" and self.scene.field != "title":
            return self._again(mention)
        if mention.lead == "whose" and phrase.several:
            return None
        return self._definite(mention)

    def _again(self, mention: Mention) -> Person | None:
        """Return whom "a 39-year-old worker" means who was told of in these words before."""
        phrase = mention.phrase
        assert phrase is not None
        if phrase.det in ("another", "one"):
            return None
        ages = {age.years for age in mention.ages}
        words = (phrase.mods.lower(), phrase.word)
        for person in self.cast.persons[-40:]:
            several = bool(person.traits & self.sets.several)
            if several is not phrase.several or self._opposed(person, mention):
                continue
            if any(
                m.phrase
                and ((ages and ages == {age.years for age in m.ages}) or (phrase.mods or several))
                and (m.phrase.mods.lower(), m.phrase.word) == words
                and (not several or m.phrase.det == phrase.det)
                for m in person.mentions
            ):
                return person
            told = {age.years for m in person.mentions for age in m.ages}
            heads = self._heads(person) | person.words
            like = phrase.word in heads or (
                (phrase.word in YOUNG or phrase.word == "year-old") and heads & YOUNG
            )
            if ages and ages == told and like and not phrase.several:
                return person
        return None

    def _group(self, index: int, mention: Mention) -> Person | None:
        """Return the group of "one of them": the last that was told of."""
        for earlier in reversed(self.mentions[max(0, index - 12) : index]):
            person = self.cast.of(earlier)
            if person and person.traits & self.sets.several:
                return person
        return None

    def _owner(self, index: int, mention: Mention) -> Person | None:
        """Return whose relative, friend or employer a noun means."""
        phrase = mention.phrase
        if phrase is None:
            return None
        for earlier in reversed(self.mentions[max(0, index - 4) : index]):
            if earlier.start < phrase.start - 40:
                break
            inside = (
                phrase.start <= earlier.start
                and earlier.end <= mention.start
                and (earlier.kind == "pronoun" or self.text.startswith(("'s ", "' "), earlier.end))
            )
            close = inside or (
                earlier.end <= mention.start
                and self.text.startswith(("'s ", "' "), earlier.end)
                and earlier.end >= phrase.start - 2
            )
            if close:
                possessive = earlier.kind != "pronoun" or earlier.word in _POSSESSIVE
                return self.cast.of(earlier) if possessive else None
        behind = re.match(r" (?:of|to) ", self.text[mention.end : mention.end + 4])
        if behind and (phrase.word in KIN):
            after = self.found.after(mention.end + len(behind[0]) - 1)
            if after and after.kind == "name" and after.start - mention.end <= 24:
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
        person = Person(self.sets)
        self.cast.persons.append(person)
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
        word, mods = phrase.word, set(phrase.mods.lower().split())
        order = (mods & _ORDER) | ({word} & _ORDER)
        ages = {age.years for age in mention.ages}
        second: Person | None = None
        for person in reversed(self.cast.persons[-60:]):
            several = bool(person.traits & self.sets.several)
            if several is not phrase.several or self._opposed(person, mention):
                continue
            if self._ages_differ(person, mention) or not person.mentions:
                continue
            if mention.word in person.words or word in self._heads(person):
                own = {
                    m
                    for one in person.mentions
                    if one.phrase
                    for m in (*one.phrase.mods.lower().split(), one.phrase.word)
                } & _ORDER
                if order <= own:
                    return person
                continue
            if order:
                continue
            if ages and any(a.years in ages for m in person.mentions for a in m.ages):
                return person
            if second is None and self._may_mean(person, mention, word):
                second = person
        return second

    def _heads(self, person: Person) -> set[str]:
        return {m.phrase.word for m in person.mentions if m.phrase}

    def _may_mean(self, person: Person, mention: Mention, word: str) -> bool:
        """Whether a noun of a like kind may mean somebody who was not called so."""
        heads = self._heads(person) | person.words
        recent = self._recent(person, mention)
        young, _ = self.sets.by_age
        child = young in person.roles or bool(heads & YOUNG)
        if word in YOUNG or word == "year-old":
            return child and (recent or not person.names)
        if word in _ADULTS:
            shown = (
                self.sets.sex("she") if word in ("woman", "women", "lady") else self.sets.sex("he")
            )
            return recent and not child and bool(person.traits & shown)
        if word in _HARMED:
            return self.cast.is_protected(person) or bool(heads & (_HARMED | YOUNG))
        if word in _ACCUSED:
            return "suspect" in person.facts or bool(heads & _ACCUSED)
        return False

    def _recent(self, person: Person, mention: Mention) -> bool:
        low, _ = self.scene.sentence_span(max(0, self.scene.view.sentence_at(mention.start) - 3))
        last = person.mentions[-1]
        return last.scene is self.scene and last.start >= low


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
