"""Policy context: institutions, instruments, topics, vulnerability and kinds of partnership."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.classify.assessors import GuardedAssessor, load_classifiers, load_policy_assessor
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.model_stamps import models_in_use
from monitor.classify.policy import (
    BESIDE,
    BY_NAME,
    LABELS,
    load_policy,
    parse_topics,
)
from monitor.labels.data_files import data_dir
from monitor.labels.institutions import (
    ENTITY_SCHEMES,
    FILES,
    entity_name,
    known_entities,
    parse_entities,
)
from monitor.labels.schemes import check_labels
from monitor.records.article import Article, Assessment
from monitor.records.errors import ModelError, UsageError
from monitor.records.tag import Tag

FOLDER = find_model(data_dir("models"), "policy")
MODEL = load_policy(load_folder(FOLDER))
ASKED = [
    "unodc", "iom", "ilo", "icmpd", "mieux", "ejn", "icat", "greta", "ecowas", "fmm_west_africa",
    "rabat_process", "commit", "bali_process", "ohchr", "unhcr", "unicef", "osce", "europol",
    "interpol", "gh_human_trafficking_secretariat", "gh_ahtu", "th_dsi", "th_msdhs",
    "tl_trafficking_commission", "palermo_protocol", "untoc", "coe_convention", "eu_2011_36",
    "eu_2024_1712", "ilo_c029", "ilo_p029", "ilo_c182", "ilo_c189", "gcm", "sdg_5_2", "sdg_8_7",
    "sdg_16_2", "actip", "ecowas_plan", "gh_act_694", "th_act_2551", "tl_law_3_2017",
]  # fmt: skip


def tags(text: str, title: str = "", language: str = "en") -> dict[str, Tag]:
    return {tag.label: tag for tag in MODEL.tag(title, text, language)}


def entities(text: str, title: str = "", language: str = "en") -> set[str]:
    return {t.label for t in MODEL.tag(title, text, language) if t.scheme in ENTITY_SCHEMES}


def test_all_that_was_asked_for_is_listed_with_names_in_four_languages() -> None:
    listed = {**known_entities("institution"), **known_entities("instrument")}
    assert set(ASKED) <= listed.keys()
    for id_ in ASKED:
        if listed[id_].place == "international":
            assert {"en", "fr", "pt", "es"} <= listed[id_].names.keys(), id_


@pytest.mark.parametrize("scheme", ENTITY_SCHEMES)
def test_each_is_found_by_each_of_its_names(scheme: str) -> None:
    for entity in known_entities(scheme).values():
        for forms in (entity.names, entity.abbreviations):
            for language, names in forms.items():
                for name in names:
                    text = f"Ministers spoke of {name} on Monday."
                    if language == "th":
                        text = f"รัฐมนตรีกล่าวถึง{name}เมื่อวันจันทร์"
                    found = tags(text, language=language)
                    assert entity.id in found, name
                    assert found[entity.id].score == BY_NAME
                    (span,) = found[entity.id].evidence
                    assert text[span.start : span.end] == name


@pytest.mark.parametrize(
    ("text", "label", "named"),
    [
        ("ICAT met in New York to speak of trafficking in persons.", "icat", True),
        ("ICAT, which counts greenhouse gases for Accra, met on Monday.", "icat", False),
        ("The GCM asks states to keep families of migrants together.", "gcm", True),
        ("The GCM says that the rains will fail in May.", "gcm", False),
        ("A Global Climate Model (GCM) says where migrants may go.", "gcm", False),
        ("The IOM flew home forty migrants.", "iom", True),
        ("The IoM and the IOM are islands to sailors.", "iom", False),
        ("The Institute of Medicine (IOM) advises migrants to sleep.", "iom", False),
        ("Ghana ratified C29 of the ILO.", "ilo_c029", True),
        ("Bus C29 runs late, said workers.", "ilo_c029", False),
        ("A Cessna C182 landed; the ILO spoke of child labour.", "ilo_c182", False),
        ("The ILO asked about C182.", "ilo_c182", True),
        ("GRETA visited Chisinau and asked about victims of trafficking.", "greta", True),
        ("GRETA sailed to Gaza.", "greta", False),
        ("GRETA THUNBERG spoke of trafficking.", "greta", False),
        ("ACTIP, the ASEAN treaty, is in force.", "actip", True),
        ("An ACTIP valve broke at the plant.", "actip", False),
        ("Ministers of the Mekong states met under COMMIT.", "commit", True),
        ("COMMIT NO CRIME, a poster said.", "commit", False),
        ("Of the Sustainable Development Goals, target 5.2 is far off.", "sdg_5_2", True),
        ("The bank missed its target 5.2 of growth.", "sdg_5_2", False),
        ("EJN trained journalists in Dili.", "ejn", True),
        ("The European Judicial Network (EJN) trained journalists.", "ejn", False),
        ("Accra will amend the Human Trafficking Act.", "gh_act_694", True),
        ("Lusaka will amend the Human Trafficking Act.", "gh_act_694", False),
        ("Bangkok: the DSI opened a case.", "th_dsi", True),
        ("A DSI screen is bright.", "th_dsi", False),
        ("The Abolition of Forced Labour Convention is in force.", "ilo_c029", False),
        ("The Abolition of Forced Labour Convention is in force.", "ilo_c105", True),
    ],
)
def test_an_abbreviation_counts_only_with_what_tells_it_apart(
    text: str, label: str, named: bool
) -> None:
    found = tags(text)
    assert (label in found) is named
    if named and label in ("icat", "gcm"):
        assert found[label].score == BESIDE


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The AHTU of Hyderabad freed eleven men.", "gh_ahtu"),
        ("Monrovia: the Ministry of Gender, Children and Social Protection met.", "gh_mogcsp"),
        ("Ghana maps its forests by GIS and drones.", "gh_immigration_service"),
        ("Sierra Leone replaced its Anti-Human Trafficking Act, 2005.", "gh_act_694"),
        ("Ghana envies Freetown its Anti-Human Trafficking Act, 2005.", "gh_act_694"),
        ("The Emirates' Committee to Combat Human Trafficking met.", "tl_trafficking_commission"),
        ("Bishkek has a Law on Preventing and Combating Trafficking in Persons.", "tl_law_3_2017"),
        ("Nepal will change the Foreign Employment Act, as Sri Lanka did.", "lk_bfe_act"),
        ("Liberia's National Anti-Human Trafficking Task Force met.", "lk_nahttf"),
        ("Belize has the Trafficking in Persons (Prohibition) Act.", "ng_naptip_act"),
        ("Filipinos in Thailand cited the Anti-Trafficking in Persons Act.", "th_act_2551"),
        ("Accra: the NCA and police closed two radio stations.", "uk_nca"),
        ("The NRM of Uganda won. British observers left. It rained.", "uk_nrm"),
        ("Thailand opened its National Referral Mechanism. Donors paid. One is the UK.", "uk_nrm"),
        ("Australia's Modern Slavery Act is younger than that of the UK.", "uk_modern_slavery_act"),
    ],
)
def test_the_namesake_of_another_country_is_not_meant(text: str, label: str) -> None:
    assert label not in tags(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Accra: the AHTU freed eleven men.", "gh_ahtu"),
        ("Accra: the Minister for Gender, Children and Social Protection spoke.", "gh_mogcsp"),
        ("The GIS turned back forty migrants at Aflao.", "gh_immigration_service"),
        ("Ghana will amend the Human Trafficking Act, 2005.", "gh_act_694"),
        ("Dili: the Commission to Combat Trafficking in Persons met.", "tl_trafficking_commission"),
        ("The KLATU asks for a shelter.", "tl_trafficking_commission"),
        ("Colombo will change the Foreign Employment Act.", "lk_bfe_act"),
        ("Bangkok: he is charged under the Anti-Human Trafficking Act.", "th_act_2551"),
        ("The National Crime Agency arrested two; the NCA named none.", "uk_nca"),
        ("Targets 5.2, 8.7 and 16.2 of the Sustainable Development Goals.", "sdg_16_2"),
        ("Targets 5.2, 8.7 and 16.2 of the Sustainable Development Goals.", "sdg_8_7"),
        ("Iloilo: the ILO asked after the wages of sugar workers.", "ilo"),
    ],
)
def test_what_belongs_to_a_country_is_told_by_words_for_it(text: str, label: str) -> None:
    assert label in tags(text)


def test_an_abbreviation_counts_where_the_full_name_stood_before() -> None:
    text = "The Inter-Agency Coordination Group against Trafficking (ICAT) met. " + "Rain. " * 40
    spans = tags(f"{text}ICAT will meet again.")["icat"].evidence
    assert len(spans) == 2
    assert "icat" in tags("Forms were handed in.", title="What ICAT asks of trafficking laws")


@pytest.mark.parametrize(
    ("language", "text", "named"),
    [
        ("fr", "L'OIM et l'OIT ont aidé des migrants et des travailleurs à Dakar.", {"iom", "ilo"}),
        ("pt", "A OIM e o ACNUR ajudaram migrantes em Díli.", {"iom", "unhcr"}),
        (
            "es",
            "El Protocolo de Palermo y la meta 8.7 de los ODS.",
            {"palermo_protocol", "sdg_8_7"},
        ),
        ("pt", "A Lei n.º 3/2017 vigora em Timor-Leste.", {"tl_law_3_2017"}),
        ("en", "OIM is a firm that sells boats to migrants.", set()),
    ],
)
def test_names_count_in_the_language_of_the_article(
    language: str, text: str, named: set[str]
) -> None:
    assert entities(text, language=language) == named


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Police charged two men with people smuggling.", "smuggling"),
        ("They were caught as they entered the country illegally.", "irregular_migration"),
        ("The maids had their passports taken and unpaid wages.", "labour_abuse"),
        ("Cabinet passed a migration policy. Work permits will cost less.", "migration_management"),
        ("Refugees slept in the hall. Their asylum claims wait.", "international_protection"),
        ("The workers, without papers, feared deportation.", "irregular_status"),
        ("She borrowed money to go abroad and still owes it.", "migration_debt"),
        ("The migrants were without documents.", "irregular_status"),
        ("Three nationals of Chad live illegally in the port.", "irregular_migration"),
        ("Girls were smuggled into the town.", "smuggling"),
        ("She joined the Immigrants Coalition.", "coalition"),
        ("A human trafficking task force made the arrest.", "task_force"),
        ("Both states signed an agreement on human trafficking.", "agreement"),
        ("Churches joined forces with hotels against human trafficking.", "coalition"),
        ("Police will share information on human trafficking.", "data_sharing"),
        ("A shelter for trafficking victims received a grant.", "funding"),
        ("Police officers were trained at a human trafficking workshop.", "joint_training"),
    ],
)
def test_each_topic_has_its_words_as_evidence(text: str, label: str) -> None:
    found = tags(text)
    assert label in found
    for span in found[label].evidence:
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""


@pytest.mark.parametrize(
    "text",
    [
        "Customs caught a gold smuggler at the port.",
        "A task force on roads met, and partners signed an agreement on tariffs.",
        "The Minister of Foreign Affairs, Foreign Employment and Tourism spoke of films.",
        "A refugee from Popasna plays the piano.",
        "He was kept in a lunatic asylum.",
        "Two men smuggled cocaine by boat. Smugglers had a second boat.",
        "People who live illegally in the forest must go.",
        "The law gives embryos a legal status. No papers leaked before the exam.",
        "He drove without documents, and his permit had expired.",
        "The agency fee is small; brokers pay us, and debt grew on the journey to recovery.",
        "Migrant workers cross the border to vote.",
        "London hopes to work together on growth, climate and migration.",
        "Les camions sont en situation irrégulière.",
        "A joint intelligence committee met. The coalition spoke of migration.",
    ],
)
def test_what_is_of_another_matter_has_no_topic(text: str) -> None:
    assert MODEL.tag("", text) == (), text


def test_a_headline_means_what_its_lead_tells_and_nothing_far_below() -> None:
    lead = "It rained. It is against human trafficking."
    assert "agreement" in tags(lead, title="Two states sign MoU")
    far = "The tax is lower. " * 6 + "Another pact is against human trafficking."
    assert "agreement" not in tags(far, title="Two states sign MoU")
    assert "agreement" in tags(f"{'It rained. ' * 6}An MoU was signed.", title="Human trafficking")


def test_an_apostrophe_may_be_curly() -> None:
    text = "La Convention sur l’abolition du travail forcé et le Conseil de l’Europe."
    assert entities(text, language="fr") == {"ilo_c105", "council_of_europe"}


def test_a_headline_and_more_sentences_make_a_topic_surer() -> None:
    once = tags("People smuggling is a crime.")["smuggling"].score
    assert once < tags("It is a crime.", title="People smuggling")["smuggling"].score
    twice = tags("People smuggling is a crime. He smuggled migrants.")["smuggling"]
    assert twice.score > once
    assert len(twice.evidence) == 2


def test_what_is_not_measured_says_so() -> None:
    found = tags("Europol spoke. Work permits cost more. The migration policy is new.")
    assert found["europol"].experimental
    assert not found["migration_management"].experimental
    text = "La politique migratoire a changé. La gestion des frontières aussi."
    assert tags(text, language="fr")["migration_management"].experimental


def article(text: str, language: str | None = "en") -> Article:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    return Article("a", "", "", text, "Outlet", language, None, now, "0")


def test_the_assessor_tags_what_is_not_about_trafficking_too() -> None:
    assessor = load_policy_assessor(load_folder(FOLDER))
    assert assessor.stamp.startswith("policy@1.0.0+")
    plain, french = assessor.assess([article("UNHCR feeds refugees."), article("Rien.", "fr")])
    assert [tag.label for tag in plain.tags] == ["unhcr"]
    assert (plain.relevance, french.tags, french.error) == (None, (), None)
    names = [each.stamp.partition("@")[0] for each in load_classifiers(FOLDER.parents[1])]
    assert names[-2:] == ["policy", "languages"]


def test_a_failure_is_the_articles_and_a_folder_may_lack_the_model(tmp_path: Path) -> None:
    def broken(_article: Article) -> Assessment:
        raise RuntimeError

    said = GuardedAssessor("policy@0+0", broken).assess([article("x")])
    assert said[0].error == "RuntimeError"
    for one in FOLDER.parents[1].glob("*-en"):
        (tmp_path / one.name).symlink_to(one)
    assert models_in_use(tmp_path).policy is None


def lines_of(name: str) -> tuple[str, dict[str, object]]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return text, json.loads(text)


def test_an_error_in_a_list_says_file_line_and_entry() -> None:
    text, _ = lines_of("institutions.json")
    wrong = text.replace('"shown": "IOM"', '"showm": "IOM"')
    line = text[: text.index('"id": "iom"')].count("\n")
    with pytest.raises(ModelError, match=f"x.json, line {line}, entry 'iom': .*field 'show"):
        parse_entities(wrong, "x.json")
    for before, after, said in (
        ('"id": "ilo"', '"id": "iom"', "entry 'iom': an entry before has this id"),
        ('"id": "ilo"', '"id": "I L O"', "entry 'I L O': an id has small letters"),
        ('"shown": "IOM"', '"shown": ""', "entry 'iom': field 'shown' is empty"),
        ('"shown": "IOM"', '"shown": 1', "entry 'iom': field 'shown' must be a string"),
        ("https://www.iom.int/", "www.iom.int", "entry 'iom': 'url' and 'source'"),
        ('"shown": "IOM"', '"shown": "IOM", "shown": "x"', "'shown' stands twice"),
        ('"shown": "IOM",', '"shown": "IOM"', "line [0-9]+: no JSON"),
        ('"schema": 1', '"schema": 2', "schema 2 is not 1"),
        ('"scheme": "institution"', '"scheme": "topic"', "scheme 'topic' is none"),
    ):
        assert before in text
        with pytest.raises(ModelError, match=said):
            parse_entities(text.replace(before, after, 1), "x.json")


def test_an_error_in_the_phrases_says_file_line_and_entry() -> None:
    text, _ = lines_of("topics.json")
    found = parse_topics(text, "t.json")
    assert {(one.scheme, one.label) for one in found} == {
        (scheme, label) for scheme, labels in LABELS.items() for label in labels
    }
    for before, after, said in (
        ('"label": "smuggling"', '"label": "drugs"', "entry 'drugs': 'topic:drugs' is no"),
        ('"words": ["crossing"]', '"words": ["crosing"]', "no words 'crosing'"),
        ('"least": 1', '"least": 0', "entry 'smuggling': 'least' must be 1"),
        ('"never": [', '"nevr": [', "entry 'smuggling': (unknown|missing) field"),
    ):
        with pytest.raises(ModelError, match=f"t.json.*{said}"):
            parse_topics(text.replace(before, after, 1), "t.json")


def test_a_list_in_the_place_of_another_is_refused(tmp_path: Path) -> None:
    copied = tmp_path / "policy" / FOLDER.name
    shutil.copytree(FOLDER, copied)
    meta = json.loads((copied / "meta.json").read_text(encoding="utf-8"))
    shutil.copy(copied / FILES["institution"], copied / FILES["instrument"])
    meta["files"][FILES["instrument"]] = meta["files"][FILES["institution"]]
    (copied / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    with pytest.raises(ModelError, match="scheme must be 'instrument'"):
        load_policy(load_folder(copied))


def test_labels_of_people_are_the_ids_of_the_lists() -> None:
    said = check_labels({"institution": ["unodc", "iom"], "topic": ["smuggling"]})
    assert said == {"institution": ("iom", "unodc"), "topic": ("smuggling",)}
    with pytest.raises(UsageError, match="'uno' is no label of 'institution'"):
        check_labels({"institution": ["uno"]})
    assert entity_name("institution", "unodc") == "UNODC"
    assert entity_name("institution", "nobody") is None
    assert entity_name("topic", "smuggling") is None
