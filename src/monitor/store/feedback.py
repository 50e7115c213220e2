"""What is said of flags of drafts, as numbers: `Store` has these methods too."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from monitor.decisions import Client, Feedback
from monitor.store.database import Database
from monitor.store.schema import flag_feedback
from monitor.types import Severity


class FeedbackStore:
    """Counts of right and wrong flags; each method one transaction, as of `Store`."""

    _database: Database

    def count_feedback(
        self,
        stamp: str,
        rule: str,
        *,
        right: bool,
        day: date,
        client: Client,
        severity: Severity | Literal[""] = "",
    ) -> None:
        """Count that one flag of a draft was said to be right, or wrong."""
        row = {
            "stamp": stamp,
            "rule": rule,
            "day": day,
            "client": client,
            "severity": severity,
            "right": int(right),
            "wrong": int(not right),
        }
        with self._database.writing() as connection:
            connection.execute(_count(connection.dialect.name), row)

    def feedback(self, rule: str | None = None) -> list[Feedback]:
        """Return the counts of one rule or of all, by stamp, rule, day, client and severity."""
        with self._database.reading() as connection:
            return all_feedback(connection, rule)


def all_feedback(connection: Connection, rule: str | None = None) -> list[Feedback]:
    """Return the counts of one rule or of all, in the order of their keys."""
    query = select(flag_feedback).order_by(*flag_feedback.primary_key)
    if rule is not None:
        query = query.where(flag_feedback.c.rule == rule)
    return [Feedback(**row) for row in connection.execute(query).mappings()]


@cache
def _count(dialect: str) -> Any:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(flag_feedback)
    added = {name: flag_feedback.c[name] + insert.excluded[name] for name in ("right", "wrong")}
    return insert.on_conflict_do_update(index_elements=list(flag_feedback.primary_key), set_=added)
