from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import feed_server
from monitor.feeds.http_client import HttpClient, open_client
from monitor.settings import FetchSettings

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def server() -> Iterator[feed_server.FeedServer]:
    with feed_server.serve() as served:
        yield served


@pytest.fixture
def settings() -> FetchSettings:
    return FetchSettings(
        timeout_s=5.0, max_bytes=1_000_000, allow_hosts=("127.0.0.1",), host_spacing_s=0.0
    )


@pytest.fixture
def client(settings: FetchSettings) -> Iterator[HttpClient]:
    with open_client(settings) as opened:
        yield opened
