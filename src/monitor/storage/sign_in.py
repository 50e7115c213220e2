"""Who may: tokens are made and ended, secrets looked up, browsers signed in and out.

A token is `monitor_` and 256 random bits. It is told once, to whoever makes it; the desk keeps its
hash. A browser that signs in with it gets a session, whose secret is another one.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from monitor.records.account import ROLES, SCOPES, Role, Scope, Token, Visitor
from monitor.records.errors import UsageError
from monitor.storage.store import Store

PREFIX = "monitor_"
"""By which people, and programs that look for secrets in what is published, know a token."""
IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
"""A session ends when it was not used for the one, and after the other however much it was."""
_NOTED = timedelta(days=1)
"""That a session is used is written once a day, not at every request."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_NAME = 100


def new_secret() -> str:
    """Return 256 random bits as 43 characters."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether `text` has the form of a token, be it one or not."""
    return text.startswith(PREFIX) and bool(_SECRET.fullmatch(text.removeprefix(PREFIX)))


def rights_of(
    role: str | None = None, scopes: Iterable[str] = (), *, volunteer: bool = False
) -> Role:
    """Return what a token is for, said by a role or by scopes; without either, a reader.

    Raises `UsageError` for a word that is none, and for both at once.
    """
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


def add_token(
    store: Store,
    name: str,
    rights: Role,
    now: datetime,
    *,
    days: int | None = None,
    secret: Callable[[], str] = new_secret,
) -> tuple[Token, str]:
    """Make a token for `name`, ending after `days`; return it and its secret, told only here.

    Raises `UsageError` for a name that is none or has a token, and for days below 1.
    """
    called = " ".join(name.split())
    if not called or len(called) > MOST_NAME or any(map(_is_control, called)):
        raise UsageError(f"a name has 1 to {MOST_NAME} characters, none of them for control")
    expires = None
    if days is not None:
        if not 1 <= days <= MOST_DAYS:
            raise UsageError(f"a token lasts from 1 to {MOST_DAYS} days, or until it is revoked")
        expires = now + timedelta(days=days)
    told = PREFIX + secret()
    wanted = Token(0, called, rights.scopes, rights.provisional, now, expires)
    return store.add_token(wanted, _hash(told)), told


MOST_DAYS = 3650


def revoke_token(store: Store, name: str, now: datetime) -> Token:
    """End the token of `name` and the sessions made with it, at once. Raises `NotFound`."""
    return store.revoke_token(" ".join(name.split()), now)


def live_tokens(store: Store, now: datetime) -> list[Token]:
    """Return the tokens with which one can sign in, oldest first."""
    return [token for token in store.tokens() if token.ended(now) is None]


def find_token(store: Store, told: str, now: datetime) -> Token | None:
    """Return the token that `told` is, if it has not ended."""
    found = store.find_token(_hash(told)) if is_token(told) else None
    return found if found is not None and found.ended(now) is None else None


def sign_in(
    store: Store, token: Token, now: datetime, *, secret: Callable[[], str] = new_secret
) -> str:
    """Begin a session; return its secret, for the browser's cookie."""
    told = secret()
    store.add_session(_hash(told), token, now, **_bounds(now))
    return told


def find_session(store: Store, told: str, now: datetime) -> Token | None:
    """Return whose session this is; note that it is used, once a day."""
    if not _SECRET.fullmatch(told):
        return None
    hash_ = _hash(told)
    found = store.find_session(hash_, **_bounds(now))
    if found is None or found[0].ended(now) is not None:
        return None
    if now - found[1] >= _NOTED:
        store.touch_session(hash_, now)
    return found[0]


def sign_out(store: Store, told: str) -> None:
    """End a session."""
    if _SECRET.fullmatch(told):
        store.drop_session(_hash(told))


def visitor_of(token: Token) -> Visitor:
    """Return who visits with a token."""
    return Visitor(token.name, frozenset[Scope](token.scopes), token.provisional)


def _bounds(now: datetime) -> dict[str, datetime]:
    return {"idle": now - IDLE, "old": now - LONGEST}


def _hash(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs")
