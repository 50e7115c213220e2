"""Exports through page, API and command line: the same articles, and no export for ever."""

from __future__ import annotations

import io
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from monitor.api.export_routes import ExportOut
from monitor.app import Monitor
from monitor.export import export_jobs, selection
from monitor.export.export_jobs import ExportJobs, TooManyExportsError
from monitor.records.errors import NotFound, StoreError, UsageError
from monitor.settings import Settings
from store_samples import NOW, feed, incoming, poll

Rows = list[dict[str, Any]]


def finished(client: httpx.Client, address: str) -> dict[str, Any]:
    """Ask until the export is done."""
    for _ in range(600):
        job: dict[str, Any] = client.get(address).json()
        ExportOut.model_validate(job)
        if job["state"] not in ("waiting", "writing"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def by_api(client: httpx.Client, **asked: Any) -> Rows:
    begun = client.post("/v1/exports", json={"format": "jsonl", **asked})
    assert begun.status_code == 202, begun.text
    ExportOut.model_validate(begun.json())
    job = finished(client, begun.headers["location"])
    assert job["state"] == "done", job
    return in_archive(client.get(job["download"]), job)


def in_archive(answer: httpx.Response, job: Mapping[str, Any]) -> Rows:
    assert answer.headers["content-type"] == "application/zip"
    with ZipFile(io.BytesIO(answer.content)) as packed:
        names = packed.namelist()
        assert {"articles.jsonl", "loss.json", "manifest.json"} <= set(names)
        lines = packed.read("articles.jsonl").decode().splitlines()
    assert job["rows"] == len(lines)
    return [json.loads(line) for line in lines]


def by_page(client: httpx.Client, **asked: str) -> tuple[Rows, list[str]]:
    """Look the archive up, press its button; return the export and what the page showed."""
    page = client.get("/articles", params=asked).text
    shown = re.findall(r'href="/articles/(article-[a-z]+)', page)
    form = re.search(r'<form method="post" action="/exports">(.*?)</form>', page, re.DOTALL)
    assert form
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[1])
    given = {unescape(name): unescape(value) for name, value in hidden}
    assert given == asked
    begun = client.post("/exports", data=given | {"format": "jsonl", "text": "quotes"})
    assert begun.status_code == 303
    id_ = begun.headers["location"].removeprefix("/exports/")
    job = finished(client, f"/v1/exports/{id_}")
    page = client.get(f"/exports/{id_}").text
    assert f'href="/v1/exports/{id_}/download"' in page
    return in_archive(client.get(job["download"]), job), list(dict.fromkeys(shown))


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({}, {}),
        ({"query": "workers or -pool"}, {"q": "workers or -pool"}),
        ({"query": "the", "form": "forced_labour"}, {"q": "the", "form": "forced_labour"}),
        ({"outlet": "The Daily"}, {"outlet": "The Daily"}),
        ({"query": "nobody wrote this"}, {"q": "nobody wrote this"}),
    ],
)
def test_three_ways_to_the_same_articles(
    desk: Monitor,
    client: httpx.Client,
    tmp_path: Path,
    typed: dict[str, Any],
    asked: dict[str, Any],
) -> None:
    report = selection.export(desk, tmp_path, format="jsonl", filters=typed)
    lines = report.path.read_text(encoding="utf-8").splitlines()
    wanted = [json.loads(line) for line in lines]
    assert by_api(client, **asked) == wanted
    assert report.rows == client.get("/v1/articles", params=asked).json()["total"]
    if wanted:
        rows, shown = by_page(client, **asked)
        assert rows == wanted
        assert [row["id"] for row in rows] == shown[::-1]


def test_filters_that_choose_nothing_choose_nothing(client: httpx.Client) -> None:
    assert by_api(client, relevance="not_judged", relevant=True) == []


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"format": "xlsx"}, ["body", "format"]),
        ({"format": "csv", "text": "some"}, ["body", "text"]),
        ({"format": "csv", "story": "none"}, ["body", "story"]),
        ({"format": "csv", "since": "yesterday"}, ["body", "since"]),
        ({"format": "csv", "min_relevance": "0.5"}, ["body", "min_relevance"]),
        ({"format": "csv", "after": "article-farm"}, ["body"]),
        ({"format": "csv", "restricted": True}, ["body"]),
    ],
)
def test_a_wrong_wish_is_a_problem(
    client: httpx.Client, asked: dict[str, Any], where: list[str]
) -> None:
    refused = client.post("/v1/exports", json=asked)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert [error["location"] for error in refused.json()["errors"]] == [where]


def test_a_format_that_needs_what_is_not_installed_is_refused_at_once(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)  # as where it is not installed
    refused = client.post("/v1/exports", json={"format": "parquet", "text": "none"})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["location"] == ["body", "format"]
    assert "pip install" in refused.json()["detail"]
    page = client.post("/exports", data={"format": "parquet"}, headers={"accept": "text/html"})
    assert page.status_code == 422
    assert "pip install" in page.text
    assert client.post("/v1/exports", json={"format": "jsonl"}).status_code == 202


def test_what_is_not_there_is_not_found(client: httpx.Client) -> None:
    nobody = "/v1/exports/" + "0" * 32
    assert client.get(nobody).status_code == 404
    assert client.get(f"{nobody}/download").status_code == 404
    for path in ("/v1/exports/..%2f..%2fetc", "/v1/exports/job.json", "/exports/" + "0" * 32):
        assert client.get(path).status_code in (404, 422)
    wrong = client.post("/exports", data={"format": "jsonl", "place": "nowhere"})
    assert wrong.status_code == 422


# Jobs, without a server ---------------------------------------------------------------------------


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="small")
def _small(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitor]:
    """A desk with an article and no judges."""
    monkeypatch.setattr(Monitor, "stamps", ())
    with Monitor(Settings(home=tmp_path), now=clock) as monitor:
        monitor.store.add_feeds([feed()], NOW)
        monitor.store.record_poll(poll(feed(), [incoming("a")]), NOW)
        yield monitor


def done(jobs: ExportJobs, id_: str) -> export_jobs.ExportJob:
    for _ in range(600):
        if (job := jobs.job(id_)).state not in ("waiting", "writing"):
            return job
        time.sleep(0.02)
    raise AssertionError(job)


def begin(jobs: ExportJobs, **filters: Any) -> str:
    return jobs.begin(format="jsonl", text="none", filters=filters).id


def test_an_export_is_gone_after_a_day(small: Monitor, clock: Clock, tmp_path: Path) -> None:
    with ExportJobs(small) as jobs:
        id_ = begin(jobs)
        assert done(jobs, id_).rows == 1
        folder = tmp_path / "exports" / id_
        assert sorted(path.name for path in folder.iterdir()) == ["export.zip", "job.json"]
        clock.now += timedelta(hours=23)
        assert jobs.archive(id_) == folder / "export.zip"
        later = begin(jobs)
        done(jobs, later)
    with ExportJobs(small) as jobs:  # another server goes on with what is there
        assert done(jobs, id_).state == "done"
        clock.now += timedelta(hours=1)
        with pytest.raises(NotFound):
            jobs.job(id_)
        assert not folder.exists()
        assert jobs.job(later).state == "done"


def test_an_export_of_another_version_costs_no_other(small: Monitor, tmp_path: Path) -> None:
    with ExportJobs(small) as jobs:
        id_ = begin(jobs)
        done(jobs, id_)
        for number, text in enumerate(('{"id": "', "[]", '{"made": "2026-11-28", "files": []}')):
            folder = tmp_path / "exports" / f"{number:032}"
            folder.mkdir()
            (folder / "job.json").write_text(text)
        assert jobs.job(id_).state == "done"
        assert [path.name for path in (tmp_path / "exports").iterdir()] == [id_]


def test_exports_are_bounded(
    small: Monitor, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_jobs, "MOST_KEPT", 3)
    with ExportJobs(small) as jobs:
        ids = []
        for _ in range(5):
            clock.now += timedelta(minutes=1)
            ids.append(begin(jobs))
            done(jobs, ids[-1])
        assert {path.name for path in (tmp_path / "exports").iterdir()} == set(ids[-3:])


def test_no_more_than_a_few_wait_and_a_stop_leaves_nothing(
    small: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    written: Callable[..., Any] = export_jobs.export

    def slow(*args: Any, report: Callable[[int], None], **options: Any) -> Any:
        begun.set()
        go_on.wait(30)
        return written(*args, report=report, **options)

    monkeypatch.setattr(export_jobs, "export", slow)
    with ExportJobs(small) as jobs:
        ids = [begin(jobs) for _ in range(export_jobs.MOST_WAITING)]
        assert begun.wait(30)
        with pytest.raises(TooManyExportsError):
            begin(jobs)
        states = [jobs.job(id_).state for id_ in ids]
        assert states == ["writing", *["waiting"] * (len(ids) - 1)]
        assert jobs.archive(ids[0]) is None
        jobs._stopped.set()
        go_on.set()
    assert not (tmp_path / "exports" / ids[0]).exists()
    with ExportJobs(small) as jobs:
        told = {jobs.job(id_).problem for id_ in ids[1:]}
        assert told == {"the server was stopped before it was done"}


def test_a_failure_is_told(small: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise ValueError("words of an article")

    monkeypatch.setattr(export_jobs, "export", fails)
    with ExportJobs(small) as jobs:
        job = done(jobs, begin(jobs))
    assert (job.state, job.files) == ("failed", ())
    assert job.problem == "something went wrong here; the log says where"


def test_a_disk_that_cannot_be_written_costs_one_export_only(
    small: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither do those that could not be taken in wait for ever, nor does the thread end."""
    written: Callable[..., Any] = export_jobs.export
    with ExportJobs(small) as jobs:
        (tmp_path / "exports").write_text("a file in the way")
        for _ in range(export_jobs.MOST_WAITING + 1):
            with pytest.raises(StoreError, match="cannot write"):
                begin(jobs)
        (tmp_path / "exports").unlink()

        def full(_: Any, folder: Path, **__: Any) -> None:
            (folder.parent / "job.part").mkdir()  # so that not even the failure can be kept
            raise UsageError("cannot write: No space left on device")

        monkeypatch.setattr(export_jobs, "export", full)
        monkeypatch.setattr(ExportJobs, "_tidy", lambda *_: None)
        assert done(jobs, begin(jobs)).state == "failed"
        monkeypatch.setattr(export_jobs, "export", written)
        assert done(jobs, begin(jobs)).state == "done"
