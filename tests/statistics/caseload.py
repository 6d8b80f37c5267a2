"""Many cases at once, as rows: what the figures are made of, and nothing besides."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    Case,
    CheckIn,
    CheckInAnswer,
    Commitment,
    Meeting,
    Participant,
    RoleHeld,
    Suspension,
    put,
)
from tests.houses import House

MEDIATORS = ("Meri", "Ilmari", "Oskari")


def at(day: str, hour: int = 9) -> datetime:
    """A moment of a day."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """A case that was taken up and, unless `ended` is empty, ended with an outcome; the days are written as `2027-01-28`.

    Its only session, so many minutes long, was held on the day it `met`. `agreed` is the day on which the agreement was
    sealed, `rested` says from when to when the case stood still, and `reported` are the answers of its two parties on a day.
    """

    mediator: str
    begun: str
    ended: str = ""
    outcome: str = "agreement-kept"
    met: str = ""
    minutes: int = 60
    agreed: str = ""
    rested: tuple[str, str] | None = None
    reported: tuple[str, str, str] | None = None

    def add(self, db: Db, house: House, number: int) -> str:
        """Add it to the database; returns its id."""
        ended = at(self.ended) if self.ended else None
        case = Case(id=db.new_id(), number=f"2027-{number:04}", workflow="mediation", language="fi")
        case.organisation_id, case.created_at, case.closed_at = house.organisation("Esimerkkilä"), at(self.begun), ended
        case.phase, case.rung = ("closed", "follow-up") if ended else ("opening", "opening")
        case.outcome, case.hours_due = self.outcome if ended else None, None
        put(db, case, "referral", {"subject": "Työvuorot", "parties": []})
        db.add(case)
        db.flush()
        roles = ((self.mediator, "mediator"), ("Vilho", "commissioner"), ("Aino", "party"), ("Pekka", "party"))
        seats = [self._seat(db, house, case, name, role) for name, role in roles]
        if self.met:
            begun = at(self.met)
            held = {"month": self.met[:7], "planned_by": seats[0], "begun_by": seats[0], "ended_how": "held"}
            times = {"planned_at": begun, "begun_at": begun, "ended_at": begun + timedelta(minutes=self.minutes)}
            db.add(Meeting(id=db.new_id(), case_id=case.id, kind="joint", planned_minutes=60, **times, **held))
        if self.rested:
            since, until = map(at, self.rested)
            rest = Suspension(id=db.new_id(), case_id=case.id, cause="pause", review_on=until.date(), language="fi")
            rest.since, rest.until = since, until
            db.add(rest)
        if self.agreed:
            self._agree(db, case.id, seats[2:])
        db.flush()
        return case.id

    def _seat(self, db: Db, house: House, case: Case, name: str, role: str) -> str:
        row = Participant(id=db.new_id(), case_id=case.id, person_id=house.people[name], number=case.number)
        row.language, row.joined_at = "fi", case.created_at
        put(db, row, "name", name)
        db.add(row)
        db.flush()
        db.add(RoleHeld(id=db.new_id(), case_id=case.id, participant_id=row.id, role=role, since=case.created_at))
        return row.id

    def _agree(self, db: Db, case_id: str, parties: list[str]) -> None:
        sealed = Agreement(id=db.new_id(), case_id=case_id, version=1, state="sealed", prevailing="fi")
        sealed.drafted_at = sealed.sealed_at = at(self.agreed)
        db.add(sealed)
        db.flush()
        promise = Commitment(
            id=db.new_id(), case_id=case_id, agreement_id=sealed.id, lineage="x", label="C1", position=1
        )
        db.add(promise)
        db.flush()
        day, *answers = self.reported or ("",)
        for party, answer in zip(parties, answers, strict=False):
            row = CheckIn(id=db.new_id(), case_id=case_id, agreement_id=sealed.id, participant_id=party, language="fi")
            row.audience, row.way, row.recorded_by, row.at = "table", "own-device", party, at(day)
            put(db, row, "words", {"atmosphere": None, "words": ""})
            db.add(row)
            db.flush()
            one = CheckInAnswer(id=db.new_id(), case_id=case_id, check_in_id=row.id, commitment_id=promise.id)
            put(db, one, "words", {"answer": answer})
            db.add(one)
