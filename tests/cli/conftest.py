"""A desk that has followed the sample outlets, for tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from desk import Desk, Said, make_desk
from monitor.cli import demo_site as demo_outlets


@dataclass(frozen=True)
class Followed:
    """The desk, what each step said, and the outlets, which are still there.

    `expected` is the kind of each article by its URL.
    """

    desk: Desk
    outlets: demo_outlets.RunningSite
    said: Mapping[str, Said]
    expected: Mapping[str, demo_outlets.Kind]


@pytest.fixture(scope="session", name="followed")
def _followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    """Follow the outlets step by step, with one feed that fails; nothing may change it after."""
    # One feed at a time, so that the same feed is the first to bring an article that two have.
    desk = make_desk(tmp_path_factory.mktemp("followed") / "desk", "parallel = 1")
    said = {}
    with demo_outlets.serve() as outlets:
        outlets.opml(desk.folder / "feeds.opml")
        said["import"] = desk.type("feeds", "import", "feeds.opml")
        said["ingest"] = desk.type("ingest")
        said["ingest again"] = desk.type("ingest")
        said["assess"] = desk.type("assess")
        desk.type("feeds", "add", f"{outlets.url}/absent", "--title", "Gone")
        said["run"] = desk.type("run", "--format", "json")
        yield Followed(desk, outlets, said, demo_outlets.expected(outlets.url))
