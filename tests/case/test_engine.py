"""The engine: what a move changes and to whom it writes, what it is refused with, and how a case is suspended and ended."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, update

from mediation.acts import stopping
from mediation.acts.notices import agreed_words
from mediation.case import engine
from mediation.case.seat import Manner, Seat
from mediation.errors import MediationError
from mediation.letters import outbox
from mediation.letters.waiting import QUARTER
from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    AgreementText,
    Case,
    Letter,
    Order,
    RecordEntry,
    Screening,
    Suspension,
    get,
    put,
)
from mediation.words.catalogue import LANGUAGES, in_every_language
from mediation.workflow.declaration import RESUME, Transition, Way
from mediation.workflow.facts import Facts, ParticipantFacts, SessionFacts
from tests.cases import BREAKERS, Table, make_ready
from tests.role_codes import Role
from tests.workflow.test_workflow import move_of, with_move
from workflows.mediation import MEDIATION

MOVES = [(one.code, move) for one in MEDIATION.phases for move in one.transitions]
MEDIATORS = {Role.MEDIATOR, Role.CO_MEDIATOR}
OTHERS = ["Vilho", "Aino", "Pekka", "Kaarina"]  # all but Meri, who moves the case, and Tuula, who only supports


def each_move(*, forward: bool | None = None) -> pytest.MarkDecorator:
    moves = [one for one in MOVES if forward in {None, one[1].forward}]
    return pytest.mark.parametrize(("phase", "move"), moves, ids=[f"{phase}-{move.code}" for phase, move in moves])


@pytest.fixture
def table(ready_case: Callable[[str], Table]) -> Table:
    return ready_case("dialogue")


def refused(of: Callable[..., object], *given: Any, **named: Any) -> tuple[str, Mapping[str, object]]:
    """The code with which something is refused, and its details."""
    with pytest.raises(MediationError) as refusal:
        of(*given, **named)
    return refusal.value.code, refusal.value.details


def case_row(db: Db, table: Table) -> Case:
    db.flush()
    db.expire_all()
    return db.scalars(select(Case).where(Case.number == table.number)).one()


def last_entry(db: Db, table: Table) -> RecordEntry:
    entries = select(RecordEntry).where(RecordEntry.case_id == case_row(db, table).id)
    return db.scalars(entries.order_by(RecordEntry.position.desc()).limit(1)).one()


def letters(db: Db, table: Table, kind: str, **like: object) -> list[Letter]:
    db.expire_all()
    return list(db.scalars(select(Letter).filter_by(case_id=case_row(db, table).id, kind=kind, **like)))


def recipients(db: Db, table: Table, kind: str, **like: object) -> list[str]:
    return table.names([one.participant_id or "" for one in letters(db, table, kind, **like)])


def tag_of(db: Db, table: Table, seat: Seat, facts: Facts | None = None) -> str:
    return engine.tag(seat, engine.plans(seat, facts or table.facts(db), db.today()))


# What a move would do.


def test_a_plan_cannot_be_changed(table: Table) -> None:
    with table.undone() as db:
        BREAKERS["agreed-to-mediate"](db, table)
        for plan in engine.plans(table.seat(db, "Meri"), table.facts(db), db.today()):
            for one in (plan, *plan.unmet):
                with pytest.raises(AttributeError):
                    setattr(one, fields(one)[0].name, "other")


@pytest.mark.parametrize("role", list(Role))
def test_who_may_take_a_move_is_shown_its_plan_and_nobody_else(table: Table, role: Role) -> None:
    with table.undone() as db:
        seat, facts = replace(table.seat(db, "Meri"), roles=MEDIATION.roles_of({role})), table.facts(db)
        for phase, move in MOVES:
            there = replace(facts, phase=phase)
            codes = [one.transition.code for one in engine.plans(seat, there, db.today())]
            assert (move.code in codes) == (role in move.by)
            if role in move.by:
                assert engine.plan(seat, there, move.code, db.today()).transition is move
            else:
                told = refused(engine.plan, seat, there, move.code, db.today())
                assert told == ("transition-not-yours", {"transition": move.code})


def test_a_move_is_refused_as_unknown_not_here_or_not_theirs(table: Table) -> None:
    with table.undone() as db:
        seat, facts, today = table.seat(db, "Meri"), table.facts(db), db.today()
        assert refused(engine.plan, seat, facts, "fly", today) == ("transition-unknown", {"transition": "fly"})
        not_here = "transition-not-here", {"transition": "open", "phase": "dialogue"}
        assert refused(engine.plan, seat, facts, "open", today) == not_here
        back = move_of("dialogue", "return-to-preparation")
        stricter = with_move(back, replace(back, by=frozenset({Role.CO_MEDIATOR})))
        not_theirs = "transition-not-yours", {"transition": back.code}
        elsewhere, there = replace(seat, workflow=stricter), replace(facts, phase="opening")
        assert refused(engine.plan, elsewhere, facts, back.code, today) == not_theirs
        assert engine.plan(elsewhere, there, back.code, today).target == "preparation"


@pytest.mark.seconds
@each_move()
def test_a_plan_contains_everything_that_the_transition_then_does(
    ready_case: Callable[[str], Table], phase: str, move: Transition
) -> None:
    table = ready_case(phase)
    with table.undone() as db:
        make_ready(db, table, move)
        seat, before = table.seat(db, "Meri"), case_row(db, table).version
        foretold = engine.preview(db, seat, move.code)
        assert (foretold.source, foretold.target, foretold.unmet) == (phase, move.to, ())
        done = engine.advance(db, seat, move.code, if_match=tag_of(db, table, seat))
        assert done == foretold
        assert done.facts_after == (None if move.doing else table.facts(db))
        after = case_row(db, table)
        assert after.version == before + 1
        for column, value in foretold.changes.items():
            if column != "next_milestone" or move.to != "closed":
                assert getattr(after, column) == value, column
        assert after.phase == table.facts(db).phase == move.to
        assert (after.closed_at is not None) == (move.to == "closed")
        if move.to == "closed":
            assert (after.closed_at, after.next_milestone, after.outcome) == (db.now(), None, "agreement-kept")
        entry = last_entry(db, table)
        assert (entry.act, entry.actor, entry.about) == (move.code, table.ids["Meri"], f"{phase},{move.to}")
        assert entry.phase == move.to


@each_move(forward=True)
def test_a_case_moves_up_the_ladder_once(ready_case: Callable[[str], Table], phase: str, move: Transition) -> None:
    table = ready_case(phase)
    with table.undone() as db:
        seat, facts, today = table.seat(db, "Meri"), table.facts(db), db.today()
        first = engine.plan(seat, facts, move.code, today).changes
        assert (first["phase"], first["rung"], "next_milestone" in first) == (move.to, move.to, True)
        assert first.get("opened_on") == (today if phase == "preparation" else None)
        higher = replace(seat, case=replace(seat.case, rung="closed"))
        again = engine.plan(higher, facts, move.code, today).changes
        assert again.keys() == first.keys() - {"rung", "next_milestone", "opened_on"}
        assert again["phase"] == move.to


@each_move(forward=False)
def test_a_way_back_changes_nothing_that_the_employer_sees(
    ready_case: Callable[[str], Table], phase: str, move: Transition
) -> None:
    table = ready_case(phase)
    with table.undone() as db:
        changes = engine.plan(table.seat(db, "Meri"), table.facts(db), move.code, db.today()).changes
        assert changes == {"phase": move.to}


@pytest.mark.parametrize("states", list(product(["planned", "begun", "held", "cancelled"], repeat=2)))
def test_the_next_milestone_is_the_first_month_in_which_the_table_is_still_to_meet_for_it(
    table: Table, states: tuple[str, str]
) -> None:
    with table.undone() as db:
        sessions = [
            SessionFacts(f"s{number}", "joint", frozenset({"solutions", "opening"}), None, month, state)
            for number, (month, state) in enumerate(zip(("2027-05", "2027-03"), states, strict=True))
        ]
        other = SessionFacts("other", "joint", frozenset({"opening"}), None, "2027-01", "planned")
        facts = replace(table.facts(db), sessions=(*sessions, other))
        ahead = [one.month for one in sessions if one.state in {"planned", "begun"}]
        changes = engine.plan(table.seat(db, "Meri"), facts, "seek-solutions", db.today()).changes
        assert changes["next_milestone"] == min(ahead, default=None)


def test_a_plan_contains_what_is_unmet_for_whom_and_what_only_warns(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("solutions")
    with table.undone() as db:
        move = move_of("solutions", "begin-follow-up")
        facts = replace(table.facts(db), ordered=False, options=1)
        nobody = replace(facts, participants=tuple(replace(one, marks={}) for one in facts.participants))
        plan = engine.plan(table.seat(db, "Meri"), nobody, move.code, db.today())
        guards = [one for one in MEDIATION.guards_of(move) if not one.is_met(nobody)]
        assert [(one.guard, one.missing) for one in plan.unmet] == [(one, one.missing(nobody)) for one in guards]
        assert [one.guard.code for one in plan.warnings] == ["options-considered"]
        assert any(one.missing for one in plan.unmet)


def test_only_the_moves_that_concern_somebody_write_to_them(ready_case: Callable[[str], Table]) -> None:
    written = {
        ("solutions", "begin-follow-up"): ("reading-waits", ["Kaarina"]),
        ("solutions", "conclude-understanding"): ("reading-waits", ["Aino", "Pekka"]),
        ("follow-up", "close"): ("case-ended", OTHERS),
    }
    for phase, move in MOVES:
        table = ready_case(phase)
        with table.undone() as db:
            make_ready(db, table, move)
            seat = table.seat(db, "Meri")
            plan = engine.plan(seat, table.facts(db), move.code, db.today())
            told = [(kind, table.names(ids)) for kind, ids in plan.letters if ids]
            assert told == [written[phase, move.code]] if (phase, move.code) in written else told == []
            for kind, names in told:
                earlier = {one.id for one in letters(db, table, kind)}
                engine.advance(db, seat, move.code, if_match=tag_of(db, table, seat))
                new = [one for one in letters(db, table, kind) if one.id not in earlier]
                assert table.names([one.participant_id or "" for one in new]) == names
                assert {(one.due_at, one.called_off_at) for one in new} == {(db.now() + QUARTER, None)}


def test_a_letter_goes_to_those_only_whom_it_concerns(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("solutions")
    with table.undone() as db:
        facts = table.facts(db)
        [version] = facts.agreements
        of_pekka = tuple(one for one in version.commitments if table.ids["Pekka"] in one.owners)
        without_kaarina = replace(facts, agreements=(replace(version, commitments=of_pekka),))
        plan = engine.plan(table.seat(db, "Meri"), without_kaarina, "begin-follow-up", db.today())
        assert [(kind, table.names(ids)) for kind, ids in plan.letters] == [("reading-waits", [])]


@pytest.mark.parametrize("code", ["return-to-dialogue", "return-to-problem-definition"])
def test_a_text_that_was_sent_is_taken_back_on_every_way_back(ready_case: Callable[[str], Table], code: str) -> None:
    table = ready_case("follow-up")
    with table.undone() as db:
        make_ready(db, table, move_of("follow-up", "amend"))
        table.advance(db, "amend")
        db.execute(update(Agreement).where(Agreement.version == 2).values(state="sent"))
        plan = table.advance(db, code)
        db.expire_all()
        states = {one.version: one.state for one in db.scalars(select(Agreement)).all()}
        assert (states[1], states[2]) == ("sealed", "unsent")
        assert ("agreement", 2, "taken-back") in plan.document_changes


# The tag.


def test_the_tag_changes_with_what_its_reader_sees_and_with_nothing_else(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("solutions")
    with table.undone() as db:
        seat, facts = table.seat(db, "Meri"), table.facts(db)
        plain = tag_of(db, table, seat, facts)
        assert len(plain) == 32
        assert int(plain, 16)
        seen = {
            "a guard": replace(facts, ordered=False),
            "another guard": replace(facts, screening=None),
            "who is waited for": _without_consent_of(facts, table.ids["Aino"]),
            "another who is": _without_consent_of(facts, table.ids["Pekka"]),
            "both": _without_consent_of(facts, table.ids["Aino"], table.ids["Pekka"]),
            "a warning": replace(facts, options=0),
            "the moves": replace(facts, phase="dialogue"),
        }
        tags = {name: tag_of(db, table, seat, other) for name, other in seen.items()}
        tags["the case"] = tag_of(db, table, replace(seat, case=replace(seat.case, id="other")), facts)
        tags["the phase"] = tag_of(db, table, replace(seat, case=replace(seat.case, phase="opening")), facts)
        tags["a suspension"] = tag_of(db, table, replace(seat, suspended=True), facts)
        assert len({plain, *tags.values()}) == len(tags) + 1
        assert tag_of(db, table, replace(seat, case=replace(seat.case, version=99)), facts) == plain
        assert tag_of(db, table, seat, replace(facts, options=9)) == plain


def _without_consent_of(facts: Facts, *ids: str) -> Facts:
    def less(one: ParticipantFacts) -> ParticipantFacts:
        marks = {key: value for key, value in one.marks.items() if key[0] != "agreed-to-mediate"}
        return replace(one, marks=marks) if one.id in ids else one

    return replace(facts, participants=tuple(map(less, facts.participants)))


def test_a_move_on_an_old_tag_is_refused_before_anything_else(table: Table) -> None:
    with table.undone() as db:
        seat = table.seat(db, "Meri")
        tag = tag_of(db, table, seat)
        BREAKERS["ready-for-solutions"](db, table)
        seat = table.seat(db, "Meri")
        assert refused(engine.advance, db, seat, "seek-solutions", if_match=tag)[0] == "case-changed"
        assert refused(engine.advance, db, seat, "fly", if_match=tag)[0] == "transition-unknown"
        aino = table.seat(db, "Aino")
        assert refused(engine.advance, db, aino, "seek-solutions", if_match=tag)[0] == "transition-not-yours"
        tag = tag_of(db, table, seat)
        code, details = refused(engine.advance, db, seat, "seek-solutions", if_match=tag)
        assert (code, details) == ("transition-blocked", {"plan": engine.preview(db, seat, "seek-solutions")})
        assert case_row(db, table).phase == "dialogue"


# Suspending and resuming.


@pytest.mark.parametrize("way", [Way.OWN_DEVICE, Way.SAID])
def test_a_pause_stands_for_a_week_and_a_second_one_changes_nothing(table: Table, way: Way) -> None:
    with table.undone() as db:
        by = "Pekka" if way == Way.OWN_DEVICE else "Meri"
        manner = Manner(way, None if way == Way.OWN_DEVICE else table.ids["Pekka"])
        stopping.pause(db, table.seat(db, by), manner)
        [row] = db.scalars(select(Suspension)).all()
        assert (row.cause, row.review_on, row.since) == ("pause", db.today() + timedelta(days=7), db.now())
        assert (row.until, row.words, row.language) == (None, None, "fi")
        entry = last_entry(db, table)
        assert (entry.act, entry.actor, entry.way) == ("pause", table.ids["Pekka"], way)
        assert entry.about == f"{row.id},{table.ids[by]}"
        stopping.pause(db, table.seat(db, "Aino"))
        assert last_entry(db, table).position == entry.position
        assert len(db.scalars(select(Suspension)).all()) == 1


@pytest.mark.parametrize("cause", ["absence", "impasse", "process-pending", "re-screening", "tie", "other"])
def test_a_mediator_suspends_a_case_for_a_cause_with_a_reminder_at_eight(table: Table, cause: str) -> None:
    with table.undone() as db:
        tomorrow = db.today() + timedelta(days=1)
        row = stopping.suspend(db, table.seat(db, "Meri"), cause, tomorrow, words="Siksi.", language="sv")
        assert (row.cause, row.review_on, row.language, row.since) == (cause, tomorrow, "sv", db.now())
        assert (get(db, row, "words"), row.until, row.case_id) == ("Siksi.", None, case_row(db, table).id)
        [reminder] = letters(db, table, "review-due")
        assert (table.names([reminder.participant_id or ""]), reminder.about) == (["Meri"], row.id)
        assert reminder.due_at == datetime.combine(tomorrow, time(8), db.zone)
        entry = last_entry(db, table)
        assert (entry.act, entry.actor, entry.about) == ("suspend", table.ids["Meri"], f"{row.id},{cause}")
        assert table.facts(db).suspensions == {cause}


def test_what_cannot_be_a_suspension_is_refused_with_its_field(table: Table) -> None:
    with table.undone() as db:
        seat, tomorrow = table.seat(db, "Meri"), db.today() + timedelta(days=1)
        for cause in ("pause", "withdrawal", ""):
            choices = "absence, impasse, process-pending, re-screening, tie, other"
            told = "cause-unknown", {"field": "cause", "choices": choices}
            assert refused(stopping.suspend, db, seat, cause, tomorrow) == told
        for day in (db.today(), db.today() - timedelta(days=1)):
            assert refused(stopping.suspend, db, seat, "other", day) == ("review-not-ahead", {"field": "review_on"})
        assert refused(stopping.suspend, db, seat, "other", tomorrow, language="de")[0] == "language-unknown"
        assert refused(stopping.suspend, db, table.seat(db, "Aino"), "other", tomorrow)[0] == "act-not-yours"
        plain = stopping.suspend(db, seat, "other", tomorrow)
        assert (plain.language, plain.words) == ("fi", None)


def test_the_words_of_a_suspension_and_of_a_notice_are_in_the_record_by_their_digest(table: Table) -> None:
    suspended, ended, without = [], [], set()
    for words in ("Yksi.", "Toinen."):
        with table.undone() as db:
            stopping.suspend(db, table.seat(db, "Meri"), "other", db.today() + timedelta(days=1), words=words)
            suspended.append(last_entry(db, table).digest)
        with table.undone() as db:
            engine.end(db, table.seat(db, "Meri"), "discontinue", "referred", notice={"fi": words})
            ended.append(last_entry(db, table).digest)
        with table.undone() as db:
            stopping.discontinue(db, table.seat(db, "Meri"), "referred")
            without.add(last_entry(db, table).digest)
    assert suspended == ended
    assert len({*suspended, *without}) == 3


def test_resuming_ends_every_suspension_and_calls_off_their_reminders_and_no_other_letter(table: Table) -> None:
    with table.undone() as db:
        nobody = refused(stopping.resume, db, table.seat(db, "Meri"))
        assert nobody == ("not-suspended-now", {})
        meri, tomorrow = table.seat(db, "Meri"), db.today() + timedelta(days=1)
        earlier = engine.suspend(db, meri, "other", tomorrow)
        earlier.until = db.now() - timedelta(days=1)
        delivered = engine.suspend(db, meri, "absence", tomorrow)
        db.flush()
        db.execute(update(Letter).where(Letter.about == delivered.id).values(delivered_at=db.now()))
        suspension = engine.suspend(db, meri, "impasse", tomorrow)
        outbox.announce(db, meri.case.id, "something-waits", [table.ids["Meri"]], about=suspension.id, due_at=db.now())
        table.does(db, "Meri", stopping.resume)
        assert table.facts(db).suspensions == frozenset()
        off = {one.about for one in letters(db, table, "review-due") if one.called_off_at == db.now()}
        assert off == {earlier.id, suspension.id}
        waits = letters(db, table, "something-waits")
        assert [one.called_off_at for one in waits if one.about == suspension.id] == [None]
        ended = dict(db.execute(select(Suspension.cause, Suspension.until)).all())
        assert ended == {"other": db.now() - timedelta(days=1), "absence": db.now(), "impasse": db.now()}
        entry = last_entry(db, table)
        assert (entry.act, entry.actor, entry.about) == (RESUME, table.ids["Meri"], "absence,impasse")


def test_a_blocked_resumption_names_the_guards_and_who_is_waited_for(table: Table) -> None:
    with table.undone() as db:
        BREAKERS["agreed-to-mediate"](db, table)
        engine.suspend(db, table.seat(db, "Meri"), "withdrawal", db.today())
        code, details = refused(stopping.resume, db, table.seat(db, "Meri"))
        unmet: Any = details["unmet"]
        assert (code, [one.guard.code for one in unmet]) == ("resume-blocked", ["agreed-to-mediate"])
        assert [table.names(one.missing) for one in unmet] == [["Pekka"]]


# Ending a case.

ONLY_WITHOUT, ONLY_WITH = {"no-agreement"}, {"agreement-lapsed", "partial-agreement"}
CHOSEN = [code for code, one in MEDIATION.outcomes.items() if not one.reached]


@pytest.mark.parametrize("outcome", [*MEDIATION.outcomes, "vanished"])
@pytest.mark.parametrize("phase", ["preparation", "dialogue", "solutions", "follow-up"])
def test_a_case_can_end_with_every_outcome_that_fits_and_no_other(
    ready_case: Callable[[str], Table], phase: str, outcome: str
) -> None:
    table = ready_case(phase)
    with table.undone() as db:
        in_force = table.facts(db).in_force is not None
        wrong = {
            **dict.fromkeys(MEDIATION.outcomes.keys() - set(CHOSEN), "outcome-unknown"),
            "vanished": "outcome-unknown",
            "final-date-passed": "final-date-ahead",
            **(dict.fromkeys(ONLY_WITHOUT, "agreement-in-force") if in_force else {}),
            **({} if in_force else dict.fromkeys(ONLY_WITH, "no-agreement-in-force")),
            "understanding": "no-understanding-reached",
        }
        seat = table.seat(db, "Meri")
        if outcome in wrong:
            code, details = refused(stopping.discontinue, db, seat, outcome)
            assert code == wrong[outcome]
            if code == "outcome-unknown":
                assert details == {"field": "outcome", "choices": ", ".join(CHOSEN)}
            return
        stopping.discontinue(db, seat, outcome)
        case = case_row(db, table)
        assert (case.phase, case.outcome, case.closed_at) == ("closed", outcome, db.now())
        assert case.next_milestone is None
        neutral = "notice.not-suitable" if outcome == "not-suitable" else "notice.ended"
        assert get(db, case, "notice") == in_every_language("notice.default" if in_force else neutral)
        entry = last_entry(db, table)
        assert (entry.act, entry.actor, entry.about) == ("discontinue", table.ids["Meri"], outcome)
        assert recipients(db, table, "case-ended") == OTHERS


@pytest.mark.parametrize("days", [None, -1, 0, 1])
def test_the_final_date_has_passed_from_the_day_after_it(
    ready_case: Callable[[str], Table], table: Table, days: int | None
) -> None:
    ready_case("preparation")  # another case, with a date of its own
    with table.undone() as db:
        final = None if days is None else db.today() + timedelta(days=days)
        db.execute(update(Order).values(final_date=db.today() + timedelta(days=9 if days == -1 else -9)))  # another's
        db.execute(update(Order).where(Order.case_id == case_row(db, table).id).values(final_date=final))
        seat = table.seat(db, "Meri")
        if days == -1:
            stopping.discontinue(db, seat, "final-date-passed")
            assert case_row(db, table).outcome == "final-date-passed"
        else:
            assert refused(stopping.discontinue, db, seat, "final-date-passed")[0] == "final-date-ahead"


def test_the_notice_is_neutral_unless_one_was_signed(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("dialogue")
    with table.undone() as db:
        stopping.discontinue(db, table.seat(db, "Meri"), "referred")
        assert get(db, case_row(db, table), "notice") == in_every_language("notice.ended")
    table = ready_case("follow-up")
    with table.undone() as db:
        signed = table.facts(db).in_force
        assert signed is not None
        stopping.discontinue(db, table.seat(db, "Meri"), "referred")
        assert get(db, case_row(db, table), "notice") == agreed_words(db, MEDIATION, signed.id, "commissioner")


def test_where_the_employer_has_to_act_the_notice_says_so(table: Table) -> None:
    with table.undone() as db:
        db.execute(update(Screening).values(outcome="employer-duty-to-act"))
        stopping.discontinue(db, table.seat(db, "Meri"), "not-suitable")
        assert get(db, case_row(db, table), "notice") == in_every_language("notice.not-suitable")
    with table.undone() as db:
        for screening in db.scalars(select(Screening)).all():
            db.delete(screening)
        stopping.discontinue(db, table.seat(db, "Meri"), "referred")
        assert get(db, case_row(db, table), "notice") == in_every_language("notice.ended")


def test_each_agreed_notice_is_given_to_the_agreed_audience(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("solutions")
    with table.undone() as db:
        in_force = table.facts(db).in_force
        assert in_force is not None
        assert agreed_words(db, MEDIATION, in_force.id, "commissioner") == in_every_language("notice.default")
        assert agreed_words(db, MEDIATION, in_force.id, "community") == {}
        assert set(in_every_language("notice.default")) == set(LANGUAGES)
        [text] = db.scalars(select(AgreementText).filter_by(agreement_id=in_force.id))
        put(db, text, "words", {"notices": {"commissioner": "Sovittu sana."}})
        db.flush()
        assert agreed_words(db, MEDIATION, in_force.id, "commissioner") == {"fi": "Sovittu sana."}
        assert agreed_words(db, MEDIATION, "another", "commissioner") == in_every_language("notice.default")


@pytest.mark.parametrize("unsealed", ["draft", "sent"])
def test_an_end_drops_what_is_unsealed_and_cancels_what_is_planned(
    ready_case: Callable[[str], Table], unsealed: str
) -> None:
    ready_case("solutions")  # another case, of which nothing is to change
    table = ready_case("follow-up")
    with table.undone() as db:
        others = select(Agreement.state, Agreement.ended_at).where(Agreement.case_id != case_row(db, table).id)
        db.execute(update(Agreement).where(Agreement.case_id != case_row(db, table).id).values(state=unsealed))
        make_ready(db, table, move_of("follow-up", "amend"))
        table.advance(db, "amend")
        db.execute(update(Agreement).where(Agreement.version == 2).values(state=unsealed))
        meri = table.seat(db, "Meri")
        engine.suspend(db, meri, "other", db.today() + timedelta(days=3))
        for about, due in (("ahead", timedelta(days=1)), ("now", timedelta()), ("gone", timedelta(days=2))):
            outbox.announce(db, meri.case.id, "review-due", [meri.participant_id], about=about, due_at=db.now() + due)
        db.execute(update(Letter).where(Letter.about == "gone").values(delivered_at=db.now()))
        stopping.discontinue(db, table.seat(db, "Meri"), "partial-agreement")
        db.expire_all()
        of_case = select(Agreement).filter_by(case_id=case_row(db, table).id)
        states = {one.version: (one.state, one.ended_at) for one in db.scalars(of_case).all()}
        assert [tuple(one) for one in db.execute(others)] == [(unsealed, None)]
        assert (states[1][0], states[2]) == ("sealed", ("dropped", db.now()))
        assert table.facts(db).suspensions == frozenset()
        off = {one.about for one in letters(db, table, "review-due") if one.called_off_at is not None}
        assert off >= {"ahead", "now"}
        assert "gone" not in off


def test_a_notice_is_not_given_twice(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("follow-up")
    with table.undone() as db:
        engine.end(db, table.seat(db, "Meri"), "discontinue", "referred", notice={"fi": "Ensin."})
        before = get(db, case_row(db, table), "notice")
        engine.end(db, table.seat(db, "Meri"), "confirm", "withdrawn", notice={"fi": "Sitten."}, actor="clock")
        assert get(db, case_row(db, table), "notice") == before
        entry = last_entry(db, table)
        assert (entry.act, entry.actor, entry.about, entry.phase) == ("confirm", "clock", "withdrawn", "closed")
