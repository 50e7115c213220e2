"""One editor's session: its drafts, what was said of them, and what its user put aside.

Drafts are checked beside the main loop, in a process of their own, so that typing never waits.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from monitor.jobs.draft_processes import Job, Worker, WorkerEnded
from monitor.lsp import diagnostics
from monitor.lsp.documents import Format, Lines, encoding_of, format_of
from monitor.lsp.editor_settings import Options, read_options
from monitor.records.errors import DocumentError, MonitorError, describe_exception
from monitor.settings import CONFIG_NAME, Settings, load_settings

PAUSE_S = 0.4
"""How long nothing is typed before a draft is checked."""


class Checker:
    """Checks drafts in a process of its own, which loads guideline and models; one at a time."""

    def __init__(self, settings: Settings) -> None:
        self._worker = Worker(settings)
        self._pool = ThreadPoolExecutor(1, "checks")

    async def load(self) -> None:
        """Start the process and wait until it is ready; raises what is wrong."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._worker.start)

    async def check(self, options: Mapping[str, Any]) -> Any:
        """Return `Drafts.check_text(**options)`; raises what that raises, else `WorkerError`.

        Where the process ended, a new one tries once more: it may have been another's fault.
        """
        job = Job("check_text", options)
        try:
            return await self._do(job)
        except WorkerEnded:
            return await self._do(job)

    async def say_flag(self, options: Mapping[str, Any]) -> None:
        """Count whether a flag was right, in the desk's database; raises as `say_flag` does."""
        await self._do(Job("say_flag", options))

    async def _do(self, job: Job) -> Any:
        loop = asyncio.get_running_loop()
        return json.loads(await loop.run_in_executor(self._pool, self._worker.do, job))

    def close(self) -> None:
        """End the process whatever it is doing."""
        self._worker.close()
        self._pool.shutdown(wait=False)


class Debouncer:
    """Which document is checked when: a pause after its last change, one at a time."""

    def __init__(self, check: Callable[[str], Awaitable[None]]) -> None:
        self._check = check
        self._pausing: dict[str, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def later(self, uri: str, pause_s: float) -> None:
        """Have `uri` checked when nothing happened to it for `pause_s`."""
        self.forget(uri)
        task = asyncio.get_running_loop().create_task(self._run(uri, pause_s))
        self._pausing[uri] = task
        self._running.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self._running.discard)

    def forget(self, uri: str) -> None:
        """Have `uri` not checked, unless that has begun."""
        if task := self._pausing.pop(uri, None):
            task.cancel()

    async def now(self, uri: str) -> None:
        """Check `uri` as soon as it is its turn, and return when that is done."""
        self.forget(uri)
        async with self._turn:
            await self._check(uri)

    async def _run(self, uri: str, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        self._pausing.pop(uri, None)  # its pause is over: nothing is to be cancelled
        await self.now(uri)


@dataclass(slots=True)
class LastCheck:
    """The last answer to a draft: of which text, under which options, and what was published."""

    document: TextDocument
    text: str
    generation: int
    answer: dict[str, Any] | None
    diagnostics: list[types.Diagnostic] = field(default_factory=list)


class EditorSession:
    """What happens between an editor and `monitor`; the protocol's words are `server`'s."""

    def __init__(
        self,
        server: LanguageServer,
        config: Path | None,
        make_checker: Callable[[Settings], Checker] = Checker,
    ) -> None:
        self.server = server
        self.client = diagnostics.Capabilities()
        self.options = Options()
        self._make_checker = make_checker
        self._ignored: set[tuple[str, str, str]] = set()
        self._config = config.resolve() if config else None
        self._checker: Checker | None = None
        self._debouncer = Debouncer(self._check)
        self._generation = 0
        self._said: dict[str, LastCheck] = {}
        self._shown: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def configure(self, given: Any) -> None:
        """Take an editor's settings, tell what is wrong with them, and check all drafts anew."""
        self.options, wrong = read_options(given)
        self._shown.clear()
        for words in wrong:
            self.tell(words, types.MessageType.Warning)
        self.renew()

    def reload(self) -> None:
        """Read monitor.toml (again), load what it names and check all drafts anew."""
        self._shown.clear()
        self.close()
        try:
            settings = load_settings(self._config)
        except MonitorError as error:
            self.tell(f"Drafts are not checked: {error}", types.MessageType.Error)
            return
        self._checker = self._make_checker(settings)
        task = asyncio.get_running_loop().create_task(self._load(self._checker))
        self._tasks.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self._tasks.discard)
        self.renew()  # what is open waits in line behind loading

    async def _load(self, checker: Checker) -> None:
        loading = asyncio.ensure_future(checker.load())
        # where the editor ends meanwhile nobody waits for it
        loading.add_done_callback(lambda done: done.cancelled() or done.exception())
        token, progress, shown = uuid4().hex, self.server.work_done_progress, self.client.progress
        try:
            if shown:
                await asyncio.wait_for(progress.create_async(token), 2)
                said = "loading the guideline"
                progress.begin(token, types.WorkDoneProgressBegin(title="monitor", message=said))
        except Exception:  # noqa: BLE001 - loading goes on without being shown
            shown = False
        try:
            await loading
        except Exception as error:  # noqa: BLE001 - told without its message
            if checker is self._checker:
                self._fail(error)
        finally:
            if shown:
                progress.end(token, types.WorkDoneProgressEnd())

    def close(self) -> None:
        """End the checking process; what it is at is nobody's business any more."""
        if checker := self._checker:
            self._checker = None
            checker.close()

    def changed(self, uri: str, pause_s: float = PAUSE_S) -> None:
        """Have a draft checked that was opened or edited."""
        if self._format(self._document(uri)):
            self._debouncer.later(uri, pause_s)

    def closed(self, uri: str) -> None:
        """Forget a draft and take its flags away."""
        self._debouncer.forget(uri)
        if self._said.pop(uri, None):
            self._publish(uri, None, [])

    def renew(self) -> None:
        """Check every open draft anew."""
        self._generation += 1
        for document in list(self.server.workspace.text_documents.values()):
            if self._format(document):
                self._debouncer.later(document.uri, 0)
            else:
                self.closed(document.uri)

    async def asked(self, uri: str) -> list[types.Diagnostic]:
        """Return the flags of a draft as it is now, for a client that asks."""
        await self._debouncer.now(uri)
        said = self._said.get(uri)
        return said.diagnostics if said else []

    def put_aside(self, rule: str, words: str = "", uri: str = "") -> None:
        """Show a rule no more in this session, or not at these words of this draft."""
        self._ignored.add((uri, rule, words))
        self._show_again()

    def take_back(self) -> None:
        """Show again all that was put aside."""
        self._ignored.clear()
        self._show_again()

    async def say_flag(self, rule: str, right: Any, guideline: Any, severity: Any) -> None:
        """Count whether a flag was right, where the user has asked for being asked."""
        checker = self._checker
        if not self.options.feedback or checker is None:
            return
        facts = {"rule": rule, "right": bool(right), "client": "lsp"}
        try:
            await checker.say_flag(facts | {"guideline": guideline, "severity": severity})
        except Exception as error:  # noqa: BLE001 - told without its message
            told = str(error) if isinstance(error, MonitorError) else describe_exception(error)
            self.tell(f"Your answer was not counted: {told}", types.MessageType.Error)
            return
        self.tell(f"Counted for the desk: {rule}", types.MessageType.Info)

    def _show_again(self) -> None:
        """Publish anew what is known, without what is put aside."""
        for uri, said in list(self._said.items()):
            document = self._document(uri)
            if document is None or document.source is not said.text:
                continue  # what is being checked is without it anyway
            if said.answer is not None and said.generation == self._generation:
                self._answered(document, said.text, said.answer)

    def actions(
        self, uri: str, flags: list[types.Diagnostic], at: types.Range
    ) -> list[types.CodeAction]:
        """Return what is offered at `flags`, or at those known in `at` where none are given."""
        document, said = self._document(uri), self._said.get(uri)
        kind = self._format(document)
        if document is None or kind is None:
            return []
        known = said.diagnostics if said else []
        is_current = bool(said and said.text is document.source)
        if flags:  # a client may keep no data of a flag
            flags = [
                flag
                if flag.data
                else next((o for o in known if (o.range, o.code) == (flag.range, flag.code)), flag)
                for flag in flags
            ]
        elif is_current:
            flags = [f for f in known if f.range.start <= at.end and at.start <= f.range.end]
        lines = Lines(document.source, encoding_of(self.server.workspace.position_encoding))
        draft = diagnostics.EditorDraft(uri, document.version, lines, kind, is_current=is_current)
        return diagnostics.actions_at(draft, flags, self.client, feedback=self.options.feedback)

    async def _check(self, uri: str) -> None:
        """Check a draft; what is older than the draft by the time of the answer is dropped."""
        document, checker, said = self._document(uri), self._checker, self._said.get(uri)
        kind = self._format(document)
        if document is None or kind is None or checker is None:
            return
        text, generation = document.source, self._generation
        if said and (said.document, said.text, said.generation) == (document, text, generation):
            return
        answer: Any = None
        flags: list[types.Diagnostic] = []
        try:
            asked = {"text": text, "format": kind, "people": True, **self.options.given()}
            answer = await checker.check(asked)
        except DocumentError as error:
            flags = diagnostics.refusal(error)
        except Exception as error:  # noqa: BLE001 - told without its message
            if checker is self._checker:
                self._fail(error)
            return
        is_same = self._document(uri) is document and document.source is text
        if is_same and generation == self._generation:
            self._answered(document, text, answer, flags)

    def _answered(
        self, document: TextDocument, text: str, answer: Any, flags: Iterable[types.Diagnostic] = ()
    ) -> None:
        """Keep and publish what is said of a draft."""
        kind, flags = self._format(document), list(flags)
        if answer is not None and kind:
            aside = {each[1:] for each in self._ignored if each[0] in ("", document.uri)}
            lines = Lines(text, encoding_of(self.server.workspace.position_encoding))
            flags = diagnostics.diagnostics_of(answer, lines, kind, self.options, aside)
        self._said[document.uri] = LastCheck(document, text, self._generation, answer, flags)
        self._publish(document.uri, document.version, flags)

    def _publish(self, uri: str, version: int | None, flags: list[types.Diagnostic]) -> None:
        if not self.client.only_pulls:
            self.server.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri=uri, diagnostics=flags, version=version)
            )

    def _document(self, uri: str) -> TextDocument | None:
        """Return an open document; of files that are not open nothing is read."""
        found = self.server.workspace.text_documents.get(unquote(uri))
        return found if isinstance(found, TextDocument) else None

    def _format(self, document: TextDocument | None) -> Format | None:
        if document is None or document.uri.endswith(f"/{CONFIG_NAME}"):
            return None
        return format_of(document.uri, document.language_id, self.options.languages)

    def _fail(self, error: Exception) -> None:
        """Tell of a failure: an expected one in its words, any other by its type and place."""
        expected = isinstance(error, MonitorError)
        failed = f"A draft could not be checked ({describe_exception(error)})"
        told = f"Drafts are not checked: {error}" if expected else failed
        self.tell(told, types.MessageType.Error)

    def tell(self, words: str, kind: types.MessageType) -> None:
        """Show the user a sentence, once until settings change."""
        if words not in self._shown:
            self._shown.add(words)
            self.server.window_show_message(types.ShowMessageParams(kind, f"monitor: {words}"))
