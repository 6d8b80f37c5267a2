"""A choice of times: some are put to whom a session is for, each says when they can, and it is planned at one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.calls import CALLED, coming_along
from mediation.acts.marks import leave_mark
from mediation.acts.series import Length, series_kind
from mediation.acts.session_letters import announce
from mediation.acts.sessions import Form, Kind, call_along, new_session
from mediation.case.seat import OWN, Manner
from mediation.errors import Malformed, NotFound, NotYet
from mediation.store.models import Mark, Meeting, OfferedTime, TimeChoice
from mediation.words.fields import Day, Id, Moment, known, sent
from mediation.workflow.declaration import Trait

CAN_COME = "can-come"  # the kind of mark about an offered time
WHEN = ("can", "if-must", "cannot")
LEAST_TIMES, MOST_TIMES = 2, 10
CanCome = Annotated[dict[Id, Annotated[str, known(WHEN)]], Field(min_length=1, max_length=MOST_TIMES)]


@sent("OfferedTimeBody")
@dataclass(frozen=True)
class TimeToOffer:
    """A moment (UTC) at which a session could begin."""

    at: Moment


Offered = Annotated[list[TimeToOffer], Field(min_length=LEAST_TIMES, max_length=MOST_TIMES)]


@act("offer-times")
def offer_times(
    case: Acting,
    offered: Offered,
    answer_by: Day,
    *,
    kind: Kind | None = None,
    minutes: Length = 90,
    form: Form = "on-site",
) -> TimeChoice:
    """Put two to ten times for a session to whom it is for; each answers by a local day when they can come.

    Everybody sees how many can come when, whoever leads sees who. Refuses with `time-not-ahead`, `times-alike`, and with
    `answer-day-wrong` a day that is past, or not before the first of the times.
    """
    kind = kind or series_kind(case.seat.workflow)
    times = sorted(one.at for one in offered)
    if times[0] <= case.db.now():
        raise Malformed("time-not-ahead", field="offered")
    if len(set(times)) < len(times):
        raise Malformed("times-alike", field="offered")
    if not case.db.today() <= answer_by <= times[0].astimezone(case.db.zone).date():
        raise Malformed("answer-day-wrong", field="answer_by")
    new_session(
        case, kind, times[0], minutes, serves=(), with_participant=None, form=form
    )  # refuses what cannot be planned
    choice = case.write(TimeChoice(kind=kind, minutes=minutes, form=form, answer_by=answer_by, offered_by=case.doer.id))
    for at in times:
        case.add(OfferedTime(choice_id=choice.id, planned_at=at))
    case.db.flush()
    case.record(choice.id, kind)
    case.ask(asked(case, choice), about=choice.id, by=answer_by)
    return choice


def asked(case: Acting, choice: TimeChoice) -> set[str]:
    """Who is asked when they can come, by id: everybody whom a session of that kind is for."""
    kind = case.seat.workflow.session_kinds[choice.kind]
    return {*case.those_in(*kind.calls), *coming_along(case, kind)}


def times_of(case: Acting, choice: TimeChoice) -> Sequence[OfferedTime]:
    """The times of a choice, in their order."""
    mine = select(OfferedTime).where(OfferedTime.choice_id == choice.id)
    return case.db.scalars(mine.order_by(OfferedTime.planned_at, OfferedTime.id)).all()


@act("answer-times", leaves=CAN_COME, correctable=False)
def answer_times(case: Acting, choice_id: str, can_come: CanCome, manner: Manner = OWN) -> list[Mark]:
    """Say at which of the times one can come, can if one must, or cannot; again is another answer.

    Who leads hears once everybody has answered. Refuses with `time-choice-not-found` who is not asked, with
    `time-not-offered`, and with `time-choice-settled`.
    """
    choice = _open_choice(case, choice_id)
    if case.doer.id not in asked(case, choice):
        raise NotFound("time-choice-not-found")
    times = [one.id for one in times_of(case, choice)]
    if set(can_come) - set(times):
        raise Malformed("time-not-offered", field="can_come")
    before = case.seat.case.version
    marks = [leave_mark(case, about=one, value=can_come[one]) for one in times if one in can_come]
    if case.seat.case.version != before and _have_all_answered(case, choice, times):
        case.tell(case.with_trait(Trait.LEADS), about=choice.id)
    return marks


def _have_all_answered(case: Acting, choice: TimeChoice, times: Sequence[str]) -> bool:
    theirs = select(Mark.participant_id).where(Mark.kind == CAN_COME, Mark.about.in_(times), Mark.ended_at.is_(None))
    return asked(case, choice) <= set(case.db.scalars(theirs))


@act("settle-times", leaves=CALLED, correctable=False)
def settle_times(case: Acting, choice_id: str, time: Id, *, place: str = "") -> Meeting:
    """Plan the session at one of the times; those concerned get the letter of a planned session.

    Refuses with `time-choice-not-found`, `time-not-offered` and `time-choice-settled`.
    """
    choice = _open_choice(case, choice_id)
    at = next((one.planned_at for one in times_of(case, choice) if one.id == time), None)
    if at is None:
        raise Malformed("time-not-offered", field="time")
    row = _session_of(case, choice, at)
    case.write(row, **({"place": place} if place else {}))
    beside = call_along(case, row, None)
    choice.settled_at, choice.session_id = case.db.now(), row.id
    case.db.flush()
    case.record(choice.id, row.id, *beside)
    announce(case, row, "session-planned")
    return row


def _session_of(case: Acting, choice: TimeChoice, at: datetime) -> Meeting:
    return new_session(case, choice.kind, at, choice.minutes, serves=(), with_participant=None, form=choice.form)


@act("drop-times", permission="settle-times")
def drop_times(case: Acting, choice_id: str) -> None:
    """Take back a choice of times that was not settled. Twice changes nothing.

    Refuses with `time-choice-not-found`, and with `time-choice-settled` where a session was planned.
    """
    choice = case.find(TimeChoice, choice_id, "time-choice-not-found")
    if choice.session_id is not None:
        raise NotYet("time-choice-settled")
    if choice.settled_at is None:
        case.change(choice, settled_at=case.db.now())
        case.tell(asked(case, choice), about=choice.id)


def _open_choice(case: Acting, choice_id: str) -> TimeChoice:
    choice = case.find(TimeChoice, choice_id, "time-choice-not-found")
    if choice.settled_at is not None:
        raise NotYet("time-choice-settled")
    return choice
