"""The phrases of topics, vulnerability and partnership, as `topics.json` of the model has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.classify.cue_phrases import expand
from monitor.labels.data_files import Entry, read_entries
from monitor.records.article import PARTNERSHIPS, TOPICS, VULNERABILITIES

TOPICS_FILE = "topics.json"
LABELS: Mapping[str, tuple[str, ...]] = {
    "topic": TOPICS,
    "vulnerability": VULNERABILITIES,
    "partnership": PARTNERSHIPS,
}
_FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("scheme", "label", "means"), str),
    "least": int,
    **dict.fromkeys(("alone", "beside", "never"), list),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """Phrases that count beside one of `words`.

    That is in the same sentence or in the headline; for a phrase in the headline, in the lead.
    """

    phrases: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class PolicyCues:
    """How a label is told: phrases that are enough `alone`, and such that need words `beside`.

    Inside a phrase of `never` nothing counts. `least` sentences have to tell it; a headline counts
    for two.
    """

    scheme: str
    label: str
    least: int
    alone: frozenset[str]
    beside: tuple[Beside, ...]
    never: frozenset[str]


def parse_topics(text: str, file: str) -> tuple[PolicyCues, ...]:
    """Return the labels of a file; raises `ModelError` naming file, line, entry and field."""
    raw, entries = read_entries(
        text, file, head={"about": str, "words": dict}, fields=_FIELDS, named="label"
    )
    whole = Entry(raw, file)
    words = {
        name: _expanded(whole.strings(listed, f"words '{name}'"))
        for name, listed in raw["words"].items()
    }
    found: dict[tuple[str, str], PolicyCues] = {}
    for entry in entries:
        one = _cues(entry, words)
        if (one.scheme, one.label) in found:
            entry.refuse("an entry before has this label")
        found[one.scheme, one.label] = one
    return tuple(found.values())


def _cues(entry: Entry, words: Mapping[str, frozenset[str]]) -> PolicyCues:
    fields = entry.fields
    if fields["label"] not in LABELS.get(fields["scheme"], ()):
        entry.refuse(f"'{fields['scheme']}:{fields['label']}' is no scheme and label of policy")
    if fields["least"] < 1:
        entry.refuse("'least' must be 1 or more")
    alone = _expanded(entry.strings(fields["alone"], "'alone'"))
    beside = tuple(_beside(entry, one, words) for one in fields["beside"])
    if not alone and not beside:
        entry.refuse("has no phrase to be found by")
    never = _expanded(entry.strings(fields["never"], "'never'"))
    return PolicyCues(fields["scheme"], fields["label"], fields["least"], alone, beside, never)


def _beside(entry: Entry, raw: object, words: Mapping[str, frozenset[str]]) -> Beside:
    if not isinstance(raw, dict) or raw.keys() != {"words", "phrases"}:
        entry.refuse("each of 'beside' must have just 'words' and 'phrases'")
    named = entry.strings(raw["words"], "'beside.words'")
    for name in named:
        if name not in words:
            entry.refuse(f"there are no words '{name}' at the head of the file")
    phrases = _expanded(entry.strings(raw["phrases"], "'beside.phrases'"))
    if not named or not phrases:
        entry.refuse("each of 'beside' needs words and phrases")
    return Beside(phrases, frozenset().union(*(words[name] for name in named)))


def _expanded(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(plain for phrase in phrases for plain in expand(phrase))
