"""The story of case 10.1, told through HTTP on both databases."""

import httpx
from fastapi.testclient import TestClient

from api.app import create_app
from demo import smooth
from demo.stage import Stage, StageClock
from mediation.installation.installation import Installation
from tests.houses import House


def stage_in(house: House, lines: list[str]) -> Stage:
    """A stage in a house."""
    clock = StageClock()
    installation = Installation(
        house.installation.settings,
        house.installation.database,
        house.installation.keyring,
        house.installation.seal_key,
        house.installation.sealer,
    )
    installation.database.clock = clock
    app = create_app(installation)

    def connect(token: str) -> httpx.Client:
        return TestClient(app, headers={"Authorization": f"Bearer {token}"})

    return Stage(installation, clock, connect, lines.append, marks=True)


def test_the_smooth_case_is_carried_from_its_referral_to_its_closing(house: House) -> None:
    lines: list[str] = []
    number = smooth.play(stage_in(house, lines))
    assert number == "2027-0001"
