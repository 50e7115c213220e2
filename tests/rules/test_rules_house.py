"""A desk with a newsroom's own rules beside another guideline, over a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import own_guide
from desk import Desk
from light_desk import Silent
from monitor.app import Monitor
from monitor.archive.articles_found import look_up
from monitor.evaluate.try_rules import Trial, tried_rules, try_rules
from monitor.records.article import Article
from monitor.records.errors import GuidelineError, UsageError
from monitor.records.finding import Span
from monitor.records.hidden_names import WITHHELD, Mask
from monitor.rules.rule_reloading import LOOK_EVERY_S, GuidelineLoader
from monitor.settings import CheckSettings, Settings
from monitor.stats.trend_queries import basis_of
from monitor.storage.article_filter import ArticleFilter
from store_samples import CLASSIFIER, NOW, feed, incoming, judged, poll, rewrite

HARBOUR = own_guide.RULE.replace("unfortunate-victim", "no-harbour").replace(
    "unfortunate", "harbour"
)
SAME = HARBOUR.replace("phrases: [", "phrases: [unfortunate victim, ")
NAME = "Abena Owusu"
BODY = f"The unfortunate victim, {NAME}, was seen with a harbour victim, the police said on Monday."


@dataclass
class House:
    """A desk whose clock is set by hand; `ours` holds the newsroom's rules."""

    monitor: Monitor
    ours: Path
    time: list[float]

    def bring(self, name: str, body: str, *, outlet: str = "coast", **facts: Any) -> None:
        source, relevance = feed(outlet), facts.pop("relevance", 0.9)
        self.monitor.store.add_feeds([source], NOW)
        entry = incoming(name, body, published=NOW, **facts)
        self.monitor.store.record_poll(poll(source, [entry]), NOW)
        article = self.monitor.store.article(entry.article_id, ()).article
        self.monitor.store.record_assessments([(article, judged(relevance))], NOW)

    def look(self) -> None:
        self.time[0] += LOOK_EVERY_S


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    own_guide.tiny(tmp_path)
    ours = own_guide.own(tmp_path, "ours", HARBOUR)
    settings = Settings(home=tmp_path, check=CheckSettings(guideline=str(ours)))
    time = [0.0]
    with Monitor(settings, now=lambda: NOW) as monitor:
        monitor.shelf = GuidelineLoader((ours,), clock=lambda: time[0])
        monitor.classifiers = (Silent(CLASSIFIER),)
        yield House(monitor, ours, time)


def test_an_edit_of_its_rules_makes_only_these_due(house: House) -> None:
    house.bring("a", BODY)
    house.bring("b", "Nothing of the kind was said by anybody on Monday, or the day before.")
    first = house.monitor.assess()
    assert [count["assessed"] for count in first.values()] == [0, 2, 2]
    assert [stamp.partition("@")[0] for stamp in first][1:] == ["tiny", "ours"]
    own_guide.own(house.ours.parent, "ours", SAME)
    house.look()
    again = house.monitor.assess()
    assert [count["assessed"] for count in again.values()] == [0, 0, 2]
    assert list(again)[:2] == list(first)[:2]
    assert list(again)[2] != list(first)[2]


def test_what_is_told_of_an_article_is_of_all_of_them(house: House) -> None:
    own_guide.own(house.ours.parent, "ours", SAME)
    house.bring("a", BODY)
    house.monitor.assess()
    (one,) = house.monitor.articles()
    found = [(f.guideline, f.rule, f.match) for f in one.findings]
    assert found == [
        ("tiny", "unfortunate-victim", "unfortunate victim"),
        ("ours", "no-harbour", "unfortunate victim"),
        ("ours", "no-harbour", "harbour victim"),
    ]
    listed = look_up(house.monitor, ArticleFilter(rule="no-harbour"), who="", limit=9)
    assert [row.assessed.article.id for row in listed.rows] == [one.article.id]
    (item,) = house.monitor.store.items(None, None, house.monitor.stamps)
    assert sorted(flag.rule for flag in item.flags) == [
        "no-harbour",
        "no-harbour",
        "unfortunate-victim",
    ]
    assert basis_of(house.monitor).guideline == house.monitor.in_force.stamp
    digest = json.loads(house.monitor.render_digest(house.monitor.digest("all"), "json"))
    assert digest["stamps"] == list(house.monitor.stamps)


def test_what_was_said_before_there_were_several_is_of_who_said_it(house: House) -> None:
    house.bring("a", BODY)
    house.monitor.assess()
    url = house.monitor.settings.database_url
    rewrite(url, "UPDATE assessments SET payload = json_remove(payload, '$.findings[0].guideline')")
    (one,) = house.monitor.articles()
    assert [finding.guideline for finding in one.findings] == ["tiny", "ours"]


@pytest.fixture
def tried(house: House) -> Trial:
    """Rules tried over three articles that fit, one with a name, and two that are not looked at."""
    house.bring("a", BODY, outlet="coast")
    house.bring("b", BODY.replace(NAME, "a girl"), outlet="hills", relevance=0.1)
    house.bring("c", f"{BODY} The harbour victim said so.".replace(NAME, "a boy"), outlet="coast")
    house.bring("d", "La policía encontró a las víctimas en un bar del puerto.", language="es")
    named = next(one.article for one in house.monitor.articles() if NAME in one.article.text)
    house.monitor.store.record_masks([hidden(named)], NOW)
    file = house.ours.parent / "new-rule.yaml"
    file.write_text(SAME.replace("no-harbour", "new-rule"), encoding="utf-8")
    reports: list[int] = []
    guideline = tried_rules(house.monitor, file)
    trial = try_rules(house.monitor, guideline, shown=2, report=reports.append)
    assert reports == [4]
    return trial


def hidden(article: Article) -> Mask:
    start = article.text.index(NAME)
    spans = (Span("text", start, start + len(NAME)),)
    return Mask(article.id, article.sha256, "names@1+x", spans, link_tells=True)


def test_a_rule_is_tried_over_the_archive(tried: Trial) -> None:
    assert (tried.looked_at, tried.relevant, tried.with_hit) == (3, 2, 3)
    assert dict(tried.not_judged) == {"language": 1}
    (rule,) = tried.rules
    assert (rule.rule, rule.hits, rule.articles, rule.relevant) == ("new-rule", 7, 3, 2)
    assert dict(rule.outlets) == {"The Coast": 2, "The Hills": 1}
    assert dict(rule.severities) == {"warning": 7}
    assert sorted(hit.outlet for hit in rule.shown) == ["The Coast", "The Hills"]


def test_names_stay_hidden_in_what_is_shown(house: House) -> None:
    house.bring("a", BODY)
    (one,) = house.monitor.articles()
    house.monitor.store.record_masks([hidden(one.article)], NOW)
    trial = try_rules(house.monitor, tried_rules(house.monitor, house.ours / "rules.yaml"))
    ((hit,),) = [rule.shown for rule in trial.rules]
    assert hit.match == "harbour victim"
    assert hit.before == f"The unfortunate victim, {WITHHELD}, was seen with a"
    assert hit.url is None
    assert NAME.split(maxsplit=1)[0] not in repr(trial)


def test_a_file_that_cannot_be_used_says_where(house: House) -> None:
    file = house.ours.parent / "wrong.yaml"
    file.write_text(HARBOUR.replace("severity: warning", "severity: grave"), encoding="utf-8")
    with pytest.raises(GuidelineError, match=r"wrong.yaml, rule 'no-harbour', line 7: 'severity'"):
        tried_rules(house.monitor, file)
    with pytest.raises(UsageError, match="no such file"):
        tried_rules(house.monitor, house.ours / "absent.yaml")


def test_rules_are_tried_by_command(house: House) -> None:
    house.bring("a", BODY)
    file = house.ours.parent / "new-rule.yaml"
    file.write_text(SAME.replace("no-harbour", "new-rule"), encoding="utf-8")
    (house.ours.parent / "monitor.toml").write_text("[check]\nguideline = ['ours']\n")
    desk = Desk(house.ours.parent)
    said = desk.type("guidelines", "try", "new-rule.yaml", "--since", "90d", "--format", "json")
    told = json.loads(said.out)
    assert (said.code, told["looked_at"], told["rules"][0]["hits"]) == (0, 1, 2), said
    assert told["examples"] == {"count": 5, "failed": []}
