"""Packs of feeds by country and region: lists of real outlets and institutions to begin with.

Each is a file of `packs/`. An address is in one only if it was seen in use in a public list, which
its entry names; none could be called from the machine that the lists were made on, and an entry
says so (`verified`) until somebody has.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from monitor.feeds.starter_feeds import make_feed
from monitor.records.article import Feed
from monitor.records.errors import UsageError


@dataclass(frozen=True, slots=True)
class PackFeed:
    """A feed of a pack: in which language and by whom, where its address was seen in use.

    `seen` are numbers of files in an index of public code, or names; `verified`: that it answers.
    """

    feed: Feed
    language: str
    by: str
    seen: tuple[str, ...]
    verified: bool
    note: str = ""

    @property
    def known(self) -> str:
        """What is known of its address, in words."""
        where = ", ".join(f"public code {one}" if one.isdigit() else one for one in self.seen)
        return f"verified: {'yes' if self.verified else 'no'}; seen in {where}"


@dataclass(frozen=True, slots=True)
class Pack:
    """A list of feeds with a name; `own` are those of its file, `others` packs that it includes."""

    name: str
    title: str
    about: str
    own: tuple[PackFeed, ...]
    others: tuple[str, ...] = ()

    @property
    def feeds(self) -> tuple[PackFeed, ...]:
        """All its feeds, those of included packs first, none twice."""
        found = {each.feed.id: each for name in self.others for each in find_pack(name).feeds}
        return tuple({**found, **{each.feed.id: each for each in self.own}}.values())


def all_packs() -> tuple[Pack, ...]:
    """Return the packs there are, by name."""
    return tuple(_packs()[name] for name in sorted(_packs()))


def find_pack(name: str) -> Pack:
    """Return the pack called `name`; raises `UsageError` that lists those there are."""
    if name not in _packs():
        raise UsageError(f"no pack '{name}' (there are: {', '.join(sorted(_packs()))})")
    return _packs()[name]


@cache
def _packs() -> Mapping[str, Pack]:
    return {pack.name: pack for pack in _read()}


def _read() -> Iterator[Pack]:
    for file in files("monitor.feeds").joinpath("packs").iterdir():
        if file.name.endswith(".toml"):
            table = tomllib.loads(file.read_text(encoding="utf-8"))
            name = file.name.removesuffix(".toml")
            own = tuple(map(_feed, table["feed"]))
            yield Pack(name, table["title"], table["about"], own, tuple(table.get("with", ())))


def _feed(entry: Mapping[str, Any]) -> PackFeed:
    feed = make_feed(entry["url"], title=entry["title"], site=entry["site"])
    return PackFeed(
        feed,
        entry["language"],
        entry["by"],
        tuple(entry["seen"]),
        entry["verified"],
        entry.get("note", ""),
    )
