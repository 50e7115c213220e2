"""Prints pages as PDF through a Chromium that is installed; where there is none, nothing is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.records.errors import HandbookError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
TIMEOUT_S = 180
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-extensions",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing is fetched, whatever a page names
)
_DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)(\d{14})([^)]*\))")


def find_browser() -> str | None:
    """Return the path of a Chromium, None where there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def print_pdf(browser: str, page: Path, target: Path, *, made: date) -> None:
    """Print the HTML file `page` to `target`; `made` is the day that the PDF says it is of.

    Raises `HandbookError` where the browser fails or takes longer than `TIMEOUT_S` seconds.
    """
    with TemporaryDirectory(prefix="monitor-print-") as profile:
        printed = Path(profile) / "out.pdf"
        command = [browser, *_OPTIONS, f"--user-data-dir={profile}", f"--print-to-pdf={printed}"]
        if getattr(os, "geteuid", lambda: 1)() == 0:
            command.append("--no-sandbox")  # which Chromium refuses to run as root with
        try:
            done = subprocess.run(  # noqa: S603 - a program found by name, with a file of ours
                [*command, page.resolve().as_uri()],
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise HandbookError(f"{browser}: cannot print {page.name}: {error}") from error
        if not printed.is_file() or done.returncode:
            raise HandbookError(f"{browser}: cannot print {page.name} (exit {done.returncode})")
        target.write_bytes(_dated(printed.read_bytes(), made))


def _dated(data: bytes, made: date) -> bytes:
    """Return a PDF whose dates are `made`, so that the same pages give the same bytes."""
    stamp = made.strftime("%Y%m%d000000").encode()
    return _DATES.sub(lambda found: found[1] + stamp + found[3], data)
