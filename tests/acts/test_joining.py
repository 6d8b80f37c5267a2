"""Who joins a case (workflow.md rules 16, 17, 20): told, called, bound, marked present; concerns heard; mediators told."""

import pytest

from tests.houses import House
from tests.world import LiveCase, case_at, referred

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
    assert heard(room, "Aino", "consents", {"answer": "given"}) == []


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
