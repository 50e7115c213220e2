"""The JSON of LanguageTool's answers, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.api.languages import language_block
from monitor.api.languagetool_matches import RuleWords, compacted, merged, sentence_ranges
from monitor.api.languagetool_request import Wanted

API_VERSION = "6.6"
"""The LanguageTool whose answers these have the shape of."""
INCOMPLETE = "The other LanguageTool server that this one asks did not answer as it should."


def software(version: str, stamps: Iterable[str]) -> dict[str, Any]:
    """Return who answers: in LanguageTool's shape, with our own name in `status`."""
    return {
        "name": "LanguageTool",
        "version": API_VERSION,
        "buildDate": None,
        "apiVersion": 1,
        "premium": False,
        "status": f"thb-monitor {version}: {', '.join(stamps)}",
    }


def check_answer(
    wanted: Wanted,
    ours: Sequence[dict[str, Any]],
    *,
    code: str,
    detected: str | None,
    software: Mapping[str, Any],
    theirs: Sequence[dict[str, Any]] = (),
    complete: bool = True,
) -> dict[str, Any]:
    """Return the answer to a check: `ours` and `theirs`, in the language `code`."""
    matches = list(merged(ours, theirs))
    ranges = sentence_ranges(wanted.given)
    warnings: dict[str, Any] = {"incompleteResults": not complete}
    if not complete:
        warnings["incompleteResultsReason"] = INCOMPLETE
    answer = {
        "software": software,
        "warnings": warnings,
        "language": language_block(code, detected),
        "matches": [compacted(match) for match in matches] if wanted.compact else matches,
        "sentenceRanges": ranges,
    }
    if wanted.compact:
        del answer["software"]
    return answer


def config_answer(
    rules: Mapping[str, RuleWords], max_chars: int, software: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the answer to `configinfo`."""
    return {
        "software": software,
        "parameter": {"maxTextLength": max_chars},
        "rules": [{"ruleId": id_, "description": words.title} for id_, words in rules.items()],
    }
