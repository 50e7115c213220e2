"""LanguageTool's request for a check: its parameters, read and refused.

The text that a client sends is plain or has markup between; `AnnotatedText` knows the way back
from offsets in the plain text.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from monitor.records.errors import UsageError
from monitor.text.positions import Stretch

_SURROGATE = re.compile("[\ud800-\udfff]")
_ITEM = "each item of 'annotation' must have either 'text' or 'markup', a string"


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    """What is to be checked (`plain`) of what the client has (`source`), part by part.

    A part is a stretch of the one, where it comes from in the other, and whether it does so
    character by character; else it stands for the whole of some markup.
    """

    plain: str
    source: str
    parts: tuple[tuple[Stretch, Stretch, bool], ...]

    def in_source(self, start: int, end: int) -> Stretch:
        """Return where the plain text from `start` to `end` is in the source; all code points.

        Markup between the two belongs to it, markup before and behind does not.
        """
        first = self._of(start, last=False)
        return first, first if end <= start else self._of(end - 1, last=True)

    def _of(self, offset: int, *, last: bool) -> int:
        """Return where the character at `offset` begins, or with `last` ends, in the source."""
        found = bisect_right(self.parts, offset, key=lambda part: part[0][0]) - 1
        if found < 0:
            return 0
        (begins, _), (first, end), exact = self.parts[found]
        place = first + offset - begins + last if exact else end if last else first
        return min(place, end)


def plain_text(text: str) -> AnnotatedText:
    """Return a text without markup."""
    return _joined([{"text": text}])


def read_annotated(data: str) -> AnnotatedText:
    """Return the text of the parameter `data`. Raises `UsageError`, without a word of it."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError("'data' is not valid JSON") from error
    if not isinstance(told, dict) or ("text" in told) == ("annotation" in told):
        raise UsageError("'data' must be a JSON object with either 'text' or 'annotation'")
    if "text" in told:
        if not isinstance(told["text"], str):
            raise UsageError("'text' in 'data' must be a string")
        return plain_text(told["text"])
    if not isinstance(told["annotation"], list):
        raise UsageError("'annotation' must be a list")
    return _joined(told["annotation"])


def _joined(items: list[Any]) -> AnnotatedText:
    """Join items; half a surrogate pair is refused: it is no character and has no offset."""
    plain = source = ""
    parts = []
    for item in items:
        if not isinstance(item, Mapping) or ("text" in item) == ("markup" in item):
            raise UsageError(_ITEM)
        exact = "text" in item
        if exact and "interpretAs" in item:
            raise UsageError("'interpretAs' goes with 'markup' only")
        written = item["text" if exact else "markup"]
        read = written if exact else item.get("interpretAs") or ""
        if not isinstance(written, str) or not isinstance(read, str):
            raise UsageError(_ITEM)
        if read:
            here, there = len(plain), len(source)
            places = (here, here + len(read)), (there, there + len(written))
            parts.append((*places, exact))
        plain += read
        source += written
    if _SURROGATE.search(plain) or _SURROGATE.search(source):
        raise UsageError("the text has half a surrogate pair")
    return AnnotatedText(plain, source, tuple(parts))


Mode = Literal["all", "textLevelOnly", "allButTextLevelOnly"]
AUTO = "auto"
PASSED_ON = (
    *("text", "data", "language", "preferredVariants", "motherTongue", "altLanguages"),
    *("noopLanguages", "preferredLanguages", "enabledRules", "disabledRules"),
    *("enabledCategories", "disabledCategories", "enabledOnly", "level", "mode"),
    *("enableHiddenRules", "ruleValues"),
)
"""What another server is told too: never who asks and with which key."""
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class MatchSelection:
    """Which matches a client wants; with `only`, those that are enabled and no others."""

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
class LanguageToolRequest:
    """A request for a check. `language` is a code or `auto`; `passed_on` is for another server."""

    given: AnnotatedText
    language: str
    variants: tuple[str, ...] = ()
    selection: MatchSelection = MatchSelection()
    compact: bool = False
    passed_on: Mapping[str, str] = field(default_factory=dict)


def read_request(fields: Mapping[str, str]) -> LanguageToolRequest:
    """Return what a form asks for. Raises `UsageError`, which repeats nothing that was sent."""
    language = fields.get("language", "").strip().replace("_", "-")
    if not language:
        raise UsageError("'language' is missing: a code such as en-US, or auto")
    if language.lower() == AUTO:
        language = AUTO
    elif not _is_code(language):
        raise UsageError("'language' must be a code such as en-US, or auto")
    variants = tuple(_names(fields, "preferredVariants"))
    if variants and language != AUTO:
        raise UsageError("'preferredVariants' goes with language=auto only")
    if not all(_is_code(variant) and re.search("[-_]", variant) for variant in variants):
        raise UsageError("'preferredVariants' must be language codes with a region, such as en-GB")
    if ("text" in fields) == ("data" in fields):
        raise UsageError("give either 'text' or 'data'")
    return LanguageToolRequest(
        given=plain_text(fields["text"]) if "text" in fields else read_annotated(fields["data"]),
        language=language,
        variants=variants,
        selection=_selection(fields),
        compact=fields.get("c") == "1",
        passed_on={name: fields[name] for name in PASSED_ON if fields.get(name)},
    )


def _is_code(code: str) -> bool:
    return len(code) <= 40 and bool(_CODE.fullmatch(code))


def _selection(fields: Mapping[str, str]) -> MatchSelection:
    selection = MatchSelection(
        picky=_one_of(fields, "level", ("default", "picky")) == "picky",
        rules=frozenset(_names(fields, "enabledRules")),
        categories=frozenset(_names(fields, "enabledCategories")),
        no_rules=frozenset(_names(fields, "disabledRules")),
        no_categories=frozenset(_names(fields, "disabledCategories")),
        only=fields.get("enabledOnly", "").lower() in ("true", "yes"),
        mode=_one_of(fields, "mode", get_args(Mode)),
    )
    if selection.only and not (selection.rules or selection.categories):
        raise UsageError("enabledOnly=true needs 'enabledRules' or 'enabledCategories'")
    if selection.only and (selection.no_rules or selection.no_categories):
        raise UsageError("enabledOnly=true goes with nothing disabled")
    return selection


def _one_of(fields: Mapping[str, str], name: str, known: tuple[Any, ...]) -> Any:
    """Return a word of `known`, sent in any case; the first where there is none."""
    told = (fields.get(name, "").strip() or known[0]).lower()
    if found := [word for word in known if word.lower() == told]:
        return found[0]
    raise UsageError(f"'{name}' must be {', '.join(known[:-1])} or {known[-1]}")


def _names(fields: Mapping[str, str], name: str) -> list[str]:
    """Return a list with commas; an empty one is none."""
    return [part.strip() for part in fields.get(name, "").split(",") if part.strip()]
