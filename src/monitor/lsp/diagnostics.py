"""Flags of a checked draft in the editor: diagnostics, and code actions at them.

Actions put other words in, or comments that silence a rule, or have a rule ignored.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from monitor.lsp.documents import Format, Lines
from monitor.lsp.editor_settings import Options
from monitor.records.errors import DocumentError, DocumentTooLarge, MonitorError

if TYPE_CHECKING:
    from monitor.text.document import Document

SOURCE = "monitor"
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "suggestion": types.DiagnosticSeverity.Information,
}
_MARKS = re.compile(r"([\\`*_\[\]<>])")
REASON = "kept on purpose: say why"
"""For the writer to type over."""

IGNORE_WORDS = "thb-monitor.ignoreWords"
"""Arguments: document, rule, the words as they are compared."""
IGNORE_RULE = "thb-monitor.ignoreRule"
"""Argument: the rule."""
FORGET_IGNORED = "thb-monitor.forgetIgnored"
"""Shows again what was ignored in this session; no arguments."""
SHOW_PLACE = "thb-monitor.showPlace"
"""Arguments: document, [line, character] of the beginning and of the end."""
FEEDBACK = "thb-monitor.feedback"
"""Arguments: rule, whether it was right, the guideline's stamp, severity."""


def diagnostics_of(
    answer: Mapping[str, Any],
    lines: Lines,
    format: Format,
    options: Options,
    ignored: AbstractSet[tuple[str, str]] = frozenset(),
) -> list[types.Diagnostic]:
    """Return the diagnostics of `answer`, the JSON of a checked draft whose text `lines` has.

    `ignored`: rules with the words they are not to be shown at; empty words: anywhere.
    """
    found = [
        _finding(finding, lines, format)
        for finding in answer["findings"]
        if options.shows(finding["severity"])
        and (rule := finding["rule"]) not in options.disable
        and ignored.isdisjoint(((rule, ""), (rule, normalized(finding["match"]))))
    ]
    for problem in answer.get("ignore_problems", ()):
        at = range_of(lines, problem["source_start"], problem["source_end"])
        found.append(_diagnostic("ignore-comment", problem["message"], at, _SEVERITIES["warning"]))
    if answer["coverage"]["checked"] == "none":
        found.append(_diagnostic("not-checked", answer["coverage"]["note"]))
    return found


def _diagnostic(
    code: str,
    words: str,
    at: types.Range | None = None,
    severity: types.DiagnosticSeverity = types.DiagnosticSeverity.Information,
) -> types.Diagnostic:
    """Return what is said of a place, or of the draft as a whole, at its beginning."""
    at = at or types.Range(types.Position(0, 0), types.Position(0, 0))
    return types.Diagnostic(range=at, severity=severity, code=code, source=SOURCE, message=words)


def normalized(words: str) -> str:
    """Return `words` as they are compared: another line break or capital is no other wording."""
    return " ".join(words.split()).casefold()


def refusal(error: MonitorError) -> list[types.Diagnostic]:
    """Return the diagnostic that says why a draft is not checked; an empty one needs none."""
    if str(error).endswith("the document is empty"):
        return []
    code = "too-large" if isinstance(error, DocumentTooLarge) else "not-checked"
    return [_diagnostic(code, f"Not checked: {error}")]


def _finding(finding: Mapping[str, Any], lines: Lines, format: Format) -> types.Diagnostic:
    start = finding.get("source_start", finding["start"])
    end = finding.get("source_end", finding["end"])
    urls = (source["url"] for source in finding["sources"])
    url = next((url for url in urls if re.match("https?://", url, re.IGNORECASE)), None)
    written = lines.text[start:end]
    plain = written if format == "txt" else html.unescape(written)
    in_tag = lines.text.rfind("<", 0, start) > lines.text.rfind(">", 0, start)
    quoted = "" if finding["quoted"] == "no" else f" ({finding['quoted']} quotation)"
    why = finding["why"].strip()
    message = finding.get("by_place", finding["message"])
    said = f"{message}{quoted}" + (f"\nWhy: {why}" if why else "")
    at, severity = range_of(lines, start, end), _SEVERITIES[finding["severity"]]
    told = _diagnostic(finding["rule"], said, at, severity)
    told.code_description = types.CodeDescription(href=url) if url else None
    told.data = {
        "rule": finding["rule"],
        "guideline": finding.get("guideline"),
        "severity": finding["severity"],
        "match": finding["match"],
        "written": written,
        "start": finding["start"],
        "end": finding["end"],
        "fixes": [escaped(words, format, in_tag=in_tag) for words in finding["suggestions"]],
        # a long passage is no wording that another takes the place of; and markup inside, such as
        # a star or a tag that closes behind, would be torn
        "replaceable": len(written) <= 400 and plain.split() == finding["match"].split(),
    }
    return told


def range_of(lines: Lines, start: int, end: int) -> types.Range:
    """Return the protocol's range of the code points `start` to `end`."""
    return types.Range(*(types.Position(*lines.place(offset)) for offset in (start, end)))


def escaped(wording: str, format: Format, *, in_tag: bool = False) -> str:
    """Return a suggestion as it is written in a file of `format`; in a tag it is an attribute's."""
    if format == "html":
        return html.escape(wording, quote=in_tag)
    return _MARKS.sub(r"\\\1", wording) if format == "md" else wording


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the client said it can do."""

    versioned_edits: bool = False
    shows_disabled: bool = False
    shows_documents: bool = False
    progress: bool = False
    asked_settings: bool = False
    watches_files: bool = False
    only_pulls: bool = False
    """It asks for diagnostics and does not take what is published."""

    def edit(self, uri: str, version: int | None, at: types.Range, new: str) -> types.WorkspaceEdit:
        """Return the edit that replaces the text `at` a range with `new`."""
        change = types.TextEdit(range=at, new_text=new)
        if not self.versioned_edits:
            return types.WorkspaceEdit(changes={uri: [change]})
        document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
        edits = types.TextDocumentEdit(text_document=document, edits=[change])
        return types.WorkspaceEdit(document_changes=[edits])


def read_capabilities(said: types.ClientCapabilities) -> Capabilities:
    """Return what matters here of a client's capabilities."""
    text, window, workspace = said.text_document, said.window, said.workspace
    action = text.code_action if text else None
    edits = workspace.workspace_edit if workspace else None
    watched = workspace.did_change_watched_files if workspace else None
    shown = window.show_document if window else None
    return Capabilities(
        versioned_edits=bool(edits and edits.document_changes),
        shows_disabled=bool(action and action.disabled_support),
        shows_documents=bool(shown and shown.support),
        progress=bool(window and window.work_done_progress),
        asked_settings=bool(workspace and workspace.configuration),
        watches_files=bool(watched and watched.dynamic_registration),
        only_pulls=bool(text and text.diagnostic and not text.publish_diagnostics),
    )


@dataclass(frozen=True, slots=True)
class EditorDraft:
    """An open document: what it holds now, and whether what is known of it is of this text."""

    uri: str
    version: int | None
    lines: Lines
    format: Format
    is_current: bool


def actions_at(
    draft: EditorDraft, flags: Iterable[types.Diagnostic], client: Capabilities, *, feedback: bool
) -> list[types.CodeAction]:
    """Return the actions for `flags`, which may stand elsewhere by now than when they were made.

    Whether the words are still there is asked of the text: no other words are ever replaced.
    """
    actions: list[types.CodeAction] = []
    for flag in flags:
        data = flag.data
        if flag.source != SOURCE or not isinstance(data, Mapping) or "written" not in data:
            continue
        places = ((place.line, place.character) for place in (flag.range.start, flag.range.end))
        start, end = map(draft.lines.offset, places)
        if draft.lines.text[start:end] == data["written"]:
            actions += _fixes(draft, flag, client)
            actions.append(_ignore_here(draft, flag, client, end))
        rule = data["rule"]
        title = f"Ignore {rule} everywhere, until the editor is closed"
        actions.append(_action(flag, title, IGNORE_RULE, rule))
        if feedback:  # no word of the draft goes with the answers
            for right, word in ((True, "right"), (False, "wrong")):
                title = f"This flag was {word} ({rule}; tells the desk)"
                facts = rule, right, data["guideline"], data["severity"]
                actions.append(_action(flag, title, FEEDBACK, *facts))
    return actions


def _fixes(
    draft: EditorDraft, flag: types.Diagnostic, client: Capabilities
) -> Iterator[types.CodeAction]:
    """Yield a quick fix for each suggestion; where there is markup in between, say why not."""
    data: Any = flag.data
    for number, wording in enumerate(data["fixes"]):
        # an editor may offer those of several flags of a line in one menu
        flagged = _short(data["match"])
        title = f"Replace {flagged} with {_short(wording)}" if wording else f"Leave {flagged} out"
        action = _action(flag, title)
        if data["replaceable"]:
            action.edit = client.edit(draft.uri, draft.version, flag.range, wording)
            action.is_preferred = number == 0
            yield action
        elif client.shows_disabled:
            reason = "there is markup between the words: change them by hand"
            action.disabled = types.CodeActionDisabled(reason=reason)
            yield action


def _ignore_here(
    draft: EditorDraft, flag: types.Diagnostic, client: Capabilities, end: int
) -> types.CodeAction:
    """Return the action that ignores a rule at one place: a comment where the format has them."""
    data: Any = flag.data
    rule, match, lines = data["rule"], data["match"], draft.lines
    can = draft.format != "txt" and draft.is_current
    found = _ignoring_comment(lines, draft.format, data, end) if can else None
    if found is None:
        title = f"Ignore {rule} at {_short(match)} in this document, until the editor is closed"
        return _action(flag, title, IGNORE_WORDS, draft.uri, rule, normalized(match))
    offset, comment = found
    action = _action(flag, f"Ignore {rule} here (adds a comment; say why in it)")
    at = range_of(lines, offset, offset)
    action.edit = client.edit(draft.uri, draft.version, at, comment)
    if client.shows_documents:
        after = Lines(lines.text[:offset] + comment + lines.text[offset:], lines.encoding)
        start = offset + comment.rindex(REASON)
        shown = [list(after.place(place)) for place in (start, start + len(REASON))]
        action.command = types.Command("Say why", SHOW_PLACE, arguments=[draft.uri, *shown])
    return action


def _action(flag: types.Diagnostic, title: str, command: str = "", *given: Any) -> types.CodeAction:
    run = types.Command(title, command, arguments=list(given)) if command else None
    kind = types.CodeActionKind.QuickFix
    return types.CodeAction(title=title, kind=kind, diagnostics=[flag], command=run)


def _short(words: str) -> str:
    """Return words in quotation marks as a menu shows them."""
    line = " ".join(words.split())
    return f"“{line if len(line) <= 40 else f'{line[:39]}…'}”"


def _ignoring_comment(
    lines: Lines, format: Format, data: Mapping[str, Any], end: int
) -> tuple[int, str] | None:
    """Return a comment that silences the rule at a flag, which ends at `end`, and where.

    Whether the file then reads as before and the comment is about this place is tried, not
    guessed: there are code blocks, attributes, tables. `None` where it will do nowhere.
    """
    from monitor.check.ignore_comments import ignore_comment

    text = lines.text
    # reading a longer file twice makes a menu wait
    before = _read(text, format) if len(text) <= 200_000 else None
    if before is None:
        return None
    for offset in (max(end, len(text[: lines.line_end(end)].rstrip())), end):
        space = "" if text[offset - 1 : offset].isspace() else " "
        comment = space + ignore_comment([data["rule"]], REASON)
        after = _read(text[:offset] + comment + text[offset:], format)
        if after is None or before.text.split() != after.text.split():
            continue
        blocks = (one.block for one in after.comments if one.start == offset + len(space))
        if any(one and one[0] <= data["start"] and data["end"] <= one[1] for one in blocks):
            return offset, comment
    return None


def _read(text: str, format: Format) -> Document | None:
    """Return what a reader sees and the comments, `None` where it cannot be read."""
    from monitor.text.readers import make_document

    try:
        return make_document(text, format=format, max_chars=len(text))
    except DocumentError:
        return None
