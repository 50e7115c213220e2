"""Reads SARIF back and looks at what a schema cannot: that what refers to something is right."""

from __future__ import annotations

import json
from typing import Any


def results_of(log: str) -> list[dict[str, Any]]:
    """Return the results of a log's one run, every index in it followed."""
    read = json.loads(log)
    assert read["version"] == "2.1.0"
    [run] = read["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules, artifacts = run["tool"]["driver"]["rules"], run["artifacts"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        for where in result["locations"]:
            place = where["physicalLocation"]["artifactLocation"]
            assert artifacts[place["index"]]["location"]["uri"] == place["uri"]
    results: list[dict[str, Any]] = run["results"]
    return results
