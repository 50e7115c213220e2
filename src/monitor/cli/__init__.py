"""The command line: parses, calls `Monitor`, prints; results to stdout, words to stderr.

Exit codes, everywhere: 0 done, 1 findings at `--fail-on` or part of the work failed, 2 wrong usage
or nothing could be done.
"""

from __future__ import annotations

import gc
import sys

ALLOCATIONS = 50_000
"""New objects before circles among them are looked for. Rules are 300,000 objects that stay: at
Python's own 700 the search for circles takes a tenth of a short command's time."""


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(ALLOCATIONS)
    from monitor.cli.app import app
    from monitor.cli.common import say
    from monitor.records.errors import MonitorError

    for stream in (sys.stdout, sys.stderr):
        # Results are UTF-8 everywhere; a lone surrogate from a file name must not end the run.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except MonitorError as error:
        say(f"error: {error}")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:  # a full disk, a file in the way: the machine's fault, not a bug's
        say(f"error: {error.filename or 'writing'}: {error.strerror or error}")
        sys.exit(2)
