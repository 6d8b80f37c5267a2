"""Sign-ins in a room with others: what of a case they open, and what stays closed meanwhile."""

from collections.abc import Set
from dataclasses import replace

from mediation.case.seat import Seat
from mediation.case.shared_mailboxes import without
from mediation.workflow.facts import Facts

# Why something is closed, which is also the code of the refusal:
IN_ROOM = "in-room"  # to somebody for whom a mediator opened a sign-in in the room
SESSION_MODE = "session-mode"  # to who leads, while others may look at the screen
LOCKED = "session-locked"  # to who leads, at the laptop that was handed over
MEDIATORS = (SESSION_MODE, LOCKED)


def beside_others(seat: Seat) -> Seat:
    """The seat of who leads while others may look at the screen: without what is private in the room."""
    return without(seat, seat.closed | seat.workflow.in_room.private, seat.closed_as or SESSION_MODE)


def untold_to(seat: Seat) -> Set[str]:
    """The guards that this sign-in does not name: on a screen that others see, they would betray what is private."""
    in_room = seat.workflow.in_room
    return in_room.untold if in_room.private <= seat.closed else frozenset()


def opened_in_room(seat: Seat, facts: Facts, *, leaves: bool = False) -> Seat:
    """The seat of somebody for whom a mediator opened a sign-in in the room: it answers what waits for them now, and no more.

    Who `leaves` is also asked how they leave the session.
    """
    unseen = frozenset(seat.workflow.items) - seat.workflow.in_room.seen
    only = _waiting(seat, facts, {"answer-leaving"} if leaves else set())
    closed = (seat.closed if seat.unproven else seat.workflow.behind_second_factor - only) | unseen
    return replace(without(seat, closed, seat.closed_as or IN_ROOM), only=only)


def _waiting(seat: Seat, facts: Facts, beside: Set[str]) -> frozenset[str]:
    """The acts for which the moves onward wait for this participant, with those that answer the same."""
    workflow = seat.workflow
    moves = workflow.phase(facts.phase).ways_on
    guards = {one.code: one for move in moves for one in workflow.unmet(workflow.guards_of(move), facts)}
    asked = beside | {act for one in guards.values() if seat.participant_id in one.missing(facts) for act in one.met_by}
    if facts.options:
        asked |= {"respond-to-option"}
    answered = workflow.in_room.answered
    answers = {one for act in asked & answered.keys() for one in (act, *answered[act])}
    return seat.may_do() & answers
