"""`monitor reviews import` as it is typed: an export of a real desk, corrected in doccano."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Followed


def test_a_corrected_export_is_told_and_a_broken_one_refused(
    followed: Followed, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("--format", "doccano", "--text", "full", "--restricted", "-o", str(out))
    assert followed.desk.type("export", *words).code == 0
    path = out / "doccano.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    row = next(row for row in rows if any(one[2].startswith("form-") for one in row["label"]))
    row["label"] = [one for one in row["label"] if not one[2].startswith("form-")]
    rows[-1]["record"]["id"] = "nobody"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    typed = ("reviews", "import", str(path), "--format", "doccano", "--by", "Ama", "--dry-run")
    said = followed.desk.type(*typed)
    assert said.code == 1
    kind, article, where, why = said.out.splitlines()[-1].split("\t")
    assert (kind, article, where) == ("not applied", "nobody", f"{path}:{len(rows)}")
    assert why == "the desk has no such article, or has forgotten it"
    assert said.err == (
        f"{len(rows)} came back: 1 corrected (reviews: 1, flags called wrong: 0), 0 confirmed,"
        f" {len(rows) - 2} as they were, 0 said before; nothing was stored\n"
        f"{len(rows) - 2} unchanged articles: not counted as read, since the file does not tell"
        " whether they were approved (--approved, if only such were exported)\n"
    )
    said = followed.desk.type(*typed, "--approved")
    found = re.search(r"1 corrected .*, (\d+) confirmed, (\d+) as they were", said.err)
    assert found
    assert (int(found[1]) > 0, int(found[1]) + int(found[2])) == (True, len(rows) - 2)
    with path.open("a", encoding="utf-8") as file:
        file.write("{\n")
    assert f"{path}:{len(rows) + 1}: is no JSON" in followed.desk.refuses(*typed)
