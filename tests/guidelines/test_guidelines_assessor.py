"""The guideline as an assessor: in order, per language, with a stamp that tells."""

from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

from monitor.guidelines import GuidelineAssessor, load_guideline
from monitor.types import Article

FOLDER = Path(__file__).resolve().parents[2] / "guidelines" / "thb-en"
THB = load_guideline(FOLDER)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


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
    assert load_guideline(folder).stamp == THB.stamp
    file = folder / "terminology.yaml"
    file.write_text(file.read_text().replace("border crashers", "border runners"))
    assert load_guideline(folder).stamp != THB.stamp
