"""The configuration of a brat collection: what may be marked, and how it looks."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from monitor.corpus.annotations import FINDING, all_names
from monitor.types import VERDICTS

_COLOURS = {
    "document": "#e8e8e8",
    "form": "#f4b6a6",
    "response": "#a9cce3",
    "place": "#a9dfbf",
    "victim": "#f9e79f",
    "gender": "#fad7a0",
    "flow": "#d7bde2",
    "protection": "#aed6f1",
    "indicator": "#f5b7b1",
    FINDING: "#ff8a80",
}
_OTHER = "#d5d8dc"


def annotation_conf(used: Collection[str]) -> str:
    """Return brat's `annotation.conf` for the marks that are `used` and all that may be made."""
    return "\n".join([*_entities(used), *_attributes(used), ""])


def _entities(used: Collection[str]) -> Iterator[str]:
    yield from ("[relations]", "", "[events]", "", "[entities]", "document")
    for scheme, names in all_names(used).items():
        yield f"!{scheme}"
        yield from (f"\t{name}" for name in names)


def _attributes(used: Collection[str]) -> Iterator[str]:
    yield from ("", "[attributes]", f"Relevance\tArg:document, Value:{'|'.join(VERDICTS)}")
    for scheme, names in all_names(used).items():
        # Of places only those that are marked: a list of 249 boxes would be of no use.
        shown = [name for name in names if scheme != "place" or name in used]
        if scheme != FINDING:
            yield from (f"{name}\tArg:document" for name in shown)


def visual_conf(used: Collection[str]) -> str:
    """Return brat's `visual.conf`: short labels, a colour for each scheme."""
    labels = ["[labels]", "document | article"]
    drawing = ["", "[drawing]", "SPAN_DEFAULT\tfgColor:black, bgColor:#d5d8dc, borderColor:darken"]
    drawing.append(f"document\tbgColor:{_COLOURS['document']}")
    for scheme, names in all_names(used).items():
        colour = _COLOURS.get(scheme, _OTHER)
        for name in names:
            plain = name.partition("-")[2].replace("_", " ")
            labels.append(f"{name} | {scheme}: {plain} | {plain}")
            drawing.append(f"{name}\tbgColor:{colour}")
    return "\n".join([*labels, *drawing, ""])
