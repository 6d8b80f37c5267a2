"""The bundle by its address: to whom the sealed agreement is, in their own version of it, whatever became of them since."""

import re
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import select

from mediation.__main__ import main
from mediation.sealing.standalone import verify
from mediation.store.models import RecordEntry
from mediation.words.catalogue import say
from tests.houses import House
from tests.people.test_departures import HOME, end_account, with_own_address
from tests.world import LiveCase, browser, case_at, problem


def bundle_of(response: httpx.Response) -> bytes:
    assert (response.status_code, response.headers["content-type"]) == (200, "application/zip"), response.text
    assert re.search(
        r'filename="allekirjoitettu-(sopimus|liite-tyonantaja)-v1.zip"$', response.headers["content-disposition"]
    )
    return response.content


def pdfs(content: bytes) -> set[str]:
    with ZipFile(BytesIO(content)) as archive:
        return {one for one in archive.namelist() if one.endswith(".pdf")}


@pytest.fixture
def sealed(house: House) -> LiveCase:
    return case_at(house, "follow-up", ready=False)


def test_every_signatory_gets_a_bundle_that_holds_of_what_is_theirs(sealed: LiveCase) -> None:
    seal = sealed.house.installation.seal_key
    bundles = {
        name: bundle_of(sealed[name].asks("GET agreement/bundle")) for name in ("Aino", "Pekka", "Kaarina", "Meri")
    }
    for name, content in bundles.items():
        report = verify.check(content, [seal.certificate])
        assert (report.findings, report.says["case"]) == ([], sealed.number), name
    assert bundles["Aino"] == bundles["Pekka"] == bundles["Meri"]
    assert "sopimus-fi.pdf" in pdfs(bundles["Aino"]) - pdfs(bundles["Kaarina"])
    assert [one["name"] for one in verify.check(bundles["Kaarina"], []).says["signatures"]] == ["Kaarina"]
    assert verify.check(bundles["Kaarina"], []).says["record"] is None
    assert b"Pekka" not in bundles["Kaarina"].replace(verify.unpack(bundles["Kaarina"])["README.txt"], b"")
    assert bundle_of(sealed.aino.asks("GET agreement/bundle?version=1")) == bundles["Aino"]
    for name, content in bundles.items():
        pdf = sealed[name].asks("GET agreement/sealed").content
        assert pdf == verify.unpack(content)[verify.check(content, []).says["sealed"]]
    problem(sealed.aino.asks("GET agreement/bundle?version=2"), 404, "document-not-found")
    assert sealed.aino.asks("GET agreement/bundle?version=0").status_code == 422


def test_nobody_else_gets_one_and_nobody_before_it_is_sealed(sealed: LiveCase) -> None:
    problem(sealed["Vilho"].asks("GET agreement/bundle"), 404, "document-not-found")
    problem(sealed["Outi"].asks("GET agreement/bundle"), 404, "case-not-found")
    unsealed = case_at(sealed.house, "solutions", ready=False)
    for name in ("Aino", "Meri"):
        problem(unsealed[name].asks("GET agreement/bundle"), 404, "document-not-found")


def test_the_record_has_the_entry_that_the_bundle_names(
    sealed: LiveCase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    head = verify.check(bundle_of(sealed.aino.asks("GET agreement/bundle")), []).says["record"]["head"]
    with sealed.house.installation.database.reading() as db:
        assert [one.act for one in db.scalars(select(RecordEntry).filter_by(hash=head))] == ["seal"]
    settings = sealed.house.installation.settings
    monkeypatch.setenv("MEDIATION_HOME", str(settings.home))
    monkeypatch.setenv("MEDIATION_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MEDIATION_KEYS_URL", settings.keys_url)
    assert main(["verify", "--case", sealed.number, "--head", head]) == 0
    assert f"it has an entry with the digest {head}" in capsys.readouterr().out
    assert main(["verify", "--case", sealed.number, "--head", "0" * 64]) == 1


def test_the_bundle_stays_the_same_however_the_case_goes_on(sealed: LiveCase) -> None:
    before = bundle_of(sealed.aino.asks("GET agreement/bundle"))
    sealed.pekka.does("statements", {"audience": "mediator", "words": "Vain Merille."})
    sealed.later(days=3)
    assert bundle_of(sealed.aino.asks("GET agreement/bundle")) == before


def test_who_left_or_whose_employment_ended_still_gets_it(sealed: LiveCase) -> None:
    before = bundle_of(sealed.aino.asks("GET agreement/bundle"))
    sealed.pekka.does("withdrawals", {"confirmed": True})
    assert bundle_of(sealed.pekka.asks("GET agreement/bundle")) == before
    house = sealed.house
    with_own_address(house, "Aino", HOME)
    end_account(house, "Aino")
    assert bundle_of(browser(house, HOME).get(f"/api/cases/{sealed.number}/agreement/bundle")) == before


def test_the_pages_of_own_documents_and_of_the_agreement_lead_to_it(sealed: LiveCase) -> None:
    words = say("page.bundle-do", "fi")
    for name in ("Aino", "Kaarina"):
        for page in ("own", "agreement"):
            shown = sealed.client(name).get(f"/cases/{sealed.number}/{page}", headers={"Accept-Language": "fi"})
            assert (words in shown.text, f"{sealed.number}/agreement/bundle" in shown.text) == (True, True), (
                name,
                page,
            )
    assert sealed.house.installation.seal_key.digest in sealed.client("Aino").get(f"/cases/{sealed.number}/own").text
    unsealed = case_at(sealed.house, "solutions", ready=False)
    assert words not in unsealed.client("Aino").get(f"/cases/{unsealed.number}/own").text


def test_a_copy_on_paper_is_marked_as_handed_over_and_whose_it_is_sees_it(sealed: LiveCase) -> None:
    unsealed = case_at(sealed.house, "solutions", ready=False)
    for name in ("Aino", "Kaarina"):
        given = sealed.meri.does(f"participants/{sealed.ids[name]}/copies")
        assert sealed.meri.does(f"participants/{sealed.ids[name]}/copies") == given
        shown = sealed.client(name).get(f"/cases/{sealed.number}/own", headers={"Accept-Language": "fi"}).text
        assert say("mark.given-copy", "fi") in shown
        to_unsealed = unsealed.meri.asks(f"POST participants/{unsealed.ids[name]}/copies")
        problem(to_unsealed, 409, "no-sealed-copy")
    refused = sealed.meri.asks(f"POST participants/{sealed.ids['Tuula']}/copies")
    problem(refused, 409, "no-sealed-copy")
    assert sealed.aino.asks(f"POST participants/{sealed.ids['Aino']}/copies").status_code == 403
    people = sealed.client("Meri").get(f"/cases/{sealed.number}/participants").text
    offered = {name for name in ("Aino", "Kaarina", "Tuula") if f"participants/{sealed.ids[name]}/copies" in people}
    assert offered == {"Aino", "Kaarina"}
