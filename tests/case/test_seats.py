"""Seats: who has one and in which roles, what it allows, and in whose name an act is done."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, update

from mediation.acts.stored_files import attach_scan
from mediation.case import engine
from mediation.case.participants import find_party, those_in
from mediation.case.permission import permit
from mediation.case.seat import Manner, lasting_seat, level_of, take_admin_seat, take_office, take_seat, while_in
from mediation.case.visibility import Level, knows_phase
from mediation.documents.scans import Scan
from mediation.errors import MediationError, NotFound, NotPermitted
from mediation.people.directory import end_office, give_office
from mediation.reading.lists import list_cases
from mediation.reading.statuses import statuses
from mediation.store.database import Db
from mediation.store.models import Mark, Office, Participant, Person, RoleHeld, StoredFile, put
from mediation.workflow.declaration import Trait, Way
from tests.cases import Table
from tests.role_codes import Role
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION
from workflows.mediation_roles import MEDIATORS

PHASES = [one.code for one in MEDIATION.phases]


@pytest.fixture
def table(ready_case: Callable[[str], Table]) -> Table:
    return ready_case("dialogue")


def refused(of: Callable[..., object], *given: Any, **named: Any) -> str:
    """The code with which something is refused."""
    with pytest.raises(MediationError) as refusal:
        of(*given, **named)
    return refusal.value.code


def person(db: Db, table: Table, name: str) -> Person:
    return db.get_one(Person, table.house.people[name])


# Who has a seat.


@pytest.mark.parametrize("writing", [True, False])
def test_everybody_at_a_case_has_the_seat_of_their_own_roles(table: Table, writing: bool) -> None:
    roles = {
        "Vilho": Role.COMMISSIONER,
        "Meri": Role.MEDIATOR,
        "Aino": Role.PARTY,
        "Pekka": Role.PARTY,
        "Tuula": Role.SUPPORT_PERSON,
        "Kaarina": Role.EMPLOYER_REPRESENTATIVE,
    }
    with table.undone() as db:
        for name, role in roles.items():
            seat = take_seat(db, WORKFLOWS, table.number, table.house.people[name], writing=writing)
            assert (seat.participant_id, seat.person_id) == (table.ids[name], table.house.people[name])
            assert (set(seat.roles), seat.workflow, seat.suspended) == ({role}, MEDIATION, False)
            assert (seat.case.number, seat.case.phase, seat.case.outcome) == (table.number, "dialogue", None)
            assert role in seat.roles
            assert Role.ADMIN not in seat.roles


def test_who_is_at_no_case_or_has_left_it_finds_none(table: Table) -> None:
    with table.undone() as db:
        for number, name in ((table.number, "Outi"), ("2027-9999", "Meri"), ("2027-9999", "Outi")):
            assert refused(take_seat, db, WORKFLOWS, number, table.house.people[name]) == "case-not-found"
        db.execute(update(Participant).where(Participant.id == table.ids["Pekka"]).values(left_at=db.now()))
        assert refused(table.seat, db, "Pekka") == "case-not-found"
        assert table.seat(db, "Aino").roles == {Role.PARTY}


def test_a_seat_knows_whether_its_own_case_is_suspended_now(ready_case: Callable[[str], Table]) -> None:
    table, other = ready_case("dialogue"), ready_case("opening")
    with table.undone() as db:
        row = engine.suspend(db, table.seat(db, "Meri"), "other", db.today())
        assert (table.seat(db, "Meri").suspended, other.seat(db, "Meri").suspended) == (True, False)
        row.until = db.now()
        db.flush()
        assert not table.seat(db, "Meri").suspended


def test_nobody_changes_a_seat_after_it_was_taken_nor_a_plan_after_it_was_made(table: Table) -> None:
    with table.undone() as db:
        seat = table.seat(db, "Meri")
        plan = engine.preview(db, seat, "seek-solutions")
        for one in (seat, Manner(), permit(db, seat, "suspend"), plan, engine.Unmet(plan.transition.when[0], ())):
            with pytest.raises(AttributeError):
                setattr(one, fields(one)[0].name, "other")


def test_a_seat_has_the_roles_held_now_and_none_that_ended(table: Table) -> None:
    with table.undone() as db:
        case_id = table.seat(db, "Aino").case.id
        for role, until in ((Role.SUPPORT_PERSON, None), (Role.INTERPRETER, db.now())):
            db.add(
                RoleHeld(
                    id=db.new_id(),
                    case_id=case_id,
                    participant_id=table.ids["Aino"],
                    role=role,
                    since=db.now(),
                    until=until,
                )
            )
        db.flush()
        assert table.seat(db, "Aino").roles == {Role.PARTY, Role.SUPPORT_PERSON}
        db.execute(update(RoleHeld).where(RoleHeld.participant_id == table.ids["Aino"]).values(until=db.now()))
        assert refused(table.seat, db, "Aino") == "case-not-found"


def test_a_commissioner_has_a_seat_while_in_the_office_of_that_organisation(table: Table) -> None:
    with table.undone() as db:
        vilho, organisation = person(db, table, "Vilho"), table.seat(db, "Vilho").case.organisation_id
        end_office(db, vilho, organisation, "hr")
        for other, office in ((organisation, "mediator"), (organisation, "admin"), (_elsewhere(table), "hr")):
            give_office(db, vilho, other, office)
            assert refused(table.seat, db, "Vilho") == "case-not-found"
        give_office(db, person(db, table, "Outi"), organisation, "hr")
        assert refused(table.seat, db, "Vilho") == "case-not-found"
        give_office(db, vilho, organisation, "hr")
        assert table.seat(db, "Vilho").roles == {Role.COMMISSIONER}
        assert table.seat(db, "Aino").roles == {Role.PARTY}


@pytest.mark.parametrize(
    ("role", "trait"),
    [
        (Role.MEDIATOR, Trait.LEADS),
        (Role.CO_MEDIATOR, Trait.LEADS),
        (Role.PARTY, Trait.CONSENTS),
        (Role.EMPLOYER_REPRESENTATIVE, Trait.REPRESENTS),
        (Role.COMMISSIONER, Trait.ORDERS),
    ],
)
def test_a_seat_and_the_lists_open_a_case_in_the_same_offices(table: Table, role: Role, trait: Trait) -> None:
    """An employer's office held now closes the seat of who mediates; that of HR opens the seat of who ordered."""
    with table.undone() as db:
        seat = table.seat(db, "Aino")
        db.execute(update(RoleHeld).where(RoleHeld.participant_id == seat.participant_id).values(role=role))
        here, elsewhere = seat.case.organisation_id, _elsewhere(table)
        for office, organisation, until in product(("hr", "admin", "mediator"), (here, elsewhere), (None, db.now())):
            row = Office(id=db.new_id(), person_id=seat.person_id, organisation_id=organisation, office=office)
            row.since, row.until = db.now(), until
            db.add(row)
            db.flush()
            employers = (organisation, until) == (here, None) and office in {"hr", "admin"}
            opens = employers and office == "hr" if role == Role.COMMISSIONER else not (role in MEDIATORS and employers)
            if opens:
                assert table.seat(db, "Aino").roles == {role}
            else:
                assert refused(table.seat, db, "Aino") == "case-not-found"
            listed = {one.number for one in list_cases(db, WORKFLOWS, seat.person_id, only=trait)}
            ordered = {one.number for one in statuses(db, WORKFLOWS, seat.person_id)}
            assert (table.number in listed) == opens
            assert (table.number in ordered) == (opens and role == Role.COMMISSIONER)
            db.delete(row)
            db.flush()


@pytest.mark.parametrize("gone", ["left the case", "holds no role now"])
def test_who_is_there_no_more_has_no_seat_and_the_case_in_no_list(table: Table, gone: str) -> None:
    with table.undone() as db:
        for name, trait in (("Meri", Trait.LEADS), ("Aino", Trait.CONSENTS), ("Vilho", Trait.ORDERS)):
            seat, then = table.seat(db, name), db.now()
            left = update(Participant).where(Participant.id == seat.participant_id).values(left_at=then)
            ended = update(RoleHeld).where(RoleHeld.participant_id == seat.participant_id).values(until=then)
            assert table.number in {one.number for one in list_cases(db, WORKFLOWS, seat.person_id, only=trait)}
            db.execute(left if gone == "left the case" else ended)
            assert refused(table.seat, db, name) == "case-not-found"
            listed = {one.number for one in list_cases(db, WORKFLOWS, seat.person_id, only=trait)}
            assert table.number not in listed | {one.number for one in statuses(db, WORKFLOWS, seat.person_id)}


def test_of_several_roles_one_is_enough(table: Table) -> None:
    with table.undone() as db:
        seat = table.seat(db, "Aino")
        also = RoleHeld(id=db.new_id(), case_id=seat.case.id, participant_id=seat.participant_id, since=db.now())
        also.role = Role.SUPPORT_PERSON
        db.add(also)
        db.flush()
        both = table.seat(db, "Aino")
        assert both.roles == {Role.PARTY, Role.SUPPORT_PERSON}
        assert [both.is_any(one) for one in (Trait.CONSENTS, Trait.SUPPORTS, Trait.LEADS)] == [True, True, False]
        assert both.is_any(Trait.LEADS, Trait.CONSENTS)
        assert find_party(db, both, seat.participant_id).id == seat.participant_id
        assert (permit(db, both, "say-ready").id, level_of(both, "private-statement")) == (
            both.participant_id,
            Level.OWN,
        )
        assert refused(level_of, both, "note") == "not-yours-to-see"


def _elsewhere(table: Table) -> str:
    return table.house.organisations["Sovittelijat"]


@pytest.mark.parametrize("role", list(Role))
def test_of_a_seat_only_that_of_somebody_who_is_or_was_a_party_outlasts_the_account(table: Table, role: Role) -> None:
    with table.undone() as db:
        seat = replace(table.seat(db, "Aino"), roles=MEDIATION.roles_of({role}))
        if role in {Role.PARTY, Role.FORMER_PARTY}:
            assert lasting_seat(seat) == seat
            assert lasting_seat(replace(seat, roles=seat.roles | MEDIATION.roles_of({Role.COMMISSIONER}))).roles == {
                role
            }
        else:
            with pytest.raises(NotFound, match="case-not-found"):
                lasting_seat(seat)


def test_who_administers_the_organisation_of_a_case_has_a_seat_for_that_alone(table: Table) -> None:
    with table.undone() as db:
        outi, organisation = person(db, table, "Outi"), table.seat(db, "Vilho").case.organisation_id
        for other, office in ((organisation, "hr"), (organisation, "mediator"), (_elsewhere(table), "admin")):
            give_office(db, outi, other, office)
            assert refused(take_admin_seat, db, WORKFLOWS, table.number, outi.id) == "case-not-found"
        give_office(db, outi, organisation, "admin")
        seat = take_admin_seat(db, WORKFLOWS, table.number, outi.id)
        assert (seat.person_id, seat.participant_id, seat.roles) == (outi.id, outi.id, {Role.ADMIN})
        assert (seat.case, seat.workflow) == (table.seat(db, "Vilho").case, MEDIATION)
        assert not seat.suspended
        assert refused(take_admin_seat, db, WORKFLOWS, "2027-9999", outi.id) == "case-not-found"
        assert refused(take_admin_seat, db, WORKFLOWS, table.number, table.house.people["Vilho"]) == "case-not-found"
        end_office(db, outi, organisation, "admin")
        assert refused(take_admin_seat, db, WORKFLOWS, table.number, outi.id) == "case-not-found"


def test_offices_are_those_held_now_by_organisation(table: Table) -> None:
    with table.undone() as db:
        outi, here, there = person(db, table, "Outi"), table.house.organisations["Esimerkkilä"], _elsewhere(table)
        for organisation, office in ((here, "hr"), (here, "admin"), (there, "admin"), (there, "mediator")):
            give_office(db, outi, organisation, office)
        assert take_office(db, outi.id, "hr", "admin") == {here: {"hr", "admin"}, there: {"admin"}}
        db.execute(update(Office).where(Office.person_id == outi.id, Office.office == "admin").values(until=db.now()))
        assert take_office(db, outi.id, "hr", "admin") == {here: {"hr"}}
        with pytest.raises(NotPermitted, match="office-needed") as refusal:
            take_office(db, outi.id, "admin")
        assert refusal.value.details == {"offices": ("admin",)}
        everyone = "hr", "admin", "mediator"
        assert refused(take_office, db, table.house.people["Aino"], *everyone) == "office-needed"


# Which acts a seat reads as open.


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("phase", PHASES)
def test_a_seat_reads_which_acts_are_open_as_far_as_it_may_know_the_phase(table: Table, role: Role, phase: str) -> None:
    with table.undone() as db:
        seat = replace(table.seat(db, "Aino"), roles=MEDIATION.roles_of({role}))
    for rung in PHASES:
        for suspended in (True, False):
            here = replace(seat, case=replace(seat.case, phase=phase, rung=rung), suspended=suspended)
            told = here.open_acts()
            if knows_phase(here.roles):
                assert told == MEDIATION.open_acts(phase, suspended=suspended)
            elif role in {Role.SUPPORT_PERSON, Role.EMPLOYER_REPRESENTATIVE, Role.COMMISSIONER}:
                assert told == _all_up_to(rung)
                ended = replace(here, case=replace(here.case, outcome="agreement-kept"))
                assert ended.open_acts() == MEDIATION.open_acts("closed")
                unstarted = replace(here, case=replace(here.case, rung="referred"))
                assert unstarted.open_acts() == MEDIATION.open_acts("preparation")
            else:
                assert told == MEDIATION.open_acts("preparation")


def _all_up_to(rung: str) -> dict[str, frozenset[str]]:
    acts: dict[str, frozenset[str]] = {}
    for phase in PHASES[: PHASES.index(rung) + 1]:
        for act, who in MEDIATION.open_acts(phase).items():
            acts[act] = acts.get(act, frozenset()) | who
    return acts


# Whose act it is.


def test_on_ones_own_device_an_act_is_ones_own_and_nobody_elses(table: Table) -> None:
    with table.undone() as db:
        aino = table.seat(db, "Aino")
        for whom in (None, aino.participant_id):
            doer = permit(db, aino, "say-ready", Manner(for_whom=whom))
            assert (doer.id, doer.way, doer.recorded_by, doer.paper) == (table.ids["Aino"], "own-device", doer.id, None)
        assert refused(permit, db, aino, "say-ready", Manner(for_whom=table.ids["Pekka"])) == "way-needed"


def test_only_who_mediates_records_for_another_and_only_for_who_is_there(table: Table) -> None:
    with table.undone() as db:
        said = Manner(Way.SAID, for_whom=table.ids["Pekka"])
        for name in ("Aino", "Pekka", "Tuula", "Vilho", "Kaarina"):
            assert refused(permit, db, table.seat(db, name), "say-ready", said) == "recorder-needed"
        meri = table.seat(db, "Meri")
        for role in (Role.MEDIATOR, Role.CO_MEDIATOR):
            doer = permit(db, replace(meri, roles=MEDIATION.roles_of({role})), "say-ready", said)
            assert (doer.id, doer.way, doer.recorded_by) == (table.ids["Pekka"], Way.SAID, table.ids["Meri"])
        for whom in (None, "", "nobody"):
            there = replace(said, for_whom=whom)
            assert refused(permit, db, meri, "say-ready", there) == "participant-not-found"
        elsewhere = replace(meri, case=replace(meri.case, id="another"))
        assert refused(permit, db, elsewhere, "say-ready", said) == "participant-not-found"
        db.execute(update(Participant).where(Participant.id == table.ids["Pekka"]).values(left_at=db.now()))
        db.expire_all()
        assert refused(permit, db, meri, "say-ready", said) == "participant-not-found"


def test_what_is_recorded_for_another_is_what_they_may_do_and_not_what_the_mediator_may(table: Table) -> None:
    with table.undone() as db:
        meri = table.seat(db, "Meri")
        said = Manner(Way.SAID, for_whom=table.ids["Pekka"])
        assert refused(permit, db, meri, "suspend", said) == "act-not-yours"
        held = RoleHeld.participant_id == table.ids["Pekka"]
        db.execute(update(RoleHeld).where(held).values(until=db.now()))
        assert refused(permit, db, meri, "say-ready", said) == "act-not-yours"


@pytest.mark.parametrize("typed", ["Pekka", "pekka", "  PEKKA ", "\tPekka\n"])
def test_a_name_confirms_however_it_is_typed(table: Table, typed: str) -> None:
    with table.undone() as db:
        manner = Manner(Way.IN_PERSON, table.ids["Pekka"], confirmed_name=typed)
        doer = permit(db, table.seat(db, "Meri"), "say-ready", manner)
        assert (doer.id, doer.way, doer.recorded_by) == (table.ids["Pekka"], Way.IN_PERSON, table.ids["Meri"])


@pytest.mark.parametrize("typed", [None, "", "Pekk", "P ekka", "Aino", "Meri"])
def test_another_name_confirms_nothing(table: Table, typed: str | None) -> None:
    with table.undone() as db:
        manner = Manner(Way.IN_PERSON, table.ids["Pekka"], confirmed_name=typed)
        assert refused(permit, db, table.seat(db, "Meri"), "say-ready", manner) == "confirmation-differs"


@pytest.mark.parametrize("typed", ["Pekka Niemi", " pekka \t niemi ", "PekkaNiemi", "Niemi Pekka", "Pekka"])
def test_between_the_words_of_a_name_any_space_will_do(table: Table, typed: str) -> None:
    with table.undone() as db:
        put(db, db.get_one(Participant, table.ids["Pekka"]), "name", "Pekka Niemi")
        manner = Manner(Way.IN_PERSON, table.ids["Pekka"], confirmed_name=typed)
        if typed.lower().split() == ["pekka", "niemi"]:
            assert permit(db, table.seat(db, "Meri"), "say-ready", manner).id == table.ids["Pekka"]
        else:
            assert refused(permit, db, table.seat(db, "Meri"), "say-ready", manner) == "confirmation-differs"


def test_what_came_while_a_role_was_held_is_theirs_and_what_came_before_between_and_after_is_not(table: Table) -> None:
    with table.undone() as db:
        meri, hour = table.seat(db, "Meri"), timedelta(hours=1)
        db.execute(update(RoleHeld).where(RoleHeld.participant_id == meri.participant_id).values(until=db.now()))
        then = db.now() + hour
        held = (("Meri", Role.MEDIATOR, 1, 3), ("Meri", Role.CO_MEDIATOR, 5, None), ("Meri", Role.INTERPRETER, 3, 5))
        for name, role, since, until in (*held, ("Aino", Role.MEDIATOR, 0, None)):
            row = RoleHeld(id=db.new_id(), case_id=meri.case.id, participant_id=table.ids[name], role=role)
            row.since, row.until = then + since * hour, None if until is None else then + until * hour
            db.add(row)
        for number in range(7):
            mark = Mark(id=db.new_id(), case_id=meri.case.id, participant_id=table.ids["Aino"], kind="said")
            mark.about, mark.way, mark.recorded_by = f"{number}", Way.SAID, table.ids["Aino"]
            mark.at = then + number * hour
            db.add(mark)
        db.flush()
        known = select(Mark.about).where(Mark.kind == "said", while_in(meri, Mark.at, *MEDIATORS))
        assert set(db.scalars(known)) == {"1", "2", "5", "6"}


def test_who_holds_a_role_is_told_of_this_case_and_of_now(ready_case: Callable[[str], Table]) -> None:
    ready_case("preparation")  # another case, with people of its own
    table = ready_case("dialogue")
    with table.undone() as db:
        meri = table.seat(db, "Meri")
        both = {table.ids["Aino"], table.ids["Pekka"]}
        assert set(those_in(db, meri.case.id, Role.PARTY)) == both
        assert set(those_in(db, meri.case.id, Role.PARTY, Role.MEDIATOR)) == both | {meri.participant_id}
        assert find_party(db, meri, table.ids["Aino"]).id == table.ids["Aino"]
        assert refused(find_party, db, meri, table.ids["Tuula"]) == "not-a-party"
        assert refused(find_party, db, meri, "nobody") == "participant-not-found"
        ended = RoleHeld.participant_id == table.ids["Pekka"]
        db.execute(update(RoleHeld).where(ended).values(until=db.now()))
        assert set(those_in(db, meri.case.id, Role.PARTY)) == {table.ids["Aino"]}


@pytest.mark.parametrize(("kind", "proves"), [("scan", True), ("private-scan", True), ("annex", False)])
def test_only_a_scan_proves_a_paper(table: Table, kind: str, proves: bool) -> None:
    with table.undone() as db:
        scan = table.does(db, "Meri", attach_scan, table.ids["Aino"], Scan("application/pdf", b"%PDF-1.7")).id
        db.execute(update(StoredFile).where(StoredFile.id == scan).values(kind=kind))
        manner = Manner(Way.PAPER, table.ids["Aino"], paper=scan)
        if proves:
            assert permit(db, table.seat(db, "Meri"), "say-ready", manner).paper == scan
        else:
            assert refused(permit, db, table.seat(db, "Meri"), "say-ready", manner) == "scan-needed"


def test_a_paper_is_proven_by_a_scan_of_whom_it_is_about(table: Table) -> None:
    with table.undone() as db:
        meri = table.seat(db, "Meri")
        own, anothers = (
            table.does(db, "Meri", attach_scan, table.ids[name], Scan("application/pdf", b"%PDF-1.7")).id
            for name in ("Pekka", "Aino")
        )
        assert permit(db, meri, "say-ready", Manner(Way.PAPER, table.ids["Pekka"], paper=own)).paper == own
        for paper in (None, "", "nothing", anothers):
            manner = Manner(Way.PAPER, table.ids["Pekka"], paper=paper)
            assert refused(permit, db, meri, "say-ready", manner) == "scan-needed"
        db.execute(update(StoredFile).where(StoredFile.id == own).values(kind="annex"))
        db.expire_all()
        assert refused(permit, db, meri, "say-ready", Manner(Way.PAPER, table.ids["Pekka"], paper=own)) == "scan-needed"


def test_a_paper_named_with_an_act_that_came_another_way_is_not_kept(table: Table) -> None:
    with table.undone() as db:
        said = Manner(Way.SAID, for_whom=table.ids["Pekka"], paper="anything")
        assert permit(db, table.seat(db, "Meri"), "say-ready", said).paper is None


def test_what_needs_an_own_hand_may_come_on_paper_or_in_person_and_not_as_said(
    ready_case: Callable[[str], Table],
) -> None:
    table = ready_case("solutions")
    with table.undone() as db:
        meri, pekka = table.seat(db, "Meri"), table.ids["Pekka"]
        assert refused(permit, db, meri, "sign", Manner(Way.SAID, pekka)) == "own-hand-only"
        assert permit(db, meri, "sign", Manner(Way.IN_PERSON, pekka, confirmed_name="Pekka")).id == pekka
        assert permit(db, table.seat(db, "Pekka"), "sign").id == pekka


@pytest.mark.parametrize(
    ("manner", "code", "field"),
    [
        (Manner(Way.OWN_DEVICE, "Pekka"), "way-needed", "way"),
        (Manner(Way.IN_PERSON, "Pekka", confirmed_name="Aino"), "confirmation-differs", "confirmed_name"),
        (Manner(Way.PAPER, "Pekka"), "scan-needed", "paper"),
    ],
    ids=lambda one: getattr(one, "way", one),
)
def test_the_refusal_of_a_wrong_way_names_its_field(table: Table, manner: Manner, code: str, field: str) -> None:
    with table.undone() as db:
        with pytest.raises(MediationError, match=code) as refusal:
            permit(db, table.seat(db, "Meri"), "say-ready", replace(manner, for_whom=table.ids["Pekka"]))
        assert refusal.value.details == {"field": field}
        with pytest.raises(MediationError) as refusal:
            permit(db, table.seat(db, "Meri"), "sign", Manner(Way.SAID, table.ids["Pekka"]))
        assert refusal.value.details == {"act": "sign"}


def test_a_refusal_names_the_act_and_where_the_case_stands(table: Table) -> None:
    with table.undone() as db:
        for act, name, details in (
            ("sign", "Aino", {"act": "sign", "phase": "dialogue"}),
            ("suspend", "Aino", {"act": "suspend"}),
        ):
            with pytest.raises(MediationError) as refusal:
                permit(db, table.seat(db, name), act)
            assert refusal.value.details == details
        with pytest.raises(MediationError, match="case-suspended") as refusal:
            permit(db, replace(table.seat(db, "Aino"), suspended=True), "say-ready")
        assert refusal.value.details == {"act": "say-ready"}


def test_an_administrator_assigns_no_mediator_to_a_case_that_is_closed(table: Table) -> None:
    with table.undone() as db:
        seat = replace(table.seat(db, "Meri"), roles=MEDIATION.roles_of({Role.ADMIN}))
        assert permit(db, seat, "assign-mediator").id == seat.participant_id
        closed = replace(seat, case=replace(seat.case, phase="closed"))
        assert refused(permit, db, closed, "assign-mediator") == "act-not-open"
