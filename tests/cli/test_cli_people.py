"""People on the command line: by place, without names, answered in a file that is kept nowhere."""

import json
from pathlib import Path
from typing import Any

import pytest

import word_corpus
from desk import Desk, make_desk
from word_corpus import para, run
from word_reading import ours

DRAFT = """Yaa Boakye, 15, a pupil at Hill School in Tarkoro, was sold to a yard by her uncle,
police said. She was raped there and forced to work at night. The officer Kofi Annor said she
was safe.

Esther Lartey, 34, a seamstress in Kadjebi, was trafficked to the yard and beaten, she said."""
NAMES = ("Yaa", "Boakye", "Esther", "Lartey", "Hill School", "Kadjebi")


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = make_desk(tmp_path / "desk")
    (desk.folder / "draft.txt").write_text(DRAFT, encoding="utf-8")
    return desk


def answers(desk: Desk, *given: dict[str, Any], name: str = "people.json") -> str:
    (desk.folder / name).parent.mkdir(exist_ok=True)
    (desk.folder / name).write_text(json.dumps(given), encoding="utf-8")
    return name


def at(words: str, **said: Any) -> dict[str, Any]:
    start = DRAFT.index(words)
    return {"field": "text", "start": start, "end": start + len(words), **said}


def test_people_are_added_where_they_are_asked_for(desk: Desk) -> None:
    plain = desk.type("check", "draft.txt", "--format", "json")
    assert "people" not in json.loads(plain.out)["documents"][0]
    told = desk.type("check", "draft.txt", "--format", "json", "--with-people")
    people = json.loads(told.out)["documents"][0]["people"]
    assert not [name for name in NAMES if name in json.dumps(people)]
    text = desk.type("check", "draft.txt", "--with-people").out
    listed = text[text.index("  People: ") :].splitlines()[1:]
    assert listed[0].startswith("    1:1  Person 1 (")
    assert " %)" in listed[0]
    assert not [name for name in NAMES if name in text[text.index("  People: ") :]]
    assert "  People: " not in desk.type("check", "draft.txt").out


def test_answers_are_read_and_open_people_fail(desk: Desk) -> None:
    asked = desk.type("check", "draft.txt", "--fail-on", "identity", "--with-people")
    assert asked.code == 1, asked
    assert ": open: " in asked.out
    plain = desk.type("check", "draft.txt", "--fail-on", "error")
    assert plain.code == 0
    both = desk.type("check", "draft.txt", "--fail-on", "error", "--fail-on", "identity")
    assert both.code == 1
    said = {"role": "other", "minor": False, "consent": False}
    file = answers(desk, at("Yaa Boakye", **said), at("Esther Lartey", **said))
    done = desk.type("check", "draft.txt", "--fail-on", "identity", "--people", file)
    assert done.code == 0, done.out
    assert ": open: " not in done.out
    assert {path.name for path in desk.folder.iterdir()} >= {"draft.txt", "people.json"}


@pytest.mark.parametrize("kind", ["sarif", "html", "github"])
def test_reports_speak_of_people_by_number(desk: Desk, kind: str) -> None:
    said = desk.type("check", "draft.txt", "--format", kind, "--with-people")
    written = said.out if kind != "html" else said.out[said.out.index('<ol class="cards">') :]
    assert "Person 1: names a child" in written
    assert not [name for name in NAMES if name in written]
    redacted = desk.type("check", "draft.txt", "--format", kind, "--with-people", "--redact")
    assert not [name for name in NAMES if name in redacted.out]


def test_word_comments_speak_of_people_by_number(desk: Desk) -> None:
    data = word_corpus.package("".join(para(run(line)) for line in DRAFT.split("\n\n")))
    (desk.folder / "draft.docx").write_bytes(data)
    desk.type("check", "draft.docx", "--format", "docx", "-o", "out.docx")
    comments = "\n".join(map(str, ours((desk.folder / "out.docx").read_bytes()).values()))
    assert "Person 1: names a child" in comments
    assert not [name for name in NAMES if name in comments]


def test_a_file_that_cannot_be_is_refused_without_its_words(desk: Desk) -> None:
    (desk.folder / "rules").mkdir()
    (desk.folder / "rules" / "guideline.yaml").write_text("id: ours\n", encoding="utf-8")
    for name in ("rules/people.json", "rules/more/people.json"):
        file = answers(desk, at("Yaa"), name=name)
        told = desk.refuses("check", "draft.txt", "--people", file)
        assert "no list of people is kept with the rules" in told
    good = answers(desk, at("Yaa"))
    assert "one draft" in desk.refuses("check", "draft.txt", "draft.txt", "--people", good)
    told = desk.refuses("check", "draft.txt", "--people", answers(desk, at("Yaa", Yaa=1)))
    assert "people[0] has a field that is not known here" in told
    (desk.folder / "people.json").write_text('[{"Yaa"', encoding="utf-8")
    assert "Yaa" not in desk.refuses("check", "draft.txt", "--people", "people.json")
    assert "people.json" in desk.refuses("check", "draft.txt", "--people", "none/people.json")
    assert "identity" in desk.refuses("check", "draft.txt", "--fail-on", "names")
    said = desk.type("check", "draft.txt", "--people", answers(desk, at("safe")))
    assert said.code == 2
    assert "people[0]: nobody is told of" in said.out
