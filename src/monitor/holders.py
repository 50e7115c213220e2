"""How a process is named to others that share its database, and whether it still lives."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

SKEW = timedelta(seconds=45)
"""By so much may clocks of machines differ: a claim on due work that runs for longer than anybody
would write, by so much, is of a clock set back."""
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
