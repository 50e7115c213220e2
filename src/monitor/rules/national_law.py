"""What the law of a country says on identifying people, and whom its readers can call.

Only with a country is a law asserted or a number offered, and only what a source was seen to say:
a gap in the data is better than a section that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from monitor.labels.countries import country_name, parse_country
from monitor.records.errors import GuidelineError, UsageError
from monitor.records.finding import Citation, Finding, ScorecardItem
from monitor.rules.figures import DatedSource
from monitor.rules.findings import Checked, one_line
from monitor.rules.rule_schema import Concern, IsoDate, Rule, Strict, Text
from monitor.rules.yaml_files import line_of, read_yaml

COUNTRIES = "countries"
NOT_HELD = "We do not hold this country's law."
_AGREES: frozenset[Concern] = frozenset({"trafficking-victim", "sexual-offence-victim"})
"""Of whom a law may ask for consent to be named; a child's consent opens nothing."""
Sources = Annotated[tuple[DatedSource, ...], Field(min_length=1)]
Url = Annotated[str, Field(pattern=r"^https?://")]


class Law(Strict):
    """What one statute says, in our words; `under_age` is the age up to which it protects.

    `consent` is what it asks of consent to be named: in writing, from what age, whose. None of its
    sources could be read again since the day of `unchecked_since`.
    """

    concerns: Annotated[tuple[Concern, ...], Field(min_length=1)]
    states: Text
    consent: str = ""
    statute: Text
    section: str = ""
    area: str = ""
    under_age: Annotated[int, Field(gt=0, le=21)] | None = None
    unchecked_since: IsoDate | None = None
    sources: Sources


class Helpline(Strict):
    """A service that people can call; its sources were not read since `unchecked_since`."""

    name: Text
    numbers: Annotated[tuple[Text, ...], Field(min_length=1)]
    helps: Annotated[
        tuple[Literal["trafficking", "children", "violence", "abroad", "police"], ...],
        Field(min_length=1),
    ]
    hours: str = ""
    languages: str = ""
    url: Url | None = None
    unchecked_since: IsoDate | None = None
    sources: Sources


class Country(Strict):
    """`countries/xx.yaml`; `note` says what could not be confirmed."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    name: Text
    note: str = ""
    law: tuple[Law, ...] = ()
    helplines: tuple[Helpline, ...] = ()


def load_countries(path: Path, cache: Path | None = None) -> dict[str, Country]:
    """Read the countries of the guideline in folder `path`, by code, in order of name.

    Raises `GuidelineError` with file and line for an unknown or missing field, a code that is none,
    or a file called otherwise than its country.
    """
    found: list[Country] = []
    for file in sorted((path / COUNTRIES).glob("*.yaml")):
        found.append(read_yaml(file, Country, cache))
        code = found[-1].country
        try:
            name = f"{parse_country(code).lower()}.yaml"
        except UsageError as error:
            raise GuidelineError(f"{file}, line {line_of(file, code)}: {error}") from error
        if file.name != name:
            line = line_of(file, code)
            raise GuidelineError(f"{file}, line {line}: a file on {code} is called {name}")
    return {country.country: country for country in sorted(found, key=lambda c: c.name)}


def laws_for(country: Country, rule: Rule) -> list[Law]:
    """Return what the country's law says on the matter of a rule."""
    return [law for law in country.law if set(law.concerns) & set(rule.law)]


def consent_words(country: Country, rule: Rule) -> str:
    """Return that we hold nothing on consent, for a rule on adults, or no words."""
    asked = any(law.consent for law in laws_for(country, rule))
    if asked or not _AGREES.intersection(rule.law):
        return ""
    return f"We do not hold what the law of {country.name} asks of consent."


def unheld(code: str) -> Country:
    """Return a country of whose law and helplines we hold nothing."""
    return Country(country=code, name=country_name(code))


def in_country(checked: Checked, rules: Iterable[Rule], country: Country) -> Checked:
    """Return a result with the country's law in findings and its helplines in the scorecard."""
    by_id = {rule.id: rule for rule in rules}
    findings: list[Finding] = []
    for finding in checked.findings:
        laws = laws_for(country, by_id[finding.rule])
        consent = consent_words(country, by_id[finding.rule])
        cited = (Citation(s.title, s.section, s.url) for law in laws for s in law.sources)
        states = (law_sentence(law, country) for law in laws)
        why = "\n".join(filter(None, [finding.why, *states, consent]))
        sources = tuple(dict.fromkeys((*finding.sources, *cited))) if laws else finding.sources
        findings.append(replace(finding, why=why, sources=sources))
    scorecard: list[ScorecardItem] = []
    for item in checked.scorecard:
        rule, reason = by_id[item.item], item.reason
        said = [law_sentence(law, country) for law in laws_for(country, rule)]
        if rule.offers == "helplines" and country.helplines:
            lines = "; ".join(helpline_words(line) for line in country.helplines)
            said.append(f"In {country.name}: {lines}. Call before you print a number.")
        if item.met is False and said:
            reason = f"{reason}. {' '.join(said)}"
        scorecard.append(replace(item, reason=reason))
    return replace(checked, findings=tuple(findings), scorecard=tuple(scorecard))


def law_sentence(law: Law, country: Country) -> str:
    """Return where a law stands and what it says, fit to follow a reason."""
    place = f"{country.name} ({law.area})" if law.area else country.name
    cited = ", ".join(filter(None, (law.statute, law.section)))
    said = law_words(law.states, law.consent, law.unchecked_since)
    return f"{place}, {cited}: {said}"


def law_words(states: str, consent: str, unchecked_since: str | None) -> str:
    """Return what a law says, what it asks of consent, and since when nobody read it, on a line."""
    said = one_line(states)
    if consent:
        said = f"{said} Consent: {one_line(consent)}"
    return f"{said} ({unchecked_words(unchecked_since)})" if unchecked_since else said


def unchecked_words(day: str) -> str:
    """Return the mark of what could not be read again since a day."""
    return f"unchecked since {day}"


def helpline_words(line: Helpline) -> str:
    """Return a helpline in a few words: name, numbers, hours, languages."""
    spoken = f"in {line.languages}" if line.languages else ""
    unchecked = unchecked_words(line.unchecked_since) if line.unchecked_since else ""
    more = ", ".join(filter(None, (line.hours, spoken, unchecked)))
    return f"{line.name} {' or '.join(line.numbers)}{f' ({more})' if more else ''}"


def country_json(code: str, country: Country | None) -> dict[str, Any]:
    """Return which country's law was applied, and in `note` what is not known of it."""
    if country is None:
        return {"code": code, "name": country_name(code), "covered": False, "note": NOT_HELD}
    return {"code": code, "name": country.name, "covered": True, "note": one_line(country.note)}
