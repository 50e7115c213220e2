"""A rule told to its readers: what it cannot do, what the law says, how often it was right.

Half of a rule's limits follow from how it is made and are written here once; a rule file adds what
only its author knows (`limits`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.rules.compiler import Guideline
from monitor.rules.findings import one_line, rule_json
from monitor.rules.measured_precision import Measured, measured_json
from monitor.rules.national_law import Country, laws_for
from monitor.rules.rule_reloading import InForce, rules_called
from monitor.rules.rule_schema import Rule

_KINDS: Mapping[str, str] = {
    "phrase": "It finds the wordings listed for it; the same thing said in other words is missed.",
    "tokens": "It finds patterns of words within one sentence; other ways to say it are missed.",
    "dependency": "It relies on a small language model's reading of the sentence, which is "
    "sometimes wrong.",
    "context": "It judges words by what stands around them; who or what they refer to can be "
    "mistaken where sentences are long or far apart.",
}
_DOCUMENT = (
    "It answers for the whole text, and only for texts of {words} words or more.",
    "It sees whether words that show the practice are there, not how well it is done.",
)
_QUOTES: Mapping[str, str] = {
    "flag": "Inside quotation marks it is flagged just the same.",
    "soften": "In what a speaker says it is a suggestion at most, and survivors speaking of "
    "themselves are left alone.",
    "skip": "What a speaker says is left alone.",
}
_SCOPES: Mapping[str, str] = {
    "headline": "It looks at headlines only.",
    "body": "It does not look at headlines and captions.",
    "caption": "It looks at captions and alternative texts only, as far as the format marks them.",
}


def describe_rule(
    guideline: Guideline, rule: Rule, *, countries: Mapping[str, Country], measured: Measured | None
) -> dict[str, Any]:
    """Return all there is to know of a rule, as data.

    To what `rule_json` has: `limits`, `figures` (known ones that it finds), `countries` (law on its
    matter, and helplines where it offers them), `measured`.
    """
    figures = []
    for figure in guideline.figures:
        if figure.rule == rule.id:
            fact = one_line(figure.fact)
            figures.append(
                {
                    **figure.model_dump(include={"id", "claim", "right"}, by_alias=True),
                    "fact": fact[:1].upper() + fact[1:],
                    "instead": one_line(figure.instead),
                    "sources": [source.model_dump() for source in figure.sources],
                }
            )
    told = []
    for country in countries.values():
        law = [each.model_dump(exclude={"concerns"}) for each in laws_for(country, rule)]
        lines = country.helplines if rule.offers == "helplines" else ()
        # that a law was looked for in vain is something: the country is there with its note
        if law or lines or (rule.law and country.note):
            place = {"code": country.country, "name": country.name, "note": one_line(country.note)}
            told.append({**place, "law": law, "helplines": [line.model_dump() for line in lines]})
    return {
        **rule_json(guideline, rule),
        "limits": list(_limits(guideline, rule)),
        "figures": figures,
        "countries": told,
        "measured": measured_json(guideline, rule.id, measured),
    }


def describe_ruled(in_force: InForce, name: str) -> dict[str, Any] | None:
    """Return all there is to know of the first rule called so, if any; `also` names the others."""
    found = rules_called(in_force.guidelines, name)
    if not found:
        return None
    (guideline, rule), *others = found
    ruling = next(one for one in in_force.rulings if one.guideline is guideline)
    countries, measured = ruling.countries, ruling.measured
    said = describe_rule(guideline, rule, countries=countries, measured=measured)
    return {**said, "also": [f"{of.id}/{other.id}" for of, other in others]}


def rules_json(in_force: InForce) -> list[dict[str, Any]]:
    """Return every rule of the guidelines in force, as data."""
    return [rule_json(of, rule) for of in in_force.guidelines for rule in of.rules]


def _limits(guideline: Guideline, rule: Rule) -> Iterator[str]:
    yield from map(one_line, rule.limits)
    if rule.kind in _KINDS:
        yield _KINDS[rule.kind]
    if rule.check:
        yield _DOCUMENT[0].format(words=rule.check.min_words)
        yield _DOCUMENT[1]
    else:
        yield _QUOTES[rule.quotes]
    if rule.scope in _SCOPES:
        yield _SCOPES[rule.scope]
    if rule.gate != "none":
        short = guideline.about.topic.short_words
        yield (
            "It is silent in texts that do not show that they are about trafficking; a text under "
            f"{short} words must only not show another topic."
        )
