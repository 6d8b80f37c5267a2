"""People leave: an account ends at once, and what a party has stays theirs."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from mediation.acts.statements import speak_privately
from mediation.people.directory import add_person, find_by_email, find_person, give_office
from mediation.people.leavers import deactivate
from mediation.sealing.verification import verify_sealed
from mediation.store.models import Participant, Person, RoleHeld, get
from mediation.words.catalogue import say
from tests.cases import Table, case_in
from tests.houses import House
from tests.world import address, browser, post_of, problem, secret_in

AINO, HOME = address("aino"), "aino@home.example"
WORDS = "Minua loukkasi viestin sävy."


@pytest.fixture
def agreed(house: House) -> Table:
    """A sealed agreement between Aino and Pekka; Aino, who also mediates elsewhere, said something of her own."""
    table = case_in(house, "follow-up", ready=False)
    with table.writing() as db:
        give_office(db, find_person(db, house.people["Aino"]), house.organisation("Esimerkkilä"), "mediator")
        table.does(db, "Aino", speak_privately, WORDS, language="fi")
    return table


def with_own_address(house: House, name: str, email: str) -> None:
    """Let somebody have an address of their own."""
    client = browser(house, address(name))
    client.post("/api/own-address", json={"email": email})
    [secret] = [secret_in(one) for one in post_of(house) if one["To"] == email]
    assert client.post("/api/own-address/confirmations", json={"secret": secret}).json() == {"confirmed": True}


def end_account(house: House, name: str) -> None:
    with house.installation.database.writing() as db:
        deactivate(db, find_person(db, house.people[name]))
    post_of(house)


def paths(response: httpx.Response) -> dict[str, bytes]:
    """What is in a zip."""
    assert (response.status_code, response.headers["content-type"]) == (200, "application/zip"), response.text
    with ZipFile(BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_whose_account_ended_comes_back_to_their_own_case_through_their_own_address(agreed: Table) -> None:
    house, case = agreed.house, f"/api/cases/{agreed.number}"
    with_own_address(house, "Aino", HOME)
    end_account(house, "Aino")
    aino = browser(house, HOME)
    current = aino.get("/api/sign-in/sessions/current").json()
    assert (current["name"], current["active"], current["has_own_address"]) == ("Aino", False, True)
    whole = aino.get(case).json()
    assert whole["you"]["roles"] == ["party"]
    assert WORDS in {one["words"] for one in whole["statements"]}
    assert [one["number"] for one in aino.get("/api/cases").json()["cases"]] == [agreed.number]
    assert aino.get(f"{case}/agreement").json()["state"] == "sealed"
    assert {"1/allekirjoitettu-sopimus-v1.pdf", "own-words.txt"} <= paths(aino.get(f"{case}/own-copy")).keys()


def test_the_address_at_work_opens_nothing_any_more(agreed: Table) -> None:
    house = agreed.house
    with_own_address(house, "Aino", HOME)
    end_account(house, "Aino")
    assert house.client().post("/api/sign-in/links", json={"email": AINO}).json() == {"minutes": 15}
    assert post_of(house) == []
    with house.installation.database.writing() as db:
        other = add_person(db, "Aino Uusi", "fi", AINO)  # the mailbox is somebody else's by now
        assert other.id != house.people["Aino"]
    problem(browser(house, AINO).get(f"/api/cases/{agreed.number}"), 404, "case-not-found")


def test_without_an_address_of_their_own_nobody_comes_and_letters_wait_to_be_handed_over(agreed: Table) -> None:
    house = agreed.house
    with_own_address(house, "Pekka", "pekka@home.example")
    for name in ("Aino", "Pekka"):
        end_account(house, name)
    house.client().post("/api/sign-in/links", json={"email": AINO})
    assert post_of(house) == []
    with house.installation.database.reading() as db:
        rows = select(Participant).where(Participant.id.in_([agreed.ids["Aino"], agreed.ids["Pekka"]]))
        addresses = {one.id: get(db, one, "email") for one in db.scalars(rows)}
    assert addresses == {agreed.ids["Aino"]: None, agreed.ids["Pekka"]: "pekka@home.example"}


def test_who_was_only_staff_does_not_come_back(agreed: Table) -> None:
    house = agreed.house
    for name in ("Meri", "Vilho", "Kaarina"):
        with_own_address(house, name, f"{name.lower()}@home.example")
        end_account(house, name)
        house.client().post("/api/sign-in/links", json={"email": f"{name.lower()}@home.example"})
    assert post_of(house) == []


def test_of_several_seats_only_those_of_a_party_last(agreed: Table) -> None:
    house = agreed.house
    other = case_in(house, "preparation")
    with_own_address(house, "Pekka", "pekka@home.example")
    with house.installation.database.writing() as db:
        there = RoleHeld.participant_id == other.ids["Pekka"]
        db.execute(update(RoleHeld).where(there).values(role="co-mediator"))
    assert house.client("Pekka").get(f"/api/cases/{other.number}").status_code == 200
    end_account(house, "Pekka")
    pekka = browser(house, "pekka@home.example")
    assert [one["number"] for one in pekka.get("/api/cases").json()["cases"]] == [agreed.number]
    problem(pekka.get(f"/api/cases/{other.number}"), 404, "case-not-found")
    for path in ("/api/statuses", "/api/offices"):
        assert pekka.get(path).status_code == 403
    problem(pekka.post("/api/tokens", json={}), 403, "account-ended")
    problem(pekka.get("/api/statuses"), 403, "account-ended")


def test_a_party_who_left_still_takes_part_and_can_change_the_own_address(agreed: Table) -> None:
    house = agreed.house
    with_own_address(house, "Aino", HOME)
    end_account(house, "Aino")
    aino = browser(house, HOME)
    said = {"audience": "mediator", "words": "Vielä yksi asia.", "language": "fi"}
    assert aino.post(f"/api/cases/{agreed.number}/statements", json=said).status_code == 201
    assert aino.post("/api/own-address", json={"email": "uusi@home.example"}).status_code == 202
    [letter] = [one for one in post_of(house) if one["To"] == "uusi@home.example"]
    aino.post("/api/own-address/confirmations", json={"secret": secret_in(letter)})
    assert browser(house, "uusi@home.example").get(f"/api/cases/{agreed.number}").status_code == 200
    house.client().post("/api/sign-in/links", json={"email": HOME})
    assert [one["To"] for one in post_of(house) if "sign-in#" in str(one.get_content())] == []


def test_an_address_becomes_somebodys_own_once_its_owner_confirms_it(house: House) -> None:
    house.person("Aino")
    aino = browser(house, AINO)
    assert aino.post("/api/own-address", json={"email": HOME}).json()["minutes"] == 60
    with house.installation.database.reading() as db:
        assert find_by_email(db, HOME) is None
    [letter] = post_of(house)
    assert letter["To"] == HOME
    secret = secret_in(letter)
    with TestClient(house.app) as mailbox:  # without any session: the mailbox may be read elsewhere
        assert mailbox.post("/api/own-address/confirmations", json={"secret": secret}).status_code == 201
        problem(mailbox.post("/api/own-address/confirmations", json={"secret": secret}), 401, "link-unusable")
    assert browser(house, HOME).get("/api/sign-in/sessions/current").json()["name"] == "Aino"


def test_nobody_takes_an_address_that_is_somebody_elses_and_learns_nothing_by_trying(house: House) -> None:
    for name in ("Aino", "Pekka"):
        house.person(name)
    aino = browser(house, AINO)
    answers = {aino.post("/api/own-address", json={"email": email}).content for email in (address("pekka"), HOME)}
    assert len(answers) == 1
    letters = {one["To"]: secret_in(one) for one in post_of(house)}
    taken = house.client().post("/api/own-address/confirmations", json={"secret": letters[address("pekka")]})
    problem(taken, 401, "link-unusable")
    with house.installation.database.reading() as db:
        assert db.scalars(select(Person.private_email_hash)).all() == [None, None]
    problem(aino.post("/api/own-address", json={"email": "x"}), 422, "email-malformed")
    assert aino.post("/api/own-address", json={"email": HOME}).status_code == 202
    slowed = aino.post("/api/own-address", json={"email": HOME})
    assert "10 minuuttia" in problem(slowed, 429, "asked-too-often")["detail"]
    assert slowed.headers["retry-after"] == "600"


# The copy.


def test_the_copy_holds_the_sealed_file_the_frozen_ones_and_own_words(agreed: Table, tmp_path: Path) -> None:
    house, path = agreed.house, f"/api/cases/{agreed.number}/own-copy"
    found = paths(house.client("Aino").get(path))
    assert {"1/allekirjoitettu-sopimus-v1.pdf", "1/sopimus-fi.pdf", "own-words.txt"} <= found.keys()
    report = verify_sealed(found["1/allekirjoitettu-sopimus-v1.pdf"], house.installation.seal_key.certificate_pem)
    assert report.ok
    words = found["own-words.txt"].decode()
    assert WORDS in words
    assert say("audience.mediator", "fi") in words


def test_the_copy_is_ones_own(agreed: Table) -> None:
    house, path = agreed.house, f"/api/cases/{agreed.number}/own-copy"
    pekka = paths(house.client("Pekka").get(path))
    assert WORDS.encode() not in b"".join(pekka.values())
    kaarina = paths(house.client("Kaarina").get(path))
    assert kaarina
    assert not {"1/allekirjoitettu-sopimus-v1.pdf", "1/sopimus-fi.pdf"} & kaarina.keys()
    for name in ("Meri", "Vilho"):
        assert list(paths(house.client(name).get(path))) == ["own-words.txt"]
    problem(house.client("Outi").get(path), 404, "case-not-found")


def test_the_name_of_the_copy_reveals_nothing(agreed: Table) -> None:
    answer = agreed.house.client("Aino").get(f"/api/cases/{agreed.number}/own-copy")
    assert answer.headers["content-disposition"] == 'attachment; filename="own-copy.zip"'
    assert answer.headers["cache-control"] == "no-store"
