"""One finding per place: the longest of one rule, the best fitting of sibling rules."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.records.article import SEVERITIES, Finding


def settle(
    findings: Sequence[Finding],
    siblings: Sequence[Sequence[str]],
    first: Sequence[Finding] = (),
) -> list[Finding]:
    """Return the findings that stand, in order of place.

    Where findings of one rule or of sibling rules overlap, one of those in `first` stands, then the
    longest, then the most severe, then the one whose rule comes first among its siblings.
    """
    favoured = set(first)
    groups: dict[str, dict[int, int]] = {}
    for number, group in enumerate(siblings):
        for order, rule in enumerate(group):
            groups.setdefault(rule, {})[number] = order
    ranked = sorted(
        findings,
        key=lambda f: (
            f not in favoured,
            -(f.end - f.start),
            SEVERITIES.index(f.severity),
            min(groups.get(f.rule, {0: 0}).values()),
            f.rule,
            f.start,
        ),
    )
    standing: dict[str, list[Finding]] = {}
    for finding in ranked:
        places = standing.setdefault(finding.rule, [])
        rivals = [r for r in standing if r == finding.rule or _related(groups, r, finding.rule)]
        if not any(_overlap(finding, other) for rule in rivals for other in standing[rule]):
            places.append(finding)
    kept = [finding for places in standing.values() for finding in places]
    return sorted(kept, key=lambda f: (f.field == "text", f.start, f.end, f.rule))


def _related(groups: dict[str, dict[int, int]], one: str, other: str) -> bool:
    return not groups.get(one, {}).keys().isdisjoint(groups.get(other, {}).keys())


def _overlap(one: Finding, other: Finding) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end
