"""What a list of literal phrases would find: the yardstick beside which judgement is measured.

A catalogue is a JSON list of `{id, patterns}`. A pattern that begins with a word in capitals and a
colon is a note to the reader; `*` in one stands for the rest of a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.records.errors import DataError

_NOTE = re.compile(r"[A-Z]+:")
Literals = Mapping[str, re.Pattern[str]]
Spans = dict[str, list[tuple[int, int]]]


def load_literals(path: Path) -> Literals:
    """Return one expression per rule that has literal phrases; raises `DataError`."""
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
        rules = raw["rules"] if isinstance(raw, dict) else raw
        listed = {str(rule["id"]): [str(p) for p in rule["patterns"]] for rule in rules}
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: no list of rules with 'id' and 'patterns'") from error
    found: dict[str, re.Pattern[str]] = {}
    for rule, patterns in listed.items():
        phrases = [_expression(p) for p in patterns if not _NOTE.match(p)]
        if phrases:
            found[rule] = re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)
    return found


def _expression(phrase: str) -> str:
    words = (re.escape(word).replace(r"\*", r"\w*") for word in re.split(r"[\s-]+", phrase.strip()))
    return r"[\s-]+".join(words)


def find_literals(literals: Literals, text: str) -> Spans:
    """Return where the phrases of each rule stand in a text."""
    spans = {
        rule: [match.span() for match in pattern.finditer(text)]
        for rule, pattern in literals.items()
    }
    return {rule: found for rule, found in spans.items() if found}
