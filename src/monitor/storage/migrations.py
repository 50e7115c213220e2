"""The migrations: each makes of a database's tables those of one version later.

A table or column that is still as it was made is `schema`'s. Who changes one there writes out here
how it was, in the migration that made it: else no new database can be made. Constraints and indexes
are named by the convention there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from monitor.storage import schema
from monitor.storage.schema import KEY, UtcTime, optional, primary, required, version_key

if TYPE_CHECKING:
    from alembic.operations import Operations


def _make(op: Operations, *tables: sa.Table) -> None:
    for table in tables:
        table.create(op.get_bind(), checkfirst=False)


def _add(op: Operations, *columns: sa.Column[Any]) -> None:
    for one in columns:
        default: Any = getattr(one.server_default, "arg", None)
        column = sa.Column(one.name, one.type, nullable=one.nullable, server_default=default)
        op.add_column(one.table.name, column)


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
    _make(op, schema.sightings)
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
    _make(op, schema.tags)


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
    versions, feeds = schema.versions.c, schema.feeds.c
    _add(op, versions.authors, versions.categories, versions.enclosures)
    _add(op, feeds.description, feeds.updated)


def poll_troubles(op: Operations) -> None:
    """Add page failures by cause, the measure of a silent feed, how long a server asks to wait."""
    polls = schema.polls.c
    _add(op, polls.page_failures, polls.silent_since, polls.usual_gap_s)
    _add(op, schema.feed_states.c.not_before)


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
    _make(op, schema.story_keys, schema.version_checks)


def sends(op: Operations) -> None:
    """Add what was handed to the mail server, who wants no more, the key that signs links."""
    _make(op, schema.sends, schema.unsubscribed, schema.keys)


def schedule(op: Operations) -> None:
    """Add what the schedule keeps, and is said of mining; a feed gone is asked once more."""
    states, versions = schema.feed_states.c, schema.versions.c
    _add(op, states.move_to, states.move_times, states.move_since, states.gone)
    _add(op, versions.mining, versions.mining_policy)
    _make(op, schema.hosts, schema.leases)


def expired_texts(op: Operations) -> None:
    """Add when an article's words expired, with an index, and what kind of source a feed is."""
    _add(op, schema.feeds.c.kind, schema.articles.c.expired_at)
    op.create_index(None, "articles", ["expired_at", "first_seen"])


def coverage(op: Operations) -> None:
    """Add samples, cases learned of elsewhere, verdicts on flags, changes of feeds so far."""
    _make(op, schema.samples, schema.sample_items, schema.told)
    op.create_table(
        "flag_verdicts",
        *primary(id=sa.Integer),
        *required(article_id=KEY, sha256=KEY, rule=KEY, field=sa.Text, start=sa.Integer),
        *required(end=sa.Integer, right=sa.Boolean, reviewer=KEY, at=UtcTime),
        version_key(),
        sa.CheckConstraint("field IN ('title', 'text')", name="field"),
        sa.Index(None, "article_id", "sha256"),
    )
    _make(op, schema.feed_changes)
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
    _make(op, schema.askings)


def tokens(op: Operations) -> None:
    """Add who may sign in, and who is signed in."""
    _make(op, schema.tokens, schema.sessions)


def search(op: Operations) -> None:
    """Add an index of words, which holds no text, and marks to filter by; number the articles."""
    _make(op, schema.search_docs, schema.search_terms, schema.search_marks, schema.search_gone)
    op.execute(
        "INSERT INTO search_docs (id, article_id, first_seen)"
        " SELECT row_number() OVER (ORDER BY first_seen, id), id, first_seen FROM articles"
    )
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
    _make(op, schema.decisions)
    for table in ("reviews", "flag_verdicts"):
        # In words of both databases: Alembic would have SQLite rebuild the table for the key.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN decision_id INTEGER"
            f" CONSTRAINT fk_{table}_decision_id_decisions REFERENCES decisions (id)"
        )
        op.create_index(None, table, ["decision_id"])
    _make(op, schema.claims, schema.practice)


def paused_feeds(op: Operations) -> None:
    """Add when a desk paused a feed."""
    _add(op, schema.feeds.c.paused_at)


def flag_feedback(op: Operations) -> None:
    """Add how often flags of drafts were said to be right."""
    _make(op, schema.flag_feedback)


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
    _make(op, schema.tombstones, schema.returns)
    op.execute(RETURNED)


def due_claims(op: Operations) -> None:
    """Add which process is judging which article now, so that several share what is due."""
    _make(op, schema.due_claims)


def imports(op: Operations) -> None:
    """Add files that articles were imported from, and where in them."""
    _make(op, schema.imports, schema.imported)


def spread_masks(op: Operations) -> None:
    """Add what masks rest on, with what was hidden so far as their own, and masks lifted."""
    masks = schema.masks.c
    _add(op, masks.byline_tells, masks.own, masks.kept, masks.token, masks.basis)
    op.execute("UPDATE masks SET token = 1 WHERE spans != '[]'")
    op.create_index(None, "masks", ["at"])
    op.create_index(None, "story_members", ["at"])
    op.create_index(None, "story_members", ["article_id"])
    _make(op, schema.lifted)
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
    _make(op, schema.sent_articles)
    sends, articles = schema.sends.c, schema.articles.c
    last = op.get_bind().execute(sa.select(sa.func.max(sends.until))).scalar()
    if last is None:
        return
    within = (articles.first_seen >= sends.since) & (articles.first_seen < sends.until)
    query = (
        sa.select(sends.id, articles.id)
        .join_from(schema.sends, schema.articles, within)
        .where(sends.outcome != "failed", articles.url != "", sends.until > last - REACH)
    )
    op.execute(schema.sent_articles.insert().from_select(["send_id", "article_id"], query))


def published_in(op: Operations) -> None:
    """Add the year or month that an article says where it says no day of its publication."""
    _add(op, schema.versions.c.published_in)


def earlier_stamps(op: Operations) -> None:
    """Add by which stamps was judged so far: what judges just so has other stamps from now on."""
    _make(op, schema.earlier_stamps)
    tables = schema.assessments, schema.masks, schema.story_members
    every = sa.union(*(sa.select(table.c.stamp) for table in tables)).subquery()
    found = sa.select(every.c.stamp).where(every.c.stamp != "")
    op.execute(schema.earlier_stamps.insert().from_select(["stamp"], found))


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
