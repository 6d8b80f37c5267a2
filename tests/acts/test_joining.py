"""Who joins a case (workflow.md rules 16, 17, 20): told, called, bound, marked present; concerns heard; mediators told."""

import pytest
from sqlalchemy import update

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.retention.contents import counted
from mediation.store.models import Organisation
from tests.houses import House
from tests.world import LiveCase, case_at, referred
from tests.world.http import everything_in

# Rule 20: what the mediators hear of.


def declared(house: House) -> tuple[LiveCase, str]:
    room = referred(house)
    return room, room.meri.does("declarations", {"has_ties": False, "words": "Ei ole.", "language": "fi"})["id"]


def heard(room: LiveCase, name: str, door: str, body: object) -> list[str]:
    """The letters that Meri gets for what somebody does, also when it is done once more."""
    before = len(room.letters_to("Meri"))
    room[name].does(door, body)
    told = room.letters_to("Meri")[before:]
    room.later(minutes=1)
    return told


def test_rule_20_the_mediators_hear_of_private_words_an_objection_and_a_decline(sqlite_house: House) -> None:
    room, declaration = declared(sqlite_house)
    private = {"audience": "mediator", "words": "Minua jännittää.", "language": "fi"}
    assert heard(room, "Aino", "statements", private) == ["something-waits"]
    objects = {"answer": "objected"}
    assert heard(room, "Aino", f"declarations/{declaration}/answers", objects) == ["something-waits"]
    assert heard(room, "Aino", f"declarations/{declaration}/answers", objects) == []
    assert heard(room, "Aino", "consents", {"answer": "declined"}) == ["something-waits"]
    assert heard(room, "Aino", "consents", {"answer": "declined"}) == []
    accepts = {"answer": "accepted"}
    assert heard(room, "Aino", f"declarations/{declaration}/answers", accepts) == []
    assert heard(room, "Aino", "consents", {"answer": "given", "text": room.text("terms")}) == []


def test_rule_20_nobody_is_written_to_about_what_they_recorded_themselves(sqlite_house: House) -> None:
    room, _ = declared(sqlite_house)
    said = {"audience": "mediator", "words": "Minua jännittää.", "language": "fi"}
    body = said | {"way": "said", "for": room.ids["Aino"]}
    assert heard(room, "Meri", "statements", body) == []


@pytest.mark.parametrize("name", ["Pekka", "Tuula", "Kaarina", "Vilho"])
def test_rule_20_of_private_words_nobody_else_hears(sqlite_house: House, name: str) -> None:
    room = case_at(sqlite_house, "preparation")
    before = room.letters_to(name)
    room.aino.does("statements", {"audience": "mediator", "words": "Minua jännittää.", "language": "fi"})
    assert room.letters_to(name) == before


# Rules 16 and 17: who joins is called, told and named.


def irina_joins(room: LiveCase) -> str:
    room.house.person("Irina")
    return room.comes("Irina", "interpreter")


def alone_with_aino(room: LiveCase, *called: str) -> str:
    return room.plans(
        "separate", with_participant=room.ids["Aino"], called=[room.ids[one] for one in called], place="R2"
    )


def names_for(room: LiveCase, name: str) -> set[str]:
    return {one["name"] for one in room[name].reads()["participants"]}


def undertakes(room: LiveCase, name: str) -> None:
    room[name].does("undertakings", {"text": room[name].undertaking()})


def test_rule_17_an_interpreter_is_called_to_their_partys_separate_meeting_told_and_marked_present(
    sqlite_house: House,
) -> None:
    """T11. Siblings: the support person of that party; not that of another."""
    room = case_at(sqlite_house, "preparation")
    irina_joins(room)
    session = alone_with_aino(room, "Irina", "Tuula")
    for name in ("Irina", "Tuula"):
        assert room.letters_to(name)[-2:] == ["session-planned", "reminder"] or "session-planned" in room.letters_to(
            name
        )
        [seen] = [one for one in room[name].reads()["sessions"] if one["id"] == session]
        assert seen["place"] == "R2"
        assert "with" not in seen
    room.meri.does(f"PATCH sessions/{session}", {"planned_at": room.today(3) + "T09:00:00+02:00"})
    assert "session-moved" in room.letters_to("Irina")
    room.meri.does(f"sessions/{session}/beginning")
    room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {room.ids["Irina"]: "present"}})
    [there] = [one for one in room.irina.reads()["marks"] if one["kind"] == "attended"]
    assert (there["about"], there["value"]) == (session, "present")


def test_rule_17_only_ones_own_companion_comes_to_a_separate_meeting(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "preparation")
    with_pekka = {
        "kind": "separate",
        "planned_at": room.today(2) + "T09:00:00+02:00",
        "with_participant": room.ids["Pekka"],
    }
    for other in ("Tuula", "Kaarina", "Aino", "Meri"):
        room.meri.refused("sessions", with_pekka | {"called": [room.ids[other]]}, 422, "not-to-be-called")
    room.meri.refused("sessions", with_pekka | {"called": ["nobody"]}, 404, "participant-not-found")
    session = room.plans("separate", with_participant=room.ids["Pekka"])
    room.meri.does(f"sessions/{session}/beginning")
    present = {"attendance": {room.ids["Tuula"]: "present"}}
    room.meri.refused(f"PUT sessions/{session}/attendance", present, 422, "not-in-this-session")


def test_rule_16_who_comes_only_to_a_separate_meeting_is_named_to_nobody(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "preparation")
    irina_joins(room)
    alone_with_aino(room, "Irina")
    for name in ("Meri", "Aino", "Irina"):
        assert "Irina" in names_for(room, name)
    for name in ("Pekka", "Tuula", "Kaarina"):
        assert "Irina" not in names_for(room, name)
    told = {name: room.letters_to(name) for name in ("Pekka", "Tuula", "Kaarina")}
    joint = room.plans("joint", days=5)  # nobody is named by the way: who came to separate meetings only is left out
    assert "Irina" not in names_for(room, "Pekka")
    assert "session-planned" not in room.letters_to("Irina")[2:]
    assert next(one for one in room.meri.reads()["sessions"] if one["id"] == joint)["called"] == [
        {"participant": room.ids["Tuula"], "whole": True}
    ]
    assert {name: room.letters_to(name)[: len(told[name])] for name in told} == told


def test_rule_16_a_concern_about_somebody_of_whom_one_does_not_know_tells_nothing(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "preparation")
    irina_joins(room)
    alone_with_aino(room, "Irina")
    worry = {"participant": room.ids["Irina"], "words": "Kuka hän on?"}
    assert (
        room.pekka.refused("concerns", worry, 404, "participant-not-found")["detail"]
        == room.pekka.refused("concerns", worry | {"participant": "nobody"}, 404, "participant-not-found")["detail"]
    )
    said = {"way": "said", "for": room.ids["Pekka"]}
    room.meri.refused("concerns", worry | said, 404, "participant-not-found")
    room.aino.does("concerns", worry)


def test_rule_17_the_employers_representative_is_called_to_a_part_told_and_marked_as_come_and_gone(
    sqlite_house: House,
) -> None:
    """T12. They see the session that they are called to, and no other."""
    room = case_at(sqlite_house, "solutions", ready=False)
    assert room.kaarina.reads()["sessions"] == []
    session = room.plans("joint", days=2, place="Sali")
    room.later(minutes=1)
    before = {name: len(room.letters_to(name)) for name in ("Kaarina", "Aino", "Pekka")}
    room.meri.does(f"sessions/{session}/calls", {"participant": room.ids["Kaarina"]})
    assert sorted(room.letters_to("Kaarina")[before["Kaarina"] :]) == ["reminder", "session-planned"]
    for name in ("Aino", "Pekka"):
        assert room.letters_to(name)[before[name] :] == ["something-waits"]
        [seen] = [one for one in room[name].reads()["sessions"] if one["id"] == session]
        assert {"participant": room.ids["Kaarina"], "whole": False} in seen["called"]
    [own] = room.kaarina.reads()["sessions"]
    assert (own["id"], own["part"], own["place"]) == (session, True, "Sali")
    room.meri.does(f"sessions/{session}/calls", {"participant": room.ids["Kaarina"]})  # twice is once
    assert len(room.letters_to("Kaarina")) == before["Kaarina"] + 2

    room.meri.does(f"sessions/{session}/beginning")
    gone = {"attendance": {room.ids["Kaarina"]: "left"}}
    room.meri.refused(f"PUT sessions/{session}/attendance", gone, 409, "not-there-to-leave")
    room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {room.ids["Kaarina"]: "present"}})
    room.later(minutes=40)
    room.meri.does(f"PUT sessions/{session}/attendance", gone)
    [left] = [one for one in room.kaarina.reads()["marks"] if one["kind"] == "attended"]
    assert left["value"] == "left"
    gone = {"attendance": {room.ids["Aino"]: "left"}}
    room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {room.ids["Aino"]: "present"}})
    room.meri.refused(f"PUT sessions/{session}/attendance", gone, 409, "not-there-to-leave")  # a party takes a pause


@pytest.mark.parametrize("came", ["present", "left"])
def test_rule_17_who_came_uncalled_is_called_for_the_record_of_it_also_if_they_went_home_before_the_end(
    sqlite_house: House, came: str
) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.rises()
    session = room.plans("joint", days=0, called=[])
    room.meets(session, "Aino", "Pekka", ends=False)
    for value in dict.fromkeys(("present", came)):
        room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {room.ids["Tuula"]: value}})
    room.meri.does(f"sessions/{session}/ending", {"early": False})
    room.meri.does(f"sessions/{session}/calls", {"participant": room.ids["Tuula"]})
    room.meri.refused(f"sessions/{session}/calls", {"participant": room.ids["Kaarina"]}, 409, "session-over")


def test_rule_17_who_is_called_off_is_told_and_sees_the_session_no_more(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    session = room.plans("joint", days=4)
    assert session in {one["id"] for one in room.tuula.reads()["sessions"]}
    assert len(room.reminders_to("Tuula")) >= 1
    room.later(minutes=1)
    room.meri.does(f"DELETE sessions/{session}/calls/{room.ids['Tuula']}")
    assert room.letters_to("Tuula")[-1] == "session-cancelled"
    assert session not in {one["id"] for one in room.tuula.reads()["sessions"]}
    room.meri.does(f"DELETE sessions/{session}/calls/{room.ids['Tuula']}")
    assert room.letters_to("Tuula")[-2:] != ["something-waits", "something-waits"]
    room.meri.does(f"sessions/{session}/beginning")
    room.meri.refused(f"DELETE sessions/{session}/calls/{room.ids['Tuula']}", None, 409, "call-stands")


@pytest.mark.parametrize("name", ["Tuula", "Kaarina", "Vilho"])
def test_rule_17_nobody_but_who_holds_a_session_calls_anybody_to_it(sqlite_house: House, name: str) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    body = {"participant": room.ids["Kaarina"]}
    room[name].refused(f"sessions/{room.session('joint')}/calls", body, 403, "act-not-yours")


def test_rule_16_nobody_sits_unannounced(sqlite_house: House) -> None:
    """T13. Who is there uncalled holds the case back until the parties have been told."""
    room = case_at(sqlite_house, "opening")
    room.comes("Outi", "support-person", supports=room.ids["Pekka"])
    undertakes(room, "Outi")
    session = room.session("joint")
    room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {room.ids["Outi"]: "present"}})
    assert room.stays("define-problem") == {"companions-told": ["Outi"]}
    assert "Outi" not in names_for(room, "Aino")
    room.meri.does(f"sessions/{session}/calls", {"participant": room.ids["Outi"]})
    assert "Outi" in names_for(room, "Aino")
    assert room.moves("define-problem") == "problem-definition"


def test_rule_16_no_party_plans_or_calls_off_another_partys_companion(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    session = room.plans("follow-up", name="Pekka", called=[])
    planned = next(one for one in room.meri.reads()["sessions"] if one["id"] == session)
    assert planned["called"] == [{"participant": room.ids["Tuula"], "whole": True}]
    door = f"DELETE sessions/{session}/calls/{room.ids['Tuula']}"
    room.pekka.refused(door, None, 403, "act-not-yours")
    whole = {"participant": room.ids["Kaarina"], "whole": True}
    room.pekka.refused(f"sessions/{session}/calls", whole, 403, "act-not-yours")
    room.aino.does(door)


# Concerns.


def test_rule_16_a_concern_goes_to_the_mediators_alone_and_holds_the_case_until_it_is_settled(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "dialogue")
    others = ("Pekka", "Tuula", "Kaarina")
    before = [(room[name].reads(), room.letters_to(name)) for name in others]
    told = len(room.letters_to("Meri"))
    concern = room.pekka.does("concerns", {"participant": room.ids["Tuula"], "words": "Hän on esihenkilöni."})["id"]
    assert room.letters_to("Meri")[told:] == ["something-waits"]
    assert room.stays("seek-solutions") == {"no-open-concern": ["Pekka"]}
    [line] = room.meri.reads("concerns")
    assert (line["id"], line["words"], line["settled_how"]) == (concern, "Hän on esihenkilöni.", None)
    assert room.aino.reads("concerns") == []
    for name in ("Tuula", "Kaarina", "Vilho"):
        assert room[name].asks("GET concerns").status_code in {403, 404}
    settled = {"how": "as-it-is", "words": "Tuula ei ole osallinen. Puhutaan tästä."}
    room.meri.does(f"concerns/{concern}/settlement", settled)
    assert room.letters_to("Pekka")[-1] == "something-waits"
    [own] = room.pekka.reads("concerns")
    assert (own["settled_how"], own["settlement"]) == ("as-it-is", settled["words"])
    room.meri.refused(f"concerns/{concern}/settlement", settled, 409, "concern-settled")
    after = [(room[name].reads(), room.letters_to(name)) for name in others]
    assert after[1:] == before[1:]
    assert room.moves("seek-solutions") == "solutions"


def test_rule_16_silence_is_no_concern_and_a_release_settles_one(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    assert "no-open-concern" not in room.waits_for("seek-solutions")
    room.pekka.does("concerns", {"participant": room.ids["Tuula"], "words": "Hän on esihenkilöni."})
    room.meri.does(f"DELETE participants/{room.ids['Tuula']}")
    assert room.waits_for("seek-solutions") == {}


def test_rule_17_the_representative_stays_for_the_whole_only_if_no_party_objects(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    session = room.plans("joint", days=2)
    room.meri.does(f"sessions/{session}/calls", {"participant": room.ids["Kaarina"], "whole": True})
    concern = room.aino.does("concerns", {"participant": room.ids["Kaarina"], "words": "En puhu hänen kuullensa."})[
        "id"
    ]
    as_it_is, part = ({"how": how, "words": "Näin teemme."} for how in ("as-it-is", "part-of-session"))
    room.meri.refused(f"concerns/{concern}/settlement", as_it_is, 403, "only-for-a-part")
    room.meri.does(f"concerns/{concern}/settlement", part)
    [own] = room.kaarina.reads()["sessions"]
    assert own["part"] is True


def test_rule_16_another_person_is_asked_for_and_the_one_is_called_no_more(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    session = room.plans("joint", days=3)
    concern = room.pekka.does("concerns", {"participant": room.ids["Tuula"], "words": "Hän on esihenkilöni."})["id"]
    another = {"how": "another-person", "words": "Pyydän Ainoa tuomaan toisen tukihenkilön."}
    room.meri.does(f"concerns/{concern}/settlement", another)
    assert session not in {one["id"] for one in room.tuula.reads()["sessions"]}
    assert "Tuula" in {one["name"] for one in room.meri.reads()["participants"]}  # whether to release is another act


@pytest.mark.parametrize("how", ["another-person", "part-of-session"])
def test_rule_17_who_is_to_come_less_after_a_concern_hears_and_so_does_whom_they_support(
    sqlite_house: House, how: str
) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    for days in (3, 9):
        room.plans("joint", days=days, called=[room.ids["Tuula"]])
    concern = room.pekka.does("concerns", {"participant": room.ids["Tuula"], "words": "Hän on esihenkilöni."})["id"]
    before = {name: room.letters_to(name).count("something-waits") for name in ("Tuula", "Aino", "Kaarina")}
    room.meri.does(f"concerns/{concern}/settlement", {"how": how, "words": "Näin teemme."})
    told = {name: room.letters_to(name).count("something-waits") - count for name, count in before.items()}
    each = max(2, told["Tuula"])
    assert told == {"Tuula": each, "Aino": each, "Kaarina": 0}


def test_rule_17_the_representative_is_not_called_to_the_whole_again_after_a_concern(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    session = room.plans("joint", days=2, called=[room.ids["Kaarina"]])
    whole = {"participant": room.ids["Kaarina"], "whole": True}
    concern = room.aino.does("concerns", {"participant": room.ids["Kaarina"], "words": "En puhu hänen kuullensa."})
    room.meri.refused(f"sessions/{session}/calls", whole, 403, "only-for-a-part")
    part = {"how": "part-of-session", "words": "Hän tulee osaksi aikaa."}
    room.meri.does(f"concerns/{concern['id']}/settlement", part)
    room.meri.refused(f"sessions/{session}/calls", whole, 403, "only-for-a-part")
    [own] = room.kaarina.reads()["sessions"]
    assert own["part"] is True


def test_rule_17_no_mediator_settles_away_that_a_party_objects_to_the_whole(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    session = room.plans("joint", days=2, called=[room.ids["Kaarina"]])
    concern = room.aino.does("concerns", {"participant": room.ids["Kaarina"], "words": "Ei koko ajaksi."})
    as_it_is = {"how": "as-it-is", "words": "Hän tulee osaksi."}
    room.meri.does(f"concerns/{concern['id']}/settlement", as_it_is)
    whole = {"participant": room.ids["Kaarina"], "whole": True}
    room.meri.refused(f"sessions/{session}/calls", whole, 403, "only-for-a-part")


def test_rule_17_who_objected_may_take_that_back_and_only_then_is_the_representative_called_to_the_whole(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    session = room.plans("joint", days=2, called=[room.ids["Kaarina"]])
    concern = room.aino.does("concerns", {"participant": room.ids["Kaarina"], "words": "Ei koko ajaksi."})["id"]
    room.meri.does(f"concerns/{concern}/settlement", {"how": "as-it-is", "words": "Hän tulee osaksi."})
    whole = {"participant": room.ids["Kaarina"], "whole": True}
    room.meri.refused(f"sessions/{session}/calls", whole, 403, "only-for-a-part")
    room.pekka.refused(f"concerns/{concern}/taking-back", {}, 404, "concern-not-found")
    room.meri.does(f"concerns/{concern}/taking-back", {"way": "said", "for": room.ids["Aino"]})
    [own] = room.aino.reads("concerns")
    assert (own["settled_how"], own["settlement"]) == ("taken-back", "Hän tulee osaksi.")
    room.meri.does(f"sessions/{session}/calls", whole)
    [called] = room.kaarina.reads()["sessions"]
    assert called["part"] is False


def test_rule_16_a_concern_that_is_taken_back_holds_nothing_and_the_mediators_alone_hear_once(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "dialogue")
    concern = room.pekka.does("concerns", {"participant": room.ids["Tuula"], "words": "Hän on esihenkilöni."})["id"]
    assert room.stays("seek-solutions") == {"no-open-concern": ["Pekka"]}
    others = ("Aino", "Tuula", "Kaarina", "Pekka")
    before = [room.letters_to(name) for name in others]
    told = room.letters_to("Meri").count("something-waits")
    room.pekka.does("pauses")
    paused = room.letters_to("Meri").count("something-waits") - told
    for _ in range(2):
        room.pekka.does(f"concerns/{concern}/taking-back")
    assert room.letters_to("Meri").count("something-waits") - told - paused == 1
    assert [room.letters_to(name) for name in others] == before
    settled = {"how": "as-it-is", "words": "Näin."}
    room.meri.refused(f"concerns/{concern}/settlement", settled, 409, "concern-settled")
    room.meri.does("resumptions")
    assert room.moves("seek-solutions") == "solutions"


def test_rule_16_of_whom_another_person_comes_instead_is_not_called_to_new_sessions_by_the_way(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "dialogue")
    concern = room.pekka.does("concerns", {"participant": room.ids["Tuula"], "words": "Hän on esihenkilöni."})["id"]
    another = {"how": "another-person", "words": "Pyydän Ainoa tuomaan toisen tukihenkilön."}
    room.meri.does(f"concerns/{concern}/settlement", another)
    for name, kind in (("Meri", "joint"), ("Meri", "information")):
        session = room.plans(kind, name=name, days=5)
        assert session not in {one["id"] for one in room.tuula.reads()["sessions"]}


@pytest.mark.parametrize("there", [False, True])
def test_rule_18_to_a_session_that_has_ended_nobody_is_called_but_who_was_there(
    sqlite_house: House, there: bool
) -> None:
    room = case_at(sqlite_house, "dialogue")
    session = room.plans("joint", called=[])
    room.meets(session, "Aino", "Pekka", *(["Kaarina"] if there else []))
    room.later(days=20)
    calls, parties = (f"sessions/{session}/calls", {"participant": room.ids["Kaarina"]}), ("Aino", "Pekka", "Kaarina")
    if there:
        room.meri.does(*calls)
    told = {name: room.letters_to(name) for name in parties}
    if there:
        room.meri.does(calls[0], calls[1] | {"whole": True})
    else:
        room.meri.refused(*calls, 409, "session-over")
    assert {name: room.letters_to(name) for name in parties} == told


def test_rule_18_of_a_time_that_is_past_nobody_is_written_to(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    told = {name: room.letters_to(name) for name in ("Aino", "Pekka", "Tuula")}
    room.plans("joint", days=-1)
    assert {name: room.letters_to(name) for name in told} == told


def test_rule_16_who_is_called_while_the_session_runs_is_told_to_the_parties_who_are_not_there(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    session = room.plans("joint", days=2, called=[])
    room.later(days=2)
    room.meri.does(f"sessions/{session}/beginning")
    room.meri.does(f"PUT sessions/{session}/attendance", {"attendance": {room.ids["Aino"]: "present"}})
    before = {name: len(room.letters_to(name)) for name in ("Aino", "Pekka")}
    room.meri.does(f"sessions/{session}/calls", {"participant": room.ids["Kaarina"]})
    told = {name: room.letters_to(name)[count:] for name, count in before.items()}
    assert told == {"Aino": [], "Pekka": ["something-waits"]}


@pytest.mark.parametrize("whom", ["Pekka", "Meri", "Aino"])
def test_rule_16_a_concern_is_about_somebody_who_is_to_join(sqlite_house: House, whom: str) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    room.aino.refused("concerns", {"participant": room.ids[whom], "words": "Huoli."}, 422, "not-joining")


@pytest.mark.parametrize("name", ["Meri", "Tuula", "Kaarina"])
def test_rule_16_only_a_party_raises_a_concern_and_only_a_mediator_settles_one(sqlite_house: House, name: str) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    room[name].refused("concerns", {"participant": room.ids["Tuula"], "words": "Huoli."}, 403, "act-not-yours")
    concern = room.pekka.does("concerns", {"participant": room.ids["Tuula"], "words": "Huoli."})["id"]
    if name != "Meri":
        body = {"how": "as-it-is", "words": "Näin."}
        room[name].refused(f"concerns/{concern}/settlement", body, 403, "act-not-yours")


def test_rule_16_a_concern_is_heard_in_a_suspension_in_any_language_and_when_it_is_said(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("pauses")
    about = {"participant": room.ids["Tuula"]}
    room.pekka.does("concerns", about | {"words": "Hon är min chef.", "language": "sv"})
    said = {"way": "said", "for": room.ids["Pekka"]}
    room.later(minutes=1)
    room.meri.does("concerns", about | {"words": "Hän on esihenkilöni."} | said)
    assert [one["way"] for one in room.pekka.reads("concerns")] == ["own-device", "said"]
    room.pekka.refused("concerns", about | {"words": " "}, 422, "text-empty")
    assert room.pekka.asks("concerns", about | {"words": "a" * 10_001}).status_code == 422


# Undertakings.


def test_rule_15_an_undertaking_binds_the_words_that_were_shown(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "preparation", ready=False)
    room.vilho.does("order", {"terms": "Sovittelu."})
    room.vilho.does("mediators", {"person": room.people["Meri"]})
    room.learn_people()
    irina_joins(room)
    room.irina.refused("undertakings", {}, 422, "text-unread")
    room.irina.refused("undertakings", {"text": "nothing"}, 404, "text-not-found")
    [text] = [one for one in room.irina.reads("agreed-texts") if one["kind"] == "undertaking-interpreter"]
    assert text["words"]["fi"][0]["heading"]
    mark = room.irina.does("undertakings", {"text": text["id"]})["id"]
    assert {one["id"]: one["about"] for one in room.irina.reads()["marks"]}[mark] == text["id"]
    room.comes("Tuula", "support-person", supports=room.ids["Aino"])
    room.tuula.refused("undertakings", {"text": text["id"]}, 404, "text-not-found")
    of_roles = {"undertaking-interpreter", "undertaking-support-person"}
    assert {one["kind"] for one in room.meri.reads("agreed-texts")} >= of_roles
    assert not {one["kind"] for one in room.aino.reads("agreed-texts")} & of_roles


def test_rule_15_who_undertakes_in_words_that_newer_ones_replaced_reads_them_first(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    irina_joins(room)
    shown = room.irina.undertaking()
    with room.writing() as db:  # the words name the employer, which has another name now
        employer = Organisation.id == room.house.organisation("Esimerkkilä")
        db.execute(update(Organisation).where(employer).values(name="Uusi työnantaja"))
    room.comes("Iida", "interpreter")
    room.irina.refused("undertakings", {"text": shown}, 409, "text-replaced")
    assert room.irina.undertaking() != shown
    room.irina.does("undertakings", {"text": room.irina.undertaking()})


def test_rule_17_an_undertaking_may_be_said_once_and_is_good_for_that_session_alone(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    irina_joins(room)
    session = room.session("joint")
    room.meri.does(f"sessions/{session}/calls", {"participant": room.ids["Irina"]})
    assert room.waits_for("define-problem") == {"companions-bound": ["Irina"]}
    room.meri.does(f"sessions/{session}/undertakings", {"participant": room.ids["Irina"]})
    assert room.waits_for("define-problem") == {}
    room.meri.does(f"sessions/{session}/ending", {})
    room.meri.refused(f"sessions/{session}/undertakings", {"participant": room.ids["Irina"]}, 409, "session-over")
    later = room.plans("joint", days=1, called=[room.ids["Irina"]])
    room.meri.does(f"sessions/{later}/beginning")
    assert room.waits_for("define-problem") == {"companions-bound": ["Irina"]}
    room.meri.refused(f"sessions/{later}/undertakings", {"participant": room.ids["Irina"]}, 409, "own-hand-by-now")
    undertakes(room, "Irina")
    assert room.waits_for("define-problem") == {}


def test_rule_17_a_companion_who_also_belongs_to_the_work_community_undertakes_like_any(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    irina_joins(room)
    room.comes("Irina", "community-member")
    session = room.session("joint")
    room.meri.does(f"sessions/{session}/beginning")
    said = {"participant": room.ids["Irina"]}
    assert room.meri.does(f"sessions/{session}/undertakings", said)["id"]


def test_rule_17_who_said_so_can_take_it_back(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    irina_joins(room)
    session = room.session("joint")
    room.meri.does(f"sessions/{session}/calls", {"participant": room.ids["Irina"]})
    mark = room.meri.does(f"sessions/{session}/undertakings", {"participant": room.ids["Irina"]})["id"]
    room.irina.does("corrections", {"mark": mark})
    assert room.waits_for("define-problem") == {"companions-bound": ["Irina"]}


def test_rule_17_the_representative_is_bound_while_called_to_a_session_or_there(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    assert room.waits_for("define-problem") == {}
    session = room.session("joint")
    room.meri.does(f"sessions/{session}/calls", {"participant": room.ids["Kaarina"]})
    assert room.waits_for("define-problem") == {"companions-bound": ["Kaarina"]}
    undertakes(room, "Kaarina")
    assert room.waits_for("define-problem") == {}


def test_rule_17_an_interpreter_may_be_bound_by_their_service_whose_name_is_encrypted(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    irina_joins(room)
    room.meri.does(f"sessions/{room.session('joint')}/calls", {"participant": room.ids["Irina"]})
    service = {"service": "Kanarian Tulkkauspalvelu"}
    door = f"PUT participants/{room.ids['Irina']}/service"
    room.meri.does(door, service)
    room.meri.does(door, service)
    assert room.waits_for("define-problem") == {}
    assert b"Kanarian" not in everything_in(sqlite_house)
    room.meri.refused(f"PUT participants/{room.ids['Tuula']}/service", service, 403, "not-an-interpreter")
    room.meri.refused(f"PUT participants/{room.ids['Aino']}/service", service, 403, "not-asked-to-undertake")
    room.meri.refused(door, {"service": " "}, 422, "text-empty")
    room.aino.refused(door, service, 403, "act-not-yours")


def test_rule_16_a_concern_is_encrypted_and_goes_with_the_private_words_of_its_author(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.pekka.does("concerns", {"participant": room.ids["Tuula"], "words": "KANARIA-4712"})
    assert b"KANARIA-4712" not in everything_in(sqlite_house)
    with sqlite_house.installation.database.reading() as db:
        name = KeyName(room.facts(db).case_id, DeletionClock.PRIVATE, room.ids["Pekka"])
        assert "concerns 1" in counted(db, name)
