"""The lease of the schedule, which one process has at a time, and the end of claims on due work.

How a process is named to others that share its database, and whether it still lives.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, select

from monitor.storage.schema import due_claims, leases

_NAME = "schedule"


def take(connection: Connection, wanted: Lease, is_free: Callable[[Lease], bool]) -> Lease:
    """Give `wanted` the schedule where nobody has it or `is_free` says so; return who has it."""
    row = connection.execute(select(leases).where(leases.c.name == _NAME)).first()
    if row is not None:
        held = Lease(row.holder, row.token, row.until)
        if not is_free(held):
            return held
    connection.execute(delete(leases).where(leases.c.name == _NAME))
    values = {"holder": wanted.holder, "token": wanted.token, "until": wanted.until}
    connection.execute(leases.insert().values(name=_NAME, **values))
    return wanted


def drop(connection: Connection, token: str) -> None:
    """Give the schedule back, if whoever has `token` has it."""
    connection.execute(delete(leases).where(leases.c.name == _NAME, leases.c.token == token))


def end_claims(connection: Connection, token: str) -> None:
    """End all claims that `token` has on due work."""
    lock_claims(connection, token)
    connection.execute(delete(due_claims).where(due_claims.c.token == token))


def lock_claims(connection: Connection, token: str) -> None:
    """Lock the claims of `token` in the order in which others take over what ran out."""
    query = select(due_claims.c.article_id).where(due_claims.c.token == token)
    ordered = query.order_by(due_claims.c.stamp, due_claims.c.article_id)
    connection.execute(ordered.with_for_update()).all()


@dataclass(frozen=True, slots=True)
class Lease:
    """Who has the schedule of a database (`token` is this holder's alone), and until when."""

    holder: str
    token: str
    until: datetime


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
