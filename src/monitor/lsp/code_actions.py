"""What an editor offers at a flag: other words, and ways to ignore it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from monitor.lsp.commands import (
    FEEDBACK,
    IGNORE_RULE,
    IGNORE_WORDS,
    SHOW_PLACE,
    Client,
)
from monitor.lsp.comment import place_comment
from monitor.lsp.diagnostics import SOURCE, range_of, same
from monitor.lsp.formats import Format
from monitor.lsp.lines import Lines

SHOWN = 40
"""Characters of a wording in a menu."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An open document: what it holds now, and whether what is known of it is of this text."""

    uri: str
    version: int | None
    lines: Lines
    format: Format
    is_current: bool


def actions_at(
    draft: Draft, flags: Iterable[types.Diagnostic], client: Client, *, feedback: bool
) -> list[types.CodeAction]:
    """Return the actions for `flags`, which may stand elsewhere by now than when they were made.

    Whether the words are still there is asked of the text: no other words are ever replaced.
    """
    actions: list[types.CodeAction] = []
    for flag in flags:
        data = flag.data
        if flag.source != SOURCE or not isinstance(data, Mapping) or "written" not in data:
            continue
        start, end = (
            draft.lines.offset((place.line, place.character))
            for place in (flag.range.start, flag.range.end)
        )
        if draft.lines.text[start:end] == data["written"]:
            actions += _fixes(draft, flag, data, client)
            actions.append(_ignore_here(draft, flag, data, client, end))
        actions.append(_ignore_rule(flag, data))
        if feedback:
            actions += _feedback(flag, data)
    return actions


def _fixes(
    draft: Draft, flag: types.Diagnostic, data: Mapping[str, Any], client: Client
) -> Iterator[types.CodeAction]:
    """Yield a quick fix for each suggestion; where there is markup in between, say why not."""
    for number, wording in enumerate(data["fixes"]):
        # an editor may offer those of several flags of a line in one menu
        flagged = f"“{_short(data['match'])}”"
        title = f"Replace {flagged} with “{_short(wording)}”" if wording else f"Leave {flagged} out"
        action = types.CodeAction(
            title=title, kind=types.CodeActionKind.QuickFix, diagnostics=[flag]
        )
        if data["replaceable"]:
            action.edit = client.edit(draft.uri, draft.version, flag.range, wording)
            action.is_preferred = number == 0
            yield action
        elif client.shows_disabled:
            reason = "there is markup between the words: change them by hand"
            action.disabled = types.CodeActionDisabled(reason=reason)
            yield action


def _ignore_here(
    draft: Draft, flag: types.Diagnostic, data: Mapping[str, Any], client: Client, end: int
) -> types.CodeAction:
    """Return the action that ignores a rule at one place: a comment where the format has them."""
    rule = data["rule"]
    found = draft.format != "txt" and draft.is_current
    placed = place_comment(draft.lines, draft.format, rule, data, end) if found else None
    if placed is None:
        words = f"“{_short(data['match'])}”"
        title = f"Ignore {rule} at {words} in this document, until the editor is closed"
        arguments = [draft.uri, rule, same(data["match"])]
        return _command(flag, title, IGNORE_WORDS, arguments)
    action = types.CodeAction(
        title=f"Ignore {rule} here (adds a comment; say why in it)",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[flag],
    )
    at = range_of(draft.lines, placed.offset, placed.offset)
    action.edit = client.edit(draft.uri, draft.version, at, placed.text)
    if client.shows_documents:
        after = Lines(placed.whole, draft.lines.encoding)
        shown = [list(after.place(offset)) for offset in placed.reason]
        action.command = types.Command("Say why", SHOW_PLACE, arguments=[draft.uri, *shown])
    return action


def _ignore_rule(flag: types.Diagnostic, data: Mapping[str, Any]) -> types.CodeAction:
    title = f"Ignore {data['rule']} everywhere, until the editor is closed"
    return _command(flag, title, IGNORE_RULE, [data["rule"]])


def _feedback(flag: types.Diagnostic, data: Mapping[str, Any]) -> Iterator[types.CodeAction]:
    """Yield the two answers to whether the flag was right; no word of the draft goes with them."""
    for right, word in ((True, "right"), (False, "wrong")):
        title = f"This flag was {word} ({data['rule']}; tells the desk)"
        arguments = [data["rule"], right, data["guideline"], data["severity"]]
        yield _command(flag, title, FEEDBACK, arguments)


def _command(
    flag: types.Diagnostic, title: str, command: str, arguments: list[Any]
) -> types.CodeAction:
    return types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[flag],
        command=types.Command(title, command, arguments=arguments),
    )


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
