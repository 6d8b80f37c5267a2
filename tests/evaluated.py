"""A supervision under way, for tests of what happens in it: its contract is there, as if everybody had signed it.

    table = supervised(house)                      # six and their manager, in the interim evaluation
    session = table.evaluates(db, "Sanna", "Olli") # an evaluation at which these were

Raili supervises; Sanna, Olli, Kaisa, Timo, Elina and Jari are the work community, Marko is their manager, Leena ordered it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update

from mediation import acts
from mediation.acts.acting import Acting
from mediation.case import record
from mediation.case.seat import Doer
from mediation.store.database import Db
from mediation.store.models import Agreement, Case, Commitment, CommitmentText, GoalRating, Mark, Meeting, put
from mediation.workflow.declaration import Way
from tests.cases import Table, refer_case
from tests.houses import House
from workflows.supervision import SUPERVISION

GROUP = ("Sanna", "Olli", "Kaisa", "Timo", "Elina", "Jari")
GOALS = {"G1": "Puhumme tilanteista samana viikkona.", "G2": "Tiedämme, mikä on kenenkin työtä."}


@dataclass
class Supervision(Table):
    """A supervision, and what its people do there."""

    def evaluates(self, db: Db, *there: str, kind: str = "evaluation") -> str:
        """Let Raili hold a session at which these were; its id."""
        session: Meeting = self.does(db, "Raili", acts.sessions.plan_session, kind, db.now(), minutes=90)
        self.does(db, "Raili", acts.sessions.begin_session, session.id)
        if there:
            present = {self.ids[one]: "present" for one in there}
            self.does(db, "Raili", acts.attendance_marks.mark_attendance, session.id, present)
        self.does(db, "Raili", acts.sessions.end_session, session.id)
        return session.id

    def rates(self, db: Db, name: str, session: str | None = None, **ratings: int) -> GoalRating:
        """Let somebody rate the goals, both at 4 unless it is said."""
        given = ratings or dict.fromkeys(GOALS, 4)
        row: GoalRating = self.does(db, name, acts.goals.rate_goals, given, session_id=session)
        return row

    def is_of_form(self, db: Db, form: str) -> None:
        """Let this form have been chosen."""
        db.add(
            Mark(
                id=db.new_id(),
                case_id=self.seat(db, "Raili").case.id,
                participant_id=self.ids["Raili"],
                kind="form-chosen",
                about="",
                value=form,
                way="own-device",
                recorded_by=self.ids["Raili"],
                at=db.now(),
            )
        )
        db.flush()

    def goes_to(self, db: Db, phase: str) -> None:
        """Put the case into a phase, without what leads there."""
        db.execute(update(Case).where(Case.number == self.number).values(phase=phase))


def supervised(
    house: House,
    phase: str = "interim-evaluation",
    *,
    group: Sequence[str] = GROUP,
    beside: Sequence[tuple[str, str]] = (("Marko", "manager"),),
) -> Supervision:
    """A supervision of a `group` in a phase, with others `beside` in their roles."""

    def made() -> tuple[str, dict[str, str]]:
        table = Supervision(house)
        for name in (*group, *(one for one, _ in beside)):
            house.person(name)
        house.person("Leena", office="hr", organisation="Esimerkkilä")
        house.person("Vilho", office="hr", organisation="Esimerkkilä")
        house.person("Raili", office="mediator", organisation="Sovittelijat")
        with table.writing() as db:
            house.people["Vilho"] = house.people["Leena"]  # who orders
            refer_case(db, table, workflow=SUPERVISION)
            table.ids["Leena"] = table.ids.pop("Vilho")
            table.does(db, "Leena", acts.orders.order_mediation, terms="110 euroa tunti.")
            table.ids["Raili"] = table.does(db, "Leena", acts.cases.assign_mediator, house.people["Raili"]).id
            for name, role in (*((one, "supervisee") for one in group), *beside):
                someone = acts.participants.Someone(person_id=house.people[name])
                table.ids[name] = table.does(db, "Raili", acts.participants.add_participant, someone, role).id
            contract_in_force(db, table)
            table.goes_to(db, phase)
        return table.number, table.ids

    return Supervision(house, *house.ready_made(("supervised", phase, *group, "beside", *beside), made))


def contract_in_force(db: Db, table: Table, version: int = 1) -> Agreement:
    """A version of the contract, with its two goals, as if everybody had signed it now."""
    seat = table.seat(db, "Raili")
    case = Acting(db, seat, "sign", Doer(seat.participant_id, Way.OWN_DEVICE, seat.participant_id))
    for earlier in case.rows(Agreement, state="sealed"):
        earlier.state = "superseded"
    made = Agreement(version=version, state="sealed", prevailing="fi", drafted_at=db.now(), sealed_at=db.now())
    contract = case.write(made)
    for position, (lineage, words) in enumerate(GOALS.items(), start=1):
        goal = Commitment(agreement_id=contract.id, lineage=lineage, label=str(position), position=position)
        case.write(goal)
        text = CommitmentText(id=db.new_id(), case_id=case.id, commitment_id=goal.id, language="fi")
        put(db, text, "words", {"action": words, "measure": "Sanomme sen tapaamisessa."})
        db.add(text)
    record.append(db, seat.case, "sign", actor=seat.participant_id, about=[contract.id])
    return contract
