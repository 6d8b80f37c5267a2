"""The follow-up report as a paper: what each has reported to everybody, party by party, never merged."""

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, select

from mediation.acts.agreement_versions import find_agreement_in_force
from mediation.acts.agreement_wording import people_of
from mediation.acts.annexes import read_lines, reads_annexes
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees
from mediation.documents.papers import Quoted, written_in
from mediation.reading.case import has_section
from mediation.reading.check_ins import CheckInLine, CheckInsView, check_ins_seen, read_check_ins
from mediation.reading.meetings import SessionLine, read_sessions
from mediation.reading.paper_view import Paper
from mediation.store.database import Db
from mediation.store.models import CheckIn, Commitment
from mediation.words.catalogue import say


def _is_reported(db: Db, seat: Seat) -> bool:
    told = CheckIn.case_id == seat.case.id, CheckIn.replaced_by.is_(None), CheckIn.audience == "table"
    return bool(db.scalar(select(exists().where(*told, check_ins_seen(seat)))))


def _read_report(db: Db, seat: Seat, language: str) -> Mapping[str, object]:
    told = read_check_ins(db, seat)
    # What was told to the mediator alone is in no paper, not in a mediator's either (workflow.md rule 8).
    reported = [one for one in told.check_ins if one.audience == "table"]
    meetings = _follow_ups(db, seat)
    names = {one.id: one.name for one in people_of(db, seat).values() if one.roles}
    agreement = None if reads_annexes(seat) else find_agreement_in_force(db, seat)
    if agreement is not None:
        note_reads(db, seat, "agreement", [(JOINT, agreement.id)])
    actions = _actions(db, seat, reported, language)
    by_meeting: dict[str | None, list[Mapping[str, object]]] = {}
    for one in reported:
        name = names.get(one.participant, say("page.somebody-who-left", language))
        at = one.session if one.session in meetings else None
        by_meeting.setdefault(at, []).append(_reported(db, one, name, actions))
    days = {key: one.planned_at.astimezone(db.zone).date() for key, one in meetings.items()}
    return {
        "meetings": [{"day": days[at] if at else None, "reports": some} for at, some in by_meeting.items()],
        "breaches": _breaches(told),
        "ahead": sorted(days[key] for key, one in meetings.items() if one.is_to_come(db.now())),
    }


def _follow_ups(db: Db, seat: Seat) -> Mapping[str, SessionLine]:
    level = sees(seat.roles, "session-plan")
    there = read_sessions(db, seat, level) if has_section(level) else []
    return {one.id: one for one in there if one.kind in seat.workflow.follow_up_kinds and one.ended_how != "cancelled"}


def _reported(db: Db, one: CheckInLine, name: str, actions: Mapping[str, Quoted]) -> Mapping[str, object]:
    return {
        "name": name,
        "at": one.at.astimezone(db.zone).date(),
        "version": one.version,
        "answer": one.answer or None,
        "atmosphere": one.atmosphere or None,
        "words": Quoted(one.words or "", one.language),
        "lines": [
            {
                "label": line.label,
                "answer": line.answer or "no-answer",
                "rating": line.rating or None,
                "action": actions.get(line.commitment),
                "words": Quoted(line.words or "", one.language),
            }
            for line in one.reports
        ],
    }


def _actions(db: Db, seat: Seat, reported: Sequence[CheckInLine], language: str) -> Mapping[str, Quoted]:
    """What each commitment says that was reported on, by its id: the reader has a report of it, and so it is theirs."""
    about = {line.commitment for one in reported for line in one.reports}
    lines = read_lines(db, select(Commitment).where(Commitment.case_id == seat.case.id, Commitment.id.in_(about)))
    return {
        one["id"]: written_in({code: words["action"] for code, words in one["texts"].items() if words}, language)
        for one in lines
    }


def _breaches(told: CheckInsView) -> list[Mapping[str, object]]:
    labels = {line.lineage: line.label for one in told.check_ins for line in one.reports}
    return [{"label": labels.get(one.lineage), "state": one.state} for one in told.breaches or []]


# Each answer stays its party's own (workflow.md rule 8).
FOLLOW_UP_REPORT = Paper({Level.FULL, Level.SHARED, Level.OWN}, _is_reported, _read_report)
