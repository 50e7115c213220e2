"""What commands share: options, the `Monitor` of a call, and output to the terminal.

Results go to stdout (`show`), words and progress to stderr (`say`, `progress`).
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer
from typer import Argument, Context, Option

from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from rich.progress import Progress, TaskID

    from monitor.app import Monitor
    from monitor.desk import Desk

TextOrJson = Annotated[Literal["text", "json"], Option(help="How to write it.")]
OutputFolder = Annotated[Path, Option("-o", "--output", metavar="DIR", help="Where to write.")]
By = Annotated[str, Option(help="Who says so.")]

Since = Annotated[str | None, Option(help="The first day; default the 30th from the last.")]
Until = Annotated[str | None, Option(help="The last day; default today.")]
SeenSince = Annotated[str | None, Option(help="First seen on or after this day.")]
SeenUntil = Annotated[str | None, Option(help="First seen on or before this day.")]
PublishedSince = Annotated[str | None, Option(help="Published on or after this day.")]
PublishedUntil = Annotated[str | None, Option(help="Published on or before this day.")]

Place = Annotated[str | None, Option(help="Only this country (ISO alpha-2).")]
Outlet = Annotated[str | None, Option(help="Only this outlet, by its name.")]
Language = Annotated[str | None, Option(help="Only this language, such as en.")]

EngineName = Literal["local", "ray"]
Engine = Annotated[
    EngineName, Option(help="Who judges: processes of this machine, or Ray's (extra cluster).")
]


def option(help: str, default: Any = None, *names: str, **facts: Any) -> Any:
    """Return an option of a command, `default` where it is not given."""
    return Option(default, *names, help=help, **facts)


def flag(name: str, help: str, default: bool | None = False, **facts: Any) -> Any:
    """Return an option that takes no value."""
    return Option(default, name, help=help, **facts)


def argument(help: str, default: Any = ..., **facts: Any) -> Any:
    """Return an argument of a command; without a `default` it must be given."""
    return Argument(default, help=help, **facts)


RAY_ADDRESS = option(
    "With --engine ray: the cluster there (default: RAY_ADDRESS, else one for this run).",
    "",
    metavar="ADDRESS",
)


def group() -> typer.Typer:
    """Return the application of a group of commands; `app` has its name and help."""
    return typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def monitor_of(context: Context) -> Monitor:
    """Return the `Monitor` that the call's settings describe, closed when the command ends.

    Whoever calls the commands in its own process may say as `obj` how another is opened.
    """
    if callable(context.obj):
        return cast("Monitor", context.with_resource(context.obj()))
    from monitor.app import open_monitor
    from monitor.settings import load_settings

    return context.with_resource(open_monitor(load_settings(context.obj)))


def cluster_address(engine: EngineName, given: str) -> str:
    """Return where the cluster is, "" for one of this run; raises `UsageError` without need."""
    from monitor.settings import ray_address

    if engine != "ray":
        if given:
            raise UsageError("--ray-address goes with --engine ray")
        return ""
    address = given or ray_address()
    return "" if address == "local" else address  # Ray's word for one of this run


def period(desk: Desk, since: str | None, until: str | None) -> tuple[date, date]:
    """Return the days [since, until) that are asked for, 30 of them by default."""
    from monitor.records.dates import period_of

    return period_of(*days_asked(since, until), today=desk.today, length=30)


def days_asked(
    since: str | None, until: str | None, kind: str = ""
) -> tuple[date | None, date | None]:
    """Return the days of `--since` and `--until`, or of `--published-…`. Raises `UsageError`."""
    from monitor.records.dates import parse_day

    return (
        None if since is None else parse_day(since, f"--{kind}since"),
        None if until is None else parse_day(until, f"--{kind}until"),
    )


def say_days(*asked: tuple[str | None, str | None]) -> None:
    """Say by which first and last day of sight, and of publication, articles were chosen."""
    told = []
    for (first, last), how in zip(asked, ("first seen", "published"), strict=True):
        days = [f"from {first}"] * bool(first) + [f"to {last}"] * bool(last)
        told += [f"{how} {' '.join(days)}"] if days else []
    if told:
        say(f"chosen by: {' and '.join(told)}, days included")


def say(text: str) -> None:
    """Write a line of words to stderr."""
    sys.stderr.write(f"{plain(text)}\n")
    sys.stderr.flush()


def show(text: str) -> None:
    """Write a result to stdout."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def show_json(value: object, *, indent: int | None = 1, ascii: bool = False) -> None:
    """Write a result to stdout as JSON."""
    show(json.dumps(value, ensure_ascii=ascii, indent=indent))


def show_as(
    format: str, value: object, lines: Iterable[str], *, indent: int = 1, ascii: bool = False
) -> None:
    """Write a result to stdout: `value` as JSON, or `lines` that cannot drive a terminal."""
    if format == "json":
        show_json(value, indent=indent, ascii=ascii)
    else:
        for line in lines:
            show(plain(line))


def plural(count: int) -> str:
    """Return the ending of a noun that `count` stands before."""
    return "" if count == 1 else "s"


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

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),  # a file's name in brackets is no style
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        yield bar


@contextmanager
def counters() -> Iterator[Callable[[str, int, int | None], None]]:
    """Show progress, a bar a task; yield what takes its name, what more is done, of how many."""
    with progress() as bar:
        tasks: dict[str, TaskID] = {}

        def report(name: str, more: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.advance(tasks[name], more)

        yield report


@contextmanager
def counter(words: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show the progress of one task; yield what takes how much more of it is done."""
    with progress() as bar:
        task = bar.add_task(words, total=total)
        yield lambda more: bar.advance(task, more)


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
