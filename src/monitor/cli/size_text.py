"""The size of a guideline as text and as data."""

from __future__ import annotations

from collections import Counter
from typing import Any

from monitor.rules.rulebook_size import WIDE, GuidelineSize


def size_text(size: GuidelineSize) -> str:
    """Return the size in lines: rules, largest first, then what they come to."""
    lines = [f"{rule.rule}\t{rule.entries:,}" for rule in size.rules]
    largest = f", largest {size.rules[0].entries:,} ({size.rules[0].rule})" if size.rules else ""
    lists, patterns = sum(size.lists.values()), sum(rule.patterns for rule in size.rules)
    files = len({line.file for line in size.wide})
    longest = f"{size.longest.file}, line {size.longest.line:,}"
    return "\n".join(
        [
            *lines,
            "",
            f"{len(size.rules)} rules: {size.entries:,} entries, median {size.median:,g}{largest}",
            f"{len(size.lists)} lexicons: {lists:,} entries; known figures: {size.figures:,}",
            f"in all: {size.total:,} entries",
            f"in token patterns and triggers, besides: {patterns:,} words",
            f"longest line: {size.longest.characters:,} characters ({longest})",
            f"lines over {WIDE} characters: {len(size.wide):,}, in {files} files",
        ]
    )


def size_json(size: GuidelineSize) -> dict[str, Any]:
    """Return the size as data."""
    return {
        "schema": 1,
        "entries": size.entries,
        "median": size.median,
        "largest": size.rules[0].entries if size.rules else 0,
        "total": size.total,
        "patterns": sum(rule.patterns for rule in size.rules),
        "rules": [
            {"rule": rule.rule, "entries": rule.entries, "patterns": rule.patterns}
            for rule in size.rules
        ],
        "lexicons": dict(size.lists),
        "figures": size.figures,
        "longest_line": {
            "file": size.longest.file,
            "line": size.longest.line,
            "characters": size.longest.characters,
        },
        "long_lines": dict(Counter(line.file for line in size.wide)),
    }
