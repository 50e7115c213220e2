"""The neural part of the model of people's roles in PyTorch: states of mentions, pooled by person.

The lower layers of the encoder stay as they are, and what they make of each window is kept. One
pass over the windows of a text serves all its people.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from monitor.records.people import ROLES
from monitor.rules.people_roles import GROUPS, MENTIONS, Window, group_of, pooled_low
from training.network import NEVER, TrainingProgress, base_model
from training.people_data import AnnotatedPerson

Say = Callable[[str], None]
Token = tuple[int, int]
FINE, SMOOTHING, TYPICAL = 0.5, 0.05, 20
"""Weight of the roles beside the groups; softness of both; people of a batch."""
FIRST_ALONE, SOME, KEPT = 0.25, 0.5, 0.6
"""So often only the first mention is read, or (up to `SOME`) a share `KEPT` of them."""
SHORTER, LONG, SHORT = 0.3, 3, 3
"""So often of a mention of more than `LONG` tokens `SHORT` are read at most: programs find less."""
DECAY, LONGEST_STEP, LAST_RATE, TOLD = 0.01, 1.0, 0.02, 50


@dataclass(frozen=True, slots=True)
class RoleOptions:
    """How much is learned, how fast; `windows` of a batch, and of a text at most."""

    rounds: int = 3
    frozen: int = 3
    windows: int = 16
    most: int = 7
    rate: float = 1e-4
    head_rate: float = 1e-3
    warm_up: int = 100
    threads: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class PreparedText:
    """A text's windows, and of each person the tokens of each mention that stands in them."""

    windows: Sequence[Window]
    people: Sequence[AnnotatedPerson]
    tokens: Sequence[Sequence[Sequence[Token]]]


class RoleNetwork(torch.nn.Module):
    """An encoder whose upper layers learn, attention over mentions, and one linear layer."""

    def __init__(self, base: Path, frozen: int) -> None:
        super().__init__()
        encoder = base_model(base)
        width, layers = encoder.config.hidden_size, encoder.encoder.layer
        self.embeddings = encoder.embeddings.requires_grad_(False)
        self.lower = layers[:frozen].requires_grad_(False)
        self.layers = layers[frozen:]
        self.query = torch.nn.Linear(width, 1)
        self.head = torch.nn.Linear(2 * width, len(GROUPS) + len(ROLES))
        torch.nn.init.zeros_(self.query.weight)
        torch.nn.init.normal_(self.head.weight, std=0.02)
        torch.nn.init.zeros_(self.head.bias)
        self.drop, self.head_drop = torch.nn.Dropout(0.1), torch.nn.Dropout(0.2)

    def low(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return what the layers that do not learn make of padded windows."""
        return run_layers(self.lower, self.embeddings(ids), mask)

    def forward(self, low: torch.Tensor, mask: torch.Tensor, shape: PeopleShape) -> torch.Tensor:
        """Return people x (groups + roles), before softmax."""
        states = run_layers(self.layers, self.drop(low), mask)
        width = states.shape[-1]
        tokens = states.reshape(-1, width)[shape.tokens]
        mentions, people = len(shape.person), shape.people
        summed = torch.zeros(mentions, width).index_add(0, shape.mention, tokens)
        means = summed / torch.bincount(shape.mention, minlength=mentions)[:, None]
        said = self.query(means).squeeze(1)
        high = torch.full((people,), -1e9).scatter_reduce(0, shape.person, said, "amax")
        power = torch.exp(said - high[shape.person].detach())
        total = torch.zeros(people).index_add(0, shape.person, power)
        weight = power / total[shape.person]
        mean = torch.zeros(people, width).index_add(0, shape.person, means * weight[:, None])
        rows = shape.person[:, None].expand(-1, width)
        most = torch.full((people, width), -1e9).scatter_reduce(0, rows, means, "amax")
        made: torch.Tensor = self.head(self.head_drop(torch.cat([mean, most], 1)))
        return made


class WindowStates(torch.nn.Module):
    """The encoder alone, for one window without padding: what is exported."""

    def __init__(self, network: RoleNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return 1 x tokens x width of the last layer, and of the last that does not learn."""
        low = self.network.embeddings(ids)
        for layer in self.network.lower:
            low = _of(layer(low))
        states = low
        for layer in self.network.layers:
            states = _of(layer(states))
        return states, low


def run_layers(layers: Any, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return padded states after some layers."""
    attended = (~mask)[:, None, None, :].float() * NEVER
    for layer in layers:
        states = _of(layer(states, attention_mask=attended))
    return states


def _of(made: Any) -> torch.Tensor:
    states: torch.Tensor = made[0] if isinstance(made, tuple) else made
    return states


@dataclass(frozen=True, slots=True)
class PeopleShape:
    """Which tokens of a batch are read, of which mention each is, of which person each mention."""

    tokens: torch.Tensor
    mention: torch.Tensor
    person: torch.Tensor
    people: int


@dataclass(frozen=True, slots=True)
class RoleBatch:
    """Windows (text, window) of some texts, and their people (text, person, tokens by mention)."""

    windows: Sequence[tuple[int, int]]
    people: Sequence[tuple[int, int, Sequence[Sequence[Token]]]]


LowStates = dict[tuple[int, int], NDArray[np.float16]]


def low_states(
    network: RoleNetwork, texts: Sequence[PreparedText], options: RoleOptions
) -> LowStates:
    """Return what the lower layers make of every window that somebody is mentioned in."""
    torch.set_num_threads(options.threads)
    every = [
        (number, window)
        for number, text in enumerate(texts)
        for window in sorted({w for some in text.tokens for one in some for w, _ in one})
    ]
    every.sort(key=lambda at: len(texts[at[0]].windows[at[1]].ids))
    found: LowStates = {}
    with torch.no_grad():
        for start in range(0, len(every), options.windows):
            some = every[start : start + options.windows]
            ids = [torch.tensor(texts[text].windows[window].ids) for text, window in some]
            padded = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True)
            made = network.low(padded, _mask(list(map(len, ids)))).numpy()
            for at, own, low in zip(some, ids, made, strict=True):
                found[at] = low[: len(own)].astype(np.float16)
    return found


def low_person(low: LowStates, text: int, mentions: Sequence[Sequence[Token]]) -> NDArray[Any]:
    """Return what the lower layers say of a person."""
    means = [
        np.mean([low[text, window][token].astype(np.float32) for window, token in one], axis=0)
        for one in mentions[:MENTIONS]
    ]
    return pooled_low(np.stack(means))


def _mask(lengths: Sequence[int]) -> torch.Tensor:
    return torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]


def batches(
    texts: Sequence[PreparedText],
    rows: Sequence[int],
    options: RoleOptions,
    draw: random.Random | None,
) -> Iterator[RoleBatch]:
    """Yield texts with their people; with `draw` in any order, with fewer and shorter mentions."""
    order = list(rows)
    if draw:
        draw.shuffle(order)
    windows: list[tuple[int, int]] = []
    people: list[tuple[int, int, Sequence[Sequence[Token]]]] = []
    for number in order:
        read = [_read(mentions[:MENTIONS], draw) for mentions in texts[number].tokens]
        own = sorted({window for some in read for one in some for window, _ in one})
        own = own[: options.most] if draw else own
        kept = [[one for one in some if one and one[0][0] in own] for some in read]
        windows += [(number, window) for window in own]
        people += [(number, person, some) for person, some in enumerate(kept) if some]
        if len(windows) >= options.windows:
            yield RoleBatch(windows, people)
            windows, people = [], []
    if people:
        yield RoleBatch(windows, people)


def _read(
    mentions: Sequence[Sequence[Token]], draw: random.Random | None
) -> Sequence[Sequence[Token]]:
    if draw is None:
        return mentions
    chance = draw.random()
    if len(mentions) > 1 and chance < FIRST_ALONE:
        mentions = mentions[:1]
    elif len(mentions) > 1 and chance < SOME:
        mentions = [one for one in mentions if draw.random() < KEPT] or mentions[:1]
    return [_shorter(one, draw) for one in mentions]


def _shorter(mention: Sequence[Token], draw: random.Random) -> Sequence[Token]:
    if len(mention) <= LONG or draw.random() >= SHORTER:
        return mention
    start = draw.randrange(len(mention))
    return mention[start : start + draw.randint(1, SHORT)]


def run_batch(network: RoleNetwork, batch: RoleBatch, low: LowStates) -> torch.Tensor:
    """Return people x (groups + roles) of a batch."""
    states = [torch.from_numpy(low[at].astype(np.float32)) for at in batch.windows]
    padded = torch.nn.utils.rnn.pad_sequence(states, batch_first=True)
    row = {at: number for number, at in enumerate(batch.windows)}
    tokens: list[int] = []
    mention: list[int] = []
    person: list[int] = []
    for number, (text, _, mentions) in enumerate(batch.people):
        for one in mentions:
            tokens += [row[text, window] * padded.shape[1] + token for window, token in one]
            mention += [len(person)] * len(one)
            person.append(number)
    rows = (torch.tensor(tokens), torch.tensor(mention), torch.tensor(person))
    shape = PeopleShape(*rows, len(batch.people))
    made: torch.Tensor = network(padded, _mask(list(map(len, states))), shape)
    return made


def loss_of(said: torch.Tensor, people: Sequence[AnnotatedPerson]) -> torch.Tensor:
    """Return the loss on groups, and on the roles of people whose role is known."""
    weight = torch.tensor([one.weight for one in people])
    group = torch.tensor([group_of(one.role) for one in people])
    role = torch.tensor([ROLES.index(one.role) for one in people])
    cut = len(GROUPS)
    parts = (
        functional.cross_entropy(part, truth, reduction="none", label_smoothing=SMOOTHING)
        for part, truth in ((said[:, :cut], group), (said[:, cut:], role))
    )
    coarse, fine = parts
    known = torch.tensor([float(one.taught) for one in people])
    return (coarse * weight + FINE * fine * weight * known).sum() / TYPICAL


def fit_network(
    network: RoleNetwork,
    texts: Sequence[PreparedText],
    rows: Sequence[int],
    low: LowStates,
    options: RoleOptions,
    seed: int,
    checkpoint: Path,
    say: Say,
) -> None:
    """Train on some texts; a run that was killed goes on from the last round's checkpoint."""
    torch.set_num_threads(options.threads)
    head = [*network.query.parameters(), *network.head.parameters()]
    groups = [
        {"params": list(network.layers.parameters()), "lr": options.rate},
        {"params": head, "lr": options.head_rate},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=DECAY, fused=True)
    drawn = [
        list(batches(texts, rows, options, random.Random(seed * 100 + number)))  # noqa: S311 - no secret
        for number in range(options.rounds)
    ]
    steps = sum(map(len, drawn))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min(1, (step + 1) / options.warm_up) * max(LAST_RATE, 1 - step / steps),
    )
    parts = {"network": network, "optimiser": optimiser, "schedule": schedule}
    done = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        done = state["rounds"]
        for name, part in parts.items():
            part.load_state_dict(state[name])
    progress = TrainingProgress(say, steps, TOLD)
    step = sum(map(len, drawn[:done]))
    network.train()
    for number, some in enumerate(drawn[done:], done + 1):
        for batch in some:
            said = run_batch(network, batch, low)
            loss = loss_of(said, [texts[text].people[person] for text, person, _ in batch.people])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(network.parameters(), LONGEST_STEP)
            optimiser.step()
            schedule.step()
            step += 1
            progress.add(step, float(loss.detach()))
        saved = {name: part.state_dict() for name, part in parts.items()}
        torch.save({"rounds": number, **saved}, checkpoint)
    network.eval()


def predict(
    network: RoleNetwork,
    texts: Sequence[PreparedText],
    rows: Sequence[int],
    low: LowStates,
    options: RoleOptions,
) -> dict[tuple[int, int], NDArray[np.float32]]:
    """Return groups and roles, before softmax, of the people of some texts."""
    network.eval()
    found: dict[tuple[int, int], NDArray[np.float32]] = {}
    with torch.no_grad():
        for batch in batches(texts, rows, options, None):
            said = run_batch(network, batch, low).numpy()
            found.update({(t, p): row for (t, p, _), row in zip(batch.people, said, strict=True)})
    return found
