"""Publication policy: what of a record may be given away, decided once for all files.

`full` has the text; `quotes` the words that a tag or finding points at, together no more than a
share of the text; `none` offsets only. Of an article whose publisher reserves text mining no more
is given than `none`, unless who exports says to have the right. Unless the export is `restricted`,
anybody may read it: `identification_risk.py` takes out what identifies people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.export.columns import TextDegree
from monitor.export.copyright_cap import QuotationBudget
from monitor.export.identification_risk import Deidentification, DisclosureRules
from monitor.export.k_anonymity import generalised
from monitor.export.record import spans_of
from monitor.records.finding import SEVERITIES
from monitor.records.hidden_names import Shown

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublicationPolicy:
    """How much is given, and to whom: to anybody, unless it is `restricted`.

    `quote_share` of an article's text and `quote_words` cap what `quotes` give, whichever is less.
    """

    text: TextDegree = "quotes"
    include_reserved: bool = False
    restricted: bool = False
    quote_share: float = 0.10
    quote_words: int = 90


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
    guard = None if policy.restricted else guard or DisclosureRules()
    harm = Deidentification(record, shown, guard)
    withheld = harm.withheld
    reserved = record["mining"] == "reserved" and not policy.include_reserved
    withheld["reserved"] = int(reserved and policy.text != "none")
    withheld["expired"] = int("expired" in record)
    if harm.key:
        return Published({**generalised(record), "id": harm.key["id"]}, +withheld, harm.key)
    values = harm.spared()
    budget = QuotationBudget(harm.words, policy.quote_share, policy.quote_words)
    text: TextDegree = "none" if reserved else policy.text
    title = values["title"]
    if title is not None and text != "full" and not budget.take_said(title):
        values["title"] = None
        withheld["titles"] += 1
    _grant(values, text, budget, harm)
    if text == "full":
        values["text"] = harm.veil.field("text")
    else:
        del values["text"]
    return Published(harm.veiled(values), +withheld)


def _grant(
    values: Values, text: TextDegree, budget: QuotationBudget, harm: Deidentification
) -> None:
    """Take out what a degree of text does not give of the names, spans and words about them."""
    withheld = harm.withheld

    def kept(told: Sequence[str]) -> list[str]:
        """Return what repeats no more of the text than may be quoted; count the rest."""
        may = [one for one in told if text == "full" or budget.take_said(one)]
        withheld["statements"] += len(told) - len(may)
        return may

    for key in ("authors", "categories"):
        values[key] = kept(values[key])
    # words are granted to the worst findings first, then to the surest tags
    findings, tags = list(values["findings"]), list(values["tags"])
    findings.sort(key=lambda f: (SEVERITIES.index(f["severity"]), f["start"]))
    tags.sort(key=lambda t: (-t["score"], t["scheme"], t["label"], t.get("role") or ""))
    ranked = {"findings": findings, "tags": tags, "scorecard": values["scorecard"]}
    for span in spans_of(ranked):
        if span["field"] == "title":
            given = values["title"] is not None
        else:
            given = text in ("none", "full") or budget.take(span["start"], span["end"])
        if text == "none" or not given:
            del span["match"]
            withheld["quotes"] += text != "none"
    prose = [(one, name) for one in findings for name in ("message", "why", "suggestions")]
    for item, name in (*prose, *((one, "reason") for one in values["scorecard"])):
        if text == "none":
            del item[name]
            continue
        told = [item[name]] if isinstance(item[name], str) else item[name]
        safe = [one for one in told if not harm.points_out(one)]
        withheld["beside_identification"] += len(told) - len(safe)
        said = kept(safe)
        if told is item[name]:
            item[name] = said
        elif not said:
            del item[name]
