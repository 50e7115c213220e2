"""Which help for victims an article tells of: shelter, return, compensation, residence, impunity.

Ruled, like the indicators: there are few labels to learn from. A phrase counts where the sentence
neither advises nor defines: a list of services or a helpline's notice tells of no help. The
phrases are cues of the kind `protection`, a group for each label.
"""

from __future__ import annotations

from monitor.classify.cue_phrases import CueTable
from monitor.classify.features import Reading
from monitor.classify.tag_evidence import ruled_tags
from monitor.records.article import PROTECTIONS, Tag

GROUPS = tuple(f"help_{label}" for label in PROTECTIONS)
"""The cue group of each label; a model without one never gives that label."""
OFFERED = "help_offered"
"""A sentence with such a cue offers help to whoever reads it."""


def find_protection(shown: Reading, cues: CueTable) -> list[Tag]:
    """Return the kinds of help told of, each with its phrases, in the order of `PROTECTIONS`.

    `shown` has only cues that can be evidence: none of definitions and standing text.
    """
    groups = dict(zip(PROTECTIONS, GROUPS, strict=True))
    return ruled_tags("protection", groups, _without_offers(shown, cues), cues)


def _without_offers(shown: Reading, cues: CueTable) -> Reading:
    """Return a reading without the cues of sentences that offer help to the reader."""
    group = cues.index.get(OFFERED)
    offers = {shown.text.sentences[c.first] for c in shown.text_cues if c.group == group}
    told = [c for c in shown.text_cues if shown.text.sentences[c.first] not in offers]
    return Reading(shown.title, shown.text, shown.title_cues, told)
