"""The transitions that leave a phase, with every guard of each, met and unmet."""

from mediation.case.in_room import untold_to
from mediation.case.seat import Seat
from mediation.case.visibility import sees_full
from mediation.reading.view import view
from mediation.workflow.facts import Facts


@view
class GuardReading:
    """A guard: whether it is met, and the participants it waits for, by id, where it is about persons."""

    guard: str
    holds: bool
    waiting_for: list[str]


@view
class TransitionReading:
    """A move that the reader may take, and all its guards that concern the case in the order in which they are declared."""

    transition: str
    target: str
    guards: list[GuardReading]


def read_moves(seat: Seat, facts: Facts) -> list[TransitionReading]:
    """The moves that this seat may take from here; none for who does not see unmet guards in full.

    To others a met guard would tell of somebody else's part, and a transition of the phase (visibility.md, row "unmet
    guards"): their own part is `Reader.explain`'s to tell.
    """
    if not sees_full(seat.roles, "unmet-guard"):
        return []
    workflow, untold = seat.workflow, untold_to(seat)
    return [
        TransitionReading(
            transition=move.code,
            target=move.to,
            guards=[
                GuardReading(guard=one.code, holds=one.is_met(facts), waiting_for=list(one.missing(facts)))
                for one in workflow.guards_of(move)
                if one.code not in untold and one.concerns(facts)
            ],
        )
        for move in workflow.phase(facts.phase).transitions
        if move.by & seat.roles
    ]
