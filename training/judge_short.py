"""What the judge says of short drafts: a headline, a sentence, a paragraph.

There a breach gets higher log odds than in an article. What the judge says alone is fitted on real
short items and on sentences written for a rule, which do not tell how often breaches are there. How
sure a list's finding is, is told as in articles: by the sentence alone, without what is known of
the rule, "child prostitutes" was doubted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.guidelines.compiled import Guideline
from monitor.guidelines.engine import make_policy, run_policy
from training.judge_sources import touch
from training.rule_model_parts import Prepared, pair_of
from training.rule_model_suggestions import (
    CUTS,
    Floats,
    Proposal,
    Read,
    alone_scores,
    choose_least,
    cross_fitted_alone,
    fit_alone,
    recorded_judge,
)

AIM = 0.5
"""Of what the judge finds alone in real short items, at least this share shall meet a mark."""
NEAR = 0.035
"""Of near misses it may flag so many; the lists flag some too, and four in a hundred is enough."""
Numbers = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Sentences written for a rule, and what the judge proposes of that rule in them."""

    breaches: int
    near: int
    proposals: Sequence[Proposal]


def calibrate_short(
    prepared: Prepared, guideline: Guideline, read: Read, said: Numbers
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what holds for short drafts, as settings, and what it comes to.

    `read` are articles, some of them short; `said` is of sentences not learned from by a fold.
    """
    real = short_items(read, guideline)
    alone, found = fit_short(real, read_sentences(prepared, guideline, said))
    return {"alone": alone}, {"under": guideline.about.topic.short_words, **found}


def fit_short(real: Read, written: Written) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how the judge speaks alone in short items, as settings, and what it comes to."""
    every = cross_fitted_alone(real.proposals, written.proposals)
    crossed, aside = every[: len(real.proposals)], every[len(real.proposals) :]
    sentences = _sentence_scores(written, aside)
    few = [row["from"] for row in sentences if row["flagged"] <= NEAR * written.near]
    least = max(choose_least(real.proposals, crossed, AIM), min(few, default=CUTS[-1]))
    alone = fit_alone(real.proposals, least, written.proposals)
    settings = {"slope": alone.slope, "rules": dict(alone.rules), "least": alone.least}
    return settings, {
        "read": len(real.items),
        "proposals": len(real.proposals),
        "breaches": written.breaches,
        "near_misses": written.near,
        "items": alone_scores(real, crossed),
        "sentences": sentences,
    }


def short_items(read: Read, guideline: Guideline) -> Read:
    """Return the short items among articles, with what was found in them."""
    most = guideline.about.topic.short_words
    short = [at for at, each in enumerate(read.items) if len(each.document.text.split()) < most]
    place = {at: number for number, at in enumerate(short)}
    return Read(
        [read.items[at] for at in short],
        [read.listed[at] for at in short],
        [replace(each, item=place[each.item]) for each in read.proposals if each.item in place],
        read.related,
    )


def read_sentences(prepared: Prepared, guideline: Guideline, said: Numbers) -> Written:
    """Run the judge without lists: those were made with these very sentences.

    Of other rules than the one that it was written for a sentence says nothing.
    """
    judge, siblings = recorded_judge(prepared, said), prepared.data.siblings
    sources = prepared.sentences_in(said)
    bare = tuple(replace(each, matchers=()) for each in guideline.compiled)
    policy = replace(make_policy(guideline, (), {}), rules=bare)
    documents = [each.document for each in sources]
    checked = run_policy(replace(guideline, judge=judge), documents, policy)
    proposals = []
    for at, (source, each) in enumerate(zip(sources, checked, strict=True)):
        own = {claim.rule for claim in (*source.labels.found, *source.labels.doubted)}
        family = own.union(*(siblings[rule] for rule in own)) if source.labels.found else own
        proposals += [
            Proposal(
                at,
                pair_of(source.id),
                finding,
                any(touch(finding, claim) for claim in source.labels.found),
            )
            for finding in each.findings
            if finding.rule in family
        ]
    breaches = sum(bool(source.labels.found) for source in sources)
    return Written(breaches, len(sources) - breaches, proposals)


def _sentence_scores(written: Written, said: Floats) -> list[dict[str, Any]]:
    """Return for each cut how many breaches are found and near misses flagged."""
    rows = []
    for cut in CUTS:
        kept = [p for p, sure in zip(written.proposals, said, strict=True) if sure >= cut]
        found = {each.item for each in kept if each.marked}
        flagged = {each.item for each in kept if not each.marked} - found
        rows.append({"from": cut, "found": len(found), "flagged": len(flagged)})
    return rows
