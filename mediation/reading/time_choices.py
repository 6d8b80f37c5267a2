"""What a seat reads of the times that were put to a group: how many can come when, and for who leads who."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from mediation.acts.time_choices import CAN_COME, WHEN
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level
from mediation.reading.view import ABSENT, IfSeen, view
from mediation.store.database import Db
from mediation.store.models import Mark, OfferedTime, Participant, TimeChoice


@view
class WhoCanLine:
    """What somebody answered to one time."""

    participant: str
    answer: str


@view
class OfferedTimeLine:
    """One time, and how many can come, can if they must, and cannot; `own` is what the reader answered."""

    id: str
    planned_at: datetime
    can: int
    if_must: int
    cannot: int
    own: IfSeen[str] = ABSENT
    who: IfSeen[list[WhoCanLine]] = ABSENT


@view
class TimeChoiceLine:
    """A choice of times: until when it is answered, and the session that was planned by it."""

    id: str
    kind: str
    minutes: int
    form: str
    answer_by: date
    at: datetime
    settled: bool
    session: str | None
    times: list[OfferedTimeLine]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be answered."""
        return not self.settled


def read_time_choices(db: Db, seat: Seat) -> list[TimeChoiceLine]:
    """The choices of times of a case, the newest last; in two statements. Refuses like `level_of`."""
    level = level_of(seat, "time-choice")
    rows = db.execute(
        select(TimeChoice, OfferedTime)
        .join(OfferedTime, OfferedTime.choice_id == TimeChoice.id)
        .where(TimeChoice.case_id == seat.case.id)
        .order_by(TimeChoice.at, TimeChoice.id, OfferedTime.planned_at, OfferedTime.id)
    ).all()
    here = select(Participant.id).where(Participant.case_id == seat.case.id, Participant.left_at.is_(None))
    said = select(Mark.about, Mark.participant_id, Mark.value).where(
        Mark.case_id == seat.case.id, Mark.kind == CAN_COME, Mark.ended_at.is_(None), Mark.participant_id.in_(here)
    )
    answers: dict[str, list[tuple[str, str]]] = {}
    for about, who, value in db.execute(said.order_by(Mark.participant_id)):
        answers.setdefault(about, []).append((who, value))
    choices: dict[str, tuple[TimeChoice, list[OfferedTimeLine]]] = {}
    for choice, time in rows:
        line = _line(seat, level, time, answers.get(time.id, []))
        choices.setdefault(choice.id, (choice, []))[1].append(line)
    return [_choice(one, lines) for one, lines in choices.values()]


def _line(seat: Seat, level: Level, time: OfferedTime, said: Sequence[tuple[str, str]]) -> OfferedTimeLine:
    counts = [sum(value == one for _, value in said) for one in WHEN]
    own = next((value for who, value in said if who == seat.participant_id), ABSENT)
    names = [WhoCanLine(participant=who, answer=value) for who, value in said] if level == Level.FULL else ABSENT
    can, if_must, cannot = counts
    return OfferedTimeLine(
        id=time.id, planned_at=time.planned_at, can=can, if_must=if_must, cannot=cannot, own=own, who=names
    )


def _choice(one: TimeChoice, lines: list[OfferedTimeLine]) -> TimeChoiceLine:
    return TimeChoiceLine(
        id=one.id,
        kind=one.kind,
        minutes=one.minutes,
        form=one.form,
        answer_by=one.answer_by,
        at=one.at,
        settled=one.settled_at is not None,
        session=one.session_id,
        times=lines,
    )
