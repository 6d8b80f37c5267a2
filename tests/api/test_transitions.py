"""Moving a case through its routes: what is missing, for whom, and who gets to know."""

from datetime import timedelta
from random import Random

import httpx
import pytest

from mediation.acts.sessions import plan_session
from mediation.store.models import Agreement, Letter, RecordEntry
from mediation.words.catalogue import LANGUAGES
from tests.acts.test_agreement_wording import NAMES, refer
from tests.cases import case_in, draft, make_ready
from tests.houses import House
from tests.typeset_pages import send_typeset
from tests.world import count, problem, set_table
from workflows.mediation import MEDIATION


@pytest.fixture
def table(house: House) -> House:
    """Case 2027-0001, on either database."""
    return set_table(house)


def transitions(house: House, name: str, language: str = "fi") -> httpx.Response:
    return house.client(name).get("/api/cases/2027-0001/transitions", headers={"Accept-Language": language})


def test_a_mediator_reads_what_is_missing_and_for_whom(table: House) -> None:
    view = transitions(table, "Meri").json()
    assert (view["phase"], view["suspended"], view["waiting"]) == ("preparation", False, [])
    [opening] = view["transitions"]
    assert (opening["transition"], opening["target"]) == ("open", "opening")
    consent = next(one for one in opening["unmet"] if one["guard"] == "agreed-to-mediate")
    assert sorted(one["name"] for one in consent["waiting_for"]) == ["Aino", "Pekka"]
    assert consent["who_can_fix"] == ["party"]
    assert consent["link"] == "/api/cases/2027-0001/consents"


@pytest.mark.parametrize("seed", range(3))
def test_people_are_named_by_name_in_sentences_and_in_lists(sqlite_house: House, seed: int) -> None:
    """Neither by the ids, which are drawn, nor in the order in which they came."""
    names = Random(seed).sample(NAMES, 7)
    refer(sqlite_house, names)
    in_order = sorted(names, key=str.casefold)
    [opening] = transitions(sqlite_house, "Meri", "en").json()["transitions"]
    waited = [one for one in opening["unmet"] if len(one["waiting_for"]) > 1]
    assert len(waited) == 2
    for one in waited:
        assert [who["name"] for who in one["waiting_for"]] == in_order
        assert f"{', '.join(in_order[:-1])} and {in_order[-1]}." in one["explanation"]


def test_a_preview_names_by_name_whom_its_letters_go_to(sqlite_house: House) -> None:
    case = case_in(sqlite_house, "follow-up")
    preview = sqlite_house.client("Meri").post(f"/api/cases/{case.number}/transitions/close/preview").json()
    ended = next(one for one in preview["letters"] if one["kind"] == "case-ended")
    assert [who["name"] for who in ended["to"]] == ["Aino", "Kaarina", "Pekka", "Vilho"]  # Meri, who closes it, knows


def test_a_party_reads_own_part_and_a_commissioner_only_that_it_is_in_progress(table: House) -> None:
    aino = transitions(table, "Aino").json()
    assert (aino["phase"], aino["transitions"]) == ("preparation", [])
    own = {one["guard"]: one["waiting_for"] for one in aino["waiting"]}
    assert "agreed-to-mediate" in own
    assert "screened-suitable" not in own
    assert all(
        (len(waiting) == 1 and "name" not in waiting[0]) or waiting[0]["name"] is None for waiting in own.values()
    )
    vilho = transitions(table, "Vilho").json()
    assert (vilho["phase"], vilho["suspended"], vilho["transitions"]) == ("not-started", None, [])
    assert [one["guard"] for one in vilho["waiting"]] == [None]


def test_a_reader_who_may_not_know_of_a_pause_reads_the_same_as_before(table: House) -> None:
    before = transitions(table, "Vilho")
    assert table.client("Aino").post("/api/cases/2027-0001/pauses", json={}).status_code == 201
    after = transitions(table, "Vilho")
    assert (before.content, before.headers["etag"]) == (after.content, after.headers["etag"])
    assert transitions(table, "Pekka").json()["suspended"] is True


def test_a_case_moves_only_on_what_was_read(table: House) -> None:
    meri, path = table.client("Meri"), "/api/cases/2027-0001/transitions"
    problem(meri.post(path, json={"transition": "open"}), 428, "if-match-missing")
    for wrong in ("*", "x", '""', '"a", "b"'):
        told = problem(
            meri.post(path, json={"transition": "open"}, headers={"If-Match": wrong}), 422, "if-match-malformed"
        )
        assert told["errors"][0]["field"] == "If-Match"
    problem(meri.post(path, json={"transition": "open"}, headers={"If-Match": '"0"'}), 409, "case-changed")
    problem(meri.post(path, json={"transition": "fly"}, headers={"If-Match": '"0"'}), 404, "transition-unknown")


def test_a_blocked_transition_shows_the_mediator_everything_that_is_missing(table: House) -> None:
    read = transitions(table, "Meri")
    refused = table.client("Meri").post(
        "/api/cases/2027-0001/transitions", json={"transition": "open"}, headers={"If-Match": read.headers["etag"]}
    )
    told = problem(refused, 409, "transition-blocked")
    seen = read.json()["transitions"][0]["unmet"]
    assert [one["guard"] for one in told["unmet"]] == [one["guard"] for one in seen]
    assert told["unmet"][0].keys() >= {"guard", "explanation", "waiting_for", "who_can_fix"}


def test_a_preview_writes_nothing(table: House) -> None:
    entries, letters = count(table, RecordEntry), count(table, Letter)
    response = table.client("Meri").post("/api/cases/2027-0001/transitions/open/preview")
    assert response.status_code == 200
    view = response.json()
    assert (view["target"], view["commissioner"]["status"]) == ("opening", "opening")
    assert "agreed-to-mediate" in [one["guard"] for one in view["unmet"]]
    assert (count(table, RecordEntry), count(table, Letter)) == (entries, letters)


@pytest.mark.parametrize(
    ("phase", "code", "papers", "afterwards"),
    [
        ("opening", "return-to-preparation", [], {}),
        ("solutions", "return-to-dialogue", [(1, "taken-back")], {1: "unsent"}),
        ("solutions", "begin-follow-up", [(1, "in-use")], {1: "sealed"}),
        ("follow-up", "amend", [(None, "draft")], {1: "sealed", 2: "draft"}),
    ],
)
def test_a_preview_foretells_what_becomes_of_the_agreement(
    sqlite_house: House, phase: str, code: str, papers: list[tuple[int | None, str]], afterwards: dict[int, str]
) -> None:
    case = case_in(sqlite_house, phase, ready=code == "begin-follow-up")
    if code == "return-to-dialogue":
        with case.writing() as db:
            case.does(db, "Meri", plan_session, "follow-up", db.now() + timedelta(days=30))
            draft(db, case)
            case.does(db, "Meri", send_typeset)
    if code == "amend":
        with case.writing() as db:
            make_ready(db, case, next(one for one in MEDIATION.phase(phase).transitions if one.code == code))
    meri, path = sqlite_house.client("Meri"), f"/api/cases/{case.number}/transitions"
    told = [{"kind": "agreement", "version": version, "becomes": becomes} for version, becomes in papers]
    assert meri.post(f"{path}/{code}/preview").json()["documents"] == told
    moved = meri.post(path, json={"transition": code}, headers={"If-Match": meri.get(path).headers["etag"]})
    assert moved.status_code == 200, moved.text
    with case.writing() as db:
        assert {one.version: one.state for one in db.query(Agreement)} == afterwards


def test_what_blocks_a_resumption_is_explained(table: House) -> None:
    meri = table.client("Meri")
    suspension = {"cause": "re-screening", "review_on": "2027-03-01"}
    assert meri.post("/api/cases/2027-0001/suspensions", json=suspension).json() == {"suspended": True}
    told = problem(meri.post("/api/cases/2027-0001/resumptions"), 409, "resume-blocked")
    assert "screened-suitable" in [one["guard"] for one in told["unmet"]]


def test_a_case_is_discontinued_with_an_outcome(table: House) -> None:
    meri = table.client("Meri")
    problem(meri.post("/api/cases/2027-0001/discontinuation", json={"outcome": "x"}), 422, "outcome-unknown")
    problem(
        table.client("Aino").post("/api/cases/2027-0001/discontinuation", json={"outcome": "withdrawn"}),
        403,
        "act-not-yours",
    )
    ended = meri.post("/api/cases/2027-0001/discontinuation", json={"outcome": "not-suitable"})
    assert ended.json() == {"phase": "closed", "outcome": "not-suitable"}
    assert transitions(table, "Meri").json()["transitions"] == []
    assert transitions(table, "Aino").json()["waiting"] == []


def test_every_language_we_have_can_be_answered_in(table: House) -> None:
    for language in LANGUAGES:
        assert transitions(table, "Meri", language).status_code == 200
