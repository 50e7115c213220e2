"""The other server: what it answers is taken if it is sound, and it is asked nothing beyond."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lt_server import LtServer, lt_server, match
from monitor.api import languagetool_upstream as module
from monitor.api.languagetool import merged
from monitor.api.languagetool_upstream import UpstreamError, ask_upstream, sound_matches
from monitor.settings import LanguageToolSettings


@pytest.fixture(name="other")
def _other() -> Iterator[LtServer]:
    with lt_server() as server:
        yield server


def settings(other: LtServer, **change: Any) -> LanguageToolSettings:
    return LanguageToolSettings(upstream=other.url, **change)


def test_it_is_asked_and_answers(other: LtServer) -> None:
    other.matches = [match(0, 7)]
    answer = ask_upstream(settings(other), "/check", {"text": "the the 😀", "language": "en-US"})
    assert other.asked == [("/v2/check", {"text": "the the 😀", "language": "en-US"})]
    (found,), whole = sound_matches(answer, 10)
    assert whole
    assert found["rule"]["id"] == "THE_THE"


@pytest.mark.parametrize("status", [302, 307, 400, 500])
def test_no_redirect_is_followed_and_no_error_believed(other: LtServer, status: int) -> None:
    other.status = status
    with pytest.raises(UpstreamError, match=f"status {status}"):
        ask_upstream(settings(other), "/check", {"text": "a"})
    assert len(other.asked) == 1


def test_it_may_be_late(other: LtServer) -> None:
    other.delay_s = 0.5
    with pytest.raises(UpstreamError, match="in time"):
        ask_upstream(settings(other, timeout_s=0.1), "/check", {"text": "a"})


def test_an_answer_that_trickles_is_late(other: LtServer) -> None:
    clock = iter((0.0, 0.0, 100.0, 200.0))
    other.body = b" " * 300_000
    with pytest.raises(UpstreamError, match="in time"):
        ask_upstream(settings(other), "/check", {"text": "a"}, monotonic=lambda: next(clock))


def test_it_may_be_away(other: LtServer) -> None:
    away = settings(other)
    other.server_close()
    with pytest.raises(UpstreamError, match="cannot be reached"):
        ask_upstream(away, "/check", {"text": "a"})


@pytest.mark.parametrize("body", [b"<html>", b"[" * 100_000, b"\xff"])
def test_its_answer_may_be_no_json(other: LtServer, body: bytes) -> None:
    other.body = body
    with pytest.raises(UpstreamError, match="not JSON"):
        ask_upstream(settings(other), "/check", {"text": "a"})


def test_its_answer_may_be_endless(other: LtServer) -> None:
    other.body = b" " * (module.MAX_ANSWER + 1)
    with pytest.raises(UpstreamError, match="too large"):
        ask_upstream(settings(other), "/check", {"text": "a"})


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        match(-1, 2),
        match(3, 9),
        match(True, 2),
        match(0, 2, message=None),
        match(0, 2, message="\ud800"),
        match(0, 2) | {"rule": "x"},
        match(0, 2) | {"rule": {"id": 1}},
        match(0, 2, replacements=["a"]),
        match(0, 2, context=None),
        match(0, 2) | {"rule": {"id": "A", "urls": [{"value": "javascript:alert(1)"}]}},
    ],
)
def test_a_match_that_is_none_is_left_out_and_told(wrong: Any) -> None:
    found, whole = sound_matches({"matches": [match(0, 7), wrong]}, 10)
    assert [each["rule"]["id"] for each in found] == ["THE_THE"]
    assert not whole


@pytest.mark.parametrize("answer", [None, [], {}, {"matches": None}])
def test_what_is_no_answer_of_a_check_is_refused(answer: Any) -> None:
    with pytest.raises(UpstreamError):
        sound_matches(answer, 10)


def test_nothing_unknown_is_taken_over() -> None:
    (found,), _ = sound_matches({"matches": [match(0, 7, strange="<b>")]}, 10)
    assert "strange" not in json.dumps(found)
    cut = {"matches": [], "warnings": {"incompleteResults": True}}
    assert sound_matches(cut, 10) == ([], False)


def test_ours_goes_first_where_both_speak() -> None:
    ours = [match(10, 5, "no-wumpus")]
    theirs = [match(0, 3, "A"), match(8, 3, "B"), match(14, 1, "C"), match(15, 4, "D")]
    names = [each["rule"]["id"] for each in merged(ours, theirs)]
    assert names == ["A", "no-wumpus", "D"]
