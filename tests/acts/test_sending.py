"""Sending an agreement for signing asks the guards of the move that it is sent for."""

from dataclasses import replace
from pathlib import Path

import pytest

from mediation.acts.agreements import Lack
from mediation.acts.sending import prepare_sending
from mediation.errors import NotYet
from mediation.workflow.declaration import Workflow
from tests.cases import case_in, draft
from tests.houses import House
from workflows import guards
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


@pytest.mark.parametrize("lack", Lack)
def test_every_lack_is_some_guards_and_guards_that_name_an_unknown_one_cannot_be_imported(lack: Lack) -> None:
    source, named = Path(guards.__file__).read_text("utf-8"), f"lack=Lack.{lack.name})"
    assert [one.lack for one in MEDIATION.phase("solutions").transitions[0].when].count(lack) == 1
    assert source.count(named) == 1
    with pytest.raises(AttributeError, match=f"{lack.name}_TOO"):
        exec(compile(source.replace(named, f"lack=Lack.{lack.name}_TOO)"), "guards", "exec"), {"__name__": "guards"})
