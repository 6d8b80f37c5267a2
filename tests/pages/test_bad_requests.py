"""Requests that no page of ours sends: of another site, mangled, of a page that is out of date, or far too much at once."""

import html
import re
import time

import pytest

from mediation.store.models import ReadTrace, Statement
from tests.houses import House
from tests.pages.test_floor import hidden, says, signed_in
from tests.pages.walks import HTML, faults_in
from tests.world import LiveCase, case_at, count, little_png

FOREIGN = {"origin": {"Origin": "https://evil.example"}, "site": {"Sec-Fetch-Site": "cross-site"}}
BOUNDARY = "XX"


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    return case_at(sqlite_house, "dialogue")


def multipart(fields: dict[str, str]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("path", ["statements", "withdrawals", "recorded/consents", "agreement/edit", "scans"])
def test_what_another_site_wrote_does_not_come_back_on_a_page_of_ours(room: LiveCase, path: str, how: str) -> None:
    aino = signed_in(room, "Aino" if path in {"statements", "withdrawals"} else "Meri")
    for wish in ({}, {"_more": "1"}, {"_sure": ""}):
        answer = aino.post(
            f"/cases/{room.number}/{path}",
            data={"words": "Vieras teksti", "reason": "Vieras teksti", "texts.fi.purpose": "Vieras teksti"} | wish,
            headers=HTML | FOREIGN[how],
        )
        assert answer.status_code == 403
        assert "Vieras teksti" not in answer.text
        assert "<form" not in answer.text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("charset", ["punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7"])
def test_a_form_in_an_encoding_that_no_browser_uses_is_refused(room: LiveCase, charset: str) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    body = multipart(hidden(aino.get(door)) | says(r"\ud800 +2AA- abc..def"))
    kind = f"multipart/form-data; boundary={BOUNDARY}; charset={charset}"
    before = count(room.house, Statement)
    assert aino.post(door, content=body, headers=HTML | {"Content-Type": kind}).status_code == 422
    assert count(room.house, Statement) == before


def test_a_scan_that_comes_as_no_form_is_refused(room: LiveCase) -> None:
    answer = room.client("Meri").post(f"/cases/{room.number}/scans", content=b"x=1", headers=HTML)
    assert answer.status_code == 422


@pytest.mark.parametrize("kind", ["", "telepathy"])
def test_a_second_factor_of_no_kind_leads_back_to_the_choice_of_one(room: LiveCase, kind: str) -> None:
    aino = signed_in(room, "Aino")
    answer = aino.post("/proof", data={"kind": kind, "_to": "/account"}, headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/proof?to=/account")


def test_signing_out_on_a_page_from_before_another_sign_in_signs_out(room: LiveCase) -> None:
    aino = signed_in(room, "Aino")
    answer = aino.post("/sign-out", data={"_token": "f" * 64}, headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "session" not in aino.cookies
    assert aino.get("/", headers=HTML, follow_redirects=False).headers["location"] == "/sign-in"


@pytest.mark.parametrize("how", FOREIGN)
def test_another_site_signs_nobody_out(room: LiveCase, how: str) -> None:
    aino = signed_in(room, "Aino")
    assert aino.post("/sign-out", headers=HTML | FOREIGN[how]).status_code == 403
    assert aino.get("/", headers=HTML, follow_redirects=False).status_code == 200


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "/" * 2_000]
)
def test_an_act_leads_to_no_address_but_ours(room: LiveCase, path: str) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    form = hidden(aino.get(door)) | says("Sanat") | {"_to": path}
    assert aino.post(door, data=form, headers=HTML, follow_redirects=False).headers["location"] == "/"
    assert f'href="{path}"' not in aino.get(f"{door}?to={path[:500]}", headers=HTML).text


def test_a_long_address_to_go_on_to_is_the_start(room: LiveCase) -> None:
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    form = hidden(aino.get(door)) | says("Sanat") | {"_to": "/" + "x" * 100_000}
    assert aino.post(door, data=form, headers=HTML, follow_redirects=False).headers["location"] == "/"


def test_a_form_of_as_many_fields_as_are_taken_costs_nobody_long(room: LiveCase) -> None:
    rows = ("texts.fi.action", "texts.sv.action", "texts.en.action", "texts.fi.measure", "starts_on", "owners")
    sent = {f"commitments.{row}.{part}": "x" for row in range(100) for part in rows}
    sent |= {f"answers.{key}": "x" for key in range(1_300)}
    nobody = room.house.client()
    began = time.process_time()
    answer = nobody.post(f"/cases/{room.number}/agreement/edit", data=sent, headers=HTML)
    assert answer.status_code == 401
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-in/letter"])
def test_a_machine_that_looks_a_link_of_a_letter_up_finds_it(room: LiveCase, path: str) -> None:
    assert room.house.client().head(path).status_code == 200


def test_characters_that_no_html_may_hold_are_shown_as_unknown_ones(room: LiveCase) -> None:
    words = "Alku\x00\x07\x1b\x9f\ufdd0\uffff loppu"
    aino, door = signed_in(room, "Aino"), f"/cases/{room.number}/statements"
    aino.post(door, data=hidden(aino.get(door)) | says(words, "table"))
    assert words in [one["words"] for one in room.aino.reads()["statements"]]
    for reader in ("Aino", "Meri", "Pekka"):
        page = room.client(reader).get(door, headers=HTML).text
        assert "Alku\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd loppu" in page
        assert not list(faults_in(page))


def test_a_scan_of_some_megabytes_is_taken_of_who_may_attach_it_and_not_received_of_others(room: LiveCase) -> None:
    photo, door = little_png() + bytes(5_000_000), f"/cases/{room.number}/scans"
    for name, status in (("Meri", 303), ("Aino", 403), (None, 401)):
        browser = signed_in(room, name) if name else room.house.client()
        form = hidden(browser.get(door, headers=HTML)) if name == "Meri" else {}
        answer = browser.post(
            door,
            data=form | {"whose": room.ids["Aino"]},
            files={"scan": ("kuva.png", photo, "image/png")},
            headers=HTML,
            follow_redirects=False,
        )
        assert answer.status_code == status, answer.text


def test_choosing_a_sentence_to_release_opens_nobody_elses_words(room: LiveCase) -> None:
    said = room.aino.does("statements", says("Eka lause. Toka lause."))["id"]
    room.pekka.does("statements", says("Pekan sanat.", "table"))
    before = count(room.house, ReadTrace)
    door = f"/cases/{room.number}/statements/{said}/releases"
    assert "Toka lause." in room.client("Aino").get(door, headers=HTML).text
    for name in ("Meri", "Pekka"):
        assert "Toka" not in room.client(name).get(door, headers=HTML).text.partition("<main")[2]
    assert count(room.house, ReadTrace) == before


def test_reading_in_another_language_leads_back_to_the_same_page_with_its_question(room: LiveCase) -> None:
    meri = room.client("Meri")
    asked = f"/cases/{room.number}/recorded?for={room.ids['Aino']}"
    page = meri.get(asked, headers=HTML).text
    [link] = re.findall(r'href="(/language/sv[^"]*)"', page)
    assert meri.get(html.unescape(link), headers=HTML, follow_redirects=False).headers["location"] == asked


def test_an_address_too_long_to_come_back_to_leads_back_without_its_question(room: LiveCase) -> None:
    page = room.client("Meri").get(f"/cases/{room.number}?x={'y' * 1_000}", headers=HTML).text
    assert f'href="/language/sv?to=/cases/{room.number}"' in page


def test_a_form_with_a_language_that_there_is_not_comes_back_as_strict_html(room: LiveCase) -> None:
    meri = room.client("Meri")
    for path in ("safeguards", f"participants/{room.ids['Aino']}/particulars"):
        for sent in ({"language": "xx"}, {}):
            answer = meri.post(f"/cases/{room.number}/{path}", data=sent, headers=HTML)
            assert answer.status_code == 422
            assert not list(faults_in(answer.text))
