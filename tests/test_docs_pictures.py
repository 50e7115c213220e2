"""The pictures of README are there, small, and can be taken again."""

import re

import pytest
from PIL import Image

import screenshots
from documents import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = sorted(set(re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)))


def test_there_are_pictures_and_the_script_takes_them() -> None:
    assert {name.rpartition("/")[2] for name in SHOWN} <= {f"{n}.png" for n in screenshots.PICTURES}
    assert len(SHOWN) >= 3


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_is_small_and_of_one_width(name: str) -> None:
    path = ROOT / name
    assert path.stat().st_size <= screenshots.LARGEST
    with Image.open(path) as picture:
        assert picture.size == (1280, screenshots.HEIGHT)
