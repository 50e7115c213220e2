"""The labels of each tag scheme, checked: what a person may say of an article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.labels.countries import parse_country
from monitor.labels.institutions import ENTITY_SCHEMES, known_entities
from monitor.records.errors import UsageError

FORMS = (
    "sexual_exploitation",
    "forced_labour",
    "domestic_servitude",
    "forced_criminality",
    "forced_begging",
    "forced_marriage",
    "organ_removal",
    "armed_recruitment",
    "illegal_adoption",
    "other",
    "unspecified",
)
RESPONSES = ("prevention", "protection", "prosecution", "partnership")
VICTIMS = ("child", "adult", "both", "unknown")
FLOWS = ("domestic", "cross_border", "unknown")
GENDERS = ("female", "male", "both", "unknown")
"""Of the victims as told."""
PROTECTIONS = ("shelter", "return", "compensation", "residence", "non_punishment")
"""Kinds of help for victims that an article tells of."""
INDICATORS = (
    "abuse_of_vulnerability",
    "deception",
    "restriction_of_movement",
    "isolation",
    "physical_and_sexual_violence",
    "intimidation_and_threats",
    "retention_of_identity_documents",
    "withholding_of_wages",
    "debt_bondage",
    "abusive_working_and_living_conditions",
    "excessive_overtime",
)
"""The ILO's indicators of forced labour (2012)."""
TOPICS = (
    "smuggling",
    "irregular_migration",
    "labour_abuse",
    "migration_management",
    "international_protection",
)
"""What an office reads beside trafficking; told of any article, relevant or not."""
VULNERABILITIES = ("irregular_status", "migration_debt")
PARTNERSHIPS = (
    "task_force",
    "agreement",
    "coalition",
    "data_sharing",
    "funding",
    "joint_training",
)
"""Kinds of partnership, the fourth P."""
POLICY_SCHEMES = ("institution", "instrument", "topic", "vulnerability", "partnership")
"""What the model `policy` says; labels of the first two are ids of `labels.institutions`."""
PLACE_ROLES = ("exploitation", "origin", "transit", "mentioned")


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
