"""The judge of the rules: what it learns from, how it is trained in parts, how sure flags are."""

import gzip
import json
import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.evaluate.rule_precision import Item, Mark
from monitor.records.errors import DataError, UsageError
from monitor.text.document import Document
from tiny_bert import save_tiny_bert
from training.rows import is_kept_apart
from training.rule_model import (
    EditorFlag,
    confidence_scores,
    counted,
    cross_fitted,
    fit_confidence,
)
from training.rule_model_data import (
    LabelledSource,
    RuleClaim,
    RuleModelOptions,
    RuleWindow,
    agreed_source,
    article_source,
    make_target,
    rows_of,
    sources_of,
    windows_of,
)

SIBLINGS = {"rescue": frozenset({"saviour"}), "saviour": frozenset({"rescue"}), "slur": frozenset()}


def article(text: str, *marks: tuple[str, str, bool], title: str = "", read: int = 1000) -> Item:
    found = tuple(
        Mark(
            rule, "text", quote, "no", sure, ((text.index(quote), text.index(quote) + len(quote)),)
        )
        for rule, quote, sure in marks
    )
    return Item("a", Document(text, title, language="en"), read, found, frozenset(), frozenset())


def flag(item: Item, rule: str, match: str, verdict: str) -> dict[str, object]:
    title = item.document.title
    whole = f"{title}\n\n{item.document.text}" if title else item.document.text
    start = whole.index(match)
    return {
        "id": item.id, "rule": rule, "match": match, "verdict": verdict,
        "start": start, "end": start + len(match),
    }  # fmt: skip


def test_a_quarter_of_the_events_is_kept_apart() -> None:
    apart = sum(is_kept_apart(f"event {number}") for number in range(4000))
    assert 900 < apart < 1100
    # by hashes that begin with 3f and 40
    assert [is_kept_apart(event) for event in ("event 99", "event 235")] == [True, False]


def test_verdicts_on_flags_count_where_the_editor_marked_nothing() -> None:
    item = article(
        "Police rescued six men. The brave heroes left. They rescued two more. A heroic day.",
        ("rescue", "rescued", True),
        title="Brave raid",
    )
    flags = [
        flag(item, "slur", "brave", "wrong"),
        flag(item, "saviour", "heroes", "right"),
        flag(item, "slur", "heroic", "arguable"),
        flag(item, "saviour", "Brave raid", "wrong"),
        flag(item, "rescue", "rescued", "wrong"),
        flag(item, "unknown", "two", "wrong"),
    ]
    rows = list(rows_of(article_source(item, "e", flags, SIBLINGS), SIBLINGS))
    assert [(row.field, row.text) for row in rows] == [
        ("title", "Brave raid"),
        ("text", "Police rescued six men."),
        ("text", "The brave heroes left."),
        ("text", "They rescued two more."),
        ("text", "A heroic day."),
    ]
    title, first, second, third, last = rows
    assert [(claim.rule, claim.weight) for claim in title.doubted] == [("saviour", 4.0)]
    assert first.found == (RuleClaim("rescue", "text", 7, 14, 1.0),)
    assert first.masked == ("saviour",)
    assert [(claim.rule, claim.weight) for claim in second.found] == [("saviour", 0.5)]
    assert [claim.rule for claim in second.doubted] == ["slur"]
    assert (third.found, third.masked) == ((), ("rescue",))
    assert last.masked == ("slur",)


def test_what_no_editor_read_is_not_learned_from() -> None:
    item = article("One came home. Two were rescued.", ("rescue", "rescued", False), read=10)
    rows = list(rows_of(article_source(item, "e", [], SIBLINGS), SIBLINGS))
    assert [row.text for row in rows] == ["One came home."]


def test_development_sentences(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no development"):
        list(sources_of(tmp_path, "development-*.yaml", SIBLINGS))
    (tmp_path / "development-a.yaml").write_text(
        "- rule: rescue\n  bad: ['They were [[saved]] today.', unmarked]\n"
        "  near_miss: ['She saved money.']\n- rule: other\n  bad: ['[[x]]']\n"
    )
    bad, miss = sources_of(tmp_path, "development-*.yaml", SIBLINGS)
    assert bad.document.text == "They were saved today."
    assert bad.found == [RuleClaim("rescue", "text", 10, 15, 1.0)]
    assert {claim.weight for claim in miss.doubted} == {2.0}
    assert bad.weight == 0.2


def test_a_finding_outdoes_a_doubt_and_that_a_mask() -> None:
    rules = ("rescue", "saviour", "slur")
    document = Document("Police saved him.", language="en")
    claims = (
        [RuleClaim("rescue", "text", 7, 12, 0.5)],
        [RuleClaim("rescue", "text", 7, 12, 4.0), RuleClaim("saviour", "text", 7, 12, 4.0)],
        [RuleClaim("saviour", "text", 7, 12), RuleClaim("slur", "text", 7, 12)],
    )
    (row,) = rows_of(LabelledSource("article", "a", "e", document, 1.0, *claims), SIBLINGS)
    target = make_target(row, {4: (0, 6), 5: (7, 12), 6: (13, 16)}, rules)
    assert target.truth.tolist() == [1, 0, 0]
    assert target.weight.tolist() == [1, 4, 0]
    assert target.tokens == (4, 5, 6)
    assert target.spans == ((0, (5,), 0.5),)


def test_what_two_editors_mark_weighs_the_more_the_more_they_agree() -> None:
    text = "Police rescued six men. The brave heroes left. They saved two."
    one = article(text, ("rescue", "rescued", True), ("slur", "brave", False))
    two = article(text, ("saviour", "rescued six", True), ("rescue", "saved", True))
    source = agreed_source(one, two, "e", [flag(one, "saviour", "heroes", "right")], SIBLINGS)
    assert {(c.rule, text[c.start : c.end], c.weight) for c in source.found} == {
        ("rescue", "rescued", 1.5), ("saviour", "rescued six", 1.5), ("slur", "brave", 0.375),
        ("rescue", "saved", 0.75), ("saviour", "heroes", 0.5),
    }  # fmt: skip


def made_flags(number: int) -> list[EditorFlag]:
    """Flags that are right as the judge says, and those of one rule seldom."""
    draw = random.Random(0)
    made = []
    for at in range(number):
        judge, rare = draw.uniform(-8, 4), at % 2 == 0
        right = draw.random() < 1 / (1 + math.exp(-(judge + (1 if rare else 3))))
        rule = "slur" if rare else "rescue"
        again, quoted = at % 5 == 0, at % 7 == 0
        one = EditorFlag(
            f"a{at}", f"e{at}", rule, "text", 0, 5, at % 3 == 0, again, quoted, right, right
        )
        made.append(replace(one, judge=judge, best=judge))
    return made


def test_confidence_holds_on_flags_it_was_not_fitted_on() -> None:
    evidence = made_flags(900)
    said = cross_fitted(evidence, [at % 3 for at in range(900)])
    scores = confidence_scores(evidence, said, flags=950)
    assert scores["auc"] > scores["auc_judge_alone"] > 0.85
    assert scores["calibration_error"] < 0.06
    loud = [each.marked for each in evidence if each.loud]
    assert scores["cuts"][0] == {"from": 0.0, "flags": 900, "marked": scores["right"],
                                 "right": scores["right"], "loud": len(loud),
                                 "loud_marked": sum(loud)}  # fmt: skip
    kept = [row["right"] / row["flags"] for row in scores["cuts"]]
    assert kept == sorted(kept)
    fitted = fit_confidence(evidence)
    settings = fitted.settings()
    assert settings["priors"]["slur"] < settings["unknown_prior"] < settings["priors"]["rescue"]
    strange = replace(evidence[0], rule="new")
    assert strange.again
    assert strange.quoted
    odds = sum(
        settings[name] * value
        for name, value in (
            ("judge", strange.judge), ("best", strange.best), ("loud", 1.0),
            ("prior", settings["unknown_prior"]), ("again", 1.0), ("quoted", 1.0),
        )
    ) + settings["offset"]  # fmt: skip
    assert fitted.of([strange])[0] == pytest.approx(1 / (1 + math.exp(-odds)))
    assert counted([], fitted.of([]), flags=0)["judged"] == 0


torch = pytest.importorskip("torch", reason="training the judge needs the train extra (torch)")
pytest.importorskip("onnx", reason="exporting the judge needs the train extra (onnx)")

WORDS = "police rescued six men from a kiln the court heard on monday they were fed".split(" ")  # noqa: SIM905
SMALL = RuleModelOptions(rounds=6, earlier=1, silent=1, batch=4, frozen=1, warm_up=3, rate=1e-3,
                     head_rate=1e-2, folds=3)  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_bert(tmp_path_factory.mktemp("base"), WORDS)


@pytest.fixture(scope="module")
def guideline(tmp_path_factory: pytest.TempPathFactory):
    """Two rules of the guideline that is shipped."""
    from monitor.labels.data_files import data_dir
    from monitor.rules.loading import load_guideline

    whole = load_guideline(data_dir("guidelines") / "thb-en")
    few = ("rescue-language", "share-rescued")
    return replace(
        whole,
        rules=tuple(rule for rule in whole.rules if rule.id in few),
        compiled=tuple(rule for rule in whole.compiled if rule.rule.id in few),
    )


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invented articles, every other one with a word that the guideline flags and editors mark."""
    folder = tmp_path_factory.mktemp("data")
    texts, marks, flags = [], [], []
    for at in range(24):
        text = "Police rescued six men from a kiln." if at % 2 else "The court heard six men."
        if at % 4 == 0:
            text += " They were rescued on Monday."
        texts.append({"id": f"a{at}", "event": f"event {at}", "title": "", "text": text})
        found = {"rule": "rescue-language", "quote": "rescued", "field": "text", "quoted": "no",
                 "sure": True}  # fmt: skip
        marks.append({"id": f"a{at}", "read": 500, "findings": [found] if at % 2 else [],
                      "doc": [], "doc_ok": []})  # fmt: skip
        flags.append({"id": f"a{at}", "rule": "rescue-language", "match": "rescued", "start": 7,
                      "end": 14, "verdict": "wrong"})  # fmt: skip
    for name in ("train", "dev", "regional", "train2"):
        write(folder / "relevance" / f"{name}.jsonl.gz", texts if "train" in name else [])
    for name in ("train2", "train2_second"):
        write(folder / "spans" / f"{name}.jsonl.gz", marks)
    write(folder / "spans" / "train.jsonl.gz", marks[:12])
    write(folder / "spans" / "dev.jsonl.gz", marks[:1])
    for name in ("flags", "flags2"):
        write(folder / "spans" / f"{name}.jsonl.gz", flags[::4])
    return folder


def test_windows_are_of_whole_sentences_behind_the_headline(base: Path) -> None:
    from tokenizers import Tokenizer

    rust = Tokenizer.from_file(str(base / "tokenizer.json"))
    sentence = "Police rescued six men from a kiln. "
    item = article(sentence * 30, ("rescue", "rescued", True), title="The court heard", read=700)
    source = article_source(item, "e", [], SIBLINGS)
    windows = list(windows_of(source, SIBLINGS, ("rescue", "saviour", "slur"), rust))
    headline = rust.encode("The court heard").ids
    assert all(list(window.ids[: len(headline)]) == headline for window in windows)
    assert all(len(window.ids) <= 193 for window in windows)
    assert sum(len(window.targets) for window in windows) == 1 + 20  # what lies behind is not read
    assert windows[0].spoken
    (span,) = windows[0].targets[1].spans
    word = rust.encode("rescued", add_special_tokens=False).ids
    assert [windows[0].ids[token] for token in span[1]] == word


def test_what_is_exported_is_what_was_trained(base: Path, tmp_path: Path) -> None:
    from monitor.classify.onnx_encoder import EncoderSession
    from training.network import start_module
    from training.onnx_export import export, read_weights, shrink

    module = start_module(base, 3, 0).eval()
    for weights in module.parameters():  # the exporter keeps one of several that are the same
        weights.data += 0.01 * torch.randn_like(weights)
    path = tmp_path / "whole.onnx"
    export(module, path, ["rules"])
    for ids in ([2, 5, 6, 7, 3], [2, 3, 4, 3], [2, *range(4, 18), 3, *range(4, 18), 3]):
        with torch.no_grad():
            expected = module(torch.tensor([ids]))[0].numpy()
        said = EncoderSession(path.read_bytes(), "whole.onnx").run(ids)["rules"]
        assert said.shape == (len(ids), 3)
        assert said == pytest.approx(expected, abs=1e-4)
        served = EncoderSession(shrink(module, ["rules"]), "small.onnx").run(ids)["rules"]
        assert served == pytest.approx(expected, abs=0.05)
    read, known = read_weights(shrink(module, ["rules"])), module.state_dict()
    assert known.keys() - read.keys() == {
        name for name in known if "_embeddings" in name or "pooler" in name
    }
    for name, array in read.items():
        assert array.numpy() == pytest.approx(known[name].numpy(), abs=0.02)


def test_layers_apart_give_what_the_whole_gives(base: Path) -> None:
    from training.network import Learner, start_module

    windows = [RuleWindow("", "", ids, ()) for ids in ((2, 5, 6, 3), (2, 9, 3, 8, 7, 6, 3))]
    module = start_module(base, 3, 0).eval()
    learner = Learner(module, windows, SMALL)
    with torch.no_grad():
        together = module.head(learner.upper([0, 1]))
        for at, each in enumerate(windows):
            alone = module(torch.tensor([each.ids]))[0]
            assert together[at, : len(each.ids)].numpy() == pytest.approx(alone.numpy(), abs=1e-2)


def test_parts_are_kept_and_make_a_model(guideline, data: Path, base: Path, tmp_path: Path) -> None:
    from monitor.classify.model_files import load_folder
    from monitor.rules.neural_model import load_judge
    from training.rule_model import train_rules

    development = tmp_path / "development"
    development.mkdir()
    (development / "development-a.yaml").write_text(
        "- rule: rescue-language\n  bad: ['Six men were [[rescued]].']\n"
    )
    told: list[str] = []
    own = tmp_path / "own"
    (own / "data").mkdir(parents=True)
    (own / "data" / "marks.jsonl").write_text('{"id": "a5", "read": 9, "findings": []}\n')
    (own / "texts" / "rules").mkdir(parents=True)
    (own / "texts" / "rules" / "agency.yaml").write_text(
        "- rule: rescue-language\n  near_miss: ['Six men left.']\n"
    )
    given = {"guideline": guideline, "development": development, "base": base, "options": SMALL,
             "own": own,
             "work": tmp_path / "work", "say": told.append, "version": "0.0.1"}  # fmt: skip
    with pytest.raises(UsageError, match="no part '7'"):
        train_rules(data, tmp_path, part="7", **given)
    assert train_rules(data, tmp_path, part="1", **given) == {}
    assert [path.name[:2] for path in (tmp_path / "work").iterdir()] == ["1-"]
    meta = train_rules(data, tmp_path, **given)
    assert "part 1 is there already" in told
    folder = load_folder(tmp_path / "rules-en" / "0.0.1")
    assert folder.meta.labels["rules"] == meta["labels"]["rules"]
    assert set(folder.content) == {"judge.onnx", "tokenizer.json"}
    served = load_judge(folder)
    assert served.alone is not None
    assert meta["training"]["windows"]["development"] == 2
    assert meta["scores"]["articles"] == meta["scores"]["alone"]["read"]
    assert set(folder.meta.settings["confidence"]["priors"]) >= {"rescue-language"}
    assert np.isfinite(meta["scores"]["confidence"]["auc"])
    assert "rescue-language" in (folder.path / "README.md").read_text("utf-8")
    again = train_rules(data, tmp_path / "again", **given)
    assert again["files"] == meta["files"]
    (run,) = {path.stem.partition("-")[2] for path in (tmp_path / "work").iterdir()}
    refitted = train_rules(data, tmp_path / "refitted", run=run, **given)
    assert refitted["files"] == meta["files"]
    with pytest.raises(UsageError, match="no such part"):
        train_rules(data, tmp_path / "refitted", run="0123", **given)
    start = tmp_path / "rules-en" / "0.0.1"
    on = train_rules(data, tmp_path / "on", **(given | {"start": start}))
    assert on["files"] != meta["files"]
    changed = replace(SMALL, rounds=1)
    train_rules(data, tmp_path, part="0", **(given | {"options": changed}))
    assert len(list((tmp_path / "work").glob("0-*"))) == 3
