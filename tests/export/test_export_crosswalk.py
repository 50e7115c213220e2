"""An article's tags in the variables of CTDC's codebook, and what these cannot say."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from monitor.export import csv_tables
from monitor.export.csv_tables import ctdc_crosswalk, ctdc_row
from monitor.export.publication import PublicationPolicy, publish
from monitor.export.record import canonical
from monitor.labels.schemes import FORMS, INDICATORS, SCHEMES
from monitor.records.article import Article, AssessedArticle
from monitor.records.article_record import FullRecord
from monitor.records.tag import Tag
from record_samples import NOON

CODEBOOK = [
    "yearOfRegistration",
    "gender",
    "ageBroad",
    "citizenship",
    "CountryOfExploitation",
    "traffickMonths",
    "meansDebtBondageEarnings",
    "meansThreats",
    "meansAbusePsyPhySex",
    "meansFalsePromises",
    "meansDrugsAlcohol",
    "meansDenyBasicNeeds",
    "meansExcessiveWorkHours",
    "meansWithholdDocs",
    "isForcedLabour",
    "isSexualExploit",
    "isOtherExploit",
    "typeOfLabourAgriculture",
    "typeOfLabourConstruction",
    "typeOfLabourDomesticWork",
    "typeOfLabourHospitality",
    "typeOfSexProstitution",
    "typeOfSexPornography",
    "recruiterRelationIntimatePartner",
    "recruiterRelationFriend",
    "recruiterRelationFamily",
    "recruiterRelationOther",
]


def tag(scheme: str, label: str, **more: Any) -> dict[str, Any]:
    return {"scheme": scheme, "label": label, **more}


def said(*tags: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in ctdc_row({"tags": tags}).items() if value != "NULL"}


def test_the_variables_are_those_of_the_codebook_and_each_tells_its_limit() -> None:
    assert [one["name"] for one in ctdc_crosswalk()["variables"]] == CODEBOOK
    for variable in ctdc_crosswalk()["variables"]:
        assert len(variable["cannot"]) > 30, variable["name"]


def test_every_form_and_indicator_is_mapped_or_said_not_to_be() -> None:
    limits = ctdc_crosswalk()
    mapped = [label for one in limits["variables"] for label in one.get("labels", ())]
    mapped += [one["label"] for one in limits["unmapped"]]
    named = {*(f"form:{one}" for one in FORMS), *(f"indicator:{one}" for one in INDICATORS)}
    named |= {f"vulnerability:{one}" for one in SCHEMES["vulnerability"].labels}
    assert named <= set(mapped)
    assert set(mapped) - named == {"place:exploitation"}


def test_nothing_is_recorded_of_an_article_without_tags() -> None:
    assert said() == {}


def test_tags_become_values() -> None:
    tags = [
        tag("indicator", "debt_bondage"),
        tag("indicator", "isolation"),
        tag("form", "domestic_servitude"),
        tag("gender", "female"),
        tag("victim", "child"),
        tag("place", "TH", role="exploitation"),
        tag("place", "MM", role="origin"),
    ]
    assert said(*tags) == {
        "gender": "Woman",
        "ageBroad": "child",
        "CountryOfExploitation": "THA",
        "meansDebtBondageEarnings": 1,
        "meansDenyBasicNeeds": 1,
        "isForcedLabour": 1,
        "typeOfLabourDomesticWork": 1,
    }


def test_what_is_of_several_kinds_is_not_forced_into_one() -> None:
    several = [tag("gender", "both"), tag("victim", "both"), tag("victim", "adult")]
    assert said(*several) == {}
    places = [tag("place", code, role="exploitation") for code in ("TH", "GH")]
    assert said(*places) == {"CountryOfExploitation": "GHA;THA"}
    assert said(tag("form", "illegal_adoption"), tag("gender", "unknown")) == {}


def test_what_only_experimental_tags_tell_is_named() -> None:
    isolation = tag("indicator", "isolation", experimental=True)
    organs = tag("form", "organ_removal", experimental=True)
    assert said(tag("form", "forced_labour"), isolation, organs) == {
        "isForcedLabour": 1,
        "meansDenyBasicNeeds": 1,
        "isOtherExploit": 1,
        "experimental_variables": "meansDenyBasicNeeds;isOtherExploit",
    }
    unsure = [tag("gender", "both", experimental=True), tag("gender", "female")]
    assert said(*unsure) == {"gender": "Woman"}


def test_the_table_lies_with_the_others_and_its_limits_beside_it(tmp_path: Path) -> None:
    article = Article(
        id="a1",
        url="https://news.example/1",
        title="T",
        text="text",
        outlet="O",
        language="en",
        published=NOON,
        seen=NOON,
        sha256="0" * 64,
    )
    tags = (
        Tag("form", "forced_labour", 0.9),
        Tag("place", "GH", 0.9, role="exploitation"),
        Tag("place", "ML", 0.9, role="origin"),
    )
    assessed = AssessedArticle(article, 0.9, True, False, None, tags, (), (), ())
    values = publish(canonical(FullRecord(assessed)), PublicationPolicy(restricted=True)).values
    assert values["flow_region"] == {"kind": "intra_subregional", "bodies": ["AU", "AU-western"]}
    writer = csv_tables.open_writer(tmp_path, "quotes")
    writer.write(values)
    writer.close()
    assert {"ctdc.csv", "ctdc_limits.json"} <= {path.name for path in writer.files}
    rows = read(tmp_path / "ctdc.csv")
    assert list(rows[0]) == ["id", *CODEBOOK, "experimental_variables"]
    assert (rows[0]["id"], rows[0]["isForcedLabour"], rows[0]["gender"]) == ("a1", "1", "NULL")
    wide = read(tmp_path / "articles.csv")[0]
    assert (wide["flow_region"], wide["flow_bodies"]) == ("intra_subregional", "AU;AU-western")
    limits = json.loads((tmp_path / "ctdc_limits.json").read_text(encoding="utf-8"))
    assert "not a victim" in limits["unit"]


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
