"""What goes in and out, as the OpenAPI document describes it.

Requests are validated with these models; answers are not, because they are made by our own code
and a failed validation would carry the draft in its message. The tests hold answers to them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from monitor.countries import parse_country
from monitor.errors import UsageError
from monitor.types import PLACE_ROLES


def _whole(value: str) -> str:
    """Refuse lone surrogates: JSON can carry them, UTF-8 and so our answers cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("lone_surrogate", "half a surrogate pair") from None
    return value


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


WholeStr = Annotated[str, AfterValidator(_whole)]
COUNTRY = (
    "ISO 3166-1 alpha-2 code of the country whose law on identifying people goes into findings and "
    "whose helplines are offered. Absent, the desk's own, if it has one; empty, none."
)
MIN_CONFIDENCE = (
    "From 0 to 1: findings of a lower confidence are left out, save those that protect people and "
    "those of which nothing is known."
)
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class Model(BaseModel):
    """Base of all: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


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
    guideline: WholeStr | None = Field(
        default=None,
        description="The guideline's id or stamp, to be sure of it; the one in force if absent.",
        max_length=200,
    )
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


class Source(Model):
    """The document that a rule rests on."""

    title: str = Field(description="Title and publisher.")
    section: str = Field(description="Where in it.")
    url: str = Field(description="Its address at its owner, or empty.")


class Evidence(Model):
    """A place in the draft, in code points, half open."""

    field: Literal["title", "text"]
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class CheckEvidence(Evidence):
    """A place in the draft that an answer on the whole of it rests on."""

    source_start: int = Field(
        default=0, ge=0, description="Place in the file; there for Markdown and HTML only."
    )
    source_end: int = Field(default=0, ge=0, description="As `source_start`.")


class CheckFinding(Model):
    """One flagged phrase."""

    rule: str = Field(description="The rule's id; see `/v1/rules/{rule_id}`.")
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


class ScorecardEntry(Model):
    """One good practice for the whole draft."""

    item: str = Field(description="The rule's id.")
    met: bool | None = Field(description="Present, absent, or not to be judged (null).")
    reason: str
    evidence: list[CheckEvidence]


class CoverageOut(Model):
    """How far the guideline reaches a draft: without it, no findings may mean nothing at all."""

    checked: Literal["whole", "part", "none"] = Field(
        description="Whether all rules could be applied; `none`: not in the guideline's language."
    )
    language: Literal["covered", "other", "unknown"] = Field(
        description="Whether the draft is in the guideline's language."
    )
    topic: Literal["on", "assumed", "part", "touched", "off"] = Field(
        description="Whether it is about trafficking; `assumed`: too short to tell; `part`: one "
        "story of several; `touched`: trafficking comes up and is not what it is about."
    )
    note: str | None = Field(description="The reason in a sentence; null where all was checked.")
    missed: str | None = Field(
        description="How much the guideline misses, in a sentence, as measured on breaches that "
        "nobody who wrote its rules had read; null where that was not measured or nothing checked."
    )


class CountryOut(Model):
    """A country; `covered` is whether its law and helplines are known here."""

    code: str = Field(examples=["GH"])
    name: str
    covered: bool


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
    text: str | None = Field(
        default=None, description="The visible text, where `include_text` asked for it."
    )
    country: CountryOut | None = Field(
        default=None, description="Whose law and helplines were told of, where asked for."
    )
    left_out: int | None = Field(
        default=None, ge=0, description="Findings under `min_confidence`, where that is given."
    )


class ClassifyRequest(Model):
    """One article to classify."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "a1",
                    "title": "Farm manager charged",
                    "text": "Prosecutors say the workers' passports were locked in his office and "
                    "that none of them was paid for five months.",
                }
            ]
        },
    )

    id: WholeStr = Field(default="", description="Returned as it is.", max_length=1000)
    title: WholeStr = Field(default="", description="The headline.")
    text: WholeStr = Field(description="The article's text.")
    language: LanguageCode | None = Field(
        default=None, description="ISO 639 code; recognised where it is not given."
    )


def _or_absent(schema: JsonDict) -> None:
    """Let the schema tell of a key that is left out, never null."""
    schema.pop("default", None)


class TagOut(Model):
    """One label, with the words that show why."""

    scheme: str = Field(
        description="`form`, `response`, `place`, `victim`, `gender`, `flow`, `protection`, "
        "`indicator`."
    )
    label: str
    score: float = Field(ge=0, le=1)
    evidence: list[Evidence]
    role: Literal[PLACE_ROLES] | SkipJsonSchema[None] = Field(  # type: ignore[valid-type]
        default=None,
        description="For places only: how the place is concerned.",
        json_schema_extra=_or_absent,
    )
    experimental: Literal[True] | SkipJsonSchema[None] = Field(
        default=None,
        description="There where there were too few labelled examples to measure this label.",
        json_schema_extra=_or_absent,
    )


class TermOut(Model):
    """A listed trafficking term in an article that no model judges."""

    term: str
    language: str
    meaning: str = Field(description="In English.")
    evidence: list[Evidence]


class Classified(Model):
    """What the classifiers say of one article."""

    id: str
    relevance: float | None = Field(
        description="Probability that trafficking is a main subject; null if not judged."
    )
    relevant: bool | None
    borderline: bool | None = Field(
        default=None, description="Whether trafficking is a secondary subject."
    )
    not_judged: str | None = Field(default=None, description="Why there is no judgement.")
    experimental: bool = Field(
        default=False, description="Whether what judged is not measured in the article's language."
    )
    language: str | None = None
    terms: list[TermOut] = Field(
        default=[],
        description="Words that speak for a look, in an article without a measured judgement.",
    )
    tags: list[TagOut] = []
    stamps: list[str] = Field(default=[], description="What judged: `name@version+hash`.")


class ArticleFinding(Model):
    """A flagged phrase in a stored article; offsets in code points."""

    rule: str
    severity: Literal["error", "warning", "suggestion"]
    confidence: float | None = Field(default=None, ge=0, le=1)
    principle: str
    scope: Literal["headline", "body", "caption"]
    field: Literal["title", "text"]
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    match: str
    quoted: Literal["no", "attributed", "scare"]
    message: str
    why: str
    suggestions: list[str]
    sources: list[Source]


class EnclosureOut(Model):
    """A file that goes with an article, such as a photograph."""

    url: str
    type: str = Field(description="Its media type, or empty.")


class ArticleOut(Model):
    """One stored article with what the assessors in force say of it."""

    id: str
    url: str
    title: str
    outlet: str
    language: str | None
    published: str | None = Field(description="As the feed says, RFC 3339.")
    seen: str = Field(description="When the desk first saw it, RFC 3339.")
    sha256: str = Field(description="Hash of title and text; names the version.")
    authors: list[str] = Field(description="The byline, as the feed gives it.")
    categories: list[str] = Field(description="The publisher's own categories.")
    enclosures: list[EnclosureOut] = Field(description="Files that go with the article.")
    origin: Literal["feed", "page", "summary"] = Field(description="Where the text is from.")
    relevance: float | None
    relevant: bool | None
    borderline: bool | None
    not_judged: str | None = Field(description="Why there is no judgement.")
    experimental: bool = Field(
        description="Whether what judged is not measured in the article's language."
    )
    terms: list[TermOut] = Field(
        description="Words that speak for a look, in an article without a measured judgement."
    )
    tags: list[TagOut]
    findings: list[ArticleFinding]
    scorecard: list[ScorecardEntry]
    stamps: list[str]


class ArticleDetail(ArticleOut):
    """One stored article with its text."""

    text: str


class ArticlePage(Model):
    """One page of articles."""

    articles: list[ArticleOut]
    next: str | None = Field(description="The `after` of the next page; null on the last.")


class Alive(Model):
    """The process answers."""

    status: Literal["ok"]


class Ready(Model):
    """Database, guideline and models are loaded."""

    status: Literal["ready"]
    stamps: list[str] = Field(description="The assessors in force.")
