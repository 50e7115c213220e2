"""The nouns that travel through the program: frozen, without behaviour, without I/O.

A stage that needs something half-finished has a type of its own in its package; only what
crosses package borders lives here. All times are timezone-aware UTC datetimes; all offsets are
0-based half-open code points into the named field exactly as given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from monitor.records.gaps import Gaps

Severity = Literal["error", "warning", "suggestion"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "suggestion")
"""Worst first."""

FieldName = Literal["title", "text"]
Quoted = Literal["no", "attributed", "scare"]
Scope = Literal["headline", "body", "caption"]
ContentOrigin = Literal["feed", "page", "summary"]
"""Where an article's text came from: the feed's full content, its page, or only the summary
because the page could not be had."""
FeedKind = Literal["feed", "sitemap", "page"]
"""What a source is: RSS, Atom or JSON Feed; a site map; a page that lists articles."""
Mining = Literal["reserved", "allowed"]
"""What a publisher says of mining an article's text (TDM Reservation Protocol, `noai`)."""
Verdict = Literal["relevant", "borderline", "not_relevant"]
VERDICTS: tuple[Verdict, ...] = ("relevant", "borderline", "not_relevant")
ExportFormat = Literal["jsonl", "csv", "parquet", "brat", "docbin", "labelstudio", "doccano"]
CorrectedFormat = Literal["brat", "labelstudio", "doccano", "jsonl"]
"""Exports that come back corrected."""
TextDegree = Literal["none", "quotes", "full"]
"""How much of the texts an export gives."""

PageFailure = Literal[
    "refused",
    "login",
    "not_found",
    "busy",
    "server_error",
    "status",
    "no_answer",
    "robots",
    "unsafe",
    "not_html",
    "no_text",
    "less_text",
    "encrypted",
    "scanned",
    "too_long",
    "broken",
    "extractor",
    "fault",
]
"""Why an article's page could not be had: the site's answer (403; 401 and 402; 404 and 410; 429 and
503; another 5xx; another status), none at all, robots.txt, an address that is not public; then what
came: no HTML, no article in it, less than the feed has; a PDF that is locked, has no text but a
picture of it, is too long, or cannot be read; last our own side: the extractor is not
installed whole, or another fault."""

FORMS = (
    "sexual_exploitation",
    "forced_labour",
    "domestic_servitude",
    "forced_criminality",
    "forced_begging",
    "forced_marriage",
    "organ_removal",
    "armed_recruitment",
    "illegal_adoption",
    "other",
    "unspecified",
)
RESPONSES = ("prevention", "protection", "prosecution", "partnership")
VICTIMS = ("child", "adult", "both", "unknown")
FLOWS = ("domestic", "cross_border", "unknown")
GENDERS = ("female", "male", "both", "unknown")
"""Of the victims as told."""
PROTECTIONS = ("shelter", "return", "compensation", "residence", "non_punishment")
"""Kinds of help for victims that an article tells of."""
INDICATORS = (
    "abuse_of_vulnerability",
    "deception",
    "restriction_of_movement",
    "isolation",
    "physical_and_sexual_violence",
    "intimidation_and_threats",
    "retention_of_identity_documents",
    "withholding_of_wages",
    "debt_bondage",
    "abusive_working_and_living_conditions",
    "excessive_overtime",
)
"""The ILO's indicators of forced labour (2012)."""
TOPICS = (
    "smuggling",
    "irregular_migration",
    "labour_abuse",
    "migration_management",
    "international_protection",
)
"""What an office reads beside trafficking; told of any article, relevant or not."""
VULNERABILITIES = ("irregular_status", "migration_debt")
PARTNERSHIPS = (
    "task_force",
    "agreement",
    "coalition",
    "data_sharing",
    "funding",
    "joint_training",
)
"""Kinds of partnership, the fourth P."""
POLICY_SCHEMES = ("institution", "instrument", "topic", "vulnerability", "partnership")
"""What the model `policy` says; labels of the first two are the ids of `monitor.entities`."""
PLACE_ROLES = ("exploitation", "origin", "transit", "mentioned")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one field, in code points, half open."""

    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """The document a rule rests on."""

    title: str
    section: str
    url: str


SCORE_TOLERANCE = 0.001
"""By how much a tag's score or an article's relevance may differ between processors: each adds up
in an order of its own, and calibration makes of the last bits what it makes of any difference."""
MEASURED_FROM = 20
"""Labelled stories without which a figure says nothing; a label or country with fewer is told as
not measured."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One label on an article, with the words that show why.

    `scheme` is `form`, `response`, `place`, `victim`, `gender`, `flow`, `protection`,
    `indicator` or one of `POLICY_SCHEMES`; `role` is set for places only. `experimental`: there
    were too few examples to measure this label.
    """

    scheme: str
    label: str
    score: float
    evidence: tuple[Span, ...] = ()
    role: str | None = None
    experimental: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One flagged phrase. `match` is the field's text from `start` to `end`, to the letter.

    `confidence`: the share of such findings that editors mark, `None` where nothing is known.
    `guideline` is the id of the one whose rule it is.
    """

    rule: str
    severity: Severity
    principle: str
    scope: Scope
    field: FieldName
    start: int
    end: int
    match: str
    quoted: Quoted
    message: str
    why: str
    suggestions: tuple[str, ...]
    sources: tuple[Source, ...]
    confidence: float | None = None
    guideline: str = ""


@dataclass(frozen=True, slots=True)
class ScorecardItem:
    """One good practice for a whole document: present, absent, or not to be judged (`None`).

    `guideline` is the id of the one that asks for it.
    """

    item: str
    met: bool | None
    reason: str
    evidence: tuple[Span, ...] = ()
    guideline: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed the desk follows, or what stands for one. `id` is derived from the URL, for ever.

    `description` and `updated` (when it last changed) are what the feed says of itself. It is not
    polled while `paused`, since then.
    """

    id: str
    url: str
    title: str
    outlet: str
    site: str = ""
    description: str = ""
    updated: datetime | None = None
    kind: FeedKind = "feed"
    paused: datetime | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with an article, such as a photograph; `type` is its media type or ""."""

    url: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A permanent move that a feed's address answers, so many `times` in a row, `since` then."""

    to: str
    times: int
    since: datetime


@dataclass(frozen=True, slots=True)
class FeedState:
    """What polling has learned about one feed; `FeedState()` is a feed never polled.

    Belongs in the same transaction as the articles of its `Poll`: an ETag kept without them would
    make the next poll a 304 and lose them.
    """

    moved_to: str | None = None
    """Where the feed moved for good (301, 308, several times); polled instead of `Feed.url`."""
    etag: str | None = None
    modified: str | None = None
    """The validators of the last good answer, sent back verbatim."""
    last_poll: datetime | None = None
    last_success: datetime | None = None
    next_poll: datetime | None = None
    """Not to be polled before; `None` is due at once."""
    failures: int = 0
    """Failed polls in a row."""
    error: str | None = None
    """Why the last poll failed, or brought only a part of the feed."""
    recent: tuple[datetime, ...] = ()
    """When the feed's latest entries appeared, newest first, at most 30: its own rhythm."""
    silent: bool = False
    """Nothing new for longer than that rhythm explains."""
    not_before: datetime | None = None
    """The server's own wish (Retry-After): nobody polls earlier, not even who asks for it."""
    move: Move | None = None
    """A move that is not adopted yet."""
    gone: datetime | None = None
    """When the publisher said that the feed will not be back (410): it is asked no more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who has the schedule of a database (`token` is this holder's alone), and until when."""

    holder: str
    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """When a host was asked last (`None`: not yet), and the Crawl-delay of its robots.txt."""

    at: datetime | None
    crawl_delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Silence:
    """No entry `since` then, in a feed whose entries come `usual` apart at most, nine in ten."""

    since: datetime
    usual: timedelta


@dataclass(frozen=True, slots=True)
class Known:
    """What the store already has of an article, asked before pages are fetched.

    `feed_sha256` maps the ids of the feeds it was seen through to the hash of the feed entry as
    last seen there (`Incoming.feed_sha256`, `Sighting.feed_sha256`). `page_tries` counts the
    recorded `Incoming`s and `Sighting`s of this article that had a `page_error`; what has `expired`
    is not fetched again.
    """

    origin: ContentOrigin
    sha256: str
    feed_sha256: Mapping[str, str] = field(default_factory=dict)
    page_tries: int = 0
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A feed entry with its text, for the store to compare: new, changed, known or duplicate.

    `article_id` is derived from `url`, the canonical one; `sha256` is of title and text (the
    version), `feed_sha256` of what the feed itself said. `text` has its paragraphs separated by
    blank lines; with origin `summary` it is the summary and `page_error` says why, save where this
    installation is at fault: that try is not to count. `authors` is the byline, `categories` and
    `enclosures` what the feed lists with the entry. `mining` is what the publisher says of mining
    it, `None` nothing, `mining_policy` the address where more is said. `outlet` is for what brings
    articles of several; empty: the feed's.
    """

    article_id: str
    url: str
    title: str
    text: str
    summary: str
    language: str | None
    published: datetime | None
    origin: ContentOrigin
    sha256: str
    feed_sha256: str
    page_error: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    mining: Mining | None = None
    mining_policy: str = ""
    outlet: str = ""
    published_in: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry whose article the store has already and whose text was not fetched again."""

    article_id: str
    feed_sha256: str
    page_error: str | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """A file that articles come from, named without its folder; `at` and `by` are of its first run.

    `id` is derived from its `sha256` and names the feed, never polled, that stands for it.
    """

    id: str
    name: str
    sha256: str
    format: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file an article stands: its line, from 1, or its record's offset in bytes.

    `name` is the id that the file gives it, "" none; `captured` when a web archive had its page.
    """

    at: int
    name: str = ""
    captured: datetime | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of one feed, to be recorded whole in one transaction.

    `fetched == len(incoming) + len(sightings) + sum(dropped.values())`; the store splits
    `incoming` and `sightings` further into stored and its own named drops (`known`, `duplicate`,
    `forgotten`).
    `dropped` names: `no_link`, `unsafe_address`, `empty`, `repeated` (twice in one feed),
    `too_long`, `deferred` (over the page limit of one poll). `title`, `site`, `description` and
    `updated` are what the feed says of itself, empty where it does not or where there was no body
    (`not_modified`, `error`).
    """

    feed: Feed
    state: FeedState
    at: datetime
    fetched: int = 0
    incoming: tuple[Incoming, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None
    warnings: tuple[str, ...] = ()
    not_modified: bool = False
    title: str = ""
    site: str = ""
    description: str = ""
    updated: datetime | None = None
    page_failures: Mapping[PageFailure, int] = field(default_factory=dict)
    """How many pages were asked for in vain, by cause."""
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """The current version of one news item.

    `id` is derived from the canonical URL; `sha256` is the hash of title and text and names the
    version; `seen` is when the desk first saw the item, in whatever version. `summary` is what the
    feed said of it, empty where the text came without one; `authors` (the byline), `categories` and
    `enclosures` are what it listed with this version. `published_in` is the year or month, such as
    2004 or 2004-05, where no day is said. Since `expired` it has no words: the desk keeps them for
    so long only.
    """

    id: str
    url: str
    title: str
    text: str
    outlet: str
    language: str | None
    published: datetime | None
    seen: datetime
    sha256: str
    origin: ContentOrigin = "feed"
    summary: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    mining: Mining | None = None
    mining_policy: str = ""
    published_in: str = ""
    expired: datetime | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """Words that speak for a look at an article that no measured model judges, in English.

    A listed trafficking term, or a phrase that an unmeasured model goes by.

    `evidence` are the first places where it stands, in one of its spellings.
    """

    term: str
    language: str
    meaning: str
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one assessor said of one article; fields it has no opinion on stay empty.

    `not_judged` names why there is no judgement (`language`), `terms` what speaks for a look all
    the same; `error` that the assessor failed on this article, so that it does not stay due for
    ever. `experimental`: what judged is not measured in this language, so nothing it says counts
    among what is known.
    """

    stamp: str
    relevance: float | None = None
    relevant: bool | None = None
    borderline: bool | None = None
    not_judged: str | None = None
    tags: tuple[Tag, ...] = ()
    findings: tuple[Finding, ...] = ()
    scorecard: tuple[ScorecardItem, ...] = ()
    error: str | None = None
    terms: tuple[Term, ...] = ()
    experimental: bool = False


class Assessor(Protocol):
    """Anything that judges an article."""

    @property
    def stamp(self) -> str:
        """`name@version+hash`, changed by any change of data, code or library that could show."""
        ...

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Judge each article, in order; one failing article is an `error`, not an exception."""
        ...


@dataclass(frozen=True, slots=True)
class Review:
    """What a person said of one version of an article.

    `tags` maps the schemes that were looked at to all labels that hold (of `place`: where the
    exploitation is). The latest review of each reviewer holds; one that is `provisional` counts
    once a reviewer has confirmed its `decision`.
    """

    article_id: str
    sha256: str
    reviewer: str
    verdict: Verdict
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at: datetime | None = None
    decision: int | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class AssessorsVerdict:
    """What the assessors said of an article that people decided."""

    relevant: bool | None
    borderline: bool | None
    not_judged: str | None
    experimental: bool
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class AssessedArticle:
    """An article with all that the current assessors said of it, merged, and what holds of it.

    Where people decided, `relevant`, `borderline` and `tags` are their word (see `as_decided`) and
    `judged` is what the assessors said; None where nobody did. `relevance` is always a model's.
    """

    article: Article
    relevance: float | None
    relevant: bool | None
    borderline: bool | None
    not_judged: str | None
    tags: tuple[Tag, ...]
    findings: tuple[Finding, ...]
    scorecard: tuple[ScorecardItem, ...]
    stamps: tuple[str, ...]
    terms: tuple[Term, ...] = ()
    experimental: bool = False
    judged: AssessorsVerdict | None = None


@dataclass(frozen=True, slots=True)
class FailedFeed:
    """A feed that could not be read, or but `in_part`, why, and when it last could."""

    url: str
    title: str
    error: str
    last_read: datetime | None = None
    in_part: bool = False


@dataclass(frozen=True, slots=True)
class SilentFeed:
    """A feed without news for longer than its rhythm explains."""

    url: str
    title: str
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The coverage law of a run or a day: `fetched == stored + sum(dropped.values())`.

    `changed` of the `stored` are new texts of articles known before. `page_failures` counts each
    try for an article's page that was in vain, by cause (`PageFailure`). `ended` are feeds still
    followed that their publishers removed (410) before the period, and that are asked no more.
    `languages` are those of what was not judged for its language, `unasked` the feeds followed
    that were not polled, save those that the desk has `paused`.
    """

    feeds: int = 0
    failed: int = 0
    silent: int = 0
    fetched: int = 0
    stored: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    not_judged: Mapping[str, int] = field(default_factory=dict)
    changed: int = 0
    page_failures: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[FailedFeed, ...] = ()
    silences: tuple[SilentFeed, ...] = ()
    ended: tuple[FailedFeed, ...] = ()
    languages: Mapping[str, int] = field(default_factory=dict)
    unasked: int = 0
    paused: int = 0


Outcome = Literal["unknown", "sent", "failed"]
"""Of a delivery: `unknown` until the mail server's answer to the whole message is stored."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An attempt, begun `at`, to send a digest to one address.

    It tells of [since, until) and counts for `day`. `lasting`: the server will say the same again.
    """

    address: str
    preset: str
    day: str
    since: datetime | None
    until: datetime | None
    message_id: str
    at: datetime
    outcome: Outcome = "unknown"
    reason: str = ""
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that tell the same story, most certain first; `id` is that of the first seen.

    Of a story that is kept, `since` is when its first article was seen, and `total` how many
    articles it has in all: here may be those of one day only.
    """

    id: str
    articles: tuple[AssessedArticle, ...]
    since: datetime | None = None
    total: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """One day of the desk. `day` is an ISO date or `all`.

    `possible` are articles that a model not measured in their language would show, or that have
    trafficking terms in such a language; `unjudged` are articles not judged for their language
    that have trafficking terms. `unmeasured` are the countries it is about of which it is not known
    how well their articles are found (`MEASURED_FROM`), `None` if the model has no figures by
    country. `gaps` is what may be missed, `None` where that was not asked. `undelivered` are
    digests that may not have reached somebody. `context` is policy news that is not about
    trafficking, for the policy brief.
    """

    day: str
    timezone: str
    relevant: tuple[Story, ...]
    borderline: tuple[Story, ...]
    ledger: Ledger
    stamps: tuple[str, ...]
    unjudged: tuple[AssessedArticle, ...] = ()
    possible: tuple[AssessedArticle, ...] = ()
    unmeasured: tuple[str, ...] | None = ()
    gaps: Gaps | None = None
    undelivered: tuple[Delivery, ...] = ()
    context: tuple[Story, ...] = ()
