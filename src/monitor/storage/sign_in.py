"""Access tokens and sign-in sessions: who may sign in, and which browsers are signed in.

A token is `monitor_` and 256 random bits, told once; the desk keeps its hash. A session's secret is
another one. SHA-256 is right for both: nobody can guess 256 bits, however fast the guesses are, and
the hash is looked for at every request.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, select

from monitor.records.account import ROLES, SCOPES, Role, Scope, Token, Visitor
from monitor.records.errors import NotFound, UsageError
from monitor.storage.database import Database, add
from monitor.storage.schema import sessions, tokens

PREFIX = "monitor_"
"""By which people, and programs that look for secrets in what is published, know a token."""
IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
"""A session ends when it was not used for the one, and after the other however much it was."""
_NOTED = timedelta(days=1)
"""That a session is used is written once a day, not at every request."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_NAME = 100
MOST_DAYS = 3650


def new_secret() -> str:
    """Return 256 random bits as 43 characters."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether `text` has the form of a token, be it one or not."""
    return text.startswith(PREFIX) and bool(_SECRET.fullmatch(text.removeprefix(PREFIX)))


def rights_of(
    role: str | None = None, scopes: Iterable[str] = (), *, volunteer: bool = False
) -> Role:
    """Return the rights of a role or of scopes, else a reader's. Raises `UsageError`."""
    asked = set(scopes)
    if role is not None and asked:
        raise UsageError("--role is a word for scopes: give one or the other")
    for name in sorted(asked - set(SCOPES)):
        raise UsageError(f"'{name}' is no scope: {', '.join(SCOPES)}")
    if role is not None and role not in ROLES:
        raise UsageError(f"'{role}' is no role: {', '.join(ROLES)}")
    found = ROLES[role or ("volunteer" if volunteer else "reader")]
    if asked:
        found = Role(tuple(scope for scope in SCOPES if scope in asked))
    if volunteer and "review" not in found.scopes:
        raise UsageError("a volunteer reviews: --volunteer needs the scope review")
    return Role(found.scopes, found.provisional or volunteer)


def visitor_of(token: Token) -> Visitor:
    """Return who visits with a token."""
    return Visitor(token.name, frozenset[Scope](token.scopes), token.provisional)


def add_token(
    connection: Connection,
    name: str,
    rights: Role,
    now: datetime,
    *,
    days: int | None = None,
    secret: Callable[[], str] = new_secret,
) -> tuple[Token, str]:
    """Make a token for `name`, ending after `days`; return it and its secret, told only here.

    Raises `UsageError` for a name that is none, for one that has a token, in whatever letters, that
    has not ended, and for days below 1.
    """
    called = " ".join(name.split())
    control = any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in called)
    if not called or len(called) > MOST_NAME or control:
        raise UsageError(f"a name has 1 to {MOST_NAME} characters, none of them for control")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise UsageError(f"a token lasts from 1 to {MOST_DAYS} days, or until it is revoked")
    for other in _tokens_of(connection, called):
        if other.ended(now) is None:
            raise UsageError(
                f"there is a token of {other.name} already: monitor tokens revoke ends it"
            )
    told = PREFIX + secret()
    expires = None if days is None else now + timedelta(days=days)
    row = {"name": called, "hash": _hash(told), "scopes": " ".join(rights.scopes)}
    more = {"provisional": rights.provisional, "made_at": now, "expires_at": expires}
    id_ = add(connection, tokens, {**row, **more})
    return Token(id_, called, rights.scopes, rights.provisional, now, expires), told


def revoke_token(connection: Connection, name: str, now: datetime) -> Token:
    """End the token of `name` and its sessions; return it as it was. Raises `NotFound`."""
    called = " ".join(name.split())
    found = [token for token in _tokens_of(connection, called) if token.revoked is None]
    if not found:
        raise NotFound(f"no token of '{called}' that is not revoked: monitor tokens list")
    ids = [token.id for token in found]
    connection.execute(tokens.update().where(tokens.c.id.in_(ids)).values(revoked_at=now))
    connection.execute(sessions.delete().where(sessions.c.token_id.in_(ids)))
    return found[-1]


def all_tokens(connection: Connection) -> list[Token]:
    """Return all tokens there ever were, oldest first."""
    return [_decode(row) for row in connection.execute(select(tokens).order_by(tokens.c.id))]


def _tokens_of(connection: Connection, name: str) -> list[Token]:
    return [one for one in all_tokens(connection) if one.name.casefold() == name.casefold()]


def live_tokens(connection: Connection, now: datetime) -> list[Token]:
    """Return the tokens with which one can sign in, oldest first."""
    return [token for token in all_tokens(connection) if token.ended(now) is None]


def find_token(database: Database, told: str, now: datetime) -> Token | None:
    """Return the token that `told` is, if it has not ended."""
    if not is_token(told):
        return None
    with database.reading() as connection:
        row = connection.execute(select(tokens).where(tokens.c.hash == _hash(told))).first()
    found = _decode(row) if row else None
    return found if found is not None and found.ended(now) is None else None


def sign_in(
    connection: Connection, token: Token, now: datetime, *, secret: Callable[[], str] = new_secret
) -> str:
    """Begin a session; return its secret, for the browser's cookie. Sessions that ended go."""
    told = secret()
    gone = (sessions.c.seen_at <= now - IDLE) | (sessions.c.made_at <= now - LONGEST)
    connection.execute(sessions.delete().where(gone))
    row = {"hash": _hash(told), "token_id": token.id, "made_at": now, "seen_at": now}
    connection.execute(sessions.insert(), row)
    return told


def find_session(database: Database, told: str, now: datetime) -> Token | None:
    """Return whose session this is; note that it is used, once a day."""
    if not _SECRET.fullmatch(told):
        return None
    query = select(*tokens.c, sessions.c.seen_at)
    query = query.join_from(sessions, tokens, tokens.c.id == sessions.c.token_id)
    query = query.where(sessions.c.hash == _hash(told))
    query = query.where(sessions.c.seen_at > now - IDLE, sessions.c.made_at > now - LONGEST)
    with database.reading() as connection:
        row = connection.execute(query).first()
    if row is None or (found := _decode(row)).ended(now) is not None:
        return None
    if now - row.seen_at >= _NOTED:
        seen = sessions.update().where(sessions.c.hash == _hash(told)).values(seen_at=now)
        with database.writing() as connection:
            connection.execute(seen)
    return found


def sign_out(database: Database, told: str) -> None:
    """End a session."""
    if _SECRET.fullmatch(told):
        with database.writing() as connection:
            connection.execute(sessions.delete().where(sessions.c.hash == _hash(told)))


def _decode(row: Any) -> Token:
    scopes = cast("tuple[Scope, ...]", tuple(row.scopes.split()))
    ends = row.expires_at, row.revoked_at
    return Token(row.id, row.name, scopes, row.provisional, row.made_at, *ends)


def _hash(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()
