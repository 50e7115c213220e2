"""`monitor reviews feedback`, and what rules and `evaluate` tell of it, as they are typed."""

import json
from pathlib import Path

import own_guide
from desk import Desk, make_desk
from monitor.storage.store import open_store
from store_samples import NOW

RULE = "unfortunate-victim"


def desk_of(folder: Path) -> Desk:
    desk = make_desk(folder / "desk")
    guide = own_guide.make(folder)
    settings = desk.folder / "monitor.toml"
    settings.write_text(f'[check]\nguideline = "{guide.as_posix()}"\n', encoding="utf-8")
    return desk


def test_answers_are_printed_and_evaluated_apart(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    data, texts = tmp_path / "spans" / "one.jsonl", tmp_path / "relevance" / "one.jsonl"
    for file, row in (
        (data, {"read": 100, "findings": [], "doc": [], "doc_ok": []}),
        (texts, {"text": "The unfortunate victim was asked.", "title": "Asked"}),
    ):
        file.parent.mkdir()
        file.write_text(json.dumps({"id": "one", **row}) + "\n", encoding="utf-8")
    before = desk.type("evaluate", "guideline", str(data), "--format", "json")
    result = json.loads(before.out)
    assert result["feedback"] is None
    assert not (desk.folder / "monitor.sqlite").exists()
    with open_store(f"sqlite:///{desk.folder / 'monitor.sqlite'}") as store:
        for right in (True, True, False):
            store.count_feedback(
                result["guideline"], RULE, right=right, day=NOW.date(), client="lsp"
            )
    text = desk.type("evaluate", "guideline", str(data)).out
    assert f"\n  {RULE}: right 2 of 3 (21 to 94 %)\n" in text
    assert desk.type("reviews", "feedback").out.endswith(f"{RULE}: right 2 of 3 (21 to 94 %)\n")
    (line,) = desk.type("reviews", "feedback", "--format", "json").out.splitlines()
    assert json.loads(line)["wrong"] == 1
    measured = json.loads(desk.type("reviews", "feedback", "--format", "measured").out)
    assert measured["rules"][RULE]["flags"] == 3
    assert "Editors said of 2 of 3 flags" in desk.type("guidelines", "show", RULE).out
