"""What articles are searched by: an index of words, and marks to filter by."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, and number the articles that are there; each is then due to be taken in."""
    op.create_table(
        "search_docs",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", KEY),
        sa.PrimaryKeyConstraint("id", name="pk_search_docs"),
        sa.UniqueConstraint("article_id", name="uq_search_docs_article_id"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_search_docs_article_id_articles"
        ),
    )
    op.create_table(
        "search_terms",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("stamp", KEY, nullable=False),
        sa.Column("mark", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_terms"),
        sa.UniqueConstraint("stamp", "mark", name="uq_search_terms_stamp_mark"),
    )
    op.create_table(
        "search_marks",
        sa.Column("term", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("doc", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("term", "doc", name="pk_search_marks"),
        sa.ForeignKeyConstraint(
            ["term"], ["search_terms.id"], name="fk_search_marks_term_search_terms"
        ),
        sa.ForeignKeyConstraint(
            ["doc"], ["search_docs.id"], name="fk_search_marks_doc_search_docs"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_gone",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("doc", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_gone"),
    )
    op.execute(
        "INSERT INTO search_docs (id, article_id, first_seen)"
        " SELECT row_number() OVER (ORDER BY first_seen, id), id, first_seen FROM articles"
    )
    op.create_index("ix_search_docs_first_seen_id", "search_docs", ["first_seen", "id"])
    due = sa.text("sha256 IS NULL")
    op.create_index(
        "ix_search_docs_due", "search_docs", ["id"], sqlite_where=due, postgresql_where=due
    )
    op.create_index("ix_search_marks_doc_term", "search_marks", ["doc", "term"])
    _words()


def _words() -> None:
    """Make the index of words: it holds no text, and its words come to it ready made."""
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
