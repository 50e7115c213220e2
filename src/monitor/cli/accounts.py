"""`monitor tokens`: who may use the desk from another machine."""

from __future__ import annotations

from typing import Literal

from typer import Context

from monitor.cli.common import argument, flag, group, monitor_of, option, plain, say, show
from monitor.records.account import ROLES

app = group()

_ROLES = "; ".join(
    f"{word}: {', '.join(role.scopes)}" + ", to be confirmed" * role.provisional
    for word, role in ROLES.items()
)


@app.command()
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


@app.command("list")
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


@app.command()
def revoke(context: Context, name: str = argument("Whose it is, as listed.")) -> None:
    """End a token and the sessions that it began, at once."""
    monitor = monitor_of(context)
    token = monitor.store.revoke_token(name, monitor.now())
    say(f"revoked: {token.name} ({token.role})")
