"""How rules do on sentences by people who had seen only their titles and gists.

`tests/data/guidelines/held-out-*.yaml` are kept unread by whoever writes rules: of them only
counts are printed. `development-*.yaml` are read and fitted to; run this file as a script to see every miss there. The floors keep
the scores from falling unnoticed.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from monitor.guidelines import load_guideline
from monitor.guidelines.engine import make_policy, run_policy
from monitor.text.document import Document

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "data" / "guidelines"
HELD_OUT = sorted(FOLDER.glob("held-out-*.yaml"))
READ = sorted(FOLDER.glob("development-*.yaml"))
MARK = re.compile(r"\[\[(.*?)\]\]")


@dataclass(frozen=True)
class Score:
    found: int
    bad: int
    flagged: int
    near: int
    heard: int
    quoted: int
    missed: tuple[str, ...]
    false: tuple[str, ...]


def score(guideline, files):
    """Count breaches found where they stand, by the rule or a sibling, and near misses flagged."""
    checked = {rule.id for rule in guideline.rules if rule.kind != "document"}
    entries = [e for file in files for e in YAML(typ="safe").load(file.read_text())]
    missed, false = [], []
    counts = dict.fromkeys(("bad", "near_miss", "quoted"), 0)
    heard = 0
    for entry in entries:
        rule = entry["rule"]
        if rule not in checked:
            continue
        family = {rule}.union(*(g for g in guideline.about.siblings if rule in g))
        texts = [(kind, str(text)) for kind in counts for text in entry.get(kind, ())]
        documents = [Document(MARK.sub(r"\1", text), language="en") for _, text in texts]
        results = run_policy(guideline, documents, make_policy(guideline, (), {}))
        for (kind, text), result in zip(texts, results, strict=True):
            counts[kind] += 1
            if kind == "near_miss":
                own = [f for f in result.findings if f.rule == rule]
                false += [f"{rule}: {text} <- {own[0].match}, {own[0].severity}"] if own else []
                continue
            mark = MARK.search(text)
            start, end = (mark.start(), mark.end() - 4) if mark else (0, len(text))
            hit = any(f.rule in family and f.start < end and f.end > start for f in result.findings)
            heard += hit and kind == "quoted"
            missed += [] if hit or kind == "quoted" else [f"{rule}: {text}"]
    return Score(
        counts["bad"] - len(missed),
        counts["bad"],
        len(false),
        counts["near_miss"],
        heard,
        counts["quoted"],
        tuple(missed),
        tuple(false),
    )


def told(name, result):
    return (
        f"{name}: {result.found}/{result.bad} found, {result.flagged}/{result.near} near misses"
        f" flagged, {result.heard}/{result.quoted} found in quotations"
    )


THB = load_guideline(ROOT / "guidelines" / "thb-en")


def test_floors_of_what_nobody_read():
    result = score(THB, HELD_OUT)
    assert result.bad >= 300
    assert result.found >= 0.48 * result.bad
    assert result.flagged <= 0.06 * result.near
    assert result.heard >= 0.45 * result.quoted


def test_floors_of_development():
    result = score(THB, READ)
    assert result.found >= 0.75 * result.bad
    assert result.flagged <= 0.05 * result.near


if __name__ == "__main__":
    development = score(THB, READ)
    print(*development.missed, "", *development.false, sep="\n")
    print(told("read", development), told("held out", score(THB, HELD_OUT)), sep="\n")
