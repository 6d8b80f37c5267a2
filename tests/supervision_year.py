"""The year of a work supervision for which tests/supervision_road.py leads up to the contract: sessions, evaluations, the end."""

from datetime import timedelta
from functools import partial
from random import Random

from sqlalchemy import select

from mediation import acts
from mediation.acts.agreed_texts import newest_text
from mediation.acts.agreement_versions import find_agreement_in_force
from mediation.acts.goals import goals_of
from mediation.acts.summaries import PROPOSED
from mediation.acts.time_choices import WHEN, TimeToOffer
from mediation.store.models import Meeting, OfferedTime
from tests.supervision_road import (
    COMMUNITY,
    CONTRACT,
    LAST,
    SECRET,
    all_sign,
    bind,
    join,
    mark_there,
    night,
    own,
    secret,
    send,
    some_sign,
    there,
)
from tests.twins import ALIKE, INNER, TABLE, Twin, move


def hold(twin: Twin) -> None:
    """The next session is held; who was there is between each and Meri."""
    with twin.of(ALIKE) as does:
        session = ahead(twin)[0]
        does("Meri", acts.sessions.begin_session, session)
    mark_there(twin, session)
    twin.house.clock.at += timedelta(minutes=90)
    twin.does(ALIKE, "Meri", acts.sessions.end_session, session)


def ahead(twin: Twin) -> list[str]:
    """The sessions that have not begun, by their time."""
    open_ones = Meeting.begun_at.is_(None), Meeting.ended_at.is_(None), Meeting.kind == "supervision"
    mine = select(Meeting.id).where(Meeting.case_id == twin.facts().case_id, *open_ones)
    return list(twin.db.scalars(mine.order_by(Meeting.planned_at)))


def moving(twin: Twin) -> None:
    """One session is moved, one cancelled late; somebody asks for another time."""
    with twin.of(ALIKE) as does:
        first, second, *_ = ahead(twin)
        later = twin.house.clock.at + timedelta(days=8)
        does("Meri", acts.sessions.move_session, first, later)
    if twin.chance(INNER):
        twin.does(INNER, "Pekka", acts.other_times.ask_for_another_time, second)
    twin.does(ALIKE, "Meri", acts.sessions.cancel_session, second)


def offering(twin: Twin) -> None:
    """Times are put to everybody: how many can come when is alike, but who they are."""
    choice = offer(twin, TABLE)
    with twin.of(ALIKE):
        times = list(
            twin.db.scalars(select(OfferedTime.id).filter_by(choice_id=choice).order_by(OfferedTime.planned_at))
        )
    others = [name for name in there(twin) if own(name) == INNER]
    for number in range(len(times)):
        answers = Random(f"{twin.ids.seed} times {number}").choices(WHEN, k=len(others))
        said = zip(twin.order(INNER, others), answers, strict=True)
        for name, answer in said:
            twin.does(INNER, name, acts.time_choices.answer_times, choice, {times[number]: answer})
    for name in [one for one in there(twin) if own(one) == ALIKE]:
        twin.does(ALIKE, name, acts.time_choices.answer_times, choice, dict.fromkeys(times, "can"))


def offer(twin: Twin, kind: str) -> str:
    with twin.of(kind) as does:
        at = twin.house.clock.at.replace(minute=0, second=0)
        times = [TimeToOffer(at + timedelta(days=days)) for days in (20, 21, 22)]
        by = (at + timedelta(days=5)).date()
        return str(does("Meri", acts.time_choices.offer_times, times, by).id)


def answered(twin: Twin) -> None:
    """The session is planned at one of the times."""
    with twin.of(ALIKE) as does:
        choices = acts.time_choices.TimeChoice
        choice = twin.db.scalars(select(choices).filter_by(case_id=twin.facts().case_id, settled_at=None)).one()
        mine = select(OfferedTime.id).filter_by(choice_id=choice.id).order_by(OfferedTime.planned_at)
        does("Meri", acts.time_choices.settle_times, choice.id, twin.db.scalars(mine).first())


def evaluating(twin: Twin) -> None:
    """Everybody rates the goals for themselves, and what the group says together is written down."""
    with twin.of(ALIKE) as does:
        session = does("Meri", acts.sessions.plan_session, "evaluation", twin.house.clock.at, minutes=90).id
        does("Meri", acts.sessions.begin_session, session)
    mark_there(twin, session)
    rate(twin, session)
    twin.house.clock.at += timedelta(minutes=90)
    with twin.of(ALIKE) as does:
        does("Meri", acts.sessions.end_session, session)
        does("Meri", acts.goals.close_rating, session)
    for _ in range(1 + twin.dice[TABLE].randrange(2)):
        with twin.of(TABLE) as does:
            learnt, wishes = twin.words(TABLE), twin.words(TABLE)
            by_goal = {goals(twin)[0]: twin.words(TABLE)} if twin.chance(TABLE) else {}
            does("Meri", acts.evaluations.write_evaluation, session, learnt, by_goal=by_goal, wishes=wishes)


def goals(twin: Twin) -> list[str]:
    """The goals of the contract in force, by lineage."""
    contract = find_agreement_in_force(twin.db, twin.table.seat(twin.db, "Meri"))
    assert contract is not None
    return [*goals_of(twin.db, contract)]


def rate(twin: Twin, session: str) -> None:
    """Each rates: of the first goal the spread is alike, but not who gave what; the second one is rated by too few."""
    with twin.of(ALIKE):
        first, second = goals(twin)
    group = there(twin, "supervisee")
    drawn = Random(f"{twin.ids.seed} {twin.facts().phase}")
    given = {name: {first: drawn.choice((2, 3, 4, 5))} for name in group}
    pool = [name for name in group if secret(name) in twin.differs]
    given |= dict(zip(pool, [given[one] for one in twin.dice[SECRET].sample(pool, len(pool))], strict=True))
    given["Kaarina"] = {first: twin.dice[secret("Kaarina")].randrange(1, 6)}
    for name in group[:4]:
        if name != "Sari" and twin.chance(secret(name)):
            given[name] = given[name] | {second: twin.dice[secret(name)].randrange(1, 6)}
    for name in twin.order(INNER, list(given)):
        if twin.chance(secret(name), 3):  # is changed before it is closed
            twin.does(own(name), name, acts.goals.rate_goals, {first: 1}, session_id=session)
        twin.does(own(name), name, acts.goals.rate_goals, given[name], session_id=session)


def rating_beside(twin: Twin) -> None:
    """Some rate the goals beside any session, which is nobody else's matter."""
    with twin.of(ALIKE):
        mine = goals(twin)
    for name in there(twin):
        if twin.chance(secret(name)):
            rated = dict.fromkeys(mine, twin.dice[secret(name)].randrange(1, 6))
            twin.does(secret(name), name, acts.goals.rate_goals, rated)


def interim(twin: Twin) -> None:
    move(twin, "begin-interim-evaluation")


def renewing(twin: Twin) -> None:
    """It goes on, and the contract is renewed: Ulla gets a place, and Kaarina's superior signs it in place of the group."""
    advance(twin, CONTRACT, "go-on")
    advance(twin, CONTRACT, "renew-contract")
    with twin.of(CONTRACT) as does:
        does("Meri", acts.places.give_place, twin.at["Ulla"])
        join(twin, does, "Meri", "Timo", "superior")
        declaration = [*twin.facts().declared.values()][-1]
    with twin.of(own("Ulla")) as does:
        does("Ulla", acts.ties.answer_ties, declaration, "accepted")
        does("Ulla", acts.terms.agree_to_mediate)
    twin.does(ALIKE, "Meri", partial(acts.supervision_forms.choose_form, **COMMUNITY, shape="manager-and-superior"))
    bind(twin, "Ulla", "Timo")
    send(twin)
    some_sign(twin, "Meri", "Kaarina")


def advance(twin: Twin, kind: str, code: str) -> None:
    with twin.of(kind):
        twin.table.advance(twin.db, code)


def renewed(twin: Twin) -> None:
    """Everyone who has not yet signs now, and it goes on."""
    all_sign(twin, "Timo", "Meri", "Kaarina")
    advance(twin, CONTRACT, "begin-supervision")


def leaving(twin: Twin) -> None:
    """Sari leaves, and tells Meri why; the others go on."""
    twin.does(CONTRACT, "Sari", acts.leaving.withdraw, confirmed=True, words=twin.words(ALIKE))


def closing(twin: Twin) -> None:
    move(twin, "begin-closing-evaluation")


def proposing(twin: Twin) -> None:
    """What Vilho is told is proposed, perhaps twice, and some approve of it."""
    for _ in range(1 + twin.dice[TABLE].randrange(2)):
        twin.does(TABLE, "Meri", partial(acts.summaries.write_summary, words=twin.words(TABLE)))
        some = [name for name in twin.order(SECRET, there(twin)) if name != LAST and twin.chance(secret(name))]
        for name in some:
            approve(twin, secret(name), name)


def approve(twin: Twin, kind: str, name: str) -> None:
    with twin.of(kind) as does:
        text = newest_text(twin.db, twin.facts().case_id, PROPOSED)
        does(name, acts.summaries.approve_summary, text.id if text else "")


def settling(twin: Twin) -> None:
    """Other words are proposed, of which all approve; or nothing, and it is settled by default."""
    twin.does(ALIKE, "Meri", acts.hours.enter_time, twin.house.clock.at.date(), 30)
    if all_approve(twin):
        twin.does(ALIKE, "Meri", partial(acts.summaries.write_summary, words="Kahdeksan tapaamista pidettiin."))
        for name in [name for name in twin.order(SECRET, there(twin)) if name != LAST]:
            approve(twin, secret(name), name)
        twin.house.clock.at += timedelta(hours=1)
        approve(twin, ALIKE, LAST)
    night(twin)


def all_approve(twin: Twin) -> bool:
    """Whether all approve of what is told in the end, which is drawn alike."""
    return Random(f"{twin.ids.seed} all approve").random() < 0.5


def ending(twin: Twin) -> None:
    move(twin, "close")


def asked_how_it_was(twin: Twin) -> None:
    """Some answer the survey, which nobody ever reads."""
    for name in twin.order(SECRET, there(twin)):
        if twin.chance(secret(name)):
            answers = {one: twin.dice[secret(name)].randrange(1, 6) for one in acts.surveys.QUESTIONS}
            twin.does(secret(name), name, partial(acts.surveys.answer_survey, **answers))
