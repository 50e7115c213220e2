"""How often what judged is wrong, as measured: what every export says of its labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from monitor.config import data_dir
from monitor.stamps import earlier_stamp, is_same

if TYPE_CHECKING:
    from monitor.corpus.error_rates import RuleRates
    from monitor.names import Desk


def error_rates(monitor: Desk, stamps: Sequence[str]) -> dict[str, Any]:
    """Return the figures of the models and rules with these stamps, as far as they are at hand."""
    from monitor import corpus

    rules, masking = _rules(monitor, stamps), corpus.masking_rates()
    return corpus.error_rates(stamps, data_dir("models"), rules, masking=masking)


def _rules(monitor: Desk, stamps: Sequence[str]) -> Iterator[RuleRates]:
    """Yield the figures of guidelines, by the stamps under which they judged articles.

    There what the desk adds (rules switched off, the relevance they go by) follows theirs.
    """
    from monitor.corpus.error_rates import RuleRates
    from monitor.guidelines.measured import load_measured

    for guideline in monitor.guidelines:
        measured = load_measured(guideline.path)
        if measured is None:
            continue
        for stamp, own in product(stamps, {guideline.stamp, earlier_stamp(guideline.stamp)}):
            if stamp != own and not stamp.startswith(f"{own}."):
                continue
            same = is_same(measured.guideline, guideline.stamp)
            yield RuleRates(
                stamp=stamp,
                measured=own if same else measured.guideline,
                date=measured.date,
                data=measured.data,
                unseen=measured.unseen,
                rules={rule: row.model_dump() for rule, row in measured.rules.items()},
            )
