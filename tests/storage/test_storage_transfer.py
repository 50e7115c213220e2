"""A whole database copied to the other kind and back: the same rows, or none at all."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

import whole_store
from monitor.records.dates import END
from monitor.records.errors import StoreError
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.database import open_database
from monitor.storage.store import Store, open_store
from monitor.storage.transfer import copy_store, sum_stores
from store_samples import NOW, STAMPS, at, feed, incoming, poll, rewrite

SEARCHED = ("corrected", '"a second line"', "tex*", "שלום", "00002")


def quiet(_stage: str, _more: int, _total: int) -> None:
    """Take no notice."""


@pytest.fixture(name="model", scope="module")
def _model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with something in every table."""
    file = tmp_path_factory.mktemp("model") / "filled.sqlite"
    with open_store(f"sqlite:///{file}") as store:
        whole_store.fill(store)
    return file


@pytest.fixture(name="filled")
def _filled(model: Path, tmp_path: Path) -> str:
    """The same, for a test of its own."""
    return f"sqlite:///{shutil.copy(model, tmp_path)}"


def told(url: str) -> list[object]:
    """What pages and exports read of a database."""
    with open_store(url) as store:
        shown = list(store.assessed(STAMPS))
        ids = [one.article.id for one in shown]
        found = [store.search(ArticleFilter(query=words), STAMPS, limit=9) for words in SEARCHED]
        assert [page.total for page in found] == [1, 2, 2, 4, 0]
        return [
            shown,
            [store.article_versions(key) for key in ids],
            [store.sightings(key) for key in ids],
            list(store.reviewed()),
            store.stories_of(whole_store.STORY, ids),
            store.items(None, None, STAMPS),
            store.ledger(None, None, STAMPS),
            store.choices(STAMPS),
            list(store.recorded((), ArticleFilter(), stories_stamp=whole_store.STORY, moment=END)),
            store.tokens(),
            found,
        ]


def rows(url: str) -> dict[str, int]:
    with open_store(url) as store:
        return {name: number for name, number in store.counts().items() if number}


def test_something_is_in_every_table(store: Store, url: str) -> None:
    """So that what is copied below is all there is; SQLite alone needs `search_gone`."""
    whole_store.fill(store)
    empty = {name for name, number in store.counts().items() if not number} - {"errors"}
    assert empty == ({"search_gone"} if url.startswith("postgresql") else set())


def test_there_and_back(filled: str, url: str, tmp_path: Path) -> None:
    back = f"sqlite:///{tmp_path / 'back.sqlite'}"
    stages: dict[str, tuple[int, int]] = {}

    def report(stage: str, more: int, total: int) -> None:
        stages[stage] = (stages.get(stage, (0, 0))[0] + more, total)

    there = copy_store(filled, url, NOW, report)
    assert there.at_work == "elsewhere process 1"
    assert stages.keys() == {"rows", "index of words", "verified"}
    assert all(done == total > 0 for done, total in stages.values())
    again = copy_store(url, back, NOW, quiet)
    assert there.sums == again.sums == sum_stores(filled, back, quiet)[0]
    assert sum_stores(filled, back, quiet)[1] == there.sums
    assert all(one.rows > 0 and int(one.hash, 16) > 0 for one in there.sums.values())
    assert told(filled) == told(url) == told(back)
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "back.sqlite").stat().st_mode) == 0o600


def test_a_copy_goes_on_numbering(filled: str, url: str) -> None:
    """Rows that are added get numbers of their own; an empty table begins with 1."""
    rewrite(filled, "DELETE FROM told")
    copy_store(filled, url, NOW, quiet)
    before = rows(url)
    with open_store(url) as store:
        store.record_poll(poll(feed("a"), [incoming("new", f"New. {whole_store.ODD}")]), at(70))
        whole_store.judge_and_review(store, "article-new", "Esi")
        assert store.search(ArticleFilter(query="new"), STAMPS, limit=9).total == 1
    after = rows(url)
    for name in ("polls", "assessments", "reviews", "decisions", "practice", "askings", "told"):
        assert after[name] > before.get(name, 0), name


def test_one_row_that_differs_is_found(filled: str, url: str) -> None:
    copy_store(filled, url, NOW, quiet)
    for change in (
        "UPDATE versions SET text = 'Another.' WHERE article_id = 'article-00001'",
        "UPDATE tags SET score = 0.3333333333333334 WHERE assessment_id = 2",
        "DELETE FROM sightings WHERE article_id = 'article-00002'",
    ):
        table = change.replace("DELETE FROM", "UPDATE").split()[1]
        one, other = sum_stores(filled, url, quiet)
        same = {name for name in one if one[name] == other[name]}
        assert table in same
        rewrite(url, change)
        one, other = sum_stores(filled, url, quiet)
        assert {name for name in same if one[name] != other[name]} == {table}


def test_only_an_empty_one_is_filled(filled: str, store: Store, url: str) -> None:
    store.add_feeds([feed("other")], NOW)
    before = rows(url)
    with pytest.raises(StoreError, match=r"is not empty \(feeds: 1, feed_changes: 1"):
        copy_store(filled, url, NOW, quiet)
    assert rows(url) == before


def test_what_cannot_be_copied_leaves_nothing(filled: str, url: str, tmp_path: Path) -> None:
    file = tmp_path / "filled.sqlite"
    rewrite(filled, "INSERT INTO tags VALUES (999, 0, 'form', 'other', NULL, 0.5)")
    with pytest.raises(StoreError, match=r"point nowhere|contradict"):
        copy_store(filled, url, NOW, quiet)
    target = make_url(url).database if url.startswith("sqlite") else None
    assert target is None or not Path(target).exists()
    assert rows(url) == {}
    rewrite(filled, "DELETE FROM tags WHERE assessment_id = 999")
    rewrite(filled, "UPDATE hosts SET host = 'a' || char(0) || 'b'")
    if url.startswith("postgresql"):
        with pytest.raises(StoreError, match="table hosts: PostgreSQL refuses some of its rows"):
            copy_store(filled, url, NOW, quiet)
        assert rows(url) == {}
    assert file.exists()


def test_another_version_is_refused(filled: str, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path / 'target.sqlite'}"
    for found, said in (("0009", "older"), ("9999", "newer")):
        rewrite(filled, f"UPDATE monitor_schema SET version_num = '{found}'")
        with pytest.raises(StoreError, match=f"{said} version.*its tables are at {found}"):
            copy_store(filled, target, NOW, quiet)
        with pytest.raises(StoreError, match=said):
            sum_stores(filled, filled, quiet)
    missing = f"sqlite:///{tmp_path / 'missing.sqlite'}"
    with pytest.raises(StoreError, match="no database of this program"):
        copy_store(missing, target, NOW, quiet)
    assert not (tmp_path / "missing.sqlite").exists()
    assert not (tmp_path / "target.sqlite").exists()


COPY = """
import sys, time
from datetime import UTC, datetime
from monitor.storage.transfer import copy_store

def report(stage, more, total):
    if stage == sys.argv[3]:
        print("at it", flush=True)
        time.sleep(600)

copy_store(sys.argv[1], sys.argv[2], datetime.now(UTC), report)
"""


def test_a_copy_that_is_killed_leaves_an_empty_one(filled: str, url: str) -> None:
    """Whether all rows are there already or not; it is then done again."""
    process = subprocess.Popen(
        [sys.executable, "-c", COPY, filled, url, "verified"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"at it\n"
    process.kill()
    process.communicate()
    assert rows(url) == {}
    copy_store(filled, url, NOW, quiet)
    one, other = sum_stores(filled, url, quiet)
    assert one == other


def test_no_password_is_told_wherever_it_stands() -> None:
    for address in (
        "postgresql://a:geheim@h/db",
        "postgresql://a@h/db?password=geheim&sslpassword=geheim",
    ):
        database = open_database(address, busy_timeout_s=1)
        assert "geheim" not in database.name
        assert "a" in database.name
        database.close()
