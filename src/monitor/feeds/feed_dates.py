"""Date parsing: ISO 8601, RFC 822, and RFC 822 with the month in another language.

feedparser reads the first two, and of the third only what begins like an English month: it takes
Finnish "marras" (November) for March. The names come from CLDR through Babel: 8 ms for a language
when first asked, microseconds after. dateparser, weighed too, reads more shapes, but takes 0.5 s
to load, 5 ms a date and four seconds over one that is none, and guesses at 03/04/2026. A name that
means different months in different languages is read in the feed's own or not at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import product

from monitor.feeds.feed_entry import EARLIEST, plausible_date

_LANGUAGES = tuple(
    "es pt de fr it nl ca gl eu ro pl cs sk hu hr sr bs sl mk bg ru uk be el tr sq fi et lv lt "  # noqa: SIM905 - a list of codes reads best as words
    "sv da nb nn is ga cy ar fa he ur hi bn ta si ne th vi id ms fil sw af".split()
)
"""Whose month names are known whatever language the feed says it is in."""
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_ENGLISH = {name: n for n, month in enumerate(_MONTHS, 1) for name in (month, month[:3])}
_VARIANTS = {"mrz": 3, "maerz": 3, "janner": 1, "jaenner": 1, "feber": 2, "setiembre": 9}
"""Spellings in use that CLDR's main locales have not."""
_ZONES = {
    **dict.fromkeys(("WEST", "CET", "MEZ"), "+0100"),
    **dict.fromkeys(("CEST", "MESZ", "EET"), "+0200"),
    **dict.fromkeys(("EEST", "MSK"), "+0300"),
    "BRT": "-0300",
}
"""Zones of the countries whose languages these are; RFC 822 knows the American ones."""
_WORD = r"[^\W\d_](?:[^\W_]|[^\w\s,;:/+()-])*"
_DAY_FIRST = rf"(?P<day>\d{{1,2}})(?:º|er|\.)?[\s,-]+(?:(?:de|di|del|of)\s+)?(?P<month>{_WORD})"
_MONTH_FIRST = r"(?P<month2>" + _WORD + r")\s+(?P<day2>\d{1,2})"
_NAMED = re.compile(
    rf"(?:\A|[\s,])(?:{_DAY_FIRST}|{_MONTH_FIRST}),?[\s,-]+(?:(?:de|del)\s+)?"
    r"(?P<year>\d{4}|\d\d(?!\d))(?P<rest>.*)\Z",
    re.DOTALL,
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2})\s?[:hH.]\s?(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\.\d+)?"
    r"\s*(?P<half>[aApP]\.?\s?[mM]\b)?"
)
_ZONE = re.compile(r"(?P<offset>[+-]\d\d):?(?P<minutes>\d\d)|\b(?P<name>[A-Z]{1,4})\b")
_MAX_CHARS = 100
_COARSE = re.compile(r"(\d{4})(?:-(?:0[1-9]|1[0-2]))?", re.ASCII)


def read_date(written: str, language: str | None = None) -> datetime | None:
    """Return the moment that `written` names, in UTC; `None` where that is none or not certain.

    `language` (ISO 639-1) is the feed's.
    """
    if len(written) > _MAX_CHARS:
        return None
    with suppress(ValueError):
        return plausible_date(datetime.fromisoformat(written.strip()))
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        rfc822 = in_english(written, language) or written
        return plausible_date(parsedate_to_datetime(rfc822.strip()))
    return None


def read_coarse(written: str) -> str:
    """Return the year or month that `written` is, as 2004 or 2004-05; "" where it is neither.

    A day is never made of it: that would be said of the article, and nobody said it.
    """
    match = _COARSE.fullmatch(written.strip())
    return match[0] if match and int(match[1]) >= EARLIEST.year else ""


def in_english(written: str, language: str | None = None) -> str | None:
    """Return a date whose month is named in another language in the form of RFC 822.

    `None` where it has no such month: because it is English already, or no date at all. "" where
    the name could be two months.
    """
    match = _NAMED.search(" ".join(written[:_MAX_CHARS].split()))
    if match is None:
        return None
    months = _months_named(match["month"] or match["month2"], language)
    if not months:
        return None
    if len(months) > 1:
        return ""
    month = _MONTHS[next(iter(months)) - 1][:3].title()
    return f"{match['day'] or match['day2']} {month} {match['year']} {_clock(match['rest'])}"


def _clock(rest: str) -> str:
    """Return time and zone as RFC 822 writes them; midnight, UTC where they are not there."""
    time = _TIME.search(rest)
    if time is None:
        return "00:00:00 +0000"
    hour = int(time["hour"])
    if time["half"]:
        hour = hour % 12 + (12 if time["half"][0] in "pP" else 0)
    offset = "+0000"
    if zone := _ZONE.search(rest, time.end()):
        name = zone["name"]
        offset = _ZONES.get(name, name) if name else zone["offset"] + zone["minutes"]
    return f"{hour:02}:{time['minute']}:{time['second'] or '00'} {offset}"


def _months_named(word: str, language: str | None) -> frozenset[int]:
    """Return the months that `word` can be, none if that is no month or plain English.

    English is asked first, then the feed's language, then all; in each the names and short forms
    before what only begins a name.
    """
    name = _plain(word)
    if word.lower() in _ENGLISH:
        return frozenset()
    own = _names_of(language) if language else {}
    for names in (_ENGLISH, own):
        certain = {known: frozenset((month,)) for known, month in names.items()}
        if months := certain.get(name) or _beginning(name, certain):
            return months
    return _names_of_all().get(name) or _beginning(name, _names_of_all())


def _beginning(name: str, names: Mapping[str, frozenset[int]]) -> frozenset[int]:
    if len(name) < 3:
        return frozenset()
    return frozenset[int]().union(*(m for full, m in names.items() if full.startswith(name)))


def _plain(word: str) -> str:
    """Return a name without case, accents and dots: they are what is left out most."""
    letters = unicodedata.normalize("NFKD", word.casefold().replace(".", ""))
    return "".join(c for c in letters if unicodedata.category(c) != "Mn").strip("’'")


@cache
def _names_of(language: str) -> Mapping[str, int]:
    """Return the month names of a language, whole and short; none of one that CLDR has not.

    Within a language a short form that two months share is left out.
    """
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return {}
    names: dict[str, int] = {}
    shared: set[str] = set()
    for context, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
        for number, written in locale.months[context][width].items():
            name = _plain(written)
            if names.setdefault(name, number) != number:
                shared.add(name)
    return {name: n for name, n in names.items() if name not in shared and not name.isdigit()}


@cache
def _names_of_all() -> Mapping[str, frozenset[int]]:
    """Return what every name means in the languages known."""
    found: dict[str, set[int]] = {}
    for table in (*map(_names_of, _LANGUAGES), _VARIANTS):
        for name, month in table.items():
            found.setdefault(name, set()).add(month)
    return {name: frozenset(months) for name, months in found.items()}
