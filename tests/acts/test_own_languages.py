"""A participant's own language, and what they sign interpreted (workflow.md rule 14)."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from mediation.documents.pdf import embedded_files
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.sealing.verification import SIGNATURES, verify_sealed
from mediation.store.models import Participant, RecordEntry, Signature, StoredFile, get, get_bytes
from mediation.store.models.base import key_name
from mediation.words.catalogue import say
from tests.documents.test_documents import flowing, text_of
from tests.houses import House
from tests.reading.test_own_copy import own_words
from tests.world import LiveCase, almost_signed, case_at, draft_line, draft_of
from tests.world.http import everything_in

SERVICE = {"service": "Esimerkin tulkkikeskus", "service_number": "4711", "related": False}
INTO = {
    "fi": "Luettu ääneen ja tulkattu viroksi.",
    "sv": "Uppläst och tolkad till estniska.",
    "en": "Read aloud and interpreted into Estonian.",
}


def corrects(case: LiveCase, by: str, whose: str, **said: Any) -> Any:
    return case[by].does(f"PUT participants/{case.ids[whose]}/particulars", said)


def speaks(case: LiveCase, whose: str = "Aino", code: str = "et") -> None:
    corrects(case, "Meri", whose, own_language=code)


def line_of(case: LiveCase, whose: str, reader: str) -> Any:
    return {one["id"]: one for one in case[reader].reads()["participants"]}[case.ids[whose]]


def entries(case: LiveCase) -> int:
    told = case.meri.reads("record")
    assert told["holds"]
    return int(told["entries"])


def signs(case: LiveCase, digest: str, interpreted: Any = None, *, by: str = "Aino", **manner: Any) -> Any:
    return case[by].does("agreement/signatures", body(digest, interpreted) | manner)


def body(digest: str, interpreted: Any = None) -> Any:
    return {"digest": digest} | ({"interpreted": interpreted} if interpreted else {})


def cannot_sign(case: LiveCase, digest: str, interpreted: Any, status: int, code: str, by: str = "Aino") -> Any:
    return case[by].refused("agreement/signatures", body(digest, interpreted), status, code)


def by_interpreter(case: LiveCase, name: str = "Irina", *, related: bool = False) -> Any:
    return {"interpreter": case.ids[name], "related": related}


def state(case: LiveCase) -> str:
    return str(case.meri.reads("agreement")["state"])


def sealed_pdf(case: LiveCase) -> bytes:
    with case.writing() as db:
        row = db.scalars(select(StoredFile).filter_by(kind="sealed")).one()
        return get_bytes(db, row, "content")


# The language of one's own.


@pytest.mark.parametrize("at", ["preparation", "solutions", "closed"])
def test_rule_14_an_own_language_is_written_by_the_mediator_and_by_oneself_in_every_phase(
    house: House, at: str
) -> None:
    case = case_at(house, at)
    before = entries(case)
    corrects(case, "Meri", "Aino", own_language="et")
    assert [line_of(case, "Aino", reader)["own_language"] for reader in ("Meri", "Aino")] == ["et", "et"]
    corrects(case, "Aino", "Aino", own_language="ru")
    assert line_of(case, "Aino", "Meri")["own_language"] == "ru"
    assert line_of(case, "Aino", "Meri")["language"] == "fi"  # of letters, as before
    corrects(case, "Aino", "Aino", own_language="ru")
    assert entries(case) == before + 2
    corrects(case, "Meri", "Aino", own_language="")
    assert line_of(case, "Aino", "Aino")["own_language"] is None
    assert entries(case) == before + 3


def test_rule_14_the_record_says_that_it_was_corrected_and_not_which_it_is(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    speaks(case)
    with case.writing() as db:
        newest = db.scalars(select(RecordEntry).order_by(RecordEntry.position.desc()).limit(1)).one()
        assert newest.about == f"{case.ids['Aino']},own-language"


def test_rule_14_it_is_encrypted_under_the_clock_of_the_agreement(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    speaks(case)
    with case.writing() as db:
        row = db.get_one(Participant, case.ids["Aino"])
        assert get(db, row, "own_language") == "et"
        assert key_name(row, "own_language") == KeyName(row.case_id, DeletionClock.AGREEMENT)


@pytest.mark.parametrize(
    ("code", "kept"), [("et", "et"), ("est", "et"), ("prs", "prs"), ("fse", "fse"), ("ckb", "ckb"), ("smn", "smn")]
)
def test_rule_14_any_language_can_be_ones_own_by_its_iso_code(sqlite_house: House, code: str, kept: str) -> None:
    case = case_at(sqlite_house, "opening")
    speaks(case, code=code)
    assert line_of(case, "Aino", "Aino")["own_language"] == kept


@pytest.mark.parametrize(
    ("said", "code"),
    [
        *((one, "own-language-of-letters") for one in ("fi", "sv", "en", "fin")),
        *((one, "own-language-unknown") for one in ("und", "mul", "zxx", "mis", "xx", "qaa", "ET", "e", " et", "e't")),
        ("et-EE", "malformed"),
        ("viro", "malformed"),
        (7, "malformed"),
    ],
)
def test_rule_14_what_is_no_own_language_is_refused_in_words_and_changes_nothing(
    sqlite_house: House, said: Any, code: str
) -> None:
    case = case_at(sqlite_house, "opening")
    before = entries(case), line_of(case, "Aino", "Meri")
    door = f"PUT participants/{case.ids['Aino']}/particulars"
    case.meri.refused(door, {"own_language": said}, 422, code)
    newcomer = {"name": "Salla", "role": "interpreter", "own_language": said}
    case.meri.refused("participants", newcomer, 422, code)
    assert (entries(case), line_of(case, "Aino", "Meri")) == before


@pytest.mark.parametrize("by", ["Pekka", "Tuula", "Kaarina", "Vilho"])
def test_rule_14_nobody_writes_the_own_language_of_somebody_else_but_a_mediator(sqlite_house: House, by: str) -> None:
    case = case_at(sqlite_house, "opening")
    door = f"PUT participants/{case.ids['Aino']}/particulars"
    case[by].refused(door, {"own_language": "et"}, 404, "participant-not-found")
    case["Outi"].refused(door, {"own_language": "et"}, 404, "case-not-found")
    assert line_of(case, "Aino", "Meri")["own_language"] is None


def test_rule_14_who_joins_brings_it_and_who_is_there_keeps_theirs_with_a_warning(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    body = {"name": "Sari", "email": "sari@example.org", "role": "party", "own_language": "so"}
    joined = case.meri.does("participants", body)
    assert joined["warnings"] == []
    line = next(one for one in case.meri.reads()["participants"] if one["id"] == joined["id"])
    assert line["own_language"] == "so"
    again = case.meri.does("participants", body | {"own_language": "ar"})
    assert [one for one in again["warnings"] if "oma kieli" in one]
    assert case.meri.does("participants", body)["warnings"] == [say("warning.already-there", "fi", names=["Sari"])]
    line = next(one for one in case.meri.reads()["participants"] if one["id"] == joined["id"])
    assert line["own_language"] == "so"


# Who sees it.


def test_rule_14_of_others_only_the_mediators_and_an_interpreter_called_with_them_see_it(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    speaks(case, "Aino")
    speaks(case, "Pekka", "ar")
    speaks(case, "Kaarina", "ru")
    case.comes("Irina", "interpreter")
    seen = {one["id"]: one.get("own_language") for one in case["Irina"].reads()["participants"]}
    assert not any(seen.values())  # she is with nobody yet
    case.plans("separate", with_participant=case.ids["Aino"], called=[case.ids["Irina"]])
    seen = {one["id"]: one.get("own_language") for one in case["Irina"].reads()["participants"]}
    assert (seen[case.ids["Aino"]], seen[case.ids["Pekka"]]) == ("et", None)
    session = case.session("joint")
    case.meri.does(f"sessions/{session}/calls", {"participant": case.ids["Irina"]})
    seen = {one["id"]: one.get("own_language") for one in case["Irina"].reads()["participants"]}
    assert (seen[case.ids["Aino"]], seen[case.ids["Pekka"]]) == ("et", "ar")
    assert seen[case.ids["Kaarina"]] is None  # no party
    for reader in ("Aino", "Tuula", "Kaarina"):
        told = {one["id"]: one.get("own_language") for one in case[reader].reads()["participants"]}
        assert {one for one, code in told.items() if code} <= {case.ids[reader]}, reader


@pytest.mark.parametrize("reader", ["Pekka", "Tuula", "Kaarina", "Vilho"])
def test_rule_14_to_others_nothing_is_otherwise_whether_somebody_has_one(sqlite_house: House, reader: str) -> None:
    case = case_at(sqlite_house, "solutions")
    doors = (
        "GET ",
        "GET outline",
        "GET agreement",
        "GET transitions",
        "GET agreed-texts",
        "GET letters",
        "GET own-copy",
    )
    before = [case[reader].asks(door).content for door in doors]
    speaks(case)
    assert [case[reader].asks(door).content for door in doors] == before


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_rule_14_it_is_in_ones_own_copy_by_its_name(sqlite_house: House, language: str) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    signs(case, digests["Aino"], SERVICE)
    text = own_words(case, "Aino", language)
    names = {"fi": "viro", "sv": "estniska", "en": "Estonian"}
    assert f"{say('field.own_language', language)}: {names[language]}" in text
    assert INTO[language].rstrip(".") in text
    assert "Esimerkin tulkkikeskus" in text
    assert "4711" in text
    assert "tulkkikeskus" not in own_words(case, "Pekka", language)


# Signing.


def test_rule_14_a_text_is_not_asked_for_in_the_language_of_who_has_it_interpreted(house: House) -> None:
    """Aino is written to in Swedish, and reads neither that nor the Finnish text."""
    case = case_at(house, "solutions", ready=False)
    corrects(case, "Meri", "Aino", language="sv")
    case.plans("follow-up", days=30)
    case.meri.does("PUT agreement", draft_of([draft_line([case.ids["Pekka"]], case.today(7), "Kirjaan.")]))
    told = case.meri.refused("agreement/sending", {}, 409, "agreement-incomplete")
    assert say("lacks.party-language", "fi") in told["detail"]
    speaks(case)
    digest = case.sends()
    cannot_sign(case, digest, None, 409, "interpreting-needed")
    signs(case, digest, SERVICE)
    assert signs(case, digest, by="Pekka")["sealed"]
    assert case.moves("begin-follow-up") == "follow-up"


def test_rule_14_who_reads_our_languages_still_needs_a_text_in_theirs(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    corrects(case, "Meri", "Pekka", language="sv")
    speaks(case)
    case.plans("follow-up", days=30)
    case.meri.does("PUT agreement", draft_of([draft_line([case.ids["Pekka"]], case.today(7), "Kirjaan.")]))
    case.meri.refused("agreement/sending", {}, 409, "agreement-incomplete")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_rule_14_who_signs_without_an_interpreter_is_told_plainly_what_to_do(
    sqlite_house: House, language: str
) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    sent = case.aino.asks("agreement/signatures", {"digest": digests["Aino"]}, **{"Accept-Language": language})
    assert (sent.status_code, sent.json()["detail"]) == (409, say("error.interpreting-needed", language))
    assert state(case) == "sent"


def test_rule_14_an_interpreter_of_the_case_interprets_once_they_are_bound(house: House) -> None:
    case, digests = almost_signed(house, "Pekka")
    speaks(case)
    case.comes("Irina", "interpreter")
    cannot_sign(
        case, digests["Aino"], by_interpreter(case), 404, "participant-not-found"
    )  # Aino knows of no such person
    session = case.plans("separate", with_participant=case.ids["Aino"], called=[case.ids["Irina"]])
    cannot_sign(case, digests["Aino"], by_interpreter(case), 409, "interpreter-unbound")
    case.meri.does(f"sessions/{session}/beginning")
    case.meri.does(f"sessions/{session}/undertakings", {"participant": case.ids["Irina"]})
    signs(case, digests["Aino"], by_interpreter(case))
    told = case.aino.reads("agreement")["own_signature"]["interpreted"]
    assert told == {"language": "et", "interpreter": case.ids["Irina"]}
    assert f"{say('field.interpreter', 'fi')}: {line_of(case, 'Irina', 'Meri')['name']}" in own_words(case, "Aino")


@pytest.mark.parametrize("bound_by", ["own hand", "service"])
def test_rule_14_an_interpreter_is_bound_by_own_hand_or_by_their_service(sqlite_house: House, bound_by: str) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    case.comes("Irina", "interpreter")
    case.plans("joint", called=[case.ids["Irina"]])
    if bound_by == "service":
        case.meri.does(f"PUT participants/{case.ids['Irina']}/service", {"service": "Tulkkikeskus"})
    else:
        case["Irina"].does("undertakings", {"text": case["Irina"].undertaking()})
    signs(case, digests["Aino"], by_interpreter(case))


def test_rule_14_what_was_said_at_an_earlier_session_binds_no_interpreter_now(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    case.comes("Irina", "interpreter")
    session = case.plans("joint", called=[case.ids["Irina"]])
    case.meri.does(f"sessions/{session}/beginning")
    case.meri.does(f"sessions/{session}/undertakings", {"participant": case.ids["Irina"]})
    case.meri.does(f"sessions/{session}/ending", {"early": False})
    cannot_sign(case, digests["Aino"], by_interpreter(case), 409, "interpreter-unbound")


@pytest.mark.parametrize("who", ["Tuula", "Pekka", "Aino", "Meri", "Kaarina"])
def test_rule_14_nobody_but_an_interpreter_interprets_no_support_person_and_no_party(
    sqlite_house: House, who: str
) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    cannot_sign(case, digests["Aino"], by_interpreter(case, who), 403, "interpreter-only")
    assert state(case) == "sent"


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (SERVICE | {"related": True}, 403, "relative-interprets"),
        ({"related": False}, 422, "interpreter-unclear"),
        ({"related": False, "service": "  "}, 422, "interpreter-unclear"),
        ({"related": False, "service_number": "4711"}, 422, "interpreter-unclear"),
        (SERVICE | {"interpreter": "nobodyAtAll"}, 422, "interpreter-unclear"),
        ({"interpreter": "nobodyAtAll", "related": False}, 404, "participant-not-found"),
        ({"service": "Tulkkikeskus"}, 422, "malformed"),
        (SERVICE | {"service": "a" * 201}, 422, "malformed"),
        (SERVICE | {"service_number": "4" * 201}, 422, "malformed"),
        (SERVICE | {"service": "Tulkki\nkeskus"}, 422, "text-unprintable"),
        (SERVICE | {"related": "no"}, 422, "malformed"),
        (SERVICE | {"language": "et"}, 422, "malformed"),
    ],
)
def test_rule_14_what_does_not_say_who_interpreted_is_refused_and_signs_nothing(
    sqlite_house: House, said: Any, status: int, code: str
) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    before = entries(case)
    cannot_sign(case, digests["Aino"], said, status, code)
    assert entries(case) == before
    assert case.aino.reads("agreement")["own_signature"] is None


def test_rule_14_a_relative_who_is_called_an_interpreter_does_not_interpret(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    case.comes("Irina", "interpreter")
    case.plans("joint", called=[case.ids["Irina"]])
    case["Irina"].does("undertakings", {"text": case["Irina"].undertaking()})
    cannot_sign(case, digests["Aino"], by_interpreter(case, related=True), 403, "relative-interprets")


def test_rule_14_to_who_has_no_own_language_nothing_is_interpreted(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    cannot_sign(case, digests["Aino"], SERVICE, 422, "interpreting-not-needed")
    signs(case, digests["Aino"])
    assert "interpreted" not in case.aino.reads("agreement")["own_signature"]


def test_rule_14_in_person_and_on_paper_the_mediator_says_who_interpreted_and_nothing_is_said(house: House) -> None:
    case, digests = almost_signed(house, "Kaarina")
    for name in ("Aino", "Pekka"):
        speaks(case, name)
    said = body(digests["Aino"], SERVICE) | case.said("Aino")
    case.meri.refused("agreement/signatures", said, 403, "own-hand-only")
    in_person = {"way": "in-person", "for": case.ids["Aino"], "confirmed_name": line_of(case, "Aino", "Meri")["name"]}
    case.meri.refused("agreement/signatures", body(digests["Aino"]) | in_person, 409, "interpreting-needed")
    signs(case, digests["Aino"], SERVICE, by="Meri", **in_person)
    case.comes("Irina", "interpreter")  # whom only the mediators know: she was there
    case.meri.does(f"PUT participants/{case.ids['Irina']}/service", {"service": "Tulkkikeskus"})
    signs(case, digests["Pekka"], by_interpreter(case), by="Meri", **case.on_paper("Pekka"))
    ways = {one["way"]: one.get("interpreted") for one in case.meri.reads("agreement")["signatures"]}
    told = {key: value for key, value in SERVICE.items() if key != "related"}
    assert ways["in-person"] == {"language": "et", **told}
    assert ways["paper"] == {"language": "et", "interpreter": case.ids["Irina"]}
    assert entries(case)


def test_rule_14_signing_twice_gives_the_signature_that_stands_whoever_is_named_then(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    signed = signs(case, digests["Aino"], SERVICE)
    before = entries(case)
    assert signs(case, digests["Aino"], SERVICE | {"service": "Toinen"})["id"] == signed["id"]
    assert signs(case, digests["Aino"])["id"] == signed["id"]
    assert entries(case) == before
    assert case.aino.reads("agreement")["own_signature"]["interpreted"]["service"] == SERVICE["service"]


def test_rule_14_who_represents_the_employer_has_own_lines_interpreted_too(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case, "Kaarina")
    cannot_sign(case, digests["Kaarina"], None, 409, "interpreting-needed", by="Kaarina")
    signs(case, digests["Kaarina"], SERVICE, by="Kaarina")
    assert case["Kaarina"].reads("agreement")["own_signature"]["interpreted"]["language"] == "et"


def test_rule_14_the_evidence_is_encrypted_and_the_record_answers_for_it(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    signs(case, digests["Aino"], SERVICE | {"service": "KANARIA-4711"})
    assert b"KANARIA-4711" not in everything_in(sqlite_house)
    with case.writing() as db:
        assert db.scalars(select(Signature).where(Signature.interpreted.is_not(None))).one()
    assert case.meri.reads("record")["holds"]


# The terms are agreed to in own hand, too.


def test_rule_14_terms_are_agreed_to_with_an_interpreter_and_once(house: House) -> None:
    case = case_at(house, "opening")
    case.comes("Outi", "party", own_language="et")
    text = {"answer": "given", "text": case.text("terms")}
    told = case["Outi"].refused("consents", text, 409, "interpreting-needed")
    assert told["detail"] == say("error.interpreting-needed", "fi")
    case["Outi"].refused("consents", text | {"interpreted": SERVICE | {"related": True}}, 403, "relative-interprets")
    case["Outi"].refused("consents", text | {"interpreted": by_interpreter(case, "Pekka")}, 403, "interpreter-only")
    given = case["Outi"].does("consents", text | {"interpreted": SERVICE})["id"]
    before = entries(case)
    assert case["Outi"].does("consents", text)["id"] == given
    assert entries(case) == before
    marks = {one["id"]: one for one in case.meri.reads()["marks"]}
    assert marks[given]["interpreted"]["service"] == SERVICE["service"]
    assert SERVICE["service"] in own_words(case, "Outi")
    assert not [one for one in case.pekka.reads()["marks"] if "interpreted" in one]
    assert SERVICE["service"].encode() not in everything_in(house)


def test_rule_14_who_declines_names_no_interpreter(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    case.comes("Outi", "party", own_language="et")
    case["Outi"].does("consents", {"answer": "declined"})


def test_rule_14_who_has_no_own_language_agrees_as_ever(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    case.comes("Outi", "party")
    text = {"answer": "given", "text": case.text("terms")}
    case["Outi"].refused("consents", text | {"interpreted": SERVICE}, 422, "interpreting-not-needed")
    mark = case["Outi"].does("consents", text)["id"]
    assert "interpreted" not in {one["id"]: one for one in case.meri.reads()["marks"]}[mark]


@pytest.mark.parametrize(("name", "role"), [("Onni", "support-person"), ("Onni", "employer-representative")])
def test_rule_14_confidentiality_is_undertaken_with_an_interpreter_and_once(house: House, name: str, role: str) -> None:
    case = case_at(house, "opening")
    more = {"subordinate": False} if role == "employer-representative" else {"supports": case.ids["Aino"]}
    case.comes(name, role, own_language="et", **more)
    text = {"text": case[name].undertaking()}
    case[name].refused("undertakings", text, 409, "interpreting-needed")
    case[name].refused("undertakings", text | {"interpreted": SERVICE | {"related": True}}, 403, "relative-interprets")
    undertook = case[name].does("undertakings", text | {"interpreted": SERVICE})["id"]
    before = entries(case)
    assert case[name].does("undertakings", text)["id"] == undertook
    assert entries(case) == before
    marks = {one["id"]: one for one in case.meri.reads()["marks"]}
    assert marks[undertook]["interpreted"]["service"] == SERVICE["service"]
    assert SERVICE["service"].encode() not in everything_in(house)


def test_rule_14_on_paper_too_an_undertaking_says_who_interpreted_it(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")
    case.comes("Onni", "support-person", supports=case.ids["Aino"], own_language="et")
    sent = {"text": case["Onni"].undertaking()} | case.on_paper("Onni")
    case.meri.refused("undertakings", sent, 409, "interpreting-needed")
    case.meri.does("undertakings", sent | {"interpreted": SERVICE})


def test_rule_14_an_interpreter_reads_their_undertaking_and_others_without_an_own_language_as_ever(
    sqlite_house: House,
) -> None:
    case = case_at(sqlite_house, "opening")
    case.comes("Irina", "interpreter", own_language="et")
    case["Irina"].does("undertakings", {"text": case["Irina"].undertaking()})
    case.comes("Onni", "support-person", supports=case.ids["Aino"])
    text = {"text": case["Onni"].undertaking()}
    case["Onni"].refused("undertakings", text | {"interpreted": SERVICE}, 422, "interpreting-not-needed")
    case["Onni"].does("undertakings", text)


# A text that is out for signing (rule 3).


def test_rule_3_an_own_language_takes_no_text_back_that_is_yet_to_be_signed(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    assert (state(case), case.meri.reads("agreement")["digest"]) == ("sent", digests["Aino"])


def test_rule_3_who_signed_what_they_could_not_read_signs_again(house: House) -> None:
    case, digests = almost_signed(house, "Aino")
    speaks(case, "Aino")
    assert state(case) == "unsent"
    case.pekka.refused("agreement/signatures", {"digest": digests["Pekka"]}, 409, "nothing-to-sign")
    assert entries(case)


@pytest.mark.parametrize(("code", "then"), [("et", "sent"), ("", "sent"), ("ru", "unsent")])
def test_rule_3_what_was_interpreted_stands_unless_it_was_into_another_language(
    sqlite_house: House, code: str, then: str
) -> None:
    case, digests = almost_signed(sqlite_house, "Pekka")
    speaks(case)
    signs(case, digests["Aino"], SERVICE)
    corrects(case, "Meri", "Aino", own_language=code)
    assert state(case) == then


def test_rule_3_without_an_own_language_a_text_in_no_language_of_theirs_is_taken_back(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house, "Pekka")
    corrects(case, "Meri", "Aino", own_language="et")
    corrects(case, "Meri", "Aino", language="sv")
    assert state(case) == "sent"
    corrects(case, "Meri", "Aino", own_language="")
    assert state(case) == "unsent"


def test_rule_3_an_own_language_of_who_signs_nothing_takes_nothing_back(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house, "Aino", "Kaarina")
    for name in ("Tuula", "Kaarina", "Meri", "Vilho"):
        corrects(case, name, name, own_language="et")
    assert state(case) == "sent"


# The signature page.


@pytest.mark.parametrize("last", ["Aino", "Pekka"])
def test_rule_14_the_signature_page_says_into_which_language_and_not_by_whom(house: House, last: str) -> None:
    case, digests = almost_signed(house, "Kaarina")
    speaks(case)
    for name in sorted(("Aino", "Pekka"), key=lambda one: one == last):
        signs(case, digests[name], SERVICE if name == "Aino" else None, by=name)
    pdf = sealed_pdf(case)
    text = flowing(text_of(pdf))
    assert text.count(INTO["fi"]) == 1
    assert not [one for one in ("tulkkikeskus", "4711", "Estonian") if one in text]
    [page] = [content for name, content in embedded_files(pdf, 10**7) if name == SIGNATURES]
    told = {one["name"].split()[0]: one for one in json.loads(page)["signatures"]}
    assert {name for name, one in told.items() if "interpreted_into" in one} == {"Aino"}
    assert told["Aino"]["interpreted_into"] == "et"
    assert not re.search(rb"tulkkikeskus|4711", page)
    assert verify_sealed(pdf, case.house.installation.seal_key.certificate_pem).findings == ()


def test_rule_14_the_page_of_who_had_nothing_interpreted_has_the_same_bytes_as_ever(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina", "Pekka")
    signs(case, digests["Aino"])
    [page] = [content for name, content in embedded_files(sealed_pdf(case), 10**7) if name == SIGNATURES]
    keys = {"name", "capacity", "signed_on", "way", "attested_by", "digest", "annex"}
    assert [set(one) for one in json.loads(page)["signatures"]] == [keys] * 3


def test_rule_14_what_was_sealed_stays_as_it_is_when_the_own_language_is_corrected(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina", "Pekka")
    speaks(case)
    signs(case, digests["Aino"], SERVICE)
    before = sealed_pdf(case)
    corrects(case, "Meri", "Aino", own_language="ru")
    assert (state(case), sealed_pdf(case)) == ("sealed", before)
