"""Lines of a draft that are for the desk: slug, embargo, dateline, byline, credits, sign-off.

They are recognised so that they are neither checked nor taken for the headline. What is taken for
one silences what stands in it, so a line must look like nothing else: shapes, names and dates, no
free words; of a dateline only the part before the sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from monitor.text.positions import Stretch

Kind = Literal["slug", "embargo", "dateline", "byline", "credits", "sign-off", "note"]

MAX_LINE = 500
"""Longer lines are paragraphs; only how they begin is looked at."""
_SLUG_AMONG, _EMBARGO_AMONG, _BYLINE_AMONG = 3, 8, 8
"""So many lines with words at the head may be the slug, the embargo, the byline."""
_BYLINE_CHARS = 120

_UP = "A-Z\u00c0-\u00d6\u00d8-\u00de"
_CAPS = rf"[{_UP}][{_UP}.'\u2019-]*[{_UP}](?:[ /][{_UP}.'\u2019-]+){{0,3}}"
_MIXED = rf"[{_UP}][\w'\u2019-]+(?: [{_UP}][\w'\u2019-]+){{0,2}}"
_REGION = rf"(?:, [{_UP}][\w.'\u2019-]*(?: [{_UP}][\w.'\u2019-]*){{0,2}}){{0,2}}"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DATE = (
    rf",? (?:{_DAY},? )?(?:{_MONTH} \d{{1,2}}(?:,? \d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?:,? \d{{4}})?)"
)
_AGENCY = (
    "AA|AAP|AFP|AGI|ANI|ANSA|ANTARA|AP|APP|APS|BBC|BERNAMA|Bernama|BNO|CNA|CNN|CNS|CP|dpa|DPA|EFE|"
    "GNA|IANS|INA|INS|IPS|IRIN|IRNA|ITAR-TASS|Kyodo|Lusa|MENA|NAN|NNA|PA|PANA|PNA|PTI|Reuters|"
    "REUTERS|RFE/RL|RIA|RNS|SPA|TASS|TRF|UCAN|UNI|UPI|VOA|WAM|Xinhua|XINHUA|Yonhap|"
    "Thomson Reuters Foundation|The Associated Press|Associated Press|The Canadian Press|"
    "Ghana News Agency|News Agency of Nigeria|Press Trust of India"
)
_SOURCE = rf"(?: ?\((?:{_AGENCY})\)|, (?:{_AGENCY}))"
_DASH = r" ?(?:\u2014|\u2013|--|-)(?= |$)"
_DATELINE = re.compile(
    rf"(?!{_DAY}|On |In |By |Since |Until |From |After |Before )(?:{_CAPS}|{_MIXED}){_REGION}"
    rf"(?:{_DATE}(?:,? \d{{4}})?(?:{_SOURCE}(?:{_DASH}|:(?= |$))|{_DASH})"
    rf"|{_SOURCE}(?:{_DASH}|:(?= |$)))"
)
_BEFORE_SENTENCE = 120
"""A dateline is no longer."""

_NAME = (
    rf"[{_UP}][\w.'\u2019-]*"
    rf"(?: (?:[{_UP}][\w.'\u2019-]*|de|da|del|della|di|dos|van|von|der|den|bin|al|el|la)){{0,4}}"
)
_SOMEBODY = rf"{_NAME}(?: (?:in|at|from) {_NAME})?"
_PEOPLE = rf"{_SOMEBODY}(?:(?:,| and|, and|,? with) {_SOMEBODY}){{0,6}}"
_BYLINE = re.compile(rf"(?:By|BY|Words by|Story by|Text by) {_PEOPLE}(?: ?[|/] ?{_PEOPLE}){{0,1}}")
_CREDIT = (
    r"(?:(?:Additional |Further )?(?:[Rr]eporting|[Ww]riting|[Ee]diting|Compiled|Edited|Reported|"
    rf"Written)(?: and (?:[Rr]eporting|[Ww]riting|[Ee]diting))? by {_PEOPLE})"
)
_CREDITS = re.compile(
    rf"\(?{_CREDIT}(?:[;,.] (?:and )?{_CREDIT}){{0,4}}[.;]?(?: Please credit [^()]{{1,250}})?\)?"
)
_SLUG = re.compile(
    r"(?:(?i:slug(?:line)?|catchline|catch line) ?: ?\S.{0,98}"
    r"|[A-Z][A-Z0-9]+(?:[-/][A-Z0-9]+)+/?(?: \([A-Z0-9, ]{1,40}\))?"
    r"|(?:BC-)?[A-Z]{2,3}--?[A-Z][a-z]\w*(?:-[A-Z]\w*)+(?:,? ?\d[\w-]*(?: [A-Z][\w-]*)?){0,2})"
)
_EMBARGO = re.compile(
    r"\W{0,3}(?:(?:strictly )?(?:under )?embargo(?:ed)?"
    r"(?: (?:until|till|for (?:release|publication))\b|:)"
    r"|not (?:to be published|for (?:publication|release|broadcast|use)) (?:before|until)\b"
    r"|hold for release\b|for immediate release\b)(?P<when>.{0,100})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+\.?)?")
_TIME_WORD = re.compile(
    rf"{_DAY}|{_MONTH}|[ap]\.?m\.?|st|nd|rd|th|h|hrs?|hours?|gmt|utc|bst|est|edt|cet|cest|eat|wat|"
    r"ist|local|time|midnight|noon|on|at|from|until|till|and|of|the|in|delivery|speech|release|"
    r"publication|check|against|not|before|after|date",
    re.IGNORECASE,
)
_OTHER_WORDS = 1
"""An embargo may name a city ("Geneva time"); with more words that are no time's, it is a text."""
_SIGN_OFF = re.compile(
    r"\W{0,6}(?:ends?|more to follow)\W{0,6}|[^\w\s]{1,3} ?(?:30|more) ?[^\w\s]{1,3}|# ?# ?#",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:for (?:more|further) (?:information|details),? (?:please )?(?:contact|call|e-?mail)\b"
    r"|(?:media|press) (?:contacts?|enquiries|inquiries)\b ?:?)",
    re.IGNORECASE,
)
_REACHED = re.compile(r"[\w.+-]+@[\w-]+\.\w|\+?\d[\d ()/-]{5,}\d")
_EDITORS = re.compile(
    r"(?:notes? to editors?|eds|editors) ?: ?.{0,200}|notes? to editors?", re.IGNORECASE
)
_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A stretch of the text that is for the desk, and what it is."""

    start: int
    end: int
    kind: Kind


def find_desk_lines(text: str) -> tuple[DeskLine, ...]:
    """Return the stretches of `text` that are for the desk, in order; linear in its length."""
    lines: list[Stretch] = []
    for found in _LINE.finditer(text):
        start = found.end() - len(found[0].lstrip("\ufeff \t\u00a0"))
        if words := text[start : found.end()].rstrip():
            lines.append((start, start + len(words)))
    told: list[DeskLine] = []
    for number, (start, end) in enumerate(lines):
        line = text[start : min(end, start + MAX_LINE)].replace("\u00a0", " ")
        kind = _kind_of(line, number) if end - start < MAX_LINE else None
        if kind and not (kind == "slug" and len(lines) == 1):
            told.append(DeskLine(start, end, kind))
        elif dateline := _DATELINE.match(line[:_BEFORE_SENTENCE]):
            told.append(DeskLine(start, start + dateline.end(), "dateline"))
    return tuple(told)


def begins_with_dateline(line: str) -> bool:
    """Say whether a line is the beginning of a story, and so no headline."""
    return _DATELINE.match(line[:_BEFORE_SENTENCE]) is not None


def _kind_of(line: str, number: int) -> Kind | None:
    """Return what a whole line is, the so-and-so-many-th with words; None for a line to check."""
    if number < _SLUG_AMONG and _SLUG.fullmatch(line):
        return "slug"
    if number < _EMBARGO_AMONG and (embargo := _EMBARGO.fullmatch(line)):
        # it tells from when on something may be published, and nothing else
        words = _WORD.findall(embargo["when"])
        if sum(not _TIME_WORD.fullmatch(word) for word in words) <= _OTHER_WORDS:
            return "embargo"
    if 0 < number < _BYLINE_AMONG and len(line) <= _BYLINE_CHARS and _BYLINE.fullmatch(line):
        return "byline"
    if _CREDITS.fullmatch(line):
        return "credits"
    if _SIGN_OFF.fullmatch(line):
        return "sign-off"
    is_note = _EDITORS.fullmatch(line) or (_NOTE.match(line) and _REACHED.search(line))
    return "note" if is_note else None
