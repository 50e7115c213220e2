"""`monitor recipients` and `monitor digest --send`: who gets which mail, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from typer import Context, Exit

from monitor.cli.common import argument, flag, group, monitor_of, plain, say, show
from monitor.records.errors import NotFound, UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk

SHOWN_DAYS = 32
"""Longer than a story can be due: what may not have arrived is listed for as long."""

app = group()


def send(desk: Desk, *, day: str | None, to: str | None, again: bool) -> int:
    """Send a day's digest, tell of each; return the exit code: 1 where one needs a look."""
    from monitor.digest.mail_delivery import send_day

    results = send_day(desk, day, desk.now(), to=to, again=again)
    for result in results:
        what = f"{result.address} {result.preset} {result.day}"
        outcome = f"not sent: {result.skipped}" if result.skipped else str(result.outcome)
        reason = f": {result.reason}" if result.reason and not result.skipped else ""
        show(plain(f"{what}: {outcome}{reason}"))
    for result in results:
        if result.outcome == "unknown":
            say(_advice(result.address, result.day))
    return int(not all(result.is_well for result in results))


def _advice(address: str, day: str) -> str:
    return (
        f"ask {address} whether the digest of {day} came; if not:"
        f" monitor digest --send --resend --day {day} --to {address}"
    )


@app.command("list")
def list_(context: Context) -> None:
    """Print the recipients, one a line: address, preset, hour, days, zone, last digest."""
    monitor = monitor_of(context)
    recipients = monitor.settings.recipients
    if not recipients:
        raise UsageError("no [[recipients]] in monitor.toml")
    gone = monitor.store.unsubscribed()
    sent = monitor.store.delivery_histories([recipient.key for recipient in recipients])
    for one in recipients:
        had = [d for d in sent[one.key] if d.outcome == "sent"]
        if left := gone.get(one.address.casefold()):
            state = f"unsubscribed on {left:%Y-%m-%d}"
        else:
            state = f"last had {had[0].day}" if had else "had none so far"
        zone = one.timezone or monitor.settings.timezone
        days = ",".join(one.days) or ("mon" if one.preset == "policy" else "every day")
        show(plain(f"{one.address}\t{one.preset}\t{one.hour:02}:00\t{days}\t{zone}\t{state}"))


@app.command()
def sends(
    context: Context, open_: bool = flag("--open", "Only those that may not have arrived.")
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
        at = f"{one.at:%Y-%m-%d %H:%M}"
        parts = (at, one.day, one.preset, one.address, one.outcome, one.reason)
        show(plain("\t".join(parts)))
    for one in troubles:
        if one.outcome == "unknown":
            say(_advice(one.address, one.day))
    raise Exit(int(bool(troubles)))


@app.command()
def restore(context: Context, address: str = argument("Who asks for the digest again.")) -> None:
    """Send to an address again that had unsubscribed."""
    if not monitor_of(context).store.restore_recipient(address):
        raise NotFound(f"{address} has not unsubscribed")
    say(f"{address} gets digests again")
