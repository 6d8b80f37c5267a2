"""Pages of inquiries: a form that needs no account and no script, its link, what waits, and what the orderer has of it."""

import re

import httpx
import pytest
from fastapi.testclient import TestClient
from lxml import html

from mediation.store.models import Case, Inquiry
from tests.acts.test_inquiries import NEED, confirmed, open_house, secret_in, takes
from tests.houses import House
from tests.pages.test_ordering_pages import hidden, page_of
from tests.world import answered, browser, count

FILLED = {
    "asked_for": "employer",
    "need": NEED,
    "wished_form": "group",
    "wished_kind": "change",
    "people": "5",
    "work_field": "Kotihoito",
    "wished_times": "Aamut",
    "email": "leena@kunta.example",
}


@pytest.fixture
def asked(sqlite_house: House) -> House:
    return open_house(sqlite_house)


def anybody(house: House) -> httpx.Client:
    return TestClient(house.app, headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})


def test_anybody_asks_confirms_and_is_told_no_more_than_that(asked: House) -> None:
    reader = anybody(asked)
    form = reader.get("/inquiries/ohjaajat")
    assert form.status_code == 200
    for said in ("Ohjaajat", "Älä kirjoita kenenkään nimeä", 'name="need"', 'name="people"'):
        assert said in form.text
    sent = reader.post("/inquiries/ohjaajat", data=FILLED, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/inquiries/ohjaajat/sent")
    assert "48 tunnin" in reader.get("/inquiries/ohjaajat/sent").text
    assert count(asked, Case) == 0
    assert 'name="name"' in reader.get("/inquiry").text
    link = f"https://example.org/inquiry#{secret_in(asked)}"
    done = reader.post("/inquiry", data={"link": link, "name": "Leena Laine"})
    assert (done.status_code, count(asked, Case)) == (200, 1)
    assert (done.url.path, "<title>Tiedustelu on vahvistettu" in done.text) == ("/inquiry/confirmed", True)
    used = reader.post("/inquiry", data={"link": "https://example.org/inquiry#" + "x" * 43, "name": "Leena Laine"})
    assert (used.status_code, 'value="Leena Laine"' in used.text) == (401, True)


@pytest.mark.parametrize(
    "wrong", [{"need": ""}, {"email": "leena@"}, {"need": "ä" * 20_000}, {"people": "0"}, {"wished_form": ""}]
)
def test_what_is_refused_comes_back_with_every_word(asked: House, wrong: dict[str, str]) -> None:
    sent = FILLED | wrong
    again = anybody(asked).post("/inquiries/ohjaajat", data=sent)
    assert (again.status_code, count(asked, Inquiry)) == (422, 0)
    assert "<title>Virhe" in again.text
    for name in ("need", "work_field", "email"):
        assert sent[name] in again.text


def test_what_is_written_into_the_page_is_shown_as_words(asked: House) -> None:
    again = anybody(asked).post(
        "/inquiries/ohjaajat", data=FILLED | {"need": "<script>alert(1)</script>", "email": "x"}
    )
    assert "<script>alert(1)" not in again.text
    assert "&lt;script&gt;alert(1)" in again.text


def test_a_closed_address_is_no_page(asked: House) -> None:
    takes(asked, is_open=False)
    for path in ("/inquiries/ohjaajat", "/inquiries/nowhere"):
        assert anybody(asked).get(path).status_code == 404
        assert anybody(asked).post(path, data=FILLED).status_code == 404


def test_whoever_takes_inquiries_chooses_who_supervises(asked: House) -> None:
    case = confirmed(asked)
    raili = page_of(asked, "Raili")
    assert "/inquiries" in raili.get("/").text
    page = raili.get("/inquiries")
    assert NEED not in page.text
    assert case.number in page.text
    taken = raili.post("/inquiries", data=hidden(page, "take") | {"person": case.people["Raili"]})
    assert (taken.status_code, case.number in taken.text) == (200, False)
    told = raili.get(f"/cases/{case.number}/inquiry")
    assert NEED in told.text
    assert f"/cases/{case.number}/inquiry" in raili.get(f"/cases/{case.number}").text


def test_an_administrator_says_where_inquiries_are_taken(asked: House) -> None:
    anna = page_of(asked, "Anna")
    here = f"/admin/organisations/{asked.organisation('Ohjaajat')}"
    form = hidden(anna.get(here), "inquiries")
    anna.post(here, data=form | {"inquiry_address": "uusi-osoite", "takes_inquiries": "yes"})
    assert anybody(asked).get("/inquiries/uusi-osoite").status_code == 200
    assert 'href="/inquiries/uusi-osoite"' in anna.get(here).text


def test_the_orderer_has_a_page_with_the_inquiry_the_times_and_the_order(asked: House) -> None:
    case = confirmed(asked)
    case.raili.does("mediators", {"person": case.people["Raili"]})
    case.raili.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})
    case.plans("mapping", name="Raili", days=3)
    leena = page_of_inquirer(asked)
    assert f"/statuses/{case.number}" in leena.get("/").text
    page = leena.get(f"/statuses/{case.number}")
    assert page.status_code == 200
    for said in (NEED, "Kartoitus"):
        assert said in page.text
    for never in ("Seulonta", "screening"):
        assert never not in page.text
    form = leena.get(f"/cases/{case.number}/order")
    assert 'name="cancellation_hours"' in form.text
    assert 'name="if_fails"' not in form.text
    ordered = hidden(form, "order-mediation") | {"terms": "120 euroa", "cancellation_hours": "48", "language": "fi"}
    assert leena.post(f"/cases/{case.number}/order", data=ordered | {"billing_period": "month"}).status_code == 200
    assert case.raili.reads()["order"]["readable"]["cancellation_hours"] == 48
    assert "48" in leena.get(f"/cases/{case.number}/order").text
    assert len(answered(leena_reads(asked, f"/api/statuses/{case.number}/schedule"))) == 1
    assert leena.get(f"/cases/{case.number}").status_code == 404


def test_that_an_inquiry_was_opened_is_told_in_words(asked: House) -> None:
    case = confirmed(asked, wished_kind="parent-guidance", people=2)
    case.anna.does("mediators", {"person": case.people["Raili"]})
    assert case.raili.reads("inquiry")["need"] == NEED
    page = page_of_inquirer(asked).get(f"/cases/{case.number}/opened")
    assert page.status_code == 200
    assert "Raili · tiedustelu" in page.text


def page_of_inquirer(house: House) -> httpx.Client:
    client = browser(house, "leena@kunta.example")
    client.headers["Accept"] = "text/html"
    client.headers.pop("X-Form-Token")
    return client


def leena_reads(house: House, path: str) -> httpx.Response:
    return house.client("Leena").get(path)


def test_who_refers_in_an_office_chooses_the_process_and_names_nobody_for_a_supervision(sqlite_house: House) -> None:
    sqlite_house.person("Vilho", office="hr")
    vilho = page_of(sqlite_house, "Vilho")
    form = vilho.get("/refer?workflow=supervision")
    assert 'name="parties.0.name"' not in form.text
    body = {"organisation": sqlite_house.organisations["Esimerkkilä"], "language": "fi", "subject": NEED}
    checking = vilho.post("/refer", data=hidden(form) | body)
    done = vilho.post("/refer", data=hidden(checking) | {"_checked": "yes"})
    assert re.fullmatch(r"/statuses/\d{4}-\d{4}", done.url.path), done.text[-3000:]
    number = done.url.path.rpartition("/")[2]
    assert sqlite_house.client("Vilho").get("/api/cases").json()["cases"][0]["workflow"] == "supervision"
    assert vilho.get(f"/statuses/{number}").status_code == 200


def test_the_form_for_a_supervision_says_of_each_field_what_to_write_and_who_reads_it(sqlite_house: House) -> None:
    sqlite_house.person("Vilho", office="hr", organisation="Esimerkkilä")
    page = page_of(sqlite_house, "Vilho").get("/refer?workflow=supervision").text
    for words in (
        "mihin työnohjausta tarvitaan, ja kuinka monelle. Älä kirjoita nimiä äläkä terveydestä.",
        "Tämän lukee vain työnohjaaja.",
    ):
        assert words in page
    assert not re.search(r"sovittel|osapuol", html.fromstring(page).xpath("string(//form/div)"), re.IGNORECASE)
