"""Schemas that several routes share, as the OpenAPI document describes them.

Requests are validated with these models; answers are not, because they are made by our own code
and a failed validation would carry the draft in its message. The tests hold answers to them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from monitor.labels.schemes import PLACE_ROLES, SCHEMES
from monitor.records.article import ContentOrigin
from monitor.records.finding import FieldName, Quoted, Scope, Severity


def told(said: str | None, default: Any = ..., **more: Any) -> Any:
    """Return a field of a schema with what is `said` of it."""
    return Field(default, description=said, **more)


def _whole(value: str) -> str:
    """Refuse lone surrogates: JSON can carry them, UTF-8 and so our answers cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("lone_surrogate", "half a surrogate pair") from None
    return value


WholeStr = Annotated[str, AfterValidator(_whole)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Offset = Annotated[int, Field(ge=0)]
"""In code points, unless it says otherwise; what ends there is half open."""
ArticleId = Annotated[WholeStr, Path(description="The article's id.", max_length=200)]
A_RULE: dict[str, Any] = {"description": "The rule's id.", "examples": ["child-prostitute"]}
RuleId = Annotated[str, Path(**A_RULE)]
NAMES = (
    "With the names of victims, minors and relatives, and what is withheld for them. Needs the "
    "scope `names`; each article is counted."
)
Names = Annotated[bool, Field(description=NAMES)]
AFTER = "The `next` of the page before."


class Model(BaseModel):
    """Base of all: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


class QueryModel(BaseModel):
    """Base of what a query asks for: an unknown parameter is an error, numbers are words there."""

    model_config = ConfigDict(extra="forbid")


def example(**fields: Any) -> ConfigDict:
    """Return the configuration of a model with an example of it."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Source(Model):
    """The document that a rule rests on."""

    title: str = told("Title and publisher.")
    section: str = told("Where in it.")
    url: str = told("Its address at its owner, or empty.")


class Evidence(Model):
    """A place in the draft, in code points, half open."""

    field: FieldName
    start: Offset
    end: Offset


class CheckEvidence(Evidence):
    """A place in the draft that an answer on the whole of it rests on."""

    source_start: Offset = told("Place in the file; there for Markdown and HTML only.", 0)
    source_end: Offset = told("As `source_start`.", 0)


class ScorecardEntry(Model):
    """One good practice for the whole draft."""

    item: str = told("The rule's id.")
    guideline: str = told("The id of the guideline whose rule it is.")
    met: bool | None = told("Present, absent, or not to be judged (null).")
    reason: str
    evidence: list[CheckEvidence]
    ignored: str | None = told("Why a comment in the draft silences this item, if one does.", None)


class ClassifyRequest(Model):
    """One article to classify."""

    model_config = example(
        id="a1",
        title="Farm manager charged",
        text="Prosecutors say the workers' passports were locked in his office and "
        "that none of them was paid for five months.",
    )

    id: WholeStr = told("Returned as it is.", "", max_length=1000)
    title: WholeStr = told("The headline.", "")
    text: WholeStr = told("The article's text.")
    language: LanguageCode | None = told("ISO 639 code; recognised where it is not given.", None)


def absent_or(said: str) -> Any:
    """Return a field whose key is left out where there is nothing to say, never null."""
    return told(said, None, json_schema_extra=lambda schema: schema.pop("default", None))


class JudgedTag(Model):
    """One label as a tagger gave it."""

    scheme: str = told(", ".join(f"`{scheme}`" for scheme in SCHEMES) + ".")
    label: str
    score: float = Field(ge=0, le=1)
    role: Literal[PLACE_ROLES] | SkipJsonSchema[None] = absent_or(  # type: ignore[valid-type]
        "For places only: how the place is concerned."
    )
    experimental: Literal[True] | SkipJsonSchema[None] = absent_or(
        "There where there were too few labelled examples to measure this label."
    )


class TagOut(JudgedTag):
    """One label, with the words that show why."""

    evidence: list[Evidence]


class RelevanceFields(Model):
    """What is said of an article's relevance."""

    relevant: bool | None
    borderline: bool | None
    not_judged: str | None = told("Why there is no judgement.")
    experimental: bool = told("Whether what judged is not measured in its language.")


class JudgedOut(RelevanceFields):
    """What the assessors said of an article that people decided."""

    tags: list[JudgedTag]


class TermOut(Model):
    """A listed trafficking term in an article that no model judges."""

    term: str
    language: str
    meaning: str = told("In English.")
    evidence: list[Evidence]


_TERMS = "Words that speak for a look, in an article without a measured judgement."


class Classified(Model):
    """Relevance and tags of one article, or why there is no judgement."""

    id: str
    relevance: float | None = told("Probability that it is a main subject; null if not judged.")
    relevant: bool | None
    borderline: bool | None = told("Whether trafficking is a secondary subject.", None)
    not_judged: str | None = told("Why there is no judgement.", None)
    experimental: bool = told("Whether what judged is not measured in its language.", False)
    language: str | None = None
    terms: list[TermOut] = told(_TERMS, [])
    tags: list[TagOut] = []
    stamps: list[str] = told("What judged: `name@version+hash`.", [])


class ArticleFinding(Model):
    """A flagged phrase; offsets in code points."""

    rule: str = told("The rule's id; see `/v1/rules/{rule_id}`.")
    guideline: str = told("The id of the guideline whose rule it is.")
    severity: Severity
    confidence: float | None = told(
        "The share of such findings that editors mark; null: not known.", None, ge=0, le=1
    )
    principle: str = told("The principle behind the rule.")
    scope: Scope
    field: FieldName = told("The field that the offsets count in.")
    start: Offset = told("First code point.")
    end: Offset = told("The code point after the last.")
    match: str = told("The flagged words, to the letter.")
    quoted: Quoted = told("Whether in a speaker's quotation or in scare quotes.")
    message: str = told("What is wrong, in a sentence.")
    why: str = told("Why it matters.")
    suggestions: list[str] = told("Wordings that fit in place of the match.")
    sources: list[Source]


class EnclosureOut(Model):
    """A file that goes with an article, such as a photograph."""

    url: str
    type: str = told("Its media type, or empty.")


class FlowRegionOut(Model):
    """How far people were taken, by the places of origin and exploitation.

    `kind` is by the regions of the UN's M49; of several ways the farthest.
    """

    kind: Literal["domestic", "intra_subregional", "intra_regional", "transregional", "unknown"]
    bodies: list[str] = told("Regional bodies of which all these countries were members then.")


class MaskedArticle(Model):
    """By what an article is known, without hidden names."""

    id: str
    url: str | None = told("Null where it tells a name, or repeats a headline.")
    title: str | None = told("Null where it is withheld.")
    withheld: str | SkipJsonSchema[None] = absent_or(
        "There where names cannot be told: why no words of the article are given."
    )
    outlet: str
    language: str | None


class NamedArticle(MaskedArticle):
    """By what an article is known, and when it came."""

    published: str | None = told("As the feed says, RFC 3339.")
    published_in: str = told("Where no day is said: the year or month, such as 2004-05.", "")
    seen: str = told("When the desk first saw it, RFC 3339.")


class ArticleOut(NamedArticle, RelevanceFields):
    """One stored article with what holds of it: people's word where they decided, else a model's.

    `relevance` is always a model's.
    """

    sha256: str = told("Hash of title and text; names the version.")
    authors: list[str] = told("The byline, as the feed gives it.")
    categories: list[str] = told("The publisher's own categories.")
    enclosures: list[EnclosureOut] = told("Files that go with the article.")
    origin: ContentOrigin = told("Where the text is from.")
    expired: str | None = told("Since when headline, text and byline are kept no longer, RFC 3339.")
    relevance: float | None
    judged: JudgedOut | None = told("What the assessors said, where people decided; else null.")
    terms: list[TermOut] = told(_TERMS)
    tags: list[TagOut]
    flow_region: FlowRegionOut
    findings: list[ArticleFinding]
    scorecard: list[ScorecardEntry]
    stamps: list[str]


class ArticleDetail(ArticleOut):
    """One stored article with its text."""

    text: str | None = told("Null where it is withheld.")


class SearchRead(Model):
    """How a search was read."""

    read_as: str = told("What was looked for, in words.")
    notes: list[str] = told("What of it was left out, and why.")


class ArticlePage(Model):
    """One page of articles; `undated` are left out, as nobody can tell their day of publication."""

    articles: list[ArticleOut]
    next: str | None = told("The `after` of the next page; null on the last.")
    total: int = told("How many there are, counted up to 1,000.", ge=0, le=1000)
    total_is_exact: bool = told("False where there are more than that.")
    search: SearchRead | None = told("How `q` was read; null without one.")
    undated: int = told("Counted up to 1,000.", ge=0, le=1000)


class Alive(Model):
    """The process answers."""

    status: Literal["ok"]


class Ready(Model):
    """Database, guideline and models are loaded.

    `stale`: a guideline was edited into something that cannot be used, so that its rules from
    before are in force; `/v1/rules` and the log say why.
    """

    status: Literal["ready"]
    stamps: list[str] = told("The assessors in force.")
    stale: bool
