"""A clause in words that an editor understands: what it asks for, and where it looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from monitor.rules.rule_schema import Clause

SHOWN = 4
"""Phrases of a list that are named; of more, how many there are."""

_WITHIN = {
    "match": "in the flagged words",
    "before": "before them in the sentence",
    "after": "after them in the sentence",
    "sentence": "in the sentence",
    "near": "in the sentence or the one before",
    "around": "in the sentence, the one before or the one after",
    "paragraph": "in the paragraph",
    "headline": "in the headline",
    "caption": "in a caption",
    "body": "in the body",
    "document": "in the text",
}
_WHO = {
    "before": "the person named last before the flagged words",
    "after": "the person named first after the flagged words",
    "near": "the nearest person",
    "subject": "whoever does or suffers it",
    "match": "the person flagged",
    "anyone": "somebody",
}


def clause_words(clause: Clause, *, whole_text: bool = False) -> str:
    """Return what a clause asks for: "a word of the list 'victim', in the sentence".

    `whole_text`: it is one of a `check`, which looks everywhere unless it says where.
    """
    asked = " or ".join(_asked(clause)) or "nothing"
    least = f"at least {clause.at_least} of: " if clause.at_least > 1 else ""
    if clause.person or clause.quoted or (clause.referent and not _listed(clause)):
        return asked
    reach = f", {clause.reach} words away at most" if clause.reach else ""
    within = "document" if whole_text and clause.within == "sentence" else clause.within
    return f"{least}{asked}, {_WITHIN[within]}{reach}"


def _asked(clause: Clause) -> Iterator[str]:
    yield from (f"a word of the list '{name}'" for name in clause.lexicons)
    if clause.phrases:
        yield _some(clause.phrases)
    if clause.sequences:
        yield " or ".join(f"a sequence like '{_first(s)}'" for s in clause.sequences[:SHOWN])
    if clause.tokens:
        yield "a pattern under 'tokens'"
    if clause.person or clause.referent:
        who = f"the node '{clause.person}'" if clause.person else _WHO[clause.referent or ""]
        roles = " or ".join(role.replace("+", " and ") for role in clause.is_)
        told = f", with {clause.details} kinds of detail told" if clause.details else ""
        yield f"{who} being {roles}{told}"
    if clause.quoted:
        yield f"the words standing in {clause.quoted} quotation marks"
    if clause.statistic:
        yield f"a figure with its {', '.join(clause.statistic)}"
    yield from (f"facts that make it {case}" for case in clause.case)
    if clause.headline_has:
        yield f"a headline with {' or '.join(clause.headline_has)}"


def _listed(clause: Clause) -> bool:
    return bool(clause.lexicons or clause.phrases or clause.sequences or clause.tokens)


def _some(phrases: list[str]) -> str:
    named = " or ".join(f"'{phrase}'" for phrase in phrases[:SHOWN])
    rest = len(phrases) - SHOWN
    return f"{named} or one of {rest} more" if rest > 0 else named


def _first(slots: Iterable[Any]) -> str:
    return " ".join(
        f"<{slot}>" if isinstance(slot, str) else next(filter(None, slot), "") for slot in slots
    ).strip()
