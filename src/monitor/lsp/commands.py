"""What an editor's client can do, and the names of the commands that it can send."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

IGNORE_WORDS = "thb-monitor.ignoreWords"
"""Arguments: document, rule, the words as they are compared."""
IGNORE_RULE = "thb-monitor.ignoreRule"
"""Argument: rule."""
FORGET_IGNORED = "thb-monitor.forgetIgnored"
"""Shows again what was ignored in this session; no arguments."""
SHOW_PLACE = "thb-monitor.showPlace"
"""Arguments: document, [line, character] of the beginning and of the end."""
FEEDBACK = "thb-monitor.feedback"
"""Arguments: rule, whether it was right, the guideline's stamp, severity."""


@dataclass(frozen=True, slots=True)
class Client:
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
        """Return the edit that puts `new` in the place of what stands `at`."""
        change = types.TextEdit(range=at, new_text=new)
        if not self.versioned_edits:
            return types.WorkspaceEdit(changes={uri: [change]})
        document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
        edits = types.TextDocumentEdit(text_document=document, edits=[change])
        return types.WorkspaceEdit(document_changes=[edits])


def client_of(said: types.ClientCapabilities) -> Client:
    """Return what matters here of a client's capabilities."""
    text, window, workspace = said.text_document, said.window, said.workspace
    action = text.code_action if text else None
    edits = workspace.workspace_edit if workspace else None
    watched = workspace.did_change_watched_files if workspace else None
    shown = window.show_document if window else None
    pulls = bool(text and text.diagnostic and not text.publish_diagnostics)
    return Client(
        versioned_edits=bool(edits and edits.document_changes),
        shows_disabled=bool(action and action.disabled_support),
        shows_documents=bool(shown and shown.support),
        progress=bool(window and window.work_done_progress),
        asked_settings=bool(workspace and workspace.configuration),
        watches_files=bool(watched and watched.dynamic_registration),
        only_pulls=pulls,
    )
