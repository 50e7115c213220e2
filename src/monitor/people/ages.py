"""Ages as news English tells them, and of whom: in figures and words, before or behind a noun."""

from __future__ import annotations

import re

from monitor.people.mentions import Age, Mention, Mentions
from monitor.text.analysis import Scene

_COUNT = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TO_TWENTY = {word: number for number, word in enumerate(_COUNT.split(), 1)}
_NUMBERS = _TO_TWENTY | {
    f"{ten}-{one}" if one else ten: 10 * tens + _TO_TWENTY.get(one, 0)
    for tens, ten in enumerate(_TENS.split(), 2)
    for one in ("", *_COUNT.split()[:9])
}
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
    r"\b(?:was|is|were|are|turned|'s) (?:only |just |then |still |barely )?"
    rf"{_NUMBER}(?=[.,;)!?](?!\d)|$| (?:when|years old|at the time|and (?:the|her|his|a)|now)\b)",
    re.IGNORECASE,
)
_THEN_BEFORE = re.compile(r"\b(?:when|since|before|until|while|then) \w+ $")
_THEN_BEHIND = re.compile(r" (?:when|at the time)\b|,? then\b")
_SAID = re.compile(r"\b(?:was|is|were|are) $")
_AT_AGE = re.compile(
    rf"\b(?i:at|from|since) (?:(?:the|an) age of {_NUMBER}|(?:just |only )?(?P<bare>1\d))"
    r"(?=[,.;]|$| (?:she|he|they|when|and)\b)"
)


def give_ages(scene: Scene, mentions: Mentions) -> None:
    """Tell each mention the ages that stand in it, beside it, or are said of it."""
    text = scene.view.shadow
    for found in YEAR_OLD.finditer(text):
        own = next(iter(mentions.over(*found.span())), None)
        said = _SAID.search(text, max(0, found.start() - 6), found.start())
        _give(_one_before(mentions, scene, found.start()) if said else own, found, text)
    for mention in mentions.all:
        if mention.kind != "pronoun" and (beside := IN_COMMAS.match(text, mention.end)):
            _give(mention, beside, text)
    for found in AGED.finditer(text):
        _give(_one_before(mentions, scene, found.start()), found, text)
    for found in _WAS.finditer(text):
        near = _one_before(mentions, scene, found.start())
        if near and near.end >= found.start() - 1 and not near.oblique:
            _give(near, found, text)
    for found in _AT_AGE.finditer(text):
        behind = mentions.after(found.end())
        close = behind and behind.start - found.end() < 6
        _give(behind if close else _one_before(mentions, scene, found.start()), found, text)


def _give(mention: Mention | None, found: re.Match[str], text: str) -> None:
    if mention is None:
        return
    word = (found["age"] or found["bare"]) if found.re is _AT_AGE else found["age"]
    years = int(word) if word.isdigit() else _NUMBERS[word.lower()]
    then = found.re is _AT_AGE or bool(
        _THEN_BEHIND.match(text, found.end())
        or _THEN_BEFORE.search(text, max(0, found.start() - 24), found.start())
    )
    hit = found.span("age") if found.re is IN_COMMAS else found.span()
    mention.ages.append(Age(years, hit, then))


def _one_before(mentions: Mentions, scene: Scene, position: int) -> Mention | None:
    """Return the mention of the same sentence that stands nearest before, if any."""
    near = mentions.before(position)
    low, _ = scene.sentence_span(scene.view.sentence_at(position))
    return near if near and near.start >= low else None
