"""What a withdrawal leaves behind, and the acts that are open in every phase (workflow.md rule 2 and row "every phase")."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mediation.acts.leaver_mentions import _LEAVING, _names
from mediation.store.models import Letter, get
from mediation.words.catalogue import say
from mediation.words.names import composed
from tests.houses import House
from tests.world import LiveCase, case_at, post_of

GOAL = "Kumpikin tietää, mikä on kesken."


def draft(room: LiveCase, words: str, language: str = "fi") -> list[str]:
    """The warnings that Meri hears for a version of the joint text."""
    text = {"texts": {language: {"words": words, "goals": [GOAL]}}}
    return list(room.meri.does("problem-statements", text)["warnings"])


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Virtanen", "Virtasen kanssa sovittiin."),
        ("Mäki", "Mäen vuorot siirtyvät."),
        ("Pekka", "Pekan tehtävät jaetaan."),
        ("Aalto", "Aallolle kerrotaan."),
        ("Lahti", "Lahden kanssa jatketaan."),
        ("Markus", "Markuksen ehdotus."),
        ("Tuomas", "Tuomaan ehdotus."),
        ("Sari", "Saris förslag."),
        ("Virtanen", "Virtasta kuultiin."),
        ("Mikko", "MIKON VUOROT"),
        ("Mika", "kerrotaan mikalle"),
        ("Bo", "Bos turer."),
        ("Leo", "Leota kuultiin, Leokin."),
        ("Иван", "Смены Ивана."),
        ("王小明", "我和王小明一起"),
        ("Åsa", "A\u030asan vuorot"),
    ],
)
def test_a_name_is_known_in_the_forms_that_a_sentence_gives_it(name: str, written: str) -> None:
    assert _names(name, composed(written))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Aino", "Aina kun on aina ainoa tapa, ainoastaan se"),
        ("Aki", "Aika, aina, Aina, aiemmin ja Aiemmin"),
        ("Anne", "Annetaan aikaa. Sitä ei anneta kenellekään."),
        ("Matti", "Matematiikka on matalalla."),
        ("Mika", "Mikä, mikään ja Mian vuorot"),
        ("Juha", "Juhannuksena on juhla."),
        ("Jan", "Januari, 3 jan 2027"),
        ("Per", "en gång per vecka"),
        ("Van", "Vanha tapa, van vid det"),
        ("Pia", "pian sovitaan"),
        ("Vi", "Vi kommer överens. Vi delar."),
        ("Bo", "vem som bor och ska bo kvar"),
    ],
)
def test_a_common_word_is_not_taken_for_a_name(name: str, written: str) -> None:
    assert not _names(name, written)


def test_whoever_goes_home_from_work_or_on_holiday_has_not_left() -> None:
    for words in (
        "Hän lähti kotiin aiemmin.",
        "Osapuoli lähti työvuorosta.",
        "Toinen on lähtenyt lomalle.",
        "Yksi on luopunut ylitöistä.",
        "Numret är inte längre med i listan.",
    ):
        assert not _LEAVING.search(words), words
    for words in ("Hän lähti.", "Yksi on lähtenyt kesken.", "Toinen lopetti sovittelun.", "Hon är inte längre med."):
        assert _LEAVING.search(words), words


def test_rule_2_a_draft_that_names_who_left_or_says_that_somebody_left_warns_and_is_not_refused(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.joins_as_party("Outi")
    assert draft(room, "Outi vetäytyi iltavuorosta.") == []  # nobody has left
    room.goes_on_without("Outi")
    named, left = (say(f"mention.{code}", "fi") for code in ("former-party-named", "leaving-mentioned"))
    assert draft(room, "Outin vuorot jaetaan.") == [named]
    assert draft(room, "Yksi vetäytyi.") == [left]
    assert draft(room, "En av oss drog sig ur.", "sv") == [left]
    assert draft(room, "One of us has left the mediation.", "en") == [left]
    assert draft(room, "Tieto keskeneräisistä käynneistä ei siirry.") == []
    assert len(room.meri.reads()["problem_statements"]) > 5  # each was written all the same


def without_daavid(house: House, at: str, *, ready: bool = True) -> LiveCase:
    """A case that went on in a phase after Daavid, a party, withdrew."""
    room = case_at(house, at, ready=ready)
    room.joins_as_party("Outi")
    room.meri.does(f"PUT participants/{room.ids['Outi']}/particulars", {"name": "Liisa Daavid-Toivo"})
    room.goes_on_without("Outi")
    return room


def test_rule_2_a_name_in_small_letters_warns_and_a_common_word_does_not(sqlite_house: House) -> None:
    room = without_daavid(sqlite_house, "dialogue")
    named = [say("mention.former-party-named", "fi")]
    for words in (
        "daavid hoitaa aamut.",
        "Kerrotaan daavidille.",
        "daavids turer",
        "liisan vuorot",
        "Daavidin vuorot.",
    ):
        assert draft(room, words) == named, words
    for words in ("Aina kun aina.", "ainoa tapa", "toivon, että sujuu", "liisteri", "daavidius"):
        assert draft(room, words) == [], words


def test_rule_2_the_ways_of_saying_that_somebody_left_warn(sqlite_house: House) -> None:
    room = without_daavid(sqlite_house, "dialogue")
    left = [say("mention.leaving-mentioned", "fi")]
    for words in (
        "Yksi osapuoli on lähtenyt.",
        "Pekka keskeytti sovittelun.",
        "Jonkun lähdettyä vuorot jaetaan.",
        "En part avbröt medlingen.",
        "Någon drog sig tillbaka.",
        "En part deltar inte längre.",
        "One party no longer takes part.",
    ):
        assert draft(room, words) == left, words
    for words in (
        "Kun vuoro on lähtenyt käyntiin.",
        "Sovittelu keskeytettiin lomien ajaksi.",
        "Vi deltar inte i mötet.",
    ):
        assert draft(room, words) == [], words


def test_rule_2_own_lines_of_the_ground_rules_that_name_who_left_warn_as_drafts_do(sqlite_house: House) -> None:
    meri = without_daavid(sqlite_house, "opening").meri
    named, left = (say(f"mention.{code}", "fi") for code in ("former-party-named", "leaving-mentioned"))
    for lines, warnings in (
        (["Puhelimet ovat äänettömällä."], []),
        (["Emme puhu Daavidista."], [named]),
        (["Emme puhu siitä, joka vetäytyi."], [left]),
    ):
        assert meri.does("PUT ground-rules", {"lines": {"fi": lines}})["warnings"] == warnings


def test_rule_2_notices_of_an_understanding_that_name_who_left_warn_as_drafts_do(sqlite_house: House) -> None:
    meri = without_daavid(sqlite_house, "solutions", ready=False).meri
    named = say("mention.former-party-named", "fi")
    for words, warnings in (("Asia on käsitelty.", []), ("Daavidin asia on käsitelty.", [named])):
        said = {"notices": {"fi": {"commissioner": words}}}
        assert meri.does("understandings", said)["warnings"] == warnings


def test_rule_2_who_left_is_marked_present_at_nothing_that_began_later(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.joins_as_party("Outi")
    room.goes_on_without("Outi")
    planned = {"kind": "joint", "planned_at": room.house.clock.at.isoformat(), "minutes": 60}
    session = room.meri.does("sessions", planned)["id"]
    room.later(minutes=1)
    room.meri.does(f"sessions/{session}/beginning")
    before = room.outi.reads()
    stranger = {"attendance": {room.ids["Outi"]: "present"}}
    room.meri.refused(
        f"sessions/{session}/attendance".replace("sessions", "PUT sessions", 1), stranger, 404, "participant-not-found"
    )
    assert room.outi.reads() == before


def test_rule_2_no_session_alone_is_planned_with_who_left(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.joins_as_party("Outi")
    room.outi.does("withdrawals", {"confirmed": True})
    room.later(minutes=1)
    alone = {"kind": "separate", "planned_at": (room.house.clock.at + timedelta(days=2)).isoformat()}
    room.meri.refused("sessions", alone | {"with_participant": room.ids["Outi"]}, 404, "participant-not-found")
    assert room.meri.does("sessions", alone | {"with_participant": room.ids["Aino"]})["id"]


def ended_how(room: LiveCase, session: str) -> str | None:
    return next(one["ended_how"] for one in room.meri.reads()["sessions"] if one["id"] == session)


def test_rule_2_a_caucus_ends_when_who_is_in_it_leaves(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.joins_as_party("Outi")
    caucuses = {name: room.meri.does("caucuses", {"participant": room.ids[name]})["id"] for name in ("Outi", "Aino")}
    room.outi.does("withdrawals")
    assert {name: ended_how(room, one) for name, one in caucuses.items()} == {"Outi": "held", "Aino": None}


def test_a_caucus_ends_with_the_case(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    caucus = room.meri.does("caucuses", {"participant": room.ids["Aino"]})["id"]
    room.meri.does("discontinuation", {"outcome": "referred"})
    assert ended_how(room, caucus) == "held"


def test_rule_2_acceptances_that_fell_with_a_leaver_are_asked_again_before_solutions(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.joins_as_party("Outi")
    room.goes_on_without("Outi")
    assert room.stays("seek-solutions") == {"accepted-problem-statement": ["Aino", "Pekka"]}
    draft(room, "Tieto ei siirry vuorosta toiseen.")
    room.aino.does("problem-statements/2/acceptances")
    assert room.stays("seek-solutions") == {"accepted-problem-statement": ["Pekka"]}


@pytest.mark.parametrize("recorded", ["said", "own-device"])
def test_rule_2_who_withdrew_is_told_by_letter_until_when_and_what_is_deleted_when(
    sqlite_house: House, recorded: str
) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("statements", {"audience": "mediator", "words": "En jaksa enää."})
    room.later(days=1)
    now = room.house.clock.at
    if recorded == "said":
        room.meri.does("withdrawals", {"way": "said", "for": room.ids["Aino"]})
    else:
        room.aino.does("withdrawals")
    [told] = params_of(room, "withdrawal-recorded", "Aino")
    assert datetime.fromisoformat(str(told["until"])) == now + timedelta(days=7)
    [own] = [one for one in room.aino.reads("retention") if one["clock"] == "private" and one["due"] is not None]
    zone = room.house.installation.settings.zone
    assert datetime.fromisoformat(own["due"]).astimezone(zone).date().isoformat() == told["deleted"]


def test_rule_2_a_reason_that_was_said_is_kept_as_said(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.meri.does("withdrawals", {"way": "said", "for": room.ids["Aino"], "words": "En jaksa enää."})
    [told] = [one for one in room.meri.reads()["statements"] if one["words"] == "En jaksa enää."]
    assert (told["way"], told["recorded_by"], told["audience"]) == ("said", room.ids["Meri"], "mediator")


def waiting(room: LiveCase, name: str) -> list[bool]:
    """Of each unsent letter that tells of a withdrawal: whether it says until when that can be taken back."""
    with room.writing() as db:
        mine = select(Letter).filter_by(kind="withdrawal-recorded", participant_id=room.ids[name])
        unsent = mine.where(Letter.called_off_at.is_(None), Letter.delivered_at.is_(None))
        return ["until" in get(db, one, "params") for one in db.scalars(unsent)]


def test_rule_2_the_letter_of_a_withdrawal_that_was_taken_back_is_not_sent(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("withdrawals")
    assert waiting(room, "Aino") == [True]
    room.aino.does("withdrawals/taking-back")
    assert waiting(room, "Aino") == []


def test_rule_2_who_confirms_a_withdrawal_gets_one_letter_that_says_it_is_final(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("withdrawals")
    for _ in range(2):
        room.aino.does("withdrawals/confirmation")
        assert waiting(room, "Aino") == [False]


def test_rule_2_no_letter_offers_a_return_after_the_seven_days(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("withdrawals")
    room.later(days=8)
    room.rounds()
    assert waiting(room, "Aino") == []


def test_rule_24_no_quiet_day_weeks_ahead_delays_the_letter_of_a_withdrawal(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    until = (room.house.clock.at + timedelta(days=20)).date().isoformat()
    room.aino.does(f"PUT participants/{room.ids['Aino']}/quiet-time", {"until": until})
    post_of(sqlite_house)
    room.aino.does("withdrawals")
    assert "aino@example.org" in {one["To"] for one in post_of(sqlite_house)}


def params_of(room: LiveCase, kind: str, name: str) -> list[Mapping[str, object]]:
    with room.writing() as db:
        mine = select(Letter).filter_by(kind=kind, participant_id=room.ids[name])
        return [get(db, one, "params") for one in db.scalars(mine)]


@pytest.mark.parametrize(
    "phase", ["preparation", "opening", "problem-definition", "dialogue", "solutions", "follow-up"]
)
def test_a_caucus_can_be_asked_for_held_and_ended_in_every_phase_also_while_suspended(
    sqlite_house: House, phase: str
) -> None:
    room = case_at(sqlite_house, phase)
    for _ in range(2):
        room.aino.does("caucus-requests")
        caucus = room.meri.does("caucuses", {"participant": room.ids["Aino"]})["id"]
        ended = room.meri.does(f"caucuses/{caucus}/ending")
        assert ended["ended_how"] == "held"
        if not room.meri.reads()["suspended"]:
            room.aino.does("pauses")


def test_nothing_moves_on_while_a_caucus_is_open_and_it_ends_with_its_session(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    session = room.session("joint")
    caucus = room.meri.does("caucuses", {"participant": room.ids["Aino"]})["id"]
    assert room.stays("define-problem") == {"no-open-caucus": []}
    room.meri.does(f"sessions/{session}/ending")
    sessions = {one["id"]: one for one in room.meri.reads()["sessions"]}
    assert sessions[caucus]["ended_at"] == sessions[session]["ended_at"]
    assert room.moves("define-problem") == "problem-definition"


@pytest.mark.parametrize("phase", ["opening", "problem-definition", "dialogue", "solutions", "follow-up"])
def test_own_words_are_released_in_every_phase_after_the_preparation(sqlite_house: House, phase: str) -> None:
    room = case_at(sqlite_house, phase)
    words = "En saa tietoa keskeneräisistä käynneistä."
    said = room.aino.does("statements", {"audience": "mediator", "words": words})["id"]
    room.aino.does(f"statements/{said}/releases", {"sentence": words})
    assert words in [one["words"] for one in room.pekka.reads()["statements"]]


def test_a_note_is_read_by_the_other_mediator_only_once_its_author_shared_it(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.house.person("Ilmari", office="mediator")
    room.vilho.does("mediators", {"person": room.house.people["Ilmari"], "role": "co-mediator"})
    room.learn_people(tokens=True)
    note = room.meri.does("notes", {"words": "Kysy Ainolta taukojen tarve."})["id"]
    assert room.ilmari.reads()["notes"] == []
    room.ilmari.refused(f"notes/{note}/sharing", {}, 404, "note-not-found")
    for _ in range(2):
        room.meri.does(f"notes/{note}/sharing")
    [seen] = room.ilmari.reads()["notes"]
    assert (seen["id"], seen["words"], seen["shared"]) == (note, "Kysy Ainolta taukojen tarve.", True)
    for name in ("Aino", "Pekka", "Tuula"):
        assert "taukojen tarve" not in str(room[name].reads())
    room.ilmari.refused(f"notes/{note}/taking-back", {}, 404, "note-not-found")
    for _ in range(2):
        room.meri.does(f"notes/{note}/taking-back")
    assert room.ilmari.reads()["notes"] == []
    assert [one["shared"] for one in room.meri.reads()["notes"]] == [False]
    for name in ("Aino", "Tuula", "Vilho"):
        room[name].refused(f"notes/{note}/taking-back", {}, 403, "act-not-yours")
    room["Outi"].refused(f"notes/{note}/taking-back", {}, 404, "case-not-found")
    room.meri.does(f"notes/{note}/sharing")
    assert [one["id"] for one in room.ilmari.reads()["notes"]] == [note]
    theirs = room.ilmari.does("notes", {"words": "Ilmarin muistiinpano."})["id"]
    room.ilmari.does(f"notes/{theirs}/sharing")
    assert {one["id"] for one in room.meri.reads()["notes"]} == {note, theirs}
    room.later(minutes=1)
    room.house.person("Oskari", office="mediator")
    room.vilho.does("mediators", {"person": room.house.people["Oskari"], "role": "mediator"})
    room.learn_people(tokens=True)
    assert room.oskari.reads()["notes"] == []  # who came later reads no note of before
    assert [one["id"] for one in room.meri.reads()["notes"]] == [note]  # and who leads no more, none but their own


@pytest.mark.parametrize("at", ["suspended", "closed"])
def test_a_note_is_taken_back_also_while_the_case_stands_still_and_after_its_end(sqlite_house: House, at: str) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.house.person("Ilmari", office="mediator")
    room.vilho.does("mediators", {"person": room.house.people["Ilmari"], "role": "co-mediator"})
    room.learn_people(tokens=True)
    note = room.meri.does("notes", {"words": "Kysy Ainolta taukojen tarve."})["id"]
    room.meri.does(f"notes/{note}/sharing")
    page = room.house.client("Meri")
    taking_back = f'href="/cases/{room.number}/notes/{note}/taking-back"'
    assert taking_back in page.get(f"/cases/{room.number}/notes", headers={"Accept": "text/html"}).text
    if at == "closed":
        room.meri.does("discontinuation", {"outcome": "no-agreement"})
    else:
        room.meri.does("suspensions", {"cause": "other", "review_on": room.today(14)})
    room.meri.does(f"notes/{note}/taking-back")
    assert room.ilmari.reads()["notes"] == []
    assert taking_back not in page.get(f"/cases/{room.number}/notes", headers={"Accept": "text/html"}).text
