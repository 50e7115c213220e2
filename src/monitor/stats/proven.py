"""Which rules may be counted without anybody having looked at each flag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.records.article import MEASURED_FROM

PRECISION = 0.95
"""The measured share of right flags from which on a rule's flags are counted as they are."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What flags are counted: of the `proven` rules of `guideline` all that nobody rejected.

    `nearly` are precise in what was measured, on fewer flags than would prove it.
    """

    guideline: str
    proven: frozenset[str] = frozenset()
    nearly: frozenset[str] = frozenset()


def proven_rules(guideline: str, measured: Mapping[str, tuple[int, int]]) -> Basis:
    """Return the rules measured as precise; `measured` are flags and right ones by rule.

    A rule with three flags, all right, is as likely as not below 0.95; so at least `MEASURED_FROM`
    flags are asked for, as of the severity `error`.
    """
    precise = {
        rule for rule, (flags, right) in measured.items() if flags and right >= PRECISION * flags
    }
    proven = frozenset(rule for rule in precise if measured[rule][0] >= MEASURED_FROM)
    return Basis(guideline, proven, frozenset(precise) - proven)


def outlet_basis(basis: Basis) -> Basis:
    """Return which flags are counted on an outlet's scorecard: those that a person confirmed.

    A rule counts there by itself only where it was measured on articles of the outlet's region,
    and what was measured does not say of which region its articles are.
    """
    return replace(basis, proven=frozenset(), nearly=basis.nearly | basis.proven)
