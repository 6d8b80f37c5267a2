"""An understanding without a text: each accepts it alone, it is followed up and closed; and what HR reads meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from mediation.acts import check_ins, notices, sessions, stopping, understandings
from mediation.reading.statuses import status
from mediation.store.database import Db
from mediation.store.models import Agreement, Letter
from mediation.words.catalogue import in_every_language, say
from tests.cases import Table, agree_without_text
from tests.documents.test_documents import text_of
from tests.houses import House
from tests.world import LiveCase, address, body_of, case_at, post_of
from workflows import WORKFLOWS

SENTENCE = {
    "fi": "Puhuimme asian läpi ja olemme yhtä mieltä siitä, miten jatkamme. Kirjallista sopimusta emme tee.",
    "sv": "Vi har talat igenom saken och är överens om hur vi går vidare. Vi gör ingen skriftlig överenskommelse.",
    "en": "We have talked this through and agree on how to go on. We make no written agreement.",
}
ENDED = "Sovittelu on tässä asiassa päättynyt. Sen sisältö on luottamuksellinen."
HELD = "Sovittelu on käyty. Sen sisältö on luottamuksellinen."
TOLD = {"fi": {"commissioner": "Asiasta on sovittu."}}


def table_in_solutions(house: House) -> LiveCase:
    return case_at(house, "solutions", ready=False)


def proposed(room: LiveCase, told: Any = None) -> str:
    return str(room.meri.does("understandings", {"notices": told} if told else {})["id"])


def accepted(room: LiveCase, *names: str, told: Any = None) -> str:
    asked = proposed(room, told)
    for name in names or ("Aino", "Pekka"):
        room[name].does(f"understandings/{asked}/acceptances")
    return asked


def understood(house: House, *, neutral: bool = False, told: Any = None) -> LiveCase:
    """A case whose follow-up began with an understanding."""
    room = table_in_solutions(house)
    if neutral:
        room.pekka.does("neutral-end-requests")
    room.plans("follow-up", days=30)
    accepted(room, told=told)
    assert room.moves("conclude-understanding") == "follow-up"
    return room


def closed(room: LiveCase) -> LiveCase:
    room.meri.does("notices")
    room.meets(room.session("follow-up"), "Aino", "Pekka")
    for name in ("Aino", "Pekka"):
        room[name].does("check-ins", {"audience": "table", "answer": "holds"})
    assert room.moves("close") == "closed"
    return room


@pytest.mark.both_databases
def test_an_understanding_goes_on_to_a_follow_up_and_ends_settled(house: House) -> None:
    room = table_in_solutions(house)
    asked = proposed(room)
    [line] = room.aino.reads("understandings")
    assert (line["id"], line["version"], line["sentence"], line["reached_at"]) == (asked, 1, SENTENCE, None)
    assert in_every_language("understanding.sentence") == SENTENCE
    unmet = room.stays("conclude-understanding")
    assert unmet == {"accepted-understanding": ["Aino", "Pekka"], "follow-up-planned": []}
    room.aino.does(f"understandings/{asked}/acceptances")
    room.meri.does(f"understandings/{asked}/acceptances", {"way": "said", "for": room.ids["Pekka"]})
    room.plans("follow-up", days=30)
    assert room.waits_for("conclude-understanding") == {}
    assert room.moves("conclude-understanding") == "follow-up"
    assert room.line()["status"] == "follow-up"
    room.meri.does("notices")
    assert room.line()["notice"]["fi"] == HELD
    room.meets(room.session("follow-up"), "Aino", "Pekka")
    assert room.stays("close") == {"reported-on-commitments": ["Aino", "Pekka"]}
    room.aino.does("check-ins", {"audience": "table", "answer": "holds", "words": "Hyvin on mennyt."})
    room.pekka.does("check-ins", {"audience": "mediator", "answer": "rather-not-say"})
    [seen] = [one for one in room.pekka.reads("check-ins")["check_ins"] if one["participant"] == room.ids["Aino"]]
    assert (seen["answer"], seen["reports"], seen["version"]) == ("holds", [], 1)
    assert len(room.aino.reads("check-ins")["check_ins"]) == 1
    assert room.moves("close") == "closed"
    assert room.aino.reads()["outcome"] == "understanding"
    assert (room.line()["status"], room.line()["outcome"]) == ("closed", "ended-settled")


@pytest.mark.parametrize("said", [True, False])
def test_the_closing_report_says_whether_the_table_agreed_on_how_to_go_on(sqlite_house: House, said: bool) -> None:
    room = closed(understood(sqlite_house)) if said else table_in_solutions(sqlite_house)
    if not said:
        room.meri.does("discontinuation", {"outcome": "no-agreement"})
    text = " ".join(text_of(room.aino.asks("GET closing-report").content).split())
    assert ("Olette yhtä mieltä siitä" in text) == said
    assert ("Sopimusta ei tehty" in text) != said


@pytest.mark.parametrize("neutral", [True, False])
def test_the_closing_report_of_an_understanding_says_what_hr_reads_and_when_it_is_deleted(
    sqlite_house: House, neutral: bool
) -> None:
    room = closed(understood(sqlite_house, neutral=neutral))
    text = " ".join(text_of(room.aino.asks("GET closing-report").content).split())
    read = say(f"status-line.{room.line()['outcome']}", "fi")
    assert read == ("Päättynyt" if neutral else "Päättynyt, asiasta sovittu")
    assert f"lopuksi tämän: {read}" in text
    assert ("asiasta sovittu" in text) != neutral
    assert "poistetaan palvelusta, kun viimeisestä seurannasta on kulunut 24 kuukautta" in text


def test_what_was_agreed_to_tell_is_told_word_for_word(sqlite_house: House) -> None:
    room = understood(sqlite_house, told=TOLD)
    room.meri.does("notices")
    assert room.line()["notice"] == {"fi": "Asiasta on sovittu."}
    given = room.aino.reads()["notices"]
    assert [(one["audience"], one["words"]) for one in given] == [("commissioner", {"fi": "Asiasta on sovittu."})]
    room.meri.does("notices")
    assert room.aino.reads()["notices"] == given
    assert closed(room).line()["outcome"] == "ended-settled"


def test_who_accepted_is_for_the_mediators_and_each_is_asked_alone(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    asked = accepted(room, "Aino")
    kinds = [one["kind"] for one in room.pekka.reads()["marks"]]
    assert "accepted-understanding" not in kinds
    both = {"way": "said", "for": [room.ids["Aino"], room.ids["Pekka"]]}
    assert room.meri.asks(f"understandings/{asked}/acceptances", both).status_code == 422
    paper = room.on_paper("Pekka")
    room.meri.does(f"understandings/{asked}/acceptances", paper)
    named = {"way": "in-person", "for": room.ids["Pekka"], "confirmed_name": "Aino"}
    room.meri.refused(f"understandings/{asked}/acceptances", named, 422, "confirmation-differs")
    assert "accepted-understanding" not in room.waits_for("conclude-understanding")


def test_a_party_may_take_an_acceptance_back_that_the_mediator_recorded(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    asked = accepted(room, "Aino")
    mark = room.meri.does(f"understandings/{asked}/acceptances", {"way": "said", "for": room.ids["Pekka"]})["id"]
    room.pekka.does("corrections", {"mark": mark})
    assert room.waits_for("conclude-understanding")["accepted-understanding"] == ["Pekka"]


@pytest.mark.parametrize("told", [TOLD, {"sv": {"work-community": "Saken är utredd."}}])
def test_a_new_proposal_asks_everybody_anew_and_the_same_changes_nothing(sqlite_house: House, told: Any) -> None:
    room = table_in_solutions(sqlite_house)
    first = accepted(room)
    assert proposed(room) == first
    assert "accepted-understanding" not in room.waits_for("conclude-understanding")
    second = proposed(room, told)
    assert second != first
    assert room.waits_for("conclude-understanding")["accepted-understanding"] == ["Aino", "Pekka"]
    room.aino.refused(f"understandings/{first}/acceptances", {}, 409, "text-replaced")
    room.aino.refused("understandings/nothing/acceptances", {}, 404, "text-not-found")
    assert [one["notices"] for one in room.pekka.reads("understandings")] == [{}, told]


def test_what_nobody_may_propose_or_accept_is_refused(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    asked = proposed(room)
    for name in ("Aino", "Kaarina", "Tuula"):
        room[name].refused("understandings", {}, 403, "act-not-yours")
    for name in ("Meri", "Kaarina", "Tuula"):
        room[name].refused(f"understandings/{asked}/acceptances", {}, 403, "act-not-yours")
        room[name].refused("neutral-end-requests", {}, 403, "act-not-yours")
    for name in ("Kaarina", "Tuula"):
        room[name].refused("GET understandings", None, 403, "not-yours-to-see")
    for name in ("Vilho", "Outi"):
        room[name].refused(f"understandings/{asked}/acceptances", {}, 404 if name == "Outi" else 403, _hears(name))
        room[name].refused(
            "GET understandings", None, *((404, _hears(name)) if name == "Outi" else (403, "not-yours-to-see"))
        )
    long, empty = {"fi": {"commissioner": "x" * 2001}}, {"fi": {"commissioner": "  "}}
    unknown = {"de": {"commissioner": "Ja."}}, {"fi": {"press": "Sovittu."}}
    for wrong in (long, empty, *unknown):
        assert room.meri.asks("understandings", {"notices": wrong}).status_code == 422
    room.pekka.does("pauses")
    room.aino.refused(f"understandings/{asked}/acceptances", {}, 409, "case-suspended")
    room.meri.refused("understandings", {}, 409, "case-suspended")


def _hears(name: str) -> str:
    return "case-not-found" if name == "Outi" else "act-not-yours"


def test_in_another_phase_nothing_of_it_is_open(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.meri.refused("understandings", {}, 409, "act-not-open")
    room.aino.refused("understandings/nothing/acceptances", {}, 409, "act-not-open")
    room.aino.refused("neutral-end-requests", {}, 409, "act-not-open")
    assert room.aino.reads("understandings") == []


def test_a_text_that_is_out_is_taken_back_first_and_nobody_sees_who_had_signed(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    room.plans("follow-up", days=30)
    room.drafts(["Pekka"])
    assert "no-text-out" in room.waits_for("conclude-understanding")
    room.sends()
    room.sign("Aino")
    accepted(room)
    assert room.stays("conclude-understanding") == {"no-text-out": []}
    room.meri.does("DELETE agreement/draft")
    assert room.pekka.reads("agreement")["all_signed"] is False
    assert room.moves("conclude-understanding") == "follow-up"
    assert closed(room).aino.reads()["outcome"] == "understanding"


def test_while_an_agreement_is_in_force_what_changes_it_is_a_text(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up")
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    room.moves("amend")
    room.meri.refused("understandings", {}, 409, "change-in-writing")
    assert {"no-text-out", "accepted-understanding"} <= room.stays("conclude-understanding").keys()


def test_a_joint_request_leads_to_a_text_which_is_then_followed_up(sqlite_house: House) -> None:
    room = understood(sqlite_house)
    asked = room.aino.reads("understandings")[0]["id"]
    room.meri.does("notices")
    room.pekka.does("check-ins", {"audience": "table", "answer": "not"})
    assert "breach-or-joint-request" in room.stays("amend")
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    assert room.moves("amend") == "solutions"
    room.aino.refused(f"understandings/{asked}/acceptances", {}, 409, "understanding-reached")
    assert room.stays("conclude-understanding") == {"accepted-understanding": ["Aino", "Pekka"]}
    room.drafts(["Pekka"])
    room.sends()
    room.sign("Aino", "Pekka")
    assert room.moves("begin-follow-up") == "follow-up"
    room.pekka.refused("check-ins", {"audience": "table", "answer": "holds"}, 422, "answer-without-understanding")
    room.meri.does("notices")
    room.meets(room.session("follow-up"), "Aino", "Pekka")
    for name in ("Aino", "Pekka"):
        room.checks_in(name)
    assert room.moves("close") == "closed"
    assert room.aino.reads()["outcome"] == "agreement-kept"


def test_after_a_joint_request_the_table_may_agree_without_a_text_again(sqlite_house: House) -> None:
    room = understood(sqlite_house)
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    room.moves("amend")
    accepted(room)
    assert room.moves("conclude-understanding") == "follow-up"
    assert [one["version"] for one in room.aino.reads("understandings")] == [1, 2]
    assert closed(room).aino.reads()["outcome"] == "understanding"


def test_a_check_in_on_an_understanding_asks_whether_it_holds_and_nothing_of_commitments(sqlite_house: House) -> None:
    room = understood(sqlite_house)
    room.aino.refused("check-ins", {"audience": "table"}, 422, "answer-needed")
    room.aino.refused("check-ins", {"audience": "table", "answer": "kept"}, 422, "choice-unknown")
    wrong = {"audience": "table", "answer": "holds", "reports": {"c1": {"answer": "kept"}}}
    room.aino.refused("check-ins", wrong, 404, "commitment-not-found")
    room.kaarina.refused("check-ins", {"audience": "table", "answer": "holds"}, 409, "act-not-open")
    told = room.aino.does("check-ins", {"audience": "mediator", "answer": "not", "words": "Ei ole pitänyt."})["id"]
    assert room.pekka.reads("check-ins")["check_ins"] == []
    room.aino.does(f"check-ins/{told}/releases")
    assert [one["answer"] for one in room.pekka.reads("check-ins")["check_ins"]] == ["not"]
    assert room.pekka.reads("check-ins")["breaches"] == []
    said = {"audience": "table", "answer": "partly", "way": "said", "for": room.ids["Pekka"]}
    room.meri.does("check-ins", said)
    assert {one["answer"] for one in room.meri.reads("check-ins")["check_ins"]} == {"not", "partly"}


def test_follow_ups_of_an_understanding_may_be_waived_by_each_before_and_after(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    room.aino.refused("follow-up-waivers", {}, 409, "no-agreement-in-force")
    accepted(room)
    room.aino.does("follow-up-waivers")
    assert room.stays("conclude-understanding") == {"follow-up-planned": []}
    room.pekka.does("follow-up-waivers")
    assert room.moves("conclude-understanding") == "follow-up"
    room.meri.does("notices")
    assert room.moves("close") == "closed"
    assert room.line()["outcome"] == "ended-settled"


def test_what_was_accepted_with_who_leaves_falls(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    room.joins_as_party("Outi")
    accepted(room, "Aino", "Pekka", "Outi")
    assert room.stays("conclude-understanding").keys() & {"accepted-understanding"} == set()
    room.outi.does("withdrawals", {"confirmed": True})
    assert room.waits_for("conclude-understanding")["accepted-understanding"] == ["Aino", "Pekka"]


def test_a_case_that_ends_early_after_an_understanding_tells_what_was_agreed_to_tell(sqlite_house: House) -> None:
    room = understood(sqlite_house, told=TOLD)
    room.meri.does("discontinuation", {"outcome": "transferred"})
    assert (room.line()["outcome"], room.line()["notice"]) == ("ended", {"fi": "Asiasta on sovittu."})


@pytest.mark.parametrize("text", ["understanding", "agreement"])
@pytest.mark.parametrize(("wished", "told"), [(True, TOLD), (True, None), (False, TOLD)])
def test_words_for_hr_beside_a_wish_for_a_neutral_end_warn_the_mediator(
    sqlite_house: House, wished: bool, told: Any, text: str
) -> None:
    room = table_in_solutions(sqlite_house)
    if wished:
        room.pekka.does("neutral-end-requests")
    if text == "agreement":
        answer = room.drafts(
            ["Pekka"], texts={"fi": {"purpose": "Tieto ei siirry.", "notices": told["fi"] if told else {}}}
        )
    else:
        answer = room.meri.does("understandings", {"notices": told} if told else {})
    warned = [say("mention.more-than-a-neutral-end", "fi")] if wished and told else []
    assert answer["warnings"] == warned
    assert "Pekka" not in str(answer)


# A neutral end, where any party wished so (visibility.md rule 1).


def test_the_line_of_hr_stays_at_solutions_until_a_neutral_end(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    before = room.line()
    room.pekka.does("neutral-end-requests")
    assert "asked-for-neutral-end" not in str(room.aino.reads())
    room.plans("follow-up", days=30)
    accepted(room)
    assert room.line() == before
    assert room.moves("conclude-understanding") == "follow-up"
    assert room.line() == before
    letters = room.letters_to("Vilho")
    room.meri.does("notices")
    assert (room.line(), room.letters_to("Vilho")) == (before, letters)
    line = closed(room).line()
    assert (line["status"], line["outcome"], line["notice"]["fi"]) == ("closed", "ended", ENDED)
    assert room.aino.reads()["outcome"] == "understanding"


@pytest.mark.parametrize("text", ["understanding", "agreement without own lines"])
def test_the_employers_representative_reads_no_more_than_hr_until_a_neutral_end(sqlite_house: House, text: str) -> None:
    room = table_in_solutions(sqlite_house)
    before, listed = room.kaarina.reads(), room.kaarina.reads("/cases")
    room.pekka.does("neutral-end-requests")
    room.plans("follow-up", days=30)
    if text == "understanding":
        accepted(room)
        room.moves("conclude-understanding")
    else:
        room.drafts(["Pekka"])
        room.sends()
        room.sign("Aino", "Pekka")
        room.moves("begin-follow-up")
    assert before["status"] == "solutions"
    assert (room.kaarina.reads(), room.kaarina.reads("/cases")) == (before, listed)
    room.kaarina.refused("change-requests", {}, 409, "act-not-open")
    room.meri.does("discontinuation", {"outcome": "transferred"})
    assert room.kaarina.reads()["status"] == "closed"


def test_who_signed_own_lines_for_the_employer_follows_them_up_also_before_a_neutral_end(
    sqlite_house: House,
) -> None:
    room = table_in_solutions(sqlite_house)
    room.pekka.does("neutral-end-requests")
    room.plans("follow-up", days=30)
    room.drafts(["Pekka", "Kaarina"])
    room.sends()
    room.sign("Aino", "Pekka", "Kaarina")
    assert room.kaarina.reads()["status"] == "solutions"
    room.moves("begin-follow-up")
    assert room.kaarina.reads()["status"] == "follow-up"
    assert [one["status"] for one in room.kaarina.reads("/cases")["cases"]] == ["follow-up"]
    assert "check-in" in room.kaarina.reads()["you"]["may"]
    assert room.line()["status"] == "solutions"


def test_without_a_wish_for_a_neutral_end_the_employers_representative_reads_the_line_of_hr(
    sqlite_house: House,
) -> None:
    assert understood(sqlite_house).kaarina.reads()["status"] == "follow-up"


def test_what_was_agreed_to_tell_hr_is_told_at_a_neutral_end_and_not_before(sqlite_house: House) -> None:
    room = understood(sqlite_house, neutral=True, told=TOLD)
    room.meri.does("notices")
    assert room.line()["notice"] is None
    assert closed(room).line()["notice"] == {"fi": "Asiasta on sovittu."}


def test_an_agreement_that_was_kept_ends_neutrally_where_a_party_wished_so(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    room.meri.does("neutral-end-requests", {"way": "said", "for": [room.ids["Aino"]]})
    before = room.line()
    room.moves("begin-follow-up")
    room.meri.does("notices")
    room.meets(room.session("follow-up"), "Aino", "Pekka")
    for name in ("Aino", "Pekka"):
        room.checks_in(name)
    assert room.line() == before
    room.moves("close")
    line = room.line()
    assert (line["status"], line["outcome"], line["notice"]["fi"]) == ("closed", "ended", ENDED)
    assert room.aino.reads()["outcome"] == "agreement-kept"


def test_the_wish_of_a_party_who_left_afterwards_still_counts(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    room.joins_as_party("Outi")
    room.outi.does("neutral-end-requests")
    room.goes_on_without("Outi")
    room.plans("follow-up", days=30)
    accepted(room)
    before = room.line()
    assert room.moves("conclude-understanding") == "follow-up"
    assert room.line() == before


@pytest.mark.parametrize("wished", [True, False])
@pytest.mark.parametrize("text", ["agreement", "understanding"])
def test_once_a_follow_up_has_begun_a_neutral_end_is_promised_to_nobody(
    sqlite_house: House, text: str, wished: bool
) -> None:
    """HR has read of it, or has not since another party wished so: who asks late hears the same."""
    room = case_at(sqlite_house, "solutions", ready=text == "agreement")
    if wished:
        room.pekka.does("neutral-end-requests")
    if text == "agreement":
        room.moves("begin-follow-up")
    else:
        room.plans("follow-up", days=30)
        accepted(room)
        room.moves("conclude-understanding")
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    room.moves("amend")
    late = room.aino.refused("neutral-end-requests", {}, 409, "follow-up-begun")
    assert late["detail"] == say("error.follow-up-begun", "fi")
    said = {"way": "said", "for": [room.ids["Aino"]]}
    room.meri.refused("neutral-end-requests", said, 409, "follow-up-begun")
    assert room.line()["status"] == ("solutions" if wished else "follow-up")


def test_a_wish_that_was_taken_back_in_time_changes_nothing(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    [mark] = room.meri.does("neutral-end-requests", {"way": "said", "for": [room.ids["Aino"]]})["ids"]
    room.aino.does("corrections", {"mark": mark})
    room.plans("follow-up", days=30)
    accepted(room)
    room.moves("conclude-understanding")
    assert room.line()["status"] == "follow-up"


def test_hr_cannot_tell_a_neutral_end_from_one_without_agreement(ready_case: Callable[[str], Table]) -> None:
    table = ready_case("solutions")

    def seen(end: Callable[[Db], object]) -> tuple[object, list[str]]:
        with table.undone() as db:
            db.execute(update(Agreement).values(state="dropped"))
            end(db)
            db.flush()
            told = select(Letter.kind).where(Letter.participant_id == table.ids["Vilho"]).order_by(Letter.created_at)
            line = status(db, WORKFLOWS, table.house.people["Vilho"], table.number)
            seen_here = line, list(db.scalars(told))
        return seen_here

    def understanding(db: Db) -> None:
        table.does(db, "Aino", understandings.ask_for_neutral_end)
        agree_without_text(db, table, notices={"sv": {"work-community": "Saken är utredd."}})
        table.advance(db, "conclude-understanding")
        table.does(db, "Meri", notices.give_notice)
        for name in ("Aino", "Pekka"):
            table.does(db, name, sessions.waive_follow_ups)
            table.does(db, name, check_ins.check_in, audience="table", answer="partly")
        table.advance(db, "close")

    assert seen(understanding) == seen(lambda db: table.does(db, "Meri", stopping.discontinue, "no-agreement"))


# A report is for the last follow-up that was held; silence is no answer, and never kept.


def have_follow_up(room: LiveCase) -> None:
    room.later(days=30)
    room.meets(room.plans("follow-up", days=1), "Aino", "Pekka")


def test_reports_at_the_first_of_three_follow_ups_say_nothing_of_the_last(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up")
    room.later(days=1)
    assert room.waits_for("close") == {}
    for _ in range(2):
        have_follow_up(room)
    assert room.stays("close") == {"reported-on-commitments": ["Aino", "Pekka"]}
    for name in ("Aino", "Pekka"):
        room.meri.does("report-requests", {"participant": room.ids[name]})
    room.later(days=8)
    room.checks_in("Aino")
    room.meri.does("report-requests", {"participant": room.ids["Pekka"]})
    assert room.moves("close") == "closed"
    assert (room.aino.reads()["outcome"], room.line()["outcome"]) == ("agreement-unreported", "ended-settled")


def test_a_report_of_long_before_the_only_follow_up_says_nothing_of_what_became_of_it(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    room.meri.does("notices")
    room.checks_in("Aino")
    room.later(days=20)
    room.checks_in("Pekka")
    room.later(days=6)
    room.meets(room.session("follow-up"), "Aino", "Pekka")
    assert room.stays("close") == {"reported-on-commitments": ["Aino"]}


def test_each_follow_up_that_is_held_asks_anew_for_a_report(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up")
    have_follow_up(room)
    for _ in range(2):
        room.meri.does("report-requests", {"participant": room.ids["Aino"]})
        room.meri.does("report-requests", {"participant": room.ids["Pekka"]})
        room.later(days=8)
    assert room.waits_for("close") == {}
    have_follow_up(room)
    assert room.waits_for("close") == {"reported-on-commitments": ["Aino", "Pekka"]}
    room.meri.does("report-requests", {"participant": room.ids["Aino"]})
    assert room.waits_for("close") == {"reported-on-commitments": ["Aino", "Pekka"]}


def test_where_all_follow_ups_were_waived_silence_is_not_kept(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    room.moves("begin-follow-up")
    room.meri.does("notices")
    for name in ("Aino", "Pekka"):
        room[name].does("follow-up-waivers")
    assert room.moves("close") == "closed"
    assert (room.aino.reads()["outcome"], room.line()["outcome"]) == ("agreement-unreported", "ended-settled")


def test_nobodys_silence_keeps_a_finished_case_open(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up")
    room.vilho.does("mediators", {"person": room.people["Ilmari"], "role": "co-mediator"})
    assert room.waits_for("close") == {}
    room.pekka.does("pauses")
    assert room.stays("close") == {"not-suspended": []}
    room.meri.does("resumptions")
    assert room.moves("close") == "closed"


def test_an_open_objection_still_holds_an_end_back(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up")
    [declaration] = room.pekka.reads()["declarations"]
    room.pekka.does(f"declarations/{declaration['id']}/answers", {"answer": "objected"})
    assert room.stays("close") == {"no-open-objection": ["Pekka"]}


# What each accepted stays known until something new is accepted by each.


def amended(house: House, **how: Any) -> LiveCase:
    """A case whose table reached an understanding, told what was agreed and began to look for solutions again."""
    room = understood(house, **how)
    room.meri.does("notices")
    for name in ("Aino", "Pekka"):
        room[name].does("change-requests")
    room.moves("amend")
    return room


def ends(room: LiveCase, outcome: str) -> str:
    room.meri.does("discontinuation", {"outcome": outcome})
    return " ".join(text_of(room.aino.asks("GET closing-report").content).split())


@pytest.mark.parametrize("accepting", [(), ("Aino",), ("Aino", "Pekka")])
def test_an_understanding_that_was_reached_stands_until_the_table_goes_on_with_another(
    sqlite_house: House, accepting: tuple[str, ...]
) -> None:
    room = amended(sqlite_house, told=TOLD)
    again = proposed(room, {"fi": {"commissioner": "Toisin sovittu."}})
    for name in accepting:
        room[name].does(f"understandings/{again}/acceptances")
    room.meri.refused("discontinuation", {"outcome": "no-agreement"}, 409, "agreement-in-force")
    text = ends(room, "understanding")
    assert "Olette yhtä mieltä siitä" in text
    assert "Asiasta on sovittu." in text
    assert "Toisin sovittu." not in text
    assert (room.line()["outcome"], room.line()["notice"]) == ("ended-settled", {"fi": "Asiasta on sovittu."})


def test_a_draft_that_nobody_signed_makes_no_understanding_forgotten(sqlite_house: House) -> None:
    room = amended(sqlite_house, told=TOLD)
    room.drafts(["Pekka"])
    room.sends()
    room.sign("Aino")
    text = ends(room, "understanding")
    assert "Olette yhtä mieltä siitä" in text
    assert "Asiasta on sovittu." in text


def test_what_others_were_told_of_an_understanding_is_not_left_out_after_a_text_was_sealed(sqlite_house: House) -> None:
    room = amended(sqlite_house, told={"fi": {"commissioner": "Asiasta on sovittu.", "work-community": "Puhuttu on."}})
    room.drafts(["Pekka"])
    room.sends()
    assert room.sign("Aino", "Pekka")
    text = ends(room, "agreement-lapsed")
    assert "Teitte sovittelusopimuksen (versio 1)" in text
    assert "Puhuttu on." in text
    assert "Asiasta on sovittu." in text  # as the commissioner goes on to read it
    assert room.line()["notice"] == {"fi": "Asiasta on sovittu."}


def test_an_understanding_that_nobody_reached_is_no_outcome(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    accepted(room)
    room.meri.refused("discontinuation", {"outcome": "understanding"}, 409, "no-understanding-reached")
    assert "Sopimusta ei tehty" in ends(room, "no-agreement")


def test_a_wish_for_a_neutral_end_outlives_an_amendment(sqlite_house: House) -> None:
    room = amended(sqlite_house, neutral=True)
    proposed(room, TOLD)
    assert "lopuksi tämän: Päättynyt" in ends(room, "understanding")
    assert (room.line()["outcome"], room.line()["notice"]["fi"]) == ("ended", ENDED)


def test_what_was_reached_with_who_leaves_later_stays_accepted_and_what_is_proposed_falls(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    room.joins_as_party("Outi")
    everyone = ("Aino", "Pekka", "Outi")
    room.plans("follow-up", days=30)
    reached = accepted(room, *everyone)
    room.moves("conclude-understanding")
    for name in everyone:
        room[name].does("change-requests")
    room.moves("amend")
    again = accepted(room, *everyone, told=TOLD)
    room.outi.does("withdrawals", {"confirmed": True})
    for name, still in (("Aino", [reached]), ("Pekka", [reached])):
        assert accepted_by(room, name) == still, name
    assert again not in accepted_by(room, "Aino")


def accepted_by(room: LiveCase, name: str) -> list[str]:
    """The understandings that somebody accepted, as they read their own marks."""
    marks = room[name].reads()["marks"]
    return [one["about"] for one in marks if one["kind"] == "accepted-understanding"]


def test_a_notice_says_its_number_to_who_ordered_and_to_nobody_else(sqlite_house: House) -> None:
    room = table_in_solutions(sqlite_house)
    room.comes("Iida", "community-member", email=address("Iida"))
    room.plans("follow-up", days=30)
    accepted(room, told={"fi": dict.fromkeys(("commissioner", "work-community"), "Asia on käsitelty.")})
    assert room.moves("conclude-understanding") == "follow-up"
    post_of(sqlite_house)
    room.meri.does("notices")
    told = {str(one["To"]): body_of(one) for one in post_of(sqlite_house) if "Asia on käsitelty." in body_of(one)}
    assert {who: room.number in words for who, words in told.items()} == {
        address("Vilho"): True,
        address("Iida"): False,
    }
