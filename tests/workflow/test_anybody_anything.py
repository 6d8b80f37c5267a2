"""Anybody asks anything of a case of any workflow that is declared, and after each request all has to be right.

Nothing here knows a workflow: who is at a case and how it is led to a phase is told by its walker (tests/role_matrix.py), what
can be asked by the routes, and what is right by the declaration. Whoever declares a workflow gives it a walker, and no test.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from sqlalchemy import select

from mediation.acts.acting import ACTS, SEATED
from mediation.case import record
from mediation.case.visibility import Level, knows_phase, sees
from mediation.store.models import Case, Participant, RecordEntry, RoleHeld
from mediation.workflow.declaration import Role, Trait
from mediation.workflow.facts import CaseState, Facts
from mediation.workflow.facts_loading import load_facts
from tests.houses import House, application
from tests.role_matrix import WALKERS, Asked, Heard, Route, Scene, Walker, asked_at, faults_of, fitted, routes, scene_in
from tests.walked_routes import walk_routes
from tests.workflow.return_to_work import RETURNING, return_to_work_declared
from tests.workflow.second_workflow import walks_declared
from workflows import WORKFLOWS

EVERY_WALKER: Mapping[str, Walker] = {**WALKERS, RETURNING.workflow.code: RETURNING}
REQUESTS = 80
ENDING = {"discontinue", "withdraw"}  # these are left to who tries anything: a case that ended tells little
OF_A_CASE = "/api/cases/{number}"
# Of the words that are sent to a route, the row of who sees what that says whose they are to read.
PRIVATE = {
    "notes": "note",
    "needs": "needs",
    "concerns": "concern",
    "complaints": "complaint",
    "statements": "private-statement",
    "withdrawals": "private-statement",
}
WRITING = [one for one in routes() if one[0] != "GET" and one[1].startswith(OF_A_CASE)]
READING = [one for method, one in routes() if method == "GET" and one.startswith(OF_A_CASE) and one.count("{") == 1]
PERMITTED_AS = {name: one.permission for code, one in ACTS.items() for name in (code, one.entry)}
PERMISSIONS = {
    (method, one.path): {PERMITTED_AS.get(act, act) for act in one.acts}
    for one in walk_routes(application())
    for method in one.methods
}


@dataclass(frozen=True)
class Look:
    """A case as it stands: what nobody who is refused may have changed."""

    version: int
    head: str
    phase: str
    outcome: str | None
    facts: Facts


@dataclass
class Anybody:
    """The people around one case; `written` has each private word with its row and who wrote it."""

    scene: Scene
    chance: Random
    seen: Counter[str] = field(default_factory=Counter)
    written: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def walker(self) -> Walker:
        return self.scene.walker

    def look(self) -> Look:
        with self.scene.house.installation.database.reading() as db:
            case = db.scalars(select(Case).where(Case.number == self.scene.desk.number)).one()
            state = CaseState(**{name: getattr(case, name) for name in CaseState.__dataclass_fields__})
            return Look(case.version, case.head, case.phase, case.outcome, load_facts(db, state))

    def roles(self, name: str | None) -> frozenset[Role]:
        """The roles that somebody has at the case now."""
        workflow = self.walker.workflow
        if self.walker.knocking[name] == "administrator":
            return frozenset(workflow.who(Trait.ADMINISTERS))  # type: ignore[arg-type]
        held = select(RoleHeld.role).join(Participant, Participant.id == RoleHeld.participant_id)
        mine = Participant.number == self.scene.desk.number, RoleHeld.until.is_(None)
        with self.scene.house.installation.database.reading() as db:
            person = self.scene.house.people.get(name or "")
            return workflow.roles_of(db.scalars(held.where(*mine, Participant.person_id == person)))

    def ask(self, name: str | None, asked: Asked) -> Heard:
        path = asked.path.replace("{number}", self.scene.desk.number)
        sent = {"content": asked.body} if isinstance(asked.body, bytes) else {"json": asked.body}
        told = self.scene.desk.client(name).request(asked.method, path, headers=dict(asked.headers), **sent)
        headers = tuple((key.encode(), value.encode()) for key, value in told.headers.items())
        return Heard(told.status_code, headers, told.content)

    def tries_anything(self) -> None:
        """Somebody asks for something, as it would do if they might."""
        name, route = self.chance.choice([*self.walker.knocking]), self.chance.choice(WRITING)
        if self.chance.random() < 0.7:
            name, route = self._theirs() or (name, route)
        asked = self._marked(name, route, fitted(self.scene, name, asked_at(self.scene, route)))
        before, roles = self.look(), self.roles(name)
        heard = self.ask(name, asked)
        after, told = self.look(), f"{name}: {' '.join(route)}: {heard.code} {asked.body!r}"
        assert list(faults_of(str(name), route, heard)) == []
        self.seen[heard.code.partition(" ")[0]] += 1
        if heard.status >= 400:
            assert after == before, f"{told} was refused, yet something changed"
            return
        if after.version > before.version:
            self._was_right(route, asked, before, after, roles, told)

    def _theirs(self) -> tuple[str, Route] | None:
        """Somebody, and something that their roles open to them now."""
        now, workflow = self.look(), self.walker.workflow
        name = self.chance.choice([*self.walker.roles])
        opened, roles = workflow.open_acts(now.phase, suspended=bool(now.facts.suspensions)), self.roles(name)
        acts = {act for act, who in opened.items() if who & roles and act not in ENDING}
        found = [one for one in WRITING if acts & PERMISSIONS[one] or one[1].endswith("/transitions")]
        return (name, self.chance.choice(found)) if found else None

    def _marked(self, name: str | None, route: Route, asked: Asked) -> Asked:
        noun = route[1].removeprefix(f"{OF_A_CASE}/")
        body = asked.body
        if noun not in PRIVATE or not isinstance(body, dict) or body.get("audience", "mediator") != "mediator":
            return asked
        word = f"Kanarialintu{len(self.written) + 1:03}"
        named = next((one for one in ("words", "phone") if one in body), None)
        if named is None:
            return asked
        self.written[word] = PRIVATE[noun], str(name)
        return replace(asked, body=body | {named: word})

    def _entries(self, since: int) -> list[str]:
        """The acts that the record has since it had so many entries."""
        with self.scene.house.installation.database.reading() as db:
            mine = select(RecordEntry.act).join(Case, Case.id == RecordEntry.case_id)
            newer = Case.number == self.scene.desk.number, RecordEntry.position > since
            return list(db.scalars(mine.where(*newer).order_by(RecordEntry.position)))

    def _was_right(
        self, route: Route, asked: Asked, before: Look, after: Look, roles: frozenset[Role], told: str
    ) -> None:
        """What was done was declared to be open, and the case moved only where every guard held."""
        workflow = self.walker.workflow
        if route[1].endswith("/transitions"):
            move = next(one for one in workflow.phase(before.phase).transitions if one.code == asked.body["transition"])
            assert move.by & roles, told
            assert workflow.unmet(workflow.guards_of(move), before.facts) == (), told
            assert after.phase == move.to, told
            self.seen["moved"] += 1
            return
        phases = [before.phase] if knows_phase(roles) else [one.code for one in workflow.phases]
        suspended = bool(before.facts.suspensions)
        opened = [workflow.open_acts(one, suspended=suspended and knows_phase(roles)) for one in phases]
        acts = {PERMITTED_AS[one] for one in self._entries(before.version) if one in PERMITTED_AS} - {SEATED}
        assert not acts or any(one.get(act, frozenset()) & roles for one in opened for act in acts), (
            f"{told}: {sorted(roles)}"
        )
        assert after.phase in {before.phase, workflow.final.code}, told
        assert after.phase == before.phase or after.outcome in workflow.outcomes, told
        self.seen["done"] += 1

    def read_everything(self) -> None:
        """Everybody reads all that they may: what is private is found by those alone to whom its row gives it."""
        for name in self.walker.knocking:
            heard = [self.ask(name, Asked("GET", path)) for path in READING]
            assert [one.code for one in heard if one.status >= 500] == []
            told, roles = b"".join(one.body for one in heard if one.status < 400), self.roles(name)
            for word, (row, author) in self.written.items():
                if word.encode() in told:
                    assert author == name or sees(roles, row) == Level.FULL, f"{name} reads the {row} of {author}"
                    self.seen[f"found {row}"] += 1

    def check_the_end(self) -> None:
        with self.scene.house.installation.database.reading() as db:
            case_id = db.scalars(select(Case.id).where(Case.number == self.scene.desk.number)).one()
            assert record.verify(db, case_id).holds


def test_every_workflow_has_a_walker() -> None:
    assert WORKFLOWS.keys() <= EVERY_WALKER.keys(), "give it a walker in tests/role_matrix.py"
    assert len(WRITING) > 50
    assert len(READING) > 8


@pytest.mark.seconds
@pytest.mark.parametrize("code", EVERY_WALKER)
def test_whatever_anybody_asks_of_a_case_of_any_workflow_only_what_is_declared_is_done(
    sqlite_house: House, code: str
) -> None:
    walker, chance = EVERY_WALKER[code], Random(code)
    with ExitStack() as declared:
        for one in (walks_declared, return_to_work_declared):
            declared.enter_context(one())
        state = chance.choice([one.code for one in walker.workflow.phases[:-1]])
        anybody = Anybody(scene_in(sqlite_house, walker, state), chance)
        for _ in range(REQUESTS):
            anybody.tries_anything()
        anybody.read_everything()
        anybody.check_the_end()
    assert anybody.seen["done"] > 3
    assert any(kind.startswith("4") for kind in anybody.seen)
