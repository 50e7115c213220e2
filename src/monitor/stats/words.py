"""What is said of every figure, and the names of labels."""

from __future__ import annotations

from monitor.labels.countries import country_name
from monitor.labels.institutions import entity_name

NOT_INCIDENCE = (
    "Coverage, not incidence: these figures say how often the followed outlets write of something,"
    " not how often it happens."
)
FLAGS_COUNTED = (
    "Only flags that a person confirmed, or of rules with a measured precision of 0.95 or more, are"
    " counted. A share is told only where no other flag waits for a look; no flags does not mean"
    " that all is well."
)
NO_RULES = (
    "No rule has a measured precision of 0.95 on 20 flags or more, so only flags that a person"
    " confirmed are counted."
)
CONFIRMED_ONLY = (
    "Only flags that a person confirmed are counted: no rule's precision was measured on articles"
    " of this region. A share is told only where no other flag waits for a look; no flags does not"
    " mean that all is well."
)


def label_words(scheme: str, label: str) -> str:
    """Return a label as people say it."""
    if scheme == "place":
        return country_name(label)
    return entity_name(scheme, label) or label.replace("_", " ")
