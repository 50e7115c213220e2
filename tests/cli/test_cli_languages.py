"""Languages as they are typed: `classify` and the digest of a desk that reads six of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import store_samples
from desk import Desk
from monitor.storage.store import open_store

TEXTS = {
    "pt": (
        "Oito resgatados de trabalho escravo em carvoaria",
        (
            "A fiscalização do trabalho resgatou oito trabalhadores em condição análoga à de"
            " escravo. Não recebiam salário, dormiam num barracão e tinham de pagar a dívida ao"
            " patrão."
        ),
    ),
    "es": (
        "Sentencian a red de trata de personas",
        (
            "Un juez condenó a tres tratantes. Las víctimas, engañadas con falsas ofertas de"
            " empleo, eran obligadas a prostituirse y estaban encerradas; la fiscalía rescató a"
            " seis mujeres."
        ),
    ),
    "th": (
        "ตำรวจจับแก๊งค้ามนุษย์ที่ชายแดน",
        "เจ้าหน้าที่ช่วยผู้เสียหายสิบสองคนที่ถูกบังคับใช้แรงงานในโรงงานใกล้ชายแดนเมื่อวันศุกร์",
    ),
    "tet": (
        "Polísia kaptura ema na'in haat iha kazu tráfiku umanu",
        (
            "Vítima sira, labarik feto na'in lima, hetan ona iha uma ida iha Dili tuir informasaun"
            " ne'ebé família sira hato'o ba polísia katak oan sira lakon."
        ),
    ),
    "fr": (
        "Trois personnes jugées pour traite des êtres humains",
        (
            "Le tribunal de Nantes examine depuis lundi le cas de vingt cueilleurs logés dans un"
            " hangar, privés de leurs papiers et jamais payés par leur employeur."
        ),
    ),
    "it": (
        "Il consiglio comunale approva il bilancio",
        (
            "La giunta ha presentato lunedì i conti dell'anno, con più soldi per le scuole e per la"
            " manutenzione delle strade di montagna dopo la frana di marzo."
        ),
    ),
}


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_classify_judges_each_language_it_has_a_model_for(desk: Desk) -> None:
    lines = [json.dumps({"id": key, "title": t, "text": x}) for key, (t, x) in TEXTS.items()]
    (desk.folder / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    said = desk.type("classify", "in.jsonl")
    assert (said.code, said.err) == (0, "")
    records = {row["id"]: row for row in map(json.loads, said.out.splitlines())}
    assert list(records) == list(TEXTS)
    assert records["it"]["relevance"] is records["it"]["relevant"] is None
    assert (records["it"]["not_judged"], records["it"]["language"]) == ("language", "it")
    terms = {"th": "ค้ามนุษย์", "tet": "tráfiku umanu", "fr": "traite des êtres humains"}
    for language in ("pt", "es", "th", "tet", "fr"):
        record = records[language]
        assert record["relevant"] is True
        assert "not_judged" not in record
        # of one language alone there is news enough to have measured its model
        assert record.get("experimental", False) is (language != "pt")
        assert record.get("language") == (None if language == "pt" else language)
        assert terms.get(language) in [None, *(term["term"] for term in record.get("terms", []))]
        for term in record.get("terms", []):
            for span in term["evidence"]:
                field = TEXTS[language][0 if span["field"] == "title" else 1]
                assert 0 <= span["start"] < span["end"] <= len(field)


def test_the_digest_lists_what_is_possible_apart_from_the_relevant(desk: Desk) -> None:
    feed, now = store_samples.feed(), datetime.now(UTC)
    with open_store(f"sqlite:///{desk.folder / 'monitor.sqlite'}") as store:
        store.add_feeds([feed], now)
        entries = [
            store_samples.incoming(key, text, title=title, language=None)
            for key, (title, text) in TEXTS.items()
        ]
        store.record_poll(store_samples.poll(feed, entries, at=now), now)
    assert desk.type("assess").code == 0
    said = desk.type("digest", "--day", "all", "--format", "json")
    assert said.code == 0, said.err
    digest = json.loads(said.out)
    told = [article["id"] for story in digest["relevant"] for article in story["articles"]]
    assert told == ["article-pt"]
    assert digest["borderline"] == digest["unjudged"] == []
    possible = {entry["id"]: entry["terms"] for entry in digest["possible"]}
    assert set(possible) == {f"article-{language}" for language in ("es", "fr", "tet", "th")}
    assert all(possible.values())
    for language in ("fr", "tet", "th"):
        meanings = [term["meaning"] for term in possible[f"article-{language}"]]
        assert any("trafficking" in meaning for meaning in meanings)
    assert digest["ledger"]["not_judged"] == {"language": 1}
    for form in ("text", "md", "html"):
        hidden = desk.type("digest", "--day", "all", "--format", form).out
        assert TEXTS["th"][0] not in hidden, "nobody can tell whom it names"
        page = desk.type("digest", "--day", "all", "--format", form, "--names").out
        assert "possible, in languages where the models are not measured" in page.lower()
        assert "unmeasured" in page.lower()
        assert TEXTS["th"][0] in page
        assert "https://news.example/tet" in page
        assert TEXTS["it"][0] not in page
    again = desk.type("assess")
    assert (again.code, again.err.count("0 assessed")) == (0, again.err.count("assessed"))


def test_a_language_without_a_model_is_not_measured(desk: Desk) -> None:
    row = {"id": "1", "source": "x", "language": "sw", "title": "T", "text": "t", "rel": 2}
    (desk.folder / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    said = desk.refuses("evaluate", "relevance", "rows.jsonl", "--language", "sw")
    assert "relevance-sw: no model there" in said
