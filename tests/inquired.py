"""A work supervision that began with an inquiry, for tests of what is left of it once it was taken and its summary is settled."""

from datetime import timedelta

from mediation.installation.due import do_what_is_due
from mediation.retention import run as retention
from tests.acts.test_inquiries import confirmed, open_house
from tests.houses import House
from tests.supervised import Supervision
from workflows import WORKFLOWS


def settled_supervision(house: House) -> Supervision:
    """Raili took it, and goes on with it; Anna administers her office. What the orderer is told of it is settled."""
    asked = confirmed(open_house(house))
    case = Supervision(house, asked.number)
    case.anna.does("mediators", {"person": house.people["Raili"], "role": "supervisor"})
    case.learn_people(tokens=True)
    case.stands_in("closing-evaluation")
    case.raili.does("summary", {"words": "Ryhmä on oppinut puhumaan kuormasta.", "language": "fi"})
    skip(house, 20)
    case.stands_in("active")
    return case


def skip(house: House, days: int) -> None:
    """Let days pass, and what is due then be done by a clock that goes on."""
    house.clock.at += timedelta(days=days)
    retention.run(house.installation.database)
    do_what_is_due(house.installation.database, WORKFLOWS)
