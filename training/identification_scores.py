"""Who is flagged, or asked about, as identifiable: scores on annotated people, and clean texts.

`python -m training.identification_scores DATA` with the folder that holds `persons` and
`relevance`. With `--folds WORK`, where `training.people_roles` keeps its parts, each text of
`train` is read by the part that has not learned from it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.classify.assessors import load_shown
from monitor.labels.data_files import data_dir
from monitor.people.identifiability import FLAG, identified
from monitor.people.people_table import answered
from monitor.records.finding import FieldName, Span
from monitor.records.people import (
    PROTECTED,
    DetailKind,
    PeopleTable,
    PersonAnswer,
    PersonDetail,
    PersonMention,
    TextPerson,
)
from monitor.rules import preconditions
from monitor.rules.compiler import Guideline
from monitor.rules.loading import load_guideline
from monitor.rules.matching import OpenDraft, open_draft
from monitor.rules.people_roles import RoleModel, RolesWhenAsked
from monitor.text.document import Document

TEXTS = ("train", "dev", "regional", "train2")


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_unread(event: str) -> bool:
    """Whether texts of an event are never looked at: of them counts only."""
    return hashlib.sha256(event.encode()).digest()[0] < 64


def read_texts(data: Path) -> dict[str, dict[str, Any]]:
    """Return the rows with texts, by id."""
    paths = [data / "relevance" / f"{name}.jsonl.gz" for name in TEXTS]
    paths += sorted((data / "persons").glob("*_texts.jsonl.gz"))
    return {row["id"]: row for path in reversed(paths) for row in read_rows(path)}


@dataclass(frozen=True, slots=True)
class GoldPerson:
    """An annotated person with all places of the strings that mean her, and of her details."""

    number: int
    row: Mapping[str, Any]
    called: tuple[Span, ...]
    details: tuple[Span, ...]

    @property
    def is_identifiable(self) -> bool:
        """Whether acquaintances would know her, and the text tells no consent."""
        return self.status == "right"

    @property
    def status(self) -> str:
        """What a flag of her is: `right`, `maybe`, or the reason why it is wrong."""
        if self.row["role"] not in PROTECTED:
            return "not protected"
        if self.row["consent_told"]:
            return "consent told"
        level = str(self.row["identifiable"])
        return {"yes": "right", "maybe": "maybe"}.get(level, "not identifiable")


def gold_people(row: Mapping[str, Any], document: Document) -> list[GoldPerson]:
    """Return the annotated people of a document."""
    people = []
    for number, person in enumerate(row["people"], 1):
        called = [person["quote"], *person.get("mentions", ())]
        places = tuple(_places(called, document)), tuple(_places(person["details"], document))
        people.append(GoldPerson(number, person, *places))
    return people


def _places(strings: Iterable[str], document: Document) -> Iterator[Span]:
    fields: dict[FieldName, str] = {"title": document.title, "text": document.text}
    for field, text in fields.items():
        for string in filter(None, strings):
            for hit in re.finditer(rf"(?<!\w){re.escape(string)}(?!\w)", text):
                yield Span(field, *hit.span())


def gold_table(people: Sequence[GoldPerson]) -> PeopleTable:
    """Return the table as editors made it: roles sure, each detail but an age of its own kind."""
    kinds: tuple[DetailKind, ...] = ("home", "school", "work", "looks", "health", "family")
    named = [one for one in people if one.row["named"] and one.row["role"] in PROTECTED]
    made = []
    for one in (each for each in people if each.called):
        role = one.row["role"]
        details: list[PersonDetail] = []
        for detail in one.row["details"]:
            is_age = bool(re.search(r"\b\d{1,2}\b|\byears? old\b", detail)) and len(detail) < 30
            kind: DetailKind = "age" if is_age else kinds[len(details) % len(kinds)]
            span = next((s for s in one.details), one.called[0])
            details.append(PersonDetail(kind, span))
        kin = (named[0].number,) if role == "relative" and named else ()
        mention = PersonMention(one.called[0], "name" if one.row["named"] else "noun")
        sure = 1.0 if role in PROTECTED else 0.0
        accused = 1.0 if role in ("suspect", "convicted") else 0.0
        made.append(
            TextPerson(
                one.number,
                (mention,),
                role,
                sure,
                accused,
                details=tuple(details),
                kin_of=kin,
                minor=True if one.row["minor"] else None,
                consent=bool(one.row["consent_told"]),
            )
        )
    return PeopleTable(tuple(made))


@dataclass(frozen=True, slots=True)
class Said:
    """A flag, or a question, with all places that the person stands in."""

    places: tuple[Span, ...]
    is_flag: bool
    questions: int = 0


def said_of_table(table: PeopleTable) -> list[Said]:
    """Return what the table alone flags and asks."""
    said = []
    for person in table.people:
        is_known = person.identifiable == "yes" and (person.protected >= FLAG or person.restricted)
        is_flag = is_known and (person.restricted or person.minor is True or not person.consent)
        if is_known or person.questions:
            asked = len(person.questions)
            said.append(Said(_stands(person), is_flag, asked or int(not is_flag)))
    return said


def _stands(person: TextPerson) -> tuple[Span, ...]:
    called = tuple(m.span for m in person.mentions if m.kind != "pronoun")
    return called or tuple(m.span for m in person.mentions)


def meets(one: Span, other: Span) -> bool:
    """Whether two spans share a character."""
    return one.field == other.field and one.start < other.end and other.start < one.end


@dataclass(slots=True)
class Scores:
    """What was counted: people found, flags by what they are, questions, texts and words."""

    counts: Counter[str]

    def add(self, said: Sequence[Said], gold: Sequence[GoldPerson], *, on_topic: bool) -> None:
        """Count one text."""
        hits = [self.hit(one, gold) for one in said]
        flagged = {n for one, people in zip(said, hits, strict=True) if one.is_flag for n in people}
        asked = {n for one, people in zip(said, hits, strict=True) for n in people}
        for person in gold:
            if person.is_identifiable:
                kind = "named" if person.row["named"] else "unnamed"
                for key in ("all", kind):
                    self.counts[f"people {key}"] += 1
                    self.counts[f"flagged {key}"] += person.number in flagged
                    self.counts[f"flagged or asked {key}"] += person.number in asked
        by_number = {person.number: person for person in gold}
        for one, people in zip(said, hits, strict=True):
            ranks = ["right", "maybe", "consent told", "not identifiable", "not protected"]
            status = sorted((by_number[n].status for n in people), key=ranks.index)
            self.counts[f"{'flag' if one.is_flag else 'ask'} {(status or ['nobody'])[0]}"] += 1
        self.counts["texts"] += 1
        self.counts["on topic"] += on_topic
        if on_topic:
            self.counts["questions on topic"] += sum(one.questions for one in said)
            self.counts["asked on topic"] += sum(1 for one in said if not one.is_flag)

    @staticmethod
    def hit(one: Said, gold: Sequence[GoldPerson]) -> list[int]:
        """Return whom something said means: who is called so, else whose details stand there."""
        for name in ("called", "details"):
            hit = [
                p.number
                for p in gold
                if any(meets(a, b) for a in one.places for b in getattr(p, name))
            ]
            if hit:
                return hit
        return []

    def told(self) -> dict[str, Any]:
        """Return shares."""
        c = self.counts
        right = c["flag right"]
        wrong = sum(
            c[f"flag {k}"] for k in ("consent told", "not identifiable", "not protected", "nobody")
        )
        topic = max(1, c["on topic"])
        shares = {
            f"{key} {of}": f"{c[f'{key} {of}']} of {c[f'people {of}']}"
            for of in ("all", "named", "unnamed")
            for key in ("flagged", "flagged or asked")
        }
        return {
            **shares,
            "flags": right + wrong + c["flag maybe"],
            "right, maybe, wrong": (right, c["flag maybe"], wrong),
            "right share": round(right / max(1, right + wrong), 2),
            "wrong": {k[5:]: v for k, v in c.items() if k.startswith("flag ")},
            "asks": {k[4:]: v for k, v in c.items() if k.startswith("ask ")},
            "questions a text on topic": round(c["questions on topic"] / topic, 2),
            "people asked a text on topic": round(c["asked on topic"] / topic, 2),
            "texts, on topic": (c["texts"], c["on topic"]),
        }


def opened(
    guideline: Guideline, document: Document, shown: Callable[[str, str], bool]
) -> OpenDraft:
    """Return a draft with its topic, as the checker opens it."""
    draft = open_draft(guideline, document)
    preconditions.set_topic(draft)
    if draft.topic != "thb" and shown(document.title, document.text):
        preconditions.set_topic(draft, forced=True)
    return draft


@dataclass(slots=True)
class PanelScores:
    """How people end whom the reporter is asked about, once she has answered as an editor did."""

    counts: Counter[str]

    def add(
        self, table: PeopleTable, gold: Sequence[GoldPerson], fields: Mapping[FieldName, str]
    ) -> None:
        """Answer for everybody in a text of whom something is asked, and count."""
        answers = {}
        for person in (p for p in table.people if p.questions):
            hit = Scores.hit(Said(_stands(person), False), gold)
            same = next((one for one in gold if one.number in hit), None)
            answers[person.number] = same, _answer(person, table, same)
        told = identified(answered(table, [one for _, one in answers.values()]), fields)
        after = {person.number: person for person in told.people}
        before = {person.number: person for person in table.people}
        for number, (same, _) in answers.items():
            flagged, was = _is_flagged(after[number]), _is_flagged(before[number])
            asked = len(before[number].questions)
            self.counts["questions"] += asked
            is_settled = after[number].role != before[number].role or flagged is not was
            self.counts["changing a flag or a role"] += asked * is_settled
            self.counts["changing a flag"] += asked * (flagged is not was)
            status = same.status if same else "nobody"
            if status != "maybe":
                self.counts["people"] += 1
                self.counts["right"] += flagged is (status == "right")
                self.counts[f"wrong: {status}"] += flagged is not (status == "right")

    def told(self) -> dict[str, Any]:
        """Return counts and shares."""
        c = self.counts
        return {
            **{key: number for key, number in c.items() if number},
            "right share": round(c["right"] / max(1, c["people"]), 3),
            "share changing a flag": round(c["changing a flag"] / max(1, c["questions"]), 2),
        }


def _answer(person: TextPerson, table: PeopleTable, same: GoldPerson | None) -> PersonAnswer:
    """Return what an editor says of a person; of whom nobody marked, that she is nobody."""
    spans = [mention.span for mention in person.mentions]
    own = (s for s in spans if table.at(s.field, s.start, s.end) is person)
    span = next(own, spans[0])
    if same is None:
        return PersonAnswer(span, "other", False, False)
    row = same.row
    return PersonAnswer(span, row["role"], bool(row["minor"]), bool(row["consent_told"]))


def _is_flagged(person: TextPerson) -> bool:
    return any(one.is_flag for one in said_of_table(PeopleTable((person,))))


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts are read: by which guideline, with which assessor; `folds` are models of roles."""

    guideline: Guideline
    shown: Callable[[str, str], bool]
    folds: Sequence[RoleModel] = ()

    def of(self, event: str) -> Guideline:
        """Return the guideline with the model that has not learned from an event."""
        if not self.folds:
            return self.guideline
        number = hashlib.sha256(event.encode()).digest()[2] % len(self.folds)
        model = self.folds[number]
        return replace(self.guideline, roles=RolesWhenAsked(model.folder, lambda: model))


def read_fully(work: Path | None) -> Reading:
    """Return how the shipped program reads, or with the parts that a folder of training keeps."""
    loaded = load_guideline(data_dir("guidelines") / "thb-en", models=data_dir("models"))
    shown = load_shown(data_dir("models"), "en")
    folds: list[RoleModel] = []
    if work is not None and loaded.roles is not None:
        from training.encoder import base_folder
        from training.people_roles import PARTS, WHOLE, part_model

        parts = (part for part in PARTS if part != WHOLE)
        folds = [part_model(work, part, loaded.roles.load(), base_folder()) for part in parts]
    return Reading(replace(loaded, judge=None), shown, folds)


def main() -> None:
    """Print the scores as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--names", nargs="*", default=["train"])
    parser.add_argument("--folds", type=Path, help="folder of the parts of the model of roles")
    parser.add_argument("--clean", type=Path, help="a JSON list of ids of texts without a breach")
    parser.add_argument("--unread", action="store_true", help="counts on unread texts")
    parser.add_argument("--show", action="store_true", help="print wrong flags and misses (read)")
    given = parser.parse_args()
    reading, texts = read_fully(given.folds), read_texts(given.data)
    for name in given.names:
        scores = {key: Scores(Counter()) for key in ("program", "gold people", "every name")}
        panel = PanelScores(Counter())
        for row in read_rows(given.data / "persons" / f"{name}.jsonl.gz"):
            text = texts[row["id"]]
            if is_unread(text["event"]) is not given.unread:
                continue
            document = Document(text["text"][: row["read"]], text["title"], language="en")
            gold = gold_people(row, document)
            draft = opened(reading.of(text["event"]), document, reading.shown)
            on_topic = bool(draft.abuse)
            table = draft.people if on_topic else PeopleTable()
            said = said_of_table(table)
            scores["program"].add(said, gold, on_topic=on_topic)
            panel.add(table, gold, draft.fields)
            known = identified(gold_table(gold), draft.fields) if on_topic else PeopleTable()
            scores["gold people"].add(said_of_table(known), gold, on_topic=on_topic)
            named = [Said(p.called, True) for p in gold if p.row["named"] and on_topic]
            scores["every name"].add(named, gold, on_topic=on_topic)
            if given.show and not given.unread:
                show(row, document, gold, said, on_topic)
        told = {key: one.told() for key, one in scores.items()}
        print(json.dumps({name: {**told, "panel": panel.told()}}, indent=1))
    if given.clean:
        ids = json.loads(given.clean.read_text())
        print(json.dumps(clean_scores(reading, texts, ids)))


def clean_scores(reading: Reading, texts: Mapping[str, Any], ids: Sequence[str]) -> dict[str, Any]:
    """Return flags and questions in 1,000 words of texts without a breach."""
    counts: Counter[str] = Counter()
    for key in ids:
        document = Document(texts[key]["text"], texts[key]["title"], language="en")
        draft = opened(reading.guideline, document, reading.shown)
        said = said_of_table(draft.people) if draft.abuse else []
        counts["words"] += len(document.text.split())
        counts["flags"] += sum(one.is_flag for one in said)
        counts["questions"] += sum(one.questions for one in said)
        counts["open"] += bool(draft.abuse)
    rate = 1000 * (counts["flags"] + counts["questions"]) / max(1, counts["words"])
    return {"texts": len(ids), **counts, "per 1,000 words": round(rate, 2)}


def show(
    row: Mapping[str, Any],
    document: Document,
    gold: Sequence[GoldPerson],
    said: Sequence[Said],
    on_topic: bool,
) -> None:
    """Print what is wrong in a text that may be read."""
    for person in gold:
        hit = [one for one in said if person.number in Scores.hit(one, gold)]
        if person.is_identifiable and not any(one.is_flag for one in hit):
            said_ = "asked" if hit else ("MISS" if on_topic else "GATE")
            print(
                said_,
                row["id"][:14],
                person.row["role"],
                repr(person.row["quote"][:50]),
                len(person.row["details"]),
            )
    for one in said:
        numbers = Scores.hit(one, gold)
        status = sorted({p.status for p in gold if p.number in numbers})
        if "right" not in status and "maybe" not in status:
            fields = {"title": document.title, "text": document.text}
            words = [fields[s.field][s.start : s.end] for s in one.places[:3]]
            print("WRONG" if one.is_flag else "ask?", row["id"][:14], status, words)


if __name__ == "__main__":
    main()
