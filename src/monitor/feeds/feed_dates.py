"""Date parsing: ISO 8601, RFC 822, and RFC 822 with the month in another language.

feedparser reads the first two, and of the third only what begins like an English month: it takes
Finnish "marras" (November) for March. The names come from CLDR through Babel: 8 ms for a language
when first asked. A name that means different months in different languages is read in the feed's
own or not at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import product

from monitor.feeds.feed_entry import plausible_date

_LANGUAGES = tuple(
    "es pt de fr it nl ca gl eu ro pl cs sk hu hr sr bs sl mk bg ru uk be el tr sq fi et lv lt "  # noqa: SIM905 - a list of codes reads best as words
    "sv da nb nn is ga cy ar fa he ur hi bn ta si ne th vi id ms fil sw af".split()
)
"""Whose month names are known whatever language the feed says it is in."""
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_ENGLISH = {name: {n} for n, month in enumerate(_MONTHS, 1) for name in (month, month[:3])}
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


def read_date(written: str, language: str | None = None) -> datetime | None:
    """Return the UTC moment that `written` names in a feed of `language` (ISO 639-1), or `None`."""
    if len(written) > _MAX_CHARS:
        return None
    with suppress(ValueError):
        return plausible_date(datetime.fromisoformat(written.strip()))
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        rfc822 = in_english(written, language) or written
        return plausible_date(parsedate_to_datetime(rfc822.strip()))
    return None


def in_english(written: str, language: str | None = None) -> str | None:
    """Return a date whose month is named in another language in the form of RFC 822.

    `None` where it has no such month (or an English one), "" where the name could be two months.
    """
    match = _NAMED.search(" ".join(written[:_MAX_CHARS].split()))
    if match is None:
        return None
    word, months = match["month"] or match["month2"], set[int]()
    name = _plain(word)
    for asked in () if word.lower() in _ENGLISH else ("en", language, "all"):
        names = _names_of(asked) if asked else {}  # whole and short, before what begins one
        begun = (these for full, these in names.items() if full.startswith(name))
        months = names.get(name) or (set[int]().union(*begun) if len(name) >= 3 else set())
        if months:
            break
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


def _plain(word: str) -> str:
    """Return a name without case, accents and dots: they are what is left out most."""
    letters = unicodedata.normalize("NFKD", word.casefold().replace(".", ""))
    return "".join(c for c in letters if unicodedata.category(c) != "Mn").strip("’'")


@cache
def _names_of(language: str) -> Mapping[str, set[int]]:
    """Return what the month names of a language, or of "all", mean; none where CLDR has not it."""
    if language == "en":
        return _ENGLISH
    from babel import Locale, UnknownLocaleError

    found: defaultdict[str, set[int]] = defaultdict(set)
    if language == "all":
        for table in map(_names_of, _LANGUAGES):
            for name, months in table.items():
                found[name] |= months
        for name, month in _VARIANTS.items():
            found[name].add(month)
        return found
    with suppress(UnknownLocaleError, ValueError):
        locale = Locale.parse(language)
        for context, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, written in locale.months[context][width].items():
                found[_plain(written)].add(number)
    # without a short form that two months share
    return {name: m for name, m in found.items() if len(m) == 1 and not name.isdigit()}
