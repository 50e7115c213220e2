"""What of an article the encoder reads: headline and lead, and a later passage where cues stand.

The first window is where a newsroom puts its subject. A long article gets one more, at the
densest stretch of cues behind it, so that a case reported in paragraph 20 is seen; a window
begins with the headline, as every text did that the encoder learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.classify.cue_phrases import Cue, CueTable
from monitor.classify.features import Reading

TITLE_CHARS = 200
WINDOW_WORDS = 150
"""About what 256 tokens hold beside the headline."""
TERM_POINTS = 2
ENOUGH = 3
"""Points that make a stretch worth reading: the term and another cue, or three cues."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the text, from code point `start`, with `points` for its cues."""

    start: int
    points: int


def window(title: str, passage: str) -> str:
    """Return the text of a window: the headline, and a passage that the tokenizer cuts."""
    return f"{title[:TITLE_CHARS]}\n{passage}"


def later_stretch(reading: Reading, cues: CueTable, seen: int) -> Stretch | None:
    """Return the densest stretch of cues that begins at or after code point `seen`, if any.

    Points: one for each cue group of means, purpose or victims, `TERM_POINTS` for the term.
    """
    terms = cues.of_kind("term")
    core = terms | cues.of_kind("means", "purpose", "victim")
    starts = reading.text.starts
    later = [cue for cue in reading.text_cues if cue.group in core and starts[cue.first] >= seen]
    best: tuple[int, int] | None = None
    for at, cue in enumerate(later):
        points = _points(later, at, terms)
        if points >= ENOUGH and (best is None or points > best[0]):
            best = (points, cue.first)
    if best is None:
        return None
    return Stretch(starts[_sentence_start(reading.text.sentences, best[1])], best[0])


def _points(cues: Sequence[Cue], at: int, terms: frozenset[int]) -> int:
    groups: set[int] = set()
    end = cues[at].first + WINDOW_WORDS
    while at < len(cues) and cues[at].first < end:
        groups.add(cues[at].group)
        at += 1
    return sum(TERM_POINTS if group in terms else 1 for group in groups)


def _sentence_start(sentences: Sequence[int], word: int) -> int:
    while word and sentences[word - 1] == sentences[word]:
        word -= 1
    return word
