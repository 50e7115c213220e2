"""Whose an export is: `[export]` in monitor.toml, printed on its cards."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.records.errors import ConfigError


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What the desk says of its exports; empty where it says nothing."""

    title: str = ""
    """What exports are called on their cards."""
    creators: tuple[str, ...] = ()
    """Whose they are: names of organisations or people."""
    licence: str = ""
    """The licence of tags, findings and tables, not of the publishers' texts: an SPDX id such as
    `CC-BY-4.0`, or an address."""
    contact: str = ""
    """Where to ask."""
    homepage: str = ""
    """The address of its page."""


def check_export(export: ExportSettings) -> None:
    """Raise `ConfigError` for words that are no line of text, and for a homepage that is none."""
    single = [(name, getattr(export, name)) for name in ("title", "licence", "contact", "homepage")]
    for key, value in [*single, *(("creators", name) for name in export.creators)]:
        if not value.isprintable():
            raise ConfigError(f"'export.{key}' must be one line of text")
    if not all(name.strip() for name in export.creators):
        raise ConfigError("'export.creators' must be names")
    if export.homepage and not export.homepage.startswith(("http://", "https://")):
        raise ConfigError("'export.homepage' must begin with http:// or https://")
