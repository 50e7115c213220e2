"""The encoder's session: it opens when it is first run, or at once where a process has said so."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from monitor.classify import onnx_encoder as encoder
from monitor.classify.model_files import find_model
from monitor.classify.onnx_encoder import EncoderSession, open_ahead
from monitor.labels.data_files import data_dir
from monitor.records.errors import ModelError

NAME = "open encoder"


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has one draft to check; the tests after this one are in none."""
    monkeypatch.setattr(encoder, "_ahead", threading.Event())
    open_ahead()


def opening() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == NAME]


def test_a_session_waits_for_its_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_ahead", threading.Event())
    before = opening()
    session = EncoderSession(b"no model", "x.onnx")
    assert set(opening()) <= set(before)
    assert session.content


@pytest.mark.usefixtures("in_haste")
def test_a_session_opens_beside_other_work_where_it_is_wanted_soon() -> None:
    content = (find_model(data_dir("models"), "rules-en") / "judge.onnx").read_bytes()
    session = EncoderSession(content, "judge.onnx", soon=True)
    for thread in opening():
        thread.join()
    assert not session.content  # it is held by the session alone
    assert session.run([101, 102])["rules"].shape[0] == 2


@pytest.mark.usefixtures("in_haste")
def test_what_few_drafts_need_waits_in_haste_too() -> None:
    before = opening()
    session = EncoderSession(b"no model", "x.onnx")
    assert set(opening()) <= set(before)
    assert session.content


@pytest.mark.usefixtures("in_haste")
def test_what_cannot_be_opened_ahead_is_told_where_it_is_run() -> None:
    session = EncoderSession(b"no model", "x.onnx", soon=True)
    for thread in opening():
        thread.join()
    with pytest.raises(ModelError, match=r"x\.onnx: no ONNX model"):
        session.run([1])


def test_what_is_opened_ahead_imports_nothing_beside_others() -> None:
    """Two threads that import numpy at once break it: one command in four came to nothing."""
    code = (
        "import sys; from monitor.classify.onnx_encoder import EncoderSession, open_ahead; "
        "open_ahead(); "
        "EncoderSession(b'nothing', 'x', soon=True); "
        "print(hasattr(sys.modules.get('onnxruntime'), 'InferenceSession'))"
    )
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert (done.stdout, done.stderr) == ("True\n", "")
