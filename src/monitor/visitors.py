"""Who calls the desk, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["check", "read", "review", "admin"]
SCOPES: tuple[Scope, ...] = ("check", "read", "review", "admin")
"""Check drafts; read what the desk has; say what is right and wrong of it; change what it does."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who calls. `name` is "" where nobody signed in.

    What a visitor says whose word is `provisional` waits for a reviewer to confirm it. `at_home`:
    on this machine, where nobody need sign in.
    """

    name: str
    scopes: frozenset[Scope]
    provisional: bool = False
    at_home: bool = False

    def may(self, scope: Scope) -> bool:
        """Whether this one may do what `scope` stands for."""
        return scope in self.scopes


AT_HOME = Visitor("", frozenset(SCOPES), at_home=True)
NOBODY = Visitor("", frozenset())
