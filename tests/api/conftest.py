"""One desk and one server for all API tests."""

from collections.abc import Iterator

import httpx
import pytest

from serving import address, desk

__all__ = ["address", "client", "desk"]


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client
