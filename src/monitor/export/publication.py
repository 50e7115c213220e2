"""Publication policy: what of a record may be given away, decided once for all files.

Three degrees of text: `full` has it; `quotes` has none but the words that a tag or finding points
at (`match`) and what is said about them, all together no more than a share of the text; `none` has
offsets only. The headline names the article, as the address does, and is given as far as it does
not repeat more of the text than may be quoted. Of an article whose publisher reserves text mining
no more is given than `none`, unless who exports says to have the right.

Who may read it: anybody, unless the export is `restricted`. For anybody `identification_risk.py`
takes out what identifies people; of a withheld article only the values that `k_anonymity.py`
releases are given. Whatever is kept back is counted by kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.export.columns import TextDegree
from monitor.export.copyright_cap import QuotationBudget
from monitor.export.identification_risk import Deidentification, DisclosureRules
from monitor.export.k_anonymity import generalised
from monitor.export.record import spans_of
from monitor.records.finding import SEVERITIES
from monitor.records.hidden_names import Shown

QUOTE_SHARE, QUOTE_WORDS = 0.10, 90
_PROSE = ("message", "why", "suggestions")
"""What a finding says of the article's words."""

Key = tuple[str, int, int]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublicationPolicy:
    """How much is given, and to whom: to anybody, unless it is `restricted`.

    `quote_share` of an article's text and `quote_words` cap what `quotes` give, whichever is less.
    """

    text: TextDegree = "quotes"
    include_reserved: bool = False
    restricted: bool = False
    quote_share: float = QUOTE_SHARE
    quote_words: int = QUOTE_WORDS


@dataclass(frozen=True, slots=True)
class Published:
    """A record as it may be given away, and what was kept back of it, counted by kind.

    `reserved` and `expired` count articles; `quotes`, `statements` and `titles` what repeats more
    of the text than may be quoted: spans, strings about the article, headlines;
    `identification_risk.py` names its own. `key` is the line of the key file where the article's
    name was withheld: then it is one of `k`, and its counts are not told.
    """

    values: Values
    withheld: Counter[str] = field(default_factory=Counter)
    key: Values | None = None


def publish(
    record: Mapping[str, Any],
    policy: PublicationPolicy,
    shown: Shown | None = None,
    guard: DisclosureRules | None = None,
) -> Published:
    """Return what may be given away of a canonical record, which stays as it is.

    `shown` says which names are hidden; without it nobody looked, and no words are given unless the
    export is restricted.
    """
    harm = Deidentification(
        record, shown, None if policy.restricted else guard or DisclosureRules()
    )
    withheld = harm.withheld
    reserved = record["mining"] == "reserved" and not policy.include_reserved
    withheld["reserved"] = int(reserved and policy.text != "none")
    withheld["expired"] = int("expired" in record)
    if line := harm.key():
        return Published({**generalised(record), "id": line["id"]}, +withheld, line)
    text: TextDegree = "none" if reserved else policy.text
    values = harm.spared()
    budget = QuotationBudget(harm.words, policy.quote_share, policy.quote_words)
    granted = _Granted(text, budget, withheld)
    granted.name(values)
    granted.quote(values)
    granted.say(values, harm.points_out)
    if text == "full":
        values["text"] = harm.veil.field("text")
    else:
        del values["text"]
    return Published(harm.veiled(values), +withheld)


class _Granted:
    """Takes out of a record the words that its degree of text does not give."""

    def __init__(self, text: TextDegree, budget: QuotationBudget, withheld: Counter[str]) -> None:
        self._text = text
        self._budget = budget
        self._withheld = withheld

    def name(self, values: Values) -> None:
        """Take out a headline, and what else names an article, that repeats too much of it."""
        if values["title"] is not None and not self._may(values["title"]):
            values["title"] = None
            self._withheld["titles"] += 1
        for key in ("authors", "categories"):
            values[key] = self._kept(values[key])

    def quote(self, values: Values) -> None:
        """Take out the words that spans may not give: worst findings first, then surest tags."""
        allowed: set[Key] = set()
        for span in spans_of(_ranked(values)) if self._text != "none" else ():
            if span["field"] == "title":
                given = values["title"] is not None
            else:
                given = self._text == "full" or self._budget.take(span["start"], span["end"])
            if given:
                allowed.add(_key(span))
            else:
                self._withheld["quotes"] += 1

        def located(span: Mapping[str, Any]) -> Values:
            hidden = _key(span) not in allowed
            return {key: value for key, value in span.items() if not (hidden and key == "match")}

        values["findings"] = list(map(located, values["findings"]))
        for key in ("tags", "scorecard"):
            values[key] = [
                {**item, "evidence": list(map(located, item["evidence"]))} for item in values[key]
            ]

    def say(self, values: Values, points_out: Callable[[str], bool]) -> None:
        """Take out what is said of the article's words and repeats too much, or points out."""
        for finding in _ranked(values)["findings"]:
            for name in _PROSE:
                self._say(finding, name, points_out)
        for item in values["scorecard"]:
            self._say(item, "reason", points_out)

    def _say(self, item: Values, name: str, points_out: Callable[[str], bool]) -> None:
        if self._text == "none":
            del item[name]
            return
        said = item[name]
        whole = [said] if isinstance(said, str) else said
        safe = [one for one in whole if not points_out(one)]
        self._withheld["beside_identification"] += len(whole) - len(safe)
        kept = self._kept(safe)
        if not isinstance(said, str):
            item[name] = kept
        elif not kept:
            del item[name]

    def _kept(self, strings: Iterable[str]) -> list[str]:
        told = list(strings)
        kept = [one for one in told if self._may(one)]
        self._withheld["statements"] += len(told) - len(kept)
        return kept

    def _may(self, said: str) -> bool:
        return self._text == "full" or self._budget.take_said(said)


def _ranked(values: Mapping[str, Any]) -> Values:
    """Return findings, tags and scorecard in the order in which words are granted."""
    findings = sorted(
        values["findings"], key=lambda f: (SEVERITIES.index(f["severity"]), f["start"])
    )
    tags = sorted(
        values["tags"], key=lambda t: (-t["score"], t["scheme"], t["label"], t.get("role") or "")
    )
    return {"findings": findings, "tags": tags, "scorecard": values["scorecard"]}


def _key(span: Mapping[str, Any]) -> Key:
    return span["field"], span["start"], span["end"]
