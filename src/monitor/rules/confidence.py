"""How sure findings are, as readers meet it: which are left out on request, and which never."""

from __future__ import annotations

from dataclasses import replace

from monitor.records.errors import UsageError
from monitor.rules.checked import Checked
from monitor.rules.compiler import Guideline


def protecting(guideline: Guideline) -> frozenset[str]:
    """Return the rules that keep people from being identified: never hidden, and told first."""
    judge = guideline.about.judge
    return frozenset(judge.protecting if judge else ())


def identifying(guideline: Guideline) -> frozenset[str]:
    """Return the rules whose findings tell by which words a person can be known.

    Those that protect people, and their siblings, one of which may stand in their place.
    """
    rules = protecting(guideline)
    families = (group for group in guideline.about.siblings if not rules.isdisjoint(group))
    return rules.union(*families)


def check_share(share: float | None) -> None:
    """Raise `UsageError` for a least confidence that is no share."""
    if share is not None and not 0 <= share <= 1:
        raise UsageError(f"a least confidence is a number from 0 to 1, not {share:g}")


def leave_out(checked: Checked, least: float, keep: frozenset[str]) -> Checked:
    """Return `checked` without the findings that are less sure than `least`.

    Those of the rules in `keep` stay, and those of which nothing is known.
    """
    kept = tuple(
        finding
        for finding in checked.findings
        if finding.rule in keep or finding.confidence is None or finding.confidence >= least
    )
    return replace(checked, findings=kept)
