"""`monitor digest --send`, and `monitor recipients`: who gets what, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import monitor_of, plain, say, show
from monitor.records.errors import NotFound, UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.digest.mail_delivery import DeliveryResult
    from monitor.records.digest import Delivery

SHOWN_DAYS = 32
"""Longer than a story can be due: what may not have arrived is listed for as long."""

app = typer.Typer(
    help="Who gets the digest by mail, and what became of each.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def send(desk: Desk, *, day: str | None, to: str | None, again: bool) -> int:
    """Send a day's digest, tell of each; return the exit code: 1 where one needs a look."""
    from monitor.digest.mail_delivery import send_day

    results = send_day(desk, day, desk.now(), to=to, again=again)
    for result in results:
        show(plain(_line(result)))
    for result in results:
        if result.outcome == "unknown":
            say(_advice(result.address, result.day))
    return int(not all(result.is_well for result in results))


def _line(sent: DeliveryResult) -> str:
    what = f"{sent.address} {sent.preset} {sent.day}"
    if sent.skipped:
        return f"{what}: not sent: {sent.skipped}"
    return f"{what}: {sent.outcome}" + (f": {sent.reason}" if sent.reason else "")


def _advice(address: str, day: str) -> str:
    return (
        f"ask {address} whether the digest of {day} came; if not:"
        f" monitor digest --send --resend --day {day} --to {address}"
    )


@app.command("list")
def list_(context: typer.Context) -> None:
    """Print the recipients, one a line: address, preset, hour, days, zone, last digest."""
    monitor = monitor_of(context)
    recipients = monitor.settings.recipients
    if not recipients:
        raise UsageError("no [[recipients]] in monitor.toml")
    gone = monitor.store.unsubscribed()
    sent = monitor.store.delivery_histories([recipient.key for recipient in recipients])
    for one in recipients:
        had = [d for d in sent[one.key] if d.outcome == "sent"]
        left = gone.get(one.address.casefold())
        state = f"last had {had[0].day}" if had else "had none so far"
        if left:
            state = f"unsubscribed on {left:%Y-%m-%d}"
        zone = one.timezone or monitor.settings.timezone
        days = ",".join(one.days) or ("mon" if one.preset == "policy" else "every day")
        show(plain(f"{one.address}\t{one.preset}\t{one.hour:02}:00\t{days}\t{zone}\t{state}"))


@app.command()
def sends(
    context: typer.Context,
    open_: Annotated[
        bool, typer.Option("--open", help="Only those that may not have arrived.")
    ] = False,
) -> None:
    """Print what was sent in the last 32 days, newest first; exit 1 where one may not have arrived.

    One line each: when, day, preset, address, outcome, reason. Unknown: it was handed to the mail
    server, or may have been, and no answer is known; it is never sent again by itself.
    """
    from monitor.digest.mail_schedule import undelivered

    monitor = monitor_of(context)
    found = monitor.store.deliveries(since=monitor.now() - timedelta(days=SHOWN_DAYS))
    troubles = undelivered(found)
    for one in troubles if open_ else found:
        show(plain(_delivery(one)))
    for one in troubles:
        if one.outcome == "unknown":
            say(_advice(one.address, one.day))
    raise typer.Exit(int(bool(troubles)))


def _delivery(one: Delivery) -> str:
    parts = (f"{one.at:%Y-%m-%d %H:%M}", one.day, one.preset, one.address, one.outcome, one.reason)
    return "\t".join(parts)


@app.command()
def restore(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Who asks for the digest again.")],
) -> None:
    """Send to an address again that had unsubscribed."""
    if not monitor_of(context).store.restore_recipient(address):
        raise NotFound(f"{address} has not unsubscribed")
    say(f"{address} gets digests again")
