"""The story of case 10.2, told through HTTP on both databases."""

import pytest

from demo import breach
from mediation.case import record
from tests.houses import House
from tests.stories.test_smooth_story import stage_in


@pytest.mark.seconds
def test_the_breached_case_is_amended_and_kept(house: House) -> None:
    number = breach.play(stage_in(house, []))
    with house.installation.database.reading() as db:
        case_id = db.connection().exec_driver_sql(f"select id from cases where number = '{number}'").scalar_one()
        assert record.verify(db, case_id).holds
