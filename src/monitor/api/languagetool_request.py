"""A client's request: which parameters there are, what they mean, and which cannot be.

The text a client sends, plain or with markup between, and the way back from plain offsets.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from monitor.records.errors import UsageError
from monitor.text.positions import Stretch

_NEITHER = "'data' must be a JSON object with either 'text' or 'annotation'"
_SURROGATE = re.compile("[\ud800-\udfff]")
_ITEM = "each item of 'annotation' must have either 'text' or 'markup', a string"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the plain text and where it comes from.

    `exact`: character by character; else it stands for the whole of some markup.
    """

    plain: Stretch
    source: Stretch
    exact: bool


@dataclass(frozen=True, slots=True)
class Annotated:
    """What is to be checked (`plain`) of what the client has (`source`), piece by piece."""

    plain: str
    source: str
    pieces: tuple[Piece, ...]

    def in_source(self, start: int, end: int) -> Stretch:
        """Return where the plain text from `start` to `end` is in the source; all code points.

        Markup between the two belongs to it, markup before and behind does not.
        """
        if end <= start:
            place = self._of(start, last=False)
            return place, place
        return self._of(start, last=False), self._of(end - 1, last=True)

    def _of(self, offset: int, *, last: bool) -> int:
        """Return where the character at `offset` begins, or with `last` ends, in the source."""
        found = bisect_right(self.pieces, offset, key=lambda piece: piece.plain[0]) - 1
        if found < 0:
            return 0
        piece = self.pieces[found]
        if piece.exact:
            return piece.source[0] + min(offset - piece.plain[0] + last, _length(piece.source))
        return piece.source[1] if last else piece.source[0]


def plain_text(text: str) -> Annotated:
    """Return a text without markup."""
    whole = (0, len(text))
    return _sound(Annotated(text, text, (Piece(whole, whole, exact=True),)))


def read_annotated(data: str) -> Annotated:
    """Return the text of the parameter `data`. Raises `UsageError`, without a word of it."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError("'data' is not valid JSON") from error
    if not isinstance(told, dict) or ("text" in told) == ("annotation" in told):
        raise UsageError(_NEITHER)
    if "text" in told:
        if not isinstance(told["text"], str):
            raise UsageError("'text' in 'data' must be a string")
        return plain_text(told["text"])
    if not isinstance(told["annotation"], list):
        raise UsageError("'annotation' must be a list")
    return _joined(_item(item) for item in told["annotation"])


def _item(item: Any) -> tuple[str, str, bool]:
    """Return an item as source, plain text and whether the two are the same."""
    if not isinstance(item, Mapping) or ("text" in item) == ("markup" in item):
        raise UsageError(_ITEM)
    if "text" in item:
        if "interpretAs" in item:
            raise UsageError("'interpretAs' goes with 'markup' only")
        return _string(item["text"]), _string(item["text"]), True
    return _string(item["markup"]), _string(item.get("interpretAs") or ""), False


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(_ITEM)
    return value


def _joined(items: Iterator[tuple[str, str, bool]]) -> Annotated:
    plain, source, pieces = [], [], []
    here = there = 0
    for written, read, exact in items:
        plain.append(read)
        source.append(written)
        if read:
            places = (here, here + len(read)), (there, there + len(written))
            pieces.append(Piece(*places, exact=exact))
        here += len(read)
        there += len(written)
    return _sound(Annotated("".join(plain), "".join(source), tuple(pieces)))


def _sound(text: Annotated) -> Annotated:
    """Refuse half a surrogate pair: it is no character and has no offset of its own."""
    for one in (text.plain, text.source):
        if _SURROGATE.search(one):
            raise UsageError("the text has half a surrogate pair")
    return text


def _length(stretch: Stretch) -> int:
    return stretch[1] - stretch[0]


Mode = Literal["all", "textLevelOnly", "allButTextLevelOnly"]
AUTO = "auto"
PASSED_ON = (
    "text",
    "data",
    "language",
    "preferredVariants",
    "motherTongue",
    "altLanguages",
    "noopLanguages",
    "preferredLanguages",
    "enabledRules",
    "disabledRules",
    "enabledCategories",
    "disabledCategories",
    "enabledOnly",
    "level",
    "mode",
    "enableHiddenRules",
    "ruleValues",
)
"""What another server is told too: never who asks and with which key."""
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_MOST_CODE = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """Which matches a client wants; names of rules and categories that are not ours do nothing.

    With `only`, those that are enabled and no others.
    """

    picky: bool = False
    rules: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    no_rules: frozenset[str] = frozenset()
    no_categories: frozenset[str] = frozenset()
    only: bool = False
    mode: Mode = "all"

    def takes(self, rule: str, category: str, *, usual: bool, whole: bool) -> bool:
        """Say whether a match is wanted.

        `usual`: its severity is told without asking; `whole`: its rule judges the whole text.
        """
        if self.mode != "all" and whole != (self.mode == "textLevelOnly"):
            return False
        asked = rule in self.rules or category in self.categories
        if self.only:
            return asked
        if rule in self.no_rules or (category in self.no_categories and rule not in self.rules):
            return False
        return usual or self.picky or asked


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for a check. `language` is a code or `auto`; `passed_on` is for another server."""

    given: Annotated
    language: str
    variants: tuple[str, ...] = ()
    choice: Choice = Choice()
    compact: bool = False
    passed_on: Mapping[str, str] = field(default_factory=dict)


def read_wanted(fields: Mapping[str, str]) -> Wanted:
    """Return what a form asks for. Raises `UsageError`, which repeats nothing that was sent."""
    language = _language(fields)
    variants = tuple(_names(fields, "preferredVariants"))
    if variants and language != AUTO:
        raise UsageError("'preferredVariants' goes with language=auto only")
    if not all(_is_code(variant) and re.search("[-_]", variant) for variant in variants):
        raise UsageError("'preferredVariants' must be language codes with a region, such as en-GB")
    return Wanted(
        given=_given(fields),
        language=language,
        variants=variants,
        choice=_choice(fields),
        compact=fields.get("c") == "1",
        passed_on={name: fields[name] for name in PASSED_ON if fields.get(name)},
    )


def _given(fields: Mapping[str, str]) -> Annotated:
    if ("text" in fields) == ("data" in fields):
        raise UsageError("give either 'text' or 'data'")
    return plain_text(fields["text"]) if "text" in fields else read_annotated(fields["data"])


def _language(fields: Mapping[str, str]) -> str:
    code = fields.get("language", "").strip()
    if not code:
        raise UsageError("'language' is missing: a code such as en-US, or auto")
    if code.lower() == AUTO:
        return AUTO
    if not _is_code(code):
        raise UsageError("'language' must be a code such as en-US, or auto")
    return code.replace("_", "-")


def _is_code(code: str) -> bool:
    return len(code) <= _MOST_CODE and bool(_CODE.fullmatch(code))


def _choice(fields: Mapping[str, str]) -> Choice:
    only = fields.get("enabledOnly", "").lower() in ("true", "yes")
    choice = Choice(
        picky=_one_of(fields, "level", ("default", "picky")) == "picky",
        rules=frozenset(_names(fields, "enabledRules")),
        categories=frozenset(_names(fields, "enabledCategories")),
        no_rules=frozenset(_names(fields, "disabledRules")),
        no_categories=frozenset(_names(fields, "disabledCategories")),
        only=only,
        mode=_mode(fields),
    )
    if only and not (choice.rules or choice.categories):
        raise UsageError("enabledOnly=true needs 'enabledRules' or 'enabledCategories'")
    if only and (choice.no_rules or choice.no_categories):
        raise UsageError("enabledOnly=true goes with nothing disabled")
    return choice


def _mode(fields: Mapping[str, str]) -> Mode:
    told = _one_of(fields, "mode", get_args(Mode))
    return next(mode for mode in get_args(Mode) if mode.lower() == told.lower())


def _one_of(fields: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    """Return a word of `known`, in any case; the first where there is none."""
    told = fields.get(name, "").strip() or known[0]
    if told.lower() not in [word.lower() for word in known]:
        raise UsageError(f"'{name}' must be {', '.join(known[:-1])} or {known[-1]}")
    return told.lower()


def _names(fields: Mapping[str, str], name: str) -> list[str]:
    """Return a list with commas; an empty one is none."""
    return [part.strip() for part in fields.get(name, "").split(",") if part.strip()]
