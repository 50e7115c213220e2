"""A real server on a real port for tests of API and pages, over a real desk with a few articles."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

import store_samples
from monitor.app import Monitor
from monitor.settings import Settings
from monitor.web.server import server_options

ARTICLES = {
    "farm": (
        "Farm owner charged with holding sex slave and workers",
        """Prosecutors charged a farm owner with human trafficking on Monday. They say that he kept
eleven workers from Thailand in a locked barn, took their passports and paid them nothing for five
months. Two of the women told the court that they had been forced into prostitution to pay off a
debt.""",
    ),
    "mayor": (
        "Mayor opens new swimming pool",
        """The mayor cut the ribbon at the town's new swimming pool on Saturday. It has six lanes, a
slide and a café, and cost two million less than planned.""",
    ),
    "panel": (
        "Officials meet on labour inspection",
        """Officials from four countries met to discuss labour inspection on fishing boats. They
spoke of wages, hours and also of trafficking in persons.""",
    ),
}


class _Server(uvicorn.Server):
    """Tells when it is ready, so that nobody has to ask again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serve(monitor: Monitor, **options: Any) -> Iterator[str]:
    """Serve `monitor` as `monitor serve` does, on a free port; give the address.

    Everything is logged to the root logger, so that a test sees all there is.
    """
    # With its protocol named, asyncio switches off Nagle's delay of 40 ms an answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        given = server_options(monitor, host="127.0.0.1", port=port)
        given |= {"log_config": None, "log_level": "debug", **options}
        server = _Server(uvicorn.Config(**given))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            assert server.ready.wait(30), "the server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


def seed(monitor: Monitor) -> None:
    """Store and judge a few articles."""
    source = store_samples.feed()
    monitor.store.add_feeds([source], monitor.now())
    entries = [
        store_samples.incoming(name, text, title=title) for name, (title, text) in ARTICLES.items()
    ]
    monitor.store.record_poll(store_samples.poll(source, entries), monitor.now())
    monitor.assess()


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    """A desk with the real guideline and models; loading them takes seconds."""
    settings = Settings(home=tmp_path_factory.mktemp("desk"))
    with Monitor(settings, now=lambda: store_samples.NOW) as monitor:
        seed(monitor)
        yield monitor


@pytest.fixture(scope="session")
def address(desk: Monitor) -> Iterator[str]:
    with serve(desk) as address:
        yield address
