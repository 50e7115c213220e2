"""The labels of each tag scheme, checked: what a person may say of an article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.labels.countries import parse_country
from monitor.labels.institutions import ENTITY_SCHEMES, known_entities
from monitor.records.article import (
    FLOWS,
    FORMS,
    GENDERS,
    PARTNERSHIPS,
    PROTECTIONS,
    RESPONSES,
    TOPICS,
    VICTIMS,
    VULNERABILITIES,
)
from monitor.records.errors import UsageError

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "form": FORMS,
    "response": RESPONSES,
    "place": (),
    "victim": VICTIMS,
    "gender": GENDERS,
    "flow": FLOWS,
    "protection": PROTECTIONS,
    "institution": (),
    "instrument": (),
    "topic": TOPICS,
    "vulnerability": VULNERABILITIES,
    "partnership": PARTNERSHIPS,
}
"""Labels by scheme; those of `place` are the codes of ISO 3166-1, of `institution` and
`instrument` the ids of their lists."""
ONE = ("victim", "gender", "flow")
"""Schemes of which one label holds."""


def check_labels(tags: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Return labels by scheme, sorted, once each, country codes in capitals.

    An empty list says that no label of the scheme holds. Raises `UsageError` naming scheme and
    label.
    """
    return {scheme: _labels(scheme, list(labels)) for scheme, labels in sorted(tags.items())}


def _labels(scheme: str, labels: Sequence[str]) -> tuple[str, ...]:
    if scheme not in SCHEMES:
        raise UsageError(f"'{scheme}' is no scheme of tags (known: {', '.join(SCHEMES)})")
    if scheme == "place":
        return tuple(sorted({parse_country(label) for label in labels}))
    listed = scheme in ENTITY_SCHEMES
    known = tuple(known_entities(scheme)) if listed else SCHEMES[scheme]
    for label in labels:
        if label not in known:
            raise UsageError(f"'{label}' is no label of '{scheme}' (known: {', '.join(known)})")
    if scheme in ONE and len(set(labels)) != 1:
        raise UsageError(f"'{scheme}' takes exactly one label")
    return tuple(sorted(set(labels)))
