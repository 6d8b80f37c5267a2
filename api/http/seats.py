"""The seat of whoever asks for a case, narrowed to what their sign-in opens of it."""

import re
from collections.abc import Mapping

from fastapi import Request

from api.http.callers import Caller, active, identify
from api.http.modes import mode_of
from api.http.security import Credentials
from mediation.case.in_room import IN_ROOM, SESSION_MODE, beside_others, opened_in_room
from mediation.case.leaving_question import is_asked_how_they_leave
from mediation.case.seat import Seat, lasting_seat, take_admin_seat, take_seat
from mediation.case.shared_mailboxes import without_second_factor
from mediation.errors import NotFound, NotPermitted
from mediation.people.room_sign_ins import of_session
from mediation.people.second_factor import is_unproven
from mediation.store.database import Db
from mediation.words.fields import CASE_NUMBER
from mediation.workflow.facts_loading import load_facts
from workflows import WORKFLOWS

_NUMBER = re.compile(CASE_NUMBER)
# What is read before it is answered: the noun of an act's address, and that of the texts which it is about.
_READ_BESIDE = {"agreement": "documents", "consents": "agreed-texts", "ground-rules": "agreed-texts"}
# One's own copy of what was sealed: also when nothing waits for them any more.
_TAKEN_ALONG = {"agreement/bundle", "agreement/sealed"}


def seat_of(
    db: Db, request: Request, number: str, presented: Credentials, *, writing: bool, or_admin: bool = False
) -> Seat:
    """The caller's seat at the case or, with `or_admin` if they have none, that of an administrator.

    Refuses like `identify` and `take_seat`, and with `in-room` what a sign-in in the room does not open.
    """
    caller = identify(db, request, presented, writing=writing, case_number=number)
    if not _NUMBER.fullmatch(number):
        raise NotFound("case-not-found")  # as for a number never used, without asking the database
    try:
        seat = take_seat(db, WORKFLOWS, number, caller.person.id, writing=writing)
        request.state.workflow = seat.workflow
        if is_unproven(caller.session, seat.shared):
            seat = without_second_factor(seat)
        mode = mode_of(caller.session)
        if mode == IN_ROOM:
            return _in_room(db, request, seat, caller)
        if mode == SESSION_MODE:
            seat = beside_others(seat)
        return seat if caller.person.active else lasting_seat(seat)
    except NotFound:
        if not or_admin:
            raise
        seat = take_admin_seat(db, WORKFLOWS, number, active(caller).id)
        request.state.workflow = seat.workflow
        return seat


def _in_room(db: Db, request: Request, seat: Seat, caller: Caller) -> Seat:
    """The seat of somebody for whom a mediator opened a sign-in in the room, at the pages and routes of what waits for them, and
    at those where they take their copy along.

    Refuses everything else with `in-room`.
    """
    assert caller.session is not None
    if of_session(db, caller.session).participant_id != seat.participant_id:
        raise NotPermitted(IN_ROOM)
    seat = opened_in_room(seat, load_facts(db, seat.case), leaves=is_asked_how_they_leave(db, seat))
    case = f"/cases/{seat.case.number}/"
    nouns = {where.partition("{number}/")[2].partition("/")[0] for where in _paths(request, seat)}
    path = request.scope["path"].partition(case)[2]
    asked = path.partition("/")[0]
    if path not in _TAKEN_ALONG and asked not in {
        "in-room",
        *nouns,
        *(_READ_BESIDE[one] for one in nouns & _READ_BESIDE.keys()),
    }:
        raise NotPermitted(IN_ROOM)
    return seat


def _paths(request: Request, seat: Seat) -> list[str]:
    paths: Mapping[str, str] = request.app.state.addresses
    return [paths[act] for act in seat.only or () if act in paths]
