"""Papers and what is recorded for others: by links and forms alone, without a script."""

import httpx
import pytest

from tests.houses import House
from tests.pages.test_mediator import Browser, filled
from tests.world import LiveCase, case_at, little_pdf, referred


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    return referred(sqlite_house)


def attaches(meri: Browser, whose: str, content: bytes) -> httpx.Response:
    action, form = filled(meri.page, {"whose": whose})
    meri.page = meri.client.post(action, data=form, files={"scan": ("paper.pdf", content, "application/pdf")})
    return meri.page


def test_a_consent_on_paper_is_attached_and_recorded_by_links_and_forms_alone(room: LiveCase) -> None:
    meri = Browser(room.house, "Meri", f"/cases/{room.number}").follows("Allekirjoitetut paperit")
    assert attaches(meri, room.ids["Pekka"], little_pdf("Pekka")).status_code == 200
    meri.follows("Suostu sovitteluun").sends({"answer": "given"})
    assert meri.page.status_code == 200
    marks = [one for one in room.pekka.reads()["marks"] if one["kind"] == "agreed-to-mediate"]
    assert [(one["way"], one["value"]) for one in marks] == [("paper", "given")]


def test_a_file_that_is_no_scan_is_refused_on_the_page(room: LiveCase) -> None:
    meri = Browser(room.house, "Meri", f"/cases/{room.number}/scans")
    assert attaches(meri, room.ids["Pekka"], b"MZ no paper").status_code == 422
    assert "<title>Virhe" in meri.page.text


def test_who_may_attach_nothing_is_refused_before_the_file_is_received(room: LiveCase) -> None:
    aino = room.house.client("Aino")
    for method in ("GET", "POST"):
        answer = aino.request(method, f"/cases/{room.number}/scans", headers={"Accept": "text/html"})
        assert answer.status_code == 403


def test_what_takes_an_own_hand_is_never_recorded_as_said(room: LiveCase) -> None:
    page = Browser(room.house, "Meri", f"/cases/{room.number}/participants").follows("Kirjaa toisen puolesta: Aino")
    page.follows("Suostu sovitteluun")
    assert 'value="in-person"' in page.page.text
    assert 'value="said"' not in page.page.text
    page.sends({"answer": "given", "way": "in-person", "confirmed_name": "Aino"})
    assert [one["way"] for one in room.aino.reads()["marks"] if one["kind"] == "agreed-to-mediate"] == ["in-person"]


def test_nobody_else_records_for_another(room: LiveCase) -> None:
    path = f"/cases/{room.number}/recorded?for={room.ids['Pekka']}"
    assert room.house.client("Aino").get(path, headers={"Accept": "text/html"}).status_code == 403
    meri = room.house.client("Meri")
    assert meri.get(path.replace(room.ids["Pekka"], "x" * 20), headers={"Accept": "text/html"}).status_code == 404


def test_a_session_is_planned_in_two_steps_that_ask_only_what_fits(room: LiveCase) -> None:
    meri = Browser(room.house, "Meri", f"/cases/{room.number}/sessions")
    assert "planned_at" not in meri.values
    meri.follows("Erillistapaaminen")
    assert "serves" not in meri.page.text
    meri.sends({"planned_at": "2027-02-01T09:00", "with_participant": room.ids["Aino"]})
    sessions = room.meri.reads()["sessions"]
    assert [(one["kind"], one["with"]) for one in sessions] == [("separate", room.ids["Aino"])]
    meri.page = meri.client.get(f"/cases/{room.number}/sessions?kind=joint")
    assert 'name="with_participant"' not in meri.page.text
    assert 'name="serves"' in meri.page.text


def test_a_screening_is_decided_with_the_fields_that_fit_the_outcome(room: LiveCase) -> None:
    room.meri.does("screenings")
    meri = Browser(room.house, "Meri", f"/cases/{room.number}/screenings").follows("Kirjaa soveltuvuusarvion tulos")
    meri.follows("Soveltuu tukijärjestelyin")
    assert "review_on" not in meri.page.text
    meri.sends({"safeguards": "breaks"})
    assert [one["safeguards"] for one in room.meri.reads()["screenings"]] == [["breaks"]]


def test_a_printed_letter_is_handed_over_by_one_button(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    someone = {"name": "Postiton Pirjo", "language": "fi", "role": "community-member"}
    case.meri.does("participants", someone)
    case.plans("information", days=3)
    meri = Browser(sqlite_house, "Meri", f"/cases/{case.number}").follows("Tulostettavat kirjeet")
    assert "Postiton Pirjo" in meri.page.text
    before = len(case.meri.reads("letters"))
    assert before
    meri.sends({})
    assert len(case.meri.reads("letters")) == before - 1


def test_a_support_person_is_added_with_whom_they_support_and_nobody_is_named_by_an_id(room: LiveCase) -> None:
    meri = Browser(room.house, "Meri", f"/cases/{room.number}").follows("Lisää osallistuja").follows("Tukihenkilö")
    assert "person" not in meri.values
    assert "subordinate" not in meri.page.text
    meri.sends({"name": "Tuula Tuki", "supports": room.ids["Aino"], "email": "tuula.tuki@example.org"})
    assert "Tuula Tuki" in [one["name"] for one in room.meri.reads()["participants"]]


def test_a_form_in_which_there_is_nobody_to_choose_from_is_shown_all_the_same(sqlite_house: House) -> None:
    sqlite_house.person("Sari", office="hr", organisation="Uusi talo")
    assert sqlite_house.client("Sari").get("/refer", headers={"Accept": "text/html"}).status_code == 200


def test_who_is_put_right_keeps_the_language_of_their_letters_unless_it_is_chosen(room: LiveCase) -> None:
    path = f"/cases/{room.number}/participants/{room.ids['Pekka']}/particulars"

    def line() -> dict[str, str]:
        return next(one for one in room.meri.reads()["participants"] if one["id"] == room.ids["Pekka"])

    language = line()["language"]
    meri = Browser(room.house, "Meri", path)
    assert "Kirjeiden kieli" in meri.page.text
    assert "language" not in meri.values
    meri.sends({"name": "Pekka Peltola"})
    assert (line()["name"], line()["language"]) == ("Pekka Peltola", language)
    Browser(room.house, "Meri", path).sends({"language": "sv"})
    assert line()["language"] == "sv"


def test_a_form_in_which_nobody_writes_asks_for_no_language(room: LiveCase) -> None:
    for path in ("screenings", "screenings/answers"):
        page = Browser(room.house, "Meri", f"/cases/{room.number}/{path}").page.text
        assert ("Kirjoituskieli" in page, 'type="hidden" name="language" value="fi"' in page) == (False, True), path


def test_what_is_recorded_for_somebody_asks_only_what_they_answer(room: LiveCase) -> None:
    room.meri.does("screenings")
    meri = Browser(room.house, "Meri", f"/cases/{room.number}/recorded/screenings/answers?for={room.ids['Aino']}")
    assert ("answers.S10" in meri.page.text, "answers.S17" in meri.page.text) == (True, False)
    assert ">Kirjaa: Aino</button>" in meri.page.text
    assert "Kysytään" not in Browser(room.house, "Aino", f"/cases/{room.number}/screenings/answers").page.text


def test_only_those_who_sit_at_sessions_can_be_marked_as_there(room: LiveCase) -> None:
    page = Browser(room.house, "Meri", f"/cases/{room.number}/sessions/held?kind=joint").page.text
    people = {name: f'value="{one}"' in page for name, one in room.ids.items()}
    assert (people["Aino"], people["Meri"], people["Vilho"]) == (True, True, False)


def test_a_task_is_ended_only_of_those_whose_task_it_is(room: LiveCase) -> None:
    room.comes("Tuula", "support-person", supports=room.ids["Aino"])
    page = Browser(room.house, "Meri", f"/cases/{room.number}/participants").page.text
    ended = {one for one in room.ids.values() if f'href="/cases/{room.number}/participants/{one}"' in page}
    assert ended == {room.ids["Tuula"]}


def test_what_is_chosen_already_is_not_said_to_be_if_one_wants(room: LiveCase) -> None:
    page = Browser(room.house, "Meri", f"/cases/{room.number}/participants?role=party").page.text
    assert ("<legend>Kieli</legend>" in page, ">Sähköpostiosoite <" in page) == (True, True)
