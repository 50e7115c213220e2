"""What a relevance model takes for trafficking, and what it misses: kinds and single rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.relevance import Judgement
from monitor.evaluate.labelled_data import Labelled

Bools = NDArray[np.bool_]
_KINDS = {
    "drugs, arms, wildlife": (
        r"\b(arms|guns?) traffick|\bdrugs?\b|\bcocaine|\bheroin|\bfentanyl|\bnarcotic|\bwildlife"
    ),
    "people smuggling": r"\bsmuggl",
    "slavery in history": r"\bslave (trade|owner|ship|market)|\babolition|\bplantation",
    "sex work, pimping": r"\bprostitut|\bpimp|\bpander|\bbrothel|\bescort",
    "child abuse": r"\b(child|minor|girl|boy|underage).{0,60}\b(abus|porn|molest|sexual|rape)",
    "celebrity case": r"\bEpstein|\bMaxwell|\bNXIVM|\bTate\b|\bDiddy|\bR\.? Kelly",
    "migration and labour": r"\bmigrant|\brefugee|\bimmigra|\blabou?r\b|\bworkers?\b",
}
HARD_KINDS = {kind: re.compile(words, re.IGNORECASE) for kind, words in _KINDS.items()}
"""Words by which hard negatives are sorted; the data names no kinds."""


def hard_kinds(
    rows: Sequence[Labelled], relevant: Bools, borderline: Bools
) -> dict[str, dict[str, int]]:
    """Return, for annotated rows of no main subject, how many of each kind are shown.

    There are no labels for kinds: a row is of the first kind of `HARD_KINDS` whose words it
    has, in the headline before the text.
    """
    table: dict[str, dict[str, int]] = {}
    for row, is_relevant, is_borderline in zip(rows, relevant, borderline, strict=True):
        if row.rel == 2 or row.basis != "annotated":
            continue
        cell = table.setdefault(
            f"{kind_of(row)}, rel {row.rel}", {"rows": 0, "relevant": 0, "borderline": 0}
        )
        cell["rows"] += 1
        cell["relevant"] += int(is_relevant)
        cell["borderline"] += int(is_borderline)
    return dict(sorted(table.items()))


def kind_of(row: Labelled) -> str:
    """Return the kind of hard negative by its words."""
    for text in (row.title, row.text):
        for kind, pattern in HARD_KINDS.items():
            if pattern.search(text):
                return kind
    return "other"


def error_list(rows: Sequence[Labelled], said: Sequence[Judgement]) -> list[dict[str, Any]]:
    """Return the missed and the falsely shown rows, the worst first, by id."""
    errors: list[tuple[float, dict[str, Any]]] = []
    for row, judgement in zip(rows, said, strict=True):
        missed = row.rel == 2 and not judgement.relevant
        false = row.rel == 0 and (judgement.relevant or judgement.borderline)
        if missed or false:
            shown = (
                "relevant" if judgement.relevant else "borderline" if judgement.borderline else ""
            )
            worst = judgement.main if row.rel == 2 else 1 - judgement.main
            entry = {
                "id": row.id,
                "rel": row.rel,
                "relevance": round(judgement.main, 4),
                "any": round(judgement.any, 4),
                "shown": shown,
                "kind": kind_of(row) if row.rel == 0 else "missed",
            }
            errors.append((worst, entry))
    return [entry for _, entry in sorted(errors, key=lambda item: (item[0], item[1]["id"]))]
