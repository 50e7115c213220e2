"""Tiny guidelines to print: rules of phrases, one of them with text that means harm."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import own_guide
from monitor.rules.handbook.book import Handbook, make_book
from monitor.rules.handbook.exercises import Material, make_material
from monitor.rules.handbook.printing import flags_of
from monitor.rules.loading import load_guideline
from monitor.rules.rule_reloading import InForce, rule_on

MADE = date(2026, 11, 28)
HOSTILE = "</style><script>alert(1)</script><img src=https://evil.example/x.png>"
PRINCIPLES = ("accuracy", "humanity", "terminology", "child-protection")


def rule(name: str, words: str, principle: str) -> str:
    """A rule that flags `words`, with four sentences of each kind."""
    bad = [f"The [[{words}]] was seen in village {n}." for n in range(4)]
    good = [f"The person of {name} was seen in village {n}." for n in range(4)]
    return f"""
  - id: {name}
    title: About '{words}'
    principle: {principle}
    kind: phrase
    severity: warning
    scope: any
    gate: none
    quotes: flag
    message: "'{{match}}' is no word for a person."
    why: The reason for {name} is told here. Say who it was.
    suggest: [person of {name}]
    sources:
      - {{title: Guide of {name}, section: "1", url: "https://guide.example/{name}", role: states}}
    match: [{{phrases: [{words}]}}]
    examples:
      bad: {bad}
      good: {good}
      quoted: ["'The [[{words}]] was seen,' the mayor said."]
"""


def rules(count: int = 8) -> str:
    """A file of so many rules, on the principles in turn."""
    made = (rule(f"rule-{n}", f"odd word {n}", PRINCIPLES[n % 4]) for n in range(count))
    return "topic: A test\nrules:" + "".join(made)


def hostile() -> str:
    """A rule whose every word would do harm in a page."""
    text = rule("rule-0", "odd word 0", "accuracy")
    text = text.replace("The reason for rule-0", f"The reason {HOSTILE}")
    text = text.replace("About 'odd word 0'", f"About {HOSTILE}")
    text = text.replace("in village", f"in {HOSTILE}")
    return "topic: A test\nrules:" + text


def in_force(parent: Path, text: str = "") -> InForce:
    """A tiny guideline in force."""
    folder = own_guide.tiny(parent, rule=text or rules())
    return rule_on([load_guideline(folder)])


def book(parent: Path, text: str = "") -> Handbook:
    """The book of a tiny guideline."""
    return make_book(in_force(parent, text), made=MADE, program="1.2.3")


def material(parent: Path, text: str = "", seed: int = 1) -> Material:
    """What is printed of a tiny guideline, checked by the checker itself."""
    there = in_force(parent, text)
    made = make_book(there, made=MADE, program="1.2.3")
    return make_material(made, seed=seed, flags=flags_of(there))
