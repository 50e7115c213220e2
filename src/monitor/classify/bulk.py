"""Classifying any number of articles: in order, in constant memory, on as many cores as wanted.

Worker processes load the models once and get chunks of lines. No more chunks are in flight than
keep the workers busy, so that a slow reader of the output holds the input back.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from pathlib import Path

from monitor.classify.assessors import load_classifiers
from monitor.classify.records import classify_batch
from monitor.types import Assessor

CHUNK = 256
"""Lines that go to a worker in one go; a single process takes `SMALL` ones."""
SMALL = 32
WORTH = 4
"""Chunks from which on loading the models in other processes pays."""


@dataclass(frozen=True, slots=True)
class Classified:
    """Output lines of one chunk, and how many of them are errors."""

    lines: Sequence[str]
    errors: int


def classify_bulk(
    lines: Iterable[str], assessors: Sequence[Assessor], models: Path, *, jobs: int
) -> Iterator[Classified]:
    """Yield the records of `lines` in order, chunk by chunk.

    `assessors` judge in this process where it works alone; `jobs` processes load theirs from the
    folder `models`, and are only started for input that is worth it.
    """
    source = iter(lines)
    first = list(islice(source, CHUNK * WORTH)) if jobs > 1 else []
    if jobs > 1 and len(first) == CHUNK * WORTH:
        yield from _spread(chain(first, source), models, jobs)
        return
    for chunk in _chunks(chain(first, source), SMALL):
        yield Classified(*classify_batch(chunk, assessors))


def _chunks(lines: Iterator[str], size: int) -> Iterator[list[str]]:
    while chunk := list(islice(lines, size)):
        yield chunk


def _spread(lines: Iterator[str], models: Path, jobs: int) -> Iterator[Classified]:
    with ProcessPoolExecutor(jobs, get_context("spawn"), _start, (models,)) as pool:
        flying: deque[Future[Classified]] = deque()
        try:
            for chunk in _chunks(lines, CHUNK):
                flying.append(pool.submit(_work, chunk))
                if len(flying) > 2 * jobs:
                    yield flying.popleft().result()
            while flying:
                yield flying.popleft().result()
        finally:
            for future in flying:
                future.cancel()


_assessors: tuple[Assessor, ...] = ()


def _start(models: Path) -> None:
    """Load the models of a worker, which does not outlive the process it works for."""
    global _assessors  # noqa: PLW0603 - a worker has no other place between two chunks
    _assessors = load_classifiers(models)
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _work(chunk: Sequence[str]) -> Classified:
    return Classified(*classify_batch(chunk, _assessors))
