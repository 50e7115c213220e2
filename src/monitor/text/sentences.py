"""Sentence and paragraph segmentation of a shadow text, by rule.

spaCy's parser finds sentences too, at the price of parsing everything; these rules cost 1 % of
that, so that only sentences which could matter are parsed at all. They also know what a parser
trained on clean text does not: hard-wrapped lines, headlines without a full stop, lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

MAX_SENTENCE = 2000
"""Longer "sentences" (tables, text without punctuation) are cut at a comma or space, so that no
input makes one parse arbitrarily long."""

_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(r"[-*\u2022\u2023\u25aa\u25cf\u2014\u2013>#]\s|\(?\d{1,3}[.)]\s|\(?[a-z]\)\s")
_ENDS_SENTENCE = re.compile(r"[.!?\u2026\u3002\uff01\uff1f:][\"')\]]*\Z")
_STOP = re.compile(
    r"[.!?\u2026]++[\"')\]\u201d\u2019]*+(?:\[\d{1,3}\])*+|[\u3002\uff01\uff1f]++[\"')\u300d]*+"
)
_NEXT = re.compile(r"\s*[\"'(\[\u00bf\u00a1*-]*\s*")
_WORD_BEFORE = re.compile(r"[^\s\"'(\[]*\Z")
_NEXT_WORD = re.compile(r"\w+")

# Never the end of a sentence: something that belongs to the word must follow.
_TITLES = word_set(
    "mr mrs ms mx dr prof rev fr hon sir st ste messrs mmes gov lt col gen maj capt cpt cmdr adm "
    "sgt cpl pvt pfc det insp supt supt. dcs dci dsi dc ds pc wpc asp ssp dig dsp ig cst const "
    "sen rep reps sens amb pres sec atty att asst assoc dept dist div exec min vs v cf viz approx "
    "ca eg e.g ie i.e fig figs vol ch op ed eds trans mt ft hrs univ"
)
# Only before a number: "No. 5", "Jan. 3", "Art. 5", "pp. 3-4".
_BEFORE_NUMBERS = word_set(
    "no nos nr art arts sec secs s ss para paras p pp reg cl sch jan feb mar apr jun jul aug sep "
    "sept oct nov dec c approx tel ext"
)
# May end a sentence or stand in it: what follows decides.
_AMBIGUOUS = word_set(
    "u.s u.k u.n e.u u.a.e d.c u.s.a d.r.c a.m p.m inc co corp ltd plc llc bros etc al jr sr esq "
    "ph.d m.d b.a m.a ave blvd rd jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues "
    "wed thu thur thurs fri sat sun"
)
_STARTERS = word_set(
    "the a an he she it they we i you this that these those in on at by for from with when while "
    "after before since during as if but and or so yet however meanwhile although though because "
    "there here his her its their our my police officers prosecutors investigators officials "
    "according many most some several more all two three four five one no not who what where why "
    "how last earlier later then now both another other each"
)


def find_paragraphs(shadow: str) -> tuple[Stretch, ...]:
    """Return the paragraphs in order, without the white space around them.

    A blank line always separates; a single line break does, unless the lines are one text broken
    to a width: the next line goes on in lower case, or no line would have had room for the first
    word of the next.
    """
    paragraphs: list[Stretch] = []
    block: list[Stretch] = []
    for found in _LINE.finditer(shadow):
        start, end = _trim(shadow, *found.span())
        if start == end:
            continue
        if block and shadow.count("\n", block[-1][1], start) > 1:
            paragraphs += _split_block(shadow, block)
            block = []
        block.append((start, end))
    return (*paragraphs, *(_split_block(shadow, block) if block else ()))


def _split_block(shadow: str, lines: list[Stretch]) -> Iterator[Stretch]:
    width = max(end - start for start, end in lines)
    # a writing program broke the lines if each is full up to one width
    wrapped = len(lines) >= 3 and 40 <= width <= 120
    for (start, end), (following, stop) in pairwise(lines) if wrapped else ():
        space = shadow.find(" ", following, stop)
        word = (space if space >= 0 else stop) - following
        wrapped = wrapped and end - start + 1 + word > width
    begin, last = lines[0]
    for start, end in lines[1:]:
        goes_on = shadow[start].islower() and not _ENDS_SENTENCE.search(shadow, last - 3, last)
        if not (wrapped or goes_on) or _BULLET.match(shadow, start):
            yield begin, last
            begin = start
        last = end
    yield begin, last


def find_sentences(shadow: str, paragraphs: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Return the sentences in order; none reaches over a paragraph, none is empty.

    Closing quotes and brackets stay with their sentence; a headline without a full stop is a
    sentence.
    """
    sentences: list[Stretch] = []
    for start, end in paragraphs:
        begin = start
        for found in _STOP.finditer(shadow, start, end):
            stop = found.end()
            if stop < end and _is_end(shadow, start, found.start(), stop, end):
                sentences.extend(_cut(shadow, begin, stop))
                begin = stop
        sentences.extend(_cut(shadow, begin, end))
    return tuple(sentences)


def _is_end(shadow: str, start: int, mark: int, stop: int, end: int) -> bool:
    if shadow[mark] in "\u3002\uff01\uff1f":
        return True
    if not shadow[stop].isspace():
        # a full stop without a space: `the motel.Police said`
        return (
            shadow[mark:stop] == "."
            and mark - start >= 3
            and shadow[mark - 3 : mark].isalpha()
            and shadow[mark - 3 : mark].islower()
            and stop + 2 < end
            and shadow[stop].isupper()
            and (shadow[stop + 1].islower() or shadow[stop + 1] == " ")
            and shadow.find(" ", stop, stop + 14) > 0
        )
    following = _NEXT.match(shadow, stop, end)
    after = following.end() if following else stop
    if after >= end:
        return True
    if shadow[after].islower():
        return False
    return (
        shadow[mark] != "."
        or stop - mark > 1
        or not _is_abbreviated(shadow, start, mark, after, end)
    )


def _is_abbreviated(shadow: str, start: int, mark: int, after: int, end: int) -> bool:
    """Tell whether the full stop at `mark` belongs to the word before it."""
    found = _WORD_BEFORE.search(shadow, max(start, mark - 14), mark)
    word = found[0] if found else ""
    lower = word.lower().strip("-\u2014")
    if lower in _TITLES or (lower in _BEFORE_NUMBERS and shadow[after].isdigit()):
        return True
    following = _NEXT_WORD.match(shadow, after, min(end, after + 20))
    if following is not None and following[0].lower() in _STARTERS:
        return False
    if lower in _AMBIGUOUS:
        return True
    if len(word) == 1 and word.isupper():
        return word != "I"
    return len(word) >= 3 and word[1::2].strip(".") == "" and word[::2].isalpha()


def _cut(shadow: str, start: int, end: int) -> Iterator[Stretch]:
    """Yield the trimmed span, in pieces if it is longer than `MAX_SENTENCE`."""
    start, end = _trim(shadow, start, end)
    while end - start > MAX_SENTENCE:
        limit = start + MAX_SENTENCE
        middle = start + MAX_SENTENCE // 2
        cut = max(shadow.rfind(mark, middle, limit) for mark in ("; ", ", ", "\n"))
        cut = cut if cut > 0 else shadow.rfind(" ", middle, limit)
        cut = cut + 1 if cut > 0 else limit
        first, last = _trim(shadow, start, cut)
        if first < last:
            yield first, last
        start, end = _trim(shadow, cut, end)
    if start < end:
        yield start, end


def _trim(shadow: str, start: int, end: int) -> Stretch:
    while start < end and shadow[start].isspace():
        start += 1
    while end > start and shadow[end - 1].isspace():
        end -= 1
    return start, end
