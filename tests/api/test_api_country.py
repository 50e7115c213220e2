"""`country` on the check routes: law and helplines, and nothing of a draft in what is refused."""

import re
from pathlib import Path

import httpx
import pytest

import serving
from monitor.api.check_routes import CheckedDocument
from monitor.api.rule_routes import RuleDetail
from monitor.app import Monitor
from monitor.labels.countries import country_codes
from monitor.settings import CheckSettings, Settings

DRAFT = "The girl, Maria Lopes, 14, was trafficked and found locked in the back room of the bar."
ACT = "Children's Act, 1998 (Act 560)"


def why(document: dict[str, object]) -> str:
    (finding,) = [f for f in document["findings"] if f["rule"] == "child-name-identified"]
    return finding["why"]


@pytest.mark.parametrize("code", ["GH", "gh"])
def test_the_law_of_the_country_is_told(client: httpx.Client, code: str) -> None:
    answer = client.post("/v1/check", json={"text": DRAFT, "country": code})
    document = answer.json()
    CheckedDocument.model_validate(document)
    told = {"code": "GH", "name": "Ghana", "covered": True, "note": ""}
    assert document["country"] == told
    assert ACT in why(document)


def test_the_same_for_a_file(client: httpx.Client) -> None:
    file = {"file": ("draft.txt", DRAFT.encode())}
    document = client.post("/v1/check/file", files=file, data={"country": "GH"}).json()
    CheckedDocument.model_validate(document)
    assert ACT in why(document)
    for data in ({}, {"country": ""}):
        document = client.post("/v1/check/file", files=file, data=data).json()
        assert "country" not in document
        assert "Act" not in why(document)


@pytest.mark.parametrize("fields", [{}, {"country": ""}])
def test_without_a_country_there_is_no_law(client: httpx.Client, fields: dict[str, str]) -> None:
    document = client.post("/v1/check", json={"text": DRAFT, **fields}).json()
    assert "country" not in document
    assert "Act" not in why(document)


@pytest.mark.parametrize(
    ("code", "name"),
    [("FR", "France"), ("NG", "Nigeria"), ("IN", "India"), ("AU", "Australia"), ("KW", "Kuwait")],
)
def test_that_the_law_of_a_country_is_not_held_is_said(
    client: httpx.Client, code: str, name: str
) -> None:
    document = client.post("/v1/check", json={"text": DRAFT, "country": code}).json()
    CheckedDocument.model_validate(document)
    note = "We do not hold this country's law."
    assert document["country"] == {"code": code, "name": name, "covered": False, "note": note}
    assert document["findings"] == client.post("/v1/check", json={"text": DRAFT}).json()["findings"]


@pytest.mark.parametrize("value", ["UK", "Ghana", "XX", "Maria Lopes, 14", 3, None, ["GH"]])
def test_what_is_no_country_is_refused_by_place(client: httpx.Client, value: object) -> None:
    answer = client.post("/v1/check", json={"text": DRAFT, "country": value})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["location"] == ["body", "country"]
    assert "Maria" not in answer.text


@pytest.mark.parametrize("values", [["UK"], ["Maria"], ["GH", "TH"]])
def test_a_form_with_no_such_country_is_refused(client: httpx.Client, values: list[str]) -> None:
    files = [("file", ("draft.txt", DRAFT.encode()))]
    answer = client.post("/v1/check/file", files=files, data={"country": values})
    assert answer.status_code == 422
    assert ["body", "country"] in [error["location"] for error in answer.json()["errors"]]
    assert "Maria" not in answer.text


def test_the_desk_may_have_a_country_of_its_own(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, check=CheckSettings(country="TH"))
    with (
        Monitor(settings) as monitor,
        serving.serve(monitor) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        own = client.post("/v1/check", json={"text": DRAFT}).json()
        other = client.post("/v1/check", json={"text": DRAFT, "country": "GH"}).json()
        none = client.post("/v1/check", json={"text": DRAFT, "country": ""}).json()
        page = client.get("/").text
    assert own["country"]["code"] == "TH"
    assert "Thailand" in why(own)
    assert "Ghana" in why(other)
    assert "Thailand" not in why(other)
    assert "country" not in none
    assert re.search(r'<option value="TH" data-note="What the Anti-[^"]*" selected>', page)


def test_every_country_can_be_chosen_on_the_page(client: httpx.Client) -> None:
    page = client.get("/").text
    held, others = page.split('<optgroup label="Law not held">')
    assert set(re.findall(r'<option value="([A-Z]{2})"', held)) == {
        *("GB", "GH", "LK", "PH", "TH", "TL", "US")
    }
    codes = re.findall(r'<option value="([A-Z]{2})" data-note="We do not hold', others)
    assert {"NG", "IN", "AU", "KW"} < set(codes)
    assert len(codes) == len(country_codes()) - 7


def test_rules_tell_of_consent_and_that_no_other_law_is_held(client: httpx.Client) -> None:
    rule = client.get("/v1/rules/adult-victim-named").json()
    RuleDetail.model_validate(rule)
    (british,) = [c for c in rule["countries"] if c["code"] == "GB"]
    assert "in writing" in british["law"][0]["consent"]
    page = client.get("/rules/adult-victim-named").text
    assert "Consent: The victim&#39;s, in writing" in page
    assert "We do not hold the law of any other country." in page
    assert "unchecked since 2026-11-25" in client.get("/rules/no-helpline").text
