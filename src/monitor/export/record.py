"""The canonical record: all that is known of one article, as JSON has it, with its whole text.

Every format is a view of it. What of it may be given away `publication.py` decides, afterwards and
once for all files of an export. `record.schema.json` declares its keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.labels.regions import flow_json
from monitor.records import json_shapes
from monitor.records.article_record import FullRecord
from monitor.records.finding import Span

SCHEMA_FILE = "record.schema.json"


def canonical(recorded: FullRecord) -> dict[str, Any]:
    """Return the record; spans have their words as `match`, offsets are code points."""
    assessed, came = recorded.assessed, recorded.provenance
    article = assessed.article

    def locate(span: Span) -> dict[str, Any]:
        source = article.title if span.field == "title" else article.text
        return {**json_shapes.span_json(span), "match": source[span.start : span.end]}

    return {
        "schema": 1,
        **json_shapes.named_json(article),
        "sha256": article.sha256,
        **({"expired": json_shapes.time_json(article.expired)} if article.expired else {}),
        "text": article.text,
        "relevance": assessed.relevance,
        "relevant": assessed.relevant,
        "tags": [json_shapes.tag_json(tag, locate=locate) for tag in assessed.tags],
        "findings": [
            json_shapes.finding_json(one, place=locate(Span(one.field, one.start, one.end)))
            for one in assessed.findings
        ],
        "stamps": list(assessed.stamps),
        "authors": list(article.authors),
        "categories": list(article.categories),
        "enclosures": [json_shapes.enclosure_json(enclosure) for enclosure in article.enclosures],
        "mining": article.mining,
        "mining_policy": article.mining_policy or None,
        "borderline": assessed.borderline,
        "not_judged": assessed.not_judged,
        "experimental": assessed.experimental,
        "judged": json_shapes.judged_json(assessed),
        "scorecard": [
            json_shapes.scorecard_json(item, locate=locate) for item in assessed.scorecard
        ],
        "reviews": [
            {
                "reviewer": review.reviewer,
                "verdict": review.verdict,
                "tags": {scheme: list(labels) for scheme, labels in review.tags.items()},
                "at": json_shapes.time_json(review.at),
                "provisional": review.provisional,
            }
            for review in recorded.reviews
        ],
        "story": recorded.story,
        "provenance": {
            "feed": came.feed if came else None,
            "origin": article.origin,
            "fetched": json_shapes.time_json(came.fetched if came else None),
            **({"import": dict(came.imported)} if came and came.imported is not None else {}),
        },
        "versions": [
            {
                "sha256": version.sha256,
                "fetched": json_shapes.time_json(version.fetched),
                "withdrawn": version.withdrawn,
            }
            for version in recorded.versions
        ],
        "length": {"title": len(article.title), "text": len(article.text)},
        "flow_region": flow_json(assessed),
    }


def spans_of(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all that points into the words of a record: findings, evidence of tags, scorecard.

    A record that came back from a tool may lack any of them.
    """
    yield from record.get("findings") or ()
    for name in ("tags", "scorecard"):
        for item in record.get(name) or ():
            yield from item["evidence"]


def record_schema() -> str:
    """Return the JSON Schema of a record, as a file has it."""
    return Path(__file__).with_name(SCHEMA_FILE).read_text(encoding="utf-8")
