"""The store tests run twice: on SQLite, and on the PostgreSQL server that pgserver carries."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from monitor.storage.store import Store, open_store
from postgres import new_database

_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def make_url_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Make empty databases of one kind and give their URLs."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path / f'{next(_numbers)}.sqlite'}"
    server: URL = request.getfixturevalue("postgres_server")

    return lambda: new_database(server)


@pytest.fixture
def url(make_url_of: Callable[[], str]) -> str:
    return make_url_of()


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    with open_store(url, name_key=tmp_path / "names.key") as opened:
        yield opened
