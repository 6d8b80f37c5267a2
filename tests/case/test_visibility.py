"""What visibility.md claims and no other file proves: released by all, no way in for the employer, reads that are recorded."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from mediation.case.status import NOT_STARTED, coarse_outcome
from mediation.people.directory import end_office, find_person, give_office
from mediation.settings import Settings
from mediation.store.database import random_id
from mediation.store.models import Case, Organisation, ReadTrace, RecordEntry
from tests.houses import House
from tests.walked_routes import walk_routes
from tests.world import LiveCase, case_at, count, little_pdf, referred
from workflows.mediation import MEDIATION
from workflows.mediation_visibility import ITEMS

RELEASED = {"commissioner": "Sovittelu on käyty, ja siitä on sopimus. [KANARIA-lauseke]"}
WIDER = {"commissioner": "Sopimuksessa on sovittu vuoronvaihdosta. [KANARIA-lauseke-2]"}
NEUTRAL = "Sovittelu on tässä asiassa päättynyt. Sen sisältö on luottamuksellinen."


def with_notice(words: dict[str, str]) -> dict[str, Any]:
    """The agreement's own words with a disclosure clause."""
    return {"fi": {"purpose": "Tieto ei siirry meiltä toisillemme.", "notices": words}}


def employer_reads(room: LiveCase) -> dict[str, bytes]:
    """All that the commissioner and the employer's representative get to read, by who and where."""
    number, vilho, kaarina = room.number, room.client("Vilho"), room.client("Kaarina")
    asked = {
        "list": vilho.get("/api/statuses"),
        "line": vilho.get(f"/api/statuses/{number}"),
        "case": vilho.get(room.path()),
        "agreement": vilho.get(room.path("agreement")),
        "transitions": vilho.get(room.path("transitions")),
        "seat": kaarina.get(room.path()),
        "annex": kaarina.get(room.path("agreement")),
        "waiting": kaarina.get(room.path("transitions")),
    }
    return {name: _stable(answer) for name, answer in asked.items()}


def _stable(answer: httpx.Response) -> bytes:
    told: bytes = answer.content
    return f"{answer.status_code} {answer.headers.get('etag', '')} ".encode() + told


@pytest.fixture
def drafted(house: House) -> LiveCase:
    """A draft of Aino and Pekka with a disclosure clause, in solutions, on either database."""
    room = case_at(house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"], texts=with_notice(RELEASED))
    return room


# Released by all.


@pytest.mark.both_databases
def test_a_clause_reaches_the_employer_only_when_every_signatory_has_signed_it_and_in_its_exact_words(
    drafted: LiveCase,
) -> None:
    room, before = drafted, employer_reads(drafted)
    letters = room.letters_to("Vilho")

    def still_untold() -> None:
        assert employer_reads(room) == before
        assert room.letters_to("Vilho") == letters

    room.sends()
    still_untold()
    assert not room.sign("Aino")
    still_untold()
    room.meri.refused("notices", {}, 409, "act-not-open")
    assert room.sign("Pekka")
    still_untold()
    room.moves("begin-follow-up")
    assert room.line()["notice"] is None
    room.meri.does("notices")
    assert room.line()["notice"] == {"fi": RELEASED["commissioner"]}
    assert room.letters_to("Vilho")[-1] == "notice"
    assert "KANARIA" not in str(room.kaarina.reads())


@pytest.mark.both_databases
def test_hr_cannot_distinguish_a_refusal_from_silence(drafted: LiveCase) -> None:
    room = drafted
    room.sends()
    room.sign("Aino")
    room.later(hours=1)
    others = ("Aino", "Tuula")

    def seen() -> list[object]:
        read = [(room[name].asks("GET ").content, room[name].asks("GET agreement").content) for name in others]
        return [employer_reads(room), read, [room.letters_to(name) for name in ("Vilho", "Kaarina", *others)]]

    silent = seen()
    room.pekka.does("agreement/refusals")
    assert "declined-to-sign" in {one["kind"] for one in room.meri.reads()["marks"]}
    assert seen() == silent
    room.meri.does("discontinuation", {"outcome": "no-agreement"})
    line = room.line()
    assert (line["outcome"], line["notice"]["fi"]) == ("ended", NEUTRAL)
    assert "KANARIA" not in str(line)


@pytest.mark.both_databases
def test_a_wider_clause_that_one_has_not_signed_leaves_the_employer_with_the_words_that_all_signed(
    drafted: LiveCase,
) -> None:
    room = drafted
    room.sends()
    room.sign("Aino", "Pekka")
    room.moves("begin-follow-up")
    room.meri.does("notices")
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    room.moves("amend")
    room.drafts(["Pekka"], texts=with_notice(WIDER))
    room.sends()
    assert not room.sign("Aino")
    assert room.line()["notice"] == {"fi": RELEASED["commissioner"]}
    assert room.sign("Pekka")
    assert room.line()["notice"] == {"fi": RELEASED["commissioner"]}
    room.moves("begin-follow-up")
    room.meri.does("notices")
    assert room.line()["notice"] == {"fi": WIDER["commissioner"]}


def test_who_ends_a_case_with_an_agreement_tells_the_employer_nothing_but_the_signed_words(drafted: LiveCase) -> None:
    room = drafted
    room.sends()
    room.sign("Aino", "Pekka")
    told = {"outcome": "agreement-lapsed", "notice": {"fi": "Pekka ei pitänyt lupaustaan."}}
    room.meri.refused("discontinuation", told, 422, "malformed")
    room.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    assert room.line()["notice"] == {"fi": RELEASED["commissioner"]}
    assert room.line()["outcome"] == "ended-settled"


# What the commissioner's line holds.


LINE = {
    "number",
    "workflow",
    "organisation",
    "status",
    "opened_on",
    "next_milestone",
    "outcome",
    "screening",
    "ordered",
    "notice",
}
DETAIL = {"referral", "order", "ties_declared", "billed", "hours"}


def test_the_line_holds_what_was_decided_and_nothing_else(house: House) -> None:
    room = case_at(house, "dialogue")
    assert room.line().keys() == LINE | DETAIL
    [line] = room.client("Vilho").get("/api/statuses").json()["statuses"]
    assert line.keys() == LINE
    assert line["opened_on"] == room.house.clock.at.date().isoformat()
    assert room.line()["hours"] is None


def test_the_next_milestone_is_a_month_and_changes_with_forward_transitions_only(house: House) -> None:
    room = case_at(house, "opening")
    before = room.line()["next_milestone"]
    room.plans("joint", days=60, serves=["problem-definition"])
    room.plans("joint", days=-5, serves=["problem-definition"])
    assert room.line()["next_milestone"] == before
    room.moves("define-problem")
    reached = room.line()["next_milestone"]
    assert re.fullmatch(r"\d{4}-\d{2}", reached)
    room.plans("joint", days=-40, serves=["problem-definition"])
    room.aino.does("pauses")
    room.meri.does("resumptions")
    room.moves("return-to-opening")
    assert room.line()["next_milestone"] == reached
    assert room.moves("define-problem") == "problem-definition"
    assert room.line()["next_milestone"] == reached


@pytest.mark.parametrize("of", ["line", "page", "leading page"])
def test_a_milestone_is_told_to_the_end_of_its_month_and_no_longer(sqlite_house: House, of: str) -> None:
    room = case_at(sqlite_house, "opening")
    room.plans("joint", days=10, serves=["problem-definition"])
    room.moves("define-problem")
    last = room.line()["next_milestone"]
    assert last == "2027-01"

    def told() -> bool:
        if of == "line":
            return room.line()["next_milestone"] == last
        name, path = ("Vilho", "/statuses") if of == "page" else ("Meri", "/cases")
        page = sqlite_house.client(name).get(f"{path}/{room.number}", headers={"Accept": "text/html"}).text
        return "tammikuu 2027" in page

    zone = sqlite_house.installation.settings.zone
    sqlite_house.clock.at = datetime(2027, 1, 31, 23, 59, tzinfo=zone)
    assert told()
    sqlite_house.clock.at = datetime(2027, 2, 1, 0, 0, tzinfo=zone)
    assert not told()


def test_not_started_lasts_until_the_screening_has_an_outcome(house: House) -> None:
    room = referred(house)
    assert room.line()["status"] == "not-started"
    room.meri.does("screenings", {"language": "fi"})
    assert room.line()["status"] == "not-started"
    room.meri.does("screenings/decision", {"outcome": "suitable"})
    assert room.line()["status"] == "preparation"


def test_hr_reads_the_outcome_in_three_classes() -> None:
    settled = {"agreement-kept", "agreement-unreported", "agreement-lapsed", "partial-agreement", "understanding"}
    rungs = [one.code for one in MEDIATION.phases]
    for outcome in MEDIATION.outcomes:
        told = "ended-settled" if outcome in settled else "ended"
        assert {coarse_outcome(MEDIATION, rung, outcome) for rung in rungs[1:]} == {told}
        assert {coarse_outcome(MEDIATION, rung, outcome) for rung in (NOT_STARTED, rungs[0])} == {"did-not-begin"}
        assert {coarse_outcome(MEDIATION, rung, outcome, "solutions") for rung in rungs[1:]} == {"ended"}
    assert coarse_outcome(MEDIATION, rungs[1], None) is None


def test_hr_reads_the_hours_as_one_total_when_the_case_has_ended(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    assert room.line()["hours"] is None
    room.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert isinstance(room.line()["hours"], float)


def test_what_the_referral_said_of_the_participants_is_never_updated(house: House) -> None:
    room = case_at(house, "dialogue")
    said = room.line()["referral"]
    assert "Aino" in str(said)
    room.joins_as_party("Outi")
    room.aino.does("withdrawals", {"confirmed": True})
    assert room.line()["referral"] == said
    assert "Outi" not in str(room.line())


# No way in for the employer.


def asked_everywhere(room: LiveCase, name: str) -> Iterator[tuple[str, httpx.Response]]:
    """Every reading of a case that there is, asked by somebody."""
    for route in walk_routes(room.house.app):
        if "GET" in route.methods and route.path.startswith("/api/cases/{number}"):
            path = route.path.replace("{number}", room.number)
            yield route.path, room.client(name).get(re.sub(r"\{\w+\}", "x", path))


def test_a_person_with_every_office_of_the_employer_reads_no_case(house: House) -> None:
    room = case_at(house, "follow-up")
    for name, office in (("Kaikki", "hr"), ("Arvo", "admin"), ("Muu", "mediator")):
        house.person(name, office=office)
        answers = dict(asked_everywhere(room, name))
        assert len(answers) > 12
        assert {one.status_code for one in answers.values()} == {404}, name
        never = house.client(name).get("/api/cases/2027-9999").json() | {"instance": ""}
        assert all(one.json() | {"instance": ""} == never for one in answers.values())


@pytest.mark.parametrize("office", ["hr", "admin"])
def test_a_person_with_an_office_of_the_employer_cannot_be_made_the_mediator(house: House, office: str) -> None:
    room = case_at(house, "dialogue")
    inside = house.person("Kaikki", office="mediator")
    house.person("Arvo", office="admin")
    with house.installation.database.writing() as db:
        give_office(db, find_person(db, inside), house.organisation("Esimerkkilä"), office)
    for name in ("Vilho", "Arvo"):
        for role in ("mediator", "co-mediator"):
            room[name].refused("mediators", {"person": inside, "role": role}, 403, "cannot-be-chosen")
    room.kaikki.reads_nothing()
    assert room.meri.reads()["you"]["roles"] == ["mediator"]


def test_who_has_commissioned_a_case_never_becomes_its_mediator(house: House) -> None:
    room = case_at(house, "dialogue")
    veikko = house.person("Veikko", office="hr")
    room.vilho.does("hand-overs", {"person": veikko})
    with house.installation.database.writing() as db:
        vilho = find_person(db, house.people["Vilho"])
        end_office(db, vilho, house.organisation("Esimerkkilä"), "hr")
        give_office(db, vilho, house.organisation("Esimerkkilä"), "mediator")
    room.veikko.refused("mediators", {"person": vilho.id}, 403, "cannot-be-chosen")
    room.vilho.reads_nothing()


def test_no_setting_opens_content(house: House) -> None:
    # What can be set at all: of the installation, and of an organisation. None of it is about who sees what.
    named = {*Settings.__dataclass_fields__, *Organisation.__table__.columns.keys()} - {"accessibility_contact"}
    assert not [one for one in named if re.search("see|share|visib|disclos|open|access|consent", one)]
    room = case_at(house, "dialogue")
    house.person("Arvo", office="admin")
    before = employer_reads(room)
    kept = f"/api/organisations/{house.organisation('Esimerkkilä')}/second-factor"
    assert house.client("Arvo").put(kept, json={"second_factor": "totp"}).status_code == 200
    assert employer_reads(room) == before


def test_no_consent_of_a_party_opens_content_to_the_employer(house: House) -> None:
    room = case_at(house, "preparation")
    before = employer_reads(room)
    for answer in ("declined", "given"):
        for name in ("Aino", "Pekka"):
            _ = room[name].agrees() if answer == "given" else room[name].does("consents", {"answer": answer})
    for more in ({"disclose": True}, {"share_with": "commissioner"}, {"audience": "commissioner"}):
        room.aino.refused("consents", {"answer": "given", **more}, 422, "malformed")
    assert employer_reads(room) == before


@pytest.mark.parametrize("audience", ["commissioner", "employer", "Mediator", "mediator ", "private", "all", ""])
def test_words_are_meant_for_the_mediator_or_the_table_and_a_slip_tells_nobody(
    sqlite_house: House, audience: str
) -> None:
    room = case_at(sqlite_house, "dialogue")
    before = len(room.meri.reads()["statements"])
    body = {"audience": audience, "words": "Kerron vain sinulle."}
    room.aino.refused("statements", body, 422, "choice-unknown")
    assert len(room.meri.reads()["statements"]) == before


def test_an_answer_that_is_neither_yes_nor_no_counts_for_nothing(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    before = room.aino.reads()["marks"]
    room.aino.refused("consents", {"answer": "yes"}, 422, "choice-unknown")
    assert room.aino.reads()["marks"] == before
    option = room.aino.does("options", {"words": "Vuoronvaihto ajoissa.", "language": "fi"})["id"]
    told = {"state": "Adopted"}
    room.meri.refused(f"PUT options/{option}/state", told, 422, "choice-unknown")
    assert {one["state"] for one in room.aino.reads()["options"]} == {"open"}


# Reads.


def reads_of(room: LiveCase, name: str) -> list[tuple[str, str, str]]:
    """Who opened somebody's words, what it was and which, as they see it."""
    return [(one["reader"], one["item"], about) for one in room[name].reads("reads") for about in one["about"]]


def test_everybody_sees_who_opened_their_words_and_when(house: House) -> None:
    room = case_at(house, "solutions", ready=False)
    room.meri.does("screenings", {"language": "fi"})
    room.aino.does("screenings/answers", {"answers": {"S1": "no"}})
    private = room.aino.does("statements", {"audience": "mediator", "words": "Vain Merille."})["id"]
    public = room.aino.does("statements", {"audience": "table", "words": "Kaikille."})["id"]
    option = room.aino.does("options", {"words": "Vuoronvaihto ajoissa.", "language": "fi"})["id"]
    scan = room.client("Meri").post(
        room.path(f"scans?whose={room.ids['Aino']}"), content=little_pdf(), headers={"Content-Type": "application/pdf"}
    )
    assert reads_of(room, "Aino") == []
    room.later(minutes=5)
    room.meri.reads()
    seen = reads_of(room, "Aino")
    assert {("Meri", "statement", private), ("Meri", "statement", public), ("Meri", "option", option)} <= {*seen}
    assert [item for _, item, _ in seen].count("screening-answer") == 1
    now = house.clock.at.isoformat().replace("+00:00", "Z")
    assert {(one["first_at"], one["at"], one["times"]) for one in room.aino.reads("reads")} == {(now, now, 1)}
    room.meri.asks(f"GET documents/{scan.json()['id']}")
    assert ("Meri", "scan", scan.json()["id"]) in reads_of(room, "Aino")
    room.pekka.reads()
    mine = [one for one in reads_of(room, "Aino") if one[0] == "Pekka"]
    assert {about for _, _, about in mine} >= {public, option}
    assert private not in {about for _, _, about in mine}
    room.tuula.reads()
    assert "Tuula" not in {reader for reader, *_ in reads_of(room, "Aino")}


@pytest.mark.both_databases
def test_what_is_opened_again_is_counted_by_the_day_and_the_rows_stay_few(house: House) -> None:
    room = case_at(house, "dialogue")
    first = room.aino.does("statements", {"audience": "table", "words": "Eka.", "language": "fi"})["id"]
    began = house.clock.at
    for _ in range(3):
        room.later(minutes=5)
        room.meri.reads()
    rows = count(house, ReadTrace)
    room.later(minutes=5)
    later = room.aino.does("statements", {"audience": "table", "words": "Toka.", "language": "fi"})["id"]
    room.meri.reads()
    assert count(house, ReadTrace) == rows + 1  # the new words
    room.later(days=1)
    kinds = len(room.meri.reads("reads")) + len(room.aino.reads("reads")) + len(room.pekka.reads("reads"))
    room.meri.reads()
    assert rows < count(house, ReadTrace) <= rows + 1 + kinds
    told = [one for one in room.aino.reads("reads") if (one["reader"], one["item"]) == ("Meri", "statement")]
    [new_day, old_day] = [(one["about"], one["times"], one["first_at"] == one["at"]) for one in told]
    assert new_day == ([], 1, True)
    assert (set(old_day[0]) >= {first, later}, old_day[1:]) == (True, (4, False))
    assert told[1]["first_at"] == (began + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")


def test_who_left_reads_of_what_was_opened_until_then_and_of_nothing_after_it(house: House) -> None:
    room = case_at(house, "dialogue")
    room.aino.does("statements", {"audience": "table", "words": "Eka.", "language": "fi"})
    room.meri.reads()
    room.later(minutes=5)
    room.aino.does("withdrawals", {"confirmed": True})
    told = room.aino.reads("reads")
    room.later(minutes=5)
    room.meri.reads()
    assert room.aino.reads("reads") == told
    assert {one["times"] for one in told} == {1}


def test_what_was_reported_shows_who_opened_it(house: House) -> None:
    room = case_at(house, "follow-up", ready=False)
    told = room.checks_in("Aino", audience="mediator", words="Vain Merille.")
    room.later(minutes=1)
    room.meri.reads("check-ins")
    room.pekka.reads("check-ins")
    assert [one for one in reads_of(room, "Aino") if one[1] == "check-in"] == [("Meri", "check-in", told)]


def test_that_a_joint_text_was_opened_is_recorded_and_shown_to_a_mediator_alone(house: House) -> None:
    room = case_at(house, "follow-up")
    opened = room.pekka.reads("agreement")["documents"]
    room.pekka.asks(f"GET documents/{opened[0]['id']}")
    room.pekka.asks("GET own-copy")
    room.pekka.reads()
    told = [item for who, item, _ in reads_of(room, "Meri") if who == "Pekka"]
    assert {"problem-statement", "agreement", "document"} <= set(told)
    assert told.count("document") > 1  # the copy holds them, too
    for name in ("Aino", "Pekka"):  # it would reveal who has opened a text and not signed it
        assert not {item for _, item, _ in reads_of(room, name)} & {"problem-statement", "agreement", "document"}


def test_reading_ones_own_leaves_no_trace_and_nobody_sees_who_read_anothers(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("statements", {"audience": "mediator", "words": "Vain Merille."})
    room.meri.does("notes", {"words": "Muistiinpano."})
    room.aino.reads("reads")
    mine = {one["id"] for one in room.aino.reads()["statements"] if one["participant"] == room.ids["Aino"]}
    with sqlite_house.installation.database.reading() as db:
        found = db.scalars(select(ReadTrace)).all()
    assert not {one.about for one in found if one.reader == room.ids["Aino"]} & mine
    room.meri.reads()
    assert all(about not in mine for _, _, about in reads_of(room, "Pekka"))
    for name in ("Tuula", "Kaarina", "Vilho"):
        room[name].refused("GET reads", None, 403, "not-yours-to-see")


@pytest.mark.both_databases
def test_reads_stand_in_a_table_of_their_own_and_show_in_no_version(house: House) -> None:
    room = case_at(house, "dialogue")
    room.aino.does("statements", {"audience": "mediator", "words": "Vain Merille."})

    def state() -> tuple[object, ...]:
        with house.installation.database.reading() as db:
            [version, head] = db.execute(select(Case.version, Case.head)).one()
        tags = [room[name].asks("GET transitions").headers["etag"] for name in ("Meri", "Aino", "Pekka")]
        return version, head, tags, count(house, RecordEntry)

    before, traces = state(), count(house, ReadTrace)
    room.meri.reads()
    assert state() == before
    assert count(house, ReadTrace) > traces
    assert all("key_of" not in column.info for column in ReadTrace.__table__.columns)  # ids and codes only


def test_the_trace_is_written_before_the_words_are_given(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("statements", {"audience": "mediator", "words": "Vain Merille. [KANARIA-luku]"})
    monkeypatch.setattr("mediation.case.reads._noting", lambda *given: 1 // 0)
    answer = room.meri.asks("GET ")
    assert answer.status_code == 500
    assert "KANARIA" not in answer.text


# Names of files, and what is made of them.


def test_the_name_of_a_file_tells_of_no_person_and_of_no_mediation(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    names = set()
    for one in room.aino.reads("agreement")["documents"]:
        answer = room.aino.asks(f"GET documents/{one['id']}")
        names.add(answer.headers["content-disposition"])
    annex = {"liite-tyonantaja-fi.pdf", "liite-tyonantaja-manifest.json"} if len(names) > 2 else set()
    told = {"sopimus-fi.pdf", "allekirjoitettu-sopimus-v1.pdf", *annex}
    assert names
    assert names <= {f'attachment; filename="{one}"' for one in told}


# Ids.


def test_an_id_is_chance_alone() -> None:
    ids = {random_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(one) for one in ids} == {20}
    assert len({one[:4] for one in ids}) > 990  # it has no counter and does not reveal when it was made


def test_a_row_of_who_sees_what_cannot_be_changed() -> None:
    row = ITEMS["note"]
    for name in ("meaning", "levels"):
        with pytest.raises(AttributeError):
            setattr(row, name, getattr(row, name))
