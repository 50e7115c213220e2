"""`--engine ray` as it is typed: the same results, a worker killed, drafts that go nowhere.

A cluster takes seconds to start: the step `ray` of the proof does all of it with more pages.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from desk import Desk, make_desk
from monitor.app import Monitor
from monitor.jobs.ray_jobs import RayWorker, open_cluster
from monitor.records.errors import UsageError
from monitor.settings import Settings
from ray_processes import all_ended, children, kill_one, workers
from warc_files import pages, write_warc

if find_spec("ray") is None:
    pytest.skip("a cluster needs Ray: the extra cluster", allow_module_level=True)
if not sys.platform.startswith("linux"):
    pytest.skip("finds workers in /proc", allow_module_level=True)

PAGES = int(os.environ.get("PAGES", "0"))
"""More pages, and more of the tests: 0 is the suite."""
CANARY = "quokkaferryspanner"
proof = pytest.mark.skipif(not PAGES, reason="a cluster of its own: make proof")


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path / "desk")


def wait_for(desk: Desk, name: str, process: object) -> None:
    out, until = desk.folder / name, time.monotonic() + 300
    while not (out.exists() and out.stat().st_size):
        assert process.poll() is None  # type: ignore[attr-defined]
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_killed_worker_costs_its_piece_only(desk: Desk) -> None:
    """What comes out is what one process says, byte for byte, and nothing is left running.

    Nobody else of the machine gets at Ray's files and sockets meanwhile.
    """
    before = set(Path("/tmp").glob("ray-*"))
    write_warc(desk.folder / "in.warc.gz", pages(max(PAGES, 160)))
    local = desk.type("classify", "in.warc.gz", "-o", "local.jsonl", "--jobs", "1")
    assert local.code == 0, local.err
    words = ("classify", "in.warc.gz", "-o", "ray.jsonl", "--engine", "ray", "--jobs", "2")
    process = desk.start(*words)
    wait_for(desk, "ray.jsonl", process)
    everyone = children(process.pid)
    folders = set(Path("/tmp").glob("ray-*")) - before
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    kill_one(process.pid)
    out, err = process.communicate(timeout=600)
    assert (process.returncode, out, err) == (0, b"", b"")
    assert (desk.folder / "ray.jsonl").read_bytes() == (desk.folder / "local.jsonl").read_bytes()
    assert all_ended(everyone)


def held() -> list[str]:
    """The files below Ray's folder and of shared memory in which a draft's word stands."""
    folders = [p for p in Path("/tmp").glob("ray-*") if p.is_dir()]
    files = [p for folder in (*folders, Path("/dev/shm")) for p in folder.rglob("*")]
    found = []
    for path in files:
        try:
            if path.is_file() and CANARY.encode() in path.read_bytes():
                found.append(str(path))
        except OSError:
            continue
    return found


@proof
def test_drafts_go_nowhere(desk: Desk) -> None:
    """While drafts are checked none of their words is in Ray's logs, folder or object store."""
    draft = f"The women, who were trafficked, admitted it, said {CANARY}. " * 3
    folder = desk.folder / "drafts"
    folder.mkdir()
    for number in range(max(24, PAGES // 50)):
        (folder / f"{number:04}.md").write_text(f"Child prostitute {number}\n\n{draft}")
    (folder / "broken.docx").write_bytes(CANARY.encode())
    words = ("check", "drafts", "--format", "json", "--include-text", "--jobs", "2")
    process = desk.start(*words, "--engine", "ray", "-o", "ray.json", RAY_ADDRESS="10.0.0.1:1")
    found: set[str] = set()
    while process.poll() is None:
        found.update(held())
        time.sleep(0.2)
    out, err = process.communicate()
    assert process.returncode == 2, err
    assert out == b""
    assert CANARY not in err.decode()
    assert found == set()
    local = desk.type(*words, "-o", "local.json")
    assert local.code == 2
    told = [json.loads((desk.folder / name).read_text()) for name in ("ray.json", "local.json")]
    assert told[0] == told[1]
    assert CANARY in json.dumps(told[0])


@proof
def test_what_is_found_in_drafts_is_in_no_object_store(tmp_path: Path) -> None:
    """However large it is; what Ray is told to store is, so the question tells them apart."""
    draft = tmp_path / "long.txt"
    draft.write_text("The women, who were trafficked, admitted it. " * 4_000)
    asked = [sys.executable, "-c", HELD, str(draft)]  # Ray reads its settings once a process
    said = subprocess.run(asked, check=True, capture_output=True, text=True)
    assert json.loads(said.stdout) == [True, 0, 1, False]


HELD = """
import json, sys
from monitor.settings import Settings
from monitor.jobs.ray_jobs import RayWorker, Task, bare_settings, open_cluster

with open_cluster(RayWorker, {"settings": bare_settings(Settings())}, workers=1) as cluster:
    task = Task("check", ([(sys.argv[1], "long.txt")], {"include_text": True}))
    answer = cluster.workers[0].do.remote(task)
    (document,) = cluster.ray.get(answer)[0]
    stored = cluster.ray.put(b"x" * 1_000_000)
    held = cluster.ray.experimental.get_object_locations([answer, stored])
    places = [len(held[one]["node_ids"]) for one in (answer, stored)]
    print(json.dumps([len(document["text"]) > 150_000, *places, held[answer]["did_spill"]]))
"""


@proof
def test_the_store_is_judged_once(desk: Desk, tmp_path: Path) -> None:
    """Judgements are those of one process; a run killed half way is gone on with."""
    other = make_desk(tmp_path / "other")
    said = {}
    for one in (desk, other):
        write_warc(one.folder / "in.warc", pages(max(300, PAGES // 10)))
        assert one.type("articles", "import", "in.warc").code == 0
    process = desk.start("assess", "--engine", "ray", "--workers", "2")
    until = time.monotonic() + 300
    while not workers(process.pid):
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert b"Traceback" not in err
    assert desk.type("assess", "--engine", "ray", "--workers", "2").code == 0
    assert other.type("assess").code == 0
    for one in (desk, other):
        with Monitor(Settings(home=one.folder)) as monitor:
            found = list(monitor.articles())
            assert not [due for s in monitor.stamps for due in monitor.store.due(s, limit=1)]
            said[one] = [(a.article.id, a.relevance, a.tags, a.findings, a.stamps) for a in found]
    assert sorted(map(repr, said[desk])) == sorted(map(repr, said[other]))


def test_what_cannot_be(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAY_USAGE_STATS_ENABLED", "RAY_IGNORE_UNHANDLED_ERRORS"):
        monkeypatch.setenv(name, "0")  # undone, whatever is set meanwhile
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(UsageError, match=r"needs Ray: pip install '\.\[cluster\]'"),
        open_cluster(RayWorker, {}, workers=1, address="127.0.0.1:1"),
    ):
        pass
    (desk.folder / "in.jsonl").write_text("")
    assert "--ray-address goes with" in desk.refuses("classify", "in.jsonl", "--ray-address", "x:1")
    assert "leave out -" in desk.refuses("check", "-", "--engine", "ray")


@proof
def test_a_cluster_that_is_there(desk: Desk, tmp_path: Path) -> None:
    """By address, with its token; a cluster nobody has is told in a line."""
    ray = [sys.executable, "-m", "ray.scripts.scripts"]
    environ = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "ab" * 32}
    env = os.environ | environ | {"RAY_USAGE_STATS_ENABLED": "0"}
    start = ["start", "--head", "--port=6411", "--num-cpus=2", "--include-dashboard=false"]
    folder = Path(tempfile.mkdtemp(prefix="rt-"))
    write_warc(desk.folder / "in.warc", pages(130))
    words = ("classify", "in.warc", "--engine", "ray", "--jobs", "9", "-o")
    local = desk.type("classify", "in.warc", "-o", "local.jsonl", "--jobs", "1")
    assert local.code == 0
    begin = [*ray, *start, "--block", f"--temp-dir={folder}"]
    head = subprocess.Popen(begin, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    here = "127.0.0.1:6411"
    calls = (
        ((*words, "0.jsonl", "--ray-address", here), environ),
        ((*words, "1.jsonl"), environ | {"RAY_ADDRESS": here}),
    )
    try:
        _wait_for_port(6411)
        for number, (typed, known) in enumerate(calls):
            process = desk.start(*typed, **known)
            out, err = process.communicate(timeout=300)
            assert (process.returncode, out) == (0, b""), err
            made = (desk.folder / f"{number}.jsonl").read_bytes()
            assert made == (desk.folder / "local.jsonl").read_bytes()
        assert workers(head.pid) == []
    finally:
        for pid in [*children(head.pid), head.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        head.wait()
        shutil.rmtree(folder, ignore_errors=True)
    gone = desk.start(*words, "2.jsonl", "--ray-address", here, **environ)
    _, err = gone.communicate(timeout=120)
    assert (gone.returncode, err.decode().count("\n")) == (2, 1)
    assert err.startswith(b"error: no Ray cluster at 127.0.0.1:6411: ")


def _wait_for_port(port: int) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    pytest.fail("no cluster")
