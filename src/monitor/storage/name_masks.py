"""Name masks: the places of hidden names in each version, and who asked for them."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select, union, update

from monitor.records.article import Article
from monitor.records.errors import NotFound, StoreError
from monitor.records.finding import Span
from monitor.records.hidden_names import Mask, MaskedVersion, MaskGroups, Seal
from monitor.storage.assessments import (
    KEPT,
    VERSION,
    any_version,
    arrived,
    behind,
    current_articles,
    expired,
    to_article,
)
from monitor.storage.database import Database, add_rows, chunks, insertion, row_of, rows_of
from monitor.storage.schema import (
    CURRENT,
    articles,
    askings,
    assessments,
    in_period,
    lifted,
    masks,
    of_version,
    same_story,
    story_members,
    version_checks,
    versions,
)
from monitor.storage.search_index import put, take_out
from monitor.storage.work_queue import Lease, claim, end_claims

FILE_NAME = "names.key"


@dataclass(frozen=True, slots=True)
class NameKey:
    """The key in the file `path`, which is made when a name is first to be kept."""

    path: Path

    def read(self) -> Seal:
        """Return what tells names by hashes; no keys where no file is. Raises `StoreError`."""
        try:
            keys = tuple(map(bytes.fromhex, self.path.read_text(encoding="ascii").split()))
        except FileNotFoundError:
            return Seal()
        except (OSError, ValueError) as error:
            raise StoreError(f"{self.path}: no key file that can be read") from error
        if any(len(key) != 32 for key in keys):
            raise StoreError(f"{self.path}: no key file that can be read")
        return Seal(keys)

    def make(self) -> Seal:
        """Return what makes hashes, with a new key where there is no file yet."""
        if (found := self.read()).keys:
            return found
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                file = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                try:
                    os.write(file, f"{secrets.token_hex(32)}\n".encode("ascii"))
                    os.fsync(file)
                finally:
                    os.close(file)
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written: {error.strerror}") from error
        found = self.read()
        if not found.keys:
            raise StoreError(f"{self.path}: holds no key")
        return found


Version = tuple[str, str]
"""An article's id and the hash of one of its texts."""


def claim_unmasked(
    database: Database,
    stamp: str,
    mine: Lease,
    now: datetime,
    *,
    limit: int,
    told_by: Sequence[str] = (),
    after: str | None = None,
    since: datetime | None = None,
) -> list[Article]:
    """Claim as `mine` articles whose current version `stamp` has not looked through, newest first.

    With `told_by` only what these stamps find relevant or borderline, with `since` only what
    came in from then on; `after` is the id of the article to go on from.
    """

    def query(connection: Connection, most: int) -> Select[Any]:
        done = select(masks.c.article_id).where(of_version(masks, *CURRENT), masks.c.stamp == stamp)
        newest = articles.c.first_seen.desc(), articles.c.id.desc()
        wanted = current_articles().where(~done.exists()).order_by(None).order_by(*newest)
        if told_by:
            told = or_(assessments.c.relevant, assessments.c.borderline)
            shown = select(assessments.c.article_id).where(assessments.c.stamp.in_(told_by), told)
            wanted = wanted.where(articles.c.id.in_(shown))
        wanted = arrived(wanted.limit(most), since)
        if after is None:
            return wanted
        return wanted.where(behind(connection, after, newest_first=True))

    by_index = since is None and not told_by
    rows = claim(database, query, stamp, mine, now, limit=limit, by_index=by_index)
    return [to_article(row) for row in rows]


def record_masks(
    connection: Connection, found: Sequence[Mask], now: datetime, *, token: str | None = None
) -> None:
    """Store what was found in versions, each in place of an earlier word of it.

    What is hidden in it for others' sake stays so, until `record_complete` has come to it.
    Nothing is stored of articles that expired. It ends the claims of `token`.
    """
    end_claims(connection, token)
    ids = [mask.article_id for mask in found]
    gone, known = expired(connection, ids), _known(connection, ids)
    rows = []
    for mask in found:
        if mask.article_id in gone:
            continue
        before = known.get((mask.article_id, mask.sha256))
        values = own_row(mask, before["kept"] if before else ())
        spans, link, byline, basis = mask.spans, mask.link_tells, mask.byline_tells, 0
        if before:
            own = own_mask(mask.article_id, mask.sha256, before)
            others = {*_read(before["spans"])} - {*own.spans}
            covered = {
                one
                for one in others
                for by in mask.spans
                if by.field == one.field and by.start <= one.start and one.end <= by.end
            }
            spans += tuple(others - covered)
            link = link or (before["link_tells"] and not own.link_tells)
            byline = byline or before["byline_tells"]
            basis = before["basis"] if before["token"] == values["token"] else 0
        values |= {"spans": _spans(spans), "link_tells": link, "byline_tells": byline}
        rows.append(row_of(masks, mask, **values, basis=basis, at=now))
    if rows:
        changed = _changed(known, rows)
        take_out(connection, changed)
        insert = insertion(connection.dialect.name, masks)
        told = {c.name: insert.excluded[c.name] for c in masks.c if not c.primary_key}
        keys = list(masks.primary_key)
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=told), rows)
        put(connection, changed)


def masks_of(connection: Connection, wanted: Iterable[Version]) -> dict[Version, Mask]:
    """Return the masks of versions, as far as there are any."""
    versions_of = set(wanted)
    known = _known(connection, (article_id for article_id, _ in versions_of))
    names = ("stamp", "link_tells", "untold", "byline_tells")
    return {
        key: Mask(*key, spans=_read(row["spans"]), **{name: row[name] for name in names})
        for key, row in known.items()
        if key in versions_of
    }


def older_versions(connection: Connection, ids: Sequence[str], stamp: str) -> list[Article]:
    """Return other versions, with words, that `stamp` ("": none) has not looked through."""
    has_words = or_(versions.c.title != "", versions.c.text != "")
    query = any_version().where(~_masked(stamp), versions.c.sha256 != articles.c.current, has_words)
    query = query.order_by(versions.c.article_id, versions.c.fetched_at, versions.c.sha256)
    return [to_article(row) for row in rows_of(connection, query, versions.c.article_id, ids)]


def _masked(stamp: str) -> ColumnElement[bool]:
    """Return the condition that `stamp`, or where it is "" any, has looked through a version."""
    mine = of_version(masks, versions.c.article_id, versions.c.sha256)
    return exists().where(mine, masks.c.stamp == stamp if stamp else masks.c.stamp != "")


def erased_next(connection: Connection, before: datetime) -> list[Article]:
    """Return the versions that `erase_withdrawn` would erase and nobody looked through."""
    mine = of_version(version_checks, versions.c.article_id, versions.c.sha256)
    due = version_checks.c.why != "", version_checks.c.erased_at.is_(None)
    gone = exists().where(mine, *due, version_checks.c.at < before)
    query = any_version().where(gone, ~_masked(""), KEPT)
    rows = connection.execute(query.order_by(versions.c.article_id, versions.c.sha256))
    return [to_article(row) for row in rows]


def next_incomplete(
    connection: Connection, rule: str, *, limit: int, after: str = "", since: datetime | None = None
) -> list[str]:
    """Return the next articles after the id `after` some mask of which is `incomplete`.

    With `since` only those of which, or of whose story, something was said from then on.
    """
    query = (
        select(masks.c.article_id)
        .where(masks.c.article_id > after, masks.c.basis != basis_of(masks.c.article_id, rule))
        .distinct()
        .order_by(masks.c.article_id)
        .limit(limit)
    )
    if since is not None:
        new = union(
            select(masks.c.article_id).where(masks.c.at >= since),
            select(story_members.c.article_id).where(story_members.c.at >= since),
        ).subquery()
        ids = select(new.c.article_id)
        own, other = story_members.alias(), story_members.alias()
        mates = select(other.c.article_id).join_from(own, other, same_story(own, other))
        near = union(ids, mates.where(own.c.article_id.in_(ids))).subquery()
        query = query.where(masks.c.article_id.in_(select(near.c.article_id)))
    return list(connection.execute(query).scalars())


def record_complete(connection: Connection, found: Sequence[tuple[Mask, int, int]]) -> None:
    """Store whole masks, by token and sum; what was looked through anew since is left alone."""
    known = _known(connection, [mask.article_id for mask, _, _ in found])
    names = ("article_id", "sha256", "link_tells", "byline_tells")
    rows: list[dict[str, Any]] = []
    for mask, token, basis in found:
        if (row := known.get((mask.article_id, mask.sha256))) and row["token"] == token:
            said = {name: getattr(mask, name) for name in names}
            rows.append({**said, "spans": _spans(mask.spans), "basis": basis})
    changed = _changed(known, rows)
    take_out(connection, changed)
    for one in rows:
        mine = of_version(masks, one["article_id"], one["sha256"])
        connection.execute(update(masks).where(mine).values(**one))
    put(connection, changed)


def lift_names(
    connection: Connection, article_id: str, hashes: Iterable[str], who: str, now: datetime
) -> None:
    """Record that names are not to be hidden in an article with words. Raises `NotFound`."""
    held = articles.c.id == article_id, KEPT, articles.c.expired_at.is_(None)
    if connection.execute(select(articles.c.id).where(*held)).first() is None:
        raise NotFound(f"no article '{article_id}' with words")
    row = {"article_id": article_id, "who": who, "at": now}
    connection.execute(lifted.insert(), [{**row, "hash": one} for one in sorted(hashes)])


def unlift_names(connection: Connection, article_id: str, hashes: Iterable[str]) -> int:
    """Take back that names are not to be hidden in an article; return how many words."""
    mine = (lifted.c.article_id == article_id) & lifted.c.hash.in_(sorted(hashes))
    return connection.execute(lifted.delete().where(mine)).rowcount


def ask_names(
    connection: Connection, ids: Iterable[str], who: str, now: datetime, until: datetime
) -> int:
    """Record that `who` asked for the names of articles; return of how many there are."""
    row = {"who": who, "at": now, "until": until}
    found = rows_of(connection, select(*CURRENT), articles.c.id, ids)
    rows = [{"article_id": key, "sha256": sha256, **row} for key, sha256 in found]
    add_rows(connection, askings, rows)
    return len(rows)


def hide_names(connection: Connection, ids: Iterable[str], who: str, now: datetime) -> None:
    """Show `who` the names of articles no longer."""
    shown = update(askings).where(askings.c.who == who, askings.c.until > now)
    for some in chunks(sorted(set(ids))):
        connection.execute(shown.where(askings.c.article_id.in_(some)).values(until=now))


def asked(connection: Connection, who: str, now: datetime) -> frozenset[str]:
    """Return the articles whose names are shown to `who` now: of the versions asked for."""
    query = select(askings.c.article_id).join(articles, of_version(askings, *CURRENT))
    mine = query.where(askings.c.who == who, askings.c.until > now)
    return frozenset(connection.execute(mine).scalars())


def asking_times(connection: Connection, since: datetime | None = None) -> list[datetime]:
    """Return when names were asked for from `since` on, once for each article, in order."""
    query = select(askings.c.at).where(*in_period(askings.c.at, since, None))
    return list(connection.execute(query.order_by(askings.c.at)).scalars())


def forget_places(
    connection: Connection, ids: Sequence[str], sha256: str | None = None, kept: Sequence[str] = ()
) -> None:
    """Take the places out of the masks of articles that lose their words, or of one version.

    What stays is whether the address tells; of a version besides the hashes `kept` of its names.
    Should the words come back, they are looked through.
    """
    lost = select(masks).where(masks.c.article_id.in_(ids))
    if sha256 is None:
        connection.execute(lifted.delete().where(lifted.c.article_id.in_(ids)))
    else:
        lost = lost.where(masks.c.sha256 == sha256)
    for row in connection.execute(lost).mappings().all():
        mine = of_version(masks, row["article_id"], row["sha256"])
        own = Mask(row["article_id"], row["sha256"], "", (), row["link_tells"], row["untold"])
        values = own_row(own, kept)
        if sha256 is None:
            values["token"] = 0  # none of its names counts any more
        connection.execute(update(masks).where(mine).values(**values, spans=[], stamp=""))


def _known(connection: Connection, ids: Iterable[str]) -> dict[Version, dict[str, Any]]:
    """Return the rows of articles."""
    rows = rows_of(connection, select(masks), masks.c.article_id, ids)
    names = masks.c.keys()
    return {(row.article_id, row.sha256): dict(zip(names, row, strict=True)) for row in rows}


def _changed(
    known: Mapping[Version, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Return the articles of which other words are hidden than so far: none is searched by them."""
    before = {key: row["spans"] for key, row in known.items()}
    now = {(row["article_id"], row["sha256"]): row["spans"] for row in rows}
    return [key[0] for key, spans in now.items() if spans != before.get(key, [])]


def _spans(spans: Iterable[Span]) -> list[list[Any]]:
    return [[span.field, span.start, span.end] for span in spans]


def _read(spans: Iterable[Sequence[Any]]) -> tuple[Span, ...]:
    return tuple(Span(*span) for span in spans)


def basis_of(article_id: Any, stories: str) -> ColumnElement[int]:
    """Return the sum of the tokens that the masks of an article rest on now."""
    token, one = masks.alias(), masks.alias()
    mine = select(func.coalesce(func.sum(token.c.token), 0)).where(token.c.article_id == article_id)
    own, other = story_members.alias(), story_members.alias()
    theirs = (
        select(func.coalesce(func.sum(one.c.token), 0))
        .join_from(own, other, same_story(own, other))
        .join(one, one.c.article_id == other.c.article_id)
        .where(own.c.article_id == article_id, other.c.article_id != article_id)
        .where(_is_of_story(own, stories))
    )
    return mine.scalar_subquery() + theirs.scalar_subquery()


def _is_of_story(own: Any, stories: str) -> ColumnElement[bool]:
    """Return the condition that a row counts: of `stories`, or of before they placed it."""
    placed = story_members.alias()
    in_force = placed.c.stamp == stories, placed.c.article_id == own.c.article_id
    return or_(own.c.stamp == stories, ~exists().where(*in_force))


def incomplete(connection: Connection, ids: Iterable[str], stories: str) -> set[str]:
    """Return the articles some mask of which was made by other names than there are now."""
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
    placed = select(member.c.article_id, member.c.stamp, member.c.story_id)
    mine = member.c.article_id.in_(ids), _is_of_story(member, stories)
    rows = connection.execute(placed.where(*mine)).all()
    sums: dict[tuple[str, str], int] = {}
    story = story_members.c.story_id
    for stamp in {row.stamp for row in rows}:
        whole = select(story, token).join(masks, masks.c.article_id == story_members.c.article_id)
        whole = whole.where(story_members.c.stamp == stamp).group_by(story)
        told = {row.story_id for row in rows if row.stamp == stamp}
        for key, number in rows_of(connection, whole, story, told):
            sums[stamp, key] = int(number)
    found = {one: own.get(one, 0) for one in ids}
    for row in rows:
        found[row.article_id] += sums.get((row.stamp, row.story_id), 0) - own.get(row.article_id, 0)
    return found


def groups_of(connection: Connection, ids: Iterable[str], stories: str) -> MaskGroups:
    """Return what the masks of articles rest on."""
    wanted = sorted(set(ids))
    near: dict[str, set[str]] = {one: {one} for one in wanted}
    own, other = story_members.alias(), story_members.alias()
    query = select(own.c.article_id, other.c.article_id).join(other, same_story(own, other))
    query = query.where(_is_of_story(own, stories))
    for one, mate in rows_of(connection, query, own.c.article_id, wanted):
        near[one].add(mate)
    basis: dict[str, int] = {}
    for some in chunks(wanted):
        basis |= _bases(connection, some, stories)
    every = sorted(set().union(*near.values()))
    sources, hashes = _sources(connection, every, set(wanted)), defaultdict(set)
    query = select(lifted.c.article_id, lifted.c.hash)
    for one, hash_ in rows_of(connection, query, lifted.c.article_id, every):
        hashes[one].add(hash_)
    mates = {one: frozenset(some) for one, some in near.items()}
    lifts = {one: frozenset(some) for one, some in hashes.items()}
    return MaskGroups(mates, basis, sources, lifts)


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
            .join(masks, of_version(masks, versions.c.article_id, versions.c.sha256))
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
    spans, sure, apart = (_read(said[kind]) for kind in ("hidden", "sure", "apart"))
    told = row["stamp"], spans, said["link"], row["untold"]
    return Mask(article_id, sha256, *told, sure=sure, apart=apart)


def seal_version(
    connection: Connection, article_id: str, sha256: str, make: Callable[[], Seal]
) -> list[str]:
    """Return hashes of the names of a version whose words are about to go; the article stays."""
    from monitor.people.name_propagation import names_of, seal_names

    for source in _sources(connection, [article_id], {article_id}).get(article_id, ()):
        if source.article.sha256 == sha256:
            names = names_of(source.article, source.own)
            return sorted({*source.kept, *(seal_names(names, make(), article_id) if names else ())})
    return []


def keep_for_others(
    connection: Connection, ids: Sequence[str], make: Callable[[], Seal], now: datetime
) -> None:
    """Keep the names of articles that are about to go, as hashes, with their stories' others."""
    from monitor.people.name_propagation import (
        Names,
        SealedNames,
        all_names,
        names_of,
        seal_names,
        spread,
    )

    last = select(story_members.c.stamp).order_by(story_members.c.at.desc()).limit(1)
    stories = connection.execute(last).scalar() or ""  # the rule in force, as far as it was used
    going = set(ids)
    leaving = groups_of(connection, ids, stories)
    mates = set[str]().union(*leaving.near.values()) - going
    if not mates or not any(leaving.sources.get(one) for one in going):
        return
    lost: defaultdict[str, list[Names]] = defaultdict(list)
    for source in (source for one in going for source in leaving.sources.get(one, ())):
        id_ = source.article.id
        if source.own.spans:
            lost[id_].append(names_of(source.article, source.own))
        if source.kept:  # names of words that are gone can only be tested
            lost[id_].append(Names(sealed=(SealedNames(id_, source.kept, make()),)))
    staying = groups_of(connection, mates, stories)
    for mate in sorted(mates):
        names = all_names(part for one in sorted(staying.near[mate] & going) for part in lost[one])
        found: set[str] = set()
        link = False
        for source in staying.sources.get(mate, ()) if names else ():
            spans = spread(source.article, source.own, names)
            link |= spans.link_tells and not source.own.link_tells
            if {*spans.spans} != {*source.own.spans}:
                told = names_of(source.article, replace(spans, sure=spans.spans))
                found.update(seal_names(told, make(), mate))
            if spans.byline_tells:
                found.update(seal_names(names, make(), mate))
        if found or link:
            _add_kept(connection, mate, found, now, link=link)


def _add_kept(
    connection: Connection, article_id: str, hashes: set[str], now: datetime, *, link: bool
) -> None:
    """Add hashes to the mask of the version in force; make one where there is none."""
    query = select(articles.c.current).where(articles.c.id == article_id)
    sha256 = connection.execute(query).scalar_one()
    mine = of_version(masks, article_id, sha256)
    row: Any = connection.execute(select(masks).where(mine)).mappings().first()
    if row is None:
        row = {"article_id": article_id, "sha256": sha256, "stamp": "", "spans": [], "at": now}
        row |= {"link_tells": link, "untold": "", "own": None, "kept": []}
        connection.execute(masks.insert(), row)
    own = own_mask(article_id, sha256, row)
    own = replace(own, link_tells=own.link_tells or link)
    said = own_row(own, sorted({*row["kept"], *hashes}))
    connection.execute(update(masks).where(mine).values(**said, at=now))


def own_row(own: Mask, kept: Sequence[str]) -> dict[str, Any]:
    """Return the columns of what was found in a version itself, of hashes, and their token."""
    spans = {"hidden": own.spans, "sure": own.sure, "apart": own.apart}
    said: dict[str, Any] = {name: _spans(some) for name, some in spans.items()}
    said["link"] = own.link_tells
    token = 0
    if own.spans or own.link_tells or kept:
        told = json.dumps([own.stamp, own.untold, said, list(kept)], sort_keys=True)
        number = int.from_bytes(hashlib.sha256(told.encode()).digest()[:4])
        token = number % (2**31 - 1) + 1  # the sum of millions is still a number of a database
    return {"own": said, "kept": list(kept), "token": token}
