"""Sign-ins on a screen that others in the room see: what of a case they open, and what stays closed meanwhile."""

from mediation.case.seat import Seat
from mediation.case.shared_mailboxes import without

SESSION_MODE = "session-mode"  # why something is closed to who leads; also the code of the refusal


def beside_others(seat: Seat) -> Seat:
    """The seat of who leads while others may look at the screen: without what is private in the room."""
    return without(seat, seat.closed | seat.workflow.private_in_room, seat.closed_as or SESSION_MODE)
