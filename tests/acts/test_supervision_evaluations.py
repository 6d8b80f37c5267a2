"""Evaluations and the summary: what the group says together is the group's, and the orderer reads what all approved."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mediation import acts
from mediation.acts.summaries import APPROVED, sessions_held
from mediation.case.visibility import sees
from mediation.errors import CaseChanged, Malformed, NotFound, NotPermitted, NotYet
from mediation.installation.due import do_what_is_due
from mediation.reading.evaluations import read_evaluations
from mediation.reading.goals import read_goals
from mediation.reading.people import read_marks
from mediation.reading.summaries import read_summary
from mediation.retention import run as retention
from mediation.store.database import Db
from mediation.store.models import AgreedText, Letter
from tests.evaluated import GROUP, Supervision, contract_in_force, supervised
from tests.houses import House
from tests.supervised import supervision_at
from workflows import WORKFLOWS
from workflows.supervision import SUPERVISION

TOLD = "Ryhmä on löytänyt yhteisen tavan puhua vaikeista tilanteista."


def holds(db: Db, table: Supervision, name: str) -> bool:
    return SUPERVISION.guards[name].is_met(table.facts(db))


def waited(db: Db, table: Supervision, name: str) -> list[str]:
    return table.names(SUPERVISION.guards[name].missing(table.facts(db)))


def written(db: Db, table: Supervision, session: str, learnt: str = TOLD, **named: object) -> AgreedText:
    text: AgreedText = table.does(db, "Raili", acts.evaluations.write_evaluation, session, learnt, **named)
    return text


def proposed(db: Db, table: Supervision, words: str = TOLD) -> str:
    return str(table.does(db, "Raili", acts.summaries.write_summary, words=words).id)


def approves(db: Db, table: Supervision, *names: str) -> None:
    for name in names:
        table.does(db, name, acts.summaries.approve_summary, table.newest(db, "summary-words"))


def told(db: Db, table: Supervision, name: str = "Leena") -> dict[str, list[str]] | None:
    settled = read_summary(db, table.seat(db, name)).settled
    return settled and settled.words


def pass_time(house: House, time: timedelta) -> None:
    house.clock.at += time
    retention.run(house.installation.database)  # the clock is right
    do_what_is_due(house.installation.database, WORKFLOWS)


def letters_to(db: Db, table: Supervision, name: str) -> list[str]:
    return sorted(db.scalars(select(Letter.kind).filter_by(participant_id=table.ids[name])))


def test_whoever_was_at_the_evaluation_rates_and_absentees_hold_nobody_up(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        assert not holds(db, table, "evaluation-held")
        assert holds(db, table, "goals-rated")
        session = table.evaluates(db, "Sanna", "Marko")
        assert holds(db, table, "evaluation-held")
        assert waited(db, table, "goals-rated") == ["Sanna", "Marko"]
        table.rates(db, "Sanna", session)
        table.rates(db, "Marko")  # beside the session
        assert waited(db, table, "goals-rated") == ["Marko"]
        table.rates(db, "Marko", session)
        assert holds(db, table, "goals-rated")


def test_a_rating_that_was_closed_waits_for_nobody(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, "Sanna")
    house.clock.at += timedelta(days=8)
    with table.writing() as db:
        table.does(db, "Raili", acts.goals.close_rating, session)
        assert holds(db, table, "goals-rated")


def test_an_evaluation_is_written_in_versions_and_read_by_those_who_take_part(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, *GROUP)
        assert not holds(db, table, "evaluation-written")
        first = written(db, table, session, by_goal={"G1": "Onnistuu jo usein."}, wishes="Jatketaan samaan tapaan.")
        assert holds(db, table, "evaluation-written")
        assert (
            written(db, table, session, by_goal={"G1": "Onnistuu jo usein."}, wishes="Jatketaan samaan tapaan.")
            is first
        )
        written(db, table, session, "Vi har lärt oss att tala.", language="sv")
        written(db, table, session, "Opimme puhumaan ajoissa.", by_goal={"G2": "Työnjako on selvempi."})
        assert letters_to(db, table, "Jari").count("reading-waits") == 1  # not of each version
        for name in ("Raili", "Sanna", "Marko"):
            lines = read_evaluations(db, table.seat(db, name))
            assert [(one.language, one.learnt) for one in lines] == [
                ("fi", "Opimme puhumaan ajoissa."),
                ("sv", "Vi har lärt oss att tala."),
            ]
            assert [(one.lineage, one.words) for one in lines[0].by_goal] == [("G2", "Työnjako on selvempi.")]
            assert {one.phase for one in lines} == {"interim-evaluation"}
        with pytest.raises(NotPermitted, match="not-yours-to-see"):
            read_evaluations(db, table.seat(db, "Leena"))


def test_the_interim_evaluation_does_not_stand_for_the_closing_one(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, "Sanna")  # it serves both, unless it is said
        written(db, table, session)
        table.goes_to(db, "closing-evaluation")
        assert not holds(db, table, "evaluation-held")
        assert not holds(db, table, "evaluation-written")
        written(db, table, session, "Korjattu kirjoitusvirhe.")  # of the interim evaluation, still
        assert not holds(db, table, "evaluation-written")
    house.clock.at += timedelta(days=90)
    with table.writing() as db:
        closing = table.evaluates(db, "Sanna")
        written(db, table, closing)
        assert holds(db, table, "evaluation-written")
        assert [one.phase for one in read_evaluations(db, table.seat(db, "Sanna"))] == [
            "interim-evaluation",
            "closing-evaluation",
        ]


def test_an_evaluation_of_no_evaluation_or_of_no_goal_is_refused(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        other, session = table.evaluates(db, kind="supervision"), table.evaluates(db)
        with pytest.raises(Malformed, match="not-an-evaluation"):
            written(db, table, other)
        with pytest.raises(NotFound, match="goal-not-found"):
            written(db, table, session, by_goal={"G9": "Ei ole."})
        with pytest.raises(NotPermitted, match="act-not-yours"):
            table.does(db, "Sanna", acts.evaluations.write_evaluation, session, TOLD)


def test_the_orderer_reads_the_words_once_each_who_takes_part_has_approved_them(house: House) -> None:
    table = supervised(house, "closing-evaluation")
    with table.writing() as db:
        proposed(db, table)
        assert not holds(db, table, "summary-settled")
        approves(db, table, *GROUP)
        assert told(db, table) is None
        assert letters_to(db, table, "Leena") == []
        approves(db, table, "Marko")
        assert told(db, table) == {"fi": [TOLD]}
        assert holds(db, table, "summary-settled")
        assert letters_to(db, table, "Leena") == ["reading-waits"]


def test_nobody_else_is_told_who_approved(house: House) -> None:
    table = supervised(house, "closing-evaluation")
    with table.writing() as db:
        proposed(db, table)
        asked = _seen_by(db, table, "Raili")
        approves(db, table, "Sanna", "Olli")
        assert _seen_by(db, table, "Raili") == asked
        assert waited(db, table, "summary-settled") == []
        assert read_summary(db, table.seat(db, "Sanna")).approved is True
        assert read_summary(db, table.seat(db, "Kaisa")).approved is False
        kinds = [
            one.kind for one in read_marks(db, table.seat(db, "Sanna"), sees(table.seat(db, "Sanna").roles, "mark"))
        ]
        assert "approved-summary" in kinds


def _seen_by(db: Db, table: Supervision, name: str) -> object:
    seat = table.seat(db, name)
    return read_summary(db, seat), read_marks(db, seat, sees(seat.roles, "mark"))


def test_a_summary_is_no_sheet_to_print_and_sign(house: House) -> None:
    case = supervision_at(house, "closing-evaluation")
    text = case.raili.does("summary", {"words": TOLD, "language": "fi"})["id"]
    case.sanna.does("summary/approvals", {"text": text})
    for name in ("Sanna", "Olli", "Raili"):
        case[name].reads_nothing(f"agreed-texts/{text}/paper", "text-not-found")


def test_nobody_counts_by_the_record_how_many_approved_or_rated(house: House) -> None:
    case = supervision_at(house, "closing-evaluation")
    with case.writing() as db:
        contract_in_force(db, case)
    text = case.raili.does("summary", {"words": TOLD, "language": "fi"})["id"]
    before = case.raili.reads("record")
    assert before["holds"]
    for name in ("Sanna", "Olli"):
        case[name].does("summary/approvals", {"text": text})
    case.kaisa.does("goals/ratings", {"ratings": {"G1": 2}, "session": None})
    [approved] = [one["id"] for one in case.olli.reads()["marks"] if one["kind"] == APPROVED]
    case.olli.does("corrections", {"mark": approved})
    assert case.raili.reads("record") == before
    case.raili.does("summary", {"words": "Muut sanat.", "language": "fi"})
    after = case.raili.reads("record")
    assert (after["holds"], after["entries"]) == (True, before["entries"] + 1)


def test_a_new_proposal_is_approved_anew_and_an_old_one_no_more(house: House) -> None:
    table = supervised(house, "closing-evaluation")
    with table.writing() as db:
        first = proposed(db, table)
        approves(db, table, *GROUP, "Marko")
        assert told(db, table) == {"fi": [TOLD]}
        with pytest.raises(NotYet, match="summary-is-settled"):
            table.does(db, "Sanna", acts.summaries.approve_summary, first)
        proposed(db, table, "Toiset sanat.")
        assert not holds(db, table, "summary-settled")
        assert told(db, table) == {"fi": [TOLD]}  # until the new one is settled
        with pytest.raises(CaseChanged, match="text-replaced"):
            table.does(db, "Sanna", acts.summaries.approve_summary, first)


def test_without_words_the_orderer_is_told_the_number_of_sessions_at_once(house: House) -> None:
    table = supervised(house, "closing-evaluation")
    with table.writing() as db:
        table.evaluates(db, kind="supervision")
        table.evaluates(db, kind="supervision")
        proposed(db, table, " ")
        assert holds(db, table, "summary-settled")
        words = told(db, table)
        assert words is not None
        assert words["fi"] == ["Pidettyjä työnohjaustapaamisia: 2."]
        assert set(words) == {"fi", "sv", "en"}
        assert "answer-waits" not in letters_to(db, table, "Sanna")


def test_after_fourteen_days_of_silence_the_default_goes_once(house: House) -> None:
    table = supervised(house, "closing-evaluation")
    with table.writing() as db:
        table.evaluates(db, kind="supervision")
        proposed(db, table)
        approves(db, table, *GROUP)
    pass_time(house, timedelta(days=13, hours=23))
    with table.writing() as db:
        assert told(db, table) is None
    pass_time(house, timedelta(hours=1))
    pass_time(house, timedelta(hours=1))
    with table.writing() as db:
        words = told(db, table)
        assert words is not None
        assert words["fi"] == ["Pidettyjä työnohjaustapaamisia: 1."]
        assert holds(db, table, "summary-settled")
        assert letters_to(db, table, "Leena") == ["reading-waits"]
        assert len(db.scalars(select(AgreedText.id).filter_by(kind="settled-summary")).all()) == 1
        with pytest.raises(NotYet, match="summary-is-settled"):
            approves(db, table, "Marko")


def test_who_has_left_keeps_no_summary_from_what_all_others_approved(house: House) -> None:
    table = supervised(house, "closing-evaluation")
    with table.writing() as db:
        proposed(db, table)
        approves(db, table, *GROUP[1:], "Marko")
        table.does(db, "Raili", acts.leaving.end_employment, table.ids["Sanna"])
    pass_time(house, timedelta(days=14))
    with table.writing() as db:
        assert told(db, table) == {"fi": [TOLD]}


def test_where_nobody_ordered_there_is_no_summary_to_settle(house: House) -> None:
    table = supervised(house, "closing-evaluation")
    with table.writing() as db:
        facts = table.facts(db)
        rest = tuple(one for one in facts.participants if "orderer" not in one.roles)
        assert not holds(db, table, "summary-settled")
        assert SUPERVISION.guards["summary-settled"].is_met(type(facts)(facts.case_id, facts.phase, rest))


def test_the_superior_who_signed_reads_the_settled_words_and_no_proposal(house: House) -> None:
    table = supervised(house, "closing-evaluation", beside=(("Marko", "manager"), ("Hilkka", "superior")))
    with table.writing() as db:
        proposed(db, table)
        seen = read_summary(db, table.seat(db, "Hilkka"))
        assert (seen.settled, bool(seen.id), bool(seen.words)) == (None, False, False)
        approves(db, table, *GROUP, "Marko")
        assert told(db, table, "Hilkka") == {"fi": [TOLD]}
        assert letters_to(db, table, "Hilkka").count("reading-waits") == 1


def test_only_sessions_held_since_the_contract_are_counted(house: House) -> None:
    table = supervised(house, "closing-evaluation")
    with table.writing() as db:
        table.evaluates(db, kind="supervision")
        planned = table.does(db, "Raili", acts.sessions.plan_session, "supervision", db.now() + timedelta(days=1))
        table.does(db, "Raili", acts.sessions.cancel_session, planned.id)
        assert sessions_held(db, table.seat(db, "Raili")) == 1


def test_a_manager_who_only_signs_takes_no_part(house: House) -> None:
    """Of somebody's own supervision a manager reads no evaluation, and the summary does not wait for them."""
    table = supervised(house, "closing-evaluation", group=("Sanna",))
    with table.writing() as db:
        table.is_of_form(db, "individual")
        session = table.evaluates(db, "Sanna")
        written(db, table, session)
        proposed(db, table)
        with pytest.raises(NotPermitted, match="not-yours-to-see"):
            read_evaluations(db, table.seat(db, "Marko"))
        assert not isinstance(read_goals(db, table.seat(db, "Marko")).rounds, list)
        assert not read_summary(db, table.seat(db, "Marko")).id
        approves(db, table, "Sanna")
        assert told(db, table) == {"fi": [TOLD]}
        assert told(db, table, "Marko") == {"fi": [TOLD]}
