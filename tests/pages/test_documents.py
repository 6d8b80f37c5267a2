"""Documents to read and to print: the draft as its document will say it, and the PDF of every text for whom it concerns."""

import re
from urllib.parse import urlencode

import httpx
import pytest

from mediation.documents.render import Sheet
from mediation.store.models import RecordEntry
from tests import document_data
from tests.houses import House
from tests.pages.test_mediator import Browser, filled
from tests.world import LiveCase, case_at, count

HTML = {"Accept": "text/html"}


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Aino", "Pekka"])
    return room


def asks(room: LiveCase, name: str, path: str, **headers: str) -> httpx.Response:
    return room.house.client(name).get(path.replace("/N/", f"/{room.number}/"), headers={**HTML, **headers})


def articles(page: httpx.Response) -> list[str]:
    return re.findall(r"<article.*?</article>", page.text, re.S)


def test_the_saved_draft_is_read_as_its_document_and_opens_as_pdf(room: LiveCase) -> None:
    page = asks(room, "Meri", "/cases/N/agreement/document")
    assert page.status_code == 200
    assert articles(page)
    assert "Luonnos. Tätä ei vielä allekirjoiteta." in page.text
    pdf = asks(room, "Meri", "/api/cases/N/agreement/draft/paper?language=fi")
    assert (pdf.status_code, pdf.headers["content-type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert pdf.headers["cache-control"] == "no-store"


def test_the_document_shows_what_is_written_before_anything_is_saved(room: LiveCase) -> None:
    editor = asks(room, "Meri", "/cases/N/agreement/edit")
    _, form = filled(editor, {"texts.fi.purpose": "Kirjoitettu juuri nyt <b>"})
    entries = count(room.house, RecordEntry)
    meri = room.house.client("Meri")
    form.pop("_token", None)
    page = meri.post(
        f"/cases/{room.number}/agreement/document",
        content=urlencode(form, doseq=True),
        headers={**HTML, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert page.status_code == 200, page.text
    assert "Kirjoitettu juuri nyt &lt;b&gt;" in page.text
    assert "/papers/draft-" not in page.text
    assert "Kirjoitettu juuri nyt" not in asks(room, "Meri", "/cases/N/agreement/document").text
    assert count(room.house, RecordEntry) == entries


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"texts.fi.purpose": ""},
        {"commitments.0.due_on": "kohta", "commitments.0.texts.fi.action": "Kerron."},
        {"prevailing": "xx", "texts.xx.purpose": "?"},
        {"commitments.0.owners": "nobody", "texts.sv.goals": "a\nb"},
    ],
)
def test_what_is_half_written_is_shown_as_far_as_it_goes(room: LiveCase, sent: dict[str, str]) -> None:
    page = room.house.client("Meri").post(f"/cases/{room.number}/agreement/document", data=sent, headers=HTML)
    assert page.status_code == 200, page.text
    assert articles(page)


@pytest.mark.parametrize("name", ["Aino", "Tuula", "Vilho"])
def test_nobody_but_who_writes_it_sees_a_draft_as_a_document(room: LiveCase, name: str) -> None:
    for path in ("/cases/N/agreement/document", "/api/cases/N/agreement/draft/paper"):
        assert asks(room, name, path).status_code in {403, 404}
    posted = room.house.client(name).post(f"/cases/{room.number}/agreement/document", data={}, headers=HTML)
    assert posted.status_code in {403, 404}


def test_a_draft_that_is_opened_as_a_document_is_recorded_as_read(room: LiveCase) -> None:
    before = len(room.meri.reads("reads"))
    asks(room, "Meri", "/cases/N/agreement/document")
    assert len(room.meri.reads("reads")) >= before


def test_only_a_draft_says_on_its_pages_that_it_is_one() -> None:
    data = document_data.agreement("fi")
    plain = Sheet("agreement", "fi", data, document_data.DATED).pdf()
    assert plain == Sheet("agreement", "fi", {**data, "draft": False}, document_data.DATED).pdf()
    assert plain != Sheet("agreement", "fi", {**data, "draft": True}, document_data.DATED).pdf()


@pytest.mark.parametrize("name", ["Meri", "Aino"])
def test_every_text_that_one_may_have_is_one_link_from_the_documents(room: LiveCase, name: str) -> None:
    page = asks(room, name, "/cases/N/papers")
    waits = re.findall(r'href="(/cases/[^"]+/papers/[^"]+)"', page.text)
    assert len(waits) >= 2  # what was agreed to, and the ground rules
    for path in waits:
        waiting = asks(room, name, path)
        if printed := re.search(r'href="(/cases/[^"]+/papers/[^"]+/pdf)"', waiting.text):
            waiting = asks(room, name, printed[1])  # what tells of the case is read first
        assert "PDF-tiedostoa tehdään" in waiting.text
        where = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', waiting.text)
        assert where is not None
        assert asks(room, name, where[1]).content[:5] == b"%PDF-"


def test_a_mediator_finds_the_documents_and_the_draft_by_links(room: LiveCase) -> None:
    meri = Browser(room.house, "Meri", f"/cases/{room.number}").follows("Asiakirjat")
    meri.follows("Luonnos asiakirjana")
    assert "Luonnos. Tätä ei vielä allekirjoiteta." in meri.page.text


def test_the_address_of_a_paper_leads_nowhere_else(room: LiveCase) -> None:
    for path in ("https:%2F%2Fexample.org", "..%2F..%2Fx", "a" * 25):
        assert asks(room, "Meri", f"/cases/N/papers/{path}").status_code in {404, 422}
