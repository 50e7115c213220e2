"""How a command comes by its `Monitor`.

`--guideline NAME`: the guidelines that one call asks for.

`--engine`: who judges, this machine's processes or a Ray cluster's.

What the commands share for talking to people: words on stderr, progress only on a terminal.

Tags as they are typed: `SCHEME=LABEL` or `SCHEME:LABEL`.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress

    from monitor.app import Monitor
    from monitor.desk import Desk


def monitor_of(context: typer.Context) -> Monitor:
    """Return the `Monitor` that the call's settings describe, closed when the command ends.

    Whoever calls the commands in its own process may say as `obj` how another is opened.
    """
    if callable(context.obj):
        return cast("Monitor", context.with_resource(context.obj()))
    from monitor.app import open_monitor
    from monitor.settings import load_settings

    return context.with_resource(open_monitor(load_settings(context.obj)))


def choose(context: typer.Context, names: list[str] | None) -> tuple[Desk, tuple[str, ...] | None]:
    """Return a monitor that has the guidelines `names`, and their ids; without names all in force.

    A name is an id in force, one that comes along, or a folder, as in `[check] guideline`.
    """
    from monitor.desk import Desk
    from monitor.rules.guideline_heads import GUIDELINE
    from monitor.settings import guideline_dir

    desk: Desk = monitor_of(context)
    if not names:
        return desk, None
    settings = desk.settings
    folders: dict[str, Path] = {
        name: folder.resolve()
        for name in (*settings.check.guidelines, *names)
        if ((folder := guideline_dir(name, settings.home)) / GUIDELINE).is_file()
    }
    there = {folders.get(name) for name in settings.check.guidelines}
    more = {folders[name]: name for name in names if name in folders}
    added = tuple(name for folder, name in more.items() if folder not in there)
    if added:  # beside those in force, so that the settings of their rules still hold
        check = replace(settings.check, guideline=(*settings.check.guidelines, *added))
        desk = context.with_resource(Desk(replace(settings, check=check)))
    ids = {one.folder.resolve(): one.id for one in desk.guidelines}
    return desk, tuple(ids.get(folders[n], n) if n in folders else n for n in names)


EngineName = Literal["local", "ray"]
Engine = Annotated[
    EngineName,
    typer.Option(help="Who judges: processes of this machine, or Ray's (extra cluster)."),
]
RayAddress = Annotated[
    str,
    typer.Option(
        "--ray-address",
        metavar="ADDRESS",
        help="With --engine ray: the cluster there (default: RAY_ADDRESS, else one for this run).",
    ),
]


def cluster_address(engine: EngineName, given: str) -> str:
    """Return where the cluster is, "" for one of this run; raises `UsageError` without need."""
    from monitor.settings import ray_address

    if engine != "ray":
        if given:
            raise UsageError("--ray-address goes with --engine ray")
        return ""
    address = given or ray_address()
    return "" if address == "local" else address  # Ray's word for one of this run


def say(text: str) -> None:
    """Write a line of words to stderr."""
    sys.stderr.write(f"{plain(text)}\n")
    sys.stderr.flush()


def show(text: str) -> None:
    """Write a result to stdout."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def plain(text: str) -> str:
    """Return `text` without control characters: text from outside must not drive a terminal."""
    return "".join(
        c if c == "\t" or unicodedata.category(c) not in {"Cc", "Cf"} else " " for c in text
    )


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a progress display on stderr, invisible where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    # a file's name in square brackets is no style
    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield bar


def read_tags(given: Iterable[str]) -> list[tuple[str, str]]:
    """Return schemes and labels; raises `UsageError` for one that is none."""
    from monitor.labels.schemes import INDICATORS, check_labels

    found = []
    for entry in given:
        scheme, label = [*re.split("[=:]", entry, maxsplit=1), ""][:2]
        if scheme == "indicator" and label in INDICATORS:
            found.append((scheme, label))
        else:
            found += [(scheme, name) for name in check_labels({scheme: [label]})[scheme]]
    return found
