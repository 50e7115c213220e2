"""What an editor sets, and which of its documents are checked."""

from typing import Any

import pytest

from monitor.lsp.documents import format_of
from monitor.lsp.editor_settings import Options, read_options


def test_all_settings_are_read() -> None:
    given = {
        "country": "gh",
        "guideline": ["thb-en", "house"],
        "minConfidence": 0.5,
        "severity": "warning",
        "onTopic": True,
        "disable": ["rescue-language"],
        "languages": ["asciidoc"],
        "feedback": True,
    }
    wanted = Options(
        country="GH",
        guideline=("thb-en", "house"),
        min_confidence=0.5,
        severity="warning",
        on_topic=True,
        disable=("rescue-language",),
        languages=("asciidoc",),
        feedback=True,
    )
    assert read_options(given) == read_options({"monitor": given}) == (wanted, ())


def test_null_is_not_set() -> None:
    given = dict.fromkeys(("country", "minConfidence", "severity"))
    assert read_options(given) == read_options(None) == (Options(), ())
    assert read_options({"guideline": "", "country": ""}) == (Options(country=""), ())


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"severty": "error"}, "unknown setting 'severty' (known: country,"),
        ({"severity": "hint"}, "setting 'severity': must be one of error, warning, suggestion"),
        ({"minConfidence": 2}, "setting 'minConfidence': must be a number from 0 to 1"),
        ({"minConfidence": True}, "must be a number"),
        ({"onTopic": "yes"}, "setting 'onTopic': must be true or false"),
        ({"country": "Ghana"}, "GH"),
        ({"country": 7}, "must be a string"),
        ({"guideline": [1]}, "must be a list of strings"),
        ([], "not a table"),
    ],
)
def test_what_is_wrong_is_said_and_left_as_it_was(given: Any, says: str) -> None:
    options, wrong = read_options(given)
    assert options == Options()
    assert len(wrong) == 1
    assert says in wrong[0]


@pytest.mark.parametrize(
    ("uri", "language", "format"),
    [
        ("file:///a/b", "markdown", "md"),
        ("untitled:Untitled-1", "plaintext", "txt"),
        ("file:///a/b.txt", "text", "txt"),
        ("file:///a/b.txt", "", "txt"),
        ("file:///a/b%2Emd", "pandoc", "md"),
        ("file:///a/b.HTM", None, "html"),
        ("file:///a/CMakeLists.txt", "cmake", None),
        ("file:///a/b.py", "python", None),
        ("file:///a/b.adoc", "asciidoc", "txt"),
        ("file://[x", "", None),
    ],
)
def test_format_by_language_or_suffix(uri: str, language: str | None, format: str | None) -> None:
    assert format_of(uri, language, ("asciidoc",)) == format
