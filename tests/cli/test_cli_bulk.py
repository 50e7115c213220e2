"""`monitor classify` in bulk: packed files, Parquet, several processes, killed and gone on with."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from desk import Desk
from monitor.cli.classify import open_sources
from warc_files import address, pages, record, write_warc

CASE = {
    "id": "farm",
    "title": "Farm owner charged with human trafficking",
    "text": "Prosecutors charged a farm owner with human trafficking on Monday. He kept eleven"
    " workers from Thailand in a locked barn, took their passports and paid them nothing.",
}
POOL = {"title": "New pool", "text": "The mayor cut the ribbon at the new pool on Monday morning."}


def articles(number: int) -> list[dict[str, Any]]:
    return [CASE if i % 50 == 7 else {**POOL, "id": f"pool-{i}"} for i in range(number)]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def records(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_packed_files_say_the_same(desk: Desk) -> None:
    rows = articles(70)
    (desk.folder / "in.jsonl").write_bytes(lines(rows))
    (desk.folder / "in.jsonl.gz").write_bytes(gzip.compress(lines(rows)))
    table = pa.Table.from_pylist([{**row, "more": 1, "language": None} for row in rows])
    pq.write_table(table, desk.folder / "in.parquet")
    plain = desk.type("classify", "in.jsonl")
    assert plain.code == 0, plain.err
    assert [record["id"] for record in records(plain.out.encode())] == [row["id"] for row in rows]
    for source in ("in.jsonl.gz", "in.parquet"):
        said = desk.type("classify", source, "-o", "out.jsonl.gz")
        assert said.code == 0, said.err
        assert gzip.decompress((desk.folder / "out.jsonl.gz").read_bytes()).decode() == plain.out


def test_several_processes_keep_the_order(desk: Desk) -> None:
    rows = articles(1_400)
    (desk.folder / "in.jsonl").write_bytes(lines(rows))
    alone = desk.type("classify", "in.jsonl", "-o", "alone.jsonl", "--jobs", "1")
    both = desk.type("classify", "in.jsonl", "-o", "both.jsonl", "--jobs", "2")
    assert (alone.code, both.code) == (0, 0), both.err
    out = (desk.folder / "both.jsonl").read_bytes()
    assert out == (desk.folder / "alone.jsonl").read_bytes()
    assert [record["id"] for record in records(out)] == [row["id"] for row in rows]


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_a_cut_file_is_gone_on_with(desk: Desk, name: str) -> None:
    rows = articles(100)
    (desk.folder / "in.jsonl").write_bytes(lines(rows))
    whole = desk.type("classify", "in.jsonl", "-o", name)
    assert whole.code == 0, whole.err
    out = desk.folder / name
    full = out.read_bytes()
    out.write_bytes(full[: len(full) * 2 // 3])
    again = desk.type("classify", "in.jsonl", "-o", name, "--resume")
    assert again.code == 0, again.err
    assert "of an earlier run kept" in again.err
    assert out.read_bytes() == full
    done = desk.type("classify", "in.jsonl", "-o", name, "--resume")
    assert done.code == 0
    assert out.read_bytes() == full


def test_going_on_with_what_does_not_fit_is_refused(desk: Desk) -> None:
    (desk.folder / "in.jsonl").write_bytes(lines(articles(20)))
    out = desk.folder / "out.jsonl"
    out.write_text('{"id": "somebody"}\n')
    other = desk.type("classify", "in.jsonl", "-o", "out.jsonl", "--resume")
    assert other.code == 2
    assert "out.jsonl: its record 1 is not of the same line" in other.err
    out.write_text('{"id": "pool-0", "stamps": ["relevance-en@0.1.0+abc"]}\n')
    models = desk.type("classify", "in.jsonl", "-o", "out.jsonl", "--resume")
    assert models.code == 2
    assert "made by other models (relevance-en@0.1.0+abc)" in models.err
    assert out.read_text().startswith('{"id": "pool-0"')
    assert desk.type("classify", "in.jsonl", "--resume").code == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("in.jsonl.gz", b"no gzip", "in.jsonl.gz: is damaged or cut off"),
        ("in.jsonl.gz", gzip.compress(lines(articles(9)))[:-20], "in.jsonl.gz: is damaged"),
        ("in.parquet", b"PAR1 no", "in.parquet: cannot be read as Parquet"),
    ],
)
def test_a_damaged_input_is_named(desk: Desk, name: str, content: bytes, said: str) -> None:
    (desk.folder / name).write_bytes(content)
    result = desk.type("classify", name)
    assert result.code == 2
    assert said in result.err


def test_a_pipe_may_stand_for_a_file() -> None:
    reader, writer = os.pipe()
    os.write(writer, lines(articles(2)))
    os.close(writer)
    with open_sources([Path(f"/dev/fd/{reader}")]) as source:
        assert [json.loads(line)["id"] for line in source.rows] == ["pool-0", "pool-1"]
        assert source.position() == source.size == 0
    os.close(reader)


def test_a_table_without_texts_is_named(desk: Desk) -> None:
    pq.write_table(pa.table({"id": ["a"]}), desk.folder / "in.parquet")
    result = desk.type("classify", "in.parquet")
    assert result.code == 2
    assert "in.parquet: has no column 'text'" in result.err


def test_a_killed_run_leaves_no_workers(tmp_path: Path) -> None:
    """The workers notice that the run is gone; what they wrote so far can be gone on with."""
    (tmp_path / "in.jsonl").write_bytes(lines(articles(20_000)))
    command = [sys.executable, "-m", "monitor", "classify", "in.jsonl", "-o", "out.jsonl"]
    run = subprocess.Popen([*command, "--jobs", "2"], cwd=tmp_path, start_new_session=True)
    out = tmp_path / "out.jsonl"
    until = time.monotonic() + 120
    while time.monotonic() < until and not (out.exists() and out.stat().st_size):
        assert run.poll() is None
        run.stdout  # noqa: B018 - nothing to read; only look again
    run.send_signal(signal.SIGKILL)
    run.wait()
    while time.monotonic() < until:
        try:
            os.killpg(run.pid, 0)
        except ProcessLookupError:
            break
    else:
        os.killpg(run.pid, signal.SIGKILL)
        pytest.fail("workers outlived the run")
    assert records(out.read_bytes().rpartition(b"\n")[0])[0]["id"] == "pool-0"


def test_web_archives_in_and_a_table_out(desk: Desk) -> None:
    """Pages and lines in one run; the table has what the lines have, nothing more or less."""
    extra = [
        record("https://o.example/front", b"<html><p>Hello"),
        record("https://o.example/x", b""),
    ]
    write_warc(desk.folder / "a.warc.gz", [*pages(12), *extra])
    (desk.folder / "b.jsonl").write_bytes(lines(articles(9)) + b"broken\n")
    plain = desk.type("classify", "a.warc.gz", "b.jsonl")
    assert plain.code == 1
    found = records(plain.out.encode())
    assert [one["id"] for one in found[:12]] == [address(number) for number in range(12)]
    assert found[0]["relevant"]
    assert (found[12]["id"], found[12]["not_judged"]) == ("https://o.example/front", "no_text")
    assert (len(found), found[-1]["error"]) == (24, "no JSON")
    said = desk.type("classify", "a.warc.gz", "b.jsonl", "-o", "out.parquet")
    assert (said.code, said.out) == (1, "")
    table = pq.read_table(desk.folder / "out.parquet").to_pylist()
    assert [without_nulls(row) for row in table] == [without_nulls(one) for one in found]
    assert [path.name for path in desk.folder.glob(".*")] == []
    (desk.folder / "out.jsonl").write_text("".join(plain.out.splitlines(keepends=True)[:12]))
    again = desk.type("classify", "a.warc.gz", "b.jsonl", "-o", "out.jsonl", "--resume")
    assert "12 records of an earlier run kept" in again.err
    assert (desk.folder / "out.jsonl").read_text() == plain.out
    refused = desk.type("classify", "b.jsonl", "-o", "out.parquet", "--resume")
    assert (refused.code, "goes on with .jsonl" in refused.err) == (2, True)
    (desk.folder / "no.warc").write_bytes(b"no archive\r\n\r\n")
    damaged = desk.type("classify", "no.warc", "-o", "never.parquet")
    assert (damaged.code, "no.warc: is damaged" in damaged.err) == (2, True)
    assert not (desk.folder / "never.parquet").exists()


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value
