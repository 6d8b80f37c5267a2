"""An administrator's pages: offices, invitations, sign-ins closed on a call, a second factor asked for, and orders to keep."""

import re
from datetime import timedelta

import httpx
import pytest

from mediation.retention import run as retention
from tests.houses import House
from tests.world import address, body_of, browser, case_at, link_for, post_of, problem


@pytest.fixture
def tauno(sqlite_house: House) -> httpx.Client:
    """The browser of who administers Esimerkkilä."""
    sqlite_house.person("Tauno", office="admin")
    client = browser(sqlite_house, address("tauno"))
    client.headers["Accept"] = "text/html"
    client.headers.pop("X-Form-Token")
    return client


def sends(client: httpx.Client, path: str, act: str, **fields: str) -> httpx.Response:
    form = re.search(
        rf'<form[^>]*>\s*<input type="hidden" name="_act" value="{act}">.*?</form>', client.get(path).text, re.S
    )
    assert form is not None, act
    return client.post(
        path, data={**dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])), **fields}
    )


def test_somebody_is_invited_and_holds_the_office_once_they_came(sqlite_house: House, tauno: httpx.Client) -> None:
    organisation = sqlite_house.organisations["Esimerkkilä"]
    given = {"name": "Uuno", "office": "hr", "language": "sv", "organisation": organisation}
    wrong = sends(tauno, "/admin/invitations", "invite", **given, email="uuno@")
    assert (wrong.status_code, 'value="Uuno"' in wrong.text, 'href="#f-email"' in wrong.text) == (422, True, True)
    sent = sends(tauno, "/admin/invitations", "invite", **given, email=address("uuno"))
    assert (sent.status_code, "Kutsu on lähetetty" in sent.text) == (200, True)
    [letter] = post_of(sqlite_house)
    code = re.search(r"^(\w{4}-\w{4})$", body_of(letter), re.MULTILINE)
    assert code is not None
    came = sqlite_house.client().post("/api/sign-in/sessions", json={"email": address("uuno"), "code": code[1]})
    assert came.status_code == 201
    page = tauno.get("/admin").text
    assert "Uuno" in page
    assert "Henkilöstöhallinto (HR) · Esimerkkilä" in page


def test_sign_ins_are_closed_on_a_call_and_opened_after_a_meeting(sqlite_house: House, tauno: httpx.Client) -> None:
    sqlite_house.person("Vilho", office="hr")
    vilho = browser(sqlite_house, address("vilho"))
    answers = [
        sends(tauno, "/admin/closings", "close", email=one) for one in (address("vilho"), "kukaties@example.org")
    ]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].text == answers[1].text  # it tells nobody who is there
    problem(vilho.get("/api/me"), 401, "signed-out")
    assert "Signing" not in sends(tauno, "/admin/openings", "open", email=address("vilho")).text
    assert browser(sqlite_house, secret=link_for(sqlite_house, address("vilho"))).get("/api/me").status_code == 200


def test_a_leaver_loses_offices_and_is_gone_from_the_list(sqlite_house: House, tauno: httpx.Client) -> None:
    vilho = sqlite_house.person("Vilho", office="hr")
    gone = sends(tauno, f"/admin/people/{vilho}", "let-go")
    assert (gone.url.path, "Vilho" in gone.text) == ("/admin", False)
    assert tauno.get(f"/admin/people/{vilho}").status_code == 404


def test_an_organisation_asks_for_a_second_factor(sqlite_house: House, tauno: httpx.Client) -> None:
    path = f"/admin/organisations/{sqlite_house.organisations['Esimerkkilä']}"
    assert "<b>Todennussovellus</b></p>" in sends(tauno, path, "ask", second_factor="totp").text
    elsewhere = sqlite_house.organisation("Muualla")
    assert tauno.get(f"/admin/organisations/{elsewhere}").status_code == 404


def test_a_case_gets_a_mediator_by_its_number_and_name_and_an_order_keeps_it(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    mirja = sqlite_house.person("Mirja", office="mediator")
    sqlite_house.person("Tauno", office="admin")
    tauno = browser(sqlite_house, address("tauno"))
    tauno.headers["Accept"] = "text/html"
    wrong = sends(tauno, "/admin/mediators", "assign", _named="2027-9999", person=mirja, role="mediator")
    assert (wrong.status_code, 'value="2027-9999"' in wrong.text) == (404, True)
    done = sends(tauno, "/admin/mediators", "assign", _named=case.number, person=mirja, role="co-mediator")
    assert "Hänet on nimetty" in done.text
    kept = sends(tauno, "/admin/holds", "hold", number=case.number, reference="R 12/2027", named="notes")
    assert "R 12/2027" in kept.text
    assert "R 12/2027" not in sends(tauno, "/admin/holds", "lift").text


def test_nobody_but_an_administrator_has_these_pages(sqlite_house: House, tauno: httpx.Client) -> None:
    sqlite_house.person("Vilho", office="hr")
    vilho = browser(sqlite_house, address("vilho"))
    for path in ("", "/invitations", "/mediators", "/closings", "/openings", "/holds", "/state"):
        assert tauno.get(f"/admin{path}").status_code == 200
        assert vilho.get(f"/admin{path}").status_code == 403
    assert 'href="/admin"' in tauno.get("/").text


def test_the_state_page_says_whether_keys_can_be_recovered_and_what_was_last_saved_and_deleted(
    sqlite_house: House, tauno: httpx.Client
) -> None:
    before = tauno.get("/admin/state").text
    assert "Palautusosia ei ole tarkistettu" in before
    assert "Varmuuskopiota ei ole tehty" in before
    assert "Poistoja ei ole vielä ajettu" in before
    installation = sqlite_house.installation
    settings, keyring = installation.settings, installation.keyring
    settings.master_key_file.with_name(f"{settings.master_key_file.name}.confirmed").write_text(keyring.master.name)
    (settings.home / "last-backup").write_text("2027-01-11T01:30:00+00:00")
    retention.run(installation.database)
    sqlite_house.clock.set(sqlite_house.clock.at + timedelta(days=3))
    again = browser(sqlite_house, address("tauno"))
    after = again.get("/admin/state", headers={"Accept": "text/html"}).text
    assert "Palautusosat on tarkistettu" in after
    assert "11.1.2027" in after
    assert "Poistoja ei ole vielä ajettu" not in after
    assert "näyttää väärää aikaa" in after


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_accessibility_statement_names_the_law_what_was_tested_and_the_authority(
    sqlite_house: House, language: str
) -> None:
    client = sqlite_house.client()
    client.headers["Accept"] = "text/html"
    page = client.get("/accessibility", headers={"Accept-Language": language}).text
    for named in ("306/2019", "axe-core", "14 ", "Traficom", "http://127.0.0.1:8000"):
        assert named in page
