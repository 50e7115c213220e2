"""No word of a draft is left by `monitor serve` as a process: asked, failing and killed."""

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import httpx
import pytest

import word_corpus
from holding import CANARY, DRAFT, Place, abort, checkers, dumps_are_made, holds_canary, lt_forms
from lt_server import LtServer, lt_server
from word_corpus import para, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

Request = tuple[str, str, dict[str, object]]
RULE = "unfortunate-victim"


def word_files() -> Iterator[tuple[str, bytes]]:
    """Yield a Word file that is whole, and such as are refused, the canary in each."""
    yield "draft.docx", word_corpus.package(para(run(DRAFT)))
    yield f"{CANARY}.docx", word_corpus.zipped({"word/document.xml": f"<{CANARY}".encode()})
    yield "draft.docx", word_corpus.zipped({CANARY: DRAFT.encode()})


def requests() -> Iterator[Request]:
    """Yield what is asked of every route that takes a draft, and of its neighbours."""
    for options in lt_forms():
        yield "POST", "/v2/check", options
    yield "GET", "/v2/check", {"params": {"text": DRAFT, "language": "en-US"}}
    yield "GET", "/v2/languages", {"params": {"text": DRAFT}}
    yield "POST", f"/v2/{CANARY}", {"data": {"text": DRAFT}}
    for body in (
        {"text": DRAFT},
        {"text": DRAFT, "guideline": CANARY},
        {"text": DRAFT, CANARY: CANARY},
        {"text": f"{CANARY}\0"},
        {"text": DRAFT * 400},
    ):
        yield "POST", "/v1/check", {"json": body}
    yield "GET", "/v1/check", {"params": {"text": DRAFT}}
    for suffix in ("txt", "md", "html", "docx", "rtf"):
        name = f"{CANARY}.{suffix}"
        yield "POST", "/v1/check/file", {"files": {"file": (name, DRAFT.encode())}}
        yield "POST", "/v1/check/file/reviewed", {"files": {"file": (name, DRAFT.encode())}}
    for name, data in word_files():
        for path in ("/v1/check/file", "/v1/check/file/reviewed"):
            yield "POST", path, {"files": {"file": (name, data)}}
    feedback = {"right": True, "client": "page"}
    for body in (
        feedback,
        {**feedback, "guideline": CANARY},
        {**feedback, "client": CANARY},
        {**feedback, "match": DRAFT},
    ):
        yield "POST", f"/v1/rules/{RULE}/feedback", {"json": body}
    yield "POST", f"/v1/rules/{CANARY}/feedback", {"json": feedback}


def address_of(process: Popen[bytes]) -> str:
    assert process.stderr
    for line in process.stderr:
        if found := re.search(rb"running on (http://\S+)", line):
            return found[1].decode()
    raise AssertionError("the server did not start")


def test_a_server_that_is_asked_and_killed_leaves_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with lt_server() as beside:
        place.add(f'[languagetool]\nupstream = "{beside.url}"\n')
        said, answers, metrics, dumped = asked_and_killed(place, beside)
    assert beside.asked
    assert answers[-1].status_code == 200
    assert {200, 400, 413, 422} <= {answer.status_code for answer in answers}
    assert b"POST /v1/check 200" in said
    assert b"languagetool upstream: " in said
    assert not holds_canary(said)
    assert b"/v1/rules" in metrics
    assert not holds_canary(metrics)
    for answer in answers:
        if answer.status_code >= 400:
            assert not holds_canary(answer.content), answer.request.url.path
    assert any(path.name.startswith("monitor.sqlite") for path in place.folder.iterdir())
    assert not dumped
    assert place.leaks() == []


def asked_and_killed(
    place: Place, beside: LtServer
) -> tuple[bytes, list[httpx.Response], bytes, bool]:
    """Serve, ask all, kill; return what was written, answered, measured, and whether dumped."""
    answers = []
    with place.run("serve", "--port", "0", "--workers", "2") as process:
        address = address_of(process)
        with httpx.Client(base_url=address, timeout=60) as client:
            for number, (method, path, rest) in enumerate(requests()):
                beside.status = (200, 500, 200)[number % 3]
                beside.body = (None, DRAFT.encode(), f'{{"{CANARY}'.encode())[number % 3]
                answers.append(client.request(method, path, **rest))
            metrics = client.get("/metrics").content
            first, *others = checkers(process.pid)
            for one in (first, *others):
                os.kill(one, signal.SIGABRT)
            answers += [client.post("/v1/check", json={"text": DRAFT}) for _ in range(2)]
        dumped, said = abort(process)
    return said, answers, metrics, dumped


def test_the_search_finds_what_it_is_for(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert place.leaks() == []
    for name, data in {
        "temporary/spool": CANARY.encode(),
        "cache/deep.bin": b"\0\1" + CANARY.upper().encode("utf-16-le"),
        f"home/{CANARY}.txt": b"",
    }.items():
        (place.root / name).write_bytes(data)
    assert len(place.leaks()) == 3


def test_dumps_would_be_seen(tmp_path: Path) -> None:
    if not dumps_are_made(tmp_path):
        pytest.skip("this machine makes no core dumps, so none can be seen to be missing")
    assert [file for file in tmp_path.iterdir() if file.name.startswith("core")]


@pytest.mark.parametrize("words", [("check", "-"), ("classify", "-")])
def test_a_command_that_is_killed_leaves_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    place = Place(tmp_path)
    with place.run(*words) as process:
        assert process.stdin
        process.stdin.write(DRAFT.encode())
        process.stdin.flush()
        until = time.monotonic() + 60
        while not is_limited(process.pid):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        dumped, said = abort(process)
    assert not dumped
    assert not holds_canary(said)
    assert place.leaks() == []


def is_limited(pid: int) -> bool:
    """Say whether a command has forbidden dumps by now."""
    told = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    return re.search(r"Max core file size +0 +0 ", told) is not None
