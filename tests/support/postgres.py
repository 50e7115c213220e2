"""A PostgreSQL server of our own, out of the wheel that carries one."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text

_numbers = itertools.count(1)


@contextmanager
def serve() -> Iterator[URL]:
    """Run a server until the block ends; give its URL.

    Its folder is not pytest's: pytest takes its own folders' rights away from others, and as root
    the server runs as another user.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # XDG_RUNTIME_DIR is not set everywhere
        import pgserver
    folder = Path(tempfile.mkdtemp(prefix="monitor-pg-"))
    with pgserver.get_server(folder / "data", cleanup_mode="stop") as server:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            run(url, f"ALTER SYSTEM SET {setting} = off")  # a power cut may take these data
        run(url, "SELECT pg_reload_conf()")
        yield url
    shutil.rmtree(folder, ignore_errors=True)


def new_database(server: URL) -> str:
    """Make an empty schema, in a hundredth of the time of a database; return its URL."""
    schema = f"test_{next(_numbers)}"
    run(server, f"CREATE SCHEMA {schema}")
    own = server.set(
        drivername="postgresql", query={**server.query, "options": f"-csearch_path={schema}"}
    )
    return own.render_as_string(hide_password=False)


def run(url: URL, statement: str) -> None:
    """Let a server do something."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
