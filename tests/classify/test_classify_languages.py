"""The shipped models of Portuguese and Spanish beside the English one; every text is our own."""

import json
from datetime import UTC, datetime

import pytest

from monitor.classify import classify_lines, load_classifiers
from monitor.config import data_dir
from monitor.types import Article

ASSESSORS = load_classifiers(data_dir("models"))
UNMEASURED = {"es", "pt"}
"""Whose models have fewer than 20 relevant articles behind their figures, or say so."""
BY_NAME = {assessor.stamp.partition("@")[0]: assessor for assessor in ASSESSORS}
CASES = [
    (
        "pt",
        "Fiscais libertam trabalhadores de fazenda no Pará",
        (
            "Auditores do trabalho e a Polícia Federal resgataram doze trabalhadores em condições"
            " análogas à escravidão. Dormiam num barracão sem água, não recebiam salário"
            " e não podiam sair antes de pagar a dívida com o patrão. O dono vai responder por"
            " trabalho escravo e tráfico de pessoas."
        ),
        True,
    ),
    (
        "pt",
        "Traficante de cocaína é preso no aeroporto",
        (
            "A polícia encontrou três quilos de cocaína na mala de um passageiro. Ele vai responder"
            " por tráfico de drogas e ficou em prisão preventiva na capital."
        ),
        False,
    ),
    (
        "pt",
        "Câmara aprova orçamento para as escolas",
        (
            "Os vereadores votaram na terça-feira o orçamento do próximo ano, com mais dinheiro"
            " para obras nas escolas e nas estradas do município."
        ),
        False,
    ),
    (
        "es",
        "Rescatan a mujeres víctimas de trata en un bar",
        (
            "La fiscalía informó que siete mujeres, víctimas de trata de personas, fueron"
            " rescatadas. Las habían engañado con ofertas de empleo, les quitaron los documentos"
            " y las obligaban a prostituirse para pagar una deuda. Hay tres detenidos."
        ),
        True,
    ),
    (
        "es",
        "Detienen a banda de narcotráfico con cocaína",
        (
            "La policía decomisó doscientos kilos de cocaína y detuvo a cuatro hombres acusados de"
            " tráfico de drogas en la frontera norte del país."
        ),
        False,
    ),
    (
        "es",
        "El equipo local gana la final",
        (
            "Con dos goles en la segunda parte, el equipo de la ciudad ganó el domingo la final del"
            " campeonato ante treinta mil aficionados."
        ),
        False,
    ),
    (
        "en",
        "Men freed from fishing boat",
        (
            "The skipper kept the men's passports; they were forced to work and never paid. Police"
            " arrested the owner for human trafficking."
        ),
        True,
    ),
]


def article(language: str | None, title: str, text: str) -> Article:
    return Article("1", "", title, text, "", language, None, datetime.now(UTC), "")


def test_the_english_assessors_come_first() -> None:
    assert list(BY_NAME) == [
        *("relevance-en", "tags-en", "relevance-es", "relevance-pt", "languages")
    ]


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(("language", "title", "text", "relevant"), CASES)
def test_an_article_is_judged_by_its_languages_model_alone(
    language: str, title: str, text: str, relevant: bool, declared: bool
) -> None:
    told = article(language if declared else None, title, text)
    said = {name: assessor.assess([told])[0] for name, assessor in BY_NAME.items()}
    own = said.pop(f"relevance-{language}")
    assert own.relevant is relevant
    assert own.relevance is not None
    assert own.experimental is (language in UNMEASURED)
    for name, other in said.items():
        assert other.relevance is other.relevant is other.not_judged is other.error is None
        assert other.terms == ()
        assert other.tags == () or (name, language) == ("tags-en", "en")


@pytest.mark.parametrize(("language", "title", "text", "relevant"), CASES)
def test_a_record_has_one_judgement(language: str, title: str, text: str, relevant: bool) -> None:
    line = json.dumps({"id": "a", "title": title, "text": text})
    (out,) = map(json.loads, classify_lines([line], ASSESSORS))
    marks = ["experimental", "language"] if language in UNMEASURED else []
    marks += ["terms"] if marks and relevant else []
    keys = ["id", "relevance", "relevant", "borderline", *marks, "tags", "stamps"]
    assert list(out) == keys
    for term in out.get("terms", []):
        for span in term["evidence"]:
            field = {"title": title, "text": text}[span["field"]]
            assert field[span["start"] : span["end"]].strip()
    assert out["relevant"] is relevant
    assert out["stamps"] == [assessor.stamp for assessor in ASSESSORS]
    assert bool(out["tags"]) is (language == "en")


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_assessors_does_not_matter(order: int) -> None:
    _, title, text, _ = CASES[0]
    (out,) = classify_lines(
        [json.dumps({"id": "a", "title": title, "text": text})], ASSESSORS[::order]
    )
    assert json.loads(out)["relevant"] is True


def test_a_long_text_in_an_unknown_language_is_not_judged_as_english() -> None:
    # Hausa, which the identifier lacks
    text = (
        "Ƴan sanda a jihar Kano sun ce sun kama mutum uku da ake zargi da satar shanu. Gwamnan"
        " jihar ya ce za a gurfanar da su a gaban kotu a makon gobe, kuma ya yaba wa mazauna"
        " yankin kan taimakon da suka bayar. Za a ci gaba da bincike, in ji kakakin rundunar,"
        " domin gano sauran."
    )
    (out,) = classify_lines([json.dumps({"id": "h", "title": "", "text": text})], ASSESSORS)
    record = json.loads(out)
    assert (record["not_judged"], record["language"]) == ("language", None)
    assert record["relevance"] is record["relevant"] is None
    assert "terms" not in record


def test_terms_stand_in_the_record_of_an_article_not_judged() -> None:
    text = "ตำรวจช่วยแรงงานเจ็ดคนจากขบวนการค้ามนุษย์บนเรือประมง"
    (out,) = classify_lines([json.dumps({"id": "t", "title": "", "text": text})], ASSESSORS)
    record = json.loads(out)
    assert (record["not_judged"], record["language"]) == ("language", "th")
    (term,) = record["terms"]
    assert (term["term"], term["language"], term["meaning"][:17]) == (
        *("ค้ามนุษย์", "th", "human trafficking"),
    )
    (span,) = term["evidence"]
    assert text[span["start"] : span["end"]] == "ค้ามนุษย์"


def test_without_its_folder_a_language_is_not_judged(tmp_path) -> None:
    for name in ("relevance-en", "tags-en", "encoder-en", "relevance-es"):
        if (data_dir("models") / name).exists():
            (tmp_path / name).symlink_to(data_dir("models") / name)
    assessors = load_classifiers(tmp_path)
    names = [assessor.stamp.partition("@")[0] for assessor in assessors]
    assert names == ["relevance-en", "tags-en", "relevance-es", "languages"]
    line = json.dumps({"id": "a", "title": CASES[0][1], "text": CASES[0][2]})
    (out,) = map(json.loads, classify_lines([line], assessors))
    assert (out["not_judged"], out["language"], out["relevant"]) == ("language", "pt", None)
    # only what says which languages there are has another stamp
    changed = {a.stamp for a in assessors} - {a.stamp for a in ASSESSORS}
    assert [stamp.partition("@")[0] for stamp in changed] == ["languages"]
