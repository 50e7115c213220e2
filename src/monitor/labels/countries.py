"""ISO 3166 countries and ISO 639 languages: codes, checked, and English names."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache

from monitor.records.errors import UsageError

_COMMON_MISTAKES: Mapping[str, str] = {"UK": "GB", "EL": "GR"}
"""Reserved codes that people use; they are not those of the standard."""


@cache
def country_name(code: str) -> str:
    """Return the common English name of an ISO 3166-1 alpha-2 `code`, or `code` if it has none."""
    import pycountry

    country = pycountry.countries.get(alpha_2=code)
    if country is None:
        return code
    name, _, front = str(getattr(country, "common_name", country.name)).partition(", ")
    return f"{front.removeprefix('The ')} {name}" if front else name


@cache
def alpha_3(code: str) -> str:
    """Return the ISO 3166-1 alpha-3 code of an alpha-2 `code`, "" where there is none."""
    import pycountry

    country = pycountry.countries.get(alpha_2=code)
    return "" if country is None else str(country.alpha_3)


@cache
def country_codes() -> tuple[str, ...]:
    """Return all codes of ISO 3166-1 alpha-2, sorted."""
    import pycountry

    return tuple(sorted(country.alpha_2 for country in pycountry.countries))


@cache
def language_name(code: str) -> str:
    """Return the English name of an ISO 639 `code` of two or three letters, or `code` itself."""
    import pycountry

    language = pycountry.languages.get(**{"alpha_2" if len(code) == 2 else "alpha_3": code})
    return code if language is None else language.name.partition(" (")[0].removeprefix("Modern ")


def parse_country(value: str) -> str:
    """Return an ISO 3166-1 alpha-2 code in capitals; raises `UsageError` naming what is none."""
    import pycountry

    code = value.strip().upper()
    if len(code) == 2 and pycountry.countries.get(alpha_2=code):
        return code
    meant = _COMMON_MISTAKES.get(code)
    with suppress(LookupError):  # a name, or a longer code
        meant = meant or pycountry.countries.lookup(value.strip()).alpha_2
    hint = f" ({country_name(meant)} is {meant})" if meant else " such as GH or TH"
    raise UsageError(f"'{value}' is no ISO 3166-1 alpha-2 country code{hint}")
