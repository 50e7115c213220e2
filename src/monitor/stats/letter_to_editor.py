"""A letter to an editor, drafted from flags that people confirmed: to be copied, never sent.

It quotes the wording alone. Words that could tell who somebody is are described by their rule, and
what stands in quotation marks is the article's or the guideline's; the rest is the letter's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor.archive.articles_found import seen_words
from monitor.archive.withdrawals import IDENTIFYING
from monitor.records.dates import date_words, day_words, midnight
from monitor.records.hidden_names import WITHHELD, Shown
from monitor.text.safe_text import clean, excerpt, safe_url

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.records.article import AssessedArticle
    from monitor.records.finding import FieldName, Finding
    from monitor.rules.rule_schema import Rule


PRINCIPLES = {
    "accountability": "accountability",
    "accuracy": "accuracy",
    "child-protection": "protecting children",
    "do-no-harm": "doing no harm",
    "humanity": "humanity",
    "impartiality": "impartiality",
    "independence": "independence",
    "privacy-consent": "privacy and consent",
    "terminology": "terminology",
}
SUGGESTIONS = 2
"""So many better wordings are offered for each point."""
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
    body = "\n\n".join(_article(n, one) for n, one in enumerate(complaints, 1))
    closing = (
        "You may see some of this differently, or have had reasons that we do not know. We would be"
        " glad to hear them, and to send you the guideline.\n\nWith kind regards"
    )
    return EditorLetter(subject, f"{opening}\n\n{body}\n\n{closing}\n", points, len(complaints))


def _article(number: int, one: Complaint) -> str:
    headline = f"“{one.headline}”" if one.headline else "An article whose headline we do not repeat"
    head = f"{number}. {headline}, {one.day}"
    return "\n".join([head, *([one.url] if one.url else []), *map(_point, one.points)])


def _point(point: Point) -> str:
    what = f"“{point.words}”" if point.words else NO_QUOTE
    principle = PRINCIPLES.get(point.principle, point.principle.replace("-", " "))
    lines = [f"- {what}. The principle is {principle}, the rule “{point.title}”."]
    if point.why:
        lines.append(f"  The guideline says: “{point.why}”")
    if point.suggestions:
        better = " or ".join(f"“{words}”" for words in point.suggestions[:SUGGESTIONS])
        lines.append(f"  Better: {better}.")
    if point.source:
        lines.append(f"  Source: “{point.source}” {point.source_url}".rstrip())
    return "\n".join(lines)


Rules = Mapping[tuple[str, str], "Rule"]
"""Rules by the id of their guideline and their own."""
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
    used = {flag.finding.guideline for flags in groups.values() for flag in flags}
    return write_letter(
        clean(outlet) or "your outlet",
        [_complaint(desk, flags, rules) for flags in groups.values()],
        first=day_words(since.isoformat()),
        last=day_words((until - timedelta(days=1)).isoformat()),
        guideline="” and “".join(
            f"{one.title} {one.version}" for one in guidelines if one.id in used
        ),
    )


def _complaint(desk: Desk, flags: list[ConfirmedFlag], rules: Rules) -> Complaint:
    one, seen = flags[0].article.article, flags[0].shown
    when = date_words(one.published or one.seen, "", desk.settings.zone).partition(",")[0]
    points = dict.fromkeys(_confirmed_point(flag, rules) for flag in flags)
    # an address mostly repeats its headline
    tells = _identifies(flags[0].article, "title", 0, len(one.title))
    return Complaint(
        headline="" if tells else excerpt(seen.title, HEADLINE_CHARS),
        url="" if tells or seen.link_tells else safe_url(one.url) or "",
        day=when,
        points=tuple(points),
    )


def _confirmed_point(flag: ConfirmedFlag, rules: Rules) -> Point:
    finding, rule = flag.finding, rules.get((flag.finding.guideline, flag.finding.rule))
    source = finding.sources[0] if finding.sources else None
    words = quote(flag)
    return Point(
        rule=finding.rule,
        title=clean(rule.title if rule else finding.rule),
        principle=finding.principle,
        words=words,
        why=_said_by(rule) if rule else "",
        suggestions=tuple(map(clean, finding.suggestions)) if words else (),
        source=", ".join(filter(None, map(clean, (source.title, source.section))))
        if source
        else "",
        source_url=safe_url(source.url) or "" if source else "",
    )


def _said_by(rule: Rule) -> str:
    """Return a rule's own words: why, and what to write; a finding's may repeat the article's."""
    advice = [one for one in _SENTENCES.split(clean(rule.message)) if "{" not in one]
    return " ".join([clean(rule.why), *advice]).replace("”", "'").replace("“", "'")
