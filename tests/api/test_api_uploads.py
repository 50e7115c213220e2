"""Files made to do harm, floods and other sites' pages: refused over HTTP, in words of our own."""

import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

import own_guide
import serving
import word_corpus
from monitor.api.request_bodies import max_body_bytes
from monitor.app import Monitor
from monitor.records.account import ROLES
from monitor.settings import CheckSettings, ServeSettings, Settings
from store_samples import NOW
from word_corpus import para, run
from word_reading import parts

TEXT = "The unfortunate victim was asked."
LIMIT, A_MINUTE = 2_000, 4
ROUTES = ("/v1/check/file", "/v1/check/file/reviewed")
ELSEWHERE = {"x-forwarded-for": "203.0.113.9"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    home = tmp_path_factory.mktemp("uploads")
    settings = Settings(
        home=home,
        check=CheckSettings(guideline=str(own_guide.make(home)), max_chars=LIMIT),
        serve=ServeSettings(checks_per_minute=A_MINUTE),
    )
    with Monitor(settings, now=lambda: NOW) as monitor:
        yield monitor


@pytest.fixture(scope="module")
def client(desk: Monitor) -> Iterator[httpx.Client]:
    with serving.serve(desk) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """A server that nobody may ask; gives its address and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def word(changed: Mapping[str, bytes] | None = None) -> bytes:
    """Return a Word file with other parts, or more."""
    files = parts(word_corpus.package(para(run(TEXT))))
    return word_corpus.zipped({**files, **(changed or {})})


def with_doctype(declared: str) -> bytes:
    text = parts(word_corpus.package(para(run(TEXT) + "<w:r><w:t>&x;</w:t></w:r>")))
    head, _, rest = text["word/document.xml"].decode().partition("?>")
    return word_corpus.zipped({**text, "word/document.xml": f"{head}?>{declared}{rest}".encode()})


LOL = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "bomb": (413, lambda _: word({"word/document.xml": b"<w>" + b" " * 31_000_000})),
    "entities": (
        422,
        lambda _: with_doctype(f'<!DOCTYPE w [<!ENTITY x0 "ha">{LOL}<!ENTITY x "&x9;">]>'),
    ),
    "a file's entity": (
        422,
        lambda _: with_doctype('<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
    ),
    "an address's entity": (
        422,
        lambda url: with_doctype(f'<!DOCTYPE w [<!ENTITY x SYSTEM "{url}/entity">]>'),
    ),
    "an address's declarations": (
        422,
        lambda url: with_doctype(f'<!DOCTYPE w SYSTEM "{url}/dtd">'),
    ),
    "macros": (422, lambda _: word({"word/vbaProject.bin": b"x"})),
    "a path upwards": (422, lambda _: word({"../../tmp/thb-monitor-evil": b"x"})),
    "a path from the root": (422, lambda _: word({"/tmp/thb-monitor-evil": b"x"})),
    "no zip": (422, lambda _: b"PK\x03\x04" + b"\0" * 1000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_word_files_are_refused(
    client: httpx.Client, outside: tuple[str, list[str]], name: str
) -> None:
    address, asked = outside
    status, make = HOSTILE[name]
    data = make(address)
    for route in ROUTES:
        answer = client.post(route, files={"file": ("draft.docx", data)})
        assert answer.status_code == status, f"{route}: {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
        assert "evil" not in answer.text
    assert asked == []
    assert not Path("/tmp/thb-monitor-evil").exists()


@pytest.mark.parametrize(
    "name", ["../../../../tmp/thb-monitor-evil.docx", "C:\\evil\\a.docx", "\u202excod.docx"]
)
def test_a_files_name_is_only_looked_at_for_its_kind(client: httpx.Client, name: str) -> None:
    for route in ROUTES:
        answer = client.post(route, files={"file": (name, word())})
        assert answer.status_code == 200
        assert b"evil" not in answer.content
        assert "evil" not in str(answer.headers)
    assert not Path("/tmp/thb-monitor-evil.docx").exists()


def test_links_of_a_file_are_not_followed(
    client: httpx.Client, outside: tuple[str, list[str]]
) -> None:
    address, asked = outside
    link = '<w:hyperlink r:id="rIdZ"><w:r><w:t>x</w:t></w:r></w:hyperlink>'
    data = word_corpus.package(para(run(TEXT) + link), links={"rIdZ": f"{address}/link"})
    html = f'<base href="{address}"><p>{TEXT}<img src="/a.png"><link rel=stylesheet href="/b">'
    for route in ROUTES:
        assert client.post(route, files={"file": ("draft.docx", data)}).status_code == 200
    sent = client.post("/v1/check/file", files={"file": ("draft.html", html.encode())})
    assert len(sent.json()["findings"]) == 1
    assert asked == []


SENT = {
    "/v1/check": {"json": {"text": TEXT}},
    "/v1/check/file": {"files": {"file": ("draft.txt", TEXT.encode())}},
    "/v1/check/file/reviewed": {"files": {"file": ("draft.docx", word())}},
    "/v1/rules/unfortunate-victim/feedback": {"json": {"right": True, "client": "page"}},
    "/v2/check": {"data": {"text": TEXT, "language": "en-US"}},
}
DRAFTS = [route for route in SENT if "feedback" not in route]


@pytest.mark.parametrize("route", SENT)
def test_no_other_sites_page_is_answered(client: httpx.Client, route: str) -> None:
    foreign = {"origin": "https://other.example"}
    refused = client.post(route, headers=foreign, **SENT[route])
    assert refused.status_code == 403
    preflight = {**foreign, "access-control-request-method": "POST"}
    asked = client.options(route, headers=preflight)
    assert asked.status_code >= 400
    for answer in (refused, asked, client.post(route, **SENT[route])):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("route", SENT)
def test_nothing_larger_than_a_draft_is_read(client: httpx.Client, route: str) -> None:
    answer = client.post(route, content=b"a" * (max_body_bytes(LIMIT) + 1))
    assert answer.status_code == 413
    long = TEXT * (LIMIT // len(TEXT) + 1)
    options = {
        "/v1/check": {"json": {"text": long}},
        "/v1/check/file": {"files": {"file": ("draft.txt", long.encode())}},
        "/v1/check/file/reviewed": {
            "files": {"file": ("draft.docx", word_corpus.package(para(run(long))))}
        },
        "/v2/check": {"data": {"text": long, "language": "en-US"}},
    }
    if route in options:
        assert client.post(route, **options[route]).status_code == 413


def test_an_address_elsewhere_sends_so_many_a_minute(desk: Monitor, client: httpx.Client) -> None:
    secret = desk.store.add_token("flood", ROLES["admin"], desk.now())[1]
    headers = {**ELSEWHERE, "authorization": f"Bearer {secret}"}
    told = [
        client.post(route, headers=headers, **SENT[route]).status_code
        for route in (*DRAFTS, *DRAFTS)
    ]
    assert told == [200] * A_MINUTE + [429] * (2 * len(DRAFTS) - A_MINUTE), told
    refused = client.post("/v2/check", headers=headers, **SENT["/v2/check"])
    assert 0 < int(refused.headers["retry-after"]) <= 61
    assert client.post("/v1/check", **SENT["/v1/check"]).status_code == 200, "this machine may"
