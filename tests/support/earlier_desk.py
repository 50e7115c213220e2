"""A store as version 0.1.0 left it: judged under its stamps, with its tables."""

from __future__ import annotations

from sqlalchemy import text

from monitor.storage import migrate as migrating
from monitor.storage.database import open_database


def as_before(url: str) -> None:
    """Take the tables of a database back to those from before stamps had behaviour numbers."""
    database = open_database(url, busy_timeout_s=1)
    with database.writing() as connection:
        connection.execute(text("DROP TABLE earlier_stamps"))
        version = f"UPDATE {migrating.VERSION_TABLE} SET version_num = '0024'"
        connection.execute(text(version))
    database.close()
