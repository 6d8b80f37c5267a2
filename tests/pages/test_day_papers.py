"""The papers of the day in one print: attendance, and each text with lines to sign at; nothing private stands on them."""

from tests.houses import House
from tests.pages.test_sitting import PAGE, laptop, text_of
from tests.world import almost_signed, case_at

SECRET = "Pekka pelottaa minua."


def test_one_print_has_the_attendance_and_every_text_with_a_line_for_each_who_signs(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("statements", {"audience": "mediator", "words": SECRET, "language": "fi"})
    meri = laptop(room)
    meri.follows("Päivän paperit")
    papers = {text_of(next(one.iter("h2"))): one for one in meri.seen.iter("section")}
    assert set(papers) >= {"Läsnäolijat", "Pelisäännöt", "Yhteinen ongelman määrittely"}
    for name in ("Meri", "Aino", "Pekka", "Tuula"):
        assert name in text_of(papers["Läsnäolijat"])
    signed = [text_of(one) for one in papers["Pelisäännöt"].iter("th") if one.get("scope") == "row"]
    assert [one.partition(",")[0] for one in signed] == ["Aino", "Pekka"]
    assert SECRET not in meri.page.text


def test_an_agreement_that_waits_has_a_sheet_with_its_digest(sqlite_house: House) -> None:
    room, digests = almost_signed(sqlite_house, "Pekka", "Kaarina")
    meri = laptop(room, path="day-papers")
    assert digests["Aino"] in meri.page.text
    sheet = next(one for one in meri.seen.iter("section") if "Allekirjoitan sopimuksen" in text_of(one))
    assert [text_of(one) for one in sheet.iter("th") if one.get("scope") == "row"] == ["Aino", "Pekka"]
    annex = next(one for one in meri.seen.iter("section") if "omat sitoumukseni" in text_of(one))
    assert digests["Aino"] not in text_of(annex)
    assert [text_of(one) for one in annex.iter("th") if one.get("scope") == "row"] == ["Kaarina"]


def test_the_papers_are_for_who_leads_and_open_in_session_mode(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    for name in ("Aino", "Tuula"):
        assert room.client(name).get(f"/cases/{room.number}/day-papers", headers=PAGE).status_code == 403
    meri = laptop(room)
    meri.presses("Siirry tapaamistilaan")
    meri.follows("Päivän paperit")
    assert "Läsnäolijat" in meri.page.text
