"""The digest as JSON: the contract's shape, every text as it came, for programs.

Offsets but no quotes: `evidence` points into the article, which a program can ask for; a
finding carries its `match`, which stands in the headline.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from monitor.digest.coverage_account import hidden_address, judged_on_summary
from monitor.digest.view import headline_findings
from monitor.people.masked_quotes import mask_digest
from monitor.records.article import AssessedArticle
from monitor.records.digest import Digest, Story
from monitor.records.feed import FailedFeed
from monitor.records.hidden_names import Shown
from monitor.records.json_shapes import finding_json, tag_json, term_json, time_json
from monitor.text.safe_text import without_user

SCHEMA = 1
_FIGURES = ("feeds", "failed", "silent", "fetched", "stored")
# Harmless inside JSON but not in a terminal that prints it: written as \uXXXX. So are lone
# surrogates, which UTF-8 cannot carry.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def render_json(digest: Digest, shown: Mapping[str, Shown] | None = None) -> str:
    """Return the digest as one JSON object with a line break at its end."""
    text = json.dumps(digest_json(digest, shown), ensure_ascii=False, allow_nan=False, indent=1)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def digest_json(digest: Digest, shown: Mapping[str, Shown] | None = None) -> dict[str, Any]:
    """Return the digest as plain JSON values, with what may be `shown`; without it with all."""
    seen = shown or {}
    if shown is not None:
        digest = mask_digest(digest, shown)
    ledger = digest.ledger

    def article(one: AssessedArticle) -> dict[str, Any]:
        return {
            **_named(one, seen),
            "origin": one.article.origin,
            "relevance": one.relevance,
            "tags": list(map(tag_json, one.tags)),
            "findings": list(map(finding_json, headline_findings(one))),
        }

    def stories(some: Iterable[Story]) -> list[dict[str, Any]]:
        return [{"story": s.id, "articles": list(map(article, s.articles))} for s in some]

    return {
        "schema": SCHEMA,
        "day": digest.day,
        "timezone": digest.timezone,
        "relevant": stories(digest.relevant),
        "borderline": stories(digest.borderline),
        "ledger": {name: getattr(ledger, name) for name in _FIGURES}
        | {
            "dropped": dict(sorted(ledger.dropped.items())),
            "not_judged": dict(sorted(ledger.not_judged.items())),
        },
        "stamps": list(digest.stamps),
        "unjudged": [
            {
                **_named(one, seen),
                "not_judged": one.not_judged,
                "terms": list(map(term_json, one.terms)),
            }
            for one in digest.unjudged
        ],
        "possible": [
            {
                **_named(one, seen),
                "relevance": one.relevance,
                "relevant": one.relevant,
                "borderline": one.borderline,
                "terms": list(map(term_json, one.terms)),
            }
            for one in digest.possible
        ],
        # what lies behind the ledger's figures: which feeds, which causes
        "coverage": {
            "changed": ledger.changed,
            "summary_only": judged_on_summary(digest)[0],
            "unmeasured_countries": None if digest.unmeasured is None else list(digest.unmeasured),
            "page_failures": dict(sorted(ledger.page_failures.items())),
            "failed_feeds": list(map(_failed, ledger.failures)),
            "ended_feeds": list(map(_failed, ledger.ended)),
            "silent_feeds": [
                {
                    "url": without_user(feed.url),
                    "title": feed.title,
                    "since": time_json(known.since) if known else None,
                    "usual_gap_s": round(known.usual.total_seconds()) if known else None,
                }
                for feed in ledger.silences
                for known in [feed.silence]
            ],
            "languages": dict(sorted(ledger.languages.items())),
            "feeds_not_polled": ledger.unasked,
            "feeds_paused": ledger.paused,
            "gaps": None if digest.gaps is None else dict(digest.gaps.figures),
            "undelivered": [
                {
                    "day": delivery.day,
                    "preset": delivery.preset,
                    "to": hidden_address(delivery.address),
                    "outcome": delivery.outcome,
                    "reason": delivery.reason,
                }
                for delivery in digest.undelivered
            ],
        },
    }


def _named(assessed: AssessedArticle, shown: Mapping[str, Shown]) -> dict[str, Any]:
    article, may = assessed.article, shown.get(assessed.article.id, Shown(""))
    return {
        "id": article.id,
        "url": article.url or None,
        "title": None if may.withheld else article.title,
        "outlet": article.outlet,
        "published": time_json(article.published),
        "language": article.language,
        **({"expired": time_json(article.expired)} if article.expired else {}),
        **({"withheld": may.withheld} if may.withheld else {}),
    }


def _failed(feed: FailedFeed) -> dict[str, Any]:
    return {
        "url": without_user(feed.url),
        "title": feed.title,
        "reason": without_user(feed.error),
        "last_read": time_json(feed.last_read),
    }
