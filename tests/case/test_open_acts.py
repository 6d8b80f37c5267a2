"""What is open to whom at a real case is what the page names, and everybody can stop."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mediation.acts import stopping
from mediation.acts.leaving import withdraw
from mediation.case import engine
from mediation.case.permission import permit
from mediation.case.seat import Doer, Manner
from mediation.errors import MediationError
from mediation.store.database import Db
from mediation.workflow.declaration import Way
from tests.cases import Table
from tests.role_codes import Role
from tests.workflow.test_workflow import ALL_ACTS, MEDIATORS, OWN_HAND, PARTY, PHASES, open_in
from workflows.mediation import MEDIATION

# Who may know that a case is suspended; to everybody else an act is just not open.
KNOW_OF_A_SUSPENSION = MEDIATORS | PARTY

# Who may not know in which phase a case is, nor that it ended, and yet may do something: to them it is always as at the
# start, or a refusal would reveal it.
KNOW_NO_PHASE = {Role.INTERPRETER, Role.FORMER_PARTY, Role.INITIATOR, Role.COMMUNITY_MEMBER}


def answer(db: Db, seat: Any, act: str, manner: Manner = Manner()) -> str:  # noqa: B008 - it is frozen
    """What `permit` says of an act: `permitted`, or the code of its refusal."""
    try:
        assert isinstance(permit(db, seat, act, manner), Doer)
    except MediationError as refused:
        return refused.code
    return "permitted"


@pytest.mark.parametrize("role", list(Role))
def test_an_act_that_is_not_declared_is_closed(ready_case: Callable[[str], Table], role: Role) -> None:
    table = ready_case("opening")
    with table.writing() as db:
        seat = replace(table.seat(db, "Aino"), roles=MEDIATION.roles_of({role}))
        ever = {act for one in PHASES for act, who in open_in(one).items() if role in who}
        for phase_code in PHASES:
            here = replace(seat, case=replace(seat.case, phase=phase_code))
            known = PHASES[0] if role in KNOW_NO_PHASE else phase_code
            now = {act for act, who in open_in(known).items() if role in who}
            still = {act for act, who in open_in(known, suspended=True).items() if role in who}
            for act in [*ALL_ACTS, "fly"]:
                expected = "act-not-open" if act in ever else "act-not-yours"
                assert answer(db, here, act) == ("permitted" if act in now else expected)
                if act in now:
                    expected = "case-suspended" if role in KNOW_OF_A_SUSPENSION else "act-not-open"
                stopped = replace(here, suspended=True)
                assert answer(db, stopped, act) == ("permitted" if act in still else expected)


@pytest.mark.parametrize("act", sorted(OWN_HAND))
def test_no_mediator_can_say_for_another_what_needs_their_own_hand(
    ready_case: Callable[[str], Table], act: str
) -> None:
    table = ready_case("solutions")
    with table.writing() as db:
        said = Manner(Way.SAID, for_whom=table.ids["Pekka"])
        assert answer(db, table.seat(db, "Meri"), act, said) == "own-hand-only"


# Everybody can stop.


@pytest.mark.parametrize("suspended", [False, True], ids=["going on", "suspended"])
@pytest.mark.parametrize("phase_code", PHASES[:-1])
def test_from_everywhere_each_party_can_stop_and_the_mediator_can_end_the_case(
    ready_case: Callable[[str], Table], phase_code: str, suspended: bool
) -> None:
    table = ready_case(phase_code)
    acts: list[tuple[str, Callable[..., Any], tuple[str, ...]]] = [
        ("Aino", withdraw, ()),
        ("Pekka", withdraw, ()),
        ("Aino", stopping.pause, ()),
        ("Pekka", stopping.pause, ()),
        ("Meri", stopping.discontinue, ("referred",)),
    ]
    for name, act, given in acts:
        with table.undone() as db:
            if suspended:
                engine.suspend(db, table.seat(db, "Meri"), "other", db.today() + timedelta(days=7))
            table.does(db, name, act, *given)
            facts, case = table.facts(db), table.seat(db, "Vilho").case
            assert facts.suspensions or case.phase == "closed"
            assert case.phase == ("closed" if act is stopping.discontinue else phase_code)
