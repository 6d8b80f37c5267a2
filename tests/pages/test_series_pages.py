"""Series, times to choose from, the budget and one's own hours, by links and forms as a browser sends them."""

import pytest

from mediation.retention import run as retention
from mediation.words.catalogue import LANGUAGES, say
from tests.houses import House
from tests.pages.test_sitting import PAGE, laptop
from tests.supervised import Supervision, supervision_at
from tests.supervisions import FRAME, WITH_MANAGER
from tests.world import address, browser

PLAN, MOVE, CANCEL = (say(f"act.{one}-series", "fi") for one in ("plan", "move", "cancel"))


@pytest.fixture
def room(sqlite_house: House) -> Supervision:
    return supervision_at(sqlite_house)


def test_a_series_is_shown_with_what_is_left_out_before_anything_is_planned(room: Supervision) -> None:
    raili = laptop(room, "Raili", "series")
    raili.presses(PLAN, first_at="2027-12-17T09:00", weeks="1", how_many="3")
    assert "Jouluaatto" in raili.page.text
    assert say("page.preview-sessions", "fi", number=3) in raili.page.text
    assert room.raili.reads()["sessions"] == []
    raili.presses(say("sure.plan-series.do", "fi"))
    assert len(room.raili.reads()["sessions"]) == 3


def test_a_series_that_is_planned_twice_or_in_the_past_is_warned_of_before_it_is_planned(room: Supervision) -> None:
    twice, past = say("warning.planned-twice", "fi"), say("warning.time-past", "fi")
    for told in ((0, 1), (3, 1)):
        raili = laptop(room, "Raili", "series")
        raili.presses(PLAN, first_at="2027-01-05T09:00", weeks="1", how_many="3")
        assert (raili.page.text.count(twice), raili.page.text.count(past)) == told
        raili.presses(say("sure.plan-series.do", "fi"))


def test_a_series_that_is_moved_is_not_warned_of_itself(room: Supervision) -> None:
    room.raili.does("series", {"first_at": "2027-02-02T09:00:00+02:00", "weeks": 1, "how_many": 3})
    [first, *_] = sorted(room.raili.reads()["sessions"], key=lambda one: str(one["planned_at"]))
    moved = room.raili.asks(f"GET sessions/{first['id']}/series/preview?planned_at=2027-02-09T09:00:00%2B02:00")
    assert not any("warnings" in one for one in moved.json()["times"])


def test_the_form_of_a_series_begins_with_what_the_frame_says(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house, "contracting")
    case.raili.does("PUT form", WITH_MANAGER)
    case.raili.does("PUT frame", FRAME)
    raili = laptop(case, "Raili", "series")
    [form] = [one for one in raili.seen.iter("form") if one.get("action", "").endswith("/series")]
    written = dict(form.form_values())
    assert {name: written[name] for name in ("weeks", "minutes", "how_many", "form", "place")} == {
        "weeks": "3",
        "minutes": "90",
        "how_many": "14",
        "form": "on-site",
        "place": FRAME["place"],
    }


def test_a_series_that_cannot_be_planned_is_refused_at_its_field_with_what_was_written(room: Supervision) -> None:
    raili = laptop(room, "Raili", "series")
    [form] = [one for one in raili.seen.iter("form") if one.get("action", "").endswith("/series")]
    data = {**dict(form.form_values()), "first_at": "2027-02-02T09:00", "weeks": "3", "how_many": ""}
    answer = raili.client.post(form.get("action"), data=data, headers=PAGE)
    assert answer.status_code == 422
    assert say("error.series-needs-end", "fi") in answer.text
    assert 'value="2027-02-02T09:00"' in answer.text


def test_a_series_is_moved_and_cancelled_from_one_on_from_the_page_of_sessions(room: Supervision) -> None:
    room.raili.does("series", {"first_at": "2027-02-02T09:00:00+02:00", "weeks": 3, "how_many": 4})
    third = room.raili.reads()["sessions"][2]["id"]
    raili = laptop(room, "Raili", "sessions")
    links = {one.text_content(): one.get("href") for one in raili.seen.get_element_by_id(f"m-{third}").iter("a")}
    assert {MOVE, CANCEL} <= set(links)
    raili.opens(links[MOVE])
    raili.presses(MOVE, planned_at="2027-03-18T13:00", weeks="2")
    raili.presses(say("sure.move-series.do", "fi"))
    assert room.raili.reads()["sessions"][2]["planned_at"] == "2027-03-18T11:00:00Z"
    raili.opens(links[CANCEL])
    raili.presses(CANCEL)
    assert [one["ended_how"] for one in room.raili.reads()["sessions"]] == [None, None, "cancelled", "cancelled"]


def test_no_session_offers_to_call_somebody_where_nobody_comes_along(room: Supervision) -> None:
    room.plans("supervision")
    page = laptop(room, "Raili", "sessions").page.text
    assert say("act.move-session", "fi") in page
    assert "/calls" not in page


def test_times_are_offered_answered_and_settled_by_forms(room: Supervision) -> None:
    room.raili.does(
        "time-choices",
        {
            "offered": [{"at": "2027-02-02T09:00:00+02:00"}, {"at": "2027-02-03T13:00:00+02:00"}],
            "answer_by": "2027-01-29",
        },
    )
    [choice] = room.raili.reads("time-choices")
    first, second = (one["id"] for one in choice["times"])
    sanna = laptop(room, "Sanna", "time-choices")
    sanna.follows(say("act.answer-times", "fi"))
    sanna.presses(say("act.answer-times", "fi"), **{f"can_come.{first}": "cannot", f"can_come.{second}": "can"})
    raili = laptop(room, "Raili", "time-choices")
    assert "Sanna" in raili.page.text
    assert "Sanna" not in laptop(room, "Olli", "time-choices").page.text
    raili.follows(say("act.settle-times", "fi"))
    raili.presses(say("act.settle-times", "fi"), time=second)
    assert [one["planned_at"] for one in room.raili.reads()["sessions"]] == ["2027-02-03T11:00:00Z"]


def test_who_supervises_and_who_pays_read_the_budget_and_set_the_shares(room: Supervision) -> None:
    raili = laptop(room, "Raili", "shares")
    assert say("page.budget", "fi") in raili.page.text
    raili.presses(
        say("act.set-shares", "fi"),
        **{"shares.0.payer": "Esimerkkilä", "shares.0.parts": "100", "shared_by": "percent"},
    )
    leena = browser(room.house, address("Leena")).get(f"/cases/{room.number}/shares", headers=PAGE)
    assert leena.status_code == 200
    assert "Esimerkkilä · 100 / 100" in leena.text
    assert say("page.budget-late", "fi") in leena.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_ones_own_hours_are_a_page_with_a_table_and_a_confirmation(room: Supervision, language: str) -> None:
    session = room.plans("supervision", days=0, minutes=90)
    room.raili.does(f"sessions/{session}/beginning")
    room.later(minutes=90)
    room.raili.does(f"sessions/{session}/ending", {"early": False})
    room.house.clock.set("2027-02-10 09:00")
    retention.run(room.house.installation.database)
    room.rounds()
    raili = browser(room.house, address("Raili"))
    raili.get(f"/language/{language}?to=/hours", headers=PAGE)
    page = raili.get("/hours", headers=PAGE).text
    assert say("workflow.supervision", language) in page
    assert 'href="/api/me/hours/table?year=2027"' in page
    paper = raili.get("/hours/confirmation?year=2027", headers=PAGE).text
    assert "/api/me/hours/confirmation?year=2027" in paper
    assert say("workflow.supervision", language) in paper
