"""Many drafts at once: in turn, up to a hundred waiting, and everything else unhindered."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import serving
from monitor.api.check_queue import Checkers
from monitor.app import Monitor
from monitor.jobs.draft_processes import Job, Worker, WorkerEnded
from monitor.settings import CheckSettings, Settings
from monitor.web.server import create_app

WAITING = 3


class HeldMonitor(Monitor):
    """A desk whose checks wait to be let go; it remembers the order in which they began."""

    def __init__(self, home: Path) -> None:
        super().__init__(Settings(home=home))
        self.go = threading.Event()
        self.began: list[str] = []

    def check_text(self, text: str, **options: object) -> dict[str, object]:  # type: ignore[override]
        self.began.append(text)
        assert self.go.wait(60)
        return {"checked": text}


class Desk:
    """A server with a held desk, and clients that send drafts to it."""

    def __init__(self, monitor: HeldMonitor, checkers: Checkers, address: str) -> None:
        self.monitor = monitor
        self.checkers = checkers
        self.address = address
        self.clients = ThreadPoolExecutor(2 * WAITING)

    def send(self, text: str) -> Future[httpx.Response]:
        """Send a draft in a thread of its own."""
        url = f"{self.address}/v1/check"
        return self.clients.submit(httpx.post, url, json={"text": text}, timeout=60)

    def until_waiting(self, count: int) -> None:
        """Wait until so many drafts wait while one is checked."""
        for _ in range(1000):
            limiter = self.checkers._limiter
            begun = limiter is not None and len(self.monitor.began) == 1
            if begun and limiter.statistics().tasks_waiting == count:
                return
            time.sleep(0.01)
        raise AssertionError(f"never {count} in the queue")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Desk]:
    with HeldMonitor(tmp_path) as monitor:
        checkers = Checkers(monitor, max_waiting=WAITING)
        with serving.serve(monitor, app=create_app(monitor, checkers=checkers)) as address:
            desk = Desk(monitor, checkers, address)
            try:
                yield desk
            finally:
                monitor.go.set()
                desk.clients.shutdown()


def test_drafts_are_checked_in_turn_and_none_too_many(held: Desk) -> None:
    sent = []
    for number in range(1 + WAITING):
        sent.append(held.send(str(number)))
        held.until_waiting(number)
    refused = held.send("one too many").result()
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) >= 1
    assert "Retry-After" in refused.json()["detail"]
    start = time.monotonic()
    assert httpx.get(f"{held.address}/healthz").json() == {"status": "ok"}
    assert time.monotonic() - start < 5
    held.monitor.go.set()
    assert [answer.result().json()["checked"] for answer in sent] == ["0", "1", "2", "3"]
    assert held.monitor.began == ["0", "1", "2", "3"]


def test_who_leaves_gives_up_the_place(held: Desk) -> None:
    first = held.send("first")
    held.until_waiting(0)
    host, port = held.address.removeprefix("http://").split(":")
    body = json.dumps({"text": "left"}).encode()
    head = (
        f"POST /v1/check HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as client:
        client.sendall(head.encode() + body)
        held.until_waiting(1)
    held.until_waiting(0)
    last = held.send("last")
    held.until_waiting(1)
    held.monitor.go.set()
    assert first.result().status_code == last.result().status_code == 200
    assert held.monitor.began == ["first", "last"]


@contextmanager
def spread(home: Path, workers: int) -> Iterator[tuple[httpx.Client, Checkers]]:
    """Serve with worker processes."""
    with Monitor(Settings(home=home, check=CheckSettings(max_chars=2000))) as monitor:
        checkers = Checkers(monitor, workers=workers)
        with (
            serving.serve(monitor, app=create_app(monitor, checkers=checkers)) as address,
            httpx.Client(base_url=address, timeout=120) as client,
        ):
            yield client, checkers
    assert not any(worker._process for worker in checkers._all)


def test_worker_processes_answer_as_the_server_does_and_are_replaced(
    tmp_path: Path, client: httpx.Client, desk: Monitor
) -> None:
    drafts = [f"Police said the two child prostitutes were found in room {n}." for n in range(12)]
    upload = {"file": ("draft.md", b"# A rescue\n\nPolice said the sex slave was found.")}
    article = {"title": "Two charged with human trafficking", "text": drafts[0]}
    with spread(tmp_path, 2) as (other, checkers):

        def ask(text: str) -> httpx.Response:
            return other.post("/v1/check", json={"text": text, "country": "GH"})

        with ThreadPoolExecutor(12) as threads:
            answers = list(threads.map(ask, drafts))
        for text, answer in zip(drafts, answers, strict=True):
            here = client.post("/v1/check", json={"text": text, "country": "GH"})
            assert answer.json() == here.json()
            assert answer.headers["content-type"] == here.headers["content-type"]
        for path, options in (
            ("/v1/check/file", {"files": upload}),
            ("/v1/classify", {"json": article}),
        ):
            assert other.post(path, **options).json() == client.post(path, **options).json()
        assert other.post("/v1/check", json={"text": "a" * 2001}).status_code == 413
        wrong = other.post("/v1/check", json={"text": "a", "guideline": "none"})
        assert wrong.status_code == 400
        assert desk.guideline.id in wrong.json()["detail"]
        assert 1 <= len(checkers._all) <= 2
        replaced_when_killed(other, checkers)


def replaced_when_killed(client: httpx.Client, checkers: Checkers) -> None:
    """Kill the processes: the next draft finds a new one."""
    for worker in checkers._all:
        if worker._process and worker._process.pid:
            os.kill(worker._process.pid, signal.SIGKILL)
            worker._process.join(30)
    draft = {"text": "Police said the two child prostitutes were found."}
    assert client.post("/v1/check", json=draft).json()["findings"]


def test_a_process_killed_at_work_costs_its_draft_only(tmp_path: Path) -> None:
    worker = Worker(Settings(home=tmp_path))
    worker.start()
    process = worker._process
    assert process is not None
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)  # so that it is at work when it is killed
    with ThreadPoolExecutor(1) as threads:
        lost = threads.submit(worker.do, Job("check_text", {"text": "Nobody was found."}))
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(WorkerEnded, match=r"exit code -9"):
            lost.result(30)
    assert worker._process is None
    worker.close()
    with pytest.raises(WorkerEnded):
        worker.do(Job("check_text", {"text": "Nobody was found."}))
