"""Which help for victims an article tells of: shelter, return, compensation, residence, impunity.

Ruled, like the indicators: there are few labels to learn from. A phrase counts where the sentence
neither advises nor defines: a list of services or a helpline's notice tells of no help. The
phrases are cues of the kind `protection`, a group for each label.
"""

from __future__ import annotations

from monitor.classify.cues import CueTable
from monitor.classify.evidence import cue_spans
from monitor.classify.reading import Reading
from monitor.types import PROTECTIONS, Tag

GROUPS = tuple(f"help_{label}" for label in PROTECTIONS)
"""The cue group of each label; a model without one never gives that label."""
OFFERED = "help_offered"
"""A sentence with such a cue offers help to whoever reads it."""


def find_protection(shown: Reading, cues: CueTable) -> list[Tag]:
    """Return the kinds of help told of, each with its phrases, in the order of `PROTECTIONS`.

    `shown` has only cues that can be evidence: none of definitions and standing text.
    """
    told = _without_offers(shown, cues)
    tags: list[Tag] = []
    for label, name in zip(PROTECTIONS, GROUPS, strict=True):
        if name not in cues.index:
            continue
        group = cues.index[name]
        spans = cue_spans(told, {group}, frozenset())
        if spans:
            number = sum(cue.group == group for cue in (*told.title_cues, *told.text_cues))
            tags.append(Tag("protection", label, round(1 - 0.5 ** (number + 1), 4), spans))
    return tags


def _without_offers(shown: Reading, cues: CueTable) -> Reading:
    """Return a reading without the cues of sentences that offer help to the reader."""
    group = cues.index.get(OFFERED)
    offers = {shown.text.sentences[c.first] for c in shown.text_cues if c.group == group}
    told = [c for c in shown.text_cues if shown.text.sentences[c.first] not in offers]
    return Reading(shown.title, shown.text, shown.title_cues, told)
