"""The canonical record, its schema, and that each whole format gives it back."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from export_readers import read_lines, read_parquet, read_tables, without_lost
from monitor.export.annotations import VEIL, one_text, shift_of
from monitor.export.columns import TextDegree, keys_of
from monitor.export.copyright_cap import fold
from monitor.export.exporter import export
from monitor.export.identification_risk import DisclosureRules
from monitor.export.publication import PublicationPolicy, publish
from monitor.export.record import canonical, record_schema, spans_of
from monitor.export.rehydration import export_file, read_records
from monitor.labels.regions import Kind as FlowKind
from monitor.records.article import ContentOrigin, Mining, Verdict
from monitor.records.article_record import FullRecord
from monitor.records.finding import FieldName, Finding, Quoted, Scope, Severity, Span
from record_samples import RECORDED, named

VALIDATOR = Draft202012Validator(json.loads(record_schema()))
DEGREES: tuple[TextDegree, ...] = ("none", "quotes", "full")


def test_the_schema_has_the_keys_and_words_of_the_declarations() -> None:
    assert set(keys_of("finding")) == {one.name for one in fields(Finding)}
    assert set(keys_of("span")) == {*(one.name for one in fields(Span)), "match"}
    for of, name, values in (
        ("finding", "severity", Severity),
        ("finding", "scope", Scope),
        ("finding", "quoted", Quoted),
        ("span", "field", FieldName),
        ("review", "verdict", Verdict),
        ("provenance", "origin", ContentOrigin),
        ("flow_region", "kind", FlowKind),
        ("", "mining", Mining),
    ):
        known = keys_of(of)[name].schema["enum"]
        assert [one for one in known if one is not None] == list(get_args(values)), name


@given(RECORDED)
@settings(max_examples=15, deadline=None)
def test_every_record_is_of_the_schema_and_its_offsets_hold(recorded: FullRecord) -> None:
    record = canonical(recorded)
    VALIDATOR.validate(record)
    for span in spans_of(record):
        assert record[span["field"]][span["start"] : span["end"]] == span["match"]
    before = json.dumps(record)
    for text, restricted in product(DEGREES, (False, True)):
        policy = PublicationPolicy(text=text, include_reserved=True, restricted=restricted)
        made = publish(record, policy, recorded.shown)
        values = made.values
        VALIDATOR.validate(values)
        if made.key:
            assert not list(spans_of(values))
            continue
        one = one_text(values)
        begins = {"title": 0, "text": shift_of(values)}
        assert len(one) == record["length"]["text"] + begins["text"]
        for span in spans_of(values):
            start, end = (begins[span["field"]] + span[at] for at in ("start", "end"))
            if "match" in span:
                assert one[start:end] == span["match"]
        if text == "none":
            assert set(one[begins["text"] :]) <= {VEIL}
    assert json.dumps(record) == before


@given(st.lists(RECORDED, max_size=3), st.sampled_from(DEGREES), st.booleans())
@settings(max_examples=8, deadline=None)
def test_what_is_read_back_is_what_was_published(
    some: list[FullRecord], text: TextDegree, restricted: bool
) -> None:
    policy, guard = (
        PublicationPolicy(text=text, restricted=restricted),
        DisclosureRules(secret="of this desk"),
    )
    some = [named(one, f"a{number}") for number, one in enumerate(some)]
    made = [(one, publish(canonical(one), policy, one.shown, guard)) for one in some]
    wanted = [one.values for _, one in made if not one.key]
    hidden = [one.values for of, one in made if one.key and (of.story or _has_words(of))]
    lost: dict[str, Any] = {}
    with TemporaryDirectory() as name:
        readers = {"jsonl": read_lines, "csv": read_tables, "parquet": read_parquet}
        found = {}
        for kind, read in readers.items():
            folder = Path(name, kind)
            export(some, folder, format=kind, policy=policy, guard=guard, k=1)  # type: ignore[arg-type]
            found[kind] = read(folder)
            if kind == "jsonl":
                rows = found[kind][len(wanted) :]
                assert found[kind][: len(wanted)] == wanted
                assert sorted(map(_without_id, rows)) == sorted(map(_without_id, hidden))
                list(map(VALIDATOR.validate, rows))
                wanted = found[kind]
            if kind != "csv":  # as `monitor rehydrate` reads it
                assert list(read_records(export_file(folder))) == wanted
            lost[kind] = json.loads((folder / "loss.json").read_text())["lost"]
    assert found["parquet"] == wanted
    assert found["csv"] == [without_lost(values) for values in wanted]
    assert (lost["jsonl"], lost["parquet"]) == ({}, {})
    assert lost["csv"] == +Counter(
        finding_sources=sum(len(one["findings"]) for one in wanted),
        enclosure_types=sum(bool(file["type"]) for one in wanted for file in one["enclosures"]),
        version_hashes=sum(len(one["versions"]) for one in wanted),
        separators_in_names=sum(name == "B; C" for one in wanted for name in one["authors"]),
    )


def _has_words(recorded: FullRecord) -> bool:
    return bool(fold(f"{recorded.assessed.article.title} {recorded.assessed.article.text}"))


def _without_id(values: dict[str, Any]) -> str:
    """Return a row without its id, which is of one export alone."""
    return json.dumps({**values, "id": ""}, sort_keys=True)
