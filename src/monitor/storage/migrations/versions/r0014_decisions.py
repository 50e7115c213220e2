"""Decisions of reviewers, who looks at what, and practice."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
VERDICTS = "('relevant', 'borderline', 'not_relevant')"


def upgrade() -> None:
    """Make the tables; what was said before has no decision, and holds."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("about", sa.Integer),
        sa.Column("reviewer", KEY, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["about"], ["decisions.id"], name="fk_decisions_about_decisions"),
        sa.ForeignKeyConstraint(
            ["article_id", "sha256"],
            ["versions.article_id", "versions.sha256"],
            name="fk_decisions_article_id_sha256_versions",
        ),
        sa.CheckConstraint(
            "act IN ('review', 'confirm', 'overrule', 'undo')", name="ck_decisions_act"
        ),
        sa.CheckConstraint("(act = 'review') = (about IS NULL)", name="ck_decisions_about"),
        sa.CheckConstraint("act = 'review' OR NOT provisional", name="ck_decisions_provisional"),
    )
    op.create_index("ix_decisions_about", "decisions", ["about"])
    op.create_index("ix_decisions_reviewer_id", "decisions", ["reviewer", "id"])
    undo = sa.text("act = 'undo'")
    op.create_index(
        "uq_decisions_undone",
        "decisions",
        ["about"],
        unique=True,
        sqlite_where=undo,
        postgresql_where=undo,
    )
    for table in ("reviews", "flag_verdicts"):
        # In words of both databases: Alembic would have SQLite rebuild the table for the key.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN decision_id INTEGER"
            f" CONSTRAINT fk_{table}_decision_id_decisions REFERENCES decisions (id)"
        )
        op.create_index(f"ix_{table}_decision_id", table, ["decision_id"])
    _claims_and_practice()


def _claims_and_practice() -> None:
    op.create_table(
        "claims",
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("reviewer", KEY, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_claims"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_claims_article_id_articles"
        ),
    )
    op.create_table(
        "practice",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reviewer", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_practice"),
        sa.ForeignKeyConstraint(
            ["article_id", "sha256"],
            ["versions.article_id", "versions.sha256"],
            name="fk_practice_article_id_sha256_versions",
        ),
        sa.CheckConstraint(f"verdict IN {VERDICTS}", name="ck_practice_verdict"),
        sa.CheckConstraint(f"desk IN {VERDICTS}", name="ck_practice_desk"),
        sa.UniqueConstraint(
            "reviewer", "article_id", "sha256", name="uq_practice_reviewer_article_id_sha256"
        ),
    )
