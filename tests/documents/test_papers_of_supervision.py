"""The papers of a supervision: evaluations for those who take part, the summary for who ordered, and nobody's rating in any."""

from datetime import timedelta

import pytest

from mediation import acts
from mediation.documents.render import Sheet
from mediation.errors import NotFound
from mediation.reading.papers import list_papers, paper_sheet, read_paper
from mediation.store.database import Db
from tests.documents.test_documents import failures, flowing, text_of
from tests.evaluated import GOALS, GROUP, Supervision, supervised
from tests.houses import House

LEARNT = "Otamme vaikeat tilanteet puheeksi samana viikkona."
ON_GOAL = "Onnistuu jo useimmiten, kiireessä vielä unohtuu."
WISHES = "Harjoitellaan palautteen antamista."
SUMMARY = "Ryhmä on löytänyt yhteisen tavan puhua vaikeista tilanteista."

OPEN = {
    "Raili": {"interim-evaluation", "closing-evaluation", "summary-to-orderer"},
    "Sanna": {"interim-evaluation", "closing-evaluation", "summary-to-orderer"},
    "Marko": {"interim-evaluation", "closing-evaluation", "summary-to-orderer"},
    "Hilkka": {"summary-to-orderer"},
    "Leena": {"summary-to-orderer"},
}
CODES = sorted(OPEN["Raili"])


@pytest.fixture
def table(house: House) -> Supervision:
    table = supervised(house, beside=(("Marko", "manager"), ("Hilkka", "superior")))
    for phase in ("interim-evaluation", "closing-evaluation"):
        house.clock.at += timedelta(days=150)
        with table.writing() as db:
            table.goes_to(db, phase)
            session = table.evaluates(db, *GROUP, "Marko")
            for name, rating in zip((*GROUP, "Marko"), (3, 4, 4, 5, 2, 4, 1), strict=True):
                table.rates(db, name, session, G1=rating)
            table.does(db, "Raili", acts.goals.close_rating, session)
            said = {"by_goal": {"G1": ON_GOAL}, "wishes": WISHES}
            table.does(db, "Raili", acts.evaluations.write_evaluation, session, LEARNT, **said)
    with table.writing() as db:
        table.does(db, "Raili", acts.summaries.write_summary, words=SUMMARY)
    return table


def settled(db: Db, table: Supervision) -> None:
    for name in (*GROUP, "Marko"):
        table.does(db, name, acts.summaries.approve_summary, table.newest(db, "summary-words"))


def sheet(db: Db, table: Supervision, name: str, code: str, language: str = "fi") -> Sheet:
    seat = table.seat(db, name)
    return paper_sheet(db, seat, code, seat.workflow.speaking(language))


def test_each_paper_is_for_whom_it_is_and_the_summary_only_once_it_is_settled(table: Supervision) -> None:
    with table.writing() as db:
        for name, codes in OPEN.items():
            there = {one.code for one in list_papers(db, table.seat(db, name))} & set(CODES)
            assert there == codes - {"summary-to-orderer"}, name
        settled(db, table)
        for name, codes in OPEN.items():
            seat = table.seat(db, name)
            assert {one.code for one in list_papers(db, seat)} & set(CODES) == codes, name
            for code in OPEN["Raili"] - codes:
                with pytest.raises(NotFound, match="paper-not-found"):
                    read_paper(db, seat, code, "fi")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_each_is_archivable_and_accessible_and_says_what_was_said(table: Supervision, language: str) -> None:
    with table.writing() as db:
        settled(db, table)
        sheets = {code: sheet(db, table, "Raili", code, language) for code in CODES}
    for code, one in sheets.items():
        pdf = one.pdf()
        assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == [], code
        text = flowing(text_of(pdf))
        told = [SUMMARY] if code == "summary-to-orderer" else [LEARNT, ON_GOAL, WISHES, GOALS["G1"]]
        assert [words for words in told if words not in text] == [], code


def test_the_orderer_reads_neither_names_nor_attendance_nor_ratings(table: Supervision) -> None:
    with table.writing() as db:
        settled(db, table)
        read = str(read_paper(db, table.seat(db, "Leena"), "summary-to-orderer", "fi"))
    assert SUMMARY in read
    theirs = (*GROUP, "Marko", "Raili", LEARNT, ON_GOAL, WISHES, *GOALS.values())
    assert [words for words in theirs if words in read] == []


def test_an_evaluation_names_nobody_and_tells_a_spread_and_no_rating(table: Supervision) -> None:
    with table.writing() as db:
        read = str(read_paper(db, table.seat(db, "Sanna"), "closing-evaluation", "fi"))
    assert [name for name in (*GROUP, "Marko") if name in read] == []
    for line in ("arvio 1: 0", "arvio 2: 1", "arvio 3: 1", "arvio 4: 3", "arvio 5: 1"):
        assert line in read
