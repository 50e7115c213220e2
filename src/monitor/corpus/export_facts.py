"""What is known of an export once it is written: all that its manifest and its cards tell of."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from monitor.corpus.k_anonymity import WithheldCounts
from monitor.corpus.publication import Policy
from monitor.credits import ExportSettings

_PIECE = 1 << 20

Kind = Literal["text", "number", "integer", "boolean", "time", "list", "object"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, or a key of a JSON line."""

    name: str
    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far reviewers agree on verdicts of articles that two or more of them looked at.

    `share` is of equal pairs among all pairs of verdicts on one article, `alpha` Krippendorff's for
    nominal data, `None` where every verdict was the same. Both are `None` without such articles.
    """

    articles: int
    share: float | None = None
    alpha: float | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """Where the labels come from, and of what articles they are.

    `sources` says for each stamp or reviewer how many articles have labels of it; `experimental`
    counts tags of labels that had too few examples to be measured. `first` and `last` are days.
    """

    tags: int = 0
    experimental: int = 0
    findings: int = 0
    judged: int = 0
    reviewed: int = 0
    reviewers: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    agreement: Agreement = field(default_factory=lambda: Agreement(0))
    sources: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    mining: Mapping[str, int] = field(default_factory=dict)
    outlets: int = 0
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file by its name in the export's folder, or a folder of many: `parts` is how many.

    A folder's `bytes` are those of all its files together, its `sha256` that of the lines that
    `sha256sum` prints of them, folder by folder. `rows` and `columns` are there where it is a table
    or has a record a line.
    """

    name: str
    bytes: int
    sha256: str
    parts: int = 1
    folder: bool = False
    rows: int | None = None
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """As of which moment the desk was read, and by whose word, so that it can be read again.

    `stamps` are asked in that order, `stories` is the stamp of the rule that folds. `forgotten` are
    articles of those days that are not there any more; `lost` counts what is not as it was then.
    """

    moment: datetime
    stamps: tuple[str, ...]
    stories: str
    forgotten: int = 0
    lost: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What one format was made of, by what rules, and what came out.

    `filters` are what the articles were chosen by, as JSON has it; `withheld` counts what was kept
    back by kind (`publish.py`), `lost` what the format cannot carry; `about` is what the desk says
    of its exports, `measured` the error rates of what judged. `withheld_counts` count the withheld
    articles, `None` in a restricted export, which withholds none.
    """

    format: str
    policy: Policy
    filters: Mapping[str, Any]
    created: datetime | None
    rows: int
    stamps: tuple[str, ...]
    withheld: Mapping[str, int]
    lost: Mapping[str, int]
    files: tuple[FileFacts, ...]
    labels: Labels = field(default_factory=Labels)
    about: ExportSettings = field(default_factory=ExportSettings)
    measured: Mapping[str, Any] = field(default_factory=dict)
    read: Read | None = None
    withheld_counts: WithheldCounts | None = None


def file_facts(path: Path, name: str, tell: Callable[[str], object] = lambda _: None) -> FileFacts:
    """Return the size and hash of a file, or of a folder of files.

    `tell` is told the line of each as `sha256sum` prints it, so that none is read twice.
    """
    if not path.is_dir():
        digest = sha256_of(path)
        tell(f"{digest}  {name}\n")
        return FileFacts(name, path.stat().st_size, digest)
    whole, size, parts = hashlib.sha256(), 0, 0
    for part in files_in(path):
        digest, inside = sha256_of(part), part.relative_to(path).as_posix()
        whole.update(f"{digest}  {inside}\n".encode())
        tell(f"{digest}  {name}/{inside}\n")
        size += part.stat().st_size
        parts += 1
    return FileFacts(name, size, whole.hexdigest(), parts, folder=True)


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and those below it, sorted in each: brat's are 200,000."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(root, name)


def sha256_of(path: Path) -> str:
    """Return the hash of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
