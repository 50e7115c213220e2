"""Rules measured against two editors who worked apart (inter-annotator agreement), flags judged.

Editors differ, so that one editor's marks cannot say alone what is right. A flag counts as right
where either has marked it; recall counts what both hold sure. A flag that nobody marked may have
been judged later, blind and mixed with decoys: flags that an editor had marked.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from monitor.classify.assessors import load_shown
from monitor.evaluate.evaluation_report import columns
from monitor.evaluate.rule_precision import (
    Item,
    Mark,
    agree,
    is_marked,
    read_items,
    read_lines,
    related_rules,
)
from monitor.labels.data_files import data_dir
from monitor.records.confidence_interval import wilson
from monitor.records.errors import DataError
from monitor.records.finding import Finding
from monitor.rules.checker import make_policy, run_shown
from monitor.rules.compiler import Guideline
from monitor.rules.findings import Checked
from monitor.rules.loading import protecting
from monitor.rules.priority import BAR, BEST, FLOOR, priority
from monitor.text.phrase_search import key_of

VERDICTS = ("right", "arguable", "wrong")
_BETWEEN = 2  # line breaks between title and text in the offsets of judged flags


@dataclass(frozen=True, slots=True)
class JudgedFlag:
    """What an editor said of a flag; offsets into title, two line breaks and text."""

    rule: str
    start: int
    end: int
    verdict: str


Judged = Mapping[str, Sequence[JudgedFlag]]
"""Judged flags by the id of their article."""


@dataclass(frozen=True, slots=True)
class ReadTwice:
    """An article as two editors marked it, and what the guideline finds in it."""

    first: Item
    second: Item
    findings: tuple[Finding, ...]
    opened: frozenset[Finding]
    """Those that the page opens with."""

    def place(self, finding: Finding) -> tuple[int, int]:
        """Return the offsets of a flag in title, two line breaks and text."""
        before = 0 if finding.field == "title" else len(self.first.document.title) + _BETWEEN
        return before + finding.start, before + finding.end


def read_twice(
    guideline: Guideline, pairs: Sequence[tuple[Item, Item]], *, models: Path | None = None
) -> list[ReadTwice]:
    """Check articles as the program does: as on topic where a digest would show them."""
    documents = [first.document for first, _ in pairs]
    is_shown = load_shown(models or data_dir("models"), guideline.language)
    checked: list[Checked] = run_shown(
        guideline,
        documents,
        make_policy(guideline, (), {}),
        lambda n: is_shown(documents[n].title, documents[n].text),
    )
    read = []
    for (first, second), result in zip(pairs, checked, strict=True):
        found = tuple(f for f in result.findings if f.field == "title" or f.start < first.read)
        read.append(ReadTwice(first, second, found, _opened(guideline, found)))
    return read


def _opened(guideline: Guideline, findings: Iterable[Finding]) -> frozenset[Finding]:
    """Return the findings that a page opens with; what repeats a wording goes with the best."""
    protects = protecting(guideline)
    levels = {rule.id: rule.severity for rule in guideline.rules}
    groups: defaultdict[tuple[str, str], list[tuple[float, Finding]]] = defaultdict(list)
    for flag in findings:
        worth = priority(flag, levels[flag.rule], flag.rule in protects)
        groups[flag.rule, key_of(flag.match)].append((worth, flag))
    best = sorted(groups.values(), key=lambda group: -max(worth for worth, _ in group))
    return frozenset(
        flag
        for number, group in enumerate(best)
        if (most := max(worth for worth, _ in group)) >= BAR or (number < BEST and most >= FLOOR)
        for _, flag in group
    )


def read_pairs(
    first: Path, second: Path, texts: Iterable[Path] | None = None
) -> list[tuple[Item, Item]]:
    """Return the articles of two files of marks, in the order of the first.

    `texts` as in `evaluate_guideline`. Raises `DataError` where one file lacks an article.
    """
    beside = first.resolve().parent.parent / "relevance"
    files = sorted(beside.glob("*.jsonl*")) if texts is None else list(texts)
    by_id = {item.id: item for item in read_items(second, files)}
    items = read_items(first, files)
    for one, other, file in (
        (by_id.keys(), {item.id for item in items}, first),
        ({item.id for item in items}, by_id.keys(), second),
    ):
        if missing := set(one) - set(other):
            raise DataError(f"{file}: no marks for '{min(missing)}', which the other file has")
    return [(item, by_id[item.id]) for item in items]


def read_judged(files: Iterable[Path]) -> dict[str, list[JudgedFlag]]:
    """Read judged flags, JSON Lines with `id, rule, start, end, verdict`; no verdict is skipped.

    Raises `DataError` that names file and article of what cannot be read.
    """
    judged: dict[str, list[JudgedFlag]] = {}
    for file in files:
        for row in read_lines(file):
            verdict = row.get("verdict") or None
            if verdict is None:
                continue
            if verdict not in VERDICTS:
                raise DataError(
                    f"{file}, '{row['id']}': the verdict {verdict!r} is none of "
                    f"{', '.join(VERDICTS)}"
                )
            try:
                flag = JudgedFlag(str(row["rule"]), int(row["start"]), int(row["end"]), verdict)
            except (KeyError, TypeError, ValueError) as error:
                raise DataError(f"{file}, '{row['id']}': no rule, start or end") from error
            judged.setdefault(str(row["id"]), []).append(flag)
    return judged


def compare_editors(
    guideline: Guideline, read: Sequence[ReadTwice], judged: Judged
) -> dict[str, Any]:
    """Return recall of doubly sure marks, precision both ways, and the editors' own figures.

    `precision` is the share of flags that either editor marked, of all; `precision_judged` that of
    flags marked or judged right, of those marked or judged; each with its 95 % interval. `decoys`
    are the verdicts on flags that an editor had marked.
    """
    related = related_rules(guideline)
    marks: Counter[str] = Counter()
    decoys: Counter[str] = Counter()
    voices: dict[str, Counter[str]] = {"warnings": Counter(), "suggestions": Counter()}
    for article in read:
        marks.update(_found(article, related))
        for flag in article.findings:
            marked = _is_marked(flag, article, related)
            verdict = _verdict(article.place(flag), flag.rule, judged.get(article.first.id, ()))
            voices[_voice(flag)].update(("flags", "marked" if marked else verdict))
            if marked and verdict in VERDICTS:
                decoys[verdict] += 1
    return {
        "guideline": guideline.stamp,
        "articles": len(read),
        "sure": {name: _share(marks[name], marks["sure"]) for name in ("found", "open", "warned")},
        **{voice: _precision(counts) for voice, counts in voices.items()},
        "editors": _editors([(each.first, each.second) for each in read], related),
        "decoys": {verdict: decoys[verdict] for verdict in VERDICTS},
    }


def _found(article: ReadTwice, related: Mapping[str, set[str]]) -> Iterator[str]:
    """Tell of each mark that both editors hold sure how it was found."""
    for mark in article.first.marks:
        if not (
            mark.sure and any(n.sure and _same(mark, n, related) for n in article.second.marks)
        ):
            continue
        yield "sure"
        met = [flag for flag in article.findings if agree(flag, mark, related)]
        if met:
            yield "found"
        if not article.opened.isdisjoint(met):
            yield "open"
        if any(_voice(flag) == "warnings" for flag in met):
            yield "warned"


def _is_marked(flag: Finding, article: ReadTwice, related: Mapping[str, set[str]]) -> bool:
    return any(is_marked(flag, item, related) for item in (article.first, article.second))


def _voice(flag: Finding) -> str:
    return "suggestions" if flag.severity == "suggestion" else "warnings"


def _same(one: Mark, other: Mark, related: Mapping[str, set[str]]) -> bool:
    """Whether two marks mean the same: the rule or a sibling, and places that overlap."""
    if one.rule != other.rule and other.rule not in related.get(one.rule, ()):
        return False
    return one.field == other.field and any(
        low < end and start < high for low, high in one.spans for start, end in other.spans
    )


def _verdict(place: tuple[int, int], rule: str, judged: Iterable[JudgedFlag]) -> str:
    """Return what was said of this rule's flag here, or that nobody judged it."""
    start, end = place
    said = [one.verdict for one in judged if one.rule == rule and one.start < end > start < one.end]
    return min(said, key=VERDICTS.index) if said else "unjudged"


def _share(count: int, of: int) -> dict[str, Any]:
    """Return a count with its share and 95 % interval, none of nothing."""
    if not of:
        return {"count": count, "of": 0, "share": None, "interval": None}
    ends = [round(end, 3) for end in wilson(count / of, of)]
    return {"count": count, "of": of, "share": round(count / of, 3), "interval": ends}


def _precision(counts: Counter[str]) -> dict[str, Any]:
    known = counts["flags"] - counts["unjudged"]
    return {
        **{key: counts[key] for key in ("flags", "marked", *VERDICTS, "unjudged")},
        "precision": _share(counts["marked"], counts["flags"]),
        "precision_judged": _share(counts["marked"] + counts["right"], known),
    }


def _editors(pairs: Sequence[tuple[Item, Item]], related: Mapping[str, set[str]]) -> dict[str, Any]:
    """Return how many of the other's marks, sure and all, each editor has."""
    table: dict[str, Any] = {}
    swapped = [(second, first) for first, second in pairs]
    for name, ordered in (("first", pairs), ("second", swapped)):
        counts = Counter[str]()
        for own, other in ordered:
            for mark in other.marks:
                has = any(_same(mark, one, related) for one in own.marks)
                counts.update(all=1, has=has, sure=mark.sure, has_sure=mark.sure and has)
        table[name] = {
            "sure of the other": _share(counts["has_sure"], counts["sure"]),
            "all of the other": _share(counts["has"], counts["all"]),
        }
    return table


def flags_to_judge(
    guideline: Guideline, read: Sequence[ReadTwice], judged: Judged
) -> list[dict[str, Any]]:
    """Return flags that nobody marked nor judged, mixed with as many decoys, in a fixed order.

    A row has `id, rule, start, end, match` and an empty `verdict`; whether an editor marked the
    flag is not told. The order is that of a hash, so that nothing can be learned from it.
    """
    related = related_rules(guideline)
    unknown: list[dict[str, Any]] = []
    marked: list[dict[str, Any]] = []
    for article in read:
        for flag in article.findings:
            start, end = article.place(flag)
            told = {"rule": flag.rule, "start": start, "end": end, "match": flag.match}
            row = {"id": article.first.id, **told, "verdict": ""}
            if _is_marked(flag, article, related):
                marked.append(row)
            elif _verdict((start, end), flag.rule, judged.get(article.first.id, ())) == "unjudged":
                unknown.append(row)
    decoys = sorted(marked, key=_order)[: len(unknown)]
    return sorted(chain(unknown, decoys), key=_order)


def _order(row: Mapping[str, Any]) -> str:
    told = f"{row['id']} {row['rule']} {row['start']}"
    return hashlib.sha256(told.encode()).hexdigest()


def render_editors(result: Mapping[str, Any]) -> list[str]:
    """Return the figures as lines of a table: count, of how many, share and interval."""
    told = {"found": "found", "open": "open on the page", "warned": "as a warning"}
    shares = [(f"sure by both, {told[name]}", each) for name, each in result["sure"].items()]
    for voice in ("warnings", "suggestions"):
        shares.append((f"{voice} that either marked", result[voice]["precision"]))
        shares.append((f"{voice} marked or judged right", result[voice]["precision_judged"]))
    for name, figures in result["editors"].items():
        shares += [(f"{name} editor, {kind}", each) for kind, each in figures.items()]
    rows = [("", "count", "of", "share", "95 %"), *(_row(name, each) for name, each in shares)]
    decoys = ", ".join(f"{count} {verdict}" for verdict, count in result["decoys"].items())
    head = f"{result['guideline']} on {result['articles']} articles"
    return [head, "", *columns(rows).split("\n"), "", f"verdicts on marked flags: {decoys}"]


def _row(name: str, share: Mapping[str, Any]) -> tuple[str, ...]:
    told = "-" if share["share"] is None else f"{share['share']:.3f}"
    ends = "-" if share["interval"] is None else " to ".join(f"{e:.3f}" for e in share["interval"])
    return name, str(share["count"]), str(share["of"]), told, ends
