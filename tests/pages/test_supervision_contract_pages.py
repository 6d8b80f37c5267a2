"""The pages on which a supervision is agreed: form, frame, confidentiality and contract, by links and forms alone."""

from collections.abc import Callable

import pytest
from lxml import html

from tests.documents.test_documents import text_of
from tests.houses import House
from tests.pages.test_mediator import Browser
from tests.supervisions import ALONE, GROUP, PARENTS, active, begun, drafts, in_contracting, in_mapping, moves, signs
from tests.world import LiveCase


def at(house: House, name: str, number: str, path: str = "") -> Browser:
    return Browser(house, name, f"/cases/{number}/{path}".rstrip("/"))


def said(browser: Browser) -> str:
    assert browser.page.status_code == 200, browser.page.text
    return " ".join(html.fromstring(browser.page.text).text_content().split())


def test_a_supervisor_agrees_form_and_frame_by_forms_alone(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    raili = at(sqlite_house, "Raili", case.number, "form")
    assert "Yksilötyönohjaus" in said(raili)
    raili.sends({"form": "group", "kind": "client-work", "shape": "supervisees", "cap": "1"})
    assert "Yksi ei ole ryhmä." in raili.page.text
    raili.sends({"form": "group", "kind": "client-work", "shape": "supervisees", "cap": "6"})
    raili = at(sqlite_house, "Raili", case.number, "form")
    assert "Ryhmätyönohjaus" in said(raili)
    assert (raili.values["form"], raili.values["cap"]) == ("group", "6")  # as it was chosen before
    raili = at(sqlite_house, "Raili", case.number, "frame")
    words = {"session_count": "14", "starts_on": "2027-02-01", "weeks": "0", "evaluation_after": "7\n14"}
    raili.sends(words)
    assert raili.page.status_code == 422
    raili.sends({**words, "weeks": "3", "texts.fi.methods": "Keskustelemme."})
    text = said(at(sqlite_house, "Raili", case.number, "frame"))
    assert "Väliarviointi pidetään 7., 14. tapaamisen jälkeen" in text
    assert "Keskustelemme." in text
    assert at(sqlite_house, "Raili", case.number, "frame").values["session_count"] == "14"  # as it was written before


def test_who_takes_part_reads_and_is_bound_on_one_page(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    case.raili.does("PUT form", GROUP)
    moves(case, "draw-up-contract")
    sanna = at(sqlite_house, "Sanna", case.number)
    sanna.follows("Lue ja sitoudu")
    assert "Pidän salassa" in said(sanna)
    sanna.sends({"text": sanna.values["text"]})
    assert case.ids["Sanna"] in {
        one["participant"] for one in case.raili.reads()["marks"] if one["kind"] == "bound-to-confidentiality"
    }


def test_a_parent_answers_one_question_alone(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    case.raili.does("PUT form", PARENTS)
    sanna = at(sqlite_house, "Sanna", case.number, "parents/answers")
    assert "Toinen vanhempi ei näe sitä." in said(sanna)
    sanna.sends({"afraid": "no"})
    assert [one["kind"] for one in case.sanna.reads()["marks"] if one["kind"] == "asked-alone"]


def test_only_parents_are_asked_whether_they_are_afraid_of_each_other(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    for form, is_asked in ((GROUP, False), (PARENTS, True)):
        case.raili.does("PUT form", form)
        assert ("answer-alone" in case.sanna.reads()["you"]["may"]) is is_asked
        own = at(sqlite_house, "Sanna", case.number, "parents/answers").page.text
        assert ('name="afraid"' in own) is is_asked
        recorded = at(sqlite_house, "Raili", case.number, f"recorded?for={case.ids['Sanna']}")
        assert ("/recorded/parents/answers" in recorded.page.text) is is_asked


def test_who_has_no_device_is_bound_to_the_newest_words_at_the_supervisors(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    case.raili.does("PUT form", GROUP)
    moves(case, "draw-up-contract")
    form = at(sqlite_house, "Raili", case.number, f"recorded/confidentiality?for={case.ids['Sanna']}")
    form.sends({"way": "in-person", "confirmed_name": "Sanna"})
    bound = {one["participant"] for one in case.raili.reads()["marks"] if one["kind"] == "bound-to-confidentiality"}
    assert bound == {case.ids["Sanna"]}


def test_the_contract_is_written_in_an_editor_that_asks_for_goals_alone(sqlite_house: House) -> None:
    case = in_contracting(sqlite_house, "Sanna", form=ALONE)
    raili = at(sqlite_house, "Raili", case.number, "agreement/edit")
    text = said(raili)
    assert "Tavoite 1" in text
    for field in ("commitments.0.due_on", "commitments.0.texts.fi.rhythm", "texts.fi.new_problem", "texts.fi.goals"):
        assert field not in raili.values
    written = {"texts.fi.purpose": "Haluan tutkia työtäni.", "commitments.0.texts.fi.action": "Rajaan työni."}
    raili.sends({**written, "commitments.0.texts.fi.measure": "Lähden ajoissa."}, press="_save=1")
    document = said(at(sqlite_house, "Raili", case.number, "agreement/document"))
    for words in ("Työnohjaussopimus", "Rajaan työni.", "Yksilötyönohjaus", "joka kolmas viikko", "Pidän salassa"):
        assert words in document


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_supervisor_and_supervisee_read_decide_and_sign(sqlite_house: House, language: str) -> None:
    case = in_contracting(sqlite_house, "Sanna", form=ALONE)
    drafts(case)
    case.raili.does("agreement/sending")
    for name in ("Sanna", "Raili"):
        reader = at(sqlite_house, name, case.number, "agreement")
        reader.client.headers["Accept-Language"] = language
        text = said(at(sqlite_house, name, case.number, "agreement"))
        assert "Kerromme toisillemme ajoissa" in text
        assert "joka kolmas viikko" in text
        assert ("Mietin vielä" in text) == (name == "Sanna")  # who supervises has nothing to think over
        signing = at(sqlite_house, name, case.number, "agreement/signatures")
        assert "digest" in signing.values
    assert signs(case, "Sanna", "Raili")
    sealed = said(at(sqlite_house, "Sanna", case.number, "agreement"))
    assert "Kaikki ovat allekirjoittaneet" in sealed
    for name in ("Sanna", "Raili"):
        whole = said(at(sqlite_house, name, case.number, f"agreement/text?lang={language}"))
        for words in ("Kerromme toisillemme ajoissa", "joka kolmas viikko", "Pidän salassa"):
            assert words in whole


def test_the_organisations_own_lines_stand_in_the_box_of_the_contract(sqlite_house: House) -> None:
    house = sqlite_house
    case = in_contracting(house, "Sanna", form=ALONE)
    house.person("Ari", office="admin", organisation="Työnohjaajat")
    lines = {"paper_contact": "", "paper_controller": "", "paper_lines": {"fi": ["Kysy meiltä tilasta."]}}
    answer = house.client("Ari").put(f"/api/organisations/{house.organisation('Työnohjaajat')}/letterhead", json=lines)
    assert answer.is_success, answer.text
    drafts(case)
    case.raili.does("agreement/sending")
    assert "Kysy meiltä tilasta." in said(at(house, "Sanna", case.number, "agreement/text"))
    [printed] = [one for one in case.sanna.reads("agreement")["documents"] if one["name"] == "sopimus-fi.pdf"]
    assert "Kysy meiltä tilasta." in text_of(case.sanna.asks(f"GET documents/{printed['id']}").content)


@pytest.mark.seconds
@pytest.mark.parametrize("lead", [in_contracting, active], ids=["contracting", "active"])
def test_everything_that_one_is_led_to_opens(sqlite_house: House, lead: Callable[..., LiveCase]) -> None:
    case = lead(sqlite_house, "Sanna", "Olli", manager="Marko", form={**GROUP, "shape": "with-manager"})
    for name in ("Raili", "Sanna", "Marko"):
        page = at(sqlite_house, name, case.number)
        waiting, seen = [f"/cases/{case.number}"], set[str]()
        while waiting:
            here = waiting.pop()
            seen.add(here)
            answer = page.client.get(here)
            assert answer.status_code == 200, (name, here)
            links = {one.get("href", "").partition("#")[0] for one in html.fromstring(answer.text).iter("a")}
            ahead = {one for one in links if one.startswith(f"/cases/{case.number}")} - seen
            waiting += sorted(one for one in ahead if not one.endswith("/pdf") and one not in waiting)
        assert len(seen) > 12


def test_only_what_a_supervision_declares_is_offered_in_its_forms(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    kinds = said(at(sqlite_house, "Raili", case.number, "sessions"))
    assert "Työnohjaustapaaminen" in kinds
    for other in ("Infotilaisuus", "Yhteistapaaminen", "Seurantatapaaminen"):
        assert other not in kinds
    roles = said(at(sqlite_house, "Raili", case.number, "participants"))
    assert "Jonossa" in roles
    for other in ("Tukihenkilö", "Osapuoli", "Työnantajan edustaja"):
        assert other not in roles
    consent = at(sqlite_house, "Sanna", case.number, "consents")
    assert "text" not in consent.values


def test_a_supervision_without_people_is_headed_by_its_number(sqlite_house: House) -> None:
    case = begun(sqlite_house, ())
    [heading] = html.fromstring(at(sqlite_house, "Raili", case.number).page.text).iter("h1")
    assert heading.text_content() == f"Työnohjaus {case.number}"


def test_a_supervision_whose_sessions_are_not_planned_leads_to_the_series(sqlite_house: House) -> None:
    case = active(sqlite_house, "Sanna", "Olli")
    link = f'class="button" href="/cases/{case.number}/series"'
    assert link in at(sqlite_house, "Raili", case.number).page.text
    case.plans("supervision", name="Raili")
    assert link not in at(sqlite_house, "Raili", case.number).page.text


def test_a_request_is_asked_in_the_words_of_the_process_that_was_chosen(sqlite_house: House) -> None:
    sqlite_house.person("Leena", office="hr")
    leena = Browser(sqlite_house, "Leena", "/refer?workflow=supervision")
    assert "Pyydä työnohjausta" in said(leena)
    assert "Mitä työnohjaukselta toivotaan" in said(leena)
    assert "Tuo asia soviteltavaksi" in said(Browser(sqlite_house, "Leena", "/refer"))


def test_an_evaluation_is_planned_for_the_phases_that_evaluate(sqlite_house: House) -> None:
    case = active(sqlite_house, "Sanna", "Olli", manager="Marko", form={**GROUP, "shape": "with-manager"})
    form = html.fromstring(at(sqlite_house, "Raili", case.number, "sessions?kind=evaluation").page.text)
    offered = form.xpath("//input[@name='serves']/@value")
    assert offered == ["interim-evaluation", "closing-evaluation"]
