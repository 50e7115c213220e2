"""The database: tables and queries over SQLAlchemy Core, on SQLite or PostgreSQL."""

from monitor.store.feed_figures import Brought
from monitor.store.judged import FoldedSoFar, JudgedSoFar
from monitor.store.polls import PollResult
from monitor.store.store import Store, open_store

__all__ = ["Brought", "FoldedSoFar", "JudgedSoFar", "PollResult", "Store", "open_store"]
