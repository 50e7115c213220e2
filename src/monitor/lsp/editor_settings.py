"""What an editor can set, read from what it sends; what is not known is said, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from monitor.check.options import CheckOptions
from monitor.labels.countries import parse_country
from monitor.records.errors import UsageError
from monitor.records.finding import SEVERITIES, Severity

SECTION = "monitor"


@dataclass(frozen=True, kw_only=True, slots=True)
class Options(CheckOptions):
    """How an editor's drafts are checked; `None`: as the workspace's monitor.toml says.

    `severity` is the least that is shown. `languages` are further language ids that are checked,
    as plain text. `feedback` offers to say whether a flag was right.
    """

    severity: Severity = "suggestion"
    disable: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    feedback: bool = False

    def shows(self, severity: Severity) -> bool:
        """Whether a finding of `severity` is shown."""
        return SEVERITIES.index(severity) <= SEVERITIES.index(self.severity)


def read_options(given: Any) -> tuple[Options, tuple[str, ...]]:
    """Return the options in what an editor sent, and what is wrong with it, a sentence each.

    The options may stand under `monitor`. What is wrong is left as it is by default, and so is
    what is null: an editor's word for not set.
    """
    if given is None:
        return Options(), ()
    if isinstance(given, Mapping) and isinstance(given.get(SECTION), Mapping):
        given = given[SECTION]
    if not isinstance(given, Mapping):
        return Options(), ("the settings are not a table",)
    options, wrong = Options(), []
    for key, value in given.items():
        if key not in _READERS:
            known = ", ".join(sorted(_READERS))
            wrong.append(f"unknown setting '{str(key)[:60]}' (known: {known})")
        elif value is not None:
            field, read = _READERS[key]
            try:
                options = replace(options, **{field: read(value)})
            except UsageError as error:
                wrong.append(f"setting '{key}': {error}")
    return options, tuple(wrong)


def _reader(fits: Callable[[Any], bool], wanted: str) -> Callable[[Any], Any]:
    """Return what lets a value pass that `fits`, and raises `UsageError` for others."""

    def read(value: Any) -> Any:
        if not fits(value):
            raise UsageError(f"must be {wanted}")
        return tuple(value) if isinstance(value, list) else value

    return read


def _country(value: Any) -> str:
    code: str = _text(value)
    return parse_country(code) if code.strip() else ""


_text = _reader(lambda value: isinstance(value, str), "a string")
_texts = _reader(lambda v: isinstance(v, list) and {*map(type, v)} <= {str}, "a list of strings")
_flag = _reader(lambda value: isinstance(value, bool), "true or false")
_share = _reader(lambda v: type(v) in (int, float) and 0 <= v <= 1, "a number from 0 to 1")
_severity = _reader(SEVERITIES.__contains__, f"one of {', '.join(SEVERITIES)}")
_READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "country": ("country", _country),
    "guideline": ("guideline", lambda v: (v if isinstance(v, str) else _texts(v)) or None),
    "minConfidence": ("min_confidence", _share),
    "severity": ("severity", _severity),
    "onTopic": ("on_topic", _flag),
    "disable": ("disable", _texts),
    "languages": ("languages", _texts),
    "feedback": ("feedback", _flag),
}
