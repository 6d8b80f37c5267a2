"""A case with much in it: its page stays small, and takes no more statements than that of a new one."""

import re
from datetime import timedelta

import httpx
import pytest

from mediation.acts.participants import Someone, add_participant
from mediation.acts.sessions import plan_session
from mediation.acts.statements import speak_to_table
from mediation.store.models import Meeting, Participant, Statement
from tests.houses import House
from tests.role_codes import Role
from tests.world import LiveCase, case_at, count, statements

PARTIES, SESSIONS, STATEMENTS = 8, 60, 100
MOST_ASKED = 15 + 1  # statements, the first of which says who asks
MOST_SENT = 60_000  # bytes
ASSET = re.compile(r'"(/assets/[^"]+)"')


def fill(case: LiveCase) -> None:
    """Let eight take part, sixty sessions be planned and a hundred things be said at the table."""
    with case.writing() as db:
        for number in range(PARTIES - 2):
            someone = Someone(name=f"Osapuoli Osapuolinen-Osapuolela {number}", language="fi", capacity="lähihoitaja")
            case.does(db, "Meri", add_participant, someone, Role.PARTY)
        for number in range(SESSIONS):
            case.does(db, "Meri", plan_session, "joint", db.now() + timedelta(days=1 + number))
        for number in range(STATEMENTS):
            case.does(db, ("Aino", "Pekka")[number % 2], speak_to_table, f"Sanottu {number}. " * 20)


@pytest.mark.parametrize("name", ["Meri", "Aino"])
def test_the_page_of_a_full_case_is_small_and_takes_few_statements(sqlite_house: House, name: str) -> None:
    case = case_at(sqlite_house, "dialogue")
    client = case.client(name)
    before = opened(client, case)
    fill(case)
    assert count(sqlite_house, Meeting) >= SESSIONS
    assert count(sqlite_house, Statement) >= STATEMENTS
    assert count(sqlite_house, Participant) >= PARTIES
    with statements(sqlite_house.installation.database.engine) as asked:
        page = opened(client, case)
    assert len(asked) <= MOST_ASKED, asked
    assert len(before.content) < len(page.content) <= MOST_SENT
    assets = [client.get(one) for one in set(ASSET.findall(page.text))]
    assert assets
    assert sum(len(one.content) for one in assets) <= MOST_SENT


def opened(client: httpx.Client, case: LiveCase) -> httpx.Response:
    """The page of the case."""
    page = client.get(f"/cases/{case.number}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    return page
