"""Inquiries about work supervision: asked without an account, unread until confirmed, then a case that somebody takes."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from mediation.acts.inquiries import ASKING, SIZE
from mediation.installation.due import do_what_is_due
from mediation.people.directory import find_person, give_office
from mediation.retention.run import run as retention_run
from mediation.store.models import Case, Inquiry, Letter, Person
from tests.houses import House
from tests.world import LiveCase, answered, body_of, count, everything_in, post_of, problem
from workflows import WORKFLOWS

NEED = "Vuorotyön tiimi tarvitsee tilan, jossa pohtia kuormittavia asiakastilanteita."
ASKED = {
    "asked_for": "employer",
    "need": NEED,
    "work_field": "Lastensuojelu",
    "wished_form": "work-community",
    "wished_kind": "client-work",
    "people": 7,
    "wished_times": "Tiistaiaamut",
    "email": "leena@kunta.example",
    "language": "fi",
}
HERE = "/api/inquiries/ohjaajat"


def open_house(house: House) -> House:
    """A house in which Raili supervises for an office that takes inquiries, and Anna administers it."""
    house.person("Raili", office="mediator", organisation="Ohjaajat")
    house.person("Anna", office="admin", organisation="Ohjaajat")
    takes(house)
    return house


def takes(house: House, *, is_open: bool = True, address: str = "ohjaajat") -> None:
    where = f"/api/organisations/{house.organisation('Ohjaajat')}/inquiries"
    answered(house.client("Anna").put(where, json={"inquiry_address": address, "takes_inquiries": is_open}))


def asks(house: House, **more: Any) -> httpx.Response:
    return house.client().post(HERE, json={**ASKED, **more})


def secret_in(house: House, address: str = "leena@kunta.example") -> str:
    """The secret of the link in the newest letter to an address."""
    letters = [body_of(one) for one in post_of(house) if one["To"] == address]
    found = re.search(r"inquiry#([\w-]+)", letters[-1])
    assert found
    return found[1]


def confirms(house: House, secret: str, name: str = "Leena Laine") -> httpx.Response:
    return house.client().post("/api/inquiry-confirmations", json={"secret": secret, "name": name})


def confirmed(house: House, **more: Any) -> LiveCase:
    """A case that began with an inquiry; Leena, who asked, and all others have tokens."""
    answered(asks(house, **more))
    answered(confirms(house, secret_in(house)))
    case = LiveCase(house)
    with house.installation.database.reading() as db:
        case.number = db.scalars(select(Case.number)).one()
    case.learn_people(tokens=True)
    return case


@pytest.fixture
def asked(sqlite_house: House) -> House:
    return open_house(sqlite_house)


def test_an_inquiry_becomes_a_case_once_its_address_is_confirmed(house: House) -> None:
    case = confirmed(open_house(house))
    assert case.line("Leena")["status"] == "not-started"
    [waiting] = case.raili.reads("/inquiries")
    assert (waiting["number"], waiting["wished_form"], waiting["people"]) == (case.number, "work-community", 7)
    assert NEED not in str(waiting)
    case.raili.does("mediators", {"person": case.people["Raili"]})
    told = case.raili.reads("inquiry")
    assert (told["need"], told["work_field"], told["wished_times"]) == (NEED, "Lastensuojelu", "Tiistaiaamut")
    assert case.raili.reads("/inquiries") == []
    assert case.line("Leena")["referral"]["subject"] == NEED
    case.leena.does("order", {"terms": "120 euroa tunnilta"})
    assert case.raili.reads()["order"]["terms"] == "120 euroa tunnilta"


def test_nobody_reads_an_inquiry_that_is_not_confirmed_and_it_is_deleted(house: House) -> None:
    answered(asks(open_house(house)))
    assert house.client("Raili").get("/api/inquiries").json() == []
    assert (count(house, Case), count(house, Inquiry)) == (0, 1)
    assert NEED.encode() not in everything_in(house)
    people = count(house, Person)
    secret = secret_in(house)
    house.clock.at += timedelta(hours=48, seconds=1)
    problem(confirms(house, secret), 401, "link-unusable")
    do_what_is_due(house.installation.database, WORKFLOWS)
    assert (count(house, Inquiry), count(house, Case), count(house, Person)) == (0, 0, people - 1)


def test_a_link_pressed_twice_makes_one_case(house: House) -> None:
    answered(asks(open_house(house)))
    secret = secret_in(house)
    told = [answered(confirms(house, secret)) for _ in range(3)]
    assert told == [{"confirmed": True}] * 3
    assert (count(house, Case), count(house, Inquiry)) == (1, 1)


def test_the_answer_tells_nothing_of_an_address(asked: House) -> None:
    asked.person("Sanna")
    answers = [asks(asked, email=one) for one in ("sanna@example.org", "nobody@example.net", "sanna@example.org")]
    assert {(one.status_code, one.text) for one in answers} == {(202, '{"hours":48}')}


def test_administrators_and_who_may_supervise_hear_of_it_and_nobody_else_does(asked: House) -> None:
    asked.person("Outi", office="mediator", organisation="Muualla")
    confirmed(asked)
    heard = {one["To"]: body_of(one) for one in post_of(asked) if "tiedustelu, jolle" in body_of(one)}
    assert set(heard) == {"raili@example.org", "anna@example.org"}
    assert NEED not in "".join(heard.values())
    assert asked.client("Outi").get("/api/inquiries").json() == []


def test_who_takes_an_inquiry_is_of_the_organisation_and_takes_it_only_while_nobody_has(asked: House) -> None:
    asked.person("Outi", office="mediator", organisation="Muualla")
    asked.person("Pirjo", office="mediator", organisation="Ohjaajat")
    case = confirmed(asked)
    case.outi.refused("mediators", {"person": case.people["Outi"]}, 404, "case-not-found")
    case.raili.does("mediators", {"person": case.people["Raili"]})
    case.pirjo.refused("mediators", {"person": case.people["Pirjo"]}, 404, "case-not-found")
    case.anna.does("mediators", {"person": case.people["Pirjo"]})
    assert case.raili.asks("GET inquiry").status_code in {403, 404}


def test_who_administers_an_office_of_one_may_supervise_whoever_asked_from_outside(asked: House) -> None:
    case = confirmed(asked)
    with case.writing() as db:
        from_outside = db.scalars(select(Case.from_outside)).one()
    assert from_outside
    with case.writing() as db:
        give_office(db, find_person(db, case.people["Raili"]), asked.organisation("Ohjaajat"), "admin")
    case.raili.does("mediators", {"person": case.people["Raili"]})
    assert case.raili.reads("inquiry")["need"] == NEED


def test_an_employer_that_takes_inquiries_of_its_own_staff_supervises_none_of_them_in_its_office(asked: House) -> None:
    asked.person("Vilho", office="hr", organisation="Ohjaajat")
    case = confirmed(asked)
    case.anna.refused("mediators", {"person": case.people["Anna"]}, 403, "cannot-be-chosen")


def test_parents_ask_for_themselves_and_no_employer_orders(asked: House) -> None:
    case = confirmed(asked, wished_kind="parent-guidance", people=2)
    assert case.leena.reads()["you"]["roles"] == ["supervisee"]
    assert case.leena.reads("inquiry")["need"] == NEED
    case.leena.refused(f"GET /statuses/{case.number}", None, 404, "case-not-found")


def test_who_asked_reads_who_opened_their_inquiry(asked: House) -> None:
    case = confirmed(asked, wished_kind="parent-guidance", people=2)
    case.anna.does("mediators", {"person": case.people["Raili"]})
    case.raili.reads("inquiry")
    assert [one["item"] for one in case.leena.reads("reads") if one["reader"] == "Raili"] == ["inquiry"]
    assert case.raili.reads("reads") == []


def test_an_inquiry_is_asked_only_where_somebody_takes_them(asked: House) -> None:
    takes(asked, is_open=False)
    problem(asks(asked), 404, "address-unknown")
    problem(asked.client().post("/api/inquiries/nowhere", json=ASKED), 404, "address-unknown")
    assert count(asked, Inquiry) == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"need": ""}, "text-empty"),
        ({"need": " \u200b "}, "text-empty"),
        ({"need": "x" * (SIZE + 1)}, "text-too-long"),
        ({"need": "x" * 3_000, "wished_times": "y" * 1_100}, "inquiry-too-long"),
        ({"need": "ä" * 2_100}, "inquiry-too-long"),
        ({"need": "x" * 20_000}, "text-too-long"),
        ({"email": "leena@"}, "email-malformed"),
        ({"email": "leena@kunta.example\nBcc: all@example.org"}, "email-malformed"),
        ({"language": "xx"}, "language-unknown"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(asked: House, wrong: dict[str, Any], code: str) -> None:
    problem(asks(asked, **wrong), 422, code)
    assert count(asked, Inquiry) == 0


@pytest.mark.parametrize(
    "wrong", [{"people": 0}, {"people": 31}, {"people": "7"}, {"wished_form": "therapy"}, {"who": "Sanna"}]
)
def test_what_is_of_the_wrong_form_is_refused(asked: House, wrong: dict[str, Any]) -> None:
    assert asks(asked, **wrong).status_code == 422
    assert count(asked, Inquiry) == 0


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "{{ 7 * 7 }} #panic()", "'; DROP TABLE cases; --", "=1+1"]
)
def test_hostile_words_are_words(asked: House, words: str) -> None:
    case = confirmed(asked, need=words)
    case.raili.does("mediators", {"person": case.people["Raili"]})
    assert case.raili.reads("inquiry")["need"] == words
    assert "49" not in "".join(body_of(one) for one in post_of(asked))


def test_who_keeps_asking_has_to_wait_and_what_was_asked_before_is_not_lost(asked: House) -> None:
    answers = [asks(asked, email=f"leena{number}@kunta.example").status_code for number in range(40)]
    assert answers == [202] * ASKING.burst + [429] * (40 - ASKING.burst)
    assert count(asked, Inquiry) == ASKING.burst
    asked.clock.at += ASKING.interval
    assert asks(asked, email="late@kunta.example").status_code == 202


def test_a_mailbox_is_not_flooded(asked: House) -> None:
    for _ in range(8):
        asked.clock.at += ASKING.interval
        answered(asks(asked))
    with asked.installation.database.reading() as db:
        letters = db.scalar(select(func.count()).select_from(Letter).where(Letter.kind == "inquiry-asked"))
    assert letters == 3


@pytest.mark.parametrize("address", ["", "a", "Ohjaajat", "ohjaa jat", "-ohjaajat", "ohjaajat/x", "o" * 41])
def test_an_address_has_a_form(asked: House, address: str) -> None:
    where = f"/api/organisations/{asked.organisation('Ohjaajat')}/inquiries"
    answer = asked.client("Anna").put(where, json={"inquiry_address": address, "takes_inquiries": True})
    assert answer.status_code == 422


def test_an_address_is_of_one_organisation(asked: House) -> None:
    asked.person("Outi", office="admin", organisation="Muualla")
    where = f"/api/organisations/{asked.organisation('Muualla')}/inquiries"
    body = {"inquiry_address": "ohjaajat", "takes_inquiries": True}
    problem(asked.client("Outi").put(where, json=body), 422, "inquiry-address-taken")
    other = f"/api/organisations/{asked.organisation('Ohjaajat')}/inquiries"
    problem(asked.client("Outi").put(other, json=body), 404, "organisation-not-found")


def test_what_an_inquiry_said_is_deleted_with_the_content_of_its_case(asked: House) -> None:
    case = confirmed(asked)
    case.raili.does("mediators", {"person": case.people["Raili"]})
    case.raili.does("discontinuation", {"outcome": "supervision-not-begun"})
    case.later(days=15)
    retention_run(asked.installation.database)
    told = case.raili.reads("inquiry")
    assert (told["need"], told["work_field"], told["wished_times"]) == (None, None, None)
    assert NEED.encode() not in everything_in(asked)
