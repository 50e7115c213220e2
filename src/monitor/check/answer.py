"""The answer to a check: what was found, how far the guidelines reach, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitor.check.coverage import coverage_json
from monitor.rules.checked import Checked
from monitor.rules.compiler import Guideline
from monitor.rules.confidence import leave_out, protecting
from monitor.rules.findings import document_json
from monitor.text.document import Document

_EXTENTS = ("whole", "part", "none")


@dataclass(frozen=True, slots=True)
class Told:
    """What one guideline says of a draft; `missed` is how much it misses, in a sentence."""

    guideline: Guideline
    checked: Checked
    missed: str | None = None


def answer_json(
    told: Sequence[Told],
    document: Document,
    *,
    path: str | None = None,
    include_text: bool = False,
    least: float | None = None,
) -> dict[str, Any]:
    """Return the entry of one document by all guidelines that were applied, with its coverage.

    Where two speak of the same words both stand, in the order of the guidelines. Findings less sure
    than `least` are left out, save those that protect people and those of which nothing is known;
    how many they are is `left_out`, there only where `least` is given.
    """
    keep = frozenset(rule for one in told for rule in protecting(one.guideline))
    whole = _together([one.checked for one in told])
    kept = whole if least is None else leave_out(whole, least, keep)
    entry = document_json(document, kept, path=path, include_text=include_text, protecting=keep)
    # What was left out counts here: a text in another language that has findings was checked.
    reached = [
        coverage_json(
            one.guideline,
            one.checked,
            text=document.text,
            language=entry["language"],
            missed=one.missed,
        )
        for one in told
    ]
    entry["coverage"] = min(reached, key=lambda coverage: _EXTENTS.index(coverage["checked"]))
    if least is not None:
        entry["left_out"] = len(whole.findings) - len(kept.findings)
    return entry


def _together(checked: Sequence[Checked]) -> Checked:
    """Return what several guidelines say as one, findings in order of place."""
    if len(checked) == 1:
        return checked[0]
    found = [finding for one in checked for finding in one.findings]
    found.sort(key=lambda finding: (finding.field == "text", finding.start, finding.end))
    scorecard = tuple(item for one in checked for item in one.scorecard)
    first = checked[0]
    return Checked(tuple(found), scorecard, first.words, first.about, first.unchecked)
