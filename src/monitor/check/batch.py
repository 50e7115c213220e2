"""A run of `monitor check` over many files: what was found, and what is needed to write it down.

`redacted` leaves out the words of the drafts: for logs, which many can read and few can erase.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from monitor.records.errors import DocumentError, MonitorError, describe_exception
from monitor.records.finding import FLAGGED

STDIN = "-"


def has_lines(document: Mapping[str, Any]) -> bool:
    """Whether the places in a document are places in its file: not in a Word file."""
    return PurePath(document["path"]).suffix.lower() != ".docx"


def rules_by_name(rules: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return rules by id, the first of several, which are there by `guideline/id` too."""
    given = list(rules)
    count = Counter(rule["id"] for rule in given)
    named = {f"{rule['guideline']}/{rule['id']}": rule for rule in given if count[rule["id"]] > 1}
    return named | {rule["id"]: rule for rule in reversed(given)}


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents of one run, as design section 4 has them, in order.

    `rules` are the guidelines', as data for readers, by name; `about` is the first's address.
    `root` is the absolute folder of the run. `baseline`: what was known is left out; `redacted`:
    the drafts' words are. `people`: whoever runs it asked for those whom the drafts tell of.
    """

    documents: tuple[Mapping[str, Any], ...]
    guideline: str
    rules: Mapping[str, Mapping[str, Any]]
    root: Path
    exit_code: int = 0
    version: str = ""
    about: str = ""
    baseline: bool = False
    redacted: bool = False
    people: bool = False

    def inside(self, path: str) -> str | None:
        """Return `path` from the root on, with slashes; `None` where it leads out of it."""
        if path == STDIN:
            return "stdin"
        whole = PurePath(os.path.normpath(self.root / path))
        return whole.relative_to(self.root).as_posix() if whole.is_relative_to(self.root) else None

    def absolute(self, path: str) -> str:
        """Return `path` from the file system's root on, with slashes."""
        return PurePath(os.path.normpath(self.root / path)).as_posix()

    def name(self, finding: Mapping[str, Any]) -> str:
        """Return a rule's name: its id, or with its guideline where that alone is one of two."""
        whole = f"{finding.get('guideline')}/{finding['rule']}"
        return whole if whole in self.rules else str(finding["rule"])

    def count(self) -> int:
        """Return how many findings there are."""
        return sum(len(document.get("findings", ())) for document in self.documents)


Check = Callable[[bytes, str], dict[str, Any]]


def checked_file(path: str, check: Check, place: str | None = None) -> dict[str, Any]:
    """Return one document's JSON, with its path first; what cannot be checked has an `error`.

    `place` is where the file is, if that is another name than the one to be told. Raises what is
    wrong with settings and rules.
    """
    name = "stdin.txt" if path == STDIN else path
    try:
        try:
            data = sys.stdin.buffer.read() if path == STDIN else Path(place or path).read_bytes()
        except OSError as error:
            return {"path": path, "error": f"{path}: {error.strerror or error}"}
        return {"path": path, **check(data, name)}
    except DocumentError as error:
        return {"path": path, "error": str(error)}
    except MonitorError:
        raise
    except Exception as error:  # noqa: BLE001 - told without its message, which may quote the draft
        return {"path": path, "error": f"a fault of the program: {describe_exception(error)}"}


WITHHELD = "words withheld"


def is_open(person: Mapping[str, Any]) -> bool:
    """Whether the reporter has to decide something about a person before publication."""
    return bool(person["questions"])


def without_people(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document as it is where nobody asked for people."""
    kept = {key: value for key, value in document.items() if key != "people"}
    for part in FLAGGED & document.keys():
        kept[part] = [
            {key: value for key, value in one.items() if key not in ("person", "by_place")}
            for one in document[part]
        ]
    return kept


def by_number(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document whose findings that protect people speak of them by number, unnamed."""
    kept = dict(document)
    for part in FLAGGED & document.keys():
        kept[part] = [
            {**one, "match": "", "message": one["by_place"]} if "by_place" in one else one
            for one in document[part]
        ]
    return kept


def redacted(
    document: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]], *, keyed: bool
) -> dict[str, Any]:
    """Return what was found, and where, without the draft's words.

    A message becomes the rule's title; match, suggestions (a judge's may repeat the draft), visible
    text, and what the writer gave as reason are left out. Fingerprints stay only if `keyed`: who
    guesses the words could confirm the guess. File names stay.
    """
    if "error" in document:
        return dict(document)
    kept = {key: value for key, value in document.items() if key != "text"}

    def title(rule: str) -> str:
        return str(rules[rule]["title"]) if rule in rules else rule

    for part in {*FLAGGED, "scorecard"} & document.keys():
        kept[part] = []
        for one in document[part]:
            told = {key: value for key, value in one.items() if keyed or key != "fingerprint"}
            if part == "scorecard":
                told["reason"] = title(one["item"])
            else:
                told |= {"match": "", "suggestions": [], "message": title(one["rule"])}
            withheld = "ignored" if part == "scorecard" else "reason"
            kept[part].append(told | ({withheld: WITHHELD} if withheld in one else {}))
    if "ignore_problems" in document:
        words = "an ignore comment that silences nothing"
        kept["ignore_problems"] = [{**one, "message": words} for one in document["ignore_problems"]]
    return kept
