"""What is hidden of an article: names of victims, minors and relatives, by where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.types import Article, FieldName, Span

WITHHELD = "[name withheld]"
"""What stands for a name: no initial, no letter that could be guessed from."""
LANGUAGE, FAILED = "language", "failed"
"""Why names cannot be told: nobody can in this language; the search broke down."""
LATER = "later"
"""Why names are not told yet: the desk has not come to it."""
REASONS = {
    LANGUAGE: "names cannot be told in this language",
    FAILED: "names could not be looked for in this article",
    LATER: "names not looked for yet",
}
MIN_PART = 3
"""Letters of a part of a name that is hidden where it stands alone."""
_GAP = re.compile(r"[\s,]{0,2}")
"""Between two parts of one name, which are hidden as one."""


@dataclass(frozen=True, slots=True)
class Mask:
    """What `stamp` found to hide in a version: places only, no word.

    `link_tells`: the publisher's address holds a name. `untold` is why names cannot be told, a key
    of `REASONS`, else "". Without a stamp the version has no words any more.
    """

    article_id: str
    sha256: str
    stamp: str
    spans: tuple[Span, ...] = ()
    link_tells: bool = False
    untold: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of an article.

    `title` has `WITHHELD` for each name; `spans` are what is hidden, in code points of the stored
    title and text. Where `withheld` says why no headline is shown, `title` is empty and `spans`
    cover all. `link_tells`: the publisher's address is not to be shown. `asked`: somebody asked for
    the names, so that nothing is hidden.
    """

    title: str
    spans: tuple[Span, ...] = ()
    withheld: str = ""
    link_tells: bool = False
    asked: bool = False

    def hidden(self, field: FieldName) -> tuple[tuple[int, int], ...]:
        """Return what is hidden in a field, as start and end."""
        return tuple((span.start, span.end) for span in self.spans if span.field == field)


def shown_by(article: Article, mask: Mask, *, asked: bool = False) -> Shown:
    """Return what a mask leaves of the version that it is of; all of it where that is `asked`."""
    if asked:
        return Shown(article.title, asked=True)
    if mask.untold and (article.title or article.text):
        return withheld(article, mask.untold, link_tells=mask.link_tells)
    title = hide("title", article.title, mask.spans)
    return Shown(title, mask.spans, link_tells=mask.link_tells)


def withheld(article: Article, reason: str, *, link_tells: bool = False) -> Shown:
    """Return that nothing of an article is shown for a reason, a key of `REASONS`."""
    lengths: dict[FieldName, int] = {"title": len(article.title), "text": len(article.text)}
    spans = tuple(Span(field, 0, length) for field, length in lengths.items() if length)
    return Shown("", spans, REASONS[reason], link_tells)


def hide(field: FieldName, text: str, spans: Iterable[Span]) -> str:
    """Return a field's text with `WITHHELD` for what `spans` (none over another) hide in it."""
    for start, end in reversed(stretches(field, text, spans)):
        text = text[:start] + WITHHELD + text[end:]
    return text


def stretches(field: FieldName, text: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Return what is hidden of a field in order, parts of a name as one: `Yusuf, Amina`."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((s.start, s.end) for s in spans if s.field == field):
        if joined and _GAP.fullmatch(text, joined[-1][1], max(start, joined[-1][1])):
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
