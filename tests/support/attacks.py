"""Two attackers with every file of an export: one puts texts together again, one looks for names.

They read all formats that there are in a folder, whatever wrote them: every string of every row
that belongs to an article, by its id, and every string that belongs to none.

    python tests/support/attacks.py [-n 200]    # on development data: the step `attacks`
"""

from __future__ import annotations

import contextlib
import csv
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.export.copyright_cap import ECHO, NumberedWords, fold

VEIL = "·"
MASK = "█"
BETWEEN = 2
"""Line breaks between title and text where a format has one text of both."""
csv.field_size_limit(10_000_000)
sys.path.append(str(Path(__file__).resolve().parents[1]))  # named_marks stands there


@dataclass
class Loot:
    """All strings of an export that belong to an article, and spans with their words."""

    strings: list[str] = field(default_factory=list)
    spans: list[tuple[str, int, str]] = field(default_factory=list)


def plunder(folder: Path, ids: Iterable[str]) -> tuple[dict[str, Loot], Loot]:
    """Read every file below a folder; what belongs to no article comes apart."""
    known = set(ids)
    loot: defaultdict[str, Loot] = defaultdict(Loot)
    rest = Loot()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for unit in _units(path):
            strings = list(_strings(unit))
            owner = next((s for s in (*strings, path.stem) if s in known), None)
            if owner is None:
                owner = next((i for i in known if i in path.name), None)
            got = loot[owner] if owner else rest
            got.strings += strings
            got.spans += _spans(unit)
    return dict(loot), rest


def _units(path: Path) -> Iterator[Any]:
    """Yield what stands together: a row, a document, or a whole file."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        yield from pq.read_table(path).to_pylist()
        return
    if path.suffix == ".spacy":
        import spacy
        from spacy.tokens import DocBin

        for doc in DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab):
            spans = [s for group in doc.spans.values() for s in group]
            told = list(doc.user_data.values())
            yield [doc.text, told, *(s.text for s in spans), *(s.id_ for s in spans)]
        return
    text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
    if path.suffix == ".jsonl":
        yield from map(json.loads, filter(None, text.split("\n")))
    elif path.suffix == ".json":
        whole = json.loads(text)
        yield from whole if isinstance(whole, list) else [whole]
    elif path.suffix == ".csv":
        yield from csv.DictReader(text.splitlines(keepends=True))
    else:
        yield text


def _strings(unit: Any) -> Iterator[str]:
    if isinstance(unit, str):
        yield unit
        if unit.startswith(("{", "[")):  # JSON in a cell
            with contextlib.suppress(ValueError):
                yield from _strings(json.loads(unit))
    elif isinstance(unit, Mapping):
        for key, value in unit.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(unit, list | tuple):
        for value in unit:
            yield from _strings(value)


def _spans(unit: Any) -> Iterator[tuple[str, int, str]]:
    """Yield field, start and words of whatever has all three."""
    if isinstance(unit, Mapping):
        place, start, words = (unit.get(key) for key in ("field", "start", "match"))
        if place and words and str(start).isdigit():
            yield place, int(str(start)), words
        for value in unit.values():
            yield from _spans(value)
    elif isinstance(unit, list | tuple):
        for value in unit:
            yield from _spans(value)


def recovered(title: str, text: str, loot: Loot, rest: Loot, echo: int = ECHO) -> set[int]:
    """Return the words of a text, by number, that its export gives away.

    Words at places that are told; words of a veiled text that can be read; and wherever `echo`
    words in a row are the text's own, in any string.
    """
    words = NumberedWords(text)
    got: set[int] = set()
    for name, start, said in loot.spans:
        if name == "text" and text[start : start + len(said)] == said:
            got.update(words.within(start, start + len(said)))
    shifts = {0, len(title) + BETWEEN}
    for said in {s for s in loot.strings if VEIL in s}:
        for shift in shifts:
            if len(said) == len(text) + shift:
                for found in re.finditer(f"[^{VEIL}]+", said[shift:]):
                    if text[found.start() : found.end()] == found[0]:
                        got.update(words.within(*found.span()))
    told = [s for s in {*loot.strings, *rest.strings} if len(s) < 10 * len(text) + 1000]
    grams = {tuple(f[n : n + echo]) for f in map(fold, told) for n in range(len(f) - echo + 1)}
    folded = fold(text)
    for at in range(len(folded) - echo + 1):
        if tuple(folded[at : at + echo]) in grams:
            got.update(range(at, at + echo))
    return got


def names_read(names: Iterable[str], loot: Loot, rest: Loot) -> set[str]:
    """Return the names that stand in any string, as written or in capitals.

    A lone part does not count where it belongs to a longer name, which is somebody else's.
    """
    told = "\n".join({*loot.strings, *rest.strings})
    read = set()
    for name in {form for one in names for form in (one, one.upper())}:
        alone = "" if " " in name else r"(?![ -][A-Z])"
        before = "" if " " in name else r"(?<![A-Z][a-z] )(?<![a-z] [A-Z]\. )"
        for found in re.finditer(rf"(?<![\w-]){before}{re.escape(name)}(?![\w-]){alone}", told):
            lead = told[max(0, found.start() - 30) : found.start()].split(" ")
            if " " in name or len(lead) < 2 or not lead[-2][:1].isupper():
                read.add(name)
    return read


def names_in_address(names: Iterable[str], address: str) -> set[str]:
    """Return the parts of names that an address holds as it writes them, in small letters."""
    words = set(re.findall(r"[^\W\d_]{3,}", address.lower()))
    parts = {part for name in names for part in re.findall(r"[^\W\d_]{3,}", name)}
    return {part for part in parts if part[0].isupper() and part.lower() in words}


# On real articles ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What attackers got of one article, under one degree of text."""

    words: int
    got: int
    strict: int
    cap: int
    hidden: int
    read: frozenset[str]
    marked: int = 0
    out: frozenset[str] = frozenset()
    """Of the names that were marked by hand, those that can be read."""


def raid(
    monitor: Any,
    folder: Path,
    text: str,
    formats: Iterable[str] = (),
    marked: Mapping[str, set[str]] | None = None,
    **options: Any,
) -> list[Told]:
    """Export in these formats (every one), as typed, and attack what lies there together.

    `marked` are names marked by hand, by the article's text.
    """
    from typing import get_args

    from monitor.export import selection
    from monitor.export.columns import ExportFormat
    from monitor.export.publication import PublicationPolicy, publish
    from monitor.export.record import canonical
    from monitor.records.hidden_names import stretches

    policy = PublicationPolicy(text=text, **options)  # type: ignore[arg-type]
    for name in formats or get_args(ExportFormat):
        selection.export(monitor, folder / "out" / name, format=name, policy=policy)
    read = selection.read_at(monitor, monitor.now())
    records = list(selection.with_names(monitor, selection.chosen(monitor, {}, read)))
    guard = selection.guard_of(monitor, {})
    public = [publish(canonical(one), policy, one.shown, guard).values for one in records]
    ids = [values["id"] for values in public]
    loot, rest = plunder(folder / "out", ids)
    told = []
    for one, values in zip(records, public, strict=True):
        article = one.assessed.article
        mine = loot.get(values["id"], Loot())
        got = recovered(article.title, article.text, mine, rest)
        strict = recovered(article.title, article.text, mine, Loot(), echo=3)
        fields = {"title": article.title, "text": article.text}
        hidden = {
            fields[name][start:end]  # type: ignore[literal-required]
            for name in ("title", "text")
            for start, end in stretches(name, fields[name], one.shown.spans)
        }
        number = len(NumberedWords(article.text))
        cap = number if text == "full" else min(int(0.1 * number), 90)
        read = names_read({name for name in hidden if len(name) > 2}, mine, Loot())
        if values["relevant"] is not False or values["borderline"]:
            read |= names_in_address(hidden, values["url"] or "")
        names = (marked or {}).get(article.text, set())
        out = frozenset(names_read(names, mine, Loot()))
        told.append(
            Told(number, len(got), len(strict), cap, len(hidden), frozenset(read), len(names), out)
        )
    return told


def stored(monitor: Any, rows: Iterable[Mapping[str, Any]], feed_name: str = "attack") -> None:
    """Store articles as if a feed had brought them."""
    from monitor.feeds.polling import article_sha256
    from store_samples import feed, incoming, poll

    source = feed(feed_name)
    monitor.store.add_feeds([source], monitor.now())
    entries = [
        incoming(
            f"{number:04}",
            row["text"],
            article_id=f"{number:016x}",
            url=row.get("url") or f"https://news.example/{number}",
            title=row["title"],
            language=row.get("language"),
            sha256=article_sha256(row["title"], row["text"]),
            feed_sha256=f"{number:064x}",
        )
        for number, row in enumerate(rows)
    ]
    monitor.store.record_poll(poll(source, entries), monitor.now())


def development_rows() -> list[dict[str, Any]]:
    """Return the labelled articles of the development data."""
    import gzip

    from named_marks import SHARED

    with gzip.open(SHARED / "dev.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main() -> None:
    """Attack exports of articles of the development data, and print what came out."""
    from tempfile import TemporaryDirectory

    from monitor.app import Monitor
    from monitor.settings import Settings
    from named_marks import Name, names

    wanted = int(sys.argv[sys.argv.index("-n") + 1]) if "-n" in sys.argv else 200
    rows = development_rows()
    by_id: dict[str, list[Name]] = defaultdict(list)
    for mark in names():
        by_id[mark.article].append(mark)
    rows.sort(key=lambda row: (row["id"] not in by_id, -row["rel"], len(row["text"]) < 800))
    with TemporaryDirectory() as home, Monitor(Settings(home=Path(home))) as monitor:
        stored(monitor, rows[:wanted])
        monitor.assess()
        marked = {
            row["text"]: {row[f][a:b] for mark in by_id[row["id"]] for f, a, b in mark.places}
            for row in rows[:wanted]
            if row["id"] in by_id
        }
        print(f"{wanted} articles of dev, all formats, all files of an export together")
        for text in ("none", "quotes", "full"):
            told = raid(monitor, Path(home) / text, text, marked=marked)
            report(text, told)


def report(text: str, told: list[Told]) -> None:
    """Print a line of figures for each attacker."""
    over = [one for one in told if one.got > one.cap]
    shares = sorted(one.got / one.words for one in told if one.words)
    strict = sorted(one.strict / one.words for one in told if one.words)
    most = max((one.got for one in told), default=0)
    print(
        f"--text {text}: words recovered, of an article: median {shares[len(shares) // 2]:.1%}, "
        f"most {shares[-1]:.1%}; most words {most}; articles over the stated share {len(over)}"
    )
    print(
        f"  any 3 words in a row counted as recovered: median {strict[len(strict) // 2]:.1%}, "
        f"most {strict[-1]:.1%}"
    )
    print(
        f"  hidden names {sum(one.hidden for one in told)}, read {sum(len(o.read) for o in told)}"
    )
    print(
        f"  marked by hand {sum(one.marked for one in told)} (each way of writing a name), "
        f"read {sum(len(one.out) for one in told)}"
    )
    if "-v" in sys.argv:
        for one in told:
            if one.got > one.cap or one.read or one.out:
                print("   ", one)


if __name__ == "__main__":
    main()
