"""The engine: plans a transition, previews it, and carries it out; suspends a case, and ends it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import select, update

from mediation.case import record
from mediation.case.participants import those_in
from mediation.case.seat import Seat
from mediation.case.status import higher_rung
from mediation.errors import CaseChanged, NotFound, NotPermitted, NotYet
from mediation.letters import outbox
from mediation.letters.kinds import LASTING
from mediation.letters.outbox import NewLetter
from mediation.letters.waiting import DECIDE_BEFORE, REVIEW, TIME_TO_ANSWER
from mediation.store.database import Db
from mediation.store.models import Case, Letter, Meeting, Suspension, put
from mediation.words.catalogue import in_every_language
from mediation.workflow.declaration import DocumentChange, Guard, Sending, Trait, Transition
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts


@dataclass(frozen=True)
class Unmet:
    """A guard that is not met, and the participants it waits for. Who may read their names is decided by visibility."""

    guard: Guard
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What a transition would do now: the preview and the act itself use the same plan."""

    transition: Transition
    source: str
    target: str
    unmet: tuple[Unmet, ...]
    warnings: tuple[Unmet, ...]
    letters: tuple[tuple[str, tuple[str, ...]], ...]  # kind of letter, ids of participants
    document_changes: tuple[DocumentChange, ...]
    changes: dict[str, object]  # to the case row
    # Once it was carried out, and changed no fact but the phase.
    facts_after: Facts | None = field(default=None, compare=False)


def plans(seat: Seat, facts: Facts, today: date) -> list[Plan]:
    """The plan of every transition that leaves the phase and that this seat may take. `today` is local."""
    moves = seat.workflow.phase(facts.phase).transitions
    return [_plan(seat, facts, move, today) for move in moves if move.by & seat.roles]


def plans_onward(seat: Seat, facts: Facts, today: date) -> list[Plan]:
    """The plans of the ways on that this seat may take, what comes next before the rest."""
    moves = seat.workflow.phase(facts.phase).ways_on
    return [_plan(seat, facts, move, today) for move in moves if move.by & seat.roles]


def plan(seat: Seat, facts: Facts, code: str, today: date) -> Plan:
    """The plan of one transition.

    Refuses with `transition-unknown` (no such move in the workflow), `transition-not-here` (not from this phase)
    and `transition-not-yours`.
    """
    _refuse_outsider(seat, code)
    return _find(seat, facts, code, plans(seat, facts, today))


def _refuse_outsider(seat: Seat, code: str) -> None:
    moves = [one for one in seat.workflow.moves if one.code == code]
    if not moves:
        raise NotFound("transition-unknown", transition=code)
    if not any(one.by & seat.roles for one in moves):
        raise NotPermitted("transition-not-yours", transition=code)


def _find(seat: Seat, facts: Facts, code: str, seen: list[Plan]) -> Plan:
    for one in seen:
        if one.transition.code == code:
            return one
    if code in {move.code for move in seat.workflow.phase(facts.phase).transitions}:
        raise NotPermitted("transition-not-yours", transition=code)
    raise NotYet("transition-not-here", transition=code, phase=facts.phase)


def _plan(seat: Seat, facts: Facts, move: Transition, today: date) -> Plan:
    workflow, case = seat.workflow, seat.case
    changes: dict[str, object] = {"phase": move.to}
    if move.forward:
        changes |= _neutral_end(seat, facts)
        rung = higher_rung(workflow, case.rung, move.to)
        if rung != case.rung:  # after a return, phases that were reached before change nothing of what HR sees
            changes["rung"] = rung
            if not (case.neutral_rung or "neutral_rung" in changes):
                changes["next_milestone"] = _next_milestone(facts, move.to)
            if facts.phase == workflow.initial.code:
                changes["opened_on"] = today
    for effect in move.doing:
        changes |= effect.changes(facts)
    return Plan(
        transition=move,
        source=facts.phase,
        target=move.to,
        unmet=unmet_of(workflow.unmet(workflow.guards_of(move), facts), facts),
        warnings=unmet_of(workflow.unmet(move.warns, facts), facts),
        letters=tuple((one.kind, _addressed(seat, facts, one)) for one in move.sends),
        document_changes=tuple(change for effect in move.doing for change in effect.document_changes(facts)),
        changes=changes,
    )


def unmet_of(guards: Iterable[Guard], facts: Facts) -> tuple[Unmet, ...]:
    """Unmet guards, each with the participants it waits for."""
    return tuple(Unmet(one, one.missing(facts)) for one in guards)


def _addressed(seat: Seat, facts: Facts, sending: Sending) -> tuple[str, ...]:
    # Whoever moves the case knows that they did.
    to = (who.id for who in facts.those_in(*sending.to) if sending.only(who, facts))
    return tuple(one for one in to if one != seat.participant_id)


def _neutral_end(seat: Seat, facts: Facts) -> dict[str, object]:
    # HR's line stays where it is from here on, once: it never moves back, and not on before the end.
    begins = seat.case.neutral_rung is None and seat.workflow.neutral_end(facts)
    return {"neutral_rung": seat.case.rung} if begins else {}


def _next_milestone(facts: Facts, target: str) -> str | None:
    ahead = [one.month for one in facts.sessions if target in one.serves and one.state in {"planned", "begun"}]
    return min(ahead, default=None)


def tag(seat: Seat, seen: list[Plan]) -> str:
    """A digest (hex) of the transitions as this reader sees them: what `If-Match` carries.

    The case's version would reveal acts that the reader does not see; this does not (visibility.md rule 2).
    """
    lines = [
        [one.transition.code, [[u.guard.code, *u.missing] for u in one.unmet], [u.guard.code for u in one.warnings]]
        for one in seen
    ]
    return sha256(json.dumps([seat.case.id, seat.case.phase, seat.suspended, lines]).encode()).hexdigest()[:32]


def preview(db: Db, seat: Seat, code: str) -> Plan:
    """What `advance` would do, without writing anything. Refuses like `plan`."""
    return plan(seat, load_facts(db, seat.case), code, db.today())


def advance(db: Db, seat: Seat, code: str, *, if_match: str) -> Plan:
    """Take the case through transition `code`; `if_match` is the `tag` that the mediator read.

    Refuses like `plan`; with `case-changed` when the transitions are not as the mediator read them; with
    `transition-blocked` (its details hold the plan) when a guard is unmet, naming all of them.
    """
    _refuse_outsider(seat, code)
    facts = load_facts(db, seat.case)
    seen = plans(seat, facts, db.today())
    if tag(seat, seen) != if_match:  # checked first: of two who move the case at once, the second gets this refusal
        raise CaseChanged("case-changed")
    chosen = _find(seat, facts, code, seen)
    target = seat.workflow.fire(code, facts)
    if target is None:
        raise NotYet("transition-blocked", plan=chosen)
    changes = dict(chosen.changes)
    if target == seat.workflow.final.code:
        changes |= {"closed_at": db.now(), "deletion_due": db.now()}
    letters = [one for effect in chosen.transition.doing for one in effect.write(db, seat, facts) or ()]
    record.append(db, seat.case, code, actor=seat.participant_id, about=[chosen.source, target], changes=changes)
    outbox.put_out(db, seat.case.id, [*letters, *(NewLetter(kind, to) for kind, to in chosen.letters)])
    return chosen if chosen.transition.doing else replace(chosen, facts_after=replace(facts, phase=target))


def suspend(db: Db, seat: Seat, cause: str, review_on: date, *, words: str = "", language: str = "fi") -> Suspension:
    """Write a suspension and the mediators' reminders, as part of an act that records itself.

    They are reminded of its review and, two days before, of each session ahead that several parties are called to: it cannot
    begin while the case is suspended, so it is called off in time, or the case goes on.
    """
    row = Suspension(
        id=db.new_id(), case_id=seat.case.id, cause=cause, review_on=review_on, language=language, since=db.now()
    )
    if words:
        put(db, row, "words", words)
    db.add(row)
    db.flush()
    leading = those_in(db, seat.case.id, *seat.workflow.who(Trait.LEADS))
    due = datetime.combine(review_on, time(8), db.zone)
    ahead = Meeting.with_participant.is_(None), Meeting.begun_at.is_(None), Meeting.ended_at.is_(None)
    of_case = select(Meeting.id, Meeting.planned_at).where(Meeting.case_id == seat.case.id, *ahead)
    booked = db.execute(of_case.where(Meeting.planned_at > db.now() + DECIDE_BEFORE).order_by(Meeting.id)).all()
    times = [(row.id, due), *((session, planned_at - DECIDE_BEFORE) for session, planned_at in booked)]
    outbox.put_out(db, seat.case.id, [NewLetter(REVIEW, leading, {}, about, at) for about, at in times])
    return row


def end_suspensions(db: Db, seat: Seat) -> None:
    """End every suspension of the case, and cancel the mediators' reminders."""
    current = Suspension.case_id == seat.case.id, Suspension.until.is_(None)
    db.execute(update(Suspension).where(*current).values(until=db.now()))
    outbox.call_off(db, Letter.case_id == seat.case.id, Letter.kind == REVIEW)


def call_off_reminders(db: Db, seat: Seat) -> None:
    """Send no letter that lies ahead when the case ends, but for those that last; part of an act that records itself.

    Those come soon enough to be answered for some days before the private words are deleted, and an answer with them.
    """
    lasting = LASTING if db.keep.words_days else ()
    outbox.call_off_ahead(db, seat.case.id, lasting, db.now() + timedelta(days=db.keep.words_days) - TIME_TO_ANSWER)


def end(
    db: Db, seat: Seat, act: str, outcome: str, *, notice: Mapping[str, str] | None = None, actor: str = ""
) -> None:
    """End the case by `act`: end suspensions, do what the workflow does at an end, cancel reminders, write to everyone else."""
    facts = load_facts(db, seat.case)
    end_suspensions(db, seat)
    counted: dict[str, object] = {}
    letters = list[NewLetter]()
    for effect in seat.workflow.at_end:
        letters += effect.write(db, seat, facts) or ()
        counted |= effect.changes(facts)
    call_off_reminders(db, seat)
    case = db.get_one(Case, seat.case.id)
    if case.notice is None:
        put(db, case, "notice", notice or in_every_language("notice.ended", seat.workflow.code))
        db.flush()
    changes = {"phase": seat.workflow.final.code, "outcome": outcome, "closed_at": db.now(), "next_milestone": None}
    changes |= {"deletion_due": db.now(), **counted, **_neutral_end(seat, facts)}
    words = list((notice or {}).values())
    record.append(db, seat.case, act, actor=actor or seat.participant_id, about=[outcome], words=words, changes=changes)
    everyone = seat.workflow.who(Trait.LEADS, Trait.CONSENTS, Trait.REPRESENTS, Trait.ORDERS)
    told = set(those_in(db, seat.case.id, *everyone)) - {seat.participant_id}
    outbox.put_out(db, seat.case.id, [*letters, NewLetter("case-ended", told)])
