"""Precision and recall of flags on annotated articles that are kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.classify.assessors import load_shown
from monitor.classify.model_files import ModelFolder
from monitor.evaluate.rule_precision import (
    Item,
    agree,
    is_marked,
    read_items,
    read_lines,
    related_rules,
)
from monitor.labels.data_files import data_dir
from monitor.rules.checker import make_policy, run_shown
from monitor.rules.compiler import Guideline
from monitor.rules.findings import Checked
from monitor.rules.loading import load_guideline
from monitor.rules.neural_model import load_judge
from monitor.settings import cache_dir, guideline_dir
from training.rule_model_data import NEWS, is_kept_apart

GUIDELINE = "thb-en"


def rules_figures(folder: ModelFolder, data: Path) -> dict[str, float]:
    """Return the figures of a judge in the shipped guideline, on the annotated articles `data`.

    Loud are warnings and errors: how many meet a mark, and their share of all that are loud.
    """
    guideline = load_guideline(guideline_dir(GUIDELINE), cache=cache_dir())
    return loud_figures(marks_met(replace(guideline, judge=load_judge(folder)), kept_apart(data)))


def loud_figures(counts: Mapping[str, int]) -> dict[str, float]:
    """Return the figures that floors have for a judge, of what `marks_met` counted."""
    matched = counts["loud_matched"]
    loud = matched + counts["loud_unmatched"]
    return {"loud_matched": matched, "loud_share_matched": round(matched / max(1, loud), 4)}


def kept_apart(data: Path) -> list[Item]:
    """Return the quarter of annotated articles, by event, that nobody and nothing learns from.

    Their texts and events are in `relevance/` beside the folder of `data`. Raises `DataError`.
    """
    texts = [data.resolve().parent.parent / "relevance" / name for name in NEWS]
    events = {str(row["id"]): str(row["event"]) for file in texts for row in read_lines(file)}
    return [item for item in read_items(data, texts) if is_kept_apart(events[item.id])]


def marks_met(guideline: Guideline, items: Sequence[Item]) -> Mapping[str, int]:
    """Count sure marks found, and flags that meet a mark: loud ones (warning, error) and others.

    Texts are checked as drafts and stored articles are: one that the relevance model would show is
    on topic, whatever its words tell.
    """
    related = related_rules(guideline)
    counts = Counter[str]()
    for item, result in zip(items, _checked(guideline, items), strict=True):
        found = [f for f in result.findings if f.field == "title" or f.start < item.read]
        for mark in item.marks:
            counts["sure"] += mark.sure
            counts["sure_found"] += mark.sure and any(agree(f, mark, related) for f in found)
        for flag in found:
            meets = is_marked(flag, item, related)
            voice = "suggestions" if flag.severity == "suggestion" else "loud"
            counts[f"{voice}_{'matched' if meets else 'unmatched'}"] += 1
    return counts


def _checked(guideline: Guideline, items: Sequence[Item]) -> list[Checked]:
    policy = make_policy(guideline, (), {})
    documents = [item.document for item in items]
    is_shown = load_shown(data_dir("models"), guideline.language)
    return run_shown(
        guideline, documents, policy, lambda n: is_shown(documents[n].title, documents[n].text)
    )
