"""What an export for anybody must know first: hidden names, and rules on identification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from monitor.desk.names import complete, look_through

if TYPE_CHECKING:
    from monitor.corpus import Guard
    from monitor.guidelines import Ruling
    from monitor.names import Desk
    from monitor.recorded import Recorded
    from monitor.store import Store
    from monitor.types import Article

KEY = "export"
_PAGE = 100
_AT_ONCE = 16
"""Articles looked through in one transaction: half a second's work."""


def guard_of(monitor: Desk, filters: Mapping[str, Any]) -> Guard:
    """Return what this desk knows of people: its rules on them, and its own secret.

    The secret is the store's and stays, so that ids are the same in every export of a desk; on a
    disk that can only be read, where none was made before, it is this export's alone.
    """
    from monitor.corpus import Guard
    from monitor.guidelines import identifying

    return Guard(
        identifying=frozenset().union(*map(identifying, monitor.guidelines)),
        judges=frozenset(one.guideline.id for one in monitor.in_force.rulings if _judges(one)),
        known=frozenset(one.id for one in monitor.guidelines),
        asked=filters.get("query") or "",
        secret=_secret(monitor.store),
    )


def _secret(store: Store) -> str:
    return (store.known_key(KEY) or token_hex(32)) if store.read_only else store.key(KEY)


def _judges(ruling: Ruling) -> bool:
    """Whether a guideline tells of all by whom somebody can be known, as loudly as it may.

    Not where the desk has put any of those rules off, or made them suggestions.
    """
    from monitor.guidelines import protecting

    rules = protecting(ruling.guideline)
    low = {rule for rule, severity in ruling.severity.items() if severity == "suggestion"}
    return bool(rules) and rules.isdisjoint({*ruling.disable, *low})


def with_names(monitor: Desk, records: Iterable[Recorded]) -> Iterator[Recorded]:
    """Yield records with which names are hidden, as the code of today tells them.

    Articles that it has not looked through yet are looked through, however many there are, and what
    was found is stored, where it can be: an export that was killed goes on where it was.
    """
    rest = iter(records)
    while page := list(islice(rest, _PAGE)):
        wanted = [one.assessed.article for one in page]
        if not monitor.store.read_only:  # else they are looked through once more each time
            _look_through(monitor, wanted)
        found = monitor.shown(wanted, patient=True)
        yield from (replace(one, shown=found[one.assessed.article.id]) for one in page)


def _look_through(monitor: Desk, wanted: list[Article]) -> None:
    stamp = monitor.names_stamp
    known = monitor.store.masks((one.id, one.sha256) for one in wanted)
    done = {key for key, mask in known.items() if mask.stamp in (stamp, "")}
    due = [one for one in wanted if (one.id, one.sha256) not in done and (one.title or one.text)]
    for start in range(0, len(due), _AT_ONCE):
        some = due[start : start + _AT_ONCE]
        monitor.store.record_masks(look_through(monitor, some), monitor.now())
        complete(monitor, [one.id for one in some])
