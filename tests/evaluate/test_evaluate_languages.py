"""Files in other languages than English are measured by the models of these."""

import json
from pathlib import Path

from monitor.evaluate.evaluate_models import evaluate_relevance
from monitor.evaluate.evaluation_report import render_evaluation
from monitor.labels.data_files import data_dir

MODELS = data_dir("models")
TEXTS = [
    (2, "Detienen a dos por trata de personas", "Las mujeres eran obligadas a prostituirse."),
    (0, "Lluvia en la costa", "Las clases se suspendieron y las calles quedaron cerradas."),
]


def test_each_language_has_the_figures_of_its_model(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"id": f"{language}{rel}", "source": "ours", "language": language, "title": title,
         "text": text, "rel": rel, "basis": "annotated"}
        for language in ("es", "de")
        for rel, title, text in TEXTS
    ]  # fmt: skip
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    found = evaluate_relevance(MODELS, path)
    assert list(found["languages"]) == ["es"]
    assert found["languages"]["es"]["scores"]["average_precision"] == 1.0
    assert found["treated"]["es"]["judged as es"] == 2
    said = render_evaluation(found)
    assert "relevance-es 1.1.0 on" in said
    assert "2 judged as es" in said
    alone = evaluate_relevance(MODELS, path, "es")
    assert alone == found["languages"]["es"]
