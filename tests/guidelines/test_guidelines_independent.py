"""How rules do on sentences by people who had seen only their titles and gists.

The sentences are in `tests/data/guidelines/independent-*.yaml`; no rule is tuned on them. The
floors keep the score from falling unnoticed; run this file as a script to see every miss.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.guidelines import load_guideline
from monitor.guidelines.engine import make_policy, run_policy
from monitor.text.document import Document

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "data" / "guidelines").glob("independent-*.yaml"))
MARK = re.compile(r"\[\[(.*?)\]\]")


@dataclass(frozen=True)
class Score:
    found: int
    bad: int
    flagged: int
    near: int
    missed: tuple[str, ...]
    false: tuple[str, ...]


def score(guideline, files=FILES):
    """Count breaches found where they stand, by the rule or a sibling, and near misses flagged."""
    checked = {rule.id for rule in guideline.rules if rule.kind != "document"}
    entries = [e for file in files for e in YAML(typ="safe").load(file.read_text())]
    missed, false, counts = [], [], [0, 0]
    for entry in entries:
        rule = entry["rule"]
        if rule not in checked:
            continue
        family = {rule}.union(*(g for g in guideline.about.siblings if rule in g))
        texts = [*map(str, entry["bad"]), *map(str, entry["near_miss"])]
        documents = [Document(MARK.sub(r"\1", text), language="en") for text in texts]
        results = run_policy(guideline, documents, make_policy(guideline, (), {}))
        for number, (text, result) in enumerate(zip(texts, results, strict=True)):
            if number < len(entry["bad"]):
                mark = MARK.search(text)
                start, end = (mark.start(), mark.end() - 4) if mark else (0, len(text))
                hit = any(
                    f.rule in family and f.start < end and f.end > start for f in result.findings
                )
                counts[0] += 1
                missed += [] if hit else [f"{rule}: {text}"]
            else:
                counts[1] += 1
                own = [f for f in result.findings if f.rule == rule]
                false += [f"{rule}: {text} <- {own[0].match}, {own[0].severity}"] if own else []
    return Score(
        counts[0] - len(missed), counts[0], len(false), counts[1], tuple(missed), tuple(false)
    )


@pytest.mark.skipif(not FILES, reason="no independent sentences here")
def test_floors():
    result = score(load_guideline(ROOT / "guidelines" / "thb-en"))
    assert result.found >= 0.35 * result.bad
    assert result.flagged <= 0.08 * result.near


if __name__ == "__main__":
    outcome = score(load_guideline(ROOT / "guidelines" / "thb-en"))
    print(*outcome.missed, "", *outcome.false, sep="\n")
    print(
        f"{outcome.found}/{outcome.bad} found, {outcome.flagged}/{outcome.near} near misses flagged"
    )
