"""A letter to an editor, drafted from flags that people confirmed: to be copied, never sent.

It quotes the wording alone. Words that could tell who somebody is are described by their rule, and
what stands in quotation marks is the article's or the guideline's; the rest is the letter's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.archive.articles_found import seen_words
from monitor.archive.withdrawals import IDENTIFYING
from monitor.desk import Desk
from monitor.records.article import AssessedArticle
from monitor.records.dates import date_words, day_words, midnight
from monitor.records.finding import FieldName, Finding
from monitor.records.hidden_names import WITHHELD, Shown
from monitor.text.safe_text import clean, excerpt, safe_url

PRINCIPLES = {
    "child-protection": "protecting children",
    "do-no-harm": "doing no harm",
    "privacy-consent": "privacy and consent",
}
"""How principles are named that are not by their own words."""
SUGGESTIONS = 2  # so many better wordings are offered for each point
NO_QUOTE = "wording that we do not repeat here, because it could tell who somebody is"


@dataclass(frozen=True, slots=True)
class Point:
    """A confirmed flag: the `words`, "" where not quoted, and what its rule says of such words."""

    rule: str
    title: str
    principle: str
    words: str
    why: str
    suggestions: tuple[str, ...]
    source: str
    source_url: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """An article with its points; `headline` is masked, `url` "" where it holds a name."""

    headline: str
    url: str
    day: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class EditorLetter:
    """A letter's subject and text, made of so many `points` in so many `articles`."""

    subject: str
    text: str
    points: int
    articles: int


def write_letter(
    outlet: str, complaints: Sequence[Complaint], *, first: str, last: str, guideline: str
) -> EditorLetter | None:
    """Return the letter to an outlet on its articles of the days from `first` to `last`.

    None where nothing is confirmed. `guideline` is its title with its version.
    """
    points = sum(len(one.points) for one in complaints)
    if not points:
        return None
    subject = "The wording of your reports on trafficking in human beings"
    opening = (
        "Dear editor,\n\n"
        f"We read how {outlet} and other outlets report on trafficking in human beings, and compare"
        f" the wording with “{guideline}”. Of the articles that you published from {first} to"
        f" {last}, a person at our desk looked at each of the points below and found that another"
        " wording would serve your readers, and the people you write about, better. Many of these"
        " expressions are common; we send the list because it may help with the next report."
    )
    articles = []
    for number, one in enumerate(complaints, 1):
        name = f"“{one.headline}”" if one.headline else "An article whose headline we do not repeat"
        lines = [f"{number}. {name}, {one.day}", *([one.url] if one.url else [])]
        for point in one.points:
            what = f"“{point.words}”" if point.words else NO_QUOTE
            of = PRINCIPLES.get(point.principle, point.principle.replace("-", " "))
            lines.append(f"- {what}. The principle is {of}, the rule “{point.title}”.")
            if point.why:
                lines.append(f"  The guideline says: “{point.why}”")
            if point.suggestions:
                better = " or ".join(f"“{words}”" for words in point.suggestions[:SUGGESTIONS])
                lines.append(f"  Better: {better}.")
            if point.source:
                lines.append(f"  Source: “{point.source}” {point.source_url}".rstrip())
        articles.append("\n".join(lines))
    body = "\n\n".join(articles)
    closing = (
        "You may see some of this differently, or have had reasons that we do not know. We would be"
        " glad to hear them, and to send you the guideline.\n\nWith kind regards"
    )
    return EditorLetter(subject, f"{opening}\n\n{body}\n\n{closing}\n", points, len(complaints))


QUOTE_CHARS, HEADLINE_CHARS = 120, 160
_SENTENCES = re.compile(r"(?<=[.!?]) ")


@dataclass(frozen=True, slots=True)
class ConfirmedFlag:
    """A confirmed flag in an article, and what may be shown of that."""

    article: AssessedArticle
    finding: Finding
    shown: Shown


def confirmed_flags(desk: Desk, outlet: str, since: date, until: date) -> tuple[ConfirmedFlag, ...]:
    """Return the confirmed flags of the articles of [since, until), article seen last first.

    Only such as the guideline in force raises: of what it does not raise any more nothing is told.
    """
    zone = desk.settings.zone
    rows = desk.store.confirmed_flags(outlet, midnight(since, zone), midnight(until, zone))
    found: list[ConfirmedFlag] = []
    articles = desk.store.articles_by_id([row.article_id for row in rows], desk.stamps)
    seen = desk.shown([one.article for one in articles.values()], patient=True)
    for row in rows:
        one = articles[row.article_id]
        spot = (row.rule, row.field, row.start, row.end)
        finding = next((f for f in one.findings if (f.rule, f.field, f.start, f.end) == spot), None)
        if finding is not None:
            found.append(ConfirmedFlag(one, finding, seen[row.article_id]))
    return tuple(found)


def quote(flag: ConfirmedFlag) -> str:
    """Return the flagged words where they may be quoted, "" where they could tell who it is."""
    finding = flag.finding
    if flag.shown.withheld or _identifies(flag.article, finding.field, finding.start, finding.end):
        return ""
    place = finding.start, finding.end
    words = seen_words(flag.article.article, finding.field, place, flag.shown)
    return "" if WITHHELD in words else excerpt(words, QUOTE_CHARS)


def _identifies(article: AssessedArticle, field: FieldName, start: int, end: int) -> bool:
    """Whether words of a place are flagged as such that tell who somebody is."""
    return any(
        f.rule in IDENTIFYING and f.field == field and f.start < end and start < f.end
        for f in article.findings
    )


def draft_letter(desk: Desk, outlet: str, since: date, until: date) -> EditorLetter | None:
    """Return the letter on an outlet's articles of [since, until); None: nothing is confirmed."""
    groups: dict[str, list[ConfirmedFlag]] = {}
    for flag in confirmed_flags(desk, outlet, since, until):
        groups.setdefault(flag.article.article.id, []).append(flag)
    guidelines = desk.guidelines
    rules = {(of.id, rule.id): rule for of in guidelines for rule in of.rules}
    complaints = []
    for flags in groups.values():
        one, seen = flags[0].article.article, flags[0].shown
        when = date_words(one.published or one.seen, "", desk.settings.zone).partition(",")[0]
        points: dict[Point, None] = {}
        for flag in flags:
            # in the rule's own words: those of a finding may repeat the article's
            finding, words = flag.finding, quote(flag)
            why = source = source_url = ""
            if rule := rules.get((finding.guideline, finding.rule)):
                every = [said for said in _SENTENCES.split(clean(rule.message)) if "{" not in said]
                why = " ".join([clean(rule.why), *every]).replace("”", "'").replace("“", "'")
            if finding.sources:
                first = finding.sources[0]
                source = ", ".join(filter(None, map(clean, (first.title, first.section))))
                source_url = safe_url(first.url) or ""
            title = clean(rule.title if rule else finding.rule)
            better = tuple(map(clean, finding.suggestions)) if words else ()
            what = finding.rule, title, finding.principle, words, why, better, source, source_url
            points[Point(*what)] = None
        # an address mostly repeats its headline
        tells = _identifies(flags[0].article, "title", 0, len(one.title))
        headline = "" if tells else excerpt(seen.title, HEADLINE_CHARS)
        url = "" if tells or seen.link_tells else safe_url(one.url) or ""
        complaints.append(Complaint(headline, url, when, tuple(points)))
    used = {flag.finding.guideline for flags in groups.values() for flag in flags}
    titles = [f"{one.title} {one.version}" for one in guidelines if one.id in used]
    return write_letter(
        clean(outlet) or "your outlet",
        complaints,
        first=day_words(since.isoformat()),
        last=day_words((until - timedelta(days=1)).isoformat()),
        guideline="” and “".join(titles),
    )
