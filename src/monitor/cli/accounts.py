"""`monitor tokens`: who may use the desk from another machine."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from monitor.cli.common import monitor_of, plain, say, show
from monitor.records.account import ROLES

app = typer.Typer(
    help="Who may use the desk from another machine, and for what.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RoleName = Literal["reader", "volunteer", "reviewer", "admin"]


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose it is; stands beside what is said with it.")],
    role: Annotated[
        RoleName | None,
        typer.Option(
            help="; ".join(
                f"{word}: {', '.join(role.scopes)}" + ", to be confirmed" * role.provisional
                for word, role in ROLES.items()
            )
            + ". Default: reader."
        ),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SCOPE",
            help="Instead of a role: check, read, names, review or admin; as often as needed.",
        ),
    ] = None,
    volunteer: Annotated[
        bool, typer.Option("--volunteer", help="What is said with it waits to be confirmed.")
    ] = False,
    days: Annotated[
        int | None, typer.Option(help="Days until it ends; default: when it is revoked.")
    ] = None,
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
def list_(context: typer.Context) -> None:
    """Print the tokens, one a line: name, role or scopes, when it was made, when it ends."""
    monitor = monitor_of(context)
    now, zone = monitor.now(), monitor.settings.zone
    for token in monitor.store.tokens():
        if token.revoked:
            ends = f"revoked {token.revoked.astimezone(zone):%Y-%m-%d}"
        elif token.expires:
            word = "ended" if token.ended(now) else "ends"
            ends = f"{word} {token.expires.astimezone(zone):%Y-%m-%d}"
        else:
            ends = "no end"
        made = token.made.astimezone(zone)
        show(plain(f"{token.name}\t{token.role}\t{made:%Y-%m-%d}\t{ends}"))


@app.command()
def revoke(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose it is, as listed.")],
) -> None:
    """End a token and the sessions that it began, at once."""
    monitor = monitor_of(context)
    token = monitor.store.revoke_token(name, monitor.now())
    say(f"revoked: {token.name} ({token.role})")
