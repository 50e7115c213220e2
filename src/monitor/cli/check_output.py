"""A checked draft as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.cli.output import plain
from monitor.records.json_shapes import in_ten


def as_text(document: Mapping[str, Any]) -> str:
    """Return the document of a check as lines, what protects people first."""
    path = plain(document["path"])
    if "error" in document:
        return f"{path}: could not be checked: {plain(document['error'])}"
    findings = sorted(document["findings"], key=lambda finding: not finding["protects"])
    lines = [f"{path}: {_found(document)}", *_notes(document)]
    sources = None if document.get("country") else 1
    for finding in findings:
        lines += ["", *_finding(finding, sources)]
    missing = [
        item for item in document["scorecard"] if item["met"] is False and "ignored" not in item
    ]
    if missing:
        lines += ["", "  Worth considering for the whole text:"]
        lines += [f"    {item['item']}: {plain(item['reason'])}" for item in missing]
    return "\n".join([*lines, ""])


def _found(document: Mapping[str, Any]) -> str:
    count, less_sure = len(document["findings"]), document.get("left_out", 0)
    if document["coverage"]["checked"] == "none" and not count:
        return "not checked"
    found = f"{count} finding{'' if count == 1 else 's'}"
    found = f"{found}, {less_sure} less sure left out" if less_sure else found
    ignored, known = len(document.get("ignored", ())), document.get("known", 0)
    found = f"{found}, {ignored} ignored by comments" if ignored else found
    return f"{found}, {known} known" if known else found


def _notes(document: Mapping[str, Any]) -> Iterator[str]:
    coverage = document["coverage"]
    if coverage["note"]:
        yield f"  Note: {plain(coverage['note'])}"
    if coverage["topic"] in ("part", "touched", "off") and coverage["checked"] != "none":
        yield "  Where it is about trafficking, --on-topic says so."
    if coverage["missed"] and not document["findings"]:
        yield f"  Note: {plain(coverage['missed'])}"
    for problem in document.get("ignore_problems", ()):
        yield f"  {problem['line']}:{problem['column']}  Note: {plain(problem['message'])}"


def _finding(finding: Mapping[str, Any], sources: int | None) -> Iterator[str]:
    where = "title" if finding["field"] == "title" else f"{finding['line']}:{finding['column']}"
    quoted = "" if finding["quoted"] == "no" else f" ({finding['quoted']} quotation)"
    yield f"  {where}  {finding['severity']}  {finding['rule']}{quoted}{_sureness(finding)}"
    match = f"“{plain(finding['match'])}”: " if finding["match"] else ""
    yield f"    {match}{plain(finding['message'])}"
    yield from (f"    Why: {plain(reason)}" for reason in finding["why"].splitlines())
    yield from (f"    Better: {plain(suggestion)}" for suggestion in finding["suggestions"])
    for source in finding["sources"][:sources]:
        title, section, url = (plain(source[key]) for key in ("title", "section", "url"))
        yield f"    Source: {title}, {section} <{url}>"


def _sureness(finding: Mapping[str, Any]) -> str:
    """Say how often editors mark such a finding, nothing where that is not known."""
    if finding["confidence"] is None:
        return ""
    return f"  (editors mark {in_ten(finding['confidence'])})"
