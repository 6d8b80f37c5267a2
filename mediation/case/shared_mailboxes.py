"""Mailboxes that several people read: what of a case stays closed to who came through one without a second factor."""

from dataclasses import replace

from mediation.case.seat import Seat
from mediation.workflow.declaration import Role


def without_second_factor(seat: Seat) -> Seat:
    """The seat without what is one person's alone (workflow.md rule 21): whoever else reads the mailbox may have taken it."""
    closed = seat.workflow.behind_second_factor
    roles = (
        Role(
            one,
            *one.traits,
            sees={item: level for item, level in one.sees.items() if item not in closed},
            leaves_as=one.leaves_as,
        )
        for one in seat.roles
    )
    return replace(seat, roles=frozenset(roles), unproven=True)
