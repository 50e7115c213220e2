"""How a process is named to others that share its database, and whether it still lives."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from pathlib import Path

SKEW = timedelta(seconds=45)
"""By so much may clocks of machines differ: a claim on due work that runs for longer than anybody
would write, by so much, is of a clock set back."""
_PROCESS = " process "
_FIRST = "pid:[4026531836]"
"""What Linux calls the processes that are in no container."""


def holder_name() -> str:
    """Return how this process is named to others."""
    return f"{_machine()}{_PROCESS}{os.getpid()}"


def _machine() -> str:
    try:
        processes = Path("/proc/self/ns/pid").readlink().name
        return machine_name(socket.gethostname(), processes)
    except OSError:
        return socket.gethostname()


def machine_name(host: str, processes: str) -> str:
    """Return what `host` is called: containers may share its name, and number their own processes.

    `processes` is what Linux calls those that see each other.
    """
    return host if processes == _FIRST else f"{host} {processes}"


def is_dead(holder: str) -> bool:
    """Tell whether a process of this machine has ended; of others nothing is known."""
    host, _, number = holder.rpartition(_PROCESS)
    if os.name != "posix" or host != _machine() or not number.isdecimal():
        return False  # on Windows there is no asking without ending it
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
