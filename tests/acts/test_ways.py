"""How an act comes about: on one's own device, said in the room, in person on the mediator's device, or on paper.

Walked over every act that a mediator may record for somebody (workflow.md, "Ways").
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from api.addresses import ADDRESSES
from mediation.acts.acting import Act
from tests.acts.test_twice import PHASES, asked_in, told
from tests.asking import Ask
from tests.asking_of_supervision import ASKS_OF_SUPERVISION, desk_for
from tests.houses import House
from tests.world import LiveCase, rows
from workflows.mediation import MEDIATION
from workflows.supervision import SUPERVISION

Json = Mapping[str, Any]


def act_of(ask: Ask, body: Json) -> Act[..., Any] | None:
    """The act that is asked for, if it may be recorded for somebody."""
    method, _, path = ask.route.partition(" ")
    found = next((one for one in ADDRESSES if (one.method, one.path) == (method, path)), None)
    chosen = found.chosen(body) if found is not None else None
    return chosen if chosen is not None and chosen.recordable else None


def recordable(phase: str) -> Sequence[Ask]:
    """What is asked for in a phase and may be recorded for whom it is of."""
    return [ask for ask in asked_in(phase) if ask.who not in {"Meri", "Vilho", "Ilmari", "Raili", "Leena"}]


def leader(ask: Ask) -> str:
    """Who leads the case that is asked."""
    return "Raili" if ask in ASKS_OF_SUPERVISION else "Meri"


def sent_for(case: LiveCase, ask: Ask, way: Json) -> tuple[str, dict[str, Any], Act[..., Any] | None]:
    _, route, body = ask.of(case)
    return route, {**(body or {}), **way}, act_of(ask, body or {})


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.part(6)
def test_what_may_be_said_is_recorded_as_said_and_what_takes_an_own_hand_never(sqlite_house: House, phase: str) -> None:
    faults = []
    for ask in recordable(phase):
        case = desk_for(sqlite_house, ask)
        route, body, act = sent_for(case, ask, {"way": "said", "for": case.ids[ask.who]})
        if act is None:
            continue
        before = rows(sqlite_house)
        answer = case.ask(leader(ask), route, body)
        # What came by somebody's own device is corrected there alone.
        own_hand = act.permission in {*MEDIATION.own_hand, *SUPERVISION.own_hand, "correct-what-was-recorded"}
        if own_hand and (
            answer.status_code != 403 or "own-hand-only" not in answer.text or rows(sqlite_house) != before
        ):
            faults.append(f"{ask} takes an own hand: {answer.status_code} {answer.text}")
        if not own_hand and not answer.is_success:
            faults.append(f"{ask} may be said: {answer.status_code} {answer.text}")
    told(faults)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("way", ["in-person", "paper"])
@pytest.mark.part(11)
def test_in_person_takes_ones_own_name_and_paper_its_scan(sqlite_house: House, phase: str, way: str) -> None:
    faults = []
    for ask in recordable(phase):
        case = desk_for(sqlite_house, ask)
        theirs = {"way": way, "for": case.ids[ask.who]}
        route, body, act = sent_for(case, ask, theirs)
        if act is None:
            continue
        proof = {"confirmed_name": ask.who} if way == "in-person" else case.on_paper(ask.who)
        wrong = {"confirmed_name": "Joku Muu"} if way == "in-person" else {"paper": None}
        before = rows(sqlite_house)
        refused = case.ask(leader(ask), route, body | wrong)
        if refused.status_code != 422 or rows(sqlite_house) != before:
            faults.append(f"{ask} without proof: {refused.status_code} {refused.text}")
        answer = case.ask(leader(ask), route, body | proof)
        if not answer.is_success:
            faults.append(f"{ask} with proof: {answer.status_code} {answer.text}")
    told(faults)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.part(6)
def test_nobody_records_for_another_but_who_leads_the_case(sqlite_house: House, phase: str) -> None:
    faults = []
    for ask in recordable(phase):
        case = desk_for(sqlite_house, ask)
        two = ("Olli", "Sanna") if ask in ASKS_OF_SUPERVISION else ("Pekka", "Aino")
        whom = next(one for one in two if one != ask.who)
        route, body, act = sent_for(case, ask, {"way": "said", "for": case.ids[whom]})
        if act is None:
            continue
        before = rows(sqlite_house)
        answer = case.ask(ask.who, route, body)
        if answer.status_code != 403 or "recorder-needed" not in answer.text or rows(sqlite_house) != before:
            faults.append(f"{ask}: {answer.status_code} {answer.text}")
    told(faults)
