"""How quotations are found in `tests/data/text/quotations.yaml`, counted.

Run this file as a script to see each miss of the development cases; of the cases kept apart only
counts are printed.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from monitor.text.analysis import view
from monitor.text.quotations import is_about_terms

CASES = Path(__file__).resolve().parents[1] / "data" / "text" / "quotations.yaml"
KEPT_APART = {3, 6, 0}
REGEX = re.compile(r'"([^"]+)"|“([^”]+)”')
"""What is there to beat: whatever stands between two double marks."""
DOUBLE = ('"', "“", "”", "„", "«", "``", "''", "&quot;")


@dataclass(frozen=True)
class Said:
    start: int
    end: int
    by: str | None
    kind: str
    double: bool


@dataclass(frozen=True)
class Case:
    number: int
    kind: str
    text: str
    said: tuple[Said, ...]


@dataclass
class Score:
    """Counts of quotations. `kinds` and `speakers` are of those found where they stand."""

    gold: int = 0
    found: int = 0
    exact: int = 0
    overlap: int = 0
    kinds: int = 0
    speakers: int = 0
    named: int = 0

    @property
    def exact_f(self):
        return 2 * self.exact / max(1, self.gold + self.found)

    @property
    def overlap_f(self):
        return 2 * self.overlap / max(1, self.gold + self.found)


def load_cases():
    """Return the cases for development and those kept apart."""
    cases = [make_case(entry) for entry in YAML(typ="safe").load(CASES.read_text("utf-8"))]
    return (
        [case for case in cases if case.number % 8 not in KEPT_APART],
        [case for case in cases if case.number % 8 in KEPT_APART],
    )


def make_case(entry):
    text, opened, spans = "", [], []
    for piece in re.split("([⟦⟧])", entry["text"]):
        if piece == "⟦":
            opened.append(len(spans))
            spans.append((len(text), 0))
        elif piece == "⟧":
            index = opened.pop()
            spans[index] = (spans[index][0], len(text))
        else:
            text += piece
    assert not opened, entry["n"]
    by = entry["by"] if isinstance(entry["by"], list) else [entry["by"]] * len(spans)
    said = [make_said(text, *trim(text, *span), name) for span, name in zip(spans, by, strict=True)]
    return Case(entry["n"], entry["kind"], text, tuple(said))


def make_said(text, start, end, name):
    kind = name[1:-1] if name in ("<scare>", "<mention>") else "attributed"
    spoken = name if not name.startswith("<") else None
    before, after = text[:start].rstrip(" "), text[end:].lstrip(" ")
    double = before.endswith(DOUBLE) or after.startswith(DOUBLE)
    return Said(start, end, spoken, kind, double)


def trim(text, start, end):
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def quotations_of(text):
    """Return what stands in marks, as spans of the text; not sentences about wording."""
    seen = view(text)
    about = {span for span in seen.sentences if is_about_terms(seen.shadow[slice(*span)])}
    return [
        (trim(text, *seen.original(q.start, q.end)), q)
        for q in seen.quotations
        if (q.start, q.end) not in about
    ]


def overlap(one, other):
    """Return the share of two spans that both hold."""
    both = min(one[1], other[1]) - max(one[0], other[0])
    return max(0, both) / (max(one[1], other[1]) - min(one[0], other[0]))


def score(cases, *, double=False, regex=False, misses=None):
    """Count the quotations of the cases; of `double` marks alone; as `regex` finds them."""
    total = Score()
    for case in cases:
        gold = [said for said in case.said if said.double or not double]
        left = by_regex(case.text) if regex else quotations_of(case.text)
        if double and not regex:
            single = [(said.start, said.end) for said in case.said if not said.double]
            left = [f for f in left if not any(overlap(f[0], s) >= 0.5 for s in single)]
        total.gold += len(gold)
        total.found += len(left)
        total.named += sum(said.by is not None for said in gold)
        for said in gold:
            near = max(left, key=lambda f: overlap(f[0], (said.start, said.end)), default=None)
            if near is None or overlap(near[0], (said.start, said.end)) < 0.5:
                note(misses, case, said, "not found")
                continue
            left.remove(near)
            compare(total, case, said, near, misses)
        for span, _ in left:
            note(misses, case, None, "found too much", case.text[slice(*span)])
    return total


def by_regex(text):
    return [(trim(text, *found.span(found.lastindex)), None) for found in REGEX.finditer(text)]


def compare(total, case, said, near, misses):
    """Count how far one quotation found is the one that was written."""
    span, quotation = near
    total.overlap += 1
    total.exact += span == (said.start, said.end)
    if span != (said.start, said.end):
        note(misses, case, said, "other bounds", case.text[slice(*span)])
    if quotation is None:
        return
    total.kinds += quotation.kind == said.kind
    if quotation.kind != said.kind:
        note(misses, case, said, "kind", quotation.kind)
    if said.by is None:
        if quotation.speaker is not None:
            note(misses, case, said, "speaker where nobody is named", quotation.speaker)
    elif said.by.lower() in (quotation.speaker or "").lower():
        total.speakers += 1
    else:
        note(misses, case, said, f"speaker, not {said.by!r}", quotation.speaker)


def note(misses, case, said, what, got=None):
    if misses is not None:
        words = case.text[said.start : said.end][:50] if said else ""
        misses.append(f"{case.number} ({case.kind}) {words!r}: {what}; got {got!r}")


def told(name, cases):
    ours, double, regex = (
        score(cases),
        score(cases, double=True),
        score(cases, double=True, regex=True),
    )
    return (
        f"{name}: {ours.gold} quotations, exact F {ours.exact_f:.3f}, overlap F "
        f"{ours.overlap_f:.3f}, kind {ours.kinds}/{ours.gold}, speaker "
        f"{ours.speakers}/{ours.named}\n"
        f"  double marks, {double.gold}: exact F {double.exact_f:.3f}, overlap F "
        f"{double.overlap_f:.3f}; a regex: exact {regex.exact_f:.3f}, overlap "
        f"{regex.overlap_f:.3f}"
    )


if __name__ == "__main__":
    development, kept_apart = load_cases()
    seen_misses: list[str] = []
    score(development, misses=seen_misses)
    print("\n".join(seen_misses))
    print(told("development", development))
    print(told("kept apart", kept_apart))
