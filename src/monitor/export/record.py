"""The canonical record: all that is known of one article, as JSON has it, with its whole text.

Every format is a view of it. What of it may be given away `publication.py` decides, afterwards and
once for all files of an export. Its keys are declared here; `record.schema.json` is made of them.
"""

# ruff: noqa: RUF009 - `key` makes fields
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from monitor.export.columns import Key, TextDegree, in_defs, key, key_of, keys_of, schema_of
from monitor.labels.regions import Kind as FlowKind
from monitor.labels.regions import flow_json
from monitor.records.article import ContentOrigin, Mining, Verdict
from monitor.records.article_record import Recorded
from monitor.records.finding import FieldName, Quoted, Scope, Severity, Span
from monitor.records.json_shapes import (
    enclosure_json,
    finding_json,
    judged_json,
    named_json,
    scorecard_json,
    span_json,
    tag_json,
    time_json,
)

SCHEMA = 1
SCHEMA_FILE = "record.schema.json"


@in_defs
@dataclass(frozen=True)
class SpanRecord:
    """A stretch of one field. Spans may overlap."""

    field: FieldName = key(
        "Which field the offsets are of.", in_table="Where it stands: title or text."
    )
    start: int = key(
        "First code point, from 0.",
        in_table="First code point of the field, from 0.",
        bounds=(0,),
    )
    end: int = key(
        "One after the last code point.", in_table="Code point behind the last.", bounds=(0,)
    )
    match: str = key(
        "The field's words from start to end; left out where they are not given.",
        in_table="The words there, where they are given.",
        given="quotes",
        optional=True,
    )


@dataclass(frozen=True)
class JudgedTagRecord:
    """A label as the tagger gave it."""

    scheme: str = key()
    label: str = key()
    role: str = key(optional=True)
    score: float = key(bounds=(0, 1))
    experimental: Literal[True] = key(optional=True)


@in_defs
@dataclass(frozen=True)
class TagRecord:
    """One label on the article, with the words that show why."""

    scheme: str = key(
        "Which set of labels: form, response, place, victim, gender, flow, protection, indicator"
        " and so on.",
        in_table="What the label is of: form, response, place and so on.",
    )
    label: str = key("The label; of a place its ISO 3166-1 alpha-2 code.", in_table="The label.")
    role: str = key(
        "Of places only: exploitation, origin, transit or mentioned.",
        in_table="Of places: exploitation, origin, transit, mentioned.",
        optional=True,
    )
    score: float = key(
        "How sure the tagger is; 1 where a person decided it.",
        in_table="How sure the model is, 0 to 1; 1 where a person decided it.",
        bounds=(0, 1),
    )
    experimental: Literal[True] = key(
        "There were too few examples to measure this label; left out where there were enough.",
        in_table="There were too few examples to measure this.",
        optional=True,
    )
    evidence: tuple[SpanRecord, ...] = key()


@dataclass(frozen=True)
class SourceRecord:
    """A document the rule rests on."""

    title: str = key()
    section: str = key()
    url: str = key()


@in_defs
@dataclass(frozen=True)
class FindingRecord:
    """One flagged phrase."""

    rule: str = key("The rule's id.")
    guideline: str = key(
        "The id of the guideline whose rule it is.", in_table="The guideline's id."
    )
    severity: Severity = key(in_table="error, warning or suggestion.")
    confidence: float | None = key(
        "The share of such findings that editors mark; null where nothing is known.",
        in_table="Share of such findings that editors mark; empty: not known.",
        bounds=(0, 1),
    )
    principle: str = key(in_table="The principle the rule serves.")
    scope: Scope = key(in_table="headline, body or caption.")
    field: FieldName = key_of(SpanRecord, "field")
    start: int = key_of(SpanRecord, "start")
    end: int = key_of(SpanRecord, "end")
    match: str = key_of(SpanRecord, "match")
    quoted: Quoted = key("Whose words they are.", in_table="no, attributed or scare.")
    message: str = key(
        "What is wrong; left out with the words.",
        in_table="What is wrong.",
        given="quotes",
        optional=True,
    )
    why: str = key("Left out with the words.", in_table="Why.", given="quotes", optional=True)
    suggestions: tuple[str, ...] = key(
        "Other words; left out with the words.",
        in_table="Better words, as JSON.",
        given="quotes",
        optional=True,
    )
    sources: tuple[SourceRecord, ...] = key()


@in_defs
@dataclass(frozen=True)
class ScorecardItemRecord:
    """One good practice for a whole article."""

    item: str = key("The document rule's id.", in_table="The good practice.")
    guideline: str = key(in_table="The guideline's id.")
    met: bool | None = key(
        "Whether it is there; null where that cannot be judged.",
        in_table="Whether it is there; empty: cannot be told.",
    )
    reason: str = key(
        "Left out with the words.",
        in_table="Why it is met, not met or cannot be told.",
        given="quotes",
        optional=True,
    )
    evidence: tuple[SpanRecord, ...] = key()


@in_defs
@dataclass(frozen=True)
class ReviewRecord:
    """What a person said of this version."""

    reviewer: str = key("Who, as the desk or the export names them.", in_table="Who said it.")
    verdict: Verdict = key(in_table="relevant, borderline or not_relevant.")
    tags: Mapping[str, tuple[str, ...]] = key(
        "All labels that hold, by each scheme that was looked at; of place: where the exploitation"
        " is."
    )
    at: datetime | None = key(in_table="When it was said.")
    provisional: bool = key(
        "Waits to be confirmed by a reviewer.", in_table="A reviewer has not confirmed it yet."
    )


@in_defs
@dataclass(frozen=True)
class VersionRecord:
    """A text that the article had."""

    sha256: str = key("The hash of title and text.")
    fetched: datetime = key("When it came in.")
    withdrawn: bool = key("Its words were taken back and are not kept.")


@dataclass(frozen=True)
class FlowRegionRecord:
    """How far people were taken."""

    kind: FlowKind = key("By the regions of the UN's M49; of several ways the farthest.")
    bodies: tuple[str, ...] = key(
        "Regional bodies of which all of these countries were members then."
    )


@dataclass(frozen=True)
class EnclosureRecord:
    """A file that goes with the article."""

    url: str = key()
    type: str = key("Its media type, or empty.")


@dataclass(frozen=True)
class JudgedRecord:
    """What the models said of an article that people decided."""

    relevant: bool | None = key("At or above the model's threshold.")
    borderline: bool | None = key()
    not_judged: str | None = key()
    experimental: bool = key()
    tags: tuple[JudgedTagRecord, ...] = key()


@dataclass(frozen=True)
class ImportRecord:
    """Of what was imported: the file that brought it, and where it stands in it."""

    file: str = key("Its name, without its folder; only in a restricted export.", optional=True)
    sha256: str = key("Its hash.")
    format: str = key("What kind of file.")
    at: datetime = key("When it was imported first.")
    place: int = key("The line, from 1, or the record's offset in bytes.", bounds=(0,))
    name: str = key(
        "The id that the file gives it; left out where it gives none, and in an export for"
        " anybody.",
        optional=True,
    )
    captured: datetime = key(
        "When a web archive had its page; left out where none had.", optional=True
    )


@dataclass(frozen=True)
class ProvenanceRecord:
    """How this version came in."""

    feed: str | None = key(
        "The address of the feed that brought it.", in_table="The feed that brought this version."
    )
    origin: ContentOrigin | None = key(
        "Where its text was: in the feed, on its page; or only a summary could be had. Null where"
        " the article is withheld.",
        in_table="Where the text came from: feed, page, summary.",
    )
    fetched: datetime | None = key("When it came in.", in_table="When this version came in.")
    import_: ImportRecord = key(
        in_table="How it was imported, as JSON; empty where a feed brought it.", optional=True
    )


@dataclass(frozen=True)
class LengthRecord:
    """Code points, given with the words or not; null where the article is withheld."""

    title: int | None = key("Of the headline.", bounds=(0,))
    text: int | None = key("Of the text.", bounds=(0,))


@dataclass(frozen=True)
class ArticleRecord:
    """All that is kept of one article."""

    schema: Literal[1] = key("The version of this format.")
    id: str = key(
        "Derived from the article's address, for ever; where that is withheld, an id of this"
        " export alone, that leads nowhere."
    )
    url: str | None = key("The article's canonical address; null where it is withheld.")
    title: str | None = key("The headline; null where it is withheld.")
    outlet: str | None = key("Who published it; null where the article is withheld.")
    language: str | None = key("ISO 639, as the source says or as recognised.")
    published: datetime | None = key("As the publisher says.")
    published_in: str = key(
        "The year or month, such as 2004 or 2004-05, where the publisher says no day.",
        optional=True,
        pattern="^[0-9]{4}(-[0-9]{2})?$",
    )
    seen: datetime | None = key(
        "When the desk first saw the article, in whatever version; null where it is withheld."
    )
    sha256: str | None = key(
        "The hash of title and text: which version this is; null where the address is withheld."
    )
    expired: datetime = key(
        "Since then the desk keeps no words of it; left out before.", optional=True
    )
    withheld_year: int = key(
        "Only there where the article is withheld, since somebody can be known by it: the year in"
        " which the desk first saw it. Nothing else is told but verdict and stamps.",
        optional=True,
    )
    text: str = key("The whole text; left out where it is not given.", given="full", optional=True)
    relevance: float | None = key(
        "The model's probability that trafficking in human beings is a main subject, whatever"
        " people decided; null: not judged, or the article is withheld.",
        bounds=(0, 1),
    )
    relevant: bool | None = key(
        "At or above the model's threshold; where a person decided, their word. Filters go by it."
    )
    tags: tuple[TagRecord, ...] = key(
        "What holds: of the schemes that a person decided their labels, else the taggers'. Filters"
        " go by it."
    )
    findings: tuple[FindingRecord, ...] = key()
    flow_region: FlowRegionRecord = key(
        "How far people were taken, from the places of origin and exploitation, as things stood on"
        " the day that the article is of."
    )
    stamps: tuple[str, ...] = key(
        "Who judged: name@version+hash of each model and guideline.",
        in_table="Who judged, separated by ;.",
    )
    authors: tuple[str, ...] = key(
        "The byline.", in_table="The byline, separated by ; and a blank."
    )
    categories: tuple[str, ...] = key(
        "As the feed has them.", in_table="As the feed has them, separated by ; and a blank."
    )
    enclosures: tuple[EnclosureRecord, ...] = key(
        in_table="Addresses of files, separated by blanks."
    )
    mining: Mining | None = key("What the publisher says of text mining.")
    mining_policy: str | None = key("Where the publisher says more.")
    borderline: bool | None = key(
        "Trafficking is a side subject; where a person decided, their word."
    )
    not_judged: str | None = key("Why there is no relevance: language, error, expired.")
    experimental: bool = key(
        "The model that judged is not measured in this language, and nobody decided.",
        in_table="There were too few examples to measure this.",
    )
    judged: JudgedRecord | None = key(
        "What the models said of an article that people decided; null where nobody did: then"
        " relevant, borderline and tags are the models' word."
    )
    scorecard: tuple[ScorecardItemRecord, ...] = key()
    reviews: tuple[ReviewRecord, ...] = key(
        "Those of this version that stand, oldest first; the latest of each reviewer holds."
    )
    story: str | None = key("The id of the story it is told in: that of the story's first article.")
    provenance: ProvenanceRecord = key()
    versions: tuple[VersionRecord, ...] = key("Every text the article has had, oldest first.")
    length: LengthRecord = key()


def keys_at(text: TextDegree) -> list[Key]:
    """Return the keys of a record that an export of a degree of text can have."""
    return [one for one in keys_of(ArticleRecord).values() if text == "full" or one.given != "full"]


def make_schema() -> str:
    """Return the JSON Schema of a record, which lies ready as `SCHEMA_FILE`."""
    return schema_of(
        ArticleRecord,
        "Article record of monitor",
        "All that is kept of one article. An export may give less: what is left out is said at each"
        " key. Offsets are 0-based, half open, and count Unicode code points.",
    )


def canonical(recorded: Recorded) -> dict[str, Any]:
    """Return the record; spans have their words as `match`, offsets are code points."""
    assessed, came = recorded.assessed, recorded.provenance
    article = assessed.article

    def locate(span: Span) -> dict[str, Any]:
        source = article.title if span.field == "title" else article.text
        return {**span_json(span), "match": source[span.start : span.end]}

    return {
        "schema": SCHEMA,
        **named_json(article),
        "sha256": article.sha256,
        **({"expired": time_json(article.expired)} if article.expired else {}),
        "text": article.text,
        "relevance": assessed.relevance,
        "relevant": assessed.relevant,
        "tags": [tag_json(tag, locate=locate) for tag in assessed.tags],
        "findings": [
            finding_json(one, place=locate(Span(one.field, one.start, one.end)))
            for one in assessed.findings
        ],
        "stamps": list(assessed.stamps),
        "authors": list(article.authors),
        "categories": list(article.categories),
        "enclosures": [enclosure_json(enclosure) for enclosure in article.enclosures],
        "mining": article.mining,
        "mining_policy": article.mining_policy or None,
        "borderline": assessed.borderline,
        "not_judged": assessed.not_judged,
        "experimental": assessed.experimental,
        "judged": judged_json(assessed),
        "scorecard": [scorecard_json(item, locate=locate) for item in assessed.scorecard],
        "reviews": [
            {
                "reviewer": review.reviewer,
                "verdict": review.verdict,
                "tags": {scheme: list(labels) for scheme, labels in review.tags.items()},
                "at": time_json(review.at),
                "provisional": review.provisional,
            }
            for review in recorded.reviews
        ],
        "story": recorded.story,
        "provenance": {
            "feed": came.feed if came else None,
            "origin": article.origin,
            "fetched": time_json(came.fetched if came else None),
            **({"import": dict(came.imported)} if came and came.imported is not None else {}),
        },
        "versions": [
            {
                "sha256": version.sha256,
                "fetched": time_json(version.fetched),
                "withdrawn": version.withdrawn,
            }
            for version in recorded.versions
        ],
        "length": {"title": len(article.title), "text": len(article.text)},
        "flow_region": flow_json(assessed),
    }


def spans_of(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield all that points into the words of a record: findings, evidence of tags, scorecard.

    A record that came back from a tool may lack any of them.
    """
    yield from record.get("findings") or ()
    for name in ("tags", "scorecard"):
        for item in record.get(name) or ():
            yield from item["evidence"]


def record_schema() -> str:
    """Return the JSON Schema of a record, as a file has it."""
    return Path(__file__).with_name(SCHEMA_FILE).read_text(encoding="utf-8")
