"""An ONNX encoder, run one text at a time on one thread.

In a batch the order of additions, and so the last bits of a text's numbers, would depend on its
neighbours, and a batch brings nothing on one core. Several threads may run texts at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.records.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INPUT = "ids"
LIBRARIES = ("onnxruntime", "tokenizers")
"""Libraries whose version could show in an output, for stamps."""
TOLERANCE = 1e-5
"""By how much a number of the encoder may differ between processors: float32 sums in another
order. With AVX2 or more it is the same to the last bit (see `training.onnx_export`)."""
_ahead = threading.Event()


@dataclass(slots=True, eq=False)
class EncoderSession:
    """An ONNX graph from token ids (`INPUT`, int64, 1 x length) to named rows of numbers.

    `content` must be verified by the caller. It is loaded at the first `run`, not before, save with
    `soon` in a process that has said `open_ahead`: what `soon` marks is run on every draft.
    """

    content: bytes
    where: str
    soon: bool = False
    _session: Any = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.soon and _ahead.is_set():
            quiet_onnxruntime()  # here: numpy breaks where two threads import it at once
            threading.Thread(target=self._load_ahead, name="open encoder").start()

    def run(self, ids: Sequence[int]) -> Mapping[str, NDArray[np.float32]]:
        """Return each output's numbers for one text; raises `ModelError` if it cannot load."""
        import numpy as np

        session = self._loaded()
        names = [output.name for output in session.get_outputs()]
        rows = session.run(names, {INPUT: np.array([ids], dtype=np.int64)})
        return {name: row[0] for name, row in zip(names, rows, strict=True)}

    def _load_ahead(self) -> None:
        with suppress(ModelError):  # told where it is run
            self._loaded()

    def _loaded(self) -> Any:
        with self._lock:
            if self._session is None:
                self._session = _open(self.content, self.where)
                self.content = b""
            return self._session


def open_ahead() -> None:
    """Let this process load what is run `soon` beside other work: it checks a draft and ends."""
    _ahead.set()


def quiet_onnxruntime() -> Any:
    """Import onnxruntime with its telemetry off; nothing else may import it.

    The official builds send the names and hashes of models to their maker, on Linux too since
    version 1.29, and begin with a file in the temporary folder while they are imported. Only the
    environment reaches them that early.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def _open(content: bytes, where: str) -> Any:
    onnxruntime = quiet_onnxruntime()
    options = onnxruntime.SessionOptions()
    # explicit, because the default takes every core and the order of additions with it
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # texts differ in length: remembered memory plans would pile up
    options.enable_mem_pattern = False
    # weights are int8, what is reckoned is float: left to itself onnxruntime makes integers of the
    # activations too, and what it rounds differs by processor
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    options.log_severity_level = 3  # errors alone
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own exceptions have no common base
        kind = type(error).__name__
        raise ModelError(f"{where}: no ONNX model that can be run ({kind})") from error
