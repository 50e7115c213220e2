"""Tags as they are typed."""

import pytest

from monitor.cli.common import read_tags
from monitor.records.errors import UsageError


def test_scheme_and_label_are_apart_by_either_sign() -> None:
    typed = ["topic:smuggling", "form=forced_labour", "place=gh", "indicator:isolation"]
    assert read_tags(typed) == [
        ("topic", "smuggling"),
        ("form", "forced_labour"),
        ("place", "GH"),
        ("indicator", "isolation"),
    ]
    assert read_tags(["institution:unodc"]) == [("institution", "unodc")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("topic", "'' is no label of 'topic'"),
        ("topic:weather", "'weather' is no label of 'topic'"),
        ("weather:rain", "'weather' is no scheme of tags"),
        ("instrument:palermo", "'palermo' is no label of 'instrument'"),
    ],
)
def test_what_is_no_tag_is_told(typed: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_tags([typed])
