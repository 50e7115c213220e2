"""The digest's shape, as the OpenAPI document tells it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from monitor.api.schemas import ArticleFinding, Model, TagOut, TermOut


class DigestArticle(Model):
    """One article of a digest. Its findings are those in the headline."""

    id: str
    url: str
    title: str
    outlet: str
    published: str | None = Field(description="As the feed says, RFC 3339.")
    language: str | None
    relevance: float | None
    tags: list[TagOut]
    findings: list[ArticleFinding]


class DigestStory(Model):
    """Articles that tell the same, most certain first."""

    story: str = Field(description="The story's id.")
    articles: list[DigestArticle]


class DigestUnjudged(Model):
    """An article that was not judged but has trafficking terms."""

    id: str
    url: str
    title: str
    outlet: str
    published: str | None = Field(description="As the feed says, RFC 3339.")
    language: str | None
    not_judged: str
    terms: list[TermOut]


class LedgerOut(Model):
    """What was polled: `fetched` is `stored` plus all that was `dropped`."""

    feeds: int
    failed: int
    silent: int = Field(description="Feeds without news for longer than is their habit.")
    fetched: int
    stored: int
    dropped: dict[str, int] = Field(description="How many were dropped, by reason.")
    not_judged: dict[str, int] = Field(description="How many were not judged, by reason.")


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
    ledger: LedgerOut
    stamps: list[str] = Field(description="What judged: `name@version+hash`.")
