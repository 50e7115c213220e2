"""Asking for names: counted, for who asked, and back to a page of ours only."""

import httpx
import pytest

from monitor.archive import names_on_request as names
from monitor.web.names_page import own_path


def post(address, path, **form):
    return httpx.post(address + path, data=form, follow_redirects=False)


def test_asking_for_one_leads_back_to_where_it_stands(address, desk):
    before = len(desk.store.asking_times())
    there = post(address, "/articles/article-farm/names", back="/digests/all?x=1#top")
    assert there.status_code == 303
    assert there.headers["location"] == "/digests/all?x=1#article-article-farm"
    assert names.asked(desk, "") == {"article-farm"}
    assert post(address, "/articles/article-farm/names", hide="1").headers["location"] == (
        "/articles/article-farm#article-article-farm"
    )
    assert names.asked(desk, "") == frozenset()
    assert len(desk.store.asking_times()) == before + 1
    assert post(address, "/articles/none/names").status_code == 404
    assert post(address, "/articles/none/names", hide="1").status_code == 303


def test_asking_for_a_page_counts_each(address, desk):
    before = len(desk.store.asking_times())
    ids = ["article-farm", "article-mayor", "none"]
    there = post(address, "/names", id=ids, back="/digests/all")
    assert (there.status_code, there.headers["location"]) == (303, "/digests/all")
    assert names.asked(desk, "") == {"article-farm", "article-mayor"}
    assert len(desk.store.asking_times()) == before + 2
    post(address, "/names/hide", shown=ids)
    assert names.asked(desk, "") == frozenset()


def test_a_get_shows_nothing_and_a_body_that_is_no_form_is_refused(address, desk):
    for path in ("/names", "/names/hide", "/articles/article-farm/names"):
        assert httpx.get(address + path).status_code in (404, 405)
        broken = httpx.post(address + path, content="\xff".encode("latin-1"))
        assert broken.status_code == 400
    assert names.asked(desk, "") == frozenset()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/a b",
        "/a\r\nb",
        "/é",
    ],
)
def test_only_a_path_of_ours_is_led_back_to(address):
    assert own_path(address, "/default") == "/default"


def test_a_path_keeps_its_query():
    assert own_path("/articles?q=a%20b&x=1#y", "/") == "/articles?q=a%20b&x=1"
