"""Countries by the names people use."""

import pytest

from monitor.classify.countries import country_name


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
