"""What goes out about rules, as the OpenAPI document describes it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from monitor.api.schemas import Model, Source


class RuleSource(Source):
    """A document that states the rule, or supports it."""

    role: Literal["states", "supports"]


class RuleExamples(Model):
    """The rule's own tests; `[[…]]` marks what is flagged."""

    bad: list[str]
    good: list[str]
    quoted: list[str]


class RuleOut(Model):
    """One rule of a guideline in force."""

    id: str = Field(examples=["child-prostitute"])
    guideline: str = Field(
        description="The id of the guideline whose rule it is.", examples=["thb-en"]
    )
    title: str
    principle: str = Field(description="The principle of reporting behind it.")
    kind: str = Field(description="How it finds what it flags.")
    severity: Literal["error", "warning", "suggestion"]
    scope: str = Field(description="Where in a draft it looks.")
    gate: str = Field(description="What must be known first.")
    quotes: Literal["flag", "soften", "skip"] = Field(
        description="What it does inside quotation marks."
    )
    message: str
    why: str
    suggest: list[str] = Field(description="Wordings to use instead.")
    sources: list[RuleSource]
    examples: RuleExamples


class DatedSourceOut(RuleSource):
    """A source, with the day on which it was looked at."""

    checked: str = Field(description="ISO date.")


class LawOut(Model):
    """What one statute says, in the guideline's words."""

    states: str
    consent: str = Field(description="What it asks of consent to be named; empty: not known.")
    statute: str
    section: str
    area: str = Field(description="The part of the country, or the cases, that it is about.")
    under_age: int | None = Field(description="The age up to which it protects; null is any.")
    unchecked_since: str | None = Field(description="ISO date since which nobody could read it.")
    sources: list[DatedSourceOut]


class HelplineOut(Model):
    """A service that people can call."""

    name: str
    numbers: list[str]
    helps: list[str] = Field(description="Whom or with what.")
    hours: str
    languages: str
    url: str | None
    unchecked_since: str | None = Field(description="ISO date since which nobody looked at it.")
    sources: list[DatedSourceOut]


class RuleCountry(Model):
    """What is known in one country on a rule's matter."""

    code: str
    name: str
    note: str = Field(description="What could not be confirmed.")
    law: list[LawOut]
    helplines: list[HelplineOut]


class RightFigure(Model):
    """A figure as its source gives it."""

    number: str
    counts: str
    year: str
    kind: str
    by: str


class FigureOut(Model):
    """A known figure that is wrong as it is usually given."""

    id: str
    claim: str
    fact: str
    instead: str
    right: RightFigure | None
    sources: list[DatedSourceOut]


class MeasuredOut(Model):
    """How a rule did on annotated articles."""

    date: str
    data: str
    articles: int
    guideline: str = Field(description="Stamp of the guideline that was measured.")
    current: bool = Field(description="Whether that is the one in force.")
    hits: int = Field(description="How often it spoke there.")
    independent_hits: int = Field(
        description="The same, where its authors had not worked with these articles; else 0."
    )
    right: int = Field(description="How many of its hits editors had marked.")
    precision: float | None
    sure: int
    found: int
    recall: float | None
    general_hits_per_100k_words: float | None
    answers: int = Field(
        description="Answers for a whole text that it gave where editors had answered."
    )
    as_editors: int = Field(description="How many of them were the editors'.")
    examples: int


class FeedbackOut(Model):
    """What editors said of a rule's flags of their drafts; they choose which ones to judge."""

    since: str = Field(description="The first day, ISO date.")
    date: str = Field(description="The last day.")
    data: str
    guideline: str = Field(description="Stamp of the guideline in force.")
    current: bool = Field(description="Whether all of it was said of that one.")
    hits: int = Field(description="How many flags were judged.")
    right: int = Field(description="How many of them were said to be right.")
    precision: float
    interval: list[float] = Field(
        min_length=2, max_length=2, description="Wilson's 95 % interval of `precision`."
    )
    current_hits: int = Field(description="`hits` of the guideline in force.")
    current_right: int = Field(description="`right` of the guideline in force.")


class RuleDetail(RuleOut):
    """One rule with all there is to know of it."""

    limits: list[str]
    figures: list[FigureOut]
    countries: list[RuleCountry]
    measured: MeasuredOut | None = Field(description="Null where nothing was measured.")
    feedback: FeedbackOut | None = Field(description="Null where no editor said anything.")
    also: list[str] = Field(
        description="Rules of this id in other guidelines in force, as `guideline/id`."
    )


class RuleList(Model):
    """Every rule of the guidelines in force."""

    rules: list[RuleOut]
    problem: str | None = Field(
        description="Why an edit of a guideline is not in force, with file, rule and line; the "
        "rules from before are. Null where all is as the files say."
    )
