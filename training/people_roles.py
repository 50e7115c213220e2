"""Training of the model of people's roles: encoder states of mentions, and weights of words.

Three parts leave out a fold of the events each, and say how sure the model may be; the whole is
what is shipped. Figures are of people whose texts a part has not learned from.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.model_files import pack_arrays, pack_json
from monitor.classify.onnx_encoder import EncoderSession
from monitor.evaluate.labelled_data import file_sha256
from monitor.labels.data_files import data_dir
from monitor.records.people import ROLES, PeopleTable
from monitor.rules.people_roles import (
    GROUPS,
    HEADS,
    MODEL,
    NAME,
    OUTPUTS,
    TOKENIZER,
    WORDS,
    RoleCalibration,
    RoleModel,
    TokenPlaces,
    feature_weight,
    group_of,
    read_windows,
    softmax,
    word_features,
)
from monitor.settings import cache_dir
from monitor.text.regular_expressions import word_set
from training.encoder import LIBRARIES, base_folder, plain_tokenizer
from training.model_cards import save_model
from training.people_data import (
    FOLDS,
    FOUND_AGAIN,
    SETS,
    TEXTS,
    UNMARKED,
    AnnotatedPerson,
    FindPeople,
    PeopleText,
    load_people,
    match,
)
from training.people_network import (
    LowStates,
    PreparedText,
    RoleNetwork,
    RoleOptions,
    WindowStates,
    fit_network,
    low_person,
    low_states,
    predict,
)
from training.rows import training_record

Say = Callable[[str], None]
Floats = NDArray[np.float64]
At = tuple[int, int]
"""Text and person."""
WHOLE = "whole"
PARTS = (*map(str, range(FOLDS)), WHOLE)
OPTIONS = RoleOptions()
ASKS, WARNS = 0.2, 0.5
LOW_SHARE = 0.1
"""What a standardised state of the lower layers counts, beside a word."""
COMMON, LEAST, STRENGTH = 5, 4, 0.15
"""Times that a word stands in small letters, or is no name; people that a feature stands by; C."""
_ALWAYS = word_set(
    """mr mrs ms dr prof rev gov sen rep sgt lt col gen det supt attorney judge minister president
    justice officer detective"""
)
_SMALL = re.compile(r"(?<![\w'])[a-z][a-z'-]+")
_WORDED = frozenset(("l", "r", "l1", "r1", "l2", "r2", "lr", "o", "o1", "s"))
BOTH = ("states", "words")
DRAWS = 200


@dataclass(frozen=True, slots=True, eq=False)
class WordWeights:
    """Linear weights of word features for groups and roles; `words` in order of the columns."""

    words: tuple[str, ...]
    weights: Floats
    offset: Floats
    low: Floats

    def predict(self, features: Iterable[Collection[str]], low: Floats) -> Floats:
        """Return rows x (groups + roles), before softmax."""
        number = {word: at for at, word in enumerate(self.words)}
        said: Floats = np.stack([self._row(each, number) for each in features]) + low @ self.low.T
        return said

    def _row(self, features: Collection[str], number: Mapping[str, int]) -> Floats:
        known = [feature for feature in sorted(features) if feature in number]
        total = self.offset.copy()
        for feature in known:
            total += self.weights[:, number[feature]] * feature_weight(feature)
        return total


def fit_words(
    people: Sequence[AnnotatedPerson],
    features: Sequence[Collection[str]],
    low: Floats,
    common: Collection[str],
) -> WordWeights:
    """Fit both logistic regressions; only `common` words are learned, so that no name is."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    stands = Counter(feature for each in features for feature in each)
    words = sorted(f for f, n in stands.items() if n >= LEAST and _is_common(f, common))
    number = {word: at for at, word in enumerate(words)}
    cells = [
        (row, number[feature], feature_weight(feature))
        for row, each in enumerate(features)
        for feature in each
        if feature in number
    ]
    rows, columns, values = zip(*cells, strict=True)
    own = csr_matrix((values, (rows, columns)), shape=(len(features), len(words)))
    mean, spread = low.mean(0), low.std(0) + 1e-6
    matrix = hstack([own, csr_matrix((low - mean) / spread * LOW_SHARE)]).tocsr()
    weights, offsets = [], []
    for labels, kept, every in (
        ([group_of(one.role) for one in people], [True] * len(people), len(GROUPS)),
        ([ROLES.index(one.role) for one in people], [one.taught for one in people], len(ROLES)),
    ):
        some: list[int] = np.flatnonzero(kept).tolist()
        weight = [people[at].weight for at in some]
        fitted = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3).fit(
            matrix[some], [labels[at] for at in some], sample_weight=weight
        )
        full, offset = np.zeros((every, matrix.shape[1])), np.full(every, -9.0)
        full[fitted.classes_], offset[fitted.classes_] = fitted.coef_, fitted.intercept_
        weights.append(full)
        offsets.append(offset)
    whole, offset = np.concatenate(weights), np.concatenate(offsets)
    states = whole[:, len(words) :] * LOW_SHARE / spread
    return WordWeights(tuple(words), whole[:, : len(words)], offset - states @ mean, states)


def _is_common(feature: str, common: Collection[str]) -> bool:
    kind, _, words = feature.partition(":")
    return kind not in _WORDED or all(
        word in common or not word[0].isalpha() for word in words.split()
    )


def common_words(texts: Iterable[PeopleText]) -> frozenset[str]:
    """Return words that stand in small letters often, and titles."""
    counts = Counter(word for text in texts for word in _SMALL.findall(text.text))
    return frozenset(word for word, count in counts.items() if count >= COMMON) | _ALWAYS


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPeople:
    """All that parts are trained from; `work` keeps what they said."""

    texts: Sequence[PeopleText]
    read: Sequence[PreparedText]
    features: Sequence[Sequence[Collection[str]]]
    base: Path
    options: RoleOptions
    seed: int
    work: Path

    def rows(self, part: str, *, held: bool) -> list[int]:
        """Return the texts that a part learns from, or those `held` out of it."""
        whole = part == WHOLE
        return [
            number
            for number, text in enumerate(self.texts)
            if (text.apart if whole else not text.apart and text.in_fold(int(part))) is held
            and (whole or not text.apart)
        ]


def program_people() -> FindPeople:
    """Return what finds people as the checker does."""
    from monitor.rules.loading import load_guideline
    from monitor.rules.matching import open_draft
    from monitor.text.readers import make_document

    guideline = load_guideline(data_dir("guidelines") / "thb-en", cache=cache_dir())

    def find(title: str, text: str) -> PeopleTable:
        document = make_document(text, title=title, max_chars=10**7)
        return open_draft(guideline, document).people

    return find


def prepare(
    data: Path, base: Path, options: RoleOptions, seed: int, work: Path, find: FindPeople | None
) -> PreparedPeople:
    """Read the data and cut it into windows; raises `DataError`."""
    from tokenizers import Tokenizer

    rust = Tokenizer.from_str(plain_tokenizer(base / TOKENIZER).decode())
    texts = load_people(data, find)
    read, features = [], []
    for text in texts:
        windows = read_windows(text.fields, rust)
        places = TokenPlaces(windows)
        tokens = [
            [each for place in one.asked.mentions if (each := places.of(place))]
            for one in text.people
        ]
        read.append(PreparedText(windows, text.people, tokens))
        features.append([word_features(text.fields, one.asked) for one in text.people])
    work.mkdir(parents=True, exist_ok=True)
    return PreparedPeople(texts, read, features, base, options, seed, work)


def fit_part(prepared: PreparedPeople, part: str, low: LowStates, say: Say) -> None:
    """Train a part and keep what it says of people whose texts it has not learned from."""
    import torch

    torch.manual_seed(prepared.seed)
    network = RoleNetwork(prepared.base, prepared.options.frozen)
    learned, held = (prepared.rows(part, held=held) for held in (False, True))
    common = (prepared.read, learned, low, prepared.options)
    fit_network(network, *common, prepared.seed, prepared.work / f"{part}.ck", say)
    by_states = predict(network, prepared.read, held, low, prepared.options)
    words = part_words(prepared, part, low)
    at = sorted(by_states)
    np.savez(
        prepared.work / f"{part}.npz",
        at=np.array(at),
        states=np.stack([by_states[each] for each in at]),
        words=words.predict(
            (prepared.features[text][person] for text, person in at),
            np.stack(
                [low_person(low, text, prepared.read[text].tokens[each]) for text, each in at]
            ),
        ),
        **({f"word_{name}": getattr(words, name) for name in ("weights", "offset", "low")}),
        word_names=np.array(words.words),
    )


@dataclass(slots=True, eq=False)
class PartSession(EncoderSession):
    """The encoder of a part in PyTorch, in the place of an exported one."""

    network: Any = None

    def run(self, ids: Sequence[int]) -> Mapping[str, NDArray[np.float32]]:
        """Return the states of one window."""
        import torch

        with torch.no_grad():
            made = self.network(torch.tensor([list(ids)]))
        return {name: each[0].numpy() for name, each in zip(OUTPUTS, made, strict=True)}


def part_model(work: Path, part: str, shipped: RoleModel, base: Path) -> RoleModel:
    """Return a trained part as a model, calibrated as the shipped one."""
    import torch

    network = RoleNetwork(base, OPTIONS.frozen)
    state = torch.load(work / f"{part}.ck", weights_only=True)["network"]
    network.load_state_dict(state, strict=False)  # the layers that do not learn are the base's
    with np.load(work / f"{part}.npz", allow_pickle=False) as said:
        words = {str(word): at for at, word in enumerate(said["word_names"])}
        arrays = {f"word_{name}": said[f"word_{name}"] for name in ("weights", "offset")}
        arrays["low_weights"] = said["word_low"]
    heads = (network.query.weight[0], network.head.weight, network.head.bias)
    query, head, offset = (each.detach().numpy() for each in heads)
    session = PartSession(b"", part, network=WindowStates(network).eval())
    parts: dict[str, Any] = {"query": query, "head": head, "head_offset": offset, **arrays}
    return replace(shipped, session=session, words=words, **parts)


def said_of(prepared: PreparedPeople, part: str) -> bool:
    """Whether a part is done."""
    return (prepared.work / f"{part}.npz").exists()


def part_words(prepared: PreparedPeople, part: str, low: LowStates) -> WordWeights:
    """Fit the weights of words of a part, by people as editors marked them and by nobody."""
    learned = prepared.rows(part, held=False)
    at = [
        (text, number)
        for text in learned
        for number, tokens in enumerate(prepared.read[text].tokens)
        if tokens and prepared.texts[text].people[number].source != FOUND_AGAIN
    ]
    return fit_words(
        [prepared.texts[text].people[number] for text, number in at],
        [prepared.features[text][number] for text, number in at],
        np.stack([low_person(low, text, prepared.read[text].tokens[each]) for text, each in at]),
        common_words(prepared.texts[text] for text in learned),
    )


def train_roles(
    data: Path,
    out: Path,
    *,
    version: str,
    seed: int = 0,
    options: RoleOptions = OPTIONS,
    base: Path | None = None,
    work: Path | None = None,
    part: str | None = None,
    find: FindPeople | None = None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Learn from `data` (with `persons/` and `relevance/`), write `out/people-en/version`.

    With `part` only that one is trained and kept in `work`, and what is returned is empty. Returns
    the content of `meta.json`; raises `DataError` and `ModelError`.
    """
    base = base or base_folder()
    work = work or cache_dir() / "people"
    say("reading texts and their people")
    prepared = prepare(data, base, options, seed, work, find or program_people())
    wanted = [each for each in (PARTS if part is None else (part,)) if not said_of(prepared, each)]
    if wanted:
        say("reading windows with the layers that do not learn")
        low = low_states(RoleNetwork(base, options.frozen), prepared.read, options)
    for each in wanted:
        say(f"part {each}")
        fit_part(prepared, each, low, say)
    if part is not None:
        return {}
    say("measuring")
    calibration, scores = measure(prepared)
    say("exporting to int8 ONNX")
    model, arrays = exported(prepared)
    with np.load(prepared.work / f"{WHOLE}.npz", allow_pickle=False) as said:
        words = [str(word) for word in said["word_names"]]
        arrays |= {name: said[name] for name in ("word_weights", "word_offset")}
        arrays["low_weights"] = said["word_low"]
    files = [*TEXTS, *(f"persons/{name}.jsonl.gz" for name in SETS)]
    return save_model(
        out,
        {
            MODEL: model,
            TOKENIZER: plain_tokenizer(base / TOKENIZER),
            HEADS: pack_arrays(arrays),
            WORDS: pack_json(words),
        },
        name=NAME,
        version=version,
        released=True,
        labels={"group": list(GROUPS), "role": list(ROLES)},
        experimental={"role": few_of(prepared)},
        thresholds={"asks": ASKS, "warns": WARNS},
        settings={"calibration": asdict(calibration)},
        scores=scores,
        training={
            **training_record(seed, options, [data / name for name in files], [], LIBRARIES),
            "base": {"model.safetensors": file_sha256(base / "model.safetensors")},
            "people": dict(
                Counter(
                    one.source for text in prepared.texts for one in text.people if not text.apart
                )
            ),
        },
    )


def few_of(prepared: PreparedPeople, least: int = 50) -> list[str]:
    """Return the roles that fewer people than that are annotated with."""
    learned = (text for text in prepared.texts if not text.apart)
    counts = Counter(one.role for text in learned for one in text.people if one.taught)
    return [role for role in ROLES if counts[role] < least]


def exported(prepared: PreparedPeople) -> tuple[bytes, dict[str, Any]]:
    """Return the encoder of the whole as ONNX, and its heads."""
    import torch

    from training.onnx_export import shrink

    network = RoleNetwork(prepared.base, prepared.options.frozen)
    state = torch.load(prepared.work / f"{WHOLE}.ck", weights_only=True)
    network.load_state_dict(state["network"])
    model = shrink(WindowStates(network).eval(), OUTPUTS)
    arrays = {
        "query": network.query.weight[0],
        "head": network.head.weight,
        "head_offset": network.head.bias,
    }
    return model, {name: each.detach().numpy() for name, each in arrays.items()}


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPerson:
    """What was said of a person, annotated or found, by a part that had not learned from her.

    `states` and `words` said it, `group` is what is made of both; from `cut` on she is protected.
    """

    event: str
    text: int
    number: int
    part: str
    one: AnnotatedPerson
    states: Floats
    words: Floats
    group: Floats
    fine: Floats
    cut: float = WARNS

    @property
    def role(self) -> str:
        """The likeliest role of the likeliest group."""
        fits = [group_of(role) == self.group.argmax() for role in ROLES]
        return ROLES[int(np.where(fits, self.fine, -1).argmax())]


def scored(prepared: PreparedPeople, part: str) -> list[ScoredPerson]:
    """Return all that a part said."""
    with np.load(prepared.work / f"{part}.npz", allow_pickle=False) as said:
        at, both = said["at"], [said["states"].astype(np.float64), said["words"]]
    cut = len(GROUPS)
    groups = zip(*(softmax(each[:, :cut]) for each in both), strict=True)
    fine = np.mean([softmax(each[:, cut:]) for each in both], axis=0)
    texts = prepared.texts
    return [
        ScoredPerson(texts[t].event, t, n, part, texts[t].people[n], one, other, one, roles)
        for (t, n), (one, other), roles in zip(at.tolist(), groups, fine, strict=True)
    ]


def calibrate(people: Sequence[ScoredPerson], how: RoleCalibration) -> list[ScoredPerson]:
    """Return people with calibrated probabilities."""
    return [
        replace(one, group=how.of(one.states, one.words, named=one.one.asked.named))
        for one in people
    ]


def fit_calibration(people: Sequence[ScoredPerson]) -> RoleCalibration:
    """Return the calibration under which the groups of named people are likeliest."""
    named = [one for one in people if one.one.source == "train" and one.one.asked.named]
    states, words = (np.stack([getattr(one, name) for one in named]) for name in BOTH)
    truth = np.array([group_of(one.one.role) for one in named])
    rows = np.arange(len(truth))

    def likely(how: RoleCalibration) -> float:
        made = np.log((how.states * states + (1 - how.states) * words).clip(1e-9)) * how.sharpness
        made[:, 0] += how.named
        return float(np.log(softmax(made)[rows, truth].clip(1e-9)).mean())

    steps = (np.arange(0.3, 1.01, 0.1), np.arange(0.8, 2.21, 0.1), np.arange(-0.6, 1.61, 0.1))
    tried = (RoleCalibration(*(round(float(each), 2) for each in some)) for some in product(*steps))
    return max(tried, key=likely)


def measure(prepared: PreparedPeople) -> tuple[RoleCalibration, dict[str, Any]]:
    """Return the calibration and figures: crossed, and counts of what is kept apart."""
    folds = PARTS[:FOLDS]
    plain = {part: scored(prepared, part) for part in folds}
    crossed: list[ScoredPerson] = []
    for part in folds:
        others = [one for other in folds if other != part for one in plain[other]]
        how = fit_calibration(others)
        cut = best_cut(calibrate(others, how))
        crossed += [replace(one, cut=cut) for one in calibrate(plain[part], how)]
    final = fit_calibration([one for part in folds for one in plain[part]])
    apart = calibrate(scored(prepared, WHOLE), final)
    return final, {
        "crossed": figures(prepared, [replace(one, cut=WARNS) for one in crossed]),
        "crossed_best_cut": with_error(named_of(crossed), binary),
        "end_to_end_best_cut": with_error(end_to_end(prepared, crossed), binary),
        "apart": figures(prepared, apart),
    }


def best_cut(people: Sequence[ScoredPerson]) -> float:
    """Return the probability from which on named protected people are told best."""
    named = named_of(people)
    cuts = [round(float(cut), 2) for cut in np.arange(0.1, 0.7, 0.05)]
    return max(cuts, key=lambda cut: binary([replace(one, cut=cut) for one in named])["f1"])


def named_of(people: Sequence[ScoredPerson]) -> list[ScoredPerson]:
    """Return the named people of the first editor of the texts that are crossed."""
    return [one for one in people if one.one.source == "train" and one.one.asked.named]


def figures(prepared: PreparedPeople, people: Sequence[ScoredPerson]) -> dict[str, Any]:
    """Return the figures of what was said of people, with errors by drawing events."""
    unnamed = [
        one for one in people if one.one.source in ("more", "wider") and not one.one.asked.named
    ]
    return {
        "named": with_error(named_of(people), binary),
        "unnamed": with_error(unnamed, binary),
        "end_to_end": with_error(end_to_end(prepared, people), binary),
        "second_editor": with_error(second_editor(prepared, people), binary),
        "asks": asks([one for one in people if one.one.source == "train"]),
    }


def binary(people: Sequence[ScoredPerson]) -> dict[str, float]:
    """Return precision, recall and F1 of protected people, and shares right."""
    from sklearn.metrics import average_precision_score

    truth = np.array([group_of(one.one.role) == 0 for one in people])
    said = np.array([one.group[0] for one in people])
    shown = said >= np.array([one.cut for one in people])
    right = float((truth & shown).sum())
    precision = right / max(1.0, float(shown.sum()))
    recall = right / max(1.0, float(truth.sum()))
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(1e-9, precision + recall),
        "average_precision": float(average_precision_score(truth, said)) if truth.any() else 0.0,
        "three": float(np.mean([one.group.argmax() == group_of(one.one.role) for one in people])),
        "role": float(np.mean([one.role == one.one.role for one in people])),
    }


Figures = Callable[[Sequence[ScoredPerson]], Mapping[str, float]]


def with_error(people: Sequence[ScoredPerson], how: Figures) -> dict[str, Any]:
    """Return figures and one standard error of each, by drawing events."""
    if not people:
        return {"people": 0}
    events: defaultdict[str, list[ScoredPerson]] = defaultdict(list)
    for one in people:
        events[one.event].append(one)
    names, draw = sorted(events), np.random.default_rng(0)
    rows = []
    for _ in range(DRAWS):
        some = draw.integers(len(names), size=len(names))
        rows.append(how([one for at in some for one in events[names[at]]]))
    protected = sum(group_of(one.one.role) == 0 for one in people)
    return {
        "people": len(people),
        "protected": protected,
        **{
            name: [round(figure, 3), round(float(np.std([row[name] for row in rows])), 3)]
            for name, figure in how(people).items()
        },
    }


def end_to_end(prepared: PreparedPeople, people: Sequence[ScoredPerson]) -> list[ScoredPerson]:
    """Return named annotated people as they were found, and names that no editor marked."""
    found: dict[At, ScoredPerson] = {}
    nobody = []
    for one in people:
        if prepared.texts[one.text].source != "train" or not one.one.asked.named:
            continue
        if one.one.source == UNMARKED:
            nobody.append(one)
        elif one.one.source == FOUND_AGAIN:
            best = found.setdefault((one.text, one.one.same), one)
            if one.group[0] > best.group[0]:
                found[one.text, one.one.same] = one
    missed = np.array([0.0, 0.0, 1.0])
    told = []
    for one in people:
        if one.one.source == "train" and one.one.asked.named:
            as_found = found.get((one.text, one.number))
            group, fine = (as_found.group, as_found.fine) if as_found else (missed, one.fine * 0)
            told.append(replace(one, group=group, fine=fine))
    return [*told, *nobody]


def second_editor(prepared: PreparedPeople, people: Sequence[ScoredPerson]) -> list[ScoredPerson]:
    """Return the first editor's named people with what the second says of them."""
    told = []
    for one in people:
        if one.one.source != "train" or not one.one.asked.named:
            continue
        others = [p for p in prepared.texts[one.text].people if p.source == "train_second"]
        number = match(one.one.asked, others)
        role = others[number].role if number >= 0 else "other"
        group, fine = np.eye(len(GROUPS))[group_of(role)], np.eye(len(ROLES))[ROLES.index(role)]
        told.append(replace(one, group=group, fine=fine))
    return told


def asks(people: Sequence[ScoredPerson]) -> dict[str, Any]:
    """Return what is flagged or asked of annotated people, named or not."""
    texts = len({one.text for one in people})
    rows: dict[str, Any] = {"texts": texts}
    for name, named in (("named", True), ("unnamed", False)):
        some = [one for one in people if one.one.asked.named is named]
        said = np.array([one.group[0] for one in some])
        truth = np.array([group_of(one.one.role) == 0 for one in some], dtype=bool)
        shown = np.array([one.one.identifiable for one in some], dtype=bool) & truth
        rows[name] = {
            "protected": int(truth.sum()),
            "flagged": int((truth & (said >= WARNS)).sum()),
            "flagged_or_asked": int((truth & (said >= ASKS)).sum()),
            "identifiable": int(shown.sum()),
            "identifiable_flagged_or_asked": int((shown & (said >= ASKS)).sum()),
            "questions": int(((said >= ASKS) & (said < WARNS)).sum()),
            "flags": int((said >= WARNS).sum()),
        }
    return rows
