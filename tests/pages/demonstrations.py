"""Demonstrations as `make demo` shows them: the cases to try of a story, and where asked for the story itself."""

from functools import partial
from itertools import count
from pathlib import Path

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from demo.cases import Played
from demo.pages import Demonstration, demonstrated, newest_letter
from demo.play import STORIES
from demo.stage import Stage, StageClock
from mediation.installation.installation import Installation, open_installation
from mediation.letters.delivery import deliver_due
from mediation.letters.post import post_for
from mediation.settings import Settings


def played(home: Path, story: str = "smooth", *, whole: bool = False) -> tuple[Installation, Demonstration]:
    """A new installation under `home` with the cases to try of a story, `whole` with its own, and what there is to show."""
    told, numbers, clock = STORIES[story], count(1), StageClock()
    settings = Settings.under(home, {"demonstration": True})
    installation = open_installation(settings, clock=clock, draw=lambda bound: next(numbers) % bound)
    app = create_app(installation)

    def connect(token: str) -> httpx.Client:
        return TestClient(app, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})

    def post() -> None:
        deliver_due(installation.database, post_for(settings), settings, limit=1_000)

    stage = Stage(installation, clock, connect, post=post, newest_letter=partial(newest_letter, home / "letters"))
    own = [Played(told.play(stage), told.waits)] if whole and told.waits else []
    cases = own + told.play_cases(stage)
    post()
    return installation, Demonstration(stage.actors, cases, home / "letters", told.cast)


class Shown:
    """The demonstrations of a package of tests, each played once, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: dict[str, tuple[Installation, FastAPI]] = {}

    def of(self, story: str) -> FastAPI:
        """The application that shows a story whole."""
        if story not in self._opened:
            installation, shown = played(self._folder / story / "var", story, whole=True)
            self._opened[story] = installation, demonstrated(installation, shown)
        return self._opened[story][1]

    def close(self) -> None:
        for installation, _ in self._opened.values():
            installation.close()
