"""Reads everything that a desk gives out, and looks in it for the names of planted people.

What is read: every page that links lead to, by each role; every route of the API that only reads,
with each role's token; every format of the digest, mail as a server got it, feeds, all exports,
what commands print, and logs. A name counts as found by any part of it, in whatever coding.

    python tests/support/given_out.py [--people 200 --articles 300] [-v]    # the step `names`
"""

from __future__ import annotations

import base64
import binascii
import html
import logging
import re
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
from ahocorasick_rs import AhoCorasick
from typer.testing import CliRunner

import attacks
import feed_server
import mail_server
import own_guide
import planted
import planted_desk
import serving
import shipped
from monitor.app import Monitor
from monitor.cli.app import app
from monitor.digest.mail_delivery import send_day
from monitor.export import selection
from monitor.export.columns import ExportFormat, TextDegree
from monitor.export.publication import PublicationPolicy
from monitor.jobs.schedule import Stop, watch
from monitor.records.account import ROLES, Role
from monitor.records.article import Article, Assessment
from monitor.records.counts import outlet_id
from monitor.settings import (
    DigestSettings,
    FetchSettings,
    Recipient,
    Settings,
    SmtpSettings,
    StoreSettings,
)
from planted import Person, Planted, fold, letters
from planted_desk import Clock, Given
from store_samples import CLASSIFIER

WHOLE_WORD = 7
"""A part of fewer letters is looked for as a word, a longer one within words too."""
MARK = re.compile(r"\[name withheld\]|[█·]+")
LEAST = 3
"""So many letters of a part beside a mask tell it."""


# Looking for names -------------------------------------------------------------------------------


class Seeker:
    """Knows the names of people, and finds them in whatever was given out."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.owner = {
            part: person.number
            for person in people
            for part in (*person.parts, "".join(letters(person.name)))
            if part in person.parts or len(part) >= WHOLE_WORD
        }
        self.parts = sorted(self.owner)
        self.search = AhoCorasick(self.parts)
        self.known: dict[str, set[int]] = {}

    def find(self, text: str) -> set[int]:
        """Return the numbers of those whose names stand in a text, be they coded or cut."""
        return set().union(*map(self._in_line, set(text.split("\n"))))

    def _in_line(self, line: str) -> set[int]:
        if line not in self.known:  # pages have most lines in common
            found: set[int] = set()
            for reading in readings(line):
                found |= self._within(fold(reading))
                found |= self._beside_masks(reading)
            self.known[line] = found
        return self.known[line]

    def where(self, text: str, number: int) -> str:
        """Return the words around the first place where a person is found."""
        for line in text.split("\n"):
            if number not in self._in_line(line):
                continue
            for reading in map(fold, readings(line)):
                for part in (p for p in self.parts if self.owner[p] == number and p in reading):
                    at = reading.index(part)
                    return reading[max(0, at - 40) : at + 40]
        return "beside a mask"

    def _within(self, text: str) -> set[int]:
        found = set()
        for number, start, end in self.search.find_matches_as_indexes(text, overlapping=True):
            part = self.parts[number]
            around = text[start - 1 : start] + text[end : end + 1]
            if len(part) >= WHOLE_WORD or not any(map(str.isalpha, around)):
                found.add(self.owner[part])
        return found

    def _beside_masks(self, text: str) -> set[int]:
        """Return who is told by letters that a mask left of a part of her name."""
        found: set[int] = set()
        for mark in MARK.finditer(text):
            before = re.search(r"[^\W\d_]{3,}\Z", text[max(0, mark.start() - 30) : mark.start()])
            after = re.match(r"[^\W\d_]{3,}", text[mark.end() : mark.end() + 30])
            for hit, cut in ((before, str.startswith), (after, str.endswith)):
                if hit and (left := fold(hit[0])) and len(left) >= LEAST:
                    found |= {self.owner[part] for part in self.parts if cut(part, left)}
        return found


def readings(text: str) -> list[str]:
    """Return a text as it is, and as whoever decodes it reads it, with and without its markup."""
    found = [text]
    plain = text
    for _ in range(3):
        before = plain
        if "&" in plain:
            plain = html.unescape(plain)
        if "%" in plain:
            plain = unquote(plain)
        if "\\" in plain:
            plain = _ESCAPED.sub(lambda hit: chr(int(hit[1], 16)), plain)
        if plain == before:
            break
    if plain != text:
        found.append(plain)
    if "<" in plain:
        found.append(_TAG.sub("", plain))
    found += map(_decoded, _BASE64.findall(text))
    return [one for one in found if one]


_ESCAPED = re.compile(r"\\[ux]\{?([0-9a-fA-F]{4}|[0-9a-fA-F]{2})\}?")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_BASE64 = re.compile(r"(?<![\w+/=-])[\w+/-]{8,}={0,2}(?![\w+/=-])")


def _decoded(token: str) -> str:
    """Return what a token, be it a line of a longer one, says if it is base64 of words."""
    bare = token.translate(str.maketrans("-_", "+/")).rstrip("=")
    if not re.search(r"[A-Z]", bare) or not re.search(r"[a-z]", bare):
        return ""
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8", "ignore")
    except (binascii.Error, ValueError):
        return ""


# What is given out -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Out:
    """Something that was given out: by which surface, which page or file or line, what it says."""

    surface: str
    what: str
    text: str


@dataclass
class Opened:
    """A planted desk that is served, with what was sent and logged."""

    planted: Planted
    monitor: Given
    clock: Clock
    base: str
    """Of the outlets' server."""
    address: str
    folder: Path
    mail: list[Any] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The ids of all articles."""
        return list(self.monitor.plan)


class _Logged(logging.Handler):
    """Keeps what is logged at whatever level, save by the client that reads and by SQLAlchemy.

    SQLAlchemy's echo of statements is for who works on the program: no setting switches it on.
    """

    OTHERS = ("httpx", "httpcore", "sqlalchemy", "asyncio", "mail.log")

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(self.OTHERS):
            self.lines.append(self.format(record) + repr(record.args))


@contextmanager
def all_logged() -> Iterator[list[str]]:
    """Keep what is logged, at the most talkative level."""
    lines: list[str] = []
    root, handler = logging.getLogger(), _Logged(lines)
    levels = {name: logging.getLogger(name).level for name in ("", "sqlalchemy")}
    root.addHandler(handler)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def opened(planted_: Planted) -> Iterator[Opened]:
    """Make the desk, live through its weeks, and serve it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        lines = stack.enter_context(all_logged())
        server = stack.enter_context(feed_server.serve())
        mail = stack.enter_context(mail_server.serve(folder))
        smtp = SmtpSettings(
            mail.host, mail.port, "starttls", mail_server.USER, mail_server.PASSWORD,
            "Desk <desk@example.org>", 5, mail.ca_file,
        )  # fmt: skip
        clock = Clock()
        settings = Settings(
            home=folder / "desk",
            fetch=FetchSettings(allow_hosts=("127.0.0.1",), host_spacing_s=0, min_interval_s=0),
            digest=DigestSettings(public_url="https://desk.example.org"),
            store=StoreSettings(planted.KEPT_DAYS, planted.GRACE_DAYS),
            smtp=smtp,
            recipients=(
                Recipient("officer@example.org"),
                Recipient("policy@example.org", preset="policy"),
            ),
        )
        settings.home.mkdir()
        monitor = stack.enter_context(Given(settings, now=clock))
        monitor.plan = planted_desk.plan_of(planted_, server.url)
        vars(monitor)["shelf"] = shipped.shelf()
        planted_desk.follow(monitor, server, planted_, clock)
        planted_desk.decide(monitor, planted_, server.url)
        address = stack.enter_context(serving.serve(monitor))
        yield Opened(planted_, monitor, clock, server.url, address, folder, mail.received, lines)


# By the web --------------------------------------------------------------------------------------

_LINK = re.compile(r"""(?:href|src|action)=["'](/[^"'#]*)""")
STARTS = (
    "/", "/digests/all", "/articles", "/stories", "/review", "/review?set=sample", "/feeds",
    "/review?set=second", "/review?set=differ", "/review/confirm", "/review/differences",
    "/review/practice", "/review/learning", "/trends", "/outlets", "/outlets.csv", "/docs",
    "/tokens", "/articles?relevance=not_relevant", "/v1/digests/all?format=html", "/feeds.opml",
)  # fmt: skip
_NOT_READ = ("/static", "/signout", "/v2", "/rules/", "/digests/2", "/review?article=")
"""What tells of no article; and days, of which each links to the one before, without an end."""
_CHANGES = ("/names", "/names/hide", "/pause", "/resume", "/decide", "/claim", "/keys", "/name")
"""Forms are sent there, and nothing can be read."""
FAR = {"x-forwarded-for": "203.0.113.9"}


def tokens(monitor: Given) -> dict[str, dict[str, str]]:
    """Return headers by which each role comes from elsewhere; none has the scope for names."""
    found = {}
    for name, role in ROLES.items():
        scopes = tuple(scope for scope in role.scopes if str(scope) != "names")
        _, secret = monitor.store.add_token(
            f"A {name}", Role(scopes, role.provisional), monitor.now()
        )
        found[name] = {**FAR, "authorization": f"Bearer {secret}"}
    return found


def pages(desk: Opened, role: str, headers: Mapping[str, str], *, filters: int) -> Iterator[Out]:
    """Yield every page that links lead to, as a role reads them; articles and stories all.

    Of a list that can be filtered, `filters` addresses are read besides its pages.
    """
    monitor = desk.monitor
    stories = monitor.store.list_stories(monitor.stories_stamp, limit=1000)
    days = sorted({f"{stage:%Y-%m-%d}" for stage in planted.STAGES})
    waiting = [
        *STARTS,
        *(f"/articles/{key}" for key in desk.ids),
        *(f"/stories/{story.id}" for story in stories),
        *(f"/digests/{day}" for day in days),
        *(f"/review?article={key}" for key in desk.ids[:: max(1, len(desk.ids) // (5 * filters))]),
        *(f"/outlets/{outlet_id(name)}/letter" for name in desk.planted.outlets),
    ]
    seen, queries = set(waiting), Counter[str]()
    with httpx.Client(base_url=desk.address, headers=dict(headers), timeout=60) as client:
        while waiting:
            path = waiting.pop()
            answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=True)
            if answer.status_code >= 500:
                raise AssertionError(f"{path} answers {answer.status_code}")
            yield Out(f"pages, {role}", path, f"{answer.headers}\n{answer.text}")
            for link in map(html.unescape, _LINK.findall(answer.text)):
                parts = urlsplit(link)
                if link in seen or link.startswith(_NOT_READ) or link.endswith(_CHANGES):
                    continue
                seen.add(link)
                if parts.query and "after" not in dict(parse_qsl(parts.query)):
                    queries[parts.path] += 1
                    if queries[parts.path] > filters:
                        continue
                waiting.append(link)


def api(desk: Opened, role: str, headers: Mapping[str, str]) -> Iterator[Out]:
    """Yield what every route that only reads answers to a role's token."""
    monitor = desk.monitor
    stories = [one.id for one in monitor.store.list_stories(monitor.stories_stamp, limit=1000)]
    days = [f"{stage:%Y-%m-%d}" for stage in planted.STAGES[3:]]
    fills: Mapping[str, Sequence[str]] = {
        "article_id": desk.ids,
        "story_id": stories,
        "outlet_id": [outlet_id(name) for name in desk.planted.outlets],
        "rule_id": ["rescue-language"],
        "guideline": ["thb-en"],
        "day": ["all", *days],
        "export_id": ["none"],
    }
    more = {
        "/v1/articles": ["?limit=200", "?limit=200&order=newest", "?limit=200&relevant=false"],
        "/v1/stories": ["?limit=200"],
        "/v1/digests/{day}": [f"?format={form}" for form in ("json", "html", "atom", "jsonfeed")],
        "/v1/coverage/sample": [f"?day={day}" for day in days],
    }
    with httpx.Client(base_url=desk.address, headers=dict(headers), timeout=60) as client:
        document = client.get("/openapi.json").json()
        for route, item in document["paths"].items():
            if "get" not in item:
                continue
            wanted = re.findall(r"\{(\w+)\}", route)
            addresses = [route]
            for name in wanted:  # a new one has to be filled in here
                addresses = [a.replace(f"{{{name}}}", v) for a in addresses for v in fills[name]]
            for address in addresses:
                for query in more.get(route, [""]):
                    yield from _answers(client, role, route, f"{address}{query}")


def _answers(client: httpx.Client, role: str, route: str, address: str) -> Iterator[Out]:
    """Yield what an address answers, and the pages behind it."""
    surface = "metrics" if route == "/metrics" else f"API, {role}"
    if "format=atom" in address or "format=jsonfeed" in address:
        surface = f"feeds, {role}"
    after = ""
    while True:
        answer = client.get(address + after)
        if answer.status_code >= 500:
            raise AssertionError(f"{address} answers {answer.status_code}")
        yield Out(surface, address, f"{answer.headers}\n{answer.text}")
        told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        if not isinstance(told, dict) or not told.get("next"):
            return
        after = f"{'&' if '?' in address else '?'}after={told['next']}"


def found_by_search(
    desk: Opened, headers: Mapping[str, str], *, each: int
) -> Iterator[tuple[str, int]]:
    """Yield who can be found by her name: a search for it, or a part, gives an article of hers.

    In the API; of every person `each` in the archive's page and by the command too.
    """
    mine = defaultdict(set)
    for key, (_, person) in desk.monitor.plan.items():
        if person is not None:
            mine[person.number].add(key)
    ids = re.compile("|".join(desk.ids))
    with httpx.Client(base_url=desk.address, headers=dict(headers), timeout=60) as client:
        for person in desk.planted.people:
            asked = dict.fromkeys((person.name, person.short, person.parts[0]))
            for words in asked:
                if mine[person.number] & set(ids.findall(_searched(client, "/v1/articles", words))):
                    yield "search by name, API", person.number
            if person.number % each == 0:
                said = _searched(client, "/articles", person.name)
                if mine[person.number] & set(ids.findall(said)):
                    yield "search by name, pages", person.number
                said = command(desk, "articles", "search", person.name)
                if mine[person.number] & set(ids.findall(said)):
                    yield "search by name, command", person.number


def _searched(client: httpx.Client, path: str, words: str) -> str:
    return client.get(path, params={"q": words}).text


def searches(desk: Opened, headers: Mapping[str, str]) -> Iterator[Out]:
    """Yield what a search shows for words that stand beside the names."""
    towns = [piece.town for piece in desk.planted.pieces]
    words = ["said", "photograph", "thermos", "clerk", "telephone", '"stayed on"', "bakery -court"]
    with httpx.Client(base_url=desk.address, headers=dict(headers), timeout=60) as client:
        for typed in [*words, *towns[:: max(1, len(towns) // 8)]]:
            for path in ("/articles", "/v1/articles"):
                answer = client.get(path, params={"q": typed})
                yield Out("search", f"{path}?q={typed}", answer.text)


# By mail, files and commands ---------------------------------------------------------------------


def mails(desk: Opened) -> Iterator[Out]:
    """Yield each message that the mail server got, of the schedule too, every part decoded."""
    for stage in planted.STAGES[3:]:
        send_day(desk.monitor, f"{stage:%Y-%m-%d}", desk.clock())
    assert len(desk.mail) >= len(planted.STAGES[3:])
    for number, message in enumerate(desk.mail):
        yield Out("mail", f"message {number}, as it came", message.as_string())
        decoded = [f"{name}: {value}" for name, value in message.items()]
        for part in message.walk():
            decoded += [f"{name}: {value}" for name, value in part.items()]
            if not part.is_multipart():
                decoded.append(str(part.get_content()))
        yield Out("mail", f"message {number}", "\n".join(decoded))


DEGREES: tuple[TextDegree, ...] = get_args(TextDegree)
FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)


def exported(desk: Opened, kinds: Iterable[tuple[ExportFormat, TextDegree]]) -> Iterator[Out]:
    """Yield every string of every file of exports that anybody may read."""
    for form, degree in kinds:
        folder = desk.folder / f"{form}-{degree}"
        selection.export(desk.monitor, folder, format=form, policy=PublicationPolicy(text=degree))
        yield from files(folder, f"export, text {degree}")


def files(folder: Path, surface: str) -> Iterator[Out]:
    """Yield the strings of files, and what they are called."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        told = [str(path.relative_to(folder))]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                told += [
                    archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
                ]
        else:
            told += [text for unit in attacks._units(path) for text in attacks._strings(unit)]
        yield Out(surface, path.name, "\n".join(told))


def command(desk: Opened, *words: str) -> str:
    """Return what a command prints, on both streams, over the desk in this process."""
    done = CliRunner().invoke(app, list(words), obj=lambda: nullcontext(desk.monitor))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return f"{done.stdout}\n{done.stderr}"


def commands(desk: Opened, *, each: int) -> Iterator[Out]:
    """Yield what the commands print that tell of articles; of the stories, every `each` one's."""
    monitor = desk.monitor
    days = [f"{stage:%Y-%m-%d}" for stage in planted.STAGES]
    stories = [one.id for one in monitor.store.list_stories(monitor.stories_stamp, limit=1000)]
    some = stories[::each]
    out = str(desk.folder / "report")
    rule = desk.folder / "trial.yaml"
    common = own_guide.RULE.replace("unfortunate", "said, was, who, remembers, describes, is")
    rule.write_text(common.replace("said, was, who, remembers, describes, is-", "trial-"), "utf-8")
    lines: list[tuple[str, ...]] = [
        *(("digest", "--day", "all", "--format", form) for form in ("text", "md", "html", "json")),
        *(("digest", "--day", "all", "--format", form) for form in ("atom", "jsonfeed")),
        *(("digest", "--day", "all", "--evidence", "--format", form) for form in ("text", "md")),
        ("digest", "--day", days[-1]),
        ("digest", "--send", "--day", days[-1]),
        *(("stories", "list", "--limit", "1000", "--format", form) for form in ("text", "json")),
        *(("stories", "show", key, "--format", form) for key in some for form in ("text", "json")),
        *(
            ("articles", "search", *words, "--limit", "1000", "--format", form)
            for words in ((), ("thermos",))
            for form in ("text", "json")
        ),
        *(("reviews", "sample", "--day", days[3], "--format", form) for form in ("text", "json")),
        ("reviews", "list"),
        ("reviews", "list", "--conflicts"),
        ("reviews", "list", "--waiting"),
        *(("coverage", "--format", form) for form in ("text", "json")),
        *(("trends", "--format", form) for form in ("text", "json")),
        *(("outlets", "--format", form) for form in ("text", "json")),
        *(("outlets", name, "--format", "json") for name in desk.planted.outlets[::each]),
        *([("report", "--month", "2026-11", "-o", out)] if each == 1 else []),
        ("guidelines", "try", str(rule), "--examples", "1000", "--format", "json"),
        ("feeds", "list"),
        ("feeds", "export"),
        ("names", "asked"),
        ("recipients", "list"),
        ("recipients", "sends"),
        ("forget", "--list"),
        ("forget", *desk.ids),
    ]
    for words in lines:
        said = command(desk, *words)
        yield Out(f"command {_called(words)}", " ".join(words)[:80], said)
    if (desk.folder / "report").is_dir():
        yield from files(desk.folder / "report", "command report")


def _called(words: Sequence[str]) -> str:
    """Return a command's name with its format, for a table."""
    name = " ".join(word for word in words[:2] if re.fullmatch("[a-z]+", word))
    form = words[words.index("--format") + 1] if "--format" in words else ""
    return f"{name} {form}".strip()


def at_work(desk: Opened) -> Iterator[Out]:
    """Yield what the jobs say while they work, and what was logged from the beginning."""
    for words in (("ingest", "--now"), ("assess",), ("stories", "fold"), ("run",), ("doctor",)):
        if words[0] != "doctor":
            yield Out(f"command {' '.join(words[:1])}", " ".join(words), command(desk, *words))
    lines: list[str] = []
    stop = Stop()

    def rest(_: float) -> None:
        stop.asked = True

    watch(desk.monitor, stop=stop, tell=lines.append, sleep=rest)
    yield Out("log", "the schedule", "\n".join(lines))
    yield Out("log", "all loggers", "\n".join(desk.logged))


# All of it ---------------------------------------------------------------------------------------


KNOWN_OPEN = frozenset(
    (f"search by name, {way}", "other language") for way in ("API", "pages", "command")
)
"""Surface and kind where names are found, and that is said: where names cannot be told, words can
be searched all the same, though nothing is shown (reference, "monitor articles search")."""


@dataclass
class Haul:
    """Who was found by which surface, with a place where; and how much was read."""

    found: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    read: Counter[str] = field(default_factory=Counter)
    watch: Any = None

    def take(self, seeker: Seeker, outs: Iterable[Out]) -> None:
        """Look through what was given out."""
        for out in outs:
            if self.watch:
                self.watch(out)
            self.read[out.surface] += 1
            whole = f"{out.what}\n{out.text}"
            for number in seeker.find(whole) - self.found[out.surface].keys():
                self.found[out.surface][number] = f"{out.what}: {seeker.where(whole, number)}"

    def leaks(self, people: Sequence[Person]) -> list[str]:
        """Return a line for each who was found, save where that is said to be so."""
        return [
            f"{surface}: {people[number].kind}: {people[number].name}: {where}"
            for surface, found in sorted(self.found.items())
            for number, where in sorted(found.items())
            if (surface, people[number].kind) not in KNOWN_OPEN
        ]

    def table(self, people: Sequence[Person]) -> str:
        """Return how many were found, by surface and kind of planting."""
        kinds = [kind for kind in planted.KINDS if any(one.kind == kind for one in people)]
        of = Counter(one.kind for one in people)
        lines = ["found by surface (read: answers, files, lines), of the people of each kind"]
        for surface in sorted(self.found):
            by = Counter(people[number].kind for number in self.found[surface])
            told = ", ".join(f"{kind} {by[kind]}/{of[kind]}" for kind in kinds if by[kind])
            lines.append(
                f"{surface} ({self.read[surface]:,}): {sum(by.values())} of {len(people)}"
                + (f": {told}" if told else "")
            )
        whole = {number for numbers in self.found.values() for number in numbers}
        by = Counter(people[number].kind for number in whole)
        lines.append("")
        lines.append(f"anywhere: {len(whole)} of {len(people)}")
        lines += [f"  {kind} ({planted.KINDS[kind]}): {by[kind]} of {of[kind]}" for kind in kinds]
        return "\n".join(lines)


def plunder(desk: Opened, *, roles: Collection[str], full: bool) -> Haul:
    """Read all that is given out, and return who was found; `full`: in every combination."""
    seeker, haul = Seeker(desk.planted.people), Haul()
    headers = tokens(desk.monitor)
    kinds = [(form, degree) for form in FORMATS for degree in DEGREES]
    if not full:
        kinds = [(form, "full") for form in FORMATS] + [("jsonl", "quotes"), ("csv", "none")]
    haul.take(seeker, at_work(desk))
    filters = 6 if full else 2
    haul.take(seeker, pages(desk, "at home", {}, filters=filters))
    for role in roles:
        if full:
            haul.take(seeker, pages(desk, role, headers[role], filters=filters))
        haul.take(seeker, api(desk, role, headers[role]))
    haul.take(seeker, searches(desk, headers["reader"]))
    for surface in ("API", "pages", "command"):
        haul.take(seeker, [Out(f"search by name, {surface}", "", "")])
    for surface, number in found_by_search(desk, headers["reader"], each=1 if full else 7):
        haul.found[surface].setdefault(number, "")
    haul.take(seeker, mails(desk))
    haul.take(seeker, exported(desk, kinds))
    haul.take(seeker, commands(desk, each=1 if full else 8))
    haul.take(seeker, [Out("log", "all loggers", "\n".join(desk.logged))])
    return haul


# Real articles ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """Says of real articles how relevant they are, as their labels have it."""

    stamp: str
    relevance: Mapping[str, float]

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        found = [self.relevance[article.id] for article in articles]
        return [
            Assessment(self.stamp, relevance=r, relevant=r > 0.5, borderline=0.3 < r < 0.5)
            for r in found
        ]


def hidden_names(monitor: Monitor, articles: Sequence[Article]) -> dict[str, set[str]]:
    """Return by id the whole names, folded, of those whom the masks are sure to hide."""
    found: dict[str, set[str]] = {}
    for article in articles:
        masked = monitor.mask(article)
        told = {"title": article.title, "text": article.text}
        names = {told[s.field][s.start : s.end] for s in masked.spans} if masked else set()
        found[article.id] = {
            fold(name)
            for name in names
            if masked and re.fullmatch(r"[\w'’-]+(?: [\w'’-]+)+", name)
            if set(name.split(" ")) <= masked.sure
        }
    return found


def real(count: int) -> int:
    """Look in what is given out of each of so many real articles for whole names that the masks
    hide in it; print counts, never a name, and return how many are read."""
    labelled = attacks.development_rows()
    rows = [row for row in labelled if sha256(row["event"].encode()).digest()[0] >= 64]
    rows = sorted(rows, key=lambda row: -row["rel"])[:count]
    with TemporaryDirectory() as home, Monitor(Settings(home=Path(home))) as monitor:
        sure = {f"{number:016x}": (0.05, 0.4, 0.9)[row["rel"]] for number, row in enumerate(rows)}
        judge = _Known(CLASSIFIER, sure)
        vars(monitor).update(shelf=shipped.shelf(), assessors=(judge,), classifiers=(judge,))
        attacks.stored(monitor, rows)
        planted_desk.judge(monitor)
        articles = [one.article for one in monitor.articles()]
        names = hidden_names(monitor, articles)
        stories = monitor.store.stories_of(monitor.stories_stamp, list(names))
        read = Counter[str]()
        with serving.serve(monitor) as address:
            headers = tokens(monitor)["reviewer"]
            with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
                for key, hidden in names.items():
                    paths = [f"/articles/{key}", f"/v1/articles/{key}"]
                    if key in stories:
                        paths += [f"/stories/{stories[key]}", f"/v1/stories/{stories[key]}"]
                    for path in paths if hidden else ():
                        text = "\n".join(map(fold, readings(client.get(path).text)))
                        surface = path.rpartition("/")[0]
                        read[surface] += sum(
                            bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))
                            for name in hidden
                        )
    print(
        f"{len(rows)} real articles: {sum(map(len, names.values()))} whole names hidden by the"
        f" program's own masks; read in what is given out of the article: {dict(read)}"
    )
    return sum(read.values())


def main() -> int:
    """Plant, plunder and print; return 1 where a name was found."""
    import argparse
    import time

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--real", type=int, default=0, help="so many real articles instead")
    parser.add_argument("-v", action="store_true", dest="places", help="where each was found")
    given = parser.parse_args()
    if given.real:
        return int(bool(real(given.real)))
    begun = time.monotonic()
    made = planted.make(given.people, given.articles)
    with opened(made) as desk:
        print(f"{len(made.pieces)} articles, {len(made.people)} people planted and given as known")
        print(f"desk made: {time.monotonic() - begun:.0f} s", file=sys.stderr)
        haul = plunder(desk, roles=list(ROLES), full=True)
    print(haul.table(made.people))
    leaks = haul.leaks(made.people)
    if given.places:
        print("\n".join(leaks))
    print(f"{len(leaks)} leaks; {time.monotonic() - begun:.0f} s")
    return int(bool(leaks))


if __name__ == "__main__":
    sys.exit(main())
