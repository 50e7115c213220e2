"""Names of victims, minors and relatives marked by hand, and how many of them are hidden.

`tests/data/persons/named.jsonl` has a line for each name: the article's id, its kind and region (of
the name, not of the story), and every place where it stands; no words. The texts are invented ones
of this project, the drafts and training texts and 14 of its own (`named.texts.jsonl`), and articles
of the development data (dev, regional, train). One person read them and marked each name that a
reader could take for that of a victim, a minor or a relative; names that the text calls changed
were left out. All but the 14 were written for other ends. The half of each article was drawn by its
id: masking may be looked at on `read`, never on `held-out`, to which all of train belongs.

    python tests/named_marks.py        # figures; -v: what is missed of `read`;
                                       # -o: into src/monitor/export/measured_masking.json
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent
PERSONS = TESTS / "data" / "persons"
TEXTS = TESTS.parent / "training" / "texts"
SHARED = TESTS.parents[1] / "shared" / "data" / "relevance"
MEASURED = TESTS.parent / "src" / "monitor" / "export" / "measured_masking.json"

Hide = Callable[[str, str], dict[str, list[tuple[int, int]]]]
"""Returns what is hidden in the fields of an article, of its title and text."""


@dataclass(frozen=True)
class Name:
    """A name with its places: (field, start, end)."""

    article: str
    origin: str
    half: str
    kind: str
    region: str
    places: tuple[tuple[str, int, int], ...]


def names() -> list[Name]:
    """All marks."""
    lines = (PERSONS / "named.jsonl").read_text("utf-8").splitlines()
    return [
        Name(m["id"], m["from"], m["half"], m["kind"], m["region"], tuple(map(tuple, m["spans"])))
        for m in map(json.loads, lines)
    ]


def texts(wanted: set[str]) -> dict[str, dict[str, str]]:
    """Title and text by id; those of the development data where it is there."""
    return {r["id"]: {f: r[f] for f in ("title", "text")} for r in _rows() if r["id"] in wanted}


def _rows() -> Iterator[dict[str, Any]]:
    drafts = (TESTS / "data" / "drafts").glob("*.texts.jsonl")
    own = [*TEXTS.glob("*.jsonl"), *TEXTS.glob("articles/*.jsonl"), *drafts]
    for path in [*own, PERSONS / "named.texts.jsonl"]:
        if not path.name.endswith(".marks.jsonl"):
            yield from map(json.loads, path.read_text("utf-8").splitlines())
    for name in ("dev", "regional", "train"):
        if (SHARED / f"{name}.jsonl.gz").is_file():
            with gzip.open(SHARED / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
                yield from map(json.loads, file)


def is_hidden(place: tuple[str, int, int], text: str, hidden: list[tuple[int, int]]) -> bool:
    """Whether no letter of a name can be read."""
    _, start, end = place
    letters = (n for n in range(start, end) if text[n].isalpha())
    return all(any(low <= n < high for low, high in hidden) for n in letters)


def outcomes(hide: Hide, marks: list[Name]) -> list[tuple[Name, int]]:
    """Each name whose article is there, and at how many of its places it can be read."""
    known = texts({mark.article for mark in marks})
    hidden: dict[str, dict[str, list[tuple[int, int]]]] = {}
    found = []
    for mark in marks:
        if (fields := known.get(mark.article)) is None:
            continue
        if mark.article not in hidden:
            hidden[mark.article] = hide(fields["title"], fields["text"])
        at = hidden[mark.article]
        read = sum(not is_hidden(p, fields[p[0]], at[p[0]]) for p in mark.places)
        found.append((mark, read))
    return found


def figures(found: list[tuple[Name, int]]) -> dict[str, Any]:
    """Names hidden at all places, and places, of how many."""
    places = sum(len(mark.places) for mark, _ in found)
    return {
        "names": len(found),
        "hidden": sum(read == 0 for _, read in found),
        "places": places,
        "places_hidden": places - sum(read for _, read in found),
    }


def by(key: str, found: list[tuple[Name, int]]) -> dict[str, dict[str, Any]]:
    """Figures by an attribute of the names."""
    groups: defaultdict[str, list[tuple[Name, int]]] = defaultdict(list)
    for mark, read in found:
        groups[getattr(mark, key)].append((mark, read))
    return {name: figures(groups[name]) for name in sorted(groups)}


def shipped_hide(title: str, text: str) -> dict[str, list[tuple[int, int]]]:
    """Hide as the desk does."""
    import shipped
    from monitor.people.anonymisation import mask_names
    from monitor.people.people_table import read_people
    from monitor.records.hidden_names import stretches

    table = read_people(shipped.thb(judge=True).person_lists, text, title=title)
    masked = mask_names(text, table, title=title)
    fields = {"title": title, "text": text}
    return {field: stretches(field, words, masked.spans) for field, words in fields.items()}


def write(found: list[tuple[Name, int]]) -> None:
    """Write what travels with exports: names never looked at, and all, by region."""
    unread = [(mark, read) for mark, read in found if mark.half == "held-out"]
    values = {
        "schema": 1,
        "what": "names of victims, minors and relatives hidden at all their places, of those marked"
        " by hand in English texts; and places. The masking was not looked at on `unread`.",
        "how": "python tests/named_marks.py -o",
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "unread": {"all": figures(unread), "region": by("region", unread)},
        "all": {"all": figures(found), "region": by("region", found), "kind": by("kind", found)},
    }
    MEASURED.write_text(json.dumps(values, indent=1) + "\n", "utf-8")


def main() -> None:
    """Print the figures by half, region, kind and origin."""
    found = outcomes(shipped_hide, names())
    if "-v" in sys.argv:
        for mark, read in found:
            if read and mark.half == "read":
                print(mark.article[:60], mark.kind, mark.region, read, mark.places[:3])
    parts = {"all": figures(found)} | {key: by(key, found) for key in ("half", "region", "kind")}
    parts["origin"] = by("origin", found)
    if "-o" in sys.argv:
        write(found)
    for part, told in parts.items():
        rows = {part: told} if part == "all" else told
        for name, one in rows.items():
            print(
                f"{name:28} {one['hidden']:4} of {one['names']:4} names"
                f"  {one['places_hidden']:4} of {one['places']:4} places"
            )


if __name__ == "__main__":
    main()
