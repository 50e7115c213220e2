"""The canonical record: all that is known of one article, as JSON has it, with its whole text.

Every format is a view of it. What of it may be given away `publish.py` decides, afterwards and
once for all files of an export; `record.schema.json` says what each key means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.recorded import Provenance, Recorded, Version
from monitor.shapes import (
    enclosure_json,
    finding_json,
    flow_json,
    judged_json,
    named_json,
    scorecard_json,
    span_json,
    tag_json,
    time_json,
)
from monitor.types import Article, Finding, Review, Span

SCHEMA = 1

SCHEMA_FILE = "record.schema.json"

Locate = Callable[[Span], Mapping[str, Any]]


def canonical(recorded: Recorded) -> dict[str, Any]:
    """Return the record; spans have their words as `match`, offsets are code points."""
    assessed = recorded.assessed
    article = assessed.article

    def locate(span: Span) -> dict[str, Any]:
        source = article.title if span.field == "title" else article.text
        return {**span_json(span), "match": source[span.start : span.end]}

    return {
        "schema": SCHEMA,
        **named_json(article),
        "sha256": article.sha256,
        **({"expired": time_json(article.expired)} if article.expired else {}),
        "text": article.text,
        "relevance": assessed.relevance,
        "relevant": assessed.relevant,
        "tags": [tag_json(tag, locate=locate) for tag in assessed.tags],
        "findings": [finding_json(one, place=locate(_span(one))) for one in assessed.findings],
        "stamps": list(assessed.stamps),
        "authors": list(article.authors),
        "categories": list(article.categories),
        "enclosures": [enclosure_json(enclosure) for enclosure in article.enclosures],
        "mining": article.mining,
        "mining_policy": article.mining_policy or None,
        "borderline": assessed.borderline,
        "not_judged": assessed.not_judged,
        "experimental": assessed.experimental,
        "judged": judged_json(assessed),
        "scorecard": [scorecard_json(item, locate=locate) for item in assessed.scorecard],
        "reviews": [_review(review) for review in recorded.reviews],
        "story": recorded.story,
        "provenance": _provenance(article, recorded.provenance),
        "versions": [_version(version) for version in recorded.versions],
        "length": {"title": len(article.title), "text": len(article.text)},
        "flow_region": flow_json(assessed),
    }


def spans_of(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield all that points into the words of a record: findings, evidence of tags, scorecard.

    A record that came back from a tool may lack any of them.
    """
    yield from record.get("findings") or ()
    for key in ("tags", "scorecard"):
        for item in record.get(key) or ():
            yield from item["evidence"]


def record_schema() -> str:
    """Return the JSON Schema of a record, as a file has it."""
    return Path(__file__).with_name(SCHEMA_FILE).read_text(encoding="utf-8")


def _span(finding: Finding) -> Span:
    return Span(finding.field, finding.start, finding.end)


def _review(review: Review) -> dict[str, Any]:
    return {
        "reviewer": review.reviewer,
        "verdict": review.verdict,
        "tags": {scheme: list(labels) for scheme, labels in review.tags.items()},
        "at": time_json(review.at),
        "provisional": review.provisional,
    }


def _provenance(article: Article, provenance: Provenance | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "feed": provenance.feed if provenance else None,
        "origin": article.origin,
        "fetched": time_json(provenance.fetched if provenance else None),
    }
    if provenance and provenance.imported is not None:
        values["import"] = dict(provenance.imported)
    return values


def _version(version: Version) -> dict[str, Any]:
    return {
        "sha256": version.sha256,
        "fetched": time_json(version.fetched),
        "withdrawn": version.withdrawn,
    }
