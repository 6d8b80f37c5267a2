"""Bad luck in the middle of writing: whatever comes between, nothing is lost, nothing is done twice, and the way on is said."""

import re
from collections.abc import Iterator

import pytest
from lxml import html

from mediation.store.models import Statement
from mediation.words.catalogue import say
from tests.houses import House
from tests.pages.test_access import PHASES
from tests.pages.test_drafts import BEGUN, begun, filled
from tests.pages.test_floor import hidden, says, signed_in
from tests.pages.walks import OF_CASE, at
from tests.world import LiveCase, case_at, count


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    return case_at(sqlite_house, "dialogue")


def test_a_form_of_a_page_that_one_went_back_to_is_no_second_act_but_gives_the_new_words_back(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    before = count(room.house, Statement)
    form = hidden(aino.get(door)) | says("Ensin näin")
    assert aino.post(door, data=form, follow_redirects=False).status_code == 303
    back = aino.post(door, data=form | {"words": BEGUN})
    assert back.status_code == 409
    assert BEGUN in filled(back)
    assert count(room.house, Statement) == before + 1
    again = hidden(aino.get(door)) | {"_once": re.findall(r'name="_once" value="([^"]+)"', back.text)[-1]} | says(BEGUN)
    assert aino.post(door, data=again, follow_redirects=False).status_code == 303
    assert count(room.house, Statement) == before + 2


def test_two_tabs_are_two_forms_and_one_draft_the_newest(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    one, other = hidden(aino.get(door)), hidden(aino.get(door))
    assert one["_once"] != other["_once"]
    for form, words in ((one, "Vanha"), (other, BEGUN)):
        aino.post(f"/cases/{room.number}/drafts", data=form | says(words))
    assert BEGUN in filled(aino.get(door))


def test_words_come_back_to_who_left_the_case_in_another_tab(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    form = hidden(aino.get(door)) | says(BEGUN)
    room.aino.does("withdrawals", {"confirmed": True})
    answer = aino.post(door, data=form)
    assert answer.status_code in {403, 404, 409}
    assert filled(answer) == [BEGUN]
    assert say("page.kept-here", "fi") in answer.text


def test_who_signs_in_on_the_same_laptop_finds_nothing_of_who_wrote_there_before(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    begun(room, aino, "statements", says(BEGUN))
    pekka = signed_in(room, "Pekka")
    assert BEGUN not in pekka.get(door).text
    assert "data-hx-post" in pekka.get(door).text


def test_what_somebody_wrote_before_another_signed_in_here_names_who_would_send_it_now(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    before, form = count(room.house, Statement), hidden(aino.get(door)) | says(BEGUN)
    answer = signed_in(room, "Pekka").post(door, data=form)
    assert answer.status_code == 403
    assert say("page.signed-in", "fi", name="Pekka") in answer.text
    assert count(room.house, Statement) == before


def test_a_browser_without_cookies_is_told_so_in_words(sqlite_house: House) -> None:
    answer = sqlite_house.client().get("/signed-in")
    assert answer.status_code == 400
    assert say("page.cookies-off", "fi") in answer.text


def test_a_draft_of_an_agreement_that_changed_meanwhile_says_so_and_does_not_overwrite_it(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    meri, door = signed_in(room, "Meri"), f"/cases/{room.number}/agreement/edit"
    room.drafts({"Aino": "Aino kysyy ensin."})
    begun(room, meri, "agreement/edit", {"texts.fi.purpose": BEGUN})
    room.drafts({"Pekka": "Pekka vastaa heti."})
    page = meri.get(door)
    assert BEGUN in filled(page)
    assert say("page.draft-changed", "fi") in page.text
    assert meri.post(door, data=hidden(page) | {"texts.fi.purpose": BEGUN, "prevailing": "fi"}).status_code == 409
    assert room.meri.reads("agreement")["texts"]["fi"]["purpose"] != BEGUN


def test_a_draft_of_the_joint_text_that_a_newer_version_overtook_says_so(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "problem-definition")
    meri = signed_in(room, "Meri")
    begun(room, meri, "problem-statements", {"texts.fi.words": BEGUN})
    room.later(minutes=1)
    room.meri.does("problem-statements", {"texts": {"fi": {"words": "Uudempi", "goals": ["Rauha"]}}})
    page = meri.get(f"/cases/{room.number}/problem-statements")
    assert BEGUN in filled(page)
    assert say("page.text-overtook-draft", "fi") in page.text


@pytest.mark.parametrize("words", ["tauko", "Tauko", "Pidetään tauko ennen vuoroa."])
def test_words_are_given_back_where_the_case_has_moved_however_short_they_are(sqlite_house: House, words: str) -> None:
    room = case_at(sqlite_house, "solutions")
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/options"
    form = hidden(aino.get(door)) | {"words": words, "language": "fi"}
    room.meri.does("transitions", {"transition": "return-to-dialogue"}, If_Match=room.tag())
    back = aino.post(door, data=form)
    assert back.status_code == 409
    assert say("page.send-again", "fi") in back.text
    assert words in filled(back)


def test_a_page_from_before_another_sign_in_says_that_one_is_signed_in_again(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    form = hidden(aino.get(door)) | says(BEGUN) | {"_token": "0" * 64}
    back = aino.post(door, data=form)
    assert say("page.kept-again", "fi") in back.text
    assert filled(back) == [BEGUN]
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', back.text))
    assert aino.post(door, data=form | again, follow_redirects=False).status_code == 303


@pytest.mark.part(6)
@pytest.mark.parametrize("phase", PHASES)
def test_every_form_of_a_page_from_before_another_sign_in_comes_back_with_its_words_and_a_token(
    sqlite_house: House, phase: str
) -> None:
    case, lost, sent = case_at(sqlite_house, phase), [], set()
    for who in ("Meri", "Aino", "Vilho"):
        client = signed_in(case, who)
        for path in {"/", "/refer", *(at(one, case.number) for one in OF_CASE if one.count("{") == 1)}:
            page = client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)
            for action, fields in forms_in(page.text, BEGUN) if page.status_code == 200 else ():
                act = (action or path, fields.get("_act"))
                if act in sent or action in {"/sign-out", "/session-mode"}:
                    continue
                sent.add(act)
                told = client.post(action or path, data=fields | {"_token": "0" * 64}, headers={"Accept": "text/html"})
                is_kept = BEGUN in told.text or BEGUN not in fields.values()
                lost += [] if is_kept and f'value="{fields["_token"]}"' in told.text else [(who, *act)]
    assert len(sent) > 10
    assert lost == []


def forms_in(page: str, words: str) -> Iterator[tuple[str | None, dict[str, str]]]:
    """The forms of a page that are sent, each with where it goes, and its text areas filled with `words`."""
    for form in html.document_fromstring(page).iter("form"):
        if form.get("method") == "post":
            fields = {
                one.get("name"): one.get("value") or "" for one in form.iter("input") if one.get("type") == "hidden"
            }
            yield form.get("action"), fields | {one.get("name"): words for one in form.iter("textarea")}


def test_a_refusal_names_a_field_as_the_page_calls_it_and_leads_to_it(room: LiveCase) -> None:
    meri, door = signed_in(room, "Meri"), f"/cases/{room.number}/notes"
    answer = meri.post(door, data=hidden(meri.get(door)) | {"words": ""})
    assert answer.status_code == 422
    assert answer.text.count(say("error.text-empty", "fi", field="words").replace("Teksti", "Muistiinpano")) == 2
    assert "”Teksti”" not in answer.text


def test_a_line_that_is_too_long_is_said_at_the_field_that_it_stands_in(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    meri, door = signed_in(room, "Meri"), f"/cases/{room.number}/ground-rules"
    form = hidden(meri.get(door)) | {"_act": "write-ground-rules", "lines.fi": "Lyhyt\n" + "a" * 600}
    answer = meri.post(door, data=form)
    assert answer.status_code == 422
    said = say("error.text-too-long", "fi", field="lines.fi.1", limit=500)
    assert answer.text.count(said) == 2
    assert 'href="#f-lines-fi"' in answer.text
    assert 'id="f-lines-fi"' in answer.text
