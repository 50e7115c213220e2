"""What stands round the news and is not the news: outlets' names, datelines, instruments."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from monitor.classify.word_tokens import Words
from monitor.text.regular_expressions import word_set

_OUTLET = re.compile(r"(?:.*\s)?[|–—-]\s", re.DOTALL)
OUTLET_WORDS = 6
_MONTHS = word_set("jan feb mar apr may jun jul aug sep oct nov dec")
DATELINE_WORDS = 9
_NO_PLACE_IN_IT = word_set("of on the")


def outlet_start(title: str, words: Words) -> int:
    """Return the number of the first word of "- The Daily Post" behind a headline, if any."""
    match = _OUTLET.match(title)
    start = match.end() if match else len(title)
    first = next((i for i, at in enumerate(words.starts) if at >= start), len(words))
    return first if first > 0 and len(words) - first <= OUTLET_WORDS else len(words)


def dateline_end(text: str, words: Words) -> int:
    """Return how many words the dateline has: "ACCRA, Nov 3 (GNA) -", "KATHMANDU:", "DILI. "."""
    end = 0
    for at in range(min(len(words), DATELINE_WORDS)):
        start, stop = words.starts[at], words.ends[at]
        if not (text[start].isupper() or text[start].isdigit() or text[start - 1] == "("):
            break
        after = text[stop : words.starts[at + 1]] if at + 1 < len(words) else ""
        if after.startswith(":") or (after[1:] and after.strip(" )") in ("-", "–", "—")):
            return at + 1
        if "\n" in after:
            break
        shouted = text[words.starts[0] : words.ends[0]].isupper() and words.ends[0] > 3
        if shouted and after.startswith(". "):
            return at + 1
        month, day = words.words[at + 1 : at + 2], words.words[at + 2 : at + 3]
        if month and month[0][:3] in _MONTHS and day and day[0].isdigit():
            # "COLOMBO, Feb 20" needs no sign behind it
            end = at + 1
    return end


def is_instrument(text: str, words: Words, last: int, instruments: AbstractSet[str]) -> bool:
    """Tell a place from an instrument or process named after it: "Rabat Process", "Bali Process".

    What it is called must be written with a capital and touch the name.
    """
    if last >= len(words) or words.starts[last] - words.ends[last - 1] != 1:
        return False
    return words.words[last] in instruments and text[words.starts[last]].isupper()


def is_paper(text: str, words: Words, first: int, last: int, papers: AbstractSet[str]) -> bool:
    """Tell "Bangkok" and the "Bangkok Post", "India" and the "Times of India"."""
    for at in (last, last + 1):
        if at >= len(words) or words.starts[at] - words.ends[at - 1] != 1:
            break
        if not text[words.starts[at]].isupper():
            break
        if words.words[at] in papers:
            return True
    return (
        first > 1
        and words.words[first - 1] in _NO_PLACE_IN_IT
        and words.words[first - 2] in papers
        and text[words.starts[first - 2]].isupper()
    )
