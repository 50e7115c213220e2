"""What an export for anybody gives of the articles whose name is withheld: what many share.

Who has the outlets' archive can run this program on it, and find an article by whatever is told of
it. So a row of such an article has its verdict, the year of its first sight and who judged, and
nothing else. The rows are given in groups of `k` articles of as many stories that are alike in all
of these, oldest first: a group that is full stays what it is, so that two exports of a desk differ
by whole groups. What fills no group is left out.

How many there are is counted by form and age in the same way, in steps of `k`: a smaller number
would tell of the few.
"""

from __future__ import annotations

import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import product
from typing import Any
from zlib import crc32

from monitor.corpus.words import ECHO, fold

Values = dict[str, Any]
K = 20
"""So many stories share all that is told of an article whose name is withheld."""
YEAR = "withheld_year"

_TOLD = ("schema", "relevant", "borderline", "not_judged", "experimental", "stamps")
_EMPTY: Mapping[str, Any] = {
    "id": "",
    "length": {"title": None, "text": None},
    "flow_region": {"kind": "unknown", "bodies": []},
    "provenance": {"feed": None, "origin": None, "fetched": None},
}
_DAYS = frozenset(("since", "until"))
_UNASKED: tuple[Any, ...] = (None, (), [])
_SKETCH, _SHARED = 32, 8
_ID = 16


def generalised(record: Mapping[str, Any]) -> Values:
    """Return what is given of an article whose name is withheld, without an id.

    `record` is the canonical one. Every key that must be there is, and says nothing.
    """
    values = {name: _nothing(name, value) for name, value in record.items()}
    for name in ("text", "expired", "published_in"):
        values.pop(name, None)
    return {**values, **{name: record[name] for name in _TOLD}, YEAR: int(record["seen"][:4])}


def _nothing(name: str, value: Any) -> Any:
    return _EMPTY.get(name, [] if isinstance(value, list) else None)


@dataclass(frozen=True, slots=True)
class Member:
    """An article by what tells it from a copy: its story, or where it is in none a sketch of it.

    `line` is its line of the key file.
    """

    story: str | None
    sketch: frozenset[int]
    line: Mapping[str, Any]

    def is_copy(self, other: Member) -> bool:
        """Whether both tell one story."""
        if self.story or other.story:
            return self.story == other.story
        return len(self.sketch & other.sketch) >= _SHARED


class Groups:
    """Puts articles that are alike into groups of `k`, no two of one story in one, first come."""

    def __init__(self, k: int) -> None:
        self._k = k
        self._open: defaultdict[Hashable, list[list[Member]]] = defaultdict(list)

    def add(self, alike: Hashable, one: Member) -> list[Member]:
        """Put an article where its group waits; return the group if that is full now, else none."""
        waiting = self._open[alike]
        group = next((some for some in waiting if not any(map(one.is_copy, some))), None)
        if group is None:
            group = []
            waiting.append(group)
        group.append(one)
        if len(group) < self._k:
            return []
        self._open[alike] = [some for some in waiting if some is not group]
        return group


@dataclass(frozen=True, slots=True)
class Cell:
    """At least so many withheld articles have this form and this age; `None`: any."""

    form: str | None
    age: str | None
    articles: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is told of the articles whose name is withheld: `rows` are those of the export."""

    k: int
    rows: int
    cells: tuple[Cell, ...]

    @property
    def articles(self) -> int:
        """At least so many there are."""
        return next((cell.articles for cell in self.cells if cell.form is cell.age is None), 0)


class Gathering:
    """Takes the articles whose name is withheld; tells at the end which rows are given of them.

    `filters` are those of the export, as JSON has them, `None` where no rows are wanted. Groups are
    those of the whole desk, so there are rows where articles were chosen by day of first sight
    alone, of years that begin on `since` or later: two exports by other filters could be told from
    each other by the few that are in one. The `secret` makes ids that are of `one_export` alone.
    """

    def __init__(
        self, k: int, filters: Mapping[str, Any] | None, secret: str, one_export: str
    ) -> None:
        self._k = k
        asked = {name: value for name, value in (filters or {}).items() if value not in _UNASKED}
        self._given = filters is not None and asked.keys() <= _DAYS
        self._since = str(asked.get("since", ""))
        self._secret = secret.encode()
        self._of = f"withheld:{one_export}:{json.dumps(filters, sort_keys=True)}:"
        self._groups, self._counted = Groups(k), Groups(k)
        self._cells: Counter[tuple[str | None, str | None]] = Counter()
        self._grouped = 0
        self._rows: list[tuple[str, Values, Mapping[str, Any]]] = []

    def add(self, record: Mapping[str, Any], line: Mapping[str, Any]) -> None:
        """Take an article, oldest first, by its canonical record and its line of the key file."""
        one = Member(record["story"], _sketch(record), line)
        if not one.story and not one.sketch:
            return  # without words nobody can tell whether it is a copy
        for cell in _cells(record):
            if self._counted.add(cell, one):
                self._cells[cell] += self._k
        values = generalised(record)
        group = self._groups.add(json.dumps(values, sort_keys=True), one)
        self._grouped += len(group)
        if self._given and self._since <= f"{values[YEAR]:04}-01-01T00:00:00Z":
            self._rows += [(self._id(member), values, member.line) for member in group]

    def rows(self) -> Iterator[tuple[Values, Values]]:
        """Yield each row, and its line of the key file, in an order that tells nothing."""
        for id_, values, line in sorted(self._rows, key=lambda row: row[0]):
            yield {**values, "id": id_}, {**line, "id": id_}

    @property
    def crowd(self) -> Crowd:
        """What is told of all of them."""
        cells = {**self._cells}
        if self._grouped:  # copies may keep the groups of all apart where those of a kind are full
            cells[None, None] = max(self._grouped, self._cells[None, None])
        order = sorted(cells.items(), key=lambda item: tuple(map(str, item[0])))
        return Crowd(self._k, len(self._rows), tuple(Cell(*cell, n) for cell, n in order))

    def _id(self, one: Member) -> str:
        said = (self._of + one.line["id"]).encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, said, "sha256").hexdigest()[:_ID]


def _cells(record: Mapping[str, Any]) -> Iterator[tuple[str | None, str | None]]:
    """Yield where an article is counted: under each of its forms and ages, and under any."""
    said: dict[str, dict[str | None, None]] = {"form": {None: None}, "victim": {None: None}}
    for tag in record["tags"]:
        if tag["scheme"] in said:
            said[tag["scheme"]][tag["label"]] = None
    for labels in said.values():
        if len(labels) == 1:
            labels["unknown"] = None
    yield from product(*said.values())


def _sketch(record: Mapping[str, Any]) -> frozenset[int]:
    """Return the smallest hashes of five words in a row: copies share most of them."""
    if record["story"]:
        return frozenset()
    words = fold(f"{record['title']} {record['text']}")
    runs = (" ".join(words[at : at + ECHO]) for at in range(max(1, len(words) - ECHO + 1)))
    hashes = {crc32(run.encode("utf-8", "surrogatepass")) for run in runs if run}
    return frozenset(nsmallest(_SKETCH, hashes))
