"""A stamp changes with whatever could change a judgement, and with nothing else."""

import hashlib
from pathlib import Path

from monitor.stamps import make_stamp


def test_stamp(tmp_path: Path) -> None:
    rules, code = tmp_path / "rules", tmp_path / "code"
    rules.mkdir()
    code.mkdir()
    (rules / "a.yaml").write_text("a")
    (code / "kind.py").write_text("1")
    (code / "notes.txt").write_text("not code")

    def stamp(version: str = "1.0.0", libraries: tuple[str, ...] = ("spacy",)) -> str:
        return make_stamp("x", version, files=[rules], code=[code], libraries=libraries)

    first = stamp()
    assert first.startswith("x@1.0.0+")
    assert len(first) == len("x@1.0.0+") + 12
    assert stamp() == first
    (code / "notes.txt").write_text("still no code")
    assert stamp() == first
    assert stamp(libraries=()) != first
    (code / "kind.py").write_text("2")
    second = stamp()
    assert second != first
    (rules / "a.yaml").rename(rules / "b.yaml")
    assert stamp() not in {first, second}


def test_a_file_that_was_just_verified_is_not_read_again(tmp_path: Path) -> None:
    model = tmp_path / "judge.onnx"
    model.write_bytes(b"weights")
    sha256 = hashlib.sha256(b"weights").hexdigest()
    read = make_stamp("x", "1", files=[model])
    assert make_stamp("x", "1", files=[model], known={model: sha256}) == read
    assert make_stamp("x", "1", files=[model], known={model: "00" * 32}) != read
