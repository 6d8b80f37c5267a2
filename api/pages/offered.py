"""Which forms a page offers of what is open to its reader: none for what was said once and stands, or comes later."""

from collections.abc import Sequence
from typing import Any

from api.pages.doors import OWN_PAGES, Door
from mediation.case.seat import Seat
from mediation.reading.people import MarkLine
from mediation.workflow.declaration import Trait

_OF_DRAFT = frozenset({"send-agreement", "drop-draft"})  # nothing to do where what there is was sent already
_ONCE = frozenset(
    {"agree-to-mediate", "undertake-confidentiality", "accept-ground-rules"}
)  # to one text one says it once
IN_SECTION = frozenset({"propose-option"})  # who leads has their forms in the section above: they record for others


def is_given(read: Any, said: Sequence[MarkLine]) -> bool:
    """Whether its reader has said yes to the text that a page shows, as it stands now."""
    return any(one.about == getattr(read, "id", "") and one.value != "declined" for one in said)


def has_form_here(seat: Seat, door: Door, read: Any, said: Sequence[MarkLine], *, tried: bool) -> bool:
    """Whether the form of an act that is open stands on the page of its noun; what was `tried` comes back with what was sent."""
    is_under_way = door.name == "begin-screening" and read and not read[-1].outcome  # one at a time
    if door.name in OWN_PAGES or is_under_way:
        return False
    return tried or not (
        _is_above(seat, door) or _has_nothing_to_do(seat, door, read) or _is_said(seat, door, read, said)
    )


def _is_above(seat: Seat, door: Door) -> bool:
    # In the section, for who leads.
    return door.name in IN_SECTION and seat.is_any(Trait.LEADS)


def _has_nothing_to_do(seat: Seat, door: Door, read: Any) -> bool:
    # One signs once, and a party from a day on, as the section above tells; who leads records for a representative any time.
    is_told = getattr(read, "own_signature", None) or (
        seat.is_any(Trait.CONSENTS) and getattr(read, "signing_opens_on", None)
    )
    lacks_draft = door.name in _OF_DRAFT and getattr(read, "state", None) not in {None, "draft"}
    return lacks_draft or (door.name == "sign" and bool(is_told))


def _is_said(seat: Seat, door: Door, read: Any, said: Sequence[MarkLine]) -> bool:
    # While the case is prepared, who agreed to mediate can still say no.
    changes = door.name == "agree-to-mediate" and seat.case.phase == seat.workflow.initial.code
    return door.name in _ONCE and not changes and is_given(read, said)
