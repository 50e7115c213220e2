"""Who may: over a real server, from this machine and, by a proxy's header, from elsewhere."""

import base64
import itertools
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy import event
from starlette.routing import Mount

import serving
from monitor.api.access import scopes_of
from monitor.api.authentication import is_open
from monitor.app import Monitor
from monitor.records.account import ROLES, SCOPES, Role
from monitor.settings import DigestSettings, ServeSettings
from monitor.web.server import create_app
from monitor.web.sign_in_page import own_path

ELSEWHERE = {"x-forwarded-for": "203.0.113.9"}
"""A header that only proxies send."""
HTML = {"accept": "text/html"}
_numbers = itertools.count(1)


def make_token(desk: Monitor, role: Role | str = "admin") -> tuple[str, str]:
    """A token with a name of its own; both."""
    name = f"Visitor {next(_numbers)}"
    made, secret = desk.store.add_token(
        name, ROLES[role] if isinstance(role, str) else role, desk.now()
    )
    return made.name, secret


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture(name="far")
def _far(address: str) -> Iterator[httpx.Client]:
    """Somebody elsewhere; keeps cookies."""
    with httpx.Client(base_url=address, headers=ELSEWHERE, timeout=60) as far:
        yield far


def sign_in(far: httpx.Client, secret: str, going: str = "", **headers: str) -> httpx.Response:
    own = {"origin": str(far.base_url).rstrip("/")} | headers
    return far.post("/signin", data={"token": secret, "next": going}, headers=own)


# Every route --------------------------------------------------------------------------------------


def forgotten(app: FastAPI) -> list[str]:
    """The routes that say neither which scope they need nor that they are for anybody, or both."""
    found = []
    for route in iter_route_contexts(app.routes):
        path = f"{route.path}/" if isinstance(route.original_route, Mount) else f"{route.path}"
        if bool(scopes_of(route)) == is_open(path):
            found.append(path)
    return found


@pytest.fixture(name="app", scope="module")
def _app(desk: Monitor) -> FastAPI:
    return create_app(desk)


def calls(app: FastAPI) -> list[tuple[str, str, RouteContext]]:
    """Method, an address and the route of everything that there is."""
    return [
        (method, re.sub(r"\{\w+\}", "x", f"{route.path}".replace("{day}", "today")), route)
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
    ]


def test_every_route_says_for_whom_it_is(app: FastAPI) -> None:
    assert forgotten(app) == []


@pytest.mark.parametrize("how", ["page", "mounted"])
def test_a_route_that_does_not_would_be_found(desk: Monitor, how: str) -> None:
    late = create_app(desk)
    if how == "page":
        late.add_api_route("/late/{id}", lambda: None)
    else:
        late.mount("/late", FastAPI())
    assert len(forgotten(late)) == 1


def test_without_a_token_nothing_is_told(app: FastAPI, far: httpx.Client) -> None:
    """No route answers somebody elsewhere, and none tells whether it is there."""
    tried = 0
    for method, path, route in calls(app):
        answer = far.request(method, path)
        if is_open(str(route.path)):
            assert answer.status_code not in (401, 303) or path == "/signout", path
            continue
        tried += 1
        if path.startswith("/v2/"):
            assert answer.status_code == 403, f"{method} {path}"
            assert answer.text.startswith("Error: From another machine")
            continue
        assert answer.status_code == 401, f"{method} {path}"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert tried > 25
    absent = far.get("/v1/absent")
    assert (absent.status_code, absent.json()) == (401, far.get("/v1/rules").json())


def test_every_route_of_the_document_wants_a_token(far: httpx.Client, client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    schemes = document["components"]["securitySchemes"]
    assert {scheme["type"] for scheme in schemes.values()} == {"http", "apiKey"}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            wanted = 200 if path in ("/healthz", "/readyz") else 401
            assert far.request(method, path).status_code == wanted, path
            assert ("security" in operation) == (wanted == 401)
            if wanted == 401:
                assert {"401", "403", "429"} <= set(operation["responses"])
                assert "Scope: `" in operation["description"]


@pytest.mark.parametrize("lacking", SCOPES)
def test_a_token_without_the_scope_is_told_which(
    app: FastAPI, desk: Monitor, far: httpx.Client, lacking: str
) -> None:
    _, secret = make_token(desk, Role(tuple(scope for scope in SCOPES if scope != lacking)))
    routes = [(m, p) for m, p, route in calls(app) if lacking in scopes_of(route)]
    assert routes
    for method, path in routes:
        json = {"content-type": "application/json"} if method == "POST" else {}
        answer = far.request(method, path, headers=bearer(secret) | json)
        assert answer.status_code == 403, f"{method} {path}"
        told = answer.text if path.startswith("/v2/") else answer.json()["detail"]
        assert f"'{lacking}'" in told


def test_a_page_leads_to_signing_in_and_back(far: httpx.Client) -> None:
    answer = far.get("/digests/today?a=1&b=%20%2F", headers=HTML)
    assert answer.status_code == 303
    to = urlsplit(answer.headers["location"])
    assert (to.netloc, to.path) == ("", "/signin")
    assert parse_qs(to.query) == {"next": ["/digests/today?a=1&b=%20%2F"]}
    page = far.get(answer.headers["location"])
    assert page.status_code == 200
    assert 'value="/digests/today?a=1&amp;b=%20%2F"' in page.text
    assert far.post("/tokens", headers=HTML).status_code == 401, "not to be repeated as a GET"


class Links(HTMLParser):
    """The addresses that a page offers."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        to = told.get("href") if tag == "a" else None
        if tag == "form" and told.get("method") != "post":
            to = told.get("action")
        if to and to.startswith("/"):
            self.found.add(to.partition("#")[0])


@pytest.mark.parametrize("role", [*ROLES, "nobody", "check", "read"])
def test_what_one_may_not_see_is_not_offered(desk: Monitor, far: httpx.Client, role: str) -> None:
    """All links from all pages that the header leads to."""
    scopes = ROLES[role].scopes if role in ROLES else tuple(s for s in SCOPES if s == role)
    far.headers.update(HTML)
    if scopes:
        far.headers.update(bearer(make_token(desk, Role(scopes))[1]))
    seen: set[str] = set()
    left = {"/signin"}
    for step in range(3):
        now, left = left - seen, set()
        for path in sorted(now):
            seen.add(path)
            answer = far.get(path)
            assert answer.status_code in (200, 404), f"{path} {answer.status_code}"
            found = Links(answer.text).found if step < 2 else set()
            rules = sorted(link for link in found if link.startswith("/rules/"))
            left |= found - set(rules[1:])
    assert ("/tokens" in seen) == (role == "admin")
    assert ("/review" in seen) == (role in ("volunteer", "reviewer", "admin"))
    assert ("/" in seen) == (role not in ("nobody", "read"))


# Where from ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"forwarded": "for=127.0.0.1"},
        {"x-forwarded-for": "127.0.0.1"},
        {"x-forwarded-for": ""},
        {"x-forwarded-proto": "https"},
        {"X-Forwarded-Whatever": "1"},
        {"x-real-ip": "127.0.0.1"},
        {"via": "1.1 cache"},
        {"cf-connecting-ip": "::1"},
    ],
)
def test_what_a_proxy_sends_is_from_elsewhere(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    assert client.get("/v1/rules", headers=headers).status_code == 401
    assert client.get("/v1/rules").status_code == 200


def test_so_is_what_a_silent_proxy_sends(desk: Monitor, address: str) -> None:
    """One that passes `Host` alone, and one that speaks HTTP/1.0."""
    settings = replace(desk.settings, serve=ServeSettings(hosts=("desk.example",)))
    with _other(desk, settings) as other, serving.serve(other) as here:
        named = {"host": "desk.example"}
        assert httpx.get(f"{here}/v1/rules", headers=named, timeout=60).status_code == 401
        assert httpx.get(f"{here}/v1/rules", timeout=60).status_code == 200
        import socket

        with socket.create_connection(("127.0.0.1", urlsplit(here).port or 0)) as old:
            old.sendall(b"GET /v1/rules HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            assert b" 401 " in old.makefile("rb").readline()


def _other(desk: Monitor, settings) -> Monitor:  # type: ignore[no-untyped-def]
    """Another monitor over the same database, which shares what is loaded."""
    other = Monitor(settings, now=desk.now)
    for name in ("guideline", "classifiers"):
        if name in desk.__dict__:
            other.__dict__[name] = desk.__dict__[name]
    return other


def test_only_trusted_proxies_are_believed(desk: Monitor) -> None:
    """Of whom they ask for, and whether by https; without sign-in nobody comes in either way."""
    for trusted, name in (("127.0.0.1", "__Host-monitor"), ("192.0.2.7", "monitor_session")):
        settings = replace(desk.settings, serve=ServeSettings(trusted_proxies=(trusted,)))
        with _other(desk, settings) as other, serving.serve(other) as here:
            told = ELSEWHERE | {"x-forwarded-proto": "https"}
            with httpx.Client(base_url=here, headers=told) as far:
                assert far.get("/v1/rules").status_code == 401
                answer = sign_in(far, make_token(desk)[1])
                assert answer.status_code == 303
                cookie = answer.headers["set-cookie"]
                assert cookie.startswith(f"{name}=")
                assert ("; Secure" in cookie) == (trusted == "127.0.0.1")


def test_who_comes_from_a_proxys_address_is_from_elsewhere(desk: Monitor) -> None:
    """Also without a word of a proxy: one on this machine may send none."""
    for trusted, status in (("127.0.0.0/8", 401), ("::1", 200)):
        settings = replace(desk.settings, serve=ServeSettings(trusted_proxies=(trusted,)))
        with _other(desk, settings) as other, serving.serve(other) as here:
            assert httpx.get(f"{here}/v1/rules").status_code == status
            signed = httpx.get(f"{here}/v1/rules", headers=bearer(make_token(desk)[1]))
            assert signed.status_code == 200


def test_a_public_https_address_protects_the_cookie(desk: Monitor) -> None:
    settings = replace(desk.settings, digest=DigestSettings(public_url="https://desk.example"))
    with _other(desk, settings) as other, serving.serve(other) as here:
        named = {"host": "desk.example", "origin": "https://desk.example"}
        with httpx.Client(base_url=here, headers=named) as far:
            cookie = sign_in(far, make_token(desk)[1], origin=named["origin"]).headers["set-cookie"]
            assert cookie.startswith("__Host-monitor=")
            assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
            assert "Domain" not in cookie


# Tokens -------------------------------------------------------------------------------------------


def test_a_token_opens_what_it_is_for_until_it_is_revoked(desk: Monitor, far: httpx.Client) -> None:
    name, secret = make_token(desk, "reader")
    assert far.get("/v1/rules", headers=bearer(secret)).status_code == 200
    assert far.get("/metrics", headers=bearer(secret)).status_code == 200
    desk.store.revoke_token(name, desk.now())
    answer = far.get("/v1/rules", headers=bearer(secret))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert secret not in answer.text


def test_a_wrong_token_is_refused_on_this_machine_too(client: httpx.Client) -> None:
    assert client.get("/v1/rules", headers=bearer("monitor_" + "a" * 43)).status_code == 401
    another = {"authorization": "Bearer some.other.thing"}
    assert client.get("/v1/rules", headers=another).status_code == 200


def test_feed_readers_give_it_as_a_password(desk: Monitor, far: httpx.Client) -> None:
    _, secret = make_token(desk)
    basic = {"authorization": "Basic " + base64.b64encode(f"any:{secret}".encode()).decode()}
    for form in ("atom", "jsonfeed"):
        asked = far.get("/v1/digests/today", params={"format": form})
        assert 'Basic realm="monitor"' in asked.headers["www-authenticate"]
        told = far.get("/v1/digests/today", params={"format": form}, headers=basic)
        assert told.status_code == 200
    assert "Basic" not in far.get("/v1/rules").headers["www-authenticate"], "browsers would ask"
    written = far.post("/v1/found", json={"url": "https://a.example/b"}, headers=basic)
    assert written.status_code == 401, "a browser sends it with any page's form"
    for broken in ("Basic", "Basic %%%", "Basic " + base64.b64encode(b"\xff\xfe").decode()):
        assert far.get("/v1/rules", headers={"authorization": broken}).status_code == 401


def test_a_review_is_under_the_name_of_its_token(desk: Monitor, far: httpx.Client) -> None:
    name, secret = make_token(desk, "reviewer")
    path, said = "/v1/articles/article-panel/review", {"verdict": "borderline"}
    mine = far.post(path, json=said, headers=bearer(secret))
    assert mine.json()["reviewer"] == name
    forged = far.post(path, json=said | {"reviewer": "Somebody"}, headers=bearer(secret))
    assert forged.status_code == 403
    assert "Somebody" not in forged.text


def test_who_tries_too_often_waits(desk: Monitor, far: httpx.Client) -> None:
    _, secret = make_token(desk)
    assert sign_in(far, secret).status_code == 303
    bad = {"authorization": "Bearer monitor_" + "b" * 43}
    with serving.serve(desk) as here, httpx.Client(base_url=here, headers=ELSEWHERE) as other:
        told = [other.get("/v1/rules", headers=bad).status_code for _ in range(12)]
        assert told == [401] * 10 + [429] * 2
        waiting = sign_in(other, secret)
        assert waiting.status_code == 429
        assert 0 < int(waiting.headers["retry-after"]) <= 61
        other.cookies.update(far.cookies)
        assert other.get("/v1/rules").status_code == 200, "who is signed in is not kept out"


# Sessions and forms -------------------------------------------------------------------------------


def test_a_session_begins_with_a_token_and_ends(desk: Monitor, far: httpx.Client) -> None:
    name, secret = make_token(desk, "reader")
    answer = sign_in(far, f"  {secret}\n", "/rules?q=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/rules?q=1")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert secret not in answer.headers["set-cookie"]
    first = far.cookies["monitor_session"]
    page = far.get("/rules", headers=HTML)
    assert page.status_code == 200
    assert name in page.text
    assert sign_in(far, secret).status_code == 303
    assert far.cookies["monitor_session"] != first
    with httpx.Client(base_url=far.base_url, headers=ELSEWHERE) as old:
        old.cookies["monitor_session"] = first
        assert old.get("/v1/rules").status_code == 401, "rotated"
    kept = far.cookies["monitor_session"]
    out = far.post("/signout", headers={"origin": str(far.base_url).rstrip("/")})
    assert (out.status_code, out.headers["location"]) == (303, "/signin?out=1")
    assert "monitor_session" not in far.cookies
    far.cookies["monitor_session"] = kept
    assert far.get("/v1/rules").status_code == 401, "ended on the desk too"


def test_revoking_a_token_ends_its_sessions_at_once(desk: Monitor, far: httpx.Client) -> None:
    name, secret = make_token(desk, "reader")
    sign_in(far, secret)
    assert far.get("/v1/rules").status_code == 200
    desk.store.revoke_token(name, desk.now())
    assert far.get("/v1/rules").status_code == 401


def test_a_wrong_token_signs_nobody_in(far: httpx.Client) -> None:
    for told in ("", "zqx", "monitor_" + "c" * 43, "<script>"):
        answer = sign_in(far, told, "/rules")
        assert answer.status_code == 422
        assert "set-cookie" not in answer.headers
        assert not told or told not in answer.text.replace("<script type=", "")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"referer": "http://127.0.0.1/"}, 403),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": "own"}, 303),
    ],
)
def test_a_forged_form_is_refused(
    desk: Monitor, far: httpx.Client, headers: dict[str, str], status: int
) -> None:
    """A change by cookie, signing in and signing out must come from our own page."""
    own = str(far.base_url).rstrip("/")
    headers = {key: own if value == "own" else value for key, value in headers.items()}
    _, secret = make_token(desk)
    victim, _ = make_token(desk, "reader")
    assert far.post("/signin", data={"token": secret}, headers=headers).status_code == status
    sign_in(far, secret)
    revoked = far.post("/tokens/revoke", data={"name": victim}, headers=headers)
    assert revoked.status_code == status
    live = {token.name for token in desk.store.tokens() if token.revoked is None}
    assert (victim in live) == (status == 403)
    assert far.post("/signout", headers=headers).status_code == status
    assert far.get("/v1/rules").status_code == (200 if status == 403 else 401)


def test_a_program_with_a_token_needs_no_origin(desk: Monitor, far: httpx.Client) -> None:
    _, secret = make_token(desk)
    body = {"text": "A short draft."}
    assert far.post("/v1/check", json=body, headers=bearer(secret)).status_code == 200
    foreign = {"origin": "https://evil.example"} | bearer(secret)
    assert far.post("/v1/check", json=body, headers=foreign).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        *("//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "evil"),
        *("/\t/evil.example", "/\n/evil.example", "///evil.example", "/./\\evil", "javascript:a()"),
        *("/..//evil.example", "/%2e%2e//evil.example", "/a//b", " /rules", "/rules\r\nx: y", "/é"),
        *("/signin", "/signin?next=/rules", "/signout", "/" + "a" * 2001),
    ],
)
def test_nobody_is_led_elsewhere(desk: Monitor, far: httpx.Client, asked: str) -> None:
    assert own_path(asked) == ""
    assert sign_in(far, make_token(desk, "reader")[1], asked).headers["location"] == "/"


@pytest.mark.parametrize("asked", ["/", "/rules?q=a//b&c=%2F", "/digests/2026-11-25", "/signings"])
def test_one_is_led_back(asked: str) -> None:
    assert own_path(asked) == asked


# What is written ----------------------------------------------------------------------------------


def test_a_get_changes_nothing(app: FastAPI, desk: Monitor, far: httpx.Client) -> None:
    """Everything that can be asked for, as somebody who may do everything, with what is written."""
    sign_in(far, make_token(desk)[1])
    written: list[str] = []
    engine = desk.store._database.engine

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "WITH")):
            written.append(statement)

    paths = [path for method, path, _ in calls(app) if method == "GET"]
    paths += ["/v1/articles/article-farm", "/rules/child-prostitute", "/v1/digests/all?format=atom"]
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert far.post("/signout").status_code == 403
        for path in paths:
            # some of the /v2 routes answer 400 to nothing, 403 where there is no user
            good = (200, 400, 403, 404) if path.startswith("/v2/") else (200, 404)
            assert far.get(path, headers=HTML).status_code in good, path
        assert [line for line in written if line.upper() != "BEGIN"] == []
        before = len(written)
        assert far.post("/v1/found", json={"url": "https://a.example/c"}).status_code == 403
        assert len(written) <= before + 2
        own = {"origin": str(far.base_url).rstrip("/")}
        far.post("/tokens", data={"name": f"Made {next(_numbers)}"}, headers=own)
        assert any("INSERT INTO tokens" in line for line in written), "it would be seen"
    finally:
        event.remove(engine, "before_cursor_execute", note)


class Lines(logging.Handler):
    """Keeps every line, with what it is made of."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("httpx", "httpcore")):
            return  # the caller's
        self.lines.append(f"{record.getMessage()} {record.args} {record.exc_info}")


def test_no_secret_is_logged_or_stored(desk: Monitor, far: httpx.Client) -> None:
    root, lines = logging.getLogger(), Lines()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        _, secret = make_token(desk)
        wrong = "monitor_" + "d" * 43
        far.get("/v1/rules", headers=bearer(secret))
        far.get("/v1/rules", headers=bearer(wrong))
        basic = base64.b64encode(f"x:{secret}".encode()).decode()
        far.get("/v1/digests/today", headers={"authorization": f"Basic {basic}"})
        sign_in(far, wrong)
        sign_in(far, secret)
        session = far.cookies["monitor_session"]
        own = {"origin": str(far.base_url).rstrip("/")}
        made = far.post("/tokens", data={"name": f"Made {next(_numbers)}"}, headers=own).text
        shown = re.search(r"monitor_[\w-]{43}", made)
        assert shown
        again = far.get("/tokens").text
        far.post("/signout", headers=own)
    finally:
        root.setLevel(level)
        root.removeHandler(lines)
    assert any("POST /signin 303" in line for line in lines.lines)
    stored = b"".join(
        path.read_bytes() for path in desk.settings.home.rglob("*") if path.is_file()
    ).decode("latin-1")
    for told in (secret, wrong, session, shown[0], basic):
        bare = told.removeprefix("monitor_")
        assert not [line for line in lines.lines if bare in line]
        assert bare not in stored
        assert bare not in again


# The page of tokens -------------------------------------------------------------------------------


def test_tokens_are_made_and_revoked_on_their_page(desk: Monitor, far: httpx.Client) -> None:
    sign_in(far, make_token(desk)[1])
    own = {"origin": str(far.base_url).rstrip("/")}
    name = f"<i>Visitor</i> {next(_numbers)}"
    fields = {"name": name, "role": "volunteer", "days": "30"}
    made = far.post("/tokens", data=fields, headers=own)
    assert made.status_code == 200
    assert "<i>Visitor" not in made.text
    secret = re.search(r"monitor_[\w-]{43}", made.text)
    assert secret
    with httpx.Client(base_url=far.base_url, headers=ELSEWHERE | bearer(secret[0])) as volunteer:
        assert volunteer.get("/v1/articles").status_code == 200
        assert volunteer.get("/tokens").status_code == 403
    (token,) = [token for token in desk.store.tokens() if token.name == name]
    assert (token.role, token.provisional) == ("volunteer", True)
    assert token.expires is not None
    for wrong in ({"name": ""}, {"name": name}, {"days": "0"}, {"days": "9" * 9}, {"role": "king"}):
        fresh = {"name": f"Visitor {next(_numbers)}", "role": "reader"} | wrong
        refused = far.post("/tokens", data=fresh, headers=own)
        assert refused.status_code == 422, wrong
        assert "Nothing was changed" in refused.text
    assert far.post("/tokens/revoke", data={"name": name}, headers=own).status_code == 303
    assert far.post("/tokens/revoke", data={"name": name}, headers=own).status_code == 404
    assert "revoked 2026-11-25" in far.get("/tokens", params={"state": "ended"}).text
    assert name not in far.get("/tokens", params={"state": "live"}).text
    assert far.get("/tokens", params={"state": ""}).status_code == 200
