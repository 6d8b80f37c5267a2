"""The day in the room: the session under way, who is there, and what the next move asks of each party. It opens no words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from mediation.acts.acting import ACTS
from mediation.acts.calls import CALLED
from mediation.case.in_room import beside_others
from mediation.case.seat import Seat
from mediation.case.visibility import sees, sees_full
from mediation.errors import NotPermitted
from mediation.reading.people import PersonLine, read_people
from mediation.reading.sitting_view import AskedLine, AskedOf, SeatedSession, SittingView
from mediation.reading.view import columns, shown
from mediation.store.database import Db
from mediation.store.models import Mark, Meeting
from mediation.workflow.declaration import Guard, Trait, Way
from mediation.workflow.facts import Facts

_NEXT = 3  # planned sessions to choose from


@dataclass(frozen=True)
class _Question:
    """How an act is asked for in the room: what its mark is about now (None: it cannot be asked), and of several at once."""

    about: Callable[[Facts], str | None]
    together: bool = False


def _rules(facts: Facts) -> str | None:
    return next((one.id for one in reversed(facts.texts) if one.kind == "ground-rules"), "")


def _joint(facts: Facts) -> str | None:
    return facts.problem.id if facts.problem else None


def _proposed(facts: Facts) -> str | None:
    newest = facts.understanding
    return newest.id if newest and not newest.reached else None


_QUESTIONS: Mapping[str, _Question] = {
    "accept-ground-rules": _Question(_rules, together=True),
    "mark-opening-turn": _Question(lambda facts: "", together=True),
    "state-view": _Question(lambda facts: "", together=True),
    "accept-problem-statement": _Question(_joint),
    "say-ready": _Question(lambda facts: ""),
    "accept-understanding": _Question(_proposed),
}
_HEARS = "hear-undertaking"  # of who sits beside the parties
_ATTENDS, _HERE, _CAUGHT_UP = "mark-attendance", "present", "caught-up"


def read_sitting(db: Db, seat: Seat, facts: Facts) -> SittingView:
    """What who leads has before them while the table sits, in three statements; it records no read.

    Refuses with `not-yours-to-see` whoever does not see everybody's attendance and acceptances.
    """
    if not all(sees_full(seat.roles, one) for one in ("attendance", "mark", "unmet-guard")):
        raise NotPermitted("not-yours-to-see")
    people = read_people(db, beside_others(seat), sees(seat.roles, "participants"))
    sessions, marks = _sessions(db, seat), _marks(db, seat)
    kinds = seat.workflow.session_kinds
    table = [one for one in sessions if not kinds[one.kind].alone]
    session = next((one for one in reversed(table) if one.begun_at), None)
    parties = [one for one in people if set(one.roles) & seat.workflow.who(Trait.CONSENTS)]
    if session is not None and kinds[session.kind].of_some:
        called = {one.participant_id for one in marks if one.about == session.id and one.kind == CALLED}
        parties = [one for one in parties if one.id in called]
    apart = {one.with_participant: one.id for one in sessions if one.with_participant and _is_caucus(seat, one)}
    room = _Room(seat, facts, session, parties, _beside(people, parties, session, marks), apart, marks)
    return SittingView(
        session=session,
        ahead=[one for one in table if not one.begun_at and kinds[one.kind].of_table][:_NEXT],
        parties=parties,
        others=room.others,
        apart=apart,
        asked=[*room.attendance(), *room.undertakings(), *room.asked()],
    )


def _sessions(db: Db, seat: Seat) -> Sequence[SeatedSession]:
    going_on = Meeting.case_id == seat.case.id, Meeting.ended_at.is_(None)
    rows = db.scalars(select(columns(Meeting, SeatedSession)).where(*going_on).order_by(Meeting.planned_at, Meeting.id))
    return [shown(db, SeatedSession, one) for one in rows]


def _is_caucus(seat: Seat, one: SeatedSession) -> bool:
    return seat.workflow.session_kinds[one.kind].opened and one.begun_at is not None


def _marks(db: Db, seat: Seat) -> Sequence[Mark]:
    kinds = [CALLED, *(kind for act in (_ATTENDS, _HEARS, *_QUESTIONS) for kind in ACTS[act].leaves)]
    current = Mark.case_id == seat.case.id, Mark.ended_at.is_(None), Mark.kind.in_(kinds)
    return db.scalars(select(Mark).where(*current).order_by(Mark.at.desc(), Mark.id)).all()


def _beside(
    people: Iterable[PersonLine], parties: Sequence[PersonLine], session: SeatedSession | None, marks: Iterable[Mark]
) -> list[PersonLine]:
    """Who comes to the session beside the parties: who is called to it by name, and who was marked as there."""
    about = session.id if session else None
    known = {one.participant_id for one in marks if one.about == about and one.kind in {CALLED, *ACTS[_ATTENDS].leaves}}
    return [one for one in people if one.id in known and one not in parties]


@dataclass(frozen=True)
class _Room:
    """Who sits in the room, and what was marked of them, the newest first."""

    seat: Seat
    facts: Facts
    session: SeatedSession | None
    parties: Sequence[PersonLine]
    others: list[PersonLine]
    apart: Mapping[str, str]
    marks: Sequence[Mark]

    def attendance(self) -> list[AskedLine]:
        """Who is there, as long as a session is under way."""
        if self.session is None:
            return []
        about = self.session.id
        is_open = self._is_open(_ATTENDS)
        asked_of = []
        for one in (*self.parties, *self.others):
            mark = self._mark(_ATTENDS, one.id, about)
            done = mark is not None and mark.value in {_HERE, _CAUGHT_UP}
            asked_of.append(_asked_of(one.id, mark, done=done, is_open=is_open))
        waited = {one.id for one in self.parties}
        together = [one.participant for one in asked_of if one.participant in waited and not one.value and is_open]
        return [_line(_ATTENDS, about, asked_of, together)]

    def asked(self) -> list[AskedLine]:
        """What the moves onward ask of each party, as far as it can be said in the room."""
        lines = (self._asked(one, act) for one in self._guards() for act in one.met_by[:1] if act in _QUESTIONS)
        return [one for one in lines if one is not None]

    def undertakings(self) -> list[AskedLine]:
        """Who undertakes confidentiality by saying so at the start, good for this session (workflow.md rule 17)."""
        if self.session is None or not self.others:
            return []
        about, is_open = self.session.id, self._is_open(_HEARS)
        missing = {who for one in self._guards() if _HEARS in one.met_by for who in one.missing(self.facts)}
        asked_of = []
        for one in self.others:
            mark = self._mark(_HEARS, one.id, about)
            asked_of.append(_asked_of(one.id, mark, done=one.id not in missing, is_open=is_open))
        return [_line(_HEARS, about, asked_of, [])]

    def _guards(self) -> Iterable[Guard]:
        """The guards of the moves onward, each once."""
        moves = self.seat.workflow.phase(self.facts.phase).ways_on
        return {one.code: one for move in moves for one in self.seat.workflow.guards_of(move)}.values()

    def _asked(self, guard: Guard, act: str) -> AskedLine | None:
        question = _QUESTIONS[act]
        about = question.about(self.facts)
        if about is None:
            return None
        missing, is_open = set(guard.missing(self.facts)), self._is_open(act)
        asked_of = []
        for one in self.parties:
            done = one.id not in missing
            there = is_open and one.id not in self.apart and self._was_there(one.id, _HERE, _CAUGHT_UP)
            mark = self._mark(act, one.id) if done else None  # what was accepted of an older text counts no more
            asked_of.append(_asked_of(one.id, mark, done=done, is_open=there))
        all_open = [one.participant for one in asked_of if question.together and one.open and not one.done]
        together = [one for one in all_open if self._was_there(one, _HERE)]
        problem = self.facts.problem
        version = problem.version if problem and about == problem.id else None
        return _line(act, about, asked_of, together, alone=not question.together, version=version)

    def _is_open(self, act: str) -> bool:
        """Whether it may be done now, by who leads or by the parties themselves."""
        who = self.seat.open_acts().get(act, frozenset())
        return bool(who & (self.seat.roles | self.seat.workflow.who(Trait.CONSENTS)))

    def _was_there(self, participant: str, *values: str) -> bool:
        mark = self._mark(_ATTENDS, participant, self.session.id) if self.session else None
        return mark is not None and mark.value in values

    def _mark(self, act: str, participant: str, about: str | None = None) -> Mark | None:
        [kind] = ACTS[act].leaves
        mine = (one for one in self.marks if one.kind == kind and one.participant_id == participant)
        return next((one for one in mine if about in {None, one.about}), None)


def _line(
    act: str,
    about: str,
    asked_of: list[AskedOf],
    together: list[str],
    *,
    alone: bool = False,
    version: int | None = None,
) -> AskedLine:
    return AskedLine(act=act, about=about, version=version, asked_of=asked_of, alone=alone, together=together)


def _asked_of(participant: str, mark: Mark | None, *, done: bool, is_open: bool) -> AskedOf:
    # What came from an own device, or on paper, is not taken back by a word in the room.
    said = mark is not None and mark.way == Way.SAID
    return AskedOf(
        participant=participant,
        done=done,
        open=is_open,
        mark=mark.id if mark is not None and said else None,
        value=mark.value if mark is not None else None,
        at=mark.at if mark is not None else None,
    )
