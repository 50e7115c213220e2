"""Newsletter: a digest as it is mailed and syndicated, in our own words first, headlines masked.

What leaves the desk is read on phones in trains and kept on others' servers. So names of victims,
minors and relatives are masked by what the whole article says of who is who, wording that is
graphic gives way to a neutral line, and no words of an article's text stand here at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import quote
from zoneinfo import ZoneInfo

from monitor.digest import view as words
from monitor.digest.coverage_account import CoverageLine, count, coverage_lines
from monitor.digest.tag_words import CountryName, counted, is_graphic, neutral_line
from monitor.digest.view import quiet_words, summary_words
from monitor.records.article import Article, AssessedArticle
from monitor.records.dates import date_words, day_words, on_clock
from monitor.records.digest import Digest, Story
from monitor.records.hidden_names import LANGUAGE, REASONS, Shown
from monitor.text.safe_text import clean, excerpt, safe_url

Mask = Callable[[Article], Shown]
"""What may be shown of an article."""
HEADLINE_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes out by mail. `quiet` stands where there is nothing to tell."""

    title: str
    subject: str
    day: str
    timezone: str
    summary: str
    quiet: str
    coverage: tuple[CoverageLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter(Letter):
    """What a digest says in mail and feeds, in sections of one kind; their `note` says which.

    A story's `line` is composed from tags, then come `lead`, the article it is known by, and
    `copies`. An article's `headline` is empty where it is not shown, `note` then says why. Where
    its address is hidden, `url_note` says so, and `url` is the article's page at the desk
    (`at_desk`), `None` where the desk has no public address.
    """

    sections: tuple[SimpleNamespace, ...]


def write_letter(
    digest: Digest,
    *,
    title: str,
    country_name: CountryName,
    mask: Mask,
    filtered: bool = False,
    public_url: str = "",
) -> Newsletter:
    """Put a digest into words that may leave the desk; `filtered`: it holds a choice of stories.

    `public_url` is where recipients reach the desk.
    """
    zone = ZoneInfo(digest.timezone)

    def view_article(assessed: AssessedArticle) -> SimpleNamespace:
        article = assessed.article
        shown = mask(article)
        headline, note = "", ""
        if shown.withheld:
            unmasked = shown.withheld == REASONS[LANGUAGE]
            note = words.NOT_MASKED if unmasked else f"Headline not shown: {shown.withheld}."
        elif is_graphic(article.title, assessed):
            note = words.GRAPHIC
        else:
            headline = excerpt(shown.title, HEADLINE_CHARS) or words.NO_HEADLINE
        url, url_note = safe_url(article.url), ""
        at_desk = url is not None and shown.link_tells
        if at_desk:
            url_note = words.URL_TOO if shown.withheld else words.URL_WITHHELD
            url = article_page(public_url, article.id)
        moment = article.published or article.seen
        when = date_words(moment, digest.day, zone)
        return SimpleNamespace(
            id=clean(article.id),
            headline=headline,
            note=note,
            url=url,
            url_note=url_note,
            at_desk=at_desk and url is not None,
            outlet=clean(article.outlet) or words.NO_OUTLET,
            language=clean(article.language or ""),
            when=when if article.published else f"first seen {when}",
            when_iso=on_clock(article.seen, zone).isoformat(timespec="seconds"),
            published_iso=on_clock(moment, zone).isoformat(timespec="seconds"),
            summary_only=article.origin == "summary",
        )

    def view(story: Story) -> SimpleNamespace:
        lead, *copies = map(view_article, story.articles)
        line = neutral_line(story, country_name)
        return SimpleNamespace(id=clean(story.id), line=line, lead=lead, copies=copies)

    possible, unjudged = (
        [Story(one.article.id, (one,)) for one in some]
        for some in (digest.possible, digest.unjudged)
    )
    parts = (
        (words.RELEVANT, "", digest.relevant),
        (words.BORDERLINE, words.BORDERLINE_NOTE, digest.borderline),
        (words.POSSIBLE, words.POSSIBLE_NOTE, possible),
        (words.UNJUDGED, words.UNJUDGED_NOTE, unjudged),
    )
    quiet = words.NOTHING_FITS if filtered else quiet_words(digest)
    # day, count, forms and places: nothing that an outlet wrote stands in a subject
    number, day = len(digest.relevant), day_words(digest.day)
    told = count(number, "story", "stories") if number else "no story"
    about = "; ".join(", ".join(f) for f in counted(digest.relevant, country_name) if f)
    return Newsletter(
        title=clean(title),
        subject=f"{clean(title)}, {day}: {told}{f' ({about})' if about else ''}",
        day=day,
        timezone=clean(digest.timezone),
        summary=summary_words(digest),
        quiet="" if digest.relevant else quiet,
        sections=tuple(
            SimpleNamespace(heading=heading, note=note, stories=list(map(view, stories)))
            for heading, note, stories in parts
            if stories
        ),
        coverage=coverage_lines(digest, country_name),
    )


def article_page(public_url: str, article_id: str) -> str | None:
    """Return the address of an article's page at the desk; None where it has no public one."""
    return f"{public_url.rstrip('/')}/articles/{quote(article_id, safe='')}" if public_url else None
