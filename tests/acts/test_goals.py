"""Goals: everybody rates them for themselves; of a group only a spread is told, once, and from five on."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from mediation import acts
from mediation.errors import Malformed, MediationError, NotFound, NotPermitted, NotYet
from mediation.reading.export import own_copy
from mediation.reading.goals import read_goals
from mediation.retention import run as retention
from mediation.store.database import Db
from mediation.store.models import GoalRating, GoalSpread, Mark
from tests.evaluated import GOALS, GROUP, Supervision, contract_in_force, supervised
from tests.houses import House


def text_of(content: bytes) -> str:
    with ZipFile(BytesIO(content)) as whole:
        return "\n".join(whole.read(name).decode("utf-8", "replace") for name in whole.namelist())


def spreads(db: Db, table: Supervision, name: str = "Raili") -> list[dict[str, list[int]]]:
    rounds = read_goals(db, table.seat(db, name)).rounds
    assert isinstance(rounds, list)
    return [{each.lineage: each.numbers for each in one.spreads} for one in rounds]


def closed(db: Db, table: Supervision, session: str) -> None:
    table.does(db, "Raili", acts.goals.close_rating, session)


def refused(db: Db, table: Supervision, name: str, code: str, **ratings: object) -> None:
    session = ratings.pop("session", None)
    with pytest.raises(MediationError, match=f"^{code}$"):
        table.does(db, name, acts.goals.rate_goals, ratings, session_id=session)


def test_each_reads_their_own_ratings_over_time_and_nobody_elses(house: House) -> None:
    table = supervised(house, "active")
    with table.writing() as db:
        table.rates(db, "Sanna", G1=2, G2=3)
        table.rates(db, "Olli", G1=5)
    house.clock.at += timedelta(days=30)
    with table.writing() as db:
        table.rates(db, "Sanna", G1=4, G2=3)
    with table.writing() as db:
        first, second = read_goals(db, table.seat(db, "Sanna")).goals
        assert [one.rating for one in first.ratings or ()] == [2, 4]
        assert [one.rating for one in second.ratings or ()] == [3, 3]
        first, second = read_goals(db, table.seat(db, "Olli")).goals
        assert ([one.rating for one in first.ratings or ()], second.ratings) == ([5], [])
        for one in read_goals(db, table.seat(db, "Raili")).goals:
            assert not hasattr(one.ratings, "__iter__")


def test_a_rating_leaves_no_trace_for_others_but_that_somebody_rated_for_an_evaluation(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, "Sanna")
        table.rates(db, "Sanna")
        assert db.scalars(select(Mark.about).filter_by(kind="rated-goals")).all() == []
        table.rates(db, "Sanna", session)
        assert db.scalars(select(Mark.about).filter_by(kind="rated-goals")).all() == [session]


def test_a_later_rating_of_the_same_occasion_takes_the_place_of_the_earlier_one(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, "Sanna")
        first = table.rates(db, "Sanna", session, G1=1)
        assert table.rates(db, "Sanna", session, G1=1).id == first.id
        table.rates(db, "Sanna", session, G1=2)
        table.rates(db, "Sanna", G1=3)
        table.rates(db, "Sanna", G1=4)
        [one, _] = read_goals(db, table.seat(db, "Sanna")).goals
        assert sorted(each.rating for each in one.ratings or ()) == [2, 4]


def test_what_is_no_rating_is_refused(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        evaluation, other = table.evaluates(db), table.evaluates(db, kind="supervision")
        refused(db, table, "Sanna", "goal-not-found", G1=3, G9=3)
        refused(db, table, "Sanna", "rating-needed")
        refused(db, table, "Sanna", "not-an-evaluation", G1=3, session=other)
        refused(db, table, "Sanna", "session-not-found", G1=3, session="nosuch")
        for number in (0, 6, -1, "4", 3.5, True, None):
            with pytest.raises(Malformed):
                table.does(db, "Sanna", acts.goals.rate_goals, {"G1": number}, session_id=evaluation)
        assert db.scalars(select(GoalRating.id)).all() == []


def test_only_those_who_take_part_rate_and_only_while_the_supervision_goes_on(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        for name in ("Raili", "Leena"):
            with pytest.raises(NotPermitted, match="act-not-yours"):
                table.rates(db, name)
        table.goes_to(db, "contracting")
        with pytest.raises(NotYet, match="act-not-open"):
            table.rates(db, "Sanna")


def test_no_spread_is_told_of_four_even_beside_the_manager(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        there = (*GROUP[:4], "Marko")
        session = table.evaluates(db, *there)
        for name in there:
            table.rates(db, name, session)
        assert spreads(db, table) == []
        closed(db, table, session)
        assert spreads(db, table) == [{}]


def test_from_five_besides_the_manager_the_group_and_the_supervisor_read_how_the_ratings_spread(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, *GROUP[:5], "Marko")
        for name, rating in zip(GROUP[:5], (3, 3, 4, 5, 2), strict=True):
            table.rates(db, name, session, G1=rating, **({"G2": rating} if name != "Sanna" else {}))
        table.rates(db, "Marko", session, G1=1, G2=1)
        closed(db, table, session)
        for name in ("Raili", "Sanna", "Jari", "Marko"):
            assert spreads(db, table, name) == [{"G1": [0, 1, 2, 1, 1]}], name  # of the second goal only four rated
        with pytest.raises(NotPermitted, match="not-yours-to-see"):
            read_goals(db, table.seat(db, "Leena"))


def test_a_spread_is_counted_once_and_no_rating_changes_it(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, *GROUP[:5])
        for name in GROUP[:5]:
            table.rates(db, name, session)
        closed(db, table, session)
        refused(db, table, "Jari", "rating-closed", G1=1, session=session)
        refused(db, table, "Sanna", "rating-closed", G1=1, session=session)
        closed(db, table, session)
        assert spreads(db, table) == [{"G1": [0, 0, 0, 5, 0], "G2": [0, 0, 0, 5, 0]}]
        assert len(db.scalars(select(GoalSpread.id)).all()) == 1


def test_two_spreads_around_one_new_rating_do_not_tell_it(house: House) -> None:
    table = supervised(house)
    shown = []
    for there, later in ((GROUP[:5], 0), (GROUP, 1), (GROUP[:5], 1), (GROUP, 31)):
        house.clock.at += timedelta(days=later)
        with table.writing() as db:
            session = table.evaluates(db, *there)
            for name in there:
                table.rates(db, name, session)
            closed(db, table, session)
            shown = [bool(one) for one in spreads(db, table)]
    assert shown == [True, False, True, True]


def test_a_rating_is_closed_once_everybody_who_was_there_has_rated_or_a_week_has_passed(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, "Sanna", "Olli")
        table.rates(db, "Sanna", session)
        with pytest.raises(NotYet, match="not-everyone-rated"):
            closed(db, table, session)
    house.clock.at += timedelta(days=7)
    with table.writing() as db:
        closed(db, table, session)


def test_who_came_later_reads_no_spread_of_before(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, *GROUP)
        for name in GROUP:
            table.rates(db, name, session)
        closed(db, table, session)
    house.clock.at += timedelta(days=1)
    house.person("Ville")
    with table.writing() as db:
        someone = acts.participants.Someone(person_id=house.people["Ville"])
        table.ids["Ville"] = table.does(db, "Raili", acts.participants.add_participant, someone, "supervisee").id
        assert spreads(db, table, "Ville") == []
        assert len(spreads(db, table, "Sanna")) == 1


def test_a_goal_that_a_new_contract_no_longer_has_stays_with_who_rated_it(house: House) -> None:
    table = supervised(house, "active")
    with table.writing() as db:
        table.rates(db, "Sanna", G1=2)
        contract_in_force(db, table, 2)
        table.rates(db, "Sanna", G1=5, G2=1)
        goals = read_goals(db, table.seat(db, "Sanna")).goals
        assert [(one.lineage, one.binds) for one in goals] == [("G1", True), ("G2", True)]


def test_own_ratings_are_in_ones_own_copy_and_in_nobody_elses(house: House) -> None:
    table = supervised(house, "active")
    with table.writing() as db:
        table.rates(db, "Sanna", G1=2)
        mine = own_copy(db, table.seat(db, "Sanna"), "fi").zip()
        others = own_copy(db, table.seat(db, "Raili"), "fi").zip()
    assert text_of(mine).count(f"1 {GOALS['G1']}: 2") == 1
    assert GOALS["G1"] + ": 2" not in text_of(others)


def test_a_goal_of_no_contract_is_not_rated(house: House) -> None:
    table = supervised(house, "active")
    with table.writing() as db, pytest.raises(NotFound, match="goal-not-found"):
        table.does(db, "Sanna", acts.goals.rate_goals, {"nosuch": 3})


def test_no_rating_is_in_the_clear_in_the_database(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, *GROUP[:5])
        rows = [table.rates(db, name, session) for name in GROUP[:5]]
        closed(db, table, session)
        stored = [one.ratings for one in rows] + list(db.scalars(select(GoalSpread.spread)))
    assert [content for content in stored if b"G1" in content or b"raters" in content] == []
    assert len({one.ratings for one in rows}) == len(rows)  # the same ratings do not look the same


def test_ratings_and_spreads_are_deleted_soon_after_the_end(house: House) -> None:
    table = supervised(house)
    with table.writing() as db:
        session = table.evaluates(db, *GROUP[:5])
        for name in GROUP[:5]:
            table.rates(db, name, session)
        closed(db, table, session)
        table.does(db, "Raili", acts.stopping.discontinue, "supervision-ended-early")
    house.clock.at += timedelta(days=16)
    retention.run(house.installation.database)
    with table.writing() as db:
        for name in ("Sanna", "Raili"):
            read = read_goals(db, table.seat(db, name))
            assert read.rounds == []
            assert [one for one in read.goals if isinstance(one.ratings, list) and one.ratings] == []
        assert read_goals(db, table.seat(db, "Sanna")).deleted is True
