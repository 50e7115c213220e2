"""One desk and one server for all API tests: loading guideline and models takes seconds."""

from collections.abc import Iterator

import httpx
import pytest

import serving
import store_samples
from monitor.config import Settings
from monitor.core import Monitor


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    settings = Settings(home=tmp_path_factory.mktemp("api-desk"))
    with Monitor(settings, now=lambda: store_samples.NOW) as monitor:
        serving.seed(monitor)
        yield monitor


@pytest.fixture(scope="session")
def address(desk: Monitor) -> Iterator[str]:
    with serving.serve(desk) as address:
        yield address


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client
