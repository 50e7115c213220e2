"""Names of organisations, laws, operations and charges: words inside them are no breach.

A name is told by a head word among capitals ("Rescue Foundation", "Office for Victims of Crime") or
by a list. Where every word has a capital, as in many headlines, capitals tell nothing: there a name
counts only if it is listed or if the running text of the same draft has it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.records.finding import FieldName
from monitor.rules.compiler import NameSets
from monitor.rules.matching import OpenDraft
from monitor.text.analysis import Scene
from monitor.text.phrase_search import key_of, normalise
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

MAX_WORDS = 10
"""Words on one side of a head: a longer run of capitals is a heading that ran into the text."""

_WORD = re.compile(r"[^\W\d_][\w']*|\d+|&")
_JOINING = word_set("of and & for the in on to against")
_LEADING = word_set("of for against to")
_SMALL = _JOINING | word_set(
    "a an or nor but as at by from into over with after about before between through than via per "
    "vs amid under up off out"
)
"""Words that a headline in capitals writes small."""
_NEVER_JOINING = _SMALL - _JOINING
_ENTITIES = word_set("ORG LAW FAC WORK_OF_ART EVENT PRODUCT")


def is_in_name(draft: OpenDraft, scene: Scene, start: int, end: int) -> bool:
    """Whether a span lies inside a name, or begins or ends in the middle of one."""
    if draft.names is None:
        draft.names = find_proper_names(draft)
    names = draft.names[scene.field]
    for low, high in names[max(0, bisect_right(names, (start, end)) - 1) :]:
        if low >= end:
            return False
        if start < high and (low < start or end < high or (low, high) == (start, end)):
            return True
    return False


def find_proper_names(draft: OpenDraft) -> Mapping[FieldName, Sequence[Stretch]]:
    """Return where names stand, by field; those of NER only where it was run for some rule.

    Those of the list count in capitals, and charges as they are written, small.
    """
    names = draft.guideline.names
    found: dict[FieldName, set[Stretch]] = {}
    written: set[str] = set()
    for scene in draft.scenes:
        text, hits = scene.view.shadow, scene.hits
        listed = (hit for wordset in names.listed for hit in hits.of(wordset))
        spans = found[scene.field] = {hit for hit in listed if text[hit[0]].isupper()}
        spans.update(*map(hits.of, names.offences))
        spans.update(_entities(scene))
        for span, wordings in _headed(names, scene):
            spans.add(span)
            written.update(wordings)
    joined: dict[FieldName, list[Stretch]] = {}
    for scene in draft.scenes:
        again = _again(scene, written) if written else ()
        apart = joined[scene.field] = []
        for start, end in sorted(found[scene.field].union(again)):
            if apart and start < apart[-1][1]:
                apart[-1] = apart[-1][0], max(end, apart[-1][1])
            else:
                apart.append((start, end))
    return joined


def _entities(scene: Scene) -> Iterator[Stretch]:
    """Yield what NER took for a name, where capitals of several words say so too."""
    for base, doc in scene.docs.items():
        for entity in doc.ents:
            start, end = base + entity.start_char, base + entity.end_char
            run = _read(scene.view.shadow, start, end)
            several = len(run.spans) > 1 and run.is_heading
            sentence = scene.sentence_of(start, end) if several else None
            if entity.label_ not in _ENTITIES or sentence is None:
                continue
            if not _read(scene.view.shadow, *scene.sentence_span(sentence)).is_heading:
                yield start, end


def _again(scene: Scene, written: set[str]) -> Iterator[Stretch]:
    """Yield where wordings of names stand within a sentence, also in a headline."""
    text = scene.view.shadow
    ordered = sorted(written, key=lambda wording: (-len(wording), wording))
    listed = "|".join(re.escape(wording).replace(r"\ ", " +") for wording in ordered)
    for match in re.finditer(rf"(?<!\w)(?:{listed})(?!\w)", normalise(text)):
        if text[match.start()].isupper() and scene.sentence_of(*match.span()) is not None:
            yield match.span()


_Name = tuple[Stretch, list[str]]
"""Where a name stands in running text; its wordings: itself, and shorter ones with the head."""


def _headed(names: NameSets, scene: Scene) -> Iterator[_Name]:
    """Yield names told by a head word; nothing in sentences that have capitals everywhere."""
    text = scene.view.shadow
    heads: defaultdict[int, set[tuple[Stretch, bool]]] = defaultdict(set)
    for opens, wordsets in enumerate((names.heads, names.openings)):
        for start, end in (hit for wordset in wordsets for hit in scene.hits.of(wordset)):
            sentence = scene.sentence_of(start, end)
            if sentence is not None and text[start].isupper() and not text[start:end].isupper():
                heads[sentence].add(((start, end), bool(opens)))
    for sentence in sorted(heads):
        run = _read(text, *scene.sentence_span(sentence))
        if not run.is_heading:
            found = (_name(run, head, opens=opens) for head, opens in sorted(heads[sentence]))
            yield from filter(None, found)


@dataclass(frozen=True, slots=True)
class _Run:
    """The words of a stretch of text.

    `is_heading`: all have capitals, save those that a headline writes small. `begins`: the word
    stands where a sentence does. `touches`: a space, break or hyphen is all that stands between it
    and the next one.
    """

    text: str
    spans: list[Stretch]
    words: list[str]
    is_heading: bool
    begins: list[bool]
    capital: list[bool]
    touches: list[bool]


def _read(text: str, low: int, high: int) -> _Run:
    spans = [found.span() for found in _WORD.finditer(text, low, high)]
    words = [text[start:end] for start, end in spans]
    small = any(
        word[0].islower() and word not in _SMALL and text[start - 1 : start] not in ("-", "'")
        for word, (start, _) in zip(words, spans, strict=True)
    )
    begins = [
        n == 0 or text[start - 1] in "\"'" or text[start - 2 : start] == ": "
        for n, (start, _) in enumerate(spans)
    ]
    capital = [
        word[0].isupper() and word.lower() not in (_SMALL if first else _NEVER_JOINING)
        for word, first in zip(words, begins, strict=True)
    ]
    touches = [
        text[end:start] in (" ", "  ", "\n", "-") for (_, end), (start, _) in pairwise(spans)
    ]
    return _Run(text, spans, words, not small, begins, capital, touches)


def _name(run: _Run, head: Stretch, *, opens: bool) -> _Name | None:
    """Return the name that has this head, if capitals stand beside it.

    A word that begins a sentence has its capital from there: it counts right before capitals. A
    name goes on after "of", "for" or "against".
    """
    spans, words, capital = run.spans, run.words, run.capital
    at = bisect_left(spans, head[:1])
    last = bisect_left(spans, (head[1],)) - 1
    if spans[at][0] != head[0]:
        return None
    first, until = at, last
    for n in range(at - 1, max(-1, at - 1 - MAX_WORDS), -1) if not opens else ():
        joins = words[n] in _JOINING and words[n] != "the"
        if not run.touches[n] or not (capital[n] or joins):
            break
        if capital[n] and not (run.begins[n] and words[n + 1] in _JOINING):
            first = n
    for n in range(last + 1, min(len(spans), last + 1 + MAX_WORDS)):
        joins = words[n].lower() in (_JOINING if until > last else _LEADING)
        if not run.touches[n - 1] or not (capital[n] or joins):
            break
        if n == last + 1 and not (joins or opens):
            break
        if capital[n]:
            until = n
    if until == last and (opens or first == at):
        return None
    end = spans[until][1] if until > last else head[1]
    begins = (spans[n][0] for n in range(first, at + 1) if capital[n])
    wordings = [run.text[start:end] for start in begins if until > last or start < head[0]]
    return (spans[first][0], end), list(map(key_of, wordings))
