"""`--country` and `[check] country` as they are typed and set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk import Desk

DRAFT = b"The girl, Maria Lopes, 14, was trafficked and found locked in the back room of the bar.\n"


def why(out: str) -> str:
    (document,) = json.loads(out)["documents"]
    (finding,) = [f for f in document["findings"] if f["rule"] == "child-name-identified"]
    text: str = finding["why"]
    return text


def test_a_country_brings_its_law(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    plain = desk.type("check", "-", "--format", "json", stdin=DRAFT)
    told = desk.type("check", "-", "--format", "json", "--country", "GH", stdin=DRAFT)
    assert (plain.err, told.err) == ("", "")
    assert "Ghana" not in plain.out
    assert "Children's Act, 1998 (Act 560), section 39" in why(told.out)
    assert json.loads(told.out)["documents"][0]["country"]["code"] == "GH"
    text = desk.type("check", "-", "--country", "GH", stdin=DRAFT).out
    assert "section 39" in text
    assert "mobile.ghanaweb.com" in text


def test_the_setting_and_what_beats_it(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('[check]\ncountry = "TH"\n', encoding="utf-8")
    desk = Desk(tmp_path)
    assert "Thailand" in desk.type("check", "-", stdin=DRAFT).out
    assert "Ghana" in desk.type("check", "-", stdin=DRAFT, MONITOR_CHECK_COUNTRY="GH").out
    given = desk.type("check", "-", "--country", "LK", stdin=DRAFT, MONITOR_CHECK_COUNTRY="GH").out
    assert "Sri Lanka" in given
    assert "Ghana" not in given
    assert "Thailand" not in desk.type("check", "-", "--country", "", stdin=DRAFT).out


@pytest.mark.parametrize("value", ["UK", "Ghana", "XX"])
def test_what_is_no_country_is_named(tmp_path: Path, value: str) -> None:
    desk = Desk(tmp_path)
    said = desk.refuses("check", "-", "--country", value, stdin=DRAFT)
    assert f"'{value}' is no ISO 3166-1 alpha-2 country code" in said
    said = desk.refuses("check", "-", stdin=DRAFT, MONITOR_CHECK_COUNTRY=value)
    assert f"'check.country': '{value}' is no ISO" in said


def test_a_country_nothing_is_known_of(tmp_path: Path) -> None:
    said = Desk(tmp_path).type("check", "-", "--format", "json", "--country", "FR", stdin=DRAFT)
    assert said.code == 0
    assert said.err.startswith("France: we do not hold this country's law (held: GB, GH, ")
    assert json.loads(said.out)["documents"][0]["country"]["covered"] is False
    assert "France" not in why(said.out)


def test_a_rule_is_told_with_consent_and_what_is_unchecked(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    said = desk.type("guidelines", "show", "adult-victim-named").out
    assert "Consent: The victim's, in writing" in said
    assert "We do not hold the law of any other country." in said
    assert "unchecked since 2026-11-25" in desk.type("guidelines", "show", "no-helpline").out


def test_a_digest_tells_of_the_country_of_the_desk(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    plain, told = desk.type("digest"), desk.type("digest", MONITOR_CHECK_COUNTRY="tl")
    assert "is not measured" not in plain.out
    assert told.out.count("How well English articles about ") == 1
    found = json.loads(desk.type("digest", "--format", "json", MONITOR_CHECK_COUNTRY="tl").out)
    assert found["coverage"]["unmeasured_countries"] in (None, ["TL"])
