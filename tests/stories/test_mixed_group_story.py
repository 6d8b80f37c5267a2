"""The story of a group of two employers with a waiting list, told through HTTP on both databases."""

import pytest

from demo import mixed_group
from demo import mixed_group_words as words
from demo.stage import Actor
from mediation.case import record
from tests.houses import House
from tests.stories.test_smooth_story import stage_in

# Counted by hand: 90 minutes each, 3 + 2 people until Jari left, and 2 + 3 since.
FIRST_QUARTER = [
    ("2027-02-16", "90", "Esimerkkilän kaupunki", "3", "5", "54", "0,90"),
    ("2027-02-16", "90", "Naapurilan kunta", "2", "5", "36", "0,60"),
    ("2027-03-09", "90", "Esimerkkilän kaupunki", "3", "5", "54", "0,90"),
    ("2027-03-09", "90", "Naapurilan kunta", "2", "5", "36", "0,60"),
    ("2027-03-30", "90", "Esimerkkilän kaupunki", "3", "5", "54", "0,90"),
    ("2027-03-30", "90", "Naapurilan kunta", "2", "5", "36", "0,60"),
]
SPRING_DAYS = ("2027-04-20", "2027-05-11", "2027-06-01", "2027-06-08")
LAST_PERIOD = [
    (day, "90", *share)
    for day in SPRING_DAYS
    for share in (("Esimerkkilän kaupunki", "2", "5", "36", "0,60"), ("Naapurilan kunta", "3", "5", "54", "0,90"))
]


def rows_of(reader: Actor, number: str, period: str) -> list[list[str]]:
    path = f"/api/cases/{number}/invoice-basis?period={period}"
    csv = reader.client.get(path, headers={"Accept-Language": "fi"}).content.decode("utf-8-sig")
    return [one.split(";") for one in csv.split("\r\n")[1:] if one]


@pytest.mark.seconds
def test_two_employers_share_a_group_and_who_waited_takes_the_place_of_who_left(house: House) -> None:
    stage = stage_in(house, [])
    number = mixed_group.play(stage)
    raili, leena, kirsti = (stage.actors[one] for one in ("työnohjaaja", "tilaaja", "toinen tilaaja"))
    with house.installation.database.reading() as db:
        case_id = db.connection().exec_driver_sql(f"select id from cases where number = '{number}'").scalar_one()
        assert record.verify(db, case_id).holds
    assert raili.get(f"/api/cases/{number}/agreement")["version"] == 2
    for payer in (leena, kirsti):
        assert payer.get(f"/api/cases/{number}/budget")["periods"] == ["2027-03-31", "2027-06-08"]
        first = rows_of(payer, number, "2027-03-31")
        assert [(one[2], one[4], *one[6:11]) for one in first] == FIRST_QUARTER
        assert [one[3] for one in first[-2:]] == ["myöhään peruttu tapaaminen"] * 2
        assert [(one[2], one[4], *one[6:11]) for one in rows_of(payer, number, "2027-06-08")] == LAST_PERIOD
    told = {payer.name: payer.get(f"/api/statuses/{number}") for payer in (leena, kirsti)}
    assert told["tilaaja"]["order"]["terms"] == words.ORDER
    assert told["tilaaja"]["referral"]["subject"] == words.NEED
    assert (told["toinen tilaaja"]["order"], told["toinen tilaaja"]["referral"]) == (None, None)
    assert [one["number"] for one in kirsti.get("/api/statuses")["statuses"]] == [number]
    for path in ("sessions", "goals", "agreement", "evaluations"):
        assert {payer.client.get(f"/api/cases/{number}/{path}").status_code for payer in (leena, kirsti)} <= {403, 404}
    jari = stage.actors["Jari"]
    assert jari.get(f"/api/cases/{number}")["you"]["roles"] == ["former-supervisee"]
