"""The rule checker: scan documents, analyse what could matter, judge matches, settle overlaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from monitor.people.person_names import Entity, entities_of
from monitor.records.article import Article, Assessment
from monitor.records.errors import UsageError
from monitor.records.finding import SEVERITIES, Finding, ScorecardItem, Severity
from monitor.records.people import PeopleMemory, PeopleTable, PersonAnswer
from monitor.records.stamps import marked
from monitor.rules import preconditions
from monitor.rules.compiler import CompiledMatcher, CompiledRule, Guideline
from monitor.rules.evidence import all_hold, any_holds, find_identified
from monitor.rules.findings import (
    Checked,
    headline_finding,
    hide_nothing,
    make_finding,
    moved_answer,
    moved_people,
    put_in,
)
from monitor.rules.matching import ON_TOPIC, OpenDraft, RuleMatch, fitting, open_draft, settle
from monitor.rules.model_suggestions import judged, suggested
from monitor.rules.neural_model import DraftReader, ReadWindows
from monitor.rules.preconditions import is_open
from monitor.rules.scorecard import check_draft
from monitor.rules.spacy_patterns import ENTITIES, NONE, PARSE
from monitor.text.analysis import Scene, View
from monitor.text.datelines_bylines import DeskLine, find_desk_lines
from monitor.text.document import Document, document_of
from monitor.text.language_detection import identify_language
from monitor.text.positions import Stretch
from monitor.text.quotations import Quotation
from monitor.text.spacy_pipeline import analysis, find_entities

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from monitor.classify.assessors import RelevanceAssessor

CHUNK = 32
"""Documents analysed in one go: their sentences share batches, and memory stays small."""


@dataclass(frozen=True, slots=True)
class RuleSelection:
    """Which rules run, with what severity; `force_topic` opens the topic gate.

    `every_offer`: wording is offered even where it would silence another finding. `listed`: only
    these rules look for their words, though the judge may speak for any. `answers` are what the
    reporter says of people, who are then told of too; `None`: nobody asked for them. `silenced`:
    what rules would say of the words of others is told too, apart.
    """

    rules: tuple[CompiledRule, ...]
    severity: Mapping[str, Severity] = field(default_factory=dict)
    force_topic: bool = False
    siblings: bool = True
    every_offer: bool = False
    listed: frozenset[str] | None = None
    answers: tuple[PersonAnswer, ...] | None = None
    silenced: bool = False


def check_document(
    guideline: Guideline,
    document: Document,
    *,
    disable: Sequence[str] = (),
    severity: Mapping[str, Severity] | None = None,
    on_topic: bool = False,
    is_shown: Callable[[str, str], bool] | None = None,
    answers: tuple[PersonAnswer, ...] | None = None,
    silenced: bool = False,
) -> Checked:
    """Check one document; raises `UsageError` for the id of a rule that does not exist.

    `on_topic`: it is known to be. `is_shown` says by title and text whether a digest would show
    it: then it is on topic too. With `answers` of the reporter, none too, people are told of. So
    is, if asked, what is `silenced`, since others say it.
    """
    policy = make_policy(guideline, disable, severity)
    policy = replace(policy, force_topic=on_topic, answers=answers, silenced=silenced)

    def shown(_: int) -> bool:
        return is_shown is not None and is_shown(document.title, document.text)

    return run_shown(guideline, [document], policy, shown)[0]


def make_policy(
    guideline: Guideline,
    disable: Sequence[str] = (),
    severity: Mapping[str, Severity] | None = None,
) -> RuleSelection:
    """Return what to run; raises `UsageError` for an unknown rule id."""
    levels, known = dict(severity or {}), {rule.id for rule in guideline.rules}
    if strange := [name for name in (*disable, *levels) if name not in known]:
        raise UsageError(f"guideline {guideline.id} has no rule '{strange[0]}'")
    rules = tuple(rule for rule in guideline.compiled if rule.rule.id not in disable)
    return RuleSelection(rules, levels)


def run_shown(
    guideline: Guideline,
    documents: Sequence[Document],
    policy: RuleSelection,
    is_shown: Callable[[int], bool],
    known: KnownNames | None = None,
) -> list[Checked]:
    """Check documents, and again as on topic those that a digest would show.

    `is_shown`, by number, is asked only where the words of a document do not tell.
    """
    known = known or KnownNames()  # nothing is read twice
    checked = run_policy(guideline, documents, policy, known)
    unclear = (n for n, each in enumerate(checked) if each.about in ("off", "touched"))
    shown = list(filter(is_shown, unclear))
    opened = replace(policy, force_topic=True)
    again = run_policy(guideline, [documents[number] for number in shown], opened, known)
    for number, told in zip(shown, again, strict=True):
        checked[number] = told
    return checked


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What was read of people: tables by title and text, named entities by sentence."""

    tables: dict[tuple[str, str], PeopleTable] = field(default_factory=dict)
    entities: dict[str, list[Entity]] = field(default_factory=dict)


_PieceKey = tuple[str, int, frozenset[int]]
"""A piece as it is analysed: its text, how deeply, and which matchers may ask for its entities."""


@dataclass(slots=True)
class _CheckRun:
    """A check of a chunk of documents, and of the same with other wordings in place."""

    guideline: Guideline
    open_now: ExitStack
    known: KnownNames
    nlp: Language | None = None
    docs: dict[_PieceKey, Doc] = field(default_factory=dict)

    def lent(self) -> Language:
        """Return the pipeline, lent until the end of the run."""
        if self.nlp is None:
            self.nlp = self.open_now.enter_context(analysis())
            self.open_now.callback(self.docs.clear)  # docs are invalid outside
        return self.nlp

    def entities_of(self, seen: View) -> list[Entity]:
        """Return the named entities of a text."""
        return entities_of(seen, self.lent(), self.known.entities)


def run_policy(
    guideline: Guideline,
    documents: Iterable[Document],
    policy: RuleSelection | None = None,
    known: KnownNames | None = None,
) -> list[Checked]:
    """Check documents, in order, under a policy, a chunk at a time; nothing of them is kept.

    What `known` holds is not read again, and what is read is put there.
    """
    policy = policy or make_policy(guideline)
    checked: list[Checked] = []
    source = iter(documents)
    siblings = guideline.about.siblings if policy.siblings else []
    while chunk := list(islice(source, CHUNK)):
        with ExitStack() as open_now:
            run = _CheckRun(guideline, open_now, known or KnownNames())
            read: list[ReadWindows] = [{} for _ in chunk]
            found = _check(run, policy, chunk, read)
            for number, document in enumerate(chunk if not policy.every_offer else ()):
                rules = {finding.rule for finding in found[number].findings}
                families = (group for group in siblings if not rules.isdisjoint(group))
                again = replace(policy, listed=frozenset(rules.union(*families)))
                check = partial(_tried, run, again, read[number], document)
                found[number] = hide_nothing(found[number], check, siblings)
            checked += found
    return checked


def _tried(
    run: _CheckRun,
    policy: RuleSelection,
    read: ReadWindows,
    document: Document,
    taken: Finding,
    new: str,
) -> Checked | None:
    """Check a draft with a wording in place, None where the judge may read no more of it."""
    if policy.answers:
        moved = (moved_answer(answer, taken, new) for answer in policy.answers)
        policy = replace(policy, answers=tuple(moved))
    changed = put_in(document, taken, new)
    tables = run.known.tables
    if table := tables.get((document.title, document.text)):
        tables[changed.title, changed.text] = moved_people(table, taken, new)
    (result,) = _check(run, policy, [changed], [read])
    tables.pop((changed.title, changed.text), None)
    judge = run.guideline.judge
    return None if judge is not None and len(read) >= judge.most else result


def _check(
    run: _CheckRun,
    policy: RuleSelection,
    documents: Sequence[Document],
    read: Sequence[ReadWindows],
) -> list[Checked]:
    """Check documents at once; `read` is what the judge has read of each, and is added to."""
    listed = policy.listed
    rules = [rule for rule in policy.rules if listed is None or rule.rule.id in listed]
    plans: list[tuple[OpenDraft, list[RuleMatch]]] = []
    for document in documents:
        draft = open_draft(run.guideline, document)
        draft.entities = run.entities_of
        draft.people_known = run.known.tables.get((document.title, document.text))
        draft.answers = policy.answers or ()
        preconditions.set_topic(draft, forced=policy.force_topic)
        plans.append((draft, list(_plan(rules, draft))))
    _analyse(run, [at for _, plan in plans for at in plan if at.matcher.level != NONE])
    checked: list[Checked] = []
    for (draft, plan), own in zip(plans, read, strict=True):
        checked.append(_judge(policy, rules, draft, plan, own))
        if draft.people_known is not None:
            run.known.tables[draft.document.title, draft.document.text] = draft.people_known
        for scene in draft.scenes:
            scene.docs.clear()  # docs are invalid outside
    return checked


def _plan(rules: Sequence[CompiledRule], draft: OpenDraft) -> Iterator[RuleMatch]:
    """Yield the places worth a closer look, before anything is analysed: phrases, and triggers."""
    for scene in draft.scenes:
        titled, on_topic = scene.field == "title", draft.topic in ON_TOPIC
        for rule in rules:
            gate = rule.rule.gate
            told = draft.abuse if gate == "abuse" else draft.passages
            titles = on_topic if told is draft.passages else bool(told)
            for matcher in rule.matchers if told or gate == "none" else ():
                for at in _openings(rule, matcher, draft, scene):
                    here = titles if titled else is_open(told, at.start)
                    if (here or gate == "none") and _is_worth(draft, at):
                        yield at


def _is_worth(draft: OpenDraft, at: RuleMatch) -> bool:
    """Whether words leave something to find, where analysis would tell more."""
    matcher = at.matcher
    if matcher.level == NONE:
        return True
    piece = at.scene.piece_text(at.sentence, at.start)
    return (
        (not matcher.patterns or any(p.needed.may_match(*piece) for p in matcher.patterns))
        and all_hold(matcher.early_needs, draft, at) is not None
        and not any_holds(matcher.early_unless, draft, at)
    )


def _openings(
    rule: CompiledRule, matcher: CompiledMatcher, draft: OpenDraft, scene: Scene
) -> Iterator[RuleMatch]:
    """Yield phrases within a sentence, or persons; for patterns, one trigger in each piece."""
    opening = rule.trigger if matcher.patterns else matcher.wordset
    if matcher.source.people:
        yield from find_identified(rule, matcher, draft, scene)
        return
    seen: set[Stretch] = set()
    for start, end in scene.hits.of(opening) if opening in scene.hits.alive else ():
        number = scene.sentence_of(start, end)
        if number is None:
            continue
        if not matcher.patterns:
            best = fitting(matcher, scene, number, start)
            yield RuleMatch(scene, rule, best, start, end, number)
        elif (piece := scene.piece_at(number, start)) not in seen:
            seen.add(piece)
            yield RuleMatch(scene, rule, matcher, start, end, number)


def _analyse(run: _CheckRun, plan: Iterable[RuleMatch]) -> None:
    """Analyse each piece once, in batches, and only as deeply as its rules need."""
    pieces: dict[tuple[int, Stretch], list[RuleMatch]] = {}
    for at in plan:
        piece = at.scene.piece_at(at.sentence, at.start)
        pieces.setdefault((id(at.scene), piece), []).append(at)
    keyed: list[tuple[_PieceKey, int, list[RuleMatch]]] = []
    for (_, (start, end)), places in pieces.items():
        text = places[0].scene.view.shadow[start:end].replace("\n", " ")
        named = frozenset(id(at.matcher) for at in places if at.matcher.level == ENTITIES)
        keyed.append(((text, max(at.matcher.base for at in places), named), start, places))
    fresh = {key: places for key, _, places in keyed if key not in run.docs}
    for level in {level for _, level, _ in fresh}:
        nlp = run.lent()
        of_level = [key for key in fresh if key[1] == level]
        given = [text for text, *_ in of_level]
        docs = nlp.pipe(given) if level >= PARSE else map(nlp.make_doc, given)
        run.docs.update(zip(of_level, docs, strict=True))
    asking = []  # entities cost as much as all the rest: only where a match hangs on them
    for key, places in fresh.items():
        doc, wanted = run.docs[key], [at.matcher for at in places if at.matcher.level == ENTITIES]
        if any(not m.patterns or any(p.may_find(doc) for p in m.patterns) for m in wanted):
            asking.append(doc)
    if asking:
        find_entities(run.lent(), asking)
    for key, start, places in keyed:
        places[0].scene.docs[start] = run.docs[key]


def _judge(
    policy: RuleSelection,
    rules: Sequence[CompiledRule],
    draft: OpenDraft,
    plan: Iterable[RuleMatch],
    read: ReadWindows,
) -> Checked:
    """Turn a draft, analysed where needed, into findings and scorecard."""
    guideline, unchecked = draft.guideline, find_desk_lines(draft.document.text)
    found, silenced = _found(policy, draft, plan)
    findings = [finding for _, finding in found if finding]
    # what has sources of its own says more than a rule for all such words
    known = [finding for at, finding in found if finding and at.matcher.source.sources]
    scorecard: list[ScorecardItem] = []
    for rule, check in ((rule, rule.rule.check) for rule in rules if rule.rule.check):
        item = check_draft(rule, draft)
        scorecard.append(replace(item, guideline=guideline.id))
        if check and check.flags == "headline":
            flagged = headline_finding(rule.rule, draft, item, policy.severity)
            findings += [flagged] if flagged else []
    standing = settle(findings, guideline.about.siblings if policy.siblings else [], known)
    judge, settings = guideline.judge, guideline.about.judge
    if judge and settings:
        kept = frozenset((*settings.protecting, *policy.severity))
        reader = DraftReader(judge, read, draft.scenes)
        standing = judged(draft, reader, standing, kept, settings.scare)
        if judge.alone is not None and draft.passages:
            standing = suggested(policy.rules, draft, standing, reader)
    told = _told(standing, guideline.id, unchecked)
    spoken = _told(settle(silenced, guideline.about.siblings), guideline.id, unchecked)
    about: preconditions.About = "part" if draft.passages else "off"
    if draft.topic == "assumed" or (draft.topic == "touched" and not draft.passages):
        about = draft.topic
    elif draft.topic == "thb":
        about = "on"
    asked = policy.answers is not None and policy.listed is None
    people = draft.people if asked else None
    others = spoken if policy.silenced else None
    return Checked(told, tuple(scorecard), draft.words, about, unchecked, people, others)


def _found(
    policy: RuleSelection, draft: OpenDraft, plan: Iterable[RuleMatch]
) -> tuple[list[tuple[RuleMatch, Finding | None]], list[Finding]]:
    """Return matches with what each finds, and what is silenced since others say it, if asked."""
    found, silenced = [], list[Finding | None]()
    for at in (at for opening in plan for at in _matches(opening)):
        quotation = preconditions.quotation_at(at.scene, at.start, at.end)
        scope = at.scene.scope_of(at.start, at.end)
        if not preconditions.is_silent(at.rule.rule, scope, quotation):
            found.append((at, _assess(policy, draft, at, quotation)))
        elif policy.silenced and quotation and quotation.kind == "attributed":
            silenced.append(_assess(policy, draft, at, quotation))
    return found, list(filter(None, silenced))


def _told(
    findings: Iterable[Finding], guideline: str, unchecked: Sequence[DeskLine]
) -> tuple[Finding, ...]:
    """Return findings with their guideline, save those in lines for the desk."""
    return tuple(
        replace(finding, guideline=guideline)
        for finding in findings
        if finding.field != "text"
        or not any(x.start <= finding.start and finding.end <= x.end for x in unchecked)
    )


def _matches(opening: RuleMatch) -> Iterator[RuleMatch]:
    """Yield a phrase itself; for patterns, what they find in the opening's piece."""
    if not opening.matcher.patterns:
        yield opening
        return
    base, _ = opening.scene.piece_at(opening.sentence, opening.start)
    for patterns in opening.matcher.patterns:
        for start, end, nodes in patterns.find(opening.scene.docs[base], base):
            yield replace(opening, start=start, end=end, nodes=nodes)


def _assess(
    policy: RuleSelection, draft: OpenDraft, at: RuleMatch, quotation: Quotation | None
) -> Finding | None:
    """Return the finding a match makes, or None where scope, clause or name silence it."""
    rule, scene = at.rule.rule, at.scene
    scope = scene.scope_of(at.start, at.end)
    if rule.scope not in ("any", "document", scope):
        return None
    evidence = all_hold(at.matcher.needs, draft, at)
    if evidence is None or any_holds(at.matcher.unless, draft, at):
        return None
    if rule.names == "skip" and preconditions.is_in_name(draft, scene, at.start, at.end):
        return None
    own = max(rule.severity, at.matcher.source.severity or rule.severity, key=SEVERITIES.index)
    severity = policy.severity.get(rule.id, own)
    return make_finding(draft, at, scope, quotation, severity, evidence)


class GuidelineAssessor:
    """Judges articles in the guideline's language; others are not judged.

    What is shown by `relevance` is on topic, whatever its words tell. A judgement then hangs on
    that model too, and so does the stamp.
    """

    def __init__(
        self,
        guideline: Guideline,
        *,
        disable: Sequence[str] = (),
        severity: Mapping[str, Severity] | None = None,
        relevance: RelevanceAssessor | None = None,
        people: PeopleMemory | None = None,
    ) -> None:
        """Raise `UsageError` for a rule id in `disable` or `severity` that does not exist."""
        levels = severity or {}
        self._guideline = guideline
        self._policy = make_policy(guideline, disable, levels)
        self._relevance = relevance
        self._people = people or PeopleMemory()
        model = [relevance.stamp] if relevance else []
        settings = [*sorted(disable), *(f"{rule}={levels[rule]}" for rule in sorted(levels))]
        self.stamp = marked(guideline.stamp, *model, *settings)
        """The guideline's stamp, with a mark of the relevance model and of the settings."""

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Judge each article, in order; one that fails is an `error`."""
        spoken = [each for each in articles if language_of(each) == self._guideline.language]
        checked = iter(self._check(spoken))
        other = Assessment(self.stamp, not_judged="language")
        own = set(map(id, spoken))
        return [next(checked) if id(each) in own else other for each in articles]

    def _check(self, articles: Sequence[Article]) -> list[Assessment]:
        """Check all together; only if that fails, one by one, to find the one that fails."""
        documents, relevance = list(map(document_of, articles)), self._relevance

        def shown(number: int) -> bool:
            return relevance is not None and relevance.is_shown(articles[number])

        known = KnownNames()
        for key in ((document.title, document.text) for document in documents):
            if table := self._people.find(*key):
                known.tables[key] = table
        try:
            told = run_shown(self._guideline, documents, self._policy, shown, known)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded
            if len(articles) == 1:
                return [Assessment(self.stamp, error=f"{type(error).__name__} in check")]
            return [one for article in articles for one in self._check([article])]
        for key, table in known.tables.items():
            self._people.keep(*key, table)
        return [Assessment(self.stamp, findings=c.findings, scorecard=c.scorecard) for c in told]


def language_of(article: Article) -> str | None:
    """Return the primary code of an article's language, as declared or as it reads."""
    language = article.language or identify_language(f"{article.title}\n{article.text}")
    return language.partition("-")[0].lower() if language else None
