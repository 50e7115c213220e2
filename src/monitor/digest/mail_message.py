"""Letters and briefs as the two parts of a mail: HTML with its styles inlined, and plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.digest import words
from monitor.digest.newsletter import Letter, LetterArticle, LetterStory
from monitor.digest.pages import template
from monitor.digest.plain_text import COLUMNS, INDENT, wrap
from monitor.digest.policy_brief import Brief, BriefNamed, Source


@dataclass(frozen=True, slots=True)
class Links:
    """Where the digest is at the desk, and where it is stopped; empty without `public_url`."""

    desk: str = ""
    stop: str = ""


def mail_html(letter: Letter | Brief, links: Links) -> str:
    """Return the HTML part. Readers that know no `<style>` see it as it is meant all the same."""
    from css_inline import CSSInliner

    name = "policy.html" if isinstance(letter, Brief) else "cases.html"
    page = template(name).render(letter=letter, links=links, words=words)
    inliner = CSSInliner(
        keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False
    )  # at-rules stay: a dark screen cannot be asked from a style attribute
    return str(inliner.inline(page))


def mail_text(letter: Letter | Brief, links: Links) -> str:
    """Return the plain text part, 78 columns wide."""
    lines = [
        *wrap(letter.title.upper()),
        *wrap(f"{letter.day} ({letter.timezone})"),
        *wrap(letter.summary),
    ]
    if links.desk:
        lines += [f"{words.AT_THE_DESK}: {links.desk}"]
    lines += ["=" * COLUMNS]
    if letter.quiet:
        lines += ["", *wrap(letter.quiet)]
    lines += _brief(letter) if isinstance(letter, Brief) else _letter(letter)
    lines += ["", "-" * COLUMNS, *wrap(words.MASKED_NOTE), "", "Coverage"]
    for line in letter.coverage:
        lines += wrap(line.text, hang="  ")
        for item in line.items:
            lines += wrap(item, first="- ")
    lines += ["", *([f"{words.STOP}: {links.stop}"] if links.stop else wrap(words.STOP_BY_MAIL))]
    return "\n".join(lines) + "\n"


def _letter(letter: Letter) -> Iterator[str]:
    for section in letter.sections:
        yield from ("", section.heading.upper())
        if section.note:
            yield from wrap(section.note)
        yield "-" * COLUMNS
        for number, story in enumerate(section.stories, 1):
            yield from ("", *wrap(story.line, first=f"{number}. "))
            yield from _story(story)


def _story(story: LetterStory) -> Iterator[str]:
    lead = story.lead
    yield from wrap(lead.headline or lead.note, first=INDENT)
    yield from wrap(_meta(lead), first=INDENT)
    yield from _address(lead)
    for copy in story.copies:
        yield from wrap(f"- {copy.outlet}, {copy.when}", first=INDENT, hang=INDENT + "  ")
        yield from _address(copy)


def _meta(article: LetterArticle) -> str:
    parts = [article.outlet, article.when]
    if article.language and article.language != "en":
        parts.append(f"language: {article.language}")
    return " · ".join([*parts, words.SUMMARY_ONLY] if article.summary_only else parts)


def _address(article: LetterArticle) -> Iterator[str]:
    if article.url_note:
        yield from wrap(f"{article.url_note} Article {article.id}", first=INDENT)
    if article.at_desk:
        yield f"{INDENT}{words.AT_DESK}: {article.url}"
    elif article.url:
        yield f"{INDENT}{article.url}"


def _brief(brief: Brief) -> Iterator[str]:
    if not brief.quiet:
        yield from ("", "THE FOUR PS", "-" * COLUMNS)
        for p in brief.ps:
            where = f"; {p.places}" if p.places else ""
            named = f"; names {p.named}" if p.named else ""
            kinds = f"; kinds told of in all stories: {p.kinds}" if p.kinds else ""
            yield from wrap(f"{p.heading}: {p.told}{where}{named}{kinds}", hang="  ")
    if brief.topics:
        yield from ("", "TOPICS BESIDE TRAFFICKING", "-" * COLUMNS)
    for topic in brief.topics:
        named = f"; names {topic.named}" if topic.named else ""
        yield from wrap(f"{topic.heading}: {topic.told}{named}", hang="  ")
        yield from _sources(topic.sources)
    for heading, entries in (
        ("INSTRUMENTS", brief.instruments),
        ("INSTITUTIONS", brief.institutions),
    ):
        if entries:
            yield from ("", heading, "-" * COLUMNS)
        for entry in entries:
            yield from _entry(entry)


def _entry(entry: BriefNamed) -> Iterator[str]:
    yield from wrap(f"{entry.shown}: {entry.told}", hang="  ")
    if entry.name != entry.shown:
        yield from wrap(entry.name, first="  ")
    yield f"  {entry.url}"
    yield from _sources(entry.sources)


def _sources(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        yield f"  - {source.outlet} {source.url or ''}".rstrip()
