"""What is counted of stored articles: rows without any text, between the store and trends."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CountedFlag:
    """A flag of the guideline; `right` is what a person said of it, None where nobody has."""

    rule: str
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class CountedItem:
    """An article that is about trafficking, as the models in force say or, before them, people.

    `labels` are those of each scheme; of `place`, where the exploitation is. `main`: trafficking is
    its main subject, else a side matter.
    """

    id: str
    outlet: str
    seen: datetime
    main: bool
    labels: Mapping[str, tuple[str, ...]]
    flags: tuple[CountedFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedChange:
    """A feed added, or removed or paused (`followed` is False): another mix comes after."""

    url: str
    title: str
    outlet: str
    at: datetime
    followed: bool


def outlet_id(name: str) -> str:
    """Return an outlet's id: 16 hex digits of its name."""
    return hashlib.sha256(f"outlet\0{name}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
