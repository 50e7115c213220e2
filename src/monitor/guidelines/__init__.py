"""The reporting guideline: rules as data, kinds of check, findings and scorecard."""

from monitor.guidelines.answer import Told, answer_json
from monitor.guidelines.assessor import GuidelineAssessor
from monitor.guidelines.checked import Checked
from monitor.guidelines.compiled import Guideline
from monitor.guidelines.confidence import check_share, identifying, protecting
from monitor.guidelines.countries import (
    Country,
    country_json,
    in_country,
    law_words,
    load_countries,
    unchecked_words,
)
from monitor.guidelines.coverage import coverage_json
from monitor.guidelines.describe import describe_rule, describe_ruled, rules_json
from monitor.guidelines.engine import check_document, check_documents
from monitor.guidelines.examples import ExampleFailure, run_examples
from monitor.guidelines.in_force import InForce, Ruling, load_guidelines, rules_called
from monitor.guidelines.loading import load_guideline, rule_files
from monitor.guidelines.measured import load_measured, measured_words, missed_words
from monitor.guidelines.report import document_json, rule_json
from monitor.guidelines.schema import Rule, rule_schema
from monitor.guidelines.shelf import Shelf
from monitor.guidelines.size import WIDE, GuidelineSize, measure_size
from monitor.guidelines.skeleton import write_skeleton

__all__ = [
    "WIDE",
    "Checked",
    "Country",
    "ExampleFailure",
    "Guideline",
    "GuidelineAssessor",
    "GuidelineSize",
    "InForce",
    "Rule",
    "Ruling",
    "Shelf",
    "Told",
    "answer_json",
    "check_document",
    "check_documents",
    "check_share",
    "country_json",
    "coverage_json",
    "describe_rule",
    "describe_ruled",
    "document_json",
    "identifying",
    "in_country",
    "law_words",
    "load_countries",
    "load_guideline",
    "load_guidelines",
    "load_measured",
    "measure_size",
    "measured_words",
    "missed_words",
    "protecting",
    "rule_files",
    "rule_json",
    "rule_schema",
    "rules_called",
    "rules_json",
    "run_examples",
    "unchecked_words",
    "write_skeleton",
]
