"""Invented articles, and how the questions about the whole text are answered on them.

`tests/data/guidelines/articles*.yaml` were written from title and gist alone. As a script this
prints every misjudgement.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from monitor.rules.checker import run_policy
from monitor.rules.loading import load_guideline
from monitor.text.readers import make_document

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "data" / "guidelines").glob("articles*.yaml"))
HEADLINE_RULES = ("headline-sensational", "headline-body-mismatch")


@dataclass(frozen=True)
class Answer:
    article: str
    rule: str
    expected: bool | None
    given: bool | None
    reason: str

    @property
    def outcome(self):
        if self.given is self.expected:
            return "agree"
        return "unanswered" if self.given is None else "wrong"


def answers(guideline, files=FILES):
    """Compare every expected answer with the one given."""
    entries = [entry for file in files for entry in YAML(typ="safe").load(file.read_text())]
    documents = [make_document(entry["text"], language="en", max_chars=20_000) for entry in entries]
    found = []
    for entry, checked in zip(entries, run_policy(guideline, documents), strict=True):
        items = {item.item: item for item in checked.scorecard}
        flagged = {finding.rule: finding for finding in checked.findings}
        for rule, expected in entry["expect"].items():
            if rule in HEADLINE_RULES:
                given, reason = rule not in flagged, ""
            else:
                given, reason = items[rule].met, items[rule].reason
            found.append(Answer(entry["id"], rule, expected, given, reason))
    return found


if __name__ == "__main__":
    every = answers(load_guideline(ROOT / "guidelines" / "thb-en"))
    for answer in every:
        if answer.outcome != "agree":
            print(answer.outcome, answer.rule, answer.article, end=": ")
            print(f"expected {answer.expected}, given {answer.given} ({answer.reason})")
    for rule in sorted({answer.rule for answer in every}):
        counts = Counter(answer.outcome for answer in every if answer.rule == rule)
        print(f"{rule:32}", *(f"{counts[k]:3} {k}" for k in ("agree", "wrong", "unanswered")))
    print(Counter(answer.outcome for answer in every))
