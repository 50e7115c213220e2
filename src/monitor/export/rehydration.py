"""Rehydration: the texts of an export fetched again, politely, verified and realigned.

What became of each article is written down at once, so that a run that was stopped goes on where
it was and asks for no page twice. The files are for their owner alone.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from monitor.desk import Desk
from monitor.export.corrections import json_lines, read_key_file
from monitor.export.export_facts import sha256_of
from monitor.export.jsonl import FILE, article_line
from monitor.export.key_file import OWN_ONLY, private
from monitor.export.packaging import old_entries, write_json
from monitor.export.parquet import FILE as PARQUET
from monitor.export.parquet import read_records as parquet_records
from monitor.export.realignment import hydrate
from monitor.export.record import spans_of
from monitor.feeds.article_pages import PageAnswer, PageReader
from monitor.feeds.http_client import open_client
from monitor.feeds.politeness import HostQueues, Manners, manners_of
from monitor.feeds.urls import article_id, canonical_url, host_of
from monitor.records.errors import DataError, FeedError, UsageError
from monitor.storage.store import Store

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
    **dict.fromkeys(("login", "refused", "status"), "refused"),
    **dict.fromkeys(("no_answer", "server_error"), "no_answer"),
    **dict.fromkeys(("fault", "extractor"), "failed"),
    **{name: name for name in ("busy", "robots", "unsafe")},
}
"""The causes by which pages fail; others are of pages without a text."""
_UNDER_WAY = 400  # articles that wait for their hosts' turn at a time
_NEEDED = frozenset({"id", "tags", "findings", "length"})
RECORDS, PROGRESS, REPORT = "rehydrated.jsonl", "progress.jsonl", "report.json"
HAD = ("same", "changed")  # the outcomes with a record
Outcome = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RehydrationRequest:
    """What is wanted: `retry` asks again where it may be had another time."""

    source: Path
    folder: Path
    key: Path | None = None
    include_reserved: bool = False
    retry: bool = False


@dataclass(frozen=True, slots=True)
class RehydrationReport:
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
    desk: Desk,
    wish: RehydrationRequest,
    *,
    report: Callable[[int], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> RehydrationReport:
    """Fetch the pages of an export again; write full records and a report into a folder.

    May be stopped at any moment, and called again to go on; once `stopped` says so no page is asked
    for any more. `report` is told how many more are done. Raises `UsageError` for what is no
    export, and for a folder of another one.
    """
    source = export_file(wish.source)
    key = read_key_file(wish.key) if wish.key else {}
    mark = {"export": sha256_of(source), "key": sha256_of(wish.key) if wish.key else None}
    address = desk.settings.database_url
    file = Path(address.removeprefix("sqlite:///"))
    # none where there is none, as where an export is only read
    store = desk.store if not address.startswith("sqlite:///") or file.exists() else None
    how = desk.settings.fetch
    manners = manners_of(desk) if store else Manners(how.host_spacing_s, desk.now, sleep=desk.sleep)
    manners.stopped = stopped
    with (
        open_progress(wish.folder, mark, retry=wish.retry) as book,
        open_client(how, manners) as client,
        HostQueues[tuple[Outcome, str, PageAnswer]](how.parallel, manners) as queues,
    ):
        pages = PageReader(client, desk.now)

        def fetch(record: Outcome, url: str) -> tuple[Outcome, str, PageAnswer]:
            return record, url, pages.read(url)

        waiting = (one for one in read_records(source) if one["id"] not in book.outcomes)
        while not stopped() and (some := list(islice(waiting, _UNDER_WAY))):
            asked = _ask(some, wish, key, store, book)
            report(len(some) - len(asked))
            for record, url in asked:
                host = ""
                with suppress(FeedError):
                    host = host_of(url)
                queues.add(host, partial(fetch, record, url))
            for record, url, answer in queues.results():
                book.fetched += 1
                line = key.get(record["id"], {})
                book.note(record["id"], *_outcome(record, line, url, answer, wish))
                report(1)
                if store:
                    store.save_visits(manners.take_changed(), desk.now())
    return _finish(source, book, mark)


def _ask(
    some: list[dict[str, Any]],
    wish: RehydrationRequest,
    key: Mapping[str, Mapping[str, Any]],
    store: Store | None,
    book: RehydrationProgress,
) -> list[tuple[dict[str, Any], str]]:
    """Return which articles' pages are to be fetched, and from where; note why the others not."""
    known: list[tuple[str, str, str | None]] = []  # id, address and version of each
    for record in some:
        line = key.get(record["id"], {})
        id_, url = record["id"], line.get("url") or record.get("url") or ""
        with suppress(FeedError):  # no address that can be asked: told when it is
            # of an article whose address was withheld the export's id is none
            id_ = article_id(url) if line else id_
        known.append((id_, url, record.get("sha256") or line.get("sha256")))
    forgotten = store.forgotten(id_ for id_, _, _ in known) if store else frozenset()
    versions = [(id_, sha256) for id_, _, sha256 in known if sha256]
    taken_back = store.taken_back(versions) if store else frozenset()
    asked = []
    for record, (id_, url, _) in zip(some, known, strict=True):
        causes = {
            "forgotten": id_ in forgotten,
            "withdrawn": id_ in taken_back,
            "reserved": record.get("mining") == "reserved" and not wish.include_reserved,
            "no_address": not url,
        }
        if cause := next((name for name, is_so in causes.items() if is_so), ""):
            book.note(record["id"], {"cause": cause}, None)
        else:
            asked.append((record, url))
    return asked


def _outcome(
    record: dict[str, Any],
    key: Mapping[str, Any],
    url: str,
    answer: PageAnswer,
    wish: RehydrationRequest,
) -> tuple[Outcome, dict[str, Any] | None]:
    """Return what the page of an article gave, and the full record."""
    final = answer.final_url
    moved = final if final and canonical_url(final) != canonical_url(url) else None
    if answer.page is None:
        cause = _BY_FAILURE.get(answer.failure or "", "no_text")
        if cause == "robots" and answer.retry:
            cause = "no_answer"  # nothing forbids it: robots.txt itself could not be had
        return {"cause": cause, "again": answer.retry}, None
    if moved and urlsplit(moved).path in ("", "/"):
        return {"cause": "gone", "moved": moved}, None
    if answer.terms.mining == "reserved" and not wish.include_reserved:
        return {"cause": "withdrawn"}, None
    full = hydrate(record, key, answer.page)
    if full is None:
        return {"cause": "other_text", "moved": moved}, None
    told = {**full["rehydrated"], "moved_to": moved}
    outcome = {"cause": told["status"], "spans": told["spans"], "moved": moved}
    return outcome, {**full, "url": url, "rehydrated": told}


def _finish(source: Path, book: RehydrationProgress, mark: Mapping[str, Any]) -> RehydrationReport:
    """Put the records into the export's order, the last of each article; write the report."""
    order = [one["id"] for one in read_records(source)]
    place_in = {one: place for place, one in enumerate(order)}
    path, places = book.folder / RECORDS, dict[str, tuple[int, int]]()
    at = lines = 0
    with path.open("rb") as file:
        for line in file:
            places[json.loads(line)["id"]] = (at, len(line))
            at += len(line)
            lines += 1
        ids = sorted(places, key=lambda one: place_in.get(one, len(order)))
        wanted = [places[one] for one in ids]
        if wanted != sorted(wanted) or lines > len(wanted):
            part = path.with_name(f".{path.name}.part")
            with open(part, "wb", opener=private) as out:
                for start, length in wanted:
                    file.seek(start)
                    out.write(file.read(length))
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
    told = [(one, book.outcomes[one]) for one in order if one in book.outcomes]
    causes, spans = Counter(said["cause"] for _, said in told), Counter[str]()
    for _, said in told:
        spans.update(said.get("spans") or {})
    values: dict[str, Any] = {
        "articles": len(order),
        "causes": dict(sorted(causes.items())),
        "spans": dict(sorted(spans.items())),
        "moved": sum(bool(said.get("moved")) and said["cause"] in HAD for _, said in told),
    }
    more = {"items": [{"id": one, **said} for one, said in told], "schema": 1, **mark}
    part = book.folder / f".{REPORT}.part"
    write_json(part, {**values, **more, "waiting": len(order) - len(told)})
    part.chmod(OWN_ONLY)
    part.replace(book.folder / REPORT)
    return RehydrationReport(**values, fetched=book.fetched)


@dataclass(slots=True)
class RehydrationProgress:
    """The files of a run: what is known of each article, by id, and where more is written."""

    folder: Path
    outcomes: dict[str, Outcome]
    records: TextIO
    progress: TextIO
    fetched: int = 0

    def note(self, article_id: str, outcome: Outcome, record: Mapping[str, Any] | None) -> None:
        """Write down what became of an article, its record first, both on the disk."""
        if record is not None:
            _put(self.records, article_line(record))
        _put(self.progress, json.dumps({"id": article_id, **outcome}) + "\n")
        self.outcomes[article_id] = outcome


@contextmanager
def open_progress(
    folder: Path, mark: Mapping[str, Any], *, retry: bool = False
) -> Iterator[RehydrationProgress]:
    """Open the files in a folder, with what earlier runs wrote down.

    `mark` says what is fetched; `retry` leaves out what may be had another time. Raises
    `UsageError` for a folder of something else.
    """
    with ExitStack() as stack:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lines = list(_whole_lines(folder / PROGRESS))
            if lines and lines[0] != mark:
                other = "another export, or key file"
                raise UsageError(f"{folder}: holds what was fetched for {other}")
            if not lines and any((folder / name).exists() for name in (RECORDS, REPORT)):
                raise UsageError(f"{folder}: holds files that no run of ours left there")
            outcomes = {line.pop("id"): line for line in lines[1:]}
            for record in _whole_lines(folder / RECORDS):
                # where it was stopped between the two
                if outcomes.get(record["id"], {}).get("cause") not in HAD:
                    told = record["rehydrated"]
                    outcome = {"cause": told["status"], "spans": told["spans"]}
                    outcomes[record["id"]] = {**outcome, "moved": told["moved_to"]}
            if retry:
                outcomes = {one: said for one, said in outcomes.items() if not said.get("again")}
            records, progress = (
                stack.enter_context(
                    open(folder / name, "a", encoding="utf-8", newline="", opener=private)
                )
                for name in (RECORDS, PROGRESS)
            )
            if not lines:
                _put(progress, json.dumps(mark) + "\n")
        except OSError as error:
            raise UsageError(f"cannot write {folder}: {error.strerror}") from error
        yield RehydrationProgress(folder, outcomes, records, progress)


def _whole_lines(path: Path) -> Iterator[Any]:
    """Yield the lines of a file as JSON, and cut off a last one that is not whole."""
    if not path.exists():
        return
    whole = 0
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            yield json.loads(line)
    os.truncate(path, whole)


def _put(file: TextIO, line: str) -> None:
    file.write(line)
    file.flush()
    os.fsync(file.fileno())


def export_file(path: Path) -> Path:
    """Return the file of an export with whole records; `path` is it, or the export's folder.

    Raises `UsageError` where there is none, or it is not what the manifest beside it vouches for.
    """
    if path.is_dir():
        there = [path / name for name in (FILE, PARQUET) if (path / name).is_file()]
        if not there:
            raise UsageError(f"{path}: no {FILE} or {PARQUET} in it")
        path = there[0]
    if path.suffix not in (".jsonl", ".parquet") or not path.is_file():
        raise UsageError(f"{path}: no export in jsonl or parquet")
    said = {entry["file"]: entry.get("sha256") for entry in old_entries(path.parent)}
    if path.name in said and said[path.name] != sha256_of(path):
        raise UsageError(f"{path}: not the file that its manifest vouches for")
    return path


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file of an export. Raises `DataError` for a line that is none.

    A record is one as far as its spans are to be followed.
    """
    rows = json_lines(path)
    if path.suffix == ".parquet":
        rows = ((f"{path}:{n}", row) for n, row in enumerate(parquet_records(path), 1))
    for where, row in rows:
        try:
            spans = list(spans_of(row))
            lengths = row["length"]["title"], row["length"]["text"]
            whole = (
                row.keys() >= _NEEDED
                and isinstance(row["id"], str)
                and all(isinstance(one[at], int) for one in spans for at in ("start", "end"))
                and all(isinstance(length, int | None) for length in lengths)
                and {span["field"] for span in spans} <= {"title", "text"}
            )
        except (KeyError, TypeError, AttributeError):
            whole = False
        if not whole:
            raise DataError(f"{where}: no record of an export")
        yield row
