"""Which requests there are, and which cannot be."""

import pytest

from monitor.api.languagetool import list_languages, name_of, variant_of
from monitor.api.languagetool_request import AUTO, read_request
from monitor.records.errors import ConfigError, UsageError
from monitor.settings import LanguageToolSettings, check_languagetool, check_origins

GOOD = {"text": "A text.", "language": "en-US"}


def test_what_clients_send_is_understood() -> None:
    sent = GOOD | {
        "motherTongue": "de",
        "altLanguages": "fr",
        "level": "picky",
        "mode": "TEXTLEVELONLY",
        "enabledRules": "a, b,,",
        "disabledRules": "",
        "enabledOnly": "yes",
        "c": "1",
        "username": "somebody",
        "apiKey": "secret",
        "unheardOf": "1",
    }
    wanted = read_request(sent)
    assert wanted.selection.picky
    assert wanted.selection.mode == "textLevelOnly"
    assert wanted.selection.rules == {"a", "b"}
    assert wanted.selection.only
    assert wanted.compact
    assert "secret" not in str(wanted.passed_on)
    assert set(wanted.passed_on) & {"username", "apiKey", "disabledRules", "unheardOf"} == set()
    assert wanted.passed_on["motherTongue"] == "de"


@pytest.mark.parametrize(
    "code", ["en", "en-US", "en_GB", "ca-ES-valencia", "de-DE-x-simple-language"]
)
def test_codes_of_languages(code: str) -> None:
    assert read_request(GOOD | {"language": code}).language == code.replace("_", "-")
    assert read_request(GOOD | {"language": "AUTO"}).language == AUTO


@pytest.mark.parametrize(
    "change",
    [
        {"language": ""},
        {"language": "the two women"},
        {"language": "e"},
        {"data": "{}"},
        {"level": "high"},
        {"mode": "some"},
        {"enabledOnly": "true"},
        {"enabledOnly": "true", "enabledRules": "a", "disabledRules": "b"},
        {"enabledOnly": "true", "enabledRules": "a", "disabledCategories": "b"},
        {"preferredVariants": "en-GB"},
        {"language": "auto", "preferredVariants": "en"},
        {"language": "auto", "preferredVariants": "the-two women"},
    ],
)
def test_what_cannot_be_is_refused_without_repeating_it(change: dict[str, str]) -> None:
    with pytest.raises(UsageError) as refused:
        read_request(GOOD | change)
    assert "two women" not in str(refused.value)


def test_a_text_must_be_there() -> None:
    with pytest.raises(UsageError, match="either 'text' or 'data'"):
        read_request({"language": "en"})


def test_languages_have_names_and_variants() -> None:
    listed = list_languages(["en", "tet", "en"])
    assert {"name": "English (US)", "code": "en", "longCode": "en-US"} in listed
    assert listed[-1] == {"name": "Tetum", "code": "tet", "longCode": "tet"}
    assert name_of("en-ZA") == "English (South Africa)"
    assert variant_of("en", ()) == "en-US"
    assert variant_of("en", ("de-AT", "en-GB")) == "en-GB"
    assert variant_of("th", ("en-GB",)) == "th"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/v2",
        "127.0.0.1:8081",
        "http://user:pw@127.0.0.1/v2",
        "http://127.0.0.1/v2?a=1",
        "http://127.0.0.1:99999/",
        "http:///v2",
        "http://[::1/v2",
    ],
)
def test_an_upstream_must_be_an_address(url: str) -> None:
    with pytest.raises(ConfigError, match=r"languagetool\.upstream"):
        check_languagetool(LanguageToolSettings(upstream=url, allow_remote=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"])
def test_an_upstream_is_on_this_machine(host: str) -> None:
    settings = LanguageToolSettings(upstream=f"http://{host}:8081/v2")
    check_languagetool(settings)
    assert settings.remote == ""


@pytest.mark.parametrize(
    "host", ["10.0.0.7", "api.languagetool.org", "localhost.example", "127.0.0.1.example", "[::]"]
)
def test_an_upstream_elsewhere_must_be_allowed(host: str) -> None:
    url = f"https://{host}/v2"
    with pytest.raises(ConfigError, match="drafts would be sent there"):
        check_languagetool(LanguageToolSettings(upstream=url))
    allowed = LanguageToolSettings(upstream=url, allow_remote=True)
    check_languagetool(allowed)
    assert allowed.remote == host.strip("[]")


@pytest.mark.parametrize(
    "change", [{"show": "loud"}, {"timeout_s": 0.0}, {"timeout_s": float("nan")}]
)
def test_other_values_are_checked(change: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        check_languagetool(LanguageToolSettings(**change))  # type: ignore[arg-type]


def test_origins_are_exact() -> None:
    check_origins(["https://cms.example", "http://localhost:3000", "moz-extension://a-b-0"])
    for wrong in ("*", "null", "https://cms.example/", "https://*.example", "HTTPS://a", "a"):
        with pytest.raises(ConfigError, match=r"serve\.allow_origins"):
            check_origins([wrong])
