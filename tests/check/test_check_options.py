"""The options of a check are declared once: whoever takes a draft knows them all."""

from dataclasses import fields

import pytest

from monitor.api.check_routes import FILE_FORM, CheckRequest
from monitor.check.options import CheckOptions
from monitor.lsp.editor_settings import Options
from monitor.records.errors import UsageError

NAMES = {one.name for one in fields(CheckOptions)} - {"path"}


def test_every_way_to_hand_in_a_draft_takes_them_all():
    form = FILE_FORM["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    assert CheckRequest.model_fields.keys() >= NAMES
    assert form.keys() - {"file"} == NAMES
    assert issubclass(Options, CheckOptions)


def test_what_is_given_is_what_differs():
    assert CheckOptions().given() == {}
    options = CheckOptions(guideline=("a", "b"), country="", min_confidence=0.0, on_topic=False)
    assert options.given() == {"guideline": ["a", "b"], "country": "", "min_confidence": 0.0}


def test_a_confidence_is_a_share():
    with pytest.raises(UsageError, match="from 0 to 1"):
        CheckOptions(min_confidence=2)
