"""How a mediation meets, stands still and ends: its declaration against the page, written by hand from that page."""

from mediation.acts.agreement_versions import drop_unsealed
from mediation.acts.closing import count_settled, end_all_sessions
from tests.role_codes import Role
from workflows.mediation import MEDIATION

MEDIATORS = {Role.MEDIATOR, Role.CO_MEDIATOR}
TABLE = MEDIATORS | {Role.PARTY}
COMPANIONS = {Role.SUPPORT_PERSON, Role.INTERPRETER}
BY_NAME = COMPANIONS | {Role.EMPLOYER_REPRESENTATIVE}
JOINT = ("opening", "problem-definition", "dialogue", "solutions")


def test_each_kind_of_session_is_planned_by_calls_and_serves_what_the_page_names() -> None:
    kinds = MEDIATION.session_kinds.items()
    called = {code: (set(one.planned_by), set(one.calls), set(one.may_call), one.serves) for code, one in kinds}
    assert called == {
        "information": (MEDIATORS, {Role.PARTY, Role.COMMUNITY_MEMBER}, COMPANIONS, ()),
        "separate": (MEDIATORS, set(), COMPANIONS, ()),
        "pair": (MEDIATORS, set(), {Role.PARTY} | BY_NAME, ()),
        "joint": (MEDIATORS, {Role.PARTY}, BY_NAME, JOINT),
        "follow-up": (TABLE, {Role.PARTY}, BY_NAME, ("follow-up",)),
        "caucus": (MEDIATORS, set(), set(), ()),
    }


def test_a_caucus_is_opened_a_separate_meeting_is_alone_a_joint_session_serves_any_phase_and_a_follow_up_counts() -> (
    None
):
    kinds = MEDIATION.session_kinds.items()
    assert {code for code, one in kinds if one.alone} == {"separate", "caucus"}
    assert {code for code, one in kinds if one.of_some} == {"pair"} == set(MEDIATION.kinds_of_some)
    assert {code for code, one in kinds if one.opened} == {"caucus"}
    assert {code for code, one in kinds if one.may_serve_any} == {"joint"}
    assert {code for code, one in kinds if one.begins_clock} == {"follow-up"}
    assert MEDIATION.planned_kinds == ("information", "separate", "pair", "joint", "follow-up")


def test_a_mediator_names_every_cause_of_a_suspension_but_those_that_parties_give() -> None:
    assert set(MEDIATION.causes) - set(MEDIATION.given_causes) == {"pause", "withdrawal"}
    assert MEDIATION.given_causes == ("absence", "impasse", "process-pending", "re-screening", "tie", "other")


def test_an_outcome_that_is_not_so_is_refused_in_its_own_words() -> None:
    assert {code: one.refused_as for code, one in MEDIATION.outcomes.items() if one.refused_as} == {
        "agreement-lapsed": "no-agreement-in-force",
        "partial-agreement": "no-agreement-in-force",
        "understanding": "no-understanding-reached",
        "no-agreement": "agreement-in-force",
        "final-date-passed": "final-date-ahead",
    }


def test_what_only_the_follow_up_shows_comes_with_the_last_phase_and_is_never_chosen() -> None:
    by_closing = {"agreement-kept", "agreement-unreported"}
    of_before = {"understanding-without-text"}  # how cases ended before an understanding was a way on
    assert {code for code, one in MEDIATION.outcomes.items() if one.reached} == by_closing | of_before


def test_with_fewer_than_two_parties_a_case_ends_as_withdrawn_with_what_is_not_sealed_and_its_sessions_and_counts() -> (
    None
):
    assert MEDIATION.least == (2, "withdrawn")
    assert MEDIATION.at_end == (drop_unsealed, end_all_sessions, count_settled)
