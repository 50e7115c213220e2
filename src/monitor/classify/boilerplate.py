"""Sentences about trafficking that belong to no story: definitions and calls to a hotline.

Some offices append them to every release. They are left out only where the headline names nothing
of trafficking: in a story that is about it they do no harm, and a piece that explains the crime is
made of them. `models/relevance-en/*/README.md` says what that changes.
"""

from __future__ import annotations

import re

from monitor.classify.cue_phrases import CueTable
from monitor.classify.word_tokens import split_words

_TERM = (
    r"(?:(?:human|sex|labou?r|child) trafficking|trafficking in (?:persons|human beings)"
    r"|modern slavery)"
)
_APPENDED = re.compile(
    rf"\b{_TERM},? (?:which )?(?:is|involves|means|occurs when|happens when|takes many forms)\b"
    r"|\bforce, fraud,? (?:or|and) coercion\b"
    r"|\b(?:suspects?|see|seen|report|reporting|victims? of|signs of)\b[^.]{0,80}\btrafficking\b"
    r"[^.]{0,80}\b(?:call|text|contact|hotline|visit)\b"
    r"|\bhuman trafficking (?:resource )?(?:hotline|helpline)\b"
    r"|\b(?:task ?force|unit|office|coalition)\b[^.]{0,60}\b(?:against|on|combats?|prosecutes?"
    rf"|investigates)\b[^.]{{0,80}}\b{_TERM}\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?]+[\"”’')\]]*(?=\s|$)|\n|$|[.!?])")
_LETTERS = "traffick", "slavery", "coercion"


def without_appended(title: str, text: str, cues: CueTable) -> str:
    """Return `text` with blanks in place of appended sentences; offsets stay as they are.

    The first sentence always stays.
    """
    lower = text.lower()
    if not any(letters in lower for letters in _LETTERS) or _names_the_subject(title, cues):
        return text
    parts: list[str] = []
    for number, match in enumerate(_SENTENCE.finditer(text)):
        sentence = match.group()
        appended = number > 0 and _APPENDED.search(sentence) is not None
        parts.append(" " * len(sentence) if appended else sentence)
    return "".join(parts)


def _names_the_subject(title: str, cues: CueTable) -> bool:
    core = cues.of_kind("term", "purpose", "means")
    return any(cue.group in core for cue in cues.find(split_words(title).words))
