"""What the draft checks take and answer, as the OpenAPI document describes it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from monitor.api.schemas import (
    CheckEvidence,
    LanguageCode,
    Model,
    ScorecardEntry,
    Source,
    WholeStr,
)
from monitor.countries import parse_country
from monitor.errors import UsageError


def is_country(value: object) -> bool:
    """Whether a value is an ISO 3166-1 alpha-2 code, in any case."""
    if not isinstance(value, str) or len(value) != 2:
        return False
    try:
        parse_country(value)
    except UsageError:
        return False
    return True


NO_COUNTRY = "must be an ISO 3166-1 alpha-2 code such as GH"


def _country(value: str) -> str:
    """Refuse what is no country, without repeating it: it may be part of a draft."""
    if value and not is_country(value):
        raise PydanticCustomError("country", NO_COUNTRY)
    return value


COUNTRY = (
    "ISO 3166-1 alpha-2 code of the country whose law on identifying people goes into findings and "
    "whose helplines are offered. Absent, the desk's own, if it has one; empty, none."
)
MIN_CONFIDENCE = (
    "From 0 to 1: findings of a lower confidence are left out, save those that protect people and "
    "those of which nothing is known."
)
ON_TOPIC = (
    "Whether the draft is said to be about trafficking: then every rule is applied, whatever it "
    "reads as. False leaves that to the gate and the relevance model."
)


MAX_NAME, MAX_GUIDELINES = 200, 20
"""Characters of a guideline's name; guidelines that a request may name, more than a desk has."""
GuidelineName = Annotated[WholeStr, Field(max_length=MAX_NAME)]
GuidelineNames = Annotated[list[GuidelineName], Field(min_length=1, max_length=MAX_GUIDELINES)]
GUIDELINE = (
    "Check against this guideline alone, or these, by id or stamp, and what they extend; all that "
    "are in force if absent."
)


class CheckRequest(Model):
    """A draft to check. It is held in memory until the answer is sent, and never stored."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "title": "Police find girl in bar raid",
                    "text": "Police said the two child prostitutes were found near the harbour.",
                }
            ]
        },
    )

    text: WholeStr = Field(description="The draft: plain text, Markdown or HTML.")
    title: WholeStr = Field(
        default="",
        description="The headline, where it is kept apart. Without it the first line of a plain "
        "text is the headline if a blank line follows.",
    )
    format: Literal["txt", "md", "html"] = Field(
        default="txt", description="How `text` is to be read."
    )
    language: LanguageCode | None = Field(
        default=None, description="ISO 639 code; recognised where it is not given."
    )
    guideline: (
        GuidelineName
        | Annotated[list[GuidelineName], Field(min_length=1, max_length=MAX_GUIDELINES)]
        | None
    ) = Field(default=None, description=GUIDELINE, examples=["thb-en", ["thb-en", "our-rules"]])
    country: Annotated[str, AfterValidator(_country)] = Field(
        default="", description=COUNTRY, examples=["GH"]
    )
    include_text: bool = Field(
        default=False,
        description="Whether the answer repeats the visible text that the offsets count in.",
    )
    min_confidence: float | None = Field(
        default=None, ge=0, le=1, allow_inf_nan=False, description=MIN_CONFIDENCE, examples=[0.5]
    )
    on_topic: bool = Field(default=False, description=ON_TOPIC)


class CheckFinding(Model):
    """One flagged phrase."""

    rule: str = Field(description="The rule's id; see `/v1/rules/{rule_id}`.")
    guideline: str = Field(
        description="The id of the guideline whose rule it is; see `/v1/rules/{guideline}/{rule}`."
    )
    severity: Literal["error", "warning", "suggestion"]
    confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The share of such findings that editors mark; null where nothing is known.",
    )
    principle: str = Field(description="The principle behind the rule.")
    scope: Literal["headline", "body", "caption"]
    field: Literal["title", "text"] = Field(description="The field that the offsets count in.")
    start: int = Field(ge=0, description="First code point.")
    end: int = Field(ge=0, description="The code point after the last.")
    utf16_start: int = Field(ge=0, description="As `start`, in UTF-16 units (JavaScript, Java).")
    utf16_end: int = Field(ge=0, description="As `end`, in UTF-16 units.")
    line: int = Field(ge=1, description="Line in the source, from 1.")
    column: int = Field(ge=1, description="Column in code points, from 1.")
    end_line: int = Field(ge=1, description="Line of the character after the last.")
    end_column: int = Field(ge=1, description="Column of the character after the last.")
    match: str = Field(description="The flagged words, to the letter.")
    quoted: Literal["no", "attributed", "scare"] = Field(
        description="Whether they stand in a speaker's quotation or in scare quotes."
    )
    message: str = Field(description="What is wrong, in a sentence.")
    why: str = Field(description="Why it matters.")
    suggestions: list[str] = Field(description="Wordings that fit in place of the match.")
    sources: list[Source]
    source_start: int = Field(
        default=0, ge=0, description="Place in the file; there for Markdown and HTML only."
    )
    source_end: int = Field(default=0, ge=0, description="As `source_start`.")
    protects: bool = Field(
        description="Whether the rule keeps people from being identified: such a finding is never "
        "left out, and stands first where findings are shown."
    )


_CHECKED: JsonDict = {
    "language": "en",
    "words": 10,
    "findings": [
        {
            "rule": "child-prostitute",
            "guideline": "thb-en",
            "severity": "error",
            "confidence": 0.93,
            "principle": "child-protection",
            "scope": "body",
            "field": "text",
            "start": 20,
            "end": 37,
            "utf16_start": 20,
            "utf16_end": 37,
            "line": 1,
            "column": 21,
            "end_line": 1,
            "end_column": 38,
            "match": "child prostitutes",
            "quoted": "no",
            "message": "A child cannot be a prostitute. Say what was done to the child.",
            "why": "The word implies a choice and a crime that do not exist.",
            "suggestions": ["sexually exploited children"],
            "sources": [
                {
                    "title": "INTERPOL, Appropriate terminology",
                    "section": "Recommended terminology",
                    "url": "https://www.interpol.int/en/Crime-areas/Crimes-against-children/Appropriate-terminology",
                }
            ],
            "protects": False,
        }
    ],
    "scorecard": [
        {
            "item": "no-helpline",
            "guideline": "thb-en",
            "met": False,
            "reason": "the text names no helpline or service",
            "evidence": [],
        }
    ],
    "coverage": {
        "checked": "part",
        "language": "covered",
        "topic": "assumed",
        "note": "Too short to judge as a whole (10 words), and taken to be about trafficking.",
        "missed": "No flags does not mean that all is well: …",
    },
}


class CoverageOut(Model):
    """How far the guideline reaches a draft: without it, no findings may mean nothing at all."""

    checked: Literal["whole", "part", "none"] = Field(
        description="Whether all rules could be applied; `none`: not in the guideline's language."
    )
    language: Literal["covered", "other", "unknown"] = Field(
        description="Whether the draft is in the guideline's language."
    )
    topic: Literal["on", "said", "assumed", "part", "touched", "off"] = Field(
        description="Whether it is about trafficking; `said`: the request says so; `assumed`: too "
        "short to tell; `part`: one story of several; `touched`: trafficking comes up and is not "
        "what it is about."
    )
    note: str | None = Field(description="The reason in a sentence; null where all was checked.")
    missed: str | None = Field(
        description="How much the guideline misses, in a sentence, as measured on breaches that "
        "nobody who wrote its rules had read; null where that was not measured or nothing checked."
    )


class IgnoredFinding(CheckFinding):
    """A flagged phrase that a comment in the draft silences."""

    reason: str = Field(description="The reason that the comment gives.")


class IgnoreProblem(Model):
    """A comment that is to silence a rule and does not."""

    line: int = Field(ge=1, description="Line in the source, from 1.")
    column: int = Field(ge=1, description="Column in code points, from 1.")
    source_start: int = Field(ge=0, description="First code point of the comment in the source.")
    source_end: int = Field(ge=0, description="The code point after its last.")
    message: str = Field(description="What is wrong with it.")


class CountryOut(Model):
    """A country; `covered` is whether its law and helplines are known here."""

    code: str = Field(examples=["GH"])
    name: str
    covered: bool
    note: str = Field(description="What is not known of it: that its law is not held, or a part.")


class UncheckedOut(CheckEvidence):
    """A line, or the beginning of one, that is for the desk: recognised, and not checked."""

    kind: Literal["slug", "embargo", "dateline", "byline", "credits", "sign-off", "note"]


class CheckedDocument(Model):
    """What the check says of one draft."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [_CHECKED]}
    )

    path: str | None = Field(default=None, description="Only where files are checked in bulk.")
    language: str | None
    words: int = Field(ge=0)
    findings: list[CheckFinding]
    scorecard: list[ScorecardEntry]
    coverage: CoverageOut
    unchecked: list[UncheckedOut] | None = Field(
        default=None, description="What is for the desk and not for readers; absent where nothing."
    )
    text: str | None = Field(
        default=None, description="The visible text, where `include_text` asked for it."
    )
    country: CountryOut | None = Field(
        default=None, description="Whose law and helplines were told of, where asked for."
    )
    left_out: int | None = Field(
        default=None, ge=0, description="Findings under `min_confidence`, where that is given."
    )
    ignored: list[IgnoredFinding] | None = Field(
        default=None,
        description="What `<!-- monitor-ignore RULE: reason -->` in Markdown and HTML silences.",
    )
    ignore_problems: list[IgnoreProblem] | None = Field(
        default=None, description="Such comments that name no rule, an unknown one or no reason."
    )
