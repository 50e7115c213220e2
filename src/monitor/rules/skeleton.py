"""The skeleton of a rule: everything that a rule must have, empty, with what belongs there."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.labels.folders import data_dir
from monitor.records.errors import GuidelineError, UsageError
from monitor.rules.loading import FILES, GUIDELINE, rule_files

EXTENDED = "thb-en"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")

_HEAD = """\
# Rules of our own, on top of those of {extended}. How to write them: guidelines/README.md
id: {id}
version: 0.1.0
title: Our own rules
extends: {extended}
"""

_RULE = """\
topic: Our own rules
rules:
  - id: {rule}
    title:                  # what is wrong, in a few words: "'Sex slave'"
    principle: terminology  # or accuracy, accountability, child-protection, do-no-harm, humanity,
                            # impartiality, independence, privacy-consent
    kind: phrase            # the words alone are the breach; see guidelines/README.md for others
    severity: suggestion    # or warning
    gate: topic             # only in texts about trafficking; none: in every text
    quotes: soften          # what a speaker says: soften, skip (leave alone) or flag
    message:                # one sentence to the reporter in "…"; {{match}} is the words found
    why:                    # the reason, and what to write instead
    sources:                # a document you have read that asks for this, or your style book
      - title:
        section:
        url:
        role: states        # the source says so itself; supports: it bears the point
    match:
      - phrases:            # the words, one a line, every form: slave and slaves
          -
    examples:
      bad:                  # two that must be flagged, with [[ ]] around the words
        -
        -
      good:                 # two with much the same words that must not be flagged
        -
        -
      quoted:               # one in 'quotation marks'; mark the words unless it must be silent
        -
"""


def write_skeleton(folder: Path, rule: str) -> list[Path]:
    """Write a rule to fill in, and a guideline around it where there is none; return the files.

    Raises `UsageError` for an id that cannot be one or is taken; nothing is ever overwritten.
    """
    if not _NAME.match(rule):
        raise UsageError(f"'{rule}' is no id: small letters and digits, with hyphens between words")
    file, head = folder / f"{rule}.yaml", folder / GUIDELINE
    if file.exists() or file.name in FILES:
        raise UsageError(f"{file} is already there; nothing was written")
    for other in (*rule_files(folder), *rule_files(data_dir("guidelines") / EXTENDED)):
        if re.search(rf"^ *-? *id: *{rule} *$", other.read_text(encoding="utf-8"), re.MULTILINE):
            raise UsageError(f"there is a rule '{rule}' in {other}; nothing was written")
    files = {file: _RULE.format(rule=rule)}
    if not head.exists():
        name = folder.resolve().name
        own = name if _NAME.match(name) and name != EXTENDED else "our-rules"
        files = {head: _HEAD.format(id=own, extended=EXTENDED), **files}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise GuidelineError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return list(files)
