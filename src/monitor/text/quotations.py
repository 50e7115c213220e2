"""Whose words are these: attributed speech, scare quotes, and words named as words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from monitor.text import named_words
from monitor.text import speaker_attribution as speech
from monitor.text.antecedents import Antecedents
from monitor.text.normalised_text import Shadow
from monitor.text.quote_marks import Pair, find_pairs
from monitor.text.spans import Stretch

QuotationKind = Literal["attributed", "scare", "mention"]
SCARE_WORDS = 4
"""A quotation of more words is somebody's speech even if nobody is named."""
_WINDOW = 300
_LEAST_WINDOW = 60
_ALL_WINDOWS = 600_000
"""Characters read before a quotation for its speaker: an ordinary text has room for all; one with
ten thousand quotations is no text, and shares what there is, so that it takes no minutes."""
_PARAGRAPHS_BETWEEN = 1
"""A caption or one more paragraph may stand between speech and speech that goes on."""
_BLANK = "\ue000"
_WORD = re.compile(r"[\w][\w'-]*")
_SPOKEN = re.compile(r"[,.!?\u2026\u2014-]\s*\Z")
_CUT = re.compile(r"[,?!]['\s]*\Z")
_BROKEN = re.compile(r"(?:[,;:\u2014-]|\b(?:and|but|or|that|adding|as))\s*\Z")
_ASIDE = re.compile(r"\s*[\u2014-].{1,40}[\u2014-]\s*\Z")
_FULL = re.compile(r"[.!?\u2026][\"']*\Z")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of the shadow text, inside its marks.

    `attributed` is somebody's speech, with the speaker where it can be told; `scare` the writer's
    own voice at arm's length; `mention` a word named as a word, with or without marks. A pronoun
    as speaker is resolved to the person it stands for, and `speaker_span` leads there;
    `source_span` is where the words at the quotation say who speaks: the pronoun's own place.
    """

    start: int
    end: int
    kind: QuotationKind
    speaker: str | None = None
    speaker_span: Stretch | None = None
    source_span: Stretch | None = None


def find_quotations(
    shadow: Shadow, sentences: Sequence[Stretch], paragraphs: Sequence[Stretch]
) -> tuple[Quotation, ...]:
    """Return the quotations and mentions of a text, in order of their start."""
    pairs = find_pairs(shadow.marks, paragraphs)
    found = _Classifier(shadow.text, pairs, sentences, paragraphs).classify()
    found = _overrule(found, find_mentions(shadow.text, sentences))
    return tuple(sorted(found, key=lambda q: (q.start, -q.end, q.kind)))


def find_mentions(shadow: str, sentences: Sequence[Stretch]) -> list[Quotation]:
    """Return the sentences that speak about wording, quoted or not, as mentions."""
    return [Quotation(a, b, "mention") for a, b in named_words.find_about_terms(shadow, sentences)]


def _overrule(quotations: list[Quotation], about: list[Quotation]) -> list[Quotation]:
    """Make quotations inside a sentence about wording mentions.

    A quotation that goes on behind the sentence stays what it is, and holds the mention.
    """
    result = list(quotations)
    starts = [quotation.start for quotation in result]
    for mention in about:
        first = bisect_left(starts, mention.start)
        begin = mention.start
        for index in range(first, bisect_left(starts, mention.end)):
            quotation = result[index]
            if quotation.end <= mention.end:
                result[index] = Quotation(quotation.start, quotation.end, "mention")
            elif quotation.start <= mention.start + 2:
                begin = quotation.start
        result.append(replace(mention, start=begin))
    return result


class _Classifier:
    """One pass over the pairs of a text; remembers the last speaker and the last kind."""

    def __init__(
        self,
        text: str,
        pairs: Sequence[Pair],
        sentences: Sequence[Stretch],
        paragraphs: Sequence[Stretch],
    ) -> None:
        self.text = text
        self.pairs = pairs
        self.sentences = sentences
        self.paragraphs = paragraphs
        self.sentence_starts = [start for start, _ in sentences]
        self.paragraph_starts = [start for start, _ in paragraphs]
        self.masked = _mask(text, pairs)
        self.window = min(_WINDOW, max(_LEAST_WINDOW, _ALL_WINDOWS // max(1, len(pairs))))
        self.antecedents = Antecedents(self.masked, sentences, self.sentence_starts)
        self.done: list[tuple[Pair, Quotation]] = []

    def classify(self) -> list[Quotation]:
        outer: tuple[Pair, Quotation] | None = None
        last_of_group: dict[int, Pair] = {pair.group: pair for pair in self.pairs}
        for pair in self.pairs:
            if outer and pair.end <= outer[0].end:
                quotation = self._inside(pair, outer[1])
            elif outer and pair.group == outer[0].group:
                previous = outer[1]
                quotation = replace(previous, start=pair.start, end=pair.end)
                outer = (pair, quotation)
            else:
                quotation = self._classify(pair, last_of_group[pair.group])
                outer = (pair, quotation)
            self.done.append((pair, quotation))
        return [quotation for _, quotation in self.done]

    def _classify(self, pair: Pair, last: Pair) -> Quotation:
        inside = self.text[pair.start : pair.end]
        words = len(_WORD.findall(inside[:400]))
        lead = self._lead(pair.before)
        tail = self._tail(last.after)
        if pair is last and self._is_mention(pair, lead, tail, words):
            return self._quotation(pair, "mention", None)
        if said := self._broken(pair, lead):
            return replace(said, start=pair.start, end=pair.end)
        attribution = self._attribution(pair, last, lead, tail, words)
        if attribution is not None:
            source = attribution.speaker
            speaker = self.antecedents.hear(source) if source else None
            return self._quotation(pair, "attributed", speaker, source)
        if pair is not last or words > SCARE_WORDS or self._stands_alone(pair, lead, words):
            return self._quotation(pair, "attributed", self._floating(pair))
        return self._quotation(pair, "scare", None)

    def _is_mention(self, pair: Pair, lead: int, tail: int, words: int) -> bool:
        if named_words.is_mention(self.masked, lead, (pair.before, pair.after), tail, words=words):
            return True
        if not self.done or words > SCARE_WORDS + 2:
            return False
        previous, quotation = self.done[-1]
        return quotation.kind == "mention" and named_words.chains(
            self.masked, previous.after, pair.before
        )

    def _broken(self, pair: Pair, lead: int) -> Quotation | None:
        """Return the quotation of which this is the next part: `"We", she said, "ran."`."""
        if not self.done:
            return None
        previous, said = self.done[-1]
        if said.kind != "attributed" or previous.after <= lead or not said.speaker_span:
            return None
        between = self.masked[previous.after : pair.before]
        if _ASIDE.match(between):
            return said
        source = said.source_span or said.speaker_span
        within = previous.after <= source[0] and source[1] <= pair.before
        return said if within and _BROKEN.search(between) and speech.is_one(between) else None

    def _attribution(
        self, pair: Pair, last: Pair, lead: int, tail: int, words: int
    ) -> speech.Attribution | None:
        masked = self.masked
        passive = speech.is_passive(masked, lead, pair.before)
        spoken = bool(_SPOKEN.search(self.text, max(last.start, last.end - 3), last.end))
        spoken = spoken or masked[last.after : last.after + 1] == "," or words > SCARE_WORDS
        if spoken or lead == pair.before:
            cut = bool(_CUT.search(self.text, max(last.start, last.end - 3), last.end))
            found = speech.after(masked, last.after, tail, spoken=spoken, passive=passive, cut=cut)
            found = found or speech.before(masked, lead, pair.before)
        else:
            found = speech.before(masked, lead, pair.before)
            found = found or speech.after(masked, last.after, tail, spoken=False, passive=passive)
        found = found or self._signature(pair, last)
        if found is None and not masked[last.after : tail].strip(" .,"):
            found = self._next_sentence(last)
        if found is None and lead == pair.before:
            found = self._colon_above(pair) or self._told_beside(pair, last)
        return found

    def _signature(self, pair: Pair, last: Pair) -> speech.Attribution | None:
        """`"We ran." - Ana Doe, teacher`, in one paragraph or with the name in one of its own."""
        start, end = self._paragraph(last.after - 1)
        if self.masked[last.after : end].strip():
            return speech.signature(self.masked, last.after, end)
        index = bisect_right(self.paragraph_starts, start)
        if self._paragraph(pair.before)[0] != pair.before or index >= len(self.paragraphs):
            return None
        return speech.signature(self.masked, *self.paragraphs[index])

    def _told_beside(self, pair: Pair, last: Pair) -> speech.Attribution | None:
        """`Demonstrators said they want him gone. "We will be back."`, or the other way round.

        Only in one paragraph, with no other speech between, and for a full sentence.
        """
        if not _FULL.search(self.text, max(last.start, last.end - 3), last.end):
            return None
        low, high = self._paragraph(pair.before)
        index = bisect_right(self.sentence_starts, pair.before) - 1
        spoken = self.done[-1][0].after if self.done else 0
        if index > 0 and self.sentences[index - 1][0] >= max(low, spoken):
            return speech.teller(self.masked, *self.sentences[index - 1])
        behind = bisect_right(self.sentence_starts, last.after)
        if spoken > low or behind >= len(self.sentences):
            return None
        start, end = self.sentences[behind]
        beside = start < high and start <= last.after + 2
        return speech.tells_of_itself(self.masked, start, end) if beside else None

    def _next_sentence(self, last: Pair) -> speech.Attribution | None:
        index = bisect_right(self.sentence_starts, last.after)
        if index >= len(self.sentences) or not _FULL.search(
            self.text, max(last.start, last.end - 3), last.end
        ):
            return None
        start, end = self.sentences[index]
        if start >= self._paragraph(last.after - 1)[1] or start > last.after + 2:
            return None
        return speech.leads_with_attribution(self.masked, start, end)

    def _colon_above(self, pair: Pair) -> speech.Attribution | None:
        """`She told reporters:` as a paragraph of its own."""
        index = bisect_right(self.paragraph_starts, pair.before) - 1
        if index <= 0 or self.paragraphs[index][0] != pair.before:
            return None
        start, end = self.paragraphs[index - 1]
        if self.masked[end - 1] != ":":
            return None
        return speech.before(self.masked, max(start, self._lead(end - 1)), end)

    def _stands_alone(self, pair: Pair, lead: int, words: int) -> bool:
        """Tell whether it is a full sentence with nothing around it: speech that goes on."""
        full = bool(_FULL.search(self.text, max(pair.start, pair.end - 3), pair.end))
        return full and lead == pair.before and words > 1 and self.text[pair.start].isupper()

    def _floating(self, pair: Pair) -> Stretch | None:
        """Return the speaker of the quotation before, if that was speech and not far.

        Else it is the person of the sentence beside, in the same paragraph.
        """
        if self.done:
            previous, quotation = self.done[-1]
            here = bisect_right(self.paragraph_starts, pair.before)
            there = bisect_right(self.paragraph_starts, previous.before)
            if here - there <= _PARAGRAPHS_BETWEEN + 1 and quotation.kind == "attributed":
                return quotation.speaker_span
        if self._lead(pair.before) != pair.before:
            return None
        sentence = bisect_right(self.sentence_starts, pair.before) - 1
        return self.antecedents.beside(sentence, *self._paragraph(pair.before))

    def _inside(self, pair: Pair, outer: Quotation) -> Quotation:
        """Classify a quotation inside another: the speaker's, unless the speaker names a word."""
        if outer.kind != "attributed":
            return self._quotation(pair, outer.kind, None)
        words = len(_WORD.findall(self.text[pair.start : pair.end][:400]))
        lead = max(outer.start, pair.before - self.window)
        tail = min(outer.end, pair.after + self.window)
        if named_words.is_mention(self.text, lead, (pair.before, pair.after), tail, words=words):
            return self._quotation(pair, "mention", None)
        return self._quotation(pair, "attributed", outer.speaker_span)

    def _quotation(
        self,
        pair: Pair,
        kind: QuotationKind,
        speaker: Stretch | None,
        source: Stretch | None = None,
    ) -> Quotation:
        name = self.text[speaker[0] : speaker[1]] if speaker else None
        return Quotation(pair.start, pair.end, kind, name, speaker, source)

    def _lead(self, before: int) -> int:
        index = bisect_right(self.sentence_starts, before) - 1
        start = self.sentences[index][0] if index >= 0 else 0
        return max(min(start, before), before - self.window)

    def _tail(self, after: int) -> int:
        index = max(0, bisect_right(self.sentence_starts, after - 1) - 1)
        end = self.sentences[index][1] if self.sentences else after
        return min(max(end, after), after + self.window)

    def _paragraph(self, position: int) -> Stretch:
        return self.paragraphs[max(0, bisect_right(self.paragraph_starts, position) - 1)]


def _mask(text: str, pairs: Sequence[Pair]) -> str:
    """Blank the quotations, marks and all, so that only the writer's own words are searched."""
    pieces: list[str] = []
    last = 0
    for pair in pairs:
        if pair.after <= last:
            continue
        start = max(pair.before, last)
        pieces += [text[last:start], _BLANK * (pair.after - start)]
        last = pair.after
    pieces.append(text[last:])
    return "".join(pieces)
