import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import serving
from monitor.api.check_routes import CheckedDocument
from monitor.app import Monitor
from monitor.settings import Settings

DRAFT = "Police said that child prostitutes had worked there."
MENTION = "The charity says there is no such thing as a child prostitute."


def check(client: httpx.Client, **fields: object) -> httpx.Response:
    return client.post("/v1/check", json=fields)


def test_a_draft_is_checked(client: httpx.Client) -> None:
    answer = check(client, text=DRAFT)
    assert answer.status_code == 200
    document = answer.json()
    CheckedDocument.model_validate(document)
    assert document["language"] == "en"
    assert document["words"] == 8
    (finding,) = document["findings"]
    assert finding["rule"] == "child-prostitute"
    assert (finding["start"], finding["end"]) == (17, 34)
    assert DRAFT[17:34] == finding["match"]
    assert "text" not in document


def test_a_mention_is_no_finding(client: httpx.Client) -> None:
    assert check(client, text=MENTION).json()["findings"] == []


def test_the_answer_is_that_of_the_command_line(client: httpx.Client, desk: Monitor) -> None:
    assert check(client, text=DRAFT, title="A raid").json() == desk.check_text(
        DRAFT, title="A raid"
    )


def test_a_title_is_a_field_of_its_own(client: httpx.Client) -> None:
    answer = check(client, text="Nothing here.", title="The child prostitutes of the harbour")
    (finding,) = answer.json()["findings"]
    assert (finding["field"], finding["scope"], finding["start"]) == ("title", "headline", 4)


def test_emoji_and_right_to_left_text_are_simply_checked(client: httpx.Client) -> None:
    text = f"🌊🌊 קודם עברית، ثم العربية. {DRAFT}"
    (finding,) = check(client, text=text).json()["findings"]
    assert text[finding["start"] : finding["end"]] == "child prostitutes"
    units = text.encode("utf-16-le")
    start, end = finding["utf16_start"] * 2, finding["utf16_end"] * 2
    assert units[start:end].decode("utf-16-le") == "child prostitutes"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=st.text(max_size=40), title=st.text(max_size=20))
def test_any_text_is_checked_or_refused_in_words(
    client: httpx.Client, before: str, title: str
) -> None:
    text = f"{before}\n\n{DRAFT}"
    answer = check(client, text=text, title=title)
    if answer.status_code == 422:
        assert answer.json()["detail"]
        return
    assert answer.status_code == 200
    for finding in answer.json()["findings"]:
        field = {"text": text, "title": title}[finding["field"]]
        assert field[finding["start"] : finding["end"]] == finding["match"]


@pytest.mark.parametrize("share", [0, 0.0001, 1])
def test_a_least_confidence_is_asked_for(client: httpx.Client, share: float) -> None:
    document = check(client, text=DRAFT, min_confidence=share).json()
    CheckedDocument.model_validate(document)
    assert len(document["findings"]) + document["left_out"] == 1
    assert share == 1 or document["left_out"] == 0
    files = {"file": ("draft.txt", DRAFT.encode())}
    answer = client.post("/v1/check/file", files=files, data={"min_confidence": str(share)})
    assert answer.json() == document
    assert "left_out" not in check(client, text=DRAFT).json()


@pytest.mark.parametrize("share", [-0.1, 1.1, "0.5", True])
def test_what_is_no_confidence_is_refused(client: httpx.Client, share: object) -> None:
    assert check(client, text=DRAFT, min_confidence=share).status_code == 422


@pytest.mark.parametrize("share", ["1.1", "-0.1", "nan", "half", ""])
def test_what_is_no_confidence_is_refused_beside_a_file(client: httpx.Client, share: str) -> None:
    files = {"file": ("draft.txt", DRAFT.encode())}
    answer = client.post("/v1/check/file", files=files, data={"min_confidence": share})
    assert answer.status_code == 422, answer.text
    assert "min_confidence" in answer.text


ELSEWHERE = "The bridge is closed until spring, a spokeswoman of the council said. " * 12


def test_a_draft_may_be_said_to_be_on_topic(client: httpx.Client) -> None:
    draft = f"{ELSEWHERE}The girls had been kept as slaves."
    plain = check(client, text=draft).json()
    assert (plain["coverage"]["topic"], plain["findings"]) == ("off", [])
    assert check(client, text=draft, on_topic=False).json() == plain
    document = check(client, text=draft, on_topic=True).json()
    CheckedDocument.model_validate(document)
    assert document["coverage"]["topic"] == "said"
    assert "slave-noun" in [finding["rule"] for finding in document["findings"]]
    files = {"file": ("draft.txt", draft.encode())}
    for wish, said in (("true", document), ("false", plain)):
        answer = client.post("/v1/check/file", files=files, data={"on_topic": wish})
        assert answer.json() == said


@pytest.mark.parametrize("wish", ["true", 1, None, "yes"])
def test_what_is_no_word_on_the_topic_is_refused(client: httpx.Client, wish: object) -> None:
    answer = check(client, text=DRAFT, on_topic=wish)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["location"] == ["body", "on_topic"]


@pytest.mark.parametrize("wishes", [["yes"], [""], ["true", "true"]])
def test_the_same_of_a_form(client: httpx.Client, wishes: list[str]) -> None:
    files = [("file", ("draft.txt", DRAFT.encode()))]
    answer = client.post("/v1/check/file", files=files, data={"on_topic": wishes})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"location": ["body", "on_topic"], "message": "must be true or false"}
    ]


def test_an_empty_answer_says_how_much_is_missed(client: httpx.Client) -> None:
    coverage = check(client, text=MENTION).json()["coverage"]
    assert "No flags does not mean that all is well" in coverage["missed"]


def test_the_visible_text_comes_when_asked_for(client: httpx.Client) -> None:
    assert check(client, text=DRAFT, include_text=True).json()["text"] == DRAFT


def test_the_guideline_can_be_named(client: httpx.Client, desk: Monitor) -> None:
    for name in (desk.guideline.id, desk.guideline.stamp):
        assert check(client, text=DRAFT, guideline=name).status_code == 200
    answer = check(client, text=DRAFT, guideline="other")
    assert answer.status_code == 400
    assert desk.guideline.id in answer.json()["detail"]
    assert "other" not in answer.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "location", "message"),
    [
        ({}, ["body", "text"], "is required"),
        ({"text": 1}, ["body", "text"], "must be a string"),
        ({"text": DRAFT, "titel": "x"}, ["body"], "has a field that is not known here"),
        ({"text": DRAFT, "format": "pdf"}, ["body", "format"], "must be 'txt', 'md' or 'html'"),
        (
            {"text": DRAFT, "language": "English"},
            ["body", "language"],
            "has not the form described",
        ),
    ],
)
def test_wrong_fields_are_named(
    client: httpx.Client, fields: dict[str, object], location: list[str], message: str
) -> None:
    answer = check(client, **fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"location": location, "message": message} in answer.json()["errors"]


@pytest.mark.parametrize("text", ["", " \n\t ", "binary \x00\x01", "half \ud800 pair"])
def test_a_draft_that_cannot_be_read_says_why(client: httpx.Client, text: str) -> None:
    answer = client.post(
        "/v1/check",
        content=json.dumps({"text": text}),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 422
    assert answer.json()["status"] == 422


@pytest.mark.parametrize("name", ["draft.txt", "DRAFT.TXT", "draft.md", "draft.html", "draft.htm"])
def test_a_file_is_checked(client: httpx.Client, name: str) -> None:
    answer = client.post(
        "/v1/check/file",
        files={"file": (name, DRAFT.encode())},
        data={"include_text": "true"},
    )
    assert answer.status_code == 200, answer.text
    document = answer.json()
    CheckedDocument.model_validate(document)
    (finding,) = document["findings"]
    text = document["text"]
    assert text[finding["start"] : finding["end"]] == "child prostitutes"
    assert "path" not in document


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([("file", ("draft.exe", b"x"))], 415),
        ([("file", ("draft", b"x"))], 415),
        ([("other", ("draft.txt", b"x"))], 422),
        ([("file", ("a.txt", b"x")), ("file", ("b.txt", b"x"))], 422),
        ([("file", ("draft.txt", b""))], 422),
        ([("file", ("draft.docx", b"no zip at all"))], 422),
        ([("file", ("draft.txt", b"\x00\x01\x02"))], 422),
        ([("file", (None, b"no name, so no file"))], 422),
    ],
)
def test_wrong_files_are_refused(
    client: httpx.Client, files: list[tuple[str, tuple[str, bytes]]], status: int
) -> None:
    answer = client.post("/v1/check/file", files=files)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=x", 400),
    ],
)
def test_what_is_no_form_is_refused(client: httpx.Client, content_type: str, status: int) -> None:
    answer = client.post(
        "/v1/check/file", content=b"anything", headers={"content-type": content_type}
    )
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{"text": "a', "application/json", 400),
        (b'{"text": "\xff"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
    ],
)
def test_what_is_no_json_is_refused(
    client: httpx.Client, content: bytes, content_type: str, status: int
) -> None:
    answer = client.post("/v1/check", content=content, headers={"content-type": content_type})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_many_at_once_at_a_cold_desk(tmp_path: Path) -> None:
    """Everything is loaded by the first that needs it, and the answers do not mix."""
    drafts = [f"{'Wave. ' * n}{DRAFT} The woman admitted being trafficked." for n in range(12)]
    with (
        Monitor(Settings(home=tmp_path)) as cold,
        serving.serve(cold) as address,
        httpx.Client(base_url=address, timeout=60) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        listed = [pool.submit(client.get, "/v1/articles") for _ in range(4)]
        answers = list(pool.map(lambda draft: check(client, text=draft).json(), drafts))
        assert [future.result().json()["articles"] for future in listed] == [[]] * 4
    for draft, answer in zip(drafts, answers, strict=True):
        found = {f["rule"]: draft[f["start"] : f["end"]] for f in answer["findings"]}
        assert found["child-prostitute"] == "child prostitutes"
        assert found["admitted-being-trafficked"] == "admitted"
