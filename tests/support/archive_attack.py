"""An attacker with the outlets' archive, who runs this program on it to find what is withheld.

For each row of a public export without an address: which articles of the archive, of those that the
program withholds, would have that row? Quotations and hashes find one at once, and are left out.

    python tests/support/archive_attack.py [ARTICLES]    # on real articles: the step `archives`
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from monitor.export import selection
from monitor.export.csv_tables import wide_row
from monitor.export.identification_risk import DisclosureRules
from monitor.export.publication import PublicationPolicy, publish
from monitor.export.record import canonical
from monitor.text.safe_text import MARK, guarded_line

UNKNOWN = ("id", "story", "reviews")
"""Made with the desk's secret, or by its reviewers: the attacker has neither."""
WORDS = ("match", "message", "why", "suggestions", "text", "sha256")


@dataclass(frozen=True)
class Known:
    """An article of the archive: its record as the program has it, and as it would be given."""

    record: Mapping[str, Any]
    given: Mapping[str, Any]
    withheld: bool

    @cached_property
    def story(self) -> str:
        """Its story; where it is in none, its words."""
        said = f"{self.record['title']}\n{self.record['text']}"
        return self.record["story"] or hashlib.sha256(said.encode()).hexdigest()


def archive(monitor: Any, filters: Mapping[str, Any] | None = None, **policy: Any) -> list[Known]:
    """Run the program on all articles that pass filters, with a secret of one's own."""
    guard = selection.guard_of(monitor, {})
    guard = DisclosureRules(guard.identifying, guard.judges, known=guard.known)
    read = selection.read_at(monitor, monitor.now())
    known = []
    for one in selection.with_names(monitor, selection.chosen(monitor, filters or {}, read)):
        record = canonical(one)
        made = publish(record, PublicationPolicy(**policy), one.shown, guard)
        known.append(Known(record, made.values, made.key is not None))
    return known


def rows(folder: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the rows without an address, whichever table of articles there is."""
    for path in sorted(folder.glob("articles.*")):
        if path.suffix == ".csv":
            text = path.read_text(encoding="utf-8").removeprefix(MARK)
            found: Iterable[Any] = csv.DictReader(io.StringIO(text, newline=""))
        elif path.suffix == ".parquet":
            from monitor.export.parquet import read_records

            found = read_records(path)
        else:
            found = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        yield from (row for row in found if not row["url"])


def told(row: Mapping[str, Any]) -> str:
    """Return all that a row tells whoever has neither the desk's secret nor the words."""
    known = {name: value for name, value in row.items() if name not in UNKNOWN}
    return json.dumps(_wordless(known), sort_keys=True)


def _wordless(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _wordless(v) for k, v in value.items() if k not in WORDS}
    return list(map(_wordless, value)) if isinstance(value, list) else value


def _as_cells(values: Mapping[str, Any], columns: Iterable[str]) -> Mapping[str, Any]:
    row = wide_row(values)
    line = guarded_line([row.get(name) for name in columns])
    return dict(zip(columns, next(csv.reader(io.StringIO(line, newline=""))), strict=True))


def suspects(known: Iterable[Known], folder: Path) -> dict[str, set[str]]:
    """Return by what rows tell the stories of the archive of which each may be."""
    found: dict[str, set[str]] = {told(row): set() for row in rows(folder)}
    some = next(iter(rows(folder)), {})
    as_cells = "length" not in some
    for one in known:
        if one.withheld:
            said = told(_as_cells(one.given, list(some)) if as_cells else one.given)
            if said in found:
                found[said].add(one.story)
    return found


def in_both(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> list[set[str]]:
    """Return of which stories a row may be that is thought to be in two exports."""
    return [one[said] & other[said] for said in one.keys() & other.keys()]


# On real articles -----------------------------------------------------------------------------


def found_by(known: list[Known], *keys: Any) -> int:
    """Return how many withheld articles are the only one of the archive with such values."""
    of = [tuple(key(one.record) for key in keys) for one in known]
    counts = Counter(of)
    return sum(one.withheld and counts[said] == 1 for one, said in zip(known, of, strict=True))


def main() -> None:
    """Export a desk of real articles at two times, and hunt for what is withheld."""
    import gzip
    from dataclasses import replace
    from datetime import UTC, datetime, timedelta
    from tempfile import TemporaryDirectory

    from monitor.app import Monitor
    from monitor.feeds.polling import article_sha256
    from monitor.settings import Settings
    from shared_data import SHARED
    from store_samples import NOW, feed, incoming, poll

    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    path = SHARED / "data" / "relevance" / "train.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        every = [json.loads(line) for line in file]
    read = [one for one in every if _digest(one.get("event") or one["id"])[0] >= 64]
    read.sort(key=lambda one: (-one["rel"], _digest(one["id"])))
    chosen = list({one["url"]: one for one in read}.values())[:wanted]
    clock = [NOW]
    with TemporaryDirectory() as home, Monitor(Settings(Path(home)), now=lambda: clock[0]) as desk:
        for late in (False, True):  # a tenth comes in after the first export
            some = [(n, one) for n, one in enumerate(chosen) if (n % 10 == 0) == late]
            at = clock[0] = NOW + timedelta(days=int(late))
            for number, outlet in enumerate(sorted({one["outlet"] or "" for _, one in some})):
                source = replace(feed(f"{number}-{late}"), outlet=outlet, title=outlet)
                desk.store.add_feeds([source], at)
                entries = [
                    incoming(
                        f"{n:05}",
                        one["text"],
                        article_id=f"{n:016x}",
                        url=one["url"],
                        title=one["title"] or "",
                        published=datetime.fromisoformat(one["date"] or "2020-01-01").replace(
                            tzinfo=UTC
                        ),
                        sha256=article_sha256(one["title"] or "", one["text"]),
                        feed_sha256=f"{n:064x}",
                    )
                    for n, one in some
                    if (one["outlet"] or "") == outlet
                ]
                desk.store.record_poll(poll(source, entries, at=at), at)
            desk.assess()
            desk.fold()
            for kind in ("jsonl", "csv", "parquet"):
                selection.export(desk, Path(home, f"{kind}-{late}"), format=kind)
        known = archive(desk)
        _report(known, Path(home))


def _report(known: list[Known], home: Path) -> None:
    hidden = [one for one in known if one.withheld]
    lengths = (lambda one: one["length"]["title"], lambda one: one["length"]["text"])
    stories = len({one.story for one in hidden})
    print(f"{len(known)} articles, {len(hidden)} withheld, of {stories} stories")
    by_day = found_by(known, lambda one: one["outlet"], lambda one: one["published"])
    print(
        "by what an export told of each before: the only one of the archive by lengths"
        f" {found_by(known, *lengths)}, by outlet and day {by_day},"
        f" by tags with places {found_by(known, lambda one: json.dumps(one['tags']))}"
    )
    for kind in ("jsonl", "csv", "parquet"):
        early, late = (suspects(known, home / f"{kind}-{at}") for at in (False, True))
        for name, found in (("first", early), ("second", late)):
            given = sum(1 for _ in rows(home / f"{kind}-{name == 'second'}"))
            least = min(map(len, found.values()), default=0)
            print(f"{kind}, {name} export: {given} rows, each of {least} stories or more")
            if found and least < 20:
                raise SystemExit(f"a row may be of {least} stories only")
        both = min(map(len, in_both(early, late)), default=0)
        print(f"{kind}, a row thought to be in both: of {both} stories or more")
    manifest = json.loads((home / "jsonl-True" / "manifest.json").read_text(encoding="utf-8"))
    print("manifest:", json.dumps(manifest["files"][0]["withheld_articles"]))


def _digest(said: str) -> bytes:
    return hashlib.sha256(said.encode()).digest()


if __name__ == "__main__":
    main()
