"""A name that is hidden in one version or paper is hidden in all, also once the words are gone."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.app import Monitor
from monitor.archive import names_on_request as names
from monitor.archive.withdrawals import withdraw
from monitor.cli.app import app
from monitor.jobs.mask_names import complete_due, mask_due
from monitor.people.anonymisation import Masked
from monitor.records.errors import NotFound, UsageError
from monitor.records.finding import Span
from monitor.records.hidden_names import REASONS, WITHHELD, hide
from monitor.settings import Settings
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.stories import StoryPlacement
from store_samples import CLASSIFIER, NOW, at, feed, incoming, judged, poll

NAMED = "Yaw Mensah, 14, was sold to a cocoa farmer. Mensah is safe now."
UNNAMED = "A boy of 14 was sold to a cocoa farmer. He is safe now."
URL = "https://n.example/yaw-mensah-freed"


def planted(article):
    """Know the boy only where he is told of as one who was sold; French cannot be read."""
    if article.language != "en":
        return None
    spans = []
    if "was sold" in article.text:
        fields = {"title": article.title, "text": article.text}
        spans = [
            Span(field, place, place + len(word))
            for field, words in fields.items()
            for word in ("Yaw Mensah", "Mensah is")
            if (place := words.find(word)) >= 0
        ]
        spans = [Span(s.field, s.start, min(s.end, s.start + 10)) for s in spans][:1]
    hidden = frozenset(("Yaw", "Mensah")) if spans else frozenset()
    return Masked(
        hide("title", article.title, spans),
        hide("text", article.text, spans),
        tuple(spans),
        hidden,
        hidden,
    )


@pytest.fixture
def monitor(tmp_path):
    with Monitor(Settings(home=tmp_path), now=lambda: NOW) as opened:
        vars(opened).update(assessors=(), names_stamp="names@1+planted", mask=planted)
        opened.store.add_feeds([feed()], NOW)
        yield opened


def bring(monitor, name, text, *, minute=0, **changes):
    monitor.store.record_poll(poll(feed(), [incoming(name, text, **changes)]), at(minute))


def article(monitor, name):
    return monitor.store.article(f"article-{name}", ()).article


def seen(monitor, name):
    """What may be shown of an article: headline, text, and the rest."""
    one = article(monitor, name)
    shown = monitor.shown([one])[one.id]
    return shown.title, hide("text", one.text, shown.spans), shown


def fold(monitor, *, after=0):
    """Put all that is relevant into one story."""
    for one in monitor.articles():
        monitor.store.record_assessments([(one.article, judged(0.9))], at(after))

    def place(one, _shelf):
        first = None if one.id == "article-maid" else "article-maid"
        return StoryPlacement(first, "", (), at(after))

    monitor.store.fold(monitor.stories_stamp, [CLASSIFIER], place, at(after), limit=99)


def test_a_name_taken_out_stays_hidden_in_the_address(monitor):
    bring(monitor, "cocoa", NAMED, title="Yaw Mensah freed", url=URL, authors=("Yaw Mensah",))
    mask_due(monitor)
    bring(monitor, "cocoa", UNNAMED, title="Mensah freed", url=URL, minute=1)
    for _ in range(2):  # looked at while somebody waits, then ahead
        title, text, shown = seen(monitor, "cocoa")
        assert (title, text, shown.link_tells) == (f"{WITHHELD} freed", UNNAMED, True)
        mask_due(monitor)
    first, _ = monitor.store.article_versions("article-cocoa")
    assert monitor.shown([first])[first.id].byline_tells


def test_it_is_hidden_too_where_nobody_had_looked_before_it_was_taken_out(monitor):
    bring(monitor, "cocoa", NAMED, title="Yaw Mensah freed", url=URL)
    bring(monitor, "cocoa", UNNAMED, title="Boy freed", url=URL, minute=1)
    assert seen(monitor, "cocoa")[2].link_tells
    mask_due(monitor)
    assert seen(monitor, "cocoa")[2].link_tells


@pytest.mark.parametrize("early", [True, False], ids=["folded after", "folded before"])
def test_a_victim_of_one_paper_is_one_in_the_others_of_the_story(monitor, early):
    plain = "YAW MENSAH, a former apprentice, opened a shop. Yaw’s mother cried. “Hi, Mensah.”"
    bring(monitor, "maid", "Apprentice Yáw Mensah-Addo is honoured.", url=f"{URL}-2", title="Shop")
    bring(monitor, "cocoa", NAMED, title="Boy freed")
    bring(monitor, "shop", plain, title="Yaw Mensah opens shop", url=URL)
    bring(monitor, "fr", "Yaw Mensah est libre.", title="Yaw Mensah", language="fr", url=URL)
    bring(monitor, "else", plain, title="Yaw Mensah opens shop")
    if early:
        mask_due(monitor)
    for name in ("maid", "cocoa", "shop", "fr"):
        one = article(monitor, name)
        monitor.store.record_assessments([(one, judged(0.9))], NOW)

    def place(one, _shelf):
        return StoryPlacement(None if one.id == "article-maid" else "article-maid", "", (), NOW)

    monitor.store.fold(monitor.stories_stamp, [CLASSIFIER], place, NOW, limit=9)
    for turn in range(2):
        if not (early or turn):
            mask_due(monitor)
        title, text, shown = seen(monitor, "shop")
        assert title == f"{WITHHELD} opens shop"
        assert text == (
            f"{WITHHELD}, a former apprentice, opened a shop. {WITHHELD}’s mother cried."
            f" “Hi, {WITHHELD}.”"
        )
        assert shown.link_tells
        assert seen(monitor, "maid")[1] == f"Apprentice {WITHHELD} is honoured."
        assert seen(monitor, "maid")[2].link_tells
        foreign = seen(monitor, "fr")[2]
        assert (foreign.withheld, foreign.link_tells) == (REASONS["language"], True)
        assert seen(monitor, "else")[1] == plain  # of no story, and tells of nobody
        mask_due(monitor)
    assert complete_due(monitor) == 0
    monitor.judged._last.clear()
    assert complete_due(monitor) == 0


def test_ordinary_words_stay_where_she_is_not_named(monitor):
    monitor.mask = lambda one: (
        Masked(
            one.title, one.text, (Span("text", 0, 10),), frozenset(), frozenset(("Hope", "Ghana"))
        )
        if one.text.startswith("Hope Ghana")
        else Masked(one.title, one.text, (), frozenset(), frozenset())
    )
    bring(monitor, "maid", "Hope Ghana was sold.")
    bring(monitor, "b", "Hope is what they hope for in Ghana.", title="Hope for girls", minute=1)
    bring(monitor, "c", "Hope Ghana has hope. Hope is in Accra.", title="Hope", minute=1)
    mask_due(monitor)
    fold(monitor)
    mask_due(monitor)
    assert seen(monitor, "b")[:2] == ("Hope for girls", "Hope is what they hope for in Ghana.")
    assert seen(monitor, "c")[1] == f"{WITHHELD} has hope. {WITHHELD} is in Accra."


def erase_first(monitor):
    """Bring a text with the name and one without, and erase the first as taken back."""
    bring(monitor, "cocoa", NAMED, title="Yaw Mensah freed", url=URL)
    mask_due(monitor)
    bring(monitor, "cocoa", UNNAMED, title="Mensah freed", url=URL, minute=1)
    mask_due(monitor)
    monitor.store.check_versions(lambda *_: "name", NOW, limit=9)
    assert monitor.store.erase_withdrawn(at(9), NOW, lambda _: None) == 1


def test_a_name_whose_words_were_erased_stays_hidden_and_is_kept_nowhere(monitor, tmp_path):
    erase_first(monitor)
    third = "The boy yaw mensah is home. MENSAH is well, said Yaw."
    bring(monitor, "cocoa", third, title="Yaw Mensah is home", url=URL, minute=2)
    for _ in range(2):
        title, text, shown = seen(monitor, "cocoa")
        assert title == f"{WITHHELD} is home"
        assert text == f"The boy {WITHHELD} is home. {WITHHELD} is well, said {WITHHELD}."
        assert shown.link_tells
        mask_due(monitor)
    key = tmp_path / "names.key"
    assert key.stat().st_mode & 0o777 == 0o600
    with monitor.store._database.reading() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM masks").all())
    assert "ensah" not in rows.lower()
    assert key.read_text().strip() not in rows


def test_without_the_key_text_is_withheld_until_it_is_back(monitor, tmp_path):
    erase_first(monitor)
    key = tmp_path / "names.key"
    away = key.rename(tmp_path / "away")
    assert seen(monitor, "cocoa")[0] == ""
    bring(monitor, "cocoa", "Mensah is home.", title="Home", url=URL, minute=2)
    mask_due(monitor)
    shown = seen(monitor, "cocoa")[2]
    assert (shown.withheld, shown.link_tells) == (REASONS["key"], True)
    key.write_text("0" * 64)  # another one
    assert seen(monitor, "cocoa")[2].withheld == REASONS["key"]
    away.rename(key)
    mask_due(monitor)
    assert seen(monitor, "cocoa")[1] == f"{WITHHELD} is home."


@pytest.mark.parametrize("how", ["forget", "expire"])
def test_the_others_of_a_story_keep_a_name_when_the_one_that_told_of_it_goes(monitor, how):
    bring(monitor, "maid", NAMED, title="Yaw Mensah freed", minute=-9)
    bring(monitor, "b", "Apprentice Yaw Mensah is honoured.", title="Mensah honoured", url=URL)
    bring(monitor, "c", "A shop was opened in Accra.", title="Shop")
    mask_due(monitor)
    fold(monitor)
    mask_due(monitor)
    if how == "forget":
        monitor.store.forget(["article-maid"], "person", NOW)
    else:
        assert monitor.store.expire(at(-1), NOW, limit=9) == 1
    for _ in range(2):
        title, text, shown = seen(monitor, "b")
        assert (title, text) == (f"{WITHHELD} honoured", f"Apprentice {WITHHELD} is honoured.")
        assert shown.link_tells
        monitor.now = lambda: NOW + timedelta(days=2)
        mask_due(monitor)
    with monitor.store._database.reading() as connection:
        kept = dict(connection.exec_driver_sql("SELECT article_id, kept FROM masks").all())
    assert kept["article-b"] != "[]"
    assert kept.get("article-c", "[]") == kept.get("article-maid", "[]") == "[]"
    monitor.store.forget(["article-b"], "person", NOW)
    with monitor.store._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT kept FROM masks WHERE kept != '[]'").all()
    assert rows == []


def test_a_hidden_name_is_not_found_by_a_search_for_its_sake(monitor):
    bring(monitor, "maid", NAMED, title="Boy freed")
    bring(monitor, "b", "Apprentice Yaw Mensah is honoured.", title="Honoured")
    bring(monitor, "fr", "Yaw Mensah est libre.", title="Libre", language="fr")
    fold(monitor)
    mask_due(monitor)
    assert monitor.store.search(ArticleFilter(query="libre"), (), limit=9).ids
    found = monitor.store.search(ArticleFilter(query="mensah"), (), limit=9)
    assert found.ids == ()
    assert Path(monitor.settings.names_key).exists() is False  # nothing had to be kept


def test_a_mask_lifted_by_hand_is_recorded_without_the_name_and_held_to(monitor):
    bring(monitor, "maid", NAMED, title="Boy freed", url=URL)
    bring(monitor, "b", "Apprentice Yaw Mensah is honoured.", title="Honoured")
    fold(monitor)
    mask_due(monitor)
    assert WITHHELD in seen(monitor, "b")[1]
    assert names.lift(monitor, "article-b", "yaw mensah", "Ama") == 2
    for _ in range(2):
        assert seen(monitor, "b")[1] == "Apprentice Yaw Mensah is honoured."
        assert WITHHELD in seen(monitor, "maid")[1]
        mask_due(monitor)
    names.lift(monitor, "article-maid", "Yaw Mensah", "Ama")
    _, text, shown = seen(monitor, "maid")
    assert (text, shown.link_tells) == (NAMED, False)
    with monitor.store._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM lifted").all()
    assert len(rows) == 6  # two words, and both as one, of two articles
    assert "Ama" in str(rows)
    assert "ensah" not in str(rows).lower()
    names.lift(monitor, "article-b", "Yaw Mensah", "Ama", undo=True)
    assert "Mensah" in seen(monitor, "b")[1]  # nobody hides it any more
    names.lift(monitor, "article-maid", "Yaw Mensah", "Ama", undo=True)
    assert WITHHELD in seen(monitor, "b")[1]
    home = ["--config", str(monitor.settings.home / "monitor.toml")]
    (monitor.settings.home / "monitor.toml").write_text("")
    said = CliRunner().invoke(app, [*home, "names", "lift", "none"], input="Yaw Mensah\n")
    assert isinstance(said.exception, NotFound)
    said = CliRunner().invoke(app, [*home, "names", "lift", "x"], input="Yo\n")
    assert isinstance(said.exception, UsageError)
    shown = CliRunner().invoke(app, [*home, "names", "lift", "article-b"], input="Yaw Mensah\n")
    assert "article-b: hidden no longer; 1 more of its story" in shown.output


def test_a_name_whose_words_are_erased_is_lifted_too(monitor):
    bring(monitor, "cocoa", NAMED, title="Freed", url=URL)
    mask_due(monitor)
    bring(monitor, "cocoa", f"{UNNAMED} He is #yawmensah.", title="Freed", url=URL, minute=1)
    monitor.store.check_versions(lambda *_: "name", NOW, limit=9)
    assert withdraw(monitor, NOW + timedelta(days=99)).erased == 1
    _, text, shown = seen(monitor, "cocoa")
    assert ("yaw" in text, shown.link_tells) == (False, True)
    names.lift(monitor, "article-cocoa", "Yaw Mensah", "Ama")
    _, text, shown = seen(monitor, "cocoa")
    assert ("#yawmensah" in text, shown.link_tells) == (True, False)
    names.lift(monitor, "article-cocoa", "yaw mensah", "Ama", undo=True)
    _, text, shown = seen(monitor, "cocoa")
    assert ("yaw" in text, shown.link_tells) == (False, True)


def test_a_name_is_kept_too_where_nobody_had_looked_before_it_is_erased(monitor):
    bring(monitor, "cocoa", NAMED, title="Yaw Mensah freed", url=URL)
    bring(monitor, "cocoa", UNNAMED, title="Boy freed", url=URL, minute=1)
    assert [one.title for one in monitor.store.erased_next(at(9))] == []
    monitor.store.check_versions(lambda *_: "name", NOW, limit=9)
    assert [one.title for one in monitor.store.erased_next(at(9))] == ["Yaw Mensah freed"]
    assert withdraw(monitor, NOW + timedelta(days=99)).erased == 1
    bring(monitor, "cocoa", "Mensah is home.", title="Home", url=URL, minute=2)
    for _ in range(2):
        _, text, shown = seen(monitor, "cocoa")
        assert (text, shown.link_tells) == (f"{WITHHELD} is home.", True)
        mask_due(monitor)
