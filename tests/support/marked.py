"""Drafts and articles that editors have marked, and what the guideline with its judge finds there.

`tests/data/drafts/` holds 36 invented drafts in the manner of real outlets, by writers who had read
no rule, and what an editor marked in them against the catalogue. Rules may be developed on one
half; of the other, as of the articles kept apart, only counts are printed.
"""

from pathlib import Path

from monitor.evaluate.rule_precision import Item, read_items
from shared_data import SHARED

DRAFTS = Path(__file__).resolve().parents[1] / "data" / "drafts"
HALVES = ("developed", "unread")
SPANS = SHARED / "data" / "spans" / "train.jsonl.gz"


def drafts(half: str) -> list[Item]:
    """One half of the drafts, with their marks."""
    return read_items(DRAFTS / f"{half}.marks.jsonl", [DRAFTS / f"{half}.texts.jsonl"])
