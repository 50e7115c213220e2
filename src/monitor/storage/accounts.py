"""Access tokens and sign-in sessions: who may sign in, and who is signed in.

Only hashes come here. SHA-256 is right for them, and a slow hash is not: a slow one makes guessing
words dear, but a token has 256 random bits, which nobody can guess however fast the guesses are;
and the hash is looked for at every request.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, select

from monitor.records.account import Scope, Token
from monitor.records.errors import NotFound, UsageError
from monitor.storage.database import add
from monitor.storage.schema import sessions, tokens


def add_token(connection: Connection, token: Token, hash_: str) -> Token:
    """Store a new token; return it with its id.

    Raises `UsageError` where one of that name, in whatever letters, has not ended.
    """
    for other in all_tokens(connection):
        if other.ended(token.made) is None and other.name.casefold() == token.name.casefold():
            raise UsageError(
                f"there is a token of {other.name} already: monitor tokens revoke ends it"
            )
    row: dict[str, Any] = {"name": token.name, "hash": hash_, "scopes": " ".join(token.scopes)}
    row |= {"provisional": token.provisional, "made_at": token.made, "expires_at": token.expires}
    id_ = add(connection, tokens, row)
    return _decode(connection.execute(select(tokens).where(tokens.c.id == id_)).one())


def revoke_token(connection: Connection, name: str, now: datetime) -> Token:
    """End a token and its sessions; return it as it was. Raises `NotFound`."""
    found = [
        token
        for token in all_tokens(connection)
        if token.revoked is None and token.name.casefold() == name.casefold()
    ]
    for token in found:
        one = tokens.update().where(tokens.c.id == token.id)
        connection.execute(one.values(revoked_at=now))
        connection.execute(sessions.delete().where(sessions.c.token_id == token.id))
    if not found:
        raise NotFound(f"no token of '{name}' that is not revoked: monitor tokens list")
    return found[-1]


def find_token(connection: Connection, hash_: str) -> Token | None:
    """Return the token that hashes to this, though it may have ended."""
    found = connection.execute(select(tokens).where(tokens.c.hash == hash_)).first()
    return _decode(found) if found else None


def add_session(
    connection: Connection,
    hash_: str,
    token: Token,
    now: datetime,
    *,
    idle: datetime,
    old: datetime,
) -> None:
    """Store that a browser signed in; forget those last seen by `idle` or made by `old`."""
    row = {"hash": hash_, "token_id": token.id, "made_at": now, "seen_at": now}
    gone = (sessions.c.seen_at <= idle) | (sessions.c.made_at <= old)
    connection.execute(sessions.delete().where(gone))
    connection.execute(sessions.insert().values(**row))


def find_session(
    connection: Connection, hash_: str, *, idle: datetime, old: datetime
) -> tuple[Token, datetime] | None:
    """Return whose session this is and when it was last seen.

    `None` where there is none that was seen after `idle` and made after `old`.
    """
    query = (
        select(*tokens.c, sessions.c.seen_at)
        .join_from(sessions, tokens, tokens.c.id == sessions.c.token_id)
        .where(sessions.c.hash == hash_)
        .where(sessions.c.seen_at > idle, sessions.c.made_at > old)
    )
    found = connection.execute(query).first()
    return (_decode(found), found.seen_at) if found else None


def touch_session(connection: Connection, hash_: str, now: datetime) -> None:
    """Store that a session was seen."""
    query = sessions.update().where(sessions.c.hash == hash_)
    connection.execute(query.values(seen_at=now))


def drop_session(connection: Connection, hash_: str) -> None:
    """Forget a session."""
    connection.execute(sessions.delete().where(sessions.c.hash == hash_))


def all_tokens(connection: Connection) -> list[Token]:
    """Return all tokens there ever were, oldest first."""
    return [_decode(row) for row in connection.execute(select(tokens).order_by(tokens.c.id))]


def _decode(row: Any) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=cast("tuple[Scope, ...]", tuple(row.scopes.split())),
        provisional=row.provisional,
        made=row.made_at,
        expires=row.expires_at,
        revoked=row.revoked_at,
    )
