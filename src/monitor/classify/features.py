"""Features of an article: its words and cues, n-grams, and counts of how cues stand together.

A trafficking story has somebody recruited, held and put to work within a few sentences, so windows
and sentences are looked at too. A feed's snippet carries headlines of other stories: the sentence
with the term is compared with the headline's own words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.classify.cue_phrases import Cue, CueTable
from monitor.classify.word_tokens import WordTokens
from monitor.records.finding import FieldName, Span
from monitor.text.regular_expressions import word_set

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAD_WORDS = 80
"""A lead is the first 80 words of the text: two or three paragraphs of news, a whole snippet."""
FIELDS = ("title", "full")
"""What n-grams are counted in: the headline, and headline and whole text. The lead has no n-grams
of its own: with story counts for it they added nothing (average precision 0.977, 0.978 without)."""
STEP = 30
"""Words from one window to the next; a window is two steps long."""
_COMMON = word_set(
    "with from that this have been were they their after over into about news says said will "
    "more than what when who your local first year years four press former"
)
_STORY = (
    "strongest window, three strongest windows, share of strong windows, strong windows, "
    "windows with the term, most means in a window, most means with a person, "
    "share of windows with two means, purpose and one means, purpose and two means, "
    "purpose and three means, windows with purpose and means, length, term in headline, "
    "term in headline or lead, another trade without the term, headline without core cue, "
    "core cues in headline, term away from headline's words, the same and no core cue in it, "
    "words shared by headline and term's sentence, term in first sentence, "
    "densest sentence away from headline's words, words it shares with headline, "
    "core groups in first sentence, core groups in densest sentence"
)
STORY_NAMES = tuple(_STORY.split(", "))


@dataclass(frozen=True, slots=True)
class Reading:
    """Words and cues of one article."""

    title: WordTokens
    text: WordTokens
    title_cues: list[Cue]
    text_cues: list[Cue]

    def words(self, field: FieldName) -> WordTokens:
        """Return the words of a field."""
        return self.title if field == "title" else self.text

    def fields(self) -> tuple[tuple[FieldName, WordTokens, list[Cue]], ...]:
        """Return name, words and cues of both fields."""
        return ("title", self.title, self.title_cues), ("text", self.text, self.text_cues)

    def span(self, field: FieldName, first: int, last: int) -> Span:
        """Return the span of words `first` to `last` (exclusive) of a field."""
        words = self.words(field)
        return Span(field, words.starts[first], words.ends[last - 1])


def read_article(title: str, text: str, cues: CueTable) -> Reading:
    """Split an article into words and find the cues in it."""
    headline, body = cues.split(title), cues.split(text)
    return Reading(headline, body, cues.find(headline.words), cues.find(body.words))


def opening(text: str, chars: int | None) -> str:
    """Return the first `chars` characters of a text, no word cut in two; `None`: all of it."""
    if chars is None or len(text) <= chars:
        return text
    cut = text[:chars]
    space = cut.rfind(" ")
    return cut[:space] if space > chars // 2 else cut


def field_ngrams(reading: Reading) -> dict[str, list[str]]:
    """Return the n-grams of each of `FIELDS`, repeats included: words and pairs, or longer ones."""
    title = ngrams(reading.title.words, reading.title.longest)
    return {"title": title, "full": title + ngrams(reading.text.words, reading.text.longest)}


def ngrams(words: Sequence[str], longest: int = 2) -> list[str]:
    """Return words, pairs of neighbouring words, and longer runs up to `longest`."""
    grams = [*words, *map("{} {}".format, words, words[1:])]
    for length in range(3, longest + 1):
        grams += map(" ".join, zip(*(words[n:] for n in range(length)), strict=False))
    return grams


class StoryCounter:
    """Turns a `Reading` into numbers; the order of `names` is the order of the numbers."""

    def __init__(self, cues: CueTable) -> None:
        self._groups = len(cues.groups)
        self._term = cues.index["term"]
        self._other = sorted(cues.of_kind("other"))
        self._means = sorted(cues.of_kind("means"))
        self._purpose = sorted({*cues.of_kind("purpose"), cues.index["sold"]})
        self._victim = cues.index["victimhood"]
        self._people = sorted(cues.of_kind("victim"))
        self._core = cues.of_kind("term", "means", "purpose") | {self._victim}
        places = ("headline", "lead", "whole", "density")
        counted = (f"{group.name}, {where}" for where in places for group in cues.groups)
        self.names: tuple[str, ...] = (*counted, *STORY_NAMES)

    def count(self, reading: Reading) -> NDArray[np.float64]:
        """Return one number for each of `names`."""
        import numpy as np

        counts = np.zeros((3, self._groups))
        for cue in reading.title_cues:
            counts[0, cue.group] += 1
        for cue in reading.text_cues:
            counts[1 if cue.first < LEAD_WORDS else 2, cue.group] += 1
        title, lead, whole = counts[0], counts[1], counts.sum(0)
        number = max(1, -(-len(reading.text) // STEP))
        seen = np.zeros((number, self._groups), dtype=bool)
        seen[0] = title > 0
        for cue in reading.text_cues:
            window = cue.first // STEP
            seen[max(0, window - 1) : window + 1, cue.group] = True
        term = seen[:, self._term]
        other = seen[:, self._other].any(1)
        purpose = seen[:, self._purpose].any(1)
        means = seen[:, self._means].sum(1)
        people = seen[:, self._people].any(1)
        strength = 2.0 * term + means + purpose + 0.5 * seen[:, self._victim]
        strength -= 1.5 * (other & ~term)
        top = np.sort(np.append(strength, (0.0, 0.0)))[::-1]
        strong = strength >= 3
        both = purpose & (means >= 1)
        story = [
            float(strength.max()),
            float(top[:3].mean()),
            float(strong.mean()),
            float(np.log1p(strong.sum())),
            float(np.log1p(term.sum())),
            float(means.max()),
            float(((means + purpose) * people).max()),
            float((means >= 2).mean()),
            float(both.any()),
            float((purpose & (means >= 2)).any()),
            float((purpose & (means >= 3)).any()),
            float(np.log1p(both.sum())),
            np.log1p(len(reading.text)) / 5,
            float(title[self._term] > 0),
            float(title[self._term] + lead[self._term] > 0),
            float(whole[self._other].sum() > 0 and whole[self._term] == 0),
            *self._headline(reading),
        ]
        logs = np.log1p(np.concatenate([title, lead, whole]))
        length = len(reading.title) + len(reading.text)
        return np.concatenate([logs, whole / (length + STEP) * STEP, story])

    def _headline(self, reading: Reading) -> list[float]:
        """Compare the headline with the sentences that speak of trafficking."""
        own = {w for w in reading.title.words if len(w) > 3 and w not in _COMMON}
        words, numbers = reading.text.words, reading.text.sentences

        def shared_with(sentence: int) -> int:
            first, last = bisect_left(numbers, sentence), bisect_right(numbers, sentence)
            return len(own.intersection(words[first:last]))

        core = sum(cue.group in self._core for cue in reading.title_cues)
        in_title = any(cue.group == self._term for cue in reading.title_cues)
        term = {numbers[cue.first] for cue in reading.text_cues if cue.group == self._term}
        shared = max(map(shared_with, term), default=0)
        by_sentence: dict[int, set[int]] = {}
        for cue in reading.text_cues:
            if cue.group in self._core:
                by_sentence.setdefault(numbers[cue.first], set()).add(cue.group)
        densest = max(by_sentence, key=lambda s: len(by_sentence[s]), default=None)
        common = 0 if densest is None else shared_with(densest)
        away = bool(term) and shared == 0
        return [
            float(core == 0),
            float(min(core, 4)),
            float(away and not in_title),
            float(away and core == 0),
            float(min(shared, 4)),
            float(0 in term),
            float(densest is not None and core == 0 and common == 0),
            float(min(common, 4)),
            float(len(by_sentence.get(0, ()))),
            float(max(map(len, by_sentence.values()), default=0)),
        ]
