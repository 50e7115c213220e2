"""What `/v1/stories` answers, as the OpenAPI document describes it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from monitor.api.schemas import ArticleFinding, Model, NamedArticle


class StoryOut(NamedArticle):
    """A story by its first article."""

    story: str = Field(description="The story's id: that of its first article.")
    first_seen: str
    last_seen: str
    count: int = Field(ge=1, description="Articles in all.")


class StoryPage(Model):
    """One page of stories."""

    stories: list[StoryOut]
    next: str | None = Field(description="The `after` of the next page; null on the last.")


class ChangeOut(Model):
    """A stretch of the older text and what stands there in the newer, in code points."""

    field: Literal["title", "text"]
    old_start: int = Field(ge=0)
    old_end: int = Field(ge=0)
    new_start: int = Field(ge=0)
    new_end: int = Field(ge=0)


class VersionOut(Model):
    """A text that an article has had, and what it changed of the one before."""

    sha256: str
    withdrawn: bool = Field(
        description="Whether the outlet took a name or a detail out of it: nothing of it is shown."
    )
    title: str | None = Field(description="Null where it is withheld.")
    changes: list[ChangeOut]


class OutletOut(NamedArticle):
    """An article beside the one that was published first."""

    relevance: float | None
    relevant: bool | None
    copied: float | None = Field(
        ge=0, le=1, description="Share of its text that stands in the first's; null for the first."
    )
    changes: list[ChangeOut] = Field(description="Beside the first article.")
    carried: list[ArticleFinding] = Field(description="Findings that the first has too.")
    added: list[ArticleFinding] = Field(description="Findings that the first has not.")
    versions: list[VersionOut]


class StoryDetail(Model):
    """One story with what each outlet made of it."""

    story: str
    first_seen: str
    last_seen: str
    count: int = Field(ge=1)
    stamp: str = Field(description="The rule that joined the articles: `name@version+hash`.")
    first: str = Field(description="The id of the article that was published first.")
    articles: list[OutletOut] = Field(description="In the order they were published.")
    more: list[NamedArticle] = Field(description="Articles beyond those that are compared.")
