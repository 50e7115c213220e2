"""Figures by country: what counts for which country, and when there are too few to say."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from monitor.classify.model_files import find_model, load_folder
from monitor.classify.relevance import Judgement
from monitor.evaluate.country_scores import ALWAYS, country_scores, home_of, load_homes
from monitor.evaluate.evaluation_report import render_evaluation
from monitor.evaluate.labelled_data import Labelled
from monitor.labels.data_files import data_dir
from monitor.records.confidence_interval import wilson
from monitor.records.errors import DataError
from training.model_cards import model_card
from training.rows import read_texts

FOUND = Judgement(0.9, 0.9, relevant=True, borderline=False)
MISSED = Judgement(0.1, 0.1, relevant=False, borderline=False)
ROW = Labelled("a", "a", "alerts", "en", "t", "x", 2, "annotated", sure=True)


def rows_of(count: int, **changes: Any) -> list[Labelled]:
    """Return rows that each tell a story of their own, unless `changes` says otherwise."""
    key = f"{changes.get('rel', 2)}{changes.get('place')}{changes.get('url')}"
    return [
        replace(ROW, **{"id": f"{key}{n}", "event": f"{key}{n}", **changes}) for n in range(count)
    ]


def test_countries_of_desks_come_first_and_always() -> None:
    rows = rows_of(1, place=("KH",)) + rows_of(2, place=("NP", "IN"))
    scores = country_scores(rows, [FOUND] * 3)
    assert list(scores) == ["GH", "TH", "TL", "IN", "NP", "KH"]
    assert [scores[code]["n"] for code in scores] == [0, 0, 0, 2, 2, 1]
    assert all(scores[code]["recall"] is None for code in ALWAYS)


def test_recall_counts_where_it_took_place_and_precision_whose_outlets() -> None:
    ghana = rows_of(25, place=("GH",), url="https://world.example/1")
    wrong = rows_of(3, rel=0, url="https://paper.com.gh/1")
    right = rows_of(22, place=("LB",), url="https://paper.com.gh/1")
    side = rows_of(4, rel=1, url="https://paper.com.gh/1")
    rows = [*ghana, *wrong, *right, *side]
    said = [FOUND] * 20 + [MISSED] * 5 + [FOUND] * 29
    row = country_scores(rows, said)["GH"]
    assert (row["n"], row["stories"], row["found"], row["recall"]) == (25, 25, 20, 0.8)
    assert row["recall_interval"] == [0.6087, 0.9114]
    assert (row["shown"], row["right"], row["precision"]) == (25, 22, 0.88)


@pytest.mark.parametrize(("count", "measured"), [(19, False), (20, True)])
def test_under_twenty_nothing_is_measured(count: int, measured: bool) -> None:
    rows = rows_of(count, place=("TL",), url="https://paper.tl/1")
    row = country_scores(rows, [FOUND] * count)["TL"]
    assert row["n"] == row["found"] == row["shown"] == row["right"] == count
    assert (row["recall"] is not None, row["precision"] is not None) == (measured, measured)
    assert (row["recall_interval"] is not None) == measured


def test_many_articles_on_one_case_are_one_example() -> None:
    rows = rows_of(40, place=("US",), event="the case")
    assert country_scores(rows, [FOUND] * 40)["US"] == {
        "n": 40, "stories": 1, "found": 40, "recall": None, "recall_interval": None,
        "shown": 0, "right": 0, "precision": None, "precision_interval": None,
    }  # fmt: skip
    more = rows_of(30, place=("US",))
    both = country_scores([*rows, *more], [FOUND] * 40 + [FOUND, MISSED] * 15)["US"]
    alone = country_scores(more, [FOUND, MISSED] * 15)["US"]
    assert (both["n"], both["stories"], both["recall"]) == (70, 31, round(55 / 70, 4))
    assert both["recall_interval"] == [round(end, 4) for end in wilson(55 / 70, 31)]
    assert alone["recall_interval"] == [0.3315, 0.6685]


def test_texts_of_our_own_are_no_measure() -> None:
    own = [text for text in read_texts() if "GH" in (text.place or ())]
    assert own
    assert country_scores(own, [FOUND] * len(own))["GH"]["n"] == 0


def test_the_interval_is_wilsons() -> None:
    assert wilson(0.9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(1.0, 20) == pytest.approx((0.8389, 1.0), abs=1e-4)
    assert wilson(0.0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "home"),
    [
        ({"source": "ghana_news_feed", "url": "https://paper.example/1"}, "GH"),
        ({"url": "https://www.paper.com.gh/a"}, "GH"),
        ({"url": "https://www.paper.co.uk/a"}, "GB"),
        ({"url": "https://www.office.gov/a"}, "US"),
        ({"url": "https://edition.cnn.com/a"}, "US"),
        ({"outlet": "paper.co.th"}, "TH"),
        ({"outlet": "Fox News"}, "US"),
        ({"url": "https://timesofindia.indiatimes.com/a", "outlet": "x"}, "IN"),
        ({"url": "https://channel.tv/a"}, None),
        ({"url": "https://paper.com/a", "outlet": "Coast Daily"}, None),
        ({"url": "https://[/a", "outlet": "localhost"}, None),
        ({}, None),
    ],
)
def test_where_an_outlet_is_at_home(changes: dict[str, str], home: str | None) -> None:
    assert home_of(replace(ROW, **changes)) == home


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sources: {}\noutlets: {ZZ: [a]}\nanybody: []\n", "'ZZ' is no country"),
        ("sources: {}\noutlets: {}\n", "anybody"),
        ("[", "homes.yaml"),
    ],
)
def test_a_broken_file_of_outlets_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "homes.yaml").write_text(text, "utf-8")
    with pytest.raises(DataError, match=said):
        load_homes(tmp_path / "homes.yaml")


def test_card_and_evaluation_have_the_table() -> None:
    folder = load_folder(find_model(data_dir("models"), "relevance-en"))
    meta = asdict(folder.meta)
    rows = rows_of(20, place=("GH",), url="https://paper.com.gh/1") + rows_of(3, place=("TH",))
    countries = country_scores(rows, [FOUND] * 18 + [MISSED] * 5)
    scores = {**meta["scores"], "countries": countries}
    card = model_card({**meta, "scores": scores}, folder.content)
    assert "| Ghana | 20 (20) | 18 of 20: 0.900 (0.699 to 0.972) | unmeasured |\n" in card
    assert "| Thailand | 3 (3) | unmeasured | unmeasured |\n" in card
    assert "| Timor-Leste | 0 (0) | unmeasured | unmeasured |\n" in card
    assert "Under 20 stories it says unmeasured" in card
    dev = {**meta["scores"]["dev"], "countries": countries}
    told = render_evaluation({"model": "m", "data": "d", "scores": dev, "errors": []})
    assert "\nTimor-Leste " in told
    assert "18 of 20: 0.900 (0.699 to 0.972)" in told


def test_a_card_without_figures_by_country_says_so() -> None:
    folder = load_folder(find_model(data_dir("models"), "relevance-en"))
    meta = asdict(folder.meta)
    scores = {key: value for key, value in meta["scores"].items() if key != "countries"}
    card = model_card({**meta, "scores": scores}, folder.content)
    assert "### By country\nNot measured by country.\n" in card
