"""Tags as they are typed: `SCHEME=LABEL` or `SCHEME:LABEL`."""

from __future__ import annotations

import re
from collections.abc import Iterable


def read_tags(given: Iterable[str]) -> list[tuple[str, str]]:
    """Return schemes and labels; raises `UsageError` for one that is none."""
    from monitor.labels.schemes import check_labels
    from monitor.records.article import INDICATORS

    found = []
    for entry in given:
        scheme, label = [*re.split("[=:]", entry, maxsplit=1), ""][:2]
        if scheme == "indicator" and label in INDICATORS:
            found.append((scheme, label))
        else:
            found += [(scheme, name) for name in check_labels({scheme: [label]})[scheme]]
    return found
