"""What is handed to a cluster, seen without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corrected_exports import fill, key
from due_worker import Noting
from light_desk import LightDesk
from monitor.cli.common import cluster_address
from monitor.jobs.ray_jobs import _due
from monitor.records.article import Article
from monitor.settings import Settings
from monitor.storage.store import Store
from store_samples import NOW


class Forgetting:
    """A store whose articles are forgotten as soon as they were found to be due."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def due(self, *args: Any, **more: Any) -> list[Article]:
        found = self._store.due(*args, **more)
        self._store.forget([key("b")], "person", NOW)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_what_is_forgotten_meanwhile_is_not_judged(tmp_path: Path) -> None:
    fill(tmp_path)
    with LightDesk(Settings(home=tmp_path), now=lambda: NOW) as monitor:
        monitor.__dict__["store"] = Forgetting(monitor.store)
        monitor.__dict__["assessors"] = (Noting("other@1", tmp_path / "log"),)
        ((articles, by_stamp),) = list(_due(monitor, "other@1"))
    (wanted,) = by_stamp.values()
    assert {articles[number].id for number in wanted} == {key("a"), key("c")}


def test_an_address_of_this_run_is_none() -> None:
    """So that what Ray calls local has no dashboard either."""
    assert cluster_address("ray", "local") == ""
    assert cluster_address("ray", "head:6379") == "head:6379"
