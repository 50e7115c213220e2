"""De-identification of public exports: who the people are that an article identifies.

Findings of rules on identification are left out, with every other place that touches their words.
Hidden names are struck out of every string. An article that points somebody out is withheld
(`k_anonymity.py`). Ids made of addresses, and reviewers' names, become such as need the desk's
secret.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from secrets import token_hex
from typing import Any

from monitor.export.copyright_cap import NumberedWords
from monitor.export.record import spans_of
from monitor.export.redaction import NameRedaction
from monitor.records.finding import FieldName
from monitor.records.hidden_names import Shown

Values = dict[str, Any]
_ID = 16


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """What must be known before anything is given to anybody; never told itself.

    Findings of `identifying` rules are left out, `judges` are the guidelines (ids) that have those
    rules in full force, `asked` the words that the articles were searched by; `secret` makes ids
    that nobody can compute from an address. What is found by a guideline that is not `known`, such
    as one that was in force when an earlier export was made, may be on identification: it counts
    as that. `None`: all are known.
    """

    identifying: frozenset[str] = frozenset()
    judges: frozenset[str] = frozenset()
    asked: str = ""
    secret: str = field(default_factory=token_hex, repr=False, compare=False)
    known: frozenset[str] | None = None


class Deidentification:
    """Takes out of a record what points out people; nothing without a `guard`.

    `withheld` counts: `identification_findings`; `beside_identification` (places and statements
    that touch their words); `names` (places of hidden names; files and categories with one);
    `addresses` (articles whose name is withheld); `untold` (articles of which no name can be told);
    `query_names` (articles that hide a name that was searched for); `outlet_names` (articles whose
    outlet has a hidden name). `key` is the line of the key file of an article that identifies
    somebody, so that what leads to it is withheld.
    """

    def __init__(
        self, record: Mapping[str, Any], shown: Shown | None, guard: DisclosureRules | None
    ) -> None:
        self._record = record
        self._open = guard is None
        self._secret = guard.secret if guard else ""
        self.withheld: Counter[str] = Counter()
        self.key: Values | None = None
        self._identifying: list[Values] = []
        self._byline_tells = guard is not None and shown is not None and shown.byline_tells
        # whether nobody can tell the names of this article, so that no words of it are given
        untold = guard is not None and (shown is None or bool(shown.withheld))
        fields: dict[FieldName, str] = {"title": record["title"], "text": record["text"]}
        spans = () if guard is None or untold or shown is None else shown.spans
        self.veil = NameRedaction(fields, spans)
        if guard is None:
            return
        self._identifying = [
            one
            for one in record["findings"]
            if one["rule"] in guard.identifying
            or not (guard.known is None or one["guideline"] in guard.known)
        ]
        # Whether no guideline that can tell has said whether somebody is identified. Not by its
        # stamps: a guideline has one too where it failed, or does not know the language.
        judged = {one["guideline"] for one in (*record["findings"], *record["scorecard"])}
        unjudged = judged.isdisjoint(guard.judges)
        # Elsewhere than on the subject most hidden names are hidden to be safe: of presidents too.
        words = (record, record["judged"] or record)
        off = all(one["relevant"] is False and not one["borderline"] for one in words)
        nameless = (
            untold
            or shown is None
            or shown.link_tells
            or (not off and self.veil.stands_in(record["url"]))
            or any(finding["severity"] != "suggestion" for finding in self._identifying)
            or (unjudged and bool(shown.spans))
        )
        if nameless:
            named = {name: record[name] for name in ("url", "title", "sha256")}
            self.key = {"id": self._keyed("article", record["id"]), **named}
        outlet = record["outlet"]
        self.withheld.update(
            identification_findings=len(self._identifying),
            names=sum(map(len, self.veil.hidden.values())),
            addresses=int(nameless),
            untold=int(untold),
            unjudged=int(nameless and not untold and unjudged),
            outlet_names=int(self.veil.byline(outlet) != outlet),
            query_names=int(bool(guard.asked) and self.veil.is_asked_for(guard.asked)),
        )

    @cached_property
    def words(self) -> NumberedWords:
        """The words of the article's text."""
        return NumberedWords(self._record["text"])

    def spared(self) -> Values:
        """Return a copy of the record without findings and places on identification."""

        def beside(spans: Iterable[Values]) -> list[Values]:
            """Return copies of those that touch no words on identification; count the others."""
            every = list(spans)
            kept = [
                dict(one)
                for one in every
                if not any(
                    one["field"] == other["field"]
                    and one["start"] < other["end"]
                    and other["start"] < one["end"]
                    for other in self._identifying
                )
            ]
            self.withheld["beside_identification"] += len(every) - len(kept)
            return kept

        others = (one for one in self._record["findings"] if one not in self._identifying)
        values = {**self._record, "findings": beside(others)}
        for key in ("tags", "scorecard"):
            values[key] = [{**one, "evidence": beside(one["evidence"])} for one in values[key]]
        return values

    def points_out(self, said: str) -> bool:
        """Whether a string about the article repeats words by which somebody is identified."""
        for words, identifying in self._identifying_words:
            if words.repeated_by(said) & identifying:
                return True
            for places in words.quoted_by(said):
                if any(not identifying.isdisjoint(place) for place in places):
                    return True
        return False

    @cached_property
    def _identifying_words(self) -> list[tuple[NumberedWords, set[int]]]:
        found = []
        for name in ("title", "text"):
            spans = [one for one in self._identifying if one["field"] == name]
            words = self.words if name == "text" else NumberedWords(self._record["title"])
            if numbers := {n for one in spans for n in words.within(one["start"], one["end"])}:
                found.append((words, numbers))
        return found

    def veiled(self, values: Values) -> Values:
        """Return spared values without hidden names, and with ids that lead nowhere."""
        if self._open:
            return values
        veil = self.veil
        values["title"] = values["title"] and veil.field("title")
        for key in ("authors", "categories", "enclosures") if self._byline_tells else ():
            self.withheld["names"] += len(values[key])
            values[key] = []
        values["authors"] = list(map(veil.byline, values["authors"]))
        values["outlet"] = veil.byline(values["outlet"])
        values["categories"] = list(map(veil.said, values["categories"]))
        for key in ("categories", "enclosures"):  # in the way that addresses write a name
            some = values[key]
            links = key == "enclosures"
            values[key] = [o for o in some if not veil.stands_in(o["url"] if links else o)]
            self.withheld["names"] += len(some) - len(values[key])
        for one in (*spans_of(values), *values["scorecard"]):
            if "match" in one:
                one["match"] = veil.field(one["field"], one["start"], one["end"])
            for name in one.keys() & {"message", "why", "reason"}:
                one[name] = veil.said(one[name])
            if "suggestions" in one:
                one["suggestions"] = list(map(veil.said, one["suggestions"]))
        provenance = values["provenance"] = dict(values["provenance"])
        if veil.stands_in(provenance["feed"] or ""):
            provenance["feed"] = None
        if "import" in provenance:  # whose file it was, and the article's name or address in it
            told = provenance["import"].items()
            provenance["import"] = {key: one for key, one in told if key not in ("file", "name")}
        values["story"] = values["story"] and self._keyed("story", values["story"])
        values["reviews"] = [
            {**one, "reviewer": self._keyed("reviewer", one["reviewer"])}
            for one in values["reviews"]
        ]
        return values

    def _keyed(self, kind: str, name: str) -> str:
        """Return what stands for a name: the same for the same secret, and no way back."""
        said = f"{kind}:{name}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret.encode(), said, "sha256").hexdigest()[:_ID]
