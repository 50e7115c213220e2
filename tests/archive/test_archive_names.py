"""Names are looked for ahead, hidden from whoever did not ask, and asking is counted."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

import shipped
from monitor.app import Monitor
from monitor.archive import names_on_request as names
from monitor.desk import MOST_LOOKED_THROUGH
from monitor.jobs.mask_names import mask_due
from monitor.records.finding import Span
from monitor.records.hidden_names import REASONS, WITHHELD, Mask
from monitor.records.people import PeopleTable
from monitor.rules.checker import GuidelineAssessor
from monitor.settings import Settings
from store_samples import CLASSIFIER, NOW, feed, incoming, judged, poll

TEXT = "Amina Yusuf, 14, was sold to a man in Accra. Yusuf is safe now."
FOREIGN = "La policía de Lima dijo el martes que dos niñas fueron halladas en un bar del puerto."
ENTRIES = [
    incoming("told", TEXT, title="Amina Yusuf freed", url="https://n.example/amina-yusuf-freed"),
    incoming("plain", "Parliament passed a law on trafficking.", title="New law"),
    incoming("foreign", FOREIGN, title="Dos niñas halladas", language="es"),
]


@pytest.fixture
def monitor(tmp_path):
    with Monitor(Settings(home=tmp_path), now=lambda: NOW) as opened:
        vars(opened).update(shelf=shipped.shelf(), assessors=())  # seconds to load, each
        opened.store.add_feeds([feed()], NOW)
        opened.store.record_poll(poll(feed(), ENTRIES), NOW)
        yield opened


def articles(monitor):
    return [
        monitor.store.article(f"article-{key}", ()).article for key in ("told", "plain", "foreign")
    ]


def test_names_are_looked_for_once_and_hidden(monitor):
    assert mask_due(monitor) == 3
    assert mask_due(monitor) == 0
    told, plain, foreign = monitor.shown(articles(monitor)).values()
    assert told.title == f"{WITHHELD} freed"
    assert told.hidden("title") == ((0, 11),)
    assert told.hidden("text") == ((0, 11), (45, 50))
    assert told.link_tells
    assert (plain.title, plain.spans, plain.link_tells) == ("New law", (), False)
    assert foreign.title == ""
    assert foreign.withheld == "names cannot be told in this language"
    assert foreign.spans == (Span("title", 0, 18), Span("text", 0, len(FOREIGN)))


def test_asking_shows_names_for_an_hour_to_who_asked_and_is_counted(monitor):
    mask_due(monitor)
    assert names.ask(monitor, ["article-told", "article-foreign", "none"], "ann") == 2
    found = monitor.shown(articles(monitor), ask=names.asked(monitor, "ann"))
    assert found["article-told"].title == "Amina Yusuf freed"
    assert found["article-told"].asked
    assert found["article-foreign"].title == "Dos niñas halladas"
    assert not found["article-plain"].asked
    assert names.asked(monitor, "bob") == frozenset()
    names.hide(monitor, ["article-told"], "ann")
    assert names.asked(monitor, "ann") == {"article-foreign"}
    monitor.now = lambda: NOW + timedelta(hours=1)
    assert names.asked(monitor, "ann") == frozenset()
    assert names.asked_by_month(monitor) == {"2026-11": 2}


def test_what_nobody_looked_through_is_looked_through_or_withheld(monitor):
    assert monitor.shown(articles(monitor))["article-told"].title == f"{WITHHELD} freed"
    told, plain, _ = articles(monitor)
    many = [told, *[plain] * MOST_LOOKED_THROUGH]
    clock = iter(range(100))
    found = monitor.shown(many, clock=lambda: next(clock))
    assert found["article-told"].withheld == REASONS["later"]
    assert found["article-told"].link_tells
    found = monitor.shown(many, clock=lambda: next(clock), patient=True)
    assert found["article-told"].title == f"{WITHHELD} freed"
    ids = [f"{n}" for n in range(MOST_LOOKED_THROUGH + 1)]
    found = monitor.shown([replace(plain, id=one) for one in ids], clock=lambda: 0)
    assert [bool(one.withheld) for one in found.values()] == [False] * MOST_LOOKED_THROUGH + [True]


def test_an_older_stamp_holds_until_the_new_one_has_looked(monitor):
    told = articles(monitor)[0]
    monitor.store.record_masks(
        [Mask(told.id, told.sha256, "names@0+0", (Span("title", 0, 5),))], NOW
    )
    assert monitor.shown([told])[told.id].title == f"{WITHHELD} Yusuf freed"
    mask_due(monitor)
    assert monitor.shown([told])[told.id].title == f"{WITHHELD} freed"


def test_of_an_expired_article_the_address_counts_as_telling_unless_it_is_known_not_to(monitor):
    told, plain, _ = articles(monitor)
    monitor.store.record_masks([Mask(plain.id, plain.sha256, "names@0+0")], NOW)
    monitor.store.expire(NOW + timedelta(days=1), NOW, limit=9)
    found = monitor.shown(articles(monitor))
    assert found[told.id].link_tells
    assert not found[plain.id].link_tells
    assert mask_due(monitor) == 0


def test_an_article_that_makes_the_search_fail_is_recorded(monitor):
    def broken(article):
        raise RuntimeError(article.text)

    monitor.mask = broken
    assert mask_due(monitor) == 3
    assert mask_due(monitor) == 0
    assert {one.withheld for one in monitor.shown(articles(monitor)).values()} == {
        "names could not be looked for in this article"
    }


def test_it_ends_after_the_batch_in_hand_and_goes_on(monitor):
    more = [incoming(f"m{n}", "Parliament met.") for n in range(20)]
    monitor.store.record_poll(poll(feed(), more), NOW)
    assert mask_due(monitor, stopped=lambda: True) == 16
    told = []
    assert mask_due(monitor, report=told.append) == 7
    assert told == [7]


def test_a_digest_is_rendered_without_names_unless_they_are_asked_for(monitor):
    vars(monitor)["assessors"] = (SimpleNamespace(stamp=CLASSIFIER),)
    told = articles(monitor)[0]
    monitor.store.record_assessments([(told, judged(0.9))], NOW)
    digest = monitor.digest("all")
    for form in ("text", "md", "html", "json"):
        assert "Amina" not in monitor.render_digest(digest, form, evidence=True)
        assert "Amina Yusuf freed" in monitor.render_digest(digest, form, ask={told.id})
    for form in ("atom", "jsonfeed"):
        assert "Amina" not in monitor.render_digest(digest, form, ask={"another"})


def test_no_word_is_kept(monitor):
    mask_due(monitor)
    with monitor.store._database.reading() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM masks").all())
    assert "mina" not in rows.replace("article-", "")


def test_people_are_read_once_while_a_job_runs_and_forgotten_after(monitor):
    memory, told = monitor.people_memory, articles(monitor)[0]
    rules = GuidelineAssessor(shipped.thb(), people=memory)
    (alone,) = rules.assess([told])
    assert memory.find(told.title, told.text) is None  # nothing outlives a request
    with memory.kept():
        assert rules.assess([told]) == [alone]
        read = memory.find(told.title, told.text)
        assert read is not None
        assert monitor.mask(told) == by_itself(told)
        memory.keep(told.title, told.text, PeopleTable())
        assert monitor.mask(told).spans == ()  # what was read before is what counts
        assert mask_due(monitor) == 3
        assert memory.find(told.title, told.text) is not None
    assert memory.find(told.title, told.text) is None
    assert monitor.mask(told) == by_itself(told)


def by_itself(article):
    """What the masks hide in an article that nobody read before."""
    with Monitor(Settings(home=Path("unused"))) as other:
        vars(other).update(shelf=shipped.shelf(), assessors=())
        return other.mask(article)
