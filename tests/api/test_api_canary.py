"""No word of a draft is left behind: not in a log, an error, a file, or spaCy's memory.

Every route of the OpenAPI document is called, rightly and wrongly, with a canary in every place
that a request has.
"""

import io
import json
import logging
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import serving
from holding import CANARY, holds_canary, lt_forms
from monitor.api.check_queue import Checkers
from monitor.app import Monitor
from monitor.jobs.draft_processes import Job, WorkerError
from monitor.settings import CheckSettings, Settings
from monitor.text.spacy_pipeline import analysis
from monitor.web.server import create_app

DRAFT = (
    f"Police said the two child prostitutes {CANARY} were found in {CANARY}town. "
    f"The woman admitted being trafficked by {CANARY} when they searched the flat."
)
"""The second sentence is of the kind that spaCy has to read."""
WITH_DRAFTS = ("/v1/check", "/v1/check/file", "/v1/check/file/reviewed", "/v1/classify")
LIMIT = 200_000
CLIENT_LOGS = ("httpx", "httpcore")


class Records(logging.Handler):
    """Keeps what is logged, tracebacks included."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(CLIENT_LOGS):
            self.lines.append(self.format(record) + repr(record.args))


class Written:
    """The files that Python code opened for writing while it was watching, byte code apart.

    Spooled uploads have no name to find afterwards, so they are caught when opened. What is opened
    by number is called as the system calls it: byte code of what is imported late comes so, and
    pipes to processes that another test is still starting. An audit hook cannot be taken away
    again, hence the switch.
    """

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.watching = False
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if self.watching and event == "open":
            path, _, flags = args
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            name = file_name(path)
            if writes and "__pycache__" not in name and not name.startswith("pipe:"):
                self.paths.append(name)


def file_name(path: object) -> str:
    """Return what is opened: of a number the file behind it, where the system tells (Linux)."""
    try:
        return str(Path(f"/proc/self/fd/{path}").readlink() if isinstance(path, int) else path)
    except OSError:
        return str(path)


class BrokenMonitor(Monitor):
    """A desk whose checks fail with the draft in the exception's message."""

    def check_text(self, text: str, **options: object) -> dict[str, object]:  # type: ignore[override]
        try:
            {}[text]
        except KeyError as error:
            raise RuntimeError(f"cannot check {text!r} with {options!r}") from error
        return {}


@pytest.fixture(scope="module")
def written() -> Written:
    return Written()


@pytest.fixture
def records() -> Iterator[Records]:
    root, handler = logging.getLogger(), Records()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def json_requests(fields: list[str]) -> Iterator[dict[str, object]]:
    """Yield right and wrong requests to a route that reads JSON."""
    good = {"text": DRAFT, "title": f"{CANARY} found"}
    yield {"json": good}
    yield {"json": {**good, "country": "GH"}}
    for field in fields:
        for value in (CANARY, [CANARY], {CANARY: CANARY}, None, f"{CANARY}\ud800", f"{CANARY}\0"):
            yield {"content": json.dumps({**good, field: value}).encode()}
    yield {"json": {**good, CANARY: CANARY}}
    for wrong in ({CANARY: CANARY}, {"role": CANARY}, {"minor": CANARY}, {"end": 0}, {"start": 1}):
        answer = {"field": "text", "start": 0, "end": 3, **wrong}
        yield {"json": {**good, "people": [answer]}}
    yield {"json": {}}
    yield {"json": [CANARY]}
    yield {"json": CANARY}
    yield {"content": f'{{"text": "{CANARY}'.encode()}
    yield {"content": f'{{"{CANARY}": }}'.encode()}
    yield {"content": f'{{"text": "{CANARY}'.encode() + b'\xff\xfe"}'}
    yield {"content": f'{{"text": "{CANARY}"}}'.encode("utf-16")}
    yield {"content": b"[" * 50_000 + CANARY.encode()}
    yield {"json": {"text": DRAFT * (LIMIT // len(DRAFT) + 1)}}
    yield {"content": json.dumps({"text": DRAFT * (3_000_000 // len(DRAFT))}).encode()}
    yield {"content": json.dumps(good).encode(), "headers": {"content-type": "text/plain"}}
    yield {"content": json.dumps(good).encode(), "headers": {"content-type": f"text/{CANARY}"}}
    yield {"data": good}
    yield {"files": {"text": DRAFT.encode()}}
    yield {"json": good, "headers": {"content-encoding": "gzip"}}


def zipped(name: str, content: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def file_requests() -> Iterator[dict[str, object]]:
    """Yield right and wrong uploads, some over the megabyte at which Starlette goes to disk."""
    data = DRAFT.encode()
    for suffix in ("txt", "md", "html"):
        yield {"files": {"file": (f"{CANARY}.{suffix}", data)}, "data": {"include_text": "true"}}
    yield {"files": {"file": (f"{CANARY}.docx", data)}}
    yield {"files": {"file": (f"{CANARY}.docx", zipped(CANARY, CANARY))}}
    yield {"files": {"file": (f"{CANARY}.docx", zipped("word/document.xml", f"<{CANARY}"))}}
    yield {"files": {"file": (f"draft.{CANARY}", data)}}
    yield {"files": {"file": ("draft.txt", data + b"\x00\x01\xff")}}
    yield {"files": {"file": ("draft.txt", DRAFT.encode("utf-16"))}}
    yield {"files": {"file": ("draft.txt", data * (1_500_000 // len(data)))}}
    yield {"files": {"file": ("draft.txt", b"\xef\xbb\xbf" + data)}}
    yield {"files": {"file": ("draft.txt", data), CANARY: (CANARY, data)}}
    yield {"files": [("file", ("a.txt", data)), ("file", ("b.txt", data))]}
    yield {"files": {"file": ("draft.txt", data)}, "data": {"include_text": CANARY}}
    yield {"files": {"file": ("draft.txt", data)}, "data": {"country": CANARY}}
    yield {"files": {"file": ("draft.txt", data)}, "data": {"country": "GH"}}
    for people in ("true", CANARY, f'[{{"{CANARY}": 1}}]', f'["{CANARY}"]', '[{"field": "title"}]'):
        yield {"files": {"file": ("draft.txt", data)}, "data": {"people": people}}
    yield {"files": {"file": (None, data)}}
    for content_type in ("multipart/form-data", f"multipart/form-data; boundary={CANARY}"):
        yield {"content": data, "headers": {"content-type": content_type}}
    broken = f"--x\r\nContent-Disposition: form-data; {CANARY}\r\n{CANARY}\r\n--x".encode()
    yield {"content": broken, "headers": {"content-type": "multipart/form-data; boundary=x"}}
    yield {"json": {"file": DRAFT}}


def any_requests() -> Iterator[dict[str, object]]:
    """Yield the canary in the places that every route has."""
    yield {"params": {CANARY: CANARY, "after": CANARY, "limit": CANARY, "format": CANARY}}
    for name in ("user-agent", "referer", "accept", "cookie", "x-canary", "host", "origin"):
        yield {"headers": {name: CANARY}}
    yield {"headers": {"origin": f"https://{CANARY}.example"}}
    yield {"headers": {f"x-{CANARY}": "1", "authorization": f"Bearer {CANARY}"}}


def requests(document: dict[str, object]) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield method, path and options of every request."""
    for path, item in document["paths"].items():
        real = path.replace("{", f"{CANARY}-").replace("}", "")
        for method, operation in item.items():
            for options in (*body_requests(document, operation), *any_requests()):
                yield method, real, options
        for method in {"put", "delete", "get", "options"} - item.keys():
            yield method, real, {"content": DRAFT.encode(), "params": {"text": DRAFT}}
    for path in (f"/{CANARY}", f"/v1/{CANARY}", f"/static/{CANARY}", f"/rules/{CANARY}"):
        yield "get", path, {"params": {"text": DRAFT}}
        yield "get", path, {"headers": {"accept": "text/html"}}
    for options in lt_forms():
        yield "post", "/v2/check", options
    yield "get", f"/digests/{CANARY}", {"headers": {"accept": "text/html"}}


def body_requests(
    document: dict[str, object], operation: dict[str, object]
) -> Iterator[dict[str, object]]:
    """Yield requests with bodies, to a route that reads one."""
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        yield from file_requests()
    if "application/json" in content:
        name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for options in json_requests(list(document["components"]["schemas"][name]["properties"])):
            typed = options.keys() & {"json", "data", "files", "headers"}
            extra = {} if typed else {"headers": {"content-type": "application/json"}}
            yield {**options, **extra}


def call(client: httpx.Client, method: str, path: str, options: dict[str, object]) -> None:
    """Send a request, and look at its answer if it is an error or nothing was to be repeated."""
    response = client.request(method.upper(), path, **options)
    where = f"{method} {path} {response.status_code}"
    if path.startswith("/v1/") and response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json", where
    if response.status_code >= 400 or method != "post":
        assert not holds_canary(response.content), where
    for name, value in response.headers.items():
        assert not holds_canary(f"{name}: {value}".encode()), where


def test_nothing_of_a_draft_is_left(
    tmp_path: Path,
    folder: Path,
    records: Records,
    written: Written,
    capfd: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "desk"
    home.mkdir()
    settings = Settings(home=home, check=CheckSettings(max_chars=LIMIT))
    count = 0
    with Monitor(settings) as monitor:
        monitor.ready()
        with (
            serving.serve(monitor) as address,
            httpx.Client(base_url=address, timeout=60) as client,
        ):
            document = client.get("/openapi.json").json()
            found = client.post("/v1/check", json={"text": DRAFT}).json()["findings"]
            assert "admitted-being-trafficked" in {finding["rule"] for finding in found}
            written.watching = True
            try:
                for method, path, options in requests(document):
                    call(client, method, path, options)
                    count += 1
            finally:
                written.watching = False
        stored = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert count > 150
    assert any("GET /v1/articles" in line for line in records.lines), "nothing was logged"
    assert not [line for line in records.lines if holds_canary(line.encode())]
    out, err = capfd.readouterr()
    assert not holds_canary((out + err).encode())
    assert any(path.name.startswith("monitor.sqlite") for path in stored)
    assert not [path for path, data in stored.items() if holds_canary(data)]
    assert written.paths == []
    assert list(folder.iterdir()) == []
    with analysis() as nlp:
        kept = [word for word in nlp.vocab.strings if CANARY.lower() in word.lower()]
    assert kept == []


HOOK = """
import os, sys
log = os.open(os.environ["WRITTEN"], os.O_WRONLY | os.O_APPEND)

def hook(event, args):
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
        name = str(args[0])
        if isinstance(args[0], int) and os.path.exists("/proc/self/fd"):
            name = os.readlink(f"/proc/self/fd/{args[0]}")
        if "__pycache__" not in name:
            os.write(log, f"{name}\\n".encode())

sys.addaudithook(hook)
"""
"""Python reads it before anything else, as `sitecustomize`: what worker processes write to."""


def test_nothing_of_a_draft_is_left_by_worker_processes(
    tmp_path: Path,
    folder: Path,
    records: Records,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site, home, told = tmp_path / "site", tmp_path / "desk", tmp_path / "written"
    for new in (site, home):
        new.mkdir()
    (site / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    told.touch()
    monkeypatch.setenv("WRITTEN", str(told))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), *sys.path]))
    with Monitor(Settings(home=home, check=CheckSettings(max_chars=LIMIT))) as monitor:
        checkers = Checkers(monitor, workers=2)
        with (
            serving.serve(monitor, app=create_app(monitor, checkers=checkers)) as address,
            httpx.Client(base_url=address, timeout=60) as client,
        ):
            document = client.get("/openapi.json").json()
            client.get("/readyz").raise_for_status()
            before = told.read_text(encoding="utf-8")
            with pytest.raises(WorkerError, match=r"TypeError at drafts\.py") as crashed:
                checkers._all[0].do(Job("check_text", {"text": DRAFT, CANARY: CANARY}))
            assert not holds_canary(repr(crashed.value).encode())
            for path in WITH_DRAFTS:
                for options in body_requests(document, document["paths"][path]["post"]):
                    call(client, "post", path, options)
        stored = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert told.read_text(encoding="utf-8") == before
    assert not [path for path, data in stored.items() if holds_canary(data)]
    assert not [line for line in records.lines if holds_canary(line.encode())]
    assert not holds_canary("".join(capfd.readouterr()).encode())
    assert list(folder.iterdir()) == []


def test_a_crash_tells_nothing_of_the_draft(
    tmp_path: Path, records: Records, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        BrokenMonitor(Settings(home=tmp_path)) as monitor,
        serving.serve(monitor) as address,
        httpx.Client(base_url=address) as client,
    ):
        response = client.post("/v1/check", json={"text": DRAFT})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert not holds_canary(response.content)
    (told,) = [line for line in records.lines if "ERROR" in line]
    assert "RuntimeError at test_api_canary.py" in told
    assert "from KeyError" in told
    assert not holds_canary("".join(records.lines).encode())
    assert not holds_canary("".join(capfd.readouterr()).encode())


def test_the_search_for_the_canary_finds_one(tmp_path: Path, written: Written) -> None:
    for encoding in ("utf-8", "utf-16-le"):
        assert holds_canary(f"..{CANARY.upper()}..".encode(encoding))
    written.watching = True
    with tempfile.SpooledTemporaryFile(max_size=1) as spool:
        spool.write(b"over the edge")
    number, path = tempfile.mkstemp(dir=tmp_path)
    with os.fdopen(number, "w") as file:
        file.write("under a number")
    written.watching = False
    told = 2 if Path("/proc/self/fd").is_dir() else 1
    assert written.paths.count(str(path)) == told, "by its path, then by its number"
    assert len(written.paths) > 2, "the spooled file was not seen"
    written.paths.clear()
