"""Stories, digests of a day, and their deliveries by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.records.article import AssessedArticle
from monitor.records.feed import Ledger
from monitor.records.review import CoverageGaps

Outcome = Literal["unknown", "sent", "failed"]
"""Of a delivery: `unknown` until the mail server's answer to the whole message is stored."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An attempt to send what [since, until) tells, for a `day`; `lasting`: it would fail again."""

    address: str
    preset: str
    day: str
    since: datetime | None
    until: datetime | None
    message_id: str
    at: datetime
    outcome: Outcome = "unknown"
    reason: str = ""
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that tell the same story, most certain first; `id` is that of the first seen.

    Of a story that is kept, `since` is when its first article was seen, and `total` how many
    articles it has in all: here may be those of one day only.
    """

    id: str
    articles: tuple[AssessedArticle, ...]
    since: datetime | None = None
    total: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """One day of the desk. `day` is an ISO date or `all`.

    `possible` are articles that a model not measured in their language would show, or that have
    trafficking terms in such a language; `unjudged` are not judged for theirs, and have terms.
    `unmeasured` are its countries whose articles nobody knows how well they are found
    (`MEASURED_FROM`), `None` if the model has no figures by country. `gaps` is what may be missed,
    `None` where that was not asked. `undelivered` are digests that may not have reached somebody,
    `context` policy news that is not about trafficking.
    """

    day: str
    timezone: str
    relevant: tuple[Story, ...]
    borderline: tuple[Story, ...]
    ledger: Ledger
    stamps: tuple[str, ...]
    unjudged: tuple[AssessedArticle, ...] = ()
    possible: tuple[AssessedArticle, ...] = ()
    unmeasured: tuple[str, ...] | None = ()
    gaps: CoverageGaps | None = None
    undelivered: tuple[Delivery, ...] = ()
    context: tuple[Story, ...] = ()
