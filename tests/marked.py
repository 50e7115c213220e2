"""Drafts and articles that editors have marked, and what the guideline with its judge finds there.

`tests/data/drafts/` holds 36 invented drafts in the manner of real outlets, by writers who had read
no rule, and what an editor marked in them against the catalogue. Rules may be developed on one
half; of the other, as of the articles kept apart, only counts are printed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.guidelines import Guideline
from monitor.guidelines.engine import make_policy, run_policy
from monitor.guidelines.evaluate import Item, agree, read_items, related_rules
from monitor.train.judge_data import is_kept_apart, read_lines
from shared_data import SHARED

DRAFTS = Path(__file__).resolve().parent / "data" / "drafts"
HALVES = ("developed", "unread")
SPANS = SHARED / "data" / "spans" / "train.jsonl.gz"
NEWS = [SHARED / "data" / "relevance" / f"{name}.jsonl.gz" for name in ("train", "dev", "regional")]


def drafts(half: str) -> list[Item]:
    """One half of the drafts, with their marks."""
    return read_items(DRAFTS / f"{half}.marks.jsonl", [DRAFTS / f"{half}.texts.jsonl"])


def kept_apart() -> list[Item]:
    """The quarter of the annotated articles, by event, that nobody and nothing learns from."""
    events = {row["id"]: row["event"] for file in NEWS for row in read_lines(file)}
    return [item for item in read_items(SPANS, NEWS) if is_kept_apart(events[item.id])]


def figures(guideline: Guideline, items: Sequence[Item]) -> Mapping[str, int]:
    """Count sure marks found, and flags that meet a mark: loud ones (warning, error) and others."""
    related = related_rules(guideline)
    counts = Counter[str]()
    policy = make_policy(guideline, (), {})
    checked = run_policy(guideline, [item.document for item in items], policy)
    for item, result in zip(items, checked, strict=True):
        found = [f for f in result.findings if f.field == "title" or f.start < item.read]
        for mark in item.marks:
            counts["sure"] += mark.sure
            counts["sure_found"] += mark.sure and any(agree(f, mark, related) for f in found)
        for flag in found:
            meets = any(agree(flag, mark, related) for mark in item.marks)
            voice = "suggestions" if flag.severity == "suggestion" else "loud"
            counts[f"{voice}_{'matched' if meets else 'unmatched'}"] += 1
    return counts
