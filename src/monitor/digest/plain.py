"""The digest as plain text, 78 columns wide, for terminals and mail."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from monitor.digest.view import (
    UNJUDGED,
    UNJUDGED_NOTE,
    ArticleView,
    DigestView,
    FlagView,
    StoryView,
    TagView,
    UnjudgedView,
)

COLUMNS = 78
INDENT = "   "


def render_plain(view: DigestView) -> str:
    """Return the page as lines of at most 78 columns; only an address is never broken."""
    lines = [
        *_wrap(view.title.upper()),
        f"{view.day} ({view.timezone})",
        view.summary,
        "=" * COLUMNS,
    ]
    if view.quiet:
        lines += ["", *_wrap(view.quiet)]
    for number, story in enumerate(view.relevant, 1):
        lines += ["", *_story(story, f"{number}. ")]
    if view.borderline:
        lines += ["", "BORDERLINE", *_wrap("Trafficking may be a side matter here."), "-" * COLUMNS]
        for number, story in enumerate(view.borderline, 1):
            lines += ["", *_story(story, f"{number}. ")]
    if view.unjudged:
        lines += ["", *_wrap(UNJUDGED.upper()), *_wrap(UNJUDGED_NOTE), "-" * COLUMNS]
        for number, unjudged in enumerate(view.unjudged, 1):
            lines += ["", *_unjudged(unjudged, f"{number}. ")]
    lines += ["", "-" * COLUMNS]
    for line in view.ledger:
        lines += _wrap(line)
    if view.stamps:
        lines += _wrap(f"Judged by: {', '.join(view.stamps)}", hang="  ")
    return "\n".join(lines) + "\n"


def _story(story: StoryView, number: str) -> Iterator[str]:
    lead = story.lead
    yield from _wrap(lead.title, first=number)
    yield from _wrap(f"{lead.outlet} · {lead.when} · {_relevance(lead)}", first=INDENT)
    if lead.url:
        yield f"{INDENT}{lead.url}"
    for tag in lead.tags:
        yield from _wrap(_tag(tag), first=INDENT, hang=INDENT + "  ")
    yield from _flags(lead)
    if story.copies:
        yield f"{INDENT}Also in:"
    for copy in story.copies:
        title = "" if copy.title == lead.title else f": {copy.title}"
        text = f"- {copy.outlet}, {copy.when}{title}"
        yield from _wrap(text, first=INDENT, hang=INDENT + "  ")
        if copy.url:
            yield f"{INDENT}  {copy.url}"
        yield from _flags(copy)


def _unjudged(unjudged: UnjudgedView, number: str) -> Iterator[str]:
    article = unjudged.article
    yield from _wrap(article.title, first=number)
    language = f" · language: {article.language}" if article.language else ""
    yield from _wrap(f"{article.outlet} · {article.when}{language}", first=INDENT)
    if article.url:
        yield f"{INDENT}{article.url}"
    for term in unjudged.terms:
        yield from _wrap(f"“{term.words}”: {term.meaning}", first=INDENT, hang=INDENT + "  ")


def _relevance(article: ArticleView) -> str:
    return f"{article.certainty} ({article.relevance})" if article.relevance else article.certainty


def _tag(tag: TagView) -> str:
    quotes = ", ".join(f"“{quote}”" for quote in tag.evidence)
    return f"{tag.scheme}: {tag.label} ({tag.score})" + (f" from {quotes}" if quotes else "")


def _flags(article: ArticleView) -> Iterator[str]:
    for flag in article.flags:
        yield from _wrap(_flag(flag), first=INDENT + "! ", hang=INDENT + "  ")


def _flag(flag: FlagView) -> str:
    times = f" ({flag.count} times)" if flag.count > 1 else ""
    text = f"{flag.severity} in the headline: “{flag.words}”{times}. {flag.message} {flag.why}"
    if flag.suggestions:
        text += f" Better: {' / '.join(flag.suggestions)}."
    return text + (f" [{flag.source}]" if flag.source else "")


def _wrap(text: str, *, first: str = "", hang: str | None = None) -> Iterator[str]:
    """Break `text` at spaces by display width.

    A Chinese character takes two columns, an accent or vowel sign none; `textwrap` counts each
    as one.
    """
    hang = " " * len(first) if hang is None else hang
    line, empty = first, True
    for word in text.split():
        while True:
            gap = "" if empty else " "
            if _width(line) + len(gap) + _width(word) <= COLUMNS:
                line, empty = line + gap + word, False
                break
            if not empty:
                yield line
                line, empty = hang, True
                continue
            head = _fitting(word, COLUMNS - _width(line))
            yield line + head
            line, word = hang, word[len(head) :]  # noqa: PLW2901 - the rest of the same word
    if not empty or text == "":
        yield line


def _fitting(word: str, columns: int) -> str:
    """Return as much of a word too long for a line as fits, at least one character."""
    used = 0
    for place, char in enumerate(word):
        used += _width(char)
        if used > columns and place:
            return word[:place]
    return word


def _width(text: str) -> int:
    return sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
