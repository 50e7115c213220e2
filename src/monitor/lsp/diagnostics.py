"""A checked draft as the protocol's diagnostics, each with what a quick fix needs."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import urlsplit

from lsprotocol import types

from monitor.lsp.documents import Format, Lines
from monitor.lsp.editor_settings import Options
from monitor.records.errors import DocumentTooLarge, MonitorError

SOURCE = "monitor"
MAX_FIXED = 400
"""Characters: a longer passage is no wording that another takes the place of."""
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "suggestion": types.DiagnosticSeverity.Information,
}
_MARKS = re.compile(r"([\\`*_\[\]<>])")
Ignored = AbstractSet[tuple[str, str]]
"""Rules with the words they are not to be shown at; empty words: anywhere."""


def diagnostics_of(
    answer: Mapping[str, Any],
    lines: Lines,
    format: Format,
    options: Options,
    ignored: Ignored = frozenset(),
) -> list[types.Diagnostic]:
    """Return the diagnostics of `answer`, the JSON of a checked draft whose text `lines` has."""
    found = [
        _finding(finding, lines, format)
        for finding in answer["findings"]
        if options.shows(finding["severity"])
        and (rule := finding["rule"]) not in options.disable
        and ignored.isdisjoint(((rule, ""), (rule, normalized(finding["match"]))))
    ]
    found += [
        types.Diagnostic(
            range=range_of(lines, problem["source_start"], problem["source_end"]),
            severity=types.DiagnosticSeverity.Warning,
            code="ignore-comment",
            source=SOURCE,
            message=problem["message"],
        )
        for problem in answer.get("ignore_problems", ())
    ]
    if answer["coverage"]["checked"] == "none":
        found.append(_of_whole_draft(answer["coverage"]["note"], "not-checked"))
    return found


def normalized(words: str) -> str:
    """Return `words` as they are compared: another line break or capital is no other wording."""
    return " ".join(words.split()).casefold()


def refusal(error: MonitorError) -> list[types.Diagnostic]:
    """Return the diagnostic that says why a draft is not checked; an empty one needs none."""
    if str(error).endswith("the document is empty"):
        return []
    code = "too-large" if isinstance(error, DocumentTooLarge) else "not-checked"
    return [_of_whole_draft(f"Not checked: {error}", code)]


def _finding(finding: Mapping[str, Any], lines: Lines, format: Format) -> types.Diagnostic:
    start = finding.get("source_start", finding["start"])
    end = finding.get("source_end", finding["end"])
    url = next((source["url"] for source in finding["sources"] if _is_web(source["url"])), None)
    written = lines.text[start:end]
    plain = written if format == "txt" else html.unescape(written)
    in_tag = lines.text.rfind("<", 0, start) > lines.text.rfind(">", 0, start)
    quoted = "" if finding["quoted"] == "no" else f" ({finding['quoted']} quotation)"
    why = finding["why"].strip()
    return types.Diagnostic(
        range=range_of(lines, start, end),
        severity=_SEVERITIES[finding["severity"]],
        code=finding["rule"],
        code_description=types.CodeDescription(href=url) if url else None,
        source=SOURCE,
        message=f"{finding['message']}{quoted}" + (f"\nWhy: {why}" if why else ""),
        data={
            "rule": finding["rule"],
            "guideline": finding.get("guideline"),
            "severity": finding["severity"],
            "match": finding["match"],
            "written": written,
            "start": finding["start"],
            "end": finding["end"],
            "fixes": [escaped(words, format, in_tag=in_tag) for words in finding["suggestions"]],
            # markup inside, such as a star or a tag that closes behind, would be torn
            "replaceable": len(written) <= MAX_FIXED and plain.split() == finding["match"].split(),
        },
    )


def _of_whole_draft(words: str, code: str) -> types.Diagnostic:
    """Return what is said of the draft as a whole, at its beginning."""
    start = types.Position(0, 0)
    return types.Diagnostic(
        range=types.Range(start, start),
        severity=types.DiagnosticSeverity.Information,
        code=code,
        source=SOURCE,
        message=words,
    )


def range_of(lines: Lines, start: int, end: int) -> types.Range:
    """Return the protocol's range of the code points `start` to `end`."""
    return types.Range(*(types.Position(*lines.place(offset)) for offset in (start, end)))


def escaped(wording: str, format: Format, *, in_tag: bool = False) -> str:
    """Return a suggestion as it is written in a file of `format`; in a tag it is an attribute's."""
    if format == "html":
        return html.escape(wording, quote=in_tag)
    return _MARKS.sub(r"\\\1", wording) if format == "md" else wording


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False
