"""Precision and recall of the rules on articles whose breaches editors have marked.

A flag is right if a mark of its rule or of a sibling overlaps it, sure or not, and a flag of a
question on the whole text if the editor had answered it so; recall counts sure marks only. The
yardstick is a catalogue of literal phrases, a JSON list of `{id, patterns}`: words in capitals with
a colon begin a note, `*` stands for the rest of a word.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.records.errors import DataError
from monitor.records.finding import Finding
from monitor.rules.checker import make_policy, run_policy
from monitor.rules.compiler import Guideline
from monitor.rules.findings import Checked
from monitor.text.document import Document
from monitor.text.phrase_search import key_of

_NOTE = re.compile(r"[A-Z]+:")
Literals = Mapping[str, re.Pattern[str]]


def load_literals(path: Path) -> Literals:
    """Return one expression per rule that has literal phrases; raises `DataError`."""
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
        rules = raw["rules"] if isinstance(raw, dict) else raw
        listed = {str(rule["id"]): [str(p) for p in rule["patterns"]] for rule in rules}
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: no list of rules with 'id' and 'patterns'") from error
    found: dict[str, re.Pattern[str]] = {}
    for rule, patterns in listed.items():
        phrases = [re.split(r"[\s-]+", p.strip()) for p in patterns if not _NOTE.match(p)]
        either = "|".join(
            r"[\s-]+".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
            for words in phrases
        )
        if phrases:
            found[rule] = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    return found


@dataclass(frozen=True, slots=True)
class Mark:
    """What an editor marked; `spans` are all places where the wording stands in its field."""

    rule: str
    field: str
    quote: str
    quoted: str
    sure: bool
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An article with its marks; `read` is how far into the text the editor read."""

    id: str
    document: Document
    read: int
    marks: tuple[Mark, ...]
    not_met: frozenset[str]
    met: frozenset[str]


def evaluate_guideline(
    guideline: Guideline,
    data: Path,
    texts: Iterable[Path] | None = None,
    *,
    literals: Literals | None = None,
) -> dict[str, Any]:
    """Return counts, precision and recall, per rule and overall, with every miss and false flag.

    `data` is span-annotated JSON Lines (gzipped or not); `texts` the files that hold its articles
    (default: those in `relevance/` beside the folder of `data`). With `literals`, what a list of
    phrases would find is counted apart: `beyond_literal` is over marks and flags that no phrase of
    the same rule or a sibling touches. Raises `DataError` for a line that cannot be read or an
    article that is in none of the files.
    """
    beside = data.resolve().parent.parent / "relevance"
    items = read_items(data, sorted(beside.glob("*.jsonl*")) if texts is None else texts)
    policy = make_policy(guideline, (), {})
    checked = run_policy(guideline, [item.document for item in items], policy)
    return score(guideline, items, checked, literals)


def score(
    guideline: Guideline,
    items: Sequence[Item],
    checked: Sequence[Checked],
    literals: Literals | None = None,
) -> dict[str, Any]:
    """Compare findings and scorecards with what editors marked."""
    related = related_rules(guideline)
    rules: defaultdict[str, Counter[str]] = defaultdict(Counter)
    beyond, total = Counter[str](), Counter[str]()
    misses: list[dict[str, Any]] = []
    false: list[dict[str, Any]] = []
    flagging = {rule.id for rule in guideline.rules}
    for item, result in zip(items, checked, strict=True):
        findings = [f for f in result.findings if f.field == "title" or f.start < item.read]
        touch = _phrases(item, literals or {}, related)
        for mark in item.marks:
            if mark.sure:
                hit = any(agree(finding, mark, related) for finding in findings)
                said = {"sure": 1, "found": int(hit)}
                rules[mark.rule].update(said)
                if not any(touch(mark.rule, mark.field, *span) for span in mark.spans):
                    beyond.update(said)
                if not hit:
                    miss = {key: getattr(mark, key) for key in ("rule", "field", "quote")}
                    start = mark.spans[0][0] if mark.spans else None
                    miss |= {"start": start, "has_rule": mark.rule in flagging}
                    misses.append({"id": item.id, **miss})
        for finding in findings:
            right = is_marked(finding, item, related)
            same = (key_of(mark.quote) for mark in item.marks if mark.rule == finding.rule)
            repeat = not right and any(key_of(finding.match) in quote for quote in same)
            said = {"flags": 1, "right": int(right), "repeats": int(repeat)}
            rules[finding.rule].update(said)
            if not touch(finding.rule, finding.field, finding.start, finding.end):
                beyond.update(said)
            if not right:
                keys = ("rule", "severity", "field", "match", "start", "end")
                flag = {key: getattr(finding, key) for key in keys}
                false.append({"id": item.id, **flag, "repeat": repeat})
    for counts in rules.values():
        total.update(counts)
    return {
        "guideline": guideline.stamp,
        "articles": len(items),
        "overall": _report(total),
        **({} if literals is None else {"beyond_literal": _report(beyond)}),
        "rules": {rule: _report(rules[rule]) for rule in sorted(rules)},
        "scorecard": compare_answers(
            (item, {answer.item: answer.met for answer in result.scorecard})
            for item, result in zip(items, checked, strict=True)
        ),
        "misses": misses,
        "false_flags": false,
    }


def _phrases(
    item: Item, literals: Literals, related: Mapping[str, set[str]]
) -> Callable[[str, str, int, int], bool]:
    """Return what tells whether a phrase of a rule or a sibling shares a character with a span."""
    fields = {"title": item.document.title, "text": item.document.text}
    places = {
        (rule, field): [found.span() for found in pattern.finditer(text)]
        for rule, pattern in literals.items()
        for field, text in fields.items()
    }
    return lambda rule, field, start, end: any(
        low < end and start < high
        for name in related.get(rule, {rule})
        for low, high in places.get((name, field), ())
    )


def _report(count: Counter[str]) -> dict[str, Any]:
    """Return sure marks and those found, flags and those right or repeating, and the shares."""
    sure, flags = count["sure"], count["flags"]
    return {
        "sure": sure,
        "found": count["found"],
        "recall": round(count["found"] / sure, 3) if sure else None,
        "flags": flags,
        "right": count["right"],
        "precision": round(count["right"] / flags, 3) if flags else None,
        "repeats": count["repeats"],
    }


def evaluate_general(
    guideline: Guideline, texts: Path, *, force_topic: bool = False
) -> dict[str, Any]:
    """Return how often rules speak in general news: the `rel` 0 rows of a relevance file.

    Counts findings of warning or error per 1,000 words, and lists those of severity error;
    `force_topic` treats every text as one on trafficking.
    """
    rows = [row for row in read_lines(texts) if row.get("rel") == 0]
    given = ((str(row.get("text") or ""), str(row.get("title") or "")) for row in rows)
    documents = [Document(*each, language="en") for each in given]
    policy = replace(make_policy(guideline, (), {}), force_topic=force_topic)
    words, flags, errors = 0, Counter[str](), []
    for row, checked in zip(rows, run_policy(guideline, documents, policy), strict=True):
        words += checked.words
        loud = [finding for finding in checked.findings if finding.severity != "suggestion"]
        flags.update(finding.rule for finding in loud)
        errors += [
            {"id": row["id"], "rule": f.rule, "match": f.match, "field": f.field, "start": f.start}
            for f in loud
            if f.severity == "error"
        ]
    return {
        "articles": len(rows),
        "words": words,
        "flags": flags.total(),
        "per_1000_words": round(1000 * flags.total() / max(words, 1), 3),
        "rules": dict(flags.most_common()),
        "errors": errors,
    }


def read_items(data: Path, texts: Iterable[Path]) -> list[Item]:
    """Read the annotations and the articles they belong to."""
    rows = list(read_lines(data))
    wanted = {str(row["id"]) for row in rows}
    found: dict[str, Mapping[str, Any]] = {}
    for file in texts:
        if wanted <= found.keys():
            break
        found |= {row["id"]: row for row in read_lines(file) if row.get("id") in wanted}
    if missing := wanted - found.keys():
        raise DataError(f"{data}: the text of '{min(missing)}' is in none of the files given")
    return [item_of(row, found[row["id"]]) for row in rows]


def read_lines(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of JSON Lines, gzipped or not; raises `DataError` that names the line."""
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise DataError(f"{file}, line {number}: not JSON") from error
                if not isinstance(row, dict) or "id" not in row:
                    raise DataError(f"{file}, line {number}: no object with an 'id'")
                yield row
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise DataError(f"{file}: cannot be read ({error})") from error


def item_of(row: Mapping[str, Any], article: Mapping[str, Any]) -> Item:
    """Return an annotated row with the article it belongs to."""
    text, title = str(article.get("text") or ""), str(article.get("title") or "")
    fields = {"title": title, "text": text}
    marks = []
    for mark in row["findings"]:
        given = {key: mark[key] for key in ("rule", "field", "quote", "quoted")}
        places = tuple(_places(fields[mark["field"]], mark["quote"]))
        marks.append(Mark(**given, sure=bool(mark["sure"]), spans=places))
    answers = frozenset(row["doc"]), frozenset(row["doc_ok"])
    document = Document(text, title, language="en")
    return Item(str(row["id"]), document, int(row["read"]), tuple(marks), *answers)


def _places(text: str, quote: str) -> Iterator[tuple[int, int]]:
    """Yield every place where the wording stands, in any capitals."""
    haystack, needle = text.lower(), quote.lower()
    if len(haystack) != len(text):  # a character whose small form is longer
        haystack, needle = text, quote
    start = haystack.find(needle)
    while start >= 0:
        yield start, start + len(needle)
        start = haystack.find(needle, start + 1)


def related_rules(guideline: Guideline) -> dict[str, set[str]]:
    """Return the rules of the same group for each rule that is in one, itself included."""
    related: defaultdict[str, set[str]] = defaultdict(set)
    for group in guideline.about.siblings:
        for rule in group:
            related[rule] |= set(group)
    return related


def is_marked(finding: Finding, item: Item, related: Mapping[str, set[str]]) -> bool:
    """Whether an editor marked what a flag is about, or found the same of the whole text."""
    return finding.rule in item.not_met or any(agree(finding, mark, related) for mark in item.marks)


def agree(finding: Finding, mark: Mark, related: Mapping[str, set[str]]) -> bool:
    """Whether a flag and a mark mean the same: rule or sibling, and the place or its repeat."""
    if finding.rule != mark.rule and mark.rule not in related.get(finding.rule, ()):
        return False
    if finding.field == mark.field and any(
        start < finding.end and finding.start < end for start, end in mark.spans
    ):
        return True
    return key_of(finding.match) == key_of(mark.quote) and finding.rule == mark.rule


Answers = Mapping[str, bool | None]
"""Answers to the questions on a whole text, by question: met, not met, or cannot tell."""


def compare_answers(pairs: Iterable[tuple[Item, Answers]]) -> dict[str, dict[str, int]]:
    """Return per question, and under `all`, how answers compare with the editors'.

    Of the `answers`: `as_editors`, `opposite`, `cannot_tell`; of those that the editors say are
    not met (`not_met`) the `found` ones.
    """
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item, answers in pairs:
        for name in (item.met | item.not_met) & answers.keys():
            answer, truth = answers[name], name in item.met
            said = "as_editors" if answer == truth else "opposite"
            counts = Counter({"answers": 1, "cannot_tell" if answer is None else said: 1})
            counts += Counter(not_met=int(not truth), found=int(not truth and answer is False))
            table[name].update(counts)
            table["all"].update(counts)
    keys = ("answers", "as_editors", "opposite", "cannot_tell", "not_met", "found")
    return {name: {key: table[name][key] for key in keys} for name in sorted(table)}
