"""Language server (LSP) of `monitor lsp`: the protocol's messages, handed to the session.

Nothing of a draft on stderr, which editors keep in their logs, and nothing else on stdout.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from monitor import __version__
from monitor.lsp import diagnostics
from monitor.lsp.documents import ExactWorkspace
from monitor.lsp.editor_settings import SECTION
from monitor.lsp.session import Checker, EditorSession
from monitor.records.errors import describe_exception
from monitor.settings import CONFIG_NAME, Settings


class Server(LanguageServer):
    """The protocol's server; what goes wrong in it is told without its message."""

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002
        """Show the user that a message was not understood, by types and places of code."""
        words = f"monitor: an editor's message failed ({describe_exception(error)})"
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, words))


def run_lsp(config: Path | None = None) -> int:
    """Serve an editor on stdin and stdout until it ends; return the exit code.

    `config` is the settings file; by default the workspace's monitor.toml.
    """
    root = logging.getLogger()
    root.handlers[:] = [Wordless(logging.WARNING)]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    # Of no use to anybody at each start: a client's word that is not in the protocol.
    logging.getLogger("pygls").setLevel(logging.ERROR)
    # what else is printed would end the conversation: to stderr
    sys.stdout.flush()
    given, taken = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    server, session = make_server(config)
    try:
        server.start_io(given, taken)
    except Exception as error:  # noqa: BLE001 - told without its message
        sys.stderr.write(f"error: {describe_exception(error)}\n")
        return 2
    finally:
        session.close()
    return 0 if server.protocol._shutdown else 1  # noqa: SLF001 - it tells nobody


def make_server(
    config: Path | None = None, make_checker: Callable[[Settings], Checker] = Checker
) -> tuple[Server, EditorSession]:
    """Return a server that answers everything a session can, and the session."""
    server = Server("thb-monitor", __version__)
    session = EditorSession(server, config, make_checker)
    handlers = _Handlers(server, session)
    offered = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    for method, handler, options in (
        (types.INITIALIZE, handlers.initialize, None),
        (types.INITIALIZED, handlers.initialized, None),
        (types.SHUTDOWN, lambda _: session.close(), None),
        (types.WORKSPACE_DID_CHANGE_CONFIGURATION, handlers.settings_changed, None),
        (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, handlers.files_changed, None),
        (types.TEXT_DOCUMENT_CODE_ACTION, handlers.actions, offered),
        (types.TEXT_DOCUMENT_DID_OPEN, lambda it: session.changed(it.text_document.uri, 0), None),
        (types.TEXT_DOCUMENT_DID_CHANGE, lambda it: session.changed(it.text_document.uri), None),
        (types.TEXT_DOCUMENT_DID_CLOSE, lambda it: session.closed(it.text_document.uri), None),
    ):
        server.feature(method, options)(_guarded(handler))
    for name, command in (
        (diagnostics.IGNORE_WORDS, lambda uri, rule, words: session.put_aside(rule, words, uri)),
        (diagnostics.IGNORE_RULE, lambda rule, *_: session.put_aside(rule)),
        (diagnostics.FORGET_IGNORED, lambda *_: session.take_back()),
        (diagnostics.SHOW_PLACE, handlers.show_place),
        (diagnostics.FEEDBACK, session.say_flag),
    ):
        server.command(name)(_guarded(command))
    return server, session


@contextmanager
def _no_words() -> Iterator[None]:
    """Let a failure carry no message of its cause."""
    try:
        yield
    except JsonRpcException:
        raise
    except Exception as error:  # noqa: BLE001 - told without its message
        raise JsonRpcInternalError(describe_exception(error)) from None


def _guarded(handler: Callable[..., Any]) -> Callable[..., Any]:
    if asyncio.iscoroutinefunction(handler):

        async def handle(*words: Any) -> Any:
            with _no_words():
                return await handler(*words)

        return handle

    def handle_now(*words: Any) -> Any:
        with _no_words():
            return handler(*words)

    return handle_now


class _Handlers:
    """What is done with the protocol's messages."""

    def __init__(self, server: Server, session: EditorSession) -> None:
        self._server, self._session = server, session
        self._given: Any = None

    def initialize(self, said: types.InitializeParams) -> None:
        server, session = self._server, self._session
        session.client = diagnostics.read_capabilities(said.capabilities)
        was = server.workspace
        folders = list(was.folders.values())
        sync, encoding = types.TextDocumentSyncKind.Incremental, was.position_encoding
        # its documents are exact; pygls takes no other class of workspace
        exact = ExactWorkspace(was.root_uri, sync, folders, encoding)
        server.protocol._workspace = exact  # noqa: SLF001
        uri = folders[0].uri if folders else was.root_uri
        root = to_fs_path(uri) if uri else None
        if root and Path(root).is_dir():  # its monitor.toml is in force, paths in it are its
            os.chdir(root)
        self._given = said.initialization_options
        if session.client.only_pulls:
            options = types.DiagnosticOptions(
                inter_file_dependencies=False, workspace_diagnostics=False, identifier=SECTION
            )
            server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(_guarded(self.pull))

    def initialized(self, _: types.InitializedParams) -> None:
        self._session.configure(self._given)
        if self._session.client.watches_files:
            # to be told when a monitor.toml changes, or a rule of a newsroom's own
            globs = f"**/{CONFIG_NAME}", "**/*.yaml"
            watchers = [types.FileSystemWatcher(glob_pattern=each) for each in globs]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            asked = types.Registration("settings", method, options)
            self._server.client_register_capability(types.RegistrationParams([asked]))
        self._session.reload()

    async def pull(
        self, asked: types.DocumentDiagnosticParams
    ) -> types.RelatedFullDocumentDiagnosticReport:
        flags = await self._session.asked(asked.text_document.uri)
        return types.RelatedFullDocumentDiagnosticReport(items=flags)

    async def settings_changed(self, said: types.DidChangeConfigurationParams) -> None:
        settings = said.settings
        if settings is None and self._session.client.asked_settings:
            asked = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
            (settings,) = await self._server.workspace_configuration_async(asked)
        self._session.configure(settings)

    def files_changed(self, said: types.DidChangeWatchedFilesParams) -> None:
        if any(change.uri.endswith(f"/{CONFIG_NAME}") for change in said.changes):
            self._session.reload()
        else:  # a check looks by itself whether the rules have changed
            self._session.renew()

    def actions(self, asked: types.CodeActionParams) -> list[types.CodeAction]:
        only = asked.context.only
        kinds = (types.CodeActionKind.QuickFix, types.CodeActionKind.Empty)
        if only is not None and not any(kind in kinds for kind in only):
            return []
        flags = list(asked.context.diagnostics)
        return self._session.actions(asked.text_document.uri, flags, asked.range)

    def show_place(self, uri: str, *places: list[int]) -> None:
        at = types.Range(*(types.Position(*place) for place in places))
        shown = types.ShowDocumentParams(uri=uri, take_focus=True, selection=at)
        self._server.window_show_document(shown)  # whatever the editor answers


class Wordless(logging.Handler):
    """Says where something was logged, and the types of errors: libraries log drafts in words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line to stderr."""
        error = record.exc_info[1] if record.exc_info else None
        said = f": {describe_exception(error)}" if error else ""
        name, kind = Path(record.pathname).name, record.levelname.lower()
        sys.stderr.write(f"{kind} at {name}:{record.lineno}{said}\n")
