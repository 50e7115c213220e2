"""Training data of the model of people's roles: annotated people with the places that mean them.

Editors marked a person's first full mention and, in the later files, other strings that mean her;
every place of these, and of a first or last name that no other person has, is a mention.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.evaluate.rule_precision import read_lines
from monitor.people.people_table import FieldPlace, FieldViews, RolePerson
from monitor.records.people import PeopleTable, PersonRole, TextPerson
from monitor.text.analysis import view
from monitor.text.regular_expressions import word_set
from training.rows import is_kept_apart

SETS: Mapping[str, float] = {
    "train": 0.6,
    "train_second": 0.6,
    "articles": 1.0,
    "more": 1.0,
    "wider": 0.7,
}
"""Files of `persons/` and the weight of a person of each: the first two are of the same texts,
the last is off the subject."""
FOUND_AGAIN, UNMARKED = "found", "nobody"
FOUND, NOBODY = 0.5, 0.3
"""Weights of an annotated person as the program finds her, and of whom no editor marked."""
TEXTS = (
    *(f"relevance/{name}.jsonl.gz" for name in ("train", "dev", "regional", "train2")),
    *(f"persons/{name}_texts.jsonl.gz" for name in ("more", "wider")),
)
FOLDS, EXTRA_FOLDS = 3, 12
"""Of events: all of `train` is crossed; of the others a quarter, so that most teach each fold."""
_TITLES = word_set(
    """mr mrs ms miss mx dr prof professor rev fr hon sir dame lord lady st gov governor lt
    lieutenant col colonel gen general maj major capt captain cpt cmdr adm sgt sergeant cpl det
    detective insp inspector supt superintendent pc sen senator rep pres president sec
    secretary atty attorney minister chief judge justice sheriff officer deputy director imam
    pastor bishop father sister king queen prince princess constable agent mayor ambassador
    commissioner asp dig dsp acp ssp former ex the a an jr sr ii iii"""
)
_MARKS = ".,;:()\"'“”‘’"
FindPeople = Callable[[str, str], PeopleTable]
"""Finds the people of a title and a text."""


@dataclass(frozen=True, slots=True)
class AnnotatedPerson:
    """A person as an editor marked her, or as the program found her (`source` is `found` then).

    `taught`: her role is known; of whom no editor marked only that she is no protected person.
    """

    source: str
    role: PersonRole
    asked: RolePerson
    weight: float
    taught: bool = True
    identifiable: bool = False
    same: int = -1
    """Of somebody found: the number of the person of her text that she is."""


@dataclass(frozen=True, slots=True)
class PeopleText:
    """A text with its annotated people; `apart` is never learned from."""

    id: str
    event: str
    source: str
    title: str
    text: str
    fields: FieldViews = field(repr=False)
    people: Sequence[AnnotatedPerson]

    @property
    def apart(self) -> bool:
        """Whether it is kept apart for the last count."""
        return is_kept_apart(self.event)

    def in_fold(self, number: int) -> bool:
        """Whether the fold is measured on it and does not learn from it."""
        digit = hashlib.sha256(self.event.encode()).digest()[2]
        return digit % (FOLDS if self.source == "train" else EXTRA_FOLDS) == number


def load_people(data: Path, find: FindPeople | None) -> list[PeopleText]:
    """Return the annotated texts of `data` (with `persons/` and `relevance/`); may `find` more.

    Raises `DataError` for a file that cannot be read.
    """
    rows: dict[str, Mapping[str, Any]] = {}
    for name in TEXTS:
        for row in read_lines(data / name):
            rows.setdefault(row["id"], row)
    marked: defaultdict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for name in SETS:
        for row in read_lines(data / "persons" / f"{name}.jsonl.gz"):
            marked[row["id"]].append((name, row))
    return [_read(rows[key], marks, find) for key, marks in marked.items()]


def _read(
    row: Mapping[str, Any], marks: Sequence[tuple[str, Mapping[str, Any]]], find: FindPeople | None
) -> PeopleText:
    title, text = row.get("title") or "", row["text"][: max(mark["read"] for _, mark in marks)]
    if title.strip() and int(hashlib.sha256(row["id"].encode()).hexdigest()[:4], 16) % 3 == 0:
        title, text = "", f"{title}\n\n{text}"  # as drafts come that have no title of their own
    shown = (("title", title), ("text", text))
    fields: FieldViews = [(n, view(v)) for n, v in shown if n == "text" or v.strip()]  # type: ignore[misc]
    people = [one for name, mark in marks for one in _annotated(name, mark["people"], fields)]
    if find:
        people = [*people, *_found(find(title, text), people, fields)]
    return PeopleText(row["id"], row["event"], marks[0][0], title, text, fields, people)


def _annotated(
    source: str, rows: Sequence[Mapping[str, Any]], fields: FieldViews
) -> Iterator[AnnotatedPerson]:
    """Yield the people of a file, a one-word repeat within another's longer name left out."""
    bearers = Counter(
        word for row in rows if row["named"] for word in set(name_words(row["quote"]))
    )
    places = [_places(row, bearers, fields) for row in rows]
    long = [place for row, some in zip(rows, places, strict=True) if row["named"] for place in some]
    for row, some in zip(rows, places, strict=True):
        own = [p for p in some if not row["named"] or not any(_inside(p, one) for one in long)]
        asked = RolePerson(tuple(own or some), row["named"])
        if asked.mentions:
            shown = row["identifiable"] == "yes" and not row["consent_told"]
            yield AnnotatedPerson(source, row["role"], asked, SETS[source], identifiable=shown)


def _places(
    row: Mapping[str, Any], bearers: Mapping[str, int], fields: FieldViews
) -> list[FieldPlace]:
    strings = [row["quote"], *row.get("mentions", ())]
    words = name_words(row["quote"]) if row["named"] else []
    strings += [word for word in (*words[-1:], *words[:1]) if len(word) > 2 and bearers[word] == 1]
    if len(words) > 2:
        strings.append(f"{words[0]} {words[-1]}")
    found = {
        (name, *shown.to_shadow(*hit.span()))
        for string in strings
        if string.strip()
        for name, shown in fields
        for hit in _pattern(string.strip()).finditer(shown.text)
    }
    kept: list[FieldPlace] = []
    for place in sorted(found, key=lambda p: (p[1] - p[2], p[0] == "text", p[1])):
        if not any(_overlap(place, other) for other in kept):
            kept.append(place)
    return sorted(kept, key=lambda p: (p[0] == "text", p[1]))


def _pattern(string: str) -> re.Pattern[str]:
    before, after = (r"\b" if part.isalnum() else "" for part in (string[0], string[-1]))
    return re.compile(before + re.escape(string) + after)


def name_words(quote: str) -> list[str]:
    """Return the words of a name, without titles and possessive endings."""
    words = (word.strip(_MARKS) for word in re.sub(r"['’]s\b", "", quote).split())
    return [w for w in words if w[:1].isupper() and w.lower().strip(".") not in _TITLES]


def _inside(one: FieldPlace, other: FieldPlace) -> bool:
    return _overlap(one, other) and other[2] - other[1] > one[2] - one[1]


def _overlap(one: FieldPlace, other: FieldPlace) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def match(asked: RolePerson, people: Sequence[AnnotatedPerson]) -> int:
    """Return the number of the person with whom somebody shares most mentions, or -1.

    Those of the text's first editor come first.
    """
    for source in dict.fromkeys(one.source for one in people):
        shared = [
            sum(any(_overlap(p, other) for other in one.asked.mentions) for p in asked.mentions)
            if one.source == source
            else 0
            for one in people
        ]
        if most := max(shared, default=0):
            return shared.index(most)
    return -1


def _found(
    table: PeopleTable, people: Sequence[AnnotatedPerson], fields: FieldViews
) -> Iterator[AnnotatedPerson]:
    """Yield people as the program finds them, with the role of the one that they are."""
    views = dict(fields)
    for person in table.people:
        asked = asked_of(person, fields)
        if not asked.mentions or asked.mentions[-1][2] > len(views["text"].shadow):
            continue
        number = match(asked, people)
        if number >= 0:
            same = people[number]
            weight = FOUND * same.weight
            yield AnnotatedPerson(FOUND_AGAIN, same.role, asked, weight, same=number)
        elif not person.several:
            yield AnnotatedPerson(UNMARKED, "other", asked, NOBODY, taught=False)


def asked_of(person: TextPerson, fields: FieldViews) -> RolePerson:
    """Return what a reader of roles is told of a person of the table."""
    views = dict(fields)
    told = [m for m in person.mentions if m.kind != "pronoun"] or person.mentions
    places = tuple(
        (m.span.field, *views[m.span.field].to_shadow(m.span.start, m.span.end))
        for m in told
        if m.span.field in views
    )
    return RolePerson(places, bool(person.names))
