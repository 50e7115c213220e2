"""Moving a desk's database to another place or kind, and telling whether two hold the same."""

from __future__ import annotations

from pathlib import Path

from monitor.records.errors import UsageError
from monitor.settings import CONFIG_NAME, Settings, load_settings

_RELATIVE = "sqlite:///"
_SUFFIXES = (".sqlite", ".sqlite3", ".db")


def database_of(place: str) -> str:
    """Return the URL of a database: of itself, of a desk's folder, or of an SQLite file.

    A file need not be there yet where its name says what it is to be. A folder's settings say where
    its database is, not the environment: it would be that of both. Raises `UsageError` for what is
    none of them.
    """
    if "://" in place:
        return place
    path = Path(place)
    if path.is_file() or (path.suffix in _SUFFIXES and not path.exists()):
        return f"{_RELATIVE}{path.as_posix()}"
    if not path.is_dir():
        raise UsageError(f"{place}: no URL, no desk's folder and no file (monitor init makes one)")
    config = path / CONFIG_NAME
    settings = (
        load_settings(config, environ={}) if config.is_file() else Settings(home=path.resolve())
    )
    return _in_folder(settings.database_url, path)


def _in_folder(url: str, folder: Path) -> str:
    """Return an URL with a relative file as it is meant: where the desk is run."""
    file = url.removeprefix(_RELATIVE)
    if file == url or not file or file.startswith((":", "file:")) or Path(file).is_absolute():
        return url
    return f"{_RELATIVE}{(folder / file).as_posix()}"
