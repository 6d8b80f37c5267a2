"""The day on which the parties can sign: the next one where power is not balanced, unless today suits each of them."""

from datetime import timedelta
from typing import Any

import pytest

from mediation.words.catalogue import LOCALES, say
from tests.cases import NAMES
from tests.houses import House
from tests.world import LiveCase, case_at, referred

NEXT_DAY = "signing-next-day"
Json = dict[str, Any]


def screens(room: LiveCase, outcome: str = "suitable", *, chosen: bool = False, **answers: str) -> None:
    """A screening with these answers of Aino's; or one in which the mediator chooses the next day without any."""
    room.meri.does("screenings")
    if answers:
        room.aino.does("screenings/answers", {"answers": answers})
    safe = {"outcome": "suitable-with-safeguards", "safeguards": [NEXT_DAY]} if chosen else {"outcome": outcome}
    room.meri.does("screenings/decision", safe)


def sends(room: LiveCase, *owners: str, **sending: Any) -> str:
    room.plans("follow-up", days=30)
    room.drafts(owners or ["Pekka"])
    return str(room.meri.does("agreement/sending", sending)["digest"])


def out_for_signing(house: House, **screened: Any) -> tuple[LiveCase, Json]:
    """A text that was sent this morning, and what signs it."""
    room = case_at(house, "solutions", ready=False)
    room.rises()
    screens(room, **(screened or {"S9": "yes"}))
    return room, {"digest": sends(room)}


def refused(room: LiveCase, name: str, body: Json) -> Json:
    return room[name].refused("agreement/signatures", body, 409, "signing-opens-tomorrow")


def tomorrow(room: LiveCase) -> str:
    return room.today(1)


@pytest.mark.parametrize("name", ["Aino", "Pekka"])
def test_rule_4_where_power_is_not_balanced_nobody_signs_before_the_day_after_the_text_was_sent(
    sqlite_house: House, name: str
) -> None:
    room, body = out_for_signing(sqlite_house)
    refused(room, name, body)
    assert room[name].reads("agreement")["signing_opens_on"] == tomorrow(room)
    refused(room, "Meri", body | room.on_paper(name))
    refused(room, "Meri", body | {"way": "in-person", "for": room.ids[name], "confirmed_name": f"{name}"})
    room.later(days=1)
    assert "signing_opens_on" not in room[name].reads("agreement")
    assert not room[name].does("agreement/signatures", body)["sealed"]


def test_rule_4_the_next_day_begins_at_midnight_where_the_parties_are(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    screens(room, S9="yes")
    zone = sqlite_house.installation.settings.zone
    here = sqlite_house.clock.at.astimezone(zone)
    sqlite_house.clock.at = here.replace(hour=23, minute=50)  # in UTC, 21.50 or 20.50 of the same day
    body = {"digest": sends(room)}
    room.later(minutes=9)
    refused(room, "Aino", body)
    room.later(minutes=1)
    assert sqlite_house.clock.at.astimezone(zone).date() == here.date() + timedelta(days=1)
    room.aino.does("agreement/signatures", body)


@pytest.mark.parametrize("answers", [{}, {"S9": "no"}, {"S9": "unknown"}, {"S7": "yes"}], ids=str)
def test_where_nobody_says_so_a_text_is_signed_on_the_day_on_which_it_was_sent(
    sqlite_house: House, answers: dict[str, str]
) -> None:
    room, _ = out_for_signing(sqlite_house, outcome="suitable", **answers)
    assert "signing_opens_on" not in room.aino.reads("agreement")
    room.aino.refused("agreement/today", {}, 409, "signing-open")
    room.sign("Aino")
    assert room.sign("Pekka")


def test_rule_4_a_text_opens_today_once_each_party_has_said_that_it_suits(sqlite_house: House) -> None:
    room, body = out_for_signing(sqlite_house)
    said = room.aino.does("agreement/today")
    assert room.aino.does("agreement/today") == said
    refused(room, "Aino", body)
    refused(room, "Pekka", body)
    assert room.meri.reads("agreement")["today_suits"] == [room.ids["Aino"]]
    room.meri.does("agreement/today", {"way": "said", "for": room.ids["Pekka"]})
    assert "signing_opens_on" not in room.pekka.reads("agreement")
    room.sign("Aino")
    assert room.sign("Pekka")


def test_who_takes_back_that_today_suits_closes_it_for_who_has_not_signed(sqlite_house: House) -> None:
    room, body = out_for_signing(sqlite_house)
    room.aino.does("agreement/today")
    mark = room.pekka.does("agreement/today")["id"]
    room.sign("Aino")
    room.pekka.does("corrections", {"mark": mark})
    refused(room, "Pekka", body)
    assert room.aino.does("agreement/signatures", body)["way"] == "own-device"  # what stands is given again
    room.pekka.does("agreement/today")
    assert room.sign("Pekka")


def test_nobody_is_asked_before_others_whether_today_suits(sqlite_house: House) -> None:
    room, _ = out_for_signing(sqlite_house)
    session = room.plans("joint", days=0, serves=["solutions"])
    room.meets(session, "Aino", "Pekka", ends=False)
    ways = (
        {"way": "said", "for": room.ids["Aino"]},
        room.on_paper("Aino"),
        {"way": "in-person", "for": room.ids["Aino"], "confirmed_name": "Aino"},
    )
    for way in ways:
        told = room.meri.refused("agreement/today", way, 409, "today-asked-alone")
        assert told["detail"] == say("error.today-asked-alone", "fi")
    room.pekka.does("agreement/today")  # on the own device
    caucus = room.meri.does("caucuses", {"participant": room.ids["Aino"]})["id"]
    room.meri.does("agreement/today", {"way": "said", "for": room.ids["Aino"]})
    room.meri.does(f"caucuses/{caucus}/ending")
    assert not room.sign("Pekka")


def test_a_new_text_asks_anew_whether_today_suits(sqlite_house: House) -> None:
    room, _ = out_for_signing(sqlite_house)
    room.aino.does("agreement/today")
    room.pekka.does("agreement/today")
    room.sign("Aino")
    room.drafts(["Aino", "Pekka"])
    body = {"digest": room.sends()}
    refused(room, "Aino", body)
    room.aino.does("agreement/today")
    refused(room, "Aino", body)
    room.later(days=1)
    room.sign("Aino")
    assert room.sign("Pekka")


def test_to_who_has_not_agreed_yet_a_text_still_waits_and_can_be_thought_over(sqlite_house: House) -> None:
    room, _ = out_for_signing(sqlite_house)
    for door in ("reflections", "talks", "refusals"):
        room.aino.does(f"agreement/{door}")


def test_a_representative_signs_own_lines_at_any_time_and_hears_nothing_of_it(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    screens(room, S9="yes")
    sends(room, "Pekka", "Kaarina")
    read = room.kaarina.reads("agreement")
    assert not {"signing_opens_on", "today_suits"} & {*read}
    room.kaarina.does("agreement/signatures", {"digest": read["digest"]})
    room.kaarina.refused("agreement/today", {}, 403, "act-not-yours")
    refused(room, "Aino", {"digest": room.aino.reads("agreement")["digest"]})


def test_nothing_is_asked_by_today_that_can_be_done_tomorrow_alone(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    screens(room, S9="yes")
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    told = room.meri.refused("agreement/sending", {"sign_by": room.today()}, 422, "sign-by-before-opening")
    assert [one["field"] for one in told["errors"]] == ["sign_by"]
    room.meri.does("agreement/sending", {"sign_by": room.today(1)})


# What the screening found.


@pytest.mark.parametrize("name", ["Aino", "Vilho"])
def test_whoever_says_that_power_is_not_balanced_it_is_a_safeguard_without_being_chosen(
    sqlite_house: House, name: str
) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.meri.does("screenings")
    room[name].does("screenings/answers", {"answers": {"S9": "yes"}})
    room.meri.does("screenings/decision", {"outcome": "suitable"})
    assert room.meri.reads()["screenings"][-1]["safeguards"] == [NEXT_DAY]
    [one] = room.meri.reads("safeguards")
    assert (one["safeguard"], one["asked_for"], one["in_place"], one["seen"]) == (NEXT_DAY, True, True, True)
    room.meri.refused("safeguards", {"safeguard": NEXT_DAY, "words": "Huomenna."}, 422, "safeguard-seen")
    assert "safeguards-in-place" not in room.waits_for("begin-follow-up")


def led_anew(room: LiveCase) -> None:
    """Ilmari takes over from Meri: he reads nothing of what was answered to her."""
    room.house.person("Ilmari", office="mediator", organisation="Sovittelijat")
    room.later(hours=1)
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": room.house.people["Ilmari"]})["id"]


def answers_anew(room: LiveCase, name: str, answer: str, by: str) -> list[str]:
    """The safeguards of a new screening, decided by this mediator, in which one respondent answers."""
    room[name].does("screenings/answers", {"answers": {"S9": answer}})
    room[by].does("screenings/decision", {"outcome": "suitable"})
    return list(room[by].reads()["screenings"][-1]["safeguards"])


@pytest.mark.parametrize("by", ["Meri", "Ilmari"])
def test_what_one_respondent_found_holds_until_that_respondent_answers_anew(sqlite_house: House, by: str) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    screens(room, S9="yes")
    if by == "Ilmari":
        led_anew(room)
    room[by].does("screenings")
    room[by].does("screenings/decision", {"outcome": "suitable"})
    assert room[by].reads()["screenings"][-1]["safeguards"] == [NEXT_DAY]
    for name, answer in (("Pekka", "unknown"), ("Pekka", "no"), ("Vilho", "no"), ("Aino", "unknown")):
        assert answers_anew(room, name, answer, by) == [NEXT_DAY], (name, answer)
    assert answers_anew(room, "Aino", "no", by) == []


def test_where_two_found_it_each_has_to_answer_anew_and_who_leads_now_learns_of_neither(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.pekka.does("screenings/answers", {"answers": {"S9": "no"}})
    screens(room, S9="yes")
    led_anew(room)
    # Pekka said no to Meri; to Ilmari he has not answered, and it is not looked at what he said.
    assert answers_anew(room, "Aino", "no", "Ilmari") == [NEXT_DAY]
    assert answers_anew(room, "Pekka", "no", "Ilmari") == []
    assert answers_anew(room, "Pekka", "yes", "Ilmari") == [NEXT_DAY]


def test_what_a_mediator_chose_ends_when_the_question_is_answered_anew(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    screens(room, chosen=True)
    screens(room)
    assert room.meri.reads()["screenings"][-1]["safeguards"] == [NEXT_DAY]
    assert answers_anew(room, "Pekka", "no", "Meri") == []


def test_a_finding_of_who_left_holds_until_their_answers_are_deleted(sqlite_house: House) -> None:
    room = referred(sqlite_house, ("Aino", "Pekka", "Daavid"), (*NAMES, "Daavid"))
    screens(room, S9="yes")
    led_anew(room)
    room.aino.does("withdrawals", {"confirmed": True})
    assert answers_anew(room, "Pekka", "no", "Ilmari") == [NEXT_DAY]


def test_what_is_found_on_the_day_itself_closes_a_text_that_is_out(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    body = {"digest": sends(room)}
    room.sign("Aino")
    screens(room, S9="yes")
    refused(room, "Pekka", body)
    screens(room, S9="no")
    assert room.sign("Pekka")


# Who hears of it.


@pytest.mark.parametrize("language", LOCALES)
def test_no_sentence_to_a_party_tells_of_a_screening_or_of_power(language: str) -> None:
    codes = (
        *("error.signing-opens-tomorrow", "error.signing-open", "error.today-asked-alone", "page.signing-opens"),
        *("act.say-today-suits", "before.say-today-suits", "decide.today", "decide.today.note", "mark.today-suits"),
    )
    told = " ".join(say(code, language, day="1.12.2026") for code in codes).lower()
    for word in (
        "seulon",
        "kartoit",
        "epätasap",
        "valta",
        "pelk",
        "screening",
        "förhands",
        "makt",
        "rädd",
        "power",
        "fear",
    ):
        assert word not in told


def test_nobody_but_the_mediators_sees_whom_today_suits(sqlite_house: House) -> None:
    room, _ = out_for_signing(sqlite_house)
    names = ("Pekka", "Tuula", "Kaarina")

    def seen() -> list[object]:
        paths = ("", "agreement", "transitions", "letters")
        return [room.line(), *((room[name].asks(f"GET {path}").text) for name in names for path in paths)]

    letters = {name: room.letters_to(name) for name in names}
    before = seen()
    room.aino.does("agreement/today")
    assert seen() == before
    assert {name: room.letters_to(name) for name in names} == letters
    assert "today-suits" in {one["kind"] for one in room.aino.reads()["marks"]}
    assert "today_suits" not in room.aino.reads("agreement")
