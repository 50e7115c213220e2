"""Where the relevance model in use is most wrong, and why: facts of each row, and causes counted.

    python tests/support/relevance_errors.py DATA... --out /tmp/errors.csv [--worst 200]
    python tests/support/relevance_errors.py --topics ../shared/data/relevance/train.jsonl.gz
    python tests/support/relevance_errors.py --count

The first scores labelled articles (`rel` 1 left out) with the shipped model and writes the worst:
how wrong, by which stage, on which step of equal scores, with which of the model's own words. No
text is written or printed. `--topics` counts rows that name a topic, by `rel`. `--count` prints the
tables of `models/relevance-errors.md` from `tests/data/relevance-errors.csv`: the causes that a
reader of those articles gave.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from pathlib import Path

from monitor.classify.cascade import MAIN, read_features
from monitor.classify.features import Reading
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.relevance import NAME, RelevanceModel, load_relevance
from monitor.evaluate.labelled_data import Labelled, read_labelled

ROOT = Path(__file__).resolve().parents[2]
CAUSES = ROOT / "tests" / "data" / "relevance-errors.csv"
SHUT, LINEAR, ENCODER = "gate", "linear", "encoder"
"""The stage that settled a row."""
THRESHOLD = 0.2
"""From here on relevance-en 1.3.0, of which the causes are, shows an article as relevant."""
SHORT = 60
"""Words, headline included: what a feed's summary or an alert holds."""
RELEVANT = {"regional": 65, "dev": 96}
"""Rows of `rel` 2 in all; those that are not among the worst rank above every false one."""
GROUPS = {
    "feeds": ("rss_link_db_2021", "rss_link_db_2022", "rss_link_db_2026"),
    "world": ("intl_2024_topics", "finescoop_dailymail2020", "adverse_media_ut2020"),
    "alerts": ("stopht_google_alerts",),
    "releases": ("us_prosecutor_press_releases",),
    "south-asia": ("lk_news", "news_long_lk", "nepal_newsapi", "bd_clir", "bd_dailystar"),
    "se-asia": ("bangkokpost_2021", "ph_newspapers", "png_news"),
    "africa": ("ghana_news_feed", "africa_news_edition", "masakhanews"),
}
GROUP_OF = {source: group for group, sources in GROUPS.items() for source in sources}
TOPICS = {
    "child soldiers": r"child soldier",
    "recruits for a war abroad": r"mercenar|(?:recruit|lur|duped).{0,80}Russian? (?:army|military)",
    "sold or child brides": r"child (?:bride|marriage)|forced marriage|sold .{0,30}marri",
    "trade in kidneys, eggs": r"kidney (?:rac|trad|traf|sal)|egg (?:donat|extract|harvest|trade)",
    "children used by gangs": r"county lines|child criminal exploitation",
    "grooming gangs": r"grooming gang|Rotherham|Rochdale",
    "scam compounds": r"scam (?:cent|compound)|cyber ?(?:scam|crime|slavery) (?:cent|camp|comp)",
    "state-imposed labour": r"Xinjiang|Uyghur|Uighur|prison labou?r",
    "captives of armed groups": r"Yazidi|Boko Haram",
    "Epstein, Maxwell, Gaetz, R. Kelly": r"Epstein\b|Ghislaine|Gaetz|R\.? Kelly",
}
"""Loose searches: they say what a model may have seen of a topic, not what is about it."""


@dataclass(frozen=True)
class Scored:
    """One row: `wrong` is 1 - p for `rel` 2 and p for `rel` 0.

    `row`: the id, hashed. `odds`: log odds of the stage that settled it (of the gate: by its
    words). `linear`, `encoder`: log odds of a main subject by the linear model and by the encoder's
    first window, asked or not. `step`: rows of the same run with the very same p (0: no
    other). `unknown`: share of words that the linear model does not know.
    `terms`, `weak`: cues of the kind `term`, and of means, purpose and sector. `appended`:
    boilerplate was taken off.
    """

    row: str
    id: str
    data: str
    source: str
    group: str
    basis: str
    rel: int
    p: float
    wrong: float
    stage: str
    odds: float
    linear: float
    step: int
    words: int
    unknown: float
    terms: int
    weak: int
    appended: bool
    encoder: float | None = None


@dataclass(frozen=True)
class Judged:
    """A row that was read: its `cause`, perhaps a `second`, and for `rel` 2 the `kind` told of."""

    row: str
    data: str
    group: str
    rel: int
    cause: str
    second: str
    kind: str
    p: float
    stage: str
    encoder: float
    step: int
    words: int

    @property
    def missed(self) -> bool:
        return self.rel == 2

    @property
    def across(self) -> bool:
        """Whether it lies on the wrong side of the threshold."""
        return (self.p < THRESHOLD) == self.missed


def hashed(row: str) -> str:
    """What stands for an id: ids may hold headlines."""
    return sha256(row.encode()).hexdigest()[:8]


def unknown_share(model: RelevanceModel, reading: Reading) -> float:
    known = model.linear.vocabulary["full"]
    words = [*reading.title.words, *reading.text.words]
    return sum(word not in known for word in words) / max(1, len(words))


def score(model: RelevanceModel, data: str, row: Labelled) -> Scored:
    """Score one row, on no step."""
    told, reading = model.read(row.title, row.text)
    linear = model.log_odds(reading)
    cues = [*reading.title_cues, *reading.text_cues]
    core = model.cues.of_kind("term"), model.cues.of_kind("means", "purpose", "sector")
    terms, weak = (sum(cue.group in groups for cue in cues) for groups in core)
    judgement, asked = model.judge_all([(row.title, row.text)])[0]
    cascade = model.cascade
    stage, odds = SHUT, model.gate.weigh(row.title, row.text) if model.gate else 0.0
    if asked and cascade is not None:
        read = row.title, told, reading, model.cues
        features = read_features(linear, cascade.encoder, cascade.later_from, *read)
        alone = model.is_strange(row.title, row.text, linear)
        fusion = (cascade.alone if alone else cascade.fusions)[MAIN]
        stage, odds = ENCODER, fusion.log_odds(features)
    elif model.opens(row.title, row.text):
        stage, odds = LINEAR, linear[MAIN]
    return Scored(
        row=hashed(row.id),
        id=row.id,
        data=data,
        source=row.source,
        group=GROUP_OF.get(row.source, "other"),
        basis=row.basis,
        rel=row.rel,
        p=judgement.main,
        wrong=1 - judgement.main if row.rel == 2 else judgement.main,
        stage=stage,
        odds=odds,
        linear=linear[MAIN],
        step=0,
        words=len(reading.title) + len(reading.text),
        unknown=unknown_share(model, reading),
        terms=terms,
        weak=weak,
        appended=told != row.text,
    )


def list_worst(paths: Sequence[Path], worst: int) -> tuple[list[Scored], Counter[str]]:
    """The rows on which the model is most wrong, the worst first, and counts of all rows."""
    model = load_relevance(load_folder(find_model(ROOT / "models", NAME)))
    rows = [
        (path.name.split(".")[0], row)
        for path in paths
        for row in read_labelled(path)
        if row.rel != 1 and row.language == "en"
    ]
    scored = [score(model, data, row) for data, row in rows]
    steps = Counter(one.p for one in scored)
    found = [
        (replace(one, step=steps[one.p] if steps[one.p] > 1 else 0), row)
        for one, (_, row) in zip(scored, rows, strict=True)
    ]
    counts = Counter(f"rel {one.rel}, settled by {one.stage}" for one, _ in found)
    found = sorted(found, key=lambda pair: (-pair[0].wrong, pair[0].id))[:worst]
    return [with_encoder(model, one, row) for one, row in found], counts


def with_encoder(model: RelevanceModel, one: Scored, row: Labelled) -> Scored:
    """Ask the encoder whether or not the cascade did."""
    cascade = model.cascade
    if cascade is None:
        return one
    told, reading = model.read(row.title, row.text)
    linear = model.log_odds(reading)
    read = row.title, told, reading, model.cues
    odds = read_features(linear, cascade.encoder, cascade.later_from, *read)[2]
    return replace(one, encoder=odds)


def write(rows: Iterable[Scored], out: Path) -> None:
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Scored)])
        writer.writeheader()
        for row in rows:
            values = asdict(row).items()
            writer.writerow({k: round(v, 4) if isinstance(v, float) else v for k, v in values})


def read_causes(path: Path = CAUSES) -> list[Judged]:
    kinds: dict[str, Callable[[str], object]] = {"int": int, "float": float, "str": str}
    types = {field.name: kinds[str(field.type)] for field in fields(Judged)}
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            Judged(**{name: types[name](value) for name, value in row.items()})
            for row in csv.DictReader(stream)
        ]


def table(head: Sequence[str], body: Iterable[Sequence[object]]) -> str:
    lines = [list(head), ["---"] * len(head), *([str(c) for c in row] for row in body)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def by_cause(rows: Sequence[Judged]) -> list[str]:
    """The causes of a list of rows, the commonest first."""
    counts = Counter(row.cause for row in rows)
    return sorted(counts, key=lambda cause: (-counts[cause], cause))


def cause_table(rows: Sequence[Judged]) -> str:
    """Rows are all missed or all false."""
    side = "missed" if rows[0].missed else "shown"
    head = ["cause", "rows", "regional", "dev", f"of them {side}", "second cause of"]
    body: list[list[object]] = []
    seconds = Counter(row.second for row in rows if row.second)
    causes = by_cause(rows)
    for cause in [*causes, *sorted(set(seconds) - set(causes))]:
        of = [row for row in rows if row.cause == cause]
        regional = sum(row.data == "regional" for row in of)
        across = sum(row.across for row in of)
        body.append([f"`{cause}`", len(of), regional, len(of) - regional, across, seconds[cause]])
    total = [sum(int(str(line[at])) for line in body) for at in range(1, 6)]
    return table(head, [*body, ["**all**", *total]])


def group_table(rows: Sequence[Judged]) -> str:
    groups = [group for group in GROUPS if any(row.group == group for row in rows)]
    cells = Counter((row.cause, row.group) for row in rows)
    totals = Counter(row.group for row in rows)
    body = [[f"`{c}`", *(cells[c, group] or "" for group in groups)] for c in by_cause(rows)]
    return table(["cause", *groups], [*body, ["**all**", *(totals[group] for group in groups)]])


def kind_table(rows: Sequence[Judged]) -> str:
    """What was told of in rows of `rel` 2, with the causes of those really missed."""
    kinds = Counter(row.kind for row in rows)
    body = []
    for kind in sorted(kinds, key=lambda kind: (-kinds[kind], kind)):
        of = [row for row in rows if row.kind == kind]
        causes = Counter(row.cause for row in of)
        told = ", ".join(f"{name} {n}" for name, n in sorted(causes.items(), key=lambda c: -c[1]))
        body.append([kind, len(of), sum(row.across for row in of), told])
    return table(["kind", "rows", "of them missed", "causes"], body)


def fact_table(rows: Sequence[Judged]) -> str:
    """What needs no reading."""
    sides = {
        "`rel` 2": [row for row in rows if row.missed],
        "of them missed": [row for row in rows if row.missed and row.across],
        "`rel` 0": [row for row in rows if not row.missed],
        "of them shown": [row for row in rows if not row.missed and row.across],
    }
    facts: dict[str, Callable[[Judged], bool]] = {
        "rows": lambda _: True,
        "stopped at the gate": lambda row: row.stage == SHUT,
        "settled by the linear model": lambda row: row.stage == LINEAR,
        "settled with the encoder": lambda row: row.stage == ENCODER,
        "the encoder alone, asked or not, says yes": lambda row: row.encoder > 0,
        "on a step shared with ten rows or more": lambda row: row.step >= 10,
        f"{SHORT} words or fewer": lambda row: row.words <= SHORT,
    }
    body = [[name, *(sum(map(test, of)) for of in sides.values())] for name, test in facts.items()]
    return table(["", *sides], body)


def recall_at(rows: Sequence[Judged], relevant: int, precision: float = 0.9) -> float:
    """Recall at a precision; `relevant` rows are right at the top where they are not in `rows`."""
    right = relevant - sum(row.missed for row in rows)
    seen, best = right, right
    for row in sorted(rows, key=lambda row: -row.p):
        right, seen = right + row.missed, seen + 1
        best = right if right / seen >= precision else best
    return best / relevant


def worth_table(rows: Sequence[Judged]) -> str:
    """Recall at precision 0.90 if the rows of one cause were right and all others as they are."""
    missed = by_cause([row for row in rows if row.missed])
    false = by_cause([row for row in rows if not row.missed])
    body: list[tuple[float, list[object]]] = []
    for rel, cause in [(None, ""), *((2, cause) for cause in missed), *((0, c) for c in false)]:
        left = [row for row in rows if (row.rel, row.cause) != (rel, cause)]
        reached = [
            recall_at([row for row in left if row.data == data], relevant)
            for data, relevant in RELEVANT.items()
        ]
        name = f"`{cause}`, `rel` {rel}" if cause else "nothing"
        body.append((sum(reached), [name, *(f"{value:.3f}" for value in reached)]))
    start = body[0][0]
    ranked = sorted(body[1:], key=lambda item: -item[0])
    better = [line for total, line in ranked if total > start]
    return table(["mended", *RELEVANT], [body[0][1], *better])


def tables(rows: Sequence[Judged]) -> dict[str, str]:
    """The tables of the page by what they count."""
    missed = [row for row in rows if row.missed]
    false = [row for row in rows if not row.missed]
    return {
        "facts": fact_table(rows),
        "causes of rel 2": cause_table(missed),
        "causes of rel 0": cause_table(false),
        "groups of rel 2": group_table(missed),
        "groups of rel 0": group_table(false),
        "kinds": kind_table(missed),
        "worth": worth_table(rows),
    }


def topic_table(rows: Sequence[Labelled]) -> str:
    """Rows with a topic's words in headline or text, by `rel`."""
    body = []
    for topic, words in TOPICS.items():
        pattern = re.compile(words, re.IGNORECASE)
        found = Counter(row.rel for row in rows if pattern.search(f"{row.title}\n{row.text}"))
        body.append([topic, found[2], found[1], found[0]])
    return table(["topic", "`rel` 2", "`rel` 1", "`rel` 0"], body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="*", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--worst", type=int, default=200)
    parser.add_argument("--topics", action="store_true")
    parser.add_argument("--count", action="store_true")
    words = parser.parse_args()
    if words.count:
        for name, told in tables(read_causes()).items():
            sys.stdout.write(f"{name}\n\n{told}\n")
        return
    if words.topics:
        sys.stdout.write(topic_table([row for path in words.data for row in read_labelled(path)]))
        return
    if not words.data or words.out is None:
        parser.error("DATA and --out are needed, or --count")
    found, counts = list_worst(words.data, words.worst)
    write(found, words.out)
    for name, number in sorted(counts.items()):
        print(f"{number:6} {name}")
    missed = sum(row.rel == 2 for row in found)
    print(f"written: {len(found)}, of which rel 2: {missed}, rel 0: {len(found) - missed}")


if __name__ == "__main__":
    main()
