"""Jobs on drafts, and processes that do them for the one that answers; no library of a server."""

from monitor.workers.jobs import WARM_UP, Job, perform
from monitor.workers.worker import Worker, WorkerEnded, WorkerError

__all__ = ["WARM_UP", "Job", "Worker", "WorkerEnded", "WorkerError", "perform"]
