"""Names over the API: hidden from everybody, shown to who may and asks, and counted."""

import httpx
import pytest

from monitor.app import Monitor
from monitor.jobs.mask_names import complete_due, mask_due
from monitor.people.anonymisation import Masked
from monitor.records.account import ROLES, Role
from monitor.records.article import Enclosure
from monitor.records.finding import Span
from monitor.records.hidden_names import REASONS, WITHHELD
from monitor.records.tag import Tag
from monitor.settings import Settings
from monitor.storage.stories import StoryPlacement
from serving import serve
from store_samples import CLASSIFIER, NOW, STAMPS, feed, flagged, incoming, judged, poll, tagged

TEXT = "Yaw Mensah, 14, was sold. Mensah is a slave no more."
ELSEWHERE = {"x-forwarded-for": "203.0.113.9"}


class Stamped:
    """Something that judged, and judges nothing more."""

    def __init__(self, stamp):
        self.stamp = stamp


def planted(article):
    if article.language != "en":
        return None
    spans = tuple(
        Span(field, place, place + 10)
        for field, words in (("title", article.title), ("text", article.text))
        if (place := words.find("Yaw Mensah")) >= 0 and "was sold" in article.text
    )
    hidden = frozenset(("Yaw", "Mensah")) if spans else frozenset()
    return Masked("", "", spans, hidden, hidden)


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("desk"))
    with Monitor(settings, now=lambda: NOW) as monitor:
        stamped = tuple(map(Stamped, STAMPS))
        vars(monitor).update(assessors=stamped, names_stamp="names@1+planted", mask=planted)
        monitor.store.add_feeds([feed()], NOW)
        url = "https://news.example/yaw-mensah-free"
        more = {
            "authors": ("By Yaw Mensah",),
            "categories": ("Yaw Mensah",),
            "enclosures": (Enclosure("https://news.example/yaw-mensah.jpg", "image/jpeg"),),
        }
        entries = [
            incoming("told", TEXT, title="Yaw Mensah freed", url=url, **more),
            incoming("same", "Yaw Mensah sings.", title="Mensah sings", url=f"{url}-2", **more),
            incoming("fr", "Yaw Mensah est libre.", title="Yaw Mensah", language="fr", url=url),
            incoming("plain", "A law was passed.", title="New law"),
        ]
        monitor.store.record_poll(poll(feed(), entries), NOW)
        for entry in entries:
            article = monitor.store.article(entry.article_id, ()).article
            tag = Tag("form", "forced_labour", 0.9, (Span("text", 0, 16),))
            said = [judged(0.9), tagged(tag), flagged(article)]
            monitor.store.record_assessments([(article, one) for one in said], NOW)
        mask_due(monitor)

        def place(article, _):
            return StoryPlacement(None if article.id == "article-fr" else "article-fr", "", (), NOW)

        monitor.store.fold(monitor.stories_stamp, [CLASSIFIER], place, NOW, limit=9)
        complete_due(monitor)
        yield monitor


@pytest.fixture(name="address", scope="module")
def _address(desk):
    with serve(desk) as address:
        yield address


ROUTES = (
    "/v1/articles",
    "/v1/articles/article-told",
    "/v1/articles/article-same",
    "/v1/articles/article-fr",
    "/v1/stories",
    "/v1/stories/article-fr",
    "/v1/digests/all",
    "/v1/digests/all?format=html",
)


def get(desk, address, path, role, names=None):
    rights = ROLES[role] if role in ROLES else Role(("read",))
    token, secret = desk.store.add_token(
        f"{role} {desk.store.tokens()[-1:]!r:.40} {path[:40]}",
        rights,
        desk.now(),
    )
    asked = {} if names is None else {"names": str(names).lower()}
    query = dict(httpx.URL(path).params) | asked
    headers = ELSEWHERE | {"authorization": f"Bearer {secret}"}
    answer = httpx.get(f"{address}{path.partition('?')[0]}", params=query, headers=headers)
    desk.store.revoke_token(token.name, NOW)
    return answer


@pytest.mark.parametrize("path", ROUTES)
def test_nobody_is_given_names_unless_they_are_asked_for(desk, address, path):
    before = len(desk.store.asking_times())
    for role in ("reader", "volunteer", "reviewer", "admin"):
        answer = get(desk, address, path, role)
        assert answer.status_code == 200
        told = answer.text.lower()
        assert "mensah" not in told
        assert "yaw" not in told
    home = httpx.get(f"{address}{path}")
    assert "mensah" not in home.text.lower()
    assert len(desk.store.asking_times()) == before


@pytest.mark.parametrize("path", [path for path in ROUTES if "html" not in path])
def test_names_need_their_scope_and_each_article_is_counted(desk, address, path):
    for role in ("reader", "volunteer"):
        refused = get(desk, address, path, role, names=True)
        assert refused.status_code == 403
        assert "'names'" in refused.json()["detail"]
    before = len(desk.store.asking_times())
    answer = get(desk, address, path, "reviewer", names=True)
    assert "Mensah" in answer.text
    several = path.endswith(("articles", "all")) or path == "/v1/stories/article-fr"
    holding = 3 if several else 1
    assert len(desk.store.asking_times()) - before == holding
    assert get(desk, address, path, "reviewer", names=False).text == (
        get(desk, address, path, "admin").text
    )


def test_places_are_those_in_what_is_given_and_flags_are_judged_by_them(desk, address):
    told = httpx.get(f"{address}/v1/articles/article-told").json()
    assert told["title"] == f"{WITHHELD} freed"
    assert told["text"] == f"{WITHHELD}, 14, was sold. {WITHHELD} is a slave no more."
    assert told["url"] is None
    assert (told["authors"], told["categories"], told["enclosures"]) == ([], [], [])
    assert "withheld" not in told
    (flag,) = told["findings"]
    assert told[flag["field"]][flag["start"] : flag["end"]] == flag["match"] == WITHHELD
    place = {name: flag[name] for name in ("field", "start", "end")}
    said = {"rule": flag["rule"], "right": True} | place
    answer = httpx.post(f"{address}/v1/articles/article-told/flags", json=said)
    assert (answer.status_code, answer.json()["flags"]) == (200, 1)
    named = httpx.get(f"{address}/v1/articles/article-told", params={"names": "true"}).json()
    (flag,) = named["findings"]
    assert (named["text"], flag["match"]) == (TEXT, "Yaw M")
    place = {name: flag[name] for name in ("field", "start", "end")}
    answer = httpx.post(f"{address}/v1/articles/article-told/flags", json=said | place)
    assert (answer.status_code, answer.json()["flags"]) == (200, 1)


def test_what_cannot_be_read_is_withheld_whole(desk, address):
    told = httpx.get(f"{address}/v1/articles/article-fr").json()
    assert (told["title"], told["text"], told["url"]) == (None, None, None)
    assert told["withheld"] == REASONS["language"]
    assert told["findings"] == []
    plain = httpx.get(f"{address}/v1/articles/article-plain").json()
    assert plain["url"] == "https://news.example/plain"


def test_a_page_offers_names_to_who_may_see_them(desk, address):
    for role, may in (("reader", False), ("volunteer", False), ("reviewer", True)):
        answer = get(desk, address, "/articles", role)
        assert ("Show names" in answer.text) == may
        _, secret = desk.store.add_token(f"{role} who asks", ROLES[role], desk.now())
        asked = httpx.post(
            f"{address}/names",
            data={"id": "article-told"},
            headers=ELSEWHERE | {"authorization": f"Bearer {secret}"},
        )
        assert asked.status_code == (303 if may else 403)
