"""The rule checker: scan documents, analyse what could matter, judge matches, settle overlaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from monitor.records.errors import UsageError
from monitor.records.finding import SEVERITIES, Finding, ScorecardItem, Severity
from monitor.rules.compiler import CompiledMatcher, CompiledRule, Guideline
from monitor.rules.evidence import all_hold, any_holds, find_persons
from monitor.rules.findings import Checked, headline_finding, hide_nothing, make_finding
from monitor.rules.matching import OpenDraft, RuleMatch, fitting, open_draft, settle
from monitor.rules.model_suggestions import judged, suggested
from monitor.rules.neural_model import DraftReader, ReadSentences
from monitor.rules.preconditions import (
    ON_TOPIC,
    About,
    Topic,
    find_passages,
    find_topic,
    is_open,
    spoken_severity,
)
from monitor.rules.proper_names import is_in_name
from monitor.rules.scorecard import check_draft
from monitor.rules.spacy_patterns import ENTITIES, NONE, PARSE
from monitor.text.analysis import Scene
from monitor.text.datelines_bylines import find_desk_lines
from monitor.text.document import Document
from monitor.text.positions import Stretch
from monitor.text.spacy_pipeline import analysis, find_entities

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

CHUNK = 32
"""Documents analysed in one go: their sentences share batches, and memory stays small."""
_ELSEWHERE = frozenset({"off", "touched"})
"""Where words do not tell that a text is about trafficking: others may know it is."""
_ABOUT: Mapping[Topic, About] = {"thb": "on", "assumed": "assumed"}
"""How the topic is told of texts that are on it."""


@dataclass(frozen=True, slots=True)
class RuleSelection:
    """Which rules run, with what severity; `force_topic` opens the topic gate.

    `every_offer`: wording is offered even where it would silence another finding. `listed`: only
    these rules look for their words, though the judge may speak for any.
    """

    rules: tuple[CompiledRule, ...]
    severity: Mapping[str, Severity] = field(default_factory=dict)
    force_topic: bool = False
    siblings: bool = True
    every_offer: bool = False
    listed: frozenset[str] | None = None


def check_document(
    guideline: Guideline,
    document: Document,
    *,
    disable: Sequence[str] = (),
    severity: Mapping[str, Severity] | None = None,
    on_topic: bool = False,
    is_shown: Callable[[str, str], bool] | None = None,
) -> Checked:
    """Check one document; see `check_documents`.

    `on_topic`: it is known to be. `is_shown` says by title and text whether a digest would show
    it: then it is on topic too.
    """
    policy = replace(make_policy(guideline, disable, severity or {}), force_topic=on_topic)
    (checked,) = run_policy(guideline, [document], policy)
    if is_shown and checked.about in _ELSEWHERE and is_shown(document.title, document.text):
        (checked,) = run_policy(guideline, [document], replace(policy, force_topic=True))
    return checked


def check_documents(
    guideline: Guideline,
    documents: Iterable[Document],
    *,
    disable: Sequence[str] = (),
    severity: Mapping[str, Severity] | None = None,
) -> list[Checked]:
    """Check documents, in order; nothing of them is kept.

    `disable` names rules not to run, `severity` overrides severities by rule id. Raises
    `UsageError` for the id of a rule that does not exist.
    """
    return run_policy(guideline, documents, make_policy(guideline, disable, severity or {}))


def make_policy(
    guideline: Guideline, disable: Sequence[str], severity: Mapping[str, Severity]
) -> RuleSelection:
    """Return what to run; raises `UsageError` for an unknown rule id."""
    known = {rule.id for rule in guideline.rules}
    for name in (*disable, *severity):
        if name not in known:
            raise UsageError(f"guideline {guideline.id} has no rule '{name}'")
    off = frozenset(disable)
    rules = tuple(rule for rule in guideline.compiled if rule.rule.id not in off)
    return RuleSelection(rules, dict(severity))


def run_shown(
    guideline: Guideline,
    documents: Sequence[Document],
    policy: RuleSelection,
    is_shown: Callable[[int], bool],
) -> list[Checked]:
    """Check documents, and again as on topic those that a digest would show.

    `is_shown`, by number, is asked only where the words of a document do not tell.
    """
    checked = run_policy(guideline, documents, policy)
    shown = [n for n, each in enumerate(checked) if each.about in _ELSEWHERE and is_shown(n)]
    opened = replace(policy, force_topic=True)
    again = run_policy(guideline, [documents[number] for number in shown], opened)
    for number, told in zip(shown, again, strict=True):
        checked[number] = told
    return checked


@dataclass(slots=True)
class _Analysed:
    """What checks of nearly the same texts share: the pieces that spaCy has analysed."""

    open_now: ExitStack
    nlp: Language | None = None
    docs: dict[tuple[str, int, frozenset[int]], Doc] = field(default_factory=dict)


def run_policy(
    guideline: Guideline, documents: Iterable[Document], policy: RuleSelection
) -> list[Checked]:
    """Check documents under a policy, a chunk at a time."""
    checked: list[Checked] = []
    source = iter(documents)
    while chunk := list(islice(source, CHUNK)):
        with ExitStack() as open_now:
            known = _Analysed(open_now)
            read: list[ReadSentences] = [{} for _ in chunk]
            found = _check(guideline, policy, known, chunk, read)
            if not policy.every_offer:
                rows = zip(chunk, found, read, strict=True)
                found = [_offered(guideline, policy, known, *row) for row in rows]
            checked += found
    return checked


def _offered(
    guideline: Guideline,
    policy: RuleSelection,
    known: _Analysed,
    document: Document,
    checked: Checked,
    read: ReadSentences,
) -> Checked:
    """Return what was checked, with those wordings only that hide no other finding."""
    siblings = guideline.about.siblings if policy.siblings else []
    found = {finding.rule for finding in checked.findings}
    families = (group for group in siblings if not found.isdisjoint(group))
    again = replace(policy, listed=frozenset(found.union(*families)))

    def check(changed: Document) -> Checked | None:
        result = _check(guideline, again, known, [changed], [read])[0]
        full = guideline.judge is not None and len(read) >= guideline.judge.most
        return None if full else result

    return hide_nothing(document, checked, check, siblings)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A draft, its topic, and the stretches of its text where rules on trafficking may speak."""

    draft: OpenDraft
    topic: Topic
    passages: Sequence[Stretch]


def _check(
    guideline: Guideline,
    policy: RuleSelection,
    known: _Analysed,
    documents: Sequence[Document],
    read: Sequence[ReadSentences],
) -> list[Checked]:
    """Check documents at once; `read` is what the judge has read of each, and is added to."""
    opened: list[_Opened] = []
    for document in documents:
        draft = open_draft(guideline, document)
        if policy.force_topic:
            opened.append(_Opened(draft, "thb", [(0, len(draft.text.view.shadow))]))
        else:
            topic = find_topic(draft)
            opened.append(_Opened(draft, topic, find_passages(draft, topic)))
    listed = policy.listed
    rules = [rule for rule in policy.rules if listed is None or rule.rule.id in listed]
    plans = [list(_plan(rules, each)) for each in opened]
    _analyse(known, [at for plan in plans for at in plan if at.matcher.level != NONE])
    checked: list[Checked] = []
    for each, plan, own in zip(opened, plans, read, strict=True):
        checked.append(_judge(policy, rules, each, plan, own))
        for scene in each.draft.scenes:
            scene.docs.clear()  # docs are invalid outside
    return checked


def _plan(rules: Sequence[CompiledRule], opened: _Opened) -> Iterator[RuleMatch]:
    """Yield the places worth a closer look, before anything is analysed.

    A place is a phrase, or the trigger of a pattern in its piece. It is no such place where the
    clauses that need no analysis leave nothing to find, nor in a story of another topic.
    """
    draft, passages, titled = opened.draft, opened.passages, opened.topic in ON_TOPIC
    for scene in draft.scenes:
        for rule in rules:
            gated = rule.rule.gate != "none"
            for matcher in rule.matchers if passages or not gated else ():
                for at in _openings(rule, matcher, draft, scene):
                    here = titled if scene.field == "title" else is_open(passages, at.start)
                    if gated and not here:
                        continue
                    if at.matcher.level != NONE:
                        early = all_hold(at.matcher.early_needs, draft, at)
                        if early is None or any_holds(at.matcher.early_unless, draft, at):
                            continue
                    yield at


def _openings(
    rule: CompiledRule, matcher: CompiledMatcher, draft: OpenDraft, scene: Scene
) -> Iterator[RuleMatch]:
    """Yield the phrases or persons found; for patterns, one trigger in each piece that has any.

    A phrase that runs over the end of a sentence does not count.
    """
    opening = rule.trigger if matcher.has_patterns else matcher.wordset
    if matcher.persons:
        yield from find_persons(rule, matcher, draft, scene)
        return
    seen: set[Stretch] = set()
    for start, end in scene.hits.of(opening) if opening in scene.hits.alive else ():
        number = scene.sentence_of(start, end)
        if number is None:
            continue
        if not matcher.has_patterns:
            best = fitting(matcher, scene, number, start)
            yield RuleMatch(scene, rule, best, start, end, number)
        elif (piece := scene.piece_at(number, start)) not in seen:
            seen.add(piece)
            yield RuleMatch(scene, rule, matcher, start, end, number)


@dataclass(slots=True)
class _Piece:
    """A piece to be analysed at `level`; `named` are those who may ask for its entities."""

    scene: Scene
    start: int
    text: str
    level: int = NONE
    named: list[CompiledMatcher] = field(default_factory=list)


def _analyse(known: _Analysed, plan: Iterable[RuleMatch]) -> None:
    """Analyse each piece once, in batches, and only as deeply as its rules need.

    Entities cost as much as all the rest, and are looked for only where a match hangs on them.
    """
    pieces: dict[tuple[int, int], _Piece] = {}
    for at in plan:
        start, end = at.scene.piece_at(at.sentence, at.start)
        text = at.scene.view.shadow[start:end].replace("\n", " ")
        piece = pieces.setdefault((id(at.scene), start), _Piece(at.scene, start, text))
        piece.level = max(piece.level, at.matcher.base)
        if at.matcher.level == ENTITIES:
            piece.named.append(at.matcher)
    keyed = [((p.text, p.level, frozenset(map(id, p.named))), p) for p in pieces.values()]
    fresh = {key: piece for key, piece in keyed if key not in known.docs}
    if fresh and known.nlp is None:
        known.nlp = known.open_now.enter_context(analysis())
        known.open_now.callback(known.docs.clear)  # docs are invalid outside
    for level in {level for _, level, _ in fresh}:
        assert known.nlp is not None
        of_level = [key for key in fresh if key[1] == level]
        given = [text for text, *_ in of_level]
        docs = known.nlp.pipe(given) if level >= PARSE else map(known.nlp.make_doc, given)
        known.docs.update(zip(of_level, docs, strict=True))
    named = [
        known.docs[key]
        for key, piece in fresh.items()
        if any(
            not m.has_patterns
            or (m.tokens is not None and m.tokens.may_find(known.docs[key]))
            or (m.dependency is not None and m.dependency.may_find(known.docs[key]))
            for m in piece.named
        )
    ]
    if named:
        assert known.nlp is not None
        find_entities(known.nlp, named)
    for key, piece in keyed:
        piece.scene.docs[piece.start] = known.docs[key]


def _judge(
    policy: RuleSelection,
    rules: Sequence[CompiledRule],
    opened: _Opened,
    plan: Iterable[RuleMatch],
    read: ReadSentences,
) -> Checked:
    """Turn a draft, analysed where needed, into findings and scorecard."""
    draft, topic, passages = opened.draft, opened.topic, opened.passages
    guideline = draft.guideline
    findings: list[Finding] = []
    known: list[Finding] = []
    for opening in plan:
        for at in _matches(opening):
            finding = _assess(policy, draft, at)
            findings += [finding] if finding else []
            if finding and at.matcher.source.sources:
                known.append(finding)  # it says more than a rule for all such words
    scorecard: list[ScorecardItem] = []
    for rule in rules:
        if rule.check is None:
            continue
        item = check_draft(rule, draft, topic)
        if rule.rule.check and rule.rule.check.flags == "headline":
            flagged = headline_finding(rule.rule, draft, item, policy.severity)
            findings += [flagged] if flagged else []
        else:
            scorecard.append(replace(item, guideline=guideline.id))
    standing = settle(findings, guideline.about.siblings if policy.siblings else [], known)
    if guideline.judge is not None:
        standing = _weighed(policy, opened, standing, read)
    unchecked = find_desk_lines(draft.document.text)  # what is for the desk and not for readers
    elsewhere: About = "part" if passages else "touched" if topic == "touched" else "off"
    return Checked(
        tuple(
            replace(finding, guideline=guideline.id)
            for finding in standing
            if finding.field != "text"
            or not any(x.start <= finding.start and finding.end <= x.end for x in unchecked)
        ),
        tuple(scorecard),
        draft.words,
        _ABOUT.get(topic, elsewhere),
        unchecked,
    )


def _weighed(
    policy: RuleSelection, opened: _Opened, findings: list[Finding], read: ReadSentences
) -> list[Finding]:
    """Return findings with how sure they are; a severity that somebody has set stays.

    Where rules on trafficking may speak, what the judge finds besides is there too.
    """
    draft = opened.draft
    judge, settings = draft.guideline.judge, draft.guideline.about.judge
    assert judge is not None
    assert settings is not None
    if draft.is_short and judge.short is not None:
        judge = replace(judge, alone=judge.short)
    reader = DraftReader(judge, read)
    weighed = judged(draft, reader, findings, frozenset((*settings.protecting, *policy.severity)))
    if judge.alone is None or not opened.passages:
        return weighed
    titled = opened.topic in ON_TOPIC
    return suggested(policy.rules, draft, opened.passages, weighed, reader, titled=titled)


def _matches(opening: RuleMatch) -> Iterator[RuleMatch]:
    """Yield a phrase itself; for patterns, what they find in the opening's piece."""
    matcher = opening.matcher
    if not matcher.has_patterns:
        yield opening
        return
    base, _ = opening.scene.piece_at(opening.sentence, opening.start)
    doc = opening.scene.docs[base]
    if matcher.tokens:
        for start, end in matcher.tokens.find(doc, base):
            yield replace(opening, start=start, end=end)
    if matcher.dependency:
        for start, end, nodes in matcher.dependency.find(doc, base):
            yield replace(opening, start=start, end=end, nodes=nodes)


def _assess(policy: RuleSelection, draft: OpenDraft, at: RuleMatch) -> Finding | None:
    """Return the finding a match makes, or None where scope, clause or voice silence it."""
    rule, scene = at.rule.rule, at.scene
    scope = scene.scope_of(at.start, at.end)
    if rule.scope not in ("any", "document", scope):
        return None
    evidence = all_hold(at.matcher.needs, draft, at)
    if evidence is None or any_holds(at.matcher.unless, draft, at):
        return None
    if rule.names == "skip" and is_in_name(draft, scene, at.start, at.end):
        return None
    quotation = scene.quotation_around(at.start, at.end)
    own = max(rule.severity, at.matcher.source.severity or rule.severity, key=SEVERITIES.index)
    severity = policy.severity.get(rule.id, own)
    left = spoken_severity(draft.guideline, rule, scene, at.sentence, quotation, severity)
    return left and make_finding(draft.guideline, at, scope, quotation, left, evidence)
