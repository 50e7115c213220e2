"""Institutions and instruments against trafficking: what they are called, and by whom kept.

The lists are data of the model `policy`: official names, abbreviations and what tells them from
others that are called the same. Their ids are the labels of the schemes `institution` and
`instrument`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from monitor.labels.data_files import DataEntry, data_dir, read_entries
from monitor.records.errors import ModelError

EntityScheme = Literal["institution", "instrument"]
ENTITY_SCHEMES: tuple[EntityScheme, ...] = ("institution", "instrument")
MODEL = "policy"
FILES: Mapping[EntityScheme, str] = {
    "institution": "institutions.json",
    "instrument": "instruments.json",
}
_FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("id", "name", "shown", "url", "source"), str),
    **dict.fromkeys(("names", "abbreviations", "ambiguous", "beside"), dict),
    "other": list,
    "place": str,
}
_ID = re.compile(r"[a-z0-9_]{2,60}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")

ByLanguage = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Entity:
    """An institution or instrument: `name` in full, `shown` as it is mostly called.

    `names` count wherever they stand, in any case; `abbreviations` as written; what is `ambiguous`
    only where one of those stands in the same article, a word of `near` in the same sentence or
    the next to it, or one of `anywhere` in the article, and no name of `other`. `place` is the
    country it belongs to, or "international".
    """

    scheme: EntityScheme
    id: str
    name: str
    shown: str
    names: ByLanguage
    abbreviations: ByLanguage
    ambiguous: ByLanguage
    near: tuple[str, ...]
    anywhere: tuple[str, ...]
    other: tuple[str, ...]
    place: str
    url: str
    source: str


def parse_entities(text: str, file: str) -> tuple[Entity, ...]:
    """Return the entities of a file; raises `ModelError` naming file, line, entry and field."""
    head = {"scheme": str, "about": str}
    raw, entries = read_entries(text, file, head=head, fields=_FIELDS, named="id")
    if raw["scheme"] not in ENTITY_SCHEMES:
        raise ModelError(f"{file}: scheme '{raw['scheme']}' is none of {', '.join(ENTITY_SCHEMES)}")
    found: dict[str, Entity] = {}
    for entry in entries:
        one = _entity(raw["scheme"], entry)
        if one.id in found:
            entry.refuse("an entry before has this id")
        found[one.id] = one
    return tuple(found.values())


def _entity(scheme: EntityScheme, entry: DataEntry) -> Entity:
    fields = dict(entry.fields)
    if not _ID.fullmatch(fields["id"]):
        entry.refuse("an id has small letters, figures and underscores")
    if not fields["url"].startswith("https://") or not fields["source"].startswith("https://"):
        entry.refuse("'url' and 'source' must be addresses that begin with https://")
    beside = fields.pop("beside")
    if beside.keys() != {"near", "article"}:
        entry.refuse("field 'beside' must have just 'near' and 'article'")
    for key in ("names", "abbreviations", "ambiguous"):
        for language in fields[key]:
            if not _LANGUAGE.fullmatch(language):
                entry.refuse(f"'{key}': '{language}' is no code of a language")
        told = fields[key].items()
        fields[key] = {code: entry.strings(names, f"'{key}.{code}'") for code, names in told}
    near = entry.strings(beside["near"], "'beside.near'")
    anywhere = entry.strings(beside["article"], "'beside.article'")
    if fields["ambiguous"] and not (near or anywhere or fields["names"]):
        entry.refuse("what is ambiguous needs words beside it or a full name")
    if not (fields["names"] or fields["abbreviations"] or fields["ambiguous"]):
        entry.refuse("has no name to be found by")
    fields["other"] = entry.strings(fields["other"], "'other'")
    return Entity(scheme=scheme, near=near, anywhere=anywhere, **fields)


@cache
def known_entities(scheme: str) -> Mapping[str, Entity]:
    """Return the institutions or instruments of the list in use, by id; raises `ModelError`."""
    # the newest version that is released, as `find_model` would have it
    folders = sorted(
        (p.parent for p in (data_dir("models") / MODEL).glob("*/meta.json")),
        key=lambda p: [int(part) for part in p.name.split(".") if part.isdigit()],
        reverse=True,
    )
    for folder in folders:
        if json.loads((folder / "meta.json").read_bytes()).get("released"):
            path = folder / FILES[scheme]  # type: ignore[index]
            entities = parse_entities(path.read_text(encoding="utf-8"), str(path))
            return {one.id: one for one in entities}
    return {}


def entity_name(scheme: str, label: str) -> str | None:
    """Return how an institution or instrument is mostly called; `None` for any other label."""
    if scheme not in ENTITY_SCHEMES:
        return None
    known = known_entities(scheme).get(label)
    return known.shown if known else None
