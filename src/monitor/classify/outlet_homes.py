"""Home countries of outlets; outlet names and datelines that stand around a text.

What a story that names no country is mostly about: the outlet's address says so (".gh",
"bangkokpost"), or its name, which feeds put behind the headline too. Outlets that report on the
whole world say it by the section in the address ("/uk-news/") at best.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from monitor.classify.word_tokens import WordTokens, split_words
from monitor.text.regular_expressions import word_set

_NO_COUNTRY = word_set("co me tv io ai fm ly cc ws to eu la")
"""Endings of two letters that anybody takes."""
_SECOND = word_set("com co org net gov gob ac edu news or go")
_SIGNS = re.compile(r"[^a-z0-9]+")
_ARTICLE = re.compile(r"^(?:the|my|all|daily|news|new)(?=[a-z]{5})")
_NUMBERED = re.compile(r"^((?:[a-z]+-){1,4})\d+$")
_AMERICAN = tuple(
    word_set(
        """athensbannerherald athensmessenger athensnews athensreview berlinjournal bristolherald
    bristolpress cairomessenger lebanondemocrat lebanonreporter limanews limaohio moscowpullman
    naplesdailynews naplesnews onlineathens oxfordeagle palestineherald parisbeacon parisnews
    parispi parispost peruindiana romenewstribune viennatimes warsawtimes"""
    )
)
"""Papers of towns of the US that are called as a place elsewhere, as their names begin."""
SHORTEST = 5
"""Letters of a place's name, or of an outlet's, of which the beginning of a longer one is told."""
_OUTLET = re.compile(r"(?:.*\s)?[|–—-]\s", re.DOTALL)
_MONTHS = word_set("jan feb mar apr may jun jul aug sep oct nov dec")


@dataclass(frozen=True, slots=True)
class Home:
    """An outlet's country, whether it reports on the whole world, and its section's country."""

    country: str | None = None
    world: bool = False
    section: str | None = None


NOWHERE = Home()


@dataclass(frozen=True, slots=True)
class ArticleSource:
    """What is known of where an article comes from, empty where nothing is."""

    url: str = ""
    outlet: str = ""


@dataclass(frozen=True)
class OutletHomes:
    """Outlets' countries, those for the `world`, and `places`: names of countries and cities."""

    homes: Mapping[str, str]
    world: frozenset[str]
    places: Mapping[str, str]

    @cached_property
    def _squeezed(self) -> Mapping[str, str]:
        squeezed = ((_squeeze(name), code) for name, code in self.places.items())
        return {name: code for name, code in squeezed if len(name) >= SHORTEST}

    def home(self, title: str, source: ArticleSource = ArticleSource()) -> Home:
        """Return where the outlet of an article is at home, by address, name and headline."""
        host = path = ""
        with suppress(ValueError):
            address = urlsplit(source.url)
            host, path = (address.hostname or "").removeprefix("www."), address.path
        labels = [_squeeze(label) for label in host.split(".")[:-1] if label not in _SECOND]
        words = split_words(title)
        # the outlet's name behind the headline, if there is one
        behind = title[min(words.starts[outlet_start(words) :], default=len(title)) :]
        names = [*reversed(labels), _squeeze(source.outlet), _squeeze(behind)]
        names = [re.sub(r"(?:com|net|org)$", "", name) or name for name in names if name]
        world = any(self._listed(name, self.world) for name in names)
        ending = host.rpartition(".")[2]
        if len(ending) == 2 and ending not in _NO_COUNTRY and ending.isalpha():
            country: str | None = "GB" if ending == "uk" else ending.upper()
        else:
            country = next(filter(None, map(self._country, names)), None)
        return Home(country, world, self._section(path))

    def _listed(self, name: str, known: frozenset[str] | Mapping[str, str]) -> str | None:
        for start in (name, _ARTICLE.sub("", name)):
            for end in (len(start), *range(len(start) - 1, SHORTEST, -1)):
                if start[:end] in known:
                    return start[:end]
        return None

    def _country(self, name: str) -> str | None:
        if listed := self._listed(name, self.homes):
            return self.homes[listed]
        for start in (name, _ARTICLE.sub("", name)):
            if start.startswith(_AMERICAN):
                return "US"
            for end in range(len(start), SHORTEST - 1, -1):
                if code := self._squeezed.get(start[:end]) or self._squeezed.get(start[-end:]):
                    return code
        return None

    def _section(self, path: str) -> str | None:
        parts = [part for part in path.lower().split("/") if part]
        last = _NUMBERED.match(parts[-1].split("?")[0]) if parts else None
        for section in (*parts[:-1], *([last.group(1)] if last else [])):
            words = [word for word in section.split("-") if word.isalpha()]
            for size in range(min(3, len(words)), 0, -1):
                for at in range(len(words) - size + 1):
                    name = " ".join(words[at : at + size])
                    if name in self.places and (len(name) > 3 or name in ("us", "uk")):
                        return self.places[name]
        return None


def _squeeze(name: str) -> str:
    return _SIGNS.sub("", name.lower())


def outlet_start(words: WordTokens) -> int:
    """Return the number of the first word of "- The Daily Post" behind a headline, if any."""
    match = _OUTLET.match(words.text)
    start = match.end() if match else len(words.text)
    first = next((i for i, at in enumerate(words.starts) if at >= start), len(words))
    return first if first > 0 and len(words) - first <= 6 else len(words)


def dateline_end(words: WordTokens) -> int:
    """Return how many words the dateline has: "ACCRA, Nov 3 (GNA) -", "KATHMANDU:", "DILI. "."""
    text, end = words.text, 0
    shouted = bool(words.ends) and words.written(0, 1).isupper() and words.ends[0] > 3
    for at in range(min(len(words), 9)):
        start = words.starts[at]
        if not (text[start].isupper() or text[start].isdigit() or text[start - 1] == "("):
            break
        after = words.gap(at + 1)
        signed = after.startswith(":") or (after[1:] and after.strip(" )") in ("-", "–", "—"))
        if signed or (shouted and after.startswith(". ") and "\n" not in after):
            return at + 1
        if "\n" in after:
            break
        month, day = words.words[at + 1 : at + 2], words.words[at + 2 : at + 3]
        if month and month[0][:3] in _MONTHS and day and day[0].isdigit():
            # "COLOMBO, Feb 20" needs no sign behind it
            end = at + 1
    return end


def is_paper(words: WordTokens, first: int, last: int, papers: AbstractSet[str]) -> bool:
    """Tell "Bangkok" and the "Bangkok Post", "India" and the "Times of India"."""
    for at in (last, last + 1):
        if len(words.gap(at)) != 1 or not words.is_capital(at):
            break
        if words.words[at] in papers:
            return True
    if first < 2 or words.words[first - 1] not in ("of", "on", "the"):
        return False
    return words.words[first - 2] in papers and words.is_capital(first - 2)
