"""The desk's day: `monitor init`, `ingest`, `assess`, `run`, `digest` and processes beside."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from typer import Context, Exit, prompt

from monitor.cli import common
from monitor.cli.common import argument, flag, monitor_of, option, plain, plural, say, show
from monitor.records.errors import StoreError, UsageError
from monitor.settings import cores

if TYPE_CHECKING:
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

_EVIDENCE = flag(
    "--evidence",
    "In text and Markdown, give the words behind each tag and why a headline is flagged;"
    " HTML and JSON have them always.",
)
_NOW = flag(
    "--now",
    "Poll every feed at once, due or not, as after a change of settings; only a server's own"
    " Retry-After still holds.",
)


def init(
    directory: Path = argument("Where the desk lives.", Path()),
    keep_days: int | None = option(
        "Days after first sight until the words of articles expire; 0: never. Asked for"
        " on a terminal; default elsewhere: 0.",
        min=0,
    ),
) -> None:
    """Write monitor.toml and a starter feeds.opml."""
    from monitor.feeds.starter_feeds import starter_opml
    from monitor.settings import CONFIG_NAME

    there = [name for name in (CONFIG_NAME, "feeds.opml") if (directory / name).exists()]
    if there:
        raise UsageError(f"{directory / there[0]} is already there; nothing was written")
    days = keep_days
    if days is None and sys.stdin.isatty():  # a desk answers for what it holds of people
        say("Articles name people who were harmed. So many days after first sight their words go")
        say("(headline, text, byline); judgements and counts stay. 0: they are kept for ever.")
        question = "Keep words for how many days?"
        while (days := int(prompt(question, KEEP_DAYS, type=int, err=True))) < 0:
            say("a number of days, or 0")
    days = days or 0
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
    ever = "are kept for ever: [store] keep_text_days in monitor.toml changes that"
    by = "by monitor ingest --watch or, beside monitor run, monitor store expire"
    say(f"the words of articles {f'go after {days} days, {by}' if days else ever}")
    enter = "" if directory.resolve() == Path.cwd() else f"cd {directory}, then "
    say(f"next: {enter}monitor feeds import feeds.opml, then monitor run")


def ingest(
    context: Context,
    now: bool = _NOW,
    watch: bool = flag(
        "--watch", "Go on: poll, judge and tell whenever something is due, until SIGTERM or Ctrl-C."
    ),
) -> None:
    """Poll the feeds that are due and store what is new."""
    if not watch:
        raise Exit(_ingest(monitor_of(context), show, at_once=now))
    if now:
        raise UsageError("--now is for once: leave it out with --watch")
    from monitor.jobs.schedule import Stop
    from monitor.jobs.schedule import watch as keep_watch

    monitor, stop = monitor_of(context), Stop()
    with stopped_by_signals(stop):
        say("watching (Ctrl-C ends it)")
        keep_watch(monitor, stop=stop, tell=say)


def _ingest(monitor: Monitor, tell: Callable[[str], None], *, at_once: bool) -> int:
    """Poll, `tell` of each feed; return the exit code."""
    from monitor.feeds.ingest import waited_for
    from monitor.jobs.work_queue import alone

    failed = 0
    waiting = waited_for(monitor) if at_once else []
    feeds = monitor.store.feeds()
    if not feeds:
        raise UsageError("no feeds yet: monitor feeds add URL, or monitor feeds import FILE.opml")
    with common.progress() as bar:
        task = bar.add_task("polling feeds", total=len(feeds))

        def report(feed: Feed, result: PollResult) -> None:
            nonlocal failed
            failed += result.error is not None or "extractor" in result.page_failures
            bar.advance(task)
            tell(ledger_line(feed, result))
            name = feed.title or feed.url
            for warning in result.warnings[:WARNINGS_SHOWN]:
                say(f"{name}: warning: {warning}")
            if (more := len(result.warnings) - WARNINGS_SHOWN) > 0:
                say(f"{name}: {more} more warning{plural(more)}")

        with alone(monitor):
            polled = monitor.ingest(all_feeds=at_once, report=report)
    for feed, until in waiting:
        when = _clock(monitor, until)
        say(f"{feed.title or feed.url}: left alone until {when}: its server asks for that")
    if not polled and not at_once:
        later = ""
        if due := monitor.next_due():
            name, when = due[0].title or due[0].url, _clock(monitor, due[1])
            later = f": the next is {name} at {when}; with --now all are polled at once"
        say(f"no feed is due yet{later}")
    return 1 if failed else 0


def _clock(monitor: Monitor, moment: datetime) -> str:
    """Return a moment on the desk's clock; with its date where it is not today."""
    local = moment.astimezone(monitor.settings.zone)
    day = "" if local.date() == monitor.today else f" on {local:%Y-%m-%d}"
    return f"{local:%H:%M}{day} ({monitor.settings.zone.key})"


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
        causes = page_failure_words(result.page_failures)
        line += f"; {pages} page{plural(pages)} not had: {causes}"
    return line if result.error is None else f"{line}; not whole: {plain(result.error)}"


def assess(
    context: Context,
    workers: int | None = option(
        "Processes that share the work; each loads the models. Default: this one,"
        " with --engine ray one for each core.",
        min=1,
        max=64,
    ),
    engine: common.Engine = "local",
    ray_address: str = common.RAY_ADDRESS,
) -> None:
    """Run every assessor on what is due; several may run at once and share it."""
    address = common.cluster_address(engine, ray_address)
    judge: Judge | None = None
    if engine == "ray":
        from monitor.jobs.ray_jobs import assess as assess_on_cluster

        judge = partial(assess_on_cluster, workers=workers or cores(), address=address)
    elif workers not in (None, 1):
        judge = partial(_assess_with_workers, config=context.obj, workers=workers)
    raise Exit(_assess(monitor_of(context), judge))


def _assess(monitor: Monitor, judge: Judge | None = None) -> int:
    """Judge what is due, take it into the archive's index, and tell; return the exit code."""
    from monitor.archive.articles_found import fill_index
    from monitor.jobs.mask_names import mask_due

    names = monitor.names_stamp
    with common.counters() as count, monitor.people_memory.kept():

        def report(stamp: str, judged: int) -> None:
            count(stamp.partition("@")[0], judged, None)

        judge = judge or partial(type(monitor).assess, wait=True)
        totals = judge(monitor, report=report)
        if names not in totals:
            masked = mask_due(monitor, report=partial(report, names), wait=True)
            totals[names] = {"assessed": masked, "failed": 0}
    masked = totals.pop(names)["assessed"]
    with common.counter("archive") as taken:
        indexed = fill_index(monitor, report=taken)
    for stamp, done in totals.items():
        failed = f", {done['failed']} failed" if done["failed"] else ""
        say(f"{stamp}: {done['assessed']} assessed{failed}")
    say(f"{names}: {masked} looked through for names")
    if indexed:
        say(f"{indexed} taken into the index of the archive")
    return 1 if any(done["failed"] for done in totals.values()) else 0


def run(
    context: Context,
    format: DigestFormat = option("How to write the digest.", "text"),
    now: bool = _NOW,
    evidence: bool = _EVIDENCE,
) -> None:
    """Ingest, assess, fold into stories and print today's digest, once."""
    from monitor.cli.stories import fold_stories

    monitor = monitor_of(context)
    code = max(_ingest(monitor, say, at_once=now), _assess(monitor))
    fold_stories(monitor)
    show(monitor.render_digest(monitor.digest(), format, evidence=evidence, patient=True))
    raise Exit(code)


def digest(
    context: Context,
    day: str | None = option("An ISO date, FIRST..LAST or all; default today in the desk's zone."),
    format: DigestFormat = option("How to write it.", "text"),
    evidence: bool = _EVIDENCE,
    names: bool = flag(
        "--names",
        "Show the names of victims, minors and relatives, and headlines in languages in"
        " which nobody can tell names; that is counted. Feeds and mail never have them.",
    ),
    send: bool = flag("--send", "Mail it to the recipients who have not had that day."),
    to: str | None = option("With --send: to this recipient only."),
    resend: bool = flag(
        "--resend", "With --to: send it once more, though it was or may have been sent."
    ),
) -> None:
    """Print the digest of a day, or mail it."""
    from monitor.cli import mail

    monitor = monitor_of(context)
    if names and (send or resend or format not in ("text", "md", "html", "json")):
        raise UsageError("--names goes with --format text, md, html or json")
    if send or resend:
        raise Exit(mail.send(monitor, day=day, to=to, again=resend))
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

    def ask(_number: int, _frame: object) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    there = [getattr(signal, name, None) for name in ("SIGTERM", "SIGINT", "SIGBREAK")]
    before = {one: signal.signal(one, ask) for one in there if one is not None}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


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
    stand_back()
    on_end_of_input(partial(setattr, stop, "asked", True))
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
    desk: Desk, *, report: Callable[[str, int], None], config: Path | None, workers: int
) -> dict[str, dict[str, int]]:
    """Judge what is due with so many processes; return per stamp how many, and how many failed."""
    from monitor.jobs.worker_processes import run_workers

    desk.store.ping()  # makes the tables, once
    totals = {desk.names_stamp: {"assessed": 0, "failed": 0}}

    def told(stamp: str, judged: int, failed: int) -> None:
        count = totals.setdefault(stamp, {"assessed": 0, "failed": 0})
        count["assessed"] += judged
        count["failed"] += failed
        report(stamp, judged)

    ended = run_workers(_command_of("run_worker", config), workers, told)
    early = [one for one in ended if one.code]
    for one in early:
        how = f"signal {-one.code}" if one.code < 0 else f"exit code {one.code}"
        say(f"worker {one.number} (process {one.process}) ended early: {how}")
    if len(early) == workers:
        raise StoreError("no worker came to the end; what was judged is stored, the rest is due")
    return totals
