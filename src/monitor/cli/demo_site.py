"""The demo's outlets and articles, as data: what `data/articles/*.yaml` holds."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

DATA = Path(__file__).resolve().parent / "demo_data"

Kind = Literal["relevant", "borderline", "negative"]
FeedFormat = Literal["rss1", "rss2", "atom", "json"]


@dataclass(frozen=True, slots=True)
class Article:
    """One invented article and what a desk should make of it.

    `form`, `response` and `place` (where the exploitation happened, or what the policy concerns)
    are filled for relevant articles only; `copy_of` names an agency story as `outlet/slug`.
    """

    slug: str
    path: str
    headline: str
    summary: str
    paragraphs: tuple[str, ...]
    published: datetime
    author: str
    country: str
    kind: Kind
    strong_term: bool
    note: str
    form: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    copy_of: str = ""

    @property
    def text(self) -> str:
        """Everything a reader sees of it: headline, summary, body."""
        return "\n\n".join((self.headline, self.summary, *self.paragraphs))


@dataclass(frozen=True, slots=True)
class Listing:
    """An article of another outlet that a feed lists too, under a query of its own."""

    article: str
    query: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet: its house style and its articles, newest first."""

    id: str
    name: str
    tagline: str
    country: str
    language: str
    feed: FeedFormat
    path: str
    full_text: bool
    date_format: str
    moved_from: str
    also_lists: tuple[Listing, ...]
    articles: tuple[Article, ...]

    @property
    def feed_path(self) -> str:
        """Where the feed is served."""
        return f"/{self.id}/{self.path}"


def load_outlets(directory: Path = DATA / "articles") -> tuple[Outlet, ...]:
    """Read every outlet, ordered by id."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe")
    return tuple(_outlet(yaml.load(path)) for path in sorted(directory.glob("*.yaml")))


def _outlet(record: Mapping[str, Any]) -> Outlet:
    fields = dict(record)
    article_path = f"/{fields['id']}/{fields.pop('article_path')}"
    articles = [_article(article, article_path) for article in fields.pop("articles")]
    listings = tuple(Listing(**listing) for listing in fields.pop("also_lists", ()))
    return Outlet(
        **{"moved_from": "", **fields},
        also_lists=listings,
        articles=tuple(sorted(articles, key=lambda a: a.published, reverse=True)),
    )


def _article(record: Mapping[str, Any], article_path: str) -> Article:
    fields = dict(record)
    published = datetime.fromisoformat(fields.pop("published"))
    paragraphs = tuple(p.strip() for p in fields.pop("body").strip().split("\n\n"))
    number = 20_000_000 + zlib.crc32(fields["slug"].encode()) % 1_000_000
    path = article_path.format(slug=fields["slug"], published=published, number=number)
    for name in ("form", "response", "place", "origin"):
        fields[name] = tuple(fields.get(name, ()))
    return Article(path=path, paragraphs=paragraphs, published=published, **fields)
