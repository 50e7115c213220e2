"""Work queue: claims on due articles, leases, dead holders and the clock skew between machines.

What is due stays a query. A claim, put off while the work goes on, ends in the transaction that
records the result. On PostgreSQL many claim at once (`SKIP LOCKED`, a key that one of two gets);
SQLite has one writer at a time. A lease is the same for the schedule, which one process has.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, not_, select, update

from monitor.storage.database import Database, columns_of, insertion, row_of, set_locally
from monitor.storage.schema import articles, due_claims, leases

SKEW = timedelta(seconds=60)
"""By so much may the clocks of machines that share a database differ."""
_NAME = "schedule"
_PROCESS = " process "
_FIRST = "pid:[4026531836]"
"""What Linux calls the processes that are in no container."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Which process has something (`token` is this holder's alone), and until when."""

    holder: str
    token: str
    until: datetime


def holder_name() -> str:
    """Return how this process is named to others."""
    return f"{_machine()}{_PROCESS}{os.getpid()}"


def _machine() -> str:
    try:
        processes = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        return socket.gethostname()
    return machine_name(socket.gethostname(), processes)


def machine_name(host: str, processes: str) -> str:
    """Return what `host` is called: containers share names, but not the `processes` they see."""
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


def is_over(
    lease: Lease, now: datetime, length: timedelta, is_dead: Callable[[str], bool] = is_dead
) -> bool:
    """Tell whether a lease has run out, runs longer than anybody writes, or its holder is dead."""
    return not now < lease.until <= now + length + SKEW or is_dead(lease.holder)


def take_lease(connection: Connection, wanted: Lease, is_free: Callable[[Lease], bool]) -> Lease:
    """Give `wanted` the schedule where nobody has it or `is_free` says so; return who has it."""
    mine, columns = leases.c.name == _NAME, columns_of(leases, Lease)
    row = connection.execute(select(*columns).where(mine)).first()
    if row is not None and not is_free(held := Lease(*row)):
        return held
    connection.execute(delete(leases).where(mine))
    connection.execute(leases.insert(), row_of(leases, wanted, name=_NAME))
    return wanted


def drop_lease(connection: Connection, token: str) -> None:
    """Give the schedule back, if whoever has `token` has it."""
    connection.execute(delete(leases).where(leases.c.name == _NAME, leases.c.token == token))


Query = Callable[[Connection, int], Select[Any]]
"""The query for at most so many articles that are due, claimed or not."""


def claim(
    database: Database,
    query: Query,
    stamp: str,
    mine: Lease,
    now: datetime,
    *,
    limit: int,
    by_index: bool,
) -> list[Any]:
    """Claim the next articles that nobody works on; `by_index`: of the whole archive, in order."""
    others = select(due_claims.c.token).where(
        due_claims.c.stamp == stamp, due_claims.c.article_id == articles.c.id, _holds(mine, now)
    )

    def free(connection: Connection) -> list[str]:
        ids = query(connection, limit).with_only_columns(articles.c.id).where(~others.exists())
        unlocked = ids.with_for_update(of=articles, skip_locked=True, key_share=True)
        return list(connection.execute(unlocked).scalars())

    while True:
        wanted: list[str] = []
        if database.is_sqlite:  # to look takes longest, and needs no writer
            with database.reading() as connection:
                wanted = free(connection)
            if not wanted:
                return []
        with database.claiming() as connection:
            if by_index and not database.is_sqlite:
                # In order, until there is enough: before it has counted its rows, as after a large
                # import, PostgreSQL would compare all with all.
                set_locally(connection, enable_seqscan="off", enable_sort="off")
            wanted = wanted or free(connection)
            if not wanted:
                return []
            if taken := _insert(connection, wanted, stamp, mine, now):
                still = query(connection, limit).where(articles.c.id.in_(taken))
                found = list(connection.execute(still))
                if gone := set(taken) - {row.id for row in found}:
                    ours = due_claims.c.article_id.in_(gone) & (due_claims.c.stamp == stamp)
                    connection.execute(delete(due_claims).where(ours))
                if found:
                    return found


def _holds(mine: Lease, now: datetime) -> Any:
    """Return the condition that a claim has not run out, and is not of a clock set back since."""
    return and_(due_claims.c.until > now, due_claims.c.until <= mine.until + SKEW)


def _insert(
    connection: Connection, ids: Sequence[str], stamp: str, mine: Lease, now: datetime
) -> list[str]:
    """Claim articles in the order of their ids; return those that nobody else has."""
    values = {"token": mine.token, "holder": mine.holder, "until": mine.until}
    rows = [{"stamp": stamp, "article_id": key, **values} for key in sorted(ids)]
    statement = insertion(connection.dialect.name, due_claims)
    taken = statement.on_conflict_do_update(
        index_elements=list(due_claims.primary_key),
        set_={name: statement.excluded[name] for name in values},
        where=not_(_holds(mine, now)) | (due_claims.c.token == mine.token),
    ).returning(due_claims.c.article_id)
    return list(connection.execute(taken, rows).scalars())


def claims(database: Database, stamp: str) -> list[Lease]:
    """Return who has claims for a stamp, each with its latest moment, once those stand."""
    last = func.max(due_claims.c.until, type_=due_claims.c.until.type)
    query = select(func.max(due_claims.c.holder), due_claims.c.token, last)
    query = query.where(due_claims.c.stamp == stamp).group_by(due_claims.c.token)
    query = query.order_by(due_claims.c.token)
    # else who has locked rows and not yet claimed them would have nothing, as if none were left
    whole = database.reading() if database.is_sqlite else database.claiming(alone=True)
    with whole as connection:
        return [Lease(*row) for row in connection.execute(query)]


def renew_claims(database: Database, mine: Lease) -> None:
    """Put off the end of the claims that are still this one's."""
    with database.claiming() as connection:
        own = _locked(connection, mine.token)
        connection.execute(update(due_claims).where(own).values(until=mine.until))


def drop_claims(database: Database, token: str) -> None:
    """Give back what whoever has `token` has claimed."""
    with database.claiming() as connection:
        end_claims(connection, token)


def end_claims(connection: Connection, token: str | None) -> None:
    """End all claims that `token` has on due work."""
    if token is not None:
        connection.execute(delete(due_claims).where(_locked(connection, token)))


def _locked(connection: Connection, token: str) -> Any:
    """Lock the claims of `token` in the order in which others take over what ran out."""
    own = due_claims.c.token == token
    query = select(due_claims.c.article_id).where(own)
    ordered = query.order_by(due_claims.c.stamp, due_claims.c.article_id)
    connection.execute(ordered.with_for_update()).all()
    return own


MARGIN = timedelta(hours=1)
"""For clocks of other processes, and transactions that were still open."""
WHOLE = timedelta(days=1)
"""So often the whole archive is asked all the same: this is a memory, and the store the truth."""


@dataclass(slots=True)
class Progress:
    """Up to which assessment or moment one process has found nothing due, by stamp or stamps.

    Lost with the process, which costs one look at the archive.
    """

    _last: dict[Hashable, Any] = field(default_factory=dict)
    _whole: dict[Hashable, datetime] = field(default_factory=dict)

    def after(self, key: Hashable, last: Any, now: datetime) -> Any:
        """Return after what, of all up to `last`, to look; `None`: at everything."""
        before, whole = self._last.get(key), self._whole.get(key)
        if before is None or whole is None or before > last or not whole <= now < whole + WHOLE:
            return None
        return before

    def note(self, key: Hashable, last: Any, now: datetime) -> None:
        """Remember that of all up to `last` nothing is due."""
        if self.after(key, last, now) is None:
            self._whole[key] = now
        self._last[key] = last

    def since(self, key: Hashable, now: datetime) -> datetime | None:
        """Return from when on what came in is to be looked at; `None`: everything is."""
        at: datetime | None = self.after(key, now, now)
        return None if at is None else at - MARGIN
