"""Letters about many sessions at once: one letter says all the times, and each has a reminder of its own."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from mediation.acts.acting import Acting
from mediation.acts.calls import CALLED, call_each, coming_along
from mediation.acts.session_letters import NEWLY_TOLD, REMIND_BEFORE
from mediation.letters import outbox
from mediation.letters.outbox import NewLetter
from mediation.letters.waiting import REVIEW, WHEN_IT_IS
from mediation.store.models import Letter, Mark, Meeting
from mediation.workflow.declaration import SessionKind


def tell_of_series(
    case: Acting, about: str, kind: str, rows: Sequence[Meeting], to: Iterable[str] | None = None
) -> None:
    """Write one letter of a kind (`series-planned`, `-moved`, `-cancelled`) to whom these sessions concern, or to these alone.

    Nothing is sent of times that are past (workflow.md rule 18). Unless they are cancelled, each has a reminder the day
    before. One statement for all letters.
    """
    ahead = [one for one in rows if one.planned_at >= case.db.now()]
    if not ahead:
        return
    by_role, by_name = _whom(case, ahead)
    letters = []
    for one in sorted({*by_role, *(who for some in by_name.values() for who in some)} if to is None else set(to)):
        theirs = [row for row in ahead if to is not None or one in by_role or one in by_name.get(row.id, ())]
        letters.append(NewLetter(kind, [one], {"times": [_time(case, row) for row in theirs]}, about))
        if kind != "series-cancelled":
            letters += _reminders(case, theirs, one)
    outbox.put_out(case.db, case.id, letters)


def _whom(case: Acting, rows: Sequence[Meeting]) -> tuple[set[str], Mapping[str, set[str]]]:
    kind = case.seat.workflow.session_kinds[rows[0].kind]
    ids = [one.id for one in rows]
    called = select(Mark.about, Mark.participant_id).where(
        Mark.case_id == case.id, Mark.kind == CALLED, Mark.ended_at.is_(None), Mark.about.in_(ids)
    )
    by_name: dict[str, set[str]] = {}
    for about, participant_id in case.db.execute(called):
        by_name.setdefault(about, set()).add(participant_id)
    return set(case.those_in(*kind.calls)), by_name


def _time(case: Acting, row: Meeting) -> Mapping[str, object]:
    told = {"moment": row.planned_at.isoformat(), "minutes": row.planned_minutes, "form": row.form}
    return {**told, "calendar": {"id": row.id, "changes": row.changes, "written": case.db.now().isoformat()}}


def _reminders(case: Acting, rows: Iterable[Meeting], to: str) -> list[NewLetter]:
    soon = case.db.now() + NEWLY_TOLD
    dated = ((one, one.planned_at - REMIND_BEFORE) for one in rows)
    return [
        NewLetter(
            "reminder",
            [to],
            {"moment": one.planned_at.isoformat(), "minutes": one.planned_minutes, "form": one.form},
            one.id,
            at,
        )
        for one, at in dated
        if at > soon
    ]


def call_off_times(case: Acting, rows: Sequence[Meeting]) -> None:
    """Send none of the letters that still wait to say when these sessions are."""
    about = Letter.about.in_([one.id for one in rows])
    outbox.call_off(case.db, about, Letter.kind.in_((*WHEN_IT_IS, REVIEW)))


def tell_what_is_ahead(case: Acting, participant_id: str, role: str) -> None:
    """Tell somebody who joins in a role of the sessions ahead that come in series, and call them where all in it are called.

    Part of an act that records itself.
    """
    for code, kind in case.seat.workflow.session_kinds.items():
        if kind.in_series and (role in kind.calls or role in kind.may_call):
            _tell_ahead(case, code, kind, participant_id, role)


def _tell_ahead(case: Acting, code: str, kind: SessionKind, participant_id: str, role: str) -> None:
    ahead = Meeting.case_id == case.id, Meeting.kind == code, Meeting.begun_at.is_(None), Meeting.ended_at.is_(None)
    now = Meeting.planned_at > case.db.now()
    rows = case.db.scalars(select(Meeting).where(*ahead, now).order_by(Meeting.planned_at, Meeting.id)).all()
    if role not in kind.calls:
        if participant_id not in coming_along(case, kind):
            return
        known = set(
            case.db.scalars(select(Mark.about).filter_by(participant_id=participant_id, kind=CALLED, ended_at=None))
        )
        call_each(case, [one for one in rows if one.id not in known], [participant_id])
    tell_of_series(case, "", "series-planned", rows, [participant_id])
