"""Sending an agreement for signing asks the guards of the move that it is sent for."""

from dataclasses import replace

import pytest

from mediation.acts.signing import prepare_sending
from mediation.errors import NotYet
from mediation.workflow.declaration import Workflow
from tests.cases import case_in, draft
from tests.houses import House
from workflows.mediation import MEDIATION

WORDS = {
    "commitments-complete": "commitments",
    "disclosure-decided": "disclosure",
    "follow-up-planned": "follow-up",
    "owners-sign": "C2: owner-signs",
}


def without(guard: str) -> Workflow:
    """The mediation in which no transition has this guard of its own."""
    phases = [
        replace(
            phase,
            transitions=tuple(
                replace(move, when=tuple(one for one in move.when if one.code != guard)) for move in phase.transitions
            ),
        )
        for phase in MEDIATION.phases
    ]
    return replace(MEDIATION, phases=tuple(phases))


def test_sending_waits_for_what_beginning_the_follow_up_asks_and_for_nothing_that_it_does_not(
    sqlite_house: House,
) -> None:
    table = case_in(sqlite_house, "solutions", ready=False)
    with table.undone() as db:
        seat = table.seat(db, "Meri")

        def missing(workflow: Workflow) -> set[str]:
            with pytest.raises(NotYet, match="agreement-incomplete") as refused:
                prepare_sending(db, replace(seat, workflow=workflow))
            return set(str(refused.value.details["missing"]).split(", "))

        draft(db, table, owners=("Pekka", "Vilho"), disclosure_decided=False)
        asked = {"disclosure-decided", "follow-up-planned", "owners-sign"}
        assert missing(MEDIATION) == {WORDS[one] for one in asked}
        for guard in asked:
            assert missing(without(guard)) == {WORDS[one] for one in asked - {guard}}

        draft(db, table, commitments=[], disclosure_decided=False)
        asked = {"commitments-complete", "disclosure-decided", "follow-up-planned"}
        assert missing(MEDIATION) == {WORDS[one] for one in asked}
        assert missing(without("commitments-complete")) == {WORDS[one] for one in asked - {"commitments-complete"}}
