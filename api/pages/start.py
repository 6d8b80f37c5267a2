"""The start: what waits for the reader, at each case where they have a seat or an office."""

from typing import Annotated

from fastapi import Query, Request, Response

from api.http.dependencies import Reading, ReadOwn
from api.http.modes import also_in, mode_of
from api.http.pages import page
from api.http.routes import router_for
from api.pages.answers import see_other
from api.statistics import OFFICES
from mediation.case.in_room import IN_ROOM, LOCKED, MEDIATORS, SESSION_MODE
from mediation.reading.led_cases import read_led_cases
from mediation.reading.lists import CaseLine, list_cases
from mediation.reading.me import read_me
from mediation.reading.statuses import statuses
from mediation.words.fields import CaseNumber
from mediation.workflow.declaration import Trait
from workflows import WORKFLOWS

router = router_for("", "start")
_LINES = 50
_OF_MODE = {  # where a session begins that opens little
    SESSION_MODE: "/cases/{number}/sitting",
    LOCKED: "/session-mode",
    IN_ROOM: "/cases/{number}/in-room",
}


@router.get("/", include_in_schema=False)
@also_in(IN_ROOM, *MEDIATORS)
def start(
    request: Request,
    caller: ReadOwn,
    db: Reading,
    after: Annotated[CaseNumber | None, Query()] = None,
) -> Response:
    """Your cases, the cases you ordered, and what your offices are for."""
    if caller.session is not None and (mode := mode_of(caller.session)):
        return see_other(_OF_MODE[mode].format(number=caller.session.case_number))
    only = None if caller.person.active else Trait.LASTS
    lines = list_cases(db, WORKFLOWS, caller.person.id, after=after or "", limit=_LINES + 1, only=only)
    seated = [one for one in lines[:_LINES] if not _only_ordered(one)]
    led = read_led_cases(db, WORKFLOWS, caller.person.id, seated)
    me = read_me(db, caller.person)
    offices = {one.office for one in me.offices}
    orders = not after and ("hr" in offices or len(seated) < len(lines[:_LINES]))
    ordered = statuses(db, WORKFLOWS, caller.person.id, limit=_LINES) if orders else []
    numbers = {one.number for one in led}
    return page(
        request,
        "start",
        led=led,
        me=me,
        offices=offices,
        cases=[one for one in seated if one.number not in numbers],
        more=lines[_LINES - 1].number if len(lines) > _LINES else None,
        ordered=ordered,
        reads_statistics=not offices.isdisjoint(OFFICES),
    )


def _only_ordered(one: CaseLine) -> bool:
    return set(one.roles) <= WORKFLOWS[one.workflow].who(Trait.ORDERS)
