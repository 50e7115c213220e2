"""A check's JSON without a word of the draft: for logs, which many can read and few can erase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WITHHELD = "words withheld"


def redacted(
    document: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]], *, keyed: bool
) -> dict[str, Any]:
    """Return what was found, and where, without the draft's words.

    A message becomes the rule's title; match, suggestions (a judge's may repeat the draft), visible
    text, and what the writer gave as reason are left out. Fingerprints stay only if `keyed`: who
    guesses the words could confirm the guess. File names stay.
    """
    if "error" in document:
        return dict(document)
    kept = {key: value for key, value in document.items() if key != "text"}
    for part in ("findings", "ignored"):
        if part in document:
            kept[part] = [_finding(finding, rules, keyed=keyed) for finding in document[part]]
    kept["scorecard"] = [_item(item, rules) for item in document["scorecard"]]
    if "ignore_problems" in document:
        words = "an ignore comment that silences nothing"
        kept["ignore_problems"] = [{**one, "message": words} for one in document["ignore_problems"]]
    return kept


def _finding(
    finding: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]], *, keyed: bool
) -> dict[str, Any]:
    kept = {**finding, "match": "", "suggestions": [], "message": _title(finding["rule"], rules)}
    if "reason" in kept:
        kept["reason"] = WITHHELD
    if not keyed:
        kept.pop("fingerprint", None)
    return kept


def _item(item: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    kept = {**item, "reason": _title(item["item"], rules)}
    if "ignored" in kept:
        kept["ignored"] = WITHHELD
    return kept


def _title(rule: str, rules: Mapping[str, Mapping[str, Any]]) -> str:
    return str(rules[rule]["title"]) if rule in rules else rule
