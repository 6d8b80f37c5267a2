"""No contact until a day, and hours of quiet (workflow.md rule 24): letters wait, and mediators alone know of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from mediation.letters import claims, printing
from mediation.letters.waiting import OF_A_TIME, QUARTER
from mediation.store.models import Letter
from tests.houses import House
from tests.world import LiveCase, address, case_at, link_for


def keeps_quiet(case: LiveCase, name: str, told_by: str = "", **said: Any) -> str:
    return str(case[told_by or name].does(f"PUT participants/{case.ids[name]}/quiet-time", said)["id"])


def delivered(case: LiveCase) -> list[str | None]:
    """Deliver all that can be sent in a quarter of an hour; the participants it was for, None for one about signing in."""
    names = {one: name for name, one in case.ids.items()}
    case.house.clock.at += QUARTER
    to = _claimed(case, names)
    case.house.clock.at -= QUARTER
    return to


def _claimed(case: LiveCase, names: Mapping[str, str]) -> list[str | None]:
    to = []
    while True:
        with case.writing() as db:
            claimed = claims.claim(db, lease=timedelta(hours=1))
            if claimed is None:
                return sorted(to, key=str)
            to.append(names.get(db.get_one(Letter, claimed.letter_id).participant_id or ""))
            claims.mark_delivered(db, claimed)


def plans_for_tomorrow(case: LiveCase, days: int = 5) -> str:
    return case.plans("joint", days=days)


def at_noon(case: LiveCase) -> None:
    """Noon of this day in the workplace's time zone."""
    now = case.house.clock.at.astimezone(case.house.installation.settings.zone)
    case.house.clock.at += now.replace(hour=12, minute=0, second=0, microsecond=0) - now


@pytest.fixture
def case(sqlite_house: House) -> LiveCase:
    one = case_at(sqlite_house, "opening")
    one.rises()
    at_noon(one)
    delivered(one)
    return one


def test_letters_wait_until_the_morning_of_the_day(house: House) -> None:
    case = case_at(house, "opening")
    case.rises()
    at_noon(case)
    delivered(case)
    keeps_quiet(case, "Aino", until=case.today(3))
    plans_for_tomorrow(case)
    assert "Pekka" in (first := delivered(case))
    assert "Aino" not in first
    case.later(days=2)
    assert delivered(case) == []
    case.later(hours=19)  # seven in the morning of the day
    assert delivered(case) == []
    case.later(hours=1, minutes=1)
    assert delivered(case) == ["Aino"]


@pytest.mark.parametrize(
    ("begins", "ends", "hour", "quiet"),
    [
        ("21:00", "07:00", 20, False),
        ("21:00", "07:00", 21, True),
        ("21:00", "07:00", 30, True),
        ("21:00", "07:00", 31, False),
        ("08:00", "16:00", 12, True),
        ("08:00", "16:00", 16, False),
        ("00:00", "08:00", 24, True),
        ("00:00", "08:00", 32, False),
    ],
)
def test_letters_wait_in_the_hours_of_quiet_also_past_midnight(
    case: LiveCase, begins: str, ends: str, hour: int, quiet: bool
) -> None:
    keeps_quiet(case, "Aino", begins=begins, ends=ends)
    case.later(hours=hour - 12)
    plans_for_tomorrow(case)
    assert ("Aino" not in delivered(case)) == quiet


def test_letters_about_signing_in_still_go(case: LiveCase) -> None:
    keeps_quiet(case, "Aino", until=case.today(3))
    assert link_for(case.house, address("Aino"))


def test_whom_nobody_writes_to_is_not_handed_a_printed_letter_either(sqlite_house: House) -> None:
    sqlite_house.person("Aino", email=False)
    case = case_at(sqlite_house, "problem-definition", ready=False)
    case.rises()
    at_noon(case)
    case.meri.does("problem-statements", {"texts": {"fi": {"words": "Tieto ei siirry.", "goals": []}}})
    case.later(hours=1)
    before = waiting_for_print(case)
    assert before
    keeps_quiet(case, "Aino", told_by="Meri", until=case.today(3))
    assert waiting_for_print(case) == []
    case.later(days=3)
    assert waiting_for_print(case) == before


def waiting_for_print(case: LiveCase) -> list[str]:
    """The letters to print but for those about a time, which may have passed."""
    return [one["id"] for one in case.meri.reads("letters") if one["kind"] not in OF_A_TIME]


def test_a_time_that_passed_in_the_quiet_is_not_told_of_afterwards(case: LiveCase) -> None:
    keeps_quiet(case, "Aino", until=case.today(9))
    plans_for_tomorrow(case, days=5)  # a letter now and a reminder the day before
    case.meri.does("sessions", {"kind": "joint", "planned_at": f"{case.today(20)}T09:00:00+02:00"})
    delivered(case)
    case.later(days=10)
    assert delivered(case).count("Aino") == 1  # of the session that still lies ahead


def test_letters_that_wait_are_not_overdue(case: LiveCase) -> None:
    keeps_quiet(case, "Aino", until=case.today(3))
    plans_for_tomorrow(case)
    delivered(case)
    with case.writing() as db:
        assert printing.overdue(db)[0] == 0


def test_a_mediator_notes_it_for_anybody_and_reads_it_of_everybody(case: LiveCase) -> None:
    keeps_quiet(case, "Aino", begins="21:00", ends="07:00")
    keeps_quiet(case, "Pekka", told_by="Meri", until=case.today(3))
    told = {one["participant"]: one for one in case.meri.reads("quiet-times")}
    assert told[case.ids["Aino"]] == {
        "participant": case.ids["Aino"],
        "until": None,
        "begins": "21:00",
        "ends": "07:00",
    }
    assert told[case.ids["Pekka"]]["until"] == case.today(3)


def test_nobody_but_mediators_and_oneself_learns_of_it(case: LiveCase) -> None:
    readers = ("Pekka", "Tuula", "Kaarina")
    before = {name: [case[name].asks(f"GET {path}").content for path in ("", "outline")] for name in readers}
    keeps_quiet(case, "Aino", until=case.today(3))
    assert {name: [case[name].asks(f"GET {path}").content for path in ("", "outline")] for name in readers} == before
    assert case.pekka.reads("quiet-times") == []
    assert [one["participant"] for one in case.aino.reads("quiet-times")] == [case.ids["Aino"]]
    for name in ("Tuula", "Kaarina", "Vilho"):
        case[name].refused("GET quiet-times", None, 403, "not-yours-to-see")


def test_what_is_said_last_stands_and_saying_nothing_ends_it(case: LiveCase) -> None:
    one = keeps_quiet(case, "Aino", until=case.today(3))
    assert keeps_quiet(case, "Aino", until=case.today(3)) == one
    assert keeps_quiet(case, "Aino", begins="22:00", ends="06:00") == one
    assert [line["until"] for line in case.aino.reads("quiet-times")] == [None]
    keeps_quiet(case, "Aino")
    assert case.aino.reads("quiet-times") == []
    plans_for_tomorrow(case)
    assert "Aino" in delivered(case)


def test_a_quiet_day_that_is_over_is_no_longer_told(case: LiveCase) -> None:
    keeps_quiet(case, "Aino", until=case.today(3))
    case.later(days=4)
    assert case.aino.reads("quiet-times") == []


def test_who_may_not_and_what_cannot_be_is_refused(case: LiveCase) -> None:
    mine, hers = (f"PUT participants/{case.ids[name]}/quiet-time" for name in ("Aino", "Pekka"))
    soon = {"until": case.today(3)}
    case.aino.refused(hers, soon, 404, "participant-not-found")
    for name in ("Tuula", "Kaarina", "Vilho"):
        case[name].refused(mine, soon, 403, "act-not-yours")
    case.meri.refused(f"PUT participants/{'Z' * 20}/quiet-time", soon, 404, "participant-not-found")
    for body, code in (
        ({"until": case.today()}, "date-not-ahead"),
        ({"until": case.today(367)}, "quiet-too-long"),
        ({"begins": "21:00"}, "quiet-hours-incomplete"),
        ({"ends": "21:00"}, "quiet-hours-incomplete"),
        ({"begins": "21:00", "ends": "21:00"}, "quiet-hours-too-long"),
        ({"begins": "06:00", "ends": "22:01"}, "quiet-hours-too-long"),
    ):
        case.aino.refused(mine, body, 422, code)
    for body in ({"begins": "9", "ends": "10:00"}, {"begins": "24:00", "ends": "06:00"}):
        assert case.aino.asks(mine, body).status_code == 422
    case.aino.does("pauses")
    keeps_quiet(case, "Aino", **soon)  # rest is not a joint act


@pytest.mark.parametrize(
    ("said", "field"),
    [({"begins": "21:00"}, "ends"), ({"ends": "07:00"}, "begins"), ({"begins": "15:59", "ends": "08:00"}, "ends")],
)
def test_a_refusal_of_hours_stands_at_the_field_that_is_to_be_mended(
    case: LiveCase, said: dict[str, str], field: str
) -> None:
    code = "quiet-hours-incomplete" if len(said) == 1 else "quiet-hours-too-long"
    told = case.aino.refused(f"PUT participants/{case.ids['Aino']}/quiet-time", said, 422, code)
    assert told["errors"][0]["field"] == field
    assert len(said) == 1 or "16" in told["detail"]


@pytest.mark.parametrize(("begins", "ends"), [("16:00", "08:00"), ("06:00", "22:00")])
def test_sixteen_hours_of_quiet_a_day_are_not_too_many(case: LiveCase, begins: str, ends: str) -> None:
    keeps_quiet(case, "Aino", begins=begins, ends=ends)


def test_a_letter_about_a_withdrawal_waits_for_quiet_hours_and_not_for_a_quiet_day_weeks_ahead(house: House) -> None:
    case = case_at(house, "dialogue")
    case.joins_as_party("Outi")
    case.joins_as_party("Oskari")
    case.outi.does(f"PUT participants/{case.ids['Outi']}/quiet-time", {"begins": "20:00", "ends": "08:00"})
    case.oskari.does(f"PUT participants/{case.ids['Oskari']}/quiet-time", {"until": case.today(30)})
    case.later(hours=12)
    for name in ("Outi", "Oskari"):
        case[name].does("withdrawals", {})
    told = delivered(case)
    assert "Oskari" in told
    assert "Outi" not in told
    case.later(hours=11)
    assert "Outi" in delivered(case)


@pytest.mark.parametrize(("days", "waits"), [(1, True), (4, True), (5, False), (7, False)])
def test_a_letter_about_a_withdrawal_waits_for_a_quiet_day_that_leaves_three_days_to_decide(
    case: LiveCase, days: int, waits: bool
) -> None:
    keeps_quiet(case, "Aino", until=case.today(days))
    case.aino.does("withdrawals", {})
    assert ("Aino" in delivered(case)) is not waits
    case.later(days=days - 1)
    assert "Aino" not in delivered(case)
    case.later(hours=20, minutes=1)  # a minute past eight in the morning of the day
    assert ("Aino" in delivered(case)) is waits


def test_a_confirmed_withdrawal_waits_for_the_same_quiet_day_and_no_letter_says_it_can_be_taken_back(
    case: LiveCase,
) -> None:
    case.joins_as_party("Outi")
    delivered(case)
    keeps_quiet(case, "Aino", until=case.today(2))
    case.aino.does("withdrawals", {})
    case.aino.does("withdrawals/confirmation")
    assert "Aino" not in delivered(case)
    case.later(days=2)
    assert delivered(case).count("Aino") == 1


@pytest.mark.parametrize(("phase", "request_of"), [("follow-up", "report-requests"), ("opening", "consents/requests")])
def test_nobodys_rest_is_taken_for_silence(sqlite_house: House, phase: str, request_of: str) -> None:
    case = case_at(sqlite_house, phase)
    asked = {"participant": case.ids["Pekka"]}
    keeps_quiet(case, "Pekka", until=case.today(30))
    told = case.meri.refused(request_of, asked, 409, "not-to-be-written-to")
    assert "Pekka" not in str(told)
    case.meri.does(request_of, {"participant": case.ids["Aino"]})
    case.later(days=30)
    for _ in range(2):
        case.meri.does(request_of, asked)
        case.later(days=8)


def test_hours_of_quiet_hinder_no_request(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    keeps_quiet(case, "Pekka", begins="08:00", ends="16:00")
    case.meri.does("report-requests", {"participant": case.ids["Pekka"]})
