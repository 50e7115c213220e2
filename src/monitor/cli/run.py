"""The desk's day: `monitor init`, `ingest`, `assess`, `run` and `digest`.

Also the processes of their own that do parts of it: the schedule beside `monitor serve --watch`,
and the workers of `monitor assess --workers`.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Argument, Context, Option

from monitor.cli.common import (
    Engine,
    RayAddress,
    cluster_address,
    counter,
    monitor_of,
    plain,
    plural,
    progress,
    say,
    show,
)
from monitor.records.errors import StoreError, UsageError
from monitor.settings import cores

if TYPE_CHECKING:
    from types import FrameType

    from rich.progress import TaskID

    from monitor.app import Monitor
    from monitor.desk import Desk
    from monitor.jobs.schedule import Stop
    from monitor.records.feed import Feed
    from monitor.storage.polls import PollResult

    Judge = Callable[..., dict[str, dict[str, int]]]

KEEP_DAYS = 90
"""What `monitor init` offers: for so long a desk that reads and reviews looks back."""
WARNINGS_SHOWN = 3
"""How many warnings of one feed are written; the database has all."""

DigestFormat = Literal["text", "html", "md", "json", "atom", "jsonfeed"]

_Evidence = Annotated[
    bool,
    Option(
        "--evidence",
        help="In text and Markdown, give the words behind each tag and why a headline is flagged;"
        " HTML and JSON have them always.",
    ),
]


def init(
    directory: Annotated[Path, Argument(help="Where the desk lives.")] = Path(),
    keep_days: Annotated[
        int | None,
        Option(
            "--keep-days",
            min=0,
            help="Days after first sight until the words of articles expire; 0: never. Asked for"
            " on a terminal; default elsewhere: 0.",
        ),
    ] = None,
) -> None:
    """Write monitor.toml and a starter feeds.opml."""
    from monitor.feeds.starter_feeds import starter_opml
    from monitor.settings import CONFIG_NAME

    there = [name for name in (CONFIG_NAME, "feeds.opml") if (directory / name).exists()]
    if there:
        raise UsageError(f"{directory / there[0]} is already there; nothing was written")
    days = _ask_days() if keep_days is None and sys.stdin.isatty() else keep_days or 0
    starter = Path(__file__).with_name("starter.toml").read_text(encoding="utf-8")
    config = starter.replace("= 0".ljust(11), f"= {days}".ljust(11), 1)
    files = {CONFIG_NAME: config, "feeds.opml": starter_opml()}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (directory / name).write_text(content, encoding="utf-8", newline="\n")
            say(f"wrote {directory / name}")
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror}") from error
    if days:
        by = "by monitor ingest --watch or, beside monitor run, monitor store expire"
        say(f"the words of articles go after {days} days, {by}")
    else:
        changes = "[store] keep_text_days in monitor.toml changes that"
        say(f"the words of articles are kept for ever: {changes}")
    enter = "" if directory.resolve() == Path.cwd() else f"cd {directory}, then "
    say(f"next: {enter}monitor feeds import feeds.opml, then monitor run")


def _ask_days() -> int:
    """Ask how long words are kept: a desk answers for what it holds of people."""
    say("Articles name people who were harmed. So many days after first sight their words go")
    say("(headline, text, byline); judgements and counts stay. 0: they are kept for ever.")
    while True:
        asked = int(typer.prompt("Keep words for how many days?", KEEP_DAYS, type=int, err=True))
        if asked >= 0:
            return asked
        say("a number of days, or 0")


_Now = Annotated[
    bool,
    Option(
        "--now",
        help="Poll every feed at once, due or not, as after a change of settings; only a server's"
        " own Retry-After still holds.",
    ),
]


def ingest(
    context: Context,
    now: _Now = False,
    watch: Annotated[
        bool,
        Option(
            "--watch",
            help="Go on: poll, judge and tell whenever something is due, until SIGTERM or Ctrl-C.",
        ),
    ] = False,
) -> None:
    """Poll the feeds that are due and store what is new."""
    if watch:
        if now:
            raise UsageError("--now is for once: leave it out with --watch")
        from monitor.jobs.schedule import Stop
        from monitor.jobs.schedule import watch as keep_watch

        monitor, stop = monitor_of(context), Stop()
        with stopped_by_signals(stop):
            say("watching (Ctrl-C ends it)")
            keep_watch(monitor, stop=stop, tell=say)
        return
    raise typer.Exit(_ingest(monitor_of(context), at_once=now, show_lines=True))


def _ingest(monitor: Monitor, *, at_once: bool, show_lines: bool) -> int:
    """Poll, tell of each feed; return the exit code."""
    from monitor.feeds.ingest import waited_for
    from monitor.jobs.work_queue import alone

    failed = 0
    waiting = waited_for(monitor) if at_once else []
    feeds = monitor.store.feeds()
    if not feeds:
        raise UsageError("no feeds yet: monitor feeds add URL, or monitor feeds import FILE.opml")
    with progress() as bar:
        task = bar.add_task("polling feeds", total=len(feeds))

        def report(feed: Feed, result: PollResult) -> None:
            nonlocal failed
            failed += result.error is not None or "extractor" in result.page_failures
            bar.advance(task)
            (show if show_lines else say)(ledger_line(feed, result))
            for warning in result.warnings[:WARNINGS_SHOWN]:
                say(f"{feed.title or feed.url}: warning: {warning}")
            if (more := len(result.warnings) - WARNINGS_SHOWN) > 0:
                say(f"{feed.title or feed.url}: {more} more warning{plural(more)}")

        with alone(monitor):
            polled = monitor.ingest(all_feeds=at_once, report=report)
    for feed, until in waiting:
        name, when = feed.title or feed.url, _clock(monitor, until)
        say(f"{name}: left alone until {when}: its server asks for that")
    if not polled and not at_once:
        next_one = ""
        if due := monitor.next_due():
            name, when = due[0].title or due[0].url, _clock(monitor, due[1])
            next_one = f": the next is {name} at {when}; with --now all are polled at once"
        say(f"no feed is due yet{next_one}")
    return 1 if failed else 0


def _clock(monitor: Monitor, moment: datetime) -> str:
    """Return a moment on the desk's clock; with its date where it is not today."""
    zone = monitor.settings.zone
    local = moment.astimezone(zone)
    today = local.date() == monitor.today
    return f"{local:%H:%M}" + ("" if today else f" on {local:%Y-%m-%d}") + f" ({zone.key})"


def ledger_line(feed: Feed, result: PollResult) -> str:
    """Return one feed's ledger: fetched = stored + named drops, or what went wrong.

    What was in the store before is named, not dropped, to its readers: `known`, `duplicate`.
    """
    from monitor.digest.coverage_account import page_failure_words

    name = plain(feed.title or feed.url)
    if result.error is not None and not result.fetched:
        return f"{name}: failed: {plain(result.error)}"
    drops = "".join(f" + {n} {plain(why)}" for why, n in sorted(result.dropped.items()))
    line = f"{name}: fetched {result.fetched} = stored {result.stored}{drops}"
    if pages := sum(result.page_failures.values()):
        causes = page_failure_words({str(why): n for why, n in result.page_failures.items()})
        line += f"; {pages} page{plural(pages)} not had: {causes}"
    return line if result.error is None else f"{line}; not whole: {plain(result.error)}"


def assess(
    context: Context,
    workers: Annotated[
        int | None,
        Option(
            min=1,
            max=64,
            help="Processes that share the work; each loads the models. Default: this one,"
            " with --engine ray one for each core.",
        ),
    ] = None,
    engine: Engine = "local",
    ray_address: RayAddress = "",
) -> None:
    """Run every assessor on what is due; several may run at once and share it."""
    address = cluster_address(engine, ray_address)
    monitor = monitor_of(context)
    if engine == "ray":
        from monitor.jobs.ray_jobs import assess as assess_on_cluster

        judge = partial(assess_on_cluster, workers=workers or cores(), address=address)
        raise typer.Exit(_assess(monitor, judge))
    if workers in (None, 1):
        raise typer.Exit(_assess(monitor))
    totals = _assess_with_workers(monitor, context.obj, workers)
    masked = totals.pop(monitor.names_stamp, {"assessed": 0})["assessed"]
    raise typer.Exit(_end_assess(monitor, totals, masked))


def _assess(monitor: Monitor, judge: Judge | None = None) -> int:
    from monitor.jobs.mask_names import mask_due

    with progress() as bar:
        tasks = {s: bar.add_task(s.partition("@")[0], total=None) for s in monitor.stamps}
        judged = judge or partial(type(monitor).assess, wait=True)
        totals = judged(monitor, report=lambda stamp, n: bar.advance(tasks[stamp], n))
        names = bar.add_task("names", total=None)
        masked = mask_due(monitor, report=lambda n: bar.advance(names, n), wait=True)
    return _end_assess(monitor, totals, masked)


def _end_assess(monitor: Monitor, totals: dict[str, dict[str, int]], masked: int) -> int:
    """Take what is judged into the archive's index, and tell; return the exit code."""
    from monitor.archive.articles_found import fill_index

    with counter("archive") as report:
        indexed = fill_index(monitor, report=report)
    for stamp, count in totals.items():
        failed = f", {count['failed']} failed" if count["failed"] else ""
        say(f"{stamp}: {count['assessed']} assessed{failed}")
    say(f"{monitor.names_stamp}: {masked} looked through for names")
    if indexed:
        say(f"{indexed} taken into the index of the archive")
    return 1 if any(count["failed"] for count in totals.values()) else 0


def run(
    context: Context,
    format: Annotated[DigestFormat, Option(help="How to write the digest.")] = "text",
    now: _Now = False,
    evidence: _Evidence = False,
) -> None:
    """Ingest, assess, fold into stories and print today's digest, once."""
    from monitor.cli.stories import fold_stories

    monitor = monitor_of(context)
    code = max(_ingest(monitor, at_once=now, show_lines=False), _assess(monitor))
    fold_stories(monitor)
    show(monitor.render_digest(monitor.digest(), format, evidence=evidence, patient=True))
    raise typer.Exit(code)


def digest(
    context: Context,
    day: Annotated[
        str | None,
        Option(help="An ISO date, FIRST..LAST or all; default today in the desk's zone."),
    ] = None,
    format: Annotated[DigestFormat, Option(help="How to write it.")] = "text",
    evidence: _Evidence = False,
    names: Annotated[
        bool,
        Option(
            "--names",
            help="Show the names of victims, minors and relatives, and headlines in languages in"
            " which nobody can tell names; that is counted. Feeds and mail never have them.",
        ),
    ] = False,
    send: Annotated[
        bool, Option("--send", help="Mail it to the recipients who have not had that day.")
    ] = False,
    to: Annotated[str | None, Option(help="With --send: to this recipient only.")] = None,
    resend: Annotated[
        bool,
        Option(
            "--resend", help="With --to: send it once more, though it was or may have been sent."
        ),
    ] = False,
) -> None:
    """Print the digest of a day, or mail it."""
    from monitor.cli import mail

    monitor = monitor_of(context)
    if names and (send or resend or format not in ("text", "md", "html", "json")):
        raise UsageError("--names goes with --format text, md, html or json")
    if send or resend:
        raise typer.Exit(mail.send(monitor, day=day, to=to, again=resend))
    if to:
        raise UsageError("--to goes with --send")
    found = monitor.digest(day)
    ask: frozenset[str] = frozenset()
    if names:  # that they are asked for is counted
        from monitor.archive.names_on_request import ask as ask_names
        from monitor.people.masked_quotes import articles_in

        ask = frozenset(article.id for article in articles_in(found))
        ask_names(monitor, sorted(ask), "command line", once=True)
    show(monitor.render_digest(found, format, evidence=evidence, ask=ask, patient=True))


@contextmanager
def stopped_by_signals(stop: Stop) -> Iterator[None]:
    """Let SIGTERM and SIGINT ask to stop; a second one ends at once."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    names = [name for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), ask) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextmanager
def schedule(config: Path | None) -> Iterator[None]:
    """Run the schedule that goes with a server: a process with the same settings.

    The server ends by SIGTERM as by Ctrl-C meanwhile, so that what is in hand is waited for.
    """
    from monitor.jobs.schedule import ScheduleProcess

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ScheduleProcess(_command_of("run_schedule", config), say):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _command_of(function: str, config: Path | None) -> list[str]:
    """Return the command of a process that calls a function of this module with `config`."""
    code = f"import sys; from monitor.cli import run; sys.exit(run.{function}(sys.argv[1]))"
    return [sys.executable, "-c", code, str(config or "")]


def run_schedule(config: str) -> int:
    """Keep watch until standard input ends; return the exit code."""
    from monitor.jobs.schedule import Stop, on_end_of_input, stand_back
    from monitor.jobs.schedule import watch as keep_watch

    stop = Stop()

    def ask() -> None:
        stop.asked = True

    stand_back()
    on_end_of_input(ask)
    with stopped_by_signals(stop):
        return _with_monitor(config, partial(keep_watch, stop=stop, tell=say))


def run_worker(config: str) -> int:
    """Do one worker's part; return the exit code."""
    from monitor.jobs.worker_processes import work

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; who started it ends it
    return _with_monitor(config, work)


def _with_monitor(config: str, work: Callable[[Monitor], object]) -> int:
    from monitor.app import open_monitor
    from monitor.records.errors import MonitorError
    from monitor.settings import load_settings

    try:
        with open_monitor(load_settings(Path(config) if config else None)) as monitor:
            work(monitor)
    except MonitorError as error:
        say(f"error: {error}")
        return 2
    return 0


def _assess_with_workers(
    desk: Desk, config: Path | None, workers: int
) -> dict[str, dict[str, int]]:
    """Judge what is due with so many processes; return per stamp how many, and how many failed.

    Raises `StoreError` where every one of them ended before its work did.
    """
    from monitor.jobs.worker_processes import run_workers

    desk.store.ping()  # makes the tables, once
    totals: dict[str, dict[str, int]] = {}
    with progress() as bar:
        tasks: dict[str, TaskID] = {}

        def report(stamp: str, judged: int, failed: int) -> None:
            count = totals.setdefault(stamp, {"assessed": 0, "failed": 0})
            count["assessed"] += judged
            count["failed"] += failed
            if stamp not in tasks:
                tasks[stamp] = bar.add_task(stamp.partition("@")[0], total=None)
            bar.advance(tasks[stamp], judged)

        ended = run_workers(_command_of("run_worker", config), workers, report)
    early = [one for one in ended if one.code]
    for one in early:
        how = f"signal {-one.code}" if one.code < 0 else f"exit code {one.code}"
        say(f"worker {one.number} (process {one.process}) ended early: {how}")
    if len(early) == workers:
        raise StoreError("no worker came to the end; what was judged is stored, the rest is due")
    return totals
