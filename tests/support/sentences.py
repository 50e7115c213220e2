"""Invented sentences with and without breaches, and how many of them the rules find.

All were written from the rules' titles and gists. `development-*.yaml` are read and fitted to;
`held-out-*.yaml` are kept unread by whoever writes rules: of them only counts are printed. As a
script this prints every miss of development, and the counts of both.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from monitor.rules.checker import make_policy, run_policy
from monitor.rules.loading import load_guideline
from monitor.text.document import Document

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "data" / "guidelines"
HELD_OUT = sorted(FOLDER.glob("held-out-*.yaml"))
DEVELOPMENT = sorted(FOLDER.glob("development-*.yaml"))
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


if __name__ == "__main__":
    thb = load_guideline(ROOT / "guidelines" / "thb-en")
    development = score(thb, DEVELOPMENT)
    print(*development.missed, "", *development.false, sep="\n")
    print(told("development", development), told("held out", score(thb, HELD_OUT)), sep="\n")
