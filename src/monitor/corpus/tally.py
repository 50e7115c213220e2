"""Counting what passes through an export, a record at a time: memory does not grow with rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any

from monitor.corpus.export_facts import Agreement, Labels


class Tally:
    """Takes records as they are given away; tells `labels` at the end."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._mining: Counter[str] = Counter()
        self._reviewers: set[str] = set()
        self._outlets: set[str] = set()
        self._pairs: Counter[str] = Counter()
        self._coincidences: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._days: tuple[str, str] | None = None

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one record."""
        tags = record["tags"]
        reviews = [one for one in record["reviews"] if not one["provisional"]]
        self._counts.update(
            tags=len(tags),
            experimental=sum(bool(tag.get("experimental")) for tag in tags),
            findings=len(record["findings"]),
            judged=int(record["relevance"] is not None),
            reviewed=int(bool(reviews)),
        )
        self._languages[record["language"] or "unknown"] += 1
        self._mining[record.get("mining") or "not stated"] += 1
        self._outlets.update(filter(None, [record["outlet"]]))
        self._reviewers.update(review["reviewer"] for review in reviews)
        self._sources.update({*record["stamps"], *(f"reviewer {r['reviewer']}" for r in reviews)})
        # the latest of each reviewer holds: nobody agrees or differs with themselves
        latest = {review["reviewer"]: review["verdict"] for review in reviews}
        self._add_verdicts(list(latest.values()))
        if seen := record["seen"]:
            day = str(seen)[:10]
            first, last = self._days or (day, day)
            self._days = min(first, day), max(last, day)

    def _add_verdicts(self, verdicts: list[str]) -> None:
        self._verdicts.update(verdicts)
        if len(verdicts) < 2:
            return
        self._counts["twice"] += 1
        pairs = list(permutations(verdicts, 2))
        self._pairs.update("same" if one == other else "other" for one, other in pairs)
        weight = 1 / (len(verdicts) - 1)
        for pair in pairs:
            self._coincidences[pair] += weight

    @property
    def labels(self) -> Labels:
        """What was counted so far."""
        counts, days = self._counts, self._days
        pairs = self._pairs.total()
        share = self._pairs["same"] / pairs if pairs else None
        agreement = Agreement(counts["twice"], share, _alpha(self._coincidences))
        return Labels(
            tags=counts["tags"],
            experimental=counts["experimental"],
            findings=counts["findings"],
            judged=counts["judged"],
            reviewed=counts["reviewed"],
            reviewers=len(self._reviewers),
            verdicts=dict(sorted(self._verdicts.items())),
            agreement=agreement,
            sources=dict(sorted(self._sources.items())),
            languages=dict(sorted(self._languages.items())),
            mining=dict(sorted(self._mining.items())),
            outlets=len(self._outlets),
            first=days[0] if days else None,
            last=days[1] if days else None,
        )


def _alpha(coincidences: Mapping[tuple[str, str], float]) -> float | None:
    """Return Krippendorff's alpha for nominal data from its matrix of coincidences.

    Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C.
    """
    totals: defaultdict[str, float] = defaultdict(float)
    for (one, _), weight in coincidences.items():
        totals[one] += weight
    n = sum(totals.values())
    expected = _unlike(
        (one, other, totals[one] * totals[other]) for one in totals for other in totals
    )
    if not expected:
        return None
    observed = _unlike((one, other, weight) for (one, other), weight in coincidences.items())
    return 1 - (n - 1) * observed / expected


def _unlike(cells: Iterable[tuple[str, str, float]]) -> float:
    return sum(weight for one, other, weight in cells if one != other)
