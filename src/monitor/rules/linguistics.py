"""spaCy pattern languages as rules write them: checks, lexicon names filled in, analysis needed.

The keys are checked here and not by spaCy, because importing spaCy takes longer than loading and
checking all rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

MAX_LOOSE = 2
"""Each token that repeats over any word multiplies the matches by the length of the sentence."""

NONE, TOKENS, PARSE, ENTITIES = range(4)
"""How much analysis a sentence needs; each level includes the ones before."""

_LEXICAL = frozenset(
    """
    ORTH TEXT NORM LOWER LENGTH SHAPE PREFIX SUFFIX IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_UPPER
    IS_TITLE IS_PUNCT IS_SPACE IS_STOP LIKE_NUM LIKE_URL LIKE_EMAIL IS_QUOTE IS_BRACKET
    IS_CURRENCY OP MARK
    """.split()  # noqa: SIM905 - a list of forty lines says no more
)
_PARSED = frozenset(["POS", "TAG", "DEP", "LEMMA", "MORPH", "SENT_START", "IS_SENT_START", "SPACY"])
_ENTITY = frozenset(["ENT_TYPE", "ENT_IOB"])
_NODE = frozenset(["LEFT_ID", "REL_OP", "RIGHT_ID", "RIGHT_ATTRS"])

Token = Mapping[str, Any]
Words = Callable[[str], Sequence[str]]
"""Gives the one-word entries of a lexicon by name."""


def level_of(patterns: Sequence[Sequence[Token]]) -> int:
    """Return how much analysis token patterns need."""
    keys = {key for pattern in patterns for token in pattern for key in token}
    if keys & _ENTITY:
        return ENTITIES
    return PARSE if keys & _PARSED else TOKENS


def without_entities(patterns: Sequence[Sequence[Token]]) -> list[list[Token]]:
    """Return patterns that match wherever these do, whatever the entities of a sentence are."""
    return [
        [
            {key: value for key, value in token.items() if key not in _ENTITY}
            for token in pattern
            # "not such an entity" asks for nothing once entities are unknown
            if not (token.get("OP") == "!" and token.keys() & _ENTITY)
        ]
        for pattern in patterns
    ]


def check_token(token: Token) -> str | None:
    """Say what is wrong with a token of a pattern, or None."""
    for key in token:
        if key not in _LEXICAL | _PARSED | _ENTITY:
            return f"'{key}' is no attribute of a token pattern"
    return None


def check_pattern(pattern: Sequence[Token]) -> str | None:
    """Say what is wrong with a token pattern, or None."""
    loose = [token for token in pattern if token.get("OP") in ("*", "+") and not _is_word(token)]
    if len(loose) > MAX_LOOSE:
        return f"'OP' is '*' or '+' on more than {MAX_LOOSE} tokens that may be any word"
    return next(filter(None, map(check_token, pattern)), None)


def _is_word(token: Token) -> bool:
    return bool(token.keys() & {"LOWER", "LEMMA", "TEXT", "ORTH", "NORM"})


def check_node(node: Token) -> str | None:
    """Say what is wrong with a node of a dependency pattern, or None."""
    if extra := set(node) - _NODE:
        return f"'{min(extra)}' is no part of a dependency node"
    if missing := {"RIGHT_ID", "RIGHT_ATTRS"} - set(node):
        return f"a dependency node lacks '{min(missing)}'"
    return check_token(node["RIGHT_ATTRS"])


def fill_lexicons(token: Token, words: Words) -> dict[str, Any]:
    """Replace a lexicon's name in `IN` or `NOT_IN` by its words; drop our own `MARK`."""
    filled: dict[str, Any] = {}
    for key, value in token.items():
        if key == "MARK":
            continue
        if key == "RIGHT_ATTRS":
            filled[key] = fill_lexicons(value, words)
        elif isinstance(value, Mapping):
            filled[key] = {
                test: list(words(operand))
                if test in ("IN", "NOT_IN") and isinstance(operand, str)
                else operand
                for test, operand in value.items()
            }
        else:
            filled[key] = value
    return filled
