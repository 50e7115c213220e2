"""The pages of the archive: the list of articles, and one with all that is known of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.api.article_filter import ArticleFilters
from monitor.api.problem_details import ProblemError, refuse
from monitor.api.request_bodies import FieldsDep, field_of
from monitor.api.schemas import WholeStr
from monitor.archive.articles_found import ArchivePage, ArchiveRow, ArticleDetails, look_up, show
from monitor.digest import tag_words
from monitor.digest.tag_words import SCHEME_WORDS, is_unsure, label_words, scheme_words
from monitor.labels.countries import country_name, language_name
from monitor.records.account import Visitor
from monitor.records.article import Article, AssessedArticle, Review
from monitor.records.dates import undated_words
from monitor.records.errors import FeedError, NotFound, UsageError
from monitor.records.finding import SEVERITIES, FieldName, Finding, Span
from monitor.records.hidden_names import Shown
from monitor.records.json_shapes import in_ten
from monitor.records.review import as_judged
from monitor.storage.article_filter import RELEVANCES
from monitor.storage.full_text_search import COUNTED
from monitor.text.safe_text import clean, safe_url
from monitor.text.search_terms import places_of, read_search, words_at
from monitor.web.exports_page import DEGREES, FORMATS
from monitor.web.highlighted_text import Paragraph, TextMark, marked_article, quote_of, stretch_of
from monitor.web.page_frame import PageContext, PageDep, outlet_words, page_router, see_other
from monitor.web.page_frame import address as link

router = page_router("read", "/articles")
MAX_ADDRESS = 2000
ArticleId = Annotated[WholeStr, Path(max_length=200)]


@router.get("/articles")
def archive_page(request: Request, page: PageDep) -> HTMLResponse:
    """Show the articles that fit."""
    given = {name: value for name, value in request.query_params.items() if value.strip()}
    try:
        query = ArticleFilters.model_validate(given)
    except ValidationError as error:
        known = set(ArticleFilters.model_fields)
        names = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]} & known)
        which = f"“{names[0]}” has a value that it cannot have." if names else "No such filter."
        unread = [item["msg"] for item in error.errors() if item["type"] in ("search", "days")]
        refusal = f"Not searched: {unread[0]}." if unread else which
        return _list(page, ArticleFilters(), refusal=refusal, searched=given.get("q", ""))
    with refuse(NotFound, ProblemError(404, "There is no such page of the archive.")):
        return _list(page, query)


def _list(
    page: PageContext,
    query: ArticleFilters,
    *,
    refusal: str = "",
    searched: str = "",
    address: str = "",
    problem: str = "",
) -> HTMLResponse:
    """Return the list; `refusal`: of a filter (`searched`), `problem`: of an `address` to add."""
    desk, visitor = page.desk, page.visitor
    wanted = query.wanted(page.zone)
    listing = None
    if not refusal:
        listing = look_up(desk, wanted, who=visitor.name, limit=PAGE, after=query.after)
    values = {n: str(v) for n, v in query.model_dump(mode="json", exclude_none=True).items()}
    if searched:
        values["q"] = searched
    choices = desk.store.choices(desk.stamps)
    asked = {name: value for name, value in values.items() if name != "after"}
    following = listing.next if listing else None
    total = listing.found.total if listing else 0
    count = f"{total:,} article{'' if total == 1 else 's'}" if total else "No article"
    return page.render(
        "archive.html",
        http_status=422 if refusal or problem else 200,
        values=values,
        asked=asked,
        more_filters=any(name in values for name in (*SCHEMES, *_MORE)),
        words=wanted.words,
        selects=list(_selects(choices, values, desk.rule_titles)),
        outlets=choices.get("outlet", ())[:MOST_OUTLETS],
        relevances=[(name, name.replace("_", " ")) for name in RELEVANCES],
        rows=[_row(row, asked.get("q", "")) for row in listing.rows] if listing else (),
        shown={row.assessed.article.id: row.shown for row in listing.rows} if listing else {},
        address_here=link("/articles", values),
        first=link("/articles", asked) if "after" in values else "",
        next=link("/articles", {**asked, "after": following}) if following else "",
        count=(f"More than {COUNTED:,} articles" if total > COUNTED else count) if listing else "",
        dates=_dates(asked, listing),
        unindexed=listing.unindexed if listing else 0,
        refusal=refusal,
        address=address,
        problem=problem,
        may_add=may_add(visitor),
        formats=FORMATS,
        degrees=DEGREES,
    )


@router.post("/articles")
def add_by_hand(fields: FieldsDep, page: PageDep) -> Response:
    """Fetch and store the article at an address; say what became of it."""
    from monitor.digest.coverage_account import page_failure_word
    from monitor.feeds.article_import import add_article

    if not may_add(page.visitor):
        raise ProblemError(403, "This needs the scope 'review' or 'admin'.")
    address = field_of(fields, "address").strip()

    def refused(problem: str, address: str = address) -> Response:
        return _list(page, ArticleFilters(), address=address, problem=problem)

    if len(address) > MAX_ADDRESS:
        return refused(f"the address is longer than {MAX_ADDRESS:,} characters", "")
    try:
        added = add_article(page.desk, address)
    except FeedError as error:
        return refused(str(error))
    result = added.result
    if "forgotten" in result.dropped:
        return refused("it was forgotten for good, and does not come back", "")
    if not result.stored and not result.dropped.keys() & {"known", "duplicate"}:
        causes = ", ".join(map(page_failure_word, result.page_failures))
        return refused(causes or "nothing could be read there")
    said = "stored" if result.stored else "known"
    return see_other(link(f"/articles/{quote(added.article_id, safe='')}", {"added": said}))


def may_add(visitor: Visitor) -> bool:
    """Whether a visitor may add an article by hand."""
    return visitor.may("review") or visitor.may("admin")


@router.get("/articles/{article_id}")
def article_page(
    article_id: ArticleId,
    request: Request,
    page: PageDep,
    q: WholeStr = "",
    version: WholeStr = "",
    added: WholeStr = "",
) -> HTMLResponse:
    """Show all that is known of one article; the words of `q` are marked in it."""
    whole = show(page.desk, article_id, who=page.visitor.name, version=version)
    query, searched, titles = request.url.query, q[:2000], page.desk.rule_titles
    assessed, shown = whole.assessed, whole.shown
    article = assessed.article
    tells = _tells(article, shown)
    when = page.when
    times = {one.sha256: when(one.fetched) for one in whole.versions}
    marks: list[tuple[FieldName, TextMark]] = []
    for tag in assessed.tags:
        note = f"{scheme_words(tag.scheme).lower()}: {label_words(tag, country_name)}"
        marks += [(s.field, TextMark(s.start, s.end, "evidence", note)) for s in tag.evidence]
    for flag in assessed.findings:
        kind, note = f"flagged {flag.severity}", f"flag: {flag.rule.replace('-', ' ')}"
        marks.append((flag.field, TextMark(flag.start, flag.end, kind, note)))
    with suppress(UsageError):  # its search was told of where it was asked
        terms = () if shown.withheld else read_search(searched).terms
        hits = places_of(article.text, terms, shown.hidden("text"))
        marks += [("text", TextMark(start, end, "hit", "looked for")) for start, end in hits]
    title, text = marked_article(article, shown, marks)
    ranks = {scheme: rank for rank, scheme in enumerate(SCHEME_WORDS)}
    order = list(_CARD)
    flagged = {flag.rule for flag in assessed.findings}
    tags = sorted(assessed.tags, key=lambda t: (ranks.get(t.scheme, len(ranks)), -t.score, t.label))
    return page.render(
        "article.html",
        article=article,
        shown=shown,
        address_here=request.url.path + (f"?{query}" if query else ""),
        title=title,
        text=text,
        lang=lang_of(article.language),
        facts=list(_facts(whole, when, tells)),
        url=None if shown.link_tells and not shown.asked else safe_url(article.url),
        relevance=relevance_words(assessed),
        tags=[
            (
                tag,
                scheme_words(tag.scheme),
                label_words(tag, country_name) + "?" * is_unsure(tag),
                list(_quotes(tag.evidence, article, shown)),
            )
            for tag in tags
        ],
        terms=[(t.term, language_name(t.language), clean(t.meaning)) for t in assessed.terms],
        flags=list(_flags(assessed.findings, article, shown, tells)),
        scorecard=[
            (item, *_CARD[item.met], "" if tells(item.reason) else clean(item.reason))
            for item in sorted(assessed.scorecard, key=lambda i: (order.index(i.met), i.item))
            if item.met is not False or item.item not in flagged
        ],
        rule_title=lambda rule: titles.get(rule, rule.replace("-", " ")),
        sides=_sides(whole, times),
        copied=whole.beside.copied if whole.beside else 0,
        versions=[(v.sha256, times[v.sha256], v.sha256 == article.sha256) for v in whole.versions],
        withdrawn=whole.withdrawn,
        sightings=[(s, when(s.at)) for s in whole.sightings],
        story=whole.story,
        reviews=[(_said(r), when(r.at) if r.at else "") for r in whole.reviews],
        stamps=assessed.stamps,
        waiting=() if article.expired else whole.waiting,
        searched=searched,
        added=added,
    )


PAGE, MOST_OUTLETS = 25, 500  # articles on one page; outlets to complete what is typed with
SCHEMES = {scheme: words for scheme, words in SCHEME_WORDS.items() if scheme != "place"}
_WHY_NOT = {
    "language": "no model reads its language",
    "error": "the model failed on it",
    "expired": "its text expired before it was judged",
}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_MORE = (
    *("published_since", "published_until", "place", "outlet", "language", "flag", "rule"),
    *("relevant", "min_relevance"),
)


def _dates(asked: Mapping[str, str], listing: ArchivePage | None) -> str:
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


def _row(row: ArchiveRow, searched: str) -> dict[str, Any]:
    """Return an article of the list in words; `excerpt` is its text around what was looked for."""
    article = row.assessed.article
    start, end = row.excerpt or (0, 0)
    flagged = Counter(finding.severity for finding in row.assessed.findings)
    return {
        "article": article,
        "shown": row.shown,
        "href": link(f"/articles/{quote(article.id, safe='')}", {"q": searched}),
        "lang": lang_of(article.language),
        "relevance": relevance_words(row.assessed),
        "tags": row.assessed.tags,
        "flags": [(severity, n) for severity in SEVERITIES if (n := flagged[severity])],
        "excerpt": stretch_of(article.text, start, end, row.shown.hidden("text"), row.hits),
        "begins": start > 0,
        "ends": end < len(article.text),
    }


def lang_of(language: str | None) -> str:
    """Return a language for a `lang` attribute, or ""."""
    return language if language and _LANGUAGE.fullmatch(language) else ""


def _selects(
    found: Mapping[str, Sequence[str]], values: Mapping[str, str], titles: Mapping[str, str]
) -> Iterator[tuple[str, str, str, list[tuple[str, str]]]]:
    """Yield name, label, value and choices (with words) of the filters chosen from a list."""
    named: dict[str, tuple[str, Mapping[str, str]]] = {
        "place": ("Place", {code: country_name(code.upper()) for code in found.get("place", ())}),
        "language": ("Language", {code: language_name(code) for code in found.get("language", ())}),
    }
    for scheme, label in SCHEMES.items():
        named[scheme] = (
            label,
            {one: tag_words.choice_words(scheme, one) for one in found.get(scheme, ())},
        )
    named["flag"] = "Flags", {"any": "any flag", **{str(s): f"{s}s" for s in SEVERITIES}}
    named["rule"] = "Rule", titles
    for name, (label, words) in named.items():
        value = values.get(name, "")
        names = dict.fromkeys([*found.get(name, ()), *filter(None, [value])])
        plain = {one: clean(one).replace("_", " ").replace("-", " ") for one in names}
        told = [(one, words.get(one) or plain[one]) for one in names]
        told = sorted(told, key=lambda choice: choice[1].casefold())
        yield name, label, value, list(words.items()) if name == "flag" else told


QUOTES_SHOWN = 4
_ORIGIN = {"feed": "from its feed", "page": "from its page"}
_CARD = {False: ("needs attention", "✕"), True: ("in order", "✓"), None: ("not judged", "–")}
"""What an answer on the whole text is called, and its sign; what needs attention first."""
_LEAST_LETTERS = 3  # shorter parts of a name are those of any
When = Callable[[datetime], str]
Tells = Callable[[str], bool]
"""Whether words beside an article, such as a flag's message, hold a word that is hidden in it."""


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


def _facts(whole: ArticleDetails, when: When, tells: Tells) -> Iterator[tuple[str, str]]:
    """Yield what is known of where and when, each with its name."""
    article = whole.assessed.article
    yield "Outlet", outlet_words(article.outlet)
    if article.published:
        yield "Published", when(article.published)
    elif article.published_in:
        yield "Published in", article.published_in
    yield "First seen", when(article.seen)
    if article.language:
        yield "Language", language_name(article.language)
    told = whole.shown.asked or not whole.shown.byline_tells
    for label, names in (("By", article.authors), ("Filed under", article.categories)):
        if told and (safe := [name for name in names if not tells(name)]):
            yield label, clean(", ".join(safe))
    if not article.expired:
        yield "Text", _ORIGIN.get(article.origin, "only a summary could be had")
    if article.mining == "reserved":
        yield "Text mining", "reserved by its publisher"
    if article.expired:
        yield "Text expired", when(article.expired)


def _quotes(spans: Iterable[Span], article: Article, shown: Shown) -> Iterator[Paragraph]:
    """Yield the first few different stretches, without hidden words."""
    seen = set[str]()
    for span in spans:
        quote = quote_of(span, article, shown)
        words = " ".join(piece.text for piece in quote).casefold()
        if quote and words not in seen:
            seen.add(words)
            yield quote
        if len(seen) == QUOTES_SHOWN:
            return


def _flags(
    findings: Sequence[Finding], article: Article, shown: Shown, tells: Tells
) -> Iterator[dict[str, Any]]:
    """Yield the first flag of each rule and wording, without hidden names, and how many it is."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        key = finding.guideline, finding.rule, finding.match.casefold()
        groups.setdefault(key, []).append(finding)
    several = len({finding.guideline for finding in findings}) > 1
    for first, *others in groups.values():
        sure = "" if first.confidence is None else in_ten(first.confidence)
        yield {
            "first": first,
            "quote": quote_of(first, article, shown),
            "count": 1 + len(others),
            "message": "" if tells(first.message) else clean(first.message),
            "why": clean(first.why),
            "suggestions": [clean(words) for words in first.suggestions if not tells(words)],
            "guideline": first.guideline if several else "",
            "sureness": sure and f"Editors mark {sure} such flags.",
        }


def _sides(whole: ArticleDetails, times: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the older and the newer version, what was changed marked in both."""
    beside = whole.beside
    if beside is None:
        return []
    old = [(change.field, TextMark(*change.old, "removed")) for change in beside.changes]
    new = [(change.field, TextMark(*change.new, "added")) for change in beside.changes]
    found: list[dict[str, Any]] = []
    sides = (beside.version, beside.shown, old), (whole.assessed.article, whole.shown, new)
    for version, shown, marks in sides:
        title, text = marked_article(version, shown, marks)
        side = {"sha256": version.sha256, "when": times[version.sha256], "title": title}
        found.append({**side, "text": text, "withheld": shown.withheld})
    return found


def _said(review: Review) -> str:
    """Return a review in words."""
    tags = [
        f"{scheme_words(scheme).lower()}: {', '.join(labels).replace('_', ' ') or 'none'}"
        for scheme, labels in review.tags.items()
    ]
    who = clean(review.reviewer) or "somebody"
    return f"{who}: {review.verdict.replace('_', ' ')}{'; ' if tags else ''}{'; '.join(tags)}"
