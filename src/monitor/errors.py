"""The exception tree: everything a user can cause derives from `MonitorError`.

    MonitorError
    ├── UsageError            wrong call: unknown option, label, format (exit 2, HTTP 400)
    ├── ConfigError           monitor.toml or an environment variable
    ├── GuidelineError        a rule file; names file, rule and line
    ├── ModelError            a model folder: missing, wrong hash, wrong schema
    ├── DocumentError         a draft that cannot be read (HTTP 422, exit 2)
    │   └── DocumentTooLarge  over the one size limit (HTTP 413, exit 2)
    ├── FeedError             a feed, page or OPML file
    │   └── UnsafeAddress     a private or loopback address outside `allow_hosts`
    ├── DataError             a line of a data file; names file and line
    ├── InstallationError     a part of the program that cannot work as it is installed
    └── StoreError            the database: locked, newer schema, missing
        └── NotFound          no row of that id (HTTP 404)

Messages name what and where, never the text of a draft.
"""

from __future__ import annotations


class MonitorError(Exception):
    """Base of all expected failures; `str()` is a sentence fit for the user."""


class UsageError(MonitorError):
    """The call itself is wrong."""


class ConfigError(MonitorError):
    """A setting is unknown or has an impossible value."""


class GuidelineError(MonitorError):
    """A guideline does not load."""


class ModelError(MonitorError):
    """A model does not load."""


class DocumentError(MonitorError):
    """A document cannot be read."""


class DocumentTooLarge(DocumentError):
    """A document is over the size limit."""


class FeedError(MonitorError):
    """A feed, page or OPML file cannot be used."""


class UnsafeAddress(FeedError):
    """The address is private or loopback and not allowed."""


class DataError(MonitorError):
    """A line of a data file cannot be used."""


class InstallationError(MonitorError):
    """A part of the program cannot work as it is installed; names the module at fault."""


class StoreError(MonitorError):
    """The database cannot be used."""


class NotFound(StoreError):
    """There is no such row."""
