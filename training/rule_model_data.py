"""Sentences with labels for the judge: rules' examples, sentences written for them, articles."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from monitor.errors import DataError
from monitor.guidelines.compiled import Guideline
from monitor.guidelines.evaluate import Item, read_items, read_lines, related_rules
from monitor.guidelines.examples import example_cases
from monitor.text.document import Document
from training.judge_articles import (
    HERE,
    MARKS,
    SENTENCES,
    TEXTS,
    general_news,
    read_drafts,
    read_marked,
    read_written,
)
from training.judge_sources import (
    ARGUABLE,
    ARTICLE,
    DEVELOPMENT,
    EARLIER,
    EVERYWHERE,
    EXAMPLE,
    GENERAL,
    IN_ARTICLES,
    IN_SENTENCES,
    JUDGED_RIGHT,
    JUDGED_WRONG,
    NEAR_MISS,
    SURE,
    WRITTEN,
    Claim,
    JudgeRow,
    Labels,
    Source,
    rows_of,
    touch,
    unmarked,
)
from training.judge_variations import VARIATIONS, read_variations
from training.rows import DEV, REGIONAL, TRAIN

KEPT_APART = 64
"""Of 256: events whose sha256 begins with a smaller byte are never learned from."""
NEWS = (TRAIN, DEV, REGIONAL)
_WRITTEN = ("bad", "near_miss", "quoted")


@dataclass(frozen=True, slots=True, eq=False)
class JudgeData:
    """The rules that get a head, and their siblings; rows to learn from; articles read and unread.

    `further` are annotated articles whose flags nobody judged, `written` were written to learn
    from, `sentences` for a rule. `judged` are the verdicts on flags by article, rule and the words
    in small letters.
    """

    rules: tuple[str, ...]
    siblings: Mapping[str, frozenset[str]]
    rows: tuple[JudgeRow, ...]
    articles: tuple[Item, ...]
    further: tuple[Item, ...]
    written: tuple[Item, ...]
    sentences: tuple[Source, ...]
    kept_apart: tuple[Item, ...]
    events: Mapping[str, str]
    judged: Mapping[tuple[str, str, str], str]


def is_kept_apart(event: str) -> bool:
    """Whether articles of this event are never learned from."""
    return hashlib.sha256(event.encode()).digest()[0] < KEPT_APART


def load_judge_data(
    guideline: Guideline, data: Path, development: Path, own: Path = HERE
) -> JudgeData:
    """Read what there is to learn from; raises `DataError`.

    `data` holds `spans/` and `relevance/`; `development` files `development-*.yaml`, with drafts
    beside it; `own` the project's marks and written articles. Articles of the first annotation are
    learned from, but for those that tell the story of one kept apart.
    """
    rules, siblings = judged_rules(guideline)
    spans, texts = data / "spans", [data / "relevance" / name for name in NEWS]
    events = {str(row["id"]): str(row["event"]) for file in texts for row in read_lines(file)}
    flags = list(read_lines(spans / "flags.jsonl.gz"))
    items = read_items(spans / TRAIN, texts)
    articles = tuple(item for item in items if not is_kept_apart(events[item.id]))
    unread = tuple(item for item in items if is_kept_apart(events[item.id]))
    told = {events[item.id] for item in unread}
    further = [
        item for item in read_marked(own / MARKS, texts) if not is_kept_apart(events[item.id])
    ]
    written = [*read_drafts(development), *read_written(own / TEXTS)]
    events |= {item.id: item.id for item in written}
    earlier = [item for item in read_items(spans / DEV, texts) if events[item.id] not in told]
    sentences = [
        *_example_sources(guideline, siblings),
        *development_sources(development, siblings),
        *sources_of(sorted((own / SENTENCES).glob("*.yaml")), siblings),
        *read_variations(own / VARIATIONS, events, siblings),
    ]
    sources = [
        *sentences,
        *(article_source(item, events[item.id], flags, siblings) for item in articles),
        *(marked_source(ARTICLE, item, events[item.id], siblings) for item in further),
        *(marked_source(WRITTEN, item, item.id, siblings) for item in written),
        *(marked_source(EARLIER, item, events[item.id], siblings) for item in earlier),
        *(
            Source(GENERAL, f"{GENERAL} {event}", event, document, Labels(), IN_ARTICLES)
            for event, document in general_news(texts, is_kept_apart)
        ),
    ]
    return JudgeData(
        rules,
        siblings,
        tuple(row for source in sources for row in rows_of(source, siblings)),
        articles,
        tuple(further),
        tuple(written),
        tuple(sentences),
        unread,
        events,
        {(flag["id"], flag["rule"], flag["match"].lower()): flag["verdict"] for flag in flags},
    )


def judged_rules(guideline: Guideline) -> tuple[tuple[str, ...], dict[str, frozenset[str]]]:
    """Return the rules about words of a text, and each one's siblings among them."""
    rules = tuple(rule.id for rule in guideline.rules if rule.kind != "document")
    related = related_rules(guideline)
    return rules, {
        rule: frozenset(related.get(rule, ())) & frozenset(rules) - {rule} for rule in rules
    }


def _example_sources(
    guideline: Guideline, siblings: Mapping[str, frozenset[str]]
) -> Iterator[Source]:
    """Yield the rules' own examples; one without a mark is a near miss, except bad ones."""
    for rule in guideline.compiled:
        name = rule.rule.id
        for case in example_cases(rule) if name in siblings else ():
            found = [Claim(name, *span, SURE) for span in sorted(case.marked)]
            doubted = () if found or case.kind == "bad" else _nowhere(name)
            key = f"{name} {case.kind} {case.number}"
            labels = Labels(found, doubted)
            yield Source(EXAMPLE, key, key, case.document, labels, IN_SENTENCES)


def _nowhere(rule: str) -> tuple[Claim, ...]:
    return tuple(Claim(rule, field, 0, EVERYWHERE, NEAR_MISS) for field in ("title", "text"))


def development_sources(folder: Path, siblings: Mapping[str, frozenset[str]]) -> Iterator[Source]:
    """Yield the sentences of `development-*.yaml`; raises `DataError` if there is none."""
    files = sorted(folder.glob("development-*.yaml"))
    if not files:
        raise DataError(f"{folder}: no development-*.yaml there")
    yield from sources_of(files, siblings)


def sources_of(files: Iterable[Path], siblings: Mapping[str, frozenset[str]]) -> Iterator[Source]:
    """Yield the sentences of files that were written for rules; raises `DataError`."""
    for file in files:
        for entry in _entries(file):
            name = entry["rule"]
            for kind in _WRITTEN if name in siblings else ():
                for number, text in enumerate(entry.get(kind, ())):
                    labels, plain = _written(name, kind, str(text))
                    key = f"{file.stem} {name} {kind} {number}"
                    document = Document(plain, language="en")
                    if labels.found or labels.doubted:
                        yield Source(DEVELOPMENT, key, key, document, labels, IN_SENTENCES)


def _entries(file: Path) -> list[Mapping[str, Any]]:
    try:
        entries = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise DataError(f"{file}: cannot be read ({error})") from error
    if not isinstance(entries, list) or not all("rule" in entry for entry in entries):
        raise DataError(f"{file}: must be a list of entries with a 'rule'")
    return entries


def _written(rule: str, kind: str, text: str) -> tuple[Labels, str]:
    """Return what a sentence written for a rule says, and the sentence without its mark."""
    plain, place = unmarked(text)
    if kind == "near_miss":
        return Labels(doubted=_nowhere(rule)), plain
    if place is None:
        return Labels(), plain
    return Labels([Claim(rule, "text", *place, SURE)]), plain


def _marks(item: Item, siblings: Mapping[str, frozenset[str]]) -> list[Claim]:
    return [
        Claim(mark.rule, mark.field, start, end, SURE if mark.sure else ARGUABLE)
        for mark in item.marks
        for start, end in mark.spans
        if mark.rule in siblings
    ]


def marked_source(
    kind: str, item: Item, event: str, siblings: Mapping[str, frozenset[str]]
) -> Source:
    """Return an annotated article whose flags nobody judged."""
    found = _marks(item, siblings)
    labels = Labels(found, (), _repeats(item, found))
    return Source(kind, item.id, event, item.document, labels, IN_ARTICLES, item.read)


def article_source(
    item: Item,
    event: str,
    flags: Iterable[Mapping[str, Any]],
    siblings: Mapping[str, frozenset[str]],
) -> Source:
    """Return an annotated article; verdicts count where the editor marked nothing of the rule."""
    found, doubted, masked = _marks(item, siblings), list[Claim](), list[Claim]()
    for flag in flags:
        place = _place(item, flag) if flag["id"] == item.id and flag["rule"] in siblings else None
        if place is None or any(_meets(place, mark) for mark in found):
            continue
        rule, field, start, end = place.rule, place.field, place.start, place.end
        if flag["verdict"] == "wrong":
            doubted.append(Claim(rule, field, start, end, JUDGED_WRONG))
        elif flag["verdict"] == "right":
            found.append(Claim(rule, field, start, end, JUDGED_RIGHT))
        else:
            masked.append(place)
    labels = Labels(found, doubted, [*masked, *_repeats(item, found)])
    return Source(ARTICLE, item.id, event, item.document, labels, IN_ARTICLES, item.read)


def _place(item: Item, flag: Mapping[str, Any]) -> Claim | None:
    """Return where a judged flag stands: it counts through title, two line breaks and text."""
    title, text, match = item.document.title, item.document.text, flag["match"]
    start, end = flag["start"], flag["end"]
    shift = len(title) + 2 if title else 0
    for field, whole, low, high in (
        ("title", title, start, end),
        ("text", text, start - shift, end - shift),
    ):
        if low >= 0 and whole[low:high] == match:
            return Claim(flag["rule"], field, low, high)
    at = text.find(match)
    return Claim(flag["rule"], "text", at, at + len(match)) if at >= 0 else None


def _meets(one: Claim, other: Claim) -> bool:
    return one.rule == other.rule and touch(one, other)


def _repeats(item: Item, found: Sequence[Claim]) -> list[Claim]:
    """Return where the text has the words of a mark again: editors mark a wording once."""
    rules = {claim.rule for claim in found}
    small = item.document.text.lower()
    places = [
        Claim(mark.rule, "text", match.start(), match.end())
        for mark in item.marks
        if mark.rule in rules
        for match in re.finditer(re.escape(mark.quote.lower()), small)
    ]
    return [place for place in places if not any(_meets(place, claim) for claim in found)]
