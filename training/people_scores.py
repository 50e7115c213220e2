"""Measures the people table against the people that editors marked.

    python -m training.people_scores DATA [COREF_A COREF_B]

DATA is the folder with `persons/` and `relevance/`. Texts with an `unread` event are counted and
never shown. COREF are texts marked whole, by two editors apart, one JSON object a line: `id`,
`read` (characters), `people`, each with `mentions` (field, start, end) and `details` (kind, place).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from monitor.app import open_monitor
from monitor.people.people_table import PersonLists, read_people
from monitor.records.people import PROTECTED, PeopleTable

TEXTS = (
    *(f"relevance/{name}" for name in ("train", "dev", "regional", "train2")),
    "persons/more_texts",
    "persons/wider_texts",
)
COREFERENCE = tuple(Path(__file__).parent / f"data/coreference-{name}.jsonl" for name in "ab")
PARTS = ("train", "articles", "more", "wider")
Place = tuple[str, int, int]
"""A field, and from where to where."""
Chain = frozenset[Place]


def main(arguments: Sequence[str]) -> None:
    """Print the figures of all parts, read and unread apart."""
    data = Path(arguments[0])
    rows = [row for name in TEXTS for row in _load(data / f"{name}.jsonl.gz")]
    texts = {row["id"]: row for row in reversed(rows)}
    tables = Tables()
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for part in PARTS:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for marked in _load(data / f"persons/{part}.jsonl.gz"):
            text = texts[marked["id"]]
            is_unread = hashlib.sha256(text["event"].encode()).digest()[0] < 64
            side = "unread" if is_unread else "read"
            counts[side].update(score(text, marked, tables.of(text)))
        for side in ("read", "unread"):
            print(f"{part}, {side}: {_told(counts[side])}", flush=True)
            total[side].update(counts[side])
    for side in ("read", "unread"):
        print(f"all, {side}: {_told(total[side])}")
    first, second = map(Path, arguments[1:3]) if len(arguments) > 2 else COREFERENCE
    _coreference(texts, tables, first, second)


class Tables:
    """Makes the people tables of texts, without the model of roles, which moves no mention."""

    def __init__(self) -> None:
        lists = open_monitor().guideline.person_lists
        self.lists = PersonLists(lists.scanner, lists.sets)

    def of(self, text: dict[str, Any]) -> PeopleTable:
        """Return the people of a text and its title."""
        return read_people(self.lists, text["text"], title=text["title"] or "")


def score(text: dict[str, Any], marked: dict[str, Any], table: PeopleTable) -> Counter[str]:
    """Return how many people, mentions and details of one text are found."""
    fields = {"title": text["title"] or "", "text": text["text"]}
    counts = Counter(texts=1)
    every: list[Place] = []
    for person in marked["people"]:
        strings = (person["quote"], *person.get("mentions", ()))
        told = [places for string in strings if (places := _places(string, fields))]
        every += (place for places in told for place in places)
        if not told:
            counts["not in text"] += 1
            continue
        kind, is_protected = "named" if person["named"] else "unnamed", person["role"] in PROTECTED
        for name in (kind, f"{kind} protected") if is_protected else (kind,):
            counts[f"{name}, all"] += 1
            counts[f"{name}, found"] += _is_found(table, told, is_named=person["named"])
        counts.update(_joined(table, told))
        found = [_place(detail.span) for each in table.people for detail in each.details]
        for detail in person["details"] if is_protected else ():
            if at := _places(detail, fields):
                counts["details, all"] += 1
                counts["details, found"] += any(_share(one, other) for one in found for other in at)
    counts.update(_right(table, every, marked["read"]))
    return counts


def _is_found(table: PeopleTable, told: Sequence[Sequence[Place]], *, is_named: bool) -> bool:
    """Whether a name, or of somebody unnamed a noun, stands where a person is told of."""
    known = [place for places in told for place in places]
    kinds = ("name",) if is_named else ("name", "noun")
    return any(
        mention.kind in kinds and _share(_place(mention.span), one)
        for person in table.people
        for mention in person.mentions
        for one in known
    )


def _joined(table: PeopleTable, told: Sequence[Sequence[Place]]) -> Counter[str]:
    """Return how many of the strings for a person stand in the one person that has most."""
    met = [
        {
            person.number
            for person in table.people
            if any(_share(_place(m.span), one) for m in person.mentions for one in places)
        }
        for places in told
    ]
    most = Counter(number for numbers in met for number in numbers).most_common(1)
    if not most:
        return Counter()
    return Counter({"strings, all": len(told), "strings, joined": most[0][1]})


def _right(table: PeopleTable, every: Sequence[Place], read: int) -> Counter[str]:
    """Return how many of the named people whom the editors could read are told of."""
    counts: Counter[str] = Counter()
    for person in table.people:
        names = [_place(span) for span in person.names if span.field == "title" or span.end <= read]
        if names:
            counts["names, all"] += 1
            counts["names, right"] += any(_share(at, one) for at in names for one in every)
        elif person.mentions[0].span.end <= read:
            counts["told without a name"] += 1
    return counts


def _told(counts: Counter[str]) -> str:
    shares = [
        f"{name[:-5]} {counts[f'{name[:-5]}, {what}']}/{counts[name]}"
        f" {counts[f'{name[:-5]}, {what}'] / counts[name]:.3f}"
        for name in sorted(counts)
        if name.endswith(", all")
        for what in ("found", "joined", "right")
        if f"{name[:-5]}, {what}" in counts
    ]
    others = [f"{name} {counts[name]}" for name in sorted(counts) if ", " not in name]
    return "; ".join((*shares, *others))


def _load(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        yield from map(json.loads, file)


def _places(words: str, fields: dict[str, str]) -> list[Place]:
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
    return [
        (name, *found.span()) for name, value in fields.items() for found in pattern.finditer(value)
    ]


def _place(span: Any) -> Place:
    return span.field, span.start, span.end


def _share(one: Place, other: Place) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _coreference(texts: dict[str, Any], tables: Tables, first: Path, second: Path) -> None:
    """Print CoNLL F1 of the table, of the baseline and of one editor by the other's marks."""
    marks = [{row["id"]: row for row in map(json.loads, path.open())} for path in (first, second)]
    systems: dict[str, list[tuple[list[Chain], list[Chain]]]] = defaultdict(list)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for name in sorted(marks[0].keys() & marks[1].keys()):
        one, other = (_chains(each[name]) for each in marks)
        text = texts[name]
        table, read = tables.of(text), marks[0][name]["read"]
        own = [
            frozenset(
                _place(m.span) for m in p.mentions if m.span.end <= read or m.span.field == "title"
            )
            for p in table.people
        ]
        for editor, gold in (("first", one), ("second", other)):
            systems[f"table, {editor}"].append((_aligned(own, gold), gold))
            systems[f"baseline, {editor}"].append((_aligned(_nearest(table, read), gold), gold))
        systems["second editor by the first"].append((_aligned(other, one), one))
        for editor, each in (("first", marks[0]), ("second", marks[1])):
            found = [(d.kind, _place(d.span)) for p in table.people for d in p.details]
            for person in each[name]["people"]:
                for kind, *at in person["details"]:
                    place = (at[0], at[1], at[2])
                    kinds[f"{kind}, {editor}"]["all"] += 1
                    kinds[f"{kind}, {editor}"]["any"] += any(_share(p, place) for _, p in found)
                    kinds[f"{kind}, {editor}"]["same"] += any(
                        _share(p, place) and k == kind for k, p in found
                    )
    for system, pairs in systems.items():
        muc, b3, ceaf = conll(pairs)
        print(
            f"{system}: MUC {muc:.3f} B3 {b3:.3f} CEAF {ceaf:.3f} CoNLL {(muc + b3 + ceaf) / 3:.3f}"
        )
    for kind, counts in sorted(kinds.items()):
        print(f"{kind}: {counts['any']}/{counts['all']} found, {counts['same']} of that kind")


def _chains(row: dict[str, Any]) -> list[Chain]:
    chains = (frozenset((f, s, e) for f, s, e in person["mentions"]) for person in row["people"])
    return [chain for chain in chains if chain]


def _nearest(table: PeopleTable, read: int) -> list[Chain]:
    """Return the chains of the baseline: a name by its parts, anything else the nearest name.

    A noun or a pronoun means the person named last before it; groups, and what stands before all
    names, stay as they are.
    """
    mentions = sorted(
        (_place(m.span), "group" if person.several else m.kind, person.number)
        for person in table.people
        for m in person.mentions
        if m.span.end <= read or m.span.field == "title"
    )
    chains: dict[int, set[Place]] = defaultdict(set)
    last: int | None = None
    for at, kind, number in mentions:
        if kind == "name":
            last = number
        chains[last if kind in ("noun", "pronoun") and last else number].add(at)
    return [frozenset(chain) for chain in chains.values()]


def _aligned(own: Iterable[Chain], gold: Sequence[Chain]) -> list[Chain]:
    """Return chains with their mentions called as the gold ones that they mean.

    Two are one where they end at the same place or share more than half of their characters.
    """
    free = {place for chain in gold for place in chain}
    result = []
    for chain in own:
        named = set()
        for at in sorted(chain):
            near = [g for g in free if _share(at, g) and (g[2] == at[2] or _overlap(at, g) > 0.5)]
            best = max(near, key=lambda g: (_overlap(at, g), g), default=at)
            free.discard(best)
            named.add(best)
        result.append(frozenset(named))
    return result


def _overlap(one: Place, other: Place) -> float:
    shared = min(one[2], other[2]) - max(one[1], other[1])
    return shared / (max(one[2], other[2]) - min(one[1], other[1]))


def conll(pairs: Iterable[tuple[Sequence[Chain], Sequence[Chain]]]) -> tuple[float, float, float]:
    """Return the F1 of MUC, B3 and CEAF-e over all texts."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for own, gold in pairs:
        for index, (some, others) in enumerate(((gold, own), (own, gold))):
            by = {place: number for number, chain in enumerate(others) for place in chain}
            for chain in some:
                parts = Counter(by.get(place, ("alone", place)) for place in chain)
                sums["muc"][2 * index] += len(chain) - len(parts)
                sums["muc"][2 * index + 1] += len(chain) - 1
                shared = sum(n * n for part, n in parts.items() if isinstance(part, int))
                sums["b3"][2 * index] += shared / len(chain)
                sums["b3"][2 * index + 1] += len(chain)
        similar = _best_pairs(own, gold)
        for at, chains in ((0, gold), (2, own)):
            sums["ceaf"][at] += similar
            sums["ceaf"][at + 1] += len(chains)
    muc, b3, ceaf = (_f1(sums[name]) for name in ("muc", "b3", "ceaf"))
    return muc, b3, ceaf


def _best_pairs(own: Sequence[Chain], gold: Sequence[Chain]) -> float:
    """Return how alike the chains are at best, one to one, each pair by its shared mentions."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    alike = np.array([[2 * len(a & b) / (len(a) + len(b)) for b in own] for a in gold])
    return float(alike[linear_sum_assignment(-alike)].sum()) if alike.size else 0.0


def _f1(sums: Sequence[float]) -> float:
    recall, precision = sums[0] / max(1.0, sums[1]), sums[2] / max(1.0, sums[3])
    return 2 * recall * precision / max(1e-9, recall + precision)


if __name__ == "__main__":
    main(sys.argv[1:])
