"""The desk of `planted.py`: its outlets as a server, its weeks lived through, its judges made up.

Nobody has to be recognised on it: `Given.mask` is told whom to hide, and in the version alone that
tells of her. What else hides her is the program's doing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from html import escape

from feed_server import Answer, FeedServer
from monitor.app import Monitor
from monitor.feeds.starter_feeds import make_feed
from monitor.feeds.urls import article_id
from monitor.people.anonymisation import Masked
from monitor.records.article import Article, Assessment, Assessor
from monitor.records.finding import Citation, Finding, ScorecardItem, Span
from monitor.records.tag import Tag
from planted import FORMS, LAST, STAGES, UPDATED, Person, Piece, Planted, Version, url_of
from store_samples import CLASSIFIER, GUIDELINE, TAGGER

# The outlets' server -----------------------------------------------------------------------------


def publish(server: FeedServer, planted: Planted, stage: int) -> None:
    """Have the server answer as on the day of a stage."""
    server.script = {
        feed_path(outlet): Answer(
            _feed(planted, outlet, stage, server.url),
            headers={"Content-Type": "application/rss+xml"},
        )
        for outlet in range(len(planted.outlets))
    }


def feed_path(outlet: int) -> str:
    """Return where an outlet's feed is."""
    return f"/paper-{outlet}/feed"


def _feed(planted: Planted, outlet: int, stage: int, base: str) -> bytes:
    items = []
    for piece in planted.pieces:
        version = piece.at(stage) if piece.outlet == outlet else None
        if version is not None:
            items.append(_item(piece, version, base))
    title = escape(planted.outlets[outlet])
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{title}</title><link>{base}/</link>{''.join(items)}</channel></rss>"
    ).encode()


def _item(piece: Piece, version: Version, base: str) -> str:
    url = url_of(piece, base)
    first = piece.versions[0]
    parts = [
        f"<link>{escape(url)}</link><title>{escape(version.title)}</title>",
        f"<pubDate>{STAGES[first.stage]:%a, %d %b %Y %H:%M:%S GMT}</pubDate>",
        *(f"<dc:creator>{escape(author)}</dc:creator>" for author in version.authors),
        *(f"<category>{escape(category)}</category>" for category in version.categories),
    ]
    if version.summary:
        parts.append(f"<description>{escape(version.summary)}</description>")
    if version.picture:
        picture = escape(f"{base}{version.picture}")
        parts.append(f'<enclosure url="{picture}" type="image/jpeg" length="9"/>')
    if piece.page:
        paragraphs = "".join(f"<p>{escape(one)}</p>" for one in version.paragraphs)
        parts.append(f"<content:encoded>{escape(paragraphs)}</content:encoded>")
    return f"<item>{''.join(parts)}</item>"


# The desk ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judge:
    """Says of each article what its plan has it say, with words that hold the name."""

    stamp: str
    plan: Mapping[str, tuple[Piece, Person | None]]

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Judge, tag or flag, as the stamp has it."""
        return [self._said(article, *self.plan[article.id]) for article in articles]

    def _said(self, article: Article, piece: Piece, person: Person | None) -> Assessment:
        if self.stamp == CLASSIFIER:
            sure = piece.relevance
            return Assessment(
                self.stamp, relevance=sure, relevant=sure >= 0.5, borderline=0.3 <= sure < 0.5
            )
        spots = _spots(article, person)
        if self.stamp == TAGGER:
            return Assessment(self.stamp, tags=_tags(spots))
        return Assessment(
            self.stamp,
            findings=tuple(_findings(article, spots)),
            scorecard=(
                ScorecardItem(
                    "no-helpline", False, f"nothing behind ‘{_words(article, spots[0])}’", spots[:2]
                ),
            ),
        )


def _spots(article: Article, person: Person | None) -> tuple[Span, ...]:
    """Return where the person is named, in whatever letters; else the first words."""
    fields = {"title": article.title, "text": article.text}
    found = []
    if person is not None:
        forms = {person.name, person.short, *(form(person) for form in FORMS.values())}
        pattern = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
        for name, text in fields.items():
            found += [Span(name, *hit.span()) for hit in re.finditer(pattern, text)]  # type: ignore[arg-type]
    return tuple(found) or (Span("text", 0, min(9, len(article.text))),)


def _words(article: Article, span: Span) -> str:
    return (article.title if span.field == "title" else article.text)[span.start : span.end]


def _tags(spots: tuple[Span, ...]) -> tuple[Tag, ...]:
    wide = tuple(Span(s.field, max(0, s.start - 12), s.end) for s in spots[:3])
    return (
        Tag("form", "forced_labour", 0.9, wide),
        Tag("response", "prosecution", 0.8, spots[-1:]),
        Tag("victim", "child", 0.9, spots[:1]),
        Tag("place", "GH", 0.9, wide[:1], role="exploitation"),
    )


def _findings(article: Article, spots: tuple[Span, ...]) -> Iterator[Finding]:
    for rule, spot, before in (
        *(("child-name-identified", spot, 0) for spot in spots[:3]),
        *(("rescue-language", spot, 25) for spot in spots[-2:]),
    ):
        start = max(0, spot.start - before)
        words = _words(article, replace(spot, start=start))
        yield Finding(
            rule=rule,
            severity="warning" if before else "error",
            principle="humanity",
            scope="headline" if spot.field == "title" else "body",
            field=spot.field,
            start=start,
            end=spot.end,
            match=words,
            quoted="no",
            message=f"'{words}' may be written otherwise.",
            why="A reason.",
            suggestions=(f"another word than {words}", "identified"),
            sources=(Citation("A guide", "3.2", "https://guide.example/"),),
            guideline="thb-en",
        )


class Given(Monitor):
    """A desk on which nobody has to be recognised: masks are told who is to be hidden.

    They are told in the version alone that tells of the person; all else has to follow from that.
    `plan` are the articles by id, each with whom it names.
    """

    plan: Mapping[str, tuple[Piece, Person | None]]

    @cached_property
    def assessors(self) -> tuple[Assessor, ...]:
        """Judges whose word is made up."""
        return tuple(Judge(stamp, self.plan) for stamp in (CLASSIFIER, TAGGER, GUIDELINE))

    @property
    def stamps(self) -> tuple[str, ...]:
        """Their stamps."""
        return self.carried(one.stamp for one in self.assessors)

    @cached_property
    def classifiers(self) -> tuple[Assessor, ...]:
        """Those of them that are no guideline."""
        return self.assessors[:2]

    def mask(self, article: Article) -> Masked | None:
        """Hide the words of the name wherever they stand as written, or in capitals."""
        piece, _ = self.plan[article.id]
        if piece.language != "en":
            return None
        return hidden_in(article, _version(piece, article).known)


def _version(piece: Piece, article: Article) -> Version:
    """Return which of its versions an article is."""
    updated = UPDATED in article.text
    return next(
        (v for v in piece.versions if (UPDATED in v.paragraphs) == updated), piece.versions[0]
    )


def hidden_in(article: Article, known: Sequence[str]) -> Masked:
    """Return an article with these words hidden, as the program's own masks hide them."""
    from monitor.records.hidden_names import hide

    spans: list[Span] = []
    if known:
        forms = {form for word in known for form in (word, word.title(), word.upper())}
        pattern = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
        for name, text in (("title", article.title), ("text", article.text)):
            found = re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text)
            spans += [Span(name, *one.span()) for one in found]  # type: ignore[arg-type]
    words = frozenset(known)
    return Masked(
        hide("title", article.title, spans), hide("text", article.text, spans), tuple(spans),
        words if spans else frozenset(), words if spans else frozenset(),
    )  # fmt: skip


def plan_of(planted: Planted, base: str) -> dict[str, tuple[Piece, Person | None]]:
    """Return the articles by the ids that the program gives them."""
    return {
        article_id(url_of(piece, base)): (
            piece,
            None if piece.person is None else planted.people[piece.person],
        )
        for piece in planted.pieces
    }


@dataclass
class Clock:
    """What time it is on the desk."""

    at: datetime = STAGES[0]

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.at


def follow(monitor: Monitor, server: FeedServer, planted: Planted, clock: Clock) -> None:
    """Live through the weeks: poll, judge, look for names, fold, withdraw, index; then expire."""
    from monitor.jobs.expire_texts import expire

    feeds = [make_feed(f"{server.url}{feed_path(n)}") for n in range(len(planted.outlets))]
    clock.at = STAGES[0]
    monitor.add_feeds(feeds)
    for stage, moment in enumerate(STAGES):
        clock.at = moment
        publish(server, planted, stage)
        work(monitor)
    clock.at = LAST
    work(monitor)
    expire(monitor.store, monitor.settings, clock())


def work(monitor: Monitor) -> None:
    """Do what `monitor run` does, and what the schedule does besides."""
    monitor.ingest(all_feeds=True)
    judge(monitor)


def judge(monitor: Monitor) -> None:
    """Do what is due for what is stored."""
    from monitor.archive.articles_found import fill_index
    from monitor.archive.withdrawals import withdraw
    from monitor.jobs.mask_names import mask_due

    monitor.assess()
    mask_due(monitor)
    monitor.fold()
    withdraw(monitor, monitor.now())
    mask_due(monitor)
    fill_index(monitor)


def decide(monitor: Monitor, planted: Planted, base: str) -> None:
    """Have people say what they think of some articles, so that it is shown and counted."""
    from monitor.stats.trend_queries import judge_flag

    for number, piece in enumerate(planted.pieces):
        key, turn = article_id(url_of(piece, base)), number % 5
        if turn < 3:
            verdict = "relevant" if piece.relevance > 0.5 else "not_relevant"
            monitor.review(key, verdict, reviewer=f"Ann {turn}", provisional=turn == 2)
        if turn == 0:
            monitor.review(key, "borderline", reviewer="Ben")
        if turn in (1, 3) and not monitor.article(key).article.expired:
            for rule in ("rescue-language", "child-name-identified"):
                judge_flag(monitor, key, rule, right=True, reviewer="Ann")
