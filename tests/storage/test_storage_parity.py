"""Every method of the store is called on both databases: by a test of this folder, which run twice.

What the other tests here leave out is called below.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import whole_store
from monitor.records.account import Role
from monitor.records.errors import NotFound
from monitor.storage.store import Store
from monitor.storage.work_queue import Lease
from store_samples import CLASSIFIER, NOW, STAMPS, at, feed, incoming, poll

HERE = Path(__file__).parent
BOTH = {"store", "url", "make_url_of"}
"""The fixtures by which a test runs on both."""


def on_both() -> Iterator[str]:
    """The names that functions here take from something: of tests only those that run on both."""
    for path in sorted(HERE.glob("test_*.py")):
        functions = [
            node
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef)
        ]
        given = set(BOTH)
        for function in functions:  # a fixture that has one of them hands it on
            fixture = next((name for d in function.decorator_list if (name := _named(d))), None)
            if fixture is not None and given & {arg.arg for arg in function.args.args}:
                given |= {function.name, fixture}
        for function in functions:
            arguments = {arg.arg for arg in function.args.args}
            if not function.name.startswith("test_") or arguments & given:
                for node in ast.walk(function):
                    if isinstance(node, ast.Attribute):
                        yield node.attr


def _named(decorator: ast.expr) -> str | None:
    """The name of a fixture, "" for that of its function; `None` for another decorator."""
    if "fixture" not in ast.unparse(decorator):
        return None
    words = decorator.keywords if isinstance(decorator, ast.Call) else []
    return next((ast.literal_eval(word.value) for word in words if word.arg == "name"), "")


def test_every_method_is_called_on_both() -> None:
    public = {name for name, _ in inspect.getmembers(Store, callable) if not name.startswith("_")}
    assert len(public) > 120
    assert sorted(public - set(on_both())) == []


def test_what_is_known_of_an_article(store: Store) -> None:
    whole_store.fill(store)
    ids = ["article-00002", "article-00000"]
    by_id = store.articles_by_id(ids, STAMPS)
    found = [by_id[key] for key in ids]
    assert [one.article.id for one in found] == ids
    assert store.articles_by_id([*ids, "article-none"], STAMPS) == {
        one.article.id: one for one in found
    }
    versions = store.kept_versions("article-00000")
    assert [version.withdrawn for version in versions] == [False, False]
    assert versions[-1].sha256 == found[1].article.sha256
    with pytest.raises(NotFound):
        store.kept_versions("article-none")
    (seen,) = store.sightings("article-00000")
    assert (seen.feed_id, seen.at, seen.followed) == ("feed-a", NOW, True)
    assert store.feed("feed-a").url == feed("a").url
    with pytest.raises(NotFound):
        store.feed("feed-b")
    (kept,) = store.kept_stories(whole_store.STORY, ["article-00000"]).values()
    assert (kept.first_seen, kept.articles) == (
        NOW,
        len(store.story_members(whole_store.STORY, "article-00000")),
    )
    assert store.decision(1).reviewer == "Ama"
    assert store.known_key("unsubscribe") == store.key("unsubscribe")
    assert store.known_key("none") is None


def test_an_article_that_no_feed_brought(store: Store) -> None:
    source = feed("hand")
    done = store.record_by_hand(poll(source, [incoming("a")]), NOW)
    assert done.stored == 1
    assert store.feeds() == []
    assert [a.id for a in store.due(CLASSIFIER, limit=9)] == ["article-a"]


def test_a_session_from_beginning_to_end(store: Store) -> None:
    token, secret = store.add_token("Ama", Role(("read", "review"), False), NOW)
    assert store.find_token(secret, NOW) == token
    one = store.sign_in(token, NOW)
    assert store.find_session(one, NOW) == token
    used = NOW + timedelta(days=3)
    assert store.find_session(one, used) == token
    assert store.find_session(one, used + timedelta(days=13)) == token, "it was used"
    late = NOW + timedelta(days=40)
    two = store.sign_in(token, late)
    assert store.find_session(one, NOW) is None, "forgotten, as it was not used"
    store.sign_out(two)
    assert store.find_session(two, late) is None
    assert store.live_tokens(NOW) == [token]
    assert store.revoke_token("ama", NOW) == token
    assert store.live_tokens(NOW) == []


def test_a_lease_is_given_back_by_who_has_it(store: Store) -> None:
    mine, other = Lease("here", "a", at(1)), Lease("there", "b", at(2))
    assert store.take_lease(mine, lambda _: False) == mine
    assert store.take_lease(other, lambda _: False) == mine
    assert store.take_lease(replace(mine, until=at(3)), lambda held: held.token == "a").until == at(
        3
    )
    store.drop_lease("b")
    assert store.take_lease(other, lambda _: False).token == "a"
    store.drop_lease("a")
    assert store.take_lease(other, lambda _: False) == other


def test_what_there_is_to_forget_and_what_was(store: Store) -> None:
    whole_store.fill(store)
    one = "article-00000"
    sha256 = store.article(one, ()).article.sha256
    assert store.last_forgotten() == at(12), "one that was never stored"
    told = store.flags_told(one, sha256)
    assert [(name, said.article_id) for name, said in told] == [("Ama", one)]
    assert store.taken_back([(one, sha256)]) == frozenset()
    held = store.held([one, "article-none"], whole_store.STORY)
    assert (held.keys(), held[one].versions) == ({one}, 2)
    store.forget([one], "asked to", at(15))
    assert store.last_forgotten() == at(15)
    assert store.held([one], whole_store.STORY) == {}
