"""What must be known before a rule may speak: the topic, who is speaking, whether it is a name.

The topic is told of each passage: in a round-up, rules on one story are no rules on the others. A
text is cut where it says so ("Elsewhere", a row of stars), or where a run of paragraphs has no
word of trafficking, several of something else, and nobody of whom the rest tells.

Words in names are no breach. A name is told by a list or by a head word among capitals ("Office for
Victims of Crime"), but in headlines only if the running text has it, or a list.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Literal

from monitor.records.finding import FieldName, Scope
from monitor.rules.compiler import WordLists
from monitor.rules.matching import ON_TOPIC, OpenDraft, Topic
from monitor.rules.rule_schema import Rule
from monitor.text.analysis import Scene
from monitor.text.phrase_search import key_of, normalise
from monitor.text.positions import Stretch
from monitor.text.quotations import Quotation
from monitor.text.regular_expressions import word_set

About = Literal["on", "said", "assumed", "part", "touched", "off"]
"""The topic as it is told: `said` by who asked, `part` where one story of several is on it."""

TOP = 1_200
"""Characters in which a news story says what it is about."""
CLOSE = 250
"""Characters between the elements of one case: two or three sentences."""


def set_topic(draft: OpenDraft, *, forced: bool = False) -> None:
    """Set what a draft is about and where its rules may speak; `forced`: it is all trafficking."""
    draft.topic = "thb" if forced else find_topic(draft)
    whole = [(0, len(draft.text.view.shadow))]
    draft.passages = whole if forced else find_passages(draft, draft.topic)
    draft.is_near = is_near(draft)
    draft.abuse = find_abuse(draft)


def find_topic(draft: OpenDraft) -> Topic:
    """Return whether a text is about trafficking.

    It is if one of the field's own terms stands in the headline, near the top or twice, or if a
    purpose of exploitation stands within a few lines of an act or a means; or if it says
    "trafficking" more than once and shows no other topic. A short text counts as on topic unless
    it shows another. One mention counts as no passing one near the top, or anywhere with a means
    or a purpose.
    """
    topic, scenes = draft.guideline.topic, draft.scenes
    terms = _hits(draft.text, topic["strong"])
    titled = len(scenes) > 1 and _hits(scenes[0], topic["strong"])
    if titled or len(terms) > 1 or any(start < TOP for start, _ in terms):
        return "thb"
    purposes = [_hits(scene, topic["purpose"]) for scene in scenes]
    for scene, found in zip(scenes, purposes, strict=True):
        others = sorted(_hits(scene, topic["act"] + topic["means"])) if found else []
        for start, end in found:
            index = bisect_left(others, (start - CLOSE, 0))
            if index < len(others) and others[index][0] < end + CLOSE:
                return "thb"
    weak = [start for scene in scenes for start, _ in _hits(scene, topic["weak"])]
    other = any(_hits(scene, topic["other"]) for scene in scenes)
    if not other and len(weak) > 1:
        return "thb"
    if other and not any(purposes):
        return "other"
    if draft.is_short:
        return "assumed"
    told = any(purposes) or any(_hits(scene, topic["means"]) for scene in scenes)
    return "touched" if weak and not other and (min(weak) < TOP or told) else "unknown"


_SIGNS = ("strong", "weak", "means", "purpose", "near", "signs")
FEW_SIGNS, MANY_SIGNS = 2, 4
"""Different signs of harm that tell of abuse, with a word of it or of trafficking, and without."""


def is_near(draft: OpenDraft) -> bool:
    """Whether a word of like abuse stands in the headline, two anywhere, or a name is kept back."""
    near, kept = draft.guideline.topic["near"], draft.guideline.topic["kept"]
    titled = draft.headline and any(
        draft.headline[1][0] <= start < draft.headline[1][1]
        for start, _ in _hits(draft.headline[0], near)
    )
    is_kept = any(_hits(scene, kept) for scene in draft.scenes)
    return bool(titled or is_kept) or sum(len(_hits(scene, near)) for scene in draft.scenes) > 1


def find_abuse(draft: OpenDraft) -> Sequence[Stretch]:
    """Return where rules on who is identified may speak: also in texts on like abuse of people.

    A text is about it if it `is_near`, or has one word of it with another sign of harm, or many
    such signs. One that is too short to tell its topic must have a sign.
    """
    words = draft.guideline.topic
    lists = [number for name in _SIGNS for number in words[name]]
    signs = {
        scene.view.shadow[start:end].lower()
        for scene in draft.scenes
        for start, end in _hits(scene, lists)
    }
    if draft.topic in ON_TOPIC:
        return draft.passages if draft.topic == "thb" or signs else ()
    plain = (*words["near"], *words["strong"], *words["weak"])
    is_plain = any(_hits(scene, plain) for scene in draft.scenes)
    many = len(signs) >= (FEW_SIGNS if is_plain else MANY_SIGNS)
    is_open = draft.is_near or many
    return [(0, len(draft.text.view.shadow))] if is_open else draft.passages


def _hits(scene: Scene, wordsets: Iterable[int]) -> list[Stretch]:
    return [hit for wordset in wordsets for hit in scene.hits.of(wordset)]


_LABEL = re.compile(r"\W{0,4}((?:[A-Z][\w.'&-]*|&)(?: (?:[A-Z][\w.'&-]*|&)){0,4}):\W{0,3} ")
"""Who speaks, before a paragraph of an interview in questions and answers."""
_ASKS = re.compile(r"\?[\W_]*\Z")


@lru_cache(maxsize=8)
def find_answers(text: str, paragraphs: tuple[Stretch, ...]) -> tuple[Quotation, ...]:
    """Return the answers of an interview, in order: somebody's speech without quotation marks.

    It is one where two labels or more begin several paragraphs each, and those of one mostly end
    in a question: whoever asks is the writer. An answer goes to the next label.
    """
    turns = [
        (found[1], start, end)
        for start, end in paragraphs
        if (found := _LABEL.match(text, start, end)) is not None
    ]
    often = Counter(label for label, _, _ in turns)
    asks = Counter(label for label, start, end in turns if _ASKS.search(text, start, end))
    asker = next((label for label, n in asks.most_common(1) if 1 < n > often[label] / 2), None)
    if asker is None or sum(count > 1 for count in often.values()) < 2:
        return ()
    ends = [*(start for _, start, _ in turns[1:]), len(text)]
    return tuple(
        Quotation(start, end, "attributed", label)
        for (label, start, _), end in zip(turns, ends, strict=True)
        if label != asker
    )


def quotation_at(scene: Scene, start: int, end: int) -> Quotation | None:
    """Return the quotation, or the answer of an interview, that words stand in."""
    if found := scene.quotation_around(start, end):
        return found
    answers = find_answers(scene.view.shadow, scene.view.paragraphs)
    return next((each for each in answers if each.start <= start < each.end), None)


def is_silent(rule: Rule, scope: Scope, quotation: Quotation | None) -> bool:
    """Whether a rule is silent on words in a quotation: they are not the writer's own.

    Who lifts words into a headline makes them her own.
    """
    if quotation is None:
        return False
    if quotation.kind == "mention":
        return rule.mentions == "skip"
    return quotation.kind == "attributed" and rule.quotes != "flag" and scope != "headline"


def _any_hit(scene: Scene, wordsets: Iterable[int], low: int, high: int) -> bool:
    return any(scene.hits.between(wordset, low, high, 1) for wordset in wordsets)


LEAST = 100
"""Words of a text that is worth cutting up: shorter ones tell one story."""
SIGNS = 3
"""Different words of something else that make a run of paragraphs another story."""
_RULE = re.compile(r"[\W_]+\Z")


@dataclass(frozen=True, slots=True)
class _StoryParagraph:
    """A paragraph of one of the text's stories; `others` are its words of something else."""

    start: int
    end: int
    ours: bool
    others: frozenset[str]
    story: int


def find_passages(draft: OpenDraft, topic: Topic) -> list[Stretch]:
    """Return the stretches of a draft's text in which rules on trafficking may speak, in order."""
    scene, words = draft.text, draft.guideline.topic
    whole = (0, len(scene.view.shadow))
    on_topic = topic in ON_TOPIC
    if topic == "assumed" or draft.words < LEAST or len(scene.view.paragraphs) < 3:
        return [whole] if on_topic else []
    if not on_topic and not _hits(scene, (*words["strong"], *words["weak"], *words["purpose"])):
        return []
    paragraphs = _paragraphs(draft)
    if on_topic:
        closed = _elsewhere(draft, paragraphs)
        spans = [(p.start, p.end) for p in paragraphs if p.start not in closed]
        return spans if closed else [whole]
    stories = [list(story) for _, story in groupby(paragraphs, key=lambda p: p.story)]
    spans = []
    for low, high in ((s[0].start, s[-1].end) for s in stories if len(stories) > 1):
        terms = [hit for w in words["strong"] for hit in scene.hits.between(w, low, high, 3)]
        if len(terms) > 1 or any(start < low + CLOSE for start, _ in terms):
            spans.append((low, high))
    return spans


def is_open(passages: Sequence[Stretch], position: int) -> bool:
    """Return whether a place lies in one of the passages."""
    return any(start <= position < end for start, end in passages)


def _paragraphs(draft: OpenDraft) -> list[_StoryParagraph]:
    """Return the paragraphs with their words, and in which story each stands."""
    scene, topic = draft.text, draft.guideline.topic
    text, hits = scene.view.shadow, scene.hits
    about = (*topic["strong"], *topic["weak"], *topic["purpose"])
    found: list[_StoryParagraph] = []
    for start, end in scene.view.paragraphs:
        ruled = bool(_RULE.match(text, start, min(end, start + 40)))
        cued = any(hit[0] == start for w in topic["breaks"] for hit in hits.between(w, start, end))
        story = found[-1].story + (ruled or cued) if found else 0
        others = frozenset(
            text[a:b].lower()
            for wordset in topic["elsewhere"]
            for a, b in hits.between(wordset, start, end, 20)
        )
        ours = _any_hit(scene, about, start, end)
        found.append(_StoryParagraph(start, end, ours, others, story))
    return found


def _elsewhere(draft: OpenDraft, paragraphs: Sequence[_StoryParagraph]) -> set[int]:
    """Return where the paragraphs begin that tell of something else."""
    if not any(p.others for p in paragraphs if not p.ours):
        return set()
    ours = {p.story for p in paragraphs if p.ours}
    mine = {
        p.start
        for p in paragraphs
        if p.ours or ((p.story in ours or not p.story) and _tells_of_ours(draft, p))
    }
    found: set[int] = set()
    for (story, is_mine), members in groupby(paragraphs, key=lambda p: (p.story, p.start in mine)):
        run = list(members)
        apart = story not in ours and story > 0
        signs = frozenset[str]().union(*(p.others for p in run))
        if not is_mine and len(signs) >= (1 if apart else SIGNS):
            found.update(p.start for p in run)
    return found


def _tells_of_ours(draft: OpenDraft, paragraph: _StoryParagraph) -> bool:
    """Whether a victim, a suspect or somebody named elsewhere in the text is in a paragraph."""
    cast, start, end = draft.cast, paragraph.start, paragraph.end
    return any(
        {"victim", "suspect"} & person.facts.keys()
        or (person.names and any(not start <= m.start < end for m in person.mentions))
        for mention in cast.mentions["text"].between(start, end)
        # "the women's team" is no woman of the story
        if not draft.text.view.shadow.startswith("'s", mention.end)
        and (person := cast.of(mention)) is not None
    )


MAX_WORDS = 10
"""Words on one side of a head: a longer run of capitals is a heading that ran into the text."""
_WORD = re.compile(r"[^\W\d_][\w']*|\d+|&")
_JOINING = word_set("of and & for the in on to against")
_LEADING = word_set("of for against to")
_SMALL = _JOINING | word_set(
    "a an or nor but as at by from into over with after about before between through than via per "
    "vs amid under up off out"
)
"""Words that a headline in capitals writes small."""
_NEVER_JOINING = _SMALL - _JOINING
_ENTITIES = word_set("ORG LAW FAC WORK_OF_ART EVENT PRODUCT")


def is_in_name(draft: OpenDraft, scene: Scene, start: int, end: int) -> bool:
    """Whether a span lies inside a name, or begins or ends in the middle of one."""
    if draft.names is None:
        draft.names = find_proper_names(draft)
    names = draft.names[scene.field]
    for low, high in names[max(0, bisect_right(names, (start, end)) - 1) :]:
        if low >= end:
            return False
        if start < high and (low < start or end < high or (low, high) == (start, end)):
            return True
    return False


def find_proper_names(draft: OpenDraft) -> Mapping[FieldName, Sequence[Stretch]]:
    """Return where names stand, by field; those of NER only where it was run for some rule."""
    names = draft.guideline.names
    found: dict[FieldName, set[Stretch]] = {}
    written: set[str] = set()
    for scene in draft.scenes:
        listed, text = _hits(scene, names["listed"]), scene.view.shadow
        spans = found[scene.field] = {hit for hit in listed if text[hit[0]].isupper()}
        spans.update(_hits(scene, names["offences"]), _entities(scene))
        for span, wordings in _headed(names, scene):
            spans.add(span)
            written.update(wordings)
    # wordings of names count within a sentence, also in a headline
    ordered = sorted(written, key=lambda wording: (-len(wording), wording))
    wording = "|".join(re.escape(each).replace(r"\ ", " +") for each in ordered)
    joined: dict[FieldName, list[Stretch]] = {}
    for scene in draft.scenes:
        text, spans = scene.view.shadow, found[scene.field]
        again = re.finditer(rf"(?<!\w)(?:{wording})(?!\w)", normalise(text)) if written else ()
        for start, end in (match.span() for match in again):
            if text[start].isupper() and scene.sentence_of(start, end) is not None:
                spans.add((start, end))
        apart = joined[scene.field] = []
        for start, end in sorted(spans):
            if apart and start < apart[-1][1]:
                apart[-1] = apart[-1][0], max(end, apart[-1][1])
            else:
                apart.append((start, end))
    return joined


def _entities(scene: Scene) -> Iterator[Stretch]:
    """Yield what NER took for a name, where capitals of several words say so too."""
    for base, doc in scene.docs.items():
        for entity in doc.ents:
            start, end = base + entity.start_char, base + entity.end_char
            run = _read(scene.view.shadow, start, end)
            several = len(run.spans) > 1 and run.is_heading
            sentence = scene.sentence_of(start, end) if several else None
            if entity.label_ not in _ENTITIES or sentence is None:
                continue
            if not _read(scene.view.shadow, *scene.sentence_span(sentence)).is_heading:
                yield start, end


_Name = tuple[Stretch, list[str]]
"""Where a name stands in running text; its wordings: itself, and shorter ones with the head."""


def _headed(names: WordLists, scene: Scene) -> Iterator[_Name]:
    """Yield names told by a head word; nothing in sentences that have capitals everywhere."""
    text = scene.view.shadow
    heads: defaultdict[int, set[tuple[Stretch, bool]]] = defaultdict(set)
    for opens, wordsets in enumerate((names["heads"], names["openings"])):
        for start, end in _hits(scene, wordsets):
            sentence = scene.sentence_of(start, end)
            if sentence is not None and text[start].isupper() and not text[start:end].isupper():
                heads[sentence].add(((start, end), bool(opens)))
    for sentence in sorted(heads):
        run = _read(text, *scene.sentence_span(sentence))
        if not run.is_heading:
            found = (_name(run, head, opens=opens) for head, opens in sorted(heads[sentence]))
            yield from filter(None, found)


@dataclass(frozen=True, slots=True)
class _Run:
    """The words of a stretch; of each, if it begins a sentence, is a capital, touches the next."""

    text: str
    spans: list[Stretch]
    words: list[str]
    is_heading: bool
    begins: list[bool]
    capital: list[bool]
    touches: list[bool]


def _read(text: str, low: int, high: int) -> _Run:
    spans = [found.span() for found in _WORD.finditer(text, low, high)]
    words = [text[start:end] for start, end in spans]
    small = any(
        word[0].islower() and word not in _SMALL and text[start - 1 : start] not in ("-", "'")
        for word, (start, _) in zip(words, spans, strict=True)
    )
    begins = [
        n == 0 or text[start - 1] in "\"'" or text[start - 2 : start] == ": "
        for n, (start, _) in enumerate(spans)
    ]
    capital = [
        word[0].isupper() and word.lower() not in (_SMALL if first else _NEVER_JOINING)
        for word, first in zip(words, begins, strict=True)
    ]
    between = (text[end:start] for (_, end), (start, _) in pairwise(spans))
    touches = [gap in (" ", "  ", "\n", "-") for gap in between]
    return _Run(text, spans, words, not small, begins, capital, touches)


def _name(run: _Run, head: Stretch, *, opens: bool) -> _Name | None:
    """Return the name that has this head, if capitals stand beside it, also behind "of", "for"."""
    spans, words, capital = run.spans, run.words, run.capital
    at = bisect_left(spans, head[:1])
    last = bisect_left(spans, (head[1],)) - 1
    if spans[at][0] != head[0]:
        return None
    first, until = at, last
    for n in range(at - 1, max(-1, at - 1 - MAX_WORDS), -1) if not opens else ():
        joins = words[n] in _JOINING and words[n] != "the"
        if not run.touches[n] or not (capital[n] or joins):
            break
        if capital[n] and not (run.begins[n] and words[n + 1] in _JOINING):
            first = n
    for n in range(last + 1, min(len(spans), last + 1 + MAX_WORDS)):
        joins = words[n].lower() in (_JOINING if until > last else _LEADING)
        if not run.touches[n - 1] or not (capital[n] or joins):
            break
        if n == last + 1 and not (joins or opens):
            break
        if capital[n]:
            until = n
    if until == last and (opens or first == at):
        return None
    end = spans[until][1] if until > last else head[1]
    begins = (spans[n][0] for n in range(first, at + 1) if capital[n])
    wordings = [run.text[start:end] for start in begins if until > last or start < head[0]]
    return (spans[first][0], end), list(map(key_of, wordings))
