"""Guards: with any one unmet the case stays and the refusal names exactly that, and each can be met by the acts it names."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from mediation.acts import stopping
from mediation.acts.agreements import drop_draft
from mediation.acts.attendance_marks import mark_attendance
from mediation.acts.cases import assign_mediator
from mediation.acts.caucuses import close_caucus
from mediation.acts.check_ins import ask_for_change, ask_to_report, settle_breach
from mediation.acts.companions import call_to_session
from mediation.acts.concerns import settle_concern, take_back_concern
from mediation.acts.ground_rules import accept_ground_rules
from mediation.acts.marks import mark_opening_turn, say_ready
from mediation.acts.notices import give_notice
from mediation.acts.orders import order_mediation
from mediation.acts.participants import Someone, add_participant, release_companion, waive_separate_meeting
from mediation.acts.problem_statements import accept_problem_statement
from mediation.acts.safeguards import put_safeguard_in_place
from mediation.acts.screening import begin_screening, decide_screening
from mediation.acts.sessions import begin_session, end_session, plan_session, waive_follow_ups
from mediation.acts.statements import pass_view, state_view
from mediation.acts.ties import answer_ties, declare_ties
from mediation.acts.understandings import propose_understanding
from mediation.acts.undertakings import bind_by_service, hear_undertaking
from mediation.case import engine
from mediation.case.seat import Seat
from mediation.errors import NotYet
from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    Breach,
    Case,
    CommitmentOwner,
    Concern,
    Declaration,
    Letter,
    Meeting,
    ProblemStatement,
    RecordEntry,
    Screening,
)
from mediation.workflow.declaration import RESUME, Guard, Transition
from mediation.workflow.facts import Facts
from tests.cases import (
    BREAKERS,
    Table,
    advance,
    agree_without_text,
    break_all,
    case_in,
    draft,
    draft_problem,
    make_ready,
    report,
    send_and_sign,
    undertake,
)
from tests.houses import House
from tests.role_codes import Role
from tests.world import problem
from workflows.mediation import MEDIATION

MOVES = [(one.code, move) for one in MEDIATION.phases for move in one.transitions]
GUARDED = [(phase, move) for phase, move in MOVES if MEDIATION.guards_of(move)]
EACH_GUARD = [(phase, move, guard) for phase, move in GUARDED for guard in MEDIATION.guards_of(move)]


# Guards that know who is missing, by the page of the workflows.
EACH_KNOWS_WHO = {
    "ties-declared",
    "no-open-objection",
    "agreed-to-mediate",
    "companions-bound",
    "companions-told",
    "no-open-concern",
    "met-separately",
    "attended-opening",
    "accepted-ground-rules",
    "had-opening-turn",
    "stated-view",
    "accepted-problem-statement",
    "accepted-understanding",
    "ready-for-solutions",
    "everyone-signed",
    "reported-on-commitments",
}


def named(*cases: Any) -> Any:
    """Phase, transition and guard (or act) as the name of a case."""
    return "-".join(getattr(one, "code", one) for one in cases)


def each(argnames: str, cases: list[tuple[Any, ...]]) -> pytest.MarkDecorator:
    """Once for each of these, under its name."""
    return pytest.mark.parametrize(argnames, cases, ids=[named(*case) for case in cases])


@contextmanager
def nothing_written(db: Db, table: Table) -> Iterator[None]:
    """Fails where anything is written meanwhile, or the case, its record or its letters are not as before."""
    db.flush()
    before, wrote = _state_of(db, table), list[str]()

    def hear(*heard: Any) -> None:
        statement: str = heard[2]
        if not statement.lstrip().upper().startswith("SELECT"):
            wrote.append(statement)

    event.listen(db.get_bind(), "before_cursor_execute", hear)
    try:
        yield
        db.flush()
    finally:
        event.remove(db.get_bind(), "before_cursor_execute", hear)
    assert wrote == []
    assert _state_of(db, table) == before


def _state_of(db: Db, table: Table) -> tuple[object, ...]:
    case = db.execute(select(Case.__table__).where(Case.number == table.number)).one()
    entries, letters = (
        db.scalar(select(func.count()).select_from(rows).where(rows.case_id == case.id))
        for rows in (RecordEntry, Letter)
    )
    return *case, entries, letters


def refusal(db: Db, table: Table, seat: Seat, code: str) -> tuple[engine.Unmet, ...]:
    """What a refused transition lists as unmet, after checking that nothing was written and the case stayed."""
    phase = seat.case.phase
    with nothing_written(db, table), pytest.raises(NotYet) as refused:
        advance(db, seat, code)
    assert refused.value.code == "transition-blocked"
    assert seat.case.phase == phase
    plan = refused.value.details["plan"]
    assert isinstance(plan, engine.Plan)
    return plan.unmet


def who_is_missing(table: Table, unmet: tuple[engine.Unmet, ...]) -> dict[str, list[str]]:
    return {one.guard.code: table.names(one.missing) for one in unmet}


def implied_by(guard: Guard, among: tuple[Guard, ...]) -> set[str]:
    """The guard itself and all that declare that they cannot hold without it."""
    found = {guard.code}
    while more := {one.code for one in among if set(one.implies) & found} - found:
        found |= more
    return found


def test_every_guard_of_the_declaration_can_be_broken_and_no_other() -> None:
    declared = {guard.code for _, _, guard in EACH_GUARD}
    assert set(BREAKERS) == declared
    assert len(EACH_GUARD) > 80


@each("phase, move", MOVES)
def test_with_every_guard_holding_the_case_moves(
    ready_case: Callable[[str], Table], phase: str, move: Transition
) -> None:
    table = ready_case(phase)
    with table.undone() as db:
        make_ready(db, table, move)
        table.advance(db, move.code)
        assert table.facts(db).phase == move.to == db.scalar(select(Case.phase).where(Case.number == table.number))


@each("phase, move, guard", EACH_GUARD)
def test_with_only_one_guard_unmet_the_case_stays_and_the_refusal_names_exactly_that(
    ready_case: Callable[[str], Table], phase: str, move: Transition, guard: Guard
) -> None:
    table = ready_case(phase)
    with table.undone() as db:
        make_ready(db, table, move)
        waited = BREAKERS[guard.code](db, table)
        unmet = refusal(db, table, table.mover(db, move), move.code)
        assert who_is_missing(table, unmet) == {code: list(names) for code, names in waited.items()}
        assert set(waited) == implied_by(guard, MEDIATION.guards_of(move))
        assert table.facts(db).phase == phase


@each("phase, move", GUARDED)
def test_with_every_guard_unmet_the_case_stays_and_the_refusal_names_them_all(
    house: House, phase: str, move: Transition
) -> None:
    table = case_in(house, phase)
    guards = MEDIATION.guards_of(move)
    with table.writing() as db:
        make_ready(db, table, move)
        break_all(db, table, guards)
    with table.writing() as db:
        unmet = refusal(db, table, table.mover(db, move), move.code)
        assert [one.guard.code for one in unmet] == [one.code for one in guards]
        waited = {one.guard.code: one.missing for one in unmet}
        assert all(waited[code] for code in waited.keys() & EACH_KNOWS_WHO)
        assert not any(waited[code] for code in waited.keys() - EACH_KNOWS_WHO)


@each("phase, move", GUARDED)
def test_the_api_answers_with_every_unmet_guard(sqlite_house: House, phase: str, move: Transition) -> None:
    table = case_in(sqlite_house, phase)
    # Nobody who may close a case is there to ask when it has no mediator.
    guards = [one for one in MEDIATION.guards_of(move) if (move.code, one.code) != ("close", "mediator-assigned")]
    with table.writing() as db:
        make_ready(db, table, move)
        break_all(db, table, guards)
        before = table.facts(db)
        [name] = table.names([table.mover(db, move).participant_id])
        names = {table.ids[one]: one for one in table.ids}
    client, path = sqlite_house.client(name), f"/api/cases/{table.number}/transitions"
    tag = client.get(path).headers["ETag"]
    told = problem(
        client.post(path, json={"transition": move.code}, headers={"If-Match": tag}), 409, "transition-blocked"
    )
    assert [one["guard"] for one in told["unmet"]] == [one.code for one in guards]
    for one, guard in zip(told["unmet"], guards, strict=True):
        waited = {who["participant"]: who["name"] for who in one["waiting_for"]}
        assert waited == {who: names[who] for who in guard.missing(before)}
    with table.writing() as db:
        assert table.facts(db) == before


@each("phase, move", [(phase, move) for phase, move in MOVES if not MEDIATION.guards_of(move)])
def test_a_way_back_without_guards_waits_for_nothing(
    ready_case: Callable[[str], Table], phase: str, move: Transition
) -> None:
    table = ready_case(phase)
    with table.undone() as db:
        break_all(db, table, MEDIATION.forward_guards)
        assert advance(db, table.mover(db, move), move.code).unmet == ()
        assert table.facts(db).phase == move.to


# Resuming: guarded by its cause.

RESUME_GUARDS = {
    "withdrawal": ["agreed-to-mediate"],
    "re-screening": ["screened-suitable", "safeguards-in-place"],
    "tie": ["ties-declared", "no-open-objection"],
}
ALL_OF_THEM = [(cause, code) for cause, codes in RESUME_GUARDS.items() for code in codes]


def held(db: Db, table: Table, cause: str) -> None:
    engine.suspend(db, table.seat(db, "Meri"), cause, db.today() + timedelta(days=7))


@each("cause, code", ALL_OF_THEM)
def test_a_suspension_ends_only_when_the_guards_of_its_cause_are_met(
    ready_case: Callable[[str], Table], cause: str, code: str
) -> None:
    table = ready_case("dialogue")
    with table.undone() as db:
        waited = BREAKERS[code](db, table)
        held(db, table, cause)
        with nothing_written(db, table), pytest.raises(NotYet) as refused:
            table.does(db, "Meri", stopping.resume)
        assert refused.value.code == "resume-blocked"
        unmet: Any = refused.value.details["unmet"]
        assert who_is_missing(table, unmet) == {code: list(waited[code])}
        assert table.facts(db).suspensions == {cause}


def test_a_refused_resumption_names_all_that_is_missing_for_every_cause_at_once(
    ready_case: Callable[[str], Table],
) -> None:
    table = ready_case("dialogue")
    with table.undone() as db:
        codes = [code for _, code in ALL_OF_THEM]
        break_all(db, table, [one for one in MEDIATION.forward_guards if one.code in codes])
        for cause in RESUME_GUARDS:
            held(db, table, cause)
        with pytest.raises(NotYet) as refused:
            table.does(db, "Meri", stopping.resume)
        unmet: Any = refused.value.details["unmet"]
        assert [one.guard.code for one in unmet] == codes


@each("cause, code", [("pause", code) for _, code in ALL_OF_THEM])
def test_a_pause_can_be_ended_while_other_guards_are_unmet(
    ready_case: Callable[[str], Table], cause: str, code: str
) -> None:
    table = ready_case("dialogue")
    with table.undone() as db:
        BREAKERS[code](db, table)
        held(db, table, cause)
        table.does(db, "Meri", stopping.resume)
        assert table.facts(db).suspensions == frozenset()


# Every guard can be met by the acts that it names.

Mender = Callable[[Db, Table], object]


def by(name: str, act: Callable[..., Any], *given: Any, **named: Any) -> Mender:
    """Somebody does the act."""
    return lambda db, table: table.does(db, name, act, *given, **named)


def by_the_parties(act: Callable[..., Any], *given: Any, **named: Any) -> Mender:
    """Every party does the act."""
    return lambda db, table: [table.does(db, name, act, *given, **named) for name in table.parties(db)]


def _newest(db: Db, table: Table, row: type[Any], **like: object) -> str:
    case_id = table.seat(db, "Vilho").case.id
    found: list[Any] = list(db.scalars(select(row).filter_by(case_id=case_id, **like)))
    return str(found[-1].id)


def _screen_again(db: Db, table: Table) -> None:
    table.does(db, "Meri", begin_screening, language="fi")
    table.does(db, "Meri", decide_screening, "suitable")


def _wants(db: Db, table: Table, safeguard: str) -> None:
    db.execute(update(Screening).values(safeguards=safeguard))
    assert _unmet(db, table, "safeguards-in-place")


def _come_together(db: Db, table: Table) -> None:
    _wants(db, table, "co-mediator")
    table.does(db, "Vilho", assign_mediator, table.house.people["Oskari"], role="co-mediator")


def _interpret(db: Db, table: Table) -> None:
    _add("Outi", Role.INTERPRETER)(db, table)
    _wants(db, table, "interpreter")
    undertake(db, table, "Outi")


def _interpret_for_a_service(db: Db, table: Table) -> None:
    _add("Outi", Role.INTERPRETER)(db, table)
    _wants(db, table, "interpreter")
    table.does(db, "Meri", bind_by_service, table.ids["Outi"], "Tulkkauspalvelu")


def _meet_each(db: Db, table: Table) -> None:
    BREAKERS["met-separately"](db, table)
    _wants(db, table, "separate-meetings")
    _mark_present("separate")(db, table)


def _assign(db: Db, table: Table) -> None:
    table.does(db, "Vilho", assign_mediator, table.house.people["Meri"])


def _declare(db: Db, table: Table) -> None:
    table.does(db, "Oskari", declare_ties, has_ties=False, words="Ei ole.", language="fi")


def _accept_the_mediator(db: Db, table: Table) -> None:
    for name in table.parties(db):
        table.does(db, name, answer_ties, _newest(db, table, Declaration), "accepted")


def _add(name: str, role: Role) -> Mender:
    def mender(db: Db, table: Table) -> None:
        someone = Someone(person_id=table.house.people[name])
        table.ids[name] = table.does(db, "Meri", add_participant, someone, role).id

    return mender


def _release(db: Db, table: Table) -> None:
    table.does(db, "Meri", release_companion, table.ids["Tuula"])


def _hear_tuula(db: Db, table: Table) -> None:
    session = _newest(db, table, Meeting, kind="joint")
    table.does(db, "Meri", hear_undertaking, session, table.ids["Tuula"])


def _tuula_interprets_too(db: Db, table: Table) -> None:
    _add("Tuula", Role.INTERPRETER)(db, table)
    table.does(db, "Meri", bind_by_service, table.ids["Tuula"], "Tulkkauspalvelu")


def _call_tuula(db: Db, table: Table) -> None:
    table.does(db, "Meri", call_to_session, _newest(db, table, Meeting, kind="information"), table.ids["Tuula"])


def _concern(db: Db, table: Table) -> str:
    return db.scalars(select(Concern.id).filter_by(case_id=table.seat(db, "Vilho").case.id)).one()


def _settle_concern(db: Db, table: Table) -> None:
    table.does(db, "Meri", settle_concern, _concern(db, table), "as-it-is", "Hän tukee, ei ota kantaa.")


def _take_back_concern(db: Db, table: Table) -> None:
    worried = db.get_one(Concern, _concern(db, table)).participant_id
    [name] = [name for name, one in table.ids.items() if one == worried]
    table.does(db, name, take_back_concern, _concern(db, table))


def _mark_present(kind: str) -> Mender:
    def mender(db: Db, table: Table) -> None:
        everyone = [table.ids[name] for name in table.parties(db)]
        for session in db.scalars(select(Meeting).filter_by(case_id=table.seat(db, "Vilho").case.id, kind=kind)).all():
            present = dict.fromkeys([session.with_participant] if session.with_participant else everyone, "present")
            table.does(db, "Meri", mark_attendance, session.id, present)

    return mender


def _plan(kind: str) -> Mender:
    return lambda db, table: table.does(db, "Meri", plan_session, kind, db.now() + timedelta(days=9))


def _begin(phase: str) -> Mender:
    def mender(db: Db, table: Table) -> None:
        session = table.does(db, "Meri", plan_session, "joint", db.now(), serves=[phase])
        table.does(db, "Meri", begin_session, session.id)

    return mender


def _end(db: Db, table: Table) -> None:
    session = _newest(db, table, Meeting, kind="follow-up", ended_at=None)
    table.does(db, "Meri", begin_session, session)
    table.does(db, "Meri", end_session, session)


def _mark_turn(db: Db, table: Table) -> None:
    table.does(db, "Meri", mark_opening_turn, [table.ids["Pekka"]])


def _accept_the_text(db: Db, table: Table) -> None:
    version = max(db.scalars(select(ProblemStatement.version).filter_by(case_id=table.seat(db, "Vilho").case.id)))
    for name in table.parties(db):
        table.does(db, name, accept_problem_statement, version)


def _close_caucus(db: Db, table: Table) -> None:
    table.does(db, "Meri", close_caucus, _newest(db, table, Meeting, kind="caucus"))


def _send(db: Db, table: Table) -> None:
    send_and_sign(db, table, "Aino")


def _everyone_signs(db: Db, table: Table) -> None:
    draft(db, table)
    send_and_sign(db, table)


def _draft_without_the_one_who_left(db: Db, table: Table) -> None:
    draft(db, table, owners=["Pekka"])


def _sign_as_representative(db: Db, table: Table) -> None:
    # The promise is now that of somebody at the case who does not sign; as a representative they would.
    case_id = table.seat(db, "Vilho").case.id
    released = CommitmentOwner.case_id == case_id, CommitmentOwner.participant_id == table.ids["Kaarina"]
    db.execute(update(CommitmentOwner).where(*released).values(participant_id=table.ids["Vilho"]))
    assert _unmet(db, table, "owners-sign")
    _add("Vilho", Role.EMPLOYER_REPRESENTATIVE)(db, table)


def _propose(db: Db, table: Table) -> None:
    # While a text is worked on or in force, what others are told stands in it.
    db.execute(update(Agreement).where(Agreement.case_id == table.seat(db, "Vilho").case.id).values(state="dropped"))
    table.does(db, "Meri", propose_understanding)


def _waive_without_text(db: Db, table: Table) -> None:
    _propose(db, table)
    by_the_parties(waive_follow_ups)(db, table)


def _settle(db: Db, table: Table) -> None:
    heard = [table.ids[name] for name in table.parties(db)]
    for breach in db.scalars(select(Breach.id).filter_by(case_id=table.seat(db, "Vilho").case.id)).all():
        table.does(db, "Meri", settle_breach, breach, "resolved", heard=heard)


def _ask_twice(db: Db, table: Table) -> None:
    now = db.now()
    table.does(db, "Meri", ask_to_report, table.ids["Outi"])
    db.clock = lambda: now + timedelta(days=8)
    table.does(db, "Meri", ask_to_report, table.ids["Outi"])


# For every guard and each act that it says can meet it: how the act does.
MENDERS: Mapping[tuple[str, str], Mender] = {
    ("not-suspended", "resume"): by("Meri", stopping.resume),
    ("mediation-ordered", "order-mediation"): by("Vilho", order_mediation, terms="Sovittelu.", language="fi"),
    ("mediator-assigned", "assign-mediator"): _assign,
    ("ties-declared", "declare-ties"): _declare,
    ("no-open-objection", "answer-ties"): _accept_the_mediator,
    ("screened-suitable", "screen"): _screen_again,
    ("safeguards-in-place", "put-safeguard-in-place"): by("Meri", put_safeguard_in_place, "breaks", "Tauko."),
    ("safeguards-in-place", "assign-mediator"): _come_together,
    ("safeguards-in-place", "undertake-confidentiality"): _interpret,
    ("safeguards-in-place", "bind-by-service"): _interpret_for_a_service,
    ("safeguards-in-place", "mark-attendance"): _meet_each,
    ("safeguards-in-place", "screen"): _screen_again,
    ("two-parties", "add-participant"): _add("Outi", Role.PARTY),
    ("agreed-to-mediate", "agree-to-mediate"): lambda db, table: table.agrees(db, "Pekka"),
    ("companions-bound", "undertake-confidentiality"): lambda db, table: undertake(db, table, "Tuula"),
    ("companions-bound", "hear-undertaking"): _hear_tuula,
    ("companions-bound", "bind-by-service"): _tuula_interprets_too,
    ("companions-told", "plan-session"): _call_tuula,
    ("companions-told", "release-companion"): _release,
    ("no-open-concern", "settle-concern"): _settle_concern,
    ("no-open-concern", "take-back-concern"): _take_back_concern,
    ("no-open-concern", "release-companion"): _release,
    ("companions-bound", "release-companion"): _release,
    ("met-separately", "mark-attendance"): _mark_present("separate"),
    ("met-separately", "waive-separate-meeting"): by_the_parties(waive_separate_meeting),
    ("joint-session-planned", "plan-session"): _plan("joint"),
    ("opening-begun", "begin-session"): _begin("opening"),
    ("attended-opening", "mark-attendance"): _mark_present("joint"),
    ("accepted-ground-rules", "accept-ground-rules"): by_the_parties(accept_ground_rules),
    ("had-opening-turn", "mark-opening-turn"): _mark_turn,
    ("stated-view", "state-view"): by_the_parties(state_view, "Näin se meni.", language="fi"),
    ("stated-view", "pass-view"): by_the_parties(pass_view),
    ("problem-stated", "draft-problem-statement"): draft_problem,
    ("goal-set", "draft-problem-statement"): draft_problem,
    ("accepted-problem-statement", "accept-problem-statement"): _accept_the_text,
    ("dialogue-begun", "begin-session"): _begin("dialogue"),
    ("no-open-caucus", "close-caucus"): _close_caucus,
    ("ready-for-solutions", "say-ready"): by_the_parties(say_ready),
    ("agreement-sent", "send-agreement"): _send,
    ("commitments-complete", "draft-agreement"): draft,
    ("owners-sign", "draft-agreement"): _draft_without_the_one_who_left,
    ("owners-sign", "add-participant"): _sign_as_representative,
    ("follow-up-planned", "plan-session"): _plan("follow-up"),
    ("disclosure-decided", "draft-agreement"): draft,
    ("disclosure-decided", "propose-understanding"): _propose,
    ("follow-up-planned", "waive-follow-ups"): _waive_without_text,
    ("no-text-out", "drop-draft"): by("Meri", drop_draft),
    ("accepted-understanding", "accept-understanding"): agree_without_text,
    ("everyone-signed", "sign"): _everyone_signs,
    ("notice-given", "give-notice"): by("Meri", give_notice),
    ("follow-ups-held", "begin-session"): _end,  # of the two together, beginning comes first
    ("follow-ups-held", "end-session"): _end,
    ("follow-ups-held", "waive-follow-ups"): by_the_parties(waive_follow_ups),
    ("reported-on-commitments", "check-in"): lambda db, table: report(db, table, "Outi", "kept"),
    ("reported-on-commitments", "ask-to-report"): _ask_twice,
    ("no-open-breach", "settle-breach"): _settle,
    ("breach-or-joint-request", "check-in"): lambda db, table: report(db, table, "Pekka", "not-kept"),
    ("breach-or-joint-request", "ask-for-change"): by_the_parties(ask_for_change),
}


def _named_acts() -> list[tuple[str, Transition, Guard, str]]:
    return [
        (phase, move, guard, act)
        for phase, move, guard in EACH_GUARD
        for act in guard.met_by
        if act in MEDIATION.open_acts(phase)
    ]


@pytest.mark.seconds
@each("phase, move, guard, act", _named_acts())
def test_an_act_that_a_guard_names_meets_it_where_it_is_open(
    ready_case: Callable[[str], Table], phase: str, move: Transition, guard: Guard, act: str
) -> None:
    table = ready_case(phase)
    with table.undone() as db:
        make_ready(db, table, move)
        BREAKERS[guard.code](db, table)
        db.flush()
        assert not guard.is_met(table.facts(db))
        entries = _entries(db, table)
        MENDERS[guard.code, act](db, table)
        db.flush()
        assert guard.is_met(table.facts(db))
        assert _entries(db, table) > entries


def _unmet(db: Db, table: Table, code: str) -> bool:
    [guard] = {guard.code: guard for _, _, guard in EACH_GUARD if guard.code == code}.values()
    return not guard.is_met(table.facts(db))


def _entries(db: Db, table: Table) -> int:
    return db.scalar(select(Case.version).where(Case.number == table.number)) or 0


def test_every_act_that_a_guard_names_is_open_in_some_phase_where_the_guard_is_asked() -> None:
    declared = {(guard.code, act) for _, _, guard in EACH_GUARD for act in guard.met_by}
    assert {(guard.code, act) for _, _, guard, act in _named_acts()} == declared == set(MENDERS)


# What single guards mean.


def test_an_acceptance_of_the_first_version_says_nothing_of_the_second(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("problem-definition")
    with table.undone() as db:
        version = draft_problem(db, table)
        table.does(db, "Aino", accept_problem_statement, version)
        unmet = refusal(db, table, table.seat(db, "Meri"), "start-dialogue")
        assert who_is_missing(table, unmet) == {"accepted-problem-statement": ["Pekka"]}


def test_a_party_who_did_not_agree_is_named_although_they_came_to_every_meeting(
    ready_case: Callable[[str], Table],
) -> None:
    table = ready_case("preparation")
    with table.undone() as db:
        BREAKERS["agreed-to-mediate"](db, table)
        facts = table.facts(db)
        assert all(_attended(facts, table.ids[name]) for name in ("Aino", "Pekka"))
        unmet = refusal(db, table, table.seat(db, "Meri"), "open")
        assert who_is_missing(table, unmet) == {"agreed-to-mediate": ["Pekka"]}


def _attended(facts: Facts, participant: str) -> bool:
    [one] = [one for one in facts.participants if one.id == participant]
    return any(kind == "attended" for kind, _ in one.marks)


def test_an_unfit_screening_blocks_even_when_all_it_asked_for_is_in_place(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("preparation")
    with table.undone() as db:
        BREAKERS["safeguards-in-place"](db, table)
        table.does(db, "Meri", put_safeguard_in_place, "breaks", "Tauko tunnin välein.")
        db.execute(update(Screening).values(outcome="employer-duty-to-act"))
        unmet = refusal(db, table, table.seat(db, "Meri"), "open")
        assert who_is_missing(table, unmet) == {"screened-suitable": []}


def test_fewer_than_two_options_warn_and_do_not_hinder(house: House) -> None:
    table = case_in(house, "solutions", ready=False)
    with table.writing() as db:
        table.does(db, "Meri", plan_session, "follow-up", db.now() + timedelta(days=30))
        draft(db, table)
        send_and_sign(db, table)
        plan = table.advance(db, "begin-follow-up")
    assert [one.guard.code for one in plan.warnings] == ["options-considered"]
    assert plan.target == "follow-up"


def test_resuming_is_guarded_for_each_cause_as_the_declaration_says() -> None:
    assert [one.code for one in MEDIATION.resume_when] == [code for _, code in ALL_OF_THEM]
    assert RESUME in MEDIATION.open_acts("dialogue", suspended=True)
