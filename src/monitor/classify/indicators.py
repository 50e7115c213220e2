"""The ILO's eleven indicators of forced labour, where an article tells them of its people.

Ruled: there are no labels to learn from but the few that measure it. A phrase counts in a
sentence that speaks of people and not of trafficking at large: a list of warning signs, a
definition or a law is no indicator.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.classify.cue_phrases import Cue, CueTable
from monitor.classify.features import Reading
from monitor.classify.tag_evidence import ruled_tags
from monitor.classify.word_tokens import Words
from monitor.records.article import INDICATORS, FieldName, Tag
from monitor.text.regular_expressions import word_set

GENERIC, STANDING = "generic", "standing"
GROUPS = tuple(f"ilo_{label}" for label in INDICATORS)
"""The cue group of each indicator."""
_PEOPLE = word_set(
    "her him them they she he their his victim victims survivor survivors woman women girl girls "
    "man men boy boys child children teen teens teenager teenagers minor minors worker workers "
    "migrants nationals maid maids fishermen families people persons individuals youths youth "
    "jane john doe detainees labourers laborers employees refugees lankans filipinos indians "
    "nigerians soldiers seekers who us me i we my our daughter daughters son sons mother wife "
    "pickers deckhands housemaids juvenile juveniles students graduates nurses crew patients "
    "helper helpers staffer uyghurs"
)


def find_indicators(reading: Reading, cues: CueTable) -> list[Tag]:
    """Return the indicators of an article, each with its phrases, in the order of `INDICATORS`."""
    told = Reading(
        reading.title,
        reading.text,
        list(_told("title", reading.title, reading.title_cues, cues)),
        list(_told("text", reading.text, reading.text_cues, cues)),
    )
    return ruled_tags("indicator", dict(zip(INDICATORS, GROUPS, strict=True)), told, cues)


def _told(field: FieldName, words: Words, cues: list[Cue], table: CueTable) -> Iterator[Cue]:
    """Yield the indicator cues of sentences that tell of people."""
    wanted, generic = table.of_kind("indicator"), table.index[GENERIC]
    at_large = {words.sentences[cue.first] for cue in cues if cue.group == generic}
    of_people: set[int] = set()
    for word, sentence in zip(words.words, words.sentences, strict=True):
        if word in _PEOPLE:
            of_people.add(sentence)
    for cue in cues:
        sentence = words.sentences[cue.first]
        if cue.group not in wanted or sentence in at_large:
            continue
        if (field == "title" or sentence in of_people) and words.sentences[
            cue.last - 1
        ] == sentence:
            yield cue
