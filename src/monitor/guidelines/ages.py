"""Ages as news English tells them, and of whom: in figures and words, before or behind a noun."""

from __future__ import annotations

import re

from monitor.guidelines.mentions import Mention, Mentions
from monitor.guidelines.scene import Scene

_COUNT = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty"""
_NUMBERS = {word: number for number, word in enumerate(_COUNT.split(), 1)}
_NUMBER = rf"(?P<age>\d{{1,2}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
YEAR_OLD = re.compile(rf"\b{_NUMBER}[ -]years?[ -](?:olds?\b|of age\b)", re.IGNORECASE)
AGED = re.compile(
    rf"\b(?:aged|age|ages)\s+(?:only |just )?{_NUMBER}\b"
    r"(?!\s*(?:to|-|or over|and over|plus)\b|-\d)",
    re.IGNORECASE,
)
AGE_ONLY = re.compile(rf"(?:\d|\b(?:{'|'.join(_NUMBERS)})),?\Z")
IN_COMMAS = re.compile(rf"\s?[,(]\s?(?:then |now |just |only )?{_NUMBER}(?=[,.;:)]|$)")
_WAS = re.compile(
    r"\b(?:was|is|were|are|turned|'s)\s+(?:only |just |then |still |barely |about |around )?"
    rf"{_NUMBER}(?=[.,;)!?]|$|\s+(?:when|years old|at the time|and (?:the|her|his|a)|now)\b)",
    re.IGNORECASE,
)
_AT_AGE = re.compile(
    rf"\b(?:at|from|since) (?:(?:the|an) age of {_NUMBER}|(?:just |only )?(?P<bare>1\d))"
    r"(?=[,.;]|$| (?:she|he|they|when|and)\b)"
)


def age_of(found: re.Match[str]) -> int:
    """Return the age that one of the patterns found."""
    word = (found["age"] or found["bare"]) if "bare" in found.re.groupindex else found["age"]
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]


def give_ages(scene: Scene, mentions: Mentions) -> None:
    """Tell each mention the ages that stand in it, beside it, or are said of it."""
    text = scene.view.shadow
    for found in YEAR_OLD.finditer(text):
        own = mentions.over(*found.span())
        said = (
            text[max(0, found.start() - 6) : found.start()].rstrip().endswith(("was", "is", "were"))
        )
        target = _one_before(mentions, scene, found.start()) if said else None
        for mention in [target] if target else own[:1]:
            mention.ages.append((age_of(found), found.span()))
    for mention in mentions.all:
        if mention.kind != "pronoun" and (found_ := IN_COMMAS.match(text, mention.end)):
            mention.ages.append((age_of(found_), found_.span("age")))
    for pattern in (AGED, _WAS):
        for found in pattern.finditer(text):
            near = _one_before(mentions, scene, found.start())
            if near:
                near.ages.append((age_of(found), found.span()))
    for found in _AT_AGE.finditer(text):
        behind = mentions.after(found.end())
        close = behind and behind.start - found.end() < 6
        near = behind if close else _one_before(mentions, scene, found.start())
        if near:
            near.ages.append((age_of(found), found.span()))


def _one_before(mentions: Mentions, scene: Scene, position: int) -> Mention | None:
    """Return the mention of the same sentence that stands nearest before, if any."""
    near = mentions.before(position)
    low, _ = scene.sentence_span(scene.view.sentence_at(position))
    return near if near and near.start >= low else None
