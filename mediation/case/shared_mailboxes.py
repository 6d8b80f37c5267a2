"""Mailboxes that several people read: what of a case stays closed to who came through one without a second factor."""

from collections.abc import Set
from dataclasses import replace

from mediation.case.seat import MAILBOX_SHARED, Seat
from mediation.workflow.declaration import Role


def without_second_factor(seat: Seat) -> Seat:
    """The seat without what is one person's alone (workflow.md rule 21): whoever else reads the mailbox may have taken it."""
    return without(seat, seat.workflow.behind_second_factor, MAILBOX_SHARED)


def without(seat: Seat, closed: Set[str], why: str) -> Seat:
    """The seat without these acts, rows and kinds of marks; `why` is the code with which they are refused."""
    roles = (
        Role(
            one,
            *one.traits,
            sees={item: level for item, level in one.sees.items() if item not in closed},
            leaves_as=one.leaves_as,
        )
        for one in seat.roles
    )
    return replace(seat, roles=frozenset(roles), closed=frozenset(closed), closed_as=why)
