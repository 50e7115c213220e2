"""Figures: numbers as English news writes them, what makes one a statistic, and known wrong ones.

Known figures circulate with a wrong label, or with no source that can be checked. `figures.yaml`
says how each is written, what it really was, on whose word, and what to write instead. When a
guideline is loaded each becomes matchers of the rule it names, with a message of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.records.errors import GuidelineError
from monitor.records.finding import Severity
from monitor.rules.rule_schema import (
    Clause,
    IsoDate,
    Matcher,
    Name,
    Rule,
    Slot,
    SourceEntry,
    Strict,
    Text,
)
from monitor.rules.yaml_files import line_of, read_yaml
from monitor.text.regular_expressions import late

_ONES = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT = {"thousand": ("k",), "million": ("m", "mn", "mln"), "billion": ("bn",)}
_NAMES = _SCALES | {short: _SCALES[name] for name, all_ in _SHORT.items() for short in all_}
_SPELT: dict[str, float] = {word: n for n, word in enumerate(_ONES)}
_SPELT |= {word: 10 * n for n, word in enumerate(_TENS, 2)}


@cache
def write_number(value: int) -> tuple[str, ...]:
    """Return the ways in which news writes a whole number.

    27,600,000 is also 27.6 million, 27.6m, 27.6mn and twenty-seven point six million.
    """
    ways = [f"{value:,}", str(value), f"{value:,}".replace(",", " ")]
    if value < 1000:
        ways.append(spell(value))
    for scale, size in _SCALES.items():
        if size <= value < 1000 * size and not (value * 10) % size:
            whole, tenth = divmod(value * 10 // size, 10)
            digits, words = f"{whole}.{tenth}" if tenth else str(whole), spell(whole)
            ways.append(f"{digits} {scale}")
            ways += [f"{digits}{short}" for short in _SHORT.get(scale, ())]
            ways.append(f"{words} point {_ONES[tenth]} {scale}" if tenth else f"{words} {scale}")
            if tenth == 5:
                ways.append(f"{words} and a half {scale}")
            if not tenth and words.partition(" ")[0] == "one":
                ways.append(f"a{words.removeprefix('one')} {scale}")
        if value * 2 == size:
            ways.append(f"half a {scale}")
    return tuple(dict.fromkeys(ways))


def write_range(low: int, high: int) -> tuple[str, ...]:
    """Return the ways in which news writes a range: between 1 and 3, from 1 to 3, 1-3."""
    pairs = [(first, last) for first in write_number(low) for last in write_number(high)]
    forms = ("between {} and {}", "from {} to {}", "{} to {}", "{}-{}")
    return tuple(dict.fromkeys(form.format(*pair) for pair in pairs for form in forms))


def write_money(value: int) -> tuple[str, ...]:
    """Return the ways in which news writes a sum of US dollars."""
    ways: list[str] = []
    for way in write_number(value):
        if way[0].isdigit():
            ways += [f"${way}", f"us${way}", f"usd {way}"]
        ways += [f"{way} dollars", f"{way} dollar", f"{way} us dollars"]
    return tuple(ways)


def spell(value: int) -> str:
    """Return a whole number under 1,000 in words, without "and"."""
    if value < len(_ONES):
        return _ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
    hundreds, rest = divmod(value, 100)
    return f"{_ONES[hundreds]} hundred" + (f" {spell(rest)}" if rest else "")


Unit = Literal["count", "share", "money"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in a text; shares ("62%", "nine in ten", "a third") are in per cent."""

    start: int
    end: int
    value: float
    unit: Unit


_SCALE = "|".join(sorted(_NAMES, key=len, reverse=True))
_WORD = "|".join(sorted(_SPELT, key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_MORE = rf"(?:[ -](?:{_WORD}|hundred|and a half)){{0,5}}"
_SURE = rf"(?:(?:{_DIGITS}|(?:{_WORD}){_MORE})(?:[ -]?(?:{_SCALE})\b)?)"
_AMOUNT = rf"(?:{_SURE}|(?:an?|half a){_MORE}(?:[ -](?:{_SCALE})\b)?)"
_PARTS = {"half": 50, "third": 100 / 3, "quarter": 25, "fifth": 20, "tenth": 10, "majority": 50}
_SHARE = rf"(?:(?:{_WORD}|a|the)[ -])?(?:{'|'.join(_PARTS)})s?(?= of\b)"
_QUANTITY = late(
    rf"(?<![\w.,])(?P<cash>(?:us)?[$€£] ?|(?:usd|eur|gbp) )?"
    rf"(?:(?P<part>{_AMOUNT}) (?:in|out of)(?: every)? (?P<whole>{_AMOUNT})(?!\w)"
    rf"|(?P<share>{_SHARE})"
    rf"|(?P<amount>{_AMOUNT})(?P<cent> ?%| ?per ?cent\b| ?pc\b)?"
    rf"(?P<coin>[ -](?:us )?(?:dollars?|pounds?|euros?)\b)?(?!\w))",
    re.IGNORECASE,
)


def find_quantities(text: str) -> Iterator[Quantity]:
    """Yield the amounts in a text in order of place; a bare "a" or "an" is none."""
    for match in _QUANTITY.finditer(text):
        start, end = match.span()
        if match["share"]:
            *count, part = re.split(r"[ -]", match["share"].lower())
            times = _SPELT.get(count[0], 1) if count else 1
            share = _PARTS[part if part in _PARTS else part.removesuffix("s")]
            yield Quantity(start, end, times * share, "share")
        elif match["part"]:
            some, whole = read_number(match["part"]), read_number(match["whole"])
            if some and whole and some <= whole:
                yield Quantity(start, end, 100 * some / whole, "share")
        elif (value := read_number(match["amount"])) is not None:
            unit: Unit = "money" if match["cash"] or match["coin"] else "count"
            yield Quantity(start, end, value, "share" if match["cent"] else unit)


def read_number(text: str) -> float | None:
    """Return the value of a number in digits or words ("27.6m", "a hundred thousand"), or None."""
    total, current, parts = 0.0, None, re.findall(r"\d[\d,.]*(?: \d{3})*|[a-z]+", text.lower())
    point = False
    for part in parts:
        known = _SPELT.get(part)
        if part[0].isdigit():
            current = float(re.sub("[ ,]", "", part.rstrip(".,")))
        elif part in _NAMES:
            total, current = total + (current if current is not None else 1) * _NAMES[part], 0.0
        elif part == "hundred":
            current = (current or 1) * 100
        elif part == "half":
            current = (current or 0) + 0.5
        elif known is not None:
            current = (current or 0) + (known / 10 if point else known)
        elif part not in ("a", "an", "and", "point"):
            return None
        point = part == "point"
    return None if current is None else total + current


_YEAR = late(r"(?<![\w.,$€£])(?:19[5-9]\d|20\d\d)(?:[-/]\d{2,4})?(?!\w|[.,]\d| (?:people|w))")


def find_years(text: str) -> Iterator[tuple[int, int]]:
    """Yield the calendar years from 1950 on that a text names ("in 2024", "2023-24")."""
    return (match.span() for match in _YEAR.finditer(text))


_BASE = late(
    rf"\b(?:(?:of|among|from|out of) (?:the |those |these |all |its |their )?(?P<n>{_SURE}) "
    r"(?:\w+ ){0,3}?(?:\w+s|people|men|women|children)\b"
    rf"|sample of (?:\w+ ){{0,2}}?{_SURE}"
    rf"|{_SURE} (?:\w+ ){{0,4}}?(?:interviewed|surveyed|sampled|polled|questioned|respondents))",
    re.IGNORECASE,
)


def find_bases(text: str) -> Iterator[tuple[int, int]]:
    """Yield what shares are shares of: "of the 312 people identified", "36 workers interviewed"."""
    for match in _BASE.finditer(text):
        counted = match["n"]
        if counted is None or (read_number(counted) or 0) > 1:
            yield match.span()


Whole = Annotated[int, Field(ge=0)]


class DatedSource(SourceEntry):
    """A source with the day on which it was looked at."""

    checked: IsoDate


class Form(Strict):
    """One way a figure is written: numbers or ranges with what they count, a sequence, phrases."""

    numbers: tuple[Whole, ...] = ()
    ranges: tuple[tuple[Whole, Whole], ...] = ()
    money: bool = False
    before: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    sequence: tuple[Slot, ...] = ()
    phrases: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [bool(self.numbers or self.ranges), bool(self.sequence), bool(self.phrases)]
        if sum(ways) != 1:
            raise ValueError("a form has numbers (or ranges), a sequence, or phrases")
        if (self.of or self.before or self.money) and not ways[0]:
            raise ValueError("'before', 'of' and 'money' go with numbers")
        return self


class Right(Strict):
    """The figure as its source gives it."""

    number: Text
    counts: Text
    year: Text
    kind: Text
    by: Text


class Figure(Strict):
    """A figure that is known to be wrong as it is usually given; `right` where there is one."""

    id: Name
    rule: Name
    claim: Text
    written: Annotated[tuple[Form, ...], Field(min_length=1)]
    needs: tuple[Clause, ...] = ()
    unless: tuple[Clause, ...] = ()
    severity: Severity | None = None
    fact: Text
    instead: Text
    right: Right | None = None
    sources: Annotated[tuple[DatedSource, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fact_gives_the_figure(self) -> Self:
        if self.right and self.right.number not in self.fact:
            raise ValueError(f"'fact' does not give the right figure, {self.right.number}")
        return self


class FigureFile(Strict):
    """`figures.yaml`."""

    figures: Annotated[tuple[Figure, ...], Field(min_length=1)]


def load_figures(file: Path, cache: Path | None = None) -> tuple[Figure, ...]:
    """Read `figures.yaml`, if there is one; raises `GuidelineError` with file, figure and line."""
    if not file.is_file():
        return ()
    figures = read_yaml(file, FigureFile, cache).figures
    seen: set[str] = set()
    for figure in figures:
        if figure.id in seen:
            raise _error(file, figure, "this id is taken")
        seen.add(figure.id)
    return figures


def with_figures(rules: Sequence[Rule], figures: Iterable[Figure], file: Path) -> list[Rule]:
    """Return the rules with the figures that name them in place of their `figures: true`.

    Raises `GuidelineError` for a figure whose rule does not take any, and for a rule that takes
    figures where none names it.
    """
    by_rule: dict[str, list[Matcher]] = {r.id: [] for r in rules if any(m.figures for m in r.match)}
    for figure in figures:
        if figure.rule not in by_rule:
            raise _error(file, figure, f"no rule '{figure.rule}' has 'figures: true'")
        by_rule[figure.rule] += _matchers(figure)
    if idle := sorted(name for name, made in by_rule.items() if not made):
        said = f"rule '{idle[0]}' has 'figures: true', and no figure names it"
        raise GuidelineError(f"{file}: {said}")
    filled = []
    for rule in rules:
        match = [m for m in rule.match if not m.figures] + by_rule.get(rule.id, [])
        filled.append(rule.model_copy(update={"match": match}) if rule.id in by_rule else rule)
    return filled


def _error(file: Path, figure: Figure, problem: str) -> GuidelineError:
    line = line_of(file, figure.rule, entry=figure.id)
    return GuidelineError(f"{file}, figure '{figure.id}', line {line}: {problem}")


def _matchers(figure: Figure) -> Iterator[Matcher]:
    """Yield the matchers of a figure, one for each way it is written."""
    for form in figure.written:
        write = write_money if form.money else write_number
        ways = [way for value in form.numbers for way in write(value)]
        ways += [way for low, high in form.ranges for way in write_range(low, high)]
        slots: list[Slot] = [list(slot) for slot in (form.before, ways, form.of) if slot]
        yield Matcher(
            phrases=list(form.phrases),
            sequence=list(form.sequence) or slots,
            severity=figure.severity,
            message=f"'{{match}}': {figure.fact}",
            why=figure.instead,
            sources=[SourceEntry(**s.model_dump(exclude={"checked"})) for s in figure.sources],
            needs=list(figure.needs),
            unless=list(figure.unless),
        )
