"""Checks documents: scan, analyse what could matter, judge each candidate, settle overlaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from monitor.records.errors import UsageError
from monitor.records.finding import SEVERITIES, Finding, ScorecardItem, Severity
from monitor.rules.compiler import CompiledMatcher, CompiledRule, Guideline
from monitor.rules.evidence import all_hold, any_holds
from monitor.rules.findings import Checked, headline_finding, hide_nothing, make_finding
from monitor.rules.matching import Candidate, Draft, find_phrases, open_draft, settle
from monitor.rules.model_suggestions import suggested
from monitor.rules.neural_model import Known, Reading, judged
from monitor.rules.preconditions import (
    Topic,
    find_passages,
    find_topic,
    find_voice,
    is_on_topic,
    is_open,
    spoken_severity,
    tell_topic,
)
from monitor.rules.proper_names import is_in_name
from monitor.rules.referents import find_persons
from monitor.rules.scorecard import check_draft
from monitor.rules.spacy_patterns import ENTITIES, NONE, PARSE
from monitor.text.analysis import Scene
from monitor.text.datelines_bylines import DeskLine, find_desk_lines
from monitor.text.document import Document
from monitor.text.positions import Stretch
from monitor.text.spacy_pipeline import analysis, find_entities

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

CHUNK = 32
"""Documents analysed in one go: their sentences share batches, and memory stays small."""


@dataclass(frozen=True, slots=True)
class Policy:
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

    def looks(self, rule: CompiledRule) -> bool:
        """Whether a rule looks for its words."""
        return self.listed is None or rule.rule.id in self.listed


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
    if is_shown is None:
        return run_policy(guideline, [document], policy)[0]
    asked = partial(is_shown, document.title, document.text)
    return run_shown(guideline, [document], policy, lambda _: asked())[0]


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
) -> Policy:
    """Return what to run; raises `UsageError` for an unknown rule id."""
    known = {rule.id for rule in guideline.rules}
    for name in (*disable, *severity):
        if name not in known:
            raise UsageError(f"guideline {guideline.id} has no rule '{name}'")
    off = frozenset(disable)
    return Policy(tuple(r for r in guideline.compiled if r.rule.id not in off), dict(severity))


def run_policy(
    guideline: Guideline, documents: Iterable[Document], policy: Policy
) -> list[Checked]:
    """Check documents under a policy, a chunk at a time."""
    checked: list[Checked] = []
    source = iter(documents)
    while chunk := list(islice(source, CHUNK)):
        with ExitStack() as open_now:
            known = _Analysed(open_now)
            read: list[Known] = [{} for _ in chunk]
            found = _check(guideline, policy, known, chunk, read)
            if not policy.every_offer:
                rows = zip(chunk, found, read, strict=True)
                found = [_offered(guideline, policy, known, *row) for row in rows]
            checked += found
    return checked


def _offered(
    guideline: Guideline,
    policy: Policy,
    known: _Analysed,
    document: Document,
    checked: Checked,
    read: Known,
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


@dataclass(slots=True)
class _Analysed:
    """What checks of nearly the same texts share: the pieces that spaCy has analysed."""

    open_now: ExitStack
    nlp: Language | None = None
    docs: dict[tuple[str, int, frozenset[int]], Doc] = field(default_factory=dict)


def _check(
    guideline: Guideline,
    policy: Policy,
    known: _Analysed,
    documents: Sequence[Document],
    read: Sequence[Known],
) -> list[Checked]:
    """Check documents at once; `read` is what the judge has read of each, and is added to."""
    drafts = [open_draft(guideline, document) for document in documents]
    topics = ["thb" if policy.force_topic else find_topic(draft) for draft in drafts]
    plans = [_plan(policy, draft, topic) for draft, topic in zip(drafts, topics, strict=True)]
    _analyse(known, [piece for plan in plans for piece in _needed(plan)])
    checked: list[Checked] = []
    for draft, topic, plan, own in zip(drafts, topics, plans, read, strict=True):
        checked.append(_judge(policy, draft, topic, plan, own))
        for scene in draft.scenes:
            scene.docs.clear()  # docs are invalid outside
    return checked


def run_shown(
    guideline: Guideline,
    documents: Sequence[Document],
    policy: Policy,
    is_shown: Callable[[int], bool],
) -> list[Checked]:
    """Check documents, and again as on topic those that a digest would show.

    `is_shown`, by number, is asked only where the words of a document do not tell.
    """
    checked = run_policy(guideline, documents, policy)
    shown = [n for n, each in enumerate(checked) if each.is_elsewhere and is_shown(n)]
    opened = replace(policy, force_topic=True)
    again = run_policy(guideline, [documents[number] for number in shown], opened)
    for number, told in zip(shown, again, strict=True):
        checked[number] = told
    return checked


Plan = list[Candidate]
"""Where in a draft something may be found: a phrase, or the trigger of a pattern in its piece."""


@dataclass(slots=True)
class Needed:
    """A piece to be analysed at `level`; `named` are those who may ask for its entities."""

    scene: Scene
    start: int
    end: int
    level: int = NONE
    named: list[CompiledMatcher] = field(default_factory=list)


def _plan(policy: Policy, draft: Draft, topic: Topic) -> Plan:
    """Return the places worth a closer look, before anything is analysed."""
    passages = _passages(policy, draft, topic)
    plan: Plan = []
    for scene in draft.scenes:
        for rule in policy.rules:
            gated = rule.rule.gate != "none"
            if not rule.matchers or not policy.looks(rule) or (gated and not passages):
                continue
            for matcher in rule.matchers:
                opening = rule.trigger if matcher.has_patterns else matcher.wordset
                if not matcher.persons and opening not in scene.hits.alive:
                    continue
                plan += [
                    at
                    for at in _openings(rule, matcher, draft, scene)
                    if not (gated and _is_elsewhere(passages, topic, at))
                    and (matcher.level == NONE or _may_stand(draft, at))
                ]
    return plan


def _passages(policy: Policy, draft: Draft, topic: Topic) -> Sequence[Stretch]:
    """Return the stretches of the text in which rules on trafficking may speak."""
    if policy.force_topic:
        return [(0, len(draft.text.view.shadow))]
    return find_passages(draft, topic)


def _is_elsewhere(passages: Sequence[Stretch], topic: Topic, at: Candidate) -> bool:
    """Whether a place stands in a story of another topic than the rule's."""
    if at.scene.field == "title":
        return not is_on_topic(topic)
    return not is_open(passages, at.start)


def _openings(
    rule: CompiledRule, matcher: CompiledMatcher, draft: Draft, scene: Scene
) -> Iterator[Candidate]:
    """Yield the phrases or persons found; for patterns, one trigger in each piece that has any."""
    if matcher.persons:
        yield from find_persons(rule, matcher, draft, scene)
        return
    if not matcher.has_patterns:
        yield from find_phrases(rule, matcher, scene)
        return
    seen: set[tuple[int, int]] = set()
    for start, end in scene.hits.of(rule.trigger):
        number = scene.sentence_of(start, end)
        if number is None:
            continue
        piece = scene.piece_at(number, start)
        if piece not in seen:
            seen.add(piece)
            yield Candidate(scene, rule, matcher, start, end, number)


def _may_stand(draft: Draft, at: Candidate) -> bool:
    """Whether the clauses that need no analysis leave anything to find in this sentence."""
    early = all_hold(at.matcher.early_needs, draft, at)
    return early is not None and not any_holds(at.matcher.early_unless, draft, at)


def _needed(plan: Plan) -> list[Needed]:
    """Return which pieces must be analysed, and how deeply."""
    pieces: dict[tuple[int, int, int], Needed] = {}
    for at in plan:
        if at.matcher.level == NONE:
            continue
        start, end = at.scene.piece_at(at.sentence, at.start)
        piece = pieces.setdefault((id(at.scene), start, end), Needed(at.scene, start, end))
        piece.level = max(piece.level, at.matcher.base)
        if at.matcher.level == ENTITIES:
            piece.named.append(at.matcher)
    return list(pieces.values())


def _analyse(known: _Analysed, needed: Sequence[Needed]) -> None:
    """Analyse each piece once, in batches, and only as deeply as its rules need.

    Entities cost as much as all the rest, and are looked for only where a match hangs on them.
    """
    texts = {id(p): p.scene.view.shadow[p.start : p.end].replace("\n", " ") for p in needed}
    keys = {id(p): (texts[id(p)], p.level, frozenset(map(id, p.named))) for p in needed}
    fresh = {keys[id(p)]: p for p in needed if keys[id(p)] not in known.docs}
    if fresh and known.nlp is None:
        known.nlp = known.open_now.enter_context(analysis())
        known.open_now.callback(known.docs.clear)  # docs are invalid outside
    for level in {level for _, level, _ in fresh}:
        assert known.nlp is not None
        of_level = [key for key in fresh if key[1] == level]
        given = [text for text, *_ in of_level]
        docs = known.nlp.pipe(given) if level >= PARSE else map(known.nlp.make_doc, given)
        known.docs.update(zip(of_level, docs, strict=True))
    asked = [(known.docs[key], piece.named) for key, piece in fresh.items() if piece.named]
    if named := [doc for doc, matchers in asked if any(m.may_find(doc) for m in matchers)]:
        assert known.nlp is not None
        find_entities(known.nlp, named)
    for piece in needed:
        piece.scene.docs[piece.start] = known.docs[keys[id(piece)]]


def _judge(policy: Policy, draft: Draft, topic: Topic, plan: Plan, read: Known) -> Checked:
    """Turn a draft, analysed where needed, into findings and scorecard."""
    guideline = draft.guideline
    findings: list[Finding] = []
    known: list[Finding] = []
    for opening in plan:
        for candidate in _candidates(opening):
            finding = _assess(policy, draft, candidate)
            findings += [finding] if finding else []
            if finding and candidate.matcher.source.sources:
                known.append(finding)  # it says more than a rule for all such words
    scorecard: list[ScorecardItem] = []
    for rule in policy.rules:
        if rule.check is None or not policy.looks(rule):
            continue
        item = check_draft(rule, draft, topic)
        if rule.rule.check and rule.rule.check.flags == "headline":
            flagged = headline_finding(rule.rule, draft, item, policy.severity)
            findings += [flagged] if flagged else []
        else:
            scorecard.append(item)
    groups = guideline.about.siblings if policy.siblings else []
    parts = not is_on_topic(topic) and bool(find_passages(draft, topic))
    about = tell_topic(topic, has_passages=parts)
    standing = settle(findings, groups, known)
    if guideline.judge is not None:
        standing = _weighed(policy, draft, topic, standing, read)
    unchecked = find_desk_lines(draft.document.text)
    return Checked(
        tuple(
            replace(finding, guideline=guideline.id)
            for finding in standing
            if not _is_unchecked(finding, unchecked)
        ),
        tuple(replace(item, guideline=guideline.id) for item in scorecard),
        draft.words,
        about,
        unchecked,
    )


def _is_unchecked(finding: Finding, unchecked: Sequence[DeskLine]) -> bool:
    """Whether a finding lies wholly in what is for the desk and not for readers."""
    return finding.field == "text" and any(
        line.start <= finding.start and finding.end <= line.end for line in unchecked
    )


def _weighed(
    policy: Policy, draft: Draft, topic: Topic, findings: list[Finding], read: Known
) -> list[Finding]:
    """Return findings with how sure they are; a severity that somebody has set stays.

    Where rules on trafficking may speak, what the judge finds besides is there too.
    """
    guideline = draft.guideline
    assert guideline.judge is not None
    assert guideline.about.judge is not None
    kept = frozenset((*guideline.about.judge.protecting, *policy.severity))
    reading = Reading(guideline.judge.of(short=draft.is_short), read)
    weighed = judged(reading, draft.scenes, findings, guideline.about.siblings, kept)
    passages = _passages(policy, draft, topic)
    if guideline.judge.alone is None or not passages:
        return weighed
    titled = is_on_topic(topic)
    return suggested(policy.rules, draft, passages, weighed, reading, titled=titled)


def _candidates(opening: Candidate) -> Iterator[Candidate]:
    """Yield a phrase itself; for patterns, what they find in the opening's piece."""
    matcher = opening.matcher
    if not matcher.has_patterns:
        yield opening
        return
    base, _ = opening.scene.piece_at(opening.sentence, opening.start)
    doc = opening.scene.docs[base]
    if matcher.tokens:
        for start, end in matcher.tokens.find(doc):
            yield replace(opening, start=base + start, end=base + end)
    if matcher.dependency:
        for start, end, nodes in matcher.dependency.find(doc):
            moved = {name: node.moved(base) for name, node in nodes.items()}
            yield replace(opening, start=base + start, end=base + end, nodes=moved)


def _assess(policy: Policy, draft: Draft, at: Candidate) -> Finding | None:
    """Return the finding a candidate makes, or None where scope, clause or voice silence it."""
    rule = at.rule.rule
    scope = at.scene.scope_of(at.start, at.end)
    if rule.scope not in ("any", "document", scope):
        return None
    evidence = all_hold(at.matcher.needs, draft, at)
    if evidence is None or any_holds(at.matcher.unless, draft, at):
        return None
    if rule.names == "skip" and is_in_name(draft, at.scene, at.start, at.end):
        return None
    voice = find_voice(at)
    own = max(rule.severity, at.matcher.source.severity or rule.severity, key=SEVERITIES.index)
    severity = spoken_severity(draft.guideline, at, voice, policy.severity.get(rule.id, own))
    if severity is None:
        return None
    return make_finding(draft.guideline, at, scope, voice, severity, evidence)
