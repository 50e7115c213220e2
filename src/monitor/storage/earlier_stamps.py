"""Records of version 0.1.0 carried over to the present stamp of what judges just so.

Which stamps are equal is `monitor.records.stamps`'s to say, and when all this may be deleted. The
rows get the present stamp, so that no query need know of another; what was called otherwise stays
known, so that an export can be made again as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, case, select, update

from monitor.storage.schema import (
    assessments,
    earlier_stamps,
    masks,
    samples,
    search_terms,
    story_keys,
    story_members,
)


def waiting(connection: Connection, stamps: Collection[str]) -> list[str]:
    """Return those of the stamps under which there are records that were not carried over."""
    query = select(earlier_stamps.c.stamp).where(earlier_stamps.c.present.is_(None))
    return [stamp for stamp in connection.execute(query).scalars() if stamp in stamps]


def carry_over(connection: Connection, present: Mapping[str, str], now: datetime) -> None:
    """Give the records of earlier stamps, the keys of `present`, the stamps they have now."""
    new = {stamp: present[stamp] for stamp in waiting(connection, present)}
    if not new:  # another program was first
        return
    for table in (assessments, masks, story_members, story_keys, search_terms):
        stamp = table.c.stamp
        connection.execute(update(table).where(stamp.in_(new)).values(stamp=case(new, value=stamp)))
    here = earlier_stamps.c.stamp
    connection.execute(
        update(earlier_stamps).where(here.in_(new)).values(present=case(new, value=here), at=now)
    )
    every = present_stamps(connection)
    for joined in connection.execute(select(samples.c.stamp).distinct()).scalars().all():
        renamed = " ".join(every.get(stamp, stamp) for stamp in joined.split())
        connection.execute(update(samples).where(samples.c.stamp == joined).values(stamp=renamed))


def present_stamps(connection: Connection, after: datetime | None = None) -> dict[str, str]:
    """Return by earlier stamp what its records have now; of those carried over `after` only."""
    query = select(earlier_stamps.c.stamp, earlier_stamps.c.present).where(
        earlier_stamps.c.present.is_not(None)
    )
    if after is not None:
        query = query.where(earlier_stamps.c.at > after)
    return {row.stamp: row.present for row in connection.execute(query)}
