"""Of which countries in a digest nobody knows how well the model finds their articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from monitor.digest.tag_words import CountryName
from monitor.records.article import MEASURED_FROM, Digest, Story
from monitor.text.safe_text import clean

COUNTRIES_SHOWN = 6


def note_unmeasured(digest: Digest, measured: Collection[str] | None, country: str = "") -> Digest:
    """Return the digest with the countries it is about that are not among the `measured` ones.

    These are the desk's own `country`, and those where stories are placed, most stories first.
    `measured` is `None` where the model has no figures by country: then none of them can be told
    apart, which is `None` again unless there is no country to speak of.
    """
    counts: Counter[str] = Counter()
    for story in (*digest.relevant, *digest.borderline):
        counts.update(_places(story))
    ordered = sorted(counts, key=lambda code: (code != country, -counts[code], code))
    named = [country, *ordered] if country and country not in counts else ordered
    if measured is None:
        return replace(digest, unmeasured=None if named else ())
    return replace(digest, unmeasured=tuple(code for code in named if code not in measured))


def unmeasured_words(digest: Digest, country_name: CountryName) -> str:
    """Say once what is not known of the countries of a digest; empty where there is nothing."""
    if digest.unmeasured is None:
        return (
            "How well English articles about single countries are found is not measured: "
            "the model in use has no figures by country"
        )
    names = [clean(country_name(code)) for code in digest.unmeasured]
    if not names:
        return ""
    which = "this country" if len(names) == 1 else "these countries"
    told = ", ".join(names[:COUNTRIES_SHOWN])
    more = f" and {len(names) - COUNTRIES_SHOWN} more" if len(names) > COUNTRIES_SHOWN else ""
    return (
        f"How well English articles about {which} are found is not measured "
        f"(fewer than {MEASURED_FROM} labelled stories): {told}{more}"
    )


def _places(story: Story) -> set[str]:
    """Return where a story says that the exploitation is."""
    return {
        tag.label
        for assessed in story.articles
        for tag in assessed.tags
        if tag.scheme == "place" and tag.role in (None, "exploitation")
    }
