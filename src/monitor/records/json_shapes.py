"""JSON forms of records, one for each, that several parts of the program write."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.records.article import Article, AssessedArticle, Enclosure, Import, Place, Review
from monitor.records.finding import Finding, ScorecardItem, Span
from monitor.records.tag import FoundTerm, Tag


def as_whole(value: Any) -> Any:
    """Return a number such as 1504.0 as 1504, which it is to JSON; all else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def in_ten(share: float) -> str:
    """Return a share in words, as exactly as it is known."""
    tenths = math.floor(10 * share + 0.5)
    if tenths == 0:
        return "under 1 in 10"
    return "over 9 in 10" if tenths == 10 else f"about {tenths} in 10"


def time_json(moment: datetime | None) -> str | None:
    """Return a time in UTC, to the second, with a Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _fields(record: object, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def span_json(span: Span) -> dict[str, Any]:
    """Return a span as an object."""
    return {"field": span.field, "start": span.start, "end": span.end}


def enclosure_json(enclosure: Enclosure) -> dict[str, Any]:
    """Return a file that goes with an article; `type` is its media type or ""."""
    return {"url": enclosure.url, "type": enclosure.type}


def named_json(article: Article) -> dict[str, Any]:
    """Return by what an article is known: where it is, who published it, when."""
    return {
        **_fields(article, "id", "url", "title", "outlet", "language"),
        "published": time_json(article.published),
        **({"published_in": article.published_in} if article.published_in else {}),
        "seen": time_json(article.seen),
    }


def tag_json(
    tag: Tag, *, locate: Callable[[Span], Mapping[str, Any]] = span_json
) -> dict[str, Any]:
    """Return a tag; `role` and `experimental` only where set. `locate` writes its evidence."""
    return {
        **_fields(tag, "scheme", "label"),
        **({"role": tag.role} if tag.role is not None else {}),
        "score": tag.score,
        **({"experimental": True} if tag.experimental else {}),
        "evidence": [locate(span) for span in tag.evidence],
    }


def judged_json(assessed: AssessedArticle) -> dict[str, Any] | None:
    """Return what the assessors said of an article that people decided, None where nobody did."""
    judged = assessed.judged
    if judged is None:
        return None
    tags = [tag_json(tag) for tag in judged.tags]
    for tag in tags:
        del tag["evidence"]
    said = _fields(judged, "relevant", "borderline", "not_judged", "experimental")
    return {**said, "tags": tags}


def term_json(term: FoundTerm) -> dict[str, Any]:
    """Return words that speak for a look at an article without a measured judgement."""
    evidence = [span_json(span) for span in term.evidence]
    return {**_fields(term, "term", "language", "meaning"), "evidence": evidence}


def finding_json(
    finding: Finding, *, place: Mapping[str, Any] | None = None, prose: bool = True
) -> dict[str, Any]:
    """Return a finding; `place` says where and what it is, `prose` adds message and suggestions."""
    words = {"message": finding.message, "why": finding.why}
    return {
        **_fields(finding, "rule", "guideline", "severity", "confidence", "principle", "scope"),
        **(_fields(finding, "field", "start", "end", "match") if place is None else place),
        "quoted": finding.quoted,
        **({**words, "suggestions": list(finding.suggestions)} if prose else {}),
        "sources": [_fields(source, "title", "section", "url") for source in finding.sources],
    }


def scorecard_json(
    item: ScorecardItem, *, locate: Callable[[Span], Mapping[str, Any]] = span_json
) -> dict[str, Any]:
    """Return the answer of one document rule; `locate` writes its evidence."""
    evidence = [locate(span) for span in item.evidence]
    return {**_fields(item, "item", "guideline", "met", "reason"), "evidence": evidence}


def import_json(source: Import, place: Place) -> dict[str, Any]:
    """Return which file brought an article, and where it stands there; not by whom."""
    return {
        "file": source.name,
        **_fields(source, "sha256", "format"),
        "at": time_json(source.at),
        "place": place.at,
        **({"name": place.name} if place.name else {}),
        **({"captured": time_json(place.captured)} if place.captured else {}),
    }


def review_json(review: Review) -> dict[str, Any]:
    """Return a review as data."""
    return {
        "article": review.article_id,
        **_fields(review, "sha256", "reviewer", "verdict"),
        "tags": {scheme: list(labels) for scheme, labels in review.tags.items()},
        "at": review.at.isoformat().replace("+00:00", "Z") if review.at else None,
        **_fields(review, "decision", "provisional"),
    }
