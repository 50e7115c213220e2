"""`monitor train`, `monitor evaluate`, `monitor models`."""

from __future__ import annotations

import typer

app = typer.Typer(help="The models on this machine.", no_args_is_help=True, rich_markup_mode=None)
evaluate_app = typer.Typer(help="Measure.", no_args_is_help=True, rich_markup_mode=None)


def train() -> None:
    """Train the models from data files."""
