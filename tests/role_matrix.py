"""What every route answers to everybody, phase by phase: knocked for at the running application and told as one page.

    python -m tests.role_matrix      # writes the page of each workflow anew; read its difference before you commit it

Each role and each outsider sends a request that would do at every route, and what it did is undone: so what is measured is
who may, not what was written, and nothing that one does is there for the next.
"""

import asyncio
import json
import re
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count, groupby
from pathlib import Path
from typing import Any
from unittest.mock import patch

import anyio.to_thread
from fastapi import FastAPI

from api.http.problems import MEDIA_TYPE
from mediation.installation.installation import open_installation
from mediation.settings import Settings
from mediation.workflow.declaration import Trait, Workflow
from tests.asking import ASKS, draft, example_at, first, made, operation_at, route_of
from tests.cases import NAMES, OFFICES
from tests.houses import House, SettableClock, application, counting
from tests.walked_routes import is_page, walk_routes
from tests.workflow.second_workflow import WALKS, walks_declared
from tests.world import LiveCase, case_at, referred, undoing
from workflows.mediation import MEDIATION
from workflows.supervision import SUPERVISION

Json = dict[str, Any]

# The roles of a mediation and of the second workflow, and whoever has none at a case.
ROLES = {
    "Meri": "mediator",
    "Ilmari": "co-mediator",
    "Aino": "party",
    "Tuula": "support-person",
    "Tiina": "interpreter",
    "Kaarina": "employer-representative",
    "Vilho": "commissioner",
    "Irma": "initiator",
    "Kaisa": "community-member",
    "Frans": "former-party",
    "Minna": "former-mediator",
}
SUPERVISED_ROLES = {
    "Meri": "supervisor",
    "Aino": "supervisee",
    "Pekka": "manager",
    "Kaarina": "superior",
    "Vilho": "orderer",
    "Kaisa": "co-orderer",
    "Tiina": "waiting",
    "Frans": "former-supervisee",
    "Minna": "former-supervisor",
}
WALKERS_ROLES = {"Meri": "host", "Aino": "guest", "Tuula": "listener", "Vilho": "payer", "Frans": "former-guest"}
OUTSIDERS = {
    "Outi": "stranger",
    "Oskari": "other-mediator",
    "Hilla": "other-hr",
    "Ari": "administrator",  # of the organisation in which the case is
    "Elsa": "administrator-elsewhere",
}
ALL_OFFICES = OFFICES | {"Hilla": "hr", "Ari": "admin", "Minna": "mediator"}

NO_PHASE = "-"  # of a route that is of no case
ONCE = "opening"  # where those routes are knocked at

OWN, ANOTHER = "", "another-case"
NEVER_USED = "2027-0999"
UNKNOWN = "Z" * 20

Route = tuple[str, str]  # method and path
Cell = tuple[Route, str, str, str]  # route, whose case, state, role
Cells = dict[Cell, str]


# A case with everybody at it.


@dataclass(frozen=True)
class Walker:
    """Who takes cases of a workflow through its phases, and one through a suspension, with somebody in every role.

    `roles` are by name. `differs` is what the body of a request needs in a state, by the last part of the address.
    """

    workflow: Workflow
    roles: Mapping[str, str]
    lead: Callable[[House, str], LiveCase]
    suspended_in: str
    differs: Callable[[str], Mapping[str, Json]]

    @property
    def page(self) -> Path:
        return Path(__file__).with_name(
            f"role_matrix{'' if self.workflow is MEDIATION else f'_{self.workflow.code}'}.txt"
        )

    @property
    def suspended(self) -> str:
        return f"{self.suspended_in}-suspended"

    @property
    def states(self) -> tuple[str, ...]:
        return (*(one.code for one in self.workflow.phases), self.suspended)

    def phase(self, state: str) -> str:
        return self.suspended_in if state == self.suspended else state

    @property
    def knocking(self) -> Mapping[str | None, str]:
        """Who knocks, as what; nobody has no token."""
        everybody: list[tuple[str | None, str]] = [*self.roles.items(), *OUTSIDERS.items(), (None, "nobody")]
        return dict(everybody)


@dataclass
class Scene:
    """A case in a state, with somebody in every role, and a case of others in which none of them has a seat."""

    walker: Walker
    desk: LiveCase
    other: str
    state: str
    found: Cells = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def house(self) -> House:
        return self.desk.house


def gather(house: House, names: Sequence[str], *, email: bool = True) -> None:
    """The people of a case and those around it; letters to Aino are printed."""
    house.person("Elsa", office="admin", organisation="Muualla", email=email)
    house.person("Kerttu", office="complaints", organisation="Sovittelijat", email=email)
    for name in dict.fromkeys((*NAMES, *names, *OUTSIDERS)):
        employer = "Sovittelijat" if name == "Meri" else "Esimerkkilä"
        house.person(name, office=ALL_OFFICES.get(name), organisation=employer, email=email and name != "Aino")


def at_work(house: House, phase: str) -> LiveCase:
    """A mediation with somebody in every role, and somebody who had one."""
    gather(house, [*ROLES])
    if phase == "closed":
        desk = at_work(house, "follow-up")
        desk.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
        return desk
    desk = case_at(house, phase, ready=phase == "preparation")
    for name in ("Tiina", "Irma", "Kaisa", "Frans"):
        desk.comes(name, ROLES[name].removeprefix("former-"))
    desk.frans.does("withdrawals", {})
    for name in ("Aino", "Pekka"):
        desk[name].agrees()
    if desk.meri.reads()["suspended"]:
        desk.meri.does("resumptions")
    for name in ("Minna", "Meri"):
        desk.vilho.does("mediators", {"person": house.people[name]})
    desk.vilho.does("mediators", {"person": house.people["Ilmari"], "role": "co-mediator"})
    return desk


def on_a_walk(house: House, phase: str) -> LiveCase:
    """A case of the second workflow with somebody in every role; Pekka is a guest, too, and a walk is planned."""
    gather(house, [*WALKERS_ROLES])
    desk = referred(house, workflow=WALKS.code, leads="host")
    desk.comes("Tuula", "listener")
    desk.comes("Frans", "guest")
    desk.frans.does("withdrawals", {"confirmed": True})
    desk.meri.does("resumptions")
    walk = {"id": desk.plans("walk")}
    desk.made |= {"sessions": walk, "to begin": walk, "follow-up": walk}  # whatever session something is asked of
    if phase != "asking":
        for name in ("Aino", "Pekka"):
            desk[name].does("consents", {"answer": "given"})
        desk.moves("set-out")
    if phase == "home":
        desk.meri.does("discontinuation", {"outcome": "rained-off"})
    return desk


SHAPE = {"form": "group", "kind": "change", "shape": "manager-and-superior", "cap": 2}
FRAME = {"session_count": 4, "starts_on": "2027-03-01", "evaluation_after": [2]}


def in_supervision(house: House, phase: str) -> LiveCase:
    """A supervision with somebody in every role, and a session planned; the manager and his superior sign the contract."""
    gather(house, [*SUPERVISED_ROLES])
    desk = referred(house, ("Aino",), workflow="supervision", leads="supervisor")
    for name, role in (("Pekka", "manager"), ("Kaarina", "superior"), ("Frans", "supervisee"), ("Sari", "supervisee")):
        house.person(name)
        desk.comes(name, role)
    desk.frans.does("withdrawals", {"confirmed": True})
    for name in ("Minna", "Meri"):
        desk.vilho.does("mediators", {"person": house.people[name]})
    desk.comes("Tiina", "waiting")
    desk.comes("Kaisa", "co-orderer")
    evaluation = {"id": desk.plans("evaluation", days=40, called=[desk.ids["Pekka"]])}
    desk.made |= {"sessions": evaluation, "to begin": evaluation, "follow-up": evaluation}
    if phase == "closed":
        desk.meri.does("discontinuation", {"outcome": "supervision-not-begun"})
        return desk
    phases = [one.code for one in SUPERVISION.phases]
    for one in phases[: phases.index(phase)]:
        _STEPS_OF_SUPERVISION[one](desk)
    return desk


def _inquiry(desk: LiveCase) -> None:
    desk.meri.does("declarations", {"has_ties": False, "words": "Ei siteitä.", "language": "fi"})
    for name in ("Aino", "Sari", "Pekka"):
        desk.accepts_ties(name)
    desk.moves("begin-mapping")


def _mapping(desk: LiveCase) -> None:
    desk.meets(desk.plans("mapping"), "Aino", "Sari", "Pekka")
    desk.meri.does("PUT form", SHAPE)
    for name in ("Aino", "Sari", "Pekka"):
        desk[name].does("consents", {"answer": "given"})
    desk.moves("draw-up-contract")


def _contracting(desk: LiveCase) -> None:
    desk.meri.does("PUT frame", FRAME)
    for name in ("Meri", "Aino", "Sari", "Pekka", "Kaarina"):
        text = [one["id"] for one in desk[name].reads("agreed-texts") if one["kind"] == "confidentiality"][-1]
        desk[name].does("confidentiality", {"text": text})
    goal = {"texts": {"fi": {"action": "Puhumme ajoissa.", "measure": "Kysymme viikoittain."}}}
    desk.meri.does(
        "PUT agreement", {"prevailing": "fi", "texts": {"fi": {"purpose": "Muutos."}}, "commitments": [goal]}
    )
    desk.sends()
    desk.sign("Meri", "Pekka", "Kaarina")
    desk.moves("begin-supervision")


_STEPS_OF_SUPERVISION: Mapping[str, Callable[[LiveCase], object]] = {
    "inquiry": _inquiry,
    "mapping": _mapping,
    "contracting": _contracting,
    "active": lambda desk: desk.moves("begin-interim-evaluation"),
    "interim-evaluation": lambda desk: desk.moves("begin-closing-evaluation"),
}


def of_a_supervision(state: str) -> Mapping[str, Json]:
    return {
        "sessions": {"kind": "evaluation", "serves": []},
        "held": {"kind": "evaluation"},
        "suspensions": {"cause": "other"},
        "participants": {"role": "waiting", "supports": None},
        "mediators": {"role": "supervisor"},
        "discontinuation": {"outcome": "withdrawn"},
    }


def scene_in(house: House, walker: Walker, state: str) -> Scene:
    """A case in a state, and beside it one that is as far, in the same organisation, with people of its own."""
    desk = walker.lead(house, walker.phase(state))
    if state == walker.suspended:
        example = example_at("POST", "/api/cases/{number}/suspensions")
        desk.meri.does("suspensions", example | walker.differs(state).get("suspensions", {}))
    namesakes = replace(house, people={}, tokens={})
    gather(namesakes, [*walker.roles], email=False)
    return Scene(walker, desk, walker.lead(namesakes, walker.phase(state)).number, state)


def of_a_mediation(state: str) -> Mapping[str, Json]:
    """At a follow-up there is a session that the parties may have by themselves."""
    theirs = {"kind": "follow-up", "serves": []}
    return {"sessions": theirs, "held": {"kind": "follow-up"}} if state == "follow-up" else {}


def of_a_walk(state: str) -> Mapping[str, Json]:
    return {
        "sessions": {"kind": "walk", "serves": ["walking"]},
        "held": {"kind": "walk"},
        "suspensions": {"cause": "blisters"},
        "participants": {"role": "listener", "supports": None},
        "mediators": {"role": "host"},
        "discontinuation": {"outcome": "rained-off"},
    }


# Of each workflow, who leads a case of it to a phase, with somebody in every role.
MEDIATING = Walker(MEDIATION, ROLES, at_work, "opening", of_a_mediation)
WALKING = Walker(WALKS, WALKERS_ROLES, on_a_walk, "walking", of_a_walk)
SUPERVISING = Walker(SUPERVISION, SUPERVISED_ROLES, in_supervision, "active", of_a_supervision)
WALKERS: Mapping[str, Walker] = {one.workflow.code: one for one in (MEDIATING, SUPERVISING, WALKING)}


def unwalked(workflows: Mapping[str, Workflow]) -> list[str]:
    """What of the declared workflows nobody would knock for, a sentence each."""
    acts = {act for route in walk_routes(application()) for act in route.acts}
    told = [
        f"nobody walks the workflow {code}: give it a walker in tests/role_matrix.py"
        for code in workflows.keys() - WALKERS
    ]
    for code in workflows.keys() & WALKERS:
        workflow, walker = workflows[code], WALKERS[code]
        seated = set(workflow.roles) - workflow.who(Trait.ADMINISTERS)
        told += [f"nobody knocks as {role} of {code}" for role in sorted(seated - set(walker.roles.values()))]
        told += [f"no state is {one.code} of {code}" for one in workflow.phases if one.code not in walker.states]
        told += [f"no route does {act} of {code}" for act in sorted(workflow.acts().keys() - acts)]
    return told


# What is asked at a route.


@dataclass(frozen=True)
class Asked:
    """A request that would do."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def routes() -> list[Route]:
    """Every route of the application: those that write in the order in which a case is led, then those that read."""
    order = [route_of(ask) for ask in ASKS]
    walked = [one for one in walk_routes(application()) if not is_page(one)]
    found = [(method, one.path) for one in walked for method in one.methods if method != "HEAD"]
    return sorted(found, key=lambda one: (order.index(one) if one in order else len(order), one[0] == "GET", one[1]))


_ASKS = {route_of(ask): ask for ask in ASKS}


def asked_at(scene: Scene, route: Route) -> Asked:
    """A request that would do at a route: what `tests.asking` knows of it, else the example of its description.

    What has to be there first is made, as far as that is possible in this state. What is not there is asked for by an id
    that was never given.
    """
    desk, ask, differs = scene.desk, _ASKS.get(route), scene.walker.differs(scene.state)
    method, path = route
    ids = {} if ask is None else possible(lambda: ask.blanks(desk), {})
    blanks = {"number": "{number}", "code": onward(scene)[0], "version": "1"} | (ids or rows_of(desk))
    if "sessions" in differs:
        blanks["session_id"] = first(desk.meri.reads()["sessions"], kind=differs["sessions"]["kind"])["id"]
    query = "?whose={whose}" if path.endswith("/scans") else ""
    address = re.sub(r"\{(\w+)\}", lambda one: blanks.get(one[1], UNKNOWN), path + query)
    instead = of_the_house(scene, example_at(*route))
    if ask is not None and ask.route == "DELETE agreement/draft":
        possible(lambda: made("Meri", "PUT agreement", of_everybody, key="draft")(desk), None)
    body = instead if ask is None or ask.alone else possible(lambda: ask.body(desk), instead)
    if path.endswith("/transitions") and method == "POST":
        body = {"transition": onward(scene)[1]}
    if method == "POST" and isinstance(body, dict):
        body = body | differs.get(path.rpartition("/")[2], {})
    headers = {} if ask is None else possible(lambda: ask.headers(desk), {})
    return Asked(method, address, body, headers)


def possible(make: Callable[[], Any], otherwise: Any) -> Any:
    """What can be made in this state, else something instead."""
    try:
        return make()
    except (AssertionError, LookupError, StopIteration):
        return otherwise


def onward(scene: Scene) -> tuple[str, str]:
    """The transitions to ask for: one that leads forward, to foresee, and one that needs the least, to take."""
    moves = scene.walker.workflow.phase(scene.walker.phase(scene.state)).transitions
    return (moves[0].code, moves[-1].code) if moves else ("open", "open")


def of_everybody(desk: LiveCase) -> Json:
    """A draft in which the employer's representative has a line, too."""
    whole = draft(desk)
    [line] = whole["commitments"]
    return whole | {"commitments": [line, {**line, "label": "C2", "owners": [desk.ids["Kaarina"]]}]}


def rows_of(desk: LiveCase) -> dict[str, str]:
    """Something of the case, and of its people, for each blank in the address of what is read."""
    agreement = desk.ask("Meri", "GET agreement")
    documents = agreement.json()["documents"] if agreement.is_success else []
    letters = possible(lambda: desk.meri.reads("letters"), [])
    return {
        "document": min(documents, key=lambda one: one["name"])["id"] if documents else UNKNOWN,
        "letter": letters[0]["id"] if letters else UNKNOWN,
        "text": possible(lambda: first(desk.meri.reads("agreed-texts"), kind="terms")["id"], UNKNOWN),
        "session_id": possible(lambda: first(desk.meri.reads()["sessions"], kind="joint")["id"], UNKNOWN),
        "paper": "declaration-of-ties",
        "person": desk.people["Hilla"],
        "organisation": desk.house.organisation("Esimerkkilä"),
    }


def of_the_house(scene: Scene, body: Any) -> Any:
    """An example with the organisation and the case that there are, in place of made-up ones."""
    mine = {"organisation": scene.house.organisation("Esimerkkilä"), "number": scene.desk.number}
    return body | {name: mine[name] for name in mine if name in body} if isinstance(body, dict) else body


def fitted(scene: Scene, name: str | None, asked: Asked) -> Asked:
    """The same request as this person would send it: with their own reading of the case, their own digest and lines."""
    desk, body, headers = scene.desk, asked.body, dict(asked.headers)
    if "If-Match" in headers and "ETag" in (read := desk.ask(name, "GET transitions")).headers:
        headers["If-Match"] = read.headers["ETag"]
    if isinstance(body, dict) and {"digest", "reports"} & body.keys():
        agreement = desk.ask(name, "GET agreement")
        mine = agreement.json() if agreement.is_success else {}
        if "digest" in body and mine.get("digest"):
            body = body | {"digest": mine["digest"]}
        if "reports" in body and (lines := {one["id"] for one in mine.get("commitments", ())}):
            body = body | {"reports": {one: said for one, said in body["reports"].items() if one in lines}}
    if isinstance(body, dict) and "text" in body and asked.path.endswith("/undertakings"):
        read = desk.ask(name, "GET agreed-texts")
        texts = [one for one in read.json() if one["kind"].startswith("undertaking-")] if read.is_success else []
        body = body | {"text": texts[-1]["id"]} if texts else body
    return replace(asked, body=body, headers=headers)


# Knocking.


@dataclass(frozen=True)
class Heard:
    """An answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def code(self) -> str:
        """The status, and of a refusal its code."""
        told = json.loads(self.body)["type"].rpartition("/")[2] if self.kind == MEDIA_TYPE else ""
        return f"{self.status} {told}".strip()

    @property
    def kind(self) -> str:
        return dict(self.headers).get(b"content-type", b"").decode()

    def for_number(self, number: str) -> "Heard":
        """The same, had it been asked for another number; but for what numbers each request."""
        headers = tuple(one for one in self.headers if one[0] != b"x-request-id")
        return Heard(self.status, headers, self.body.replace(number.encode(), b"{number}"))


CLIENTS = count()


async def knock(app: FastAPI, token: str | None, number: str, asked: Asked) -> Heard:
    """One request, without a client in between: there are tens of thousands of them."""
    path, _, query = asked.path.replace("{number}", number).partition("?")
    body = (
        asked.body if isinstance(asked.body, bytes) else b"" if asked.body is None else json.dumps(asked.body).encode()
    )
    headers = {"host": "testserver", "content-type": "application/json", "content-length": str(len(body))}
    headers |= {name.lower(): value for name, value in asked.headers.items()}
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    told: list[Any] = []
    waiting = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        return next(waiting, None) or await asyncio.Event().wait()

    async def send(message: Any) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": (f"client-{next(CLIENTS)}", 50000),  # each knocks from elsewhere: nobody is slowed down by the others
        "server": ("testserver", 80),
    }
    await app(scope, receive, send)
    content = b"".join(one.get("body", b"") for one in told)
    return Heard(told[0]["status"], tuple(sorted(told[0]["headers"])), content)


async def knock_everywhere(scene: Scene) -> None:
    """Let everybody knock at every route of the case and those with a seat at it at one of others; once, at all other routes."""
    roles: Collection[str | None] = scene.walker.roles
    knocking = scene.walker.knocking
    for route in routes():
        of_a_case = "{number}" in route[1]
        if not of_a_case and scene.state != ONCE:
            continue
        asked = asked_at(scene, route)
        fitting = {name: fitted(scene, name, asked) for name in knocking}
        with undoing(scene.house):
            heard = {name: await _knock(scene, name, scene.desk.number, fitting[name]) for name in knocking}
            _note(scene, route, OWN, scene.state if of_a_case else NO_PHASE, heard)
            if of_a_case:
                unused = (await _knock(scene, "Outi", NEVER_USED, asked)).for_number(NEVER_USED)
                _compare(scene, route, {name: one.for_number(scene.desk.number) for name, one in heard.items()}, unused)
                others = {name: await _knock(scene, name, scene.other, asked) for name in roles}
                _note(scene, route, ANOTHER, scene.state, others)
                _compare(scene, route, {name: one.for_number(scene.other) for name, one in others.items()}, unused)


def _note(scene: Scene, route: Route, whose: str, state: str, heard: Mapping[str | None, Heard]) -> None:
    for name, one in heard.items():
        role = scene.walker.knocking[name]
        scene.found[route, whose, state, role] = one.code
        scene.faults += faults_of(role, route, one)


def _compare(scene: Scene, route: Route, heard: Mapping[str | None, Heard], unused: Heard) -> None:
    """Whoever finds no case hears what they would hear of a number that was never used (visibility.md, rule 3)."""
    for name, one in heard.items():
        if one.code == unused.code and one != unused:
            scene.faults.append(
                f"{scene.walker.knocking[name]} can tell that case from none: {route}: {one} and {unused}"
            )


async def _knock(scene: Scene, name: str | None, number: str, asked: Asked) -> Heard:
    return await knock(scene.desk.house.app, scene.house.tokens[name] if name else None, number, asked)


def faults_of(role: str, route: Route, heard: Heard) -> Iterator[str]:
    """What is wrong about an answer, whoever hears it."""
    operation = operation_at(*route)
    told = f"{role}: {' '.join(route)}: {heard.status} {heard.body[:300]!r}"
    if heard.status >= 500:
        yield f"broken: {told}"
    elif operation and str(heard.status) not in operation["responses"]:
        yield f"not announced: {told}"
    elif heard.status >= 400 and heard.kind != MEDIA_TYPE:
        yield f"no problem: {told}"


def matrix_of(house: House, walker: Walker, state: str) -> Scene:
    """Everything that everybody hears in one state."""
    with walks_declared():
        scene = scene_in(house, walker, state)
        with patch.object(anyio.to_thread, "run_sync", at_once):
            asyncio.run(knock_everywhere(scene))
    return scene


async def at_once(call: Callable[..., Any], *given: Any, **how: Any) -> Any:
    """What would be done in a thread, done here: nobody else asks meanwhile, and it takes half the time."""
    return call(*given)


# The page: for each route who hears what in which state, those who hear the same on one line.


def page_of(cells: Cells, walker: Walker) -> str:
    """The cells as a page."""
    lines, order = [_HEAD], partial(_in_order, [*walker.knocking.values()], [*walker.states, NO_PHASE])
    for route, mine in groupby(sorted(cells, key=order), key=lambda one: one[0]):
        lines += ["", " ".join(route)]
        profiles: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
        for (whose, role, answer), group in _by_answer(cells, list(mine)).items():
            profiles.setdefault((whose, answer, tuple(group)), []).append(role)
        for (whose, answer, states), roles in profiles.items():
            lines.append(
                f"    {_states_told(walker, whose, states):<64}  {answer:<26}  {_roles_told(walker, whose, roles)}"
            )
    return "\n".join([*lines, ""])


def _by_answer(cells: Cells, mine: Sequence[Cell]) -> dict[tuple[str, str, str], list[str]]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for cell in mine:
        _, whose, state, role = cell
        found.setdefault((whose, role, cells[cell]), []).append(state)
    return found


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _in_order(roles: Sequence[str], states: Sequence[str], cell: Cell) -> tuple[Any, ...]:
    (method, path), whose, state, role = cell
    return path, _METHODS.index(method), whose, roles.index(role), states.index(state)


def _everybody(walker: Walker, whose: str) -> list[str]:
    return [*(walker.roles if whose else walker.knocking).values()]


def _states_told(walker: Walker, whose: str, states: tuple[str, ...]) -> str:
    missing = [one for one in walker.states if one not in states]
    if states == (NO_PHASE,) or len(missing) > len(states):
        return " ".join([whose, *states]).strip()
    return " ".join([whose, "always", *(["but", *missing] if missing else [])]).strip()


def _roles_told(walker: Walker, whose: str, roles: Sequence[str]) -> str:
    return "everybody" if [*roles] == _everybody(walker, whose) else " ".join(roles)


def cells_of(walker: Walker) -> Cells:
    """The cells that the page of a workflow tells of."""
    page = walker.page.read_text("utf-8")
    cells: Cells = {}
    route = ("", "")
    for line in page.removeprefix(_HEAD).splitlines():
        if not line.startswith(" "):
            method, _, path = line.partition(" ")
            route = (method, path)
            continue
        states, answer, roles = re.split(r"\s{2,}", line.strip(), maxsplit=2)
        whose, told = (
            (ANOTHER, states.removeprefix(ANOTHER).split()) if states.startswith(ANOTHER) else (OWN, states.split())
        )
        everybody = _everybody(walker, whose)
        for state in [one for one in walker.states if one not in told] if told[0] == "always" else told:
            for role in everybody if roles == "everybody" else roles.split():
                cells[route, whose, state, role] = answer
    return cells


_HEAD = """\
Who is answered what, at every route and in every phase. Made by `python -m tests.role_matrix`; read by hand.
"""


@contextmanager
def house_of_its_own() -> Iterator[House]:
    """A new installation, gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        clock = SettableClock()
        installation = open_installation(Settings.under(Path(home, "var")), clock=clock, draw=counting())
        yield House(installation, clock)
        installation.close()


def main() -> None:
    """Knock everywhere and write the page of each workflow."""
    for walker in WALKERS.values():
        cells: Cells = {}
        for state in walker.states:
            with house_of_its_own() as house:
                scene = matrix_of(house, walker, state)
            cells |= scene.found
            print(f"{state}: {len(scene.found)} answers", *scene.faults, sep="\n")
        walker.page.write_text(page_of(cells, walker), "utf-8")


if __name__ == "__main__":
    main()
