"""Letters are few: none to those who sit in a session about what happens there, and what was called off is not sent."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from tests.houses import House
from tests.world import LiveCase, address, body_of, case_at, post_of

PROBLEM = {"texts": {"fi": {"words": "Miten työ jaetaan?", "goals": ["Selkeä vuoro"]}}}
NOW = "Sinua tarvitaan nyt"


def between_sessions(house: House) -> LiveCase:
    """A case in the problem definition whose sessions so far have ended, and whose letters have gone."""
    case = case_at(house, "problem-definition")
    case.rises()
    post_of(house)
    return case


def planned(case: LiveCase, *, days: int = 0, kind: str = "joint", minutes: int = 120, **more: object) -> str:
    at = case.house.clock.at + timedelta(days=days)
    plan = {"kind": kind, "planned_at": at.isoformat(), "minutes": minutes, **more}
    return str(case.meri.does("sessions", plan)["id"])


def begun(case: LiveCase, *present: str, absent: tuple[str, ...] = ()) -> str:
    session = planned(case)
    case.meri.does(f"sessions/{session}/beginning")
    marked = {case.ids[one]: "present" for one in present} | {case.ids[one]: "absent" for one in absent}
    case.meri.does(f"PUT sessions/{session}/attendance", {"attendance": marked})
    return session


def ended(case: LiveCase, session: str) -> None:
    case.meri.does(f"sessions/{session}/ending", {"early": False})


def posted(house: House) -> dict[str, list[str]]:
    """The subjects of what is posted, by whom it is for."""
    went: dict[str, list[str]] = {}
    for letter in post_of(house):
        went.setdefault(str(letter["To"]), []).append(str(letter["Subject"]))
    return went


def test_four_drafts_in_a_sitting_send_nothing_to_who_is_there_and_one_letter_to_who_is_not(house: House) -> None:
    case = between_sessions(house)
    session = begun(case, "Aino", absent=("Pekka",))
    for _ in range(4):
        house.clock.at += timedelta(minutes=20)
        case.meri.does("problem-statements", PROBLEM)
        assert posted(house) == {}
    ended(case, session)
    assert posted(house) == {address("Pekka"): ["Sinulta odotetaan vastausta"]}


def test_letters_wait_two_hours_after_the_planned_end_of_a_session_that_nobody_ends(house: House) -> None:
    case = between_sessions(house)
    begun(case, "Aino", absent=("Pekka",))
    waits_for_the_planned_end(case)


def test_a_session_that_begins_before_its_day_lets_letters_wait_no_longer_than_any_other(sqlite_house: House) -> None:
    case = between_sessions(sqlite_house)
    session = planned(case, days=7)
    post_of(sqlite_house)
    case.meri.does(f"sessions/{session}/beginning")
    waits_for_the_planned_end(case)


def waits_for_the_planned_end(case: LiveCase) -> None:
    """What is said while a session of two hours goes on is told of two hours after its planned end, if nobody ends it."""
    case.aino.does("statements", {"audience": "mediator", "words": "Vain sinulle.", "language": "fi"})
    case.house.clock.at += timedelta(hours=3, minutes=44)
    assert posted(case.house) == {}
    case.house.clock.at += timedelta(minutes=2)
    assert posted(case.house) == {address("Meri"): ["Sinua odottaa jotakin uutta"]}


def test_nobody_is_reminded_of_a_time_before_they_have_heard_of_it(sqlite_house: House) -> None:
    house, case = sqlite_house, between_sessions(sqlite_house)
    at = house.clock.at + timedelta(days=1, minutes=10)
    case.meri.does("sessions", {"kind": "joint", "planned_at": at.isoformat()})
    got = []
    for _ in range(3):
        house.clock.at += timedelta(minutes=10)
        got += posted(house).get(address("Aino"), [])
    assert got == ["Sinulle on varattu aika"]


def test_a_pause_reaches_the_mediator_in_the_room_at_once_and_nothing_else_does(house: House) -> None:
    case = between_sessions(house)
    session = begun(case, "Aino", "Pekka")
    case.aino.does("statements", {"audience": "mediator", "words": "Vain sinulle.", "language": "fi"})
    case.pekka.does("pauses")
    assert posted(house) == {address("Meri"): [NOW]}
    ended(case, session)
    assert posted(house) == {address("Meri"): ["Sinua odottaa jotakin uutta"]}


def test_what_is_written_in_a_quarter_of_an_hour_is_one_letter_and_what_is_for_today_goes_alone(house: House) -> None:
    case = between_sessions(house)
    planned(case, days=7)
    planned(case, days=14)
    case.meri.does("problem-statements", PROBLEM)
    today = house.clock.at + timedelta(hours=5)
    plan = {"kind": "separate", "planned_at": today.isoformat(), "with_participant": case.ids["Aino"]}
    case.meri.does("sessions", plan)
    letters = [one for one in post_of(house) if one["To"] == address("Aino")]
    assert [str(one["Subject"]) for one in letters] == ["Sinulle on varattu aika", "Sinulle on uutta"]
    assert body_of(letters[1]).count("Sinulle on varattu aika ") == 2
    assert "Sinulta odotetaan vastausta viimeistään " in body_of(letters[1])


def test_a_letter_that_waited_until_the_day_for_an_answer_was_past_says_no_day(sqlite_house: House) -> None:
    house, case = sqlite_house, between_sessions(sqlite_house)
    case.meri.does("problem-statements", PROBLEM)
    begun(case, "Aino", absent=("Pekka",))
    house.clock.at += timedelta(days=9)
    [letter] = [one for one in post_of(house) if one["To"] == address("Pekka")]
    assert "Sinulta odotetaan vastausta. Voit lukea" in body_of(letter)


def test_of_a_time_that_is_cancelled_no_booking_is_sent_any_more(house: House) -> None:
    case = between_sessions(house)
    session = planned(case, days=7)
    case.meri.does(f"sessions/{session}/cancellation")
    [letter] = [one for one in post_of(house) if one["To"] == address("Aino")]
    assert letter["Subject"] == "Sinulle varattu aika on peruttu"
    assert "varattu aika on peruttu. Sinun ei tarvitse tulla paikalle." in body_of(letter)


def test_what_ends_calls_off_no_time_that_was_past_already(sqlite_house: House) -> None:
    case = between_sessions(sqlite_house)
    planned(case, days=1)
    case.later(days=2)
    post_of(sqlite_house)
    case.meri.does("discontinuation", {"outcome": "no-agreement"})
    assert "session-cancelled" not in case.letters_to("Aino")


def test_a_reminder_is_for_the_time_that_stands_and_for_none_that_was_moved_or_cancelled(sqlite_house: House) -> None:
    case = between_sessions(sqlite_house)
    before, session = case.reminders_to("Aino"), planned(case, days=7)
    first = case.house.clock.at + timedelta(days=6)
    assert case.reminders_to("Aino") == sorted([*before, first])
    case.meri.does(f"PATCH sessions/{session}", {"planned_at": (first + timedelta(days=3)).isoformat()})
    assert case.reminders_to("Aino") == sorted([*before, first + timedelta(days=2)])
    case.meri.does(f"sessions/{session}/cancellation")
    assert case.reminders_to("Aino") == before


def test_who_is_called_again_before_hearing_that_they_were_called_off_hears_when_to_come_alone(
    sqlite_house: House,
) -> None:
    house, case = sqlite_house, between_sessions(sqlite_house)
    session = planned(case, days=9)
    post_of(house)
    case.meri.does(f"DELETE sessions/{session}/calls/{case.ids['Tuula']}")
    case.meri.does(f"sessions/{session}/calls", {"participant": case.ids["Tuula"]})
    [letter] = [one for one in post_of(house) if one["To"] == address("Tuula")]
    assert letter["Subject"] == "Sinulle on varattu aika"
    [calendar] = [str(one.get_content()) for one in letter.iter_attachments()]
    assert "METHOD:PUBLISH" in calendar
    assert "SEQUENCE:1" in calendar


def test_what_ends_calls_off_each_time_that_was_booked_also_in_calendars(house: House) -> None:
    case = between_sessions(house)
    planned(case, days=7)
    post_of(house)
    case.meri.does("discontinuation", {"outcome": "no-agreement"})
    letters = {str(one["To"]): one for one in post_of(house)}
    assert address("Meri") not in letters
    calendars = [part.get_content() for part in letters[address("Aino")].iter_attachments()]
    assert calendars
    assert all("METHOD:CANCEL" in one and "STATUS:CANCELLED" in one for one in map(str, calendars))
    assert all("SEQUENCE:1" in one for one in map(str, calendars)), (
        "a calendar keeps what it has, unless the change is newer"
    )


@pytest.mark.seconds
@pytest.mark.parametrize("seed", range(6))
def test_nobody_marked_present_gets_a_letter_of_the_case_before_their_session_ends(
    sqlite_house: House, seed: int
) -> None:
    chance, house = Random(seed), sqlite_house
    names = ("Aino", "Pekka")
    case = between_sessions(house)
    present, session, got, began = set[str](), "", list[str](), house.clock.at

    def say(name: str) -> None:
        case[name].does("statements", {"audience": "mediator", "words": "Vain sinulle.", "language": "fi"})

    acts: list[Callable[[], object]] = [
        lambda: case.meri.does("problem-statements", PROBLEM),
        lambda: say(chance.choice(names)),
        lambda: planned(case, days=chance.randrange(9), kind=chance.choice(["joint", "information"])),
        lambda: planned(case, days=2, kind="separate", with_participant=case.ids[chance.choice(names)]),
        lambda: case[chance.choice(names)].asks("caucus-requests"),
        lambda: case.meri.does("declarations", {"has_ties": False, "words": "Ei ole.", "language": "fi"}),
    ]
    for _ in range(30):
        if session and chance.random() < 0.15:
            ended(case, session)
            session, present = "", set()
        elif not session and chance.random() < 0.4:
            present = {one for one in names if chance.random() < 0.6}
            began = house.clock.at
            session = begun(case, *present, absent=tuple(set(names) - present))
        else:
            chance.choice(acts)()
        went = posted(house)
        got += [one for some in went.values() for one in some]
        assert not {address(one) for one in present} & went.keys()
        assert not session or set(went.get(address("Meri"), [])) <= {NOW}
        house.clock.at += timedelta(minutes=chance.randrange(1, 20))
        if session and chance.random() < 0.2:
            house.clock.at += timedelta(minutes=30)
        if session and house.clock.at > began + timedelta(hours=3):
            ended(case, session)
            session, present = "", set()
    assert got


def test_a_suspension_calls_off_what_its_mediator_says_and_reminds_of_no_joint_session(sqlite_house: House) -> None:
    house, case = sqlite_house, between_sessions(sqlite_house)
    off, kept = planned(case, days=4), planned(case, days=5)
    alone = planned(case, days=6, kind="separate", with_participant=case.ids["Aino"])
    post_of(house)
    review = (house.clock.at + timedelta(days=20)).date().isoformat()
    case.meri.does("suspensions", {"cause": "absence", "review_on": review, "called_off": [off]})
    assert posted(house)[address("Aino")] == ["Sinulle varattu aika on peruttu"]
    states = {one["id"]: one["ended_how"] for one in case.meri.reads()["sessions"]}
    assert (states[off], states[kept], states[alone]) == ("cancelled", None, None)
    house.clock.at += timedelta(days=4, hours=1)  # within a day of the one that stays
    assert address("Aino") not in posted(house)
    house.clock.at += timedelta(days=1)
    assert posted(house)[address("Aino")] == ["Muistutus"]  # of the separate meeting, which goes on
    case.meri.refused(
        "suspensions", {"cause": "absence", "review_on": review, "called_off": [off]}, 409, "case-suspended"
    )


def test_rule_20_the_notice_to_who_ordered_names_the_case_and_no_others_does(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    case.comes("Kaisa", "community-member")
    case.plans("follow-up", days=30)
    told = {"work-community": "Sovittelu on käyty.", "commissioner": "Siitä on sopimus."}
    case.drafts(["Pekka"], texts={"fi": {"purpose": "Tieto ei siirry.", "notices": told}})
    case.sends()
    case.sign("Aino", "Pekka")
    case.moves("begin-follow-up")
    case.rises()
    case.meri.does("notices")
    posted = [body_of(one) for one in post_of(sqlite_house)]
    assert [case.number in one for one in posted if told["commissioner"] in one] == [True]
    assert [case.number in one for one in posted if told["work-community"] in one] == [False]


def test_a_session_of_some_that_cannot_begin_while_the_case_stands_still_is_not_reminded_of(
    sqlite_house: House,
) -> None:
    house, case = sqlite_house, between_sessions(sqlite_house)
    planned(case, days=4, kind="pair", called=[case.ids[one] for one in ("Aino", "Pekka")])
    post_of(house)
    case.aino.does("pauses")
    post_of(house)
    house.clock.at += timedelta(days=3, hours=1)
    assert address("Aino") not in posted(house)


@pytest.mark.parametrize("how", ["pause", "withdrawal", "suspension"])
def test_each_booked_joint_time_of_a_suspended_case_is_called_off_or_kept_by_the_mediator(
    sqlite_house: House, how: str
) -> None:
    house, case = sqlite_house, between_sessions(sqlite_house)
    off, stays = planned(case, days=4), planned(case, days=5)
    review = case.today(20)
    stop = {"suspension": lambda: case.meri.does("suspensions", {"cause": "absence", "review_on": review})}
    stop |= {"pause": lambda: case.aino.does("pauses"), "withdrawal": lambda: case.aino.does("withdrawals", {})}
    case.meri.refused(f"sessions/{stays}/keeping", {}, 409, "not-suspended-now")
    stop[how]()
    post_of(house)
    case.pekka.refused(f"sessions/{stays}/keeping", {}, 403, "act-not-yours")
    case.meri.does(f"sessions/{off}/cancellation")
    case.meri.does(f"sessions/{stays}/keeping")
    left = {address("Aino"), address("Tuula")} if how == "withdrawal" else set()  # Tuula supports Aino
    assert posted(house).keys() == {address(one) for one in ("Aino", "Pekka", "Tuula")} - left
    kept = {one["id"]: one.get("kept") for one in case.meri.reads()["sessions"]}
    assert (kept[off], kept[stays]) == (None, True)
    assert not any("kept" in one for one in case.pekka.reads()["sessions"])


def test_the_mediator_alone_is_reminded_of_a_booked_joint_time_while_the_case_stands_still(
    sqlite_house: House,
) -> None:
    house, case = sqlite_house, between_sessions(sqlite_house)
    gone, _, moved = (planned(case, days=ahead) for ahead in (5, 6, 7))
    case.aino.does("pauses")
    case.meri.does(f"sessions/{gone}/cancellation")
    case.meri.does(f"PATCH sessions/{moved}", {"minutes": 45})
    post_of(house)
    house.clock.at += timedelta(days=3, hours=12)
    assert posted(house) == {}
    for _ in range(2):
        house.clock.at += timedelta(hours=18)
        went = posted(house)  # Tuula, who does not know that the case stands still, is reminded as of any time
        assert went.keys() - {address("Tuula")} == {address("Meri")}
        assert went[address("Meri")] == ["Muistutus: on aika palata yhteen asiaan"]


def test_once_the_case_goes_on_whoever_is_called_is_reminded_and_the_mediator_no_more(sqlite_house: House) -> None:
    house, case = sqlite_house, between_sessions(sqlite_house)
    stays = planned(case, days=5)
    case.aino.does("pauses")
    case.meri.does(f"sessions/{stays}/keeping")
    case.meri.does("resumptions")
    post_of(house)
    house.clock.at += timedelta(days=4, hours=1)
    went = posted(house)
    assert went[address("Aino")] == ["Muistutus"]
    assert address("Meri") not in went
    case.aino.does("pauses")
    assert not any(one.get("kept") for one in case.meri.reads()["sessions"])
