"""Cases for tests, made in a moment through the real acts: in any phase, ready to go on, or with one thing amiss.

    table = case_in(house, "dialogue")              # Meri may seek solutions now
    with table.writing() as db:
        BREAKERS["ready-for-solutions"](db, table)  # Pekka takes back that he is ready
        table.advance(db, "seek-solutions")         # refused, for that and nothing else

Meri mediates; Aino and Pekka disagree; Tuula supports Aino; Vilho is HR and commissioned the mediation; Kaarina, the
manager, signs own lines. Outi, Ilmari and Oskari come late: a third party and two co-mediators.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from mediation import acts
from mediation.acts.agreed_texts import newest_text
from mediation.acts.agreement_versions import WORKING, draft_tag, newest_agreement
from mediation.case import engine
from mediation.case.engine import Plan
from mediation.case.seat import Seat, take_seat
from mediation.installation.installation import open_installation
from mediation.settings import Settings
from mediation.store import models
from mediation.store.database import Db
from mediation.store.models import Case
from mediation.workflow.declaration import Guard, Transition, Workflow
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts
from tests.houses import House, SettableClock, counting
from tests.role_codes import Role
from tests.typeset_pages import send_typeset, sign_typeset
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION

OFFICES = {"Vilho": "hr", "Meri": "mediator", "Ilmari": "mediator", "Oskari": "mediator"}
NAMES = ("Vilho", "Meri", "Aino", "Pekka", "Tuula", "Kaarina", "Outi", "Ilmari", "Oskari")

# What somebody is waited for by which guard: (), where a guard is not about persons.
Waited = Mapping[str, Sequence[str]]


class Undone(Exception):
    """What was done is not to stay."""


@dataclass
class Table:
    """The people at one case, by first name, and what they do there: each act from a seat taken for it."""

    house: House
    number: str = ""
    ids: dict[str, str] = field(default_factory=dict)  # of participants, by name, in the order in which they came

    def writing(self) -> AbstractContextManager[Db]:
        return self.house.installation.database.writing()

    @contextmanager
    def undone(self) -> Iterator[Db]:
        """A transaction that leaves nothing behind."""
        with suppress(Undone), self.writing() as db:
            yield db
            raise Undone

    def seat(self, db: Db, name: str) -> Seat:
        return take_seat(db, WORKFLOWS, self.number, self.house.people[name])

    def does(self, db: Db, name: str, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
        return act(db, self.seat(db, name), *given, **named)

    def newest(self, db: Db, kind: str) -> str | None:
        """The id of the newest text of a kind, if there is any."""
        mine = select(Case.id).where(Case.number == self.number)
        text = newest_text(db, db.scalars(mine).one(), kind)
        return text.id if text is not None else None

    def terms(self, db: Db) -> str | None:
        """The id of the newest terms, if there are any."""
        return self.newest(db, "terms")

    def agrees(self, db: Db, name: str) -> Any:
        """Somebody agrees to mediate, to the newest terms."""
        return self.does(db, name, acts.terms.agree_to_mediate, self.terms(db))

    def facts(self, db: Db) -> Facts:
        return load_facts(db, self.seat(db, "Vilho").case)

    def parties(self, db: Db) -> list[str]:
        return self.names(one.id for one in self.facts(db).those_in(Role.PARTY))

    def names(self, ids: Iterator[str] | Sequence[str]) -> list[str]:
        """The names of participants, in the order in which they came."""
        wanted = set(ids)
        return [name for name, one in self.ids.items() if one in wanted]

    def mover(self, db: Db, move: Transition) -> Seat:
        """The seat of a mediator who may take `move`; without one the co-mediator's, with the role where it takes that."""
        at_the_table = self.facts(db).those_in(Role.MEDIATOR, Role.CO_MEDIATOR)
        seat = self.seat(db, self.names(one.id for one in at_the_table)[0])
        return seat if seat.roles & move.by else replace(seat, roles=seat.roles | seat.workflow.roles_of(move.by))

    def advance(self, db: Db, code: str) -> Plan:
        return advance(db, self.seat(db, "Meri"), code)


def advance(db: Db, seat: Seat, code: str) -> Plan:
    seen = engine.plans(seat, load_facts(db, seat.case), db.today())
    return engine.advance(db, seat, code, if_match=engine.tag(seat, seen))


def forward_from(phase: str) -> Transition:
    return next(move for move in MEDIATION.phase(phase).transitions if move.forward)


def case_in(house: House, phase: str, *, ready: bool = True, fresh: bool = False) -> Table:
    """A case in `phase`, `ready` to go forward; copied (see `House.ready_made`), unless `fresh`: with SQLite's log not empty."""

    def lead_there() -> tuple[str, dict[str, str]]:
        return _lead_to(house, phase, ready=ready)

    return Table(house, *(lead_there() if fresh else house.ready_made(("case", phase, ready), lead_there)))


def _lead_to(house: House, phase: str, *, ready: bool) -> tuple[str, dict[str, str]]:
    table = Table(house)
    for name in NAMES:
        house.person(name, office=OFFICES.get(name), organisation="Esimerkkilä" if name != "Meri" else "Sovittelijat")
    with table.writing() as db:
        refer_case(db, table, "Aino", "Pekka")
        for one in MEDIATION.phases:
            if one.code != phase or ready:
                _READY[one.code](db, table)
            if one.code == phase:
                return table.number, table.ids
            table.advance(db, forward_from(one.code).code)
    raise LookupError(phase)


def make_ready(db: Db, table: Table, move: Transition) -> None:
    """Let the guards of `move` hold too, where they ask for another thing than what leads forward first."""
    if move.code == "conclude-understanding":
        _edit(models.Agreement, state="dropped")(db, table)
        agree_without_text(db, table)
    if move.code == "amend":
        for name in table.parties(db):
            table.does(db, name, acts.check_ins.ask_for_change)


@pytest.fixture(scope="module")
def ready_case(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Table]]:
    """A ready case in a phase, for the tests of one file: what they do with it has to be rolled back."""
    home = tmp_path_factory.mktemp("ready") / "var"
    copytree(sqlite_template, home)
    clock = SettableClock()
    installation = open_installation(Settings.under(home), clock=clock, draw=counting())
    house, tables = House(installation, clock), dict[str, Table]()

    def table_in(phase: str) -> Table:
        if phase not in tables:
            tables[phase] = case_in(house, phase)
        return replace(tables[phase], ids=dict(tables[phase].ids))

    yield table_in
    installation.close()


# A case from referral to follow-up without detours, phase by phase.


def refer_case(
    db: Db, table: Table, *parties: str, capacity: str = "", initiator: str = "", workflow: Workflow = MEDIATION
) -> None:
    """Let Vilho refer a matter between `parties`, which the initiator raised."""
    people = table.house.people
    case = acts.cases.refer(
        db,
        workflow,
        people["Vilho"],
        organisation_id=table.house.organisation("Esimerkkilä"),
        language="fi",
        subject="Yhteistyö iltavuoron vaihdoissa",
        parties=[acts.participants.Someone(person_id=people[name], capacity=capacity) for name in parties],
        initiator=acts.participants.Someone(person_id=people[initiator]) if initiator else None,
    )
    table.number = case.number
    rows = db.execute(
        select(models.Participant.person_id, models.Participant.id).where(models.Participant.case_id == case.id)
    )
    by_person = {row.person_id: row.id for row in rows}
    table.ids.update({name: by_person[people[name]] for name in ("Vilho", *parties, initiator) if name})


def _prepared(db: Db, table: Table) -> None:
    table.does(db, "Vilho", acts.orders.order_mediation, terms="Sovittelu kotihoidon iltatiimissä.", language="fi")
    table.ids["Meri"] = table.does(db, "Vilho", acts.cases.assign_mediator, table.house.people["Meri"]).id
    table.does(db, "Meri", acts.screening.begin_screening, language="fi")
    table.does(db, "Meri", acts.screening.decide_screening, "suitable")
    _add(db, table, "Tuula", Role.SUPPORT_PERSON, supports=table.ids["Aino"])
    undertake(db, table, "Tuula")
    _add(db, table, "Kaarina", Role.EMPLOYER_REPRESENTATIVE)
    _declare(db, table, "Meri")
    for name in ("Aino", "Pekka"):
        alone = table.does(
            db, "Meri", acts.sessions.plan_session, "separate", db.now(), with_participant=table.ids[name]
        ).id
        _meet(db, table, alone, name)
        table.does(db, "Meri", acts.sessions.end_session, alone)
        table.agrees(db, name)
    table.does(db, "Meri", acts.sessions.plan_session, "joint", db.now() + timedelta(days=1), minutes=240)


def _opened(db: Db, table: Table) -> None:
    _meet(db, table, _session(db, table, kind="joint"), "Aino", "Pekka")
    for name in ("Aino", "Pekka"):
        table.does(db, name, acts.ground_rules.accept_ground_rules)
        table.does(db, "Meri", acts.marks.mark_opening_turn, [table.ids[name]])


def _defined(db: Db, table: Table) -> None:
    for name in ("Aino", "Pekka"):
        table.does(db, name, acts.statements.state_view, "Tieto keskeneräisistä käynneistä ei siirry.", language="fi")
    draft_problem(db, table)
    _accept_problem(db, table)


def _talked(db: Db, table: Table) -> None:
    for name in ("Aino", "Pekka"):
        table.does(db, name, acts.marks.say_ready)


def _agreed(db: Db, table: Table) -> None:
    for name, words in (("Aino", "Vuoronvaihto klo 14.50"), ("Pekka", "Yhteinen tehtävälista")):
        table.does(db, name, acts.options.propose_option, words, language="fi")
    table.does(db, "Meri", acts.sessions.plan_session, "follow-up", db.now() + timedelta(days=30))
    draft(db, table)
    send_and_sign(db, table)


def _followed_up(db: Db, table: Table) -> None:
    table.does(db, "Meri", acts.notices.give_notice)
    session = _session(db, table, kind="follow-up")
    table.does(db, "Meri", acts.sessions.begin_session, session)
    for name in ("Aino", "Pekka"):
        report(db, table, name, "kept", session_id=session)
    table.does(db, "Meri", acts.sessions.end_session, session)


_READY: Mapping[str, Callable[[Db, Table], None]] = {
    "preparation": _prepared,
    "opening": _opened,
    "problem-definition": _defined,
    "dialogue": _talked,
    "solutions": _agreed,
    "follow-up": _followed_up,
    "closed": lambda db, table: None,
}


def _add(db: Db, table: Table, name: str, role: Role, **named: Any) -> None:
    someone = acts.participants.Someone(person_id=table.house.people[name])
    table.ids[name] = table.does(db, "Meri", acts.participants.add_participant, someone, role, **named).id


def undertake(db: Db, table: Table, name: str) -> None:
    """Let somebody undertake confidentiality in the words kept for their role."""
    seat = table.seat(db, name)
    [text] = [acts.agreed_texts.newest_text(db, seat.case.id, f"undertaking-{role}") for role in seat.roles]
    table.does(db, name, acts.undertakings.undertake_confidentiality, text.id if text else None)


def _declare(db: Db, table: Table, name: str) -> None:
    declaration = table.does(
        db, name, acts.ties.declare_ties, has_ties=False, words="Ei sidonnaisuuksia.", language="fi"
    )
    for party in table.parties(db):
        table.does(db, party, acts.ties.answer_ties, declaration.id, "accepted")


def _session(db: Db, table: Table, **like: str) -> str:
    case_id = table.seat(db, "Vilho").case.id
    return db.scalars(select(models.Meeting).filter_by(case_id=case_id, **like)).one().id


def _meet(db: Db, table: Table, session: str, *names: str) -> None:
    table.does(db, "Meri", acts.sessions.begin_session, session)
    table.does(
        db, "Meri", acts.attendance_marks.mark_attendance, session, {table.ids[name]: "present" for name in names}
    )


def draft_problem(db: Db, table: Table, goals: Sequence[str] = ("Kumpikin tietää, mikä on kesken.",)) -> int:
    """Let Meri write the next version of the problem statement; its number."""
    words = acts.problem_statements.ProblemWords("Tieto ei siirry meiltä toisillemme yhdellä sovitulla tavalla.", goals)
    return int(table.does(db, "Meri", acts.problem_statements.draft_problem_statement, {"fi": words}).version)


def _accept_problem(db: Db, table: Table) -> None:
    version = max(
        db.scalars(select(models.ProblemStatement.version).filter_by(case_id=table.seat(db, "Vilho").case.id))
    )
    for name in table.parties(db):
        table.does(db, name, acts.problem_statements.accept_problem_statement, version)


def draft(db: Db, table: Table, *, owners: Sequence[str] = ("Pekka", "Kaarina"), **named: Any) -> models.Agreement:
    """Let Meri draft an agreement in Finnish, with a complete commitment of each of `owners`."""
    words = {"fi": acts.agreements.CommitmentWords("Kirjaan keskeneräiset käynnit.", "joka vuoro", "Näkyy listassa.")}
    starts_on = db.today() + timedelta(days=7)
    promises = [acts.agreements.Promise([table.ids[name]], words, starts_on=starts_on) for name in owners]
    texts = {"fi": acts.agreements.TextWords("Tieto ei siirry meiltä toisillemme.")}
    newest = newest_agreement(db, table.seat(db, "Meri"))
    tag = draft_tag(newest) if newest is not None and newest.state in WORKING else None
    whole = {"prevailing": "fi", "texts": texts, "commitments": promises, "disclosure_decided": True, "if_match": tag}
    agreement: models.Agreement = table.does(db, "Meri", acts.agreements.draft_agreement, **whole | named)
    return agreement


def send_and_sign(db: Db, table: Table, *names: str) -> models.Agreement:
    """Let Meri send the draft, and `names` (everyone who signs, unless it is said) sign it; the last one seals it."""
    agreement: models.Agreement = table.does(db, "Meri", send_typeset)
    if acts.signing_day.signing_opens_on(db, table.seat(db, "Meri"), agreement) is not None:
        for name in table.parties(db):
            table.does(db, name, acts.signing_day.say_today_suits)
    for name in names or (*table.parties(db), "Kaarina"):
        digest = acts.signatories.digest_to_sign(db, table.seat(db, name), agreement, table.ids[name])
        table.does(db, name, sign_typeset, digest, table.house.installation.seal_key)
    return agreement


def agree_without_text(db: Db, table: Table, **named: Any) -> str:
    """Let Meri propose an understanding and every party accept it; its id."""
    proposed: models.Understanding = table.does(db, "Meri", acts.understandings.propose_understanding, **named)
    for name in table.parties(db):
        table.does(db, name, acts.understandings.accept_understanding, proposed.id)
    return proposed.id


def report(db: Db, table: Table, name: str, answer: str, *, audience: str = "table", **named: Any) -> None:
    in_force = table.facts(db).in_force
    assert in_force is not None
    reports = {one.id: acts.check_ins.Report(answer) for one in in_force.commitments}
    table.does(db, name, acts.check_ins.check_in, reports, audience=audience, language="fi", **named)


# Breakers: each lets one guard not hold, through a real act where one does nothing else. They can be used one after
# another in the order of BREAKERS. What is about one party is about the one who came last.


def break_all(db: Db, table: Table, guards: Sequence[Guard]) -> None:
    wanted = {one.code: one for one in guards}
    for code, breaker in BREAKERS.items():
        if code in wanted and wanted[code].is_met(table.facts(db)):
            breaker(db, table)


def take_back(db: Db, table: Table, name: str, kind: str) -> None:
    current = select(models.Mark.id).where(
        models.Mark.participant_id == table.ids[name], models.Mark.kind == kind, models.Mark.ended_at.is_(None)
    )
    for mark in db.scalars(current).all():
        table.does(db, name, acts.marks.correct_mark, mark)


def _of_case(db: Db, table: Table, row: type[Any]) -> Any:
    return row.case_id == table.seat(db, "Vilho").case.id


def _leave(db: Db, table: Table, name: str) -> None:
    # The acts by which somebody leaves do much more than that: texts fall, the case is suspended or ends.
    held = models.RoleHeld.participant_id == table.ids[name], models.RoleHeld.until.is_(None)
    db.execute(update(models.RoleHeld).where(*held).values(until=db.now()))
    db.execute(update(models.Participant).where(models.Participant.id == table.ids[name]).values(left_at=db.now()))


# What a breaker does; with LAST, the last of the parties is waited for then.
How = Callable[[Db, Table], object]
LAST = "the last party"


def _name(db: Db, table: Table, name: str) -> str:
    return table.parties(db)[-1] if name == LAST else name


def _does(name: str, act: Any, *given: Any, **named: Any) -> How:
    # An act; what it is given may depend on the case.
    def how(db: Db, table: Table) -> None:
        drawn = [one(db, table) if callable(one) else one for one in given]
        table.does(db, _name(db, table, name), act, *drawn, **named)

    return how


def _takes_back(name: str, kind: str) -> How:
    return lambda db, table: take_back(db, table, _name(db, table, name), kind)


def _edit(row: type[Any], **values: object) -> How:
    return lambda db, table: db.execute(update(row).where(_of_case(db, table, row)).values(**values))


def _remove(*rows: type[Any]) -> How:
    return lambda db, table: [db.execute(delete(row).where(_of_case(db, table, row))) for row in rows]


def _a(kind: str) -> Callable[[Db, Table], str]:
    return lambda db, table: _session(db, table, kind=kind)


def _id_of(name: str) -> Callable[[Db, Table], str]:
    return lambda db, table: table.ids[_name(db, table, name)]


def _no_session_served(phase: str) -> How:
    others = ",".join(one.code for one in MEDIATION.phases[1:-2] if one.code != phase)
    joint = models.Meeting.kind == "joint"
    return lambda db, table: db.execute(
        update(models.Meeting).where(joint, _of_case(db, table, models.Meeting)).values(serves=others)
    )


def _consent_falls(db: Db, table: Table) -> None:
    # As when another party withdraws, which would do much more.
    whose = table.ids[table.parties(db)[-1]]
    [given] = db.scalars(select(models.Mark).filter_by(participant_id=whose, kind="agreed-to-mediate", ended_at=None))
    acts.marks.end_mark(db, given, "redone")


def everyone_agrees(db: Db, table: Table) -> None:
    for name in table.parties(db):
        table.agrees(db, name)


def _outi_comes_late(db: Db, table: Table) -> None:
    _add(db, table, "Outi", Role.PARTY)
    everyone_agrees(db, table)
    declared = select(models.Declaration.id).where(_of_case(db, table, models.Declaration))
    for declaration in db.scalars(declared).all():
        table.does(db, "Outi", acts.ties.answer_ties, declaration, "accepted")


def _assign(db: Db, table: Table, name: str) -> None:
    person = table.house.people[name]
    table.ids[name] = table.does(db, "Vilho", acts.cases.assign_mediator, person, role=Role.CO_MEDIATOR).id
    everyone_agrees(db, table)  # to the terms that name them


def _nobody_is_mediator(db: Db, table: Table) -> None:
    _assign(db, table, "Ilmari")
    _declare(db, table, "Ilmari")
    _leave(db, table, "Meri")


def _declaration(db: Db, table: Table) -> str:
    mediate = {one.id for one in table.facts(db).those_in(Role.MEDIATOR, Role.CO_MEDIATOR)}
    return next(one for whose, one in table.facts(db).declared.items() if whose in mediate)


def _a_safeguard_is_asked_for(db: Db, table: Table) -> None:
    table.does(db, "Meri", acts.screening.begin_screening, language="fi")
    table.does(db, "Meri", acts.screening.decide_screening, "suitable-with-safeguards", safeguards=["breaks"])


def _tuula_is_there_uncalled(db: Db, table: Table) -> None:
    session = table.does(db, "Meri", acts.sessions.plan_session, "information", db.now(), called=[]).id
    _meet(db, table, session, "Tuula")


def _one_party_is_left(db: Db, table: Table) -> None:
    for name in table.parties(db)[:-1]:
        _leave(db, table, name)


def _a_version_without_a_goal(db: Db, table: Table) -> None:
    draft_problem(db, table, goals=())
    _accept_problem(db, table)


def _breaker(code: str, how: How, waiting: Sequence[str] = (), also: Waited | None = None) -> "Breaker":
    def breaker(db: Db, table: Table) -> Waited:
        how(db, table)
        others = {guard: [*names] for guard, names in (also or {}).items()}
        return {code: [_name(db, table, name) for name in waiting], **others}

    return breaker


# What lets a guard not hold: it gives every guard that then does not, with the names of those who are waited for.
Breaker = Callable[[Db, Table], Waited]
BOTH = ("Aino", "Pekka")

# For each guard: what makes it unmet, who is waited for then, and which other guards are unmet then.
_HOW: Mapping[str, tuple[How] | tuple[How, Sequence[str]] | tuple[How, Sequence[str], Waited]] = {
    "companions-told": (_tuula_is_there_uncalled, ["Tuula"]),
    "joint-session-planned": (_does("Meri", acts.sessions.cancel_session, _a("joint")),),
    "attended-opening": (
        _does(
            "Meri", acts.attendance_marks.mark_attendance, _a("joint"), lambda *here: {_id_of(LAST)(*here): "absent"}
        ),
        [LAST],
    ),
    "opening-begun": (_no_session_served("opening"), (), {"attended-opening": BOTH}),
    "goal-set": (_a_version_without_a_goal,),
    "accepted-problem-statement": (draft_problem, BOTH),
    "problem-stated": (
        _remove(models.ProblemText, models.ProblemStatement),
        (),
        {"goal-set": (), "accepted-problem-statement": BOTH},
    ),
    "dialogue-begun": (_no_session_served("dialogue"),),
    "no-open-caucus": (_does("Meri", acts.caucuses.open_caucus, _id_of(LAST)),),
    "no-text-out": (draft,),
    "accepted-understanding": (_takes_back(LAST, "accepted-understanding"), [LAST]),
    "agreement-sent": (draft, (), {"everyone-signed": (*BOTH, "Kaarina")}),
    "commitments-complete": (_edit(models.Commitment, lacks="measure"),),
    "owners-sign": (_does("Meri", acts.participants.release_companion, _id_of("Kaarina")),),
    "follow-up-planned": (_does("Meri", acts.sessions.cancel_session, _a("follow-up")),),
    "disclosure-decided": (_edit(models.Agreement, disclosure_decided=False),),
    "everyone-signed": (_outi_comes_late, ["Outi"]),
    "notice-given": (_remove(models.Notice),),
    "follow-ups-held": (
        _does("Aino", acts.sessions.plan_session, "follow-up", lambda db, table: db.now() + timedelta(days=60)),
    ),
    "no-open-breach": (lambda db, table: report(db, table, "Aino", "not-kept"),),
    "reported-on-commitments": (_outi_comes_late, ["Outi"]),
    "breach-or-joint-request": (_takes_back(LAST, "asked-for-change"),),
    "two-parties": (_one_party_is_left,),
    "met-separately": (_takes_back(LAST, "attended"), [LAST]),
    "accepted-ground-rules": (_takes_back(LAST, "accepted-ground-rules"), [LAST]),
    "had-opening-turn": (_takes_back(LAST, "had-opening-turn"), [LAST]),
    "stated-view": (_takes_back(LAST, "stated-view"), [LAST]),
    "ready-for-solutions": (_takes_back(LAST, "ready-for-solutions"), [LAST]),
    "safeguards-in-place": (_a_safeguard_is_asked_for,),
    # Deciding so would also suspend the case.
    "screened-suitable": (_edit(models.Screening, outcome="postponed"),),
    "mediator-assigned": (_nobody_is_mediator,),
    "no-open-objection": (_does(LAST, acts.ties.answer_ties, _declaration, "objected"), [LAST]),
    "ties-declared": (lambda db, table: _assign(db, table, "Oskari"), ["Oskari"]),
    "agreed-to-mediate": (_consent_falls, [LAST]),
    "no-open-concern": (_does(LAST, acts.concerns.raise_concern, _id_of("Tuula"), "Hän on mukana asiassa."), [LAST]),
    "companions-bound": (_takes_back("Tuula", "undertook-confidentiality"), ["Tuula"]),
    "mediation-ordered": (_remove(models.Order),),
    "not-suspended": (_does(LAST, acts.stopping.pause),),
}


def _nothing_is_decided(db: Db, table: Table) -> Waited:
    if table.facts(db).agreement is not None:
        _edit(models.Agreement, disclosure_decided=False)(db, table)
        return {"disclosure-decided": []}
    _remove(models.Understanding)(db, table)
    return {"disclosure-decided": [], "accepted-understanding": [*BOTH]}


BREAKERS: Mapping[str, Breaker] = {code: _breaker(code, *row) for code, row in _HOW.items()} | {
    "disclosure-decided": _nothing_is_decided
}
