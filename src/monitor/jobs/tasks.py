"""What is asked of a worker and what it says: plain data, which Ray carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.records.article import Article


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says: a result, or an expected failure by its kind and words."""

    result: Any = None
    kind: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """Asks for the stamps of a worker: those of the classifiers, or of all assessors."""

    everything: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to classify: lines, or pages out of web archives."""

    rows: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Files:
    """Files to check, by absolute path and by how they were named: a worker reads them itself."""

    paths: Sequence[tuple[str, str]]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """Articles, and by stamp the numbers of those that it has not judged."""

    articles: Sequence[Article]
    wanted: Mapping[str, Sequence[int]]
