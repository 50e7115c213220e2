"""A checked draft as lines for a terminal.

`monitor check --format docx -o FILE`: a Word file with a comment at each finding.

How `monitor check` writes what it found: one writer a format.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from monitor.check.batch import Batch
from monitor.cli.common import plain
from monitor.records.errors import UsageError
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


def need_one_word_file(files: Sequence[str], output: Path | None, redact: bool) -> Path:
    """Return where to write; raises `UsageError` unless there is one Word file and a new name.

    The draft is never written over: should that fail half-way, both would be lost.
    """
    if redact:
        raise UsageError("--redact and --format docx exclude each other: the file is the draft")
    if output is None:
        raise UsageError("--format docx: say with -o where the file with comments is to go")
    if len(files) != 1 or Path(files[0]).suffix.lower() != ".docx":
        raise UsageError("--format docx: give one .docx file")
    if output.resolve() == Path(files[0]).resolve():
        raise UsageError(f"-o: '{output}' is the draft itself; give another name")
    return output


def write_reviewed(path: str, document: Mapping[str, Any], output: Path) -> None:
    """Write the Word file at `path` with comments to `output`, unless it could not be checked."""
    from monitor.text.docx_comments import AUTHOR, comment_docx

    if "error" in document:
        return
    data = comment_docx(Path(path).read_bytes(), document, author=AUTHOR, now=datetime.now(UTC))
    output.write_bytes(data)


Format = Literal["text", "json", "sarif", "github", "html"]
BY_SUFFIX: Mapping[str, Format] = {
    ".sarif": "sarif",
    ".json": "json",
    ".html": "html",
    ".txt": "text",
}


def _text(batch: Batch) -> str:
    return "\n".join(as_text(document) for document in batch.documents)


def _json(batch: Batch) -> str:
    result = {"schema": 1, "guideline": batch.guideline, "documents": batch.documents}
    return json.dumps(result, ensure_ascii=False, indent=2)


def _sarif(batch: Batch) -> str:
    from monitor.check.report_formats import as_sarif

    return as_sarif(batch)


def _github(batch: Batch) -> str:
    from monitor.check.report_formats import as_github

    return as_github(batch)


def _html(batch: Batch) -> str:
    from monitor.check.report_formats import as_page

    return as_page(batch)


WRITERS: Mapping[Format, Callable[[Batch], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "html": _html,
}


def format_of(path: Path) -> Format:
    """Return the format of a report by its suffix; raises `UsageError` for another one."""
    if (suffix := path.suffix.lower()) in BY_SUFFIX:
        return BY_SUFFIX[suffix]
    raise UsageError(f"--report: '{path}' ends in none of {', '.join(BY_SUFFIX)}")


def write_file(path: Path, text: str) -> None:
    """Write `text` as UTF-8; what is no character, as a file's name may hold, is escaped."""
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
