"""What tests of several packages share."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import URL

import postgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
BETTER = pytest.StashKey[dict[str, str]]()

# A process of tests holds millions of objects that stay: looked through often, they take a fifth
# of its time. `monitor serve` freezes its own.
gc.set_threshold(200_000, 50, 100)

# No test is timed: what is slow on a busy machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


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
def browser() -> Iterator[Browser]:
    """The system's Chromium if there is one, else Playwright's own: one a process can be."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The URL of a PostgreSQL server that lives for the session."""
    with postgres.serve() as url:
        yield url


LONG = (
    "test_floors.py",
    "test_wheel.py",
    "test_classify_kernels.py",
    "test_kill.py",
    "test_store_kill.py",
    "test_given_out.py",
    "test_train_encoder.py",
    "test_train_models.py",
    "test_web_axe.py",
)
"""Files that take minutes, the longest first: begun first, so that no core ends alone with one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others stay in their order."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))
