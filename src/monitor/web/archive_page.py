"""The page of one article: its text with marks, versions, tags, findings, where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.countries import country_name, language_name
from monitor.desk.archive import Beside, Whole
from monitor.digest.safe import clean, safe_url
from monitor.digest.tags import is_unsure, label_words, scheme_words
from monitor.digest.times import date_words
from monitor.errors import UsageError
from monitor.masks import Shown
from monitor.searching import places_of, read_search, words_at
from monitor.shapes import in_ten
from monitor.types import POLICY_SCHEMES, Article, Finding, Review, Severity, Source, Span, Tag
from monitor.visitors import Visitor
from monitor.web.archive import lang_of, relevance_words
from monitor.web.highlighted_text import Mark, Paragraph, paragraphs_of, pieces_of
from monitor.web.page_frame import render

QUOTES_SHOWN = 4
_VERDICT = {"relevant": "relevant", "borderline": "borderline", "not_relevant": "not relevant"}
_ORIGIN = {
    "feed": "from its feed",
    "page": "from its page",
    "summary": "only a summary could be had",
}

_CARD = {False: ("needs attention", "✕"), True: ("in order", "✓"), None: ("not judged", "–")}
_LEAST_LETTERS = 3
"""Shorter parts of a name are those of any."""

Quote = Paragraph
Tells = Callable[[str], bool]
"""Whether words beside an article, such as a flag's message, hold a word that is hidden in it."""


@dataclass(frozen=True, slots=True)
class TagView:
    """A tag with the words that gave it."""

    scheme: str
    label: str
    unsure: bool
    experimental: bool
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag; `message` and `suggestions` are left out where they repeat a hidden name.

    `guideline` is whose rule it is, where several guidelines speak of the article.
    """

    rule: str
    title: str
    severity: Severity
    quote: Quote
    count: int
    headline: bool
    message: str
    why: str
    suggestions: tuple[str, ...]
    sources: tuple[Source, ...]
    sureness: str
    guideline: str = ""


@dataclass(frozen=True, slots=True)
class CardView:
    """What a rule for whole texts says: its `word` and `sign`, and the reason."""

    rule: str
    title: str
    met: bool | None
    word: str
    sign: str
    reason: str


@dataclass(frozen=True, slots=True)
class Side:
    """A version as it stands beside another; `when` it came in."""

    sha256: str
    when: str
    title: Paragraph
    text: tuple[Paragraph, ...]
    withheld: str


def render_article(
    whole: Whole,
    *,
    visitor: Visitor,
    here: str,
    today: str,
    zone: ZoneInfo,
    titles: Mapping[str, str],
    searched: str = "",
    added: str = "",
) -> str:
    """Return the page of an article; `here` is its address, `searched` is marked in it.

    `titles` are those of rules by id.
    """
    assessed, shown = whole.assessed, whole.shown
    article = assessed.article
    tells = _tells(article, shown)
    times = {one.sha256: date_words(one.fetched, today, zone) for one in whole.versions}
    url = None if shown.link_tells and not shown.asked else safe_url(article.url)
    return render(
        "article.html",
        visitor=visitor,
        here="/articles",
        id=article.id,
        shown=shown,
        all_shown={article.id: shown},
        address_here=here,
        title=pieces_of(
            article.title, hidden=shown.hidden("title"), marks=list(_marks(whole, "title"))
        ),
        text=_text(whole, searched),
        lang=lang_of(article.language),
        facts=list(_facts(whole, today, zone, tells)),
        url=url,
        expired=article.expired is not None,
        relevance=relevance_words(assessed),
        tags=[_view_tag(tag, article, shown) for tag in _ordered(assessed.tags)],
        terms=[(t.term, language_name(t.language), clean(t.meaning)) for t in assessed.terms],
        flags=list(_flags(assessed.findings, article, shown, titles, tells)),
        scorecard=_scorecard(whole, titles, tells),
        sides=_sides(whole.beside, article, shown, times) if whole.beside else None,
        copied=whole.beside.copied if whole.beside else 0,
        versions=[(v.sha256, times[v.sha256], v.sha256 == article.sha256) for v in whole.versions],
        withdrawn=whole.withdrawn,
        sightings=[(s, date_words(s.at, today, zone)) for s in whole.sightings],
        story=whole.story,
        reviews=[(_said(r), date_words(r.at, today, zone) if r.at else "") for r in whole.reviews],
        stamps=assessed.stamps,
        waiting=() if article.expired else whole.waiting,
        searched=searched,
        added=added,
    )


def _text(whole: Whole, searched: str) -> tuple[Paragraph, ...]:
    article, shown = whole.assessed.article, whole.shown
    if shown.withheld:
        return ()
    hidden = shown.hidden("text")
    marks = list(_marks(whole, "text"))
    with suppress(UsageError):  # its search was told of where it was asked
        hits = places_of(article.text, read_search(searched).terms, hidden)
        marks += [Mark(start, end, "hit", "looked for") for start, end in hits]
    return paragraphs_of(article.text, hidden=hidden, marks=marks)


def _marks(whole: Whole, field: str) -> Iterator[Mark]:
    """Yield the marks of a field: what gave its tags, what was flagged."""
    for tag in whole.assessed.tags:
        for span in tag.evidence:
            if span.field == field:
                yield Mark(span.start, span.end, "evidence", _note(tag))
    for finding in whole.assessed.findings:
        if finding.field == field:
            rule = finding.rule.replace("-", " ")
            yield Mark(finding.start, finding.end, f"flagged {finding.severity}", f"flag: {rule}")


def _note(tag: Tag) -> str:
    return f"{scheme_words(tag.scheme).lower()}: {label_words(tag, country_name)}"


def _tells(article: Article, shown: Shown) -> Tells:
    if shown.withheld:  # nobody can tell which words are names, or where one begins
        return bool
    texts = {"title": article.title, "text": article.text}
    hidden = frozenset(
        word
        for span in shown.spans
        for word, _ in words_at(texts[span.field][span.start : span.end])
        if len(word) >= _LEAST_LETTERS
    )
    return lambda words: any(word in hidden for word, _ in words_at(words))


def _facts(whole: Whole, today: str, zone: ZoneInfo, tells: Tells) -> Iterator[tuple[str, str]]:
    """Yield what is known of where and when, each with its name."""
    article = whole.assessed.article
    yield "Outlet", clean(article.outlet) or "unnamed outlet"
    if article.published:
        yield "Published", date_words(article.published, today, zone)
    elif article.published_in:
        yield "Published in", article.published_in
    yield "First seen", date_words(article.seen, today, zone)
    if article.language:
        yield "Language", language_name(article.language)
    told = whole.shown.asked or not whole.shown.byline_tells
    if told and (authors := [name for name in article.authors if not tells(name)]):
        yield "By", clean(", ".join(authors))
    if told and (categories := [name for name in article.categories if not tells(name)]):
        yield "Filed under", clean(", ".join(categories))
    if not article.expired:
        yield "Text", _ORIGIN[article.origin]
    if article.mining == "reserved":
        yield "Text mining", "reserved by its publisher"
    if article.expired:
        yield "Text expired", date_words(article.expired, today, zone)


def _ordered(tags: Iterable[Tag]) -> list[Tag]:
    schemes = ["form", "response", "place", "victim", "gender", "flow", "protection", "indicator"]
    schemes += POLICY_SCHEMES
    ranks = {scheme: rank for rank, scheme in enumerate(schemes)}
    return sorted(tags, key=lambda tag: (ranks.get(tag.scheme, len(ranks)), -tag.score, tag.label))


def _view_tag(tag: Tag, article: Article, shown: Shown) -> TagView:
    return TagView(
        scheme_words(tag.scheme),
        label_words(tag, country_name),
        is_unsure(tag),
        tag.experimental,
        tuple(_quotes(tag.evidence, article, shown)),
    )


def _quotes(spans: Iterable[Span], article: Article, shown: Shown) -> Iterator[Quote]:
    """Yield the first few different stretches, without hidden words."""
    seen = set[str]()
    for span in spans:
        quote = _quote(span, article, shown)
        words = " ".join(piece.text for piece in quote).casefold()
        if quote and words not in seen:
            seen.add(words)
            yield quote
        if len(seen) == QUOTES_SHOWN:
            return


def _quote(span: Span, article: Article, shown: Shown) -> Quote:
    source = article.title if span.field == "title" else article.text
    hidden = [(a - span.start, b - span.start) for a, b in shown.hidden(span.field)]
    return pieces_of(source[span.start : span.end], hidden=hidden)


def _flags(
    findings: Sequence[Finding],
    article: Article,
    shown: Shown,
    titles: Mapping[str, str],
    tells: Tells,
) -> Iterator[FlagView]:
    """Yield a view for each rule and wording, as they come."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        key = finding.guideline, finding.rule, finding.match.casefold()
        groups.setdefault(key, []).append(finding)
    several = len({finding.guideline for finding in findings}) > 1
    for first, *others in groups.values():
        quote = _quote(Span(first.field, first.start, first.end), article, shown)
        yield FlagView(
            rule=first.rule,
            title=titles.get(first.rule, first.rule.replace("-", " ")),
            severity=first.severity,
            quote=quote,
            count=1 + len(others),
            headline=first.field == "title",
            message="" if tells(first.message) else clean(first.message),
            why=clean(first.why),
            suggestions=tuple(clean(words) for words in first.suggestions if not tells(words)),
            sources=first.sources,
            guideline=first.guideline if several else "",
            sureness=""
            if first.confidence is None
            else f"Editors mark {in_ten(first.confidence)} such flags.",
        )


def _scorecard(whole: Whole, titles: Mapping[str, str], tells: Tells) -> list[CardView]:
    """Return what is said of the whole text, what needs attention first."""
    order = list(_CARD)
    return [
        CardView(
            item.item,
            titles.get(item.item, item.item.replace("-", " ")),
            item.met,
            *_CARD[item.met],
            "" if tells(item.reason) else clean(item.reason),
        )
        for item in sorted(whole.assessed.scorecard, key=lambda i: (order.index(i.met), i.item))
    ]


def _sides(
    beside: Beside, article: Article, shown: Shown, times: dict[str, str]
) -> tuple[Side, Side]:
    """Return the older and the newer version, what was changed marked in both."""
    changes = beside.changes
    old = {
        field: [Mark(*c.old, "removed") for c in changes if c.field == field]
        for field in ("title", "text")
    }
    new = {
        field: [Mark(*c.new, "added") for c in changes if c.field == field]
        for field in ("title", "text")
    }
    return (
        _side(beside.version, beside.shown, old, times),
        _side(article, shown, new, times),
    )


def _side(
    version: Article, shown: Shown, marks: dict[str, list[Mark]], times: dict[str, str]
) -> Side:
    texts = () if shown.withheld else (version.title, version.text)
    title, text = texts or ("", "")
    return Side(
        version.sha256,
        times[version.sha256],
        pieces_of(title, hidden=shown.hidden("title"), marks=marks["title"]),
        paragraphs_of(text, hidden=shown.hidden("text"), marks=marks["text"]),
        shown.withheld,
    )


def _said(review: Review) -> str:
    """Return a review in words."""
    tags = [
        f"{scheme_words(scheme).lower()}: {', '.join(labels).replace('_', ' ') or 'none'}"
        for scheme, labels in review.tags.items()
    ]
    who = clean(review.reviewer) or "somebody"
    return f"{who}: {_VERDICT[review.verdict]}{'; ' if tags else ''}{'; '.join(tags)}"
