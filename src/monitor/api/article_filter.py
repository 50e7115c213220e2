"""Filters of articles: the same in the API, on the page of the archive and for exports."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from monitor.api.schemas import LanguageCode, Names, WholeStr
from monitor.digest.tag_words import SCHEME_WORDS
from monitor.labels.schemes import (
    FLOWS,
    FORMS,
    GENDERS,
    INDICATORS,
    PARTNERSHIPS,
    PROTECTIONS,
    RESPONSES,
    TOPICS,
    VICTIMS,
    VULNERABILITIES,
)
from monitor.records.dates import bounds_of, parse_day, published_days
from monitor.records.errors import UsageError
from monitor.records.finding import SEVERITIES
from monitor.storage.article_filter import ArticleFilter, Relevance
from monitor.text.search_terms import read_search

TAGS = tuple(SCHEME_WORDS)
"""The schemes of tags, each a filter by its name."""


def _iso_day(value: object) -> object:
    """Refuse what pydantic would read as seconds since 1970; JSON has days as strings too."""
    if not isinstance(value, str):
        return value
    try:
        return parse_day(value, "")
    except UsageError as error:
        raise PydanticCustomError("date_parsing", "no ISO date") from error


Day = Annotated[date, BeforeValidator(_iso_day)]


class ArticleChoice(BaseModel):
    """Filters of articles; they are joined by "and"."""

    model_config = ConfigDict(extra="forbid")

    q: WholeStr | None = Field(
        default=None,
        max_length=2000,
        description='Words that must all be there; "phrases" in quotation marks, beginnings*, OR'
        " between alternatives, and -words that must not. `search` says how it was read; another"
        " operator is refused.",
        examples=["fishing"],
    )
    since: Day | None = Field(default=None, description="First seen on or after this day.")
    until: Day | None = Field(default=None, description="First seen on or before this day.")
    to: Day | None = Field(default=None, description="What `until` was called: the same.")
    published_since: Day | None = Field(
        default=None,
        description="Published on or after this day. Where but a year or month is said, all of it.",
    )
    published_until: Day | None = Field(
        default=None, description="Published on or before this day."
    )
    form: Literal[FORMS] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only this form of exploitation."
    )
    response: Literal[RESPONSES] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only this response."
    )
    place: str | None = Field(
        default=None,
        pattern="^[A-Za-z]{2}$",
        description="Only this country, ISO 3166-1 alpha-2, in any role.",
        examples=["TH"],
    )
    victim: Literal[VICTIMS] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only such victims."
    )
    gender: Literal[GENDERS] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only such victims, as told."
    )
    flow: Literal[FLOWS] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only within a country, or across borders."
    )
    protection: Literal[PROTECTIONS] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only this kind of help."
    )
    indicator: Literal[INDICATORS] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only this indicator of forced labour."
    )
    institution: str | None = Field(
        default=None,
        pattern="^[a-z0-9_]{2,60}$",
        description="Only those that name this institution.",
        examples=["unodc"],
    )
    instrument: str | None = Field(
        default=None,
        pattern="^[a-z0-9_]{2,60}$",
        description="Only those that name this law, treaty or report.",
        examples=["palermo_protocol"],
    )
    topic: Literal[TOPICS] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only this topic beside trafficking."
    )
    vulnerability: Literal[VULNERABILITIES] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only people at risk by this."
    )
    partnership: Literal[PARTNERSHIPS] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only this kind of partnership."
    )
    outlet: WholeStr | None = Field(
        default=None, max_length=200, description="Only this outlet, by its name."
    )
    language: LanguageCode | None = Field(default=None, description="Only this language.")
    relevance: Relevance | None = Field(
        default=None, description="Only those judged so, or not judged."
    )
    relevant: bool | None = Field(
        default=None, description="Only those judged relevant, or judged not to be."
    )
    min_relevance: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Only articles judged at least this relevant.",
    )
    flag: Literal["any", SEVERITIES] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only with a flag: any, or one of this severity."
    )
    rule: str | None = Field(
        default=None,
        pattern="^[a-z0-9-]{1,100}$",
        description="Only with a flag of this rule.",
        examples=["victim-as-slave"],
    )

    @field_validator("q")
    @classmethod
    def _is_read(cls, q: str | None) -> str | None:
        try:
            read_search(q or "")
        except UsageError as error:
            raise PydanticCustomError("search", "{why}", {"why": str(error)}) from error
        return q

    @model_validator(mode="after")
    def _has_days(self) -> Self:
        try:
            published_days(self.published_since, self.published_until, ZoneInfo("UTC"))
        except UsageError as error:
            raise PydanticCustomError("days", "{why}", {"why": str(error)}) from error
        return self

    def wanted(self, zone: ZoneInfo) -> ArticleFilter:
        """Return what is asked for; days are those of `zone`."""
        tags = [(scheme, getattr(self, scheme)) for scheme in TAGS]
        last = min((day for day in (self.until, self.to) if day), default=None)
        since, until = bounds_of(self.since, last, zone)
        return ArticleFilter(
            query=self.q,
            tags=tuple(
                (scheme, label.upper() if scheme == "place" else label)
                for scheme, label in tags
                if label
            ),
            outlet=self.outlet,
            language=self.language,
            since=since,
            until=until,
            published_since=self.published_since,
            published_until=self.published_until,
            timezone=zone.key,
            relevance=self._relevance(),
            min_relevance=self.min_relevance,
            flag=self.flag,
            rule=self.rule,
        )

    def _relevance(self) -> tuple[Relevance, ...] | None:
        one: tuple[Relevance, ...] | None = None if self.relevance is None else (self.relevance,)
        if self.relevant is None:
            return one
        said: tuple[Relevance, ...] = (
            ("relevant",) if self.relevant else ("borderline", "not_relevant")
        )
        return said if one is None else tuple(name for name in one if name in said)


class ArticleFilters(ArticleChoice):
    """Filters of articles, joined by "and", and where the page begins."""

    after: WholeStr | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The `next` of the page before.",
    )


class ArticleQuery(ArticleFilters):
    """Filters of articles, joined by "and", and the page."""

    order: Literal["oldest", "newest"] = Field(
        default="oldest", description="Which is told first, by first sight."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Articles a page.")
    names: Names = False
