"""LanguageTool's HTTP API, the part that is no HTTP: requests read, findings told as matches."""

from monitor.api.annotated import Annotated, plain_text, read_annotated
from monitor.api.answers import check_answer, config_answer, software
from monitor.api.languages import list_languages, primary, variant_of
from monitor.api.languagetool_matches import RuleWords, make_matches
from monitor.api.languagetool_request import AUTO, Wanted, read_wanted
from monitor.api.languagetool_upstream import (
    UpstreamError,
    ask_upstream,
    sound_matches,
    upstream_languages,
)

__all__ = [
    "AUTO",
    "Annotated",
    "RuleWords",
    "UpstreamError",
    "Wanted",
    "ask_upstream",
    "check_answer",
    "config_answer",
    "list_languages",
    "make_matches",
    "plain_text",
    "primary",
    "read_annotated",
    "read_wanted",
    "software",
    "sound_matches",
    "upstream_languages",
    "variant_of",
]
