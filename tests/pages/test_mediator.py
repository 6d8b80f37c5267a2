"""The mediator's pages: by links and forms alone a case is led, and an agreement drafted, corrected and sent."""

import re
from collections.abc import Mapping, Sequence

import httpx
import pytest
from lxml import html

from tests.houses import House
from tests.world import LiveCase, case_at

Filled = Mapping[str, str | Sequence[str]]


def filled(page: httpx.Response, write: Filled, press: str = "") -> tuple[str, dict[str, str | list[str]]]:
    """Where the first form of a page that has these fields is sent, and all it sends with them written in."""
    assert page.status_code < 500, page.text
    tree = html.fromstring(page.text)
    for form in tree.forms:
        sent: dict[str, str | list[str]] = {}
        for name, value in written_in(form):
            sent[name] = (
                [*([sent[name]] if isinstance(sent.get(name), str) else sent.get(name, [])), value]
                if name in sent
                else value
            )
        names = {one.get("name") for one in form.xpath(".//*[@name]")}
        if write.keys() <= names and (not press or press.partition("=")[0] in names):
            pressed = {press.partition("=")[0]: press.partition("=")[2]} if press else {}
            return form.get("action"), {**sent, **write, **pressed}
    raise AssertionError(f"no form with {sorted(write)}")


def written_in(form: html.FormElement) -> list[tuple[str, str]]:
    """What a form holds, as a browser sends it: a line break after the tag of a text area is none of its text."""
    areas = {one.name for one in form.iter("textarea")}
    return [(name, value.removeprefix("\n") if name in areas else value) for name, value in form.form_values()]


class Browser:
    """Somebody who follows links and sends forms, and knows no address but the first."""

    def __init__(self, house: House, name: str, path: str) -> None:
        self.client = house.client(name)
        self.client.headers["Accept"] = "text/html"
        self.page = self.client.get(path)

    def follows(self, words: str) -> "Browser":
        tree = html.fromstring(self.page.text)
        links = [one for one in tree.iter("a") if " ".join(one.text_content().split()).startswith(words)]
        assert links, f"no link {words!r}"
        self.page = self.client.get(links[0].get("href"))
        assert self.page.status_code == 200, self.page.text
        return self

    def sends(self, write: Filled, press: str = "") -> "Browser":
        action, form = filled(self.page, write, press)
        self.page = self.client.post(action, data=form)
        return self

    @property
    def values(self) -> dict[str, str]:
        return {name: value for form in html.fromstring(self.page.text).forms for name, value in written_in(form)}


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    return case_at(sqlite_house, "solutions", ready=False)


def test_a_mediator_drafts_corrects_and_sends_an_agreement_in_two_languages_by_links_and_forms_alone(
    room: LiveCase,
) -> None:
    room.meri.does(f"PUT participants/{room.ids['Pekka']}/particulars", {"language": "sv"})
    room.plans("follow-up", days=30)
    meri = Browser(room.house, "Meri", f"/cases/{room.number}")
    meri.follows("Kirjoita sopimuksen luonnos")
    meri.follows("Kirjoita sopimuksen luonnos")  # from what there is of it to the page where it is written
    assert {"texts.fi.purpose", "texts.sv.purpose"} <= meri.values.keys()
    assert "texts.en.purpose" not in meri.values
    first = {
        "texts.fi.purpose": "Tieto ei siirry vuorosta toiseen.",
        "commitments.0.owners": room.ids["Aino"],
        "commitments.0.starts_on": room.today(7),
        "commitments.0.texts.fi.action": "Kirjaan keskeneräiset käynnit vasta sitten, kun Pekka on kuitannut.",
        "commitments.0.texts.fi.measure": "Näkyy listassa.",
        "disclosure_decided": "yes",
        "prevailing": "fi",
    }
    meri.sends(first)
    assert meri.page.status_code == 200
    assert "riippuvan siitä, mitä toinen tekee ensin" in meri.page.text
    meri.sends(
        {"commitments.0.texts.sv.action": "Jag antecknar ogjorda besök.", "commitments.0.texts.sv.measure": "Syns."}
    )
    assert meri.page.status_code == 422  # a language in which only a commitment is written
    assert 'id="f-texts-sv-purpose-fault"' in meri.page.text
    assert meri.values["commitments.0.texts.sv.action"] == "Jag antecknar ogjorda besök."
    meri.sends({"texts.sv.purpose": "Informationen når inte nästa skift."}).sends({}, "_more=commitments")
    second = {
        "commitments.1.owners": room.ids["Pekka"],
        "commitments.1.due_on": room.today(14),
        "commitments.1.texts.fi.action": "Kuittaan listan.",
        "commitments.1.texts.sv.action": "Jag kvitterar listan.",
        "commitments.0.texts.fi.action": "Kirjaan keskeneräiset käynnit.",
    }
    meri.sends(second, "_up=1")
    assert meri.values["commitments.0.texts.sv.action"] == "Jag kvitterar listan."
    meri.sends({})
    assert "Vielä puuttuu: mistä huomaamme" in meri.page.text
    meri.sends(
        {"commitments.0.texts.fi.measure": "Kuittaus näkyy.", "commitments.0.texts.sv.measure": "Syns i listan."}
    )
    draft = room.meri.reads("agreement")
    assert [one["lacks"] for one in draft["commitments"]] == [[], []]
    assert [one["texts"]["sv"]["action"] for one in draft["commitments"]] == [
        "Jag kvitterar listan.",
        "Jag antecknar ogjorda besök.",
    ]
    meri.follows("Lähetä sopimus allekirjoitettavaksi").sends({"sign_by": ""})
    assert room.meri.reads("agreement")["state"] == "sent"
    meri.follows("Sovittelusopimus")
    assert re.search(r"Odotetaan.*Aino", meri.page.text, re.DOTALL)


def test_two_who_draft_at_once_overwrite_nothing_unseen(room: LiveCase) -> None:
    path = f"/cases/{room.number}/agreement/edit"
    one, other = (Browser(room.house, "Meri", path) for _ in range(2))
    one.sends({"texts.fi.purpose": "Ensimmäinen"})
    other.sends({"texts.fi.purpose": "Toinen"})
    assert other.page.status_code in {409, 428}
    assert other.values["texts.fi.purpose"] == "Toinen"
    assert room.meri.reads("agreement")["texts"]["fi"]["purpose"] == "Ensimmäinen"
    other.sends({})
    assert room.meri.reads("agreement")["texts"]["fi"]["purpose"] == "Toinen"


def test_a_row_that_is_dropped_or_moved_is_not_saved_before_the_draft_is(room: LiveCase) -> None:
    room.drafts({"Aino": "Eka", "Pekka": "Toka"})
    meri = Browser(room.house, "Meri", f"/cases/{room.number}/agreement/edit").sends({}, "_drop=0")
    assert meri.values["commitments.0.texts.fi.action"] == "Toka"
    assert len(room.meri.reads("agreement")["commitments"]) == 2
    meri.sends({})
    assert [one["texts"]["fi"]["action"] for one in room.meri.reads("agreement")["commitments"]] == ["Toka"]


def test_nobody_but_who_leads_reads_the_editor(room: LiveCase) -> None:
    aino = room.house.client("Aino").get(f"/cases/{room.number}/agreement/edit", headers={"Accept": "text/html"})
    assert aino.status_code == 403
