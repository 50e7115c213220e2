"""Law and helplines by country: strict data, told only where they were asked for."""

import shutil
from pathlib import Path

import pytest

from monitor.records.errors import GuidelineError
from monitor.rules.checker import check_document
from monitor.rules.loading import load_guideline
from monitor.rules.national_law import (
    COUNTRIES,
    helpline_words,
    in_country,
    law_sentence,
    laws_for,
    load_countries,
)
from monitor.rules.rule_descriptions import describe_rule
from monitor.text.document import Document

THB = Path(__file__).resolve().parents[2] / "guidelines" / "thb-en"
NAMED = "The girl, Maria Lopes, 14, was trafficked and found locked in the back room of the bar."
GHANA = """\
country: GH
name: Ghana
law:
  - concerns: [child-victim]
    under_age: 18
    states: No child is named.
    statute: An Act
    section: section 1
    sources:
      - {title: T, section: S, url: "https://example.org", role: states, checked: "2026-11-25"}
helplines:
  - name: A line
    numbers: ["1"]
    helps: [children]
    sources:
      - {title: T, section: S, url: "https://example.org", role: states, checked: "2026-11-25"}
"""


@pytest.fixture(scope="module")
def guideline():
    return load_guideline(THB)


@pytest.fixture(scope="module")
def countries():
    return load_countries(THB)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / COUNTRIES).mkdir()
    (tmp_path / COUNTRIES / "gh.yaml").write_text(GHANA)
    return tmp_path


def checked(guideline, text):
    return check_document(guideline, Document(text, language="en"))


def test_the_first_seven_are_there(countries):
    assert set(countries) == {"GH", "TH", "TL", "GB", "US", "LK", "PH"}
    for country in countries.values():
        assert country.law or country.note
        assert country.helplines
        for entry in (*country.law, *country.helplines):
            assert entry.sources
            assert all(source.checked >= "2026-11-25" for source in entry.sources)


def test_a_number_is_given_only_where_a_source_states_it(countries):
    for country in countries.values():
        for line in country.helplines:
            assert any(source.role == "states" for source in line.sources), line.name


def test_a_law_that_was_not_read_says_so(countries):
    for country in countries.values():
        for law in country.law:
            if all(source.role == "supports" for source in law.sources):
                assert "could not be read" in law.states, law.statute


WHOM = {
    "trafficking-victim": "victim",
    "sexual-offence-victim": "victim",
    "child-victim": "victim",
    "child-witness": "witness",
    "child-defendant": "the accused",
}
"""Who each concern is about, as a sentence says it to a reporter."""


def test_each_sentence_says_whom_it_protects(countries):
    for country in countries.values():
        for law in country.law:
            whom = {WHOM[concern] for concern in law.concerns if concern in WHOM}
            silent = [word for word in whom if word not in law.states]
            assert not silent, (country.country, law.statute, silent)
            assert "against whom" not in law.states, law.statute  # is that the accused?


def test_british_law_hides_the_victim_and_says_whose_consent_counts(countries):
    law = countries["GB"].law[0]
    assert "victim of trafficking" in law.states
    assert "does not protect the accused" in law.states
    for part in ("The victim's", "in writing", "16"):
        assert part in law.consent
    said = law_sentence(law, countries["GB"])
    assert f"{law.states} Consent: The victim's, in writing" in said


def test_the_philippines_protect_the_victim_and_no_longer_the_accused(countries):
    first = countries["PH"].law[0]
    assert first.section == "section 7"
    assert "no longer covers the accused" in first.states.replace("\n", " ")
    assert "in writing" in first.consent
    assert any("1343" in line.numbers for line in countries["PH"].helplines)


def test_what_could_not_be_read_again_is_marked_wherever_it_is_told(guideline, folder):
    file = folder / COUNTRIES / "gh.yaml"
    day = '    unchecked_since: "2026-11-20"\n'
    consent = "    consent: In writing.\n"
    text = GHANA.replace("    statute:", f"{consent}{day}    statute:")
    file.write_text(text.replace("    helps:", f"{day}    helps:"))
    ghana = load_countries(folder)["GH"]
    plain = checked(guideline, NAMED)
    told = in_country(plain, guideline.rules, ghana)
    (finding,) = [f for f in told.findings if f.rule == "child-name-identified"]
    said = "No child is named. Consent: In writing. (unchecked since 2026-11-20)"
    assert finding.why.endswith(said)
    assert helpline_words(ghana.helplines[0]) == "A line 1 (unchecked since 2026-11-20)"
    rule = next(rule for rule in guideline.rules if rule.id == "child-name-identified")
    shown = describe_rule(guideline, rule, countries={"GH": ghana}, measured=None)
    (law,) = shown["countries"][0]["law"]
    assert (law["consent"], law["unchecked_since"]) == ("In writing.", "2026-11-20")


def test_helplines_that_nobody_called_again_say_so(guideline, countries):
    lacking = next(r for r in guideline.rules if r.id == "no-helpline").examples.bad[0]
    told = in_country(checked(guideline, lacking), guideline.rules, countries["GH"])
    assert "unchecked since 2026-11-25" in _item(told, "no-helpline").reason
    told = in_country(checked(guideline, lacking), guideline.rules, countries["PH"])
    assert "1343 (day and night)" in _item(told, "no-helpline").reason


def test_good_data_loads(folder):
    assert load_countries(folder)["GH"].law[0].under_age == 18


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("    states:", "    stated: x\n    states:", ["line 6", "unknown field 'stated'"]),
        ("    statute: An Act\n", "", ["'statute' is missing"]),
        ("[child-victim]", "[child-actor]", ["line 4", "concerns"]),
        ('"1"', "", ["line 13", "numbers"]),
        ("country: GH", "country: UK", ["line 1", "'UK'", "is GB"]),
        ("country: GH", "country: XX", ["line 1", "'XX'"]),
        ("country: GH", "country: TH", ["line 1", "th.yaml"]),
        ("country: GH", "country: Ghana", ["line 1", "country"]),
        ("under_age: 18", "under_age: 180", ["line 5", "under_age"]),
        ("    states:", "    consents: yes\n    states:", ["line 6", "unknown field 'consents'"]),
        ("    states:", "    unchecked_since: 1.5.26\n    states:", ["line 6", "1.5.26"]),
    ],
)
def test_a_wrong_file_names_itself_and_the_line(folder, before, after, named):
    assert GHANA.count(before) == 1
    (folder / COUNTRIES / "gh.yaml").write_text(GHANA.replace(before, after))
    with pytest.raises(GuidelineError) as caught:
        load_countries(folder)
    assert "gh.yaml" in str(caught.value)
    assert [part for part in named if part not in str(caught.value)] == [], str(caught.value)


@pytest.mark.parametrize("part", ["law", "helplines"])
def test_without_a_source_nothing_is_told(folder, part):
    head, _, tail = GHANA.partition(f"{part}:\n")
    lines = tail.splitlines(keepends=True)
    cut = next(n for n, line in enumerate(lines) if line.startswith("    sources"))
    (folder / COUNTRIES / "gh.yaml").write_text(
        f"{head}{part}:\n{''.join(lines[:cut])}{''.join(lines[cut + 2 :])}"
    )
    with pytest.raises(GuidelineError, match="'sources' is missing"):
        load_countries(folder)


def test_a_finding_on_naming_gets_the_law_and_where_it_stands(guideline, countries):
    plain = checked(guideline, NAMED)
    told = in_country(plain, guideline.rules, countries["GH"])
    (before,) = [f for f in plain.findings if f.rule == "child-name-identified"]
    (after,) = [f for f in told.findings if f.rule == "child-name-identified"]
    assert after.why.startswith(before.why)
    assert "Ghana, Children's Act, 1998 (Act 560), section 39: Nothing may be" in after.why
    assert "Juvenile Justice" not in after.why  # which is about the accused
    assert after.sources[: len(before.sources)] == before.sources
    assert any("Act 694" in source.title for source in after.sources)


def test_other_findings_stay_as_they_are(guideline, countries):
    plain = checked(guideline, "The two child prostitutes were found by human traffickers.")
    assert plain.findings
    assert in_country(plain, guideline.rules, countries["GH"]) == plain


def test_without_a_country_no_law_is_asserted_and_no_number_offered(guideline, countries):
    words = {law.statute for country in countries.values() for law in country.law}
    numbers = {n for c in countries.values() for line in c.helplines for n in line.numbers}
    for rule in guideline.rules:
        said = " ".join(
            [rule.message, rule.why, *(rule.check.reasons.values() if rule.check else ())]
        )
        assert not [word for word in words | numbers - {"112", "1300", "1929"} if word in said], (
            rule.id
        )


def test_the_scorecard_offers_helplines_where_there_are_none(guideline, countries):
    rule = next(rule for rule in guideline.rules if rule.id == "no-helpline")
    lacking, having = rule.examples.bad[0], rule.examples.good[0]
    item = _item(checked(guideline, lacking), "no-helpline")
    assert item.met is False
    for code, number in {"GH": "0800 800 800", "US": "1-888-373-7888", "TL": "112"}.items():
        told = in_country(checked(guideline, lacking), guideline.rules, countries[code])
        said = _item(told, "no-helpline")
        assert said.met is False
        assert number in said.reason
        assert said.reason.startswith(item.reason)
    text = f"{having.context}\n\n{having.text}"
    met = in_country(checked(guideline, text), guideline.rules, countries["GH"])
    assert "0800" not in _item(met, "no-helpline").reason


def _item(result, name):
    return next(item for item in result.scorecard if item.item == name)


def test_rules_on_identifying_people_name_the_law(guideline, countries):
    about = {rule.id for rule in guideline.rules if rule.law}
    assert about >= {
        *("child-name-identified", "child-jigsaw", "defendant-child-kinship"),
        *("child-photo-caption", "adult-victim-named", "child-consent-law-missing"),
    }
    for rule in guideline.rules:
        if "child-victim" in rule.law:
            assert laws_for(countries["GB"], rule)


def test_the_stamp_covers_countries_and_not_measurements(tmp_path):
    folder = tmp_path / "thb-en"
    shutil.copytree(THB, folder)
    before = load_guideline(folder).stamp
    (folder / "measured.json").write_text("{}")
    assert load_guideline(folder).stamp == before
    (folder / COUNTRIES / "gh.yaml").write_text(GHANA)
    assert load_guideline(folder).stamp != before
