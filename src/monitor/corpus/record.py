"""One article as a JSON record, with as much of its text as the caller may pass on.

Three degrees: `full` has the text; `quotes` has none but the words that a tag or finding points
at (`match`), within limits, so that no text can be put together again from its spans; `none` has
offsets only, and leaves out the rule's prose and suggestions too, which may repeat the words.
The headline is always there: like the address it names the article. Of an article whose publisher
reserves text mining no more is given than `none`, unless who exports says to have the right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from monitor.shapes import enclosure_json, finding_json, named_json, span_json, tag_json, time_json
from monitor.types import SEVERITIES, Article, AssessedArticle, Finding, Span

TextDegree = Literal["none", "quotes", "full"]

SCHEMA = 1
SPAN_CHARS = 300
"""A longer span is a passage, not a phrase: its words stay out of a `quotes` export."""
ARTICLE_CHARS = 400
ARTICLE_SHARE = 0.15
"""All quotes of one article together: this many characters or this share of its text, whichever
is more. What is over the limit keeps its offsets, loses its words, and is counted as withheld."""

Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Record:
    """A record, what it was made from, and how many spans the limits left with offsets only.

    `reserved`: its words were kept back because its publisher reserves text mining.
    """

    values: dict[str, Any]
    withheld: int
    assessed: AssessedArticle
    text: TextDegree
    reserved: bool = False


def make_record(
    assessed: AssessedArticle, wanted: TextDegree, *, include_reserved: bool = False
) -> Record:
    """Return the article in the shape of the contract (`schema` 1)."""
    article = assessed.article
    reserved = article.mining == "reserved" and not include_reserved
    text: TextDegree = "none" if reserved else wanted
    spans = [*map(_span_of, assessed.findings), *(s for tag in assessed.tags for s in tag.evidence)]
    shown = _shown(assessed, text)
    locate = partial(_located, article=article, shown=shown)
    values: dict[str, Any] = {
        "schema": SCHEMA,
        **named_json(article),
        "sha256": article.sha256,
    }
    if article.expired:
        values["expired"] = time_json(article.expired)
    if text == "full":
        values["text"] = article.text
    values |= {
        "relevance": assessed.relevance,
        "relevant": assessed.relevant,
        "tags": [tag_json(tag, locate=locate) for tag in assessed.tags],
        "findings": [
            finding_json(f, place=locate(_span_of(f)), prose=text != "none")
            for f in assessed.findings
        ],
        "stamps": list(assessed.stamps),
        "authors": list(article.authors),
        "categories": list(article.categories),
        "enclosures": [enclosure_json(enclosure) for enclosure in article.enclosures],
        "mining": article.mining,
        "mining_policy": article.mining_policy or None,
    }
    withheld = 0 if text == "none" else sum(_key(span) not in shown for span in spans)
    return Record(values, withheld, assessed, wanted, reserved=reserved and wanted != "none")


def _shown(assessed: AssessedArticle, text: TextDegree) -> set[Key]:
    """Return the spans whose words may be given: worst findings first, then surest tags."""
    if text == "none":
        return set()
    findings = sorted(assessed.findings, key=lambda f: (SEVERITIES.index(f.severity), f.start))
    tags = sorted(assessed.tags, key=lambda t: (-t.score, t.scheme, t.label, t.role or ""))
    spans = [*map(_span_of, findings), *(span for tag in tags for span in tag.evidence)]
    if text == "full":
        return set(map(_key, spans))
    return _within_limits(spans, len(assessed.article.text))


def _within_limits(spans: Iterable[Span], length: int) -> set[Key]:
    shown: set[Key] = set()
    limit = max(ARTICLE_CHARS, int(length * ARTICLE_SHARE))
    covered: set[int] = set()
    for span in spans:
        if span.field == "title":
            shown.add(_key(span))
        elif span.end - span.start <= SPAN_CHARS:
            # Overlapping spans give the same words once.
            grown = covered.union(range(span.start, span.end))
            if len(grown) <= limit:
                shown.add(_key(span))
                covered = grown
    return shown


def _span_of(finding: Finding) -> Span:
    return Span(finding.field, finding.start, finding.end)


def _key(span: Span) -> Key:
    return span.field, span.start, span.end


def _located(span: Span, article: Article, shown: set[Key]) -> dict[str, Any]:
    values = span_json(span)
    if _key(span) not in shown:
        return values
    source = article.title if span.field == "title" else article.text
    return {**values, "match": source[span.start : span.end]}
