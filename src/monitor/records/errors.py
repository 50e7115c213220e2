"""Exceptions: everything a user can cause derives from `MonitorError`.

Messages name what and where, never the text of a draft.
"""

from __future__ import annotations

import traceback
from pathlib import Path


class MonitorError(Exception):
    """Base of all expected failures; `str()` is a sentence fit for the user."""


class UsageError(MonitorError):
    """The call itself is wrong: unknown option, label, format (exit 2, HTTP 400)."""


class ConfigError(MonitorError):
    """A key of monitor.toml or an environment variable is unknown or has an impossible value."""


class GuidelineError(MonitorError):
    """A guideline does not load; names file, rule and line."""


class ModelError(MonitorError):
    """A model folder does not load: missing, wrong hash, wrong schema."""


class DocumentError(MonitorError):
    """A draft cannot be read (HTTP 422, exit 2)."""


class DocumentTooLarge(DocumentError):
    """A document is over the one size limit (HTTP 413, exit 2)."""


class NobodyThere(DocumentError):
    """An answer is about a place of a draft where nobody is told of; names answers by number."""


class FeedError(MonitorError):
    """A feed, page or OPML file cannot be used."""


class UnsafeAddress(FeedError):
    """The address is private or loopback and not in `allow_hosts`."""


class DataError(MonitorError):
    """A line of a data file cannot be used; names file and line."""


class HandbookError(MonitorError):
    """A page cannot be printed or written."""


class InstallationError(MonitorError):
    """A part of the program cannot work as it is installed; names the module at fault."""


class StoreError(MonitorError):
    """The database cannot be used: locked, newer schema, missing."""


class Locked(StoreError):
    """Another program had the database's lock for longer than was waited."""


class NotFound(StoreError):
    """There is no row of that id (HTTP 404)."""


class Forgotten(NotFound):
    """There was such an article, and it was forgotten for good (HTTP 410)."""


def how_to_install(extra: str = "") -> str:
    """Return how this program is installed with an extra, or anew: from its clone.

    Never by name: the program's is not ours on any registry, and whoever took it could answer.
    """
    what = f"'.[{extra}]'" if extra else "--upgrade --force-reinstall ."
    return f"pip install {what} in the folder that this program was cloned into"


def describe_exception(error: BaseException) -> str:
    """Return types and places of `error` and its causes (`places`: elsewhere), no message."""
    parts: list[str] = []
    link: BaseException | None = error
    while link is not None and len(parts) < 5:
        places = [
            f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(link.__traceback__, limit=-6)
        ]
        elsewhere = f" ({link.places})" if hasattr(link, "places") else ""
        parts.append(f"{type(link).__name__}{elsewhere} at {' < '.join(reversed(places))}")
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return " | from ".join(parts)
