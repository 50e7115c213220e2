"""What countries are called: ISO 3166-1 alpha-2 codes to the names people use."""

from __future__ import annotations

from functools import cache


@cache
def country_name(code: str) -> str:
    """Return the common English name of an ISO 3166-1 alpha-2 `code`, or `code` if it has none."""
    import pycountry

    country = pycountry.countries.get(alpha_2=code)
    if country is None:
        return code
    name, _, front = str(getattr(country, "common_name", country.name)).partition(", ")
    return f"{front.removeprefix('The ')} {name}" if front else name
