"""onnxruntime's official builds call home unless told not to."""

import os
import subprocess
import sys
from pathlib import Path

from monitor.labels.data_files import data_dir

CODE = """
import sys
from pathlib import Path

def refuse(event, details):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise SystemExit(f"called {details}")

sys.addaudithook(refuse)
from monitor.classify.onnx_encoder import EncoderSession
content = Path(sys.argv[1]).read_bytes()
EncoderSession(content, "test").run([101, 102])
"""


def test_nothing_is_left_or_sent(tmp_path: Path) -> None:
    """The telemetry begins with a file `.ses` in the temporary folder; so does its absence."""
    model = max(data_dir("models").glob("encoder-en/*/encoder.onnx"))
    kept = {k: v for k, v in os.environ.items() if k != "CI" and not k.startswith("ORT_")}
    environ = {**kept, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(model)],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
