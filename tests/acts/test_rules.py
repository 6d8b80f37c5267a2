"""The fourteen rules that are easy to get wrong, each proven through the API, with what everybody else gets to see of it."""

import pytest
from sqlalchemy import select

from mediation.acts.signatories import TIME_TO_THINK
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.retention.contents import counted
from mediation.sealing.verification import verify_sealed
from mediation.store.models import Agreement, Letter, Participant, RecordEntry, StoredFile, get_bytes
from mediation.words.catalogue import in_every_language, say
from tests.documents.test_documents import flowing, text_of
from tests.houses import House
from tests.world import LiveCase, case_at, little_pdf, referred

# Rule 1: attendance and consent are two facts.


def test_rule_1_attendance_and_consent_are_two_facts(sqlite_house: House) -> None:
    room = referred(sqlite_house, attendance_basis="employer-required")
    room.meets_alone("Aino")
    room.meets_alone("Pekka")
    waits = room.waits_for("open")
    assert waits["agreed-to-mediate"] == ["Aino", "Pekka"]
    assert "met-separately" not in waits
    room.pekka.does("consents", {"answer": "declined"})
    room.aino.agrees()
    assert room.waits_for("open")["agreed-to-mediate"] == ["Pekka"]


def test_rule_1_where_attendance_is_required_nobody_waives_the_meeting_and_nobody_is_made_to_agree(
    sqlite_house: House,
) -> None:
    room = referred(sqlite_house, attendance_basis="employer-required")
    room.aino.refused("separate-meeting-waivers", {}, 409, "meeting-required")
    for name in ("Meri", "Vilho"):
        room[name].refused("consents", {"answer": "given"}, 403, "act-not-yours")
    consent = {"answer": "given", **room.said("Aino")}
    room.meri.refused("consents", consent, 403, "own-hand-only")
    room.aino.agrees()
    assert room.waits_for("open")["met-separately"] == ["Aino", "Pekka"]


# Rule 2: pause and withdrawal.


def test_rule_2_leaving_the_room_is_a_pause_and_nothing_else(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    before = room.line(), room.tuula.reads(), room.kaarina.reads()
    assert room.aino.does("pauses")["suspended"]
    room.pekka.refused("statements", {"audience": "table", "words": "Odota."}, 409, "case-suspended")
    assert (room.line(), room.tuula.reads(), room.kaarina.reads()) == before
    assert room.aino.reads()["you"]["roles"] == ["party"]
    room.aino.does("pauses")
    assert not room.meri.does("resumptions")["suspended"]
    assert room.moves("seek-solutions") == "solutions"


def test_rule_2_a_withdrawal_needs_no_reason_and_binds_at_once(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    before = room.line()
    assert room.aino.does("withdrawals")["left"]
    assert room.aino.reads()["you"]["roles"] == ["former-party"]
    room.aino.refused("readiness", {}, 403, "act-not-yours")
    room.pekka.refused("readiness", {}, 409, "case-suspended")
    room.tuula.reads_nothing()
    assert room.line() == before
    assert set(room.stays("seek-solutions")) >= {"not-suspended", "two-parties", "agreed-to-mediate"}


def test_rule_2_a_withdrawal_can_be_taken_back_for_seven_days_and_everybody_agrees_again(house: House) -> None:
    room = case_at(house, "dialogue")
    room.aino.does("withdrawals")
    room.later(days=7)
    taken_back = {"way": "said", "for": room.ids["Aino"]}
    room.meri.refused("withdrawals/taking-back", taken_back, 403, "own-hand-only")
    assert not room.aino.does("withdrawals/taking-back")["left"]
    blocked = room.meri.refused("resumptions", {}, 409, "resume-blocked")
    assert [sorted(who["name"] for who in one["waiting_for"]) for one in blocked["unmet"]] == [["Aino", "Pekka"]]
    for name in ("Aino", "Pekka"):
        room[name].agrees()
    room.meri.does("resumptions")
    assert list(room.stays("seek-solutions")) == ["accepted-problem-statement"]
    for name in ("Aino", "Pekka"):
        room[name].does("problem-statements/1/acceptances")
    room.later(days=30)
    room.rounds()
    assert room.aino.reads()["phase"] == "dialogue"
    assert room.moves("seek-solutions") == "solutions"


def test_rule_2_of_two_parties_the_case_ends_when_nobody_comes_back_in_time(house: House) -> None:
    room = case_at(house, "dialogue")
    room.aino.does("withdrawals")
    room.later(days=7)
    room.rounds()
    assert room.pekka.reads()["outcome"] is None
    room.later(minutes=1)
    room.rounds()
    assert (room.pekka.reads()["phase"], room.pekka.reads()["outcome"]) == ("closed", "withdrawn")
    line = room.line()
    assert (line["status"], line["outcome"]) == ("closed", "ended")
    assert line["notice"]["fi"] == "Sovittelu on tässä asiassa päättynyt. Sen sisältö on luottamuksellinen."


def test_rule_2_a_confirmed_withdrawal_of_one_of_two_ends_the_case_now(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("withdrawals", {"confirmed": True, "words": "En jaksa enää. [KANARIA-SYY]"})
    assert room.aino.asks("withdrawals/taking-back").status_code in {403, 409}
    assert room.aino.reads()["you"]["roles"] == ["former-party"]
    assert room.pekka.reads()["outcome"] == "withdrawn"
    for name in ("Pekka", "Kaarina"):
        assert "KANARIA" not in str(room[name].reads())
    assert "KANARIA" not in str(room.line())
    assert "En jaksa enää. [KANARIA-SYY]" in room.words_for("Meri")


def test_rule_2_of_more_parties_those_who_remain_agree_again_and_go_on(house: House) -> None:
    room = case_at(house, "dialogue")
    room.joins_as_party("Outi")
    room.outi.does("withdrawals", {"confirmed": True})
    blocked = room.meri.refused("resumptions", {}, 409, "resume-blocked")
    assert [sorted(who["name"] for who in one["waiting_for"]) for one in blocked["unmet"]] == [["Aino", "Pekka"]]
    room.aino.agrees()
    room.meri.refused("resumptions", {}, 409, "resume-blocked")
    room.pekka.agrees()
    room.meri.does("resumptions")
    assert list(room.stays("seek-solutions")) == ["accepted-problem-statement"]  # what they accepted with Outi fell
    for name in ("Aino", "Pekka"):
        room[name].does("problem-statements/1/acceptances")
    assert room.moves("seek-solutions") == "solutions"


def test_rule_2_before_the_seal_what_was_accepted_with_the_leaver_is_void_and_the_rest_stays(
    sqlite_house: House,
) -> None:
    room = three_who_signed_but_one(sqlite_house)
    room.outi.does("withdrawals", {"confirmed": True})
    versions = room.pekka.reads()["agreements"]
    assert [one["state"] for one in versions] == ["unsent"]
    marks = {(one["participant"], one["kind"]) for one in room.meri.reads()["marks"]}
    for name in ("Aino", "Pekka"):
        mine = {kind for who, kind in marks if who == room.ids[name]}
        assert {"accepted-ground-rules", "had-opening-turn", "attended", "ready-for-solutions"} <= mine
        assert not mine & {"accepted-problem-statement", "responded", "agreed-to-mediate"}
        room[name].refused("agreement/signatures", {"digest": "0" * 64}, 409, "case-suspended")
    for name in ("Aino", "Pekka"):
        room[name].agrees()
    room.meri.does("resumptions")
    waited = room.waits_for("begin-follow-up")
    assert "agreement-sent" in waited
    assert {"Aino", "Pekka"} <= set(waited["everyone-signed"])


def test_rule_2_the_new_text_neither_binds_nor_names_the_leaver(sqlite_house: House) -> None:
    room = three_who_signed_but_one(sqlite_house)
    room.goes_on_without("Outi")
    room.drafts(["Pekka", "Outi"])
    told = room.meri.refused("agreement/sending", {}, 409, "agreement-incomplete")
    assert told["status"] == 409
    room.drafts({"Pekka": "Sovin vuoroista kuten Outi ehdotti."})
    room.meri.refused("agreement/sending", {}, 409, "agreement-incomplete")
    room.drafts(["Pekka"])
    room.sends()
    assert room.sign("Aino", "Pekka")
    with sqlite_house.installation.database.reading() as db:
        newest = db.scalars(select(Agreement).where(Agreement.state == "sealed")).one()
        for kind in ("agreement", "sealed"):
            [row] = db.scalars(select(StoredFile).where(StoredFile.about == newest.id, StoredFile.kind == kind))
            text = text_of(get_bytes(db, row, "content"))
            assert "Pekka" in text
            assert "Outi" not in text
    assert "begin-follow-up" in [one["transition"] for one in room.meri.reads("transitions")["transitions"]]
    assert room.moves("begin-follow-up") == "follow-up"


def test_rule_2_after_the_seal_the_text_stays_as_history_and_in_force_among_the_rest(house: House) -> None:
    room = three_in_follow_up(house)
    before, sealed = room.pekka.reads("agreement"), sealed_file(house)
    room.outi.does("withdrawals", {"confirmed": True})
    after = room.pekka.reads("agreement")
    assert (after["state"], after["digest"], after["texts"]) == ("sealed", before["digest"], before["texts"])
    assert after["commitments"] == before["commitments"]
    assert sealed_file(house) == sealed
    assert verify_sealed(sealed, house.installation.seal_key.certificate_pem).ok
    for name in ("Aino", "Pekka"):
        room[name].agrees()
    room.meri.does("resumptions")
    for name in ("Aino", "Pekka"):
        room.checks_in(name)  # on what Pekka promised, and no more on what Outi did
    outis = [one["id"] for one in after["commitments"] if one["owners"] == [room.ids["Outi"]]]
    assert len(outis) == 1
    report = {"audience": "table", "reports": {outis[0]: {"answer": "kept"}}}
    room.pekka.refused("check-ins", report, 404, "commitment-not-found")


def test_rule_2_the_leaver_keeps_own_documents_and_sees_nothing_made_after_leaving(house: House) -> None:
    room = three_in_follow_up(house)
    room.outi.does("statements", {"audience": "mediator", "words": "Tämä on minun."})
    room.later(hours=1)
    room.outi.does("withdrawals", {"confirmed": True})
    left_with = room.outi.reads()
    left_with_text = room.outi.reads("agreement")
    assert room.words_for("Outi") == ["Tämä on minun."]
    assert [one["state"] for one in left_with["agreements"]] == ["sealed"]
    room.later(hours=1)
    for name in ("Aino", "Pekka"):
        room[name].agrees()
    room.meri.does("resumptions")
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    assert room.moves("amend") == "solutions"
    room.pekka.does("statements", {"audience": "table", "words": "Nyt puhumme kahden."})
    room.plans("follow-up", days=20)
    room.drafts(["Pekka"])
    room.sends()
    room.sign("Aino", "Pekka")
    seen = room.outi.reads()
    assert {part: seen[part] for part in seen if part != "you"} == {
        part: left_with[part] for part in left_with if part != "you"
    }
    assert room.outi.reads("agreement") == left_with_text
    assert set(seen) == {"number", "you", "taken_up", "marks", "statements", "agreements"}
    room.outi.refused("GET agreement?version=2", None, 404, "agreement-not-found")
    assert "status" not in line_of_cases(room, "Outi")
    with house.installation.database.reading() as db:
        rows = db.execute(
            select(StoredFile.id, Agreement.version).join(Agreement, Agreement.id == StoredFile.about)
        ).all()
    answers = [(row.version, room.outi.asks(f"GET documents/{row.id}").status_code) for row in rows]
    assert {status for version, status in answers if version == 2} == {404}
    assert {status for version, status in answers if version == 1} == {200}


def line_of_cases(room: LiveCase, name: str) -> dict[str, object]:
    """Somebody's line of the case in the list of their cases, without what is not theirs."""
    found = room.client(name).get("/api/cases").json()["cases"]
    [line] = [one for one in found if one["number"] == room.number]
    return {part: value for part, value in line.items() if value is not None}


def three_who_signed_but_one(house: House) -> LiveCase:
    """A case of Aino, Pekka and Outi in which all but Pekka have signed what each of them promises."""
    room = case_at(house, "dialogue")
    room.joins_as_party("Outi")
    version = room.outi.reads()["problem_statements"][-1]["version"]
    room.outi.does(f"problem-statements/{version}/acceptances")
    room.outi.does("readiness")
    assert room.moves("seek-solutions") == "solutions"
    option = room.outi.does("options", {"words": "Vuoronvaihto ajoissa", "language": "fi"})["id"]
    for name in ("Aino", "Pekka", "Outi"):
        room[name].does(f"options/{option}/responses", {"response": "yes"})
    room.plans("follow-up", days=30)
    room.drafts(["Aino", "Pekka", "Outi"])
    room.sends()
    assert not room.sign("Aino", "Outi")
    return room


def three_in_follow_up(house: House) -> LiveCase:
    """A case of Aino, Pekka and Outi in follow-up, with a promise of each of the last two."""
    room = case_at(house, "solutions", ready=False)
    room.joins_as_party("Outi")
    room.plans("follow-up", days=30)
    room.drafts(["Pekka", "Outi"])
    room.sends()
    assert room.sign("Aino", "Pekka", "Outi")
    assert room.moves("begin-follow-up") == "follow-up"
    room.later(hours=1)
    return room


def sealed_file(house: House) -> bytes:
    """The sealed agreement of the only case that has one."""
    with house.installation.database.reading() as db:
        return get_bytes(db, db.scalars(select(StoredFile).where(StoredFile.kind == "sealed")).one(), "content")


# Rule 3: any change to a frozen text is a new version and needs all signatures again.


def test_rule_3_any_change_to_a_frozen_text_is_a_new_version_and_needs_all_signatures_again(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    first = room.sends()
    room.sign("Aino")
    written = room.drafts({"Pekka": "Kirjaan keskeneräiset käynnit listaan."})
    assert (written["version"], written["state"]) == (2, "draft")
    room.pekka.refused("agreement/signatures", {"digest": first}, 409, "nothing-to-sign")
    second = room.sends()
    assert second != first
    assert room.waits_for("begin-follow-up") == {"everyone-signed": ["Aino", "Pekka"]}
    room.pekka.refused("agreement/signatures", {"digest": first}, 409, "text-changed")
    assert not room.sign("Pekka")
    assert room.sign("Aino")


def test_rule_3_a_party_who_joins_after_the_seal_signs_a_new_version_and_not_the_sealed_one(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "solutions")
    sealed = sealed_file(sqlite_house)
    room.joins_as_party("Outi")
    digest = room.outi.reads("agreement")["digest"]
    room.outi.refused("agreement/signatures", {"digest": digest}, 409, "nothing-to-sign")
    assert room.stays("begin-follow-up") == {"everyone-signed": ["Outi"]}
    assert sealed_file(sqlite_house) == sealed


def test_rule_3_a_text_is_never_sealed_without_somebody_whose_promise_is_in_it(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka", "Kaarina"])
    room.sends()
    room.sign("Aino")
    room.meri.does(f"DELETE participants/{room.ids['Kaarina']}")
    assert not room.sign("Pekka")
    assert "owners-sign" in room.stays("begin-follow-up")


# Rule 4: signing never moves the case.


def test_rule_4_the_last_signature_seals_and_only_the_mediator_moves_the_case(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.sends()
    before = room.line()
    assert not room.sign("Aino")
    assert room.sign("Pekka")
    assert room.aino.reads()["phase"] == "solutions"
    assert room.line() == before
    for name in ("Aino", "Pekka"):
        assert room[name].reads("transitions")["transitions"] == []
        tag = room[name].asks("GET transitions").headers["ETag"]
        move = {"transition": "begin-follow-up"}
        room[name].refused("transitions", move, 403, "transition-not-yours", If_Match=tag)
    assert room.moves("begin-follow-up") == "follow-up"


def test_rule_4_nobody_else_sees_that_time_was_taken(house: House) -> None:
    room = case_at(house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.sends()
    room.later(hours=1)

    def seen_by_others() -> list[object]:
        names = ("Meri", "Pekka", "Tuula", "Kaarina")
        read = [(room[name].reads(), room[name].asks("GET agreement").text) for name in names]
        return [room.line(), *read]

    before = seen_by_others()
    room.aino.does("agreement/reflections")
    assert seen_by_others() == before
    assert "took-time" in {one["kind"] for one in room.aino.reads()["marks"]}
    with house.installation.database.reading() as db:
        letter = db.scalars(select(Letter).where(Letter.created_at == house.clock.at)).one()
        assert (letter.kind, letter.participant_id) == ("reminder", room.ids["Aino"])
        assert letter.due_at == house.clock.at + TIME_TO_THINK
    assert not room.sign("Aino")


def test_rule_4_to_talk_first_stands_beside_signing_and_reaches_the_mediator_only(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.sends()
    room.later(minutes=1)
    before, told = room.pekka.reads(), len(room.letters_to("Meri"))
    room.aino.does("agreement/talks")
    assert room.pekka.reads() == before
    assert "asked-to-talk" in {one["kind"] for one in room.meri.reads()["marks"]}
    assert room.letters_to("Meri")[told:] == ["something-waits"]
    assert not room.sign("Aino")
    assert room.sign("Pekka")


# Rule 5: private words stay private.


def test_rule_5_private_words_stay_private_until_that_exact_sentence_is_released(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    words = "Sävy satutti minua. Pelkään myös siirtoa."
    said = room.aino.does("statements", {"audience": "mediator", "words": words})["id"]
    assert words in room.words_for("Meri")
    for name in ("Pekka", "Tuula", "Kaarina"):
        assert "satutti" not in str(room[name].reads())
    release = f"statements/{said}/releases"
    room.aino.refused(release, {"sentence": "Sävy satutti kaikkia."}, 422, "sentence-differs")
    room.pekka.refused(release, {"sentence": "Sävy satutti minua."}, 404, "statement-not-found")
    room.meri.refused(release, {"sentence": "Sävy satutti minua."}, 403, "act-not-yours")
    told = {"sentence": "Sävy satutti minua.", "way": "said", "for": room.ids["Aino"]}
    room.meri.refused(release, told, 403, "own-hand-only")
    room.aino.does(release, {"sentence": "Sävy satutti minua."})
    assert "Sävy satutti minua." in room.words_for("Pekka")
    assert "siirtoa" not in str(room.pekka.reads())


def test_rule_5_private_words_reach_a_new_mediator_only_when_the_party_renews_them(house: House) -> None:
    room = case_at(house, "dialogue")
    first = room.aino.does("statements", {"audience": "mediator", "words": "Ensimmäinen."})["id"]
    room.pekka.does("statements", {"audience": "mediator", "words": "Toinen."})
    room.aino.does("statements", {"audience": "table", "words": "Kaikille."})
    room.later(hours=1)
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": house.people["Ilmari"]})["id"]
    room.later(hours=1)
    assert "Kaikille." in room.words_for("Ilmari")
    assert not {"Ensimmäinen.", "Toinen."} & set(room.words_for("Ilmari"))
    room.meri.refused(f"statements/{first}/renewals", {}, 403, "act-not-yours")
    room.aino.does(f"statements/{first}/renewals")
    assert "Ensimmäinen." in room.words_for("Ilmari")
    assert "Toinen." not in room.words_for("Ilmari")
    room.pekka.does("statements", {"audience": "mediator", "words": "Kolmas."})
    assert "Kolmas." in room.words_for("Ilmari")


def test_rule_5_a_mediator_who_comes_back_does_not_read_what_was_confided_to_another_meanwhile(house: House) -> None:
    room = case_at(house, "dialogue")
    room.aino.does("statements", {"audience": "mediator", "words": "Merille."})
    room.later(hours=1)
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": house.people["Ilmari"]})["id"]
    room.later(hours=1)
    meanwhile = room.aino.does("statements", {"audience": "mediator", "words": "Meri kuulostaa puolueelliselta."})
    room.pekka.does("statements", {"audience": "table", "words": "Kaikille."})
    room.later(hours=1)
    room.vilho.does("mediators", {"person": house.people["Meri"]})
    assert {"Merille.", "Kaikille."} <= set(room.words_for("Meri"))
    assert "Meri kuulostaa puolueelliselta." not in room.words_for("Meri")
    room.aino.does(f"statements/{meanwhile['id']}/renewals")
    assert "Meri kuulostaa puolueelliselta." in room.words_for("Meri")


def test_rule_5_a_new_mediator_reads_the_papers_that_prove_acts_and_none_that_hold_private_words(house: House) -> None:
    room = case_at(house, "dialogue", ready=False)

    def scanned() -> str:
        path, headers = room.path(f"scans?whose={room.ids['Aino']}"), {"Content-Type": "application/pdf"}
        return str(room.client("Meri").post(path, content=little_pdf("Pelkään."), headers=headers).json()["id"])

    letter, form = scanned(), scanned()
    on_paper = {"way": "paper", "for": room.ids["Aino"]}
    room.meri.does("statements", {"audience": "mediator", "words": "Pelkään.", "paper": letter, **on_paper})
    room.meri.does("readiness", {"paper": form, **on_paper})
    room.later(hours=1)
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": house.people["Ilmari"]})["id"]
    assert room.client("Aino").get(room.path(f"documents/{letter}")).status_code == 200
    assert room.client("Ilmari").get(room.path(f"documents/{form}")).status_code == 200
    room.ilmari.reads_nothing(f"documents/{letter}", "document-not-found")


@pytest.mark.seconds
@pytest.mark.both_databases
def test_rule_5_the_paper_of_private_words_goes_when_they_go(house: House) -> None:
    room = case_at(house, "dialogue")
    aino, headers = room.ids["Aino"], {"Content-Type": "application/pdf"}
    papers = []
    for act, body in (
        ("statements", {"audience": "mediator", "words": "Pelkään."}),
        ("screenings/answers", {"answers": {"S1": "yes"}}),
        ("statements", {"audience": "table", "words": "Kaikille."}),
    ):
        scan = (
            room.client("Meri")
            .post(room.path(f"scans?whose={aino}"), content=little_pdf(), headers=headers)
            .json()["id"]
        )
        for _ in range(2):
            room.meri.does(act, {**body, "way": "paper", "for": aino, "paper": scan})
        assert room.client("Aino").get(room.path(f"documents/{scan}")).content == little_pdf()
        papers.append(scan)
    with house.installation.database.reading() as db:
        private = KeyName(db.get_one(Participant, aino).case_id, DeletionClock.PRIVATE, aino)
        assert "documents 2" in counted(db, private)
    house.installation.keyring.destroy([private], "2027-06-01T00:00:00+00:00")
    for scan in papers[:2]:
        room.meri.reads_nothing(f"documents/{scan}", "words-gone")
    assert room.client("Meri").get(room.path(f"documents/{papers[2]}")).content == little_pdf()


def test_rule_5_what_was_reported_to_the_mediator_only_does_not_reach_a_new_one(house: House) -> None:
    room = case_at(house, "follow-up", ready=False)
    room.checks_in("Aino", "not-kept", audience="mediator", words="Vain Merille.")
    room.checks_in("Pekka", words="Kaikille.")
    room.later(hours=1)
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": house.people["Ilmari"]})["id"]
    assert [one["words"] for one in room.ilmari.reads("check-ins")["check_ins"]] == ["Kaikille."]
    room.later(hours=1)
    room.checks_in("Aino", audience="mediator", words="Myös Ilmarille.")
    assert [one["words"] for one in room.ilmari.reads("check-ins")["check_ins"]] == ["Kaikille.", "Myös Ilmarille."]


# Rule 6: a mediator found to have a tie after all.


def test_rule_6_a_mediator_found_to_have_a_tie_is_replaced_while_notes_stay_and_joint_texts_move(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.meri.does("notes", {"words": "Tauko pian. [KANARIA-MUISTIO]"})
    before = room.line()
    room.meri.does("declarations", {"has_ties": True, "words": "Pekka on serkkuni."})
    assert room.pekka.reads()["suspended"]
    assert room.line() == before
    room.pekka.refused("readiness", {}, 409, "case-suspended")
    blocked = room.meri.refused("resumptions", {}, 409, "resume-blocked")
    assert [one["guard"] for one in blocked["unmet"]] == ["no-open-objection"]
    room.later(hours=1)
    room.ids["Ilmari"] = room.vilho.does("mediators", {"person": sqlite_house.people["Ilmari"]})["id"]
    room.meri.refused("resumptions", {}, 403, "act-not-yours")
    blocked = room.ilmari.refused("resumptions", {}, 409, "resume-blocked")
    assert [one["guard"] for one in blocked["unmet"]] == ["ties-declared"]
    declared = room.ilmari.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})["id"]
    room.aino.does(f"declarations/{declared}/answers", {"answer": "accepted"})
    room.ilmari.refused("resumptions", {}, 409, "resume-blocked")
    room.pekka.does(f"declarations/{declared}/answers", {"answer": "accepted"})
    room.ilmari.does("resumptions")
    assert "KANARIA" not in str(room.ilmari.reads())
    assert [one["words"] for one in room.meri.reads()["notes"]] == ["Tauko pian. [KANARIA-MUISTIO]"]
    assert room.ilmari.reads()["problem_statements"] == room.aino.reads()["problem_statements"]
    assert set(room.meri.reads()) == {"number", "you", "taken_up", "notes"}
    room.everyone_agrees()  # to terms that name Ilmari
    assert room.moves("seek-solutions", "Ilmari") == "solutions"


# Rule 7: screening.


def begins_screening(room: LiveCase, **answers: str) -> None:
    room.meri.does("screenings", {"language": "fi"})
    room.aino.does("screenings/answers", {"answers": answers})


def test_rule_7_a_harassment_report_neither_refuses_the_case_nor_lets_it_pass_silently(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S3="yes")
    for outcome in ("suitable", "not-suitable", "employer-duty-to-act"):
        room.meri.refused("screenings/decision", {"outcome": outcome}, 409, "questions-open")
    room.aino.does("screenings/answers", {"answers": {"S4": "unknown"}})
    room.meri.refused("screenings/decision", {"outcome": "suitable"}, 409, "questions-open")
    room.vilho.does("screenings/answers", {"answers": {"S4": "yes"}})
    room.meri.does("screenings/decision", {"outcome": "suitable"})
    assert room.line()["screening"] == "suitable"


def test_rule_7_the_employers_duty_that_nobody_speaks_of_for_fourteen_days_warns(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S3="yes")
    room.later(days=14)
    assert "warning" not in room.meri.reads()["screenings"][-1]
    room.later(hours=1)
    assert room.meri.reads()["screenings"][-1]["warning"] == "employer-duty-unanswered"
    assert "warning" not in room.aino.reads()["screenings"][-1]
    room.vilho.does("screenings/answers", {"answers": {"S4": "no"}})
    assert "warning" not in room.meri.reads()["screenings"][-1]


def test_rule_7_a_pending_process_is_waited_for_or_stated_to_be_separate(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S5="yes")
    room.meri.refused("screenings/decision", {"outcome": "suitable"}, 409, "separate-process-unclear")
    breaks = {"outcome": "suitable-with-safeguards", "safeguards": ["breaks"]}
    room.meri.refused("screenings/decision", breaks, 409, "separate-process-unclear")
    room.meri.refused("screenings/decision", {"outcome": "postponed"}, 422, "review-needed")
    stated = {"outcome": "suitable-with-safeguards", "safeguards": ["separate-process-stated"]}
    room.meri.refused("screenings/decision", stated, 409, "separate-process-unclear")
    both = ["separate-process-stated", "parties-told-of-process"]
    room.meri.does("screenings/decision", {"outcome": "suitable-with-safeguards", "safeguards": both})
    for safeguard in both:
        assert "safeguards-in-place" in room.waits_for("open")
        room.meri.does("safeguards", {"safeguard": safeguard, "words": "Ilmoitus on saatu ja luettu kummallekin."})
    assert "safeguards-in-place" not in room.waits_for("open")


def test_rule_7_the_employer_is_reminded_of_its_duty_to_act(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S3="yes", S4="no")
    room.meri.does("screenings/decision", {"outcome": "employer-duty-to-act"})
    assert room.line()["screening"] == "not-now"
    room.meri.does("discontinuation", {"outcome": "not-suitable"})
    line = room.line()
    assert line["outcome"] == "did-not-begin"
    assert line["notice"] == in_every_language("notice.not-suitable")
    assert "S3" not in str(line)


def test_rule_7_each_answers_for_oneself_and_reads_no_other_answers(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    begins_screening(room, S9="yes")
    room.pekka.does("screenings/answers", {"answers": {"S9": "no"}})
    [asked] = room.meri.reads()["screenings"]
    assert len(asked["answers"]) == 2
    [mine] = room.pekka.reads()["screenings"]
    assert [one["answer"] for one in mine["answers"]] == ["no"]
    room.meri.does("screenings/decision", {"outcome": "not-suitable"})
    assert "outcome" not in room.pekka.reads()["screenings"][0]


# Rule 8: a check-in has an audience.


def test_rule_8_what_is_said_to_the_mediator_alone_opens_no_breach_until_the_party_releases_it(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    told = room.checks_in("Aino", "not-kept", audience="mediator", words="En uskalla sanoa.")
    assert room.meri.reads("check-ins")["breaches"] == []
    before, line = room.pekka.reads("check-ins"), room.line()
    assert before == {"check_ins": [], "breaches": []}
    room.meri.refused(f"check-ins/{told}/releases", {}, 403, "act-not-yours")
    room.pekka.refused(f"check-ins/{told}/releases", {}, 404, "check-in-not-found")
    room.aino.does(f"check-ins/{told}/releases")
    assert {one["state"] for one in room.pekka.reads("check-ins")["breaches"]} == {"open"}
    assert [one["words"] for one in room.pekka.reads("check-ins")["check_ins"]] == ["En uskalla sanoa."]
    assert room.line() == line


def test_rule_8_answers_stay_each_partys_own_and_are_never_merged(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    room.checks_in("Aino", "not-kept", atmosphere=2)
    room.later(minutes=1)
    room.checks_in("Pekka", "kept", atmosphere=5)
    for name in ("Meri", "Aino", "Pekka"):
        seen = room[name].reads("check-ins")["check_ins"]
        assert [(one["participant"], one["atmosphere"]) for one in seen] == [
            (room.ids["Aino"], 2),
            (room.ids["Pekka"], 5),
        ]
        assert [{report["answer"] for report in one["reports"]} for one in seen] == [{"not-kept"}, {"kept"}]


def test_rule_8_the_employers_representative_reads_own_lines_only(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    room.checks_in("Aino", "not-kept")
    assert room.kaarina.reads("check-ins") == {"check_ins": []}
    with sqlite_house.installation.database.reading() as db:
        in_force = room.facts(db).in_force
    assert in_force is not None
    mine = [one.id for one in in_force.commitments if room.ids["Kaarina"] in one.owners]
    room.kaarina.does("check-ins", {"audience": "table", "reports": {mine[0]: {"answer": "kept"}}})
    [own] = room.kaarina.reads("check-ins")["check_ins"]
    assert [one["commitment"] for one in own["reports"]] == mine


def test_rule_8_the_employers_representative_is_told_what_is_missing_by_the_labels_of_own_lines(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    [own] = room.kaarina.reads("agreement")["commitments"]
    [whole] = [one for one in room.meri.reads("agreement")["commitments"] if one["id"] == own["id"]]
    assert own["label"] != whole["label"]
    refusal = room.kaarina.refused("check-ins", {"audience": "table", "reports": {}}, 422, "report-incomplete")
    assert refusal["detail"] == say("error.report-incomplete", "fi", missing=own["label"])


def test_rule_8_what_was_replaced_at_the_same_session_can_no_longer_be_released(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    session = room.session("follow-up")
    told = room.checks_in("Aino", "not-kept", audience="mediator", session=session)
    room.checks_in("Aino", "kept", audience="mediator", session=session)
    room.aino.refused(f"check-ins/{told}/releases", {}, 404, "check-in-not-found")
    assert room.meri.reads("check-ins")["breaches"] == []


# Rule 9: a no-show is a neutral count, and many need two.


def test_rule_9_a_no_show_is_a_neutral_count_that_only_the_mediator_sees(house: House) -> None:
    room = case_at(house, "opening", ready=False)
    before = [room[name].reads() for name in ("Aino", "Tuula", "Kaarina")], room.line()
    for _ in range(2):
        session = room.plans("joint")
        room.meri.does(f"sessions/{session}/beginning")
        absent = {"attendance": {room.ids["Pekka"]: "absent"}}
        room.meri.does(f"PUT sessions/{session}/attendance", absent)
        room.meri.does(f"sessions/{session}/ending", {"early": True})
    missed = {one["name"]: one["missed"] for one in room.meri.reads()["participants"]}
    assert (missed["Pekka"], missed["Aino"]) == (2, 0)
    after = [room[name].reads() for name in ("Aino", "Tuula", "Kaarina")]
    for earlier, later in zip(before[0], after, strict=True):
        assert {**later, "sessions": None} == {**earlier, "sessions": None}
    assert all("missed" not in str(one) for one in after)
    assert room.line() == before[1]


def test_rule_9_more_than_four_parties_without_a_second_mediator_is_a_warning_and_no_hindrance(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "preparation")
    for name in ("Outi", "Sari", "Timo"):
        room.joins_as_party(name)
        room[name].does("separate-meeting-waivers")

    def warnings() -> list[str]:
        [opening] = room.meri.reads("transitions")["transitions"]
        return [one["guard"] for one in opening["warnings"]]

    assert warnings() == ["co-mediated-where-many"]
    assert room.waits_for("open") == {}
    room.vilho.does("mediators", {"person": sqlite_house.people["Oskari"], "role": "co-mediator"})
    assert warnings() == []
    assert "ties-declared" in room.stays("open")


# Rule 10: who cannot be what.


def test_rule_10_nobody_who_is_a_party_or_a_partys_subordinate_represents_the_employer(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "preparation")
    represents = {"person": sqlite_house.people["Aino"], "role": "employer-representative"}
    room.meri.refused("participants", represents, 403, "roles-exclude")
    kaarina = {"person": sqlite_house.people["Kaarina"], "role": "party"}
    room.meri.refused("participants", kaarina, 403, "roles-exclude")
    commissioner = {"person": sqlite_house.people["Vilho"], "role": "party"}
    room.meri.refused("participants", commissioner, 403, "roles-exclude")
    below = {"person": sqlite_house.people["Outi"], "role": "employer-representative", "subordinate": True}
    room.meri.refused("participants", below, 403, "subordinate-of-a-party")
    mediator = {"person": sqlite_house.people["Meri"], "role": "party"}
    room.meri.refused("participants", mediator, 403, "roles-exclude")


def test_rule_10_a_party_is_not_the_commissioner_of_their_own_case(sqlite_house: House) -> None:
    referred(sqlite_house)
    vilho = sqlite_house.people["Vilho"]
    referral = {
        "organisation": sqlite_house.organisation("Esimerkkilä"),
        "subject": "Oma asia",
        "parties": [{"person": vilho}, {"person": sqlite_house.people["Pekka"]}],
    }
    answer = sqlite_house.client("Vilho").post("/api/cases", json=referral)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/roles-exclude")


def test_rule_10_a_commissioner_hands_over_to_a_colleague_of_the_same_office_and_sees_nothing_more(
    house: House,
) -> None:
    room = case_at(house, "dialogue")
    house.person("Veikko", office="hr")
    house.person("Vieras", office="hr", organisation="Toisaalla")
    for name in ("Pekka", "Outi", "Vieras"):
        room.vilho.refused("hand-overs", {"person": house.people[name]}, 403, "cannot-be-chosen")
    before = room.line()
    room.vilho.does("hand-overs", {"person": house.people["Veikko"]})
    assert room.line("Veikko") == before
    answer = room.client("Vilho").get(f"/api/statuses/{room.number}")
    never = room.client("Vilho").get("/api/statuses/2027-9999")
    assert (answer.status_code, never.status_code) == (404, 404)
    assert answer.json()["detail"] == never.json()["detail"]
    assert room.client("Vilho").get("/api/statuses").json()["statuses"] == []
    room.vilho.reads_nothing()
    room.vilho.refused("hand-overs", {"person": house.people["Vilho"]}, 404, "case-not-found")
    with house.installation.database.reading() as db:
        acts = db.scalars(select(RecordEntry.act).order_by(RecordEntry.position.desc()).limit(1)).one()
    assert acts == "hand-over"


# Rule 11: the agreement limits no one.


def test_rule_11_the_agreement_says_that_everybody_may_turn_elsewhere(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    [printed] = [one for one in room.aino.reads("agreement")["documents"] if one["kind"] == "agreement"]
    content = room.aino.asks(f"GET documents/{printed['id']}").content
    text = flowing(text_of(content))
    for place in ("työnantajan", "luottamusmiehen", "työsuojeluvaltuutetun", "työterveyshuollon", "lakimiehen"):
        assert place in text
    assert "viranomaisen puoleen" in text


# Rule 12: support persons, community-members, the initiator.


def test_rule_12_a_support_person_is_shown_as_just_that(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    tuula = next(one for one in room.pekka.reads()["participants"] if one["name"] == "Tuula")
    assert tuula["roles"] == ["support-person"]
    assert set(tuula) == {"id", "name", "capacity", "roles"}
    assert tuula["capacity"] is None
    steward = {"person": sqlite_house.people["Outi"], "role": "support-person", "supports": room.ids["Pekka"]}
    for field in ("union", "union_office", "office", "membership"):
        room.meri.refused("participants", {**steward, field: "luottamusmies"}, 422, "malformed")


def test_rule_12_a_support_person_reads_a_coarse_status_and_nothing_of_what_is_said(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("statements", {"audience": "table", "words": "Sanon kaikille."})
    seen = room.tuula.reads()
    assert (seen["status"], "phase" in seen) == ("dialogue", False)
    assert not set(seen) & {"statements", "problem_statements", "options", "declarations", "screenings", "order"}
    room.moves("return-to-preparation")
    assert room.tuula.reads()["status"] == "dialogue"
    room.tuula.reads_nothing("agreement", "agreement-not-found")


def test_rule_12_a_community_member_gets_the_information_meeting_and_the_agreed_notice_and_nothing_else(
    house: House,
) -> None:
    room = case_at(house, "solutions", ready=False)
    room.comes("Kaisa", "community-member")
    assert set(room.kaisa.reads()) == {"number", "you", "taken_up", "sessions", "notices"}
    assert room.kaisa.reads()["sessions"] == []
    information = room.plans("information")
    room.plans("joint")
    room.plans("follow-up", days=30)
    assert [one["id"] for one in room.kaisa.reads()["sessions"]] == [information]
    assert room.letters_to("Kaisa") == ["session-planned"]
    told = {"work-community": "Sovittelu on käyty.", "commissioner": "Siitä on sopimus."}
    room.drafts(["Pekka"], texts={"fi": {"purpose": "Tieto ei siirry.", "notices": told}})
    room.sends()
    room.sign("Aino", "Pekka")
    room.moves("begin-follow-up")
    assert room.kaisa.reads()["notices"] == []
    room.later(hours=1)
    room.meri.does("notices")
    assert [one["words"] for one in room.kaisa.reads()["notices"]] == [{"fi": "Sovittelu on käyty."}]
    assert set(room.kaisa.reads()) == {"number", "you", "taken_up", "sessions", "notices"}
    assert room.letters_to("Kaisa")[-1] == "notice"
    assert room.client("Kaisa").get("/api/cases").json()["cases"] == []
    may = room.kaisa.reads()["you"]["may"]
    assert may == [
        "ask-for-another-time",
        "correct-participant",
    ]  # of the meeting they are called to, their own particulars
    room.kaisa.refused(
        f"PUT participants/{room.ids['Aino']}/particulars", {"name": "Aune"}, 404, "participant-not-found"
    )


def test_rule_12_the_initiator_learns_only_that_the_matter_was_taken_up(sqlite_house: House) -> None:
    sqlite_house.person("Timo")
    room = referred(sqlite_house, initiator={"person": sqlite_house.people["Timo"]})
    first = room.timo.reads()
    assert set(first) == {"number", "you", "taken_up", "notices"}
    assert (first["taken_up"], first["notices"]) == (True, [])
    assert first["you"]["may"] == ["correct-participant", "permit-naming"]  # of their own particulars and name alone
    room.timo.refused(
        f"PUT participants/{room.ids['Aino']}/particulars", {"name": "Aune"}, 404, "participant-not-found"
    )
    room.meri.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})
    room.accepts_ties("Aino", "Pekka")
    for name in ("Aino", "Pekka"):
        room[name].agrees()
    room.aino.does("pauses")
    room.pekka.does("withdrawals", {"confirmed": True})
    assert room.timo.reads() == first
    assert room.letters_to("Timo") == []
    assert room.client("Timo").get("/api/cases").json()["cases"] == []


# Rule 13: days off warn; employment ends.


def test_rule_13_holidays_and_weekends_warn_and_do_not_refuse(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    eve, saturday, monday = "2027-12-24T09:00:00Z", "2027-01-16T09:00:00Z", "2027-01-18T09:00:00Z"
    warnings = [
        room.meri.does("sessions", {"kind": "follow-up", "planned_at": moment})["warning"]
        for moment in (eve, saturday, monday)
    ]
    assert warnings[0] == "Jouluaatto"
    assert warnings[1:] == ["viikonloppu", None]
    promise = {
        "owners": [room.ids["Pekka"]],
        "starts_on": "2027-03-29",
        "due_on": "2027-03-30",
        "texts": {"fi": {"action": "Kirjaan käynnit.", "measure": "Näkyy."}},
    }
    assert room.drafts([], commitments=[promise])["days_off"] == {"2027-03-29": "Toinen pääsiäispäivä"}
    room.sends()


def test_rule_13_when_an_employment_ends_the_participant_has_left_and_lonely_promises_lapse(
    sqlite_house: House,
) -> None:
    room = three_in_follow_up(sqlite_house)
    before, line = room.pekka.reads("agreement"), room.line()
    room.meri.does(f"participants/{room.ids['Outi']}/end-of-employment")
    with sqlite_house.installation.database.reading() as db:
        assert db.get_one(Participant, room.ids["Outi"]).left_how == "employment-ended"
    assert room.outi.reads()["you"]["roles"] == ["former-party"]
    assert not room.pekka.reads()["suspended"]
    assert room.line() == line
    after = room.pekka.reads("agreement")
    assert (after["digest"], after["state"]) == (before["digest"], "sealed")
    room.checks_in("Aino")
    room.checks_in("Pekka")
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    assert room.moves("amend") == "solutions"


@pytest.mark.parametrize("ending", ["close", "agreement-lapsed"])
def test_rule_13_when_one_of_two_leaves_employment_the_case_can_still_be_ended(
    sqlite_house: House, ending: str
) -> None:
    room = case_at(sqlite_house, "follow-up")
    room.meri.does(f"participants/{room.ids['Pekka']}/end-of-employment")
    if ending == "close":  # which asks for no two parties: a finished case waits for nobody
        assert room.moves("close") == "closed"
    else:
        room.meri.does("discontinuation", {"outcome": ending})
    assert room.line()["outcome"] == "ended-settled"


# Rule 14: languages.


def test_rule_14_every_text_carries_its_language(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.aino.does("statements", {"audience": "table", "words": "Ordet är fritt.", "language": "sv"})
    assert room.pekka.reads()["statements"][-1]["language"] == "sv"
    told = {"audience": "table", "words": "Mõtlen siin.", "language": "et"}
    room.aino.refused("statements", told, 422, "language-unknown")


def test_rule_14_an_agreement_has_one_prevailing_text_and_no_language_nobody_wrote(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    texts = {"fi": {"purpose": "Tieto ei siirry."}, "en": {"purpose": "Information gets lost."}}
    body = {"prevailing": "sv", "texts": texts, "commitments": [], "disclosure_decided": True}
    room.meri.refused("PUT agreement", body, 422, "prevailing-missing")
    room.drafts(["Pekka"], prevailing="en", texts=texts)  # the promise itself is in Finnish only
    room.meri.refused("agreement/sending", {}, 409, "agreement-incomplete")
    assert room.aino.reads("agreement")["commitments"][0]["texts"].keys() == {"fi"}


def test_rule_14_an_agreement_is_not_sent_without_a_text_that_each_party_reads(sqlite_house: House) -> None:
    sqlite_house.person("Petra", language="sv")
    room = case_at(sqlite_house, "solutions", ready=False)
    room.joins_as_party("Petra")
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    room.meri.refused("agreement/sending", {}, 409, "agreement-incomplete")
