"""A desk whose export is corrected, for the tests of what comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corrected_exports import Home, fill, open_home


@pytest.fixture(scope="session", name="filled")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    fill(folder)
    return folder


@pytest.fixture
def home(tmp_path: Path, filled: Path) -> Iterator[Home]:
    with open_home(tmp_path, filled) as made:
        yield made
