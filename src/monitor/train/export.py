"""From a torch module to an int8 ONNX file that reads one text at a time."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from monitor.nlp.encoder import INPUT, quiet_onnxruntime
from monitor.train.encoder_module import Heads

OPSET = 17
_TRACED_TOKENS = 24


class OneText(torch.nn.Module):
    """The module for one text without padding, with an output per head."""

    def __init__(self, module: Heads, sizes: Sequence[int]) -> None:
        super().__init__()
        self.module = module
        self.sizes = list(sizes)

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return one tensor per head."""
        states = self.module.encoder(input_ids=ids).last_hidden_state
        rows: tuple[torch.Tensor, ...] = torch.split(
            self.module.head(states.mean(1)), self.sizes, dim=1
        )
        return rows


def export_int8(module: Heads, *, heads: Mapping[str, Sequence[str]]) -> bytes:
    """Return the ONNX file, weights in int8 per channel, activations quantised per text.

    Seven of the eight bits are used: on processors without VNNI the products of full int8 values
    overflow, and the same text would score otherwise there.
    """
    quiet_onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    one = OneText(module, [len(labels) for labels in heads.values()]).eval()
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        export(one, whole, list(heads))
        quantize_dynamic(
            whole, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
        return small.read_bytes()


def export(one: OneText, path: Path, names: Sequence[str]) -> None:
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
