"""Articles in which people are planted: who is told of where, and in which way else she is named.

Everything is made from a seed: outlets, towns, officials, and people whose names have no part in
common with anybody's or with any word. Each person is told of as a victim, a minor or a relative
in one version of one article; her kind of planting says where else her name stands.

    python tests/support/planted.py [PEOPLE]    # how many the program's own masks know, by kind
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ruamel.yaml import YAML

from monitor.app import Monitor
from monitor.people.anonymisation import Masked
from monitor.records.article import Article
from monitor.settings import Settings

TEXTS = Path(__file__).resolve().parents[1] / "data" / "persons" / "planted.yaml"
UPDATED = "This article was changed after it was published."
"""By which the second version of a text is known."""
LAST = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)

KINDS: Mapping[str, str] = {
    "headline": "in headline and text",
    "text": "in the text, later by a part of the name",
    "address": "in text and address",
    "caption": "below a picture, and as its file's name",
    "author": "she wrote it herself: in the byline",
    "category": "as a keyword of the feed, and in its summary",
    "older version": "the paper took it out of headline and text; the address has it",
    "half taken out": "taken out of the headline; the last paragraph still has a part",
    "erased version": "taken out so long ago that the older words are erased",
    "newer version": "named before it was told who she is",
    "other language": "in a language in which names cannot be told",
    "possessive": "told in one article of the story, `Name's` in another",
    "without accents": "the same, without accents in the other",
    "capitals": "the same, in capitals in the other",
    "plain in the story": "the same, in the other as anybody is named",
    "surname first": "the same, in the other as in a list of witnesses",
    "part known": "told by a part of the name, the whole in another article",
    "other letters": "the same, with other marks for the same letters",
    "run together": "the same, in the other as one word: a tag, an account",
    "off topic": "in an article that is not about trafficking",
    "expired": "the words have expired; the address has it",
    "page failed": "only a summary could be had; the ledger has the address",
}
"""Where a name stands beside the place where the person is told of."""
IN_HEADLINE = frozenset(
    {"headline", "expired", "older version", "erased version", "half taken out", "newer version"}
)
"""Kinds with the name in a headline of the only article, so that its address has it too."""
SISTERS = frozenset(
    {
        "possessive",
        "without accents",
        "capitals",
        "plain in the story",
        "surname first",
        "part known",
        "other letters",
        "run together",
    }
)
"""Kinds for which another outlet tells the story too."""


# Names -------------------------------------------------------------------------------------------

_SOUNDS: Mapping[str, tuple[Sequence[str], Sequence[str], Sequence[str]]] = {
    # beginnings, middles, ends
    "gulf of guinea": (
        ("Kwa", "Abe", "Efu", "Ofo", "Adu", "Nya", "Gye", "Ose", "Ako", "Tek", "Bua", "Yaa"),
        ("bem", "dzi", "kro", "tse", "nfu", "mpo", "gyi", "hwe", "sua", "nko"),
        ("wa", "mpa", "ntsi", "kyere", "duah", "mbo", "naa", "ssu", "fori", "kwe"),
    ),
    "balkans": (
        ("Živ", "Dra", "Miš", "Ljer", "Vuč", "Šte", "Gor", "Bra", "Čed", "Zdr"),
        ("oje", "ani", "ova", "emi", "ubo", "ila", "eši", "oda"),
        ("vić", "nka", "škova", "rac", "lić", "mira", "đar", "ček"),
    ),
    "romance": (
        ("Peñ", "Ald", "Bre", "Cir", "Fid", "Gua", "Hel", "Jov", "Lor", "Quir"),
        ("ave", "onti", "eri", "ucio", "ibá", "alde", "aran", "isti"),
        ("llo", "ñez", "ção", "rgas", "ndra", "ínez", "lves", "nda"),
    ),
    "red river": (
        ("Ngh", "Tr", "Ph", "Kh", "Qu", "Th", "Đ", "Gi"),
        ("ượ", "uyề", "ầu", "iế", "oà", "ậu", "ễu", "ươ"),
        ("nh", "ng", "m", "n", "p", "t"),
    ),
    "levant": (
        ("Qut", "Rah", "Zub", "Naj", "Haz", "Sam", "Fay", "Mun", "Ghal"),
        ("ay", "imi", "udi", "ari", "afi", "ubi", "asa"),
        ("ba", "riyya", "wan", "dhir", "neh", "ssar", "tiq"),
    ),
    "isles": (
        ("O’Bra", "Mac Fi", "D’Aur", "O’Tul", "Mac Cro", "D’Ess", "O’Fen", "D’Orl"),
        ("nno", "lla", "ghe", "nda", "skel", "rra"),
        ("ch", "nnan", "rty", "lle", "gan", "ngue"),
    ),
    "anatolia": (
        ("Gül", "Çal", "Şük", "Yıl", "Öze", "Tın", "Iğd", "Bür"),
        ("zey", "ıka", "rüm", "ösü", "ğla", "ıry"),
        ("ran", "tık", "lmaz", "şen", "ün", "bağ"),
    ),
    "archipelago": (
        ("Sul", "War", "Ngu", "Puj", "Kad", "Tri", "Wul", "Rat", "Sek"),
        ("iste", "yawa", "raha", "uning", "armi", "ola"),
        ("mi", "ngsih", "yanto", "rjo", "wati", "dika"),
    ),
    "south asia": (
        ("Chand", "Vish", "Bhag", "Dhar", "Priy", "Mukt", "Jhar", "Ghan"),
        ("ari", "wana", "esha", "umo", "ila", "anda"),
        ("pal", "kshi", "bati", "thya", "roy", "deb"),
    ),
}
_ORDINARY = ("Blessing", "Mercy", "Patience", "Grace", "Hope", "Comfort", "Joy", "Faith")
"""First names that are words: they tell who somebody is only with what stands beside them."""
_PARTICLES = {"romance": ("de la", "dos", "del"), "levant": ("al-", "bint", "el-")}
_SCRIPTS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "ru": (("Верещ", "Занд", "Брош", "Тулик", "Жерн"), ("ухина", "орская", "акова", "евская")),
    "ar": (("زبيد", "حنظل", "قطيف", "نجود", "رملا"), ("انة", "ورية", "اوي", "نوش")),
    "th": (("สุขเกษ", "พรหมร", "ใจกล้", "บุญทว"), ("มศรี", "ังสี", "าหาญ", "ีทรัพย์")),
}
_LATIN = {"ru": ("Ver", "Zan", "Bro"), "ar": ("Zub", "Han", "Qat"), "th": ("Suk", "Pho", "Jai")}
_TOWNS = (
    ("Ald", "Bren", "Cor", "Dun", "Esk", "Fen", "Gar", "Hol", "Ink", "Jar", "Kel", "Lin", "Mar"),
    ("ra", "to", "ve", "mi", "sto", "lu", "ne", "ka"),
    ("mouth", "holm", "vik", "ford", "port", "haven", "stad", "ton", "gate"),
)
_OFFICIALS = ("Inspector", "Commander", "Dr", "Prosecutor", "Superintendent")


_SWAPPED = str.maketrans(
    {
        **dict.fromkeys("’ʼ‘`´", "'"),
        **dict.fromkeys("‐‑‒–", "-"),
        "\xa0": " ",
        "\xad": None,
        "\u200b": None,
        "ı": "i",
        "đ": "d",
        "ł": "l",
    }
)


_BARE_SIGNS = _SWAPPED | {
    code: None for code in range(0x20000) if unicodedata.category(chr(code)) == "Mn"
}


def fold(text: str) -> str:
    """Return letters without accents and case, and one sign each for apostrophe and hyphen."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFKD", text.casefold()).translate(_BARE_SIGNS)


def letters(name: str) -> list[str]:
    """Return the parts of a name as they can be found: folded, without what joins them."""
    return re.findall(r"[^\W\d_]+", fold(name))


@dataclass(frozen=True)
class Person:
    """Somebody who is planted; `parts` are those that tell who she is, folded.

    `short` is what she is called later, `latin` how an address of a paper in another script has it.
    `sentence` is how she is told of, as `role`; where that is not `close`, neither her age nor what
    was done to her stands beside the name.
    """

    number: int
    name: str
    short: str
    shape: str
    parts: tuple[str, ...]
    kind: str
    role: str
    close: bool
    sentence: str
    latin: str = ""

    @property
    def he(self) -> bool:
        """Whether it is a man or a boy."""
        return self.number % 3 == 0


class Names:
    """Makes names none of whose parts is or holds another's."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.used: set[str] = set()

    def part(self, tradition: str) -> str:
        """Return a new part of a name."""
        begin, middle, end = _SOUNDS[tradition]
        for attempt in range(4000):
            some = [self.chance.choice(begin), self.chance.choice(middle)]
            if attempt > 200 or tradition == "red river":
                some.append(self.chance.choice(middle) if attempt > 400 else "")
            made = "".join((*some, self.chance.choice(end)))
            if self._is_new(made):
                return made
        raise AssertionError(f"no more names of {tradition}")

    def _is_new(self, made: str) -> bool:
        found = letters(made)
        new = [one for one in found if one not in ("o", "d", "mac")]
        for one in new:
            if len(one) < 3 or any(one in known or known in one for known in self.used):
                return False
        self.used.update(new)
        return True

    def native(self, language: str) -> tuple[str, str]:
        """Return a name in the script of a language, and in Latin letters."""
        begin, end = _SCRIPTS[language]
        for _ in range(2000):
            first, last = (self.chance.choice(begin) + self.chance.choice(end) for _ in range(2))
            if self._is_new(first) and self._is_new(last):
                latin = [self.part("levant" if language != "ru" else "archipelago") for _ in "12"]
                return f"{first} {last}", " ".join(latin)
        raise AssertionError(f"no more names in {language}")


def make_person(
    names: Names, number: int, kind: str, manner: Sequence[Any], language: str
) -> Person:
    """Make somebody with a name that suits her kind of planting."""
    chance = names.chance
    role, near, sentence = manner
    latin = ""
    if language in _SCRIPTS:
        name, latin = names.native(language)
        shape = "other script"
    else:
        accents = ("balkans", "romance", "red river", "anatolia")
        tradition = chance.choice(accents if kind == "without accents" else list(_SOUNDS))
        shapes = ["two", "two", "three", "hyphen", "one", "ordinary", "particle"]
        shape = chance.choice(shapes)
        if shape == "one" and kind in ("part known", "surname first", "run together"):
            shape = "two"
        if kind == "other letters":
            shape, tradition = chance.choice((("hyphen", tradition), ("two", "isles")))
        if shape == "particle" and tradition not in _PARTICLES:
            tradition = chance.choice(list(_PARTICLES)) if kind != "without accents" else "romance"
        name = _written(names, tradition, shape)
    known = [fold(word) for word in _ORDINARY] + ["o", "d", "mac", "de", "la", "dos", "del", "al"]
    known += ["bint", "el"]
    parts = tuple(one for one in letters(f"{name} {latin}") if one not in known)
    short = name if shape == "one" else _surname(name)
    return Person(
        number, name, short, shape, parts, kind, role, near == "close", sentence, latin or name
    )


def _written(names: Names, tradition: str, shape: str) -> str:
    part = names.part
    first = part("gulf of guinea" if tradition == "isles" else tradition)
    if shape == "one":
        return first
    last = part(tradition)
    if shape == "three":
        return f"{first} {part('archipelago')} {last}"
    if shape == "hyphen":
        return f"{first} {last}-{part('gulf of guinea')}"
    if shape == "ordinary":
        return f"{names.chance.choice(_ORDINARY)} {last}"
    if shape == "particle":
        particle = names.chance.choice(_PARTICLES[tradition])
        return f"{first} {particle}{'' if particle.endswith('-') else ' '}{last}"
    return f"{first} {last}"


def _surname(name: str) -> str:
    *_, last = name.split(" ")
    return f"Mac {last}" if f"Mac {last}" in name else last


# Articles ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Version:
    """One text of an article, published on the day of a `stage`; `known` are the words of the name
    by which it tells of the person as one to be hidden."""

    stage: int
    title: str
    paragraphs: tuple[str, ...]
    known: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    summary: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Piece:
    """An article of an outlet, in all its versions; `person` is the number of whom it names."""

    outlet: int
    slug: str
    language: str
    relevance: float
    story: int
    town: str
    versions: tuple[Version, ...]
    person: int | None = None
    page: bool = True
    """Whether there is one; else the feed has a summary and the address leads nowhere."""

    def at(self, stage: int) -> Version | None:
        """Return the version of a day."""
        return next((v for v in reversed(self.versions) if v.stage <= stage), None)


STAGES = (LAST - 25 * DAY, LAST - 16 * DAY, LAST - 14 * DAY, LAST - 2 * DAY, LAST - DAY)
"""The days on which papers publish: long ago what expires, then what is erased, then the news."""
OLD, WITHDRAWN, TAKEN_OUT, NEWS, LATER = range(5)
KEPT_DAYS, GRACE_DAYS = 20, 7


@dataclass(frozen=True)
class Planted:
    """The whole of it: people by number, articles, names of outlets."""

    people: tuple[Person, ...]
    pieces: tuple[Piece, ...]
    outlets: tuple[str, ...]

    def of(self, kind: str) -> list[Person]:
        """Return the people of a kind of planting."""
        return [person for person in self.people if person.kind == kind]


@cache
def texts() -> Any:
    """Return the templates."""
    return YAML(typ="safe").load(TEXTS)


def make(people: int, articles: int, seed: int = 24) -> Planted:
    """Make so many people, each kind of planting in turn, and articles that tell of them.

    Articles that name nobody fill up what is wanted.
    """
    chance = random.Random(seed)
    names = Names(chance)
    writer = _Writer(chance)
    kinds = list(KINDS)
    found: list[Person] = []
    pieces: list[Piece] = []
    manners = [list(one) for one in texts()["manners"]]
    languages = [one["language"] for one in texts()["foreign"]]
    for number in range(people):
        kind = kinds[number % len(kinds)]
        turn = number // len(kinds)
        language = languages[turn % len(languages)] if kind == "other language" else "en"
        person = make_person(names, number, kind, manners[number % len(manners)], language)
        found.append(person)
        pieces += writer.write(person, language, turn)
    while len(pieces) < articles:
        pieces.append(writer.filler(len(pieces)))
    return Planted(tuple(found), tuple(pieces), tuple(writer.outlets))


class _Writer:
    """Writes articles of stories, each in a town of its own with an official of its own."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.towns: set[str] = set()
        self.figures = chance.sample(range(11, 999), 900)
        self.story = 0
        self.here = ""
        self.outlets = [f"{self.town()} {paper}" for paper in ("Courier", "Echo", "Post", "Herald")]
        self.outlets += [f"Radio {self.town()}", f"The {self.town()} Observer"]

    def town(self) -> str:
        """Return a town that no other story has."""
        while True:
            made = "".join(map(self.chance.choice, _TOWNS))
            if made not in self.towns:
                self.towns.add(made)
                return made

    def _facts(self, person: Person | None) -> dict[str, Any]:
        self.story += 1
        self.here = self.town()
        chance = self.chance
        he = bool(person and person.he)
        return {
            "town": self.here,
            "official": f"{chance.choice(_OFFICIALS)} {self.town().removesuffix('ton')}er",
            "n": self.figures.pop(),  # in every headline: by it stories are told apart
            "m": chance.randint(3, 9),
            "day": chance.choice(("Monday", "Tuesday", "Wednesday", "Thursday")),
            "age": chance.randint(19, 47),
            "child": chance.randint(9, 16),
            **(
                {"he": "he", "He": "He", "his": "his", "him": "him"}
                if he
                else {"he": "she", "He": "She", "his": "her", "him": "her"}
            ),
            **({"name": person.name, "short": person.short} if person else {}),
        }

    def write(self, person: Person, language: str, turn: int) -> list[Piece]:
        """Return the articles that name a person."""
        facts = self._facts(person)
        if language != "en":
            return [self._foreign(person, language, facts)]
        if person.kind == "off topic":
            return [self._off_topic(person, facts)]
        event = self.chance.choice(texts()["events"])
        known = _known(person.short if person.kind == "part known" else person.name)
        facts_told = facts | ({"name": person.short} if person.kind == "part known" else {})
        told = self._told(person, event, facts_told, known)
        if person.kind in SISTERS:
            return self._sisters(person, event, facts, told, turn)
        return [self._alone(person, event, facts, told)]

    def _told(self, person: Person, event: Any, facts: Any, known: tuple[str, ...]) -> Version:
        """Return the text in which the person is told of."""
        paragraphs = (
            event["opening"],
            person.sentence,
            event["middle"],
            self.chance.choice(texts()["later"]),
            event["ending"],
        )
        return Version(NEWS, event["plain"].format(**facts), _filled(paragraphs, facts), known)

    def _alone(self, person: Person, event: Any, facts: Any, told: Version) -> Piece:
        """Return the one article that names her."""
        kind, plainly = person.kind, event["plain"].format(**facts)
        named = event["named"].format(**facts)
        slug = slug_of(plainly)
        if kind in IN_HEADLINE:
            slug = address_of(person, named)
        elif kind in ("address", "page failed"):
            slug = address_of(person, f"{plainly} {person.name}")
        if kind in IN_HEADLINE and kind != "newer version":
            told = replace(told, title=named)
        versions = self._changed(person, event, facts, told)
        if len(versions) == 1:
            versions = (_besides(person, facts, told),)
        return self._piece(person, slug, versions, page=kind != "page failed")

    def _changed(
        self, person: Person, event: Any, facts: Any, told: Version
    ) -> tuple[Version, ...]:
        """Return the versions of an article that its paper changed; else the one there is."""
        kind, stage = person.kind, LATER
        if kind == "newer version":
            line = texts()["plainly"][person.number % 3]
            before = _filled((event["opening"], line, event["middle"], event["ending"]), facts)
            named = event["named"].format(**facts)
            first = replace(told, title=named, paragraphs=before, known=())
            return first, replace(told, stage=LATER, paragraphs=(*told.paragraphs, UPDATED))
        if kind not in ("older version", "half taken out", "erased version"):
            return (told,)
        if kind == "erased version":
            told, stage = replace(told, stage=WITHDRAWN), TAKEN_OUT
        unnamed = texts()["unnamed"][person.number % 2]
        lines = (event["opening"], unnamed, event["middle"], event["ending"], UPDATED)
        paragraphs = _filled(lines, facts)
        if kind == "half taken out":
            paragraphs += (f"The hearing of {person.short} goes on.",)
        title = event["plain"].format(**facts)
        return told, replace(told, stage=stage, title=title, paragraphs=paragraphs, known=())

    def _sisters(
        self, person: Person, event: Any, facts: Any, told: Version, turn: int
    ) -> list[Piece]:
        """Return the article that tells, and that of another outlet, which names her otherwise."""
        form = FORMS[person.kind](person)
        line = texts()["plainly"][person.number % 3]
        others = facts | {"name": form}
        if person.kind == "possessive":
            line = "{name} lawyer did not answer a letter; in the corridor {name} coat was admired."
        elif person.kind == "run together":
            line = (
                "Outside, {day}'s crowd held a banner that read {name}, and so did their accounts."
            )
        paragraphs = _filled((event["opening"], event["middle"], line, event["ending"]), others)
        title = event["plain"].format(**facts)
        if person.kind in ("capitals", "plain in the story", "without accents"):
            title = event["named"].format(**others)
        other = Version(LATER, f"{title}, our reporter writes", paragraphs)
        if turn % 2:  # who names her comes first
            told, other = replace(told, stage=LATER), replace(other, stage=NEWS)
        slug = slug_of(event["plain"].format(**facts))
        first = self._piece(person, slug, (told,))
        outlet = (first.outlet + 1) % len(self.outlets)
        named = title if form in title else event["plain"].format(**facts)
        second = replace(first, outlet=outlet, slug=slug_of(f"{named} {turn}"), versions=(other,))
        return [first, second]

    def _off_topic(self, person: Person, facts: Any) -> Piece:
        given = texts()["off_topic"][0]
        title = given["named"].format(**facts)
        version = Version(NEWS, title, _filled((given["body"],), facts), _known(person.name))
        return self._piece(person, address_of(person, title), (version,), relevance=0.04)

    def _foreign(self, person: Person, language: str, facts: Any) -> Piece:
        given = next(one for one in texts()["foreign"] if one["language"] == language)
        title = given["title"].format(**facts)
        version = Version(NEWS, title, _filled((given["body"],), facts))
        slug = address_of(person, title)
        return self._piece(person, slug, (version,), language=language)

    def filler(self, number: int) -> Piece:
        """Return an article that names nobody."""
        facts = self._facts(None)
        event = self.chance.choice(texts()["events"])
        lines = (event["opening"], event["middle"], texts()["unnamed"][0], event["ending"])
        title = event["plain"].format(**facts)
        version = Version(NEWS, title, _filled(lines, facts))
        return self._piece(None, slug_of(title), (version,), relevance=(0.9, 0.4, 0.1)[number % 3])

    def _piece(
        self,
        person: Person | None,
        slug: str,
        versions: tuple[Version, ...],
        *,
        language: str = "en",
        relevance: float = 0.93,
        page: bool = True,
    ) -> Piece:
        return Piece(
            outlet=self.story % len(self.outlets),
            slug=f"{slug}-{self.story}",
            language=language,
            relevance=relevance,
            story=self.story,
            town=self.here,
            versions=versions,
            person=person.number if person else None,
            page=page,
        )


def _besides(person: Person, facts: Any, told: Version) -> Version:
    """Return a version with what else names her in the feed."""
    if person.kind == "expired":
        return replace(told, stage=OLD)
    if person.kind == "caption":
        below = f"{person.name} at the harbour of {facts['town']}. Picture: archive"
        picture = f"/pictures/{slug_of(person.name)}-{person.number}.jpg"
        return replace(told, paragraphs=(below, *told.paragraphs), picture=picture)
    if person.kind == "author":
        return replace(told, authors=(person.name,))
    if person.kind == "category":
        said = f"Today in court: {person.name} and the house in {facts['town']}."
        return replace(told, categories=("Courts", person.name), summary=said)
    if person.kind == "page failed":
        return replace(told, paragraphs=told.paragraphs[1:2], summary=told.paragraphs[1])
    return told


def _filled(paragraphs: Sequence[str], facts: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(" ".join(one.split()).format(**facts) for one in paragraphs)


def _known(name: str) -> tuple[str, ...]:
    """Return what masks know of a name: the whole, and the parts that tell who it is."""
    words = name.split(" ")
    parts = [word for word in words if word != word.lower() and len(word) > 2]
    return tuple(dict.fromkeys((name, *parts)))


def _possessive(person: Person) -> str:
    return f"{person.name}’" if person.name.endswith("s") else f"{person.name}'s"


def _other_letters(person: Person) -> str:
    """Return the name with other marks for the same letters."""
    if "’" in person.name:
        return person.name.replace("’", "'")
    if "-" in person.name:
        return person.name.replace("-", "\u2011")
    return unicodedata.normalize("NFD", person.name).replace(" ", "\xa0")


def _run_together(person: Person) -> str:
    words = letters(person.name)
    return f"#JusticeFor{''.join(map(str.title, words))} and @{''.join(words)}"


def _surname_first(person: Person) -> str:
    first = person.name.removesuffix(person.short).strip()
    return f"{person.short}, {first}"


FORMS: Mapping[str, Callable[[Person], str]] = {
    "possessive": _possessive,
    "without accents": lambda person: bare(person.name),
    "capitals": lambda person: person.name.upper(),
    "plain in the story": lambda person: person.name,
    "surname first": _surname_first,
    "part known": lambda person: person.name,
    "other letters": _other_letters,
    "run together": _run_together,
}
"""How the other outlet writes her name."""


def bare(text: str) -> str:
    """Return a text without accents, as a newspaper sets it that has none."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_BARE)


_BARE = str.maketrans("đĐłŁıøØ", "dDlLioO")


def slug_of(words: str) -> str:
    """Return words as an address has them, without accents."""
    return "-".join(re.findall(r"[a-z0-9]+", bare(words).lower().replace("’", "").replace("'", "")))


def address_of(person: Person, words: str) -> str:
    """Return an address that holds the name: with or without accents, in Latin letters or not."""
    if person.latin != person.name and person.number % 2:
        return slug_of(words.replace(person.name, person.latin))
    if person.number % 3 == 1 or person.latin != person.name:
        return quote("-".join(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", words.lower())))
    return slug_of(words)


# What the program's own masks know -------------------------------------------------------------


def known_by_masks(made: Planted, look: Callable[[Article], Masked | None]) -> dict[int, bool]:
    """Return by number whether masks hide a person in the text that tells of her, wherever it
    names her. Where names cannot be told in a language nobody is known."""
    found = {}
    for piece in made.pieces:
        if piece.person is None or piece.person in found:
            continue
        person = made.people[piece.person]
        version = next((v for v in piece.versions if v.known), piece.versions[0])
        if not version.known and piece.language == "en":
            continue  # another outlet's, which does not tell of her
        masked = look(_article(piece, version))
        words = fold(f"{masked.title}\n{masked.text}") if masked else ""
        found[person.number] = masked is not None and not any(
            part in words for part in person.parts
        )
    return found


def url_of(piece: Piece, base: str) -> str:
    """Return the address of an article."""
    return f"{base}/paper-{piece.outlet}/{piece.slug}"


def _article(piece: Piece, version: Version) -> Article:
    return Article(
        id=piece.slug,
        url=url_of(piece, "https://news.example"),
        title=version.title,
        text="\n\n".join(version.paragraphs),
        outlet="",
        language=piece.language,
        published=None,
        seen=LAST,
        sha256="",
    )


def shares(made: Planted, known: Mapping[int, bool]) -> dict[str, dict[str, tuple[int, int]]]:
    """Return how many of how many are known, by kind of planting, by how they are told of, and by
    the shape of the name."""
    tables: dict[str, dict[str, tuple[int, int]]] = {"kind": {}, "told": {}, "shape": {}}
    for person in made.people:
        told = f"{person.role}, {'beside' if person.close else 'far from'} what says so"
        keys = {"kind": person.kind, "told": told, "shape": person.shape}
        for table, key in keys.items():
            hidden, count = tables[table].get(key, (0, 0))
            tables[table][key] = hidden + known[person.number], count + 1
    return tables


MANY = 264
"""People of whom it is measured: twelve of each kind."""


def measure() -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Return how many are known by kind of planting, for `floors.py`: more is better."""
    tables = _shares()
    figures = {kind: float(known) for kind, (known, _) in tables["kind"].items()}
    return {"known": sum(figures.values()), **figures}, {}


def _shares(people: int = MANY) -> dict[str, dict[str, tuple[int, int]]]:
    import shipped

    made = make(people, 0)
    with Monitor(Settings()) as monitor:
        vars(monitor)["shelf"] = shipped.shelf(judge=True)
        return shares(made, known_by_masks(made, monitor.mask))


def main() -> None:
    """Print how many the program's own masks know."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    tables = _shares(people)
    known = sum(one for one, _ in tables["kind"].values())
    print(f"{known} of {people} planted people are hidden wherever the text names them that tells")
    for table, rows in tables.items():
        print(f"by {table}")
        for key, (one, of) in sorted(rows.items()):
            print(f"  {key:40} {one:4} of {of:4}")


if __name__ == "__main__":
    main()
