"""Evidence of tags: the words that show why a tag was given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.classify.cue_phrases import Cue, CueTable
from monitor.classify.encoder import EncoderModel
from monitor.classify.features import LEAD_WORDS, Reading
from monitor.records.finding import FieldName, Span
from monitor.records.tag import Tag
from monitor.text.regular_expressions import word_set

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SENTENCES, LONGEST = 4, 40
"""The sentences of a field that are asked about, and their words, where no phrase is evidence."""
SPANS = 3
"""A reader wants the reason, not every repeat of it."""

_SAY_NOTHING = word_set(
    "about after also another because been before being between both could during each ever from "
    "have having here into just made make many more most much must near next once only other over "
    "said same says shall should some such than that their them then there these they this those "
    "through under until upon very were what when where which while will with within without would "
    "your month week year today monday tuesday wednesday thursday friday saturday sunday"
)
"""Words that weigh in a model but tell a reader nothing, with all of under four letters."""

Weights = tuple["NDArray[np.float64]", "NDArray[np.float64]"]
Place = tuple[FieldName, int, int]
"""Words `first` to `last` (exclusive) of a field."""


def cue_spans(
    reading: Reading, wanted: Collection[int], core: frozenset[int], number: int = SPANS
) -> tuple[Span, ...]:
    """Return the best phrases of the `wanted` groups: first, beside a core cue, long; each once."""
    ranked: list[tuple[tuple[int, ...], Place]] = []
    for field, words, cues in reading.fields():
        cored = {words.sentences[c.first]: c.group for c in cues if c.group in core}
        for cue in cues:
            if cue.group in wanted:
                beside = cored.get(words.sentences[cue.first], cue.group) != cue.group
                near = field == "title" or cue.first < LEAD_WORDS
                rank = (-(near + beside), field == "text", cue.first - cue.last, cue.first)
                ranked.append((rank, (field, cue.first, cue.last)))
    ranked.sort(key=lambda item: item[0])
    return in_order(reading, first_apart(reading, (place for _, place in ranked), number))


def first_apart(reading: Reading, ranked: Iterable[Place], number: int) -> list[Place]:
    """Return the first few word ranges that share no words and are not the same words again."""
    chosen: dict[str, Place] = {}
    for field, first, last in ranked:
        if all(f != field or b <= first or last <= a for f, a, b in chosen.values()):
            phrase = " ".join(reading.words(field).words[first:last])
            chosen.setdefault(phrase, (field, first, last))
        if len(chosen) == number:
            break
    return list(chosen.values())


def ruled_tags(scheme: str, groups: Mapping[str, str], told: Reading, cues: CueTable) -> list[Tag]:
    """Return a tag of each label whose cue group (`groups`), if any, has phrases."""
    tags: list[Tag] = []
    for label, name in groups.items():
        group = cues.index.get(name, -1)
        if spans := cue_spans(told, {group}, frozenset()):
            number = sum(cue.group == group for cue in (*told.title_cues, *told.text_cues))
            tags.append(Tag(scheme, label, round(1 - 0.5 ** (number + 1), 4), spans))
    return tags


def heaviest_spans(reading: Reading, weights: Weights, number: int = 1) -> tuple[Span, ...]:
    """Return the telling words that add most to an output, with neighbours that add to it too."""
    places = [
        (float(weight), field, i)
        for (field, words, _), added in zip(reading.fields(), weights, strict=True)
        for i, weight in enumerate(added)
        if weight > 0 and len(words.words[i]) > 3 and words.words[i] not in _SAY_NOTHING
    ]
    places.sort(key=lambda item: (-item[0], item[1] == "text", item[2]))
    chosen: list[Place] = []
    for _, field, at in places[:number]:
        added = weights[0 if field == "title" else 1]
        first, last = at, at + 1
        while first and added[first - 1] > 0 and at - first < 2:
            first -= 1
        while last < len(added) and added[last] > 0 and last - at < 3:
            last += 1
        chosen.append((field, first, last))
    return in_order(reading, chosen)


def best_sentence(reading: Reading, encoder: EncoderModel, head: str, label: int) -> Span | None:
    """Return the sentence, of headline and lead, for which the encoder says a label the most."""
    spans: list[Span] = []
    for field, words, _ in reading.fields():
        numbers = words.sentences
        starts = [i for i, n in enumerate(numbers) if i == 0 or numbers[i - 1] != n]
        ranges = [(a, b) for a, b in pairwise([*starts, len(words)]) if b - a > 2][:SENTENCES]
        spans += [reading.span(field, a, min(b, a + LONGEST)) for a, b in ranges]

    def said(span: Span) -> float:
        words = reading.words(span.field)
        return float(encoder.read(words.text[span.start : span.end])[head][label])

    return max(spans, key=said, default=None)


def telling(reading: Reading, outlet: int, generic: int, standing: int) -> Reading:
    """Return a reading without cues in the outlet's name, `generic` sentences, `standing` text."""
    at_large = generic_sentences(reading, generic)
    body = [c for c in reading.text_cues if reading.text.sentences[c.first] not in at_large]
    head = [cue for cue in reading.title_cues if cue.last <= outlet]
    told: list[list[Cue]] = []
    for cues in (head, body):
        taken = {at for cue in cues if cue.group == standing for at in range(cue.first, cue.last)}
        told.append([c for c in cues if not taken.issuperset(range(c.first, c.last))])
    return Reading(reading.title, reading.text, *told)


def generic_sentences(reading: Reading, generic: int) -> set[int]:
    """Return the sentences of the text that speak of trafficking at large."""
    return {reading.text.sentences[c.first] for c in reading.text_cues if c.group == generic}


def in_order(reading: Reading, chosen: Iterable[Place]) -> tuple[Span, ...]:
    """Return word ranges as spans, headline first."""
    ordered = sorted(chosen, key=lambda place: (place[0] == "text", place[1]))
    return tuple(reading.span(*place) for place in ordered)


def is_unmeasured(label: str, few: Collection[str], measured: Collection[str]) -> bool:
    """Whether a label is among those with too `few` examples; `*`: all but those `measured`."""
    return label in few or ("*" in few and label not in measured)
