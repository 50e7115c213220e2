"""Keeping drafts out of core dumps: a process that is killed leaves no picture of its memory."""

from __future__ import annotations

import sys
from contextlib import suppress


def forbid_dumps() -> None:
    """Let no core dump be made of this process.

    By the limit of its size, which processes that it starts have too; where a program takes dumps
    by a pipe (Linux) the kernel has to be told as well, in each process anew.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
