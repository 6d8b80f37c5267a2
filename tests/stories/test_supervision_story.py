"""The story of a work supervision, told through HTTP on both databases."""

from demo import supervision
from demo import supervision_words as words
from mediation.case import record
from mediation.sealing.verification import verify_sealed
from tests.houses import House
from tests.stories.test_smooth_story import stage_in


def test_a_work_community_is_supervised_for_a_year(house: House) -> None:
    stage = stage_in(house, [])
    number = supervision.play(stage)
    with house.installation.database.reading() as db:
        case_id = db.connection().exec_driver_sql(f"select id from cases where number = '{number}'").scalar_one()
        assert record.verify(db, case_id).holds
    raili, leena = stage.actors["työnohjaaja"], stage.actors["tilaaja"]
    contract = raili.get(f"/api/cases/{number}/agreement")
    assert contract["version"] == 2
    [sealed] = [one for one in contract["documents"] if one["kind"] == "sealed"]
    content = raili.fetch(f"/api/cases/{number}/documents/{sealed['id']}")
    assert verify_sealed(content, house.installation.seal_key.certificate_pem).ok
    assert leena.get(f"/api/cases/{number}/summary")["settled"]["words"] == {"fi": [words.SUMMARY]}
