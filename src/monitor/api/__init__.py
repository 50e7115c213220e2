"""The HTTP API and the pages over one `Monitor`: routes, and no logic of their own.

A draft sent here is answered and forgotten: it is held in memory only, and no log line, error
body or temporary file ever holds a word of it.
"""

from monitor.api.app import create_app
from monitor.api.server import count_workers, run_server

__all__ = ["count_workers", "create_app", "run_server"]
