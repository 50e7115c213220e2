"""What a mask rests on besides its own version: the others of the article, and those of its story.

Names that are hidden in one are hidden in all. So long as the sum of their tokens is what a mask
was made by, it is complete; where it is another one, that is due again.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, union, update

from monitor.masks import Mask, Seal
from monitor.store.assessments import VERSION, to_article
from monitor.store.rows import chunks
from monitor.store.schema import articles, lifted, masks, story_members, versions
from monitor.types import Article, Span


@dataclass(frozen=True, slots=True)
class MaskedVersion:
    """A version of an article, what was found in it, and hashes of names that are gone from it."""

    article: Article
    own: Mask
    kept: frozenset[str]
    token: int


@dataclass(frozen=True, slots=True)
class MaskGroups:
    """What masks rest on, by article.

    `near` are the articles whose names count, itself among them; `basis` the sum of their tokens;
    `sources` every version of those asked for, of others those with names; `lifted` hashes.
    """

    near: Mapping[str, frozenset[str]] = field(default_factory=dict)
    basis: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, Sequence[MaskedVersion]] = field(default_factory=dict)
    lifted: Mapping[str, frozenset[str]] = field(default_factory=dict)


def basis_of(article_id: Any, stories: str) -> ColumnElement[int]:
    """Return the sum of the tokens that the masks of an article rest on now."""
    token, one = masks.alias(), masks.alias()
    mine = select(func.coalesce(func.sum(token.c.token), 0)).where(token.c.article_id == article_id)
    own, other = story_members.alias(), story_members.alias()
    theirs = (
        select(func.coalesce(func.sum(one.c.token), 0))
        .select_from(own)
        .join(other, (other.c.stamp == own.c.stamp) & (other.c.story_id == own.c.story_id))
        .join(one, one.c.article_id == other.c.article_id)
        .where(own.c.article_id == article_id, other.c.article_id != article_id)
        .where(_is_of_story(own, stories))
    )
    return mine.scalar_subquery() + theirs.scalar_subquery()


def _is_of_story(own: Any, stories: str) -> ColumnElement[bool]:
    """Return the condition that a row puts an article into a story.

    Rows of the present clustering (`stories`) do. Until it has placed the article, those of an
    earlier one do.
    """
    placed = story_members.alias()
    in_force = select(placed.c.article_id).where(
        placed.c.stamp == stories, placed.c.article_id == own.c.article_id
    )
    return or_(own.c.stamp == stories, ~in_force.exists())


def incomplete_query(
    stories: str, limit: int, after: str = "", since: datetime | None = None
) -> Select[Any]:
    """Return the query for articles some mask of which was made by other names than there are.

    With `since` only those of which, or of whose story, something was said from then on.
    """
    query = (
        select(masks.c.article_id)
        .where(masks.c.article_id > after, masks.c.basis != basis_of(masks.c.article_id, stories))
        .distinct()
        .order_by(masks.c.article_id)
        .limit(limit)
    )
    if since is None:
        return query
    new = union(
        select(masks.c.article_id).where(masks.c.at >= since),
        select(story_members.c.article_id).where(story_members.c.at >= since),
    ).subquery()
    own, other = story_members.alias(), story_members.alias()
    beside = (
        select(other.c.article_id)
        .join_from(
            own, other, (other.c.stamp == own.c.stamp) & (other.c.story_id == own.c.story_id)
        )
        .where(own.c.article_id.in_(select(new.c.article_id)))
    )
    near = union(select(new.c.article_id), beside).subquery()
    return query.where(masks.c.article_id.in_(select(near.c.article_id)))


def incomplete(connection: Connection, ids: Iterable[str], stories: str) -> set[str]:
    """Return those of the articles some mask of which is not complete."""
    found: set[str] = set()
    for some in chunks(sorted(set(ids))):
        now = _bases(connection, some, stories)
        query = select(masks.c.article_id, masks.c.basis).where(masks.c.article_id.in_(some))
        found.update(one for one, basis in connection.execute(query) if basis != now[one])
    return found


def _bases(connection: Connection, ids: Sequence[str], stories: str) -> dict[str, int]:
    """Return `basis_of` of some articles, each story counted once."""
    token = func.sum(masks.c.token)
    query = select(masks.c.article_id, token).where(masks.c.article_id.in_(ids))
    own = {row[0]: int(row[1]) for row in connection.execute(query.group_by(masks.c.article_id))}
    member = story_members.alias()
    told = select(member.c.article_id, member.c.stamp, member.c.story_id).where(
        member.c.article_id.in_(ids), _is_of_story(member, stories)
    )
    rows = connection.execute(told).all()
    sums: dict[tuple[str, str], int] = {}
    for stamp in {row.stamp for row in rows}:
        for some in chunks(sorted({row.story_id for row in rows if row.stamp == stamp})):
            whole = (
                select(story_members.c.story_id, token)
                .join(masks, masks.c.article_id == story_members.c.article_id)
                .where(story_members.c.stamp == stamp, story_members.c.story_id.in_(some))
                .group_by(story_members.c.story_id)
            )
            sums.update(((stamp, row[0]), int(row[1])) for row in connection.execute(whole))
    found = {one: own.get(one, 0) for one in ids}
    for row in rows:
        found[row.article_id] += sums.get((row.stamp, row.story_id), 0) - own.get(row.article_id, 0)
    return found


def load(connection: Connection, ids: Iterable[str], stories: str) -> MaskGroups:
    """Return what the masks of articles rest on."""
    wanted = sorted(set(ids))
    near: dict[str, set[str]] = {one: {one} for one in wanted}
    basis: dict[str, int] = {}
    for some in chunks(wanted):
        own, other = story_members.alias(), story_members.alias()
        query = (
            select(own.c.article_id, other.c.article_id)
            .join(other, (other.c.stamp == own.c.stamp) & (other.c.story_id == own.c.story_id))
            .where(own.c.article_id.in_(some), _is_of_story(own, stories))
        )
        for one, mate in connection.execute(query):
            near[one].add(mate)
        basis |= _bases(connection, some, stories)
    every = sorted(set().union(*near.values())) if near else []
    sources, hashes = _sources(connection, every, set(wanted)), defaultdict(set)
    for some in chunks(every):
        query = select(lifted.c.article_id, lifted.c.hash).where(lifted.c.article_id.in_(some))
        for one, hash_ in connection.execute(query):
            hashes[one].add(hash_)
    return MaskGroups(
        {one: frozenset(mates) for one, mates in near.items()},
        basis,
        sources,
        {one: frozenset(some) for one, some in hashes.items()},
    )


def _sources(
    connection: Connection, ids: Sequence[str], whole: set[str]
) -> dict[str, list[MaskedVersion]]:
    """Return versions of articles with their own masks; of those not `whole` such with names."""
    found: defaultdict[str, list[MaskedVersion]] = defaultdict(list)
    named = ("stamp", "spans", "link_tells", "untold", "own", "kept", "token")
    said = [masks.c[name].label(f"mask_{name}") for name in named]
    for some in chunks(ids):
        query = (
            select(*VERSION, *said)
            .join_from(versions, articles, articles.c.id == versions.c.article_id)
            .join(
                masks,
                (masks.c.article_id == versions.c.article_id)
                & (masks.c.sha256 == versions.c.sha256),
            )
            .where(versions.c.article_id.in_(some))
            .where(or_(masks.c.token != 0, versions.c.article_id.in_(whole & set(some))))
            .order_by(versions.c.article_id, versions.c.fetched_at, versions.c.sha256)
        )
        for row in connection.execute(query):
            article = to_article(row[: len(VERSION)])
            values = dict(zip(named, row[len(VERSION) :], strict=True))
            kept, token = frozenset(values.pop("kept")), values.pop("token")
            own = own_mask(article.id, article.sha256, values)
            found[article.id].append(MaskedVersion(article, own, kept, token))
    return dict(found)


def own_mask(article_id: str, sha256: str, row: Mapping[Any, Any]) -> Mask:
    """Return what was found in a version itself; before that was kept apart, all was."""
    said = row["own"]
    if said is None:
        said = {"hidden": row["spans"], "sure": [], "apart": [], "link": row["link_tells"]}
    spans, sure, apart = (tuple(Span(*s) for s in said[k]) for k in ("hidden", "sure", "apart"))
    return Mask(
        article_id,
        sha256,
        row["stamp"],
        spans,
        said["link"],
        row["untold"],
        sure=sure,
        apart=apart,
    )


# Names whose words go ---------------------------------------------------------------------------


def seal_version(
    connection: Connection, article_id: str, sha256: str, make: Callable[[], Seal]
) -> list[str]:
    """Return hashes of the names of a version whose words are about to go; the article stays."""
    from monitor.persons.propagation import names_of, seal_names

    for source in _sources(connection, [article_id], {article_id}).get(article_id, ()):
        if source.article.sha256 == sha256:
            names = names_of(source.article, source.own)
            return sorted({*source.kept, *(seal_names(names, make(), article_id) if names else ())})
    return []


def keep_for_others(
    connection: Connection, ids: Sequence[str], make: Callable[[], Seal], now: datetime
) -> None:
    """Keep the names of articles that are about to go with those of their stories that stay.

    As hashes, each with the article in which it stands; what names nobody keeps nothing.
    """
    from monitor.persons.propagation import all_names, names_of, seal_names, spread

    last = select(story_members.c.stamp).order_by(story_members.c.at.desc()).limit(1)
    stories = connection.execute(last).scalar() or ""  # the rule in force, as far as it was used
    going = set(ids)
    leaving = load(connection, ids, stories)
    mates = set[str]().union(*leaving.near.values()) - going
    if not mates or not any(leaving.sources.get(one) for one in going):
        return
    staying = load(connection, mates, stories)
    for mate in sorted(mates):
        gone = sorted(staying.near[mate] & going)
        names = all_names(
            part for one in gone for part in names_in(leaving.sources.get(one, ()), make)
        )
        found: set[str] = set()
        link = False
        for source in staying.sources.get(mate, ()) if names else ():
            version = source.article
            spans = spread(version, source.own, names)
            link |= spans.link_tells and not source.own.link_tells
            if {*spans.spans} != {*source.own.spans}:
                told = names_of(version, replace(spans, sure=spans.spans))
                found.update(seal_names(told, make(), mate))
            if spans.byline_tells:
                found.update(seal_names(names, make(), mate))
        if found or link:
            _add_kept(connection, mate, found, now, link=link)


def names_in(sources: Iterable[MaskedVersion], make: Callable[[], Seal]) -> Iterable[Any]:
    """Yield the names of each version: those of words that are gone can only be tested."""
    from monitor.persons.propagation import Names, Sealed, names_of

    for source in sources:
        if source.own.spans:
            yield names_of(source.article, source.own)
        if source.kept:
            yield Names(sealed=(Sealed(source.article.id, source.kept, make()),))


def _add_kept(
    connection: Connection, article_id: str, hashes: set[str], now: datetime, *, link: bool
) -> None:
    """Add hashes to the mask of the version in force; make one where there is none."""
    current = select(articles.c.current).where(articles.c.id == article_id).scalar_subquery()
    mine = (masks.c.article_id == article_id) & (masks.c.sha256 == current)
    known = connection.execute(select(masks).where(mine)).mappings().first()
    if known is None:
        blank = {"stamp": "", "spans": [], "link_tells": link, "untold": "", "at": now}
        version = connection.execute(select(current)).scalar_one()
        blank |= {"article_id": article_id, "sha256": version, "own": None, "kept": []}
        connection.execute(masks.insert(), blank)
    row: Mapping[Any, Any] = known or blank
    own = own_mask(article_id, row["sha256"], row)
    own = replace(own, link_tells=own.link_tells or link)
    kept = sorted({*row["kept"], *hashes})
    said = own_row(own, kept)
    connection.execute(update(masks).where(mine).values(**said, at=now))


def own_row(own: Mask, kept: Sequence[str]) -> dict[str, Any]:
    """Return the columns of what was found in a version itself, of hashes, and their token."""
    spans = {"hidden": own.spans, "sure": own.sure, "apart": own.apart}
    said: dict[str, Any] = {
        name: [[span.field, span.start, span.end] for span in some] for name, some in spans.items()
    }
    said["link"] = own.link_tells
    token = 0
    if own.spans or own.link_tells or kept:
        told = json.dumps([own.stamp, own.untold, said, list(kept)], sort_keys=True)
        token = int.from_bytes(hashlib.sha256(told.encode()).digest()[:4]) % _TOKENS + 1
    return {"own": said, "kept": list(kept), "token": token}


_TOKENS = 2**31 - 1
"""How many tokens there are; the sum of millions is still a number of a database."""
