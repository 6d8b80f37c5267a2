"""Work supervisions for tests: Raili supervises a group or a work community, and Leena ordered it.

case = supervision_at(house)                       # Sanna, Olli, Kaisa, Timo, Elina and Jari with Marko, their manager
case = supervision_at(house, "mapping", people=("Sanna", "Olli"), manager=False)
"""

from collections.abc import Sequence
from typing import Any

from mediation import acts
from mediation.case import record
from mediation.case.seat import take_seat
from mediation.store.models import Mark
from tests.cases import refer_case
from tests.houses import House
from tests.world import LiveCase
from workflows import WORKFLOWS

SUPERVISION = WORKFLOWS["supervision"]
WORK_COMMUNITY = ("Sanna", "Olli", "Kaisa", "Timo", "Elina", "Jari")


class Supervision(LiveCase):
    """A supervision on which everybody can send requests."""

    def tag(self, name: str = "Raili") -> str:
        return super().tag(name)

    def moves(self, code: str, name: str = "Raili") -> str:
        return super().moves(code, name)

    def plans(self, kind: str, *, name: str = "Raili", days: int = 1, **more: Any) -> str:
        return super().plans(kind, name=name, days=days, **more)

    def scan(self, name: str, content: bytes, mime: str = "application/pdf") -> str:
        return str(self.raili.does(f"scans?whose={self.ids[name]}", content, Content_Type=mime)["id"])

    def comes(self, name: str, role: str, **more: Any) -> str:
        body = {"person": self.house.person(name), "role": role, **more}
        self.ids[name] = self.raili.does("participants", body)["id"]
        return self.ids[name]

    def stands_in(self, phase: str) -> None:
        """Let it stand in a phase, whatever its guards say."""
        with self.writing() as db:
            seat = take_seat(db, WORKFLOWS, self.number, self.people["Raili"], writing=True)
            changes = {"phase": phase, "rung": phase}
            record.append(db, seat.case, "stand", actor=seat.participant_id, changes=changes)

    def is_marked(self, **values: str) -> None:
        """Let Raili have left marks, as acts leave them that are no matter here: `form_chosen="group"`."""
        with self.writing() as db:
            seat = take_seat(db, WORKFLOWS, self.number, self.people["Raili"], writing=True)
            for kind, value in values.items():
                row = Mark(id=db.new_id(), case_id=seat.case.id, participant_id=seat.participant_id, value=value)
                row.kind, row.about, row.way, row.recorded_by = (
                    kind.replace("_", "-"),
                    "",
                    "own-device",
                    row.participant_id,
                )
                row.at = db.now()
                db.add(row)
            record.append(db, seat.case, "stand", actor=seat.participant_id)


def supervision_at(
    house: House,
    phase: str = "active",
    *,
    people: Sequence[str] = WORK_COMMUNITY,
    manager: bool = True,
    form: str = "work-community",
) -> Supervision:
    """A supervision in a phase, with these supervised, and their manager."""

    def made() -> tuple[str, dict[str, str]]:
        house.person("Leena", office="hr", organisation="Esimerkkilä")
        house.people["Vilho"] = house.people["Leena"]
        house.tokens["Vilho"] = house.tokens["Leena"]
        house.person("Raili", office="mediator", organisation="Työnohjaajat")
        for name in (*people, "Marko", "Hilkka"):
            house.person(name)
        case = Supervision(house)
        with case.writing() as db:
            refer_case(db, case, *people, workflow=SUPERVISION)
            case.does(db, "Leena", acts.orders.order_mediation, terms="Työnohjausta kotihoidon tiimille.")
            case.does(db, "Leena", acts.cases.assign_mediator, house.people["Raili"])
            if manager:
                marko = acts.participants.Someone(person_id=house.people["Marko"])
                case.does(db, "Raili", acts.participants.add_participant, marko, "manager")
        case.learn_people()
        case.ids.pop("Vilho", None)
        case.stands_in(phase)
        case.is_marked(form_chosen=form)
        return case.number, case.ids

    what = "supervision", phase, people, manager, form
    case = Supervision(house, *house.ready_made(what, made))
    case.later(hours=1)
    return case
