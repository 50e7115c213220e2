"""Who "she" is where she speaks: the person a pronoun beside a quotation stands for.

Names are told by their capitals and what stands around them, not by a list of names; a wrong name
is worse than a pronoun, so whoever may be a place, a body or another sex is passed over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from monitor.text.regular_expressions import late, word_set
from monitor.text.spans import Stretch

_HE = word_set("he his him")
_SHE = word_set("she her")
_SEVERAL = word_set("they their them it who")
_NEVER = word_set("i we my our")
"""The writer, or people of whom a speaker is one."""
_WOMEN = word_set(
    "she her woman women girl girls mother mum mom sister daughter wife widow grandmother aunt "
    "niece spokeswoman congresswoman policewoman actress queen princess duchess baroness lady mrs "
    "ms miss madam businesswoman chairwoman saleswoman nun girlfriend bride stepmother mistress "
    "countess dame waitress heroine housewife"
)
_MEN = word_set(
    "he his him man men boy boys father dad brother son husband widower grandfather uncle nephew "
    "spokesman congressman policeman actor king prince duke baron lord sir mr businessman chairman "
    "salesman monk boyfriend groom stepfather count fisherman fireman gunman cameraman"
)
# Bodies and things that "say": no "he", no "she".
_BODIES = word_set(
    "police government ministry court council company group agency ngo charity report study "
    "indictment statement union embassy crowd people staff army party commission committee board "
    "bank firm organisation organization department office website media family paper newspaper "
    "court parliament congress senate administration campaign network association federation "
    "institute university hospital school church foundation trust centre center team club bureau "
    "service force navy treasury authority authorities inspectorate watchdog tribunal jury panel "
    "letter email message post tweet document filing complaint lawsuit affidavit banner sign "
    "coalition alliance society fund house press post times news herald guardian magazine league "
    "confederation forum movement project programme program taskforce unit division section"
)
# Capitalised words that make no person of their neighbours.
_NO_PERSON = _BODIES | word_set(
    "international national federal central royal united states kingdom republic north south east "
    "west northern southern eastern western new san santa saint los las el port fort lake mount "
    "cape bay island islands river sea ocean valley city county province district region street "
    "road avenue square park airport station bridge hall hotel monday tuesday wednesday thursday "
    "friday saturday sunday january february march april may june july august september october "
    "november december act bill law convention treaty agreement rights watch human amnesty world "
    "european african asian american british french german russian chinese indian union nations "
    "day week christmas easter games cup prize award university college academy inc ltd plc llc "
    "co corp limited holdings foods airlines motors industries systems technologies partners sons "
    "lanka arabia korea africa america zealand guinea leone rica salvador kong emirates states "
    "white supreme high crown foreign home justice defence defense interior health labour labor "
    "education finance trade security council's general's"
)
_STARTS = word_set(
    "the a an he she it they we i you this that these those in on at by for from with when while "
    "after before since during as if but and or so yet however meanwhile although though because "
    "there here his her its their our my according many most some several more all last earlier "
    "later then now both another other each asked speaking writing addressing both even only such "
    "what who why how where not no one two three four five six seven until among under despite "
    "like once also still instead thanks"
)
_TITLE = late(
    r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Dame|Lord|Lady|Judge|Justice|Senator|Sen|Rep|Gov|Governor|"
    r"President|Minister|Mayor|Councillor|Detective|Inspector|Sergeant|Officer|Captain|Colonel|"
    r"General|Professor|Bishop|Father|Sister|Rev|Sheriff|Chief|Constable)\.?\s"
)
_NAME = late(
    r"[A-Z\u00c0-\u00de][\w'-]*\.?"
    r"(?:\s(?:(?:al|bin|bint|de|da|di|der|den|du|el|ibn|la|le|van|von|y)\s){0,2}"
    r"[A-Z\u00c0-\u00de][\w'-]*\.?){0,6}"
)
_FULL_NAME = late(r"\b([A-Z\u00c0-\u00de][\w-]*)\.?\s([A-Z\u00c0-\u00de][\w-]+)")
_AGED = late(r",\s(?:aged\s)?\d{1,2}\b")
_OBLIQUE = late(
    r"(?:'s|\b(?:in|at|near|to|from|of|by|with|for|on|than|against|about|via|into|over|under|between|and|"
    r"or|versus|like|as|the))\s$"
)
_HEAD_ENDS = late(r",|\s(?:of|for|at|in|from|with|who|that|on|to|close|familiar)\b")
_WORD = late(r"[\w.'-]+")
_SENTENCES_BACK = 6
_SENTENCES_LOOKED_AT = 30
_LONGEST = 2000


class Antecedents:
    """Who was heard and who is named in a text in which quotations are blanked."""

    def __init__(self, text: str, sentences: Sequence[Stretch], starts: Sequence[int]) -> None:
        self.text = text
        self.sentences = sentences
        self.starts = starts
        self.heard: list[Stretch] = []
        self.heard_in: dict[int, list[Stretch]] = {}
        self.sexes: dict[str, str] = {}
        self.surnames: set[str] | None = None
        self.named: dict[int, list[Stretch]] = {}

    def hear(self, speaker: Stretch) -> Stretch:
        """Return whom the words at `speaker` mean, and remember them as having spoken."""
        word = self.text[speaker[0] : speaker[1]].lower()
        if word in _NEVER:
            return speaker
        if word in _HE or word in _SHE:
            found = self._person(speaker, "he" if word in _HE else "she")
        elif word in _SEVERAL:
            found = self._several()
        else:
            found = speaker
            self._remember(speaker)
        return found or speaker

    def beside(self, sentence: int, floor: int, ceiling: int) -> Stretch | None:
        """Return the person of the sentence before, or else behind, a quotation that has none."""
        for index in (sentence - 1, sentence + 1):
            if not 0 <= index < len(self.sentences):
                continue
            start, end = self.sentences[index]
            names = self._names(index) if floor <= start and end <= ceiling else []
            if names and (index < sentence or names[0][0] <= start + 1):
                return names[0]
        return None

    def _remember(self, speaker: Stretch) -> None:
        self.heard.append(speaker)
        self.heard_in.setdefault(self._sentence(speaker[0]), []).append(speaker)

    def _sentence(self, position: int) -> int:
        return max(0, bisect_right(self.starts, position) - 1)

    def _several(self) -> Stretch | None:
        """Return the last speakers that are several or a body, else the last speaker."""
        for span in reversed(self.heard[-2:]):
            if _is_body(self.text[span[0] : span[1]]):
                return span
        return self.heard[-1] if self.heard else None

    def _person(self, pronoun: Stretch, sex: str) -> Stretch | None:
        here = self._sentence(pronoun[0])
        lead = self.text[max(0, pronoun[0] - 5) : pronoun[0]]
        same = [span for span in self._names(here) if span[1] <= pronoun[0]]
        found = self._fitting(same, sex) if lead.endswith((", ", "and ")) else None
        found = found or self._before(here, sex) or self._fitting(same, sex)
        if found is None and here + 1 < len(self.sentences):
            start = self.sentences[here + 1][0]
            following = [span for span in self._names(here + 1) if span[0] == start]
            found = self._fitting(following, sex)
        if found:
            self.sexes[self._key(found)] = sex
        return found

    def _before(self, here: int, sex: str) -> Stretch | None:
        """Return the nearest person of the sentences before, whoever spoke first."""
        read = 0
        for index in range(here, max(-1, here - _SENTENCES_LOOKED_AT), -1):
            if found := self._fitting(reversed(self.heard_in.get(index, ())), sex):
                return found
            if index == here:
                continue
            if found := self._fitting(self._names(index), sex):
                return found
            start, end = self.sentences[index]
            read += any(c.isalpha() for c in self.text[start:end])
            if read >= _SENTENCES_BACK:
                break
        return self._fitting(reversed(self.heard[-3:]), sex)

    def _fitting(self, spans: Iterable[Stretch], sex: str) -> Stretch | None:
        return next((span for span in spans if self._fits(span, sex)), None)

    def _fits(self, span: Stretch, sex: str) -> bool:
        words_of = self.text[span[0] : span[1]]
        known = self.sexes.get(self._key(span))
        if known:
            return known == sex
        if _is_body(words_of):
            return False
        head = _HEAD_ENDS.split(words_of, maxsplit=1)[0]
        spoken = {word.strip(".").lower() for word in _WORD.findall(head)}
        return not spoken & (_MEN if sex == "she" else _WOMEN)

    def _key(self, span: Stretch) -> str:
        found = _WORD.findall(_HEAD_ENDS.split(self.text[span[0] : span[1]], maxsplit=1)[0])
        return found[-1].lower() if found else ""

    def _names(self, index: int) -> list[Stretch]:
        """Return the persons named in a sentence who may be its subject, in order.

        Who only owns something in it ("Ana Doe's house") comes last.
        """
        if self.surnames is None:
            self.surnames = {
                found[2]
                for found in _FULL_NAME.finditer(self.text)
                if not {found[1].lower(), found[2].lower()} & (_STARTS | _NO_PERSON)
            }
        if index not in self.named:
            start, end = self.sentences[index]
            found = _NAME.finditer(self.text, start, min(end, start + _LONGEST))
            spans = (self._name(*match.span()) for match in found)
            self.named[index] = sorted(filter(None, spans), key=self._owns)
        return self.named[index]

    def _owns(self, span: Stretch) -> bool:
        return self.text[span[1] : span[1] + 2] in ("'s", "' ")

    def _name(self, start: int, end: int) -> Stretch | None:
        """Return the span of a person's name in a run of capitalised words."""
        text = self.text
        first = _WORD.match(text, start)
        if first and first[0].lower() in _STARTS:
            start = first.end() + 1
        end = end - 2 if text[start:end].endswith("'s") else end
        while end > start and text[end - 1] in ".' ":
            end -= 1
        found = [word.strip(".") for word in _WORD.findall(text[start:end])]
        if not found or {word.lower() for word in found} & _NO_PERSON:
            return None
        if _OBLIQUE.search(text, max(0, start - 9), start) or any(
            len(word) > 1 and word.isupper() for word in found
        ):
            return None
        if len(found) > 1 or _TITLE.match(text, start):
            return start, end
        known = found[0] in (self.surnames or ()) or _AGED.match(text, end) is not None
        return (start, end) if known else None


def _is_body(speaker: str) -> bool:
    """Tell whether the words name a body, a thing or several people."""
    found = _WORD.findall(_HEAD_ENDS.split(speaker, maxsplit=1)[0])
    if not found:
        return False
    last = found[-1]
    plural = last[0].islower() and last.endswith("s") and not last.endswith(("ss", "us", "is"))
    named = any(word.isupper() and len(word) > 1 and "." not in word for word in found)
    return plural or named or any(word.lower() in _BODIES for word in found[-2:])
