"""Fine-tuning of a tiny encoder: one command, stopped and resumed, exported and served."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from monitor.classify.encoder import load_encoder
from monitor.classify.model_files import load_folder
from monitor.records.errors import DataError

torch = pytest.importorskip("torch", reason="training the encoder needs the train extra (torch)")
pytest.importorskip("onnx", reason="exporting the encoder needs the train extra (onnx)")

from tiny_bert import save_tiny_bert  # noqa: E402
from training.encoder import train_encoder  # noqa: E402
from training.encoder_data import EncoderOptions  # noqa: E402

WORDS = "men forced to work in kiln police held two for human trafficking team won".split(" ")  # noqa: SIM905
SMALL = EncoderOptions(
    epochs=2, batch=4, max_tokens=32, warm_up=5, easy=8, folds=5, save_every=5, threads=1,
    bfloat16=False,
)  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_bert(tmp_path_factory.mktemp("base"), WORDS)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    topics = [(2, "annotated", "men forced to work in kiln"), (0, "sampled negative", "team won")]
    for name, basis in (("train", None), ("weak_positive", "weak")):
        rows = []
        for i in range(24):
            rel, how, title = topics[0 if basis else i % 2]
            row = {
                "id": f"{name}{i}", "source": "made", "language": "en", "rel": rel,
                "title": title, "text": f"police held {i % 20} men", "basis": basis or how,
            }  # fmt: skip
            rows.append(json.dumps(row))
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    return folder


def train(data: Path, out: Path, base: Path, say=lambda _: None, seed: int = 1) -> Path:
    meta = train_encoder(data, out, version="0.0.1", seed=seed, options=SMALL, base=base, say=say)
    return out / meta["name"] / meta["version"]


def test_a_killed_run_goes_on_to_the_same_weights(data: Path, base: Path, tmp_path: Path) -> None:
    whole = train(data, tmp_path / "whole", base)

    def kill(message: str) -> None:
        if message.startswith("step 50"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(data, tmp_path / "parts", base, say=kill)
    checkpoint = tmp_path / "parts" / "encoder-en" / "0.0.1.checkpoint"
    assert checkpoint.exists()
    with pytest.raises(DataError, match="another run"):
        train(data, tmp_path / "parts", base, seed=2)
    told: list[str] = []
    resumed = train(data, tmp_path / "parts", base, say=told.append)
    assert "going on after step 50" in told
    assert not checkpoint.exists()
    assert load_folder(resumed).meta.files == load_folder(whole).meta.files


def test_what_was_exported_is_what_was_trained(data: Path, base: Path, tmp_path: Path) -> None:
    from training.network import Trainer
    from training.onnx_export import OneTextModule, export

    torch.manual_seed(0)
    module = Trainer.start(base, SMALL, steps=10).module.eval()
    one = OneTextModule(module, [3, 11, 4, 4, 3]).eval()
    path = tmp_path / "whole.onnx"
    export(one, path, ["relevance", "form", "response", "victim", "flow"])
    from monitor.classify.onnx_encoder import EncoderSession

    session = EncoderSession(path.read_bytes(), "whole.onnx")
    ids = [2, 5, 6, 7, 3]
    padded = torch.tensor([[*ids, 0, 0]])
    mask = torch.tensor([[1] * 5 + [0] * 2])
    with torch.no_grad():
        expected = module(padded, mask)[0].numpy()
    said = np.concatenate(list(session.run(ids).values()))
    assert said == pytest.approx(expected, abs=1e-5)


def test_what_is_shipped_reckons_in_float(base: Path) -> None:
    import onnx

    from monitor.classify.onnx_encoder import EncoderSession
    from training.encoder_data import HEADS
    from training.network import Trainer
    from training.onnx_export import OneTextModule, export_int8

    torch.manual_seed(0)
    module = Trainer.start(base, SMALL, steps=10).module.eval()
    content = export_int8(module, heads=HEADS)
    graph = onnx.load_from_string(content).graph
    kinds = {node.op_type for node in graph.node}
    assert {"DequantizeLinear", "MatMul", "Exp"} <= kinds
    assert not kinds & {"MatMulInteger", "DynamicQuantizeLinear", "Softmax"}
    matrices = [node.input[0] for node in graph.node if node.name.endswith("_dequantised")]
    weights = {tensor.name: tensor for tensor in graph.initializer}
    assert {weights[name].data_type for name in matrices} == {onnx.TensorProto.INT8}
    ids = [2, 5, 6, 7, 3]
    with torch.no_grad():
        exact = OneTextModule(module, [len(labels) for labels in HEADS.values()])(
            torch.tensor([ids])
        )
    said = EncoderSession(content, "small.onnx").run(ids)
    for numbers, row in zip(said.values(), exact, strict=True):
        assert numbers == pytest.approx(row[0].numpy(), abs=0.03)


def test_the_folder_is_served_without_torch(data: Path, base: Path, tmp_path: Path) -> None:
    folder = load_folder(train(data, tmp_path, base))
    encoder = load_encoder(folder)
    said = encoder.outputs("men forced to work", "police held two men")
    assert {head: len(row) for head, row in said.items()} == {
        head: len(labels) for head, labels in folder.meta.labels.items()
    }
    assert "--seed 1" in (folder.path / "README.md").read_text("utf-8")


def test_a_share_of_tokens_is_hidden_and_the_ends_stay() -> None:
    import random

    from training.encoder_data import hide

    ids = (2, *range(10, 1010), 3)
    shown = hide(ids, 0.1, 1, random.Random(0))
    assert (len(shown), shown[0], shown[-1]) == (len(ids), 2, 3)
    assert 60 < shown.count(1) < 140
    assert all(new in (old, 1) for old, new in zip(ids, shown, strict=True))
    assert hide(ids, 0.1, None, random.Random(0)) == ids
    assert hide((2, 3), 1.0, 1, random.Random(0)) == (2, 3)


def test_word_embeddings_stay_as_they_are(base: Path) -> None:
    from dataclasses import replace

    from training.network import Trainer

    encoder = Trainer.start(base, SMALL, steps=10).module.encoder
    assert not encoder.embeddings.word_embeddings.weight.requires_grad
    assert all(each.requires_grad for each in encoder.encoder.parameters())
    lower = Trainer.start(base, replace(SMALL, frozen=1), steps=10).module.encoder.encoder.layer
    assert [any(each.requires_grad for each in part.parameters()) for part in lower] == [
        False,
        True,
    ]


def test_sources_left_out_are_judged_and_a_second_run_goes_on(
    data: Path, base: Path, tmp_path: Path
) -> None:
    from monitor.evaluate.linear_fit import FitOptions
    from training.leave_out import measure_sources

    for name in ("train", "dev", "regional"):
        source = {"train": "lk_news", "dev": "stopht_google_alerts", "regional": "png_news"}[name]
        lines = gzip.decompress((data / "train.jsonl.gz").read_bytes()).decode().splitlines()
        rows = [json.loads(line) for line in lines]
        rows = [{**row, "id": f"{name} {row['id']}", "source": source} for row in rows]
        text = "\n".join(map(json.dumps, rows)).encode()
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(text))
    work, told = tmp_path / "work", []
    options = {
        "options": FitOptions(keep=200), "encoder": SMALL, "base": base, "say": told.append,
        "groups": ["regional papers"],
    }  # fmt: skip
    first = measure_sources(tmp_path, work, **options)
    assert list(first["groups"]) == ["regional papers"]
    assert first["regional"]["rows"] == 24
    assert first["regional"]["main_subjects"] == 12
    assert "regional papers: encoder" in told
    told.clear()
    assert measure_sources(tmp_path, work, **options) == first
    assert told == []
    other = measure_sources(tmp_path, work, **options | {"seed": 5, "groups": []})
    assert other["groups"] == {}
