"""The pages of the archive: what was found, and one article with all that is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from monitor.countries import country_name, language_name
from monitor.decisions import as_judged
from monitor.desk.archive import Listing, Row
from monitor.digest.safe import clean
from monitor.digest.tags import choice_words, tag_line
from monitor.digest.times import date_words, on_clock
from monitor.masks import Shown
from monitor.periods import undated_words
from monitor.searching import Search
from monitor.store.full_text_search import COUNTED, RELEVANCES
from monitor.types import SEVERITIES, AssessedArticle, Severity
from monitor.visitors import Visitor
from monitor.web.exports import DEGREES, FORMATS
from monitor.web.frame import render
from monitor.web.passages import Mark, Paragraph, pieces_of

PAGE = 25
"""Articles on one page."""
MOST_OUTLETS = 500
"""Outlets that a browser is told of, to complete what is typed."""
SCHEMES = {
    "form": "Form",
    "response": "Response",
    "victim": "Victims",
    "gender": "Gender",
    "flow": "Flow",
    "protection": "Help",
    "indicator": "Indicator",
    "institution": "Institution",
    "instrument": "Instrument",
    "topic": "Topic",
    "vulnerability": "At risk by",
    "partnership": "Partnership",
}
_RELEVANCE = {
    "relevant": "relevant",
    "borderline": "borderline",
    "not_relevant": "not relevant",
    "not_judged": "not judged",
}
_WHY_NOT = {
    "language": "no model reads its language",
    "error": "the model failed on it",
    "expired": "its text expired before it was judged",
}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")

Choice = tuple[str, str]
"""A value and its words."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What the list says. `values` are the filters by name as they were given.

    `listing` is `None` where they could not be read (`refusal`). `address` was to be added by
    hand, `problem` says why it was not. `titles` are those of rules by id.
    """

    values: Mapping[str, str]
    words: Search
    choices: Mapping[str, Sequence[str]]
    listing: Listing | None
    zone: ZoneInfo
    titles: Mapping[str, str]
    refusal: str = ""
    address: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """An article in the list. `excerpt` are pieces of its text around what was looked for."""

    id: str
    shown: Shown
    href: str
    outlet: str
    when: str
    when_iso: str
    language: str
    lang: str
    relevance: str
    tags: tuple[str, ...]
    flags: tuple[tuple[Severity, int], ...]
    excerpt: Paragraph
    begins: bool
    ends: bool
    expired: bool


def render_archive(archive: Archive, *, visitor: Visitor, today: str) -> str:
    """Return the list of articles with its filters."""
    values, listing = archive.values, archive.listing
    rows = listing.rows if listing else ()
    asked = {name: value for name, value in values.items() if name != "after"}
    following = {**asked, "after": listing.next} if listing and listing.next else None
    return render(
        "archive.html",
        visitor=visitor,
        here="/articles",
        values=values,
        asked=asked,
        more_filters=any(name in values for name in (*SCHEMES, *_MORE)),
        words=archive.words,
        selects=list(_selects(archive)),
        outlets=archive.choices.get("outlet", ())[:MOST_OUTLETS],
        relevances=[(name, _RELEVANCE[name]) for name in RELEVANCES],
        rows=[view_row(row, asked.get("q", ""), today, archive.zone) for row in rows],
        shown={row.assessed.article.id: row.shown for row in rows},
        address_here=_address(values),
        first=_address(asked) if "after" in values else "",
        next=_address(following) if following else "",
        count=count_words(listing.found.total) if listing else "",
        dates=_dates(asked, listing),
        unindexed=listing.unindexed if listing else 0,
        refusal=archive.refusal,
        address=archive.address,
        problem=archive.problem,
        may_add=visitor.may("review") or visitor.may("admin"),
        formats=FORMATS,
        degrees=DEGREES,
    )


_MORE = (
    "published_since",
    "published_until",
    "place",
    "outlet",
    "language",
    "flag",
    "rule",
    "relevant",
    "min_relevance",
)


def _dates(asked: Mapping[str, str], listing: Listing | None) -> str:
    """Say by which dates articles were chosen, and how many have none."""
    told = []
    for prefix, how in (("", "First seen"), ("published_", "Published")):
        since, until = asked.get(f"{prefix}since"), asked.get(f"{prefix}until")
        until = until or (asked.get("to") if not prefix else None)
        days = [f"from {since}"] * bool(since) + [f"to {until}"] * bool(until)
        told += [f"{how} {' '.join(days)}, days included."] if days else []
    if listing and (undated := listing.found.undated):
        told.append(f"{undated_words(undated, COUNTED)}.")
    return " ".join(told)


def _address(values: Mapping[str, str]) -> str:
    return f"/articles?{urlencode(values)}" if values else "/articles"


def count_words(total: int) -> str:
    """Return how many articles were found."""
    if total > COUNTED:
        return f"More than {COUNTED:,} articles"
    return f"{total:,} article{'' if total == 1 else 's'}" if total else "No article"


def relevance_words(assessed: AssessedArticle) -> str:
    """Return what is said of an article's relevance."""
    if assessed.relevant is None:
        why = _WHY_NOT.get(assessed.not_judged or "", "")
        return f"not judged: {why}" if why else "not judged"
    word = "relevant" if assessed.relevant else "borderline" if assessed.borderline else ""
    told = word or "not relevant"
    if assessed.judged is not None:
        was = relevance_words(as_judged(assessed))
        return f"{told}, decided in review{'' if was == told else f' (models: {was})'}"
    return f"{told}, by a model not measured in this language" if assessed.experimental else told


def view_row(row: Row, searched: str, today: str, zone: ZoneInfo) -> RowView:
    """Return an article of the list in words."""
    assessed = row.assessed
    article = assessed.article
    start, end = row.excerpt or (0, 0)
    moment = on_clock(article.seen, zone)
    return RowView(
        id=article.id,
        shown=row.shown,
        href=article_address(article.id, searched),
        outlet=clean(article.outlet) or "unnamed outlet",
        when=date_words(article.seen, today, zone),
        when_iso=moment.isoformat(timespec="minutes"),
        language=language_name(article.language or "") if article.language != "en" else "",
        lang=lang_of(article.language),
        relevance=relevance_words(assessed),
        tags=tag_line(assessed.tags, country_name),
        flags=tuple(_flags(assessed)),
        excerpt=pieces_of(
            article.text[start:end],
            hidden=_shifted(row.shown.hidden("text"), start),
            marks=[Mark(a - start, b - start, "hit") for a, b in row.hits],
        ),
        begins=start > 0,
        ends=end < len(article.text),
        expired=article.expired is not None,
    )


def article_address(article_id: str, searched: str = "") -> str:
    """Return where an article's page is; the words looked for are marked there."""
    query = f"?{urlencode({'q': searched})}" if searched else ""
    return f"/articles/{quote(article_id, safe='')}{query}"


def lang_of(language: str | None) -> str:
    """Return a language for a `lang` attribute, or ""."""
    return language if language and _LANGUAGE.fullmatch(language) else ""


def _flags(assessed: AssessedArticle) -> Iterator[tuple[Severity, int]]:
    for severity in SEVERITIES:
        if count := sum(finding.severity == severity for finding in assessed.findings):
            yield severity, count


def _shifted(places: Iterable[tuple[int, int]], start: int) -> list[tuple[int, int]]:
    return [(a - start, b - start) for a, b in places]


def _selects(archive: Archive) -> Iterator[tuple[str, str, str, list[Choice]]]:
    """Yield name, label, value and choices of the filters that are chosen from a list."""
    found, values = archive.choices, archive.values

    def choices(name: str, words: Mapping[str, str] | None = None) -> list[Choice]:
        names = dict.fromkeys([*found.get(name, ()), *([values[name]] if name in values else [])])
        told = [(one, (words or {}).get(one) or _words(one)) for one in names]
        return sorted(told, key=lambda choice: choice[1].casefold())

    def named(name: str, label: str, told: list[Choice]) -> tuple[str, str, str, list[Choice]]:
        return name, label, values.get(name, ""), told

    places = {code: country_name(code.upper()) for code in found.get("place", ())}
    languages = {code: language_name(code) for code in found.get("language", ())}
    yield named("place", "Place", choices("place", places))
    yield named("language", "Language", choices("language", languages))
    for scheme, label in SCHEMES.items():
        words = {one: choice_words(scheme, one) for one in found.get(scheme, ())}
        yield named(scheme, label, choices(scheme, words))
    severities = [(str(s), f"{s}s") for s in SEVERITIES]
    yield named("flag", "Flags", [("any", "any flag"), *severities])
    yield named("rule", "Rule", choices("rule", archive.titles))


def _words(name: str) -> str:
    return clean(name).replace("_", " ").replace("-", " ")
