"""A guideline with a rule of each severity."""

from __future__ import annotations

from pathlib import Path

import own_guide

_RULE = """\
  - id: {id}
    title: About {word}
    principle: do-no-harm
    kind: phrase
    severity: {severity}
    scope: any
    gate: none
    quotes: flag
    message: "'{{match}}' is not said."
    why: It is a test.
    suggest: {suggest}
    sources: [{{title: A guide, section: "1", url: "https://guide.example/{word}", role: states}}]
    trigger: [{word}]
    match:
      - phrases: [{word}]
    examples:
      bad: ["The [[{word}]] was seen.", "She saw the [[{word}]]."]
      good: ["Nothing was seen.", "The weather was fine."]
      quoted: ["'The [[{word}]] was seen,' the officer said."]
"""
RULES = "topic: A test\nrules:\n" + "".join(
    _RULE.format(id=f"no-{word}", word=word, severity=severity, suggest=suggest)
    for word, severity, suggest in (
        ("wumpus", "error", "[person, somebody, one, two, three, four]"),
        ("gromble", "warning", "[person]"),
        ("fizzle", "suggestion", "[person]"),
    )
)


def make(parent: Path) -> Path:
    """Make the guideline in `parent` and return its folder."""
    return own_guide.make(parent, RULES)
