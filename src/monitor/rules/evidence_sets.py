"""Numbers of the word lists by which topic, cases and names are told, ready to be looked up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TopicSets:
    """Word lists that decide the topic."""

    strong: tuple[int, ...]
    weak: tuple[int, ...]
    act: tuple[int, ...]
    means: tuple[int, ...]
    purpose: tuple[int, ...]
    other: tuple[int, ...]
    elsewhere: tuple[int, ...]
    breaks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CaseSets:
    """Word lists of the elements of trafficking, and of a paid or hidden passage."""

    act: tuple[int, ...]
    means: tuple[int, ...]
    purpose: tuple[int, ...]
    crossing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NameSets:
    """Word lists by which names of organisations, laws and charges are told."""

    heads: tuple[int, ...]
    openings: tuple[int, ...]
    listed: tuple[int, ...]
    offences: tuple[int, ...]
