"""What the routes of trends and outlets answer, as the OpenAPI document describes it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from monitor.api.schemas import Model

_NOTE = "Coverage, not incidence."
_ENDS = "Wilson, 95 %; null where there are too few stories, or flags not looked at."


class DayOut(Model):
    """One day of the desk's clock."""

    day: str
    stored: int = Field(description="Articles stored.")
    items: int = Field(description="Of them about trafficking, main subject or side matter.")
    stories: int = Field(description="Stories first told in the period on this day.")
    feed_changes: int = Field(description="Feeds added or removed: the mix is another from here.")


class LabelOut(Model):
    """How often a label was given."""

    label: str
    items: int
    stories: int


class ByScheme(Model):
    """By what articles tell of; most stories first."""

    form: list[LabelOut]
    place: list[LabelOut] = Field(description="Where the exploitation is.")
    response: list[LabelOut]
    victim: list[LabelOut]
    indicator: list[LabelOut]
    topic: list[LabelOut] = Field(description="Topics beside trafficking.")
    institution: list[LabelOut]
    instrument: list[LabelOut] = Field(description="Laws, treaties and reports.")
    vulnerability: list[LabelOut]
    partnership: list[LabelOut]


class RuleCountOut(Model):
    """How often a rule's flags were counted."""

    rule: str
    items: int
    stories: int
    not_looked_at: int = Field(description="Flags not counted because nobody has confirmed them.")


class BalanceOut(Model):
    """Of stories that tell of a response, how many tell of which; a story may tell of several."""

    key: str = Field(description="Country (ISO 3166-1 alpha-2), outlet, or empty.")
    stories: int
    prosecution: int
    protection: int
    prevention: int
    partnership: int
    intervals: dict[str, list[float]] | None = Field(description=_ENDS)


class Balances(Model):
    """Enforcement (prosecution) against protection against prevention."""

    all: BalanceOut
    countries: list[BalanceOut]
    outlets: list[BalanceOut]


class FeedChangeOut(Model):
    """A feed that was added, or removed or paused: curves break here."""

    url: str
    title: str
    outlet: str
    at: str = Field(description="RFC 3339.")
    change: Literal["added", "removed"]


class BasisOut(Model):
    """Which flags are counted."""

    guideline: str = Field(description="The guideline in force, with its version and hash.")
    precision: float = Field(
        description="Measured precision from which all of a rule's flags count."
    )
    min_flags: int = Field(description="Flags on which that must have been measured.")
    rules: list[str] = Field(description="The rules that are; of all others, confirmed flags.")
    precise_on_fewer_flags: list[str]
    note: str


class TrendsOut(Model):
    """A period counted."""

    schema_: Literal[1] = Field(alias="schema")
    note: str = Field(description=_NOTE)
    since: str
    until: str = Field(description="The last day.")
    dates: Literal["first_seen", "published"] = Field(
        description="By which dates articles are put on days."
    )
    undated: int = Field(
        ge=0, description="Of `published`: items left out, as they say no day of publication."
    )
    timezone: str
    stored: int
    items: int
    stories: int
    outlets: int
    days: list[DayOut]
    by: ByScheme
    rules: list[RuleCountOut]
    balance: Balances
    feed_changes: list[FeedChangeOut]
    basis: BasisOut
    stamps: list[str]


class OutletOut(Model):
    """An outlet in a period."""

    id: str
    name: str
    stored: int
    items: int
    stories: int


class OutletsOut(Model):
    """Outlets, most stories first."""

    schema_: Literal[1] = Field(alias="schema")
    note: str = Field(description=_NOTE)
    since: str
    until: str
    outlets: list[OutletOut]


class RuleShareOut(Model):
    """Of an outlet's stories, those with a counted flag of a rule."""

    rule: str
    stories: int
    not_looked_at: int = Field(description="Flags not counted because nobody has confirmed them.")
    share: float | None
    interval: list[float] | None = Field(description=_ENDS)


class ScorecardOut(Model):
    """An outlet's scorecard; each story counts once."""

    schema_: Literal[1] = Field(alias="schema")
    note: str = Field(description=_NOTE)
    since: str
    until: str
    outlet: OutletOut
    min_stories: int = Field(description="Below so many stories no share is told.")
    enough: bool
    flagged_stories: int
    not_looked_at: int = Field(description="Flags not counted because nobody has confirmed them.")
    share: float | None = Field(description="Null also where flags have not been looked at.")
    interval: list[float] | None = Field(description=_ENDS)
    rules: list[RuleShareOut]
    balance: BalanceOut
    basis: BasisOut
