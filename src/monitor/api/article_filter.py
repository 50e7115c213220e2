"""Filters of articles: the same in the API, on the page of the archive and for exports."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from monitor.api.schemas import LanguageCode, Names, WholeStr
from monitor.labels.schemes import SCHEMES, TagScheme
from monitor.records.dates import bounds_of, parse_day, published_days
from monitor.records.errors import UsageError
from monitor.records.finding import SEVERITIES
from monitor.storage.article_filter import ArticleFilter, Relevance
from monitor.text.search_terms import read_search


def _iso_day(value: object) -> object:
    """Refuse what pydantic would read as seconds since 1970; JSON has days as strings too."""
    if not isinstance(value, str):
        return value
    try:
        return parse_day(value, "")
    except UsageError as error:
        raise PydanticCustomError("date_parsing", "no ISO date") from error


Day = Annotated[date, BeforeValidator(_iso_day)]


class _WordsAndDays(BaseModel):
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


def _label_filter(scheme: TagScheme) -> Any:
    """Return type and description of the filter by a label of a scheme."""
    if scheme.labels:
        return Literal[scheme.labels] | None, Field(default=None, description=scheme.only)
    described = Field(
        default=None,
        pattern=scheme.pattern,
        description=scheme.only,
        examples=[scheme.example],
    )
    return str | None, described


_Labels: Any = create_model(
    "_Labels",
    __base__=_WordsAndDays,
    **{name: _label_filter(scheme) for name, scheme in SCHEMES.items()},
)


class ArticleChoice(_Labels):  # type: ignore[misc]
    """Filters of articles; they are joined by "and"."""

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
        tags = [(scheme, getattr(self, scheme)) for scheme in SCHEMES]
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
