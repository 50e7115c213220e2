"""The files for readers and catalogues: a dataset card and `CITATION.cff`."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.corpus.export_facts import ExportFacts
from monitor.corpus.naming import description, is_address, table_names, title_of
from monitor.shapes import time_json
from monitor.types import MEASURED_FROM

if TYPE_CHECKING:
    from jinja2 import Environment

_HUB_LICENCES = frozenset(
    ("cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "odbl", "odc-by")
)
"""Licences that Hugging Face knows by these ids."""
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_FILES_TOLD = 20
_KEPT_BACK = {
    "quotes": "places of which the words are over the limit, or of a headline that is not given",
    "reserved": "articles without words, since their publishers reserve text mining",
    "statements": "messages, reasons and the like that repeat more of a text than may be quoted",
    "titles": "headlines that repeat more of a text than may be quoted",
    "identification_findings": "findings on words by which somebody can be known",
    "beside_identification": "places and statements that touch those words",
    "names": "places of names of victims, minors or relatives, masked, and files called by one",
    "withheld_rows": "articles that are withheld, with a row that tells verdict and year",
    "withheld_articles": "articles at least that are withheld, as somebody can be known by them",
    "query_names": "articles that hide a name that was searched for",
    "outlet_names": "articles whose outlet has a name that is hidden in them",
    "expired": "articles whose words the desk keeps no longer",
    "forgotten": "articles of those days that the desk was asked to forget",
    "taken_back": "articles left out, since their publishers took words back",
}


def dataset_card(facts: ExportFacts) -> str:
    """Return `README.md`: a dataset card as Hugging Face reads it."""
    rates = facts.measured
    told = [file for file in facts.files if file.rows is not None] or list(facts.files)
    regions = rates.get("regions", [])
    not_schemes = ("stamp", "region", "n")
    return (
        _environment()
        .get_template("card.md.j2")
        .render(
            facts=facts,
            restricted=facts.policy.restricted,
            title=title_of(facts),
            description=description(facts),
            created=time_json(facts.created),
            licence=_licence(facts.about.licence),
            size=next((name for most, name in _SIZES if facts.rows < most), "1M<n<10M"),
            configs=[(name, file.name) for name, file in table_names(facts).items()],
            filters=_fenced(facts.filters),
            files=told[:_FILES_TOLD],
            more_files=sum(file.parts for file in facts.files) - len(told[:_FILES_TOLD]),
            measured_from=MEASURED_FROM,
            masking=rates.get("masking"),
            labels=[row for row in rates.get("labels", ()) if (row["n"] or 0) >= MEASURED_FROM],
            countries=[row for row in rates.get("countries", ()) if row.get("recall") is not None],
            regions=regions,
            schemes=list(dict.fromkeys(k for row in regions for k in row if k not in not_schemes)),
            kept_back=[(_KEPT_BACK.get(k, k), n) for k, n in sorted(facts.withheld.items()) if n],
        )
    )


def citation(facts: ExportFacts) -> str:
    """Return `CITATION.cff` 1.2.0."""
    about = facts.about
    lines = [
        "cff-version: 1.2.0",
        f"message: {_yaml('If you use these data, please cite them with their stamps.')}",
        "type: dataset",
        f"title: {_yaml(title_of(facts))}",
        f"abstract: {_yaml(description(facts))}",
        "authors:",
        *(f"  - name: {_yaml(name)}" for name in about.creators or ("not stated",)),
    ]
    if facts.created:
        lines.append(f"date-released: {facts.created.date().isoformat()}")
    if about.licence:
        key = "license-url" if is_address(about.licence) else "license"
        lines.append(f"{key}: {_yaml(about.licence)}")
    if about.homepage:
        lines.append(f"url: {_yaml(about.homepage)}")
    lines += ["keywords:", "  - human trafficking", "  - news"]
    return "\n".join(lines) + "\n"


def _licence(licence: str) -> dict[str, str]:
    if licence.lower() in _HUB_LICENCES:
        return {"id": licence.lower(), "name": "", "link": ""}
    if is_address(licence):
        return {"id": "other", "name": "see-link", "link": licence}
    return {"id": "other", "name": licence or "not-stated", "link": ""}


def _fenced(value: Any) -> str:
    """Return JSON that cannot end the block of code it stands in."""
    return json.dumps(dict(value), indent=1, sort_keys=True).replace("`", "\\u0060")


def _yaml(value: str) -> str:
    """Return a YAML scalar: JSON's strings are such."""
    return json.dumps(value)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.corpus"),
        autoescape=False,  # noqa: S701 - Markdown: what comes from outside is fenced JSON
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"yaml": _yaml, "figure": _figure, "percent": _percent}
    return environment
