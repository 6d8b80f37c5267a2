"""Return-to-work talks, declared beside the product without a change to it, are played over HTTP from their beginning to their end."""

from collections.abc import Iterator

import pytest

from tests.houses import House
from tests.workflow.return_to_work import PHASES, asked_for, follow_up, invitation, plan, return_to_work_declared, talk
from tests.world import LiveCase


@pytest.fixture
def asked(house: House) -> Iterator[LiveCase]:
    """Vilho has asked for talks with Aino."""
    with return_to_work_declared():
        yield asked_for(house)


def test_somebody_comes_back_to_work_with_a_plan_that_is_signed_and_followed_up(asked: LiveCase) -> None:
    case = asked
    assert case.stays("begin-talk") == {"said-yes-to-talk": ["Aino", "Pekka"], "talk-planned": []}
    invitation(case)
    assert case.stays("write-plan") == {"talk-held": []}
    talk(case)
    assert case.line()["status"] == "plan"
    assert case.stays("begin-follow-up") == {"plan-signed": ["Aino", "Pekka"], "later-talks-planned": []}
    plan(case)
    assert case.stays("close") == {"later-talks-held": []}
    follow_up(case)
    line = case.line()
    assert (line["status"], line["outcome"]) == ("closed", "talks-held")
    assert line["notice"]["en"].startswith("The return-to-work talks have ended.")
    assert case.meri.reads()["phase"] == PHASES[-1]
