"""How a process is named to others that share its database, and whether it still lives."""

from __future__ import annotations

import os
import socket

_PROCESS = " process "


def holder_name() -> str:
    """Return how this process is named to others."""
    return f"{socket.gethostname()}{_PROCESS}{os.getpid()}"


def is_dead(holder: str) -> bool:
    """Tell whether a process of this machine has ended; of others nothing is known."""
    host, _, number = holder.rpartition(_PROCESS)
    if os.name != "posix" or host != socket.gethostname() or not number.isdecimal():
        return False  # on Windows there is no asking without ending it
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
