"""`/v2` over the real server: LanguageTool's contract, errors in plain text, who may, CORS."""

import itertools
import json
import logging
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import language_tool_python
import pytest

import own_severities
import serving
from lt_server import LtServer, lt_server, match
from monitor.app import Monitor
from monitor.records.account import ROLES, Role
from monitor.settings import CheckSettings, LanguageToolSettings, ServeSettings, Settings

TEXT = "😀 The wumpus met a gromble, and then a fizzle."
ELSEWHERE = {"x-forwarded-for": "203.0.113.9"}
FRIEND, FOE = "https://cms.example", "https://attacker.example"
LIMIT = 2000
_numbers = itertools.count(1)


@pytest.fixture(name="settings", scope="module")
def _settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("desk")
    guide = own_severities.make(home)
    return Settings(
        home=home,
        check=CheckSettings(guideline=str(guide), max_chars=LIMIT),
        serve=ServeSettings(allow_origins=(FRIEND,)),
    )


@pytest.fixture(name="monitor", scope="module")
def _monitor(settings: Settings) -> Iterator[Monitor]:
    with Monitor(settings) as monitor:
        yield monitor


@pytest.fixture(name="at", scope="module")
def _at(monitor: Monitor) -> Iterator[str]:
    with serving.serve(monitor) as at:
        yield at


@pytest.fixture(name="client", scope="module")
def _client(at: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=at, timeout=60) as client:
        yield client


def rules(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [match["rule"]["id"].removeprefix("no-") for match in answer.json()["matches"]]


def check(client: httpx.Client, text: str = TEXT, **fields: str) -> httpx.Response:
    return client.post("/v2/check", data={"text": text, "language": "en-US"} | fields)


# What is answered ---------------------------------------------------------------------------------


def test_a_match_says_where_what_why_and_who_says_so(client: httpx.Client) -> None:
    answer = check(client).json()
    assert answer["software"]["apiVersion"] == 1
    assert "own-guide@" in answer["software"]["status"]
    assert answer["language"]["code"] == "en-US"
    assert answer["warnings"] == {"incompleteResults": False}
    assert answer["sentenceRanges"] == [[0, len(TEXT) + 1]]
    first = answer["matches"][0]
    assert (first["offset"], first["length"]) == (7, 6)
    assert first["message"] == "'wumpus' is not said. (A guide, 1)"
    assert first["shortMessage"] == "About wumpus"
    assert [offered["value"] for offered in first["replacements"]][:2] == ["person", "somebody"]
    assert first["sentence"] == TEXT
    assert first["rule"]["id"] == "no-wumpus"
    assert first["rule"]["urls"] == [{"value": "https://guide.example/wumpus"}]


def test_severity_is_category_and_suggestions_are_for_the_picky(client: httpx.Client) -> None:
    assert rules(check(client)) == ["wumpus", "gromble"]
    answer = check(client, level="picky")
    told = [each["rule"]["category"]["id"] for each in answer.json()["matches"]]
    assert told == ["TYPOS", "MISC", "STYLE"]
    assert answer.json()["matches"][2]["rule"]["tags"] == ["picky"]


def test_a_client_chooses_rules(client: httpx.Client) -> None:
    assert rules(check(client, disabledRules="no-gromble,WHITESPACE_RULE")) == ["wumpus"]
    assert rules(check(client, enabledRules="no-fizzle", enabledOnly="true")) == ["fizzle"]
    assert rules(check(client, disabledRules="")) == ["wumpus", "gromble"]


def test_the_compact_answer(client: httpx.Client) -> None:
    answer = check(client, c="1").json()
    assert "software" not in answer
    assert not {"context", "sentence"} & answer["matches"][0].keys()
    assert len(answer["matches"][0]["replacements"]) == 5


def test_a_get_does_the_same(client: httpx.Client) -> None:
    got = client.get("/v2/check", params={"text": TEXT, "language": "en-US"})
    assert got.json() == check(client).json()


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""]
)
def test_a_form_is_read_whatever_its_type(client: httpx.Client, kind: str) -> None:
    """LTeX says that its forms are JSON."""
    body = b"language=en-US&text=%F0%9F%98%80+The+wumpus+met"
    answer = client.post("/v2/check", content=body, headers={"content-type": kind})
    assert rules(answer) == ["wumpus"]


def test_annotations_lead_back_to_the_markup(client: httpx.Client) -> None:
    parts = ["<p>", "😀 The wum", "<b>", "pus", "</b>", " met."]
    kinds = ["markup", "text"] * 3
    data = {"annotation": [{kind: part} for kind, part in zip(kinds, parts, strict=True)]}
    answer = client.post("/v2/check", data={"data": json.dumps(data), "language": "en-GB"})
    (found,) = answer.json()["matches"]
    assert (found["offset"], found["length"]) == (10, 9)


def test_a_language_without_a_guideline_has_no_match(client: httpx.Client) -> None:
    answer = check(client, language="de-AT")
    assert rules(answer) == []
    assert answer.json()["language"]["name"] == "German (Austria)"


def test_the_language_is_recognised(client: httpx.Client) -> None:
    english = check(client, TEXT * 4, language="auto", preferredVariants="en-GB,de-AT")
    assert set(rules(english)) == {"wumpus", "gromble"}
    assert english.json()["language"]["detectedLanguage"]["code"] == "en-GB"
    french = "Le wumpus est arrivé hier soir à la gare avec ses deux sœurs et leurs valises. " * 2
    answer = check(client, french, language="auto")
    assert rules(answer) == []
    assert answer.json()["language"]["code"] == "fr"


@pytest.mark.parametrize("text", ["", " \n", "\u200b\ufeff", "\x01"])
def test_nothing_to_check_has_no_match(client: httpx.Client, text: str) -> None:
    assert rules(check(client, text)) == []


def test_what_stands_for_an_object_is_passed_over(client: httpx.Client) -> None:
    answer = check(client, "\x01The\x02 wumpus met.")
    assert answer.json()["matches"][0]["offset"] == 6


def test_the_other_addresses(client: httpx.Client) -> None:
    codes = {each["longCode"] for each in client.get("/v2/languages").json()}
    assert {"en", "en-US", "en-GB"} <= codes
    assert client.get("/v2/maxtextlength").text == str(LIMIT)
    assert client.get("/v2/healthcheck").text == "OK"
    assert client.get("/v2/info").json()["software"]["apiVersion"] == 1
    told = client.get("/v2/configinfo", params={"language": "en"}).json()
    assert told["parameter"] == {"maxTextLength": LIMIT}
    assert {rule["ruleId"] for rule in told["rules"]} == {"no-wumpus", "no-gromble", "no-fizzle"}


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": TEXT}, 400),
        ({"language": "en"}, 400),
        ({"text": TEXT, "data": "{}", "language": "en"}, 400),
        ({"data": '{"text": 1}', "language": "en"}, 400),
        ({"text": TEXT, "language": "zq zq"}, 400),
        ({"text": TEXT, "language": "en", "level": "zq"}, 400),
        ({"text": "x" * (LIMIT + 1), "language": "en"}, 413),
        ({"text": "x" * (LIMIT + 1), "language": "de"}, 413),
        ({"text": "x" * 200_000, "language": "en"}, 413),
    ],
)
def test_errors_are_plain_text(client: httpx.Client, fields: dict[str, str], status: int) -> None:
    answer = client.post("/v2/check", data=fields)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("Error: ")
    assert "wumpus" not in answer.text
    assert "zq" not in answer.text


def test_a_body_that_is_no_form_is_refused(client: httpx.Client) -> None:
    for body in (b"\xff\xfe", b"text=%ff&language=en", b"&".join([b"a=b"] * 200), b'{"text": "a"}'):
        answer = client.post("/v2/check", content=body)
        assert (answer.status_code, answer.text[:7]) == (400, "Error: ")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/wumpus", 404),
        ("PUT", "/v2/check", 405),
        ("GET", "/v2/words", 403),
        ("POST", "/v2/words/add", 403),
        ("POST", "/v2/words/delete", 403),
        ("GET", "/v2/users/me", 403),
        ("GET", "/v2/configinfo", 400),
    ],
)
def test_what_is_not_there(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path, headers={"accept": "text/html"})
    assert answer.status_code == status
    assert answer.text.startswith("Error: ")
    assert "wumpus" not in answer.text


def test_nothing_is_logged_of_a_get(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    ours: list[str] = []
    with caplog.at_level(logging.DEBUG):
        client.get("/v2/check", params={"text": TEXT, "language": "en", "apiKey": "gromble"})
        for _ in range(100):  # the line is written when the answer has gone
            ours = [r.getMessage() for r in caplog.records if not r.name.startswith("http")]
            if any("GET /v2/check 200" in line for line in ours):
                break
            time.sleep(0.05)
    assert any("GET /v2/check 200" in line for line in ours)
    assert not any("wumpus" in line or "gromble" in line for line in ours)


class BrokenMonitor(Monitor):
    """A desk whose checks fail with the draft in the exception's message."""

    def check_text(self, text: str, **options: object) -> dict[str, object]:  # type: ignore[override]
        raise RuntimeError(f"cannot check {text!r}")


def test_a_crash_tells_nothing_of_the_text(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        BrokenMonitor(settings) as monitor,
        serving.serve(monitor) as at,
        httpx.Client(base_url=at, timeout=60) as client,
    ):
        answer = check(client)
    assert answer.status_code == 500
    assert answer.text.startswith("Error: Something went wrong here.")
    assert "wumpus" not in answer.text
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("http")]
    assert any("RuntimeError at" in line for line in ours)
    assert not any("wumpus" in line for line in ours)


# Who may ------------------------------------------------------------------------------------------


def token(monitor: Monitor, role: Role | str) -> str:
    rights = ROLES[role] if isinstance(role, str) else role
    return monitor.store.add_token(f"Client {next(_numbers)}", rights, monitor.now())[1]


def far(client: httpx.Client, headers: dict[str, str] | None = None, **fields: str) -> int:
    data = {"text": TEXT, "language": "en"} | fields
    answer = client.post("/v2/check", data=data, headers=ELSEWHERE | (headers or {}))
    assert (answer.status_code == 200) != answer.text.startswith("Error: ")
    return answer.status_code


def test_a_token_is_the_key(client: httpx.Client, monitor: Monitor) -> None:
    good, other = token(monitor, "reader"), token(monitor, Role(("read",)))
    assert far(client) == 403
    assert far(client, apiKey=good, username="ama@desk.example") == 200
    assert far(client, {"authorization": f"Bearer {good}"}) == 200
    basic = httpx.BasicAuth("ama", good)._auth_header
    assert far(client, {"authorization": basic}) == 200
    assert far(client, apiKey=other) == 403
    assert far(client, {"authorization": f"Bearer {other}"}) == 403
    assert far(client, apiKey="monitor_" + "a" * 43) == 403


def test_a_key_is_looked_at_on_this_machine_if_it_is_of_ours(
    client: httpx.Client, monitor: Monitor
) -> None:
    assert check(client, apiKey="a key of LanguageTool's").status_code == 200
    assert check(client, apiKey=token(monitor, Role(("read",)))).status_code == 403


def test_guessing_is_slowed_down(settings: Settings, monitor: Monitor) -> None:
    with serving.serve(monitor) as at, httpx.Client(base_url=at, timeout=60) as client:
        told = [far(client, apiKey="no token") for _ in range(12)]
    assert (told[0], told[-1]) == (403, 429)


def test_anybody_may_ask_what_there_is(client: httpx.Client) -> None:
    for path in ("languages", "maxtextlength", "healthcheck"):
        assert client.get(f"/v2/{path}", headers=ELSEWHERE).status_code == 200
    assert client.get("/v2/configinfo?language=en", headers=ELSEWHERE).status_code == 403


# Pages of others ----------------------------------------------------------------------------------


def preflight(client: httpx.Client, path: str, origin: str) -> httpx.Response:
    asked = {"origin": origin, "access-control-request-method": "POST"}
    headers = "authorization,content-type"
    return client.options(path, headers=asked | {"access-control-request-headers": headers})


@pytest.mark.parametrize("path", ["/v2/check", "/v1/check"])
def test_a_page_that_is_let_in_may_check(client: httpx.Client, path: str) -> None:
    before = preflight(client, path, FRIEND)
    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == FRIEND
    body: Any = {"data": {"text": TEXT, "language": "en"}}
    body = body if path == "/v2/check" else {"json": {"text": TEXT}}
    headers = {"origin": FRIEND, "sec-fetch-site": "cross-site"}
    answer = client.post(path, headers=headers, **body)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]


def test_it_may_do_nothing_else_without_a_token(client: httpx.Client) -> None:
    headers = {"origin": FRIEND}
    assert client.get("/v1/articles", headers=headers).status_code == 403
    assert client.post("/v1/found", json={}, headers=headers).status_code == 403
    assert client.post("/tokens", data={}, headers=headers).status_code == 403
    assert client.post("/v1/found", json={}).status_code == 422


@pytest.mark.parametrize("origin", [FOE, "null", f"{FRIEND}.attacker.example", f"{FRIEND}:8443"])
@pytest.mark.parametrize("path", ["/v2/check", "/v1/check"])
def test_no_other_page_may(client: httpx.Client, path: str, origin: str) -> None:
    before = preflight(client, path, origin)
    assert before.status_code in (403, 405)
    answer = client.post(path, data={"text": TEXT, "language": "en"}, headers={"origin": origin})
    assert answer.status_code == 403
    got = client.get(
        "/v2/check", params={"text": TEXT, "language": "en"}, headers={"origin": origin}
    )
    assert got.status_code == 403
    for each in (before, answer, got):
        assert not [name for name in each.headers if name.startswith("access-control")]


def test_without_the_setting_nothing_is_shared(settings: Settings) -> None:
    closed = replace(settings, serve=ServeSettings())
    with (
        Monitor(closed) as monitor,
        serving.serve(monitor) as at,
        httpx.Client(base_url=at, timeout=60) as client,
    ):
        assert preflight(client, "/v2/check", FRIEND).status_code == 403
        answer = client.get("/v2/languages", headers={"origin": FRIEND})
        assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False)


# The other server ---------------------------------------------------------------------------------


@pytest.fixture(name="other", scope="module")
def _other() -> Iterator[LtServer]:
    with lt_server() as server:
        yield server


@pytest.fixture(name="both", scope="module")
def _both(settings: Settings, other: LtServer) -> Iterator[httpx.Client]:
    asked = LanguageToolSettings(upstream=other.url, timeout_s=60.0)
    with (
        Monitor(replace(settings, languagetool=asked)) as monitor,
        serving.serve(monitor) as at,
        httpx.Client(base_url=at, timeout=60) as client,
    ):
        check(client)
        other.asked.clear()
        yield client


def test_the_other_server_is_asked_too(both: httpx.Client, other: LtServer) -> None:
    other.matches = [match(0, 2, "EMOJI"), match(10, 5, "THEIRS_ON_OURS"), match(43, 3, "LAST")]
    answer = check(both, level="picky", username="ama", apiKey="a key", inputLogging="no")
    assert rules(answer) == ["EMOJI", "wumpus", "gromble", "fizzle"]
    assert answer.json()["warnings"] == {"incompleteResults": False}
    ((path, sent),) = other.asked
    assert path == "/v2/check"
    assert sent == {"text": TEXT, "language": "en-US", "level": "picky"}


def test_it_is_asked_for_languages_we_have_not(both: httpx.Client, other: LtServer) -> None:
    other.matches = [match(0, 2, "EMOJI")]
    assert rules(check(both, language="de-DE")) == ["EMOJI"]
    codes = [each["longCode"] for each in both.get("/v2/languages").json()]
    assert (codes.count("de-DE"), codes.count("en-US")) == (1, 1)


def test_what_it_fails_at_leaves_ours(
    both: httpx.Client, other: LtServer, caplog: pytest.LogCaptureFixture
) -> None:
    other.status = 500
    answer = check(both)
    other.status = 200
    assert rules(answer) == ["wumpus", "gromble"]
    assert answer.json()["warnings"]["incompleteResults"] is True
    (told,) = [r.getMessage() for r in caplog.records if "upstream" in r.getMessage()]
    assert told == "languagetool upstream: it answered with status 500"


def test_a_late_one_is_left_to_rest(settings: Settings, other: LtServer) -> None:
    asked = LanguageToolSettings(upstream=other.url, timeout_s=0.2)
    other.delay_s = 1
    before = len(other.asked)
    with (
        Monitor(replace(settings, languagetool=asked)) as monitor,
        serving.serve(monitor) as at,
        httpx.Client(base_url=at, timeout=60) as client,
    ):
        late = [check(client) for _ in range(2)]
    other.delay_s = 0
    assert [rules(each) for each in late] == [["wumpus", "gromble"]] * 2
    assert all(each.json()["warnings"]["incompleteResults"] for each in late)
    assert len(other.asked) <= before + 1


def test_the_page_says_when_texts_leave_the_machine(
    settings: Settings, client: httpx.Client
) -> None:
    elsewhere = LanguageToolSettings(upstream="https://lt.example/v2", allow_remote=True)
    with (
        Monitor(replace(settings, languagetool=elsewhere)) as monitor,
        serving.serve(monitor) as at,
    ):
        assert "passed on to lt.example" in httpx.get(at, timeout=60).text
    assert "leave the machine" not in client.get("/").text


# A client of others' making -----------------------------------------------------------------------


def test_language_tool_python(at: str) -> None:
    """It reads languages first, and counts offsets back from UTF-16 by itself."""
    with language_tool_python.LanguageTool("en-US", remote_server=at) as tool:
        found = tool.check(TEXT)
        assert [each.rule_id for each in found] == ["no-wumpus", "no-gromble"]
        words = [TEXT[each.offset : each.offset + each.error_length] for each in found]
        assert words == ["wumpus", "gromble"]
        fixed = tool.correct("👩\u200d👧 שלום wumpus e\u0301 “gromble” 😀 wumpus")
        assert fixed == "👩\u200d👧 שלום person e\u0301 “person” 😀 person"
        tool.picky = True
        assert len(tool.check(TEXT)) == 3
    with language_tool_python.LanguageTool("auto", remote_server=at) as tool:
        assert tool.check("") == []


def test_a_client_that_leaves_is_not_waited_for(at: str) -> None:
    host, port = at.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(
            b"POST /v2/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\ntext="
        )
    assert httpx.get(f"{at}/v2/healthcheck").text == "OK"
