"""Every format over a large desk: rows beside the query's count, seconds, peak memory.

    python tests/support/export_proof.py [ARTICLES]

Makes a desk of so many made-up articles (100,000), or copies the one in the folder `DESK`. Each
export runs in a process of its own; the peak is that of the process, first over the oldest tenth
of the articles, then over all: in flat memory they are alike, save for a row group or a page. What
the store says is judged by the stamps that it holds, whatever is in force now. Names are taken as
looked for before, as a desk that runs does with each article: none are found in made-up words.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import create_engine, func, literal, select

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "benchmarks")]

from monitor.app import Monitor  # noqa: E402
from monitor.archive.articles_found import fill_index  # noqa: E402
from monitor.export import selection  # noqa: E402
from monitor.export.columns import ExportFormat  # noqa: E402
from monitor.export.publication import PublicationPolicy  # noqa: E402
from monitor.settings import Settings  # noqa: E402 - after the way to our own modules
from monitor.storage.schema import (  # noqa: E402
    articles,
    assessments,
    masks,
    search_docs,
    story_members,
    versions,
)
from monitor.text.search_terms import indexed_words  # noqa: E402

WORD = "police"
NUMBERED = (
    "INSERT INTO search_docs (id, article_id, first_seen) SELECT row_number()"
    " OVER (ORDER BY first_seen, id), id, first_seen FROM articles"
)


class Kept(Monitor):
    """A desk by the stamps of its store."""

    @cached_property
    def stamps(self) -> tuple[str, ...]:  # type: ignore[override]
        """Return who has judged, in the order they did."""
        query = select(assessments.c.stamp).group_by(assessments.c.stamp)
        return tuple(self._ask(query.order_by(func.min(assessments.c.id))))

    @cached_property
    def stories_stamp(self) -> str:  # type: ignore[override]
        """Return who has folded."""
        return next(iter(self._ask(select(story_members.c.stamp).limit(1))), "")

    def _ask(self, query: Any) -> list[str]:
        with self.store._database.reading() as connection:
            return list(connection.execute(query).scalars())


def export_one(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Make one export; return what it took. Called in a process of its own."""
    filters = asked["filters"]
    if "until" in filters:
        filters["until"] = datetime.fromisoformat(filters["until"])
    with Kept(Settings(home=folder)) as monitor, tempfile.TemporaryDirectory() as name:
        assert monitor.stamps
        begun = time.monotonic()
        out = Path(name) / "out"
        policy = PublicationPolicy(text=asked["text"], restricted=asked.get("restricted", False))
        report = selection.export(
            monitor, out, format=asked["format"], policy=policy, filters=filters
        )
        took = time.monotonic() - begun
        # rusage has the peak of who called, too; before `rglob`, which holds every path it has met
        status = Path("/proc/self/status").read_text()
        peak = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    lost = dict(report.facts.lost)
    return {"rows": report.rows, "seconds": took, "peak": peak, "mb": size / 1e6, "lost": lost}


def in_process(folder: Path, **asked: Any) -> dict[str, Any]:
    """Make one export in a process of its own."""
    words = [sys.executable, __file__, "--one", str(folder), json.dumps(asked)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{asked}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def make_desk(folder: Path, count: int) -> None:
    """Copy the desk that was named, or make one."""
    if given := os.environ.get("DESK"):
        shutil.copy(Path(given) / "monitor.sqlite", folder / "monitor.sqlite")
        return
    from bench_pages import fill

    with Monitor(Settings(home=folder)) as monitor:
        fill(monitor, count)


def look_through(folder: Path) -> None:
    """Say of every article that it hides no name."""
    with Kept(Settings(home=folder)) as monitor, monitor.store._database.writing() as connection:
        connection.execute(masks.delete())
        said = (monitor.names_stamp, "[]", False, "", datetime.now(UTC))
        whole = [literal(value) for value in said]
        every = select(versions.c.article_id, versions.c.sha256, *whole)
        names = ("article_id", "sha256", "stamp", "spans", "link_tells", "untold", "at")
        connection.execute(masks.insert().from_select(names, every))


def main() -> int:
    """Run every format; return 1 where the rows are not those of the query."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_desk(folder, count)
        look_through(folder)
        wrong = tell(folder)
    return int(wrong)


def tell(folder: Path) -> bool:
    """Print a line for each export; return whether rows were missing."""
    engine = create_engine(f"sqlite:///{folder / 'monitor.sqlite'}")
    with engine.connect() as connection:
        every = connection.execute(select(func.count()).select_from(articles)).scalar_one()
        place = select(articles.c.first_seen).order_by(articles.c.first_seen).offset(every // 10)
        until = connection.execute(place.limit(1)).scalar_one() - timedelta(microseconds=1)
        tenth = connection.execute(
            select(func.count()).where(articles.c.first_seen < until)
        ).scalar_one()
        likely = connection.execute(
            select(func.count(assessments.c.article_id.distinct())).where(
                assessments.c.relevance >= 0.5
            )
        ).scalar_one()
        texts = connection.execute(select(versions.c.title, versions.c.text))
        told = sum(WORD in indexed_words(title) + indexed_words(text) for title, text in texts)
    print(f"{every:,} articles; peak memory in MB of the oldest tenth, then of all")
    print(f"{'format':<12}{'texts':<8}{'rows':>9}{'wanted':>9}{'s':>8}{'MB':>8}{'peak':>12}  lost")
    wrong = False
    for kind in get_args(ExportFormat):
        for text in ("quotes", "full"):
            few = in_process(folder, format=kind, text=text, filters={"until": until.isoformat()})
            whole = in_process(folder, format=kind, text=text, filters={})
            wrong |= (few["rows"], whole["rows"]) != (tenth, every)
            tell_one(kind, text, whole, every, f"{few['peak']:.0f}, {whole['peak']:.0f}")
    chosen = in_process(folder, format="jsonl", text="quotes", filters={"min_relevance": 0.5})
    tell_one("jsonl", ">= 0.5", chosen, likely, f"{chosen['peak']:.0f}")
    with Kept(Settings(home=folder)) as monitor:
        monitor.store.empty_index()
        with engine.begin() as connection:  # as if they had come in by feeds
            connection.execute(search_docs.delete())
            connection.exec_driver_sql(NUMBERED)
        begun = time.monotonic()
        taken = fill_index(monitor)
    print(f"taken into the index: {taken:,} articles in {time.monotonic() - begun:.0f} s")
    searched = in_process(folder, format="jsonl", text="quotes", filters={"query": WORD})
    tell_one("jsonl", WORD, searched, told, f"{searched['peak']:.0f}")
    return wrong or chosen["rows"] != likely or searched["rows"] != told


def tell_one(kind: str, text: str, found: dict[str, Any], wanted: int, peak: str) -> None:
    """Print the line of an export."""
    lost = ", ".join(f"{name} {n:,}" for name, n in found["lost"].items()) or "nothing"
    print(
        f"{kind:<12}{text:<8}{found['rows']:>9,}{wanted:>9,}{found['seconds']:>8.1f}"
        f"{found['mb']:>8.1f}{peak:>12}  {lost}",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(export_one(Path(sys.argv[2]), json.loads(sys.argv[3]))))
        sys.exit(0)
    sys.exit(main())
