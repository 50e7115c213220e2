"""A guideline of one rule, with the head and the word lists of the real one."""

from __future__ import annotations

import shutil
from pathlib import Path

from monitor.labels.data_files import data_dir

RULE = """\
topic: A test
rules:
  - id: unfortunate-victim
    title: Pity in place of facts
    principle: do-no-harm
    kind: phrase
    severity: warning
    scope: any
    gate: none
    quotes: flag
    message: "'{match}' pities. Say what happened."
    why: It is a test.
    suggest: [person]
    sources: [{title: A guide, section: "1", url: "https://guide.example/", role: states}]
    trigger: [unfortunate]
    match:
      - phrases: [unfortunate victim]
    examples:
      bad: ["The [[unfortunate victim]] was asked.", "She is an [[unfortunate victim]]."]
      good: ["The victim was asked.", "The weather was unfortunate."]
      quoted: ["'The [[unfortunate victim]] was asked,' the officer said."]
"""


def make(parent: Path, rule: str = RULE) -> Path:
    """Make the guideline in `parent` and return its folder."""
    folder = parent / "own-guide"
    folder.mkdir()
    for name in ("guideline.yaml", "lexicon.yaml"):
        shutil.copy(data_dir("guidelines") / "thb-en" / name, folder)
    head = (folder / "guideline.yaml").read_text(encoding="utf-8")
    (folder / "guideline.yaml").write_text(head.replace("thb-en", "own-guide"), encoding="utf-8")
    (folder / "pity.yaml").write_text(rule, encoding="utf-8")
    return folder


TINY = """\
id: {id}
version: 1.0.0
language: {language}
title: A tiny guide
publisher: A newsroom
url: https://guide.example/
licence: CC BY 4.0
topic: {{strong: [], weak: [], act: [], means: [], purpose: [], other: []}}
speakers: {{survivor: [], other: [], first_person: []}}
roles: {{}}
siblings: []
"""
OWN = "id: {id}\nversion: 0.1.0\ntitle: Our own rules\nextends: {extends}\n"


def tiny(parent: Path, name: str = "tiny", *, language: str = "en", rule: str = RULE) -> Path:
    """Make a guideline without word lists, which loads at once, and return its folder."""
    return _write(parent / name, TINY.format(id=name, language=language), rule)


def own(parent: Path, name: str, rule: str, *, extends: str = "tiny") -> Path:
    """Make a newsroom's own rules on top of another guideline, and return their folder."""
    return _write(parent / name, OWN.format(id=name, extends=extends), rule)


def _write(folder: Path, head: str, rule: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "guideline.yaml").write_text(head, encoding="utf-8")
    (folder / "rules.yaml").write_text(rule, encoding="utf-8")
    return folder
