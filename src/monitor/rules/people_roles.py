"""Which role each person of a text has: an encoder read once over it, and weights of words.

The text is read in windows of whole sentences behind the headline. A person is the states of the
tokens of her mentions; beside it stand the words around them, names left out. Each window is run
by itself, so that a text gets the same numbers in any company.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from monitor.classify.model_files import ModelFolder, understood
from monitor.classify.onnx_encoder import EncoderSession
from monitor.classify.tokenizer import load_tokenizer
from monitor.people.people_table import FieldPlace, FieldViews, RolePerson, RoleScores
from monitor.records.errors import ModelError
from monitor.records.people import ACCUSED, PROTECTED, ROLES, PersonRole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from monitor.text.analysis import View

    Floats = NDArray[np.float64]

NAME = "people-en"
MODEL, TOKENIZER, HEADS, WORDS = "people.onnx", "tokenizer.json", "heads.npz", "words.json"
LAST, LOW = OUTPUTS = ("states", "low")
"""What the encoder says of each token: its last layer, and the one up to which it is as it was."""
GROUPS = ("protected", "accused", "else")
WINDOW, HEADLINE = 192, 32
"""Tokens of a window, and of the headline that stands before each."""
MENTIONS = 12
"""Mentions that are read of one person, the first ones."""
MOST_WINDOWS = 40
"""Windows that are read of one text, the first ones: more than 6,000 words."""
DIGITS = 3
"""More would say more than the encoder's numbers are the same to on every processor."""


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids with marks, and by token the place that it stands for (None: it may not mean)."""

    ids: tuple[int, ...]
    places: tuple[FieldPlace | None, ...]


_Token = tuple[int, FieldPlace | None]


def read_windows(fields: FieldViews, rust: Tokenizer) -> list[Window]:
    """Return the windows of a text, title first, with every token; raises `ModelError`."""
    start, end = (rust.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))
    if start is None or end is None:
        raise ModelError("tokenizer: has no token '[CLS]' or no '[SEP]'")
    title: list[_Token] = []
    pieces: list[list[_Token]] = []
    for name, view in fields:
        for low, high in view.sentences:
            part = view.shadow[low:high].encode("utf-8", "replace").decode()
            encoded = rust.encode(part, add_special_tokens=False)
            tokens: list[_Token] = [
                (token, (name, low + first, low + last))
                for token, (first, last) in zip(encoded.ids, encoded.offsets, strict=True)
            ]
            if name == "title":
                title += tokens
            else:
                pieces += _cut(tokens)
    head, pieces = title[:HEADLINE], [*_cut(title[HEADLINE:]), *pieces]
    before: list[_Token] = [(start, None), *head, *([(end, None)] if head else [])]
    windows = [list(before)]
    for piece in pieces:
        if len(windows[-1]) > len(before) and len(windows[-1]) + len(piece) >= WINDOW:
            windows.append([(token, None) for token, _ in before])
        windows[-1] += piece
    return [Window(*zip(*each, (end, None), strict=True)) for each in windows]


def _cut(tokens: list[_Token], size: int = WINDOW - HEADLINE - 3) -> list[list[_Token]]:
    return [tokens[at : at + size] for at in range(0, len(tokens), size)]


class TokenPlaces:
    """Where in the windows the tokens of a place stand."""

    def __init__(self, windows: Sequence[Window]) -> None:
        self._rows: dict[str, list[tuple[int, int, int, int]]] = {}
        for number, window in enumerate(windows):
            for token, place in enumerate(window.places):
                if place:
                    name, start, end = place
                    self._rows.setdefault(name, []).append((start, end, number, token))

    def of(self, place: FieldPlace) -> list[tuple[int, int]]:
        """Return window and token numbers of all tokens that share a character with a place."""
        name, low, high = place
        rows = self._rows.get(name, [])
        at, end = bisect_left(rows, (low,)), bisect_left(rows, (high,))
        while at and rows[at - 1][1] > low:
            at -= 1
        return [(number, token) for _, last, number, token in rows[at:end] if last > low]


_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+|[\"“”,;:.()]")
_AGED = re.compile(
    r"\W{1,3}(?:who is |then |now |aged |a )?(\d{1,2})\b(?!\s*(?:%|per|days|months))"
)
_YEAR_OLD = re.compile(r"\b(\d{1,2})-year-old\b")
_LEFT, _RIGHT, _NEAR, _SENTENCE = 4, 6, 90, 600
_AGES = (13, 17, 25)
_NO_TITLE = re.compile(
    r"(?:(?:mrs?|ms|miss|dr|prof|rev|sgt|lt|col|gen|det|sen|gov)\b\.?\s+)+", re.IGNORECASE
)
_SIDES = ((0, "first name"), (-1, "last name"))
_HALF = {"s": 0.5}
"""What a word somewhere in the sentence counts, beside one next to a mention."""


def word_features(fields: FieldViews, person: RolePerson) -> set[str]:
    """Return the words in and around a person's mentions, by where they stand to them."""
    views = dict(fields)
    found = {
        "named" if person.named else "unnamed",
        f"mentions:{min(len(person.mentions), 5)}",
    }
    if person.named:
        found.update(_called([views[n].shadow[low:high] for n, low, high in person.mentions]))
    for order, (name, start, end) in enumerate(person.mentions[:MENTIONS]):
        view = views[name]
        found.update(_around(view, start, end, named=person.named))
        if name == "title":
            found.add("in title")
        elif not order:
            found.add(f"first:{min(4, start * 5 // max(1, len(view.shadow)))}")
    return found


def _called(strings: Sequence[str]) -> Iterator[str]:
    """Yield how somebody is named: in full or not, and later by which name."""
    names = [_NO_TITLE.sub("", string).split() for string in strings if string[:1].isupper()]
    longest: list[str] = max(names, key=len, default=[])
    yield f"name words:{min(3, len(longest))}"
    short = {name[0] for name in names if len(name) == 1}
    if len(longest) > 1:
        yield from (f"called by {side}" for at, side in _SIDES if longest[at] in short)


def _around(view: View, start: int, end: int, *, named: bool) -> Iterator[str]:
    text = view.shadow
    left = _words(text[max(0, start - _NEAR) : start])[: -_LEFT - 1 : -1]
    right = _words(text[end : end + _NEAR])[:_RIGHT]
    own = _words(text[start:end])
    for side, near in (("l", left), ("r", right)):
        yield from (f"{side}:{word}" for word in near)
        yield f"{side}1:{near[0] if near else '-'}"
        if len(near) > 1:
            yield f"{side}2:{near[0]} {near[1]}"
    if text[end : end + 1] == "*":
        yield "starred"
    if left and right:
        yield f"lr:{left[0]} {right[0]}"
    if own:
        yield f"o1:{own[0]}"
    if not named:
        yield from (f"o:{word}" for word in own)
    low, high = view.sentences[view.sentence_at(start)] if view.sentences else (0, 0)
    yield from (f"s:{word}" for word in _words(text[low : min(high, low + _SENTENCE)]))
    if age := _AGED.match(text, end) or _YEAR_OLD.search(text, max(0, start - 40), end):
        yield f"age:{sum(int(age[1]) > limit for limit in _AGES)}"


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def feature_weight(feature: str) -> float:
    """Return how much a feature counts."""
    return _HALF.get(feature.partition(":")[0], 1.0)


def pooled(mentions: Floats, query: Floats) -> Floats:
    """Return a person of mentions x states: their mean by attention, and their highest."""
    import numpy as np

    said = mentions @ query
    weight = np.exp(said - said.max())
    return np.concatenate([weight @ mentions / weight.sum(), mentions.max(0)])


def pooled_low(mentions: Floats) -> Floats:
    """Return a person of mentions x states: their mean, the highest, and the first."""
    import numpy as np

    return np.concatenate([mentions.mean(0), mentions.max(0), mentions[0]])


def softmax(numbers: Floats) -> Floats:
    """Return shares that add up to 1 along the last axis."""
    import numpy as np

    powers = np.exp(numbers - numbers.max(-1, keepdims=True))
    shares: Floats = powers / powers.sum(-1, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True)
class RoleCalibration:
    """From what encoder and words say to probabilities.

    `states` is the share of the encoder's, `sharpness` the power of their mean; `named` is added
    to the log odds of being protected of whoever is named.
    """

    states: float
    sharpness: float
    named: float

    def of(self, states: Floats, words: Floats, *, named: bool) -> Floats:
        """Return the probabilities of the groups, from those of each."""
        made = (self.states * states + (1 - self.states) * words) ** self.sharpness
        made[0] *= math.exp(self.named if named else 0.0)
        shares: Floats = made / made.sum()
        return shares


@dataclass(frozen=True, slots=True, eq=False)
class RoleModel:
    """A verified model of the roles of people; call it with a text's fields and its people."""

    folder: ModelFolder
    session: EncoderSession
    rust: Tokenizer
    query: Floats
    head: Floats
    head_offset: Floats
    words: Mapping[str, int]
    word_weights: Floats
    word_offset: Floats
    low_weights: Floats
    calibration: RoleCalibration

    def __call__(self, fields: FieldViews, people: Sequence[RolePerson]) -> list[RoleScores]:
        """Return the role of each person; raises `ModelError` if the encoder cannot load."""
        import numpy as np

        windows = read_windows(fields, self.rust)[:MOST_WINDOWS]
        places = TokenPlaces(windows)
        read: dict[int, tuple[Floats, ...]] = {}
        found = []
        for person in people:
            tokens = [(place, places.of(place)) for place in person.mentions[:MENTIONS]]
            told = [(place, each) for place, each in tokens if each]
            for number in {number for _, each in told for number, _ in each} - read.keys():
                said = self.session.run(windows[number].ids)
                read[number] = tuple(said[name].astype(np.float64) for name in OUTPUTS)
            last, low = (
                [np.mean([read[w][at][t] for w, t in each], axis=0) for _, each in told]
                for at in range(len(OUTPUTS))
            )
            found.append(self._scores(fields, person, [place for place, _ in told], last, low))
        return found

    def _scores(
        self,
        fields: FieldViews,
        person: RolePerson,
        told: Sequence[FieldPlace],
        rows: Sequence[Floats],
        low: Sequence[Floats],
    ) -> RoleScores:
        import numpy as np

        words = states = self._by_words(fields, person)
        if rows:
            mentions = np.stack(rows)
            words = words + self.low_weights @ pooled_low(np.stack(low))
            states = self.head @ pooled(mentions, self.query) + self.head_offset
        cut = len(GROUPS)
        parts = (softmax(states[:cut]), softmax(words[:cut]))
        group = self.calibration.of(*parts, named=person.named)
        fine = softmax(states[cut:]) + softmax(words[cut:])
        best = int(group.argmax())
        fits = [group_of(role) == best for role in ROLES]
        role = ROLES[int(np.where(fits, fine, -1).argmax())]
        rests: tuple[FieldPlace, ...] = ()
        if rows:
            alone = np.concatenate([mentions, mentions], axis=1) @ self.head[:cut].T
            order = np.argsort(-(alone[:, best] - alone.mean(1)), kind="stable")[:2]
            rests = tuple(told[number] for number in sorted(order.tolist()))
        protected, accused = (round(float(share), DIGITS) for share in group[:2])
        return RoleScores(role, protected, accused, tuple(_clause(fields, p) for p in rests))

    def _by_words(self, fields: FieldViews, person: RolePerson) -> Floats:
        total = self.word_offset.copy()
        for feature in sorted(word_features(fields, person)):
            number = self.words.get(feature)
            if number is not None:
                total += self.word_weights[:, number] * feature_weight(feature)
        return total


def group_of(role: PersonRole) -> int:
    """Return the number of the group that a role is of."""
    return 0 if role in PROTECTED else 1 if role in ACCUSED else 2


_REACH = 80
"""Characters that a role rests on before and behind a mention, at most."""


def _clause(fields: FieldViews, place: FieldPlace) -> FieldPlace:
    """Return the sentence of a mention, of a long one the part around it."""
    name, start, end = place
    view = dict(fields)[name]
    low, high = view.sentences[view.sentence_at(start)] if view.sentences else (start, end)
    low, high = min(low, start), max(high, end)
    if start - low > _REACH:
        low = view.shadow.rfind(" ", low, start - _REACH + 1) + 1 or start
    if high - end > _REACH:
        high = max(view.shadow.find(" ", end + _REACH, high), end)
    return name, low, high


def load_roles(folder: ModelFolder) -> RoleModel:
    """Return the model of a verified folder; raises `ModelError`."""
    where = str(folder.path)
    arrays, words = folder.arrays(HEADS), folder.json(WORDS)
    tokenizer = load_tokenizer(folder.bytes_of(TOKENIZER), limit=WINDOW, where=where)
    with understood(f"{where}: {HEADS}"):
        names = ("query", "head", "head_offset", "word_weights", "word_offset", "low_weights")
        parts: dict[str, Any] = {name: arrays[name] for name in names}
        numbers = {str(word): number for number, word in enumerate(words)}
        if parts["word_weights"].shape != (len(GROUPS) + len(ROLES), len(numbers)):
            raise ValueError(f"does not fit {WORDS}")
        given = folder.meta.settings["calibration"]
        three = ("states", "sharpness", "named")
        calibration = RoleCalibration(*(float(given[name]) for name in three))
    session = EncoderSession(folder.bytes_of(MODEL), where)
    return RoleModel(
        folder, session, tokenizer.rust, words=numbers, calibration=calibration, **parts
    )


@dataclass(frozen=True, slots=True)
class RolesWhenAsked:
    """A model of roles that is loaded for the first text whose people are read: half a second."""

    folder: ModelFolder
    load: Callable[[], RoleModel]

    def __call__(self, fields: FieldViews, people: Sequence[RolePerson]) -> list[RoleScores]:
        """Return the role of each person; raises `ModelError` if the model cannot be read."""
        return self.load()(fields, people)


def roles_when_asked(folder: ModelFolder) -> RolesWhenAsked:
    """Return what reads roles with the model of a verified folder."""
    return RolesWhenAsked(folder, cache(partial(load_roles, folder)))
