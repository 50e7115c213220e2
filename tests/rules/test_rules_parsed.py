"""The memory of parsed YAML files: same answers, edits seen, a spoilt memory harmless."""

from pathlib import Path

import pytest
from ruamel.yaml.error import YAMLError

from monitor.records.errors import GuidelineError
from monitor.rules.loading import load_guideline
from monitor.rules.yaml_files import parse_yaml

ROOT = Path(__file__).resolve().parents[2]


def test_a_remembered_guideline_is_the_same(tmp_path: Path) -> None:
    folder = ROOT / "guidelines" / "thb-en"
    plain = load_guideline(folder)
    first = load_guideline(folder, cache=tmp_path)
    again = load_guideline(folder, cache=tmp_path)
    assert first.rules == again.rules == plain.rules
    assert first.stamp == again.stamp == plain.stamp
    assert list(tmp_path.glob("*.json"))


def test_an_edit_is_seen(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.yaml", tmp_path / "cache"
    file.write_text("a: [1, no]\n", encoding="utf-8")
    assert parse_yaml(file, cache) == parse_yaml(file, cache) == {"a": [1, "no"]}
    file.write_text("a: [2]\n", encoding="utf-8")
    assert parse_yaml(file, cache) == {"a": [2]}


def test_a_spoilt_memory_is_none(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.yaml", tmp_path / "cache"
    file.write_text("a: 1\n", encoding="utf-8")
    parse_yaml(file, cache)
    for kept in cache.iterdir():
        kept.write_bytes(b'{"a"')
    assert parse_yaml(file, cache) == {"a": 1}
    (tmp_path / "occupied").write_text("", encoding="utf-8")
    assert parse_yaml(file, tmp_path / "occupied") == {"a": 1}


def test_what_json_cannot_carry_is_parsed_each_time(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.yaml", tmp_path / "cache"
    file.write_text("1: a\n", encoding="utf-8")
    assert parse_yaml(file, cache) == parse_yaml(file, cache) == {1: "a"}
    assert not cache.exists()


def test_an_error_is_not_remembered(tmp_path: Path) -> None:
    file, cache = tmp_path / "guideline.yaml", tmp_path / "cache"
    file.write_text("a: [", encoding="utf-8")
    with pytest.raises(YAMLError):
        parse_yaml(file, cache)
    with pytest.raises(GuidelineError, match=r"guideline\.yaml, line \d+: not valid YAML"):
        load_guideline(tmp_path, cache=cache)
