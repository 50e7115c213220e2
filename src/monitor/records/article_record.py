"""All that is kept of an article, for what gives it away whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.records.article import AssessedArticle, Review
from monitor.records.hidden_names import Shown


@dataclass(frozen=True, slots=True)
class Version:
    """A text that an article had: its hash, when it came in; `withdrawn`: it is not shown."""

    sha256: str
    fetched: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """The feed that brought a version, and when; `imported` of what came in from a file."""

    feed: str
    fetched: datetime
    imported: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class FullRecord:
    """An article with judgements, the reviews of its current version, its story and its past.

    Of `reviews`, oldest first, are those that stand, `provisional` ones among them; `story` is its
    story's id; `versions` are oldest first. `shown` is which names are hidden, `None` where nobody
    asked.
    """

    assessed: AssessedArticle
    reviews: tuple[Review, ...] = ()
    story: str | None = None
    provenance: Provenance | None = None
    versions: tuple[Version, ...] = ()
    shown: Shown | None = None
