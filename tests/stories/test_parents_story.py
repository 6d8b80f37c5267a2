"""The story of a parent guidance, told through HTTP on both databases."""

import re

import pytest

from demo import parents
from demo import parents_words as words
from demo.stage import Stage
from mediation.case import record
from mediation.letters.delivery import deliver_due
from mediation.sealing.verification import verify_sealed
from tests.houses import House
from tests.stories.test_smooth_story import stage_in
from tests.world import body_of
from tests.world.letters import Pigeonhole


def stage_with_letters(house: House) -> Stage:
    """A stage whose letters go out and are read."""
    stage, post = stage_in(house, []), Pigeonhole()
    settings = house.installation.settings
    stage.post = lambda: (deliver_due(stage.installation.database, post, settings, limit=10_000), None)[1]

    def newest(to: str, holding: str) -> str:
        return next(body_of(one) for one in reversed(post.letters) if one["To"] == to and holding in body_of(one))

    stage.newest_letter = newest
    return stage


@pytest.mark.seconds
def test_two_parents_are_guided_and_nobody_else_is_told(house: House) -> None:
    stage = stage_with_letters(house)
    number = parents.play(stage)
    raili, riikka, samu = (stage.actors[one] for one in ("työnohjaaja", "Riikka", "Samu"))
    with house.installation.database.reading() as db:
        case_id = db.connection().exec_driver_sql(f"select id from cases where number = '{number}'").scalar_one()
        assert record.verify(db, case_id).holds
    contract = raili.get(f"/api/cases/{number}/agreement")
    [sealed] = [one for one in contract["documents"] if one["kind"] == "sealed"]
    content = samu.fetch(f"/api/cases/{number}/documents/{sealed['id']}")
    assert verify_sealed(content, house.installation.seal_key.certificate_pem).ok
    case = samu.get(f"/api/cases/{number}")
    assert sorted(one["name"] for one in case["participants"]) == ["Raili Rinne", "Riikka Ranta", "Samu Sarkola"]
    assert (case["phase"], case["outcome"]) == ("closed", "supervision-completed")
    held = [one["form"] for one in case["sessions"] if one["kind"] == "supervision"]
    assert held == ["on-site", "remote"] * 3
    for one in (raili, riikka, samu):
        assert one.get(f"/api/cases/{number}/summary")["settled"] is None
        assert one.get("/api/statuses")["statuses"] == []
    for parent, rating in ((riikka, 4), (samu, 3)):  # each reads only what is their own
        goals = parent.get(f"/api/cases/{number}/goals")["goals"]
        assert {line["rating"] for goal in goals for line in goal["ratings"]} == {rating}
        assert str(parent.get(f"/api/cases/{number}/statements")).count(words.AFRAID) == 1
    anu = stage.actors["toimisto"]
    for path in ("", "/agreement", "/inquiry", "/summary"):
        assert words.NEED not in anu.client.get(f"/api/cases/{number}{path}").text
        assert anu.client.get(f"/api/cases/{number}{path}").status_code in {200, 403, 404}
    page = raili.client.get(f"/cases/{number}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert not re.search("orderer|Tilaaja", page.text)  # nobody ordered it, to whom anything were told
