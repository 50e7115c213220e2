"""The answer to a check: what was found, how far the guidelines reach, what was left out.

How far a guideline reaches a text: its language, its topic, its length; said with every check.

"No findings" means something only where there was something to find: in a text of another
language, on another topic or of two lines it means next to nothing, and must not read as praise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from monitor.labels.countries import language_name
from monitor.rules.compiler import Guideline
from monitor.rules.findings import Checked, document_json, leave_out
from monitor.rules.guideline_heads import protecting
from monitor.rules.preconditions import About
from monitor.text.document import Document
from monitor.text.language_detection import ENOUGH_LETTERS

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


_NOTES: dict[About, str] = {
    "off": "This does not read as a text about trafficking: "
    "rules that need that topic were not applied.",
    "touched": "Trafficking is mentioned here but does not read as the topic: "
    "rules that need that topic were not applied.",
    "part": "Only a part of this reads as a text about trafficking: "
    "rules that need that topic were applied there alone.",
}


def coverage_json(
    guideline: Guideline,
    checked: Checked,
    *,
    text: str,
    language: str | None,
    missed: str | None = None,
) -> dict[str, Any]:
    """Return how far the guideline reaches a text: `checked`, `language`, `topic`, and two notes.

    `checked` is `whole`, `part` or `none`; `note` says in a sentence why it is not the whole.
    `language` is the code declared for or recognised in `text`, None where nothing tells it.
    `missed` says in a sentence how much the rules miss where they are applied.
    """
    own, about, found = guideline.language, checked.about, bool(checked.findings)
    spoken = _spoken(own, language)
    foreign = spoken == "other" or (spoken == "unknown" and _is_long(text))
    if foreign:
        note: str | None = _foreign(own, language, found=found)
    elif about in _NOTES:
        note = _NOTES[about]
    elif checked.words < guideline.about.topic.short_words:
        note = _short(about, checked.words)
    else:
        note = None
    extent = "none" if foreign and not found else "part" if note else "whole"
    told = None if extent == "none" else missed
    return {"checked": extent, "language": spoken, "topic": about, "note": note, "missed": told}


def _spoken(own: str, language: str | None) -> Literal["covered", "other", "unknown"]:
    if not language:
        return "unknown"
    return "covered" if language.partition("-")[0].lower() == own else "other"


def _is_long(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= ENOUGH_LETTERS


def _foreign(own: str, language: str | None, *, found: bool) -> str:
    known = f"This reads as {language_name(language)}" if language else ""
    read = known or "The language of this text is not known here"
    outcome = "what is flagged may be wrong" if found else "not checked"
    return f"{read}; the guideline covers {language_name(own)}: {outcome}."


def _short(about: About, words: int) -> str:
    note = f"Too short to judge as a whole ({words} word{'' if words == 1 else 's'})"
    return f"{note}, and taken to be about trafficking." if about == "assumed" else f"{note}."
