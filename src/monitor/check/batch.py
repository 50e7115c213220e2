"""What a run of `monitor check` found, with what is needed to write it down."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

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
    the drafts' words are.
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

    def inside(self, path: str) -> str | None:
        """Return `path` from the root on, with slashes; `None` where it leads out of it."""
        if path == STDIN:
            return "stdin"
        whole = os.path.normpath(self.root / path)
        try:
            relative = PurePath(whole).relative_to(self.root)
        except ValueError:
            return None
        return relative.as_posix()

    def absolute(self, path: str) -> str:
        """Return `path` from the file system's root on, with slashes."""
        return PurePath(os.path.normpath(self.root / path)).as_posix()

    def rule(self, finding: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a finding's rule, without a word where it is not known."""
        found = self.rules.get(f"{finding.get('guideline')}/{finding['rule']}")
        return found or self.rules.get(finding["rule"], {})

    def count(self) -> int:
        """Return how many findings there are."""
        return sum(len(document.get("findings", ())) for document in self.documents)
