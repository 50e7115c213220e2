"""De-identification of public exports: who the people are that an article identifies.

Findings of rules on identification are left out, with every other place that touches their words.
Hidden names are struck out of every string. An article that points somebody out is withheld
(`k_anonymity.py`). Its id, which is made of its address, is replaced by one made with the desk's
secret. A story's id, made of the address of its first article, and reviewers' names are replaced in
the same way, always.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from secrets import token_hex
from typing import Any, TypeVar

from monitor.export.copyright_cap import NumberedWords
from monitor.export.redaction import NameRedaction
from monitor.records.finding import FieldName
from monitor.records.hidden_names import Shown

Values = dict[str, Any]
T = TypeVar("T")
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
    outlet has a hidden name).
    """

    def __init__(
        self, record: Mapping[str, Any], shown: Shown | None, guard: DisclosureRules | None
    ) -> None:
        self._record = record
        self._findings: list[Values] = record["findings"]
        self._guard = guard or DisclosureRules()
        self._open = guard is None
        self.withheld: Counter[str] = Counter()
        self.untold = not self._open and (shown is None or bool(shown.withheld))
        """Whether nobody can tell the names of this article, so that no words of it are given."""
        fields: dict[FieldName, str] = {"title": record["title"], "text": record["text"]}
        spans = () if self._open or self.untold or shown is None else shown.spans
        self.veil = NameRedaction(fields, spans)
        self._byline_tells = not self._open and shown is not None and shown.byline_tells
        self._identifying = () if self._open else tuple(filter(self._identifies, self._findings))
        self.nameless = not self._open and self._points_out(shown)
        """Whether the article identifies somebody, so that what leads to it is withheld."""
        if not self._open:
            outlet, asked = record["outlet"], self._guard.asked
            unjudged = self.nameless and not self.untold and self._unjudged
            self.withheld.update(
                identification_findings=len(self._identifying),
                names=sum(map(len, self.veil.hidden.values())),
                addresses=int(self.nameless),
                untold=int(self.untold),
                unjudged=int(unjudged),
                outlet_names=int(self.veil.byline(outlet) != outlet),
                query_names=int(bool(asked) and self.veil.is_asked_for(asked)),
            )

    @cached_property
    def words(self) -> NumberedWords:
        """The words of the article's text."""
        return NumberedWords(self._record["text"])

    def spared(self) -> Values:
        """Return the record without findings and places on identification."""
        values = {**self._record}
        values["findings"] = [
            dict(one)
            for one in self._findings
            if self._open or not (self._identifies(one) or self._touches(one))
        ]
        for key in ("tags", "scorecard"):
            values[key] = [
                {**item, "evidence": [s for s in item["evidence"] if not self._touches(s)]}
                for item in values[key]
            ]
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

    def veiled(self, values: Values) -> Values:
        """Return what is given away, without hidden names and with ids that lead nowhere."""
        if self._open:
            return values
        if values["title"] is not None:
            values["title"] = self.veil.field("title")
        for key in ("authors", "categories", "enclosures") if self._byline_tells else ():
            self.withheld["names"] += len(values[key])
            values[key] = []
        values["authors"] = list(map(self.veil.byline, values["authors"]))
        values["outlet"] = self.veil.byline(values["outlet"])
        values["categories"] = self._without_names(map(self.veil.said, values["categories"]), str)
        values["enclosures"] = self._without_names(values["enclosures"], itemgetter("url"))
        values["findings"] = [self._struck(one) for one in values["findings"]]
        for key in ("tags", "scorecard"):
            values[key] = [
                {**self._struck(item), "evidence": list(map(self._struck, item["evidence"]))}
                for item in values[key]
            ]
        provenance = dict(values["provenance"])
        if self.veil.stands_in(provenance["feed"] or ""):
            provenance["feed"] = None
        if "import" in provenance:  # whose file it was, and the article's name or address in it
            told = provenance["import"].items()
            provenance["import"] = {key: one for key, one in told if key not in ("file", "name")}
        story = values["story"]
        reviews = [
            {**one, "reviewer": self._keyed("reviewer", one["reviewer"])}
            for one in values["reviews"]
        ]
        return {
            **values,
            "story": story and self._keyed("story", story),
            "provenance": provenance,
            "reviews": reviews,
        }

    def key(self) -> Values | None:
        """Return the line of the key file, for an article whose name is withheld."""
        if not self.nameless:
            return None
        one = self._record
        named = {name: one[name] for name in ("url", "title", "sha256")}
        return {"id": self._keyed("article", one["id"]), **named}

    # What is said of it ----------------------------------------------------------------------

    def _identifies(self, finding: Mapping[str, Any]) -> bool:
        known = self._guard.known
        told = known is None or finding["guideline"] in known
        return not told or finding["rule"] in self._guard.identifying

    def _points_out(self, shown: Shown | None) -> bool:
        if self.untold or shown is None or shown.link_tells:
            return True
        # Elsewhere than on the subject most hidden names are hidden to be safe: of presidents too.
        words = (self._record, self._record["judged"] or self._record)
        off = all(one["relevant"] is False and not one["borderline"] for one in words)
        if not off and self.veil.stands_in(self._record["url"]):
            return True
        if any(finding["severity"] != "suggestion" for finding in self._identifying):
            return True
        return bool(shown.spans) and self._unjudged

    @cached_property
    def _unjudged(self) -> bool:
        """Whether no guideline that can tell has said whether somebody is identified."""
        # Not by its stamps: a guideline has one too where it failed, or does not know the language.
        judged = {one["guideline"] for one in (*self._findings, *self._record["scorecard"])}
        return judged.isdisjoint(self._guard.judges)

    def _touches(self, span: Mapping[str, Any]) -> bool:
        touching = any(
            one["field"] == span["field"]
            and span["start"] < one["end"]
            and one["start"] < span["end"]
            for one in self._identifying
        )
        self.withheld["beside_identification"] += int(touching)
        return touching

    @cached_property
    def _identifying_words(self) -> list[tuple[NumberedWords, set[int]]]:
        found = []
        for name in ("title", "text"):
            words = self.words if name == "text" else NumberedWords(self._record["title"])
            spans = [one for one in self._identifying if one["field"] == name]
            numbers = {n for one in spans for n in words.within(one["start"], one["end"])}
            if numbers:
                found.append((words, numbers))
        return found

    # What is given away ----------------------------------------------------------------------

    def _without_names(self, some: Iterable[T], told: Callable[[T], str]) -> list[T]:
        """Return those that hold no name in the way that addresses write it; count the others."""
        every = list(some)
        kept = [one for one in every if not self.veil.stands_in(told(one))]
        self.withheld["names"] += len(every) - len(kept)
        return kept

    def _struck(self, item: Values) -> Values:
        struck = dict(item)
        if "match" in struck:
            struck["match"] = self.veil.field(item["field"], item["start"], item["end"])
        for name in ("message", "why", "reason"):
            if name in struck:
                struck[name] = self.veil.said(struck[name])
        if "suggestions" in struck:
            struck["suggestions"] = list(map(self.veil.said, struck["suggestions"]))
        return struck

    def _keyed(self, kind: str, name: str) -> str:
        """Return what stands for a name: the same for the same secret, and no way back."""
        said = f"{kind}:{name}".encode("utf-8", "surrogatepass")
        return hmac.new(self._guard.secret.encode(), said, "sha256").hexdigest()[:_ID]
