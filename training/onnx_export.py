"""Export of a PyTorch module to ONNX with int8 weights, for one text at a time.

Only weights are quantised. With activations quantised too, a difference in the last bit of a float
becomes one of a whole step wherever it crosses a rounding border, and six layers of that moved a
log odds by 0.2 from one processor to another; in float it stays 3e-6.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Container, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

from monitor.classify.onnx_encoder import INPUT, quiet_onnxruntime
from training.network import Heads

OPSET = 17
_TRACED_TOKENS = 24


class OneTextModule(torch.nn.Module):
    """The module for one text without padding, with an output per head."""

    def __init__(self, module: Heads, sizes: Sequence[int]) -> None:
        super().__init__()
        self.module = module
        self.sizes = list(sizes)

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return one tensor per head."""
        states = self.module.encoder(input_ids=ids).last_hidden_state
        said = self.module.head(states.mean(1))
        rows: tuple[torch.Tensor, ...] = torch.split(said, self.sizes, dim=1)
        return rows


def export_int8(module: Heads, *, heads: Mapping[str, Sequence[str]]) -> bytes:
    """Return the ONNX file of an encoder with heads for a whole text."""
    return shrink(OneTextModule(module, [len(labels) for labels in heads.values()]), list(heads))


def shrink(one: torch.nn.Module, names: Sequence[str]) -> bytes:
    """Return the ONNX file of a module for one text's ids; weights are int8 (7 bits)."""
    quiet_onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        export(one.eval(), whole, names)
        quantize_dynamic(
            whole, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
        model = onnx.load(small)
    # so that it gives the same on every processor
    weight_only(model.graph)
    plain_softmax(model.graph)
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


_LINEAR = (
    "attention.self.query", "attention.self.key", "attention.self.value",
    "attention.output.dense", "intermediate.dense", "output.dense",
)  # fmt: skip
"""The linear parts of a layer, in the order in which they are reckoned."""


def read_weights(content: bytes) -> dict[str, torch.Tensor]:
    """Return the weights of a `shrink`-ed `TokenHeads` by their names there, int8 made float.

    Embeddings are left out: they stay as the base model has them.
    """
    graph = onnx.load_from_string(content).graph
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found = {
        name: torch.tensor(array)
        for name, array in known.items()
        if name.endswith((".bias", "LayerNorm.weight"))
    }
    scaled = [node.input for node in graph.node if node.op_type == "DequantizeLinear"]
    matrices = [names for names in scaled if names[0] in known]
    layers = range(len(matrices) // len(_LINEAR))
    parts = [f"encoder.encoder.layer.{layer}.{part}" for layer in layers for part in _LINEAR]
    for part, (weight, scale, zero) in zip([*parts, "head"], matrices, strict=True):
        real = (known[weight].astype(np.float32) - known[zero]) * known[scale]
        found[f"{part}.weight"] = torch.tensor(real.T.copy())
    return found


def weight_only(graph: onnx.GraphProto) -> None:
    """Multiply float activations by dequantised weights instead of int8 by int8.

    `quantize_dynamic` writes of `x @ w`: DynamicQuantizeLinear, MatMulInteger, Cast, and a Mul by
    the Mul of both scales.
    """
    made_by = {name: node for node in graph.node for name in node.output}
    used_by = {name: node for node in graph.node for name in node.input}
    constants = {tensor.name for tensor in graph.initializer}
    gone: set[str] = set()
    instead: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        if node.op_type == "DynamicQuantizeLinear":
            gone.add(node.name)
        if node.op_type != "MatMulInteger":
            continue
        quantised, weight, _, zero = node.input
        cast = used_by[node.output[0]]
        scaled = used_by[cast.output[0]]
        scales = made_by[next(name for name in scaled.input if name != cast.output[0])]
        scale = next(name for name in scales.input if name in constants)
        gone |= {node.name, cast.name, scales.name}
        real = f"{weight}_dequantised"
        instead[scaled.name] = [
            helper.make_node("DequantizeLinear", [weight, scale, zero], [real], real, axis=1),
            helper.make_node(
                "MatMul", [made_by[quantised].input[0], real], scaled.output, f"{node.name}_float"
            ),
        ]
    _replace(graph, instead, gone)


def plain_softmax(graph: onnx.GraphProto) -> None:
    """Write softmax over the last axis in its single steps.

    onnxruntime adds up in its own softmax in as many lanes as the processor has: of all operators
    here the only one whose bits differ between AVX2 and AVX-512.
    """
    axis = helper.make_tensor("softmax_axis", onnx.TensorProto.INT64, [1], [-1])
    instead: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        if node.op_type != "Softmax":
            continue
        (given,), (out,) = node.input, node.output
        high, low, powers, total = (f"{out}_{step}" for step in ("high", "low", "powers", "total"))
        instead[node.name] = [
            helper.make_node("ReduceMax", [given], [high], high, axes=[-1], keepdims=1),
            helper.make_node("Sub", [given, high], [low], low),
            helper.make_node("Exp", [low], [powers], powers),
            helper.make_node("ReduceSum", [powers, axis.name], [total], total, keepdims=1),
            helper.make_node("Div", [powers, total], [out], node.name),
        ]
    if instead:
        graph.initializer.append(axis)
    _replace(graph, instead, set())


def _replace(
    graph: onnx.GraphProto, instead: Mapping[str, Sequence[onnx.NodeProto]], gone: Container[str]
) -> None:
    """Put other nodes in the place of some, leave some out, and with them what only they used."""
    nodes = [
        new
        for node in graph.node
        if node.name not in gone
        for new in instead.get(node.name, [node])
    ]
    used = {name for node in nodes for name in node.input}
    constants = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(constants)


def export(one: torch.nn.Module, path: Path, names: Sequence[str]) -> None:
    """Write the module as fp32 ONNX."""
    ids = torch.arange(1, _TRACED_TOKENS + 1)[None]
    with warnings.catch_warnings():
        # deprecated in favour of an exporter that needs another package (onnxscript)
        warnings.simplefilter("ignore")
        torch.onnx.export(
            one,
            (ids,),
            str(path),
            input_names=[INPUT],
            output_names=list(names),
            dynamic_axes={INPUT: {1: "length"}},
            opset_version=OPSET,
            dynamo=False,
        )
