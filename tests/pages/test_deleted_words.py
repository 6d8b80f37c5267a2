"""Pages of a case whose words were deleted: they still open, and say so."""

from datetime import timedelta

import pytest

from mediation.retention import run as retention
from tests.houses import House
from tests.pages.walks import OF_CASE, at, opened
from tests.world import LiveCase, case_at

SEATS = ("Meri", "Aino", "Pekka", "Vilho")


@pytest.fixture
def ended(sqlite_house: House) -> LiveCase:
    """A closed case of which the record alone is left."""
    case = case_at(sqlite_house, "closed")
    sqlite_house.clock.at += timedelta(days=3 * 365)
    assert retention.run(sqlite_house.installation.database).keys
    return case


@pytest.mark.seconds
def test_every_page_of_a_case_opens_also_when_its_words_are_deleted(ended: LiveCase) -> None:
    broken = [
        (who, path, answer.status_code)
        for who in SEATS
        for path in OF_CASE
        if (answer := opened(ended, who, at(path, ended.number))).status_code >= 500
    ]
    assert broken == []
    assert "Poistettu" in opened(ended, "Meri", at("/cases/{number}/problem-statements", ended.number)).text
