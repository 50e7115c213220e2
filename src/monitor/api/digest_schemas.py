"""The digest's shape, as the OpenAPI document tells it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from monitor.api.coverage_schemas import GapsOut
from monitor.api.schemas import ArticleFinding, MaskedArticle, Model, TagOut, TermOut
from monitor.types import ContentOrigin, PageFailure


class DigestListed(MaskedArticle):
    """What every article in a digest has."""

    published: str | None = Field(description="As the feed says, RFC 3339.")
    expired: str | None = Field(
        default=None, description="There where headline and text are kept no longer: since when."
    )


class DigestArticle(DigestListed):
    """One article of a digest. Its findings are those in the headline."""

    origin: ContentOrigin = Field(
        description="Where the text came from; `summary`: nothing else could be had."
    )
    relevance: float | None
    tags: list[TagOut]
    findings: list[ArticleFinding]


class DigestStory(Model):
    """Articles that tell the same, most certain first."""

    story: str = Field(description="The story's id.")
    articles: list[DigestArticle]


class DigestUnjudged(DigestListed):
    """An article that was not judged but has trafficking terms."""

    not_judged: str
    terms: list[TermOut]


class DigestPossible(DigestListed):
    """An article that a model not measured in its language would show, or with terms in one."""

    relevance: float | None = Field(description="An order among these, no measured probability.")
    relevant: bool | None
    borderline: bool | None
    terms: list[TermOut] = Field(description="The words that speak for a look.")


class LedgerOut(Model):
    """What was polled: `fetched` is `stored` plus all that was `dropped`."""

    feeds: int
    failed: int
    silent: int = Field(description="Feeds without news for longer than is their habit.")
    fetched: int
    stored: int
    dropped: dict[str, int] = Field(description="How many were dropped, by reason.")
    not_judged: dict[str, int] = Field(description="How many were not judged, by reason.")


class FailedFeedOut(Model):
    """A feed that could not be read."""

    url: str
    title: str
    reason: str
    last_read: str | None = Field(description="When it last could, RFC 3339.")


class SilentFeedOut(Model):
    """A feed without news for longer than is its habit."""

    url: str
    title: str
    since: str | None = Field(description="When its latest entry appeared, RFC 3339.")
    usual_gap_s: int | None = Field(description="Nine in ten of its pauses are no longer.")


class UndeliveredOut(Model):
    """A digest that may not have reached somebody."""

    day: str
    preset: Literal["cases", "policy"]
    to: str = Field(description="The address with its name hidden.")
    outcome: Literal["failed", "unknown"]
    reason: str


class CoverageOut(Model):
    """What lies behind the ledger's figures."""

    changed: int = Field(description="Of those stored: new texts of known articles.")
    summary_only: int = Field(description="Articles of this digest judged on a summary only.")
    unmeasured_countries: list[str] | None = Field(
        description="Where stories are placed, and the desk's country, if fewer than 20 labelled "
        "stories measure how well English articles about it are found. Null: the model has no "
        "figures by country."
    )
    page_failures: dict[PageFailure, int] = Field(
        description="Tries for article pages that were in vain, by cause."
    )
    failed_feeds: list[FailedFeedOut]
    ended_feeds: list[FailedFeedOut] = Field(
        description="Removed by their publishers (410) before that day, and asked no more."
    )
    silent_feeds: list[SilentFeedOut]
    languages: dict[str, int] = Field(
        description="What was not judged for its language: how many by ISO 639 code, or empty."
    )
    feeds_not_polled: int = Field(description="Feeds followed that were not polled.")
    feeds_paused: int = Field(description="Feeds that the desk has paused.")
    gaps: GapsOut | None = Field(description="What may be missed, as of `GET /v1/coverage`.")
    undelivered: list[UndeliveredOut]


class DigestOut(Model):
    """One day of the desk."""

    schema_: Literal[1] = Field(alias="schema")
    day: str = Field(description="ISO date, or `all`.")
    timezone: str = Field(description="In which the day begins and ends.")
    relevant: list[DigestStory] = Field(description="Stories, most certain first.")
    borderline: list[DigestStory] = Field(description="Trafficking may be a side matter here.")
    unjudged: list[DigestUnjudged] = Field(
        description="Not judged for their language, but with trafficking terms."
    )
    possible: list[DigestPossible] = Field(
        description="In languages where the models are not measured."
    )
    ledger: LedgerOut
    stamps: list[str] = Field(description="What judged: `name@version+hash`.")
    coverage: CoverageOut
