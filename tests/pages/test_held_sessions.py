"""Sessions recorded afterwards, changed and corrected, another time asked for, and hours: by links and forms, also on a phone."""

import pytest
from lxml import html
from playwright.sync_api import Browser

from mediation.words.catalogue import say
from mediation.words.times import say_length
from tests.houses import House
from tests.pages.plays import Play, reached
from tests.pages.test_sitting import PAGE, Laptop, laptop, text_of
from tests.world import LiveCase, case_at

HELD, CHANGE, TIMES, OTHER = (
    say(f"act.{one}", "fi") for one in ("record-session", "move-session", "correct-session", "ask-for-another-time")
)
# The cells of a table in which a word has no room, and would go on in the middle of itself on the next line.
CUT_WORDS = """cells => cells.filter(one => {
    one.style.overflowWrap = "normal"
    return one.scrollWidth > one.clientWidth
}).map(one => one.textContent)"""


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    """A table that is in its opening, and of whose sessions nothing is marked yet."""
    return case_at(sqlite_house, "opening", ready=False)


def marks(case: LiveCase, kind: str) -> list[str]:
    return [one["participant"] for one in case.meri.reads()["marks"] if one["kind"] == kind]


def test_the_day_on_paper_is_taken_in_from_its_papers_in_one_form(room: LiveCase) -> None:
    meri = laptop(room, path="day-papers")
    meri.follows(HELD)
    assert "begun_at" not in meri.page.text
    meri.follows(f"{say('session-kind.joint', 'fi')}")
    meri.presses(HELD, begun_at="2027-01-11T09:00", minutes="30", present=room.ids["Aino"])
    assert meri.presses_made == 1
    [session] = [one for one in room.meri.reads()["sessions"] if one["ended_at"] and one["kind"] == "joint"]
    assert (session["ended_how"], session["id"] in marks_about(room)) == ("held", True)


def marks_about(case: LiveCase) -> set[str]:
    return {one["about"] for one in case.meri.reads()["marks"] if one["kind"] == "attended"}


def test_a_separate_meeting_by_phone_is_recorded_from_the_page_of_sessions(room: LiveCase) -> None:
    meri = laptop(room, path="sessions")
    meri.follows(HELD)
    meri.follows(say("session-kind.separate", "fi"))
    assert 'name="called"' not in meri.page.text
    before = len(room.letters_to("Aino"))
    meri.presses(HELD, begun_at="2027-01-10T09:00", minutes="30", form="remote", with_participant=room.ids["Aino"])
    assert len(room.letters_to("Aino")) == before


def test_a_form_that_is_refused_keeps_what_was_written_and_says_why(room: LiveCase) -> None:
    meri = laptop(room, path="sessions/held?kind=joint")
    [form] = [one for one in meri.seen.iter("form") if one.get("action", "").endswith("/held")]
    data = {**dict(form.form_values()), "begun_at": "2199-01-10T09:00", "minutes": "30"}
    answer = meri.client.post(form.get("action"), data=data, headers=PAGE)
    assert answer.status_code == 409
    assert say("error.session-still-on", "fi") in answer.text
    assert 'value="2199-01-10T09:00"' in answer.text


def test_a_session_is_changed_and_its_times_are_corrected_from_the_page_of_sessions(room: LiveCase) -> None:
    session = room.plans("joint", days=5, place="Kirjasto")
    meri = laptop(room, path="sessions")
    article = meri.seen.get_element_by_id(f"m-{session}")
    assert {CHANGE} <= {text_of(one) for one in article.iter("a")}
    meri.opens(f"/cases/{room.number}/sessions/{session}?to=/cases/{room.number}/sessions")
    meri.presses(CHANGE, minutes="90", form="remote")
    [now] = [one for one in room.meri.reads()["sessions"] if one["id"] == session]
    assert (now["planned_minutes"], now["form"], now["place"]) == (90, "remote", "Kirjasto")
    room.house.clock.at = room.house.clock.at.replace(day=20)
    meri = laptop(room, path="sessions")
    links = {text_of(one): one.get("href") for one in meri.seen.get_element_by_id(f"m-{session}").iter("a")}
    meri.opens(links[TIMES])
    meri.presses(TIMES, begun_at="2027-01-16T09:00", minutes="75")
    assert say_length(75, "fi") in laptop(room, path="sessions").page.text


def test_another_time_is_asked_for_beside_the_next_session_and_read_by_the_mediator_alone(room: LiveCase) -> None:
    for one in room.meri.reads()["sessions"]:
        if not one["begun_at"]:
            room.meri.does(f"sessions/{one['id']}/cancellation")
    session = room.plans("joint", days=5)
    aino = laptop(room, "Aino", path="sessions")
    aino.opens(f"/cases/{room.number}")
    aino.follows(OTHER)
    aino.presses(OTHER, instead="remotely")
    assert marks(room, "asked-for-another-time") == [room.ids["Aino"]]
    wish = say("page.wishes-another-time", "fi", name=name_of(room, "Aino"))
    meri = laptop(room, path="sessions")
    assert wish in text_of(meri.seen)
    assert say("mark.asked-for-another-time", "fi") in laptop(room, "Aino", path="sessions").page.text
    assert wish not in laptop(room, "Pekka", path="sessions").page.text
    in_room = laptop(room)
    in_room.presses("Siirry tapaamistilaan")
    in_room.opens(f"/cases/{room.number}/sessions")
    assert session in in_room.page.text
    assert wish not in text_of(in_room.seen)


def test_who_does_not_see_how_a_session_went_reads_a_past_one_as_past(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    room.comes("Tuula", "support-person", supports=room.ids["Aino"])
    room.plans("joint", days=5, called=[room.ids["Tuula"]])
    assert not past_of(laptop(room, "Tuula", path="sessions").page.text)
    room.later(days=6)
    past = past_of(laptop(room, "Tuula", path="sessions").page.text)
    assert past
    assert not [one for each in past for one in each.iter("a")]  # no other time is asked for there
    assert not [one for one in past if say("page.session-planned", "fi") in one.text_content()]


def past_of(page: str) -> list[html.HtmlElement]:
    return list(html.fromstring(page).xpath("//section[@aria-labelledby='all-sessions']/details//article"))


def name_of(case: LiveCase, name: str) -> str:
    return str(next(one["name"] for one in case.meri.reads()["participants"] if one["id"] == case.ids[name]))


def test_planning_says_what_is_worth_a_thought_and_plans_all_the_same(room: LiveCase) -> None:
    meri = laptop(room, path="sessions?kind=information")
    meri.presses(say("act.plan-session", "fi"), planned_at="2026-12-25T09:00", minutes="60")
    assert say("warning.time-past", "fi") in meri.page.text
    assert any(one["planned_at"].startswith("2026-12-25") for one in room.meri.reads()["sessions"])


def test_time_worked_is_entered_corrected_and_taken_back_on_its_page(room: LiveCase) -> None:
    meri = laptop(room, path="time-entries")
    meri.presses(say("act.enter-time", "fi"), day=room.today(), minutes="45", work="travel")
    meri.opens(f"/cases/{room.number}/time-entries")
    assert say("work.travel", "fi") in meri.page.text
    assert text_of(next(meri.seen.iter("dl"))).startswith(say("page.hours-so-far", "fi"))  # nothing is told yet
    meri.follows(say("act.correct-time", "fi"))
    meri.presses(say("act.correct-time", "fi"), day=room.today(), minutes="60", work="travel")
    assert [one["minutes"] for one in room.meri.reads("hours")["entries"]] == [60]
    meri.opens(f"/cases/{room.number}/time-entries")
    meri.follows(say("act.take-back-time", "fi"))
    meri.presses(say("act.take-back-time", "fi"))
    assert room.meri.reads("hours")["entries"] == []


def test_hours_are_on_no_page_of_the_room(room: LiveCase) -> None:
    room.meri.does("time-entries", {"day": room.today(), "minutes": 45, "work": "travel"})
    meri = laptop(room)
    meri.presses("Siirry tapaamistilaan")
    answer = meri.client.get(f"/cases/{room.number}/time-entries", headers=PAGE)
    assert say("work.travel", "fi") not in answer.text


def test_the_papers_of_the_day_hold_terms_and_undertakings_too(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    titles = {text_of(next(one.iter("h2"))) for one in laptop(room, path="day-papers").seen.iter("section")}
    wanted = {say(f"page.text-{one}", "fi") for one in ("terms", "ground-rules")} | {say("page.paper-attendance", "fi")}
    assert wanted <= titles
    assert f"{say('page.text-undertaking', 'fi')}: {say('role.support-person', 'fi')}" in titles


@pytest.mark.seconds
def test_what_is_new_fits_a_phone(room: LiveCase, browser: Browser) -> None:
    session, over = room.plans("joint", days=5), room.plans("joint", days=0)
    room.meri.does(f"sessions/{over}/beginning")
    room.meri.does(f"sessions/{over}/ending", {"early": False})
    room.meri.does("time-entries", {"day": room.today(), "minutes": 45, "work": "travel"})
    room.aino.does(f"sessions/{session}/other-times", {"instead": "remotely"})
    [entry] = room.meri.reads("hours")["entries"]
    leading = (
        *("sessions", "sessions/held", "sessions/held?kind=joint", "sessions?kind=pair", f"sessions/{session}"),
        *(f"sessions/{over}/times", "time-entries", f"time-entries/{entry['id']}", "day-papers"),
    )
    with reached(room.house) as url:
        play = Play(room.house, browser, url, width=360)
        for name, paths in (("Meri", leading), ("Aino", ("", "sessions", f"sessions/{session}/other-times"))):
            one = play.comes(name)
            for path in paths:
                one.goes_to(f"/cases/{room.number}/{path}".rstrip("/"))
            assert one.page.locator(".sign th").evaluate_all(CUT_WORDS) == []
        one.goes_to(f"/cases/{room.number}/withdrawals")
        one.page.locator("textarea[name=words]").evaluate("field => field.value = 'o'.repeat(200)")
        one.page.locator("form:has(textarea[name=words]) button.primary").click()
        one.page.wait_for_load_state()
        one.looks()
    assert play.faults == []


def read(meri: Laptop, room: LiveCase, path: str = "") -> str:
    """What Meri reads on a page of the case."""
    meri.opens(f"/cases/{room.number}/{path}".rstrip("/"))
    return text_of(meri.seen)


def test_a_form_about_a_session_names_it_and_the_page_of_a_case_begins_with_the_next(room: LiveCase) -> None:
    first, second = room.plans("joint", days=3), room.plans("joint", days=8)
    room.later(days=2)
    meri = laptop(room)
    for path, day in ((f"sessions/{first}/cancellation", 14), (f"sessions/{second}", 19)):
        assert f"{day}.1.2027" in read(meri, room, path)
    shown, unended = read(meri, room), say("page.overdue-since", "fi", day="")
    assert shown.index(unended) < shown.index("14.1.2027") < shown.index("19.1.2027")


def test_who_leads_decides_of_each_booked_time_while_the_case_stands_still(room: LiveCase) -> None:
    kept, off = room.plans("joint", days=3), room.plans("joint", days=8)
    room.later(days=2)
    meri, decide = laptop(room), say("page.booked-decide", "fi")
    assert decide not in read(meri, room, "sessions")
    room.aino.does("pauses")
    assert say("page.booked-times-note", "fi") in read(meri, room)
    assert read(meri, room, "sessions").count(decide) == 2
    for path, act in ((f"sessions/{kept}/keeping", "keep-session"), (f"sessions/{off}/cancellation", "cancel-session")):
        read(meri, room, path)
        meri.presses(say(f"act.{act}", "fi"))
    seen = read(meri, room, "sessions")
    assert seen.count(say("page.booked-stays", "fi")) == 1
    assert decide not in seen
