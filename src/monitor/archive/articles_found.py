"""Article lookup: finding stored articles by words and filters, and all that is known of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.archive.names_on_request import asked
from monitor.desk import Desk
from monitor.records.article import Article, AssessedArticle, Review
from monitor.records.article_record import Version
from monitor.records.errors import NotFound
from monitor.records.finding import FieldName
from monitor.records.hidden_names import WITHHELD, Shown
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.articles import FeedSighting
from monitor.storage.full_text_search import SearchResult
from monitor.stories.outlet_comparison import Change, changes_of
from monitor.text.search_terms import Place, excerpt_around, places_of

EXCERPT_CHARS = 240
_AT_ONCE = 100
"""Articles taken into the index in one transaction: a tenth of a second for other writers."""


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """An article that was found, what may be shown of it, and the words that were looked for.

    `hits` are places in its text, `excerpt` is the stretch to show: `None` where nothing was looked
    for, or nothing is shown.
    """

    assessed: AssessedArticle
    shown: Shown
    hits: tuple[Place, ...] = ()
    excerpt: Place | None = None


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """A page of the archive; `unindexed` articles are stored but cannot be found yet."""

    rows: tuple[ArchiveRow, ...]
    found: SearchResult
    unindexed: int

    @property
    def next(self) -> str | None:
        """The id to go on after."""
        return self.rows[-1].assessed.article.id if self.found.more else None


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """An older version beside the one in force, what may be shown of it, and what was changed."""

    version: Article
    shown: Shown
    copied: float
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ArticleDetails:
    """All that is known of an article.

    `versions` are those that may be shown, `withdrawn` how many others there were. `story` is its
    story's id and how many articles that has, None where people rejected all. `waiting` are stamps
    that have not judged it yet.
    """

    assessed: AssessedArticle
    shown: Shown
    versions: tuple[Version, ...]
    withdrawn: int
    beside: VersionComparison | None
    sightings: tuple[FeedSighting, ...]
    story: tuple[str, int] | None
    reviews: tuple[Review, ...]
    waiting: tuple[str, ...]


def find(
    desk: Desk,
    wanted: ArticleFilter,
    *,
    limit: int,
    after: str | None = None,
    newest_first: bool = True,
) -> tuple[list[AssessedArticle], SearchResult]:
    """Return a page of the articles that are wanted. Raises `NotFound` for a wrong `after`."""
    store, stamps = desk.store, desk.stamps
    found = store.search(wanted, stamps, limit=limit, after=after, newest_first=newest_first)
    page = store.articles_by_id(found.ids, stamps)
    return [page[key] for key in found.ids], found


def look_up(
    desk: Desk, wanted: ArticleFilter, *, who: str, limit: int, after: str | None = None
) -> ArchivePage:
    """Return a page of the articles that are wanted, newest first, as `who` may see them."""
    page, found = find(desk, wanted, limit=limit, after=after)
    seen = desk.shown((one.article for one in page), ask=asked(desk, who))
    words, rows = wanted.words, []
    for one in page:
        text, shown = one.article.text, seen[one.article.id]
        if not words.wanted or shown.withheld or not text:
            rows.append(ArchiveRow(one, shown))
            continue
        hits = places_of(text, words.terms, shown.hidden("text"))
        excerpt = excerpt_around(text, hits, EXCERPT_CHARS)
        rows.append(ArchiveRow(one, shown, tuple(hits), excerpt))
    return ArchivePage(tuple(rows), found, desk.store.count_unindexed())


def show(desk: Desk, article_id: str, *, who: str, version: str = "") -> ArticleDetails:
    """Return all that is known of an article, as `who` may see it.

    The one in force stands beside the `version` of that hash, else beside the one before. Raises
    `NotFound` where there is no such article, or no such version to be shown.
    """
    store, stamp = desk.store, desk.stories_stamp
    assessed, asks = desk.article(article_id), asked(desk, who)
    current, kept = assessed.article, store.kept_versions(article_id)
    story = store.stories_of(stamp, [article_id]).get(article_id, "")
    told = store.kept_stories(stamp, [story]).get(story)
    versions = tuple(one for one in kept if not one.withdrawn)
    others = [one.sha256 for one in versions if one.sha256 != current.sha256]
    if version and version not in others:
        raise NotFound(f"no other version {version} of article '{current.id}'")
    beside = None
    if others and not current.expired:
        sha256 = version or others[-1]
        old = next(one for one in store.article_versions(article_id) if one.sha256 == sha256)
        beside = VersionComparison(
            old, desk.shown([old], ask=asks)[old.id], *changes_of(old, current)
        )
    return ArticleDetails(
        assessed=assessed,
        shown=desk.shown([current], ask=asks)[article_id],
        versions=versions,
        withdrawn=len(kept) - len(versions),
        beside=beside,
        sightings=tuple(store.sightings(article_id)),
        story=(story, told.articles) if told else None,
        reviews=tuple(store.reviews(article_id)),
        waiting=tuple(stamp for stamp in desk.stamps if stamp not in assessed.stamps),
    )


def fill_index(
    desk: Desk,
    *,
    report: Callable[[int], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Take in what cannot be searched yet, as after an update; return how many articles.

    May be killed and repeated at any moment; ends after the batch in hand once `stopped` says so.
    """
    total = 0
    if desk.store.read_only and not desk.store.count_unindexed():
        return total
    while not stopped() and (taken := desk.store.fill_index(limit=_AT_ONCE)):
        total += taken
        report(taken)
    return total


def seen_words(article: Article, field: FieldName, place: tuple[int, int], shown: Shown) -> str:
    """Return the words at a place of an article, those hidden of them as "[name withheld]"."""
    text = article.title if field == "title" else article.text
    start, end = place
    pieces, at = [], start
    for low, high in sorted(shown.hidden(field)):
        if low < end and high > start:
            pieces += [text[at : max(at, low)], WITHHELD]
            at = min(end, high)
    return "".join([*pieces, text[at:end]])
