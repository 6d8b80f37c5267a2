"""An invitation can be read after signing in and on paper, with every blank filled or left out, and be sent or printed again."""

from datetime import timedelta

import pytest

from tests.houses import House
from tests.world import LiveCase, address, post_of, referred

SIGNED = {
    "letters_from": "Esimerkkilän palvelut",
    "letters_contact": "neuvonta@example.org",
    "complaint_route": "asiakaspalvelu@example.org",
}
MAILED = "Sinulle on kutsu"


@pytest.fixture
def case(house: House) -> LiveCase:
    """A case in preparation; the mediators' organisation says how its letters are signed."""
    house.person("Arvo", office="admin", organisation="Sovittelijat")
    case = referred(house)
    case["Arvo"].does(f"PUT /organisations/{house.organisation('Sovittelijat')}/letters", SIGNED)
    post_of(house)
    return case


def invited(case: LiveCase, **more: object) -> str:
    return str(case.meri.does("invitations", {"participant": case.ids["Pekka"], **more})["id"])


def read(case: LiveCase, name: str = "Pekka") -> str:
    letter = case[name].reads("invitation")
    return "\n".join(
        [letter["subject"], *(line for one in letter["sections"] for line in [one["heading"], *one["paragraphs"]])]
    )


def entries(case: LiveCase) -> int:
    return int(case.meri.reads("record")["entries"])


def test_the_invited_reads_the_whole_invitation_with_what_is_known_now(case: LiveCase) -> None:
    case.pekka.refused("GET invitation", None, 404, "invitation-not-found")
    invited(case)
    [letter] = [one for one in post_of(case.house) if one["To"] == address("Pekka")]
    assert letter["Subject"] == MAILED
    assert str(letter["From"]).startswith("Esimerkkilän palvelut <")
    before = read(case)
    for said in (
        "Meri",
        "Sovittelijat",
        "neuvonta@example.org",
        "asiakaspalvelu@example.org",
        "tietosuoja.fi",
        "maksa",
    ):
        assert said in before
    assert "Tapaamiselle on varattu aika" not in before
    at = (case.house.clock.at + timedelta(days=3)).isoformat()
    plan = {"kind": "separate", "planned_at": at, "minutes": 90, "form": "on-site", "place": "Kirjasto, 2. krs"}
    case.meri.does("sessions", {**plan, "with_participant": case.ids["Pekka"]})
    after = read(case)
    for said in ("Tapaamiselle on varattu aika", "1 tunti 30 minuuttia", "paikan päällä", "Kirjasto, 2. krs"):
        assert said in after
    case.aino.refused("GET invitation", None, 404, "invitation-not-found")
    case.vilho.refused("GET invitation", None, 404, "invitation-not-found")


def test_an_invitation_that_was_lost_is_sent_again_and_both_are_recorded(case: LiveCase) -> None:
    invited(case)
    first = entries(case)
    assert invited(case) == invited(case)
    assert entries(case) == first
    assert len([one for one in post_of(case.house) if one["Subject"] == MAILED]) == 1
    case.later(minutes=20)
    invited(case)
    assert entries(case) == first + 1
    assert len([one for one in post_of(case.house) if one["Subject"] == MAILED]) == 1


def test_an_invitation_is_printed_for_somebody_with_an_address_and_that_is_recorded(case: LiveCase) -> None:
    invited(case)
    post_of(case.house)
    first = entries(case)
    invited(case, on_paper=True)
    assert entries(case) == first + 1
    assert post_of(case.house) == []
    [letter] = [one for one in case.meri.reads("letters") if one["kind"] == "invitation"]
    paper = case.meri.asks(f"GET letters/{letter['id']}/paper")
    assert paper.content.startswith(b"%PDF-"), paper.text
    case.meri.does(f"letters/{letter['id']}/handing-over")
    assert entries(case) == first + 2


def test_the_name_of_a_sender_says_nothing_of_mediation(case: LiveCase) -> None:
    here = f"PUT /organisations/{case.house.organisation('Sovittelijat')}/letters"
    for name in ("Sovittelutoimisto", "Medlarna", "Mediation Ltd", "Riita ja konflikti"):
        case["Arvo"].refused(here, SIGNED | {"letters_from": name}, 422, "sender-tells")
    case.meri.refused(here, SIGNED, 403, "office-needed")
