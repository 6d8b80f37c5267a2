"""A group has so many places: who comes when it is full waits, sees only that, and gets a place when one is free."""

from tests.houses import House
from tests.supervised import supervision_at


def test_a_full_group_takes_nobody_more_and_says_what_to_do(house: House) -> None:
    case = supervision_at(house, people=("Sanna", "Olli"), manager=False, form="group")
    case.is_marked(cap_set="2")
    body = {"person": house.person("Kaisa"), "role": "supervisee"}
    told = case.raili.refused("participants", body, 409, "group-full")
    assert "2" in told["detail"]
    again = {"person": house.people["Olli"], "role": "supervisee"}
    case.raili.does("participants", again)  # who is there already is nobody more


def test_who_waits_sees_that_they_wait_and_nobody_but_the_supervisor_sees_them(house: House) -> None:
    case = supervision_at(house, people=("Sanna", "Olli"), manager=False, form="group")
    case.is_marked(cap_set="2")
    case.raili.does("series", {"first_at": "2027-02-02T09:00:00+02:00", "weeks": 3, "how_many": 3})
    case.comes("Kaisa", "waiting")
    seen = case.kaisa.reads()
    assert set(seen) == {"number", "you", "taken_up"}
    assert seen["you"]["roles"] == ["waiting"]
    for path in ("sessions", "agreed-texts", "time-choices", "budget", "transitions"):
        assert case.kaisa.asks(f"GET {path}").status_code in {403, 404}
    assert "Kaisa" not in case.sanna.asks("GET ").text
    assert "Kaisa" in case.raili.asks("GET ").text
    assert case.letters_to("Kaisa") == []


def test_who_waited_gets_a_place_is_told_of_the_sessions_ahead_and_is_named_to_the_others(house: House) -> None:
    case = supervision_at(house, people=("Sanna", "Olli"), manager=False, form="group")
    case.is_marked(cap_set="2")
    case.raili.does("series", {"first_at": "2027-02-02T09:00:00+02:00", "weeks": 3, "how_many": 3})
    case.comes("Kaisa", "waiting")
    case.raili.refused(f"participants/{case.ids['Kaisa']}/place", {}, 409, "group-full")
    case.olli.does("withdrawals", {"confirmed": True})
    case.raili.does(f"participants/{case.ids['Kaisa']}/place")
    case.raili.refused(f"participants/{case.ids['Kaisa']}/place", {}, 409, "not-waiting")
    assert case.kaisa.reads()["you"]["roles"] == ["supervisee"]
    assert sorted(case.letters_to("Kaisa")) == [*["reminder"] * 3, "series-planned", "something-waits"]
    assert "Kaisa" in case.sanna.asks("GET ").text
    assert case.raili.reads()["suspended"] is False


def test_only_the_supervisor_gives_a_place(sqlite_house: House) -> None:
    case = supervision_at(sqlite_house, people=("Sanna", "Olli"), form="group")
    case.comes("Kaisa", "waiting")
    for name in ("Sanna", "Marko", "Leena"):
        case[name].refused(f"participants/{case.ids['Kaisa']}/place", {}, 403, "act-not-yours")


def test_attendance_is_seen_by_the_supervisor_and_the_person_and_by_nobody_else(house: House) -> None:
    case = supervision_at(house, people=("Sanna", "Olli"))
    session = case.plans("supervision", days=0)
    case.raili.does(f"sessions/{session}/beginning")
    there = {case.ids["Sanna"]: "present", case.ids["Olli"]: "absent", case.ids["Marko"]: "absent"}
    case.raili.does(f"PUT sessions/{session}/attendance", {"attendance": there})
    case.raili.does(f"sessions/{session}/ending", {"early": False})

    def attended(name: str) -> dict[str, str]:
        return {one["participant"]: one["value"] for one in case[name].reads()["marks"] if one["kind"] == "attended"}

    assert attended("Raili") == there
    for name in ("Sanna", "Olli", "Marko"):
        assert attended(name) == {case.ids[name]: there[case.ids[name]]}
    assert case.leena.reads("budget")["held"] == 1
    assert case.ids["Olli"] not in case.leena.asks("GET budget").text
