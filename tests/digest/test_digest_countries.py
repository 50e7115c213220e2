"""The digest names, once, the countries of which nobody knows how well they are covered."""

import json
import re
from dataclasses import replace

import pytest

from digest_samples import LEDGER, TAGS, article, sample_digest
from monitor.digest.build import note_unmeasured
from monitor.digest.render import render_digest
from monitor.records.digest import Digest, Story
from monitor.records.tag import Tag

NAMES = {"GH": "Ghana", "TH": "Thailand", "TL": "Timor-Leste", "US": "United States"}
PAGES = ("html", "text", "md")


def story(key, *places, role="exploitation"):
    tags = tuple(Tag("place", code, 0.9, (), role) for code in places)
    return Story(key, (article(key, tags=tags), article(f"{key}-copy", tags=tags)))


def digest(*relevant, borderline=()):
    return Digest("2026-11-25", "UTC", relevant, borderline, LEDGER, ("s@1+0",))


def render(found, form):
    return render_digest(found, form, title="News", country_name=lambda code: NAMES.get(code, code))


def flat(found, form):
    page = re.sub(r"<[^>]+>", " ", render(found, form)) if form == "html" else render(found, form)
    return re.sub(r"\s+", " ", page).replace("\\", "")


def test_where_stories_are_placed_and_the_desk_is_counts_by_stories():
    found = digest(story("a", "TL"), story("b", "US", "TH"), borderline=(story("c", "TH"),))
    assert note_unmeasured(found, {"US"}).unmeasured == ("TH", "TL")
    assert note_unmeasured(found, {"US"}, "GH").unmeasured == ("GH", "TH", "TL")
    assert note_unmeasured(found, {"US"}, "TL").unmeasured == ("TL", "TH")
    assert note_unmeasured(found, {"US", "TH", "TL"}, "US").unmeasured == ()


def test_a_country_that_is_only_mentioned_is_not_spoken_of():
    for role in ("origin", "transit", "mentioned"):
        assert note_unmeasured(digest(story("a", "GH", role=role)), ()).unmeasured == ()
    assert note_unmeasured(digest(story("a", "GH", role=None)), ()).unmeasured == ("GH",)


@pytest.mark.parametrize("form", PAGES)
def test_it_is_said_once_in_each_format(form):
    found = digest(story("a", "GH"), story("b", "GH", "TH"), story("c", "TL"))
    said = (
        "How well English articles about these countries are found is not measured"
        " (fewer than 20 labelled stories): Ghana, Thailand, Timor-Leste"
    )
    page = flat(note_unmeasured(found, {"US"}), form)
    assert page.count(said) == 1
    assert page.count("is not measured") == 1
    assert page.index("6 feeds polled") < page.index(said)


@pytest.mark.parametrize("form", PAGES)
def test_a_quiet_day_tells_of_the_country_of_the_desk(form):
    page = flat(note_unmeasured(digest(), {"US"}, "GH"), form)
    assert "about this country are found is not measured (fewer than 20 labelled" in page
    assert "stories): Ghana" in page


@pytest.mark.parametrize("form", PAGES)
def test_a_model_without_figures_by_country_is_told_as_that(form):
    found = note_unmeasured(digest(story("a", "GH", "US")), None)
    page = flat(found, form)
    assert found.unmeasured is None
    assert "single countries are found is not measured: the model in use has no figures" in page
    assert "fewer than" not in page


@pytest.mark.parametrize("form", PAGES)
@pytest.mark.parametrize("measured", [None, {"US"}])
def test_without_a_country_nothing_is_said(form, measured):
    found = note_unmeasured(digest(story("a")), measured)
    assert found.unmeasured == ()
    assert "is not measured" not in flat(found, form)
    assert "is not measured" not in flat(note_unmeasured(digest(story("a", "US")), {"US"}), form)


def test_of_many_countries_a_few_are_named():
    codes = [f"{letter}X" for letter in "ABCDEFGHI"]
    found = note_unmeasured(digest(story("a", *codes)), ())
    assert "stories): AX, BX, CX, DX, EX, FX and 3 more " in flat(found, "text")
    assert json.loads(render(found, "json"))["coverage"]["unmeasured_countries"] == codes


def test_programs_get_the_codes():
    for measured, told in ((None, None), (("US",), ["GH"]), (("GH",), [])):
        found = note_unmeasured(sample_digest(), measured)
        assert json.loads(render(found, "json"))["coverage"]["unmeasured_countries"] == told


def test_hostile_names_are_cleaned():
    evil = "<b>\x1b[31m\u202e](x"
    tags = (replace(TAGS[0], label=evil),)
    found = note_unmeasured(digest(Story("a", (article("a", tags=tags),))), ())
    for form in PAGES:
        page = render(found, form)
        assert "\x1b" not in page
        assert "\u202e" not in page
        assert "<b>\x1b" not in page
    assert "stories): <b>" not in render(found, "html")
