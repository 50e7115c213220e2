"""The digest as plain text, 78 columns wide, for terminals and mail."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from monitor.digest import view as words
from monitor.digest.coverage_account import CoverageLine
from monitor.digest.view import ArticleView, DigestView, StoryView

COLUMNS = 78
INDENT = "   "


def render_plain(view: DigestView, *, evidence: bool = False) -> str:
    """Return the page as lines of at most 78 columns; only an address is never broken.

    With `evidence` each tag stands on a line with the words that gave it.
    """
    lines = [*wrap(view.title.upper()), f"{view.day} ({view.timezone})", *wrap(view.summary)]
    lines += ["=" * COLUMNS, *(["", *wrap(view.quiet)] if view.quiet else [])]
    parts: tuple[tuple[str, str, Sequence[StoryView | ArticleView]], ...] = (
        ("", "", view.relevant),
        (words.BORDERLINE, words.BORDERLINE_NOTE, view.borderline),
        (words.POSSIBLE, words.POSSIBLE_NOTE, view.possible),
        (words.UNJUDGED, words.UNJUDGED_NOTE, view.unjudged),
    )
    for heading, note, items in parts:
        if heading and items:
            lines += ["", *wrap(heading.upper()), *wrap(note), "-" * COLUMNS]
        for place, item in enumerate(items, 1):
            lines.append("")
            if isinstance(item, StoryView):
                lines += _story(item, f"{place}. ", evidence)
            else:
                lines += _listed(item, f"{place}. ")
    lines += ["", "-" * COLUMNS, *coverage_text(view.coverage)]
    judged_by = f"Judged by: {', '.join(view.stamps)}" if view.stamps else ""
    for note in (words.UNSURE_NOTE if view.unsure else "", view.names_note, judged_by):
        lines += wrap(note, hang="  ") if note else ()
    return "\n".join(lines) + "\n"


def coverage_text(coverage: Iterable[CoverageLine]) -> Iterator[str]:
    """Yield the account of a digest, its items below their lines."""
    for line in coverage:
        yield from wrap(line.text, hang="  ")
        for item in line.items:
            yield from wrap(item, first="- ")


def _story(story: StoryView, number: str, evidence: bool) -> Iterator[str]:
    lead = story.lead
    yield from wrap(lead.title, first=number)
    summary_only = words.SUMMARY_ONLY if lead.summary_only else ""
    meta = (lead.outlet, lead.when, lead.certainty, summary_only)
    yield from wrap(" · ".join(filter(None, meta)), first=INDENT)
    if evidence:
        for tag in lead.tags:
            said = ", ".join(f"“{quote}”" for quote in tag.evidence)
            label = f"{tag.scheme}: {tag.label}" + ("?" if tag.unsure else "")
            text = f"{label} from {said}" if said else label
            yield from wrap(text, first=INDENT, hang=INDENT + "  ")
    elif lead.tag_line:
        yield from wrap(" · ".join(lead.tag_line), first=INDENT, hang=INDENT + "  ")
    yield from _flags(lead, evidence)
    yield from _address(lead, INDENT)
    if story.since:
        yield from wrap(f"{story.since}.", first=INDENT, hang=INDENT)
    if story.copies:
        yield f"{INDENT}Also in:"
    for copy in story.copies:
        title = "" if copy.title == lead.title else f": {copy.title}"
        note = f", {words.SUMMARY_ONLY}" if copy.summary_only else ""
        text = f"- {copy.outlet}, {copy.when}{note}{title}"
        yield from wrap(text, first=INDENT, hang=INDENT + "  ")
        yield from _address(copy, f"{INDENT}  ")
        yield from _flags(copy, evidence)


def _listed(article: ArticleView, number: str) -> Iterator[str]:
    yield from wrap(article.title, first=number)
    language = f" · language: {article.language}" if article.language else ""
    yield from wrap(f"{article.outlet} · {article.when}{language}", first=INDENT)
    yield from _address(article, INDENT)
    for term in article.terms:
        said = f"“{term.term}”: {term.meaning}" if term.term else term.meaning
        yield from wrap(said, first=INDENT, hang=INDENT + "  ")
    if not article.terms:
        yield from wrap(words.NO_WORDS, first=INDENT)


def _address(article: ArticleView, indent: str) -> Iterator[str]:
    """Yield the article's id and its URL: either names it to `monitor reviews add`.

    Before that, why there is no headline; behind it, why there is no URL.
    """
    if article.note:
        yield from wrap(article.note, first=indent)
    yield f"{indent}[{article.id}] {article.url or ''}".rstrip()
    if article.url_note:
        yield from wrap(article.url_note, first=indent)


def _flags(article: ArticleView, evidence: bool) -> Iterator[str]:
    for flag in article.flags:
        text = f"{flag.severity} in the headline: {words.flag_words(flag, why=evidence)}"
        text += f" [{flag.source}]" if flag.source and evidence else ""
        yield from wrap(text, first=INDENT + "! ", hang=INDENT + "  ")


def wrap(text: str, *, first: str = "", hang: str | None = None) -> Iterator[str]:
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
    if text.isascii():
        return len(text)
    shown = [char for char in text if unicodedata.category(char) not in {"Mn", "Me", "Cf"}]
    return len(shown) + sum(unicodedata.east_asian_width(char) in "WF" for char in shown)
