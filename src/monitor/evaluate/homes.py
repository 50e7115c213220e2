"""In which country the outlet of a labelled article is at home, by `data/homes.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from monitor.errors import DataError
from monitor.evaluate.labelled_data import Labelled, is_country

HOMES_FILE = Path(__file__).parent / "data" / "homes.yaml"
_AMERICAN = {"edu", "gov", "mil"}
_OTHER_CODES = {"uk": "GB"}


@dataclass(frozen=True, slots=True)
class Homes:
    """Countries by source and by outlet, and endings of addresses that name none."""

    sources: Mapping[str, str]
    outlets: Mapping[str, str]
    anybody: frozenset[str]


def home_of(row: Labelled) -> str | None:
    """Return the country where the outlet of an article is at home, where that can be told.

    Its source tells it, or else the end of its address, a part of that, or its name.
    """
    homes = load_homes()
    host = _host(row.url) or _host(f"//{row.outlet}")
    named = [*reversed(host.split(".")), "".join(row.outlet.lower().split())]
    return (
        homes.sources.get(row.source)
        or _by_ending(host, homes)
        or next(filter(None, map(homes.outlets.get, named)), None)
    )


@cache
def load_homes(path: Path = HOMES_FILE) -> Homes:
    """Read the file; raises `DataError` naming what is wrong."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        raw = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        outlets = {name: code for code, names in raw["outlets"].items() for name in names}
        homes = Homes(dict(raw["sources"]), outlets, frozenset(raw["anybody"]))
    except (OSError, YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    for code in (*homes.sources.values(), *outlets.values()):
        if not is_country(code):
            raise DataError(f"{path}: '{code}' is no country")
    return homes


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host if "." in host else ""


def _by_ending(host: str, homes: Homes) -> str | None:
    ending = host.rpartition(".")[2]
    if ending in _AMERICAN:
        return "US"
    code = _OTHER_CODES.get(ending, ending.upper())
    return code if ending not in homes.anybody and is_country(code) else None
