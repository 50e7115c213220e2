"""Tags by phrases: forms of exploitation, indicators of forced labour, help for victims.

Forms: phrases alone know every deed they list and no other; the encoder alone forgets rare forms.
A form is given where their support and the encoder's log odds are positive together, which measured
better than either. The ILO's indicators and the kinds of help are ruled: there are no labels to
learn from. An indicator counts in a sentence about people, help where none is offered to readers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.classify.cue_phrases import Cue, CueTable
from monitor.classify.features import LEAD_WORDS, Reading
from monitor.classify.tag_evidence import ruled_tags
from monitor.labels.schemes import FORMS, INDICATORS, PROTECTIONS
from monitor.records.tag import Tag
from monitor.text.regular_expressions import word_set

UNSPECIFIED = "unspecified"
NAMED = tuple(form for form in FORMS if form != UNSPECIFIED)
_LABOUR, _HOUSEHOLD = "forced_labour", "domestic_servitude"
ASIDE = -1.0
"""Log odds of forced labour beside domestic servitude that is likelier: of 15 such stories 14 were
labelled with the household alone."""
POINTS_TITLE, POINTS_LEAD = 3, 2
"""A form's phrase counts 3 in the headline, 2 in the lead, 1 elsewhere."""
_OTHER_KINDS = ("sex_by_kind", "crime_online", "crime_on_streets", "babies", "war")
"""Groups of phrases that tell what work people were put to, besides lawful kinds of it."""
WORDS_PER_POINT, MOST_NEEDED = 200, 4
"""Long texts must say it more often: one point per 200 words, between 2 and 4."""
ENOUGH, SOME = 4.0, 2.0
"""Support, in log odds, of phrases with all the points needed, and of any phrase at all."""
GENERIC, STANDING = "generic", "standing"
INDICATOR_GROUPS = {label: f"ilo_{label}" for label in INDICATORS}
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


def form_support(reading: Reading, cues: CueTable) -> dict[str, float]:
    """Return the support of every form with a phrase: `ENOUGH` or `SOME`.

    Who is "forced to work in a brothel" or "to sell her baby" is not in forced labour: general
    words of work do not count inside a phrase of another kind.
    """
    points: dict[str, int] = {}
    for field, _, found in reading.fields():
        kinds = [cue for cue in found if cues.groups[cue.group].name in _OTHER_KINDS]
        for cue in found:
            group = cues.groups[cue.group]
            inside = group.name == "labour" and any(
                k.first <= cue.first and cue.last <= k.last for k in kinds
            )
            if group.form and not inside:
                lead = POINTS_LEAD if cue.first < LEAD_WORDS else 1
                more = POINTS_TITLE if field == "title" else lead
                points[group.form] = points.get(group.form, 0) + more
    needed = max(2.0, min(len(reading.text) / WORDS_PER_POINT, MOST_NEEDED))
    # a second form needs a third of the points of the first
    needed = max(needed, 0.34 * max(points.values(), default=0))
    return {form: ENOUGH if number >= needed else SOME for form, number in points.items()}


def form_odds(support: Mapping[str, float], head: Sequence[float] | None) -> dict[str, float]:
    """Return the log odds of each form but `unspecified`; `head` is the encoder's, by `FORMS`.

    Without an encoder only enough points give a form. Work in a household is told in words of work:
    beside a likelier domestic servitude they give no forced labour.
    """
    said = [-3.0] * len(FORMS) if head is None else head
    odds = {form: support.get(form, 0.0) + float(said[FORMS.index(form)]) for form in NAMED}
    if 0 <= odds[_LABOUR] < odds[_HOUSEHOLD]:
        odds[_LABOUR] = ASIDE
    return odds


def find_indicators(reading: Reading, cues: CueTable) -> list[Tag]:
    """Return the indicators that sentences about people tell, in the order of `INDICATORS`."""
    wanted, generic = cues.of_kind("indicator"), cues.index[GENERIC]
    told: list[list[Cue]] = []
    for field, words, found in reading.fields():
        sentence = words.sentences
        at_large = {sentence[cue.first] for cue in found if cue.group == generic}
        pairs = zip(words.words, sentence, strict=True)
        of_people = {number for word, number in pairs if word in _PEOPLE}
        told.append(
            [
                cue
                for cue in found
                if cue.group in wanted
                and sentence[cue.first] not in at_large
                and sentence[cue.last - 1] == sentence[cue.first]
                and (field == "title" or sentence[cue.first] in of_people)
            ]
        )
    title, text = told
    reading = replace(reading, title_cues=title, text_cues=text)
    return ruled_tags("indicator", INDICATOR_GROUPS, reading, cues)


def find_protection(shown: Reading, cues: CueTable) -> list[Tag]:
    """Return the kinds of help told of, each with its phrases, in the order of `PROTECTIONS`."""
    # a sentence with such a cue offers help to whoever reads it
    group = cues.index.get("help_offered")
    numbers = shown.text.sentences
    offers = {numbers[c.first] for c in shown.text_cues if c.group == group}
    told = [c for c in shown.text_cues if numbers[c.first] not in offers]
    # a model without a cue group never gives its label
    groups = {label: f"help_{label}" for label in PROTECTIONS}
    return ruled_tags("protection", groups, replace(shown, text_cues=told), cues)
