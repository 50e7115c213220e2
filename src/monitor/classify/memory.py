"""What was reckoned before, found again by a hash: figures, never a text."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

REMEMBERED = 4096
"""More than lies between two questions about the same text."""
T = TypeVar("T")


@dataclass(slots=True)
class Memory(Generic[T]):
    """The latest results by the hash of what they were made from; threads may share it."""

    size: int = REMEMBERED
    _known: OrderedDict[bytes, T] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: bytes) -> T | None:
        """Return a result from before, or `None`."""
        with self._lock:
            return self._known.get(key)

    def put(self, key: bytes, result: T) -> None:
        """Remember a result; the oldest is forgotten."""
        with self._lock:
            self._known[key] = result
            while len(self._known) > self.size:
                self._known.popitem(last=False)
