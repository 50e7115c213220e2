"""What a desk keeps, and who may use it: `monitor backup`, `restore`, `store` and `tokens`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from typer import Context, Exit

from monitor.cli import common
from monitor.cli.common import argument, flag, monitor_of, option, plain, plural, say, show
from monitor.records.account import ROLES
from monitor.records.errors import UsageError

app, tokens_app = common.group(), common.group()


def backup(
    context: Context,
    file: Path = argument("The file to write."),
    force: bool = flag("--force", "Overwrite a file of that name."),
) -> None:
    """Write a verified copy of the database (SQLite), while the desk works on."""
    from monitor.storage.backup import back_up

    made = back_up(monitor_of(context).settings, file, force=force)
    articles = made.rows.get("articles", 0)
    say(f"wrote {made.path}: {articles} articles, {made.size / 1e6:.1f} MB, every page checked")


def restore(context: Context, file: Path = argument("A file that monitor backup wrote.")) -> None:
    """Bring a backup back; the database before it stays beside it under a dated name."""
    from monitor.storage.backup import restore as bring_back

    monitor = monitor_of(context)
    done = bring_back(monitor.settings, file, monitor.now())
    say(f"restored {done.copy.rows.get('articles', 0)} articles from {done.copy.path}")
    if done.forgotten is None:
        say("what was forgotten since cannot be read in it: forget those articles again")
    elif done.forgotten:
        say(f"{done.forgotten} forgotten since the backup: forgotten again")
    if done.kept:
        say(f"the database before it is {done.kept}; remove it when it is not needed")


@app.command()
def expire(context: Context) -> None:
    """Let the words of articles older than [store] keep_text_days expire; judgements stay."""
    from monitor.jobs.expire_texts import expire as expire_texts

    monitor = monitor_of(context)
    done = expire_texts(monitor.store, monitor.settings, monitor.now())
    if done is None:
        raise UsageError("[store] keep_text_days is not set: texts are kept for ever")
    day = done.before.astimezone(monitor.settings.zone).date()
    say(f"{done.articles} article{plural(done.articles)} expired: first seen before {day}")
    if not done.cleared:
        say("another program is reading, so the database's log still holds their words: try again")
        raise Exit(1)


_PLACE = "A database's URL, a desk's folder, or an SQLite file."


@app.command()
def copy(
    source: str = argument(_PLACE, metavar="FROM"),
    target: str = argument("The same; it must be empty, or be a new file.", metavar="TO"),
) -> None:
    """Copy a whole database into an empty one, SQLite or PostgreSQL, and verify the copy."""
    from monitor.evaluate.evaluation_report import columns
    from monitor.storage.transfer import copy_store, database_of

    origin, place = database_of(source), database_of(target)
    with common.counters() as report:
        done = copy_store(origin, place, datetime.now(UTC), report)
    tables = sorted(done.sums.items())
    show(columns((name, f"{one.rows:,}", one.hash[:16]) for name, one in tables))
    say(f"copied {done.source} to {done.target}: {_in_all(done.sums)}, verified by their hashes")
    if done.at_work:
        say(f"{done.at_work} is at work on {done.source}: what it stores from now on is not in it")


@app.command()
def verify(
    first: str = argument(_PLACE, metavar="A"), second: str = argument("The same.", metavar="B")
) -> None:
    """Tell whether two databases hold the same rows, table by table."""
    from monitor.evaluate.evaluation_report import columns
    from monitor.storage.transfer import database_of, sum_stores

    with common.counters() as report:
        one, other = sum_stores(database_of(first), database_of(second), report)
    rows = []
    for name, sums in sorted(one.items()):
        same = "same" if sums == other[name] else "differs"
        rows.append((name, f"{sums.rows:,}", f"{other[name].rows:,}", same))
    show(columns(rows))
    if one != other:
        say("they do not hold the same")
        raise Exit(1)
    say(f"the same: {_in_all(one)}")


def _in_all(sums: Mapping[str, Any]) -> str:
    return f"{sum(one.rows for one in sums.values()):,} rows of {len(sums)} tables"


_ROLES = "; ".join(
    f"{word}: {', '.join(role.scopes)}" + ", to be confirmed" * role.provisional
    for word, role in ROLES.items()
)


@tokens_app.command()
def add(
    context: Context,
    name: str = argument("Whose it is; stands beside what is said with it."),
    role: Literal["reader", "volunteer", "reviewer", "admin"] | None = option(
        f"{_ROLES}. Default: reader."
    ),
    scope: list[str] | None = option(
        "Instead of a role: check, read, names, review or admin; as often as needed.",
        metavar="SCOPE",
    ),
    volunteer: bool = flag("--volunteer", "What is said with it waits to be confirmed."),
    days: int | None = option("Days until it ends; default: when it is revoked."),
) -> None:
    """Make a token and print it, this once: the desk keeps only its hash."""
    from monitor.storage.sign_in import rights_of

    rights = rights_of(role, scope or (), volunteer=volunteer)
    monitor = monitor_of(context)
    token, secret = monitor.store.add_token(name, rights, monitor.now(), days=days)
    until = f" until {token.expires:%Y-%m-%d}" if token.expires else ""
    say(f"the token of {token.name} ({token.role}){until}; it is not shown again:")
    show(secret)


@tokens_app.command("list")
def list_(context: Context) -> None:
    """Print the tokens, one a line: name, role or scopes, when it was made, when it ends."""
    monitor = monitor_of(context)
    now, zone = monitor.now(), monitor.settings.zone
    for token in monitor.store.tokens():
        if end := token.revoked or token.expires:
            word = "revoked" if token.revoked else "ended" if token.ended(now) else "ends"
            ends = f"{word} {end.astimezone(zone):%Y-%m-%d}"
        else:
            ends = "no end"
        made = token.made.astimezone(zone)
        show(plain(f"{token.name}\t{token.role}\t{made:%Y-%m-%d}\t{ends}"))


@tokens_app.command()
def revoke(context: Context, name: str = argument("Whose it is, as listed.")) -> None:
    """End a token and the sessions that it began, at once."""
    monitor = monitor_of(context)
    token = monitor.store.revoke_token(name, monitor.now())
    say(f"revoked: {token.name} ({token.role})")
