"""Terms, ground rules and the attendance basis: what a party agrees to has words, in versions (workflow.md rules 1 and 15)."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from mediation.acts.orders import due_orders
from mediation.documents.texts import text_in_every_language
from mediation.store.models import AgreedText, Case, Mark, Order
from mediation.words.catalogue import LANGUAGES, say
from tests.documents.test_documents import text_of
from tests.houses import House
from tests.world import LiveCase, case_at, referred
from workflows import WORKFLOWS

ORDER = {
    "terms": "Kolme tapaamista, 4 800 euroa.",
    "payer": "Esimerkkilän kaupunki",
    "scope": "Tiedonkulku iltavuorossa",
    "if_fails": "Työnantaja jatkaa selvittämistä.",
    "billing_period": "quarter",
    "contact": "Henkilöstöpalvelut",
    "own_lines": {},
    "final_date": "2027-06-30",
}
Json = dict[str, Any]


def terms_of(room: LiveCase, name: str) -> list[Json]:
    """The versions of the terms that somebody reads."""
    return [one for one in room[name].reads("agreed-texts") if one["kind"] == "terms"]


def said_in(text: Json, language: str = "fi") -> str:
    return json.dumps(text["words"][language], ensure_ascii=False)


def orders_anew(room: LiveCase, **changes: Any) -> Json:
    """Vilho changes the order, and what waits for nothing takes effect."""
    answer = room.vilho.does("order", ORDER | changes)
    room.rounds()
    return dict(answer)


def agreed_case(house: House) -> LiveCase:
    """A case whose order says all that it can, and whose parties agreed to the terms."""
    room = referred(house)
    orders_anew(room)
    room.aino.agrees()
    room.pekka.agrees()
    return room


def waits_for_agreement(room: LiveCase) -> list[str]:
    return room.waits_for("open").get("agreed-to-mediate", [])


# What is agreed to has words.


def test_a_party_reads_before_agreeing_who_pays_until_when_and_what_happens_if_it_fails(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    orders_anew(room)
    [text] = terms_of(room, "Aino")
    for words in ("Esimerkkilän kaupunki", "Tiedonkulku iltavuorossa", "Työnantaja jatkaa selvittämistä."):
        assert words in said_in(text)
    assert set(text["words"]) == set(LANGUAGES)
    everything = json.dumps(room.aino.reads(), ensure_ascii=False)
    assert "4 800" not in everything  # the price is between employer and mediator
    assert "order" not in room.aino.reads()


def test_the_terms_name_the_own_employer_and_who_provides_the_mediation_and_no_other_organisation(
    sqlite_house: House,
) -> None:
    sqlite_house.person("Arvo", office="mediator", organisation="Aamun Sovittelijat")
    sqlite_house.person("Hilla", office="hr", organisation="Alavan kunta")
    elsewhere = LiveCase(sqlite_house)
    referral = {"organisation": sqlite_house.organisation("Alavan kunta"), "subject": "Muu asia"}
    elsewhere["Hilla"].does("/cases", referral | {"parties": [{"name": "Veikko", "language": "fi"}]})
    room = referred(sqlite_house)
    orders_anew(room)
    [text] = terms_of(room, "Aino")
    for named in ("Esimerkkilä", "Sovittelijat"):
        assert named in said_in(text)
    for other in ("Aamun", "Alavan"):
        assert other not in said_in(text)


@pytest.mark.parametrize("period", ["month", "quarter"])
def test_the_terms_say_for_which_period_the_payer_reads_hours(sqlite_house: House, period: str) -> None:
    room = referred(sqlite_house)
    orders_anew(room, billing_period=period)
    [text] = terms_of(room, "Aino")
    for language in LANGUAGES:
        assert say(f"billing-period.{period}", language) in said_in(text, language)


def test_agreeing_binds_the_text_that_was_shown(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    shown = room.text("terms")
    room.aino.refused("consents", {"answer": "given"}, 422, "text-not-named")
    room.aino.refused("consents", {"answer": "given", "text": "Z" * 20}, 404, "text-not-found")
    room.aino.refused("consents", {"answer": "given", "text": room.text("ground-rules")}, 404, "text-not-found")
    orders_anew(room)
    room.aino.refused("consents", {"answer": "given", "text": shown}, 409, "text-replaced")
    room.aino.does("consents", {"answer": "given", "text": room.text("terms")})
    with room.writing() as db:
        marks = db.scalars(select(Mark.about).filter_by(kind="agreed-to-mediate", ended_at=None)).all()
    assert marks == [room.text("terms")]


def test_there_are_no_terms_to_agree_to_before_it_is_ordered_and_somebody_leads(sqlite_house: House) -> None:
    room = LiveCase(sqlite_house)
    for name, office in (("Vilho", "hr"), ("Meri", "mediator"), ("Aino", None)):
        sqlite_house.person(name, office=office, organisation="Sovittelijat" if name == "Meri" else "Esimerkkilä")
    referral = {"organisation": sqlite_house.organisation("Esimerkkilä"), "subject": "Vuorot"}
    parties = [{"person": room.people["Aino"]}]
    room.number = room.vilho.does("/cases", referral | {"parties": parties})["number"]
    room.aino.refused("consents", {"answer": "given"}, 409, "terms-not-ready")
    room.vilho.does("order", ORDER)
    room.aino.refused("consents", {"answer": "given"}, 409, "terms-not-ready")
    room.vilho.does("mediators", {"person": room.people["Meri"]})
    room.aino.agrees()


def test_declining_asks_for_no_reading(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    room.aino.does("consents", {"answer": "declined"})
    assert waits_for_agreement(room) == ["Aino"]
    room.aino.agrees()
    assert waits_for_agreement(room) == []


@pytest.mark.parametrize("way", ["said", "own hand of another"])
def test_nobody_agrees_for_a_party(sqlite_house: House, way: str) -> None:
    room = referred(sqlite_house)
    text = room.text("terms")
    if way == "said":
        body = {"answer": "given", "text": text, **room.said("Aino")}
        room.meri.refused("consents", body, 403, "own-hand-only")
    else:
        room.vilho.refused("consents", {"answer": "given", "text": text}, 403, "act-not-yours")
        room.tuula.refused("consents", {"answer": "given", "text": text}, 404, "case-not-found")


# New terms ask again or are told.

ASKS: dict[str, Any] = {
    "payer": "Molemmat työnantajat",
    "scope": "Vain työnjako",
    "if_fails": "Asia päättyy.",
    "final_date": "2027-05-31",
}
IS_TOLD: dict[str, Any] = {"contact": "Vilho Virtanen", "billing_period": "month", "final_date": "2027-08-31"}


@pytest.mark.parametrize("field", ASKS)
def test_what_a_party_agreed_to_is_asked_again_when_it_says_something_else(sqlite_house: House, field: str) -> None:
    room = agreed_case(sqlite_house)
    letters = len(room.letters_to("Aino"))
    orders_anew(room, **{field: ASKS[field]})
    assert waits_for_agreement(room) == ["Aino", "Pekka"]
    assert len(room.letters_to("Aino")) == letters + 1
    room.aino.agrees()
    assert waits_for_agreement(room) == ["Pekka"]


@pytest.mark.parametrize("field", IS_TOLD)
def test_a_later_final_date_and_a_contact_are_told_and_asked_of_nobody(sqlite_house: House, field: str) -> None:
    room = agreed_case(sqlite_house)
    before = room.text("terms")
    letters = len(room.letters_to("Aino"))
    orders_anew(room, **{field: IS_TOLD[field]})
    assert waits_for_agreement(room) == []
    if field != "billing_period":  # the parties' text need not name it
        assert room.text("terms") != before
        assert len(room.letters_to("Aino")) == letters + 1


def test_the_price_changes_nothing_that_a_party_reads(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    before, letters = room.aino.reads(), room.letters_to("Aino")
    orders_anew(room, terms="Viisi tapaamista, 8 000 euroa.")
    assert (room.aino.reads(), room.letters_to("Aino")) == (before, letters)


@pytest.mark.parametrize("who", ["a party", "a successor", "a co-mediator"])
def test_whoever_comes_is_in_the_terms_and_the_others_are_asked_again(sqlite_house: House, who: str) -> None:
    room = agreed_case(sqlite_house)
    if who == "a party":
        room.comes("Outi", "party")
        missing = ["Aino", "Outi", "Pekka"]
    elif who == "a successor":
        outi = {"person": room.people["Outi"]}
        room.ids["Outi"] = room.meri.does(f"participants/{room.ids['Pekka']}/successor", outi)["id"]
        missing = ["Aino", "Outi"]
    else:
        room.vilho.does("mediators", {"person": room.people["Ilmari"], "role": "co-mediator"})
        missing = ["Aino", "Pekka"]
    assert waits_for_agreement(room) == missing
    name = "Ilmari" if who == "a co-mediator" else "Outi"
    assert name in said_in(terms_of(room, "Aino")[0])


def test_what_asks_again_stops_no_phase_but_the_next_move(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.comes("Outi", "party")
    room.pekka.does("statements", {"audience": "table", "words": "Jatketaan."})
    assert "agreed-to-mediate" in room.stays("seek-solutions")


def amending(house: House) -> LiveCase:
    """A case whose parties signed and look for another agreement: closing asks nobody to agree, going on with it does."""
    room = case_at(house, "follow-up")
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    room.moves("amend")
    assert room.waits_for("begin-follow-up").get("agreed-to-mediate", []) == []
    return room


def test_after_sealing_a_change_of_the_order_is_told_and_only_a_new_party_or_mediator_asks(sqlite_house: House) -> None:
    room = amending(sqlite_house)
    orders_anew(room, payer="Toinen maksaja")
    assert room.waits_for("begin-follow-up").get("agreed-to-mediate", []) == []
    room.vilho.does("mediators", {"person": room.people["Ilmari"], "role": "co-mediator"})
    assert room.waits_for("begin-follow-up")["agreed-to-mediate"] == ["Aino", "Pekka"]


def test_who_signed_and_was_asked_twice_in_vain_stays_bound_by_what_they_signed(sqlite_house: House) -> None:
    room = amending(sqlite_house)
    room.vilho.does("mediators", {"person": room.people["Ilmari"], "role": "co-mediator"})
    asking = {"participant": room.ids["Aino"]}
    room.meri.does("consents/requests", asking)
    room.meri.refused("consents/requests", asking, 409, "asked-too-soon")
    assert room.waits_for("begin-follow-up")["agreed-to-mediate"] == ["Aino", "Pekka"]
    room.later(days=8)
    room.meri.does("consents/requests", asking)
    assert room.waits_for("begin-follow-up")["agreed-to-mediate"] == ["Pekka"]


def test_between_two_requests_are_seven_days(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    asking = {"participant": room.ids["Aino"]}
    room.meri.does("consents/requests", asking)
    room.later(days=7, seconds=-1)
    room.meri.refused("consents/requests", asking, 409, "asked-too-soon")
    room.later(seconds=1)
    room.meri.does("consents/requests", asking)


def test_a_draft_that_nobody_signed_stops_no_change_of_the_order_from_asking_again(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.drafts(["Pekka"])
    for session in [one["id"] for one in room.meri.reads()["sessions"] if one["begun_at"] and not one["ended_at"]]:
        room.meri.does(f"sessions/{session}/ending")
    assert "agreed-to-mediate" not in room.waits_for("begin-follow-up")
    orders_anew(room, payer="Toinen maksaja")
    assert room.waits_for("begin-follow-up")["agreed-to-mediate"] == ["Aino", "Pekka"]


def test_before_sealing_being_asked_twice_is_no_agreement(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    for _ in range(2):
        room.meri.does("consents/requests", {"participant": room.ids["Aino"]})
        room.later(days=8)
    assert waits_for_agreement(room) == ["Aino", "Pekka"]
    room.meri.refused("consents/requests", {"participant": room.ids["Vilho"]}, 403, "not-a-party")


# A change of the order waits for the room to be empty and for signatures.


def test_a_change_waits_while_a_session_is_under_way(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    session = room.plans("separate", with_participant=room.ids["Aino"])
    room.meets(session, "Aino", ends=False)
    orders_anew(room, payer="Toinen maksaja")
    assert room.meri.reads()["order"]["waits"]
    assert "Toinen maksaja" not in said_in(terms_of(room, "Aino")[0])
    room.meri.does(f"sessions/{session}/ending", {"early": False})
    room.rounds()
    assert not room.meri.reads()["order"]["waits"]
    assert "Toinen maksaja" in said_in(terms_of(room, "Aino")[0])


def test_a_session_that_nobody_ended_keeps_a_change_waiting_for_a_day_at_most(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    room.meets(room.plans("separate", with_participant=room.ids["Aino"]), "Aino", ends=False)
    orders_anew(room, payer="Toinen maksaja")
    room.later(hours=25)
    room.rounds()
    assert not room.meri.reads()["order"]["waits"]


def test_a_change_waits_while_a_text_is_out_for_signing(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.meri.does(f"sessions/{room.session('joint')}/ending", {"early": False})
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.sends()
    orders_anew(room, payer="Toinen maksaja")
    assert room.meri.reads()["order"]["waits"]
    room.sign("Aino", "Pekka")
    room.rounds()
    assert not room.meri.reads()["order"]["waits"]


def test_of_several_changes_that_wait_the_last_one_counts_and_one_order_is_in_force(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    session = room.plans("separate", with_participant=room.ids["Aino"])
    room.meets(session, "Aino", ends=False)
    for payer in ("Toinen maksaja", "Kolmas maksaja"):
        orders_anew(room, payer=payer)
    assert orders_anew(room, payer="Kolmas maksaja") == orders_anew(room, payer="Kolmas maksaja")
    room.meri.does(f"sessions/{session}/ending", {"early": False})
    room.rounds()
    room.rounds()
    with room.writing() as db:
        in_force = db.scalars(select(Order).filter_by(replaced_at=None)).all()
        assert [one.waits_since for one in in_force] == [None]
    assert "Kolmas maksaja" in said_in(terms_of(room, "Aino")[0])


def test_the_commissioner_is_answered_alike_whether_a_change_waits_or_not(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    heard = []
    for under_way in (False, True):
        session = room.plans("separate", with_participant=room.ids["Aino"])
        room.meets(session, "Aino", ends=not under_way)
        answer = orders_anew(room, payer=f"Maksaja {under_way}")
        told = room.line()
        assert told["order"]["readable"]["payer"] == f"Maksaja {under_way}"
        told["order"]["readable"]["payer"] = answer["id"] = ""
        heard.append((answer, told))
    assert heard[0] == heard[1]
    assert not {"version", "waits"} & set(heard[0][1]["order"])


def test_a_case_that_has_ended_takes_no_change_into_force(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    room.vilho.does("order", ORDER | {"payer": "Toinen maksaja"})
    room.meri.does("discontinuation", {"outcome": "no-agreement"})
    before = terms_of(room, "Meri")
    room.rounds()
    assert terms_of(room, "Meri") == before


BAD_ORDERS = (
    ({"terms": ""}, 422),
    ({"payer": "x" * 5000}, 422),
    ({"contact": "x" * 500}, 422),
    ({"final_date": "2020-01-01"}, 422),
    ({"final_date": "huomenna"}, 422),
    ({"billing_period": "century"}, 422),
    ({"own_lines": {"et": ["Tere."]}}, 422),
    ({"own_lines": {"fi": ["x"] * 11}}, 422),
    ({"own_lines": {"fi": ["x" * 501]}}, 422),
    ({"own_lines": {"fi": ["Hyvä rivi.\nToinen."]}}, 422),
    ({"own_lines": {"fi": ["Hyvä\0rivi."]}}, 422),
    ({"contact": "Henkilöstö\u202epalvelut"}, 422),
    ({"payer": "Konserni\u202eammat"}, 422),
    ({"payer": "Konserni\nja tytäryhtiö"}, 422),
    ({"scope": "Vuoronvaihdot\u2066"}, 422),
    ({"if_fails": "Kello\x07 soi."}, 422),
    ({"own_lines": "Tapaamiset ovat työaikaa."}, 422),
)


@pytest.mark.parametrize(("wrong", "status"), BAD_ORDERS, ids=lambda one: str(one)[:40])
def test_an_order_that_cannot_be_is_refused_and_changes_nothing(sqlite_house: House, wrong: Json, status: int) -> None:
    room = agreed_case(sqlite_house)
    before = room.meri.reads()
    assert room.vilho.asks("order", ORDER | wrong).status_code == status
    room.rounds()
    assert room.meri.reads()["order"] == before["order"]
    for name, code, said in (
        ("Meri", 403, "act-not-yours"),
        ("Aino", 403, "act-not-yours"),
        ("Tuula", 404, "case-not-found"),
    ):
        room[name].refused("order", ORDER, code, said)


def test_what_the_mediation_is_about_may_have_several_lines(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    orders_anew(room, scope="Vuoronvaihdot\n\n= ja niiden kirjaaminen.")
    assert "Vuoronvaihdot = ja niiden kirjaaminen." in said_in(terms_of(room, "Aino")[-1])


# The organisation's own lines.

BOX = {
    "fi": "Jos rivit poikkeavat yllä olevasta, yllä oleva ratkaisee.",
    "sv": "Om raderna avviker från texten ovan gäller texten ovan.",
    "en": "If these lines differ from the text above, the text above applies.",
}


def test_own_lines_stand_in_a_box_that_says_what_applies_and_only_after_a_mediator_saw_them(
    sqlite_house: House,
) -> None:
    room = referred(sqlite_house)
    orders_anew(room, own_lines={"fi": ["Työnantaja lukee muistiinpanot."]})
    assert "Työnantaja lukee" not in said_in(terms_of(room, "Aino")[0])
    order = room.meri.reads()["order"]
    assert order["readable"]["own_lines"] == {"fi": ["Työnantaja lukee muistiinpanot."]}
    room.aino.refused("order/own-lines", {"order": order["id"]}, 403, "act-not-yours")
    room.vilho.refused("order/own-lines", {"order": order["id"]}, 403, "act-not-yours")
    room.meri.refused("order/own-lines", {"order": "Z" * 20}, 404, "order-not-found")
    shown = room.meri.does("order/own-lines", {"order": order["id"]})
    assert room.meri.does("order/own-lines", {"order": order["id"]}) == shown
    [text] = terms_of(room, "Aino")
    for language in LANGUAGES:
        [box] = [one for one in text["words"][language] if one["boxed"]]
        assert "Työnantaja lukee muistiinpanot." in box["paragraphs"]
        assert BOX[language] in box["paragraphs"]
        plain = [one for one in text["words"][language] if not one["boxed"]]
        assert "Työnantaja lukee" not in json.dumps(plain, ensure_ascii=False)
    room.aino.agrees()
    orders_anew(room, own_lines={})
    assert waits_for_agreement(room) == ["Aino", "Pekka"]


def test_rule_1_who_joins_late_and_never_agreed_may_decline_and_who_agreed_withdraws(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.comes("Outi", "party")
    told = len(room.letters_to("Meri"))
    room.outi.does("consents", {"answer": "declined"})
    assert room.letters_to("Meri")[told:] == ["something-waits"]
    assert "Outi" in room.waits_for("seek-solutions")["agreed-to-mediate"]
    room.outi.agrees()
    for party in (room.outi, room.aino):
        party.refused("consents", {"answer": "declined"}, 409, "withdraw-instead")


def test_rule_1_a_consent_that_was_recorded_wrongly_is_corrected_in_every_phase_and_then_declined(
    house: House,
) -> None:
    room = case_at(house, "opening")
    room.comes("Outi", "party")
    paper = {"answer": "given", "text": room.text("terms"), **room.on_paper("Outi")}
    mark = room.meri.does("consents", paper)["id"]
    assert "Outi" not in room.waits_for("define-problem").get("agreed-to-mediate", [])
    room.outi.does("corrections", {"mark": mark})
    assert "Outi" in room.waits_for("define-problem")["agreed-to-mediate"]
    room.outi.does("consents", {"answer": "declined"})


def test_rule_15_the_own_lines_that_a_mediator_has_seen_stay_through_a_change_that_is_only_told(
    sqlite_house: House,
) -> None:
    room = referred(sqlite_house)
    lines = {"fi": ["Tapaamiset ovat työaikaa."]}
    orders_anew(room, own_lines=lines)
    room.meri.does("order/own-lines", {"order": room.meri.reads()["order"]["id"]})
    room.aino.agrees()
    room.pekka.agrees()
    orders_anew(room, own_lines=lines, contact="Työsuojelupäällikkö")
    newest = terms_of(room, "Aino")[-1]
    assert "Työsuojelupäällikkö" in said_in(newest)
    assert "Tapaamiset ovat työaikaa." in said_in(newest)
    assert waits_for_agreement(room) == []
    room.meri.does("order/own-lines", {"order": room.meri.reads()["order"]["id"]})
    assert waits_for_agreement(room) == []
    orders_anew(room, own_lines={"fi": ["Tapaamiset ovat omaa aikaa."]})
    assert "omaa aikaa" not in said_in(terms_of(room, "Aino")[-1])


def test_own_lines_of_a_change_that_waits_stand_in_the_terms_once_it_takes_effect(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    room.vilho.does("order", ORDER | {"own_lines": {"sv": ["Mötena är arbetstid."]}})
    order = room.meri.reads()["order"]
    assert order["waits"]
    room.meri.does("order/own-lines", {"order": order["id"]})
    assert waits_for_agreement(room) == []
    room.rounds()
    assert "Mötena är arbetstid." in said_in(terms_of(room, "Aino")[0], "sv")
    assert waits_for_agreement(room) == ["Aino", "Pekka"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_an_own_line_never_looks_like_a_part_of_the_text_above(line: str) -> None:
    data = {
        **dict.fromkeys(("payer", "scope", "if_fails", "contact", "final_date", "billing_period"), ""),
        "words_days": 14,
        "agreement_months": 24,
    }
    names = {"mediators": ["Meri"], "parties": ["Aino"], "companions": [], "organisation": "Kaupunki", "provider": "S"}
    blocks = text_in_every_language("terms", lambda _: {**data, **names, "own_lines": [line]})
    without = text_in_every_language("terms", lambda _: {**data, **names, "own_lines": []})
    for language in LANGUAGES:
        assert [one for one in blocks[language] if not one["boxed"]] == without[language]


# Who sees what of it.


def test_a_party_reads_one_text_and_no_version_a_mediator_every_version_and_human_resources_none(
    sqlite_house: House,
) -> None:
    room = agreed_case(sqlite_house)
    orders_anew(room, payer="Toinen maksaja")
    [mine] = terms_of(room, "Aino")
    assert not {"version", "asks"} & set(mine)
    versions = [(one["version"], one["asks"]) for one in terms_of(room, "Meri")]
    assert [version for version, _ in versions] == [1, 2, 3]
    told = room.line()
    assert told["order"]["readable"]["payer"] == "Toinen maksaja"
    room.vilho.refused("GET agreed-texts", None, 403, "not-yours-to-see")
    assert "Aino" not in json.dumps(told["order"])


def test_no_one_reads_on_what_anothers_attendance_rests(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    required = {"party": 0, "basis": "employer-required", "ground": "safety-act-28"}
    pekka = room.pekka.reads(), room.pekka.reads("attendance-bases")
    room.vilho.does("attendance-bases", required)
    assert (room.pekka.reads(), room.pekka.reads("attendance-bases")) == pekka
    [mine] = room.aino.reads("attendance-bases")
    assert (mine["basis"], mine["ground"], mine["number"]) == ("employer-required", "safety-act-28", 2)
    assert "ask_alone" not in mine
    for name in ("Vilho", "Tuula"):
        refused = {"Vilho": (403, "not-yours-to-see"), "Tuula": (404, "case-not-found")}[name]
        room[name].refused("GET attendance-bases", None, *refused)
    assert [one["ground"] for one in room.line()["referral"]["parties"]] == ["safety-act-28", None]


# The attendance basis (rule 1).


def test_rule_1_a_change_of_basis_names_its_ground_and_the_mediators_ask_again_alone(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    for wrong, code in (
        ({"party": 0, "basis": "employer-required"}, "ground-needed"),
        ({"party": 0, "basis": "voluntary", "ground": "safety-act-25"}, "ground-not-needed"),
        ({"party": 0, "basis": "employer-required", "ground": "because"}, "choice-unknown"),
        ({"party": 0, "basis": "perhaps"}, "choice-unknown"),
        ({"party": 99, "basis": "voluntary"}, "party-not-referred"),
    ):
        room.vilho.refused("attendance-bases", wrong, 422, code)
    required = {"party": 0, "basis": "employer-required", "ground": "direction-of-work"}
    room.vilho.refused("attendance-bases", required | {"party": 5}, 404, "party-not-referred")
    letters = len(room.letters_to("Meri"))
    room.vilho.does("attendance-bases", required)
    room.vilho.does("attendance-bases", required)
    assert len(room.letters_to("Meri")) == letters + 1
    asked = {one["participant"]: one["ask_alone"] for one in room.meri.reads("attendance-bases")}
    assert asked == {room.ids["Aino"]: True, room.ids["Pekka"]: False}
    room.later(minutes=5)
    room.aino.does("screenings/answers", {"answers": {"S11": "no"}})
    assert not any(one["ask_alone"] for one in room.meri.reads("attendance-bases"))
    room.aino.refused("separate-meeting-waivers", {}, 409, "meeting-required")
    room.pekka.does("separate-meeting-waivers")


@pytest.mark.parametrize("after", ["a decline", "the separate meeting"])
def test_rule_1_after_a_decline_or_the_separate_meeting_a_basis_is_taken_in_and_asks_nothing(
    sqlite_house: House, after: str
) -> None:
    room = referred(sqlite_house)
    if after == "a decline":
        room.aino.does("consents", {"answer": "declined"})
    else:
        room.meets_alone("Aino")
    letters = room.letters_to("Meri"), room.letters_to("Aino")
    required = {"basis": "employer-required", "ground": "safety-act-25"}
    answers = [room.vilho.asks("POST attendance-bases", {"party": party, **required}) for party in (0, 1)]
    assert [one.status_code for one in answers] == [201, 201]
    assert [sorted(one.json()) for one in answers] == [["id"], ["id"]]
    assert room.letters_to("Aino") == letters[1]
    assert len(room.letters_to("Meri")) == len(letters[0]) + 1  # for Pekka, who has done neither
    asked = {one["participant"]: one["ask_alone"] for one in room.meri.reads("attendance-bases")}
    assert asked == {room.ids["Aino"]: False, room.ids["Pekka"]: True}
    assert [one["basis"] for one in room.line()["referral"]["parties"]] == ["employer-required"] * 2


def test_rule_1_a_basis_is_no_part_of_the_terms(sqlite_house: House) -> None:
    room = agreed_case(sqlite_house)
    before = room.text("terms")
    room.vilho.does("attendance-bases", {"party": 0, "basis": "employer-required", "ground": "safety-act-28"})
    assert (room.text("terms"), waits_for_agreement(room)) == (before, [])


# The ground rules.


def test_the_tables_own_ground_rules_are_versions_that_each_party_accepts(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    room.meets(room.session("joint"), "Aino", "Pekka", ends=False)
    default = room.text("ground-rules")
    room.meri.does("ground-rules/acceptances", {**room.said("Aino", "Pekka")})
    assert "accepted-ground-rules" not in room.waits_for("define-problem")
    first = room.meri.does("PUT ground-rules", {"lines": {"fi": ["Puhelimet ovat äänettömällä."]}})
    assert first == room.meri.does("PUT ground-rules", {"lines": {"fi": ["Puhelimet ovat äänettömällä."]}})
    assert room.waits_for("define-problem")["accepted-ground-rules"] == ["Aino", "Pekka"]
    room.aino.refused("ground-rules/acceptances", {}, 422, "text-not-named")
    room.aino.refused("ground-rules/acceptances", {"text": default}, 409, "text-replaced")
    newest = {"text": room.text("ground-rules")}
    room.aino.does("ground-rules/acceptances", newest)
    room.meri.does("ground-rules/acceptances", newest | room.said("Pekka"))
    assert "accepted-ground-rules" not in room.waits_for("define-problem")
    rules = next(one for one in room.tuula.reads("agreed-texts") if one["kind"] == "ground-rules")
    assert "Puhelimet" in json.dumps(rules["words"]["fi"], ensure_ascii=False)
    assert all(one["kind"] != "terms" for one in room.tuula.reads("agreed-texts"))


BAD_LINES: tuple[Any, ...] = (
    {"fi": ["x"] * 21},
    {"fi": ["x" * 501]},
    {"fi": ["  "]},
    {"fi": ["Puhelimet\u202epois."]},
    {"fi": ["Puhelimet pois.\nToinen."]},
    {"et": ["Tere."]},
    ["Puhelimet pois."],
    None,
)


@pytest.mark.parametrize("lines", BAD_LINES, ids=lambda one: str(one)[:30])
def test_ground_rules_that_cannot_be_are_refused(sqlite_house: House, lines: Any) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    before = room.text("ground-rules")
    assert room.meri.asks("PUT ground-rules", {"lines": lines}).status_code == 422
    assert room.text("ground-rules") == before
    room.aino.refused("PUT ground-rules", {"lines": {}}, 403, "act-not-yours")


# Cases from before the texts were kept.


def from_before(room: LiveCase) -> None:
    """Make a case what it was before texts were kept: marks about nothing, no text, an order of free words."""
    with room.writing() as db:
        case_id = db.scalars(select(Case.id).where(Case.number == room.number)).one()
        kinds = Mark.kind.in_(("agreed-to-mediate", "accepted-ground-rules"))
        db.execute(update(Mark).where(Mark.case_id == case_id, kinds).values(about=""))
        db.execute(update(Order).where(Order.case_id == case_id).values(readable=None))
        for text in db.scalars(select(AgreedText).filter_by(case_id=case_id)):
            db.delete(text)
        db.info.clear()


def test_a_case_from_before_keeps_its_agreements_and_its_terms_are_kept_for_who_comes(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    from_before(room)
    assert "agreed-to-mediate" not in room.waits_for("seek-solutions")
    letters = room.letters_to("Aino")
    room.rounds()
    assert "agreed-to-mediate" not in room.waits_for("seek-solutions")
    assert room.letters_to("Aino") == letters
    assert [one["version"] for one in terms_of(room, "Meri")] == [1]
    with room.writing() as db:
        assert due_orders(db, WORKFLOWS) == []


@pytest.mark.parametrize("kept", [False, True], ids=["before its terms were kept", "after"])
def test_a_case_from_before_is_asked_at_the_next_change_of_terms(sqlite_house: House, kept: bool) -> None:
    room = case_at(sqlite_house, "dialogue")
    from_before(room)
    if kept:
        room.rounds()
    room.comes("Outi", "party")
    assert room.waits_for("seek-solutions")["agreed-to-mediate"] == ["Aino", "Outi", "Pekka"]
    for name in ("Aino", "Pekka", "Outi"):
        room[name].agrees()
    assert "agreed-to-mediate" not in room.waits_for("seek-solutions")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_rule_15_what_was_agreed_to_can_be_printed_by_who_agreed_and_by_nobody_else(
    sqlite_house: House, language: str
) -> None:
    room = case_at(sqlite_house, "opening")
    agreed = room.text("terms")
    room.comes("Outi", "party")
    newest = room.text("terms")
    assert newest != agreed
    header = {"Accept_Language": language}
    for text in (agreed, newest):
        page = room.aino.asks(f"GET agreed-texts/{text}/paper", **header)
        assert (page.status_code, page.content[:5]) == (200, b"%PDF-")
    assert room.outi.asks(f"GET agreed-texts/{newest}/paper", **header).status_code == 200
    room.outi.refused(f"GET agreed-texts/{agreed}/paper", None, 404, "text-not-found")
    room.tuula.refused(f"GET agreed-texts/{newest}/paper", None, 404, "text-not-found")
    blank = text_of(room.meri.asks(f"GET agreed-texts/{newest}/paper", **header).content)
    assert {"fi": "Allekirjoitus", "sv": "Underskrift", "en": "Signature"}[language] in blank
