"""A stamp changes with whatever could change a judgement, and with nothing else."""

import hashlib
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

import pytest

from monitor.labels.data_files import data_dir
from monitor.records import stamps
from monitor.records.stamps import earlier_stamp, is_same, make_stamp, marked

CODE_OF_STORIES = {
    "fingerprint.py": "4059ae05897a839b55a5c769238ad2317e75453ef03942cdc0b593a7b739b348",
    "group.py": "943b2e0a3edcd3c3bd96bed167e95d82e73129b8cfb6f54f9c6e3739adf94e55",
    "match.py": "567ed5501f464e82688fca84296babf229eb5b9d77075876bfec84d8f0306760",
    "words.py": "c981bf3bfe6e1b5542d2eb2f82c89af6d7f24c20e699791131aa79cb9031d6d8",
}
"""The files of code that the stamp of stories covered, as they were."""


def test_stamp(tmp_path: Path) -> None:
    rules = tmp_path / "a.yaml"
    rules.write_text("a")

    def stamp(version: str = "1.0.0", libraries: tuple[str, ...] = ("spacy",)) -> str:
        return make_stamp("x", version, "guideline", files=[rules], libraries=libraries)

    first = stamp()
    assert first.startswith("x@1.0.0+")
    assert len(first) == len("x@1.0.0+") + 12
    assert stamp() == first
    assert stamp(libraries=()) != first
    rules.write_text("b")
    second = stamp()
    assert second != first
    rules = rules.rename(tmp_path / "b.yaml")
    assert stamp() not in {first, second}


def test_a_number_changes_the_stamps_that_it_is_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def every() -> list[str]:
        kinds = (("guideline",), ("relevance",), ("tags", "relevance"))
        return [make_stamp("x", "1", *kind, files=[]) for kind in kinds]

    guideline, relevance, tags = every()
    assert len({guideline, relevance, tags}) == 3
    raised = MappingProxyType({**stamps.BEHAVIOUR, "relevance": 2})
    monkeypatch.setattr(stamps, "BEHAVIOUR", raised)
    now = every()
    assert now[0] == guideline
    assert not {relevance, tags} & set(now)


def test_where_files_lie_does_not_count(tmp_path: Path) -> None:
    places = [tmp_path / "a" / "rules", tmp_path / "b" / "rules"]
    files = [place / name for place in places for name in ("x.yaml", "y.yaml")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(file.name)
    first, second = (make_stamp("x", "1", "policy", files=two) for two in (files[:2], files[2:]))
    assert first == second
    parted = [files[1], files[2]]
    assert make_stamp("x", "1", "policy", files=parted) == first


def test_a_file_that_was_just_verified_is_not_read_again(tmp_path: Path) -> None:
    model = tmp_path / "judge.onnx"
    model.write_bytes(b"weights")
    sha256 = hashlib.sha256(b"weights").hexdigest()
    read = make_stamp("x", "1", "guideline", files=[model])
    assert make_stamp("x", "1", "guideline", files=[model], known={model: sha256}) == read
    other = make_stamp("x", "1", "guideline", files=[model], known={model: "00" * 32})
    assert other != read


def test_the_stamp_of_version_0_1_0_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that program made it: data in order of its paths, then files of code, then libraries."""
    rules = [tmp_path / "b" / "a.yaml", tmp_path / "a" / "b.yaml"]
    for file in rules:
        file.parent.mkdir()
        file.write_text(file.name)
    stamp = make_stamp("x", "1", "stories", files=rules, libraries=["spacy"])
    digest = hashlib.sha256()
    for file in reversed(rules):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    for name, sha256 in CODE_OF_STORIES.items():
        digest.update(name.encode() + b"\0" + bytes.fromhex(sha256))
    digest.update(f"spacy=={metadata.version('spacy')}\0".encode())
    earlier = f"x@1+{digest.hexdigest()[:12]}"
    assert earlier_stamp(stamp) == earlier
    assert is_same(earlier, stamp)
    assert is_same(stamp, stamp)
    assert not is_same("x@1+0123456789ab", stamp)

    with_settings = marked(stamp, stamp, "off=error")
    mark = hashlib.sha256(f"{earlier},off=error".encode()).hexdigest()[:6]
    assert earlier_stamp(with_settings) == f"{earlier}.{mark}"

    assert data_dir("guidelines") < data_dir("models"), "the order of before"

    monkeypatch.setattr(stamps, "BEHAVIOUR", {**stamps.BEHAVIOUR, "stories": 2})
    raised = make_stamp("x", "1", "stories", files=rules, libraries=["spacy"])
    assert earlier_stamp(raised) == raised
    assert earlier_stamp(marked(raised, "off=error")) == marked(raised, "off=error")
