"""The answer to a check: what was found, how far the guideline reaches, what was left out."""

from __future__ import annotations

from typing import Any

from monitor.guidelines.checked import Checked
from monitor.guidelines.compiled import Guideline
from monitor.guidelines.confidence import leave_out, protecting
from monitor.guidelines.coverage import coverage_json
from monitor.guidelines.report import document_json
from monitor.text.document import Document


def answer_json(
    guideline: Guideline,
    document: Document,
    checked: Checked,
    *,
    path: str | None = None,
    include_text: bool = False,
    least: float | None = None,
    missed: str | None = None,
) -> dict[str, Any]:
    """Return the entry of one document with its coverage; `missed` is told in that.

    Findings less sure than `least` are left out, save those that protect people and those of which
    nothing is known; how many they are is `left_out`, there only where `least` is given.
    """
    keep = protecting(guideline)
    kept = checked if least is None else leave_out(checked, least, keep)
    entry = document_json(document, kept, path=path, include_text=include_text, protecting=keep)
    # What was left out counts here: a text in another language that has findings was checked.
    entry["coverage"] = coverage_json(
        guideline, checked, text=document.text, language=entry["language"], missed=missed
    )
    if least is not None:
        entry["left_out"] = len(checked.findings) - len(kept.findings)
    return entry
