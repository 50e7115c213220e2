"""Croissant 1.0: an export described so that programs find its files, fields and licence.

Source: https://docs.mlcommons.org/croissant/docs/croissant-spec.html (`mlcroissant` reads it).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.export.export_facts import ExportFacts, FileFacts
from monitor.records.json_shapes import time_json

_NAMES = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty"),
    *("fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField"),
    *("path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("separator", "source", "subField", "transform"),
)
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "sc": "https://schema.org/",
    **{name: f"cr:{name}" for name in _NAMES},
}
"""The context that the specification prints (its names, which it asks to be repeated)."""
_MEDIA = {
    "": "application/octet-stream",
    ".jsonl": "application/jsonlines",
    ".json": "application/json",
    ".csv": "text/csv",
    ".parquet": "application/x-parquet",
    **dict.fromkeys((".txt", ".ann", ".conf"), "text/plain"),
    ".xml": "application/xml",
}
_SENSITIVE = {
    True: "Restricted: names of victims, minors and relatives are in it. Not to be published.",
    False: "Names of victims, minors and relatives are masked as far as they are found; the share"
    " found is in measured.json under `masking`.",
}
_TYPES = {
    "number": "sc:Float",
    "integer": "sc:Integer",
    "boolean": "sc:Boolean",
    "time": "sc:DateTime",
}


def croissant(facts: ExportFacts) -> dict[str, Any]:
    """Return the content of `croissant.json`."""
    about = facts.about
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": facts.name,
        "description": facts.description,
        "creator": [{"@type": "sc:Organization", "name": name} for name in about.creators]
        or [{"@type": "sc:Organization", "name": "not stated"}],
        "license": about.licence or "not stated",
        "url": about.homepage or "not stated",
        "citeAs": f"{facts.title}, {facts.rows} articles",
        "datePublished": time_json(facts.created) or "1970-01-01",
        "version": "1.0.0",
        "inLanguage": [code for code in facts.labels["languages"] if code != "unknown"],
        "rai:dataCollection": "News articles of feeds, as found by thb-monitor; see README.md.",
        "rai:dataAnnotationProtocol": "By the models and rules of `stamps` in manifest.json, and by"
        " reviewers; error rates as measured are in measured.json.",
        "rai:personalSensitiveInformation": _SENSITIVE[facts.policy.restricted],
        "distribution": [
            {"@id": file.name, "name": file.name}
            | (
                {
                    "@type": "cr:FileSet",
                    "includes": f"{file.name}/**/*",
                    "encodingFormat": "text/plain",
                }
                if file.folder
                else {
                    "@type": "cr:FileObject",
                    "contentUrl": file.name,
                    "contentSize": f"{file.bytes} B",
                    "encodingFormat": _MEDIA.get(Path(file.name).suffix, _MEDIA[""]),
                    "sha256": file.sha256,
                }
            )
            for file in facts.files
        ],
        "recordSet": [_records(name, file) for name, file in facts.tables.items()],
    }


def _records(name: str, file: FileFacts) -> dict[str, Any]:
    flat = file.name.endswith(".csv")
    return {
        "@type": "cr:RecordSet",
        "@id": f"records/{name}",
        "name": name,
        "description": f"{file.rows} rows of {file.name}",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"records/{name}/{one.name}",
                "name": one.name,
                "description": one.words,
                **({"repeated": True} if one.kind == "list" and not flat else {}),
                "dataType": _TYPES.get(one.kind, "sc:Text"),
                "source": {"fileObject": {"@id": file.name}, "extract": {"column": one.name}},
            }
            for one in file.columns
            # a list of objects is no field of Croissant's: record.schema.json describes it
            if flat or one.kind != "object"
        ],
    }
