"""The guideline as an assessor: in order, per language, with a stamp that tells."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import shipped
import store_samples
from monitor.app import Monitor
from monitor.classify.assessors import RelevanceAssessor
from monitor.classify.relevance import Judgement
from monitor.records.article import Article
from monitor.rules.checker import GuidelineAssessor
from monitor.rules.loading import load_guideline
from monitor.rules.rule_reloading import GuidelineLoader
from monitor.settings import Settings

FOLDER = Path(__file__).resolve().parents[2] / "guidelines" / "thb-en"
THB = shipped.thb()
NOW = datetime(2026, 11, 25, tzinfo=UTC)
OLD, NEW = "relevance-en@1.0.0+aaaaaaaaaaaa", "relevance-en@1.0.1+bbbbbbbbbbbb"
ELSEWHERE = (
    "The council said on Monday that the bridge would be closed for repairs until spring, and that "
    "drivers would be sent round by the old road.\n\n"
    * 6
    + "The girls were rescued from the yard by a neighbour, who said they had been kept as slaves."
)


@dataclass
class Model:
    """A relevance model that sees its subject in texts with the word."""

    word: str

    def judge(self, title, text):
        found = self.word in text
        return Judgement(0.9 * found, 0.9 * found, relevant=found, borderline=False)


def relevance(stamp, word):
    return RelevanceAssessor(stamp, lambda: Model(word), "en")


def article(number, text, language="en", title=""):
    return Article(str(number), "", title, text, "", language, None, NOW, "")


def test_articles_are_judged_in_order_and_other_languages_not():
    assessor = GuidelineAssessor(THB)
    said = assessor.assess(
        [
            article(1, "Police found two child prostitutes.", title="Child prostitutes found"),
            article(2, "La police a trouvé deux enfants.", "fr"),
            article(3, "Nothing of note."),
        ]
    )
    assert [len(s.findings) for s in said] == [2, 0, 0]
    assert [s.not_judged for s in said] == [None, "language", None]
    assert {s.stamp for s in said} == {assessor.stamp}
    assert {f.field for f in said[0].findings} == {"title", "text"}


def test_the_language_is_found_where_none_is_given():
    text = "Die Polizei hat am Montag zwei Männer in der Stadt festgenommen und befragt."
    assert GuidelineAssessor(THB).assess([article(1, text, None)])[0].not_judged == "language"


def test_a_regional_english_is_english():
    said = GuidelineAssessor(THB).assess([article(1, "Two child prostitutes.", "en-GB")])
    assert said[0].not_judged is None


def test_settings_change_the_stamp_and_the_findings():
    plain = GuidelineAssessor(THB)
    other = GuidelineAssessor(THB, disable=["child-prostitute"])
    louder = GuidelineAssessor(THB, severity={"sex-slave": "error"})
    assert plain.stamp == THB.stamp
    assert len({plain.stamp, other.stamp, louder.stamp}) == 3
    assert not other.assess([article(1, "Two child prostitutes.")])[0].findings


def test_a_changed_rule_file_changes_the_stamp(tmp_path):
    folder = copytree(FOLDER, tmp_path / "thb-en")
    before = load_guideline(FOLDER).stamp
    assert load_guideline(folder).stamp == before
    file = folder / "terminology.yaml"
    file.write_text(file.read_text().replace("[illegals]", "[illegals, border runners]"))
    assert load_guideline(folder).stamp != before


def test_what_the_relevance_model_shows_is_on_topic():
    """As a draft is: told without a word of the field, it is checked all the same."""
    articles = [article(1, ELSEWHERE), article(2, ELSEWHERE.replace("girls", "boys"))]
    articles.append(article(3, "Police found two child prostitutes."))
    plain = GuidelineAssessor(THB).assess(articles)
    assert [len(said.findings) for said in plain] == [0, 0, 1]
    assessor = GuidelineAssessor(THB, relevance=relevance(OLD, "girls"))
    said = assessor.assess(articles)
    assert {"slave-noun", "rescue-language"} <= {f.rule for f in said[0].findings}
    assert any(item.met is not None for item in said[0].scorecard)
    assert [one.findings for one in said[1:]] == [one.findings for one in plain[1:]]
    assert [assessor.assess([alone])[0] for alone in articles] == said


def test_the_stamp_tells_of_the_relevance_model_too():
    stamps = {
        GuidelineAssessor(THB, disable=disable, relevance=model).stamp
        for disable in ((), ("child-prostitute",))
        for model in (None, relevance(OLD, "girls"), relevance(NEW, "girls"))
    }
    assert len(stamps) == 6
    assert all(stamp.startswith(THB.stamp) for stamp in stamps)


def test_a_relevance_model_that_fails_is_the_failure_of_that_article_alone():
    class Broken(Model):
        def judge(self, title, text):
            if "girls" in text:
                raise ValueError("broken")
            return super().judge(title, text)

    broken = RelevanceAssessor(OLD, lambda: Broken("boys"), "en")
    articles = [article(1, ELSEWHERE), article(2, ELSEWHERE.replace("girls", "boys"))]
    failed, fine = GuidelineAssessor(THB, relevance=broken).assess(articles)
    assert failed.error == "ValueError in check"
    assert fine.error is None
    assert fine.findings


def test_a_new_relevance_model_makes_work_due_again(tmp_path):
    """What a new model shows and the old one did not gets its flags by the next `assess`."""
    found = []
    for stamp, word in ((OLD, "boys"), (NEW, "girls"), (NEW, "girls")):
        with Monitor(Settings(home=tmp_path), now=lambda: NOW) as monitor:
            monitor.shelf = GuidelineLoader.of([THB])
            monitor.classifiers = (relevance(stamp, word),)
            if not found:
                source = store_samples.feed()
                monitor.store.add_feeds([source], NOW)
                entries = [store_samples.incoming("yard", ELSEWHERE)]
                monitor.store.record_poll(store_samples.poll(source, entries), NOW)
            guideline = monitor.assessors[-1].stamp
            done = monitor.assess()[guideline]["assessed"]
            (stored,) = monitor.store.assessed(monitor.stamps)
            found.append((done, {finding.rule for finding in stored.findings}))
    assert [done for done, _ in found] == [1, 1, 0]
    assert found[0][1] == set()
    assert "slave-noun" in found[1][1]
    assert found[2][1] == found[1][1]
