"""`monitor demo`: the program at work on six sample outlets, with nothing to set up.

Every step is a command that a user would type, printed before it runs.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from monitor.cli import demo_site
from monitor.cli.common import flag, option
from monitor.records.errors import MonitorError, UsageError

PORT = 8000
"""Where the page is served unless another program is there already."""
_ALLOW = ("# allow_hosts = []", 'allow_hosts = ["127.0.0.1"]\nhost_spacing_s = 0')
"""All six outlets are this machine: nobody has to wait for it."""


class DemoError(MonitorError):
    """A step of the demo failed; its own words are above."""


def demo(
    once: bool = flag("--once", "Stop after the digest."),
    port: int | None = option("Port of the page; default 8000, or a free one.", min=1, max=65535),
    directory: Path | None = option(
        "Keep the demo's desk as DIR/desk; default: a temporary folder, removed at the end.",
        metavar="DIR",
    ),
) -> None:
    """Follow six invented outlets on this machine, print their digest, serve page and API."""
    if directory and (directory / "desk").exists():
        raise UsageError(f"{directory / 'desk'} is already there; name another folder")
    if directory:
        directory.mkdir(parents=True, exist_ok=True)
    place = (
        nullcontext(directory) if directory else tempfile.TemporaryDirectory(prefix="monitor-demo-")
    )
    with place as name, demo_site.serve() as site:
        desk = Path(name) / "desk"
        print(f"The demo's desk is {desk}{'' if directory else ', which goes at the end'}.")
        _step(desk.parent, "init", "desk")
        settings = desk / "monitor.toml"
        text = settings.read_text(encoding="utf-8")
        assert _ALLOW[0] in text
        settings.write_text(text.replace(*_ALLOW), encoding="utf-8")
        site.opml(desk / "demo.opml")
        _step(desk, "feeds", "import", "demo.opml")
        _step(desk, "run")
        if not once:
            _step(desk, "serve", "--port", str(_free_port() if port is None else port))
    if not directory:
        print("The demo's desk is gone again.")


def _step(desk: Path, *words: str) -> None:
    """Type one command at the desk; `serve` ends with Ctrl-C, which the server gets too."""
    print(f"\n$ monitor {' '.join(words)}", flush=True)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
    serving = words[0] == "serve"
    command = [sys.executable, "-m", "monitor", *words]
    with subprocess.Popen(command, cwd=desk, env=environ) as process:  # noqa: S603 - our own words
        try:
            code = process.wait()
        except KeyboardInterrupt:
            if not serving:
                raise
            process.send_signal(signal.SIGTERM)
            code = 0 if process.wait() in (0, 1, -signal.SIGTERM, -signal.SIGINT) else 2
    if code > 0 or (code and not serving):
        raise DemoError(f"the demo stopped: monitor {words[0]} ended with {code}")


def _free_port() -> int:
    """Return the usual port, or a free one where that is taken."""
    for wanted in (PORT, 0):
        with socket.socket() as attempt:
            try:
                attempt.bind((demo_site.HOST, wanted))
            except OSError:
                continue
            return int(attempt.getsockname()[1])
    raise DemoError("there is no free port to serve the page on")
