"""What holds of articles: people's word where they decided, whatever is asked of the store."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from monitor.records.article import VERDICTS, AssessedArticle, Review
from monitor.records.errors import MonitorError
from monitor.records.tag import Tag
from monitor.storage.article_filter import RELEVANCES, ArticleFilter
from monitor.storage.full_text_search import search
from monitor.storage.store import Store, open_store
from store_samples import CLASSIFIER, NOW, STAMPS, at, feed, incoming, judged, poll, tagged

NAMES = "abcdefgh"
FORMS = ("forced_labour", "other", "forced_begging")
PLACES = ("TH", "GH")
WHO = ("Ama", "Kofi", "")
Held = dict[str, tuple[str, dict[str, tuple[str, ...]]]]
"""By article the verdict and the tags of the review that holds."""


def fill(store: Store) -> None:
    """Eight articles: judged of all kinds, one not judged, tags and roles of all kinds."""
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming(name, f"A heron. {name}") for name in NAMES]), NOW)
    for n, article in enumerate(store.due(CLASSIFIER, limit=99)):
        tags = [Tag("form", FORMS[n % 2], 0.4), Tag("response", "prosecution", 0.9)]
        tags.append(Tag("place", PLACES[n % 2], 0.8, role="exploitation"))
        if n % 3 == 0:
            tags.append(Tag("place", PLACES[n % 2], 0.7, role="origin"))
        said = [tagged(*tags)]
        if n:
            said.append(judged((0.1, 0.4, 0.9)[n % 3]))
        store.record_assessments([(article, one) for one in said], NOW)


def read(store: Store, **filters: Any) -> dict[str, AssessedArticle]:
    return {one.article.id: one for one in store.assessed(STAMPS, **filters)}


def word(one: AssessedArticle) -> str:
    if one.relevant is None:
        return "not_judged"
    return "relevant" if one.relevant else "borderline" if one.borderline else "not_relevant"


def has(one: AssessedArticle, scheme: str, label: str) -> bool:
    return any((tag.scheme, tag.label) == (scheme, label) for tag in one.tags)


class Acts:
    """Reviewers at work, and what holds by a plain reading of all they did."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.random = store, random.Random(seed)
        self.minute = 10
        self.acts: list[dict[str, Any]] = []

    def act(self) -> None:
        """Do one thing that reviewers may do; what the store refuses did not happen."""
        self.minute += 1
        kind = self.random.choice(("review", "review", "undo", "confirm", "overrule"))
        who = self.random.choice(WHO)
        about = self.random.choice(self.acts)["id"] if self.acts else 0
        try:
            if kind == "review":
                self._review(who)
                return
            if kind == "undo":
                self.store.undo(about, who, at(self.minute))
                self.acts.append({"id": -1, "kind": "undo", "about": about})
                return
            right = kind == "confirm"
            id_ = self.store.judge_decision(about, who, at(self.minute), right=right)
            self.acts.append({"id": id_, "kind": kind, "about": about})
        except MonitorError:
            return

    def _review(self, who: str) -> None:
        key = f"article-{self.random.choice(NAMES)}"
        tags: dict[str, tuple[str, ...]] = {}
        if self.random.random() < 0.6:
            tags["form"] = tuple(self.random.sample(FORMS, self.random.randint(0, 2)))
        if self.random.random() < 0.4:
            tags["place"] = tuple(self.random.sample(PLACES, self.random.randint(0, 2)))
        verdict = self.random.choice(VERDICTS)
        provisional = self.random.random() < 0.3
        sha256 = self.store.article(key, ()).article.sha256
        id_ = self.store.decide(
            [Review(key, sha256, who, verdict, tags)],
            [],
            reviewer=who,
            provisional=provisional,
            now=at(self.minute),
        )
        said = {"article": key, "verdict": verdict, "tags": tags, "provisional": provisional}
        self.acts.append({"id": id_, "kind": "review", "who": who, **said})

    def holds(self) -> Held:
        undone = {one["about"] for one in self.acts if one["kind"] == "undo"}
        confirmed = {
            one["about"]
            for one in self.acts
            if one["kind"] == "confirm" and one["id"] not in undone
        }
        latest: dict[tuple[str, str], dict[str, Any]] = {}
        for one in self.acts:
            if one["kind"] != "review" or one["id"] in undone:
                continue
            if not one["provisional"] or one["id"] in confirmed:
                latest.pop((one["article"], one["who"]), None)  # so that order is that of the last
                latest[one["article"], one["who"]] = one
        held: Held = {}
        for (key, _), one in latest.items():
            held[key] = (one["verdict"], {**held.get(key, ("", {}))[1], **one["tags"]})
        return held


def check(
    found: dict[str, AssessedArticle], models: dict[str, AssessedArticle], held: Held
) -> None:
    """The merged records say what people said, and what the models said beside it."""
    for key, one in found.items():
        was = models[key]
        if key not in held:
            assert one == was
            continue
        verdict, tags = held[key]
        assert word(one) == verdict
        assert (one.relevance, one.not_judged) == (was.relevance, None)
        assert one.judged is not None
        assert (one.judged.relevant, one.judged.tags) == (was.relevant, was.tags)
        for scheme in ("form", "place", "response"):
            mine = {t.label for t in one.tags if t.scheme == scheme and t.role != "origin"}
            theirs = {t.label for t in was.tags if t.scheme == scheme and t.role != "origin"}
            assert mine == (set(tags[scheme]) if scheme in tags else theirs), (key, scheme)
        assert [t for t in one.tags if t.role == "origin"] == [
            t for t in was.tags if t.role == "origin"
        ]


def searched(store: Store, few: int, **wanted: Any) -> set[str]:
    with store._database.reading() as connection:
        found = search(connection, ArticleFilter(**wanted), STAMPS, limit=99, few=few)
    assert found.total == len(found.ids)
    return set(found.ids)


@pytest.mark.parametrize("seed", range(2))
def test_every_filter_goes_by_what_holds(store: Store, seed: int) -> None:
    fill(store)
    models, acts = read(store), Acts(store, seed)
    moments: list[tuple[datetime, Held]] = [(at(5), {})]
    for turn in range(3):
        for _ in range(10):
            acts.act()
        held = acts.holds()
        moments.append((at(acts.minute), held))
        found = read(store)
        check(found, models, held)
        few = (4000, 0)[turn % 2]
        for name in RELEVANCES:
            wanted = {key for key, one in found.items() if word(one) == name}
            assert searched(store, few, relevance=(name,)) == wanted, name
        heron = "heron"
        every = {key for key, one in found.items() if word(one) in ("relevant", "borderline")}
        kinds = ("relevant", "borderline")
        assert searched(store, few, relevance=kinds, query=heron) == every
        for scheme, labels in (("form", FORMS), ("place", PLACES)):
            for label in labels:
                wanted = {key for key, one in found.items() if has(one, scheme, label)}
                assert searched(store, few, tags=((scheme, label),)) == wanted, label
        for value in (True, False):
            wanted = {key for key, one in found.items() if one.relevant is value}
            assert read(store, relevant=value).keys() == wanted
            wanted = {key for key, one in found.items() if one.borderline is value}
            assert read(store, borderline=value).keys() == wanted
        for label in FORMS:
            wanted = {key for key, one in found.items() if has(one, "form", label)}
            assert read(store, form=label).keys() == wanted
            tagged_ = {key for key in wanted if word(found[key]) == "relevant"}
            both = {"form": label, "relevance": ("relevant",)}
            assert read(store, **both).keys() == tagged_
            assert exported(store, at(acts.minute), live=True, **both).keys() == tagged_
    for moment, then in moments:
        every_ = exported(store, moment)
        check(every_, models, then)
        wanted = {key for key, one in every_.items() if has(one, "form", "forced_begging")}
        assert exported(store, moment, form="forced_begging").keys() == wanted
        wanted = {key for key, one in every_.items() if one.relevant}
        assert exported(store, moment, relevance=("relevant",)).keys() == wanted


def exported(
    store: Store, moment: datetime, *, live: bool = False, **filters: Any
) -> dict[str, AssessedArticle]:
    found = store.recorded(
        STAMPS,
        ArticleFilter(**filters, stories_stamp="s@1"),
        stories_stamp="s@1",
        moment=moment,
        live=live,
        lost=Counter(),
    )
    return {one.assessed.article.id: one.assessed for one in found}


def test_a_changed_text_is_judged_anew(store: Store) -> None:
    """What was decided of an earlier text does not hold of a later one."""
    fill(store)
    version = store.article("article-c", ()).article.sha256
    said = [Review("article-c", version, "Ama", "not_relevant")]
    store.decide(said, [], reviewer="Ama", provisional=False, now=at(1))
    assert word(read(store)["article-c"]) == "not_relevant"
    store.record_poll(poll(feed(), [incoming("c", "Another text.")]), at(2))
    assert word(read(store)["article-c"]) == "not_judged"
    assert searched(store, 4000, relevance=("not_relevant",)).isdisjoint({"article-c"})


def test_a_label_that_only_people_gave_can_be_chosen(store: Store) -> None:
    fill(store)
    assert "organ_removal" not in store.choices(STAMPS)["form"]
    version = store.article("article-c", ()).article.sha256
    tags = {"form": ("organ_removal",), "place": ("NG",)}
    said = [Review("article-c", version, "Ama", "relevant", tags)]
    store.decide(said, [], reviewer="Ama", provisional=False, now=at(1))
    assert "organ_removal" in store.choices(STAMPS)["form"]
    assert "NG" in store.choices(STAMPS)["place"]
    assert store.story_choices("s@1")[1] == ["GH", "NG", "TH"]


def test_what_a_feed_brought_is_relevant_by_what_holds(store: Store) -> None:
    fill(store)
    before = store.brought(NOW, [CLASSIFIER])["feed-daily"].relevant
    assert before == store.brought_alone("feed-daily", [CLASSIFIER])[0].relevant == 2
    for name, verdict in (("c", "not_relevant"), ("a", "relevant"), ("b", "relevant")):
        version = store.article(f"article-{name}", ()).article.sha256
        said = [Review(f"article-{name}", version, "Ama", verdict)]  # type: ignore[arg-type]
        store.decide(said, [], reviewer="Ama", provisional=False, now=at(1))
    assert store.brought(NOW, [CLASSIFIER])["feed-daily"].relevant == before + 1
    whole, alone = store.brought_alone("feed-daily", [CLASSIFIER])
    assert (whole.relevant, alone.relevant) == (before + 1, before + 1)


def test_many_reviews_cost_a_search_little(tmp_path) -> None:
    """Decisions are looked up for the articles that are looked at, not all of them each time."""
    with open_store(f"sqlite:///{tmp_path / 'many.sqlite'}") as store:
        fill(store)
        plan = []
        with store._database.reading() as connection:
            from sqlalchemy import event

            def told(_connection, cursor, statement, parameters, *_: Any) -> None:
                if statement.startswith("SELECT") and "said" in statement:
                    rows = connection.connection.driver_connection.execute(
                        f"EXPLAIN QUERY PLAN {statement}", parameters
                    )
                    plan.extend(row[3] for row in rows)

            event.listen(connection.engine, "before_cursor_execute", told)
            search(connection, ArticleFilter(relevance=("relevant",)), STAMPS, limit=9)
            event.remove(connection.engine, "before_cursor_execute", told)
    assert plan
    assert not [line for line in plan if line.startswith(("SCAN said", "SCAN later", "SCAN other"))]


def test_who_leaves_the_tags_as_they_were_takes_nothing_back(store: Store) -> None:
    """A second reader's verdict alone does not undo what the first said of tags."""
    fill(store)
    version = store.article("article-c", ()).article.sha256

    def say(who: str, verdict: Any, minute: int, **tags: tuple[str, ...]) -> None:
        said = [Review("article-c", version, who, verdict, tags)]
        store.decide(said, [], reviewer=who, provisional=False, now=at(minute))

    def forms() -> set[str]:
        (item,) = (one for one in store.items(None, None, STAMPS) if one.id == "article-c")
        found = {t.label for t in read(store)["article-c"].tags if t.scheme == "form"}
        assert found == set(item.labels["form"])
        assert {name for name in FORMS if "article-c" in searched(store, 9, tags=(("form", name),))}
        return found

    say("Ama", "relevant", 1, form=("forced_begging",))
    say("Kofi", "borderline", 2)
    assert (word(read(store)["article-c"]), forms()) == ("borderline", {"forced_begging"})
    say("Kofi", "borderline", 3, form=("other",))
    assert forms() == {"other"}
    say("Kofi", "borderline", 4)  # of one reviewer the latest holds whole
    assert forms() == {"forced_begging"}
    say("Ama", "relevant", 5)
    assert forms() == {"forced_labour"}, "the model's"
