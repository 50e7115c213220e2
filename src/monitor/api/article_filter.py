"""Filters of articles: the same in the API, on the page of the archive and for exports."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, create_model, field_validator, model_validator
from pydantic_core import PydanticCustomError

from monitor.api.schemas import AFTER, LanguageCode, Names, QueryModel, WholeStr, told
from monitor.labels.schemes import SCHEMES
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


class _WordsAndDays(QueryModel):
    q: WholeStr | None = told(
        'Words that must all be there; "phrases" in quotation marks, beginnings*, OR'
        " between alternatives, and -words that must not. `search` says how it was read; another"
        " operator is refused.",
        None,
        max_length=2000,
        examples=["fishing"],
    )
    since: Day | None = told("First seen on or after this day.", None)
    until: Day | None = told("First seen on or before this day.", None)
    to: Day | None = told("What `until` was called: the same.", None)
    published_since: Day | None = told(
        "Published on or after this day. Where but a year or month is said, all of it.", None
    )
    published_until: Day | None = told("Published on or before this day.", None)


_labels: dict[str, Any] = {
    name: (Literal[scheme.labels] | None, told(scheme.only, None))
    if scheme.labels
    else (str | None, told(scheme.only, None, pattern=scheme.pattern, examples=[scheme.example]))
    for name, scheme in SCHEMES.items()
}
_Labels: Any = create_model("_Labels", __base__=_WordsAndDays, **_labels)


class ArticleChoice(_Labels):  # type: ignore[misc]
    """Filters of articles; they are joined by "and"."""

    outlet: WholeStr | None = told("Only this outlet, by its name.", None, max_length=200)
    language: LanguageCode | None = told("Only this language.", None)
    relevance: Relevance | None = told("Only those judged so, or not judged.", None)
    relevant: bool | None = told("Only those judged relevant, or judged not to be.", None)
    min_relevance: float | None = told(
        "Only articles judged at least this relevant.", None, ge=0, le=1, allow_inf_nan=False
    )
    flag: Literal["any", SEVERITIES] | None = told(  # type: ignore[valid-type]
        "Only with a flag: any, or one of this severity.", None
    )
    rule: str | None = told(
        "Only with a flag of this rule.",
        None,
        pattern="^[a-z0-9-]{1,100}$",
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
        same = ("outlet", "language", "published_since", "published_until", "min_relevance")
        last = min((day for day in (self.until, self.to) if day), default=None)
        since, until = bounds_of(self.since, last, zone)
        relevance = (self.relevance,) if self.relevance else None
        return ArticleFilter(
            query=self.q,
            tags=tuple(
                (scheme, label.upper() if scheme == "place" else label)
                for scheme in SCHEMES
                if (label := getattr(self, scheme))
            ),
            since=since,
            until=until,
            timezone=zone.key,
            relevance=ArticleFilter(relevance=relevance, relevant=self.relevant).verdicts,
            flag=self.flag,
            rule=self.rule,
            **{name: getattr(self, name) for name in same},
        )


class ArticleFilters(ArticleChoice):
    """Filters of articles, joined by "and", and where the page begins."""

    after: WholeStr | None = told(AFTER, None, min_length=1, max_length=200)


class ArticleQuery(ArticleFilters):
    """Filters of articles, joined by "and", and the page."""

    order: Literal["oldest", "newest"] = told("Which is told first, by first sight.", "oldest")
    limit: int = told("Articles a page.", 50, ge=1, le=200)
    names: Names = False
