import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, text

from monitor.records.errors import StoreError
from monitor.records.finding import Span
from monitor.storage import database as databases
from monitor.storage import migrate as migrating
from monitor.storage.assessments import due_query
from monitor.storage.database import Database, open_database
from monitor.storage.migrations import MIGRATIONS
from monitor.storage.schema import metadata
from monitor.storage.store import Store, open_store
from monitor.storage.stories import due_query as to_fold_query
from postgres import run
from store_samples import NOW, STAMPS, at, feed, incoming, judged, poll


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    database = open_database(url, busy_timeout_s=1)
    with database.writing() as connection:
        yield connection
    database.close()


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_opening_again_finds_what_was_stored(url: str) -> None:
    with open_store(url) as store:
        store.add_feeds([feed()], NOW)
    with open_store(url) as store:
        assert store.feeds() == [feed()]


def test_migrations_make_the_tables_the_queries_expect(store: Store, url: str) -> None:
    with connected(url) as connection:
        options = {
            "version_table": migrating.VERSION_TABLE,
            "compare_type": True,
            # the index of words: a virtual table of SQLite's with its shadows, and a tsvector
            "include_name": lambda name, kind, _: (
                kind != "table" or not str(name).startswith("search_words")
            ),
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_head_is_the_last_migration() -> None:
    assert list(MIGRATIONS) == sorted(MIGRATIONS)
    assert list(MIGRATIONS)[-1] == migrating.HEAD


def test_sqlite_is_set_up_for_one_writer_and_many_readers(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "a.sqlite")
    open_store(url).close()
    database = open_database(url, busy_timeout_s=3)
    with database.reading() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    database.close()
    assert values == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 3000,
        "synchronous": 1,
    }


def test_foreign_keys_are_on_after_migrating(url: str, tmp_path: Path) -> None:
    row = "INSERT INTO sightings VALUES ('none', 'none', '2026-11-25 00:00:00', 'x')"
    with (
        open_store(url) as store,
        pytest.raises(StoreError, match="contradict"),
        store._database.writing() as connection,
    ):
        connection.execute(text(row))


def test_an_article_needs_its_current_version(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming("a")]), NOW)
    with pytest.raises(StoreError, match="contradict"), store._database.writing() as connection:
        connection.execute(text("UPDATE articles SET current = 'none'"))


def test_tables_of_a_newer_program(store: Store, url: str) -> None:
    with connected(url) as connection:
        connection.execute(text(f"UPDATE {migrating.VERSION_TABLE} SET version_num = '9999'"))
    says = rf"newer version of monitor \(.* 9999, .* {migrating.HEAD}\)"
    with pytest.raises(StoreError, match=says):
        open_store(url)


def test_tables_of_another_program(make_url_of: Callable[[], str]) -> None:
    url = make_url_of()
    with connected(url) as connection:
        connection.execute(text("CREATE TABLE feeds (id INTEGER)"))
    with pytest.raises(StoreError, match=r"another program \(feeds\)"):
        open_store(url)


def test_a_migration_that_fails_leaves_nothing(url: str) -> None:
    """The last table is in the way, so that the migration breaks after the others."""
    database = open_database(url, busy_timeout_s=1)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE tags (id INTEGER)"))
    with pytest.raises(Exception, match="tags"):
        migrating._upgrade(database)
    with database.reading() as connection:
        assert not _tables(connection) & (set(metadata.tables) - {"tags"})
    database.close()


def test_articles_and_feeds_of_before_bylines_are_kept(url: str) -> None:
    database = open_database(url, busy_timeout_s=1)
    migrating._upgrade(database, "0002")
    time = "'2026-11-25 12:00:00'"
    with database.writing() as connection:
        for statement in (
            f"INSERT INTO feeds VALUES ('f', 'https://e.example/f', 'T', 'O', '', {time}, NULL)",
            f"INSERT INTO articles VALUES ('a', 'https://e.example/a', 'O', 'f', {time}, 's', 0)",
            f"""INSERT INTO versions
            VALUES ('a', 's', 'f', 'Head', 'Text', '', 'en', NULL, 'feed', {time})""",
        ):
            connection.execute(text(statement))
    database.close()
    with open_store(url) as store:
        article = store.article("a", ()).article
        assert (article.title, article.text, article.authors) == ("Head", "Text", ())
        assert (article.categories, article.enclosures) == ((), ())
        (followed,) = store.feeds()
        assert (followed.title, followed.description, followed.updated) == ("T", "", None)


def _tables(connection: Connection) -> set[str]:
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if connection.dialect.name == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    return set(connection.execute(text(names)).scalars())


def test_polls_of_an_earlier_version_are_kept(url: str) -> None:
    database = open_database(url, busy_timeout_s=1)
    migrating._upgrade(database, "0003")
    time = "'2026-11-25 12:00:00'"
    with database.writing() as connection:
        for statement in (
            f"""INSERT INTO feeds (id, url, title, outlet, site, added_at)
            VALUES ('feed-daily', 'https://e.example/f', 'T', 'O', '', {time})""",
            """INSERT INTO feed_states (feed_id, failures, recent, silent)
            VALUES ('feed-daily', 0, '[]', FALSE)""",
            f"""INSERT INTO polls (feed_id, at, fetched, stored, dropped, dropped_total, warnings,
            not_modified, silent) VALUES ('feed-daily', {time}, 1, 1, '{{}}', 0, '[]', FALSE, FALSE)
            """,
        ):
            connection.execute(text(statement))
    database.close()
    with open_store(url) as store:
        assert store.ledger(None, None).page_failures == {}
        assert store.last_polls()["feed-daily"].stored == 1
        state = store.feed_states()["feed-daily"]
        assert (state.not_before, state.move, state.gone) == (None, None, None)
        assert [change.followed for change in store.feed_changes()] == [True]


def test_a_digest_sent_by_an_earlier_version_held_all_of_its_time(url: str) -> None:
    """So that an upgrade sends nothing again, and what failed is still due."""
    database = open_database(url, busy_timeout_s=1)
    migrating._upgrade(database, "0020")
    rows = [
        f"""INSERT INTO feeds (id, url, title, outlet, site, added_at)
        VALUES ('f', 'https://e.example/f', 'T', 'O', '', {_at(1)})"""
    ]
    for name, day in {"old": 1, "had": 22, "open": 23, "lost": 24}.items():
        rows += [
            f"""INSERT INTO articles (id, url, outlet, feed_id, first_seen, current)
            VALUES ('{name}', 'https://e.example/{name}', 'O', 'f', {_at(day)}, 's')""",
            f"""INSERT INTO versions
            (article_id, sha256, feed_id, title, text, summary, origin, fetched_at)
            VALUES ('{name}', 's', 'f', 'Head', 'Text', '', 'feed', {_at(day)})""",
        ]
    for day, outcome in {21: "sent", 22: "sent", 23: "unknown", 24: "failed"}.items():
        values = f"'2026-11-{day}', {_at(day, 0)}, {_at(day + 1, 0)}, '<1@x>', {_at(day + 1)}"
        rows.append(
            f"""INSERT INTO sends
            (address, preset, day, since, until, message_id, at, outcome, lasting, reason)
            VALUES ('a@b.example', 'cases', {values}, '{outcome}', FALSE, '')"""
        )
    with database.writing() as connection:
        for statement in rows:
            connection.execute(text(statement))
    database.close()
    with open_store(url) as store:
        key = ("a@b.example", "cases")
        assert store.told_of(key, "", ["old", "had", "open", "lost"]) == {"had", "open"}
        assert store.held_by(key, "2026-11-22") == {"had"}


def _at(day: int, hour: int = 12) -> str:
    return f"'2026-11-{day:02} {hour:02}:00:00.000000'"


def test_of_earlier_tokens_those_of_reviewers_and_admins_may_see_names(url: str) -> None:
    database = open_database(url, busy_timeout_s=1)
    migrating._upgrade(database, "0020")
    told = {
        "reader": ("check read", "FALSE"),
        "volunteer": ("check read review", "TRUE"),
        "reviewer": ("check read review", "FALSE"),
        "admin": ("check read review admin", "FALSE"),
    }
    with database.writing() as connection:
        for name, (scopes, provisional) in told.items():
            values = f"'{name}', '{name}', '{scopes}', {provisional}, '2026-11-25 12:00:00'"
            columns = "name, hash, scopes, provisional, made_at"
            connection.execute(text(f"INSERT INTO tokens ({columns}) VALUES ({values})"))
    database.close()
    with open_store(url) as store:
        assert {token.name: token.role for token in store.tokens()} == {one: one for one in told}
        may = [token.name for token in store.tokens() if "names" in token.scopes]
        assert may == ["reviewer", "admin"]


def test_masks_of_before_hide_what_they_hid_and_count_for_others(url: str) -> None:
    database = open_database(url, busy_timeout_s=1)
    migrating._upgrade(database, "0020")
    time = "'2026-11-25 12:00:00'"
    with database.writing() as connection:
        for statement in (
            f"""INSERT INTO feeds (id, url, title, outlet, site, added_at)
            VALUES ('f', 'https://e.example/f', 'T', 'O', '', {time})""",
            f"""INSERT INTO articles (id, url, outlet, feed_id, first_seen, current)
            VALUES ('a', 'https://e.example/a', 'O', 'f', {time}, 's')""",
            f"""INSERT INTO versions
            (article_id, sha256, feed_id, title, text, summary, origin, fetched_at)
            VALUES ('a', 's', 'f', 'Ama Osei', 'Text', '', 'feed', {time})""",
            f"""INSERT INTO masks (article_id, sha256, stamp, spans, link_tells, untold, at)
            VALUES ('a', 's', 'names@1', '[["title",0,8]]', FALSE, '', {time})""",
        ):
            connection.execute(text(statement))
    database.close()
    with open_store(url) as store:
        assert store.masks([("a", "s")])["a", "s"].spans == (Span("title", 0, 8),)
        assert store.incomplete(["a"], "stories") == {"a"}
        (source,) = store.mask_groups(["a"], "stories").sources["a"]
        assert source.own.spans == (Span("title", 0, 8),)


def test_several_programs_open_a_new_database_at_once(url: str) -> None:
    code = (
        "import sys; from monitor.storage.store import open_store; open_store(sys.argv[1]).close()"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [(process.communicate()[1], process.returncode) for process in running] == [("", 0)] * 4


def test_a_locked_database(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    open_store(sqlite_url(path)).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_store(sqlite_url(path), busy_timeout_s=0.05) as store:
        assert store.feeds() == []  # readers are not kept out
        with pytest.raises(StoreError, match=r"a\.sqlite: locked .* \(waited 0\.05 s\)"):
            store.add_feeds([feed()], NOW)
        other.execute("ROLLBACK")
        assert store.add_feeds([feed()], NOW) == 1
    other.close()


def test_a_new_database_somebody_locks(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="locked by another program"):
        open_store(sqlite_url(path), busy_timeout_s=0.05)
    other.close()


@pytest.mark.postgres
@pytest.mark.parametrize("make_url_of", ["postgresql"], indirect=True)
def test_a_locked_postgres(url: str) -> None:
    with open_store(url, busy_timeout_s=0.05) as store, connected(url):
        assert store.feeds() == []
        with pytest.raises(StoreError, match=r"locked .* \(waited 0\.05 s\)"):
            store.add_feeds([feed()], NOW)


@pytest.mark.postgres
@pytest.mark.parametrize("make_url_of", ["postgresql"], indirect=True)
def test_who_stands_still_while_writing_keeps_nobody_out(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a machine without power does, of which PostgreSQL hears nothing for hours."""
    with open_store(url) as gone, open_store(url) as store:
        monkeypatch.setattr(databases, "IDLE_S", 0.5)

        def stand_still() -> None:
            with gone._database.writing() as connection:
                assert store.add_feeds([feed()], NOW) == 1
                connection.execute(text("SELECT 1"))

        with pytest.raises(StoreError, match="cannot be used: "):
            stand_still()
        assert gone.feeds() == [feed()]


@pytest.mark.postgres
def test_a_postgres_that_does_not_do_is_told_in_a_line(postgres_server: URL) -> None:
    run(postgres_server, "CREATE ROLE stranger LOGIN")
    run(postgres_server, "CREATE SCHEMA another")
    run(postgres_server, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    mine = postgres_server.set(username="stranger", drivername="postgresql")
    mine = mine.update_query_dict({"options": "-csearch_path=another"})
    for address, said in (
        (mine, "cannot be used: (permission denied|no schema has been selected)[^\n]*$"),
        (postgres_server.set(database="latin"), "its encoding is LATIN1, and articles need UTF8"),
    ):
        with pytest.raises(StoreError, match=said):
            open_store(address.render_as_string(hide_password=False))


@pytest.mark.postgres
def test_two_that_wait_for_each_other_are_told_in_words() -> None:
    from psycopg.errors import DeadlockDetected

    said = databases.reason_of(DeadlockDetected("of an article"), 10)
    assert said == "locked by another program (waited 10 s)"


@pytest.mark.postgres
def test_a_postgres_that_is_not_there() -> None:
    url = "postgresql://someone:secret@127.0.0.1:1/monitor?connect_timeout=2"
    with pytest.raises(StoreError, match=r"someone:\*\*\*@127\.0\.0\.1:1") as failure:
        open_store(url)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("content", [b"feeds:\n- one\n" * 100, b"x"])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"feeds\.yaml: the file is not an SQLite database"):
        open_store(sqlite_url(path))
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("sqlite:///{}/none/a.sqlite", r"no folder .*none"),
        ("sqlite:///{}", "is a folder"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql://root:secret@localhost/x", r"kind 'mysql' \(there are: sqlite, postgresql\)"),
        ("monitor.sqlite", "no URL"),
        ("", "no URL"),
    ],
)
def test_addresses_that_cannot_work(tmp_path: Path, address: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as failure:
        open_store(address.format(tmp_path))
    assert "secret" not in str(failure.value)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder nobody can write to")
def test_a_folder_that_cannot_be_written() -> None:
    with pytest.raises(StoreError, match="cannot be opened or created"):
        open_store("sqlite:////proc/self/a.sqlite")


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    open_store(sqlite_url(path)).close()
    with (
        open_store(f"sqlite:///file:{path}?mode=ro&uri=true") as store,
        pytest.raises(StoreError, match="cannot be written"),
    ):
        store.add_feeds([feed()], NOW)


def test_a_missing_driver_is_named(tmp_path: Path) -> None:
    """In a process of its own, in which there is no psycopg."""
    code = (
        "import sys; sys.path = [p for p in sys.path if 'site-packages' not in p]\n"
        "import importlib.util as u\n"
        "from monitor.storage.store import open_store\n"
        "open_store('postgresql://localhost/monitor')"
    )
    packages = tmp_path / "packages"
    packages.mkdir()
    for name in ("sqlalchemy", "typing_extensions.py", "greenlet"):
        found = next((Path(p) / name for p in sys.path if (Path(p) / name).exists()), None)
        if found is not None:
            (packages / name).symlink_to(found)
    source = Path(migrating.__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={**os.environ, "PYTHONPATH": f"{source}{os.pathsep}{packages}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"StoreError: .*pip install '\.\[postgres\]'", run.stderr), run.stderr


def test_errors_do_not_quote_what_was_to_be_stored(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    bad = incoming("a", "canary text", origin="nowhere")
    with pytest.raises(StoreError) as failure:
        store.record_poll(poll(feed(), [bad]), NOW)
    assert "canary" not in str(failure.value)


def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="time zone"):
        store.add_feeds([feed()], NOW.replace(tzinfo=None))


def test_due_work_is_found_by_index(store: Store, url: str) -> None:
    store.add_feeds([feed()], NOW)
    for batch in range(6):
        entries = [incoming(f"{batch}-{number}") for number in range(200)]
        store.record_poll(poll(feed(), entries), at(batch))
        judge(store, STAMPS[1])
    judge(store, STAMPS[0], 900)
    query = due_query(STAMPS[0], 64)
    with connected(url) as connection:
        connection.execute(text("ANALYZE"))
        plan = explain(connection, query)
    assert "ix_articles_first_seen_id" in plan, plan
    assert re.search("assessments_article_id_sha256_stamp|autoindex_assessments_1", plan), plan
    assert "TEMP B-TREE" not in plan, plan
    assert "Sort" not in plan, plan


def test_what_is_to_be_folded_is_found_by_the_index_of_what_is_shown(
    store: Store, url: str
) -> None:
    store.add_feeds([feed()], NOW)
    with connected(url) as connection:
        if connection.dialect.name == "sqlite":  # the other plans by what is there
            plan = explain(connection, to_fold_query("stories@1", list(STAMPS), 64))
            assert "USING INDEX ix_assessments_shown" in plan, plan


def judge(store: Store, stamp: str, limit: int = 200) -> None:
    batch = store.due(stamp, limit=limit)
    store.record_assessments([(article, judged(0.5, stamp=stamp)) for article in batch], NOW)


def explain(connection: Connection, query: object) -> str:
    compiled = query.compile(connection, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
    word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(tuple(row)) for row in connection.execute(text(f"{word} {compiled}")))


def test_databases_sort_ids_alike(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    names = ["b", "B", "a", "_", "A", "ä", "1"]
    store.record_poll(poll(feed(), [incoming(name) for name in names]), NOW)
    found = [item.article.id for item in store.assessed(STAMPS)]
    assert found == sorted(found)


def test_the_database_names_itself_without_password(tmp_path: Path) -> None:
    database: Database = open_database("postgresql://a:secret@h/db", busy_timeout_s=1)
    assert database.name == "postgresql+psycopg://a:***@h/db"
    database.close()
