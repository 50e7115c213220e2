"""Fits what the judge says alone and the glance that picks its sentences, with their figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.guidelines.compiled import Guideline
from monitor.guidelines.evaluate import Item
from monitor.guidelines.glance import Alone, Glance
from training.judge_glance import fit_glance, own_ids, ranks
from training.judge_sources import ARTICLE, WRITTEN, JudgeRow
from training.rule_model_parts import Prepared, calibration_fold, key_of
from training.rule_model_suggestions import (
    FLOOR,
    OTHERS,
    Floats,
    Proposal,
    Read,
    alone_scores,
    choose_least,
    confidence_of,
    cross_fitted_alone,
    fit_alone,
    read_articles,
    recorded_judge,
)

MANY = (3, 4, 6, 8, 10, 15)
Numbers = Mapping[str, NDArray[np.float32]]


def calibrate_alone(
    prepared: Prepared, guideline: Guideline, said: Numbers
) -> tuple[Alone, Glance, Read, dict[str, Any]]:
    """Return what the judge says alone and its glance, the articles they are fitted on, figures."""
    data, judge = prepared.data, recorded_judge(prepared, said)

    def there(items: Sequence[Item]) -> Read:
        known = [item for item in items if prepared.is_crossed(data.events[item.id])]
        return read_articles(guideline, judge, known, data.events)

    read = there([*data.articles, *data.further])
    crossed = cross_fitted_alone(read.proposals)
    alone = fit_alone(read.proposals, choose_least(read.proposals, crossed))
    drafts = there(data.written)
    surely = np.array([confidence_of(alone, each) for each in drafts.proposals])
    told = [p for p, sure in zip(read.proposals, crossed, strict=True) if sure >= alone.least]
    glance, lost = _glance(prepared, alone, said, read, told)
    return alone, glance, read, {
        "proposals": len(read.proposals),
        "floor": FLOOR,
        "read": len(read.items),
        "drafts": len(drafts.items),
        "articles": alone_scores(read, crossed),
        "written": alone_scores(drafts, surely),
        "rules": _per_rule(read.proposals, crossed, alone),
        "lost": lost,
    }  # fmt: skip


def _per_rule(
    proposals: Sequence[Proposal], said: Floats, alone: Alone
) -> dict[str, dict[str, int]]:
    """Return for each rule that speaks alone what it suggests, and what of it meets a mark."""
    rows = {rule: {"suggested": 0, "marked": 0} for rule in alone.rules}
    for each, sure in zip(proposals, said, strict=True):
        if sure >= alone.least and each.finding.rule in rows:
            rows[each.finding.rule]["suggested"] += 1
            rows[each.finding.rule]["marked"] += each.marked
    return rows


def _glance(
    prepared: Prepared, alone: Alone, said: Numbers, read: Read, told: Sequence[Proposal]
) -> tuple[Glance, list[dict[str, int]]]:
    """Return the glance, and how much of what is told it loses when it has not seen the article."""
    data = prepared.data
    speaking = [data.rules.index(rule) for rule in alone.rules]
    tokens = prepared.tokenizer.rust.get_vocab_size()
    of: defaultdict[int, list[int]] = defaultdict(list)
    for number, (row, encoded) in enumerate(zip(data.rows, prepared.encoded, strict=True)):
        if row.kind in (ARTICLE, WRITTEN) and key_of(encoded.ids) in said:
            of[calibration_fold(row.event)].append(number)

    def fitted(numbers: Sequence[int]) -> Glance:
        sentences = [prepared.encoded[number] for number in numbers]
        return fit_glance(sentences, [said[key_of(s.ids)] for s in sentences], speaking, tokens)

    apart = {
        fold: fitted([n for other, numbers in of.items() if other != fold for n in numbers])
        for fold in of
    }
    articles: defaultdict[str, list[JudgeRow]] = defaultdict(list)
    for row in data.rows:
        articles[row.id].append(row)

    def score(row: JudgeRow, event: str) -> float:
        return apart[calibration_fold(event)].score(own_ids(prepared.encode(row)))

    places = ranks(read, told, articles, score)
    marked = [place for place, each in zip(places, told, strict=True) if each.marked]
    lost = [
        {"others": most, "suggested": len(places), "read": sum(p <= most for p in places),
         "marked": len(marked), "marked_read": sum(p <= most for p in marked)}
        for most in sorted({*MANY, OTHERS})
    ]  # fmt: skip
    whole = fitted([number for numbers in of.values() for number in numbers])
    return whole, lost
