"""`monitor serve`: API and pages."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from monitor.cli.context import monitor_of
from monitor.cli.output import say


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Serve the draft page, the digest and the API."""
    from monitor.api import run_server

    monitor = monitor_of(context)
    monitor.ready()
    # the rules are a million objects that stay: looking through them for garbage made every tenth
    # draft wait 0.1 s longer
    gc.collect()
    gc.freeze()
    say(f"http://{host}:{port}/  (Ctrl-C ends it)")
    run_server(monitor, host=host, port=port)
