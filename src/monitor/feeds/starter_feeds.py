"""Starter feeds: a `Feed` from its address, packs of feeds by country, services without feeds.

Each pack is a file of `packs/`, a list of real outlets and institutions to begin with. An address
is in one only if it was seen in use in a public list, which its entry names; none could be called
from the machine that the lists were made on, and an entry says so (`verified`) until somebody has.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from monitor.feeds.html_text import plain_title
from monitor.feeds.opml import OpmlFeed
from monitor.feeds.urls import feed_id, host_of, join_url, request_url, shown_url
from monitor.records.errors import FeedError, UsageError
from monitor.records.feed import Feed, FeedKind


def make_feed(
    url: str, *, title: str = "", outlet: str = "", site: str = "", kind: FeedKind = "feed"
) -> Feed:
    """Return the source at `url`; without a `title` the first poll learns its own.

    `feed:` and `feed://` addresses, as browsers hand them over, are understood. Raises `FeedError`
    for what is no http or https URL, has a user name or password, or cannot be followed.
    """
    address = url.strip()
    if address.lower().startswith("feed:"):
        rest = address[5:].removeprefix("//")
        address = rest if rest.lower().startswith(("http://", "https://")) else f"https://{rest}"
    if "://" not in address:
        raise FeedError(f"{shown_url(url)}: not an http or https URL")
    name = "" if title.strip() == url.strip() else plain_title(title)  # an OPML must say something
    asked = request_url(address)
    refuse_closed(asked)
    return Feed(
        id=feed_id(asked),
        url=asked,
        title=name,
        outlet=plain_title(outlet) or name,
        site=join_url(address, site) or "" if site else "",
        kind=kind,
    )


def outline_feed(outline: OpmlFeed) -> Feed:
    """Return the feed of an OPML outline; raises as `make_feed`, and for one that is cut."""
    if outline.problem:
        raise FeedError(f"{shown_url(outline.url)}: {outline.problem}")
    return make_feed(outline.url, title=outline.title, site=outline.site, kind=outline.kind)


def starter_opml() -> str:
    """Return the OPML file that `monitor init` writes: real outlets and organisations."""
    return files("monitor.feeds").joinpath("starter.opml").read_text(encoding="utf-8")


CLOSED = {
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "fb.me": "Facebook",
    "fb.watch": "Facebook",
    "instagram.com": "Instagram",
    "threads.net": "Threads",
    "threads.com": "Threads",
    "twitter.com": "X",
    "x.com": "X",
    "tiktok.com": "TikTok",
    "linkedin.com": "LinkedIn",
    "whatsapp.com": "WhatsApp",
    "t.me": "Telegram",
}
"""Names of services by host; their subdomains are meant too."""


def refuse_closed(url: str) -> None:
    """Raise `FeedError` with what to do instead where `url` is of a closed service."""
    labels = host_of(url).split(".")
    names = (".".join(labels[place:]) for place in range(len(labels)))
    if service := next((CLOSED[name] for name in names if name in CLOSED), None):
        raise FeedError(
            f"{shown_url(url)}: {service} cannot be followed: it has no feeds and shows its posts"
            " only to who is signed in. Look for a web site of the outlet (monitor feeds discover"
            " SITE), or add articles by hand where they are published (monitor articles add URL)"
        )


@dataclass(frozen=True, slots=True)
class PackFeed:
    """A feed of a pack: in which language and by whom, where its address was seen in use.

    `seen` are numbers of files in an index of public code, or names; `verified`: that it answers.
    """

    feed: Feed
    language: str
    by: str
    seen: Sequence[str]
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
        """All feeds of the pack; those of included packs come first, and each feed comes once."""
        included = [each for name in self.others for each in find_pack(name).feeds]
        return tuple({each.feed.id: each for each in (*included, *self.own)}.values())


@cache
def all_packs() -> tuple[Pack, ...]:
    """Return the packs there are, by name."""
    found = []
    for file in files("monitor.feeds").joinpath("packs").iterdir():
        if file.name.endswith(".toml"):
            table = tomllib.loads(file.read_text(encoding="utf-8"))
            own = tuple(
                PackFeed(
                    make_feed(one.pop("url"), title=one.pop("title"), site=one.pop("site")), **one
                )
                for one in table["feed"]
            )
            name, others = file.name.removesuffix(".toml"), tuple(table.get("with", ()))
            found.append(Pack(name, table["title"], table["about"], own, others))
    return tuple(sorted(found, key=lambda pack: pack.name))


def find_pack(name: str) -> Pack:
    """Return the pack called `name`; raises `UsageError` that lists those there are."""
    packs = {pack.name: pack for pack in all_packs()}
    if name not in packs:
        raise UsageError(f"no pack '{name}' (there are: {', '.join(packs)})")
    return packs[name]
