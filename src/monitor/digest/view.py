"""What a page of the digest says, in words: the one step that the page formats share.

Everything in a view is cleaned text (`safe.clean`), not yet escaped for a format, and holds of an
article no more than its headline and short quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.digest.build import ALL
from monitor.digest.safe import clean, excerpt, safe_url
from monitor.types import (
    AssessedArticle,
    Digest,
    Finding,
    Ledger,
    Severity,
    Span,
    Story,
    Tag,
    Term,
)

CountryName = Callable[[str], str]
"""ISO 3166-1 alpha-2 code -> the country's name."""

QUOTE_CHARS = 90
QUOTES_PER_TAG = 3
QUOTED_CHARS = 600
"""Of one article's text, all tags together: a digest points at articles, it reprints none."""

TERMS_SHOWN = 3
UNJUDGED = "Not judged for their language, but with trafficking terms"
UNJUDGED_NOTE = "Nobody and no model has read these: a term in them speaks of trafficking."

_CERTAINTY = (
    (0.9, "very likely"),
    (0.7, "likely"),
    (0.5, "more likely than not"),
    (0.0, "possible"),
)
"""What is shown at all is possible; a figure stands beside the word."""
_SCHEMES = {
    "form": "Form",
    "response": "Response",
    "place": "Place",
    "victim": "Victims",
    "flow": "Flow",
    "indicator": "Indicator",
}
_SAYS_NOTHING = {"unknown"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class TagView:
    """A chip: `scheme` and `label` in words, the score, and the words that gave the tag."""

    scheme: str
    label: str
    score: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagView:
    """One flagged wording of a headline, `count` times."""

    words: str
    severity: Severity
    message: str
    why: str
    suggestions: tuple[str, ...]
    source: str
    source_url: str | None
    count: int


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One article. `headline` comes in pieces, each with whether it is flagged."""

    headline: tuple[tuple[str, bool], ...]
    url: str | None
    outlet: str
    language: str | None
    when: str
    when_iso: str
    certainty: str
    relevance: str
    tags: tuple[TagView, ...]
    flags: tuple[FlagView, ...]

    @property
    def title(self) -> str:
        """The headline in one piece."""
        return "".join(text for text, _ in self.headline).strip()


@dataclass(frozen=True, slots=True)
class StoryView:
    """The most certain article, and the others that tell the same."""

    lead: ArticleView
    copies: tuple[ArticleView, ...]


@dataclass(frozen=True, slots=True)
class TermView:
    """A term as it stands in the article, its language's code and its English meaning."""

    words: str
    language: str
    meaning: str


@dataclass(frozen=True, slots=True)
class UnjudgedView:
    """An article that no model judges, and the trafficking terms in it."""

    article: ArticleView
    terms: tuple[TermView, ...]


@dataclass(frozen=True, slots=True)
class DigestView:
    """The whole page. `quiet` says why there is no relevant story, where there is none."""

    title: str
    day: str
    timezone: str
    summary: str
    quiet: str
    relevant: tuple[StoryView, ...]
    borderline: tuple[StoryView, ...]
    unjudged: tuple[UnjudgedView, ...]
    ledger: tuple[str, str, str]
    stamps: tuple[str, ...]


def view_digest(digest: Digest, *, title: str, country_name: CountryName) -> DigestView:
    """Put a digest into words, times in its time zone."""
    zone = ZoneInfo(digest.timezone)

    def view(story: Story) -> StoryView:
        lead, *copies = [_view_article(a, digest.day, zone, country_name) for a in story.articles]
        return StoryView(lead, tuple(copies))

    return DigestView(
        title=clean(title),
        day=_day_words(digest.day),
        timezone=clean(digest.timezone),
        summary=_summary(digest),
        quiet="" if digest.relevant else _quiet(digest),
        relevant=tuple(map(view, digest.relevant)),
        borderline=tuple(map(view, digest.borderline)),
        unjudged=tuple(
            UnjudgedView(
                _view_article(assessed, digest.day, zone, country_name),
                tuple(_view_term(term, assessed) for term in assessed.terms[:TERMS_SHOWN]),
            )
            for assessed in digest.unjudged
        ),
        ledger=ledger_lines(digest.ledger),
        stamps=tuple(map(clean, digest.stamps)),
    )


def ledger_lines(ledger: Ledger) -> tuple[str, str, str]:
    """Return the three lines of account: feeds; fetched = stored + named drops; not judged."""
    dropped = sum(ledger.dropped.values())
    feeds = f"{_count(ledger.feeds, 'feed')} polled, {ledger.failed} failed, {ledger.silent} silent"
    fetched = f"{ledger.fetched} fetched = {ledger.stored} stored + {dropped} dropped"
    missing = ledger.fetched - ledger.stored - dropped
    account = fetched + _reasons(ledger.dropped.items())
    if missing:
        account = f"{account}; does not add up, {abs(missing)} unaccounted for"
    judged = f"{sum(ledger.not_judged.values())} not judged{_reasons(ledger.not_judged.items())}"
    return feeds, account, judged


def _reasons(counts: Iterable[tuple[str, int]]) -> str:
    named = [f"{n} {clean(name).replace('_', ' ')}" for name, n in sorted(counts) if n]
    return f" ({', '.join(named)})" if named else ""


def _count(n: int, noun: str, plural: str = "") -> str:
    return f"{n} {noun if n == 1 else plural or noun + 's'}"


def _day_words(day: str) -> str:
    if day == ALL:
        return "All days"
    d = date.fromisoformat(day)
    return f"{_WEEKDAYS[d.weekday()]} {d.day} {_MONTHS[d.month - 1]} {d.year}"


def _summary(digest: Digest) -> str:
    articles = sum(len(story.articles) for story in digest.relevant)
    text = f"{_count(len(digest.relevant), 'story', 'stories')} from {_count(articles, 'article')}"
    if digest.borderline:
        text += f", {len(digest.borderline)} borderline"
    if digest.unjudged:
        text += f", {len(digest.unjudged)} not judged with trafficking terms"
    return text


def _quiet(digest: Digest) -> str:
    """Say why the page is empty: nothing was read is not the same as nothing happened."""
    ledger = digest.ledger
    if ledger.feeds and ledger.failed >= ledger.feeds:
        return "No feed could be read, so nothing can be said about this day."
    if not ledger.feeds:
        return "No feed was polled, so nothing can be said about this day."
    if not ledger.stored:
        return "A quiet day: the feeds brought nothing new."
    if pending := ledger.not_judged.get("pending"):
        return (
            f"{pending:,} articles wait to be judged (monitor assess); none of the others is here."
        )
    return "A quiet day: no article is mainly about trafficking in human beings."


def _view_article(
    assessed: AssessedArticle, day: str, zone: ZoneInfo, country_name: CountryName
) -> ArticleView:
    article = assessed.article
    findings = headline_findings(assessed)
    language = article.language or ""
    when, when_iso = _when(assessed, day, zone)
    return ArticleView(
        headline=_pieces(article.title, findings),
        url=safe_url(article.url),
        outlet=clean(article.outlet) or "unnamed outlet",
        language=language if _LANGUAGE.fullmatch(language) else None,
        when=when,
        when_iso=when_iso,
        certainty=_certainty(assessed.relevance),
        relevance="" if assessed.relevance is None else f"{assessed.relevance:.2f}",
        tags=_view_tags(assessed, country_name),
        flags=_view_flags(findings),
    )


def headline_findings(assessed: AssessedArticle) -> tuple[Finding, ...]:
    """Return the findings that stand in the article's headline."""
    return tuple(f for f in assessed.findings if f.scope == "headline" or f.field == "title")


def _pieces(title: str, findings: Iterable[Finding]) -> tuple[tuple[str, bool], ...]:
    """Cut the headline at its flagged words; overlapping ones are one piece."""
    marked = [False] * len(title)
    for finding in findings:
        if finding.field == "title":
            for place in range(finding.start, min(finding.end, len(title))):
                marked[place] = True
    pieces: list[tuple[str, bool]] = []
    start = 0
    for end in range(1, len(title) + 1):
        if end == len(title) or marked[end] != marked[start]:
            pieces.append((clean(title[start:end], strip=False), marked[start]))
            start = end
    if not clean(title):
        return (("(no headline)", False),)
    return tuple(pieces)


def _when(assessed: AssessedArticle, day: str, zone: ZoneInfo) -> tuple[str, str]:
    """Return the time in words and in ISO form; the date only where it is not the digest's."""
    article = assessed.article
    moment = article.published or article.seen
    try:
        local = moment.astimezone(zone)
    except OverflowError:  # a feed's year 1 or 9999
        local = moment
    words = f"{local:%H:%M}"
    if local.date().isoformat() != day:
        words = f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {words}"
    return (words if article.published else f"first seen {words}"), _iso(local)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _certainty(relevance: float | None) -> str:
    if relevance is None:
        return "not judged"
    return next(word for least, word in _CERTAINTY if relevance >= least)


def _view_tags(assessed: AssessedArticle, country_name: CountryName) -> tuple[TagView, ...]:
    order = list(_SCHEMES)
    tags = sorted(
        (tag for tag in assessed.tags if tag.label not in _SAYS_NOTHING),
        key=lambda tag: (
            order.index(tag.scheme) if tag.scheme in order else len(order),
            -tag.score,
            tag.label,
            tag.role or "",
        ),
    )
    left = QUOTED_CHARS
    views = []
    for tag in tags:
        quotes = tuple(_within(_quotes(tag.evidence, assessed), left))
        left -= sum(map(len, quotes))
        views.append(
            TagView(
                scheme=_SCHEMES.get(tag.scheme, clean(tag.scheme)),
                label=_label(tag, country_name),
                score=f"{tag.score:.2f}",
                evidence=quotes,
            )
        )
    return tuple(views)


def _label(tag: Tag, country_name: CountryName) -> str:
    if tag.scheme != "place":
        return clean(tag.label).replace("_", " ")
    name = clean(country_name(tag.label))
    return f"{name} ({clean(tag.role)})" if tag.role and tag.role != "exploitation" else name


def _view_term(term: Term, assessed: AssessedArticle) -> TermView:
    words = next(_quotes(term.evidence, assessed), "") or excerpt(term.term, QUOTE_CHARS)
    language = term.language if _LANGUAGE.fullmatch(term.language) else ""
    return TermView(words, language, clean(term.meaning))


def _quotes(spans: Iterable[Span], assessed: AssessedArticle) -> Iterator[str]:
    """Yield the first few different quotes."""
    seen: set[str] = set()
    for span in spans:
        source = assessed.article.title if span.field == "title" else assessed.article.text
        quote = excerpt(source[span.start : span.end], QUOTE_CHARS)
        if quote and quote.casefold() not in seen:
            seen.add(quote.casefold())
            yield quote
        if len(seen) == QUOTES_PER_TAG:
            return


def _within(quotes: Iterable[str], left: int) -> Iterator[str]:
    for quote in quotes:
        left -= len(quote)
        if left < 0:
            return
        yield quote


def _view_flags(findings: Iterable[Finding]) -> tuple[FlagView, ...]:
    """One flag per rule and wording, worst first as they come."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.match.casefold()), []).append(finding)
    return tuple(_view_flag(group[0], len(group)) for group in groups.values())


def _view_flag(finding: Finding, count: int) -> FlagView:
    source = finding.sources[0] if finding.sources else None
    parts = (clean(source.title), clean(source.section)) if source else ()
    return FlagView(
        words=excerpt(finding.match, QUOTE_CHARS),
        severity=finding.severity,
        message=clean(finding.message),
        why=clean(finding.why),
        suggestions=tuple(filter(None, map(clean, finding.suggestions))),
        source=", ".join(filter(None, parts)),
        source_url=safe_url(source.url) if source else None,
        count=count,
    )
