"""Classifying any number of articles: in order, in constant memory, on as many cores as wanted.

Worker processes load the models once and get chunks of lines. No more chunks are in flight than
keep the workers busy, so that a slow reader of the output holds the input back.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from monitor.classify.assessors import load_classifiers
from monitor.classify.records import classify_batch
from monitor.records.article import Assessor

CHUNK = 256
"""Rows that go to a worker in one go; a single process takes `SMALL` ones."""
CHUNK_SIZE = 4_000_000
"""So many characters or bytes of rows are enough for a chunk, however few."""
SMALL = 32
WORTH = 4
"""Chunks from which on loading the models in other processes pays."""


Prepare = Callable[[Sequence[Any]], Sequence[Any]]
"""Makes lines, or records that are ready, of rows as a source has them, where the work is done."""


@dataclass(frozen=True, slots=True)
class Classified:
    """Output lines of one chunk, and how many of them are errors."""

    lines: Sequence[str]
    errors: int


def classify_bulk(
    rows: Iterable[Any],
    assessors: Sequence[Assessor],
    models: Path,
    *,
    jobs: int,
    prepare: Prepare = list,
) -> Iterator[Classified]:
    """Yield the records of `rows` (lines, or what `prepare` makes lines of) in order, by chunks.

    `assessors` judge in this process where it works alone; `jobs` processes load theirs from the
    folder `models`, and are only started for input that is worth it.
    """
    if jobs > 1:
        pieces = chunks(rows)
        first = list(islice(pieces, WORTH))
        if len(first) == WORTH:
            yield from _spread(chain(first, pieces), models, jobs, prepare)
            return
        rows = chain.from_iterable(first)
    for chunk in chunks(rows, SMALL):
        yield Classified(*classify_batch(prepare(chunk), assessors))


def chunks(rows: Iterable[Any], most: int = CHUNK) -> Iterator[list[Any]]:
    """Yield rows in pieces: so `most` of them, or fewer that are large."""
    chunk: list[Any] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += len(row)
        if len(chunk) == most or size > CHUNK_SIZE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _spread(
    pieces: Iterator[list[Any]], models: Path, jobs: int, prepare: Prepare
) -> Iterator[Classified]:
    begin = (models, prepare)
    with ProcessPoolExecutor(jobs, get_context("spawn"), _start, begin) as pool:
        flying: deque[Future[Classified]] = deque()
        try:
            for chunk in pieces:
                flying.append(pool.submit(_work, chunk))
                if len(flying) > 2 * jobs:
                    yield flying.popleft().result()
            while flying:
                yield flying.popleft().result()
        finally:
            for future in flying:
                future.cancel()


_assessors: tuple[Assessor, ...] = ()
_prepare: Prepare = list


def _start(models: Path, prepare: Prepare) -> None:
    """Load the models of a worker, which does not outlive the process it works for."""
    global _assessors, _prepare
    _assessors, _prepare = load_classifiers(models), prepare
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _work(chunk: Sequence[Any]) -> Classified:
    return Classified(*classify_batch(_prepare(chunk), _assessors))
