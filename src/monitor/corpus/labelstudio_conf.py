"""Label Studio's labelling configuration: what may be marked and chosen."""

from __future__ import annotations

from collections.abc import Collection
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from monitor.corpus.annotations import FINDING, PLACE, all_names, parse_name
from monitor.countries import country_name
from monitor.labels import ONE
from monitor.types import VERDICTS

RELEVANCE = "relevance"
_COLOURS = ("#d9534f", "#4a90d9", "#3a9d5d", "#c9a227", "#b8740f", "#8e5bb5", "#2a8ca8", "#b03a5b")
_STYLE = ".htx-text{white-space:pre-wrap}"
"""Else runs of spaces are shown as one, and trimmed in what is given back."""


def choices_name(scheme: str) -> str:
    """Return the name of a scheme's choices of a whole article; its regions have the scheme's."""
    return f"whole-{scheme}"


def labelling_config(used: Collection[str]) -> str:
    """Return the configuration for the marks that are `used` and all that may be made."""
    view = Element("View")
    SubElement(view, "Style").text = _STYLE
    SubElement(view, "Header", value="How relevant is the article?")
    chosen = SubElement(
        view, "Choices", name=RELEVANCE, toName="text", choice="single-radio", showInline="true"
    )
    for verdict in VERDICTS:
        SubElement(chosen, "Choice", value=verdict, hint=verdict.replace("_", " "))
    names = all_names(used)
    for number, (scheme, some) in enumerate(names.items()):
        if some:
            _add_labels(view, scheme, some, _COLOURS[number % len(_COLOURS)])
    SubElement(view, "Text", name="text", value="$text")
    for scheme, some in names.items():
        if some and scheme != FINDING:
            _add_choices(view, scheme, some)
    indent(view)
    return tostring(view, encoding="unicode") + "\n"


def _add_labels(view: Element, scheme: str, names: Collection[str], colour: str) -> None:
    SubElement(view, "Header", value=f"{scheme}: mark the words that show it", size="5")
    labels = SubElement(view, "Labels", name=scheme, toName="text", showInline="true")
    if scheme == PLACE:
        SubElement(view, "Filter", toName=scheme, minlength="0", name=f"filter-{scheme}")
    for name in names:
        SubElement(labels, "Label", value=name, background=colour, hint=_hint(name))


def _add_choices(view: Element, scheme: str, names: Collection[str]) -> None:
    many = "single" if scheme in ONE else "multiple"
    SubElement(view, "Header", value=f"{scheme}: of the article, without words", size="5")
    chosen = SubElement(
        view, "Choices", name=choices_name(scheme), toName="text", choice=many, layout="select"
    )
    for name in names:
        SubElement(chosen, "Choice", value=name, hint=_hint(name))


def _hint(name: str) -> str:
    named = parse_name(name)
    if named is None:
        return name
    label = country_name(named.label) if named.scheme == PLACE else named.label
    role = f" ({named.role})" if named.role else ""
    return label.replace("_", " ") + role
