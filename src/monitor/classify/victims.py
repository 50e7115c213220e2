"""The gender of the victims as an article tells it: by words for people, never by names.

Ruled: "woman" is a victim where something is done to her, a suspect where she is arrested. A woman
or girl of whom neither is said counts too, a man does not: in these stories men are far more often
those who do it. What is done to "her" or "him" counts as well. The words are cues of the kind
`gender`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.classify.cue_phrases import Cue, CueTable
from monitor.classify.features import Reading
from monitor.classify.tag_evidence import in_order
from monitor.classify.word_tokens import Words
from monitor.records.article import FieldName, Tag
from monitor.text.regular_expressions import word_set

GROUPS = (
    *("women", "women_of_others", "her", "men", "men_of_others", "him", "women_and_men"),
    *("suffering", "accusation"),
)
"""The cue groups this rests on; without them nothing is said."""
_GENDERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("women", "women_of_others", "her"), ("female",)),
    **dict.fromkeys(("men", "men_of_others", "him"), ("male",)),
    "women_and_men": ("female", "male"),
}
_PRONOUNS = ("her", "him")
_ALONE = ("women", "women_and_men")
"""Count where nothing is said of what is done to whom."""
_NEAR = 5
"""So many words may stand between a person and what is done to her."""
_DOER_BEFORE = word_set("by with")
"""Between a verb and people they make them those who do it: "abused by men", "sex with men"."""
_CHARGE = word_set("of for with after over")
"""Between an accusation and people they begin what the charge is: "charged with selling girls"."""
_OBJECT = word_set(
    "a an the her him them his their two three four five six seven eight nine ten several dozens "
    "women woman girl girls boys men minor minors child children teen teens teenage teenagers "
    "victim victims people young underage others"
)
"""After a verb they are its object: who stands before it is no victim but does it."""
_SPANS = 3
Part = Literal["suffers", "does", "neither"]


@dataclass(frozen=True, slots=True)
class _Told:
    """Words `first` to `last` (exclusive) of a field that tell of a victim's gender."""

    gender: str
    sure: bool
    field: FieldName
    first: int
    last: int


def find_gender(reading: Reading, cues: CueTable) -> Tag | None:
    """Return whether the victims are told as female, male or both; `None` where neither."""
    if not cues.index.keys() >= set(GROUPS):
        return None
    told = [
        *_told("title", reading.title, reading.title_cues, cues),
        *_told("text", reading.text, reading.text_cues, cues),
    ]
    female = [each for each in told if each.gender == "female"]
    male = [each for each in told if each.gender == "male"]
    if not told:
        return None
    label = "both" if female and male else "female" if female else "male"
    number = min(map(len, (female, male))) if label == "both" else len(told)
    best = [*_best(female), *_best(male)] if label == "both" else _best(told)
    # of both, one of each before the second of one
    best.sort(key=lambda each: not each.sure)
    spans = in_order(reading, _apart(reading, best))
    return Tag("gender", label, round(1 - 0.5 ** (number + 1), 4), spans)


def _best(told: Sequence[_Told]) -> list[_Told]:
    return sorted(told, key=lambda each: (not each.sure, each.field == "text", each.first))[:_SPANS]


def _apart(reading: Reading, told: Sequence[_Told]) -> list[tuple[FieldName, int, int]]:
    """Return the first few that share no words and are not the same words again."""
    chosen: list[tuple[FieldName, int, int]] = []
    said: set[str] = set()
    for each in told:
        words = reading.title if each.field == "title" else reading.text
        phrase = " ".join(words.words[each.first : each.last])
        apart = all(f != each.field or b <= each.first or each.last <= a for f, a, b in chosen)
        if apart and phrase not in said:
            said.add(phrase)
            chosen.append((each.field, each.first, each.last))
    return chosen[:_SPANS]


def _told(field: FieldName, words: Words, cues: Sequence[Cue], table: CueTable) -> Iterator[_Told]:
    """Yield the words of a field that tell of a victim's gender."""
    number = table.index
    verbs = [c for c in cues if c.group in (number["suffering"], number["accusation"])]
    for cue in cues:
        name = table.groups[cue.group].name
        if name not in _GENDERS:
            continue
        part, verb = ("suffers", cue) if name in _PRONOUNS else _part(words, cue, verbs, number)
        if part == "suffers" or (part == "neither" and name in _ALONE):
            first, last = min(cue.first, verb.first), max(cue.last, verb.last)
            for gender in _GENDERS[name]:
                yield _Told(gender, part == "suffers", field, first, last)


def _part(
    words: Words, person: Cue, verbs: Sequence[Cue], number: Mapping[str, int]
) -> tuple[Part, Cue]:
    """Return the part of a person by the nearest verb of the sentence, and that verb."""
    for verb in sorted(verbs, key=lambda verb: (_gap(person, verb), verb.first)):
        gap = _gap(person, verb)
        if gap > _NEAR:
            break
        if gap < 0 or words.sentences[verb.first] != words.sentences[person.first]:
            continue
        between = words.words[verb.last : person.first]
        if verb.group == number["accusation"]:
            if _CHARGE.isdisjoint(between):
                return "does", verb
            continue
        if verb.first < person.first:
            if _DOER_BEFORE.isdisjoint(between):
                return "suffers", verb
            return "does", verb
        active = words.words[verb.last - 1].endswith("ing") or _is_object(words, verb.last)
        return ("does" if active else "suffers"), verb
    return "neither", person


def _is_object(words: Words, at: int) -> bool:
    return at < len(words) and words.words[at] in _OBJECT


def _gap(one: Cue, other: Cue) -> int:
    """Return how many words stand between two cues, under 0 where they overlap."""
    return max(one.first - other.last, other.first - one.last)
