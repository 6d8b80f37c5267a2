"""HR's pages: a referral with a guide at each field and its answers checked, the order in two groups, and months in words."""

import re

import httpx
import pytest

from api.http.pages import decimal
from mediation.case.drafts import KEPT
from mediation.installation.due import do_what_is_due
from mediation.store.models import Case, ReferralDraft
from tests.houses import House
from tests.world import address, browser, case_at, count
from workflows import WORKFLOWS

MATTER = "Vuorojen vaihdot riitelyttävät"


def page_of(house: House, name: str) -> httpx.Client:
    client = browser(house, address(name))
    client.headers["Accept"] = "text/html"
    client.headers.pop("X-Form-Token")
    return client


def hidden(page: httpx.Response, act: str = "") -> dict[str, str]:
    form = re.search(rf'<form[^>]*>(?=\s*<input type="hidden" name="_act" value="{act}">).*?</form>', page.text, re.S)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0] if form else page.text))


def referral(house: House, **more: str) -> dict[str, str]:
    parties = {"parties.0.name": "Aino", "parties.0.email": "aino@example.org", "parties.1.name": "Pekka"}
    given = {"organisation": house.organisations["Esimerkkilä"], "workflow": "mediation", "language": "fi", **parties}
    return {**given, "subject": MATTER, "attendance_basis": "voluntary", **more}


@pytest.fixture
def vilho(sqlite_house: House) -> httpx.Client:
    """HR's browser."""
    sqlite_house.person("Vilho", office="hr")
    return page_of(sqlite_house, "Vilho")


def test_a_referral_is_checked_sent_once_and_goes_on_to_its_status(sqlite_house: House, vilho: httpx.Client) -> None:
    form = hidden(vilho.get("/refer")) | referral(sqlite_house)
    checking = vilho.post("/refer", data=form)
    assert (checking.status_code, count(sqlite_house, Case)) == (200, 0)
    for said in (MATTER, "Osapuoli 1", "Aino", "Osapuoli 2", "Pekka"):
        assert said in checking.text
    sent = hidden(checking)
    for _ in range(2):
        done = vilho.post("/refer", data={**sent, "_checked": "yes"})
        assert re.fullmatch(r"/statuses/\d{4}-\d{4}", done.url.path)
    assert count(sqlite_house, Case) == 1


def test_each_field_says_what_not_to_write_and_who_will_read_it(vilho: httpx.Client) -> None:
    page = vilho.get("/refer").text
    told = dict(re.findall(r'id="f-([\w-]+)-hint">([^<]*)<', page))
    assert "terveydestä" in told["subject"]
    assert "osapuolet" in told["subject"]
    assert "vain sovittelijat" in told["done_so_far"]
    assert "jota tämä koskee" in told["parties-0-phone"]
    for name in told.keys() - {"initiator"}:
        assert f'aria-describedby="f-{name}-hint"' in page or f'<fieldset id="f-{name}"' in page, name


def test_a_wrong_field_is_told_at_its_place_and_every_word_is_kept(sqlite_house: House, vilho: httpx.Client) -> None:
    wrong = referral(sqlite_house, **{"parties.1.email": "pekka@", "parties.1.capacity": "Hoitaja"})
    sent = hidden(vilho.post("/refer", data=hidden(vilho.get("/refer")) | wrong))
    page = vilho.post("/refer", data={**sent, "_checked": "yes"})
    assert (page.status_code, count(sqlite_house, Case)) == (422, 0)
    assert "<title>Virhe" in page.text
    for kept in (MATTER, 'value="pekka@"', 'value="Hoitaja"', 'value="aino@example.org"'):
        assert kept in page.text


def test_a_mediator_who_refers_chooses_who_commissions(sqlite_house: House, vilho: httpx.Client) -> None:
    sqlite_house.person("Meri", office="mediator")
    meri = page_of(sqlite_house, "Meri")
    form = meri.get("/refer")
    assert f'value="{sqlite_house.people["Vilho"]}"' in form.text
    assert 'name="commissioner"' not in vilho.get("/refer").text
    sent = hidden(meri.post("/refer", data=hidden(form) | referral(sqlite_house)))
    refused = meri.post("/refer", data={**sent, "_checked": "yes"})
    assert (refused.status_code, 'href="#f-commissioner"' in refused.text) == (422, True)
    chosen = referral(sqlite_house, commissioner=sqlite_house.people["Vilho"])
    sent = hidden(meri.post("/refer", data=hidden(meri.get("/refer")) | chosen))
    done = meri.post("/refer", data={**sent, "_checked": "yes"})
    assert (done.status_code, count(sqlite_house, Case)) == (200, 1)
    assert vilho.get("/").text.count('href="/statuses/') == 1


def test_the_order_shows_what_the_parties_may_read_apart_and_is_changed_from_what_it_was(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    vilho = page_of(sqlite_house, "Vilho")
    page = vilho.get(f"/cases/{case.number}/order")
    form = hidden(page, "order-mediation")
    assert page.text.count("Muuta tilausta") == 2  # the heading and the button: it was ordered once
    words = {"terms": "Hinta 900 euroa", "scope": "Vuorot", "language": "fi", "billing_period": "month"}
    done = vilho.post(f"/cases/{case.number}/order", data=form | words)
    assert done.url.path == f"/statuses/{case.number}", (form, done.text)
    page = vilho.get(f"/cases/{case.number}/order")
    apart = page.text.index("Vain työnantajan ja sovittelijan kesken")
    assert page.text.index("Vuorot") < apart < page.text.index("Hinta 900 euroa")
    assert re.search(r"<textarea[^>]*>\nHinta 900 euroa</textarea>", page.text)


def test_a_case_is_handed_over_to_a_colleague_by_name(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "preparation")
    vilho = page_of(sqlite_house, "Vilho")
    alone = vilho.get(f"/cases/{case.number}/hand-overs").text
    assert "Nyt ei ole, mistä valita." in alone
    assert "<button" not in alone.partition('name="_act" value="hand-overs"')[2].partition("</form>")[0]
    ulla = sqlite_house.person("Ulla", office="hr")
    form = vilho.get(f"/cases/{case.number}/hand-overs")
    assert re.search(rf'value="{ulla}"[^>]*><b>Ulla, Esimerkkilä<', form.text)
    assert "Meri" not in form.text
    assert "Meri, " in vilho.get(f"/cases/{case.number}/mediators").text


@pytest.mark.parametrize(("language", "hours"), [("fi", "4,2"), ("sv", "4,2"), ("en", "4.2")])
def test_hours_are_written_as_the_language_writes_numbers(language: str, hours: str) -> None:
    assert decimal(language, 4.2) == hours


def test_a_referral_that_is_not_sent_yet_is_kept_for_its_writer_until_it_is(
    sqlite_house: House, vilho: httpx.Client
) -> None:
    begun = hidden(vilho.get("/refer")) | referral(sqlite_house, availability="Arkisin aamuisin")
    kept = vilho.post("/refer/drafts", data=begun | {"_draft": "refer", "_keep": "yes"}, follow_redirects=False)
    assert (kept.status_code, kept.headers["location"]) == (303, "/refer")
    page = vilho.get("/refer").text
    assert MATTER in page
    assert re.search(
        r"<details open>.*Arkisin aamuisin", page, re.S
    )  # what is folded away is open once it is filled in
    sqlite_house.person("Sari", office="hr")
    assert MATTER not in page_of(sqlite_house, "Sari").get("/refer").text
    checking = vilho.post("/refer", data=begun)
    vilho.post("/refer", data={**hidden(checking), "_checked": "yes"})
    assert count(sqlite_house, Case) == 1
    assert count(sqlite_house, ReferralDraft) == 0
    assert MATTER not in vilho.get("/refer").text


def test_a_referral_that_nobody_finishes_goes_after_thirty_days(sqlite_house: House, vilho: httpx.Client) -> None:
    begun = hidden(vilho.get("/refer")) | referral(sqlite_house)
    vilho.post("/refer/drafts", data=begun | {"_keep": "yes"})
    sqlite_house.clock.at += KEPT
    do_what_is_due(sqlite_house.installation.database, WORKFLOWS)
    assert count(sqlite_house, ReferralDraft) == 0


def test_who_cannot_refer_is_told_who_can(sqlite_house: House) -> None:
    case_at(sqlite_house, "dialogue")
    page = page_of(sqlite_house, "Aino").get("/refer")
    assert page.status_code == 403
    assert "henkilöstöhallinto tai sovittelija" in page.text
    assert "<form method" not in page.text.replace('<form method="post" action="/sign-out">', "")
