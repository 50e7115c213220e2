"""Drawing by lot, the same for the same seed on every machine and with every Python."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import chain, zip_longest
from typing import TypeVar

T = TypeVar("T")


def shuffled(items: Iterable[T], seed: str, key: Callable[[T], str]) -> list[T]:
    """Return items in an order that only `seed` and what `key` says of each decide."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed}\n{key(item)}".encode()).digest())


def in_turns(groups: Iterable[Iterable[T]]) -> list[T]:
    """Return the first of each group, then the second of each, and so on."""
    nothing = object()
    rounds = zip_longest(*groups, fillvalue=nothing)
    return [item for item in chain.from_iterable(rounds) if item is not nothing]  # type: ignore[misc]
