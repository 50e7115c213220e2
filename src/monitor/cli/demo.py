"""`monitor demo`: the program at work on sample outlets, with nothing to set up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the digest.")] = False,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port of the page; default 8000, or a free one."),
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option(
            "--directory",
            metavar="DIR",
            help="Keep the demo's desk as DIR/desk; default: a temporary folder, removed at the "
            "end.",
        ),
    ] = None,
) -> None:
    """Follow six invented outlets on this machine, print their digest, serve page and API."""
    from monitor.cli.play import play_demo

    play_demo(directory, once=once, port=port)
