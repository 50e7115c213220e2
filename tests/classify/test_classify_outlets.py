"""Where an outlet is at home, by address, name and headline."""

import pytest

from monitor.classify.outlet_homes import ArticleSource, Home
from place_names import places


@pytest.mark.parametrize(
    ("url", "country"),
    [
        ("https://www.example.com.gh/news/1", "GH"),
        ("https://news.example.co.uk/a", "GB"),
        ("https://www.bangkokpost.com/thailand/1", "TH"),
        ("https://www.thejakartapost.com/a", "ID"),
        ("https://www.philstar.com/nation/1", "PH"),
        ("https://www.theparisnews.com/a", "US"),
        ("https://www.palestineherald.com/a", "US"),
        ("https://www.athensreview.com/a", "US"),
        ("https://www.parisinsider.com/a", "FR"),
        ("https://www.example.tv/a", None),
        ("https://www.example.com/a", None),
        ("https://[broken", None),
        ("", None),
    ],
)
def test_an_address_says_where_an_outlet_is_at_home(url: str, country: str | None) -> None:
    assert places()[1].home("", ArticleSource(url)).country == country


@pytest.mark.parametrize(
    ("title", "outlet", "country"),
    [
        ("Girls freed from hotel - CTV News Barrie", "", "CA"),
        ("Girls freed from hotel | The Manila Times", "", "PH"),
        ("Girls freed from hotel", "Ghana News Agency", "GH"),
        ("Girls freed - and fed - from hotel in the small town", "", None),
        ("", "", None),
    ],
)
def test_a_name_says_where_an_outlet_is_at_home(
    title: str, outlet: str, country: str | None
) -> None:
    assert places()[1].home(title, ArticleSource(outlet=outlet)).country == country


def test_outlets_for_the_world_say_it_by_the_section() -> None:
    outlets = places()[1]
    guardian = outlets.home(
        "", ArticleSource("https://www.theguardian.com/us-news/2026/jun/28/a-story")
    )
    assert guardian == Home(None, world=True, section="US")
    bbc = outlets.home("", ArticleSource("https://www.bbc.co.uk/news/world-asia-china-56533560"))
    assert bbc == Home("GB", world=True, section="CN")
    assert outlets.home("", ArticleSource("https://www.cnn.com/2026/07/a")).section is None
