"""View model of the digest: what its page says, in words, the step that the page formats share.

Everything in a view is cleaned text (`safe_text.clean`), not yet escaped for a format, and holds of
an article no more than its headline and short quotes. The titles and notes of the sections, in
every format, stand at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from zoneinfo import ZoneInfo

from monitor.digest import tag_words
from monitor.digest.coverage_account import CoverageLine, count, coverage_lines
from monitor.digest.tag_words import QUOTE_CHARS, CountryName, TagView, neutral_line, quotes
from monitor.people.masked_quotes import mask_digest
from monitor.records.article import AssessedArticle
from monitor.records.counts import outlet_id
from monitor.records.dates import date_words, day_words, on_clock
from monitor.records.digest import Digest, Story
from monitor.records.finding import Finding, Severity
from monitor.records.hidden_names import Shown
from monitor.records.json_shapes import in_ten
from monitor.records.tag import FoundTerm
from monitor.text.safe_text import clean, excerpt, safe_url

TERMS_SHOWN = 3
Headline = tuple[tuple[str, bool], ...]
_CERTAINTY = (
    (0.9, "very likely"),
    (0.7, "likely"),
    (0.5, "more likely than not"),
    (0.0, "possible"),
)
"""What is shown at all is possible: the threshold lies where reviewers miss little."""
_WORD_IS_ENOUGH = 0.9
"""From here on a figure beside the word would add nothing to it."""
_EXPIRED: Headline = (("(headline expired)", False),)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flagged wording of a headline, `count` times; `sureness` says how often editors mark it."""

    words: str
    severity: Severity
    message: str
    sureness: str
    why: str
    suggestions: list[str]
    source: str
    source_url: str | None
    count: int


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article; `headline` comes in pieces, each with whether it is flagged.

    `note` says why a line of tags stands in its place, `url_note` why there is no address, `shown`
    what may be shown of it, `None` where names are not hidden at all. `tag_line` names the tags of
    a scheme in each of its pieces. `summary_only`: nothing else could be had. `terms` speak for a
    look, each in the words of the article if these may be shown.
    """

    id: str
    headline: Headline
    title: str
    url: str | None
    outlet: str
    language: str | None
    when: str
    when_iso: str
    certainty: str
    summary_only: bool
    tag_line: tuple[str, ...]
    tags: list[TagView]
    flags: list[FlagView]
    outlet_id: str
    shown: Shown | None
    note: str
    url_note: str
    terms: tuple[FoundTerm, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story: `lead` is its most certain article, `since` tells of other days, `page` its id."""

    lead: ArticleView
    copies: list[ArticleView]
    since: str
    page: str


@dataclass(frozen=True, slots=True)
class DigestFrame:
    """What every form of a digest says; `quiet` is why there is no story, where there is none."""

    title: str
    day: str
    timezone: str
    summary: str
    quiet: str
    coverage: list[CoverageLine]


@dataclass(frozen=True, slots=True)
class DigestView(DigestFrame):
    """A digest as it is read at the desk. `shown` says by id what may be shown of its articles.

    `names_note` says that names are hidden, `unsure` whether some tag carries a question mark.
    """

    relevant: list[StoryView]
    borderline: list[StoryView]
    possible: list[ArticleView]
    unjudged: list[ArticleView]
    stamps: tuple[str, ...]
    names_note: str
    unsure: bool
    shown: Mapping[str, Shown]


def view_digest(
    digest: Digest,
    *,
    title: str,
    country_name: CountryName,
    shown: Mapping[str, Shown] | None = None,
) -> DigestView:
    """Put a digest into words, times in its time zone.

    `shown` says by id what may be shown of its articles; without it names are not hidden.
    """
    zone, names_note = ZoneInfo(digest.timezone), ""
    if shown is not None:
        digest = mask_digest(digest, shown)
        names_note = "" if all(one.asked for one in shown.values()) else NAMES_NOTE

    def view_article(assessed: AssessedArticle) -> ArticleView:
        article = assessed.article
        may = None if shown is None else shown.get(article.id)
        note = f"Headline not shown: {may.withheld}." if may and may.withheld else ""
        findings = headline_findings(assessed)
        headline = _EXPIRED if article.expired else _pieces(article.title, findings)
        if note:
            headline = ((neutral_line(Story(article.id, (assessed,)), country_name), False),)
        language = article.language or ""
        moment = article.published or article.seen
        when = date_words(moment, digest.day, zone)
        return ArticleView(
            id=clean(article.id),
            headline=headline,
            title="".join(text for text, _ in headline).strip(),
            url=safe_url(article.url),
            outlet=clean(article.outlet) or NO_OUTLET,
            language=language if _LANGUAGE.fullmatch(language) else None,
            when=when if article.published else f"first seen {when}",
            when_iso=on_clock(moment, zone).isoformat(timespec="minutes"),
            certainty=certainty_words(assessed),
            summary_only=article.origin == "summary",
            tag_line=tag_words.tag_line(assessed.tags, country_name),
            tags=tag_words.view_tags(assessed, country_name),
            flags=_view_flags(findings),
            outlet_id=outlet_id(article.outlet),
            shown=may,
            note=note,
            url_note=URL_WITHHELD if may and may.link_tells and not note else "",
        )

    def listed(assessed: AssessedArticle) -> ArticleView:
        once = {}  # of the same words once, as the list of terms explains them
        for term in assessed.terms:
            said = next(quotes(term.evidence, assessed), "") or excerpt(term.term, QUOTE_CHARS)
            language = term.language if _LANGUAGE.fullmatch(term.language) else ""
            told = FoundTerm(said, language, clean(term.meaning))
            once[said.casefold() or told.meaning] = told
        return replace(view_article(assessed), terms=tuple(once.values())[:TERMS_SHOWN])

    def view(story: Story) -> StoryView:
        lead, *copies = map(view_article, story.articles)
        since, page = "", clean(story.id) if story.since else ""
        if story.since and story.total > len(story.articles):  # it has articles of other days too
            first = day_words(on_clock(story.since, zone).date().isoformat())
            since = f"Told since {first}, {count(story.total, 'article')} in all"
        return StoryView(lead, copies, since, page)

    relevant, borderline = list(map(view, digest.relevant)), list(map(view, digest.borderline))
    return DigestView(
        title=clean(title),
        day=day_words(digest.day),
        timezone=clean(digest.timezone),
        summary=summary_words(digest),
        quiet="" if digest.relevant else quiet_words(digest),
        relevant=relevant,
        borderline=borderline,
        possible=list(map(listed, digest.possible)),
        unjudged=list(map(listed, digest.unjudged)),
        coverage=coverage_lines(digest, country_name),
        stamps=tuple(map(clean, digest.stamps)),
        names_note=names_note,
        unsure=any(tag.unsure for story in (*relevant, *borderline) for tag in story.lead.tags),
        shown=shown or {},
    )


def summary_words(digest: Digest) -> str:
    """Return how many stories there are of each kind, and what could not be read."""
    articles = sum(len(story.articles) for story in digest.relevant)
    text = f"{count(len(digest.relevant), 'story', 'stories')} from {count(articles, 'article')}"
    if digest.borderline:
        text += f", {len(digest.borderline)} borderline"
    if digest.possible:
        text += f", {len(digest.possible)} possible in languages not measured"
    if digest.unjudged:
        text += f", {len(digest.unjudged)} not judged with trafficking terms"
    if digest.ledger.page_failures.get("extractor"):
        text += "; article pages could not be read: the extractor does not work as it is installed"
    if failed := digest.ledger.failed:
        text += f"; {failed} of {count(digest.ledger.feeds, 'feed')} could not be read"
        text += " whole" * any(feed.in_part for feed in digest.ledger.failures)
    return text


def quiet_words(digest: Digest) -> str:
    """Say why the page is empty: nothing was read is not the same as nothing happened."""
    ledger = digest.ledger
    if not ledger.feeds:
        return "No feed was polled, so nothing can be said about this day."
    if ledger.failed >= ledger.feeds:
        if any(feed.in_part for feed in ledger.failures):
            return "No feed could be read whole, so little can be said about this day."
        return "No feed could be read, so nothing can be said about this day."
    if not ledger.stored:
        return "A quiet day: the feeds brought nothing new."
    if pending := ledger.not_judged.get("pending"):
        wait = f"{pending:,} articles wait to be judged (monitor assess)"
        return f"{wait}; none of the others is here."
    return "A quiet day: no article is mainly about trafficking in human beings."


def headline_findings(assessed: AssessedArticle) -> tuple[Finding, ...]:
    """Return the findings that stand in the article's headline."""
    return tuple(f for f in assessed.findings if f.scope == "headline" or f.field == "title")


def _pieces(title: str, findings: Iterable[Finding]) -> Headline:
    """Cut the headline at its flagged words; overlapping ones are one piece."""
    if not clean(title):
        return ((NO_HEADLINE, False),)
    spans = [range(f.start, f.end) for f in findings if f.field == "title"]
    marked = [(any(place in span for span in spans), c) for place, c in enumerate(title)]
    return tuple(
        (clean("".join(c for _, c in piece), strip=False), flagged)
        for flagged, piece in groupby(marked, key=lambda pair: pair[0])
    )


def certainty_words(assessed: AssessedArticle) -> str:
    """Return how likely trafficking is a main subject; per cent in steps of five, as it is known.

    The models' calibration error is 3 to 4 hundredths: a finer figure would say nothing.
    """
    relevance = assessed.relevance
    if assessed.relevant is not True:
        return ""
    if assessed.judged is not None:
        return "decided in review"
    if relevance is None or assessed.experimental:
        return ""
    word = next(word for least, word in _CERTAINTY if relevance >= least)
    if relevance >= _WORD_IS_ENOUGH:
        return word
    percent = 5 * round(20 * relevance)
    return f"{word}, about {percent}%" if percent else f"{word}, under 5%"


def _view_flags(findings: Iterable[Finding]) -> list[FlagView]:
    """One flag per rule and wording, worst first as they come; it has been raised `count` times."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.match.casefold()), []).append(finding)
    flags = []
    for first, *others in groups.values():
        source, sure = first.sources[0] if first.sources else None, first.confidence
        parts = (clean(source.title), clean(source.section)) if source else ()
        flags.append(
            FlagView(
                words=excerpt(first.match, QUOTE_CHARS),
                severity=first.severity,
                message=clean(first.message),
                sureness="" if sure is None else f"Editors mark {in_ten(sure)} such flags.",
                why=clean(first.why),
                suggestions=[words for words in map(clean, first.suggestions) if words],
                source=", ".join(filter(None, parts)),
                source_url=safe_url(source.url) if source else None,
                count=1 + len(others),
            )
        )
    return flags


def flag_words(flag: FlagView, *, why: bool) -> str:
    """Return a flag of a headline in sentences; with the reason, if `why`."""
    times = f" ({flag.count} times)" if flag.count > 1 else ""
    said = " ".join(filter(None, (flag.message, flag.sureness, flag.why if why else "")))
    better = f" Better: {' / '.join(flag.suggestions)}." if flag.suggestions else ""
    return f"“{flag.words}”{times}. {said}{better}"


UNJUDGED = "Not judged for their language, but with trafficking terms"
UNJUDGED_NOTE = "Nobody and no model has read these: a term in them speaks of trafficking."
POSSIBLE = "Possible, in languages where the models are not measured"
POSSIBLE_NOTE = (
    "Unmeasured: there is too little labelled news in these languages to say how often this is"
    " right, or what is missed. Words that speak for a look stand beside each."
)
NO_WORDS = "no phrase of the lists, only the wording as a whole"
SUMMARY_ONLY = "judged on its summary only"
UNSURE_NOTE = "A question mark stands behind a tag that is less than sure."
RELEVANT = "Relevant"
BORDERLINE = "Borderline"
BORDERLINE_NOTE = "Trafficking may be a side matter here."
NOTHING_FITS = "No new story of these days fits what this digest is set to."
NO_HEADLINE = "(no headline)"
NO_OUTLET = "unnamed outlet"
NOT_MASKED = "Headline not shown: names cannot be masked in this language."
GRAPHIC = "Headline not shown: it tells of violence in detail."
URL_WITHHELD = "The article's address is not shown: it holds a name that is masked here."
URL_TOO = "Nor is the article's address, which mostly repeats its headline."
AT_OUTLET, AT_DESK = "Read it at the outlet", "Read it at the desk, signed in"
MASKED_NOTE = (
    "Names of people who were exploited, of minors and of relatives are masked, as far as a program"
    " can tell them. Please do not pass on what an article says of who they are."
)
NAMES_NOTE = (
    "Names of people who were exploited, of minors and of relatives are hidden, as far as a program"
    " can tell them."
)
STOP = "Stop this digest"
STOP_BY_MAIL = "To stop this digest, answer with the word unsubscribe."
AT_THE_DESK = "Read it at the desk"
