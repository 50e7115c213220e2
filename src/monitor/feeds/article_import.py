"""Rows of a file as a poll of a feed that is none, for the store to compare.

An article that this file brought before, or that the desk has whole, is only a sighting: nothing of
it is read again, so that a file can be imported any number of times. Of two rows with one address
the first counts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.feeds.article_pages import PageReader
from monitor.feeds.feed_entry import Entry
from monitor.feeds.feeds_by_hand import fetched_poll
from monitor.feeds.import_formats import AddressRow, Dropped, PageRow, Row, TextRow
from monitor.feeds.page_extraction import Page
from monitor.feeds.polling import MAX_TITLE_CHARS, Item, article_sha256, find_items
from monitor.feeds.polling_plan import usable_date
from monitor.feeds.text_mining_rights import UNSAID, Terms
from monitor.feeds.web_archives import page_terms, read_page
from monitor.records.article import Feed, FeedState, Import, Incoming, Known, Place, Poll, Sighting
from monitor.records.errors import FeedError, UnsafeAddress

SHORT = 16
"""Hex digits of a file's hash that name its import."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How rows become articles: what to say where they do not, and what is asked on the way."""

    outlet_of: Callable[[str], str]
    language: str | None
    allow_hosts: Sequence[str]
    known: Callable[[Sequence[str]], Mapping[str, Known]]
    identify: Callable[[str], str | None]


@dataclass(slots=True)
class Taken:
    """What some rows gave."""

    incoming: list[Incoming] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    places: dict[str, Place] = field(default_factory=dict)


def import_id(sha256: str) -> str:
    """Return the id of the import of the file with this hash."""
    return f"import:{sha256[:SHORT]}"


def import_feed(source: Import) -> Feed:
    """Return what stands for a feed of the articles of a file; it is never polled."""
    return Feed(source.id, source.id, f"imported ({source.name})", "")


def poll_of_rows(
    source: Import, rows: Sequence[Row], manner: Manner, at: datetime
) -> tuple[Poll, dict[str, Place]]:
    """Return rows that have their texts as a poll, and the place of each by article id."""
    taken = Taken()
    items: dict[str, tuple[TextRow | PageRow, Item]] = {}
    for row in rows:
        item = _item(row, manner.allow_hosts, taken.dropped)
        if item and isinstance(row, (TextRow, PageRow)):
            if item.article_id in items:
                taken.dropped["repeated"] += 1
            else:
                items[item.article_id] = row, item
    known = manner.known(list(items))
    for article_id, (row, item) in items.items():
        held = known.get(article_id)
        if held and (held.expired or source.id in held.feed_sha256 or held.origin != "summary"):
            said = held.feed_sha256.get(source.id, item.feed_sha256)
            taken.sightings.append(Sighting(article_id, said))
        else:
            _take(taken, row, item, manner, at)
    poll = Poll(
        feed=import_feed(source),
        state=FeedState(last_poll=at, last_success=at),
        at=at,
        fetched=len(rows),
        incoming=tuple(taken.incoming),
        sightings=tuple(taken.sightings),
        dropped=dict(sorted(taken.dropped.items())),
    )
    return poll, taken.places


def _item(row: Row, allow_hosts: Sequence[str], dropped: Counter[str]) -> Item | None:
    """Name a row that has an address fit to be kept; count what has none."""
    if isinstance(row, Dropped):
        dropped[row.why] += 1
        return None
    url = row.raw.url if isinstance(row, PageRow) else row.url
    title = row.title if isinstance(row, TextRow) else ""
    said = ("" if isinstance(row, AddressRow) else _said(row))[: 100 * MAX_TITLE_CHARS]
    entry = Entry(url, url, title, "", said, None, None)
    items, why = find_items((entry,), allow_hosts)
    dropped.update(why)
    return items[0] if items else None


def _said(row: TextRow | PageRow) -> str:
    return hashlib.sha256(row.raw.body).hexdigest() if isinstance(row, PageRow) else row.text


def _take(taken: Taken, row: TextRow | PageRow, item: Item, manner: Manner, at: datetime) -> None:
    """Take in one article, or count that its page has none."""
    outlet, terms, within = "", UNSAID, ""
    authors: tuple[str, ...] = ()
    if isinstance(row, PageRow):
        page = read_page(row.raw)
        if page is None:
            taken.dropped["no_text"] += 1
            return
        title, text, language = page.title, page.text, page.language
        authors = page.authors
        published, terms = _page_date(page, row.place.captured, at), page_terms(row.raw, page)
        language = manner.identify(f"{title}\n{text}") or language or manner.language
    else:
        title, text, outlet = row.title, row.text, row.outlet
        published = usable_date(row.published, at)
        if row.published_in <= f"{at:%Y-%m}":  # as a day to come
            within = row.published_in
        language = row.language or manner.language or manner.identify(f"{title}\n{text}")
    taken.places[item.article_id] = row.place
    taken.incoming.append(
        _incoming(
            item,
            title,
            text,
            language=language,
            published=published,
            published_in=within,
            outlet=outlet or manner.outlet_of(item.url),
            terms=terms,
            authors=authors,
        )
    )


def _incoming(
    item: Item,
    title: str,
    text: str,
    *,
    language: str | None,
    published: datetime | None,
    published_in: str,
    outlet: str,
    terms: Terms,
    authors: tuple[str, ...],
) -> Incoming:
    return Incoming(
        article_id=item.article_id,
        url=item.url,
        title=title,
        text=text,
        summary="",
        language=language,
        published=published,
        published_in=published_in,
        origin="page",
        sha256=article_sha256(title, text),
        feed_sha256=item.feed_sha256,
        mining=terms.mining,
        mining_policy=terms.policy,
        authors=authors,
        outlet=outlet,
    )


def _page_date(page: Page, captured: datetime | None, at: datetime) -> datetime | None:
    """Return when a page was published: as it says, unless that is after it was captured.

    Where it says nothing it is the moment of capture, which news is rarely far from.
    """
    bound = captured or at
    return usable_date(page.published, bound) or usable_date(captured, at)


def poll_of_address(
    source: Import, row: AddressRow, manner: Manner, pages: PageReader, at: datetime
) -> tuple[Poll, dict[str, Place]]:
    """Fetch the page of an address, unless the desk has it; what keeps it away is in the poll."""
    try:
        poll = fetched_poll(
            pages,
            import_feed(source),
            Entry(row.url, row.url, "", "", "", None, None),
            allow_hosts=manner.allow_hosts,
            known=manner.known,
            now=lambda: at,
        )
    except UnsafeAddress as error:
        return _refused(source, "unsafe_address", str(error), at), {}
    except FeedError as error:
        return _refused(source, "no_link", str(error), at), {}
    outlet = manner.outlet_of
    incoming = tuple(replace(one, outlet=outlet(one.url)) for one in poll.incoming)
    return replace(poll, incoming=incoming), {one.article_id: row.place for one in incoming}


def _refused(source: Import, why: str, says: str, at: datetime) -> Poll:
    """Return the poll of an address that nobody is to ask."""
    state = FeedState(last_poll=at, last_success=at)
    drop = {why: 1}
    return Poll(import_feed(source), state, at, fetched=1, dropped=drop, warnings=(says,))
