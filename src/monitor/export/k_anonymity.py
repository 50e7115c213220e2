"""k-anonymity of withheld articles in public exports.

Whoever has the outlets' archive can run this program on it, and find an article by any value that
is told of it. So rows are given in classes: `k` articles of `k` stories with the same few values,
oldest first. A full class never changes, so that two exports of a desk differ by whole classes. How
many are withheld is counted in steps of `k`: an exact small number would point at the few.
"""

from __future__ import annotations

import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import product
from operator import itemgetter
from typing import Any
from zlib import crc32

from monitor.export.copyright_cap import ECHO, fold

Values = dict[str, Any]
K = 20  # the anonymity threshold: each released row of a withheld article fits so many stories
YEAR = "withheld_year"
_TOLD = ("schema", "relevant", "borderline", "not_judged", "experimental", "stamps")
_EMPTY: Mapping[str, Any] = {
    "id": "",
    "length": {"title": None, "text": None},
    "flow_region": {"kind": "unknown", "bodies": []},
    "provenance": {"feed": None, "origin": None, "fetched": None},
}
_SKETCH, _SHARED = 32, 8
_ID = 16


def generalised(record: Mapping[str, Any]) -> Values:
    """Return the released values of a withheld article, without an id.

    `record` is the canonical one. Required keys that are not released are null or empty.
    """
    values = {
        name: _EMPTY.get(name, [] if isinstance(value, list) else None)
        for name, value in record.items()
        if name not in ("text", "expired", "published_in")
    }
    return {**values, **{name: record[name] for name in _TOLD}, YEAR: int(record["seen"][:4])}


@dataclass(frozen=True, slots=True)
class WithheldArticle:
    """An article by what tells it from a copy: its story, or where it is in none a sketch of it.

    `line` is its line of the key file.
    """

    story: str | None
    sketch: frozenset[int]
    line: Mapping[str, Any]

    def is_copy(self, other: WithheldArticle) -> bool:
        """Whether both tell one story."""
        if self.story or other.story:
            return self.story == other.story
        return len(self.sketch & other.sketch) >= _SHARED


class EquivalenceClasses:
    """Puts articles that are alike into groups of `k`, no two of one story in one, first come."""

    def __init__(self, k: int) -> None:
        self._k = k
        self._open: defaultdict[Hashable, list[list[WithheldArticle]]] = defaultdict(list)

    def add(self, alike: Hashable, one: WithheldArticle) -> list[WithheldArticle]:
        """Put an article where its group waits; return the group if that is full now, else none."""
        waiting = self._open[alike]
        group = next((some for some in waiting if not any(map(one.is_copy, some))), None)
        if group is None:
            waiting.append(group := [])
        group.append(one)
        if len(group) < self._k:
            return []
        self._open[alike] = [some for some in waiting if some is not group]
        return group


@dataclass(frozen=True, slots=True)
class WithheldCounts:
    """How many articles are withheld, in steps of `k`; `rows` of them are in the export.

    `at_least` are lower bounds of the `articles` of a `form` and an `age`; `None`: of any.
    """

    k: int
    rows: int
    at_least: tuple[Mapping[str, Any], ...]

    @property
    def articles(self) -> int:
        """A lower bound of how many are withheld."""
        whole = (one["articles"] for one in self.at_least if one["form"] is one["age"] is None)
        return next(whole, 0)


class KAnonymiser:
    """Takes the withheld articles of an export, and decides which of their rows are released.

    `filters` are those of the export, `None` where no rows are wanted. Rows are released only where
    articles were chosen by day of first sight, and only of years that begin on `since` or later:
    with other filters, the few articles that are in one export and not in another would stand out.
    The `secret` makes ids that hold for `one_export` alone.
    """

    def __init__(
        self, k: int, filters: Mapping[str, Any] | None, secret: str, one_export: str
    ) -> None:
        self._k = k
        given = (filters or {}).items()
        asked = {name: value for name, value in given if value not in (None, (), [])}
        self._given = filters is not None and asked.keys() <= {"since", "until"}
        self._since = str(asked.get("since", ""))
        self._secret = secret.encode()
        self._of = f"withheld:{one_export}:{json.dumps(filters, sort_keys=True)}:"
        self._groups, self._counted = EquivalenceClasses(k), EquivalenceClasses(k)
        self._cells: Counter[tuple[str | None, str | None]] = Counter()
        self._grouped = 0
        self._rows: list[tuple[str, Values, Mapping[str, Any]]] = []

    def add(self, record: Mapping[str, Any], line: Mapping[str, Any]) -> None:
        """Take an article, oldest first, by its canonical record and its line of the key file."""
        sketch = frozenset[int]()
        if not record["story"]:
            # the smallest hashes of five words in a row: copies share most of them
            words = fold(f"{record['title']} {record['text']}")
            runs = (" ".join(words[at : at + ECHO]) for at in range(max(1, len(words) - ECHO + 1)))
            hashes = {crc32(run.encode("utf-8", "surrogatepass")) for run in runs if run}
            sketch = frozenset(nsmallest(_SKETCH, hashes))
            if not sketch:
                return  # without words nobody can tell whether it is a copy
        one = WithheldArticle(record["story"], sketch, line)
        # it is counted under each of its forms and ages, and under any
        cells = []
        for scheme in ("form", "victim"):
            labels = [tag["label"] for tag in record["tags"] if tag["scheme"] == scheme]
            cells.append(dict.fromkeys([None, *(labels or ["unknown"])]))
        for cell in product(*cells):
            if self._counted.add(cell, one):
                self._cells[cell] += self._k
        values = generalised(record)
        group = self._groups.add(json.dumps(values, sort_keys=True), one)
        self._grouped += len(group)
        if self._given and self._since <= f"{values[YEAR]:04}-01-01T00:00:00Z":
            for member in group:
                said = (self._of + member.line["id"]).encode("utf-8", "surrogatepass")
                id_ = hmac.new(self._secret, said, "sha256").hexdigest()[:_ID]
                self._rows.append((id_, values, member.line))

    def rows(self) -> Iterator[tuple[Values, Values]]:
        """Yield each row, and its line of the key file, in an order that tells nothing."""
        for id_, values, line in sorted(self._rows, key=itemgetter(0)):
            yield {**values, "id": id_}, {**line, "id": id_}

    @property
    def counts(self) -> WithheldCounts:
        """How many are withheld and how many rows are released, in steps of `k`."""
        cells = {**self._cells}
        if self._grouped:  # copies may keep the groups of all apart where those of a kind are full
            cells[None, None] = max(self._grouped, self._cells[None, None])
        order = sorted(cells.items(), key=lambda item: tuple(map(str, item[0])))
        told = [{"form": form, "age": age, "articles": n} for (form, age), n in order]
        return WithheldCounts(self._k, len(self._rows), tuple(told))
