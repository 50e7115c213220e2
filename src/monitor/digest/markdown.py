"""The digest as Markdown (CommonMark), for chats, wikis and issue trackers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

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

# What means something inside a line; every line begins with words of ours, so what means
# something only at its start (`-`, `1.`, `=`) needs no escape. `@`, `://` and `www.` are escaped
# because GitHub makes links of bare addresses and names.
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def escape(text: str) -> str:
    """Return `text` so that Markdown shows it to the letter."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def render_markdown(view: DigestView) -> str:
    """Return the page as Markdown."""
    lines = [f"# {escape(view.title)}", ""]
    lines += [f"**{escape(view.day)}** ({escape(view.timezone)}) · {escape(view.summary)}", ""]
    if view.quiet:
        lines += [escape(view.quiet), ""]
    for story in view.relevant:
        lines += [*_story(story), ""]
    if view.borderline:
        lines += ["## Borderline", "", "Trafficking may be a side matter here.", ""]
        for story in view.borderline:
            lines += [*_story(story), ""]
    if view.unjudged:
        lines += [f"## {UNJUDGED}", "", UNJUDGED_NOTE, ""]
        lines += [*(f"- {_unjudged(unjudged)}" for unjudged in view.unjudged), ""]
    lines += ["---", ""]
    lines += [f"- {escape(line)}" for line in view.ledger]
    if view.stamps:
        stamps = (f"`{stamp.replace('`', '')}`" for stamp in view.stamps)
        lines.append(f"- Judged by: {', '.join(stamps)}")
    return "\n".join(lines) + "\n"


def _story(story: StoryView) -> Iterator[str]:
    lead = story.lead
    yield f"### {_link(lead.title, lead.url)}"
    yield ""
    number = f" ({lead.relevance})" if lead.relevance else ""
    yield f"**{escape(lead.certainty)}**{number} · {escape(lead.outlet)} · {escape(lead.when)}"
    yield ""
    for tag in lead.tags:
        yield f"- {_tag(tag)}"
    yield from _flags(lead, "")
    if story.copies:
        yield "- Also in:"
    for copy in story.copies:
        title = "" if copy.title == lead.title else f", “{escape(copy.title)}”"
        yield f"  - outlet {_link(copy.outlet, copy.url)}, {escape(copy.when)}{title}"
        yield from _flags(copy, "    ")


def _unjudged(unjudged: UnjudgedView) -> str:
    article = unjudged.article
    language = f", language: {escape(article.language)}" if article.language else ""
    terms = "; ".join(f"“{escape(t.words)}”: {escape(t.meaning)}" for t in unjudged.terms)
    said = f"{_link(article.title, article.url)} · {escape(article.outlet)} · "
    return f"{said}{escape(article.when)}{language} · {terms}"


def _link(text: str, url: str | None) -> str:
    # Brackets and parentheses could end the link's target early.
    return f"[{escape(text)}]({quote(url, safe='%/:?#@!$&*+,;=-._~')})" if url else escape(text)


def _tag(tag: TagView) -> str:
    quotes = ", ".join(f"“{escape(quote)}”" for quote in tag.evidence)
    said = f"{escape(tag.scheme)}: **{escape(tag.label)}** ({tag.score})"
    return f"{said} from {quotes}" if quotes else said


def _flags(article: ArticleView, indent: str) -> Iterator[str]:
    for flag in article.flags:
        yield f"{indent}- {_flag(flag)}"


def _flag(flag: FlagView) -> str:
    times = f" ({flag.count} times)" if flag.count > 1 else ""
    text = f"**{flag.severity} in the headline**: “{escape(flag.words)}”{times}. "
    text += escape(f"{flag.message} {flag.why}".strip())
    if flag.suggestions:
        text += f" Better: {escape(' / '.join(flag.suggestions))}."
    return text + (f" Source: {_link(flag.source, flag.source_url)}." if flag.source else "")
