"""Training in a language with one small file, on rows made up here."""

import gzip
import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.classify.model_files import find_model, load_folder
from monitor.classify.relevance import load_relevance
from monitor.evaluate.evaluation_report import render
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.learn_from_reviews import join_copies
from monitor.evaluate.linear_fit import fit_calibration
from monitor.records.errors import DataError, ModelError, UsageError
from monitor.records.finding import MEASURED_FROM
from shared_data import SHARED, needs_shared
from training.__main__ import fit
from training.languages import (
    DATA,
    OPENING,
    evaluate_languages,
    lengthen,
    train_language,
)
from training.model_cards import TEMPLATES
from training.promote import promote
from training.rows import CUES_FILE, TEXTS, cues_of, load_cues, read_texts

LANGUAGES = ("es", "fr", "id", "pt", "tet", "th")
SUBJECTS = [
    (2, "{0} resgatados de trabalho escravo em {1}", "Os {0} trabalhadores de {1} não recebiam."),
    (1, "{0} migrantes em barco perto de {1}", "A polícia de {1} fala de possível exploração."),
    (0, "{0} quilos de cocaína em {1}", "O tráfico de drogas cresce em {1}, diz a polícia."),
    (0, "{0} golos em {1}", "A equipa de {1} venceu com {0} golos e sobe na tabela."),
    (0, "Chuva de {0} milímetros em {1}", "As ruas de {1} ficaram cortadas e as aulas suspensas."),
]
PLACES = ("Beira", "Huambo", "Recife", "Évora", "Baucau", "Manaus")


def make_row(number: int, language: str = "pt") -> dict[str, object]:
    rel, title, text = SUBJECTS[number % len(SUBJECTS)]
    words = (number + 2, random.Random(number).choice(PLACES))
    return {
        "id": f"r{number}", "source": "made", "language": language, "rel": rel,
        "title": title.format(*words), "text": text.format(*words), "basis": "annotated once",
    }  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rows = "\n".join(json.dumps(make_row(number)) for number in range(60))
    (folder / DATA).write_bytes(gzip.compress(rows.encode()))
    return folder


@pytest.fixture(scope="module")
def models(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models")
    train_language(data, out, language="pt", version="0.0.1", seed=3)
    return out


def test_a_trained_folder_judges_and_says_what_it_rests_on(models: Path, data: Path) -> None:
    path = models / "relevance-pt" / "0.0.1"
    folder = load_folder(path)
    assert (folder.meta.language, folder.meta.released) == ("pt", False)
    model = load_relevance(folder)
    assert model.judge(
        "Doze resgatados de trabalho escravo", "Não recebiam e dormiam num barracão."
    ).relevant
    assert not model.judge("Chuva forte", "As aulas ficam suspensas.").relevant
    scores = folder.meta.scores["average_precision"]
    assert 0.9 < scores["low"] <= scores["mean"] <= scores["high"] <= 1
    card = (path / "README.md").read_text("utf-8")
    for words in ("once (no second annotator)", "5 seeds", "without the own texts", "--seed 3"):
        assert words in card


def test_a_language_is_promoted_over_its_own_floor(models: Path, data: Path) -> None:
    from monitor.evaluate.labelled_data import file_sha256
    from training.promote import Floors, read_floors, write_floors

    floors = Floors(DATA, file_sha256(data / DATA), "evaluate", {"average_precision": 1.01})
    write_floors(models, {"relevance-pt": floors})
    done = promote(models, "relevance-pt", "0.0.1", data / DATA)
    assert "average_precision" in done.refused[0]
    with pytest.raises(ModelError, match="no released version"):
        find_model(models, "relevance-pt")
    write_floors(models, {"relevance-pt": replace(floors, at_least={"average_precision": 0.5})})
    assert promote(models, "relevance-pt", "0.0.1", data / DATA).refused == ()
    assert find_model(models, "relevance-pt").name == "0.0.1"
    assert read_floors(models)["relevance-pt"].at_least["average_precision"] > 0.5
    other = data / "other.jsonl"
    other.write_text(json.dumps(make_row(1)), "utf-8")
    with pytest.raises(DataError, match="other sha256"):
        promote(models, "relevance-pt", "0.0.1", other)


def test_evaluation_is_of_rows_not_seen(data: Path) -> None:
    result = evaluate_languages(data / DATA)
    assert list(result["languages"]) == ["pt"]
    table = render(
        "languages.txt", TEMPLATES, result=result | {"treated": {"pt": {"judged as pt": 60}}}
    )
    assert "five seeds" in table
    assert "60 judged as pt" in table


def test_only_languages_with_cues_can_be_learned(data: Path) -> None:
    with pytest.raises(DataError, match="'sw': no relevant article to learn from, or no cues"):
        evaluate_languages(data / DATA, ["sw"])
    with pytest.raises(UsageError, match="'pt' has a relevance model only"):
        fit("tags", data, version="1.0.0", output=data, language="pt")


def test_without_news_a_language_is_learned_from_own_texts_and_says_so(
    data: Path, tmp_path: Path
) -> None:
    train_language(data, tmp_path, language="tet", version="0.0.1", released=True)
    folder = load_folder(tmp_path / "relevance-tet" / "0.0.1")
    assert "relevant" in folder.meta.experimental["relevance"]
    assert folder.meta.settings["opening"] == OPENING
    assert folder.meta.scores["rel"] == {"2": 0, "1": 0, "0": 0}
    assert "average_precision" not in folder.meta.scores
    assert folder.meta.scores["own_average_precision"]["mean"] > 0.9
    card = (folder.path / "README.md").read_text("utf-8")
    for words in ("**Not measured**", "No native speaker", "no measure of real news"):
        assert words in card
    result = evaluate_languages(data / DATA, ["tet"])
    table = render("languages.txt", TEMPLATES, result=result | {"treated": {}})
    assert "own texts, which are no measure of real news" in table


def test_lengthened_texts_are_as_long_whatever_they_are_about() -> None:
    texts = [
        Labelled(f"t{n}", f"t{n}", "s", "fr", f"T{n}", "mot " * 10, 2 if n % 2 else 0, "written",
                 sure=True)
        for n in range(24)
    ]  # fmt: skip
    made = lengthen(texts, 100)
    assert {row.id for row in made} == {f"t{n}{end}" for n in range(24) for end in ("", "+")}
    assert all(len(row.text) >= 100 for row in made if row.id.endswith("+"))
    by_event: dict[str, set[int]] = {}
    for row in made:
        by_event.setdefault(row.event, set()).add(row.rel)
    # whoever shares a text shares a fold
    assert all(kinds == {0, 2} for kinds in by_event.values())
    assert lengthen([], 100) == []


def test_copies_share_an_event_whatever_their_order() -> None:
    text = " ".join(f"palavra{number}" for number in range(80))
    row = Labelled("a", "a", "s", "pt", "Um título sobre Beira", text, 0, "x", sure=True)
    copy = Labelled("b", "b", "s", "pt", "Outro título", f"{text} fim", 0, "x", sure=True)
    other = Labelled("c", "c", "s", "pt", "Mais um", text.upper()[::-1], 0, "x", sure=True)
    for order in ([row, copy, other], [other, copy, row]):
        event = {each.id: each.event for each in join_copies(order)}
        assert event["a"] == event["b"] != event["c"]


def test_a_few_positives_on_top_are_not_certain() -> None:
    odds = np.concatenate([np.linspace(-8, -4, 300), np.linspace(3, 6, 8)])
    curve = fit_calibration(odds, odds > 0)
    assert 0.8 < curve.probability(6) < 0.999
    assert curve.probability(-6) < 0.05
    assert curve.probability(1) < curve.probability(2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_cues_and_texts_of_a_language_are_whole(language: str) -> None:
    english = {group.name: group.kind for group in load_cues(CUES_FILE)}
    for group in load_cues(cues_of(language)):
        assert english[group.name] == group.kind
    texts = read_texts(TEXTS / language)
    counts = Counter(row.rel for row in texts)
    assert min(counts[2], counts[0]) >= 40
    assert len({row.id for row in texts}) == len({row.title for row in texts}) == len(texts)
    assert {(row.language, row.basis, row.source) for row in texts} == {
        (language, "written", "monitor_texts")
    }
    assert {row.rel for row in texts} == {0, 1, 2}
    assert all(row.language == "en" for row in read_texts())


@needs_shared
def test_the_shipped_models_name_the_data_they_rest_on() -> None:
    from monitor.evaluate.labelled_data import file_sha256
    from monitor.labels.data_files import data_dir
    from training.languages import language_files

    for language in LANGUAGES:
        meta = load_folder(find_model(data_dir("models"), f"relevance-{language}")).meta
        assert meta.training["data"] == {DATA: file_sha256(SHARED / "data/relevance" / DATA)}
        texts = {path.name: file_sha256(path) for path in language_files(language)}
        assert meta.training["texts"] == texts
        key = "average_precision" if language in ("pt", "es") else "own_average_precision"
        assert meta.scores[key]["low"] >= 0.8
        assert bool(meta.experimental) is (meta.scores["rel"]["2"] < MEASURED_FROM)
        assert ("opening" in meta.settings) is (key == "own_average_precision")
