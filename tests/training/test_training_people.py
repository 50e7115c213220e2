"""The model of people's roles: what it learns from, and how it is trained in parts."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from monitor.people.people_table import RolePerson
from monitor.records.finding import Span
from monitor.records.people import PeopleTable, PersonMention, TextPerson
from tiny_bert import save_tiny_bert
from training.people_data import SETS, TEXTS, AnnotatedPerson, load_people, match, name_words

VICTIM = "Ama Boye, 17, was sold. Boye wept. The judge, Kofi Badu, said six men held her."
WORDS = "ama boye was sold wept the judge kofi badu said six men held her".split()  # noqa: SIM905


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))


def person(quote: str, role: str, *, named: bool = True) -> dict[str, object]:
    return {
        "quote": quote, "role": role, "named": named, "minor": None, "details": [],
        "identifiable": "yes", "consent_told": False, "mentions": [],
    }  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    texts = {name: [] for name in TEXTS}
    marks = {name: [] for name in SETS}
    people = [person("Ama Boye", "victim"), person("Kofi Badu", "official")]
    for at in range(40):
        row = {"id": f"a{at}", "event": f"event {at}", "title": "", "text": VICTIM}
        mark = {"id": row["id"], "read": 500, "people": people}
        texts[TEXTS[0]].append(row)
        for name in ("train", "train_second") if at < 30 else ("more",):
            marks[name].append(mark)
        if at >= 35:
            mark["people"] = [*people, person("six men", "suspect", named=False)]
    for name, rows in texts.items():
        write(folder / name, rows)
    for name, rows in marks.items():
        write(folder / "persons" / f"{name}.jsonl.gz", rows)
    return folder


def find(title: str, text: str) -> PeopleTable:
    at = text.index("Kofi Badu")
    mentions = (PersonMention(Span("text", at, at + 9), "name"),)
    wrong = (PersonMention(Span("text", text.index("The"), text.index("The") + 3), "name"),)
    made = (TextPerson(n, m, "other", 0, 0) for n, m in enumerate((mentions, wrong), 1))
    return PeopleTable(tuple(made))


def test_repeats_of_a_name_are_mentions(data: Path) -> None:
    text = load_people(data, find)[0]
    mentions = {
        one.role: [VICTIM[low:high] for _, low, high in one.asked.mentions]
        for one in text.people
        if one.source == "train"
    }
    assert mentions == {"victim": ["Ama Boye", "Boye"], "official": ["Kofi Badu"]}
    found = [(one.source, one.role, one.same) for one in text.people[-2:]]
    assert found == [("found", "official", 1), ("nobody", "other", -1)]


def test_names_are_without_titles() -> None:
    assert name_words("Dr. Ama Boye’s") == ["Ama", "Boye"]


def test_somebody_is_whom_most_mentions_mean() -> None:
    first, second = (
        AnnotatedPerson("train", "other", RolePerson(places, named=True), 1.0)
        for places in ((("text", 0, 4),), (("text", 6, 9), ("text", 12, 15)))
    )
    both = RolePerson((("text", 2, 3), ("text", 6, 8), ("text", 13, 14)), named=True)
    assert match(both, [first, second]) == 1
    assert match(RolePerson((("text", 20, 24),), named=True), [first, second]) == -1


def test_a_model_is_trained_in_parts_and_serves(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training the encoder needs the train extra (torch)")
    pytest.importorskip("onnx", reason="exporting the encoder needs the train extra (onnx)")
    from monitor.classify.model_files import load_folder
    from monitor.rules.people_roles import load_roles, softmax
    from training.people_network import RoleOptions
    from training.people_roles import PARTS, train_roles

    base, work = save_tiny_bert(tmp_path, WORDS), tmp_path / "work"
    small = RoleOptions(rounds=2, frozen=1, windows=4, rate=1e-3, head_rate=1e-2, warm_up=2)
    told = {"version": "1.0.0", "options": small, "base": base, "work": work, "find": find}
    for part in PARTS:
        assert train_roles(data, tmp_path, **told, part=part) == {}
    meta = train_roles(data, tmp_path, **told)
    folder = load_folder(tmp_path / meta["name"] / "1.0.0")
    assert "# people-en 1.0.0" in (folder.path / "README.md").read_text()
    model = load_roles(folder)
    text = next(text for text in load_people(data, find) if text.apart)
    scores = model(text.fields, [one.asked for one in text.people])
    assert scores[0].protected > scores[1].protected
    # serving says what training said
    with np.load(work / "whole.npz", allow_pickle=False) as said:
        states, words = said["states"][0], said["words"][0]
    parts = (softmax(each[:3].astype(float)) for each in (states, words))
    expected = model.combination.of(*parts, text.people[0].asked.facts)
    assert scores[0].protected == pytest.approx(expected[0], abs=0.02)
