import httpx
import pytest

from monitor.api.csrf import allowed_hosts, host_name

BODY = {"text": "A short draft."}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8000", "localhost"),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]:8000", "::1"),
        ("evil.example", "evil.example"),
        ("127.0.0.1:x", None),
        ("user@127.0.0.1", None),
        ("127.0.0.1/path", None),
        ("[::1", None),
        ("", None),
    ],
)
def test_host_header_names(header: str, name: str | None) -> None:
    assert host_name(header) == name


def test_any_address_is_no_name() -> None:
    assert "0.0.0.0" not in allowed_hosts(("0.0.0.0",))
    assert "desk.example" in allowed_hosts(("Desk.Example",))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]"])
def test_own_names_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/v1/articles", "/v1/rules", "/static/main.js"])
def test_a_rebound_name_is_refused(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"host": "attacker.example:8000"})
    assert answer.status_code == 400
    assert "attacker" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://attacker.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://[broken"},
    ],
)
def test_foreign_pages_cannot_post(client: httpx.Client, headers: dict[str, str]) -> None:
    answer = client.post("/v1/check", json=BODY, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


def test_own_pages_and_programs_can_post(client: httpx.Client, address: str) -> None:
    own = {"origin": address, "sec-fetch-site": "same-origin"}
    assert client.post("/v1/check", json=BODY, headers=own).status_code == 200
    assert client.post("/v1/check", json=BODY).status_code == 200


@pytest.mark.parametrize("path", ["/", "/v1/rules", "/v1/nothing", "/static/main.js", "/healthz"])
def test_every_answer_has_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers
