"""Names of organisations, laws, operations and charges: words inside them are no breach.

A name is told by a head word among capitals ("Rescue Foundation", "Office for Victims of Crime") or
by a list. Where every word has a capital, as in many headlines, capitals tell nothing: there a name
counts only if it is listed or if the running text of the same draft has it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.records.finding import FieldName
from monitor.rules.compiler import NameSets
from monitor.rules.matching import Draft
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
_ENTITIES = word_set("ORG LAW FAC WORK_OF_ART EVENT PRODUCT")


def is_in_name(draft: Draft, scene: Scene, start: int, end: int) -> bool:
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


def find_proper_names(draft: Draft) -> Mapping[FieldName, Sequence[Stretch]]:
    """Return where names stand, by field; those of NER only where it was run for some rule."""
    found: dict[FieldName, set[Stretch]] = {}
    written: set[str] = set()
    for scene in draft.scenes:
        spans = found[scene.field] = set(_listed(draft.guideline.names, scene))
        spans.update(_entities(scene))
        for name in _headed(draft.guideline.names, scene):
            spans.add(name.span)
            written.update(name.wordings)
    for scene in draft.scenes if written else ():
        found[scene.field].update(_again(scene, written))
    return {field: _joined(spans) for field, spans in found.items()}


def _joined(spans: Iterable[Stretch]) -> list[Stretch]:
    """Return the spans in order; those that overlap are one."""
    joined: list[Stretch] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _listed(names: NameSets, scene: Scene) -> Iterator[Stretch]:
    """Yield names of the list, in capitals, and charges, which are written small."""
    text = scene.view.shadow
    for wordset in names.listed:
        yield from (hit for hit in scene.hits.of(wordset) if text[hit[0]].isupper())
    for wordset in names.offences:
        yield from scene.hits.of(wordset)


def _entities(scene: Scene) -> Iterator[Stretch]:
    """Yield what NER took for a name, where capitals of several words say so too."""
    for base, doc in scene.docs.items():
        for entity in doc.ents:
            start, end = base + entity.start_char, base + entity.end_char
            run = _Run.of(scene.view.shadow, start, end)
            several = len(run.spans) > 1 and run.is_heading
            sentence = scene.sentence_of(start, end) if several else None
            if entity.label_ not in _ENTITIES or sentence is None:
                continue
            if not _Run.of(scene.view.shadow, *scene.sentence_span(sentence)).is_heading:
                yield start, end


def _again(scene: Scene, written: set[str]) -> Iterator[Stretch]:
    """Yield where wordings of names stand within a sentence, also in a headline."""
    text = scene.view.shadow
    ordered = sorted(written, key=lambda wording: (-len(wording), wording))
    listed = "|".join(re.escape(wording).replace(r"\ ", " +") for wording in ordered)
    for match in re.finditer(rf"(?<!\w)(?:{listed})(?!\w)", normalise(text)):
        if text[match.start()].isupper() and scene.sentence_of(*match.span()) is not None:
            yield match.span()


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in running text; `wordings`: itself, and shorter ones that keep the head."""

    span: Stretch
    wordings: tuple[str, ...]


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
        run = _Run.of(text, *scene.sentence_span(sentence))
        if not run.is_heading:
            for head, opens in sorted(heads[sentence]):
                yield from run.name(head, opens=opens)


@dataclass(frozen=True, slots=True)
class _Run:
    """The words of a stretch of text."""

    text: str
    spans: tuple[Stretch, ...]

    @classmethod
    def of(cls, text: str, low: int, high: int) -> _Run:
        return cls(text, tuple(found.span() for found in _WORD.finditer(text, low, high)))

    @property
    def is_heading(self) -> bool:
        """Whether all words have capitals, save those that a headline writes small."""
        return not any(
            self.text[start].islower()
            and self.text[start:end] not in _SMALL
            and self.text[start - 1 : start] not in ("-", "'")
            for start, end in self.spans
        )

    def name(self, head: Stretch, *, opens: bool) -> Iterator[_Name]:
        """Yield the name that has this head, if capitals stand beside it."""
        at = bisect_left(self.spans, head[:1])
        last = bisect_left(self.spans, (head[1],)) - 1
        if self.spans[at][0] != head[0]:
            return
        first = at if opens else self._back(at)
        until = self._on(last, leads=opens)
        if until == last and (opens or first == at):
            return
        end = self.spans[until][1] if until > last else head[1]
        begins = (self.spans[n][0] for n in range(first, at + 1) if self._capital(n))
        wordings = [self.text[start:end] for start in begins if until > last or start < head[0]]
        yield _Name((self.spans[first][0], end), tuple(map(key_of, wordings)))

    def _back(self, at: int) -> int:
        """Return the word with which a name begins that has its head at a word.

        A word that begins a sentence has its capital from there: it counts right before capitals.
        """
        first = at
        for n in range(at - 1, max(-1, at - 1 - MAX_WORDS), -1):
            joins = self._word(n) in _JOINING and self._word(n) != "the"
            if not self._touches(n) or not (self._capital(n) or joins):
                break
            if self._capital(n) and not (self._begins(n) and self._word(n + 1) in _JOINING):
                first = n
        return first

    def _on(self, last: int, *, leads: bool) -> int:
        """Return the last word of a name: it goes on after "of", "for" or "against"."""
        until = last
        for n in range(last + 1, min(len(self.spans), last + 1 + MAX_WORDS)):
            joins = self._word(n).lower() in (_JOINING if until > last else _LEADING)
            if not self._touches(n - 1) or not (self._capital(n) or joins):
                break
            if n == last + 1 and not (joins or leads):
                break
            if self._capital(n):
                until = n
        return until

    def _word(self, n: int) -> str:
        return self.text[slice(*self.spans[n])]

    def _capital(self, n: int) -> bool:
        word = self._word(n)
        small = _SMALL if self._begins(n) else _SMALL - _JOINING
        return word[0].isupper() and word.lower() not in small

    def _begins(self, n: int) -> bool:
        start = self.spans[n][0]
        return n == 0 or self.text[start - 1] in "\"'" or self.text[start - 2 : start] == ": "

    def _touches(self, n: int) -> bool:
        """Whether a space, break or hyphen is all that stands between a word and the next."""
        return self.text[self.spans[n][1] : self.spans[n + 1][0]] in (" ", "  ", "\n", "-")
