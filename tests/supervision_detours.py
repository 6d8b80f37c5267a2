"""Where a work supervision may stand when somebody looks, beside tests/supervision_year.py; and the short road of parents."""

from collections.abc import Callable
from datetime import timedelta

from mediation import acts
from tests.supervision_road import CONTRACT, each, join, own, talk_alone, there
from tests.supervision_year import advance, offer
from tests.twins import ALIKE, INNER, TABLE, Twin, move

# Where a supervision may stand when somebody looks: each of these is gone into, looked at, and left again.


def talk_aside(twin: Twin) -> Callable[[], object]:
    """Meri has Pekka with her alone."""
    return talk_alone(twin, "Pekka", INNER) if twin.facts().phase != "closed" else lambda: None


def suspend(twin: Twin) -> Callable[[], object]:
    with twin.of(CONTRACT) as does:
        does("Meri", acts.stopping.suspend, "other", twin.db.today() + timedelta(days=9), words=twin.words(CONTRACT))
    return lambda: twin.does(CONTRACT, "Meri", acts.stopping.resume)


def put_times(twin: Twin) -> Callable[[], object]:
    """Times are put to the group, and taken back."""
    choice = offer(twin, TABLE)
    return lambda: twin.does(TABLE, "Meri", acts.time_choices.drop_times, choice)


def go_back(twin: Twin) -> Callable[[], object]:
    """It goes back to the sessions from the closing evaluation, or to the contract from the sessions."""
    was = twin.facts().phase
    if was == "closing-evaluation":
        advance(twin, CONTRACT, "return-to-supervision")
        return lambda: advance(twin, CONTRACT, "begin-closing-evaluation")
    if was != "active":
        return lambda: None
    advance(twin, CONTRACT, "renew-contract")
    return lambda: _leave_as_it_was(twin)


def _leave_as_it_was(twin: Twin) -> None:
    twin.does(CONTRACT, "Meri", acts.agreements.drop_draft)
    advance(twin, CONTRACT, "begin-supervision")


# Parent guidance, in which each is asked alone.


def parents_come(twin: Twin) -> None:
    """Aino and Pekka come for themselves, and answer whether they go on."""
    with twin.of(ALIKE) as does:
        does("Vilho", acts.orders.order_mediation, terms="Ohjausta.")
        twin.at["Meri"] = does("Vilho", acts.cases.assign_mediator, twin.house.people["Meri"]).id
        for name in ("Aino", "Pekka"):
            join(twin, does, "Meri", name, "supervisee")
        declaration = does("Meri", acts.ties.declare_ties, has_ties=False, words="Ei sidonnaisuuksia.").id
    each(twin, acts.ties.answer_ties, declaration, "accepted")
    move(twin, "begin-mapping")
    with twin.of(ALIKE) as does:
        session = does("Meri", acts.sessions.plan_session, "mapping", twin.house.clock.at, minutes=90).id
        does("Meri", acts.sessions.begin_session, session)
        does("Meri", acts.sessions.end_session, session)
        does("Meri", acts.supervision_forms.choose_form, "group", "parent-guidance", "parents")


def parents_asked(twin: Twin) -> None:
    """Each is asked alone whether they are afraid of the other, and may think better of the answer."""
    for name in twin.order(INNER, there(twin)):
        kind = own(name)
        for _ in range(1 + twin.dice[kind].randrange(3)):
            afraid = twin.dice[kind].choice(acts.parents.AFRAID)
            twin.does(kind, name, acts.parents.answer_alone, afraid, twin.words(kind))
    each(twin, acts.terms.agree_to_mediate)
    move(twin, "draw-up-contract")
