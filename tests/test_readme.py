"""What the README says is so."""

import re
from pathlib import Path

from mediation.drawing import mermaid
from workflows import WORKFLOWS

HOUSE = Path(__file__).parent.parent
README = (HOUSE / "README.md").read_text("utf-8")


def test_the_picture_of_the_workflow_is_fresh() -> None:
    drawn = re.search(r"```mermaid\n(.*?)```", README, re.DOTALL)
    assert drawn is not None
    assert drawn[1] == mermaid(WORKFLOWS["mediation"]), "mediation workflow draw mediation"


def test_every_room_it_names_is_there() -> None:
    named = re.findall(r"`((?:mediation|workflows|api|templates|demo|tests|bench)/[\w./*]*)`", README)
    assert len(named) > 10
    for place in named:
        assert list(HOUSE.glob(place.rstrip("/"))), place


def test_every_target_it_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (HOUSE / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets
