"""Countries by their codes and by the names people use."""

import pytest

from monitor.labels.countries import country_name, parse_country
from monitor.records.errors import UsageError


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("TL", "Timor-Leste"),
        ("LA", "Laos"),
        ("KR", "South Korea"),
        ("CD", "Democratic Republic of the Congo"),
        ("CG", "Congo"),
        ("XX", "XX"),
    ],
)
def test_names(code: str, name: str) -> None:
    assert country_name(code) == name


@pytest.mark.parametrize("value", ["GH", "gh", " GH "])
def test_codes(value: str) -> None:
    assert parse_country(value) == "GH"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("UK", "United Kingdom is GB"),
        ("Ghana", "Ghana is GH"),
        ("GHA", "Ghana is GH"),
        ("XX", "such as GH"),
        ("", "such as GH"),
        ("Atlantis", "such as GH"),
    ],
)
def test_what_is_no_code_is_named(value: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_country(value)
    assert f"'{value}' is no ISO 3166-1 alpha-2 country code" in str(caught.value)
    assert hint in str(caught.value)
