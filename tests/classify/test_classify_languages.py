"""The shipped models of other languages beside the English one; every text is our own."""

import json
from datetime import UTC, datetime

import pytest

import shipped
from monitor.classify.assessors import load_classifiers, load_coverage
from monitor.classify.bulk import classify_lines
from monitor.labels.data_files import data_dir
from monitor.labels.schemes import POLICY_SCHEMES
from monitor.records.article import Article

ASSESSORS = shipped.classifiers()
UNMEASURED = {"es", "fr", "id", "tet", "th"}
"""Whose models have fewer than 20 relevant articles behind their figures."""
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
        "fr",
        "Bamako : l'agence vendait un rêve, elles nettoyaient jour et nuit",
        (
            "Sept femmes racontent le passeport confisqué à l'arrivée, la chambre fermée à clé et"
            " aucun salaire pendant deux ans. Une plainte pour traite des personnes vise le"
            " recruteur."
        ),
        True,
    ),
    (
        "fr",
        "Le marché couvert rouvre lundi",
        "Soixante étals, un parking et une halte-garderie.",
        False,
    ),
    (
        "id",
        "Perekrut asal Cilacap dijanjikan komisi, korbannya disekap di kapal",
        (
            "Enam pemuda bekerja tanpa upah di kapal cumi, paspor ditahan nakhoda. Polisi menjerat"
            " tersangka dengan pasal perdagangan orang."
        ),
        True,
    ),
    (
        "id",
        "Pasar malam kembali dibuka di alun-alun",
        "Warga menikmati sate dan komidi putar. Panitia menambah tempat parkir untuk motor.",
        False,
    ),
    (
        "th",
        "ตำรวจช่วยหญิงสาวห้าคนจากขบวนการค้ามนุษย์",
        ("ทุกคนถูกหลอกว่าจะได้งานร้านอาหาร แต่ถูกยึดหนังสือเดินทาง ถูกขัง และถูกบังคับให้ค้าประเวณีเพื่อใช้หนี้นายหน้า"),
        True,
    ),
    ("th", "เปิดสะพานใหม่ที่น่าน", "ชาวบ้านร่วมทำบุญ ถนนกว้างสี่เลน รถติดน้อยลง", False),
    (
        "tet",
        "Polísia salva feto na'in neen iha kazu tráfiku umanu",
        (
            "Ajente ida promete serbisu, maibé patraun kaer sira nia pasaporte, la selu saláriu no"
            " obriga sira serbisu loron no kalan. Vítima sira hela iha uma-mahon."
        ),
        True,
    ),
    (
        "tet",
        "Estrada foun iha Lautém loke ona",
        "Prezidente no komunidade halo festa. Kareta sira bele la'o di'ak.",
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
        *("relevance-en", "tags-en", "relevance-es", "relevance-fr", "relevance-id"),
        *("relevance-pt", "relevance-tet", "relevance-th", "policy", "languages"),
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
        assert other.terms == () or (name == "languages" and language in UNMEASURED)
        assert other.tags == () or name == "policy" or (name, language) == ("tags-en", "en")


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
    own = [tag for tag in out["tags"] if tag["scheme"] not in POLICY_SCHEMES]
    assert bool(own) is (language == "en")


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


def test_terms_stand_in_the_record_of_an_article_not_judged_or_only_possible() -> None:
    text = "ตำรวจช่วยแรงงานเจ็ดคนจากขบวนการค้ามนุษย์บนเรือประมง"
    line = json.dumps({"id": "t", "title": "", "text": text})
    (out,) = map(json.loads, classify_lines([line], ASSESSORS))
    assert (out["experimental"], out["language"]) == (True, "th")
    (alone,) = map(
        json.loads, classify_lines([line], [BY_NAME["relevance-en"], load_coverage(["en"])])
    )
    assert (alone["not_judged"], alone["language"]) == ("language", "th")
    for record in (out, alone):
        term = record["terms"][-1]
        assert (term["term"], term["language"], term["meaning"][:17]) == (
            *("ค้ามนุษย์", "th", "human trafficking"),
        )
        for each in record["terms"]:
            (span, *_) = each["evidence"]
            assert text[span["start"] : span["end"]]
        (span,) = term["evidence"]
        assert text[span["start"] : span["end"]] == "ค้ามนุษย์"


def test_malay_is_judged_with_indonesian_and_never_as_measured() -> None:
    told = article("ms", "Polis selamatkan mangsa", "Wanita itu dipaksa bekerja tanpa gaji.")
    (said,) = BY_NAME["relevance-id"].assess([told])
    assert said.experimental
    assert said.relevance is not None
    (coverage,) = BY_NAME["languages"].assess([told])
    assert coverage.not_judged is None


def test_only_the_opening_is_read_by_a_model_of_short_texts() -> None:
    _, title, text, _ = next(case for case in CASES if case[0] == "fr" and case[3])
    dull = "Le conseil municipal a voté le budget des routes et des écoles du canton. " * 6
    model = BY_NAME["relevance-fr"]
    for body in (text + dull, text + dull + text * 3):
        (said,) = model.assess([article("fr", title, body)])
        assert said.relevant
    (late,) = model.assess([article("fr", "Le budget est voté", dull + text)])
    assert not late.relevant


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
    every = load_classifiers(data_dir("models"))
    changed = {a.stamp for a in assessors} - {a.stamp for a in every}
    assert [stamp.partition("@")[0] for stamp in changed] == ["languages"]
