"""Reviewers' decisions: one row an act, undo and confirmation, and the SQL of which one holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    Text,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from monitor.records.article import Review, Verdict
from monitor.records.errors import NotFound, UsageError
from monitor.records.review import Act, Decision, FlagSaid
from monitor.storage.database import add, add_rows, columns_of, count, row_of
from monitor.storage.schema import decisions, flag_verdicts, of_version, reviews, versions

REFUSED = "undone already, confirmed or overruled"


def record(
    connection: Connection,
    said: Sequence[Review],
    flags: Sequence[FlagSaid],
    *,
    reviewer: str,
    provisional: bool,
    now: datetime,
) -> int:
    """Store a decision, the article that was read first; return its id. Raises `NotFound`."""
    every: list[Review | FlagSaid] = [*said, *flags]
    for article_id, sha256 in dict.fromkeys((one.article_id, one.sha256) for one in every):
        version = select(versions.c.sha256).where(of_version(versions, article_id, sha256))
        if connection.execute(version).first() is None:
            raise NotFound(f"no article '{article_id}' with version '{sha256}'")
    id_ = _add(connection, every[0], now, act="review", reviewer=reviewer, provisional=provisional)
    act: dict[str, Any] = {"reviewer": reviewer, "at": now, "decision_id": id_}
    rows = [row_of(reviews, one, tags=dict(one.tags), **act) for one in said]
    add_rows(connection, reviews, rows)
    add_rows(connection, flag_verdicts, [row_of(flag_verdicts, flag, **act) for flag in flags])
    return id_


def _add(connection: Connection, read: Any, now: datetime, **act: Any) -> int:
    """Store an act of a reviewer about the version that was `read`; return its id."""
    version = {"article_id": read.article_id, "sha256": read.sha256}
    return add(connection, decisions, {"provisional": False, **act, **version, "at": now})


def undo(connection: Connection, id_: int, reviewer: str, now: datetime) -> Decision:
    """Take an act back by one more row; return the one that was undone.

    Raises `NotFound` where there is none of this reviewer's, `UsageError` where it cannot be
    undone: it is an undo, was undone, or a reviewer has confirmed or overruled it.
    """
    row = _row(connection, id_)
    if row is None or row.reviewer != reviewer or row.act == "undo":
        raise NotFound(f"no act '{id_}' of yours to undo")
    if not row.open:
        raise UsageError(f"decision {id_} cannot be undone: it was {REFUSED}")
    _add(connection, row, now, act="undo", about=id_, reviewer=reviewer)
    return _decode(connection, row)


def judge(connection: Connection, id_: int, reviewer: str, now: datetime, *, right: bool) -> int:
    """Confirm or overrule a volunteer's decision. Raises `NotFound`, `UsageError` if none waits."""
    row = _row(connection, id_)
    if row is None or row.act != "review":
        raise NotFound(f"no decision '{id_}'")
    if row.reviewer == reviewer:
        raise UsageError("nobody confirms a decision of their own")
    if not row.provisional or not row.open:
        raise UsageError(f"decision {id_} does not wait: it was {REFUSED}")
    act: Act = "confirm" if right else "overrule"
    return _add(connection, row, now, act=act, about=id_, reviewer=reviewer)


def last(connection: Connection, reviewer: str, acts: Sequence[Act]) -> Decision | None:
    """Return the latest of a reviewer's acts of these kinds that can be undone."""
    mine = decisions.c.reviewer == reviewer, decisions.c.act.in_(acts), _is_open(decisions.c.id)
    query = select(*_COLUMNS).where(*mine).order_by(decisions.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _decode(connection, row)


def decision(connection: Connection, id_: int) -> Decision:
    """Return an act. Raises `NotFound`."""
    if (row := _row(connection, id_)) is None:
        raise NotFound(f"no decision '{id_}'")
    return _decode(connection, row)


def _row(connection: Connection, id_: int) -> Any:
    """Return an act's row, and whether it is `open`: nothing has become of it."""
    return connection.execute(select(*_COLUMNS).where(decisions.c.id == id_)).first()


def flags_of(connection: Connection, id_: int) -> list[FlagSaid]:
    """Return what a decision says of flags."""
    flags = select(*columns_of(flag_verdicts, FlagSaid)).where(flag_verdicts.c.decision_id == id_)
    return [FlagSaid(*row) for row in connection.execute(flags.order_by(flag_verdicts.c.id))]


def waiting(connection: Connection) -> list[int]:
    """Return the ids of decisions of volunteers that wait, the latest of each on an article."""
    query = select(decisions.c.id).where(_waits()).order_by(decisions.c.id)
    return list(connection.execute(query).scalars())


def count_waiting(connection: Connection) -> int:
    """Return how many decisions wait to be confirmed."""
    return count(connection, select(func.count()).select_from(decisions).where(_waits()))


@lru_cache(256)  # to build it takes longer than to ask it
def holds(decision_id: ColumnElement[Any], moment: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that a decision counts, or did then; what has none always counts."""
    made = decisions.alias()
    confirmed = made.c.provisional.is_(False) | _acted(made.c.id, ("confirm",), moment)
    undone = _acted(made.c.id, ("undo",), moment)
    counts = exists().where(made.c.id == decision_id, ~undone, confirmed)
    return decision_id.is_(None) | counts


@lru_cache(256)
def stands(decision_id: ColumnElement[Any], moment: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that a decision is neither undone nor overruled, or was not then."""
    return decision_id.is_(None) | ~_acted(decision_id, ("undo", "overrule"), moment)


@lru_cache(256)
def waits(decision_id: ColumnElement[Any], moment: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that a decision is, or was, provisional and nothing became of it."""
    made = decisions.alias()
    still = made.c.provisional.is_(True), _is_open(made.c.id, moment)
    return exists().where(made.c.id == decision_id, *still)


_SAID, _LATER = reviews.alias("said"), reviews.alias("later")
_OTHER, _BEHIND = reviews.alias("other"), reviews.alias("behind")


@lru_cache(256)
def own_word(said: FromClause, moment: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that a row of `reviews` is the latest of its reviewer that counts.

    Or that counted at a moment. Of those on a version the last gives the verdict, and of each
    scheme the last that speaks of it the labels: who left tags as they were takes nothing back.
    """
    later = _BEHIND if said is _OTHER else _LATER
    own, newer = (holds(of.c.decision_id, moment) for of in (said, later))
    if moment is not None:
        own, newer = own & (said.c.at <= moment), newer & (later.c.at <= moment)
    same = of_version(later, said.c.article_id, said.c.sha256)
    by_same = later.c.reviewer == said.c.reviewer
    return own & ~exists().where(same, later.c.id > said.c.id, newer, by_same)


@lru_cache(256)
def in_force(said: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row of `reviews` has the last word that counts on its version."""
    same = of_version(_LATER, said.c.article_id, said.c.sha256)
    replaced = exists().where(same, _LATER.c.id > said.c.id, holds(_LATER.c.decision_id))
    return holds(said.c.decision_id) & ~replaced


def decided(
    article_id: ColumnElement[str],
    sha256: ColumnElement[str],
    *verdicts: Verdict,
    tag: tuple[str, str] | None = None,
    scheme: str = "",
) -> ColumnElement[bool]:
    """Return the condition that people's word holds of a version.

    And that it is one of `verdicts`; or that it gives the `tag` (scheme, label); or that it speaks
    of the `scheme`.
    """
    query = exists().where(of_version(_SAID, article_id, sha256))
    if tag is not None:
        same = of_version(_OTHER, _SAID.c.article_id, _SAID.c.sha256)
        after = exists().where(same, _OTHER.c.id > _SAID.c.id, _speaks(_OTHER, tag[0]))
        gives = _Gives(cast(_SAID.c.tags, Text), *tag)
        return query.where(gives, own_word(_SAID), ~after.where(own_word(_OTHER)))
    if scheme:
        return query.where(_speaks(_SAID, scheme), own_word(_SAID))
    if verdicts:
        query = query.where(_SAID.c.verdict.in_(verdicts))
    return query.where(in_force(_SAID))


def _speaks(said: FromClause, scheme: str) -> ColumnElement[bool]:
    return cast(said.c.tags, Text).contains(f'"{scheme}":', autoescape=True)


def gave(article_id: ColumnElement[str], scheme: str, label: str) -> ColumnElement[bool]:
    """Return the condition that some review of any version of an article gave a tag."""
    said = reviews.alias()
    gives = _Gives(cast(said.c.tags, Text), scheme, label)
    return exists().where(said.c.article_id == article_id, gives)


class _Gives(FunctionElement[bool]):
    """Whether a review's tags, JSON as text, have a label of a scheme."""

    name = "gives"
    type = Boolean()
    inherit_cache = True


@compiles(_Gives, "sqlite")
def _gives_in_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    tags, scheme, label = (compiler.process(one, **options) for one in element.clauses)
    found = f"SELECT 1 FROM json_each({tags}, '$.' || {scheme}) WHERE value = {label}"  # noqa: S608 - all bound
    return f"EXISTS ({found})"


@compiles(_Gives, "postgresql")
def _gives_in_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    tags, scheme, label = (compiler.process(one, **options) for one in element.clauses)
    return f"COALESCE(jsonb_exists(CAST({tags} AS jsonb) -> {scheme}, {label}), FALSE)"


def _waits() -> ColumnElement[bool]:
    later, made = decisions.alias(), decisions.c
    same = later.c.reviewer == made.reviewer, later.c.article_id == made.article_id
    newer = later.c.act == "review", later.c.id > made.id, ~_acted(later.c.id, ("undo",))
    replaced = exists().where(*same, *newer)
    unconfirmed = (made.act == "review") & made.provisional.is_(True) & _is_open(made.id)
    return unconfirmed & ~replaced


def _is_open(id_: ColumnElement[Any], moment: datetime | None = None) -> ColumnElement[bool]:
    return ~_acted(id_, ("undo", "confirm", "overrule"), moment)


def _acted(
    id_: ColumnElement[Any], acts: Iterable[Act], moment: datetime | None = None
) -> ColumnElement[bool]:
    """Return the condition that somebody did this to an act (by then), and did not take it back."""
    done, back = decisions.alias(), decisions.alias()
    taken_back = exists().where(back.c.about == done.c.id, back.c.act == "undo")
    if moment is not None:
        taken_back = taken_back.where(back.c.at <= moment)
    acted = exists().where(done.c.about == id_, done.c.act.in_(list(acts)), ~taken_back)
    return acted if moment is None else acted.where(done.c.at <= moment)


def _decode(connection: Connection, row: Any) -> Decision:
    """Return the act of a row of `_COLUMNS`."""
    of = row.id if row.act == "review" else row.about
    query = select(reviews.c.verdict, reviews.c.tags).where(reviews.c.decision_id == of)
    said = connection.execute(query.order_by(reviews.c.id)).all()
    act: dict[str, Any] = dict(zip(decisions.c.keys(), row[:-1], strict=True))
    return Decision(
        **act,
        verdict=said[0].verdict if said else None,
        tags={scheme: tuple(some) for scheme, some in said[0].tags.items()} if said else None,
        articles=len(said),
        flags=len(flags_of(connection, of)),
        waits=row.provisional and row.open,
    )


_COLUMNS = (*decisions.c, _is_open(decisions.c.id).label("open"))
"""The columns of an act, and whether nothing has become of it."""
