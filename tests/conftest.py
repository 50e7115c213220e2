"""What tests of several packages share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The URL of a PostgreSQL server that lives for the session."""
    with postgres.serve() as url:
        yield url
