"""`country` on the check routes: law and helplines, and nothing of a draft in what is refused."""

from pathlib import Path

import httpx
import pytest

import serving
from monitor.api.check_schemas import CheckedDocument
from monitor.config import CheckSettings, Settings
from monitor.core import Monitor

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
    assert document["country"] == {"code": "GH", "name": "Ghana", "covered": True}
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


def test_a_country_nothing_is_known_of_is_said_to_be_one(client: httpx.Client) -> None:
    document = client.post("/v1/check", json={"text": DRAFT, "country": "FR"}).json()
    CheckedDocument.model_validate(document)
    assert document["country"] == {"code": "FR", "name": "France", "covered": False}
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
    assert '<option value="TH" selected>' in page
