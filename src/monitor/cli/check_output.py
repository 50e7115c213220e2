"""How `monitor check` writes what it found: lines, JSON, a Word file with comments, reports."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from monitor.check.batch import Batch
from monitor.cli.common import plain, plural
from monitor.records.errors import UsageError
from monitor.records.json_shapes import in_ten


def as_text(document: Mapping[str, Any]) -> str:
    """Return the document of a check as lines, what protects people first."""
    path = plain(document["path"])
    if "error" in document:
        return f"{path}: could not be checked: {plain(document['error'])}"
    lines = [f"{path}: {_counts(document)}", *_notes(document)]
    sources = None if document.get("country") else 1
    for finding in sorted(document["findings"], key=lambda finding: not finding["protects"]):
        lines += ["", *_finding(finding, sources)]
    missing = [
        f"    {item['item']}: {plain(item['reason'])}"
        for item in document["scorecard"]
        if item["met"] is False and "ignored" not in item
    ]
    if missing:
        lines += ["", "  Worth considering for the whole text:", *missing]
    return "\n".join([*lines, ""])


def _counts(document: Mapping[str, Any]) -> str:
    count = len(document["findings"])
    if document["coverage"]["checked"] == "none" and not count:
        return "not checked"
    parts = [f"{count} finding{plural(count)}"]
    for number, words in (
        (document.get("left_out", 0), "less sure left out"),
        (len(document.get("ignored", ())), "ignored by comments"),
        (document.get("known", 0), "known"),
    ):
        parts += [f"{number} {words}"] if number else []
    return ", ".join(parts)


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
    confidence = finding["confidence"]
    sure = "" if confidence is None else f"  (editors mark {in_ten(confidence)})"
    yield f"  {where}  {finding['severity']}  {finding['rule']}{quoted}{sure}"
    match = f"“{plain(finding['match'])}”: " if finding["match"] else ""
    yield f"    {match}{plain(finding['message'])}"
    yield from (f"    Why: {plain(reason)}" for reason in finding["why"].splitlines())
    yield from (f"    Better: {plain(suggestion)}" for suggestion in finding["suggestions"])
    for source in finding["sources"][:sources]:
        title, section, url = (plain(source[key]) for key in ("title", "section", "url"))
        yield f"    Source: {title}, {section} <{url}>"


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


def render_batch(batch: Batch, format: Format) -> str:
    """Return the report of a run, empty where a format has nothing to say."""
    if format == "text":
        return "\n".join(as_text(document) for document in batch.documents)
    if format == "json":
        result = {"schema": 1, "guideline": batch.guideline, "documents": batch.documents}
        return json.dumps(result, ensure_ascii=False, indent=2)
    from monitor.check.report_formats import as_github, as_page, as_sarif

    return {"sarif": as_sarif, "github": as_github, "html": as_page}[format](batch)


def format_of(path: Path) -> Format:
    """Return the format of a report by its suffix; raises `UsageError` for another one."""
    if (suffix := path.suffix.lower()) in BY_SUFFIX:
        return BY_SUFFIX[suffix]
    raise UsageError(f"--report: '{path}' ends in none of {', '.join(BY_SUFFIX)}")


def write_file(path: Path, text: str) -> None:
    """Write `text` as UTF-8; what is no character, as a file's name may hold, is escaped."""
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
