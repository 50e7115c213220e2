"""Full-text search of the archive: one query for SQLite's FTS5 and PostgreSQL's `tsvector`.

Articles are numbered as they came in, so the newest first is the order of the index itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
    union,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from monitor.records.article import Verdict
from monitor.records.dates import PublicationDays
from monitor.records.errors import NotFound
from monitor.storage.article_filter import ArticleFilter, Relevance
from monitor.storage.assessments import speaking
from monitor.storage.database import count
from monitor.storage.decisions import decided
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    in_period,
    of_version,
    reviews,
    search_docs,
    search_marks,
    search_terms,
    tags,
    versions,
)
from monitor.storage.search_index import FLAGGED, JUDGED, fts_query, prefer_indexes, vector_query
from monitor.text.search_terms import SearchTerm

COUNTED = 1000
"""So many articles are counted; of more it is said that there are more."""
FEW = 4000
"""Of a filter or a word that fewer articles have, all these are looked at; of others the newest,
until there are enough."""
_PROBES = 4
"""So many times as long as PostgreSQL takes SQLite to look into one text."""

Dated = Literal["placed", "unplaced", "all"]
"""Those published on the days asked for, those of which nobody can tell, or both."""

_DOC, _ONE = search_docs.alias("doc"), articles.alias("one")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of articles by id, how many there are, and whether more follow.

    `total` is exact up to `COUNTED`, one more stands for all beyond; and so is `undated`, articles
    left out since nobody can tell when they were published.
    """

    ids: tuple[str, ...]
    total: int
    more: bool
    undated: int = 0


def search(
    connection: Connection,
    wanted: ArticleFilter,
    stamps: Sequence[str],
    *,
    limit: int,
    after: str | None = None,
    newest_first: bool = True,
    undated: bool = False,
    few: int = FEW,
) -> SearchResult:
    """Return the articles of which `stamps` say what is wanted, after the one of id `after`.

    With `undated` also those of which nobody can tell whether they were published on the days asked
    for; else they are counted. What is found does not hang on `few`. `story` and `shown` of the
    filter are not looked at. Raises `NotFound` where there is no such article.
    """
    asking = _Asking(connection, wanted, stamps, newest_first, few, "all" if undated else "placed")
    counted = asking.numbers(None, COUNTED + 1)
    page = counted
    if after is not None:
        number = select(search_docs.c.id).where(search_docs.c.article_id == after)
        place = connection.execute(number).scalar()
        if place is None:
            raise NotFound(f"no article '{after}'")
        page = [one for one in counted if (one < place if newest_first else one > place)]
        if len(page) <= limit and len(counted) > COUNTED:
            page = asking.numbers(place, limit + 1)
    numbered = select(search_docs.c.id, search_docs.c.article_id)
    rows = connection.execute(numbered.where(search_docs.c.id.in_(page[:limit]))) if page else ()
    found = dict(map(tuple, rows))
    left_out = 0
    if wanted.published is not None and not undated:
        asking = _Asking(connection, wanted, stamps, newest_first, few, "unplaced")
        left_out = len(asking.numbers(None, COUNTED + 1))
    ids = tuple(found[one] for one in page[:limit])
    return SearchResult(ids, len(counted), more=len(page) > limit, undated=left_out)


def choices(connection: Connection, stamps: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what can be filtered by, of what there is, by `rule`, `outlet` or a tag's scheme."""
    said = search_terms.c.stamp.in_([*stamps, *_assessors(stamps), ""])
    query = select(search_terms.c.mark).where(said, search_terms.c.mark.contains(":"))
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name in connection.execute(query).scalars():
        kind, _, value = name.partition(":")
        found[kind].add(value)
    for given in connection.execute(select(reviews.c.tags).distinct()).scalars():
        for scheme, labels in given.items():
            found[scheme].update(labels)
    return {kind: tuple(sorted(values)) for kind, values in found.items()}


def _assessors(stamps: Sequence[str]) -> list[str]:
    return [stamp.partition("@")[0] for stamp in stamps]


class _Asking:
    """A question put to one database, to be asked from several places on."""

    def __init__(
        self,
        connection: Connection,
        wanted: ArticleFilter,
        stamps: Sequence[str],
        newest_first: bool,
        few: int,
        dated: Dated,
    ) -> None:
        self.connection, self.wanted, self.newest_first = connection, wanted, newest_first
        self.stamps, self.few, self.dated = stamps, few, dated
        self.words, self.verdicts, self.published = wanted.words, wanted.verdicts, wanted.published
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.place: ColumnElement[int] = column("rowid" if self.is_sqlite else "doc")
        self.index = table("search_words", self.place)
        self.marks = list(self._marks())
        self.terms = self._terms()
        # those that say what is relevant, first the one whose word counts
        said = {stamp for name in JUDGED for stamp in self.terms.get(name, ())}
        self.judges = [stamp for stamp in stamps if stamp in said]
        if not self.is_sqlite:
            prefer_indexes(connection)

    def numbers(self, after: int | None, limit: int) -> list[int]:
        """Return the numbers of the first `limit` articles after a place."""
        rarest = self._rarest()
        source, number = (search_docs, search_docs.c.id) if rarest is None else rarest[1:]
        # to look into few texts is quicker than to look them up; SQLite is slower in the one
        if not self.words.wanted:
            query = self._ordered(source, number, after)
        elif rarest is not None and (not self.is_sqlite or rarest[0] < self.few // _PROBES):
            query = self._behind(source, number, after)
        else:
            query = self._looked_up(source, number, after)
        return list(self.connection.execute(query.limit(limit)).scalars())

    def _looked_up(
        self, source: FromClause, number: ColumnElement[int], after: int | None
    ) -> Select[Any]:
        """Return the query by the index of words, where that is not slower than all texts are."""
        if not self.is_sqlite:
            loose = _in_vector(vector_query(self.words.wanted, loose=True))
            hits = select(self.place.label("doc")).where(loose)
            if len(self.connection.execute(hits.limit(self.few)).all()) < self.few:
                few = hits.cte().prefix_with("MATERIALIZED")
                return self._behind(few, few.c.doc, after)
            if next(self._conditions(number), None) is not None:
                return self._behind(source, number, after)
        query = self._ordered(self.index, self.place, after)
        return query.where(self._says(self.words.wanted))

    def _behind(
        self, source: FromClause, number: ColumnElement[int], after: int | None
    ) -> Select[Any]:
        """Look into the texts of those alone that pass every filter, one after the other."""
        kept = self._ordered(source, number, after).offset(0).subquery()
        doc = kept.c[0]
        says = self.place == doc, self._says(self.words.wanted)
        # the offsets keep databases, to which all texts are equally near, from their own order
        inside = select(literal(1)).select_from(self.index).where(*says).offset(0)
        order = doc.desc() if self.newest_first else doc
        return select(doc).where(inside.correlate(kept).exists()).order_by(order)

    def _ordered(
        self, source: FromClause, number: ColumnElement[int], after: int | None
    ) -> Select[Any]:
        """Return the query for all of a source that pass every filter, after a place, in order."""
        query = select(number.label("doc")).select_from(source).where(*self._conditions(number))
        if after is not None:
            query = query.where(number < after if self.newest_first else number > after)
        return query.order_by(number.desc() if self.newest_first else number)

    def _says(self, wanted: Sequence[Sequence[SearchTerm]]) -> ColumnElement[bool]:
        """Return the condition that any of each stands in it."""
        if self.is_sqlite:
            return literal_column("search_words").op("MATCH")(fts_query(wanted))
        return _in_vector(vector_query(wanted))

    def _terms(self) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
        """Return the numbers of the marks asked for, by mark and stamp in force that says it."""
        names = {name for name, _ in self.marks}
        if self.verdicts is not None or self.wanted.min_relevance is not None:
            names |= {*JUDGED}
        if not names:
            return {}
        assessors = dict(zip(_assessors(self.stamps), self.stamps, strict=True))
        sayers = assessors | {stamp: stamp for stamp in self.stamps} | {"": ""}
        query = select(search_terms).where(
            search_terms.c.mark.in_(sorted(names)), search_terms.c.stamp.in_(sayers)
        )
        found: dict[str, dict[str, tuple[int, ...]]] = {name: {} for name in names}
        for row in self.connection.execute(query):
            said, sayer = found[row.mark], sayers[row.stamp]
            said[sayer] = (*said.get(sayer, ()), row.id)
        return found

    def _marks(self) -> Iterator[tuple[str, str]]:
        """Yield the marks that must all be there, each with its kind."""
        wanted = self.wanted
        for scheme, label in wanted.every_tag:
            yield f"{scheme}:{label}", "tag"
        for kind in ("outlet", "language", "rule"):
            if value := getattr(wanted, kind):
                yield f"{kind}:{value}", kind
        if wanted.flag:
            yield FLAGGED if wanted.flag == "any" else f"severity:{wanted.flag}", "flag"

    def _numbers_of(self, *names: str) -> tuple[int, ...]:
        return tuple(n for name in names for some in self.terms[name].values() for n in some)

    def _rarest(self) -> tuple[int, FromClause, ColumnElement[int]] | None:
        """Return how many have the rarest filter, if it is rare, and which these are."""
        filters = [(self._numbers_of(name), kind == "tag") for name, kind in self.marks]
        if self.verdicts is not None and "not_judged" not in self.verdicts:
            filters.append((self._numbers_of(*self.verdicts), True))
        counted = []
        for numbers, may_be_decided in filters:
            marked = select(literal(1)).where(search_marks.c.term.in_(numbers))
            few = marked.limit(self.few).subquery()
            number = count(self.connection, select(func.count()).select_from(few))
            if number < self.few:
                counted.append((number, numbers, may_be_decided))
        if not counted:
            return None
        number, numbers, may_be_decided = min(counted, key=lambda one: one[0])
        docs = select(search_marks.c.doc).where(search_marks.c.term.in_(numbers))
        if not may_be_decided:
            every = docs.group_by(search_marks.c.doc).subquery()
            return number, every, every.c.doc
        # what people said is not marked: all of it is looked at besides
        same = reviews.c.article_id == search_docs.c.article_id
        said = select(search_docs.c.id).join(reviews, same)
        both = union(docs, said).subquery()
        return number, both, both.c.doc

    def _conditions(self, number: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
        """Yield what must hold of an article's number, the words that are wanted apart."""
        for name, kind in self.marks:
            marked = _marked(number, self._numbers_of(name))
            yield self._tagged(number, name, marked) if kind == "tag" else marked
        if self.words.unwanted:
            named = select(self.place).select_from(self.index)
            yield not_(number.in_(named.where(self._says([self.words.unwanted]))))
        if self.verdicts is not None:
            yield or_(false(), *(self._relevance(number, one) for one in self.verdicts))
        least = self.wanted.min_relevance
        if least is not None:
            expired, told = articles.c.expired_at.is_not(None), _of_current(number, assessments)
            enough = {}
            for stamp, name in zip(self.judges, _assessors(self.judges), strict=True):
                speaks = assessments.c.stamp == stamp, expired & (assessments.c.assessor == name)
                enough[stamp] = told.where(or_(*speaks), assessments.c.relevance >= least).exists()
            yield self._first_word(number, enough)
        yield from self._days(number)
        if self.published is not None:
            placed, unplaced = within(self.published), not_placed(self.published)
            ways = {"placed": placed, "unplaced": unplaced, "all": or_(placed, unplaced)}
            yield _of_current(number, versions).where(ways[self.dated]).exists()

    def _judged(self, stamps: Sequence[str]) -> tuple[int, ...]:
        return tuple(n for name in JUDGED for s in stamps for n in self.terms[name].get(s, ()))

    def _relevance(self, number: ColumnElement[int], one: Relevance) -> ColumnElement[bool]:
        undecided = not_(_decided(number))
        if one == "not_judged":
            judged = search_marks.c.term.in_(self._judged(self.judges))
            return and_(number.not_in(select(search_marks.c.doc).where(judged)), undecided)
        said = {stamp: _marked(number, self.terms[one].get(stamp, ())) for stamp in self.judges}
        return or_(_decided(number, one), and_(self._first_word(number, said), undecided))

    def _tagged(
        self, number: ColumnElement[int], name: str, marked: ColumnElement[bool]
    ) -> ColumnElement[bool]:
        """Return the condition that people gave a tag, or a tagger where they are silent."""
        scheme, _, label = name.partition(":")
        stays = not_(_decided(number, scheme=scheme))
        if scheme == "place":
            in_other_role = (
                _of_current(number, assessments)
                .join(tags, tags.c.assessment_id == assessments.c.id)
                .where(speaking(assessments, self.stamps), tags.c.scheme == "place")
                .where(tags.c.label == label, tags.c.role != "exploitation")
            )
            stays = or_(stays, in_other_role.exists())
        return or_(and_(marked, stays), _decided(number, tag=(scheme, label)))

    def _first_word(
        self, number: ColumnElement[int], said: Mapping[str, ColumnElement[bool]]
    ) -> ColumnElement[bool]:
        """Return the condition that the first stamp with an opinion says so."""
        earlier = [_marked(number, self._judged(list(said)[:at])) for at in range(len(said))]
        pairs = zip(said.values(), earlier, strict=True)
        return or_(false(), *(and_(says, not_(before)) for says, before in pairs))

    def _days(self, number: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
        """Yield the bounds in time, and in the numbers that fall between them."""
        docs = search_docs.alias()  # not that which is asked
        period = in_period(docs.c.first_seen, self.wanted.since, self.wanted.until)
        if not period:
            return
        ends = select(func.min(docs.c.id), func.max(docs.c.id)).where(*period)
        first, last = self.connection.execute(ends).one()
        if first is None:
            yield false()
            return
        yield number.between(first, last)
        yield select(literal(1)).where(docs.c.id == number, *period).exists()


def _of_current(number: ColumnElement[int], table: Table) -> Select[Any]:
    """Return the query of a table's rows about the present version of the article of a number."""
    docs = search_docs.alias()  # not that which is asked
    asked = select(literal(1)).join_from(docs, articles, articles.c.id == docs.c.article_id)
    return asked.join(table, of_version(table, *CURRENT)).where(docs.c.id == number)


def within(days: PublicationDays) -> ColumnElement[bool]:
    """Return the condition that a version was published on some of these days."""
    when, coarse = versions.c.published, versions.c.published_in
    exact = [when.is_not(None), *in_period(when, *days.bounds)]
    whole = (
        and_(func.length(coarse) == len(first), coarse >= first, coarse <= last)
        for first, last in (days.years, days.months)
    )
    return or_(and_(*exact), and_(when.is_(None), or_(*whole)))


def not_placed(days: PublicationDays) -> ColumnElement[bool]:
    """Return the condition that nobody can tell whether a version was published on these days."""
    when, coarse = versions.c.published, versions.c.published_in
    beside = []
    for length in (len("2004"), len("2004-05")):
        of_it = func.length(coarse) == length
        if days.since is not None:
            beside.append(and_(of_it, coarse < days.since.isoformat()[:length]))
        if days.until is not None:
            beside.append(and_(of_it, coarse > days.until.isoformat()[:length]))
    known = or_(false(), *beside)
    return and_(when.is_(None), or_(coarse == "", and_(not_(within(days)), not_(known))))


def _in_vector(typed: str) -> ColumnElement[bool]:
    return literal_column("search_words.words").op("@@")(cast(typed, TSQUERY))


def _decided(
    doc: ColumnElement[int], *words: Verdict, tag: tuple[str, str] | None = None, scheme: str = ""
) -> ColumnElement[bool]:
    """Return the condition that people's word holds of an article in the index; see `decided`."""
    said = decided(_ONE.c.id, _ONE.c.current, *words, tag=tag, scheme=scheme)
    query = select(literal(1)).join_from(_DOC, _ONE, _ONE.c.id == _DOC.c.article_id)
    return query.where(_DOC.c.id == doc, said).exists()


def _marked(number: ColumnElement[int], terms: Sequence[int]) -> ColumnElement[bool]:
    if not terms:
        return false()
    query: Select[Any] = select(literal(1)).where(
        search_marks.c.doc == number, search_marks.c.term.in_(terms)
    )
    return query.correlate_except(search_marks).exists()
