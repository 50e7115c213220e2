"""Full-text search of the archive: one query for SQLite's FTS5 and PostgreSQL's `tsvector`.

Articles are numbered as they came in, so the newest first is the order of the index itself, and a
page ends the reading. Counting goes no further than `COUNTED`, and its numbers give the pages.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
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
    of_version,
    reviews,
    search_docs,
    search_marks,
    search_terms,
    tags,
    versions,
)
from monitor.storage.search_index import (
    BORDERLINE,
    FLAGGED,
    NOT_RELEVANT,
    RELEVANT,
    fts_query,
    prefer_indexes,
    vector_query,
)
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
    dated: Dated = "all" if undated else "placed"
    asking = _Asking(connection, wanted, stamps, newest_first, few, dated)
    counted = asking.numbers(None, COUNTED + 1)
    place = None
    if after is not None:
        number = select(search_docs.c.id).where(search_docs.c.article_id == after)
        place = connection.execute(number).scalar()
        if place is None:
            raise NotFound(f"no article '{after}'")
    page: Sequence[int]
    if place is None:
        page = counted[: limit + 1]
    else:
        page = _behind(counted, place, newest_first)[: limit + 1]
        if len(page) <= limit and len(counted) > COUNTED:
            page = asking.numbers(place, limit + 1)
    numbered = select(search_docs.c.id, search_docs.c.article_id)
    rows = connection.execute(numbered.where(search_docs.c.id.in_(page[:limit]))) if page else ()
    found = {row.id: row.article_id for row in rows}
    ids = tuple(found[one] for one in page[:limit])
    left_out = 0
    if wanted.published is not None and not undated:
        asking = _Asking(connection, wanted, stamps, newest_first, few, "unplaced")
        left_out = len(asking.numbers(None, COUNTED + 1))
    return SearchResult(ids, len(counted), more=len(page) > limit, undated=left_out)


def choices(connection: Connection, stamps: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what can be filtered by, of what there is, by `rule`, `outlet` or a tag's scheme."""
    query = select(search_terms.c.mark).where(
        search_terms.c.stamp.in_([*stamps, *_assessors(stamps), ""]),
        search_terms.c.mark.contains(":"),
    )
    found: dict[str, set[str]] = {}
    for name in connection.execute(query).scalars():
        kind, _, value = name.partition(":")
        found.setdefault(kind, set()).add(value)
    for given in connection.execute(select(reviews.c.tags).distinct()).scalars():
        for scheme, labels in given.items():
            found.setdefault(scheme, set()).update(labels)
    return {kind: tuple(sorted(values)) for kind, values in found.items()}


def _behind(numbers: Sequence[int], place: int, newest_first: bool) -> Sequence[int]:
    """Return those of the numbers, which are in order, that come after a place."""
    if newest_first:
        return numbers[len(numbers) - bisect_left(numbers[::-1], place) :]
    return numbers[bisect_right(numbers, place) :]


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
        self.terms = self._terms()
        if not self.is_sqlite:
            prefer_indexes(connection)

    def numbers(self, after: int | None, limit: int) -> list[int]:
        """Return the numbers of the first `limit` articles after a place."""
        rarest = self._rarest()
        source, number = (search_docs, search_docs.c.id) if rarest is None else rarest[1:]
        if not self.words.wanted:
            return self._ask(source, number, [], after, limit)
        index, place = self._index()
        says = self._words(self.words.wanted)
        # to look into few texts is quicker than to look them up; SQLite is slower in the one
        if rarest is not None and (not self.is_sqlite or rarest[0] < self.few // _PROBES):
            return self._ask_behind(source, number, after, limit)
        if self.is_sqlite:
            return self._ask(index, place, [says], after, limit)
        loose = _in_vector(vector_query(self.words.wanted, loose=True))
        few = select(place.label("doc")).where(loose).limit(self.few)
        if len(self.connection.execute(few).all()) < self.few:
            hits = select(place.label("doc")).where(loose).cte().prefix_with("MATERIALIZED")
            return self._ask_behind(hits, hits.c.doc, after, limit)
        if next(self._conditions(number), None) is not None:
            return self._ask_behind(source, number, after, limit)
        return self._ask(index, place, [says], after, limit)

    def _ask(
        self,
        source: FromClause,
        number: ColumnElement[int],
        says: Sequence[ColumnElement[bool]],
        after: int | None,
        limit: int,
    ) -> list[int]:
        query = self._ordered(source, number, after).where(*says).limit(limit)
        return list(self.connection.execute(query).scalars())

    def _ask_behind(
        self, source: FromClause, number: ColumnElement[int], after: int | None, limit: int
    ) -> list[int]:
        """Look into the texts of those alone that pass every filter, one after the other."""
        kept = self._ordered(source, number, after).offset(0).subquery()
        doc = kept.c[0]
        index, place = self._index()
        says = self._words(self.words.wanted)
        # the offsets keep databases, to which all texts are equally near, from their own order
        inside = select(literal(1)).select_from(index).where(place == doc, says).offset(0)
        order = doc.desc() if self.newest_first else doc
        query = select(doc).where(inside.correlate(kept).exists()).order_by(order).limit(limit)
        return list(self.connection.execute(query).scalars())

    def _ordered(
        self, source: FromClause, number: ColumnElement[int], after: int | None
    ) -> Select[Any]:
        """Return the query for all of a source that pass every filter, after a place, in order."""
        query = select(number.label("doc")).select_from(source).where(*self._conditions(number))
        if after is not None:
            query = query.where(number < after if self.newest_first else number > after)
        return query.order_by(number.desc() if self.newest_first else number)

    # Words ------------------------------------------------------------------------------------

    def _index(self) -> tuple[FromClause, ColumnElement[int]]:
        number: ColumnElement[int] = column("rowid" if self.is_sqlite else "doc")
        words = table("search_words", number)  # type: ignore[arg-type]
        return words, words.c[number.key]  # type: ignore[index]

    def _words(self, wanted: Sequence[Sequence[SearchTerm]]) -> ColumnElement[bool]:
        """Return the condition that any of each stands in it."""
        if self.is_sqlite:
            return literal_column("search_words").op("MATCH")(fts_query(wanted))
        return _in_vector(vector_query(wanted))

    # Filters ----------------------------------------------------------------------------------

    def _terms(self) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
        """Return the numbers of all marks that are asked for, by mark and who says it.

        Of an assessor that is the stamp in force, or what its name says of what expired.
        """
        names = {name for name, _ in self._marks()}
        if self.verdicts is not None or self.wanted.min_relevance is not None:
            names |= {RELEVANT, BORDERLINE, NOT_RELEVANT}
        if not names:
            return {}
        sayers = {stamp: stamp for stamp in self.stamps} | {"": ""}
        sayers |= {
            name: stamp
            for name, stamp in zip(_assessors(self.stamps), self.stamps, strict=True)
            if name not in sayers
        }
        query = select(search_terms).where(
            search_terms.c.mark.in_(sorted(names)), search_terms.c.stamp.in_(sayers)
        )
        found: dict[str, dict[str, tuple[int, ...]]] = {name: {} for name in names}
        for row in self.connection.execute(query):
            said = found[row.mark]
            said[sayers[row.stamp]] = (*said.get(sayers[row.stamp], ()), row.id)
        return found

    def _marks(self) -> Iterator[tuple[str, str]]:
        """Yield the marks that must all be there, each with its kind."""
        wanted = self.wanted
        for scheme, label in wanted.every_tag:
            yield f"{scheme}:{label}", "tag"
        if wanted.outlet:
            yield f"outlet:{wanted.outlet}", "outlet"
        if wanted.language:
            yield f"language:{wanted.language}", "language"
        if wanted.flag:
            yield FLAGGED if wanted.flag == "any" else f"severity:{wanted.flag}", "flag"
        if wanted.rule:
            yield f"rule:{wanted.rule}", "rule"

    def _numbers_of(self, name: str) -> tuple[int, ...]:
        return tuple(number for some in self.terms[name].values() for number in some)

    def _rarest(self) -> tuple[int, FromClause, ColumnElement[int]] | None:
        """Return how many have the rarest filter, if it is rare, and which these are."""
        filters = [(self._numbers_of(name), kind == "tag") for name, kind in self._marks()]
        wanted = self.verdicts
        if wanted is not None and "not_judged" not in wanted:
            filters.append((tuple(n for name in wanted for n in self._numbers_of(name)), True))
        rarest: tuple[int, tuple[int, ...], bool] | None = None
        for numbers, may_be_decided in filters:
            marked = select(literal(1)).where(search_marks.c.term.in_(numbers))
            few = marked.limit(self.few).subquery()
            number = count(self.connection, select(func.count()).select_from(few))
            if number < self.few and (rarest is None or number < rarest[0]):
                rarest = number, numbers, may_be_decided
        if rarest is None:
            return None
        docs = select(search_marks.c.doc).where(search_marks.c.term.in_(rarest[1]))
        if not rarest[2]:
            every = docs.group_by(search_marks.c.doc).subquery()
            return rarest[0], every, every.c.doc
        # what people said is not marked: all of it is looked at besides
        said = select(search_docs.c.id).join(
            reviews, reviews.c.article_id == search_docs.c.article_id
        )
        both = union(docs, said).subquery()
        return rarest[0], both, both.c.doc

    def _conditions(self, number: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
        wanted = self.wanted
        for name, kind in self._marks():
            marked = _marked(number, self._numbers_of(name))
            yield self._tagged(number, name, marked) if kind == "tag" else marked
        if self.words.unwanted:
            table_, other = self._index()
            named = self._words([self.words.unwanted])
            yield not_(number.in_(select(other).select_from(table_).where(named)))
        if self.verdicts is not None:
            yield or_(false(), *(self._relevance(number, one) for one in self.verdicts))
        if wanted.min_relevance is not None:
            yield self._first_word(number, {s: self._at_least(number, s) for s in self._judges()})
        yield from self._days(number)
        if self.published is not None:
            placed, unplaced = within(self.published), not_placed(self.published)
            ways = {"placed": placed, "unplaced": unplaced, "all": or_(placed, unplaced)}
            yield _of_current(number, versions).where(ways[self.dated]).exists()

    def _judges(self) -> list[str]:
        """Return the stamps that say what is relevant, first the one whose word counts."""
        said = {
            stamp for name in (RELEVANT, BORDERLINE, NOT_RELEVANT) for stamp in self.terms[name]
        }
        return [stamp for stamp in self.stamps if stamp in said]

    def _judged(self, stamps: Sequence[str]) -> tuple[int, ...]:
        names = (RELEVANT, BORDERLINE, NOT_RELEVANT)
        return tuple(n for name in names for s in stamps for n in self.terms[name].get(s, ()))

    def _relevance(self, number: ColumnElement[int], one: Relevance) -> ColumnElement[bool]:
        judges = self._judges()
        undecided = not_(_decided(number))
        if one == "not_judged":
            judged = search_marks.c.term.in_(self._judged(judges))
            return and_(number.not_in(select(search_marks.c.doc).where(judged)), undecided)
        said = {stamp: _marked(number, self.terms[one].get(stamp, ())) for stamp in judges}
        return or_(_decided(number, one), and_(self._first_word(number, said), undecided))

    def _tagged(
        self, number: ColumnElement[int], name: str, marked: ColumnElement[bool]
    ) -> ColumnElement[bool]:
        """Return the condition that people gave a tag, or a tagger of whose scheme they are silent.

        Of places people say only where the exploitation is: in other roles a tagger's stays.
        """
        scheme, _, label = name.partition(":")
        stays = not_(_decided(number, scheme=scheme))
        if scheme == "place":
            stays = or_(stays, self._in_other_role(number, label))
        return or_(and_(marked, stays), _decided(number, tag=(scheme, label)))

    def _in_other_role(self, number: ColumnElement[int], place: str) -> ColumnElement[bool]:
        return (
            _of_current(number, assessments)
            .join(tags, tags.c.assessment_id == assessments.c.id)
            .where(speaking(assessments, self.stamps))
            .where(tags.c.scheme == "place", tags.c.label == place, tags.c.role != "exploitation")
            .exists()
        )

    def _first_word(
        self, number: ColumnElement[int], said: Mapping[str, ColumnElement[bool]]
    ) -> ColumnElement[bool]:
        """Return the condition that the first stamp with an opinion says so."""
        judges = list(said)
        earlier = [_marked(number, self._judged(judges[:at])) for at in range(len(judges))]
        ways = [and_(said[s], not_(before)) for s, before in zip(judges, earlier, strict=True)]
        return or_(false(), *ways)

    def _at_least(self, number: ColumnElement[int], stamp: str) -> ColumnElement[bool]:
        least = self.wanted.min_relevance
        expired = articles.c.expired_at.is_not(None)
        name = stamp.partition("@")[0]
        speaks = or_(assessments.c.stamp == stamp, expired & (assessments.c.assessor == name))
        told = _of_current(number, assessments)
        return told.where(speaks, assessments.c.relevance >= least).exists()

    def _days(self, number: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
        """Yield the bounds in time, and in the numbers that fall between them."""
        since, until = self.wanted.since, self.wanted.until
        if since is None and until is None:
            return
        docs = search_docs.alias()  # not that which is asked
        seen = docs.c.first_seen
        within = [seen >= since] if since is not None else []
        within += [seen < until] if until is not None else []
        ends = select(func.min(docs.c.id), func.max(docs.c.id)).where(*within)
        first, last = self.connection.execute(ends).one()
        if first is None:
            yield false()
            return
        yield number.between(first, last)
        yield select(literal(1)).where(docs.c.id == number, *within).exists()


def _of_current(number: ColumnElement[int], table: Table) -> Select[Any]:
    """Return the query of a table's rows about the present version of the article of a number."""
    docs = search_docs.alias()  # not that which is asked
    mine = of_version(table, *CURRENT)
    return (
        select(literal(1))
        .select_from(docs)
        .join(articles, articles.c.id == docs.c.article_id)
        .join(table, mine)
        .where(docs.c.id == number)
    )


def within(days: PublicationDays) -> ColumnElement[bool]:
    """Return the condition that a version was published on some of these days."""
    when, coarse = versions.c.published, versions.c.published_in
    since, until = days.bounds
    exact: list[ColumnElement[bool]] = [when.is_not(None)]
    exact += [when >= since] if since is not None else []
    exact += [when < until] if until is not None else []
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
    number: ColumnElement[int],
    *verdicts: Verdict,
    tag: tuple[str, str] | None = None,
    scheme: str = "",
) -> ColumnElement[bool]:
    """Return the condition that people's word holds of an article in the index; see `decided`."""
    said = decided(_ONE.c.id, _ONE.c.current, *verdicts, tag=tag, scheme=scheme)
    query = select(literal(1)).join_from(_DOC, _ONE, _ONE.c.id == _DOC.c.article_id)
    return query.where(_DOC.c.id == number, said).exists()


def _marked(number: ColumnElement[int], terms: Sequence[int]) -> ColumnElement[bool]:
    if not terms:
        return false()
    query: Select[Any] = select(literal(1)).where(
        search_marks.c.doc == number, search_marks.c.term.in_(terms)
    )
    return query.correlate_except(search_marks).exists()
