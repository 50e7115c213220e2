"""What the routes of coverage answer, as the OpenAPI document describes it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from monitor.api.schemas import MaskedArticle, Model, WholeStr

Had = Literal["shown", "below", "not_judged", "late", "never", "not_followed"]


class MissedOut(Model):
    """Recall among what was judged, from a random sample of what was not shown."""

    universe: str = Field(description="Of what: no recall of all there was is claimed.")
    method: str
    days: int = Field(description="Days of the window that have a sample.")
    window_days: int
    population: int = Field(description="Items below the threshold on these days.")
    offered: int = Field(description="Of them drawn.")
    reviewed: int = Field(description="Of them looked at.")
    relevant_among_reviewed: int
    missed: float = Field(description="Estimate of relevant items below the threshold.")
    missed_interval: list[float] = Field(min_length=2, max_length=2, description="95 %.")
    found: int = Field(description="Items shown that a person confirmed as relevant.")
    shown_not_reviewed: int = Field(
        description="Not looked at: all right at one end of the interval, wrong at the other."
    )
    recall: float | None
    recall_interval: list[float] | None = Field(description="95 %.")
    enough: bool = Field(description="Whether the interval is at most 20 points wide.")
    reviews_a_day_needed: int | None = Field(
        description="For that within the window, by what is known now."
    )


class ElsewhereOut(Model):
    """The share that we had of the cases that the desk learned of elsewhere."""

    cases: int
    needed: int = Field(description="Cases without which no share is told.")
    shown: int = Field(description="Shown by the desk before it was told.")
    by: dict[Had, int] = Field(description="How many of each kind.")
    share: float | None
    interval: list[float] | None = Field(description="Wilson, 95 %.")


class GapsOut(Model):
    """What may be missed, in two figures."""

    missed: MissedOut
    elsewhere: ElsewhereOut


class CoverageFeed(Model):
    """A feed without news."""

    url: str
    title: str


class CoverageFailing(CoverageFeed):
    """A feed that could not be read."""

    error: str


class CoverageFeeds(Model):
    """The feeds, each by its last poll of the period."""

    followed: int = Field(description="Now.")
    polled: int
    alive: int
    failing: list[CoverageFailing]
    silent: list[CoverageFeed] = Field(description="For longer than their own rhythm explains.")
    not_polled: int = Field(description="Followed in the period and not polled in it.")
    paused: int = Field(description="Paused by the desk, and so not polled.")


class CoverageItems(Model):
    """What became of all that was fetched."""

    fetched: int
    stored: int
    changed: int = Field(description="Of those stored: new texts of known articles.")
    dropped: dict[str, int] = Field(description="By name.")
    balanced: bool = Field(description="fetched = stored + dropped.")


class ToldOut(Model):
    """A case learned of elsewhere, and what we had of it then."""

    url: str | None = Field(description="Null where it holds a name that is hidden.")
    note: str
    at: str = Field(description="RFC 3339.")
    had: Had
    article: str | None = Field(description="Our article, if there is one.")
    same_as: str | None = Field(description="The article that a person says is the same case.")


class CoverageAccount(GapsOut):
    """The account of a period."""

    schema_: Literal[1] = Field(alias="schema")
    since: str
    until: str
    timezone: str
    feeds: CoverageFeeds
    items: CoverageItems
    not_judged: dict[str, int] = Field(description="By reason.")
    not_judged_languages: dict[str, int] = Field(description="By ISO 639 code.")
    cases: list[ToldOut] = Field(description="Learned of elsewhere in the period.")
    words: list[str] = Field(description="The gaps in sentences.")


class SampledArticle(MaskedArticle):
    """An article offered for review; its score is not told."""

    reviewed: bool


class SampleOut(Model):
    """A day's sample."""

    schema_: Literal[1] = Field(alias="schema")
    day: str
    population: int = Field(description="Items of the day below the threshold.")
    offered: int
    reviewed: int
    articles: list[SampledArticle]


class FoundRequest(Model):
    """A case that the desk learned of elsewhere."""

    url: WholeStr = Field(max_length=4000, examples=["https://news.example/farm-raid"])
    note: WholeStr = Field(default="", max_length=2000, description="How it was learned of.")
    same_as: WholeStr | None = Field(
        default=None, max_length=4000, description="Our article about it, by id or URL."
    )


class FoundOut(ToldOut):
    """A case as recorded."""

    new: bool = Field(description="False where its URL was recorded before, which stays.")
