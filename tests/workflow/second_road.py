"""The road that twins take through the second workflow: see tests/twins.py for what happens, and of which kind it is."""

from collections.abc import Callable

from mediation import acts
from tests import cases
from tests.cases import refer_case
from tests.twins import ALIKE, INNER, PARTIES, SIGNING, TABLE, Twin, each, move, sign, some_sign
from tests.typeset_pages import send_typeset
from tests.workflow.second_workflow import WALKS


def referral(twin: Twin) -> None:
    with twin.table.writing() as db:
        refer_case(db, twin.table, *PARTIES, workflow=WALKS)


def asking(twin: Twin) -> None:
    """It is ordered and Meri hosts; each guest says yes and tells her something, some also by telephone."""
    with twin.of(ALIKE) as does:
        does("Vilho", acts.orders.order_mediation, terms="Kolme kävelyä.")
        twin.at["Meri"] = does("Vilho", acts.cases.assign_mediator, twin.house.people["Meri"], role="host").id
        someone = acts.participants.Someone(person_id=twin.house.people["Tuula"])
        twin.at["Tuula"] = does("Meri", acts.participants.add_participant, someone, "listener").id
        does("Meri", acts.sessions.plan_session, "walk", twin.house.clock.at)
    each(twin, INNER, acts.terms.agree_to_mediate)
    for name in PARTIES:
        for _ in range(twin.dice[twin.kind_of(name)].randrange(3)):
            twin.does(twin.kind_of(name), name, acts.statements.speak_privately, twin.words(twin.kind_of(name)))
    for _ in range(twin.dice[INNER].randrange(3)):
        call(twin)()


def walking(twin: Twin) -> None:
    """They walk and talk; then Sari leaves, the others say yes again, and perhaps it is asked anew."""
    move(twin, "set-out")
    session = twin.session("walk")
    twin.does(ALIKE, "Meri", acts.sessions.begin_session, session)
    with twin.of(TABLE) as does:
        for name in twin.order(TABLE, twin.parties()):
            does(name, acts.statements.speak_to_table, twin.words(TABLE))
    twin.does(ALIKE, "Meri", acts.sessions.end_session, session)
    twin.does(ALIKE, "Sari", acts.leaving.withdraw, confirmed=True)
    each(twin, INNER, acts.terms.agree_to_mediate)
    twin.does(ALIKE, "Meri", acts.stopping.resume)


def writing_down(twin: Twin) -> None:
    """What they agreed is written and sent, and signed by some."""
    owners = ["Pekka"] * (1 + twin.dice[TABLE].randrange(4))
    with twin.of(TABLE):
        texts = {"fi": acts.agreements.TextWords(twin.words(TABLE))}
        cases.draft(twin.db, twin.table, owners=owners, texts=texts)
    twin.does(ALIKE, "Meri", send_typeset)
    some_sign(twin, SIGNING, twin.parties())


def coming_home(twin: Twin) -> None:
    for name in twin.order(SIGNING, twin.parties()):
        sign(twin, SIGNING, name)
    move(twin, "come-home")


# Where a case may stand when somebody looks.


def call(twin: Twin) -> Callable[[], object]:
    """Meri has Pekka on the telephone."""
    with twin.of(INNER, later=False) as does:
        planned = does(
            "Meri", acts.sessions.plan_session, "call", twin.house.clock.at, with_participant=twin.at["Pekka"]
        )
        does("Meri", acts.sessions.begin_session, planned.id)
        does("Pekka", acts.statements.speak_privately, twin.words(INNER))
    return lambda: twin.does(INNER, "Meri", acts.sessions.end_session, planned.id, later=False)
