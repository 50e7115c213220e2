"""Whether an article is about trafficking in human beings, and what it tells of.

`load_classifiers` gives the assessors, `classify_lines` runs them over JSON lines.
"""

from monitor.classify.assessors import (
    RelevanceAssessor,
    TagsAssessor,
    load_classifiers,
    load_shown,
    relevance_of,
)
from monitor.classify.bulk import Classified, classify_bulk
from monitor.classify.measured import measured_countries
from monitor.classify.output import Output, open_output
from monitor.classify.records import classify_lines, record_json
from monitor.classify.registry import ModelState, list_models
from monitor.classify.sources import READ, Source, open_source
from monitor.classify.table import open_table
from monitor.nlp.artefact import ModelMeta, find_model, load_folder, model_versions, read_meta

__all__ = [
    "READ",
    "Classified",
    "ModelMeta",
    "ModelState",
    "Output",
    "RelevanceAssessor",
    "Source",
    "TagsAssessor",
    "classify_bulk",
    "classify_lines",
    "find_model",
    "list_models",
    "load_classifiers",
    "load_folder",
    "load_shown",
    "measured_countries",
    "model_versions",
    "open_output",
    "open_source",
    "open_table",
    "read_meta",
    "record_json",
    "relevance_of",
]
