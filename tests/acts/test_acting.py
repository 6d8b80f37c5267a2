"""Acts are declared: permitted first, recorded under their own code, and done at one address."""

import ast
import re

import api.addresses as table
from mediation.acts.acting import ACTS, SEATED
from mediation.acts.representing import OWN_ACTS
from mediation.workflow.declaration import Trait
from tests.houses import application
from tests.test_house import modules
from tests.walked_routes import walk_routes
from workflows import WORKFLOWS

# Who appends to the record besides acts: what moves or ends a case, what nobody does, what an office does, and entries that
# an act makes beside its own.
APPEND = {
    "case/engine.py",
    "retention/run.py",
    "acts/acting.py",
    "acts/cases.py",  # a referral, which has no case yet
    "acts/inquiries.py",  # an inquiry that was confirmed, before anybody has a seat
    "acts/holds.py",  # an authority's order, carried out by an administrator
    "acts/leaving.py",  # a withdrawal that nobody took back
    "acts/check_ins.py",
    "people/new_addresses.py",  # an address that its owner proved
    "acts/orders.py",  # a change that took effect by itself
    "acts/screening.py",
    "acts/signing.py",
}
# Whose form or answer is a thing of its own: it has a route written by hand beside the table.
OF_A_CASE = "/api/cases/{number}/"
ROUTES_BY_HAND = {
    *(("POST", "views"), ("PUT", "agreement"), ("POST", "agreement/sending"), ("POST", "agreement/signatures")),
    *(("POST", "scans"), ("POST", "transitions"), ("POST", "transitions/{}/preview")),
    *(("POST", "room-sign-ins"), ("POST", "room-sign-ins/{}/confirmations")),
    *(("POST", "room-sign-ins/{}/ending"), ("PUT", "drafts")),
}
BY_HAND = {
    *("state-view", "pass-view"),
    *("draft-agreement", "send-agreement", "sign", "attach-scan"),
    *("open-in-room", "confirm-in-room", "close-in-room"),
}


def test_every_act_that_a_workflow_opens_is_declared_and_every_declared_one_is_opened_by_some() -> None:
    opened = {act for workflow in WORKFLOWS.values() for act in workflow.acts()}
    assert len(opened) > 50
    assert opened == {one.permission for one in ACTS.values()} - {SEATED}


def test_what_opens_in_one_phase_to_who_signs_own_lines_alone_is_an_own_act_that_does_not_tell_the_phase() -> None:
    in_one_phase = {
        act
        for workflow in WORKFLOWS.values()
        for phase in workflow.phases
        for act, who in phase.open_to.items()
        if who & workflow.who(Trait.REPRESENTS) and act not in workflow.in_every_phase
    }
    assert set(OWN_ACTS) == in_one_phase


def test_every_act_has_one_address() -> None:
    addressed = [one.code for address in table.ADDRESSES for one in address.acts]
    assert len(addressed) == len(set(addressed))
    assert set(addressed) | BY_HAND == set(ACTS)
    assert not set(addressed) & BY_HAND


def test_every_route_that_writes_to_a_case_does_an_addressed_act_or_one_of_those_by_hand() -> None:
    of_cases = [one for one in walk_routes(application()) if one.path.startswith(OF_A_CASE)]
    writing = {
        (method, _blank(one.path.removeprefix(OF_A_CASE)))
        for one in of_cases
        for method in one.methods - {"GET", "HEAD"}
    }
    addressed = {(one.method, _blank(one.path)) for one in table.ADDRESSES}
    assert len(addressed) > 50
    assert writing - addressed == ROUTES_BY_HAND


def _blank(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def test_what_is_not_declared_writes_no_entry_of_an_act() -> None:
    found = {
        "/".join(path.parts[-2:])
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "record.append"
    }
    assert found == APPEND
