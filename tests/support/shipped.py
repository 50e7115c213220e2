"""What is shipped, loaded once a process: two dozen files of tests look at the same.

Every process of tests imports every file to collect it, so what a file loads for itself while it is
imported is loaded by all of them, whichever runs its tests.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from monitor.check.drafts import load_shipped_classifiers
from monitor.labels.data_files import data_dir
from monitor.records.article import Assessor
from monitor.rules.compiler import Guideline
from monitor.rules.loading import load_guideline
from monitor.rules.rule_reloading import GuidelineLoader


@cache
def thb(*, judge: bool = False) -> Guideline:
    """The guideline with its model of roles, and with the judge of its flags or without."""
    guideline = load_guideline(data_dir("guidelines") / "thb-en", models=data_dir("models"))
    return guideline if judge else replace(guideline, judge=None)


@cache
def shelf(*, judge: bool = False) -> GuidelineLoader:
    """What a monitor has its guidelines from: the one above, loaded."""
    return GuidelineLoader.of([thb(judge=judge)])


@cache
def classifiers() -> tuple[Assessor, ...]:
    """All classifiers, in order."""
    return load_shipped_classifiers()
