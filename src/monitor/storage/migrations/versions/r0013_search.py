"""What articles are searched by: an index of words, and marks to filter by."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, required

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables, and number the articles that are there; each is then due to be taken in.

    The index of words holds no text, and its words come to it ready made.
    """
    op.create_table(
        "search_docs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), nullable=False),
        sa.Column("first_seen", UtcTime, nullable=False),
        sa.Column("sha256", KEY),
        sa.UniqueConstraint("article_id"),
    )
    op.create_table(
        "search_terms",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        *required(stamp=KEY, mark=KEY),
        sa.UniqueConstraint("stamp", "mark"),
    )
    number = {"primary_key": True, "autoincrement": False}
    op.create_table(
        "search_marks",
        sa.Column("term", sa.Integer, sa.ForeignKey("search_terms.id"), **number),
        sa.Column("doc", sa.Integer, sa.ForeignKey("search_docs.id"), **number),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_gone",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("doc", sa.Integer, nullable=False),
    )
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
