"""The store tests run twice: on SQLite, and on the PostgreSQL server that pgserver carries."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from monitor.store import Store, open_store

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The URL of a server that lives for the session.

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
            _run(url, f"ALTER SYSTEM SET {setting} = off")  # a power cut may take these data
        _run(url, "SELECT pg_reload_conf()")
        yield url
    shutil.rmtree(folder, ignore_errors=True)


def _run(url: URL, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def make_url_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Make empty databases of one kind and give their URLs."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path / f'{next(_numbers)}.sqlite'}"
    server: URL = request.getfixturevalue("postgres_server")

    def new() -> str:
        schema = f"test_{next(_numbers)}"  # made in a hundredth of the time of a database
        _run(server, f"CREATE SCHEMA {schema}")
        own = server.set(
            drivername="postgresql", query={**server.query, "options": f"-csearch_path={schema}"}
        )
        return own.render_as_string(hide_password=False)

    return new


@pytest.fixture
def url(make_url_of: Callable[[], str]) -> str:
    return make_url_of()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened
