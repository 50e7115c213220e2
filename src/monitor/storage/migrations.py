"""The migrations: each makes of a database's tables those of one version later.

Written out, not taken from the tables in `schema`: a migration says what was true when it was made.
Names of constraints and indexes come from the convention there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from monitor.storage.schema import KEY, UtcTime, optional, primary, required, version_key

if TYPE_CHECKING:
    from alembic.operations import Operations


def first_tables(op: Operations) -> None:
    """Make the first tables: feeds and their polls, articles and their versions, assessments."""
    op.create_table(
        "feeds",
        *primary(id=KEY),
        *required(url=sa.Text, title=sa.Text, outlet=sa.Text, site=sa.Text, added_at=UtcTime),
        *optional(removed_at=UtcTime),
        sa.UniqueConstraint("url"),
    )
    op.create_table(
        "feed_states",
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), primary_key=True),
        *optional(moved_to=sa.Text, etag=sa.Text, modified=sa.Text, last_poll=UtcTime),
        *optional(last_success=UtcTime, next_poll=UtcTime),
        *required(failures=sa.Integer),
        *optional(error=sa.Text),
        *required(recent=sa.Text, silent=sa.Boolean),
    )
    op.create_table(
        "polls",
        *primary(id=sa.Integer),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        sa.Column("at", UtcTime, nullable=False, index=True),
        *required(fetched=sa.Integer, stored=sa.Integer, dropped=sa.Text, dropped_total=sa.Integer),
        *optional(error=sa.Text),
        *required(warnings=sa.Text, not_modified=sa.Boolean, silent=sa.Boolean),
        sa.CheckConstraint("stored >= 0 AND dropped_total >= 0", name="counts"),
        sa.CheckConstraint("fetched = stored + dropped_total", name="accounted"),
        sa.Index(None, "feed_id", "id"),
    )
    # PostgreSQL gets the key to versions below, once they are there; SQLite here
    current = "fk_articles_id_current_versions"
    deferred: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}
    version = ["versions.article_id", "versions.sha256"]
    op.create_table(
        "articles",
        *primary(id=KEY),
        *required(url=sa.Text, outlet=sa.Text),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        *required(first_seen=UtcTime, current=KEY),
        sa.Column("page_tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(
            ["id", "current"], version, name=current, use_alter=True, **deferred
        ),
        sa.Index(None, "first_seen", "id"),
    )
    op.create_table(
        "versions",
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        *primary(sha256=KEY),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        *required(title=sa.Text, text=sa.Text, summary=sa.Text),
        *optional(language=sa.Text, published=UtcTime),
        *required(origin=sa.Text, fetched_at=UtcTime),
        sa.CheckConstraint("origin IN ('feed', 'page', 'summary')", name="origin"),
    )
    if op.get_bind().dialect.name != "sqlite":
        here, there = ["id", "current"], ["article_id", "sha256"]
        op.create_foreign_key(current, "articles", "versions", here, there, **deferred)
    op.create_table(
        "sightings",
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), primary_key=True),
        *required(first_seen=UtcTime, feed_sha256=KEY),
    )
    op.create_table(
        "assessments",
        *primary(id=sa.Integer),
        *required(article_id=KEY, sha256=KEY, stamp=KEY, assessor=KEY),
        *optional(relevance=sa.Float, relevant=sa.Boolean, borderline=sa.Boolean),
        *optional(not_judged=sa.Text, error=sa.Text),
        *required(payload=sa.Text, at=UtcTime),
        sa.ForeignKeyConstraint(["article_id", "sha256"], version),
        sa.UniqueConstraint("article_id", "sha256", "stamp"),
        sa.CheckConstraint("relevance >= 0 AND relevance <= 1", name="relevance"),
    )
    op.create_table(
        "tags",
        sa.Column("assessment_id", sa.Integer, sa.ForeignKey("assessments.id"), primary_key=True),
        *primary(position=sa.Integer),
        *required(scheme=KEY, label=KEY),
        *optional(role=KEY),
        *required(score=sa.Float),
    )


def reviews(op: Operations) -> None:
    """Add reviews: what people said of articles."""
    op.create_table(
        "reviews",
        *primary(id=sa.Integer),
        *required(article_id=KEY, sha256=KEY, reviewer=KEY, verdict=sa.Text, tags=sa.Text),
        *required(at=UtcTime),
        version_key(),
        sa.CheckConstraint("verdict IN ('relevant', 'borderline', 'not_relevant')", name="verdict"),
        sa.Index(None, "article_id", "sha256", "id"),
    )


def bylines_and_descriptions(op: Operations) -> None:
    """Add what feeds say besides text, which is not known of earlier rows, and of themselves."""
    none = sa.text("'[]'")
    for name in ("authors", "categories", "enclosures"):
        op.add_column("versions", sa.Column(name, sa.Text, nullable=False, server_default=none))
    nothing = sa.text("''")
    op.add_column(
        "feeds", sa.Column("description", sa.Text, nullable=False, server_default=nothing)
    )
    op.add_column("feeds", sa.Column("updated", UtcTime))


def poll_troubles(op: Operations) -> None:
    """Add page failures by cause, the measure of a silent feed, how long a server asks to wait."""
    none = sa.text("'{}'")
    op.add_column("polls", sa.Column("page_failures", sa.Text, nullable=False, server_default=none))
    op.add_column("polls", sa.Column("silent_since", UtcTime))
    op.add_column("polls", sa.Column("usual_gap_s", sa.Integer))
    op.add_column("feed_states", sa.Column("not_before", UtcTime))


def stories(op: Operations) -> None:
    """Add stories that are kept, versions that are withdrawn, and indices of what is told of."""
    op.create_index(None, "versions", ["fetched_at"])
    op.create_index(
        "ix_assessments_shown",
        "assessments",
        ["stamp", "article_id"],
        sqlite_where=sa.text("relevant = 1 OR borderline = 1"),
        postgresql_where=sa.text("relevant OR borderline"),
    )
    op.create_table(
        "story_members",
        *primary(stamp=KEY),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        *required(sha256=KEY),
        sa.Column("story_id", KEY, sa.ForeignKey("articles.id"), nullable=False),
        *required(position=sa.Integer, print=sa.Text, at=UtcTime),
        sa.UniqueConstraint("stamp", "story_id", "position"),
    )
    op.create_table(
        "story_keys",
        *primary(stamp=KEY),
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
        *primary(at=UtcTime),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Index(None, "article_id", "stamp"),
    )
    op.create_table(
        "version_checks",
        *primary(article_id=KEY, sha256=KEY, against=KEY),
        *required(why=sa.Text, at=UtcTime),
        *optional(erased_at=UtcTime),
        version_key(),
    )


def sends(op: Operations) -> None:
    """Add what was handed to the mail server, who wants no more, the key that signs links."""
    op.create_table(
        "sends",
        *primary(id=sa.Integer),
        *required(address=KEY, preset=KEY, day=KEY),
        *optional(since=UtcTime, until=UtcTime),
        *required(message_id=sa.Text, at=UtcTime, outcome=sa.Text),
        *optional(told_at=UtcTime),
        *required(lasting=sa.Boolean, reason=sa.Text),
        sa.CheckConstraint("outcome IN ('unknown', 'sent', 'failed')", name="outcome"),
        sa.Index(None, "address", "preset", "day"),
    )
    op.create_table("unsubscribed", *primary(address=KEY), *required(at=UtcTime))
    op.create_table("keys", *primary(name=KEY), *required(value=sa.Text))


def schedule(op: Operations) -> None:
    """Add what the schedule keeps, and is said of mining; a feed gone is asked once more."""
    op.add_column("feed_states", sa.Column("move_to", sa.Text))
    op.add_column("feed_states", sa.Column("move_times", sa.Integer))
    op.add_column("feed_states", sa.Column("move_since", UtcTime))
    op.add_column("feed_states", sa.Column("gone", UtcTime))
    op.add_column("versions", sa.Column("mining", sa.Text))
    nothing = sa.text("''")
    op.add_column(
        "versions", sa.Column("mining_policy", sa.Text, nullable=False, server_default=nothing)
    )
    op.create_table(
        "hosts", *primary(host=KEY), *optional(visited=UtcTime), *required(crawl_delay_s=sa.Float)
    )
    op.create_table(
        "leases", *primary(name=KEY), *required(holder=sa.Text, token=KEY, until=UtcTime)
    )


def expired_texts(op: Operations) -> None:
    """Add when an article's words expired, with an index, and what kind of source a feed is."""
    feed = sa.text("'feed'")
    op.add_column("feeds", sa.Column("kind", sa.Text, nullable=False, server_default=feed))
    op.add_column("articles", sa.Column("expired_at", UtcTime))
    op.create_index(None, "articles", ["expired_at", "first_seen"])


def coverage(op: Operations) -> None:
    """Add samples, cases learned of elsewhere, verdicts on flags, changes of feeds so far."""
    op.create_table("samples", *primary(day=KEY), *required(stamp=KEY, strata=sa.Text, at=UtcTime))
    op.create_table(
        "sample_items",
        sa.Column("day", KEY, sa.ForeignKey("samples.day"), primary_key=True),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        *required(place=sa.Integer, stratum=sa.Integer, probability=sa.Float),
        sa.CheckConstraint("probability > 0 AND probability <= 1", name="probability"),
    )
    op.create_table(
        "told",
        *primary(id=sa.Integer),
        *required(url=sa.Text, article_id=KEY, note=sa.Text),
        sa.Column("same_as", KEY, sa.ForeignKey("articles.id")),
        *required(at=UtcTime),
        sa.UniqueConstraint("article_id"),
    )
    op.create_table(
        "flag_verdicts",
        *primary(id=sa.Integer),
        *required(article_id=KEY, sha256=KEY, rule=KEY, field=sa.Text, start=sa.Integer),
        *required(end=sa.Integer, right=sa.Boolean, reviewer=KEY, at=UtcTime),
        version_key(),
        sa.CheckConstraint("field IN ('title', 'text')", name="field"),
        sa.Index(None, "article_id", "sha256"),
    )
    op.create_table(
        "feed_changes",
        *primary(id=sa.Integer),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        sa.Column("at", UtcTime, nullable=False, index=True),
        *required(followed=sa.Boolean),
    )
    op.execute(
        "INSERT INTO feed_changes (feed_id, at, followed) SELECT id, added_at, true FROM feeds"
        " ORDER BY added_at, id"
    )
    op.execute(
        "INSERT INTO feed_changes (feed_id, at, followed) SELECT id, removed_at, false FROM feeds"
        " WHERE removed_at IS NOT NULL ORDER BY removed_at, id"
    )


def masks(op: Operations) -> None:
    """Add where versions have names that are hidden, and who asked for them; every one is due."""
    op.create_table(
        "masks",
        *primary(article_id=KEY, sha256=KEY),
        *required(stamp=KEY, spans=sa.Text, link_tells=sa.Boolean, untold=sa.Text, at=UtcTime),
        version_key(),
    )
    op.create_table(
        "askings",
        *primary(id=sa.Integer),
        *required(article_id=KEY, sha256=KEY, who=KEY),
        sa.Column("at", UtcTime, nullable=False, index=True),
        *required(until=UtcTime),
        version_key(),
        sa.Index(None, "who", "until"),
    )


def tokens(op: Operations) -> None:
    """Add who may sign in, and who is signed in."""
    op.create_table(
        "tokens",
        *primary(id=sa.Integer),
        *required(name=sa.Text, hash=KEY, scopes=sa.Text, provisional=sa.Boolean, made_at=UtcTime),
        *optional(expires_at=UtcTime, revoked_at=UtcTime),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "sessions",
        *primary(hash=KEY),
        sa.Column("token_id", sa.Integer, sa.ForeignKey("tokens.id"), nullable=False, index=True),
        *required(made_at=UtcTime, seen_at=UtcTime),
    )


def search(op: Operations) -> None:
    """Add an index of words, which holds no text, and marks to filter by; number the articles."""
    op.create_table(
        "search_docs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), nullable=False),
        *required(first_seen=UtcTime),
        *optional(sha256=KEY),
        sa.UniqueConstraint("article_id"),
    )
    op.create_table(
        "search_terms",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        *required(stamp=KEY, mark=KEY),
        sa.UniqueConstraint("stamp", "mark"),
    )
    number: dict[str, Any] = {"primary_key": True, "autoincrement": False}
    op.create_table(
        "search_marks",
        sa.Column("term", sa.Integer, sa.ForeignKey("search_terms.id"), **number),
        sa.Column("doc", sa.Integer, sa.ForeignKey("search_docs.id"), **number),
        sqlite_with_rowid=False,
    )
    op.create_table("search_gone", *primary(id=sa.Integer), *required(doc=sa.Integer))
    op.execute(
        "INSERT INTO search_docs (id, article_id, first_seen)"
        " SELECT row_number() OVER (ORDER BY first_seen, id), id, first_seen FROM articles"
    )
    op.create_index(None, "search_docs", ["first_seen", "id"])
    due = sa.text("sha256 IS NULL")
    op.create_index(
        "ix_search_docs_due", "search_docs", ["id"], sqlite_where=due, postgresql_where=due
    )
    op.create_index(None, "search_marks", ["doc", "term"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING"
            " fts5(title, text, content='', columnsize=0, tokenize='ascii')"
        )
        return
    op.execute(
        "CREATE TABLE search_words (doc integer CONSTRAINT pk_search_words PRIMARY KEY"
        " CONSTRAINT fk_search_words_doc_search_docs REFERENCES search_docs (id),"
        " words tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words)")


def decisions(op: Operations) -> None:
    """Add decisions of reviewers, who looks at what, and practice; what was said before holds."""
    op.create_table(
        "decisions",
        *primary(id=sa.Integer),
        *required(act=sa.Text),
        sa.Column("about", sa.Integer, sa.ForeignKey("decisions.id"), index=True),
        *required(reviewer=KEY, provisional=sa.Boolean, article_id=KEY, sha256=KEY, at=UtcTime),
        version_key(),
        sa.CheckConstraint("act IN ('review', 'confirm', 'overrule', 'undo')", name="act"),
        sa.CheckConstraint("(act = 'review') = (about IS NULL)", name="about"),
        sa.CheckConstraint("act = 'review' OR NOT provisional", name="provisional"),
        sa.Index(None, "reviewer", "id"),
    )
    undo = sa.text("act = 'undo'")
    where: dict[str, Any] = {"sqlite_where": undo, "postgresql_where": undo}
    op.create_index("uq_decisions_undone", "decisions", ["about"], unique=True, **where)
    for table in ("reviews", "flag_verdicts"):
        # In words of both databases: Alembic would have SQLite rebuild the table for the key.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN decision_id INTEGER"
            f" CONSTRAINT fk_{table}_decision_id_decisions REFERENCES decisions (id)"
        )
        op.create_index(None, table, ["decision_id"])
    op.create_table(
        "claims",
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        *required(reviewer=KEY, until=UtcTime),
    )
    op.create_table(
        "practice",
        *primary(id=sa.Integer),
        *required(reviewer=KEY, article_id=KEY, sha256=KEY, verdict=sa.Text, desk=sa.Text),
        *required(at=UtcTime),
        version_key(),
        sa.CheckConstraint("verdict IN ('relevant', 'borderline', 'not_relevant')", name="verdict"),
        sa.CheckConstraint("desk IN ('relevant', 'borderline', 'not_relevant')", name="desk"),
        sa.UniqueConstraint("reviewer", "article_id", "sha256"),
    )


def paused_feeds(op: Operations) -> None:
    """Add when a desk paused a feed."""
    op.add_column("feeds", sa.Column("paused_at", sa.DateTime(timezone=True)))


def flag_feedback(op: Operations) -> None:
    """Add how often flags of drafts were said to be right."""
    op.create_table(
        "flag_feedback",
        *primary(stamp=KEY, rule=KEY, day=sa.Date, client=KEY, severity=KEY),
        *required(right=sa.Integer, wrong=sa.Integer),
    )


_NEWEST_TEXT = "SELECT max(n.fetched_at) FROM versions n WHERE n.article_id = a.id"
RETURNED = (
    "INSERT INTO returns (article_id, at, sha256)"  # noqa: S608 - our own names
    f" SELECT a.id, ({_NEWEST_TEXT}), a.current FROM articles a JOIN versions v"
    " ON v.article_id = a.id AND v.sha256 = a.current"
    f" WHERE v.fetched_at < ({_NEWEST_TEXT})"
)
"""When the text that it took the place of came in is the earliest that one can have come back."""


def forgotten(op: Operations) -> None:
    """Add what was forgotten, and when an earlier text came back."""
    op.create_table(
        "tombstones", *primary(article_id=KEY), *required(at=UtcTime, reason=KEY, stored=sa.Boolean)
    )
    op.create_table(
        "returns",
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        *primary(at=UtcTime),
        *required(sha256=KEY),
    )
    op.execute(RETURNED)


def due_claims(op: Operations) -> None:
    """Add which process is judging which article now, so that several share what is due."""
    op.create_table(
        "due_claims",
        *primary(stamp=KEY, article_id=KEY),
        sa.Column("token", KEY, nullable=False, index=True),
        *required(holder=sa.Text, until=UtcTime),
    )


def imports(op: Operations) -> None:
    """Add files that articles were imported from, and where in them."""
    op.create_table(
        "imports",
        sa.Column("id", KEY, sa.ForeignKey("feeds.id"), primary_key=True),
        *required(name=sa.Text, sha256=KEY, format=KEY, at=UtcTime, by=sa.Text),
    )
    op.create_table(
        "imported",
        *primary(article_id=KEY, sha256=KEY),
        sa.Column("import_id", KEY, sa.ForeignKey("imports.id"), primary_key=True),
        *required(place=sa.BigInteger, name=sa.Text),
        *optional(captured=UtcTime),
        version_key(),
    )


def spread_masks(op: Operations) -> None:
    """Add what masks rest on, with what was hidden so far as their own, and masks lifted."""
    for column in (
        sa.Column("byline_tells", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("own", sa.Text),
        sa.Column("kept", sa.Text, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("token", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("basis", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    ):
        op.add_column("masks", column)
    op.execute("UPDATE masks SET token = 1 WHERE spans != '[]'")
    op.create_index(None, "masks", ["at"])
    op.create_index(None, "story_members", ["at"])
    op.create_index(None, "story_members", ["article_id"])
    op.create_table(
        "lifted",
        *primary(id=sa.Integer),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), nullable=False, index=True),
        *required(hash=KEY, who=KEY, at=UtcTime),
    )
    # Reviewers and admins could ask for names, and still can; readers and volunteers no longer.
    for before in ("check read review", "check read review admin"):
        after = before.replace("read", "read names")
        op.execute(
            f"UPDATE tokens SET scopes = '{after}' WHERE scopes = '{before}' AND NOT provisional"  # noqa: S608 - our own words
        )


REACH = timedelta(days=60)
"""So long before the last digest there is nothing that could still be in one."""


def sent_articles(op: Operations) -> None:
    """Add which articles each digest holds; one sent before is taken to hold all of its time."""
    op.create_table(
        "sent_articles",
        sa.Column("send_id", sa.Integer, sa.ForeignKey("sends.id"), primary_key=True),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True, index=True),
    )
    sends = sa.table(
        "sends",
        *(sa.column("id"), sa.column("outcome")),
        *(sa.column("since", UtcTime), sa.column("until", UtcTime)),
    )
    articles = sa.table(
        "articles", sa.column("id"), sa.column("url"), sa.column("first_seen", UtcTime)
    )
    held = sa.table("sent_articles", sa.column("send_id"), sa.column("article_id"))
    within = (articles.c.first_seen >= sends.c.since) & (articles.c.first_seen < sends.c.until)
    last = op.get_bind().execute(sa.select(sa.func.max(sends.c.until))).scalar()
    if last is None:
        return
    query = (
        sa.select(sends.c.id, articles.c.id)
        .join_from(sends, articles, within)
        .where(sends.c.outcome != "failed", articles.c.url != "", sends.c.until > last - REACH)
    )
    op.execute(held.insert().from_select(["send_id", "article_id"], query))


def published_in(op: Operations) -> None:
    """Add the year or month that an article says where it says no day of its publication."""
    column = sa.Column("published_in", KEY, nullable=False, server_default=sa.text("''"))
    op.add_column("versions", column)


def earlier_stamps(op: Operations) -> None:
    """Add by which stamps was judged so far: what judges just so has other stamps from now on."""
    op.create_table("earlier_stamps", *primary(stamp=KEY), *optional(present=KEY, at=UtcTime))
    records = [
        sa.select(sa.table(name, sa.column("stamp")).c.stamp)
        for name in ("assessments", "masks", "story_members")
    ]
    every = sa.union(*records).subquery()
    found = sa.select(every.c.stamp).where(every.c.stamp != "")
    op.execute(
        sa.table("earlier_stamps", sa.column("stamp")).insert().from_select(["stamp"], found)
    )


MIGRATIONS: Mapping[str, Callable[[Operations], None]] = {
    "0001": first_tables,
    "0002": reviews,
    "0003": bylines_and_descriptions,
    "0004": poll_troubles,
    "0005": stories,
    "0006": sends,
    "0007": schedule,
    "0008": expired_texts,
    "0009": coverage,
    "0011": masks,
    "0012": tokens,
    "0013": search,
    "0014": decisions,
    "0015": paused_feeds,
    "0016": flag_feedback,
    "0017": forgotten,
    "0018": due_claims,
    "0020": imports,
    "0021": spread_masks,
    "0022": sent_articles,
    "0024": published_in,
    "0025": earlier_stamps,
}
"""In their order, by the version that they make."""
