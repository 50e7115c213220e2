"""The digest as Markdown (CommonMark), for chats, wikis and issue trackers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from monitor.digest import view as words
from monitor.digest.view import ArticleView, DigestView, StoryView

# What means something inside a line; every line begins with words of ours, so what means
# something only at its start (`-`, `1.`, `=`) needs no escape. `@`, `://` and `www.` are escaped
# because GitHub makes links of bare addresses and names.
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def escape(text: str) -> str:
    """Return `text` so that Markdown shows it to the letter."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def render_markdown(view: DigestView, *, evidence: bool = False) -> str:
    """Return the page as Markdown; with `evidence` each tag with the words that gave it."""
    lines = [f"# {escape(view.title)}", ""]
    lines += [f"**{escape(view.day)}** ({escape(view.timezone)}) · {escape(view.summary)}", ""]
    if view.quiet:
        lines += [escape(view.quiet), ""]
    for heading, note, stories in (
        (words.RELEVANT, "", view.relevant),
        (words.BORDERLINE, words.BORDERLINE_NOTE, view.borderline),
    ):
        lines += [f"## {heading}", "", *([note, ""] if note else [])] if stories else []
        for story in stories:
            lines += [*_story(story, evidence), ""]
    for heading, note, items in (
        (words.POSSIBLE, words.POSSIBLE_NOTE, view.possible),
        (words.UNJUDGED, words.UNJUDGED_NOTE, view.unjudged),
    ):
        if items:
            lines += [f"## {heading}", "", note, "", *map(_listed, items), ""]
    lines += ["## Coverage", ""]
    for line in view.coverage:
        lines.append(f"- {escape(line.text)}")
        lines += [f"  - feed {escape(item)}" for item in line.items]
    if view.unsure:
        lines.append(f"- {words.UNSURE_NOTE}")
    if view.names_note:
        lines.append(f"- {view.names_note}")
    if view.stamps:
        stamps = (f"`{stamp.replace('`', '')}`" for stamp in view.stamps)
        lines.append(f"- Judged by: {', '.join(stamps)}")
    return "\n".join(lines) + "\n"


def _story(story: StoryView, evidence: bool) -> Iterator[str]:
    lead = story.lead
    parts = [f"**{escape(lead.outlet)}**", escape(lead.when), escape(lead.certainty)]
    parts += [words.SUMMARY_ONLY if lead.summary_only else "", *_notes(lead), _id(lead)]
    yield from (f"### {_link(lead.title, lead.url)}", "", " · ".join(filter(None, parts)), "")
    if evidence:
        for tag in lead.tags:
            quotes = ", ".join(f"“{escape(quote)}”" for quote in tag.evidence)
            label = f"{escape(tag.scheme)}: **{escape(tag.label)}**" + ("?" if tag.unsure else "")
            yield f"- {label} from {quotes}" if quotes else f"- {label}"
    elif lead.tag_line:
        yield f"- Tags: {escape(' · '.join(lead.tag_line))}"
    yield from _flags(lead, "", evidence)
    if story.since:
        yield f"- {escape(story.since)}"
    if story.copies:
        yield "- Also in:"
    for copy in story.copies:
        title = "" if copy.title == lead.title else f", “{escape(copy.title)}”"
        note = f", {words.SUMMARY_ONLY}" if copy.summary_only else ""
        notes = "".join(f", {said}" for said in _notes(copy))
        said = f"{escape(copy.when)}{note}{title}{notes}"
        yield f"  - outlet {_link(copy.outlet, copy.url)}, {said} {_id(copy)}"
        yield from _flags(copy, "    ", evidence)


def _notes(article: ArticleView) -> list[str]:
    """Return why there is no headline, and why no address."""
    return [escape(note) for note in (article.note, article.url_note) if note]


def _id(article: ArticleView) -> str:
    return f"`{article.id.replace('`', '')}`"


def _listed(article: ArticleView) -> str:
    language = f", language: {escape(article.language)}" if article.language else ""
    terms = "; ".join(
        (f"“{escape(term.term)}”: " if term.term else "") + escape(term.meaning)
        for term in article.terms
    )
    said = f"{_link(article.title, article.url)} · {escape(article.outlet)} · "
    notes = "".join(f" · {note}" for note in _notes(article))
    told = terms or words.NO_WORDS
    return f"- {said}{escape(article.when)}{language} · {told}{notes} {_id(article)}"


def _link(text: str, url: str | None) -> str:
    # Brackets and parentheses could end the link's target early.
    return f"[{escape(text)}]({quote(url, safe='%/:?#@!$&*+,;=-._~')})" if url else escape(text)


def _flags(article: ArticleView, indent: str, evidence: bool) -> Iterator[str]:
    for flag in article.flags:
        text = (
            f"**{flag.severity} in the headline**: {escape(words.flag_words(flag, why=evidence))}"
        )
        if flag.source and evidence:
            text += f" Source: {_link(flag.source, flag.source_url)}."
        yield f"{indent}- {text}"
