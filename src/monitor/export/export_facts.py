"""Metadata of an export, tallied while it is written: what its manifest and its cards tell."""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any

from monitor.export.columns import Column, TextDegree
from monitor.export.k_anonymity import WithheldCounts
from monitor.export.publication import PublicationPolicy
from monitor.settings import ExportSettings

_COUNTED = ("tags", "experimental", "findings", "judged", "reviewed")
_COUNTED_BY = ("verdicts", "sources", "languages", "mining")
TITLE = "News on trafficking in human beings, tagged"
DEGREES = {
    "none": "without words of the articles but headlines: places only",
    "quotes": "with the words that tags and findings point at, within limits, and no texts",
    "full": "with the whole texts of the articles",
}


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
    back by kind (`publication.py`), `lost` what the format cannot carry, `labels` as `Tally` tells;
    `about` is what the desk says of its exports, `measured` the error rates of what judged;
    `withheld_counts` are `None` in a restricted export, which withholds no article.
    """

    format: str
    policy: PublicationPolicy
    filters: Mapping[str, Any]
    created: datetime | None
    rows: int
    stamps: tuple[str, ...]
    withheld: Mapping[str, int]
    lost: Mapping[str, int]
    files: tuple[FileFacts, ...]
    labels: Mapping[str, Any]
    about: ExportSettings = field(default_factory=ExportSettings)
    measured: Mapping[str, Any] = field(default_factory=dict)
    read: Read | None = None
    withheld_counts: WithheldCounts | None = None

    @property
    def title(self) -> str:
        """The title of the export."""
        return self.about.title or TITLE

    @property
    def name(self) -> str:
        """A name of lower-case letters, digits and hyphens."""
        kept = [c if c.isascii() and c.isalnum() else " " for c in self.title.lower()]
        return "-".join("".join(kept).split()) or "thb-monitor-export"

    @property
    def tables(self) -> dict[str, FileFacts]:
        """The files that are tables by a name of their own: that of the file, or its path."""
        tables = [file for file in self.files if file.columns]
        stems = [file.name.rpartition("/")[2].partition(".")[0] for file in tables]
        return {
            stem if stems.count(stem) == 1 else file.name.replace("/", "-"): file
            for stem, file in zip(stems, tables, strict=True)
        }

    @property
    def description(self) -> str:
        """What the export is."""
        labels = self.labels
        days = f", first seen {labels['first']} to {labels['last']}" if labels["first"] else ""
        outlets = f"{labels['outlets']} outlet{'' if labels['outlets'] == 1 else 's'}"
        return (
            f"{self.rows} articles of {outlets}{days}, {DEGREES[self.policy.text]}; judged by"
            f" models and rules of which the version is stated, {labels['reviewed']} of them by"
            " reviewers."
        )


class Writer(ABC):
    """Writes the files of one format, in flat memory however many articles there are.

    `files` are the paths it has written, an entry of many small files as their folder; `tables` has
    the columns of those that are tables, by name, and `rows` how many rows where that is not the
    number of articles; `lost` counts what the format could not carry, by kind. All are whole once
    it is closed. A format that is `of_texts` has no row of an article without any. `text` is how
    much of the texts may be given; `open_writer` of a format's module makes its writer.
    """

    of_texts = False

    def __init__(self, folder: Path, text: TextDegree = "full") -> None:  # noqa: ARG002 - of some
        self._folder = folder
        self.files: list[Path] = []
        self.tables: dict[str, tuple[Column, ...]] = {}
        self.rows: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()

    @abstractmethod
    def write(self, values: Mapping[str, Any]) -> None:
        """Write one published record."""

    def close(self) -> None:
        """Write what is left and close the files; also after a failure."""
        self.lost = +self.lost


def is_address(licence: str) -> bool:
    """Whether a licence is said by where it stands."""
    return licence.startswith(("http://", "https://"))


def file_facts(path: Path, name: str, tell: Callable[[str], object] = lambda _: None) -> FileFacts:
    """Return the size and hash of a file, or of a folder of files.

    `tell` is told the line of each as `sha256sum` prints it, so that none is read twice.
    """
    if not path.is_dir():
        digest = sha256_of(path)
        tell(f"{digest}  {name}\n")
        return FileFacts(name, path.stat().st_size, digest)
    whole, size, parts = hashlib.sha256(), 0, 0
    for root, folders, names in os.walk(path):  # sorted in each: brat's are 200,000
        folders.sort()
        for part in (Path(root, one) for one in sorted(names)):
            digest, inside = sha256_of(part), part.relative_to(path).as_posix()
            whole.update(f"{digest}  {inside}\n".encode())
            tell(f"{digest}  {name}/{inside}\n")
            size += part.stat().st_size
            parts += 1
    return FileFacts(name, size, whole.hexdigest(), parts, folder=True)


def sha256_of(path: Path) -> str:
    """Return the hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Tally:
    """Counts what passes through an export, a record at a time; tells `labels` at the end.

    `withheld` is what was kept back of records that are given, `kept_back` of all.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.stamps: set[str] = set()
        self.withheld: Counter[str] = Counter()
        self.kept_back: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._of: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._reviewers: set[str] = set()
        self._outlets: set[str] = set()
        self._days: set[str] = set()
        self._coincidences: defaultdict[tuple[str, str], float] = defaultdict(float)

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one record."""
        self.rows += 1
        self.stamps.update(record["stamps"])
        tags = record["tags"]
        reviews = [one for one in record["reviews"] if not one["provisional"]]
        self._counts.update(
            tags=len(tags),
            experimental=sum(bool(tag.get("experimental")) for tag in tags),
            findings=len(record["findings"]),
            judged=int(record["relevance"] is not None),
            reviewed=int(bool(reviews)),
        )
        self._of["languages"][record["language"] or "unknown"] += 1
        self._of["mining"][record.get("mining") or "not stated"] += 1
        self._outlets.update(filter(None, [record["outlet"]]))
        self._reviewers.update(review["reviewer"] for review in reviews)
        by = {*record["stamps"], *(f"reviewer {one['reviewer']}" for one in reviews)}
        self._of["sources"].update(by)
        # the latest of each reviewer holds: nobody agrees or differs with themselves
        verdicts = list({one["reviewer"]: one["verdict"] for one in reviews}.values())
        self._of["verdicts"].update(verdicts)
        self._counts["twice"] += len(verdicts) > 1
        for one, other in permutations(verdicts, 2):
            self._counts["pairs"] += 1
            self._counts["same"] += one == other
            self._coincidences[one, other] += 1 / (len(verdicts) - 1)
        if seen := record["seen"]:
            self._days.add(str(seen)[:10])

    @property
    def labels(self) -> dict[str, Any]:
        """Where the labels come from, and of what articles they are, as far as was counted.

        `sources` says for each stamp or reviewer how many articles have labels of it,
        `experimental` counts tags of labels that had too few examples to be measured; `first` and
        `last` are days. `agreement` is of verdicts on articles that two reviewers or more looked
        at: `share` of equal pairs among all pairs on one article, `alpha` Krippendorff's for
        nominal data, None where every verdict was the same. Source: K. Krippendorff, Computing
        Krippendorff's Alpha-Reliability (2011), section C.
        """
        counts = self._counts
        totals: defaultdict[str, float] = defaultdict(float)
        observed = 0.0
        for (one, other), weight in self._coincidences.items():
            totals[one] += weight
            observed += weight if one != other else 0
        n = sum(totals.values())
        expected = sum(totals[one] * totals[other] for one, other in permutations(totals, 2))
        return {
            **{name: counts[name] for name in _COUNTED},
            **{name: dict(sorted(self._of[name].items())) for name in _COUNTED_BY},
            "reviewers": len(self._reviewers),
            "outlets": len(self._outlets),
            "first": min(self._days, default=None),
            "last": max(self._days, default=None),
            "agreement": {
                "articles": counts["twice"],
                "share": counts["same"] / counts["pairs"] if counts["pairs"] else None,
                "alpha": 1 - (n - 1) * observed / expected if expected else None,
            },
        }
