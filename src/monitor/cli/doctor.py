"""`monitor doctor`: whether this installation and this desk can work."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Annotated, Literal

import typer

from monitor.cli.common import plain, show


def doctor(
    context: typer.Context,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Examine libraries, models, rules, database, disk, feeds and clock; change nothing.

    Each line says ok, warning or fault, what was found, and what to do. Exit 0: no fault; 1: some
    part cannot work; 2: the settings cannot be read.
    """
    from monitor.cli.doctor_checks import Setup, examine, exit_code
    from monitor.desk import utc_now
    from monitor.settings import load_settings, settings_file

    settings = load_settings(context.obj)
    setup = Setup(settings, settings_file(context.obj), utc_now(), time.monotonic())
    checks = examine(setup)
    if format == "json":
        document = {"schema": 1, "checks": [asdict(check) for check in checks]}
        show(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for check in checks:
            advice = f" -> {check.advice}" if check.advice else ""
            show(plain(f"{check.status:7}  {check.part}: {check.found}{advice}"))
    raise typer.Exit(exit_code(checks))
