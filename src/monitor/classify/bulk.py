"""Bulk classifying: articles in, records out, in order, in constant memory, on several cores.

Worker processes load the models once and get chunks of lines, no more than keep them busy, so that
a slow reader of the output holds the input back.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from typing import Any

from monitor.records.article import Article, Assessment, Assessor
from monitor.records.errors import DataError
from monitor.records.json_shapes import tag_json, term_json
from monitor.text.language_detection import identify_language

CHUNK, SMALL = 256, 32
"""Rows that go to a worker in one go, and to a single process."""
WORTH = 4
"""Chunks from which on loading the models in other processes pays."""
Load = Callable[[], Sequence[Assessor]]
"""Loads the assessors in a worker: a function that can be pickled."""
Prepare = Callable[[Sequence[Any]], Sequence[Any]]
"""Makes lines, or records that are ready, of rows as a source has them, where the work is done."""
_assessors: Sequence[Assessor] = ()
_prepare: Prepare = list


@dataclass(frozen=True, slots=True)
class ClassifiedChunk:
    """Output lines of one chunk, and how many of them are errors."""

    lines: Sequence[str]
    errors: int


def classify_bulk(
    rows: Iterable[Any],
    assessors: Sequence[Assessor],
    load: Load,
    *,
    jobs: int,
    prepare: Prepare = list,
) -> Iterator[ClassifiedChunk]:
    """Yield the records of `rows` (lines, or what `prepare` makes lines of) in order, by chunks.

    `assessors` judge in this process where it works alone; each of `jobs` processes has its own by
    `load`, and they are only started for input that is worth it.
    """
    pieces, first = chunks(rows), list[list[Any]]()
    if jobs > 1:
        first = list(islice(pieces, WORTH))
        rows = chain.from_iterable(first)
    if len(first) < WORTH:
        for chunk in chunks(rows, SMALL):
            yield ClassifiedChunk(*classify_batch(prepare(chunk), assessors))
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _start, (load, prepare)) as pool:
        flying: deque[Future[ClassifiedChunk]] = deque()
        try:
            for chunk in chain(first, pieces):
                flying.append(pool.submit(_work, chunk))
                if len(flying) > 2 * jobs:
                    yield flying.popleft().result()
            while flying:
                yield flying.popleft().result()
        finally:
            for future in flying:
                future.cancel()


def chunks(rows: Iterable[Any], most: int = CHUNK) -> Iterator[list[Any]]:
    """Yield rows in pieces: so `most` of them, or fewer that have 4 million characters or bytes."""
    chunk: list[Any] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += len(row)
        if len(chunk) == most or size > 4_000_000:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _start(load: Load, prepare: Prepare) -> None:
    """Load the models of a worker, which does not outlive the process it works for."""
    global _assessors, _prepare
    _assessors, _prepare = load(), prepare
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _work(chunk: Sequence[Any]) -> ClassifiedChunk:
    return ClassifiedChunk(*classify_batch(_prepare(chunk), _assessors))


def classify_lines(lines: Iterable[str], assessors: Sequence[Assessor]) -> Iterator[str]:
    """Yield one JSON line for each of `lines` (`{id, title, text[, language]}`), in order.

    `url` and `outlet` are read too: they tell where the outlet is at home. A line that cannot be
    read or judged becomes `{"id": …, "error": …}` and the run goes on.
    """
    source = iter(lines)
    while batch := list(islice(source, SMALL)):
        yield from classify_batch(batch, assessors)[0]


def classify_batch(
    lines: Sequence[str | dict[str, Any]], assessors: Sequence[Assessor]
) -> tuple[list[str], int]:
    """Return the JSON lines of `classify_lines` (or of ready records), and how many are errors."""
    parsed = [_parse(line) if isinstance(line, str) else line for line in lines]
    articles = [item for item in parsed if isinstance(item, Article)]
    said = zip(*(assessor.assess(articles) for assessor in assessors), strict=True)
    made = [record_json(one, next(said)) if isinstance(one, Article) else one for one in parsed]
    return [json.dumps(one, ensure_ascii=False) for one in made], sum("error" in o for o in made)


def record_json(article: Article, assessments: Sequence[Assessment]) -> dict[str, Any]:
    """Return the output record of one article (design section 4).

    One assessor that judged is enough; `terms` are there where none did, or an `experimental` one.
    """
    failed = next((a.error for a in assessments if a.error is not None), None)
    if failed is not None:
        return {"id": article.id, "error": f"could not be judged ({failed})"}
    judged = next((a for a in assessments if a.relevance is not None), Assessment(""))
    record: dict[str, Any] = {"id": article.id}
    record |= {"relevance": judged.relevance, "relevant": judged.relevant}
    reason = next((a.not_judged for a in assessments if a.not_judged), None)
    was_judged = judged.relevance is not None or reason is None
    record |= {"borderline": judged.borderline} if was_judged else {"not_judged": reason}
    if judged.experimental:
        record["experimental"] = True
    if judged.experimental or "not_judged" in record:
        record["language"] = article.language
        if terms := [term_json(term) for a in assessments for term in a.terms]:
            record["terms"] = terms
    record["tags"] = [tag_json(tag) for a in assessments for tag in a.tags]
    record["stamps"] = [a.stamp for a in assessments]
    return record


def _parse(line: str) -> Article | dict[str, Any]:
    """Return the article of a line, or the error record that takes its place."""
    identity: str | None = None
    try:
        raw = json.loads(line)
        if not isinstance(raw, dict):
            return {"id": None, "error": "not an object"}
        identity = _string(raw, "id")
        text, title = _string(raw, "text"), _string(raw, "title", default="")
        language = None if raw.get("language") is None else _string(raw, "language")
    except DataError as error:
        return {"id": identity, "error": str(error)}
    except ValueError:
        return {"id": None, "error": "no JSON"}
    except RecursionError:
        return {"id": None, "error": "JSON nested too deeply"}
    # these help but are not asked for: anything that is no string counts as not said
    said = (raw.get(key) for key in ("url", "outlet"))
    url, outlet = (value if isinstance(value, str) else "" for value in said)
    return Article(
        id=identity,
        url=url,
        title=title,
        text=text,
        outlet=outlet,
        # told once here, and not again by every assessor
        language=language or identify_language(f"{title}\n{text}"),
        published=None,
        seen=datetime.fromtimestamp(0, UTC),
        sha256=hashlib.sha256(f"{title}\0{text}".encode()).hexdigest(),
    )


def _string(raw: dict[str, Any], key: str, default: str | None = None) -> str:
    value = raw.get(key, default)
    if value is None:
        raise DataError(f"'{key}' is missing")
    if not isinstance(value, str):
        raise DataError(f"'{key}' is not a string")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"'{key}' has a lone surrogate at {error.start}") from error
    return value
