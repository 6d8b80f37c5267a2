"""The cases that somebody leads: for whom each waits now, when its table meets next, and what is overdue."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from mediation.case import engine
from mediation.case.seat import Seat
from mediation.keys.keyring import INSTALLATION
from mediation.reading.lists import CaseLine
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import Case, Meeting, Participant, RoleHeld, remaining
from mediation.workflow.declaration import Trait, Workflow
from mediation.workflow.facts import CaseState, Facts
from mediation.workflow.facts_loading import load_facts_of_several

YOU, OTHERS, NOBODY = "you", "others", "nobody"


@view
class LedCase:
    """A case that the reader leads.

    `waits` is for whom: `you` where the next move can be taken, or something for it done, by who leads; `others` where all
    that is missing is others' to do; `nobody` once it has ended. `guard` is the first that is missing, `whom` are the names
    of those it waits for. `session` and `session_at` are of the next one; `overdue_at` when one should have ended that was
    not closed.
    """

    number: str
    workflow: str
    phase: str
    suspended: bool
    parties: list[str | None]
    waits: str
    guard: str | None
    whom: list[str | None]
    session: str | None
    session_at: datetime | None
    overdue_at: datetime | None


def read_led_cases(
    db: Db, workflows: Mapping[str, Workflow], person_id: str, lines: Sequence[CaseLine]
) -> list[LedCase]:
    """Those of `lines` (see `list_cases`) that the reader leads, by workflow and phase: three statements, one for all keys."""
    led = {one.number: one for one in lines if workflows[one.workflow].who(Trait.LEADS) & {*one.roles}}
    if not led:
        return []
    states, people = _states_and_people(db, workflows, person_id, led)
    db.keys.read_together([INSTALLATION.case_id, *(one.id for one in states)])  # the reader's name as well
    sessions = _sessions(db, [one.id for one in states])
    cases: list[tuple[tuple[int, int], LedCase]] = []
    for state, facts in zip(states, load_facts_of_several(db, states), strict=True):
        names = {one.id: remaining(db, one, "name") for one in people[state.id] if one.person_id != person_id}
        own = next(one.id for one in people[state.id] if one.person_id == person_id)
        workflow = workflows[state.workflow]
        seat = Seat(
            state, workflow, person_id, own, workflow.roles_of(led[state.number].roles), bool(facts.suspensions)
        )
        place = [*workflows].index(workflow.code), workflow.rank(state.phase)
        cases.append((place, _led_case(db, seat, facts, names, sessions.get(state.id, ()))))
    return [one for _, one in sorted(cases, key=lambda ranked: ranked[0])]


def _states_and_people(
    db: Db, workflows: Mapping[str, Workflow], person_id: str, led: Mapping[str, CaseLine]
) -> tuple[list[CaseState], Mapping[str, Sequence[Participant]]]:
    """The cases by number, and of each the parties and the reader."""
    consenting = sorted(frozenset().union(*(one.who(Trait.CONSENTS) for one in workflows.values())))
    state = [getattr(Case, one.name) for one in fields(CaseState)]
    held = select(RoleHeld.id).where(RoleHeld.role.in_(consenting), RoleHeld.until.is_(None))
    consents = held.where(RoleHeld.participant_id == Participant.id).exists()
    rows = db.execute(
        select(Participant, *state)
        .join(Case, Case.id == Participant.case_id)
        .where(Case.number.in_(sorted(led)), Participant.left_at.is_(None))
        .where(consents | (Participant.person_id == person_id))
        .order_by(Case.number, Participant.id)
    )
    states: dict[str, CaseState] = {}
    people: dict[str, list[Participant]] = {}
    for who, *columns in rows:
        states[who.case_id] = CaseState(*columns)
        people.setdefault(who.case_id, []).append(who)
    return [*states.values()], people


def _sessions(db: Db, case_ids: Sequence[str]) -> Mapping[str, Sequence[Any]]:
    """The sessions that have not ended, by case and in their order."""
    planned = select(Meeting.case_id, Meeting.kind, Meeting.planned_at, Meeting.planned_minutes)
    rows = db.execute(
        planned.where(Meeting.case_id.in_(case_ids), Meeting.ended_at.is_(None)).order_by(Meeting.planned_at)
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _led_case(db: Db, seat: Seat, facts: Facts, names: Mapping[str, str | None], sessions: Sequence[Any]) -> LedCase:
    now = db.now()
    over = {one: one.planned_at + timedelta(minutes=one.planned_minutes) for one in sessions}
    ahead = [one for one in sessions if over[one] >= now]
    waits, unmet = _waits(seat, facts, db)
    consenting = seat.workflow.who(Trait.CONSENTS)
    parties = [names[one.id] for one in facts.those_in(*consenting) if one.id in names]
    return LedCase(
        number=seat.case.number,
        workflow=seat.workflow.code,
        phase=facts.phase,
        suspended=seat.suspended,
        parties=sorted(parties, key=lambda name: (name or "").casefold()),
        waits=waits,
        guard=unmet.guard.code if unmet else None,
        whom=sorted((names[who] for who in unmet.missing if who in names) if unmet else (), key=str),
        session=ahead[0].kind if ahead else None,
        session_at=ahead[0].planned_at if ahead else None,
        overdue_at=min((at for at in over.values() if at < now), default=None),
    )


def _waits(seat: Seat, facts: Facts, db: Db) -> tuple[str, engine.Unmet | None]:
    ahead = engine.plans_onward(seat, facts, db.today())
    if not ahead:
        return (NOBODY if facts.phase == seat.workflow.final.code else YOU), None
    mine = seat.may_do()
    own = [one for one in ahead[0].unmet if mine & {*one.guard.met_by}]
    if own or not ahead[0].unmet:
        return YOU, own[0] if own else None
    return OTHERS, ahead[0].unmet[0]
