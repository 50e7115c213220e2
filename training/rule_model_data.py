"""Training data of the rule model: windows of articles and of written texts, with labels."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitor.evaluate.labelled_data import read_yaml
from monitor.evaluate.rule_precision import Item, item_of, read_items, read_lines, related_rules
from monitor.records.errors import DataError
from monitor.records.finding import Finding
from monitor.rules.compiler import Guideline
from monitor.rules.example_tests import example_cases
from monitor.rules.people_roles import read_windows
from monitor.text.analysis import view
from monitor.text.document import Document
from training.rows import DEV, REGIONAL, TRAIN, is_kept_apart

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "rules-en"
MODEL, TOKENIZER = "judge.onnx", "tokenizer.json"
OUTPUT = "rules"
"""The one output, tokens x rules, and the scheme of the rules' ids in `labels`."""
WHOLE = "whole"
"""The part that learns from every window; the others leave out one fold of the articles."""
DOUBT = 0.7
"""From here on 48 of 56 flags that warn meet an editor's mark (cross-fitted on 420 articles; from
0.6 96 of 133), beside those that are never lowered (3 of 13); below, a flag is a suggestion."""
SILENT = 0.3
"""What is not marked seven times of ten is not told: of 29 suggestions of lists between 0.2 and 0.3
8 met a mark, of those from 0.3 on 193 of 328."""
FEW = 5
"""Findings in articles under which a rule's figures say nothing."""
EXAMPLE, DEVELOPMENT, ARTICLE, EARLIER = "example", "development", "article", "earlier article"
WRITTEN, VARIATION, GENERAL = "written article", "variation", "general news"
FOR_A_RULE = (EXAMPLE, DEVELOPMENT, VARIATION)
OURS = (*FOR_A_RULE, WRITTEN)
"""Kinds of texts that are our own."""
TRAIN2 = "train2.jsonl.gz"
SECOND = "train2_second.jsonl.gz"
"""Texts with marks of two editors, and those of the second."""
EITHER = 0.75
"""What a mark weighs is the sum of both editors' weights, times this: sure by both 1.5."""
SURE, ARGUABLE, JUDGED_RIGHT, JUDGED_WRONG, NEAR_MISS = 1.0, 0.5, 0.5, 4.0, 2.0
IN_ARTICLES, IN_SENTENCES = 1.0, 0.2
"""Weights of a rule that nothing is said of."""
_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
EVERYWHERE = 10**6
Floats = NDArray[np.float32]
FOUND = 2.0
"""Weight of a rule that a sentence breaks, times that of the finding."""
VARIATIONS = Path("texts") / "variations"
"""Below `FOLDER`: `*.jsonl` with an article's `id`, `rule`, `kind`, `before`, `text`."""
_VARIATION_FIELDS = {"id", "rule", "kind", "before", "text"}
FOLDER = Path(__file__).parent
MARKS, ARTICLES = Path("data") / "marks.jsonl", Path("texts") / "articles"
SENTENCES = Path("texts") / "rules"
"""Below `FOLDER`."""
DRAFTS = "drafts/developed"
"""Drafts that rules were made with, beside the development sentences."""
SILENT_EVERY = 120
"""One item in so many of general news is read for sentences that no rule has to do with."""
READ = 3_000
"""Characters of such an item that are read."""
Rows = NDArray[np.intp]
NEWS = (TRAIN, DEV, REGIONAL)
FLAGS = ("flags.jsonl.gz", "flags2.jsonl.gz")


@dataclass(frozen=True, slots=True)
class RuleModelOptions:
    """How much is learned, of what, how fast.

    `frozen`: layers, from the lowest, left as they are. In a round come all windows of articles of
    which something is said, of earlier articles one in `earlier`, one in `silent` of those that
    nothing is said of, and `sentences` drawn from what was written for a rule.
    """

    rounds: int = 5
    earlier: int = 2
    silent: int = 5
    sentences: int = 800
    batch: int = 8
    frozen: int = 4
    rate: float = 1e-4
    head_rate: float = 5e-4
    warm_up: int = 60
    folds: int = 2
    threads: int = 1

    @property
    def parts(self) -> tuple[str, ...]:
        """What can be trained apart, in the order it is done: each fold, then the whole."""
        return (*map(str, range(self.folds)), WHOLE)


@dataclass(frozen=True, slots=True)
class RuleClaim:
    """What is said of a rule at a place: of a field (in a document), or of a sentence."""

    rule: str
    field: str
    start: int
    end: int
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class LabelledSource:
    """A document to learn from; `read` is how far into the text an editor read.

    `weight` is that of rules of which nothing is said. What is said: findings (`found`), places
    where there is none (`doubted`), and places that say nothing of a rule (`masked`).
    """

    kind: str
    id: str
    event: str
    document: Document
    weight: float
    found: Sequence[RuleClaim] = ()
    doubted: Sequence[RuleClaim] = ()
    masked: Sequence[RuleClaim] = ()
    read: int = EVERYWHERE


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A sentence of a field, and what is said of it, from its start on."""

    field: str
    start: int
    text: str
    found: tuple[RuleClaim, ...]
    doubted: tuple[RuleClaim, ...]
    masked: tuple[str, ...]
    weight: float


def touch(one: Finding | RuleClaim, other: RuleClaim) -> bool:
    """Whether two places of a document share a character."""
    return one.field == other.field and one.start < other.end and other.start < one.end


def rows_of(source: LabelledSource, siblings: Mapping[str, frozenset[str]]) -> Iterator[RuleRow]:
    """Yield the sentences of a document that an editor read, with what is said of each."""
    document = source.document
    for field, whole in (("title", document.title), ("text", document.text)):
        seen = view(whole)
        for sentence in seen.sentences:
            start, end = seen.original(*sentence)
            text = whole[start:end]
            if not text.strip() or (field == "text" and start >= source.read):
                continue
            found, doubted, silent = (
                tuple(
                    replace(c, start=max(0, c.start - start), end=min(end, c.end) - start)
                    for c in claims
                    if c.field == field and c.start < end and c.end > start
                )
                for claims in (source.found, source.doubted, source.masked)
            )
            rules = {claim.rule for claim in found}
            masked = {claim.rule for claim in silent}
            masked |= {sibling for rule in rules for sibling in siblings[rule]} - rules
            own = text, found, doubted, tuple(sorted(masked)), source.weight
            yield RuleRow(field, start, *own)


def unmarked(text: str) -> tuple[str, tuple[int, int] | None]:
    """Return a sentence without the brackets of its first `[[mark]]`, and where that stands."""
    mark, plain = _MARK.search(text), _MARK.sub(r"\1", text)
    return plain, (mark.start(), mark.end() - 4) if mark else None


@dataclass(frozen=True, slots=True, eq=False)
class TokenTarget:
    """Truth and weight of each rule in a sentence; `spans` are rule, tokens, weight of findings.

    `tokens` are the sentence's own in its window, `spoken`: something is said of it.
    """

    tokens: tuple[int, ...]
    truth: Floats
    weight: Floats
    spans: tuple[tuple[int, tuple[int, ...], float], ...]
    spoken: bool


@dataclass(frozen=True, slots=True, eq=False)
class RuleWindow:
    """The token ids of a window as the judge reads it, and of each sentence what it shall say."""

    kind: str
    event: str
    ids: tuple[int, ...]
    targets: tuple[TokenTarget, ...]

    @property
    def spoken(self) -> bool:
        """Whether something is said of a sentence of it."""
        return any(target.spoken for target in self.targets)


def windows_of(
    source: LabelledSource,
    siblings: Mapping[str, frozenset[str]],
    rules: Sequence[str],
    rust: Tokenizer,
) -> Iterator[RuleWindow]:
    """Yield the windows of a document that an editor has read something of."""
    document = source.document
    views = {"title": view(document.title), "text": view(document.text)}
    rows = {(row.field, row.start): row for row in rows_of(source, siblings)}
    for window in read_windows([("title", views["title"]), ("text", views["text"])], rust):
        tokens: defaultdict[tuple[str, int], dict[int, tuple[int, int]]] = defaultdict(dict)
        for at, place in enumerate(window.places):
            if place:
                field, low, high = place
                seen = views[field]
                sentence = seen.sentences[seen.sentence_at(low)]
                tokens[field, seen.original(*sentence)[0]][at] = seen.original(low, high)
        targets = tuple(
            make_target(rows[key], own, rules) for key, own in tokens.items() if key in rows
        )
        if targets:
            yield RuleWindow(source.kind, source.event, window.ids, targets)


def make_target(
    row: RuleRow, tokens: Mapping[int, tuple[int, int]], rules: Sequence[str]
) -> TokenTarget:
    """Return what the judge is to say of a sentence: a finding outdoes a doubt, and that a mask.

    `tokens`: where in the row's field each of its tokens stands, by its place in the window.
    """
    place = {rule: at for at, rule in enumerate(rules)}
    truth = np.zeros(len(rules), np.float32)
    weight = np.full(len(rules), row.weight, np.float32)
    spans = []
    for rule in row.masked:
        weight[place[rule]] = 0
    for doubt in row.doubted:
        weight[place[doubt.rule]] = max(weight[place[doubt.rule]], doubt.weight)
    for claim in row.found:
        at = place[claim.rule]
        truth[at], weight[at] = 1, FOUND * claim.weight
        start, end = row.start + claim.start, row.start + claim.end
        if own := tuple(n for n, (low, high) in tokens.items() if low < end and high > start):
            spans.append((at, own, claim.weight))
    return TokenTarget(tuple(tokens), truth, weight, tuple(spans), bool(row.found or row.doubted))


def read_variations(
    folder: Path, events: Mapping[str, str], siblings: Mapping[str, frozenset[str]]
) -> Iterator[LabelledSource]:
    """Yield the variations on articles whose event is known; raises `DataError`."""
    for file in sorted(folder.glob("*.jsonl")):
        for number, row in enumerate(read_lines(file), 1):
            where = f"{file}: line {number}"
            if row.keys() != _VARIATION_FIELDS:
                fields = ", ".join(sorted(_VARIATION_FIELDS))
                raise DataError(f"{where}: its fields are not {fields}")
            rule, kind = row["rule"], row["kind"]
            if kind not in ("bad", "near_miss") or rule not in siblings:
                raise DataError(f"{where}: no kind '{kind}' or rule '{rule}'")
            if (event := events.get(row["id"])) is None:
                continue
            plain, place = unmarked(row["text"])
            if (place is None) == (kind == "bad"):
                raise DataError(f"{where}: a breach has one [[mark]] and a near miss none")
            before = f"{row['before']}\n" if row["before"] else ""
            low, high = (len(before) + at for at in place or (0, len(plain)))
            claim = RuleClaim(rule, "text", low, high, SURE if place else NEAR_MISS)
            key = f"{file.stem} {rule} {kind} {number}"
            document = Document(before + plain, language="en")
            said = ((claim,), ()) if place else ((), (claim,))
            yield LabelledSource(VARIATION, key, event, document, IN_SENTENCES, *said)


def read_marked(marks: Path, texts: Sequence[Path]) -> list[Item]:
    """Return annotated rows of `texts`, marks by place; raises `DataError` where one is in none."""
    rows = {str(row["id"]): row for row in read_lines(marks)}
    found: dict[str, Item] = {}
    for file in texts:
        for article in read_lines(file):
            if (row := rows.get(str(article["id"]))) is not None:
                findings = [
                    {**m, "quote": str(article.get(m["field"]) or "")[m["start"] : m["end"]]}
                    for m in row["findings"]
                ]
                marked = {"doc": [], "doc_ok": [], **row, "findings": findings}
                found[str(article["id"])] = item_of(marked, article)
    if missing := rows.keys() - found.keys():
        raise DataError(f"{marks}: the text of '{min(missing)}' is in none of the files given")
    return [found[name] for name in rows]


def read_written(folder: Path = FOLDER / ARTICLES) -> list[Item]:
    """Return the written articles with their marks: `NAME.jsonl` beside `NAME.marks.jsonl`."""
    return [
        item
        for marks in sorted(folder.glob("*.marks.jsonl"))
        for item in read_items(marks, [marks.with_name(marks.name.replace(".marks", ""))])
    ]


def read_drafts(development: Path) -> list[Item]:
    """Return the annotated drafts beside the guideline's development sentences, if any."""
    marks = development.parent / f"{DRAFTS}.marks.jsonl"
    texts = development.parent / f"{DRAFTS}.texts.jsonl"
    return read_items(marks, [texts]) if marks.exists() else []


def general_news(
    texts: Sequence[Path], apart: Callable[[str], bool]
) -> Iterator[tuple[str, Document]]:
    """Yield event and beginning of a sample of items that are not about trafficking."""
    for file in texts:
        for row in read_lines(file):
            event, language = str(row["event"]), row.get("language", "en")
            drawn = hashlib.sha256(f"silent {row['id']}".encode()).digest()[:2]
            if row.get("rel") != 0 or language != "en" or apart(event):
                continue
            if int.from_bytes(drawn) % SILENT_EVERY == 0:
                text = str(row.get("text") or "")[:READ]
                yield event, Document(text, str(row.get("title") or ""), language="en")


def rounds_of(
    windows: Sequence[RuleWindow],
    learned: Rows,
    options: RuleModelOptions,
    draw: np.random.Generator,
) -> Iterator[Rows]:
    """Yield the windows of each round; what does not come in each comes in turn."""
    kinds = np.array([windows[number].kind for number in learned])
    spoken = np.array([windows[number].spoken for number in learned])
    ours, newest = np.isin(kinds, OURS), kinds == ARTICLE
    sentences = learned[np.isin(kinds, FOR_A_RULE)]
    turn = draw.permutation(len(learned))
    for number in range(options.rounds):
        silent, earlier = (turn % n == number % n for n in (options.silent, options.earlier))
        these = ~ours & np.where(spoken, newest | earlier, silent)
        some = min(options.sentences, len(sentences))
        yield np.concatenate([learned[these], draw.choice(sentences, some, replace=False)])


@dataclass(frozen=True, slots=True, eq=False)
class RuleModelData:
    """Rules that get a head, their siblings, what is learned from; articles read and unread.

    `articles` have marks of either editor, `kept_apart` those of one or of either. `judged` are
    verdicts on flags by article, rule and the words in small letters.
    """

    rules: tuple[str, ...]
    siblings: Mapping[str, frozenset[str]]
    sources: tuple[LabelledSource, ...]
    articles: tuple[Item, ...]
    kept_apart: tuple[Item, ...]
    events: Mapping[str, str]
    judged: Mapping[tuple[str, str, str], str]


def load_rule_data(
    guideline: Guideline, data: Path, development: Path, own: Path = FOLDER
) -> RuleModelData:
    """Read what there is to learn from; raises `DataError`.

    `data` holds `spans/` and `relevance/`; `development` files `development-*.yaml`, with drafts
    beside it; `own` the project's marks and texts. What tells a story kept apart is left out.
    """
    rules, siblings = judged_rules(guideline)
    spans, texts = data / "spans", [data / "relevance" / name for name in NEWS]
    newer = data / "relevance" / TRAIN2
    events = {
        str(row["id"]): str(row["event"]) for file in (*texts, newer) for row in read_lines(file)
    }
    flags, flags2 = (list(read_lines(spans / name)) for name in FLAGS)

    def is_read(item: Item) -> bool:
        return not is_kept_apart(events[item.id])

    once = [*read_items(spans / TRAIN, texts), *read_items(spans / DEV, texts)]
    further = read_marked(own / MARKS, texts)
    pairs = list(
        zip(read_items(spans / TRAIN2, [newer]), read_items(spans / SECOND, [newer]), strict=True)
    )
    either = [replace(one, marks=(*one.marks, *two.marks)) for one, two in pairs]
    written = [*read_drafts(development), *read_written(own / ARTICLES)]
    events |= {item.id: item.id for item in written}
    sentences = [
        *_example_sources(guideline, siblings),
        *sources_of(development, "development-*.yaml", siblings),
        *sources_of(own / SENTENCES, "*.yaml", siblings),
        *read_variations(own / VARIATIONS, events, siblings),
    ]
    sources = [
        *sentences,
        *(
            article_source(item, events[item.id], flags, siblings, EARLIER)
            for item in (*once, *further)
            if is_read(item)
        ),
        *(article_source(item, item.id, (), siblings, WRITTEN) for item in written),
        *(
            agreed_source(one, two, events[one.id], flags2, siblings)
            for one, two in pairs
            if is_read(one)
        ),
        *(
            LabelledSource(GENERAL, f"{GENERAL} {event}", event, document, IN_ARTICLES)
            for event, document in general_news(texts, is_kept_apart)
        ),
    ]
    unread = [item for item in (*read_items(spans / TRAIN, texts), *either) if not is_read(item)]
    judged = {(f["id"], f["rule"], f["match"].lower()): f["verdict"] for f in (*flags, *flags2)}
    return RuleModelData(
        rules, siblings, tuple(sources), tuple(filter(is_read, either)), tuple(unread), events,
        judged,
    )  # fmt: skip


def judged_rules(guideline: Guideline) -> tuple[tuple[str, ...], dict[str, frozenset[str]]]:
    """Return the rules about words of a text, and each one's siblings among them."""
    rules = tuple(rule.id for rule in guideline.rules if rule.kind != "document")
    related = related_rules(guideline)
    every = frozenset(rules)
    return rules, {rule: (every - {rule}).intersection(related.get(rule, ())) for rule in rules}


def _example_sources(
    guideline: Guideline, siblings: Mapping[str, frozenset[str]]
) -> Iterator[LabelledSource]:
    """Yield the rules' own examples; one without a mark is a near miss, except bad ones."""
    for rule in guideline.compiled:
        name = rule.rule.id
        for case in example_cases(rule) if name in siblings else ():
            found = [RuleClaim(name, *span, SURE) for span in sorted(case.marked)]
            doubted = () if found or case.kind == "bad" else _nowhere(name)
            key = f"{name} {case.kind} {case.number}"
            yield LabelledSource(EXAMPLE, key, key, case.document, IN_SENTENCES, found, doubted)


def _nowhere(rule: str) -> tuple[RuleClaim, ...]:
    return tuple(RuleClaim(rule, field, 0, EVERYWHERE, NEAR_MISS) for field in ("title", "text"))


def sources_of(
    folder: Path, pattern: str, siblings: Mapping[str, frozenset[str]]
) -> Iterator[LabelledSource]:
    """Yield the sentences of files that were written for rules; raises `DataError` if none."""
    files = sorted(folder.glob(pattern))
    if not files:
        raise DataError(f"{folder}: no {pattern} there")
    for file in files:
        entries = read_yaml(file)
        if not isinstance(entries, list) or not all("rule" in entry for entry in entries):
            raise DataError(f"{file}: must be a list of entries with a 'rule'")
        texts = (
            (entry["rule"], kind, number, str(text))
            for entry in entries
            if entry["rule"] in siblings
            for kind in ("bad", "near_miss", "quoted")
            for number, text in enumerate(entry.get(kind, ()))
        )
        for rule, kind, number, text in texts:
            plain, place = unmarked(text)
            near = kind == "near_miss"
            found = [RuleClaim(rule, "text", *place, SURE)] if place and not near else []
            if found or near:
                key = f"{file.stem} {rule} {kind} {number}"
                document = Document(plain, language="en")
                said = found, _nowhere(rule) if near else ()
                yield LabelledSource(DEVELOPMENT, key, key, document, IN_SENTENCES, *said)


def article_source(
    item: Item,
    event: str,
    flags: Iterable[Mapping[str, Any]],
    siblings: Mapping[str, frozenset[str]],
    kind: str = ARTICLE,
) -> LabelledSource:
    """Return an annotated article; verdicts on `flags` count where the editor marked nothing."""
    found = [
        RuleClaim(mark.rule, mark.field, start, end, SURE if mark.sure else ARGUABLE)
        for mark in item.marks
        for start, end in mark.spans
        if mark.rule in siblings
    ]
    doubted, masked = list[RuleClaim](), list[RuleClaim]()
    for flag in flags:
        place = _place(item, flag) if flag["id"] == item.id and flag["rule"] in siblings else None
        if place is None or any(m.rule == place.rule and touch(place, m) for m in found):
            continue
        if flag["verdict"] == "wrong":
            doubted.append(replace(place, weight=JUDGED_WRONG))
        elif flag["verdict"] == "right":
            found.append(replace(place, weight=JUDGED_RIGHT))
        else:
            masked.append(place)
    rules = {claim.rule for claim in found}
    small = item.document.text.lower()
    again = [
        RuleClaim(mark.rule, "text", match.start(), match.end())
        for mark in item.marks
        if mark.rule in rules
        for match in re.finditer(re.escape(mark.quote.lower()), small)
    ]
    masked += [p for p in again if not any(c.rule == p.rule and touch(p, c) for c in found)]
    said = found, doubted, masked
    return LabelledSource(kind, item.id, event, item.document, IN_ARTICLES, *said, item.read)


def agreed_source(
    one: Item,
    two: Item,
    event: str,
    flags: Iterable[Mapping[str, Any]],
    siblings: Mapping[str, frozenset[str]],
) -> LabelledSource:
    """Return an article with marks of two editors, which weigh the more the more they agree."""
    either = replace(one, marks=(*one.marks, *two.marks))
    source = article_source(either, event, flags, siblings)
    found = []
    for claim in source.found:
        family = {claim.rule, *siblings[claim.rule]}
        weights = [
            max(
                (
                    SURE if mark.sure else ARGUABLE
                    for mark in item.marks
                    for start, end in mark.spans
                    if mark.rule in family and touch(claim, RuleClaim("", mark.field, start, end))
                ),
                default=0.0,
            )
            for item in (one, two)
        ]
        found.append(replace(claim, weight=EITHER * sum(weights)) if any(weights) else claim)
    return replace(source, found=found)


def _place(item: Item, flag: Mapping[str, Any]) -> RuleClaim | None:
    """Return where a judged flag stands: it counts through title, two line breaks and text."""
    title, text, match = item.document.title, item.document.text, flag["match"]
    start, end = flag["start"], flag["end"]
    shift = len(title) + 2 if title else 0
    for field, whole, low, high in (
        ("title", title, start, end),
        ("text", text, start - shift, end - shift),
    ):
        if low >= 0 and whole[low:high] == match:
            return RuleClaim(flag["rule"], field, low, high)
    at = text.find(match)
    return RuleClaim(flag["rule"], "text", at, at + len(match)) if at >= 0 else None
