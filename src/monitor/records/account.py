"""Visitors, roles, scopes and tokens: who calls the desk, and what each may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Scope = Literal["check", "read", "names", "review", "admin"]
SCOPES: tuple[Scope, ...] = ("check", "read", "names", "review", "admin")
"""Check drafts; read what the desk has; see the names that are hidden in it, which is counted; say
what is right and wrong of it; change what the desk does."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who calls (`name` "": nobody signed in); a `provisional` word waits for a reviewer."""

    name: str
    scopes: frozenset[Scope]
    provisional: bool = False
    at_home: bool = False

    def may(self, scope: Scope) -> bool:
        """Whether this one may do what `scope` stands for."""
        return scope in self.scopes


@dataclass(frozen=True, slots=True)
class Role:
    """A word for a set of scopes; see `Visitor` for `provisional`."""

    scopes: tuple[Scope, ...]
    provisional: bool = False


ROLES: Mapping[str, Role] = {
    "reader": Role(("check", "read")),
    "volunteer": Role(("check", "read", "review"), provisional=True),
    "reviewer": Role(("check", "read", "names", "review")),
    "admin": Role(SCOPES),
}


@dataclass(frozen=True, slots=True)
class Token:
    """Who may sign in with a token, and to what. The token itself is kept nowhere.

    `expires` and `revoked` are when it ends and when it was ended; `None`: not.
    """

    id: int
    name: str
    scopes: tuple[Scope, ...]
    provisional: bool
    made: datetime
    expires: datetime | None = None
    revoked: datetime | None = None

    def ended(self, now: datetime) -> datetime | None:
        """Return since when nobody can sign in with it; `None` while one can."""
        if self.revoked is not None:
            return self.revoked
        return self.expires if self.expires is not None and self.expires <= now else None

    @property
    def role(self) -> str:
        """The word for what it may, or its scopes where there is none."""
        mine = Role(self.scopes, self.provisional)
        words = ", ".join(self.scopes) + (" (volunteer)" if self.provisional else "")
        return next((name for name, role in ROLES.items() if role == mine), words)


AT_HOME = Visitor("", frozenset(SCOPES), at_home=True)
PAGE_AT_HOME = Visitor("", frozenset[Scope]({"check"}), at_home=True)
"""A page of another origin that the settings let in, open on this machine."""
NOBODY = Visitor("", frozenset())
