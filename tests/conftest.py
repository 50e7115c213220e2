"""What tests of several packages share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

import postgres

BETTER = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def better(pytestconfig: pytest.Config) -> dict[str, str]:
    """What a test found better than its floor, told at the end."""
    return pytestconfig.stash.setdefault(BETTER, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = terminalreporter.config.stash.get(BETTER, {})
    if found:
        terminalreporter.section("raise the floors: make floors")
        for name, figure in found.items():
            terminalreporter.line(f"{name}: {figure}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The URL of a PostgreSQL server that lives for the session."""
    with postgres.serve() as url:
        yield url
