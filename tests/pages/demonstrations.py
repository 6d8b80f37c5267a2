"""A demonstration in a folder: its cases played in this process."""

from itertools import count
from pathlib import Path

import httpx
from fastapi.testclient import TestClient

from api.app import create_app
from demo.cases import play_cases
from demo.pages import Demonstration
from demo.stage import Stage, StageClock
from mediation.installation.installation import Installation, open_installation
from mediation.letters.delivery import deliver_due
from mediation.letters.post import post_for
from mediation.settings import Settings


def played(home: Path) -> tuple[Installation, Demonstration]:
    """A new installation under `home` with the cases to try, and what there is to show of it."""
    numbers, clock = count(1), StageClock()
    settings = Settings.under(home, {"demonstration": True})
    installation = open_installation(settings, clock=clock, draw=lambda bound: next(numbers) % bound)
    app = create_app(installation)

    def connect(token: str) -> httpx.Client:
        return TestClient(app, headers={"Authorization": f"Bearer {token}"})

    def post() -> None:
        deliver_due(installation.database, post_for(settings), settings, limit=1_000)

    stage = Stage(installation, clock, connect, post=post)
    cases = play_cases(stage)
    post()
    return installation, Demonstration(stage.actors, cases, home / "letters")
