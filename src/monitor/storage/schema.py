"""The tables, as queries see them; `migrations` make them, and a test compares the two.

No row is deleted: a feed is marked removed, a changed text is a further row of `versions`, expired
texts (`retention`) lose their words. Keys have the C collation, so that both databases sort alike.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    FromClause,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class CleanText(TypeDecorator[str]):
    """Text without NUL and lone surrogates, which databases refuse.

    Each becomes U+FFFD, one for one, so that offsets into the text stay true.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Replace what cannot be stored."""
        return None if value is None else _storable(value)


class JsonText(TypeDecorator[Any]):
    """JSON kept as text: the same bytes on both databases.

    Only what a review's tags give is asked for in it (`decisions.decided`).
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Encode; what cannot be stored becomes U+FFFD before the encoder escapes it."""
        if value is None:
            return None
        return json.dumps(_cleaned(value), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Decode."""
        return None if value is None else json.loads(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; SQLite keeps text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn any aware time to UTC; a naive one is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give SQLite's times their zone back, PostgreSQL's the zone they were stored in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _storable(text: str) -> str:
    """Return `text` without what cannot be stored; plain text is not looked through."""
    return text if text.isascii() and "\0" not in text else _UNSTORABLE.sub("\ufffd", text)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(item) for item in value]
    return value


KEY = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def required(**kinds: Any) -> list[Column[Any]]:
    """Return columns that are never NULL."""
    return [Column(name, kind, nullable=False) for name, kind in kinds.items()]


def optional(**kinds: Any) -> list[Column[Any]]:
    """Return columns that may be NULL."""
    return [Column(name, kind) for name, kind in kinds.items()]


def primary(**kinds: Any) -> list[Column[Any]]:
    """Return columns of the primary key."""
    return [Column(name, kind, primary_key=True) for name, kind in kinds.items()]


def _table(name: str, *parts: SchemaItem, **options: Any) -> Table:
    return Table(name, metadata, *parts, **options)


def _only(where: str) -> dict[str, Any]:
    """Return the options of an index of some rows."""
    return {"sqlite_where": text(where), "postgresql_where": text(where)}


def version_key() -> ForeignKeyConstraint:
    """Return that the rows of a table are of versions that there are."""
    named = ("article_id", "sha256")
    return ForeignKeyConstraint(named, [f"versions.{name}" for name in named])


feeds = _table(
    "feeds",
    *primary(id=KEY),
    Column("url", CleanText, nullable=False, unique=True),
    *required(title=CleanText, outlet=CleanText, site=CleanText, added_at=UtcTime),
    *optional(removed_at=UtcTime),
    Column("description", CleanText, nullable=False, server_default=text("''")),
    *optional(updated=UtcTime),
    Column("kind", Text, nullable=False, server_default=text("'feed'")),
    *optional(paused_at=UtcTime),
)

feed_states = _table(
    "feed_states",
    *primary(feed_id=ForeignKey("feeds.id")),
    *optional(moved_to=CleanText, etag=CleanText, modified=CleanText, last_poll=UtcTime),
    *optional(last_success=UtcTime, next_poll=UtcTime),
    *required(failures=Integer),
    *optional(error=CleanText),
    *required(recent=JsonText, silent=Boolean),
    *optional(not_before=UtcTime, move_to=CleanText, move_times=Integer, move_since=UtcTime),
    *optional(gone=UtcTime),
)

polls = _table(
    "polls",
    *primary(id=Integer),
    *required(feed_id=ForeignKey("feeds.id")),
    Column("at", UtcTime, nullable=False, index=True),
    *required(fetched=Integer, stored=Integer, dropped=JsonText, dropped_total=Integer),
    *optional(error=CleanText),
    *required(warnings=JsonText, not_modified=Boolean, silent=Boolean),
    Column("page_failures", JsonText, nullable=False, server_default=text("'{}'")),
    *optional(silent_since=UtcTime, usual_gap_s=Integer),
    CheckConstraint("stored >= 0 AND dropped_total >= 0", name="counts"),
    CheckConstraint("fetched = stored + dropped_total", name="accounted"),
    Index(None, "feed_id", "id"),
)
"""The ledger: one row for each poll of a feed, the coverage law a constraint."""

articles = _table(
    "articles",
    *primary(id=KEY),
    *required(url=CleanText, outlet=CleanText, feed_id=ForeignKey("feeds.id"), first_seen=UtcTime),
    *required(current=KEY),
    Column("page_tries", Integer, nullable=False, server_default=text("0")),
    *optional(expired_at=UtcTime),
    ForeignKeyConstraint(
        ["id", "current"],
        ["versions.article_id", "versions.sha256"],
        use_alter=True,
        deferrable=True,
        initially="DEFERRED",
    ),
    Index(None, "first_seen", "id"),
    Index(None, "expired_at", "first_seen"),
)
"""`feed_id` is the feed it was first seen through, `current` the version in force; since
`expired_at` its versions have no words."""

versions = _table(
    "versions",
    *primary(article_id=ForeignKey("articles.id"), sha256=KEY),
    *required(feed_id=ForeignKey("feeds.id"), title=CleanText, text=CleanText, summary=CleanText),
    *optional(language=CleanText, published=UtcTime),
    *required(origin=Text, fetched_at=UtcTime),
    Column("authors", JsonText, nullable=False, server_default=text("'[]'")),
    Column("categories", JsonText, nullable=False, server_default=text("'[]'")),
    Column("enclosures", JsonText, nullable=False, server_default=text("'[]'")),
    *optional(mining=Text),
    Column("mining_policy", CleanText, nullable=False, server_default=text("''")),
    Column("published_in", KEY, nullable=False, server_default=text("''")),
    CheckConstraint("origin IN ('feed', 'page', 'summary')", name="origin"),
    Index(None, "fetched_at"),
)
"""Every text an article has had; rows are never changed but to lose their words for good."""

sightings = _table(
    "sightings",
    *primary(article_id=ForeignKey("articles.id"), feed_id=ForeignKey("feeds.id")),
    *required(first_seen=UtcTime, feed_sha256=KEY),
)
"""Which feeds carried an article, and the hash of what each last said of it."""

assessments = _table(
    "assessments",
    *primary(id=Integer),
    *required(article_id=KEY, sha256=KEY, stamp=KEY, assessor=KEY),
    *optional(relevance=Float, relevant=Boolean, borderline=Boolean, not_judged=CleanText),
    *optional(error=CleanText),
    *required(payload=JsonText, at=UtcTime),
    version_key(),
    UniqueConstraint("article_id", "sha256", "stamp"),
    CheckConstraint("relevance >= 0 AND relevance <= 1", name="relevance"),
    # The few that are told of. SQLite uses it only where a query asks in the very same words.
    Index(
        "ix_assessments_shown",
        "stamp",
        "article_id",
        sqlite_where=text("relevant = 1 OR borderline = 1"),
        postgresql_where=text("relevant OR borderline"),
    ),
)
"""What the assessor of a stamp said of one version; `payload` has tags, findings, scorecard."""

tags = _table(
    "tags",
    *primary(assessment_id=ForeignKey("assessments.id"), position=Integer),
    *required(scheme=KEY, label=KEY),
    *optional(role=KEY),
    *required(score=Float),
)
"""The payload's tags once more, for filters to find."""

reviews = _table(
    "reviews",
    *primary(id=Integer),
    *required(article_id=KEY, sha256=KEY, reviewer=KEY, verdict=Text, tags=JsonText, at=UtcTime),
    Column("decision_id", Integer, ForeignKey("decisions.id"), index=True),
    version_key(),
    CheckConstraint("verdict IN ('relevant', 'borderline', 'not_relevant')", name="verdict"),
    Index(None, "article_id", "sha256", "id"),
)
"""What people said of a version; rows are never changed. Whether one holds its decision tells."""

hosts = _table(
    "hosts", *primary(host=KEY), *optional(visited=UtcTime), *required(crawl_delay_s=Float)
)
"""When each host was asked last and how long it wants to be left alone between two requests."""

leases = _table("leases", *primary(name=KEY), *required(holder=CleanText, token=KEY, until=UtcTime))
"""Which process has a job that only one may do at a time."""

samples = _table("samples", *primary(day=KEY), *required(stamp=KEY, strata=JsonText, at=UtcTime))
"""What was drawn for review of a day of the desk; `strata` are low, high, population, drawn."""

sample_items = _table(
    "sample_items",
    *primary(day=ForeignKey("samples.day"), article_id=ForeignKey("articles.id")),
    *required(place=Integer, stratum=Integer, probability=Float),
    CheckConstraint("probability > 0 AND probability <= 1", name="probability"),
)
"""Which articles, with the probability of each; stratum -1 is what the digest showed."""

told = _table(
    "told",
    *primary(id=Integer),
    *required(url=CleanText),
    Column("article_id", KEY, nullable=False, unique=True),
    *required(note=CleanText),
    *optional(same_as=ForeignKey("articles.id")),
    *required(at=UtcTime),
)
"""Cases learned of elsewhere; `article_id` is that of the canonical URL, there or not."""

flag_verdicts = _table(
    "flag_verdicts",
    *primary(id=Integer),
    *required(article_id=KEY, sha256=KEY, rule=KEY, field=Text, start=Integer, end=Integer),
    *required(right=Boolean, reviewer=KEY, at=UtcTime),
    Column("decision_id", Integer, ForeignKey("decisions.id"), index=True),
    version_key(),
    CheckConstraint("field IN ('title', 'text')", name="field"),
    Index(None, "article_id", "sha256"),
)
"""What people said of a flag; rows are never changed, the latest of each reviewer holds of those
whose decision does."""

feed_changes = _table(
    "feed_changes",
    *primary(id=Integer),
    *required(feed_id=ForeignKey("feeds.id"), at=UtcTime, followed=Boolean),
    Index(None, "at"),
)
"""When feeds were added and removed: where curves break."""

sends = _table(
    "sends",
    *primary(id=Integer),
    *required(address=KEY, preset=KEY, day=KEY),
    *optional(since=UtcTime, until=UtcTime),
    *required(message_id=CleanText, at=UtcTime, outcome=Text),
    *optional(told_at=UtcTime),
    *required(lasting=Boolean, reason=CleanText),
    CheckConstraint("outcome IN ('unknown', 'sent', 'failed')", name="outcome"),
    Index(None, "address", "preset", "day"),
)
"""Attempts to deliver a digest. Each is written before the server is called, its outcome unknown
until it is told: what a crash leaves unknown is never sent again by itself."""

sent_articles = _table(
    "sent_articles",
    *primary(send_id=ForeignKey("sends.id")),
    Column("article_id", KEY, ForeignKey("articles.id"), primary_key=True, index=True),
)
"""Which articles the digest of an attempt holds that did not fail: what a recipient has had is
told by these rows, not by days, so that nothing is left out and nothing is sent twice."""

unsubscribed = _table("unsubscribed", *primary(address=KEY), *required(at=UtcTime))
"""Addresses, in small letters, that asked for no more mail."""

keys = _table("keys", *primary(name=KEY), *required(value=Text))
"""Secrets made by this desk, such as that which signs the links to unsubscribe."""

story_members = _table(
    "story_members",
    *primary(stamp=KEY, article_id=ForeignKey("articles.id")),
    *required(sha256=KEY, story_id=ForeignKey("articles.id"), position=Integer, print=CleanText),
    Column("at", UtcTime, nullable=False, index=True),
    UniqueConstraint("stamp", "story_id", "position"),
    Index(None, "article_id"),
)
"""Which story the rule of a stamp put an article into, by which version of it and after how many.

A story's id is that of its first article. `print` is what later articles are compared with, empty
where nothing may be kept of it.
"""

story_keys = _table(
    "story_keys",
    *primary(stamp=KEY),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    *primary(at=UtcTime, article_id=ForeignKey("articles.id")),
    Index(None, "article_id", "stamp"),
)
"""By what a folded article is found; `at` is when it was published, else first seen."""

version_checks = _table(
    "version_checks",
    *primary(article_id=KEY, sha256=KEY, against=KEY),
    *required(why=CleanText, at=UtcTime),
    *optional(erased_at=UtcTime),
    version_key(),
)
"""Whether an older version says what that in force does not, and is withdrawn: `why`, else ""."""

decisions = _table(
    "decisions",
    *primary(id=Integer),
    *required(act=Text),
    Column("about", Integer, ForeignKey("decisions.id"), index=True),
    *required(reviewer=KEY, provisional=Boolean, article_id=KEY, sha256=KEY, at=UtcTime),
    version_key(),
    CheckConstraint("act IN ('review', 'confirm', 'overrule', 'undo')", name="act"),
    CheckConstraint("(act = 'review') = (about IS NULL)", name="about"),
    CheckConstraint("act = 'review' OR NOT provisional", name="provisional"),
    Index(None, "reviewer", "id"),
    Index("uq_decisions_undone", "about", unique=True, **_only("act = 'undo'")),  # never twice
)
"""What reviewers did, in its order; rows are never changed, and an undo is one more.

A review has its verdicts in `reviews` and `flag_verdicts`. It holds unless it was undone; one that
is provisional holds once it was confirmed.
"""

claims = _table(
    "claims", *primary(article_id=ForeignKey("articles.id")), *required(reviewer=KEY, until=UtcTime)
)
"""Who is looking at an article now, so that two are not given the same; for some minutes."""

practice = _table(
    "practice",
    *primary(id=Integer),
    *required(reviewer=KEY, article_id=KEY, sha256=KEY, verdict=Text, desk=Text, at=UtcTime),
    version_key(),
    CheckConstraint("verdict IN ('relevant', 'borderline', 'not_relevant')", name="verdict"),
    CheckConstraint("desk IN ('relevant', 'borderline', 'not_relevant')", name="desk"),
    UniqueConstraint("reviewer", "article_id", "sha256"),
)
"""Answers given in practice, and what the desk had decided then; they count for nothing else."""

masks = _table(
    "masks",
    *primary(article_id=KEY, sha256=KEY),
    *required(stamp=KEY, spans=JsonText, link_tells=Boolean, untold=Text),
    Column("at", UtcTime, nullable=False, index=True),
    Column("byline_tells", Boolean, nullable=False, server_default=false()),
    *optional(own=JsonText),
    Column("kept", JsonText, nullable=False, server_default=text("'[]'")),
    Column("token", BigInteger, nullable=False, server_default=text("0")),
    Column("basis", BigInteger, nullable=False, server_default=text("0")),
    version_key(),
)
"""Where a version has names that are hidden: field, start and end, no word. A newer stamp's word
takes the place of an older one's; a version that lost its words has no stamp and no place.

`spans` and what tells are of all names that the article's versions and its story's other articles
hide, `own` is what was found in the version itself. `kept` are hashes of names whose words are gone
from the article, or from others of its story. `token` stands for `own` and `kept` (0: no name);
`basis` is the sum of the tokens by which `spans` were made: where it is another now, that is due.
"""

lifted = _table(
    "lifted",
    *primary(id=Integer),
    *required(article_id=ForeignKey("articles.id"), hash=KEY, who=KEY, at=UtcTime),
    Index(None, "article_id"),
)
"""Names of which somebody said that they are not to be hidden in an article, as hashes."""

askings = _table(
    "askings",
    *primary(id=Integer),
    *required(article_id=KEY, sha256=KEY, who=KEY, at=UtcTime, until=UtcTime),
    version_key(),
    Index(None, "at"),
    Index(None, "who", "until"),
)
"""Who asked for the hidden names of a version, and until when they are shown to that visitor."""

tokens = _table(
    "tokens",
    *primary(id=Integer),
    *required(name=CleanText),
    Column("hash", KEY, nullable=False, unique=True),
    *required(scopes=Text, provisional=Boolean, made_at=UtcTime),
    *optional(expires_at=UtcTime, revoked_at=UtcTime),
)
"""Who may sign in, by the SHA-256 of a secret that is kept nowhere; revoked ones stay."""

sessions = _table(
    "sessions",
    *primary(hash=KEY),
    *required(token_id=ForeignKey("tokens.id"), made_at=UtcTime, seen_at=UtcTime),
    Index(None, "token_id"),
)
"""Browsers that are signed in, by the SHA-256 of what their cookie holds. Rows of those that are
not any more are deleted: nobody need know when who was here."""

search_docs = _table(
    "search_docs",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("article_id", KEY, ForeignKey("articles.id"), nullable=False, unique=True),
    *required(first_seen=UtcTime),
    *optional(sha256=KEY),
    Index(None, "first_seen", "id"),
    Index("ix_search_docs_due", "id", **_only("sha256 IS NULL")),
)
"""Articles as the search knows them, numbered as they came in. `sha256` is the version whose words
and marks are in the index; without one they have still to be taken in."""

search_terms = _table(
    "search_terms",
    Column("id", Integer, primary_key=True, autoincrement=False),
    *required(stamp=KEY, mark=KEY),
    UniqueConstraint("stamp", "mark"),
)
"""What articles can be filtered by: `scheme:label`, `rule:id` and so on, as a stamp says it; as an
assessor (a name without version) says it of what expired; as the article itself does ("")."""

search_marks = _table(
    "search_marks",
    Column("term", Integer, ForeignKey("search_terms.id"), primary_key=True, autoincrement=False),
    Column("doc", Integer, ForeignKey("search_docs.id"), primary_key=True, autoincrement=False),
    Index(None, "doc", "term"),
    sqlite_with_rowid=False,
)
"""Which terms hold of which articles, in their current version."""

search_gone = _table("search_gone", *primary(id=Integer), *required(doc=Integer))
"""Whose words were taken out of SQLite's index but may be in its pages still. The index itself is
the table `search_words`, an FTS5 table or one with a `tsvector`, which SQLAlchemy does not know."""

flag_feedback = _table(
    "flag_feedback",
    *primary(stamp=KEY, rule=KEY, day=Date, client=KEY, severity=KEY),
    *required(right=Integer, wrong=Integer),
)
"""How often flags of drafts were said to be right and wrong, on a day: numbers, and nothing of a
draft or of who said it. What is said of flags of articles is in `flag_verdicts`."""

tombstones = _table(
    "tombstones", *primary(article_id=KEY), *required(at=UtcTime, reason=KEY, stored=Boolean)
)
"""What was forgotten: by its id, which is a hash of the address and tells it to nobody, so that it
is known when it comes again; the reason is a word of a list, and no text. What was `stored` keeps
its row in `articles`, without an address, and one version without words or hash."""

returns = _table(
    "returns", *primary(article_id=ForeignKey("articles.id"), at=UtcTime), *required(sha256=KEY)
)
"""When a text that an article had before came back in force: with `versions.fetched_at`, which text
was in force at any moment."""

due_claims = _table(
    "due_claims",
    *primary(stamp=KEY, article_id=KEY),
    *required(token=KEY, holder=CleanText, until=UtcTime),
    Index(None, "token"),
)
"""Which process is judging which article for a stamp now: for a minute, unless it renews that. What
is due is a query all the same; a claim only keeps others from the same work meanwhile."""

earlier_stamps = _table("earlier_stamps", *primary(stamp=KEY), *optional(present=KEY, at=UtcTime))
"""What judged before a stamp counted behaviour numbers in place of files of code; once it is known
by which stamp that is called now, and since when its records are."""

imports = _table(
    "imports",
    *primary(id=ForeignKey("feeds.id")),
    *required(name=CleanText, sha256=KEY, format=KEY, at=UtcTime, by=CleanText),
)
"""Files that articles were imported from; each is a feed that nobody polls."""

imported = _table(
    "imported",
    *primary(article_id=KEY, sha256=KEY, import_id=ForeignKey("imports.id")),
    *required(place=BigInteger, name=CleanText),
    *optional(captured=UtcTime),
    version_key(),
)
"""Where in its file each version stands that an import brought."""

CURRENT = (articles.c.id, articles.c.current)
"""The version of an article that is in force, as `of_version` takes it."""


def of_version(table: FromClause, article_id: Any, sha256: Any) -> ColumnElement[bool]:
    """Return the condition that a row of `table` is about a version of an article."""
    return and_(table.c.article_id == article_id, table.c.sha256 == sha256)


def in_period(
    moment: ColumnElement[datetime], since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    """Return the conditions that a moment lies in [since, until); `None` is no bound."""
    bounds = [] if since is None else [moment >= since]
    return bounds if until is None else [*bounds, moment < until]


def same_story(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Return the condition that two rows of `story_members` are of one story."""
    return and_(other.c.stamp == one.c.stamp, other.c.story_id == one.c.story_id)
