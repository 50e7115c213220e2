"""Tags of an article: form of exploitation, response, places, victims, flow, help.

Each scheme is tagged in the way that measured best (see the model card). Linear model and encoder
decide by equal shares of log odds: with a few dozen rows that neither has learned from, fitted
shares would be fitted noise.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from monitor.classify import phrase_tags, place_roles, tag_evidence, victim_people, victims
from monitor.classify.cue_phrases import CueTable, load_cue_table
from monitor.classify.encoder import EncoderModel, Heads, load_encoder
from monitor.classify.features import Reading, StoryCounter, read_article
from monitor.classify.linear_model import LinearModel, SmallModel, parse_small, probability
from monitor.classify.model_files import ModelFolder, understood
from monitor.classify.model_stamps import TAGS, tags_encoder
from monitor.classify.outlet_homes import NOWHERE, ArticleSource, Home, OutletHomes, outlet_start
from monitor.classify.phrase_tags import GENERIC, STANDING
from monitor.classify.place_disambiguation import Gazetteer, PlaceMention, unpack_names
from monitor.classify.relevance import CUES, load_linear
from monitor.classify.tag_evidence import SPANS, cue_spans, first_apart, in_order
from monitor.labels.schemes import RESPONSES
from monitor.records.errors import ModelError
from monitor.records.finding import Span
from monitor.records.people import PeopleReader, PeopleTable, TextPerson
from monitor.records.tag import Tag

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PEOPLE = ("child", "adult", "domestic", "cross_border")
"""What the second step of victim and flow says of an article: children or adults among its
victims (or both), and whether a border was crossed."""
OUTPUTS: tuple[tuple[str, str], ...] = (
    *(("response", label) for label in RESPONSES),
    ("victim", "child"),
    ("victim", "adult"),
    ("flow", "domestic"),
    ("flow", "cross_border"),
    ("place", "US"),
)
"""What the linear model says, in the order of its outputs."""
CHILD, ADULT, US = 4, 5, 8
LEAST = 0.01
"""Probabilities of the encoder are kept this far from 0 and 1."""
NAME = TAGS
UNKNOWN = ArticleSource()
NOBODY = PeopleTable()
CERTAIN = 2.0
"""Log odds of a flow that the roles of places say, or of an age that a victim has: of ten such
nine are right."""
PLACES = "places.json"
THRESHOLDS = ("place", "place_more")
_RESPONSE_CUES = {
    "prevention": ("awareness", "warning", "lawmaking", "inquiry", "business"),
    "protection": ("rescue", "return", "support", "remedy"),
    "prosecution": ("arrest", "court", "penalties"),
    "partnership": ("joint", "money"),
}


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """`share` of the encoder (0: none, 1: alone), and where each scheme is cut.

    `cuts` and `spread`: of the linear model's responses, by `RESPONSES`; `encoder_cut` is taken off
    the encoder's log odds; victim and flow are cut at `victim`, `both` and `flow`.
    """

    share: float
    cuts: Sequence[float]
    spread: Sequence[float]
    encoder_cut: float
    encoder_spread: float
    victim: float
    both: float
    flow: float


def fuse_people(
    odds: Sequence[float], heads: Heads | None, fused: FusionSettings, age: str | None = None
) -> dict[str, tuple[str, float]]:
    """Return the label of `victim` and of `flow` with its log odds; `odds` are by `PEOPLE`.

    `age` is what the ages of the victims tell for certain, as of `victim_people.sure_age`.
    """
    child, adult, domestic, cross = odds
    if heads is not None:
        shares: list[list[float]] = []
        for values in (heads["victim"].tolist(), heads["flow"].tolist()):
            powers = [math.exp(value - max(values)) for value in values]
            shares.append([power / sum(powers) for power in powers])
        kinds, ways = shares
        said = kinds[0] + kinds[2], kinds[1] + kinds[2], ways[0], ways[1]
        kept = [max(LEAST, min(share, 1 - LEAST)) for share in said]
        child, adult, domestic, cross = (
            (1 - fused.share) * own + fused.share * math.log(share / (1 - share))
            for own, share in zip(odds, kept, strict=True)
        )
    if age == "child":
        child = max(child, CERTAIN)
    elif age == "adult":
        child, adult = min(child, -CERTAIN), max(adult, CERTAIN)
    given: dict[str, tuple[str, float]] = {}
    if min(child, adult) >= fused.both:
        given["victim"] = ("both", min(child, adult))
    elif max(child, adult) >= fused.victim:
        given["victim"] = ("child", child) if child >= adult else ("adult", adult)
    if max(domestic, cross) >= fused.flow:
        better = domestic > cross
        given["flow"] = ("domestic", domestic) if better else ("cross_border", cross)
    return given


@dataclass(frozen=True, slots=True, eq=False)
class TagsModel:
    """Tags articles one by one; `people` are by `PEOPLE`, `reader` reads the people told of.

    `experimental` are labels with too few examples, `*`: all that are not `measured`.
    """

    cues: CueTable
    counter: StoryCounter
    linear: LinearModel
    gazetteer: Gazetteer
    outlets: OutletHomes
    places: SmallModel
    place_cuts: place_roles.PlaceCuts
    people: Sequence[SmallModel]
    fused: FusionSettings
    encoder: EncoderModel | None = None
    reader: PeopleReader | None = None
    experimental: Mapping[str, Sequence[str]] = field(default_factory=dict)
    measured: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def tag(self, title: str, text: str, source: ArticleSource = UNKNOWN) -> tuple[Tag, ...]:
        """Return every tag of an article about trafficking."""
        return self.tag_facts(self.read(title, text, source))

    def tag_facts(self, facts: Facts) -> tuple[Tag, ...]:
        """Return every tag of an article that was read."""
        odds = self._place_odds(facts)
        places, gender = self._places(facts, odds), self._gender(facts)
        found = (
            *self._forms(facts),
            *self._responses(facts),
            *places,
            *self._people(facts, places, self._chosen(facts, odds)),
            *([gender] if gender else []),
            *phrase_tags.find_protection(facts.shown, self.cues),
            *phrase_tags.find_indicators(facts.reading, self.cues),
        )
        tags: list[Tag] = []
        for tag in found:
            scheme = f"place.{tag.role}" if tag.role in ("origin", "transit") else tag.scheme
            few, measured = self.experimental.get(scheme, ()), self.measured.get(scheme, ())
            unmeasured = tag_evidence.is_unmeasured(tag.label, few, measured)
            tags.append(replace(tag, experimental=unmeasured))
        return tuple(tags)

    def read(self, title: str, text: str, source: ArticleSource = UNKNOWN) -> Facts:
        """Return what the tags of an article are made of."""
        reading = read_article(title, text, self.cues)
        home = self.outlets.home(title, source)
        groups = self.cues.index[GENERIC], self.cues.index[STANDING]
        shown = tag_evidence.telling(reading, outlet_start(reading.title), *groups)
        return Facts(
            reading,
            self.linear.decide(reading, self.counter.count(reading)),
            self.gazetteer.find(reading, home.country, world=home.world),
            victims.find_people(reading),
            None if self.encoder is None else self.encoder.outputs(title, text),
            shown,
            home,
            NOBODY if self.reader is None else self.reader.read(title, text),
        )

    def _gender(self, facts: Facts) -> Tag | None:
        """Return the gender of the people told of, else of those spoken of at large.

        One word that tells it of people is less than what is said at large.
        """
        told = list(victim_people.told_genders(facts.reading, facts.victims))
        tag = victims.gender_tag(facts.reading, told)
        if len(told) > 1:
            return tag
        accused = victim_people.accused_in(facts.table)
        aside = set(victim_people.places_of(facts.reading, accused))
        shown = victims.find_gender(facts.shown, self.cues, aside)
        return shown or victims.find_gender(facts.reading, self.cues, aside) or tag

    @property
    def core(self) -> frozenset[int]:
        """The cue groups that speak of trafficking itself."""
        return self.cues.of_kind("term", "means", "purpose")

    def _forms(self, facts: Facts) -> list[Tag]:
        head = None if facts.heads is None else facts.heads["form"].tolist()
        odds = phrase_tags.form_odds(phrase_tags.form_support(facts.reading, self.cues), head)
        tags: list[Tag] = []
        for form, value in odds.items():
            if value >= 0:
                wanted = {i for i, group in enumerate(self.cues.groups) if group.form == form}
                spans = cue_spans(facts.shown, wanted, self.core)
                spans = spans or cue_spans(facts.reading, wanted, self.core)
                tag = Tag("form", form, round(probability(value), 4), spans)
                tags.append(self._with_sentence(facts, tag))
        tags = [tag for tag in tags if tag.evidence]
        if not tags:
            # it says trafficking and no form
            score = round(1 - probability(max(odds.values())), 4)
            for reading in (facts.shown, facts.reading):
                spans = cue_spans(reading, self.cues.of_kind("term"), self.core)
                if spans := spans or cue_spans(reading, self.core, self.core):
                    return [Tag("form", phrase_tags.UNSPECIFIED, score, spans)]
        return sorted(tags, key=lambda tag: (-tag.score, tag.label))

    def _responses(self, facts: Facts) -> list[Tag]:
        heads, fused = facts.heads, self.fused
        share = 0.0 if heads is None else fused.share
        values: dict[str, float] = {}
        for at, label in enumerate(RESPONSES):
            value = (1 - share) * (float(facts.odds[at]) - fused.cuts[at]) / fused.spread[at]
            if heads is not None:
                head = float(heads["response"][at])
                value += share * (head - fused.encoder_cut) / fused.encoder_spread
            values[label] = 2 * value
        best = max(values, key=values.__getitem__)
        # where no response reaches its cut-off, the likeliest is given if it comes near
        least = 0 if values[best] >= 0 else -1.0
        tags: list[Tag] = []
        for label, value in values.items():
            if value < least or (least and label != best):
                continue
            spans = self._cue_spans(facts, _RESPONSE_CUES[label])
            tag = Tag("response", label, round(probability(value), 4), spans)
            tag = self._with_sentence(facts, tag)
            if not tag.evidence:
                output = OUTPUTS.index(("response", label))
                weights = self.linear.word_weights(facts.reading, output)
                tag = replace(tag, evidence=tag_evidence.heaviest_spans(facts.reading, weights))
            tags.append(tag)
        return [tag for tag in tags if tag.evidence]

    def _people(self, facts: Facts, places: Sequence[Tag], named: Collection[str]) -> list[Tag]:
        """Return `victim` and `flow`, one label each at most; sure roles of places come first.

        `named` are the countries of exploitation by names alone, with which the models learned.
        """
        chosen = {tag.label for tag in places if tag.role == "exploitation"}
        numbers = people_features(facts, named)
        odds = [model.log_odds(numbers) for model in self.people]
        age = victim_people.sure_age(facts.reading, facts.victims)
        given = fuse_people(odds, facts.heads, self.fused, age)
        abroad = self.cues.index["cross_border"]
        cues = (*facts.reading.title_cues, *facts.reading.text_cues)
        crossed = any(cue.group == abroad for cue in cues)
        flow = place_roles.flow_of_roles(facts.reading, facts.mentions, chosen, abroad=crossed)
        if flow == "cross_border" or (flow and "flow" not in given):
            given["flow"] = (flow, max(CERTAIN, odds[PEOPLE.index(flow)]))
        tags: list[Tag] = []
        for scheme, (label, value) in given.items():
            tag = Tag(scheme, label, round(probability(value), 4), ())
            if scheme == "victim":
                spans = self._victim_spans(facts, label)
                tags.append(self._with_sentence(facts, replace(tag, evidence=spans)))
                continue
            # the places and phrases that show a flow: one country's, or two countries'
            domestic, first = label == "domestic", dict[str, PlaceMention]()
            for mention in facts.mentions:
                if not mention.frame and not (domestic and mention.kind == "demonym"):
                    first.setdefault(mention.country, mention)
            roles = {each.label: each.role for each in places}
            order = ("exploitation", "origin", "transit", "mentioned", None)
            ranked = sorted(first.values(), key=lambda m: order.index(roles.get(m.country)))
            ranked = ranked[: 1 if domestic else 2]
            spans = in_order(facts.reading, [(m.field, m.first, m.last) for m in ranked])
            if not (domestic and spans):
                told = self._cue_spans(facts, ["domestic_flow" if domestic else label])
                spans = tuple(dict.fromkeys((*spans, *told)))[:SPANS]
            tags.append(self._with_sentence(facts, replace(tag, evidence=spans)))
        return [tag for tag in tags if tag.evidence]

    def _victim_spans(self, facts: Facts, label: str) -> tuple[Span, ...]:
        """Return the words for victims of a label, for people at large, or the nationals named."""
        ages = victim_people.told_ages(facts.reading, facts.victims)
        if places := [place for age, place in ages if label in (age, "both")]:
            return in_order(facts.reading, first_apart(facts.reading, places, SPANS))
        at_large = tag_evidence.generic_sentences(facts.reading, self.cues.index[GENERIC])
        sentences = facts.reading.text.sentences
        told = [p for p in facts.people if p.field == "title" or sentences[p.first] not in at_large]
        spans = victims.people_spans(facts.reading, told, label)
        spans = spans or victims.people_spans(facts.reading, facts.people, label)
        if spans or label == "child":
            return spans
        nationals = [m for m in facts.mentions if m.kind == "demonym" and not m.frame]
        return place_roles.place_evidence(facts.reading, nationals, "origin")

    def _with_sentence(self, facts: Facts, tag: Tag) -> Tag:
        """Return a tag that no phrase shows with the sentence the encoder takes it from."""
        if tag.evidence or self.encoder is None:
            return tag
        index = list(self.encoder.heads[tag.scheme]).index(tag.label)
        span = tag_evidence.best_sentence(facts.reading, self.encoder, tag.scheme, index)
        return tag if span is None else replace(tag, evidence=(span,))

    def _cue_spans(self, facts: Facts, groups: Sequence[str]) -> tuple[Span, ...]:
        wanted = {self.cues.index[name] for name in groups}
        # what stands in the outlet's name is no evidence, even where nothing else is
        rest = replace(facts.reading, title_cues=facts.shown.title_cues)
        return cue_spans(facts.shown, wanted, self.core) or cue_spans(rest, wanted, self.core)

    def _chosen(self, facts: Facts, odds: Mapping[str, float]) -> frozenset[str]:
        """Return the countries of exploitation by the log odds of each."""
        scores = {country: probability(value) for country, value in odds.items()}
        told = place_roles.story_places(facts.reading, facts.mentions, facts.home)
        return place_roles.chosen_places(scores, *told, self.place_cuts)

    def _place_odds(self, facts: Facts) -> dict[str, float]:
        """Return the log odds that the exploitation is in a country, by how it is named."""
        reading, wording = facts.reading, float(facts.odds[US])
        features = place_roles.place_features(
            reading, facts.mentions, self.core, wording, facts.home
        )
        return {country: self.places.log_odds(one) for country, one in features.items()}

    def _places(self, facts: Facts, odds: Mapping[str, float]) -> list[Tag]:
        reading, mentions = facts.reading, facts.mentions
        about = victim_people.sentences_of(reading, facts.victims)
        odds = place_roles.weigh_by_people(reading, mentions, odds, about)
        scores = {country: probability(value) for country, value in odds.items()}
        chosen = self._chosen(facts, odds)
        tags: list[Tag] = []
        for country, score in scores.items():
            own = [mention for mention in mentions if mention.country == country]
            where = country in chosen
            role = "exploitation" if where or not own else place_roles.place_role(reading, own)
            if own:
                spans = place_roles.place_evidence(reading, own, role)
            elif not where:
                continue
            elif country in (facts.home.country, facts.home.section):
                spans = place_roles.home_evidence(reading, outlet_start(reading.title))
            else:  # by American wording
                weights = self.linear.word_weights(reading, US)
                spans = tag_evidence.heaviest_spans(reading, weights, 2)
            aside = role == "mentioned" and all(mention.frame for mention in own)
            if spans and not aside:
                sure = round(score if where else 1 - score, 4)
                tags.append(Tag("place", country, sure, spans, role))
        return tags


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """One article as the taggers see it: `odds` by `OUTPUTS`, `shown` with cues for evidence.

    `people` are words for people, counted; `table` the people whom the text tells of.
    """

    reading: Reading
    odds: NDArray[np.float64]
    mentions: Sequence[PlaceMention]
    people: Sequence[victims.PeopleMention]
    heads: Heads | None
    shown: Reading
    home: Home = NOWHERE
    table: PeopleTable = NOBODY

    @property
    def victims(self) -> Sequence[TextPerson]:
        """The victims of the table."""
        return victim_people.victims_in(self.table)


def people_features(facts: Facts, places: Collection[str]) -> list[float]:
    """Return the numbers that the models of victim and flow weigh; `places`: of exploitation."""
    return [
        *(max(-6.0, min(float(value), 6.0)) for value in facts.odds[CHILD : US + 1]),
        *victims.profile(facts.reading, facts.people, facts.mentions),
        *place_roles.flow_numbers(facts.reading, facts.mentions, places, facts.home),
    ]


def load_places(raw: Mapping[str, Any]) -> tuple[Gazetteer, OutletHomes]:
    """Build gazetteer and outlets of `places.json`."""
    names = unpack_names(raw["names"])
    gazetteer = Gazetteer(names, raw["ambiguous"], raw["instruments"], raw["papers"])
    ruled = ("name", "demonym", "city")
    places = {name: codes for name, (codes, kind) in names.items() if kind in ruled}
    return gazetteer, OutletHomes(raw["homes"], frozenset(raw["world"]), places)


def load_tags(
    folder: ModelFolder,
    encoder: ModelFolder | None = None,
    people: PeopleReader | None = None,
) -> TagsModel:
    """Build the model of a verified folder, and of its `encoder`; raises `ModelError`.

    Without `people`, which reads the people of a text, victims are told by words alone.
    """
    meta = str(folder.path / "meta.json")
    cues = load_cue_table(folder, CUES)
    counter = StoryCounter(cues)
    linear = load_linear(folder, outputs=len(OUTPUTS), story=len(counter.names))
    raw: Any = folder.json(PLACES)
    with understood(str(folder.path / PLACES)):
        gazetteer, outlets = load_places(raw)
        places = parse_small(raw["model"], len(place_roles.FEATURES))
        size = US + 1 - CHILD + len(victims.PROFILE_NAMES) + len(place_roles.FLOW_NAMES)
        small = [parse_small(raw["people"][name], size) for name in PEOPLE]
    with understood(f"{meta}: thresholds or fused"):
        fused = FusionSettings(**folder.meta.settings["fused"])
        cuts = place_roles.PlaceCuts(*(float(folder.meta.thresholds[name]) for name in THRESHOLDS))
        sizes = {len(fused.cuts), len(fused.spread)}
    needed = {*phrase_tags.INDICATOR_GROUPS.values(), GENERIC, STANDING}
    if sizes != {len(RESPONSES)} or not needed <= cues.index.keys():
        raise ModelError(f"{meta}: cuts of every response and cues of every indicator expected")
    second = encoder or tags_encoder(folder)
    read = None if second is None else load_encoder(second)
    parts = cues, counter, linear, gazetteer, outlets, places, cuts, small, fused, read, people
    return TagsModel(*parts, folder.meta.experimental, folder.meta.labels)
