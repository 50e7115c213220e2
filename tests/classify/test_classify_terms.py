"""Trafficking terms in languages without a model; every sentence here was written for the test."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classify.assessors import load_coverage
from monitor.classify.cue_phrases import expand
from monitor.classify.uncovered_languages import find_terms, load_terms
from monitor.records.article import Article
from monitor.records.errors import ModelError

LISTS = load_terms()
COVERAGE = load_coverage(["en", "pt", "es"])
SPEAKING = [
    ("th", "ตำรวจจับกุมผู้ต้องหาคดีค้ามนุษย์สองคนที่ท่าเรือสงขลาเมื่อวันจันทร์", "ค้ามนุษย์"),
    ("th", "ลูกเรือประมงเล่าว่าถูกบังคับใช้แรงงานบนเรือนานสองปี", "บังคับใช้แรงงาน"),
    (
        "tet",
        "Polísia prende mane na'in rua iha Dili tanba deskonfia tráfiku umanu hasoru feto sira.",
        "tráfiku umanu",
    ),
    ("tet", "PNTL kaptura ema nain rua iha kazu tráfiku umanu", "tráfiku umanu"),
    (
        "tet",
        "Governu hateten katak sei halo luta hasoru trafiku ba ema iha fronteira ho Indonézia.",
        "tráfiku ema",
    ),
    (
        "fr",
        "Le parquet de Dakar a ouvert une enquête pour traite d'êtres humains contre deux patrons.",
        "traite des êtres humains",
    ),
    (
        "fr",
        "Une habitante de Lyon est jugée : sa bonne vivait, dit-elle, dans l’esclavage moderne.",
        "esclavage moderne",
    ),
    (
        "id",
        "Polisi menahan dua agen yang diduga melakukan perdagangan orang ke Kamboja.",
        "perdagangan orang",
    ),
    ("id", "Jaksa menuntut terdakwa kasus TPPO dengan hukuman sepuluh tahun penjara.", "TPPO"),
]
SILENT = [
    "นายกเทศมนตรีเปิดสะพานใหม่ที่เชียงใหม่เมื่อเช้าวันนี้",
    "La traite des vaches commence à cinq heures, et le travail ne manque pas.",
    "Gubernur meresmikan jembatan baru; perdagangan kopi naik tahun ini.",
    "Prezidente hasoru malu ho estudante sira iha Baukau no ko'alia kona-ba eskola.",
]


def article(text: str, title: str = "", language: str | None = None) -> Article:
    return Article("1", "", title, text, "", language, None, datetime.now(UTC), "")


@pytest.mark.parametrize(("language", "text", "term"), SPEAKING)
def test_a_term_marks_an_article_that_is_not_judged(language: str, text: str, term: str) -> None:
    (said,) = COVERAGE.assess([article(text)])
    assert said.not_judged == "language"
    assert said.relevance is said.relevant is None
    (found,) = said.terms
    assert (found.term, found.language) == (term, language)
    assert found.meaning
    for span in found.evidence:
        assert span.field == "text"
        assert text[span.start : span.end].strip(" ,.") == text[span.start : span.end]


@pytest.mark.parametrize("text", SILENT)
def test_other_news_in_these_languages_has_none(text: str) -> None:
    (said,) = COVERAGE.assess([article(text * 3)])
    assert (said.not_judged, said.terms) == ("language", ())


def test_a_declared_language_is_believed_and_an_unknown_one_tries_every_list() -> None:
    text = "Perdagangan orang. " + "Qxo vuk brelt zamni otu krepul dwazi flom. " * 8
    (unknown,) = COVERAGE.assess([article(text)])
    assert [term.term for term in unknown.terms] == ["perdagangan orang"]
    (french,) = COVERAGE.assess([article(text, language="fr-CA")])
    assert (french.not_judged, french.terms) == ("language", ())
    (english,) = COVERAGE.assess([article(text, language="en_GB")])
    assert (english.not_judged, english.terms) == (None, ())


def test_a_short_headline_is_taken_for_english() -> None:
    for told in (article("", title="Rain"), article("Dili, Suai, Maliana")):
        assert COVERAGE.assess([told])[0].not_judged is None


def test_marks_for_line_breaks_do_not_hide_a_thai_term() -> None:
    title, text = "ข่าวค้า\u200bมนุษย์", "ตำรวจช่วยเหยื่อการค้า\u200bมนุษย์"
    (term,) = find_terms(LISTS, "th", title, text)
    fields = {"title": title, "text": text}
    places = [(s.field, fields[s.field][s.start : s.end]) for s in term.evidence]
    assert places == [("title", "ค้า\u200bมนุษย์"), ("text", "ค้า\u200bมนุษย์")]


@pytest.mark.parametrize("listed", LISTS, ids=lambda each: each.name)
def test_each_spelling_of_a_term_is_found(listed) -> None:
    assert {each.language for each in LISTS} == {"th", "tet", "fr", "id"}
    for term, pattern, _ in listed.terms:
        for spelling in [pattern] if listed.match == "letters" else expand(pattern):
            found = listed.find("", f"… {spelling.upper()} …")
            assert term in [each.term for each in found], spelling
            assert all(each.meaning for each in found)


def test_a_list_that_names_no_source_is_refused(tmp_path) -> None:
    path = tmp_path / "terms.json"
    term = {"term": "x", "meaning": "y", "sources": []}
    listed = {"xx": {"name": "X", "match": "words", "terms": [term]}}
    path.write_text(json.dumps({"sources": {}, "languages": listed}), "utf-8")
    with pytest.raises(ModelError, match=r"terms\.json.*'x' needs sources"):
        load_terms(path)


def test_the_stamp_changes_with_the_languages_covered() -> None:
    assert COVERAGE.stamp == load_coverage(["es", "en", "pt"]).stamp
    assert COVERAGE.stamp != load_coverage(["en", "pt"]).stamp


def test_an_article_that_fails_is_an_error_of_its_own() -> None:
    broken = article(None)  # type: ignore[arg-type]
    failed, fine = COVERAGE.assess([broken, article("Rain at the weekend in the hills.")])
    assert failed.error == "TypeError" or failed.not_judged is None
    assert fine.error is None


@settings(max_examples=50, deadline=None)
@given(st.text(), st.text())
def test_any_text_has_exact_places(title: str, text: str) -> None:
    seeded = f"{text} การค้ามนุษย์ {title} travail forcé {text}"
    found = find_terms(LISTS, None, title, seeded)
    assert {"ค้ามนุษย์", "travail forcé"} <= {term.term for term in found}
    for term in found:
        for span in term.evidence:
            field = title if span.field == "title" else seeded
            assert 0 <= span.start < span.end <= len(field)
