"""What several parts of the program write alike: JSON with one place for each key, shares."""

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


def span_json(span: Span) -> dict[str, Any]:
    """Return a span as an object."""
    return {"field": span.field, "start": span.start, "end": span.end}


def enclosure_json(enclosure: Enclosure) -> dict[str, Any]:
    """Return a file that goes with an article; `type` is its media type or ""."""
    return {"url": enclosure.url, "type": enclosure.type}


def named_json(article: Article) -> dict[str, Any]:
    """Return by what an article is known: where it is, who published it, when."""
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "outlet": article.outlet,
        "language": article.language,
        "published": time_json(article.published),
        **({"published_in": article.published_in} if article.published_in else {}),
        "seen": time_json(article.seen),
    }


def tag_json(
    tag: Tag, *, locate: Callable[[Span], Mapping[str, Any]] = span_json
) -> dict[str, Any]:
    """Return a tag; `role` and `experimental` only where set. `locate` writes its evidence."""
    return {
        "scheme": tag.scheme,
        "label": tag.label,
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
    return {
        "relevant": judged.relevant,
        "borderline": judged.borderline,
        "not_judged": judged.not_judged,
        "experimental": judged.experimental,
        "tags": [_without_evidence(tag_json(tag)) for tag in judged.tags],
    }


def _without_evidence(tag: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tag.items() if key != "evidence"}


def term_json(term: FoundTerm) -> dict[str, Any]:
    """Return words that speak for a look at an article without a measured judgement."""
    return {
        "term": term.term,
        "language": term.language,
        "meaning": term.meaning,
        "evidence": [span_json(span) for span in term.evidence],
    }


def finding_json(
    finding: Finding, *, place: Mapping[str, Any] | None = None, prose: bool = True
) -> dict[str, Any]:
    """Return a finding; `place` (default: field, start, end, match) says where and what it is.

    Without `prose` the message, why and suggestions are left out: they may repeat the words.
    """
    if place is None:
        place = {"field": finding.field, "start": finding.start, "end": finding.end}
        place = {**place, "match": finding.match}
    words = {
        "message": finding.message,
        "why": finding.why,
        "suggestions": list(finding.suggestions),
    }
    return {
        "rule": finding.rule,
        "guideline": finding.guideline,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "principle": finding.principle,
        "scope": finding.scope,
        **place,
        "quoted": finding.quoted,
        **(words if prose else {}),
        "sources": [
            {"title": s.title, "section": s.section, "url": s.url} for s in finding.sources
        ],
    }


def scorecard_json(
    item: ScorecardItem, *, locate: Callable[[Span], Mapping[str, Any]] = span_json
) -> dict[str, Any]:
    """Return the answer of one document rule; `locate` writes its evidence."""
    return {
        "item": item.item,
        "guideline": item.guideline,
        "met": item.met,
        "reason": item.reason,
        "evidence": [locate(span) for span in item.evidence],
    }


def import_json(source: Import, place: Place) -> dict[str, Any]:
    """Return which file brought an article, and where it stands there; not by whom."""
    return {
        "file": source.name,
        "sha256": source.sha256,
        "format": source.format,
        "at": time_json(source.at),
        "place": place.at,
        **({"name": place.name} if place.name else {}),
        **({"captured": time_json(place.captured)} if place.captured else {}),
    }


def review_json(review: Review) -> dict[str, Any]:
    """Return a review as data."""
    return {
        "article": review.article_id,
        "sha256": review.sha256,
        "reviewer": review.reviewer,
        "verdict": review.verdict,
        "tags": {scheme: list(labels) for scheme, labels in review.tags.items()},
        "at": review.at.isoformat().replace("+00:00", "Z") if review.at else None,
        "decision": review.decision,
        "provisional": review.provisional,
    }
