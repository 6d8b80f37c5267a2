"""The referral: each field optional and read by whom it says, and what only a party tells of taking part."""

from typing import Any

import pytest

from mediation.acts.referrals import FORM
from mediation.case.visibility import sees
from mediation.reading.outline import read_outline
from tests.houses import House
from tests.world import LiveCase, answered, everything_in, referred
from workflows import WORKFLOWS

MEDIATION = WORKFLOWS["mediation"]
DETAILS: dict[str, Any] = {
    "wished_outcome": "Vuoronvaihto sujuu. [KANARIA-TOIVE]",
    "done_so_far": "Esihenkilö on puhunut kummankin kanssa. [KANARIA-TEHTY]",
    "consulted": ["line-manager"],
    "parties_know": True,
    "availability": "Arkisin kello 9–15. [KANARIA-AIKA]",
}
REACH = {"phone": "040 123 4567 [KANARIA-PUHELIN]", "availability": "Iltavuorossa viikolla 4. [KANARIA-VUORO]"}
NEEDS = {
    "phone": "050 111 2222",
    "availability": "Aamupäivisin.",
    "access": "Esteetön tila. [KANARIA-TILA]",
    "health": "Jaksan tunnin kerrallaan. [KANARIA-VOINTI]",
    "union": "Kysyn neuvoa luottamusmieheltä. [KANARIA-LIITTO]",
}


def detailed(house: House) -> LiveCase:
    for name, office in {"Vilho": "hr", "Meri": "mediator", "Aino": None, "Pekka": None}.items():
        house.person(name, office=office, organisation="Sovittelijat" if office == "mediator" else "Esimerkkilä")
    room, people = LiveCase(house), house.people
    matter = {"organisation": house.organisation("Esimerkkilä"), "subject": "Yhteistyö iltavuoron vaihdoissa"}
    parties = [{"person": people["Aino"], **REACH}, {"person": people["Pekka"]}]
    room.number = room.vilho.does("/cases", matter | DETAILS | {"parties": parties})["number"]
    room.vilho.does("mediators", {"person": people["Meri"]})
    room.learn_people()
    return room


def test_every_field_of_a_referral_but_its_subject_is_optional(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    told = room.meri.reads("referral")
    assert told["subject"] == "Yhteistyö iltavuoron vaihdoissa"
    assert [told[name] for name in ("wished_outcome", "done_so_far", "availability", "parties_know")] == [None] * 4
    assert (told["consulted"], told["parties"]) == ([], [])
    assert "own" not in room.line()["referral"]


@pytest.mark.both_databases
def test_each_part_of_a_referral_is_read_by_whom_it_is_for_and_nobody_else(house: House) -> None:
    room = detailed(house)
    told = room.meri.reads("referral")
    assert {name: told[name] for name in DETAILS} == DETAILS
    assert told["parties"] == [{"participant": room.ids["Aino"], **REACH}]
    shared = {"subject": told["subject"], "wished_outcome": DETAILS["wished_outcome"], "language": "fi"}
    assert room.aino.reads("referral") == shared | {"parties": told["parties"]}
    assert room.pekka.reads("referral") == shared
    own = room.line()["referral"]["own"]
    assert {name: own[name] for name in DETAILS} == DETAILS
    assert own["parties"] == [{"name": "Aino", **REACH}]
    room.vilho.refused("GET referral", None, 403, "not-yours-to-see")
    room.comes("Tuula", "support-person", supports=room.ids["Aino"])
    room.tuula.refused("GET referral", None, 403, "not-yours-to-see")
    assert b"KANARIA" not in everything_in(house)


def test_what_one_commissioner_wrote_besides_the_subject_is_not_handed_over_to_the_next(sqlite_house: House) -> None:
    room = detailed(sqlite_house)
    sqlite_house.person("Veikko", office="hr")
    room.vilho.does("hand-overs", {"person": sqlite_house.people["Veikko"]})
    assert set(room.line("Veikko")["referral"]) == {"subject", "language", "parties"}


@pytest.mark.parametrize(
    ("differs", "code"),
    [
        ({"wished_outcome": "x" * 2_001}, "malformed"),
        ({"done_so_far": "x" * 2_001}, "malformed"),
        ({"consulted": ["union"]}, "choice-unknown"),
        ({"consulted": ["parties"] * 5}, "malformed"),
        ({"parties_know": "yes"}, "malformed"),
        ({"health": "Sairauslomalla."}, "malformed"),
        ({"access": "Pyörätuoli."}, "malformed"),
        ({"parties": [{"name": "Aino", "union": "Liitto."}]}, "malformed"),
        ({"parties": [{"name": "Aino", "phone": "1" * 201}]}, "malformed"),
    ],
    ids=lambda value: f"{next(iter(value.items()))!s:.40}" if isinstance(value, dict) else "",
)
def test_a_referral_takes_nothing_too_long_and_nothing_that_is_the_partys_to_tell(
    sqlite_house: House, differs: dict[str, Any], code: str
) -> None:
    room = referred(sqlite_house)
    organisation = sqlite_house.organisation("Esimerkkilä")
    body = {"organisation": organisation, "subject": "Asia", "parties": [{"name": "Aino"}], **differs}
    room.vilho.refused("/cases", body, 422, code)


def test_only_a_party_tells_of_health_a_union_and_access_and_the_mediators_alone_read_it(sqlite_house: House) -> None:
    room = detailed(sqlite_house)
    told = room.aino.does("needs", NEEDS)
    assert room.aino.does("needs", NEEDS) == told
    [line] = room.meri.reads("needs")
    assert {name: line[name] for name in NEEDS} == NEEDS
    assert room.aino.reads("needs") == [line]
    assert room.pekka.reads("needs") == []
    for name in ("Vilho", "Meri"):
        room[name].refused("needs", NEEDS, 403, "act-not-yours")
    room.vilho.refused("GET needs", None, 403, "not-yours-to-see")
    for word in ("TILA", "VOINTI", "LIITTO"):
        for name in ("Pekka", "Vilho"):
            assert f"KANARIA-{word}" not in str((room.line(), room.pekka.reads(), room[name].reads("/cases")))
    assert b"KANARIA" not in everything_in(sqlite_house)
    assert [one["item"] for one in room.aino.reads("reads")].count("needs") == 1


def test_needs_told_anew_take_the_place_of_the_old_and_nothing_at_all_is_refused(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    room.aino.refused("needs", {}, 422, "needs-empty")
    room.aino.refused("needs", {"access": "  "}, 422, "needs-empty")
    room.aino.refused("needs", {"access": "x" * 2_001}, 422, "malformed")
    room.meri.does("needs", {"access": "Esteetön tila.", "way": "said", "for": room.ids["Aino"]})
    room.aino.does("needs", {"availability": "Iltapäivisin.", "language": "sv"})
    [line] = room.meri.reads("needs")
    assert (line["access"], line["availability"], line["language"], line["way"]) == (
        None,
        "Iltapäivisin.",
        "sv",
        "own-device",
    )
    room.aino.does("needs", {})
    [line] = room.meri.reads("needs")
    assert line["availability"] is None


def told_before_ilmari(house: House) -> LiveCase:
    """A case in which Aino told Meri her needs, and Ilmari mediates since."""
    room = referred(house)
    room.aino.does("needs", NEEDS)
    room.later(hours=1)
    house.person("Ilmari", office="mediator", organisation="Sovittelijat")
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": house.people["Ilmari"]})["id"]
    return room


def test_needs_told_to_one_mediator_are_not_handed_over_to_the_next(sqlite_house: House) -> None:
    room = told_before_ilmari(sqlite_house)
    assert room.ilmari.reads("needs") == []
    assert room.ilmari.reads("referral")["subject"]


def test_needs_told_again_are_told_to_who_mediates_since(sqlite_house: House) -> None:
    room = told_before_ilmari(sqlite_house)
    entries = room.ilmari.reads("record")["entries"]
    for _ in range(2):  # the second time, everybody has been told
        room.later(hours=1)
        room.aino.does("needs", NEEDS)
        assert [one["health"] for one in room.ilmari.reads("needs")] == [NEEDS["health"]]
    assert room.ilmari.reads("record")["entries"] == entries + 1


def test_the_form_says_of_each_field_who_will_read_it_as_the_table_does(sqlite_house: House) -> None:
    sqlite_house.person("Vilho", office="hr")
    told = answered(sqlite_house.client("Vilho").get("/api/referral-form", headers={"Accept-Language": "sv"}))
    assert [(one["field"], one["filled_by"] == "party") for one in told] == [(one.code, one.by_party) for one in FORM]
    for one, row in zip(told, FORM, strict=True):
        assert one["label"]
        assert len(one["readers"]) == len(one["read_by"]) > 0
        assert one["of_each_party"] == row.of_party
        for role in MEDIATION.roles:
            level = sees([role], row.item).name
            reads = level in {"FULL", "RELEASED"} or (level == "OWN" and row.of_party)
            assert (str(role) in one["read_by"]) == reads, (row.code, role)
    filled_by_hr = {one["field"] for one in told if one["filled_by"] == "referrer"}
    assert not filled_by_hr & {"access", "health", "union"}


def test_what_the_form_says_of_a_party_and_of_the_author_is_what_they_read(sqlite_house: House) -> None:
    room = detailed(sqlite_house)
    told = answered(sqlite_house.client("Vilho").get("/api/referral-form"))
    of_case = {one["field"]: one["read_by"] for one in told if not one["of_each_party"]}
    each = {one["field"]: one["read_by"] for one in told if one["of_each_party"] and one["filled_by"] == "referrer"}
    party, author = room.aino.reads("referral"), room.line()["referral"]
    author = author | author["own"]
    assert {name for name, readers in of_case.items() if "party" in readers} == of_case.keys() & party.keys()
    assert {name for name, readers in of_case.items() if "commissioner" in readers} == of_case.keys() & author.keys()
    for name, readers in each.items():
        assert ("party" in readers, "commissioner" in readers) == (
            name in party["parties"][0],
            name in author["parties"][0],
        )


def test_who_brought_the_matter_up_is_named_by_own_leave_alone(sqlite_house: House) -> None:
    sqlite_house.person("Timo")
    room = referred(sqlite_house, initiator={"person": sqlite_house.people["Timo"]})
    room.comes("Tuula", "support-person", supports=room.ids["Aino"])

    def seen(name: str) -> set[str]:
        with sqlite_house.installation.database.reading() as db:
            outline = read_outline(db, room.seat(db, name)).participants
        named = {one["name"] for one in room[name].reads()["participants"]}
        assert outline
        assert {one.name for one in outline} == named
        return named

    everybody = {"Aino", "Meri", "Pekka", "Tuula", "Vilho"}
    assert seen("Meri") == everybody | {"Timo"}
    for name in ("Aino", "Tuula"):
        assert seen(name) == everybody
    room.timo.does("naming", {"permitted": True})
    assert seen("Aino") == seen("Tuula") == everybody | {"Timo"}
    room.timo.does("naming", {"permitted": False})
    assert seen("Aino") == everybody
    room.aino.refused("naming", {"permitted": True}, 403, "act-not-yours")
    said = {"permitted": True, "way": "said", "for": room.ids["Timo"]}
    room.meri.refused("naming", said, 403, "own-hand-only")


def test_where_nobody_could_keep_it_from_the_others_who_brought_the_matter_up_is_not_named(sqlite_house: House) -> None:
    desk = referred(sqlite_house)
    asked = {"organisation": sqlite_house.organisations["Esimerkkilä"], "subject": "Työnohjaus", "parties": []}
    named = asked | {"workflow": "supervision", "initiator": {"name": "Timo Tuominen"}}
    told = desk.vilho.refused("/cases", named, 422, "initiator-not-named")
    assert [one["field"] for one in told["errors"]] == ["initiator"]
    assert desk.vilho.asks("/cases", named | {"initiator": None}).is_success


def test_a_party_who_brought_the_matter_up_is_a_party_to_the_others(sqlite_house: House) -> None:
    sqlite_house.person("Aino")
    room = referred(sqlite_house, initiator={"person": sqlite_house.people["Aino"]})
    for name, roles in (("Meri", ["initiator", "party"]), ("Pekka", ["party"]), ("Aino", ["initiator", "party"])):
        assert [one["roles"] for one in room[name].reads()["participants"] if one["name"] == "Aino"] == [roles]
