"""The database: tables and queries over SQLAlchemy Core, on SQLite or PostgreSQL."""

from monitor.store.coverage_ledger import Brought
from monitor.store.polls import PollResult
from monitor.store.store import Store, open_store
from monitor.store.work_queue import FoldedSoFar, JudgedSoFar

__all__ = ["Brought", "FoldedSoFar", "JudgedSoFar", "PollResult", "Store", "open_store"]
