"""How far a guideline reaches a text: its language, its topic, its length; said with every check.

"No findings" means something only where there was something to find: in a text of another
language, on another topic or of two lines it means next to nothing, and must not read as praise.
"""

from __future__ import annotations

from typing import Any, Literal

from monitor.labels.countries import language_name
from monitor.rules.checked import Checked
from monitor.rules.compiler import Guideline
from monitor.rules.preconditions import About
from monitor.text.language_detection import ENOUGH_LETTERS

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
