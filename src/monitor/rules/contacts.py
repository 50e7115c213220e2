"""Where a text tells its readers whom to call: an invitation, or a line, and its number.

"Call the unit on 112" is help whatever the unit is called; a number for the press is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.text.analysis import Scene
from monitor.text.spans import Stretch

REACH = 160
"""Characters between an invitation and its number."""

_INVITES = re.compile(
    r"\b(?:call|text|dial|ring|phone|telephone|contact|reach|speak to|talk to|"
    r"(?<!a )(?<!the )report|whatsapp|message|\w*line|number)s?\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w$\u20ac\u00a3.,+-])(?:\+?\(?\d[\d ().-]{5,16}\d|\d{3,6})(?![\w%]|[.,:]\d)"
)
SHORT = 6
"""Characters of a number that means one only right behind "call", "line", "on" ..."""
_LEADS = re.compile(
    r"\b(?:on|at|to|or|is|call|dial|ring|text|phone|number|line|hotline|helpline),?:? $",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[.,;:)*!\n\"']|$| (?:or|and|in|for|free|from|to|if|any|at|day|24|which|who|with)\b"
)
_PRESS = re.compile(
    r"\b(?:press|media|newsroom|public (?:information|affairs)|journalists)\b", re.IGNORECASE
)


def contacts(scene: Scene, low: int, high: int) -> Iterator[Stretch]:
    """Yield an invitation with its number, where one sentence has both."""
    text = scene.view.shadow
    for number in _NUMBER.finditer(text, low, high):
        short = number.end() - number.start() <= SHORT
        if short and not _is_short_number(text, number.start(), number.end()):
            continue
        begin, end = scene.sentence_span(scene.view.sentence_at(number.start()))
        if _PRESS.search(text, begin, end):
            continue
        begin = max(begin, number.start() - REACH)
        invites = list(_INVITES.finditer(text, begin, number.start()))
        if invites:
            yield invites[-1].start(), number.end()


def _is_short_number(text: str, start: int, end: int) -> bool:
    """Whether a few digits are a number to call: "on 112.", not "at 112 sites"."""
    return bool(_LEADS.search(text, max(0, start - 12), start) and _GOES_ON.match(text, end))
