import pytest

from monitor.feeds.urls import article_id, canonical_url, publisher_url

TARGET = "https://outlet.example/news/7?id=4&page=2"
QUOTED = "https%3A%2F%2Foutlet.example%2Fnews%2F7%3Fid%3D4%26page%3D2"


@pytest.mark.parametrize(
    "link",
    [
        f"https://www.google.com/url?rct=j&sa=t&url={QUOTED}&ct=ga&cd=CAIy&usg=AOv",
        f"https://google.com/url?q={QUOTED}&sa=D",
        f"https://www.google.co.uk/url?url={QUOTED}",
        f"https://www.google.com.gh/url?url={QUOTED}",
        f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=6&url={QUOTED}&c=9&mkt=en-us",
        f"https://l.facebook.com/l.php?u={QUOTED}&h=AT0",
        f"https://duckduckgo.com/l/?uddg={QUOTED}&rut=1",
        f"https://eur02.safelinks.protection.outlook.com/?url={QUOTED}&data=05",
        f"https://r.search.yahoo.com/_ylt=A0/RV=2/RE=17/RO=10/RU={QUOTED}/RK=2/RS=a-",
    ],
)
def test_a_link_that_names_its_target_becomes_it(link: str) -> None:
    assert publisher_url(link) == TARGET
    assert canonical_url(link) == TARGET
    assert canonical_url(canonical_url(link)) == TARGET
    assert article_id(link) == article_id(TARGET)


def test_a_link_in_a_link() -> None:
    inner = f"https://www.google.com/url?url={QUOTED}"
    outer = "https://www.bing.com/news/apiclick.aspx?url=" + inner.replace("%", "%25").replace(
        "&", "%26"
    )
    assert publisher_url(outer) == TARGET


@pytest.mark.parametrize(
    "link",
    [
        "https://news.google.com/rss/articles/CBMiWkFVX3lxTE9",  # tells only who follows it
        "https://feedproxy.google.com/~r/outlet/~3/abc/",
        "https://t.co/Abc1",
        "https://www.google.com/url?sa=t",
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/url?url=//outlet.example/1",
        "https://www.google.com/search?url=https://outlet.example/1",
        "https://google.evil.example/url?url=https://outlet.example/1",
        "https://outlet.example/url?url=https://other.example/1",
        "https://www.google.com/url?" + "&".join(["url=x"] * 60),
        "https://[broken/url?url=https://outlet.example/1",
        "no address",
    ],
)
def test_all_other_links_stay(link: str) -> None:
    assert publisher_url(link) == link
