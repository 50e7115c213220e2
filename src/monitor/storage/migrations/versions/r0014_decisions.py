"""Decisions of reviewers, who looks at what, and practice."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, required, version_key

revision = "0014"
down_revision = "0013"

VERDICTS = "('relevant', 'borderline', 'not_relevant')"


def upgrade() -> None:
    """Make the tables; what was said before has no decision, and holds."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("about", sa.Integer, sa.ForeignKey("decisions.id"), index=True),
        *required(reviewer=KEY, provisional=sa.Boolean, article_id=KEY, sha256=KEY, at=UtcTime),
        version_key(),
        sa.CheckConstraint("act IN ('review', 'confirm', 'overrule', 'undo')", name="act"),
        sa.CheckConstraint("(act = 'review') = (about IS NULL)", name="about"),
        sa.CheckConstraint("act = 'review' OR NOT provisional", name="provisional"),
        sa.Index(None, "reviewer", "id"),
    )
    undo = sa.text("act = 'undo'")
    where = {"sqlite_where": undo, "postgresql_where": undo}
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
        sa.Column("id", sa.Integer, primary_key=True),
        *required(reviewer=KEY, article_id=KEY, sha256=KEY, verdict=sa.Text, desk=sa.Text),
        *required(at=UtcTime),
        version_key(),
        sa.CheckConstraint(f"verdict IN {VERDICTS}", name="verdict"),
        sa.CheckConstraint(f"desk IN {VERDICTS}", name="desk"),
        sa.UniqueConstraint("reviewer", "article_id", "sha256"),
    )
