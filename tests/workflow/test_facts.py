"""Facts: the one statement returns exactly the present state of a case, and nothing that ended or belongs to another case."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from operator import attrgetter
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from mediation.acts.check_ins import ask_for_change, check_in
from mediation.acts.notices import give_notice
from mediation.acts.sessions import plan_session
from mediation.store.database import Db
from mediation.store.models import (
    AgreedText,
    Agreement,
    Base,
    Breach,
    Case,
    CheckIn,
    Commitment,
    CommitmentOwner,
    Concern,
    Declaration,
    Issue,
    Mark,
    Meeting,
    Notice,
    Option,
    Order,
    Participant,
    ProblemStatement,
    RoleHeld,
    Screening,
    Signature,
    Suspension,
    Understanding,
)
from mediation.workflow.fact_sources import FACTS
from mediation.workflow.facts import (
    AgreementFacts,
    CaseState,
    CommitmentFacts,
    Facts,
    Marks,
    ParticipantFacts,
    ProblemFacts,
    ScreeningFacts,
    SessionFacts,
    TextFacts,
    UnderstandingFacts,
    case_state,
)
from tests.cases import BREAKERS, Table, agree_without_text
from tests.role_codes import Role
from tests.workflow.test_workflow import facts_in
from workflows.mediation import MEDIATION

PHASES = [one.code for one in MEDIATION.phases]


@pytest.fixture(scope="module")
def ready_case(ready_case: Callable[[str], Table]) -> Callable[[str], Table]:
    """The same, with another case beside it."""
    ready_case("dialogue")
    return ready_case


# The same facts, read in the plainest way: every row of the case, and Python.


def read(db: Db, table: Table) -> Facts:
    db.flush()
    db.expire_all()
    case = db.scalars(select(Case).where(Case.number == table.number)).one()

    def rows(of: type[Any], **like: object) -> list[Any]:
        return list(db.scalars(select(of).filter_by(case_id=case.id, **like)))

    decided = [one for one in rows(Screening) if one.decided_at is not None]
    screening = max(decided, key=lambda one: one.number, default=None)
    problem = max(rows(ProblemStatement), key=lambda one: one.version, default=None)
    breaches = rows(Breach)
    return Facts(
        case_id=case.id,
        phase=case.phase,
        participants=tuple(sorted((_participant(one, rows) for one in rows(Participant)), key=lambda one: one.id)),
        ordered=bool(rows(Order)),
        final_date_passed=any(one.final_date is not None and one.final_date < db.today() for one in rows(Order)),
        screening=screening and ScreeningFacts(screening.outcome, codes(screening.safeguards)),
        declared={one.participant_id: one.id for one in rows(Declaration, replaced_at=None)},
        suspensions=frozenset(one.cause for one in rows(Suspension, until=None)),
        sessions=tuple(sorted(map(_session, rows(Meeting)), key=attrgetter("month", "id"))),
        texts=tuple(
            TextFacts(one.id, one.kind, one.version, one.asks)
            for one in sorted(rows(AgreedText), key=lambda one: (one.version, one.id))
        ),
        problem=problem and ProblemFacts(problem.id, problem.version, problem.goal_count),
        options=len(rows(Option)),
        agreements=_agreements(rows),
        understandings=_understandings(rows),
        open_issues=len(rows(Issue, problem_statement_id=problem.id, state="open")) if problem else 0,
        open_breaches=frozenset(one.lineage for one in breaches if one.state == "open"),
        unresolved_breaches=frozenset(one.lineage for one in breaches if one.state == "left-unresolved"),
        open_concerns=frozenset((one.participant_id, one.about_id) for one in rows(Concern, settled_at=None)),
        in_use=case.in_use,
    )


def codes(text: str) -> frozenset[str]:
    return frozenset(one for one in text.split(",") if one)


def _participant(one: Participant, rows: Callable[..., list[Any]]) -> ParticipantFacts:
    gave = rows(Mark, participant_id=one.id, kind="agreed-to-mediate", value="given")
    return ParticipantFacts(
        one.id,
        frozenset(held.role for held in rows(RoleHeld, participant_id=one.id, until=None)),
        one.left_at is None,
        one.supports,
        {(mark.kind, mark.about): mark.value for mark in rows(Mark, participant_id=one.id, ended_at=None)},
        one.unnamed is None,
        any(mark.ended_why != "corrected" for mark in gave),
        one.left_how,
    )


def _session(one: Meeting) -> SessionFacts:
    state = "planned"
    if one.ended_how == "cancelled":
        state = one.ended_how or ""
    elif one.ended_at is not None:
        state = "held"
    elif one.begun_at is not None:
        state = "begun"
    month = one.month if one.ended_at is None else ""
    return SessionFacts(one.id, one.kind, codes(one.serves), one.with_participant, month, state)


def _agreements(rows: Callable[..., list[Any]]) -> tuple[AgreementFacts, ...]:
    kept = [one for one in rows(Agreement) if one.state in {"draft", "sent", "sealed", "superseded"}]
    return tuple(
        AgreementFacts(
            one.id,
            one.version,
            one.state,
            one.disclosure_decided,
            tuple(
                CommitmentFacts(
                    line.id,
                    line.lineage,
                    frozenset(owner.participant_id for owner in rows(CommitmentOwner, commitment_id=line.id)),
                    codes(line.lacks),
                )
                for line in sorted(rows(Commitment, agreement_id=one.id, ended=None), key=lambda line: line.position)
            ),
            frozenset(sign.participant_id for sign in rows(Signature, agreement_id=one.id)),
            _reported(rows, agreement_id=one.id),
            frozenset(notice.audience for notice in rows(Notice, agreement_id=one.id)),
        )
        for one in sorted(kept, key=lambda one: one.version)
    )


def _understandings(rows: Callable[..., list[Any]]) -> tuple[UnderstandingFacts, ...]:
    return tuple(
        UnderstandingFacts(
            one.id,
            one.version,
            one.reached_at is not None,
            _reported(rows, understanding_id=one.id),
            frozenset(notice.audience for notice in rows(Notice, understanding_id=one.id)),
        )
        for one in sorted(rows(Understanding), key=lambda one: one.version)
    )


def _reported(rows: Callable[..., list[Any]], **about: str) -> frozenset[str]:
    """Who reported for the last follow-up that was held, or after it."""
    held = [one for one in rows(Meeting, kind="follow-up") if one.ended_how in {"held", "ended-early"}]
    last = max(held, key=lambda one: one.begun_at, default=None)
    begun = {one.id: one.begun_at for one in rows(Meeting)}
    return frozenset(
        told.participant_id
        for told in rows(CheckIn, replaced_by=None, **about)
        if last is None
        or told.session_id == last.id
        or (begun.get(told.session_id) or told.at) >= last.begun_at
        or (told.session_id is None and len(held) == 1 and told.at >= last.begun_at - timedelta(days=7))
    )


def again(db: Db, row: Base, **changes: object) -> str:
    """Another row like one that is there; its id."""
    table = type(row).__table__
    found = db.execute(select(table).where(table.c.id == row.id)).mappings().one()  # type: ignore[attr-defined]
    new = {**found, "id": db.new_id(), **changes}
    db.execute(insert(table).values(new))
    return str(new["id"])


def of_case(db: Db, table: Table, of: type[Any], **like: object) -> Any:
    case_id = db.scalar(select(Case.id).where(Case.number == table.number))
    return db.scalars(select(of).filter_by(case_id=case_id, **like)).first()


@pytest.mark.seconds
@pytest.mark.parametrize("phase", PHASES)
def test_the_statement_returns_what_the_rows_say(ready_case: Callable[[str], Table], phase: str) -> None:
    table = ready_case(phase)
    with table.undone() as db:
        assert table.facts(db) == read(db, table)


def test_nothing_stands_in_a_case_where_nothing_was_done(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("preparation")
    with table.undone() as db:
        case_id = table.seat(db, "Meri").case.id
        db.execute(update(Screening).where(Screening.case_id == case_id).values(decided_at=None))
        facts = table.facts(db)
        assert facts == read(db, table)
        assert (facts.screening, facts.problem, facts.agreement, facts.in_force) == (None, None, None, None)
        assert (facts.options, facts.open_issues) == (0, 0)


@pytest.mark.parametrize("code", BREAKERS)
def test_it_does_after_each_act_that_breaks_a_guard(ready_case: Callable[[str], Table], code: str) -> None:
    phase = next(
        one.code
        for one in MEDIATION.phases
        for move in one.transitions
        if code in {guard.code for guard in MEDIATION.guards_of(move)}
    )
    table = ready_case(phase)
    with table.undone() as db:
        if code == "breach-or-joint-request":
            for name in table.parties(db):
                table.does(db, name, ask_for_change)
        BREAKERS[code](db, table)
        assert table.facts(db) == read(db, table)


def test_what_ended_or_was_replaced_stands_no_longer(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("follow-up")
    with table.undone() as db:
        before = table.facts(db)
        told = of_case(db, table, CheckIn)
        line = of_case(db, table, Commitment)
        again(db, of_case(db, table, Mark), kind="once", ended_at=db.now())
        again(db, of_case(db, table, RoleHeld), role=Role.INTERPRETER, until=db.now())
        again(db, of_case(db, table, Declaration), participant_id=table.ids["Aino"], replaced_at=db.now())
        again(db, told, participant_id=table.ids["Tuula"], replaced_by="newer")
        again(db, line, lineage="other", ended="done")
        again(db, of_case(db, table, Agreement), version=2, state="dropped")
        again(db, of_case(db, table, Agreement), version=3, state="unsent")
        again(db, of_case(db, table, Screening), number=9, outcome="postponed", decided_at=None)
        assert table.facts(db) == before == read(db, table)


def test_the_newest_of_each_stands_and_versions_are_in_their_order(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("follow-up")
    with table.undone() as db:
        agreement, line = of_case(db, table, Agreement), of_case(db, table, Commitment)
        again(db, of_case(db, table, Screening), number=9, outcome="postponed", safeguards="breaks,interpreter")
        again(db, of_case(db, table, Screening), number=0, outcome="referred", safeguards="")
        newest = again(db, of_case(db, table, ProblemStatement), version=9, goal_count=3)
        again(db, of_case(db, table, ProblemStatement), version=0, goal_count=7)
        for version, state, decided in ((9, "draft", False), (8, "sent", True), (0, "superseded", True)):
            copy = again(db, agreement, version=version, state=state, disclosure_decided=decided)
            for position in (5, 4):
                own = again(db, line, agreement_id=copy, lineage=f"l{position}", position=position, lacks="measure,due")
                for name in ("Aino", "Kaarina"):
                    again(
                        db,
                        of_case(db, table, CommitmentOwner),
                        commitment_id=own,
                        participant_id=table.ids[name],
                    )
        older = of_case(db, table, ProblemStatement, version=0).id
        for statement, states in ((newest, ("open", "open", "agreed")), (older, ("open", "agreed", "agreed"))):
            for state in states:
                db.add(_issue(db, table, statement, state))
        facts = table.facts(db)
        assert facts == read(db, table)
        assert facts.screening == ScreeningFacts("postponed", frozenset({"breaks", "interpreter"}))
        assert facts.problem == ProblemFacts(newest, 9, 3)
        assert facts.open_issues == 2
        assert [one.version for one in facts.agreements] == [0, 1, 8, 9]
        assert [line.lineage for line in facts.agreements[-1].commitments] == ["l4", "l5"]
        assert facts.agreement == facts.draft == facts.agreements[-1]
        assert facts.in_force == facts.agreements[1]


def _issue(db: Db, table: Table, statement: str, state: str) -> Issue:
    case_id = db.scalar(select(Case.id).where(Case.number == table.number))
    return Issue(
        id=db.new_id(), case_id=case_id, problem_statement_id=statement, position=1, words=b"not read", state=state
    )


def test_a_report_counts_for_the_last_follow_up_that_was_held(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("follow-up")
    with table.undone() as db:
        told, first = of_case(db, table, CheckIn), of_case(db, table, Meeting, kind="follow-up")
        assert first.id == told.session_id
        both, soon = {table.ids["Aino"], table.ids["Pekka"]}, db.now() + timedelta(hours=1)
        later = again(db, first, begun_at=None, ended_at=None, ended_how=None)
        for begun, how, counting in (
            (None, None, both),
            (soon, None, both),
            (soon, "cancelled", both),
            (soon, "held", set()),
            (soon, "ended-early", set()),
        ):
            values = {"begun_at": begun, "ended_at": begun if how else None, "ended_how": how}
            db.execute(update(Meeting).where(Meeting.id == later).values(values))
            facts = table.facts(db)
            assert facts.in_force is not None
            assert (facts, facts.in_force.reported_by) == (read(db, table), counting), how
        again(db, told, participant_id=table.ids["Aino"], session_id=None, at=soon)
        again(db, told, participant_id=table.ids["Pekka"], session_id=None, at=db.now() - timedelta(days=1))
        again(db, told, participant_id=table.ids["Tuula"], session_id=later)
        facts = table.facts(db)
        assert facts == read(db, table)
        assert facts.in_force is not None
        assert facts.in_force.reported_by == {table.ids["Aino"], table.ids["Tuula"]}
        # What was told before the first follow-up is for that one, as long as it is the only one.
        db.execute(update(Meeting).where(Meeting.id == later).values(ended_how="cancelled"))
        facts = table.facts(db)
        assert facts == read(db, table)
        assert facts.in_force is not None
        assert facts.in_force.reported_by == {*both, table.ids["Tuula"]}
        # But not what was told long before it.
        db.execute(update(Meeting).where(Meeting.id == first.id).values(begun_at=db.now() + timedelta(days=6, hours=1)))
        db.execute(update(CheckIn).where(CheckIn.session_id.is_not(None)).values(replaced_by=told.id))
        facts = table.facts(db)
        assert facts == read(db, table)
        assert facts.in_force is not None
        assert facts.in_force.reported_by == {table.ids["Aino"]}


def test_of_understandings_the_newest_counts_and_whether_it_was_reached(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("solutions")
    with table.undone() as db:
        db.execute(update(Agreement).values(state="dropped"))
        first = agree_without_text(db, table)
        newer = agree_without_text(db, table, notices={"fi": {"commissioner": "Asia on sovittu."}})
        facts = table.facts(db)
        assert facts == read(db, table)
        assert facts.understanding == UnderstandingFacts(newer, 2, reached=False)
        table.advance(db, "conclude-understanding")
        for name in ("Aino", "Pekka"):
            table.does(db, name, check_in, audience="table", answer="holds")
        table.does(db, "Meri", give_notice)
        facts = table.facts(db)
        assert facts == read(db, table)
        both = frozenset({table.ids["Aino"], table.ids["Pekka"]})
        assert facts.followed_up == UnderstandingFacts(newer, 2, True, both, frozenset({"commissioner"}))
        assert first != newer


def test_the_facts_of_a_session_are_its_state_whom_it_is_with_and_its_month(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("dialogue")
    with table.undone() as db:
        for months in (3, 1, 2):
            table.does(db, "Meri", plan_session, "follow-up", db.now() + timedelta(days=31 * months))
        now, row = db.now(), of_case(db, table, Meeting, kind="separate")
        for begun, ended, how in (
            (None, None, None),
            (now, None, None),
            (now, now, "held"),
            (now, now, "ended-early"),
            (None, now, "cancelled"),
        ):
            again(db, row, begun_at=begun, ended_at=ended, ended_how=how, serves="opening,dialogue")
        facts = table.facts(db)
        assert facts == read(db, table)
        assert {one.state for one in facts.sessions} == {"planned", "begun", "held", "cancelled"}


def test_the_facts_contain_breaches_notices_suspensions_and_who_supports_whom(
    ready_case: Callable[[str], Table],
) -> None:
    table = ready_case("follow-up")
    with table.undone() as db:
        agreement = of_case(db, table, Agreement)
        for number, state in enumerate(("open", "open", "resolved", "left-unresolved", "amended")):
            db.add(
                Breach(
                    id=db.new_id(),
                    case_id=agreement.case_id,
                    agreement_id=agreement.id,
                    lineage=f"l{number}",
                    state=state,
                    opened_at=db.now(),
                )
            )
        again(db, of_case(db, table, Notice), audience="work-community")
        for cause, until in (("tie", None), ("absence", db.now())):
            db.add(
                Suspension(
                    id=db.new_id(),
                    case_id=agreement.case_id,
                    cause=cause,
                    review_on=db.today(),
                    language="fi",
                    since=db.now(),
                    until=until,
                )
            )
        db.execute(update(Case).where(Case.id == agreement.case_id).values(in_use=7))
        facts = table.facts(db)
        assert facts == read(db, table)
        assert (facts.open_breaches, facts.unresolved_breaches) == ({"l0", "l1"}, {"l3"})
        assert (facts.suspensions, facts.in_use) == ({"tie"}, 7)
        assert facts.in_force is not None
        assert facts.in_force.told >= {"commissioner", "work-community"}
        assert {one.supports for one in facts.participants} == {None, table.ids["Aino"]}


@pytest.mark.parametrize(("days", "passed"), [(None, False), (-1, True), (0, False), (1, False)])
def test_the_final_date_that_was_ordered_has_passed_from_the_day_after_it(
    ready_case: Callable[[str], Table], days: int | None, passed: bool
) -> None:
    table = ready_case("dialogue")
    with table.undone() as db:
        final = None if days is None else db.today() + timedelta(days=days)
        db.execute(update(Order).where(Order.case_id == table.seat(db, "Meri").case.id).values(final_date=final))
        facts = table.facts(db)
        assert facts == read(db, table)
        assert facts.final_date_passed == passed


# What facts say of themselves.


def test_the_state_of_a_case_is_its_row(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("dialogue")
    with table.undone() as db:
        row = db.scalars(select(Case).where(Case.number == table.number)).one()
        state = case_state(row)
        assert state == table.seat(db, "Meri").case
        assert {one.name: getattr(state, one.name) for one in fields(CaseState)} == {
            one.name: getattr(row, one.name) for one in fields(CaseState)
        }


@pytest.mark.parametrize("state", ["draft", "sent", "sealed", "superseded"])
def test_the_version_worked_on_is_the_newest_unless_it_is_sealed_and_the_one_in_force_is_sealed(state: str) -> None:
    facts = facts_in("follow-up")
    [sealed] = facts.agreements
    newest = replace(sealed, id="a2", version=2, state=state)
    both = replace(facts, agreements=(sealed, newest))
    assert both.draft == (newest if state in {"draft", "sent"} else None)
    assert both.agreement == newest
    assert both.in_force == (newest if state == "sealed" else sealed)
    none = replace(facts, agreements=())
    assert (none.draft, none.agreement, none.in_force, none.followed_up) == (None, None, None, None)
    assert replace(facts, agreements=(replace(sealed, state="superseded"),)).in_force is None


def test_the_holders_of_a_role_are_the_active_ones_in_order() -> None:
    facts = facts_in("follow-up")
    assert [one.id for one in facts.those_in(Role.PARTY)] == ["aino", "pekka"]
    assert [one.id for one in facts.those_in(Role.EMPLOYER_REPRESENTATIVE, Role.PARTY)] == ["aino", "pekka", "kaarina"]
    gone = tuple(replace(one, active=one.id != "aino") for one in facts.participants)
    assert [one.id for one in replace(facts, participants=gone).those_in(Role.PARTY)] == ["pekka"]
    assert facts.those_in(Role.PARTY) is facts.those_in(Role.PARTY)


def test_a_mark_is_known_by_its_kind_and_what_it_is_about() -> None:
    one = ParticipantFacts("aino", frozenset(), True, None, {("attended", "s1"): "absent", ("agreed", ""): "given"})
    assert (one.answer("attended", "s1"), one.answer("agreed"), one.answer("attended")) == ("absent", "given", None)
    assert (one.did("attended", "s1"), one.did("agreed"), one.did("attended")) == (True, True, False)


@pytest.mark.parametrize(
    "of", [Facts, ParticipantFacts, SessionFacts, CommitmentFacts, AgreementFacts, ProblemFacts, ScreeningFacts]
)
def test_facts_cannot_be_changed(of: type[Any]) -> None:
    names = of.__match_args__  # of a dataclass as of a named tuple
    one = of(**dict.fromkeys(names))
    with pytest.raises(AttributeError):
        setattr(one, names[0], "other")


MARKS = Marks([("attended", "present", ["s1", "s2"]), ("attended", "absent", ["s3"]), ("agreed", "given", [""])])


def test_marks_told_together_are_those_told_one_by_one() -> None:
    each = {
        **{("attended", "s1"): "present", ("attended", "s2"): "present"},
        **{("attended", "s3"): "absent", ("agreed", ""): "given"},
    }
    assert (dict(MARKS), len(MARKS), each == MARKS) == (each, 4, True)
    for marks in (MARKS, each):
        one = ParticipantFacts("aino", frozenset(), True, None, marks)
        assert one.abouts("attended", "present", "left") == {"s1", "s2"}
        assert one.abouts("attended") == one.abouts("other", "given") == frozenset()
        assert {key: one.answer(*key) for key in each} == each
        assert not one.did("attended", "s4")
    with pytest.raises(KeyError):
        MARKS["attended", "s4"]


def test_the_facts_of_a_long_case_come_in_no_more_rows_than_those_of_a_short_one(
    ready_case: Callable[[str], Table],
) -> None:
    table = ready_case("dialogue")
    with table.undone() as db:
        asked = {"case_id": table.seat(db, "Meri").case.id, "today": db.today()}
        few = len(FACTS.run(db, asked).all())
        row = of_case(db, table, Meeting, kind="separate")
        for _ in range(50):
            again(db, row, begun_at=db.now(), ended_at=db.now(), ended_how="held")
        for mark in db.scalars(select(Mark).where(Mark.about == row.id, Mark.ended_at.is_(None))).all():
            for meeting in db.scalars(select(Meeting.id).where(Meeting.kind == "separate", Meeting.id != row.id)):
                again(db, mark, about=meeting)
        assert len(FACTS.run(db, asked).all()) <= few + 1
        assert table.facts(db) == read(db, table)
        assert len(table.facts(db).held) >= 50
