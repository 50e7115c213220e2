"""What of a record may be given away: decided here, once, for all files of an export.

Three degrees of text: `full` has it; `quotes` has none but the words that a tag or finding points
at (`match`), within limits, so that no text can be put together again from its spans; `none` has
offsets only, and leaves out the rules' prose and suggestions too, which may repeat the words. The
headline is always there: like the address it names the article. Of an article whose publisher
reserves text mining no more is given than `none`, unless who exports says to have the right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from monitor.masks import Shown
from monitor.types import SEVERITIES

TextDegree = Literal["none", "quotes", "full"]

SPAN_CHARS = 300
"""A longer span is a passage, not a phrase: its words stay out of a `quotes` export."""
ARTICLE_CHARS = 400
ARTICLE_SHARE = 0.15
"""All quotes of one article together: this many characters or this share of its text, whichever
is more. What is over the limit keeps its offsets, loses its words, and is counted as withheld."""
_PROSE = ("message", "why", "suggestions")

Key = tuple[str, int, int]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Policy:
    """How much is given: `text`, and whether also of those who reserve text mining."""

    text: TextDegree = "quotes"
    include_reserved: bool = False
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """A record as it may be given away, and what was kept back of it, counted by kind.

    `quotes` are spans whose words the limits keep back, `reserved` and `expired` articles.
    """

    values: Values
    withheld: Counter[str] = field(default_factory=Counter)


def publish(record: Mapping[str, Any], policy: Policy, shown: Shown | None = None) -> Published:  # noqa: ARG001 - names are still given
    """Return what may be given away of a canonical record, which stays as it is."""
    reserved = record["mining"] == "reserved" and not policy.include_reserved
    text: TextDegree = "none" if reserved else policy.text
    allowed = _allowed(record, text)
    withheld: Counter[str] = Counter()
    withheld["reserved"] = int(reserved and policy.text != "none")
    withheld["expired"] = int("expired" in record)
    if text != "none":
        withheld["quotes"] = sum(_key(span) not in allowed for span in spans_of(record))
    values = {key: value for key, value in record.items() if key != "text" or text == "full"}
    for key in ("tags", "scorecard"):
        values[key] = [_without_words(item, allowed) for item in record[key]]
    values["findings"] = [_located(finding, allowed) for finding in record["findings"]]
    if text == "none":
        for finding in values["findings"]:
            for name in _PROSE:
                del finding[name]
        for item in values["scorecard"]:
            del item["reason"]
    return Published(values, +withheld)


def spans_of(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield all that points into the words of a record: findings, evidence of tags, scorecard."""
    yield from record["findings"]
    for key in ("tags", "scorecard"):
        for item in record[key]:
            yield from item["evidence"]


def _allowed(record: Mapping[str, Any], text: TextDegree) -> set[Key]:
    """Return the spans whose words may be given: worst findings first, then surest tags."""
    if text == "none":
        return set()
    if text == "full":
        return set(map(_key, spans_of(record)))
    findings = sorted(
        record["findings"], key=lambda f: (SEVERITIES.index(f["severity"]), f["start"])
    )
    tags = sorted(
        record["tags"], key=lambda t: (-t["score"], t["scheme"], t["label"], t.get("role") or "")
    )
    ranked = {"findings": findings, "tags": tags, "scorecard": record["scorecard"]}
    return _within_limits(spans_of(ranked), record["length"]["text"])


def _within_limits(spans: Iterable[Mapping[str, Any]], length: int) -> set[Key]:
    allowed: set[Key] = set()
    limit = max(ARTICLE_CHARS, int(length * ARTICLE_SHARE))
    covered: set[int] = set()
    for span in spans:
        if span["field"] == "title":
            allowed.add(_key(span))
        elif span["end"] - span["start"] <= SPAN_CHARS:
            # Overlapping spans give the same words once.
            grown = covered.union(range(span["start"], span["end"]))
            if len(grown) <= limit:
                allowed.add(_key(span))
                covered = grown
    return allowed


def _key(span: Mapping[str, Any]) -> Key:
    return span["field"], span["start"], span["end"]


def _without_words(item: Mapping[str, Any], allowed: set[Key]) -> Values:
    return {**item, "evidence": [_located(span, allowed) for span in item["evidence"]]}


def _located(span: Mapping[str, Any], allowed: set[Key]) -> Values:
    hidden = _key(span) not in allowed
    return {key: value for key, value in span.items() if not (hidden and key == "match")}
