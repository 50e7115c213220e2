"""`monitor serve`, API and pages, and `monitor lsp`, the language server for editors."""

from __future__ import annotations

import gc
from contextlib import nullcontext

from typer import Context, Exit

from monitor.cli.common import flag, monitor_of, option, say
from monitor.cli.run import schedule
from monitor.settings import MAX_WORKERS


def serve(
    context: Context,
    host: str = option("The address to listen on.", "127.0.0.1"),
    port: int = option("The port to listen on; 0 takes a free one.", 8000, min=0, max=65535),
    workers: int | None = option(
        "Drafts checked at once; 0: one a core, at most four. Default: [serve] workers.",
        min=0,
        max=MAX_WORKERS,
    ),
    watch: bool = flag(
        "--watch", "Keep the schedule too, in a process beside: poll, judge and tell what is due."
    ),
) -> None:
    """Serve the draft page, the digest and the API."""
    from monitor.api.authentication import words_to_others
    from monitor.web.server import count_workers, run_server

    monitor = monitor_of(context)
    wanted = monitor.settings.serve.workers if workers is None else workers

    def started(address: str) -> None:
        # the rules are a million objects that stay: looking through them for garbage made every
        # tenth draft wait 0.1 s longer
        gc.collect()
        gc.freeze()
        say(f"running on {address} (Ctrl-C ends it)")
        for line in words_to_others(monitor, host):
            say(line)

    with schedule(context.obj) if watch else nullcontext():
        run_server(monitor, host=host, port=port, workers=count_workers(wanted), started=started)


def lsp(context: Context) -> None:
    """Check drafts in an editor: a language server on stdin and stdout, which the editor starts."""
    from monitor.lsp.server import run_lsp

    raise Exit(run_lsp(context.obj))
