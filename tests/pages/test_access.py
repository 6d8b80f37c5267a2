"""Who reads which page: where a seat exists, and nowhere else; with the forms of what is open to it, and no other."""

import pytest

from api.pages.steps import FIRST
from mediation.words.catalogue import say
from tests.houses import House, application
from tests.pages.walks import ASKS_FOR_ID, OF_CASE, at, forms_on, opened, typed_ids
from tests.world import LiveCase, case_at
from workflows.mediation import MEDIATION

READERS = ("Meri", "Aino", "Tuula", "Kaarina", "Vilho")
PHASES = [one.code for one in MEDIATION.phases if one is not MEDIATION.final]
NO_PAGE = {  # there is none
    "/cases/{number}/moves/{code}",
    "/cases/{number}/room-sign-ins/{room_sign_in}",
    "/cases/{number}/papers/{paper}/pdf",
}
# Done on pages of their own, or in two steps of which the first has no form yet.
WITHOUT_FORM = {"transitions", "scans", "agreement", "problem-statements", "room-sign-ins"}
WITHOUT_FORM |= {"agreement/sending", "agreement/draft"}  # where the newest version is a draft
WITHOUT_FORM |= {one.path for those in application().state.doors.values() for one in those if one.name in FIRST}
SIGNED = "Allekirjoitit tämän "  # on the page of who has
SAID = {  # on the pages of who has agreed to a text
    "consents": say("mark.agreed-to-mediate", "fi"),
    "undertakings": say("mark.undertook-confidentiality", "fi"),
    "ground-rules/acceptances": say("mark.accepted-ground-rules", "fi"),
}
ON_CARDS = {"adopt-option", "respond-to-option"}  # buttons of each option, above the form of a new one
NO_CASE = {f"/cases/{{number}}{one}" for one in ("", "/own", "/papers", "/papers/{paper}")}
DRAFT = {"/cases/{number}/agreement/edit", "/cases/{number}/agreement/document"}
LEADING = {f"/cases/{{number}}/{one}" for one in ("sitting", "letters", "scans", "day-papers", "room-sign-ins")} | DRAFT
LEADING |= {"/cases/{number}/room-sign-ins/{room_sign_in}"}
OWN_LETTER = {"/cases/{number}/invitation"}  # of whom one was written to
HANDED = {"/cases/{number}/in-room"}  # of who was handed a screen; others are led to the page of the case
WHOLE = "/cases/{number}/agreement/text"  # of who has none to read, the page of the agreement
ALONE = {
    "/cases/{number}/private": "notes",
    "/cases/{number}/table": "options",
    "/cases/{number}/problem-statements": "problem_statements",
}  # needs that section of the case, read whole


READ_BEHIND = {"/cases/{number}/opened": "reads", "/cases/{number}/inquiry": "inquiry"}
# Of a choice of times, which a mediation has not.
READ_BEHIND |= {
    f"/cases/{{number}}/time-choices/{{choice}}{one}": "time-choices" for one in ("", "/answers", "/settlement")
}


def refuses(case: LiveCase, who: str, path: str) -> bool:
    """Whether the reading behind a page is refused to somebody, as the API answers it."""
    if path in READ_BEHIND:
        return bool(case[who].asks(f"GET {READ_BEHIND[path]}").status_code == 403)
    if path in LEADING:
        return who != "Meri"
    if path == "/cases/{number}/timeline":
        return who not in {"Meri", "Aino"}
    if path in ALONE:
        read = case[who].asks("GET ")
        return not (read.is_success and ALONE[path] in read.json())
    return False


def _has_files(case: LiveCase, who: str) -> bool:
    """Whether an agreement, or an own annex, was sent to somebody."""
    agreement = case[who].asks("GET agreement")
    return bool(agreement.is_success and agreement.json()["documents"])


@pytest.mark.seconds
def test_no_page_is_open_without_a_sign_in_nor_of_a_case_that_there_is_not(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue")
    for path in OF_CASE:
        assert opened(case, None, at(path, case.number)).status_code == 303, path
        assert opened(case, "Meri", at(path, "2027-4444")).status_code == 404, path


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.part(15)
def test_a_page_is_open_exactly_where_the_seat_and_the_reading_are(sqlite_house: House, phase: str, who: str) -> None:
    case = case_at(sqlite_house, phase)
    wrong = []
    for path in (one for one in OF_CASE if "/recorded" not in one):  # of somebody whom its address names
        here = at(path, case.number)
        assert opened(case, "Outi", here).status_code == 404
        has_no_case = who == "Vilho" and path in NO_CASE  # who ordered it has a page of its status
        refused = refuses(case, who, path)
        has_none = path in OWN_LETTER and not case[who].asks("GET invitation").is_success
        expected = 403 if refused else 404 if path in NO_PAGE or has_no_case or has_none else 200
        found = opened(case, who, here).status_code
        nothing_sent = path == WHOLE and not _has_files(case, who)
        expected = 303 if path in HANDED or nothing_sent else expected
        closed_now = path in DRAFT and (who, found) == ("Meri", 409)
        wrong += [(path, found, expected)] if found != expected and not closed_now else []
    assert wrong == []


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.part(6)
def test_a_page_shows_the_forms_of_what_is_open_and_no_other(sqlite_house: House, phase: str) -> None:
    case = case_at(sqlite_house, phase)
    doors = application().state.doors
    seen = set()
    for who in ("Meri", "Aino", "Tuula", "Kaarina"):
        may = set(case[who].reads()["you"]["may"])
        for path, those in doors.items():
            open_here = {one.name for one in those if one.is_open(may)}
            page = opened(case, who, at(f"/cases/{{number}}/{path}", case.number)).text
            shown = forms_on(page) - (ON_CARDS if path == "options" else set())
            if path == "agreement/signatures" and SIGNED in page:  # nobody signs twice
                open_here.discard("sign")
            can_change = (path, phase) == ("consents", "preparation")
            if path in SAID and SAID[path] in page and not can_change:  # nor agrees to one text twice
                open_here.clear()
            assert shown <= open_here, (who, path)
            if path not in WITHOUT_FORM:
                assert shown == open_here, (who, path)
            seen |= shown
    assert len(seen) > 20


@pytest.mark.seconds
def test_no_form_asks_anybody_to_type_an_id(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions")
    assert len(ASKS_FOR_ID) > 20
    typed = {
        (path, *one)
        for who in ("Meri", "Aino", "Kaarina", "Vilho")
        for path in OF_CASE
        for one in typed_ids(opened(case, who, at(path, case.number, case.ids["Pekka"])).text)
    }
    assert typed == set()
