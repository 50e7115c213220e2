"""`monitor rehydrate`: the texts of an export fetched again, politely, verified and realigned.

What became of each article is written down at once, so that a run that was stopped goes on where
it was and asks for no page twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.corpus.export_facts import sha256_of
from monitor.corpus.packaging import write_json
from monitor.corpus.read_back import export_file, read_key, read_records
from monitor.desk.rehydrate_book import (
    HAD,
    OWN_ONLY,
    RECORDS,
    REPORT,
    Book,
    open_book,
    sort_records,
)
from monitor.desk.rehydrating import hydrate
from monitor.errors import FeedError

if TYPE_CHECKING:
    from monitor.core import Monitor
    from monitor.feeds import Manners
    from monitor.feeds.reader import PageAnswer, PageReader
    from monitor.store import Store

CAUSES = {
    "same": "the text is the same, as its hash says",
    "changed": "the text was changed",
    "gone": "there is no such page any more",
    "other_text": "another text is at the address",
    "refused": "the server refuses the page, or wants a login",
    "busy": "the server had no time",
    "no_answer": "the server did not answer",
    "robots": "robots.txt keeps it out",
    "no_text": "no article text was found there",
    "unsafe": "the address may not be asked",
    "withdrawn": "its publisher took words back, or reserves text mining now",
    "reserved": "its publisher reserved text mining before",
    "forgotten": "this desk was asked to forget it",
    "no_address": "its address is withheld, and no key file tells it",
    "failed": "a fault of this program",
}
"""What may become of an article, in words."""
_BY_FAILURE = {
    "not_found": "gone",
    "login": "refused",
    "refused": "refused",
    "status": "refused",
    "busy": "busy",
    "no_answer": "no_answer",
    "server_error": "no_answer",
    "robots": "robots",
    "unsafe": "unsafe",
    "fault": "failed",
    "extractor": "failed",
}
"""The causes by which pages fail; others are of pages without a text."""
_UNDER_WAY = 400
"""Articles that wait for their hosts' turn at a time."""

_Fetched = tuple[dict[str, Any], str, "PageAnswer"]
"""A record, the address, and what asking for it gave."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: `retry` asks again where it may be had another time."""

    source: Path
    folder: Path
    key: Path | None = None
    include_reserved: bool = False
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the articles, by cause, and of their spans."""

    articles: int
    causes: Mapping[str, int]
    spans: Mapping[str, int]
    moved: int
    fetched: int

    @property
    def missing(self) -> int:
        """How many could not be had."""
        return self.articles - sum(self.causes.get(cause, 0) for cause in HAD)


def rehydrate(
    monitor: Monitor,
    wish: Wish,
    *,
    report: Callable[[int], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Done:
    """Fetch the pages of an export again; write full records and a report into a folder.

    May be stopped at any moment, and called again to go on; once `stopped` says so no page is asked
    for any more. `report` is told how many more are done. Raises `UsageError` for what is no
    export, and for a folder of another one.
    """
    source = export_file(wish.source)
    key = read_key(wish.key) if wish.key else {}
    mark = {"export": sha256_of(source), "key": sha256_of(wish.key) if wish.key else None}
    with ExitStack() as stack:
        book = open_book(stack, wish.folder, mark, retry=wish.retry)
        _work(monitor, wish, source, key, book, report or (lambda _: None), stopped)
    return _finish(source, book, mark)


# Work -----------------------------------------------------------------------------------------


def _work(
    monitor: Monitor,
    wish: Wish,
    source: Path,
    key: Mapping[str, Mapping[str, Any]],
    book: Book,
    report: Callable[[int], None],
    stopped: Callable[[], bool],
) -> None:
    from monitor.feeds import open_client
    from monitor.feeds.reader import PageReader
    from monitor.feeds.workers import HostQueues

    store = _store(monitor)
    manners = _manners(monitor, store)
    manners.stopped = stopped
    waiting = (one for one in read_records(source) if one["id"] not in book.outcomes)
    with (
        open_client(monitor.settings.fetch, manners) as client,
        HostQueues[_Fetched](monitor.settings.fetch.parallel, manners) as queues,
    ):
        pages = PageReader(client, monitor.now)
        while not stopped() and (some := list(islice(waiting, _UNDER_WAY))):
            asked = _ask(some, wish, key, store, book)
            report(len(some) - len(asked))
            for record, url in asked:
                queues.add(_host(url), partial(_fetch, pages, record, url))
            for record, url, answer in queues.results():
                book.fetched += 1
                _take(record, key.get(record["id"], {}), url, answer, wish, book)
                report(1)
                if store:
                    store.save_visits(manners.take_changed(), monitor.now())


def _store(monitor: Monitor) -> Store | None:
    """Return this desk's store; None where there is none, as where an export is only read."""
    address = monitor.settings.database_url
    file = Path(address.removeprefix("sqlite:///"))
    there = not address.startswith("sqlite:///") or file.exists()
    return monitor.store if there else None


def _manners(monitor: Monitor, store: Store | None) -> Manners:
    from monitor.feeds import Manners

    if store is not None:
        return monitor.manners
    return Manners(monitor.settings.fetch.host_spacing_s, monitor.now, sleep=monitor.sleep)


def _ask(
    some: list[dict[str, Any]],
    wish: Wish,
    key: Mapping[str, Mapping[str, Any]],
    store: Store | None,
    book: Book,
) -> list[tuple[dict[str, Any], str]]:
    """Return which articles' pages are to be fetched, and from where; note why the others not."""
    known = [_known_as(record, key.get(record["id"], {})) for record in some]
    forgotten = store.forgotten(one.id for one in known) if store else frozenset()
    versions = [(one.id, one.sha256) for one in known if one.sha256]
    taken_back = store.taken_back(versions) if store else frozenset()
    asked = []
    for record, one in zip(some, known, strict=True):
        cause = ""
        if one.id in forgotten:
            cause = "forgotten"
        elif one.id in taken_back:
            cause = "withdrawn"
        elif record.get("mining") == "reserved" and not wish.include_reserved:
            cause = "reserved"
        elif not one.url:
            cause = "no_address"
        if cause:
            book.note(record["id"], {"cause": cause}, None)
        else:
            asked.append((record, one.url))
    return asked


@dataclass(frozen=True, slots=True)
class _Known:
    """What an article is called here: of one whose address was withheld the export's id is none."""

    id: str
    url: str
    sha256: str | None


def _known_as(record: Mapping[str, Any], key: Mapping[str, Any]) -> _Known:
    from monitor.feeds import article_id

    url = key.get("url") or record.get("url") or ""
    id_ = record["id"]
    with suppress(FeedError):  # no address that can be asked: told when it is
        id_ = article_id(url) if key else id_
    return _Known(id_, url, record.get("sha256") or key.get("sha256"))


def _fetch(pages: PageReader, record: dict[str, Any], url: str) -> _Fetched:
    return record, url, pages.read(url)


def _take(
    record: dict[str, Any],
    key: Mapping[str, Any],
    url: str,
    answer: PageAnswer,
    wish: Wish,
    book: Book,
) -> None:
    """Note what the page of an article gave."""
    moved = answer.final_url if _is_moved(url, answer.final_url) else None
    if answer.page is None:
        cause = _BY_FAILURE.get(answer.failure or "", "no_text")
        if cause == "robots" and answer.retry:
            cause = "no_answer"  # nothing forbids it: robots.txt itself could not be had
        book.note(record["id"], {"cause": cause, "again": answer.retry}, None)
        return
    if moved and urlsplit(moved).path in ("", "/"):
        book.note(record["id"], {"cause": "gone", "moved": moved}, None)
        return
    if answer.terms.mining == "reserved" and not wish.include_reserved:
        book.note(record["id"], {"cause": "withdrawn"}, None)
        return
    made = hydrate(record, key, answer.page)
    if made.record is None:
        book.note(record["id"], {"cause": made.status, "moved": moved}, None)
        return
    spans = dict(made.spans)
    told = {**made.record["rehydrated"], "spans": spans, "moved_to": moved}
    full = {**made.record, "url": url, "rehydrated": told}
    book.note(record["id"], {"cause": made.status, "spans": spans, "moved": moved}, full)


def _is_moved(url: str, final: str) -> bool:
    from monitor.feeds import canonical_url

    return bool(final) and canonical_url(final) != canonical_url(url)


def _host(url: str) -> str:
    from monitor.feeds.urls import host_of

    try:
        return host_of(url)
    except FeedError:
        return ""


# What came out --------------------------------------------------------------------------------


def _finish(source: Path, book: Book, mark: Mapping[str, Any]) -> Done:
    """Put the records into the export's order, and write the report."""
    order = [one["id"] for one in read_records(source)]
    told = [(one, book.outcomes[one]) for one in order if one in book.outcomes]
    causes = Counter(said["cause"] for _, said in told)
    spans: Counter[str] = Counter()
    for _, said in told:
        spans.update(said.get("spans") or {})
    done = Done(
        articles=len(order),
        causes=dict(sorted(causes.items())),
        spans=dict(sorted(spans.items())),
        moved=sum(bool(said.get("moved")) and said["cause"] in HAD for _, said in told),
        fetched=book.fetched,
    )
    sort_records(book.folder / RECORDS, {one: place for place, one in enumerate(order)})
    values = {
        "schema": 1,
        **mark,
        "articles": done.articles,
        "causes": done.causes,
        "moved": done.moved,
        "spans": done.spans,
        "waiting": len(order) - len(told),
        "items": [{"id": one, **said} for one, said in told],
    }
    part = book.folder / f".{REPORT}.part"
    write_json(part, values)
    part.chmod(OWN_ONLY)
    part.replace(book.folder / REPORT)
    return done
