"""Who leaves a work supervision: the others go on, nobody is asked anew, and the last one ends it."""

from tests.houses import House
from tests.supervised import supervision_at


def test_who_leaves_a_group_suspends_nothing_and_asks_nobody_to_agree_again(house: House) -> None:
    case = supervision_at(house)
    for name in ("Sanna", "Olli", "Marko"):
        case[name].does("consents", {"answer": "given"})
    before = case.letters_to("Olli")
    case.sanna.does("withdrawals", {"confirmed": True})
    assert case.raili.reads()["suspended"] is False
    assert [one["kind"] for one in case.olli.reads()["marks"]] == ["agreed-to-mediate"]
    assert set(case.letters_to("Olli")[len(before) :]) == {"something-waits"}
    assert "needed-now" in case.letters_to("Raili")


def test_a_member_who_takes_a_withdrawal_back_is_what_they_were_and_nothing_else(house: House) -> None:
    case = supervision_at(house)
    case.olli.does("withdrawals", {"confirmed": False})
    assert case.olli.reads()["you"]["roles"] == ["former-supervisee"]
    case.olli.does("withdrawals/taking-back")
    assert case.olli.reads()["you"]["roles"] == ["supervisee"]
    case.marko.does("withdrawals", {"confirmed": False})
    case.marko.does("withdrawals/taking-back")
    assert case.marko.reads()["you"]["roles"] == ["manager"]


def test_where_nobody_would_be_left_the_supervision_stands_still_until_it_is_final(house: House) -> None:
    case = supervision_at(house, people=("Sanna",), manager=False, form="individual")
    case.sanna.does("withdrawals", {"confirmed": False})
    assert case.raili.reads()["suspended"] is True
    case.sanna.does("withdrawals/confirmation")
    assert case.raili.reads()["outcome"] == "withdrawn"
