"""An article's tags in the variables of CTDC's codebook, and what each of these cannot say.

`crosswalk.json` is the mapping. A row is an article, not a person: what it is good for is to see
next to CTDC's shares which kinds of cases are written about, in aggregate only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from monitor.countries import alpha_3

NULL = "NULL"
"""Not recorded, as CTDC writes it; never "no"."""
EXPERIMENTAL = "experimental_variables"
"""The column beside the variables that names those which only experimental tags fill."""
LIMITS = "ctdc_limits.json"
_GENDERS = {"female": "Woman", "male": "Man"}
_AGES = ("child", "adult")

Tags = Iterable[Mapping[str, Any]]


@cache
def _crosswalk() -> Mapping[str, Any]:
    text = files("monitor.corpus").joinpath("crosswalk.json").read_text(encoding="utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read


def ctdc_columns() -> tuple[str, ...]:
    """Return the names of the variables, in the codebook's order."""
    return tuple(variable["name"] for variable in _crosswalk()["variables"])


def ctdc_words(name: str) -> str:
    """Return what a variable cannot say, "" for a name that is none."""
    found = (one for one in _crosswalk()["variables"] if one["name"] == name)
    return next((f"A variable of CTDC. {one['cannot']}" for one in found), "")


def ctdc_row(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's tags in the variables: 1, a word, or `NULL` where it is not recorded.

    `values` is a record as it is published, or any object with `tags`. Experimental tags, of which
    it was not measured how often they are right, fill only what the others leave open, and the
    variables that they fill are named.
    """
    sure = [tag for tag in values["tags"] if not tag.get("experimental")]
    row: dict[str, Any] = {}
    unmeasured = []
    for variable in _crosswalk()["variables"]:
        name, read = variable["name"], _READ[variable["kind"]]
        row[name] = read(sure, variable)
        if not row[name] and (filled := read(values["tags"], variable)):
            row[name] = filled
            unmeasured.append(name)
    return {name: value or NULL for name, value in row.items()} | {
        EXPERIMENTAL: ";".join(unmeasured) or NULL
    }


def ctdc_limits() -> dict[str, Any]:
    """Return what a row is, how it may be used, and of each variable what it cannot say."""
    return dict(_crosswalk())


def limits_json() -> str:
    """Return the same as the file that lies beside the table."""
    return json.dumps(ctdc_limits(), ensure_ascii=False, indent=1) + "\n"


def _flag(tags: Tags, variable: Mapping[str, Any]) -> int:
    wanted = set(variable["labels"])
    return int(any(f"{tag['scheme']}:{tag['label']}" in wanted for tag in tags))


def _one(tags: Tags, scheme: str) -> str:
    """Return the label of a scheme that has one."""
    found = {tag["label"] for tag in tags if tag["scheme"] == scheme}
    return found.pop() if len(found) == 1 else ""


def _gender(tags: Tags, _: Mapping[str, Any]) -> str:
    return _GENDERS.get(_one(tags, "gender"), "")


def _age(tags: Tags, _: Mapping[str, Any]) -> str:
    label = _one(tags, "victim")
    return label if label in _AGES else ""


def _countries(tags: Tags, _: Mapping[str, Any]) -> str:
    codes = {
        alpha_3(tag["label"])
        for tag in tags
        if tag["scheme"] == "place" and tag.get("role") == "exploitation"
    }
    return ";".join(sorted(filter(None, codes)))


def _nothing(_: Tags, __: Mapping[str, Any]) -> str:
    return ""


_READ: Mapping[str, Callable[[Tags, Mapping[str, Any]], int | str]] = {
    "flag": _flag,
    "gender": _gender,
    "age": _age,
    "countries": _countries,
    "none": _nothing,
}
