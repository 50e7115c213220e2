"""How the program's answers to questions on whole texts compare with those of editors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from monitor.evaluate.rule_precision import Item, compare_answers, read_items, read_lines
from monitor.rules.checker import make_policy, run_policy
from monitor.rules.compiler import Guideline
from training.rows import is_kept_apart

FILES = ("train", "dev", "train2")


def score_answers(guideline: Guideline, data: Path) -> dict[str, dict[str, dict[str, int]]]:
    """Return the counts of `compare_answers` for the events that are read, and those that are not.

    `data` is the folder above `spans` and `relevance`. Where a second editor has answered apart
    (`train2_second`) only what both say counts. Raises `DataError` as `read_items` does.
    """
    texts = sorted((data / "relevance").glob("*.jsonl*"))
    events = {str(row["id"]): str(row.get("event")) for file in texts for row in read_lines(file)}
    items = [item for name in FILES for item in _agreed(data / "spans", name, texts)]
    guideline = replace(guideline, judge=None)  # it reads sentences, and answers nothing
    policy = make_policy(guideline)
    asked = replace(policy, rules=tuple(rule for rule in policy.rules if rule.rule.check))
    checked = run_policy(guideline, [item.document for item in items], asked)
    pairs = [
        (item, {answer.item: answer.met for answer in result.scorecard})
        for item, result in zip(items, checked, strict=True)
    ]
    return {
        part: compare_answers(
            pair for pair in pairs if is_kept_apart(events[pair[0].id]) == (part == "unread")
        )
        for part in ("read", "unread")
    }


def _agreed(folder: Path, name: str, texts: list[Path]) -> Iterator[Item]:
    """Yield annotated articles with the answers of their editor, or those of both alike."""
    other = folder / f"{name}_second.jsonl.gz"
    second = {i.id: i for i in read_items(other, texts)} if other.exists() else {}
    for item in read_items(folder / f"{name}.jsonl.gz", texts):
        same = second.get(item.id, item)
        yield replace(item, met=item.met & same.met, not_met=item.not_met & same.not_met)
