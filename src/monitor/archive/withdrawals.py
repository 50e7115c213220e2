"""Withdrawn names and details: found when an outlet takes them back, not shown, erased in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.desk import Desk, make_mask
from monitor.people.anonymisation import masked_people
from monitor.people.people_table import PersonLists, read_people
from monitor.records.article import Article
from monitor.records.finding import Finding

IDENTIFYING = frozenset(
    (
        *("adult-identifying-detail", "adult-victim-named", "child-jigsaw", "child-photo-caption"),
        *("child-name-identified", "child-quoted-no-guardian", "defendant-child-kinship"),
        *("family-identified", "health-hiv-pregnancy", "shelter-location"),
    )
)
"""The rules whose words tell who a protected person is, or where she can be found."""
NAME, DETAIL = "name", "detail"
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many older versions were compared with those in force, withdrawn, and erased."""

    compared: int
    withdrawn: int
    erased: int


def withdraw(desk: Desk, now: datetime) -> Withdrawn:
    """Find what was taken back, and erase it `[store] withdrawn_grace_days` after it was found.

    May be killed and repeated at any moment: what was compared is in the store.
    """
    from monitor.stories.clustering import place

    lists: dict[str, PersonLists] = {}

    def compare(old: Article, findings: tuple[Finding, ...], new: Article) -> str:
        reader = desk.reader(old) or desk.guideline
        if reader.id not in lists:
            lists[reader.id] = reader.person_lists
        table = read_people(lists[reader.id], old.text, title=old.title)
        named = (span for one in masked_people(table) for span in one.names)
        names = frozenset(getattr(old, one.field)[one.start : one.end] for one in named)
        return taken_out(names, findings, new)

    compared = withdrawn = 0
    while True:
        some, gone = desk.store.check_versions(compare, now, limit=_AT_ONCE)
        compared, withdrawn = compared + some, withdrawn + gone
        if not some:
            break
    before = now - timedelta(days=desk.settings.store.withdrawn_grace_days)
    # first, or a name that nobody looked for yet would be forgotten, and shown in the address
    stamp, left = desk.names_stamp, desk.store.erased_next(before)
    desk.store.record_masks([make_mask(one, stamp, desk.mask) for one in left], now)
    erased = desk.store.erase_withdrawn(before, now, place)
    if erased:
        desk.store.clear_file()
    return Withdrawn(compared, withdrawn, erased)


def taken_out(names: frozenset[str], findings: tuple[Finding, ...], new: Article) -> str:
    """Say which kinds of words of an older version the newer has nowhere; "" for none.

    `names` are those of victims, minors and relatives. Where they stand says nothing, and a name
    that is only moved, or written in other letters, was not taken out.
    """
    text = f"{new.title}\n{new.text}".casefold()
    told = {NAME: names, DETAIL: {one.match for one in findings if one.rule in IDENTIFYING}}
    gone = (
        kind for kind, words in told.items() if any(one.casefold() not in text for one in words)
    )
    return ", ".join(gone)
