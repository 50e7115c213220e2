"""The demo: six outlets on a local server, one desk that follows them, its digest and its page.

    python tests/demo.py            # then open http://127.0.0.1:8000/
    python tests/demo.py --once     # stop after the digest

Every step is a command a user would type; each is printed before it runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import demo_outlets

MONITOR = [sys.executable, "-m", "monitor"]


def run(desk: Path, *words: str, accept: tuple[int, ...] = (0,)) -> None:
    """Type one command at the desk."""
    print(f"\n$ monitor {' '.join(words)}", flush=True)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
    code = subprocess.run([*MONITOR, *words], cwd=desk, env=environ, check=False).returncode
    if code not in accept:
        sys.exit(f"monitor {words[0]} ended with {code}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--once", action="store_true", help="stop after the digest")
    parser.add_argument("--port", type=int, default=8000, help="where the page is served")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, demo_outlets.serve() as outlets:
        desk = Path(folder) / "desk"
        run(desk.parent, "init", "desk")
        allow = desk / "monitor.toml"
        text = allow.read_text(encoding="utf-8")
        allow.write_text(
            text.replace("# allow_hosts = []", 'allow_hosts = ["127.0.0.1"]'), encoding="utf-8"
        )
        outlets.opml(desk / "demo.opml")
        run(desk, "feeds", "import", "demo.opml")
        run(desk, "run")
        if not options.once:
            try:
                run(desk, "serve", "--port", str(options.port))
            except KeyboardInterrupt:
                print("\nThe demo's desk is gone again.")


if __name__ == "__main__":
    main()
