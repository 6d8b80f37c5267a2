"""The mediator's pages: by links and forms alone a case is led, and an agreement drafted, corrected and sent."""

import re
from collections.abc import Mapping, Sequence

import httpx
import pytest
from lxml import html
from sqlalchemy import select

from api.pages.agreement_rows import rearranged
from mediation.acts.cases import assign_mediator, refer
from mediation.acts.commitment_hints import hints_in
from mediation.acts.participants import Someone
from mediation.case.seat import take_seat
from mediation.store.database import Db
from mediation.store.models import Case
from mediation.words.catalogue import say
from mediation.workflow.facts import case_state
from mediation.workflow.facts_loading import load_facts, load_facts_of_several
from tests.houses import House
from tests.pages.test_sitting import laptop, text_of
from tests.world import LiveCase, case_at, referred, statements
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION

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
    assert 'name="prevailing" value="en"' not in meri.page.text
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


MANY = 49  # cases beside the first
MY_CASES, CASE_PAGE = 1 + 5, 1 + 15  # statements at most, the first of which says who asks


def refer_case(db: Db, room: LiveCase) -> None:
    """One more case of Aino and Pekka that Meri leads."""
    case = refer(
        db,
        MEDIATION,
        room.people["Vilho"],
        organisation_id=room.house.organisation("Esimerkkilä"),
        language="fi",
        subject="Vuoronvaihto",
        parties=[Someone(person_id=room.people[one]) for one in ("Aino", "Pekka")],
    )
    seat = take_seat(db, WORKFLOWS, case.number, room.people["Vilho"], writing=True)
    assign_mediator(db, seat, room.people["Meri"], role="mediator")


def test_my_cases_take_the_same_few_statements_however_many_there_are(room: LiveCase) -> None:
    counts = []
    meri = room.house.client("Meri")
    for more in (False, True):
        for _ in range(MANY if more else 0):
            with room.house.installation.database.writing() as db:
                refer_case(db, room)
        served = room.house.installation
        with statements(served.database.engine) as asked, statements(served.keyring.engine) as keys:
            page = meri.get("/")
        with statements(served.database.engine) as of_api, statements(served.keyring.engine) as keys_of_api:
            told = meri.get("/api/led-cases").json()
        assert (len(told["cases"]), told["next"]) == (1 + MANY if more else 1, None)
        assert all(one["parties"] == ["Aino", "Pekka"] for one in told["cases"])
        assert len(of_api) <= MY_CASES
        assert len(keys_of_api) == 1
        counts.append((len(asked), len(keys)))
        assert page.text.count('<a href="/cases/') == (1 + MANY if more else 1)
    assert counts[0] == counts[1]
    assert counts[1][0] <= MY_CASES, asked
    assert counts[1][1] == 1, keys  # for who reads and all cases together


@pytest.mark.parametrize("phase", ["preparation", "solutions", "follow-up"])
def test_the_page_of_a_case_takes_fifteen_statements_at_most(sqlite_house: House, phase: str) -> None:
    case = case_at(sqlite_house, phase)
    meri = sqlite_house.client("Meri")
    with statements(sqlite_house.installation.database.engine) as asked:
        assert meri.get(f"/cases/{case.number}").status_code == 200
    assert len(asked) <= CASE_PAGE, asked


def test_facts_of_several_cases_are_those_of_each(house: House) -> None:
    room = case_at(house, "follow-up")
    for _ in range(2):
        with house.installation.database.writing() as db:
            refer_case(db, room)
    with house.installation.database.reading() as db:
        states = [case_state(one) for one in db.scalars(select(Case).order_by(Case.number))]
        assert len(states) > 2
        assert load_facts_of_several(db, states) == [load_facts(db, one) for one in states]


def test_who_has_declined_is_waited_for_no_more_and_no_is_called_an_answer(sqlite_house: House) -> None:
    case = referred(sqlite_house)
    page = Browser(sqlite_house, "Meri", f"/cases/{case.number}").page.text
    assert "Aino ja Pekka eivät ole vielä vastanneet. Myös ei on vastaus." in page
    case.pekka.does("consents", {"answer": "declined"})
    page = Browser(sqlite_house, "Meri", f"/cases/{case.number}").page.text
    assert "Aino ei ole vielä vastannut. Myös ei on vastaus." in page
    assert "Vastasi ei: Pekka." in page


def test_an_amendment_begins_with_the_words_in_force_and_continues_their_commitments(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up", ready=False)
    before = case.meri.reads("agreement")["commitments"]
    for name in ("Aino", "Pekka"):
        case[name].does("change-requests")
    case.moves("amend")
    meri = Browser(sqlite_house, "Meri", f"/cases/{case.number}/agreement/edit")
    assert meri.values["commitments.0.texts.fi.action"] == before[0]["texts"]["fi"]["action"]
    meri.sends({"commitments.0.texts.fi.action": "Kirjaan käynnit heti.", "commitments.1.ended": "done"})
    now = case.meri.reads("agreement")
    assert [one["lineage"] for one in now["commitments"]] == [one["lineage"] for one in before]
    assert [one["ended"] for one in now["commitments"]] == [None, "done"]
    meri.sends({"commitments.0.texts.fi.measure": "Näkyy listassa joka aamu."})
    assert [one["lineage"] for one in case.meri.reads("agreement")["commitments"]] == [one["lineage"] for one in before]


@pytest.mark.parametrize(
    ("words", "hints"),
    [
        ("Kirjaan käynnit joka vuorossa.", []),
        ("Kirjaan vasta sitten, kun Pekka kuittaa.", ["hangs-on-another"]),
        ("Aino ei kerro asiasta työnantajalle.", ["silences"]),
        ("Jag försöker svara snabbare.", ["vague"]),
        ("I answer only if Pekka asks, and better than before.", ["hangs-on-another", "vague"]),
    ],
)
def test_words_that_bind_nobody_or_silence_somebody_are_noticed(words: str, hints: list[str]) -> None:
    assert hints_in(words) == hints


@pytest.mark.parametrize("wish", ["up", "down", "drop"])
def test_rows_are_rearranged_with_all_that_is_written_in_them(wish: str) -> None:
    sent = [(f"commitments.{row}.texts.fi.action", word) for row, word in ((0, "a"), (2, "b"), (5, ""), (7, "c"))]
    found = [value for _, value in rearranged([*sent, ("prevailing", "fi")], wish, 2)]
    assert found == ["fi", *{"up": "bac", "down": "acb", "drop": "ac"}[wish]]


@pytest.mark.parametrize(
    ("who", "path", "chosen"),
    [
        ("Meri", "caucuses", ["Aino", "Pekka"]),
        ("Meri", "consents/requests", ["Aino", "Pekka"]),
        ("Aino", "concerns", ["Kaarina", "Tuula"]),
    ],
)
def test_a_form_offers_only_those_whom_its_act_can_be_about(
    sqlite_house: House, who: str, path: str, chosen: list[str]
) -> None:
    case = case_at(sqlite_house, "preparation")
    case.comes("Tuula", "support-person", supports=case.ids["Aino"])
    page = case.client(who).get(f"/cases/{case.number}/{path}", headers={"Accept": "text/html"}).text
    assert re.findall(r'name="participant" value="[^"]*" required><b>(\w+)', page) == chosen


def test_a_preview_names_no_letter_that_nobody_gets(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    preview = case.meri.does("transitions/begin-follow-up/preview")
    assert [one for one in preview["letters"] if not one["to"]]
    page = text_of(laptop(case, path="moves/begin-follow-up").seen)
    assert say("page.no-letters", "fi") in page
    assert not re.search(r": *$", page, re.MULTILINE)


def test_a_note_is_offered_to_be_shown_where_somebody_else_mediates_too(sqlite_house: House) -> None:
    room, share = case_at(sqlite_house, "dialogue"), say("act.share-note", "fi")
    room.meri.does("notes", {"words": "Kysy taukojen tarve."})
    notes = laptop(room, path="notes")
    assert share not in notes.page.text
    room.house.person("Ilmari", office="mediator")
    room.vilho.does("mediators", {"person": room.house.people["Ilmari"], "role": "co-mediator"})
    notes.opens(f"/cases/{room.number}/notes")
    notes.follows(share)
    notes.presses(share)
    assert [one["shared"] for one in room.meri.reads()["notes"]] == [True]
