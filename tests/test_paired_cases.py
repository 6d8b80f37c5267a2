"""Two cases that are equal in what a reader may know are one and the same to that reader (visibility.md, rule 2).

Each test plays twins (see tests/twins.py) day by day and, on some days, lets each reader ask both for everything: every
GET route that the routers have, every other route with a representative body, and their letters. The answers must be the
same to the byte, headers included, and so must the text and number of the SQL statements that it took to give them.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, or_, select

from mediation.letters import texts as letters
from mediation.reading.papers import PAPERS
from mediation.sealing.standalone import verify
from mediation.store.models import Letter, Participant, RecordEntry, RoleHeld
from mediation.workflow.declaration import Role, Trait, Workflow
from tests import supervision_detours as standing
from tests import supervision_road as to_contract
from tests import supervision_year as year
from tests import twins as steps
from tests.houses import MONDAY, application
from tests.twins import AINO, BEFORE, GOES_ON, INNER, LANGUAGE, PEOPLE, SIGNING, TABLE, TIMO, Twin, twins
from tests.walked_routes import WalkedRoute, is_form_alone, is_page, walk_routes
from tests.workflow import second_road
from tests.workflow.second_workflow import WALKS, walks_declared
from tests.world import undoing
from workflows import WORKFLOWS

Step = Callable[[Twin], object]
Detour = Callable[[Twin], Callable[[], None]]

# They look once a second by the machine's own clock, and know of no case: of two askings one may find it looked at already.
PROBES = {"/healthz", "/readyz"}
WALKED = [
    one
    for one in walk_routes(application())
    if one.authority not in {None, "handed-on"} and one.path not in PROBES and "{digest}" not in one.path
    if not is_form_alone(one)
]  # what a form is handed on to is walked itself
DESCRIPTION = application().openapi()
UNKNOWN = "Z" * 20
FIRST_MOVES = [one.initial.transitions[0].code for one in (*WORKFLOWS.values(), WALKS)]
_ID = re.compile(r"\b[A-Z2-7]{20}\b")
_HEAD = re.compile(rb'"head":"[0-9a-f]{64}"')
_LETTERS = re.compile(r"(?<=Lähettämistä odottaa )\d+".encode())  # on the page of the installation's state
_EXAMPLE_ID = re.compile(r"\b(?=\w*\d)(?=\w*[A-Z])\w{12,20}\b")

# What only a representative does, and can do in one phase and not in another: there, the act itself is the difference.
OWN_ACTS = {
    act
    for workflow in WORKFLOWS.values()
    for phase in workflow.phases
    for act, who in phase.open_to.items()
    if who & workflow.who(Trait.REPRESENTS)
}


@dataclass(frozen=True)
class Heard:
    """All that one request tells: the answer, and what was asked of the databases for it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statements: tuple[str, ...]


@dataclass
class Caller:
    """The callers of one twin."""

    twin: Twin
    client: httpx.Client
    asked: int = 0

    def ask(self, who: str, method: str, path: str, *, keep: bool = True, **sent: Any) -> Heard:
        """One request of somebody; where `keep` is False, what it did is undone."""
        self.asked += 1
        self.twin.ids.aside = f"request {self.asked}"
        headers = {"Authorization": f"Bearer {self.twin.house.tokens[who]}", "X-Request-Id": "the-same-in-both"}
        with self._statements() as asked, ExitStack() as stack:
            if not keep:
                stack.enter_context(undoing(self.twin.house))
            answer = self.client.request(method, path, headers=headers | sent.pop("headers", {}), **sent)
        self.twin.ids.aside = ""
        return Heard(answer.status_code, tuple(sorted(answer.headers.items())), answer.content, tuple(asked))

    @contextmanager
    def _statements(self) -> Iterator[list[str]]:
        asked: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            asked.append(statement)

        database = self.twin.house.installation.database
        for engine in (database.engine, database.keyring.engine):
            event.listen(engine, "before_cursor_execute", note)
        yield asked
        for engine in (database.engine, database.keyring.engine):
            event.remove(engine, "before_cursor_execute", note)


@contextmanager
def pair(template: Path, seed: int, differs: frozenset[str]) -> Iterator[list[Caller]]:
    """Twins with their callers open; gone afterwards."""
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        both = twins(template, Path(home), seed, differs)
        for twin in both:
            stack.callback(twin.house.installation.close)
        yield [Caller(one, stack.enter_context(TestClient(one.house.app))) for one in both]


def on_day(callers: Sequence[Caller], day: int, *steps: Step) -> None:
    """Let both do the same on a day, at nine in the morning and an hour later for each step."""
    for caller in callers:
        for hour, step in enumerate(steps):
            caller.twin.house.clock.at = MONDAY + timedelta(days=day, hours=hour)
            step(caller.twin)
        caller.twin.house.clock.at = MONDAY + timedelta(days=day, hours=8)


# What a reader asks.


def gets() -> list[WalkedRoute]:
    """Every route that can be read."""
    found = [one for one in WALKED if "GET" in one.methods]
    assert len(found) > 15
    return found


def posts() -> list[tuple[str, WalkedRoute]]:
    """Every route of a case that does something, and the one by which a case begins."""
    found = [(method, one) for one in WALKED for method in sorted(one.methods - {"GET", "HEAD"})]
    of_cases = [(method, one) for method, one in found if one.path.startswith("/api/cases")]
    assert len(of_cases) > 50
    return of_cases


def addresses(route: WalkedRoute, number: str, ids: Sequence[str]) -> list[str]:
    """The addresses of a route in this case: with an id that was never used, and with every one of `ids` that fits."""
    path = route.path.replace("{number}", number).replace("{version}", "1")
    if "{code}" in path:
        return [path.replace("{code}", one) for one in FIRST_MOVES]
    if "{paper}" in path and not is_page(route):
        printed = path.endswith("/pdf")  # says the same, and takes longer
        return [path.replace("{paper}", one) for one in (UNKNOWN, *(["outcome-notice"] if printed else PAPERS))]
    if is_page(route):
        return [re.sub(r"\{\w+\}", UNKNOWN, path)]  # the page of a form is the same for every item
    blanks = re.findall(r"\{\w+\}", path)
    if not blanks:
        return [path]
    return [re.sub(r"\{\w+\}", one, path) for one in (UNKNOWN, *ids)]


def body_of(method: str, route: WalkedRoute, ids: Sequence[str]) -> dict[str, Any]:
    """What is sent to a route: the example of its description, with ids that the reader may have."""
    content = DESCRIPTION["paths"][route.path][method.lower()].get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    if not reference:
        return {"content": b"%PDF-1.7", "params": {"whose": UNKNOWN}, "headers": {"Content-Type": "application/pdf"}}
    text = json.dumps(DESCRIPTION["components"]["schemas"][reference].get("examples", [{}])[0])
    return {
        "content": _EXAMPLE_ID.sub(ids[0] if ids else UNKNOWN, text),
        "headers": {"If-Match": '"0"', "Content-Type": "application/json"},
    }


def compare(callers: Sequence[Caller], readers: Sequence[str], *, doing: bool) -> None:
    """Let each reader ask both for everything they can."""
    known = _shared_ids(callers)
    for who in readers:
        mine = _read_everything(callers, who, known)
        _compare_letters(callers, who)
        if doing:
            _do_everything(callers, who, mine, known)


def _shared_ids(callers: Sequence[Caller]) -> list[str]:
    # What the mediator sees in both: somebody may have got hold of such an id, and it must open nothing to them.
    seen = [_ID.findall(_told(caller.ask("Meri", "GET", _case(caller), keep=False))) for caller in callers]
    agreed = [
        _ID.findall(_told(caller.ask("Meri", "GET", f"{_case(caller)}/agreement", keep=False))) for caller in callers
    ]
    return sorted(set(seen[0] + agreed[0]) & set(seen[1] + agreed[1]))


def _case(caller: Caller) -> str:
    return f"/api/cases/{caller.twin.table.number or '2027-0001'}"


def _told(heard: Heard) -> str:
    return heard.body.decode("latin-1")


def _reads_own(route: WalkedRoute) -> bool:
    return "{document}" in route.path or "{text}" in route.path


def _read_everything(callers: Sequence[Caller], who: str, known: Sequence[str]) -> list[str]:
    mine: dict[str, None] = {}
    one = callers[0].twin.table.number or "2027-0001"
    for route in sorted(gets(), key=_reads_own):
        asked = addresses(route, one, [*mine] if _reads_own(route) else known[:2])
        queries = ["?version=1", "?version=2"] if "/agreement" in route.path else ["?limit=1"]
        for path in [*asked, *(asked[0] + query for query in queries)]:
            both = [_without_head(caller.ask(who, "GET", path)) for caller in callers]
            _same(who, f"GET {path}", both)
            mine.update(dict.fromkeys(_ID.findall(_told(both[0]))))
    return [*mine]


def _without_head(heard: Heard) -> Heard:
    """What is told, but for the head of the record: each case digests with a key of its own, and only mediators see it.

    A bundle names the head of when it was sealed, which nobody can undo; what is made of it differs with it. An administrator
    is told how many letters wait, of all cases together, and that number is that of the one case here.
    """
    if heard.body.startswith(b"PK") and verify.MANIFEST.encode() in heard.body:
        return _without_signature(heard)
    if _LETTERS.search(heard.body):
        return _without_length(replace(heard, body=_LETTERS.sub(b"", heard.body)))
    return replace(heard, body=_HEAD.sub(b'"head":""', heard.body))


def _without_signature(heard: Heard) -> Heard:
    parts = verify.unpack(heard.body)
    assert parts.pop(verify.SIGNATURE)
    manifest = json.loads(parts.pop(verify.MANIFEST))
    if manifest["record"]:
        head = manifest["record"].pop("head").encode()
        parts["README.txt"] = parts["README.txt"].replace(head, b"")
        next(one for one in manifest["files"] if one["name"] == "README.txt").pop("sha256")
    return _without_length(replace(heard, body=repr((manifest, parts)).encode()))


def _without_length(heard: Heard) -> Heard:
    return replace(heard, headers=tuple(one for one in heard.headers if one[0] != "content-length"))


def _do_everything(callers: Sequence[Caller], who: str, mine: Sequence[str], known: Sequence[str]) -> None:
    heard: list[int] = []
    chosen, numbered = Random(who), all(caller.twin.table.number for caller in callers)
    for method, route in posts():
        if route.path == "/api/cases" and not numbered:
            continue  # numbers are given in their order: who begins a case learns how many there are
        ids = [chosen.choice(list(ids)) for ids in (mine, known) if ids]
        for path in addresses(route, callers[0].twin.table.number or "2027-0001", ids):
            sent = body_of(method, route, mine)
            both = [caller.ask(who, method, path, keep=False, **json_safe(sent)) for caller in callers]
            heard += [one.status for one in both]
            done = [one.status < 400 for one in both]
            if any(done) and who in {"Kaarina", "Timo"} and OWN_ACTS & set(route.acts):
                continue
            _same(who, f"{method} {path}", both, statements=not any(done))
    assert heard.count(422) < len(heard) / 2, f"{who}: what is sent is mostly malformed, and so proves little"


def json_safe(sent: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that the request may change."""
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in sent.items()}


def _same(who: str, what: str, both: Sequence[Heard], *, statements: bool = True) -> None:
    one, other = both
    assert (one.status, one.body) == (other.status, other.body), f"{who}: {what}: {_apart(one.body, other.body)}"
    assert one.headers == other.headers, f"{who}: {what}"
    assert one.status < 500, f"{who}: {what}: {one.body!r}"
    if statements:
        assert one.statements == other.statements, f"{who}: {what}"


def _apart(one: bytes, other: bytes) -> str:
    """Where two answers part, with what stands before."""
    at = next((at for at, both in enumerate(zip(one, other, strict=False)) if both[0] != both[1]), 0)
    return f"{one[max(0, at - 200) : at + 60]!r} and {other[max(0, at - 60) : at + 60]!r}"


def _compare_letters(callers: Sequence[Caller], who: str) -> None:
    one, other = (letters_to(caller.twin, who) for caller in callers)
    assert one == other, f"letters to {who}"


def letters_to(twin: Twin, who: str) -> list[tuple[str, bytes]]:
    """Every letter that somebody has had by now: its file name and its bytes, as it was posted when it was due."""
    installation, now = twin.house.installation, twin.house.clock.at
    with installation.database.reading() as db:
        mine = select(Letter).join(Participant, Participant.id == Letter.participant_id)
        had = or_(Letter.called_off_at.is_(None), Letter.called_off_at > Letter.due_at)
        theirs = mine.where(Participant.person_id == twin.house.people[who], Letter.due_at <= now, had)
        told = [
            (
                f"{one.id}.eml",
                letters.message(letters.decrypt_letter(db, one.id), installation.settings, dated=one.due_at),
            )
            for one in db.scalars(theirs.order_by(Letter.due_at, Letter.id))
        ]
    return [(name, bytes(message)) for name, message in told]


# The road, with what may stand in the way on each day.


@dataclass(frozen=True)
class Day:
    """One day of the road: what happens, and the detours that a case may be on when somebody looks."""

    name: str
    steps: tuple[Step, ...]
    detours: tuple[Detour, ...] = ()
    lasts: int = 3  # days, until the next one begins


def begins(days: Sequence[Day], number: int) -> int:
    """After how many days one of these begins."""
    return sum(one.lasts for one in days[:number])


def stay(twin: Twin) -> Callable[[], None]:
    """No detour."""
    return lambda: None


UNSEEN = (steps.screen_again, steps.talk_aside)  # by anybody but those it concerns
DETOURS = (*UNSEEN, steps.pause, steps.suspend)
ON_THE_WAY = (*DETOURS, steps.go_back)
THE_DAYS = (
    Day("referral", (steps.referral,)),
    Day("preparation", (steps.ordering, steps.taking_over, steps.meeting_alone), DETOURS),
    Day("opening", (steps.opening, steps.perhaps_leaving), ON_THE_WAY),
    Day("definition", (steps.defining,), ON_THE_WAY),
    Day("dialogue", (steps.talking,), ON_THE_WAY),
    Day("first version", (steps.looking_for_ways_out,), DETOURS),
    Day("second version", (steps.drafting_again,), DETOURS),
    Day("signed", (steps.signing,), DETOURS),
    Day("notice", (steps.notice,), DETOURS),
    Day("follow-up", (steps.following_up, steps.amending), DETOURS),
    Day("end", (steps.ending,)),
)
CALLS = (second_road.call,)
THE_WALK = (
    Day("referral", (second_road.referral,)),
    Day("asking", (second_road.asking,), CALLS),
    Day("walking", (second_road.walking,), (*CALLS, steps.pause)),
    Day("written down", (second_road.writing_down,), (*CALLS, steps.pause)),
    Day("home", (second_road.coming_home,)),
)
ASIDE_OF_GROUP = (standing.talk_aside,)
BEYOND_GROUP = (*ASIDE_OF_GROUP, standing.put_times)
AROUND_GROUP = (*BEYOND_GROUP, standing.go_back, standing.suspend)
THE_YEAR = (
    Day("inquiry", (to_contract.referral,)),
    Day("ordered", (to_contract.ordering, to_contract.taking_over)),
    Day("mapping", (to_contract.mapping, to_contract.cared_for), AROUND_GROUP),
    Day("contract", (to_contract.contracting,), ASIDE_OF_GROUP),
    Day("begun", (to_contract.beginning,), AROUND_GROUP, lasts=9),
    Day(
        "sessions",
        (year.hold, year.moving, year.offering),
        (*ASIDE_OF_GROUP, standing.go_back, standing.suspend),
        lasts=14,
    ),
    Day("more sessions", (year.answered, year.hold, year.rating_beside, to_contract.cared_for), AROUND_GROUP),
    Day("interim evaluation", (year.interim, year.evaluating), AROUND_GROUP, lasts=14),
    Day("contract again", (year.renewing,), ASIDE_OF_GROUP),
    Day("renewed", (year.renewed, year.leaving, year.hold, year.rating_beside), AROUND_GROUP, lasts=30),
    Day(
        "closing evaluation", (year.closing, year.evaluating, to_contract.night, year.proposing), AROUND_GROUP, lasts=16
    ),
    Day("summary", (year.settling,), AROUND_GROUP),
    Day("end", (year.ending, year.asked_how_it_was)),
)
# Of each workflow, the road that twins are taken along.
COURSES: Mapping[str, Sequence[Day]] = {"mediation": THE_DAYS, "supervision": THE_YEAR, WALKS.code: THE_WALK}
ASIDE = frozenset({BEFORE, INNER})  # what another party may not know
AROUND = frozenset({BEFORE, INNER, AINO, SIGNING, TABLE, TIMO})  # what those around the table may not know
BEYOND = AROUND | {PEOPLE}


def look(callers: Sequence[Caller], readers: Sequence[str], detours: Sequence[Detour], *, doing: bool) -> None:
    """Let each twin go on a detour of its own, let the readers look, and let both come back."""
    kind = TABLE if TABLE in callers[0].twin.differs else INNER
    backs = [caller.twin.dice[kind].choice([*detours, stay])(caller.twin) for caller in callers]
    compare(callers, readers, doing=doing)
    for back in backs:
        back()


def walk(
    template: Path,
    seed: int,
    differs: frozenset[str],
    detours: Sequence[Detour],
    *readers: str,
    days: Sequence[Day] = THE_DAYS,
) -> None:
    """Take twins along the whole road, and let the readers look on two of its days; on one of them they try everything."""
    chosen = Random(seed)
    looks = chosen.sample(range(1, len(days)), 2)
    with pair(template, seed, differs) as callers:
        for number, day in enumerate(days):
            on_day(callers, begins(days, number), *day.steps)
            if number in looks:
                fitting = [one for one in day.detours if one in detours]
                look(callers, readers, fitting, doing=number == looks[0])


SEEDS = st.integers(0, 10**6)
_seeded = partial(
    settings,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def in_one_pair(test: Callable[..., None]) -> Callable[..., None]:
    """One pair for each of these tests, and each test on every sixteenth day; of each file one at least every day."""
    turn = pytest.mark.part(16, walk=f"pairs of {test.__module__}")
    marked: Callable[..., None] = turn(_seeded(max_examples=1)(test))
    return marked


# Whether the twins meet what there is to meet.
of_the_roads = pytest.mark.part(3, walk="roads")


@in_one_pair
@given(SEEDS)
def test_a_mediator_learns_nothing_of_what_was_confided_to_the_one_before(sqlite_template: Path, seed: int) -> None:
    walk(sqlite_template, seed, frozenset({BEFORE}), ON_THE_WAY, "Meri")


@in_one_pair
@given(SEEDS)
def test_a_party_learns_nothing_of_what_is_between_another_and_the_mediator(sqlite_template: Path, seed: int) -> None:
    walk(sqlite_template, seed, ASIDE, UNSEEN, "Aino")


@in_one_pair
@given(SEEDS)
def test_nobody_at_the_table_or_around_it_learns_before_the_seal_that_a_party_reads_another_language(
    sqlite_template: Path, seed: int
) -> None:
    """Then the page says so, for all who read it (workflow.md rule 14). An interpreter is not asked: they are to know."""
    with pair(sqlite_template, seed, frozenset()) as callers:
        for number, day in enumerate(THE_DAYS[:7]):
            on_day(callers, 3 * number, *day.steps)
            if day.name == "dialogue":
                for caller in callers:
                    caller.twin.part(frozenset({LANGUAGE}))
                on_day(callers, 3 * number + 1, steps.reading_otherwise)
        compare(callers, ("Aino", "Tuula", "Kaarina", "Vilho", "Ulla", "Kaisa"), doing=True)


@in_one_pair
@given(SEEDS)
def test_companions_learn_nothing_of_the_table(sqlite_template: Path, seed: int) -> None:
    walk(sqlite_template, seed, AROUND, ON_THE_WAY, "Tuula", "Irina")


@in_one_pair
@given(SEEDS)
def test_an_employer_representative_learns_nothing_but_own_lines(sqlite_template: Path, seed: int) -> None:
    walk(sqlite_template, seed, AROUND, ON_THE_WAY, "Kaarina")


@in_one_pair
@given(SEEDS)
def test_the_commissioner_learns_nothing_but_the_ladder(sqlite_template: Path, seed: int) -> None:
    walk(sqlite_template, seed, BEYOND, ON_THE_WAY, "Vilho")


@in_one_pair
@given(SEEDS)
def test_initiator_community_former_mediator_and_administrator_learn_nothing(sqlite_template: Path, seed: int) -> None:
    walk(sqlite_template, seed, BEYOND - {BEFORE}, ON_THE_WAY, "Ulla", "Kaisa", "Ilmari", "Arvo")


@in_one_pair
@given(SEEDS)
def test_who_left_learns_nothing_of_what_comes_after(sqlite_template: Path, seed: int) -> None:
    before = [
        (steps.referral,),
        (steps.ordering, steps.taking_over, steps.meeting_alone),
        (steps.opening, steps.leaving),
    ]
    with pair(sqlite_template, seed, frozenset({INNER, AINO})) as callers:
        for number, day in enumerate(before):
            on_day(callers, 3 * number, *day)
        for caller in callers:
            caller.twin.part(BEYOND | {GOES_ON})
        go_each_their_way(callers, len(before), ("Sari", "Ulla", "Kaisa", "Ilmari"), steps.breaking_off)


@in_one_pair
@given(SEEDS)
def test_an_interpreter_learns_nothing_of_the_phase(sqlite_template: Path, seed: int) -> None:
    with pair(sqlite_template, seed, AROUND | {GOES_ON}) as callers:
        for number, day in enumerate(THE_DAYS[:2]):
            on_day(callers, 3 * number, *day.steps)
        go_each_their_way(callers, 2, ("Irina",), lambda twin: None)


# How the two end where a party wished for a neutral end, and what is told: HR reads that it ended, and no more.
NEUTRALLY: Mapping[str, tuple[Step, Step]] = {
    "kept or an understanding": (
        partial(steps.keeping, told={"commissioner": "Tiimi jatkaa työtään."}),
        partial(steps.understanding, told={"commissioner": "Tiimi jatkaa työtään."}),
    ),
    "kept or nothing agreed": (partial(steps.keeping, told={}), lambda twin: None),
    "an understanding or nothing agreed": (partial(steps.understanding, told={}), lambda twin: None),
}


@pytest.mark.parametrize("ways", NEUTRALLY)
@in_one_pair
@given(SEEDS)
def test_hr_learns_nothing_of_a_neutral_end_but_that_it_ended(sqlite_template: Path, ways: str, seed: int) -> None:
    with pair(sqlite_template, seed, BEYOND) as callers:
        for number, day in enumerate((*(one.steps for one in THE_DAYS[:5]), (steps.wishing_for_a_neutral_end,))):
            on_day(callers, 3 * number, *day)
        for caller, way in zip(callers, NEUTRALLY[ways], strict=True):
            on_day([caller], 21, way)
        compare(callers, ("Vilho",), doing=False)
        on_day(callers, 24, steps.closing)
        compare(callers, ("Vilho",), doing=True)
        told = callers[0].ask("Vilho", "GET", f"/api/statuses/{callers[0].twin.table.number}").body
        assert json.loads(told)["outcome"] == "ended"


def go_each_their_way(callers: Sequence[Caller], first: int, readers: Sequence[str], end: Step) -> None:
    """Let one twin go on and the other stop, somewhere before the notice; then everybody looks.

    Where the times of the follow-ups are booked, they are booked in both.
    """
    days = THE_DAYS[first:8]
    onward = [caller.twin.dice[GOES_ON].randrange(len(days) + 1) for caller in callers]
    for number, day in enumerate(days):
        for caller, far in zip(callers, onward, strict=True):
            steps = day.steps if number < far else (_booked(day),)
            on_day([caller], 3 * (first + number), *(_without_leaving(one) for one in steps))
    on_day(callers, 3 * (first + len(days)), end)
    compare(callers, readers, doing=True)


def _booked(day: Day) -> Step:
    return steps.plan_follow_ups if steps.looking_for_ways_out in day.steps else lambda twin: None


def _without_leaving(step: Step) -> Step:
    return (lambda twin: None) if step is steps.perhaps_leaving else step


def _with_leaving(step: Step) -> Step:
    return steps.leaving if step is steps.perhaps_leaving else step


@in_one_pair
@given(SEEDS)
def test_a_case_is_not_there_for_who_has_no_seat(sqlite_template: Path, seed: int) -> None:
    chosen = Random(seed)
    with pair(sqlite_template, seed, BEYOND) as callers:
        for number, day in enumerate(THE_DAYS[: chosen.randrange(1, len(THE_DAYS))]):
            on_day(callers[:1], 3 * number, *day.steps)
        callers[1].twin.house.clock.at = callers[0].twin.house.clock.at
        compare(callers, ("Outi", "Veikko"), doing=True)


# Of each kind of reader of the second workflow, what they may not know and the detours that they may not notice.
WALKERS: Mapping[tuple[str, ...], tuple[frozenset[str], Sequence[Detour]]] = {
    ("Aino", "Sari"): (ASIDE, CALLS),
    ("Tuula", "Vilho"): (AROUND, (*CALLS, steps.pause)),
    ("Outi", "Veikko", "Arvo"): (BEYOND, (*CALLS, steps.pause)),
}


@pytest.mark.parametrize("readers", WALKERS, ids=" ".join)
@in_one_pair
@given(SEEDS)
def test_whoever_reads_a_case_of_a_second_workflow_learns_nothing_that_its_rows_do_not_give(
    sqlite_template: Path, readers: tuple[str, ...], seed: int
) -> None:
    with walks_declared():
        walk(sqlite_template, seed, *WALKERS[readers], *readers, days=THE_WALK)


@of_the_roads
def test_who_is_asked_for_letters_has_some(sqlite_template: Path) -> None:
    with pair(sqlite_template, 1, frozenset()) as callers:
        for number, day in enumerate(THE_DAYS):
            on_day(callers, 3 * number, *day.steps)
        had = {who: len(letters_to(callers[0].twin, who)) for who in callers[0].twin.house.people if who in steps.NAMES}
    without = {who for who, count in had.items() if not count}
    in_some_cases = {"Timo", "Iida"}
    assert without - in_some_cases == {"Veikko", "Arvo", "Outi", "Reetta"}


@of_the_roads
@pytest.mark.parametrize("workflow", [*WORKFLOWS.values(), WALKS], ids=lambda one: str(one.code))
def test_the_days_of_every_workflow_lead_through_every_phase_and_role(
    sqlite_template: Path, workflow: Workflow
) -> None:
    code = workflow.code
    assert code in COURSES, f"no twins walk the workflow {code}: give it a road in tests/test_paired_cases.py"
    with walks_declared(), pair(sqlite_template, 1, frozenset()) as [one, _]:
        for number, day in enumerate(COURSES[code]):
            on_day([one], begins(COURSES[code], number), *(_with_leaving(step) for step in day.steps))
        with one.twin.house.installation.database.reading() as db:
            phases = set(db.scalars(select(RecordEntry.phase)))
            held = workflow.roles_of(db.scalars(select(RoleHeld.role)))
    assert phases == {phase.code for phase in workflow.phases}
    walked = [
        _but_time_entries(role) for role in held
    ]  # of these a co-mediator sees their own, else what a mediator sees
    unwalked = [role for role in workflow.roles if _but_time_entries(role) not in walked]
    assert not [role for role in unwalked if Trait.ADMINISTERS not in role.traits]


def _but_time_entries(role: Role) -> dict[str, object]:
    return {item: level for item, level in role.sees.items() if item != "time-entry"}


# Of each kind of reader, what they may not know and the detours that they may not notice.
MANY: Mapping[tuple[str, ...], tuple[frozenset[str], Sequence[Detour]]] = {
    ("Meri",): (frozenset({BEFORE}), ON_THE_WAY),
    ("Aino",): (ASIDE, UNSEEN),
    ("Tuula", "Irina", "Kaarina"): (AROUND, ON_THE_WAY),
    ("Vilho",): (BEYOND, ON_THE_WAY),
    ("Ulla", "Kaisa", "Ilmari", "Arvo"): (BEYOND - {BEFORE}, ON_THE_WAY),
}


@pytest.mark.long
@pytest.mark.timeout(3600)
@_seeded(max_examples=25)
@given(SEEDS, st.sampled_from(list(MANY)))
def test_equal_cases_stay_equal_in_many_more_pairs(sqlite_template: Path, seed: int, readers: tuple[str, ...]) -> None:
    walk(sqlite_template, seed, *MANY[readers], *readers)
