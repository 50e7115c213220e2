"""Stories that are kept: the same whatever the batches, and what an outlet took back is erased."""

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from monitor.records.errors import NotFound
from monitor.records.feed import Incoming
from monitor.records.finding import Finding
from monitor.storage.schema import story_keys, story_members
from monitor.storage.store import Store, open_store
from monitor.storage.work_queue import Progress
from monitor.stories import clustering as folding
from monitor.stories.clustering import kept_groups, place
from store_samples import CLASSIFIER, GUIDELINE, NOW, at, feed, flagged, incoming, judged, poll

STAMP = "stories@1+test"
PLACES = ("Takoradi", "Aflao", "Dili", "Songkhla", "Ranong", "Paga", "Baucau", "Hohoe")
SKIPPERS = (
    "Kodjo Amuzu",
    "Abel Ximenes",
    "Prasit Wongsa",
    "Yao Dzidzor",
    "Esi Tekpor",
    "Zeca Belo",
    "Somsak Rattana",
    "Edem Agbeko",
)


def fold_due(
    store: Store, rule: tuple[str, ...], now: datetime, known: Progress, **options: Any
) -> int:
    """Fold at a desk with the stamps of `rule` in force: that of stories, and the models'."""
    stamp, *judges = rule
    models = [SimpleNamespace(stamp=judge) for judge in judges]
    desk: Any = SimpleNamespace(
        store=store, stories_stamp=stamp, classifiers=models, now=lambda: now, folded=known
    )
    desk.carried = tuple
    return folding.fold_due(desk, **options)


def event(number: int, copy: int) -> Incoming:
    """One outlet's words on one of several like events."""
    place_name, skipper = PLACES[number % 8], SKIPPERS[number % 8]
    body = (
        f"Police in {place_name} freed {number + 11} men from a trawler. The skipper {skipper} kept"
        f" their passports, officers in {place_name} said, and {skipper} was remanded in custody."
    )
    names = ("freed", "let go", "brought ashore")
    return incoming(
        f"{number}-{copy}", body, title=f"{place_name}: crew {names[copy]}, {skipper} held"
    )


def fill(store: Store, entries: list[Incoming]) -> None:
    """Store articles of as many outlets, each seen a minute after the one before."""
    for n, entry in enumerate(entries):
        source = feed(f"f{entry.article_id}")
        store.add_feeds([source], NOW)
        store.record_poll(poll(source, [entry]), at(n))
    judge(store)


def judge(store: Store) -> None:
    store.record_assessments([(a, judged(0.9)) for a in store.due(CLASSIFIER, limit=99)], NOW)


def fold(store: Store, limit: int = 64) -> int:
    return store.fold(STAMP, [CLASSIFIER], place, NOW, limit=limit)


def folded(store: Store) -> dict[str, str]:
    return store.stories_of(STAMP, [a.article.id for a in store.assessed(())])


ENTRIES = [event(number, copy) for copy in range(3) for number in range(8)]


def test_like_events_stay_apart_and_outlets_come_together(store: Store) -> None:
    fill(store, ENTRIES)
    assert fold(store) == 24
    assert folded(store) == {
        f"article-{n}-{c}": f"article-{n}-0" for n in range(8) for c in range(3)
    }
    assert fold(store) == 0


@pytest.mark.parametrize("seed", range(3))
def test_batches_do_not_show(seed: int, store: Store) -> None:
    draw = random.Random(seed)
    entries = draw.sample(ENTRIES, 12)
    for start in range(0, 12, 4):
        for n, entry in enumerate(entries[start : start + 4]):
            source = feed(f"f{entry.article_id}")
            store.add_feeds([source], NOW)
            store.record_poll(poll(source, [entry]), at(start + n))
        judge(store)
        while fold(store, limit=draw.randint(1, 3)):
            pass
    parts = folded(store)
    assert store.fold("stories@2+all", [CLASSIFIER], place, NOW, limit=99) == 12
    assert store.stories_of("stories@2+all", list(parts)) == parts


def test_what_is_folded_is_not_looked_at_again(store: Store) -> None:
    known, rule = Progress(), (STAMP, CLASSIFIER)
    assert store.last_assessment() == 0
    fill(store, ENTRIES[:8])
    told: list[int] = []
    assert fold_due(store, rule, NOW, known, size=3, report=told.append) == 8
    assert told == [3, 3, 2]
    last = store.last_assessment()
    assert known.after(rule, last, NOW) == last
    assert fold_due(store, rule, NOW, known, size=3) == 0
    fill(store, ENTRIES[8:12])
    assert fold_due(store, rule, NOW, known, size=3) == 4
    assert folded(store) == {f"article-{n}-{c}": f"article-{n}-0" for n, c in PLACED}


PLACED = [*((n, 0) for n in range(8)), *((n, 1) for n in range(4))]


@pytest.mark.parametrize("seed", range(2))
def test_looking_at_what_is_new_folds_all(seed: int, store: Store) -> None:
    """Whatever is judged when: a second rule, which looks at everything once, finds the same."""
    draw, known = random.Random(seed), Progress()
    for n, entry in enumerate(draw.sample(ENTRIES, 8)):
        source = feed(f"f{entry.article_id}")
        store.add_feeds([source], NOW)
        store.record_poll(poll(source, [entry]), at(n))
        if draw.random() < 0.5:
            judge(store)
        if draw.random() < 0.5:
            fold_due(store, (STAMP, CLASSIFIER), at(n), known, size=draw.randint(1, 3))
    judge(store)
    fold_due(store, (STAMP, CLASSIFIER), at(99), known, size=2)
    parts = folded(store)
    assert len(parts) == 8
    assert store.fold("stories@2+all", [CLASSIFIER], place, NOW, limit=99) == 8
    assert store.stories_of("stories@2+all", list(parts)) == parts


def test_a_killed_fold_is_run_again(store: Store) -> None:
    fill(store, ENTRIES[:10])
    left = iter(range(6))

    def dies(article, shelf):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return place(article, shelf)

    with pytest.raises(KeyboardInterrupt):
        store.fold(STAMP, [CLASSIFIER], dies, NOW, limit=10)
    assert folded(store) == {}
    assert fold(store) == 10


FEW = ENTRIES[4:16]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_while_folding(make_url_of: Callable[[], str]) -> None:
    """`KILLS` times, two articles a transaction; what is folded is folded anew when all is."""
    calm, killed = make_url_of(), make_url_of()
    for address in (calm, killed):
        with open_store(address) as store:
            fill(store, FEW)
    begun = time.monotonic()
    fold_all(calm)
    took, dice = time.monotonic() - begun, random.Random(20261128)
    kills, landed, whole = int(os.environ.get("KILLS", "4")), 0, 0
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            try:
                fold_all(killed)
            finally:
                os._exit(0)
        time.sleep(dice.uniform(0.0, took))
        os.kill(child, signal.SIGKILL)
        landed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        if len(story_rows(killed)["story_members"]) == len(FEW):
            whole += 1
            assert story_rows(killed) == story_rows(calm)
            story_rows(killed, forget=True)
    fold_all(killed)
    assert story_rows(killed) == story_rows(calm)
    print(f"{landed} of {kills} kills while folding, {whole + 1} times to the end: {took:.2f} s")


def fold_all(url: str) -> None:
    with open_store(url) as store:
        fold_due(store, (STAMP, CLASSIFIER), NOW, Progress(), size=2)


def story_rows(url: str, *, forget: bool = False) -> dict[str, list[object]]:
    """Return all that folding wrote, after which it is gone if to `forget`."""
    engine = create_engine(url)
    with engine.begin() as connection:
        tables = (story_keys, story_members)
        rows = {t.name: sorted(map(tuple, connection.execute(select(t)))) for t in tables}
        for table in tables if forget else ():
            connection.execute(table.delete())
    engine.dispose()
    return rows


def test_only_what_would_be_shown_is_folded(store: Store) -> None:
    fill(store, ENTRIES[:1])
    store.add_feeds([feed("x")], NOW)
    store.record_poll(poll(feed("x"), [incoming("x")]), NOW)
    store.record_assessments([(a, judged(0.1)) for a in store.due(CLASSIFIER, limit=9)], NOW)
    assert fold(store) == 1


def test_a_new_version_does_not_move_an_article(store: Store) -> None:
    fill(store, ENTRIES[:9])
    fold(store)
    before = folded(store)
    changed = replace(event(3, 0), text="Another text on a bridge in Accra.", sha256="1" * 64)
    store.record_poll(poll(feed("farticle-0-0"), [replace(changed, article_id="article-0-0")]), NOW)
    judge(store)
    assert fold(store) == 0
    assert folded(store) == before


def test_pages_of_stories(store: Store) -> None:
    fill(store, ENTRIES[:9])
    fold(store)
    page = store.list_stories(STAMP, limit=3)
    assert [story.id for story in page] == ["article-0-0", "article-1-0", "article-2-0"]
    assert (page[0].first_seen, page[0].last_seen, page[0].articles) == (at(0), at(8), 2)
    assert store.story_members(STAMP, "article-0-0") == ["article-0-0", "article-0-1"]
    rest = store.list_stories(STAMP, limit=9, after="article-2-0")
    assert [story.id for story in rest] == [f"article-{n}-0" for n in range(3, 8)]
    late = store.list_stories(STAMP, since=at(7), limit=9)
    assert [story.id for story in late] == ["article-0-0", "article-7-0"]
    assert [s.id for s in store.list_stories(STAMP, until=at(1), limit=9)] == ["article-0-0"]
    for call in (lambda: store.story_members(STAMP, "article-0-1"),):
        with pytest.raises(NotFound):
            call()


def test_the_digest_of_a_day_shows_the_day_and_the_story(store: Store) -> None:
    fill(store, ENTRIES[:9])
    fold(store)
    today = [a for a in store.assessed((CLASSIFIER,)) if a.article.id == "article-0-1"]
    (story,) = kept_groups(store, STAMP)(today)
    assert (story.id, story.since, story.total) == ("article-0-0", at(0), 2)
    assert [a.article.id for a in story.articles] == ["article-0-1"]


# What is taken back ------------------------------------------------------------------------


def taken_back(store: Store, why: str = "name") -> str:
    """Store and fold an article, let its outlet take a name out; return the hash of before."""
    old = event(0, 0)
    fill(store, [old])
    (article,) = store.due(GUIDELINE, limit=1)
    store.record_assessments([(article, flagged(article))], NOW)
    fold(store)
    new = replace(old, title="Crew freed", text="Police freed men.", sha256="2" * 64)
    store.record_poll(poll(feed(f"f{old.article_id}"), [new]), NOW)

    def compare(before, findings, after) -> str:
        assert (before.sha256, after.sha256) == (old.sha256, new.sha256)
        assert [type(f) for f in findings] == [Finding]
        return why

    assert store.check_versions(compare, NOW, limit=9) == (1, bool(why))
    assert store.check_versions(compare, NOW, limit=9) == (0, 0)
    return old.sha256


def test_a_withdrawn_version_is_not_shown(store: Store) -> None:
    old = taken_back(store)
    versions = {version.sha256: version for version in store.article_versions("article-0-0")}
    assert (versions[old].title, versions[old].text, versions[old].authors) == ("", "", ())
    assert versions["2" * 64].text == "Police freed men."


def test_a_version_that_only_changed_is_shown(store: Store) -> None:
    old = taken_back(store, why="")
    assert {v.sha256: bool(v.text) for v in store.article_versions("article-0-0")}[old]
    assert store.erase_withdrawn(NOW + timedelta(days=99), NOW, place) == 0


def test_it_is_erased_after_the_grace(url: str) -> None:
    with open_store(url) as store:
        old = taken_back(store)
        later = NOW + timedelta(days=7)
        assert store.erase_withdrawn(NOW, later, place) == 0
        assert store.erase_withdrawn(later, later, place) == 1
        assert store.erase_withdrawn(later, later, place) == 0
        assert folded(store) == {"article-0-0": "article-0-0"}
        assert old in {version.sha256 for version in store.article_versions("article-0-0")}
    if url.startswith("sqlite"):
        database = Path(url.removeprefix("sqlite:///"))
        assert b"Amuzu" not in database.read_bytes()


def test_words_that_are_printed_again_are_shown_again(store: Store) -> None:
    taken_back(store)
    store.erase_withdrawn(at(1), at(1), place)
    old = event(0, 0)
    store.record_poll(poll(feed(f"f{old.article_id}"), [old]), NOW)
    assert store.article("article-0-0", ()).article.text == old.text
