"""Schemas that several routes share, as the OpenAPI document describes them.

Requests are validated with these models; answers are not, because they are made by our own code
and a failed validation would carry the draft in its message. The tests hold answers to them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from monitor.labels.schemes import PLACE_ROLES


def _whole(value: str) -> str:
    """Refuse lone surrogates: JSON can carry them, UTF-8 and so our answers cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("lone_surrogate", "half a surrogate pair") from None
    return value


WholeStr = Annotated[str, AfterValidator(_whole)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


ArticleId = Annotated[WholeStr, Path(description="The article's id.", max_length=200)]
NAMES = (
    "With the names of victims, minors and relatives, and what is withheld for them. Needs the "
    "scope `names`; each article is counted."
)
Names = Annotated[bool, Field(description=NAMES)]


class Model(BaseModel):
    """Base of all: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


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
        0, ge=0, description="Place in the file; there for Markdown and HTML only."
    )
    source_end: int = Field(0, ge=0, description="As `source_start`.")


class ScorecardEntry(Model):
    """One good practice for the whole draft."""

    item: str = Field(description="The rule's id.")
    guideline: str = Field(description="The id of the guideline whose rule it is.")
    met: bool | None = Field(description="Present, absent, or not to be judged (null).")
    reason: str
    evidence: list[CheckEvidence]
    ignored: str | None = Field(
        None, description="Why a comment in the draft silences this item, if one does."
    )


class ClassifyRequest(Model):
    """One article to classify."""

    model_config = ConfigDict(
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

    id: WholeStr = Field("", description="Returned as it is.", max_length=1000)
    title: WholeStr = Field("", description="The headline.")
    text: WholeStr = Field(description="The article's text.")
    language: LanguageCode | None = Field(
        None, description="ISO 639 code; recognised where it is not given."
    )


def or_absent(schema: JsonDict) -> None:
    """Let the schema tell of a key that is left out, never null."""
    schema.pop("default", None)


class JudgedTag(Model):
    """One label as a tagger gave it."""

    scheme: str = Field(
        description="`form`, `response`, `place`, `victim`, `gender`, `flow`, `protection`, "
        "`indicator`, `institution`, `instrument`, `topic`, `vulnerability`, `partnership`."
    )
    label: str
    score: float = Field(ge=0, le=1)
    role: Literal[PLACE_ROLES] | SkipJsonSchema[None] = Field(  # type: ignore[valid-type]
        default=None,
        description="For places only: how the place is concerned.",
        json_schema_extra=or_absent,
    )
    experimental: Literal[True] | SkipJsonSchema[None] = Field(
        None,
        description="There where there were too few labelled examples to measure this label.",
        json_schema_extra=or_absent,
    )


class TagOut(JudgedTag):
    """One label, with the words that show why."""

    evidence: list[Evidence]


class JudgedOut(Model):
    """What the assessors said of an article that people decided."""

    relevant: bool | None
    borderline: bool | None
    not_judged: str | None
    experimental: bool
    tags: list[JudgedTag]


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
    borderline: bool | None = Field(None, description="Whether trafficking is a secondary subject.")
    not_judged: str | None = Field(None, description="Why there is no judgement.")
    experimental: bool = Field(
        False, description="Whether what judged is not measured in the article's language."
    )
    language: str | None = None
    terms: list[TermOut] = Field(
        [],
        description="Words that speak for a look, in an article without a measured judgement.",
    )
    tags: list[TagOut] = []
    stamps: list[str] = Field([], description="What judged: `name@version+hash`.")


class ArticleFinding(Model):
    """A flagged phrase in a stored article; offsets in code points."""

    rule: str
    guideline: str = Field(description="The id of the guideline whose rule it is.")
    severity: Literal["error", "warning", "suggestion"]
    confidence: float | None = Field(None, ge=0, le=1)
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


class FlowRegionOut(Model):
    """How far people were taken, by the places of origin and exploitation."""

    kind: Literal["domestic", "intra_subregional", "intra_regional", "transregional", "unknown"] = (
        Field(description="By the regions of the UN's M49; of several ways the farthest.")
    )
    bodies: list[str] = Field(
        description="Regional bodies of which all these countries were members on that day."
    )


class MaskedArticle(Model):
    """By what an article is known, without hidden names."""

    id: str
    url: str | None = Field(description="Null where it tells a name, or repeats a headline.")
    title: str | None = Field(description="Null where it is withheld.")
    withheld: str | SkipJsonSchema[None] = Field(
        None,
        description="There where names cannot be told: why no words of the article are given.",
        json_schema_extra=or_absent,
    )
    outlet: str
    language: str | None


class NamedArticle(MaskedArticle):
    """By what an article is known, and when it came."""

    published: str | None = Field(description="As the feed says, RFC 3339.")
    published_in: str = Field(
        "", description="There where no day is said: the year or month, such as 2004-05."
    )
    seen: str = Field(description="When the desk first saw it, RFC 3339.")


class ArticleOut(NamedArticle):
    """One stored article with what holds of it: people's word where they decided, else a model's.

    `relevance` is always a model's.
    """

    sha256: str = Field(description="Hash of title and text; names the version.")
    authors: list[str] = Field(description="The byline, as the feed gives it.")
    categories: list[str] = Field(description="The publisher's own categories.")
    enclosures: list[EnclosureOut] = Field(description="Files that go with the article.")
    origin: Literal["feed", "page", "summary"] = Field(description="Where the text is from.")
    expired: str | None = Field(
        description="Since when headline, text and byline are kept no longer, RFC 3339."
    )
    relevance: float | None
    relevant: bool | None
    borderline: bool | None
    not_judged: str | None = Field(description="Why there is no judgement.")
    experimental: bool = Field(
        description="Whether what judged is not measured in the article's language."
    )
    judged: JudgedOut | None = Field(
        description="What the assessors said, where people decided; null where nobody did."
    )
    terms: list[TermOut] = Field(
        description="Words that speak for a look, in an article without a measured judgement."
    )
    tags: list[TagOut]
    flow_region: FlowRegionOut
    findings: list[ArticleFinding]
    scorecard: list[ScorecardEntry]
    stamps: list[str]


class ArticleDetail(ArticleOut):
    """One stored article with its text."""

    text: str | None = Field(description="Null where it is withheld.")


class SearchRead(Model):
    """How a search was read."""

    read_as: str = Field(description="What was looked for, in words.")
    notes: list[str] = Field(description="What of it was left out, and why.")


class ArticlePage(Model):
    """One page of articles."""

    articles: list[ArticleOut]
    next: str | None = Field(description="The `after` of the next page; null on the last.")
    total: int = Field(ge=0, le=1000, description="How many there are, counted up to 1,000.")
    total_is_exact: bool = Field(description="False where there are more than that.")
    search: SearchRead | None = Field(description="How `q` was read; null without one.")
    undated: int = Field(
        ge=0,
        le=1000,
        description="Left out, as nobody can tell whether they were published on the days asked"
        " for: counted up to 1,000.",
    )


class Alive(Model):
    """The process answers."""

    status: Literal["ok"]


class Ready(Model):
    """Database, guideline and models are loaded."""

    status: Literal["ready"]
    stamps: list[str] = Field(description="The assessors in force.")
    stale: bool = Field(
        description="Whether a guideline was edited into something that cannot be used, so that "
        "its rules from before are in force; `/v1/rules` and the log say why."
    )
