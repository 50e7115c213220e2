"""Table of tag schemes: labels, words for people, and who gives them.

A scheme is one entry of `SCHEMES`. Models, reviews, digests, pages, API, exports and settings read
it from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.labels.countries import parse_country
from monitor.labels.institutions import ENTITY_SCHEMES, known_entities
from monitor.records.errors import UsageError

PLACE_ROLES = ("exploitation", "origin", "transit", "mentioned")
ENTITY_ID = "^[a-z0-9_]{2,60}$"


@dataclass(frozen=True, slots=True)
class TagScheme:
    """A tag scheme. `labels` are empty where they are codes or ids of another list (`pattern`).

    `word` stands before a label, `heading` above those of several articles, `trend` above how often
    each was given ("" where that is not counted). `only` describes the filter, `reviewed_as` what
    people answer, `counted_as` the counts. Where a label says too little by itself, `in_line` has
    the words for a line without the scheme, and `other_words` those that are used everywhere.
    """

    name: str
    word: str
    heading: str
    only: str
    labels: tuple[str, ...] = ()
    trend: str = ""
    one_label: bool = False
    """Exactly one label holds."""
    reviewed: bool = True
    """People decide it, not models alone."""
    policy: bool = False
    """The model `policy` tells it, of any article, relevant or not."""
    graded: bool = False
    """Its score tells how much of an article is about it, not how likely it is right."""
    question: str = ""
    """What a reviewer is asked; "": `word`."""
    pattern: str = ""
    example: str = ""
    reviewed_as: str | None = None
    counted_as: str | None = None
    in_line: Mapping[str, str] = field(default_factory=dict)
    other_words: Mapping[str, str] = field(default_factory=dict)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TABLE = (
    TagScheme(
        name="form",
        word="Form",
        heading="Form",
        only="Only this form of exploitation.",
        labels=_words(
            "sexual_exploitation forced_labour domestic_servitude forced_criminality "
            "forced_begging forced_marriage organ_removal armed_recruitment illegal_adoption other "
            "unspecified"
        ),
        trend="Forms of exploitation",
        in_line={"unspecified": "form unspecified", "other": "other form"},
    ),
    TagScheme(
        name="response",
        word="Response",
        heading="Response",
        only="Only this response.",
        labels=("prevention", "protection", "prosecution", "partnership"),
        trend="Responses",
    ),
    TagScheme(
        name="place",
        word="Place",
        heading="Place",
        only="Only this country, ISO 3166-1 alpha-2, in any role.",
        trend="Countries of exploitation",
        pattern="^[A-Za-z]{2}$",
        example="TH",
        question="Place of the exploitation",
        reviewed_as="Where the exploitation is, ISO 3166-1 alpha-2.",
        counted_as="Where the exploitation is.",
    ),
    TagScheme(
        name="victim",
        word="Victims",
        heading="Victims",
        only="Only such victims.",
        labels=("child", "adult", "both", "unknown"),
        trend="Victims",
        one_label=True,
        in_line={
            "child": "child victims",
            "adult": "adult victims",
            "both": "child and adult victims",
        },
    ),
    TagScheme(  # of the victims as told
        name="gender",
        word="Gender",
        heading="Gender",
        only="Only such victims, as told.",
        question="Gender of victims",
        labels=("female", "male", "both", "unknown"),
        one_label=True,
        in_line={
            "female": "female victims",
            "male": "male victims",
            "both": "female and male victims",
        },
    ),
    TagScheme(
        name="flow",
        word="Flow",
        heading="Flow",
        only="Only within a country, or across borders.",
        labels=("domestic", "cross_border", "unknown"),
        one_label=True,
        in_line={"cross_border": "cross-border", "domestic": "within one country"},
    ),
    TagScheme(  # kinds of help for victims that an article tells of
        name="protection",
        word="Help",
        heading="Help",
        only="Only this kind of help.",
        question="Help told of",
        labels=("shelter", "return", "compensation", "residence", "non_punishment"),
        in_line={
            "return": "help to return",
            "residence": "leave to stay",
            "non_punishment": "non-punishment",
        },
    ),
    TagScheme(  # the ILO's indicators of forced labour (2012)
        name="indicator",
        word="Indicator",
        heading="Indicators",
        only="Only this indicator of forced labour.",
        labels=_words(
            "abuse_of_vulnerability deception restriction_of_movement isolation "
            "physical_and_sexual_violence intimidation_and_threats retention_of_identity_documents "
            "withholding_of_wages debt_bondage abusive_working_and_living_conditions "
            "excessive_overtime"
        ),
        trend="Indicators of forced labour",
        reviewed=False,
    ),
    TagScheme(
        name="institution",
        word="Institution",
        heading="Institutions",
        only="Only those that name this institution.",
        trend="Institutions named",
        question="Institutions named",
        policy=True,
        pattern=ENTITY_ID,
        example="unodc",
        reviewed_as="Ids of the list of institutions.",
    ),
    TagScheme(
        name="instrument",
        word="Instrument",
        heading="Instruments",
        only="Only those that name this law, treaty or report.",
        trend="Laws, treaties and reports named",
        question="Laws, treaties and reports named",
        policy=True,
        pattern=ENTITY_ID,
        example="palermo_protocol",
        reviewed_as="Ids of the list of laws, treaties and reports.",
        counted_as="Laws, treaties and reports.",
    ),
    TagScheme(  # what an office reads beside trafficking
        name="topic",
        word="Topic",
        heading="Topics",
        only="Only this topic beside trafficking.",
        labels=_words(
            "smuggling irregular_migration labour_abuse migration_management "
            "international_protection"
        ),
        trend="Topics beside trafficking",
        question="Topics beside trafficking",
        policy=True,
        graded=True,
        counted_as="Topics beside trafficking.",
        # "smuggling" beside a form of exploitation is what the guideline flags
        other_words={"smuggling": "paid irregular passage"},
    ),
    TagScheme(
        name="vulnerability",
        word="At risk by",
        heading="At risk by",
        only="Only people at risk by this.",
        labels=("irregular_status", "migration_debt"),
        trend="At risk by",
        policy=True,
        graded=True,
        in_line={"migration_debt": "debt for the journey"},
    ),
    TagScheme(  # the fourth P
        name="partnership",
        word="Partnership",
        heading="Partnership",
        only="Only this kind of partnership.",
        labels=_words("task_force agreement coalition data_sharing funding joint_training"),
        trend="Kinds of partnership",
        question="Kinds of partnership",
        policy=True,
        graded=True,
        in_line={"agreement": "an agreement", "funding": "money given"},
    ),
)
SCHEMES: Mapping[str, TagScheme] = {one.name: one for one in _TABLE}
"""All tag schemes by name, in the order in which tags are told."""
REVIEWED_SCHEMES = tuple(one.name for one in _TABLE if one.reviewed)
ONE_LABEL_SCHEMES = tuple(one.name for one in _TABLE if one.one_label)
POLICY_SCHEMES = tuple(one.name for one in _TABLE if one.policy)
FORMS = SCHEMES["form"].labels
RESPONSES = SCHEMES["response"].labels
VICTIMS = SCHEMES["victim"].labels
GENDERS = SCHEMES["gender"].labels
FLOWS = SCHEMES["flow"].labels
PROTECTIONS = SCHEMES["protection"].labels
INDICATORS = SCHEMES["indicator"].labels
TOPICS = SCHEMES["topic"].labels


def known_labels(scheme: str) -> tuple[str, ...]:
    """Return the labels of a scheme, ids of institutions and instruments too; none of `place`."""
    return tuple(known_entities(scheme)) if scheme in ENTITY_SCHEMES else SCHEMES[scheme].labels


def check_labels(tags: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Return labels by scheme as people decide them: sorted, once each, country codes in capitals.

    An empty list says that no label of the scheme holds. Raises `UsageError` naming scheme and
    label.
    """
    return {scheme: _labels(scheme, list(labels)) for scheme, labels in sorted(tags.items())}


def _labels(scheme: str, labels: Sequence[str]) -> tuple[str, ...]:
    if scheme not in REVIEWED_SCHEMES:
        raise UsageError(f"'{scheme}' is no scheme of tags (known: {', '.join(REVIEWED_SCHEMES)})")
    if scheme == "place":
        return tuple(sorted({parse_country(label) for label in labels}))
    known = known_labels(scheme)
    for label in labels:
        if label not in known:
            raise UsageError(f"'{label}' is no label of '{scheme}' (known: {', '.join(known)})")
    if scheme in ONE_LABEL_SCHEMES and len(set(labels)) != 1:
        raise UsageError(f"'{scheme}' takes exactly one label")
    return tuple(sorted(set(labels)))
