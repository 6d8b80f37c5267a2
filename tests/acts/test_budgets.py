"""What was agreed, held, cancelled late and is left; who pays which share; what is billed for a period that closed."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.http.csv_files import csv_file
from mediation.acts.billing import Payer, split
from mediation.retention import run as retention
from tests.houses import House
from tests.supervised import Supervision, supervision_at
from tests.supervisions import FRAME, WITH_MANAGER

Json = dict[str, Any]
SHARES = {"shares": [{"payer": "Esimerkkilän kaupunki", "parts": 60}, {"payer": "Naapurila", "parts": 40}]}


def hold(case: Supervision, when: str, minutes: int = 90) -> str:
    case.house.clock.set(when)
    session = case.plans("supervision", days=0, minutes=minutes)
    case.raili.does(f"sessions/{session}/beginning")
    case.later(minutes=minutes)
    case.raili.does(f"sessions/{session}/ending", {"early": False})
    return session


def cancel(case: Supervision, planned: str, at: str) -> None:
    plan = {"kind": "supervision", "planned_at": f"{planned}T09:00:00+02:00", "minutes": 90}
    session = case.raili.does("sessions", plan)["id"]
    case.house.clock.set(at)
    case.raili.does(f"sessions/{session}/cancellation")


def closes(case: Supervision, when: str) -> None:
    """Time goes on, and what falls due by itself is settled."""
    case.house.clock.set(when)
    retention.run(case.house.installation.database)  # that the clock is right
    case.rounds()


def a_quarter(case: Supervision) -> None:
    """Two sessions are held in January and February; one is cancelled in time, one late; another is held in April."""
    hold(case, "2027-01-20 09:00")
    hold(case, "2027-02-10 09:00", 75)
    cancel(case, "2027-02-24", "2027-02-22 12:00")
    cancel(case, "2027-03-10", "2027-03-09 12:00")
    hold(case, "2027-04-07 09:00")
    closes(case, "2027-04-20 09:00")


def test_a_cancellation_counts_once_it_is_later_than_the_rule(house: House) -> None:
    case = supervision_at(house)
    a_quarter(case)
    budget = case.raili.reads("budget")
    told = {name: budget[name] for name in ("agreed", "held", "cancelled_late", "left", "planned", "periods")}
    assert told == {
        "agreed": None,
        "held": 3,
        "cancelled_late": 1,
        "left": None,
        "planned": 0,
        "periods": ["2027-03-31"],
    }
    assert case.leena.reads("budget") == budget
    for name in ("Sanna", "Marko"):
        assert case[name].reads("budget") == {"agreed": None, "held": 3}


def test_what_is_left_is_what_the_frame_says_without_what_was_held_and_what_was_cancelled_late(house: House) -> None:
    case = supervision_at(house, "contracting")
    case.raili.does("PUT form", WITH_MANAGER)
    case.raili.does("PUT frame", FRAME)
    case.stands_in("active")
    a_quarter(case)
    budget = case.leena.reads("budget")
    assert (budget["agreed"], budget["held"], budget["cancelled_late"], budget["left"]) == (14, 3, 1, 10)
    assert case.sanna.reads("budget") == {"agreed": 14, "held": 3}


def test_the_invoice_basis_has_each_session_of_a_closed_period_once_and_its_shares(house: House) -> None:
    case = supervision_at(house)
    case.leena.does("PUT shares", SHARES)
    a_quarter(case)
    csv = case.leena.asks("GET invoice-basis?period=2027-03-31", Accept_Language="fi").content.decode("utf-8-sig")
    head, *lines = csv.split("\r\n")
    assert head.startswith("Jakso alkaa;Jakso päättyy;Päivä;")
    rows = [one.split(";") for one in lines if one]
    assert [(one[2], one[3], one[4], one[6], one[9], one[10]) for one in rows] == [
        ("2027-01-20", "pidetty tapaaminen", "90", "Esimerkkilän kaupunki", "54", "0,90"),
        ("2027-01-20", "pidetty tapaaminen", "90", "Naapurila", "36", "0,60"),
        ("2027-02-10", "pidetty tapaaminen", "75", "Esimerkkilän kaupunki", "45", "0,75"),
        ("2027-02-10", "pidetty tapaaminen", "75", "Naapurila", "30", "0,50"),
        ("2027-03-10", "myöhään peruttu tapaaminen", "90", "Esimerkkilän kaupunki", "54", "0,90"),
        ("2027-03-10", "myöhään peruttu tapaaminen", "90", "Naapurila", "36", "0,60"),
    ]
    english = case.raili.asks("GET invoice-basis?period=2027-03-31", Accept_Language="en").content.decode("utf-8-sig")
    assert "2027-01-20,session held,90,1.50,Esimerkkilän kaupunki,60,100,54,0.90" in english
    assert not [name for name in ("Sanna", "Raili", "Marko") if name in csv]


def test_what_is_recorded_after_a_period_was_told_is_billed_with_the_next_one(house: House) -> None:
    case = supervision_at(house)
    a_quarter(case)
    late = {"kind": "supervision", "begun_at": "2027-03-20T09:00:00+02:00", "minutes": 60}
    case.raili.does("sessions/held", late)
    before = case.raili.asks("GET invoice-basis?period=2027-03-31").content
    closes(case, "2027-07-20 09:00")
    assert case.raili.asks("GET invoice-basis?period=2027-03-31").content == before
    second = case.raili.asks("GET invoice-basis?period=2027-06-30").content.decode("utf-8-sig")
    assert "2027-03-20" in second
    assert "2027-04-07" in second


def test_shares_that_change_leave_alone_what_was_billed(house: House) -> None:
    case = supervision_at(house)
    a_quarter(case)
    first = "GET invoice-basis?period=2027-03-31"
    case.later(hours=1)
    case.leena.does("PUT shares", SHARES)  # first said once the period had been told
    before = case.leena.asks(first).content
    assert "Naapurila" in before.decode()
    case.later(hours=1)
    other = [{"payer": "Esimerkkilän kaupunki", "parts": 50}, {"payer": "Naapurila", "parts": 50}]
    case.leena.does("PUT shares", {"shares": other})
    assert case.leena.asks(first).content == before
    closes(case, "2027-07-20 09:00")
    assert ";45;" in case.leena.asks("GET invoice-basis?period=2027-06-30", Accept_Language="fi").text


def test_only_who_supervises_and_who_pays_reads_what_is_billed(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house)
    a_quarter(case)
    for name in ("Sanna", "Marko"):
        case[name].refused("GET invoice-basis?period=2027-03-31", None, 403, "not-yours-to-see")
        case[name].refused("PUT shares", SHARES, 403, "act-not-yours")
    case.raili.refused("GET invoice-basis?period=2027-06-30", None, 404, "period-not-found")


def test_shares_make_a_whole_and_name_each_payer_once(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house)
    less = {"shares": [{"payer": "Esimerkkilä", "parts": 60}, {"payer": "Naapurila", "parts": 39}]}
    case.leena.refused("PUT shares", less, 422, "shares-not-whole")
    twice = {"shares": [{"payer": "Esimerkkilä", "parts": 60}, {"payer": "ESIMERKKILÄ", "parts": 40}]}
    case.leena.refused("PUT shares", twice, 422, "payer-twice")
    case.raili.does("PUT shares", less | {"shared_by": "heads"})
    assert [one["parts"] for one in case.raili.reads("budget")["shares"]] == [60, 39]
    assert "Naapurila" not in case.sanna.asks("GET agreed-texts").text


def test_a_payer_whose_name_is_a_formula_is_only_a_name() -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", 'a;"b"', "\ufeff=1"]
    told = csv_file([hostile], "fi").decode("utf-8-sig")
    for one in ("'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "' =1", '"a;""b"""', "'\ufeff=1"):
        assert one in told
    assert csv_file([[1.5, 2, None]], "en").decode("utf-8-sig") == "1.50,2,\r\n"
    assert csv_file([[1.5, 2, None]], "sv").decode("utf-8-sig") == "1,50;2;\r\n"


@given(minutes=st.integers(0, 2_000), parts=st.lists(st.integers(1, 1_000), min_size=1, max_size=20))
def test_shares_of_minutes_are_all_of_them_and_none_is_more_than_a_minute_off(minutes: int, parts: list[int]) -> None:
    shares = split(minutes, [Payer(str(place), part) for place, part in enumerate(parts)])
    assert sum(shares) == minutes
    assert all(abs(share - minutes * part / sum(parts)) < 1 for share, part in zip(shares, parts, strict=True))
