"""Jobs on drafts, and processes that do them for the one that answers; no library of a server."""

from monitor.jobs.draft_processes import WARM_UP, Job, perform
from monitor.jobs.workers_worker import Worker, WorkerEnded, WorkerError

__all__ = ["WARM_UP", "Job", "Worker", "WorkerEnded", "WorkerError", "perform"]
