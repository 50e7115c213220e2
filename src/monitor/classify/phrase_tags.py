"""Forms of exploitation: phrases and the encoder together.

Phrases alone know every deed they list and no other; the encoder alone forgets rare forms. A form
is given where the support of its phrases and the encoder's log odds are positive together, which
measured better than either (see the model card).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.classify.cue_phrases import Cue, CueTable
from monitor.classify.features import LEAD_WORDS, Reading
from monitor.classify.linear_model import probability
from monitor.classify.tag_evidence import cue_spans
from monitor.records.article import FORMS, Tag

UNSPECIFIED = "unspecified"
NAMED = tuple(form for form in FORMS if form != UNSPECIFIED)
POINTS_TITLE, POINTS_LEAD = 3, 2
"""A form's phrase counts 3 in the headline, 2 in the lead, 1 elsewhere."""
_GENERAL = "labour"
_OTHER_KINDS = ("sex_by_kind", "crime_online", "crime_on_streets", "babies", "war")
"""Groups of phrases that tell what work people were put to, besides lawful kinds of it."""
WORDS_PER_POINT, MOST_NEEDED = 200, 4
"""Long texts must say it more often: one point per 200 words, between 2 and 4."""
SHARE_OF_MAIN = 0.34
"""A second form needs a third of the points of the first."""
ENOUGH, SOME = 4.0, 2.0
"""Support, in log odds, of phrases with all the points needed, and of any phrase at all."""
NO_ENCODER = -3.0
"""What the support is added to where there is no encoder: only enough points give a form then."""


def form_points(reading: Reading, cues: CueTable) -> dict[str, int]:
    """Return the points of every form with a phrase in the article."""
    points: dict[str, int] = {}
    for cue in _of_forms(reading.title_cues, cues):
        form = str(cues.groups[cue.group].form)
        points[form] = points.get(form, 0) + POINTS_TITLE
    for cue in _of_forms(reading.text_cues, cues):
        form = str(cues.groups[cue.group].form)
        points[form] = points.get(form, 0) + (POINTS_LEAD if cue.first < LEAD_WORDS else 1)
    return points


def _of_forms(found: Sequence[Cue], cues: CueTable) -> list[Cue]:
    """Return the cues of forms, without general words of work inside a phrase of another kind.

    Who is "forced to work in a brothel" or "to sell her baby" is not in forced labour.
    """
    names = [cues.groups[cue.group].name for cue in found]
    kinds = [cue for cue, name in zip(found, names, strict=True) if name in _OTHER_KINDS]
    return [
        cue
        for cue, name in zip(found, names, strict=True)
        if cues.groups[cue.group].form
        and not (
            name == _GENERAL and any(k.first <= cue.first and cue.last <= k.last for k in kinds)
        )
    ]


def form_support(reading: Reading, cues: CueTable) -> dict[str, float]:
    """Return the support of every form with a phrase: `ENOUGH` or `SOME`."""
    points = form_points(reading, cues)
    needed = max(2.0, min(len(reading.text) / WORDS_PER_POINT, MOST_NEEDED))
    needed = max(needed, SHARE_OF_MAIN * max(points.values(), default=0))
    return {form: ENOUGH if number >= needed else SOME for form, number in points.items()}


def form_odds(support: Mapping[str, float], head: Sequence[float] | None) -> dict[str, float]:
    """Return the log odds of each form but `unspecified`; `head` is the encoder's, by `FORMS`."""
    return {
        form: support.get(form, 0.0)
        + (NO_ENCODER if head is None else float(head[FORMS.index(form)]))
        for form in NAMED
    }


def groups_of_form(cues: CueTable, form: str) -> frozenset[int]:
    """Return the numbers of the cue groups that speak of a form."""
    return frozenset(i for i, group in enumerate(cues.groups) if group.form == form)


def form_tag(reading: Reading, cues: CueTable, form: str, odds: float) -> Tag:
    """Return the tag of a form with its phrases, which may be none."""
    core = cues.of_kind("term", "means", "purpose")
    spans = cue_spans(reading, groups_of_form(cues, form), core)
    return Tag("form", form, round(probability(odds), 4), spans)


def unspecified_tag(reading: Reading, cues: CueTable, odds: Mapping[str, float]) -> Tag | None:
    """Return `unspecified` for an article that says trafficking and no form; `None` without it."""
    core = cues.of_kind("term", "means", "purpose")
    evidence = cue_spans(reading, cues.of_kind("term"), core) or cue_spans(reading, core, core)
    if not evidence:
        return None
    return Tag("form", UNSPECIFIED, round(1 - probability(max(odds.values())), 4), evidence)
