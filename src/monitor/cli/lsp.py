"""`monitor lsp`: the language server that editors start."""

from __future__ import annotations

import typer


def lsp(context: typer.Context) -> None:
    """Check drafts in an editor: a language server on stdin and stdout, which the editor starts."""
    from monitor.lsp.server import run_lsp

    raise typer.Exit(run_lsp(context.obj))
