"""What single guards mean, over facts alone: every state of a session, every answer, every number of people."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from mediation.workflow.declaration import Cause, Guard
from mediation.workflow.facts import (
    AgreementFacts,
    CommitmentFacts,
    Facts,
    ParticipantFacts,
    ScreeningFacts,
    SessionFacts,
    UnderstandingFacts,
)
from tests.role_codes import Role
from tests.workflow.test_workflow import facts_in
from workflows import guards, standing_guards
from workflows.mediation import MEDIATION

STATES = ("planned", "begun", "held", "cancelled")
Marks = Mapping[tuple[str, str], str]

CASE = facts_in("follow-up")
[SEALED] = CASE.agreements


def someone(name: str, role: Role, marks: Marks | None = None) -> ParticipantFacts:
    return ParticipantFacts(name, frozenset({role}), True, None, marks or {})


def with_people(*people: ParticipantFacts, **changes: Any) -> Facts:
    return replace(CASE, participants=people, **changes)


def with_session(kind: str, state: str, serves: str = "", whose: str | None = None) -> Facts:
    """Facts with this one session, at which Aino was and Pekka was not."""
    session = SessionFacts("s", kind, frozenset({serves}), whose, "2027-01", state)
    here = someone("aino", Role.PARTY, {("attended", "s"): "present"}), someone("pekka", Role.PARTY)
    return with_people(*here, sessions=(session,))


@pytest.mark.parametrize("state", STATES)
def test_a_session_counts_as_planned_or_begun_by_its_state(state: str) -> None:
    begun, ahead = state in {"begun", "held"}, state in {"planned", "begun", "held"}
    for phase, guard in (("opening", guards.opening_begun), ("dialogue", guards.dialogue_begun)):
        assert guard.is_met(with_session("joint", state, phase)) == begun
        assert not guard.is_met(with_session("joint", state, "solutions"))
    assert guards.joint_session_planned.is_met(with_session("joint", state, "opening")) == ahead
    assert not guards.joint_session_planned.is_met(with_session("joint", state, "dialogue"))
    attended = guards.attended_opening.missing(with_session("joint", state, "opening"))
    assert attended == (("pekka",) if begun else ("aino", "pekka"))
    assert guards.attended_opening.missing(with_session("joint", state, "dialogue")) == ("aino", "pekka")


@pytest.mark.parametrize("state", STATES)
def test_a_follow_up_is_planned_until_it_begins_and_a_caucus_is_open_once_it_has_begun(state: str) -> None:
    assert guards.follow_up_planned.is_met(with_session("follow-up", state)) == (state == "planned")
    assert not guards.follow_up_planned.is_met(with_session("joint", state))
    assert standing_guards.no_open_caucus.is_met(with_session("caucus", state)) == (state != "begun")
    assert standing_guards.no_open_caucus.is_met(with_session("separate", state))


@pytest.mark.parametrize("answer", ["present", "caught-up", "absent", None])
def test_being_present_or_catching_up_counts_as_attending(answer: str | None) -> None:
    marks = {("attended", "s"): answer} if answer else {}
    for guard, kind, serves in (
        (guards.attended_opening, "joint", "opening"),
        (guards.met_separately, "separate", ""),
    ):
        facts = with_session(kind, "held", serves, whose="pekka")
        facts = replace(facts, participants=(someone("pekka", Role.PARTY, marks),))
        assert guard.is_met(facts) == (answer in {"present", "caught-up"})


@pytest.mark.parametrize("kind", ["separate", "caucus", "joint", "information"])
@pytest.mark.parametrize("whose", ["aino", "pekka", None])
def test_only_a_separate_meeting_of_ones_own_is_one(kind: str, whose: str | None) -> None:
    missing = guards.met_separately.missing(with_session(kind, "held", whose=whose))
    assert missing == (("pekka",) if (kind, whose) == ("separate", "aino") else ("aino", "pekka"))


def test_a_party_who_waived_the_separate_meeting_needs_none() -> None:
    waived = someone("aino", Role.PARTY, {("waived-separate-meeting", ""): "yes"})
    facts = with_people(waived, someone("pekka", Role.PARTY), sessions=())
    assert guards.met_separately.missing(facts) == ("pekka",)
    safe = ScreeningFacts("suitable-with-safeguards", frozenset({"separate-meetings"}))
    assert guards.met_separately.missing(replace(facts, screening=safe)) == ("aino", "pekka")


@pytest.mark.parametrize("states", list(product([None, *STATES], repeat=2)))
@pytest.mark.parametrize("waived", [(), ("aino",), ("aino", "pekka")])
def test_follow_ups_are_held_when_one_was_and_none_lies_ahead_or_every_party_waived(
    states: tuple[str | None, ...], waived: tuple[str, ...]
) -> None:
    marks, agreements = {("waived-follow-ups", "a1"): "yes"}, facts_in("follow-up").agreements
    parties = (someone(name, Role.PARTY, marks if name in waived else {}) for name in ("aino", "pekka"))
    sessions = [SessionFacts("s", "follow-up", frozenset(), None, "2027-01", state) for state in states if state]
    others = [SessionFacts("o", "joint", frozenset(), None, "2027-01", state) for state in ("planned", "held")]
    facts = with_people(*parties, someone("kaarina", Role.EMPLOYER_REPRESENTATIVE), sessions=(*sessions, *others))
    facts = replace(facts, agreements=agreements)
    held = "held" in states and not {"planned", "begun"} & {*states}
    assert guards.follow_ups_held.is_met(facts) == (held or len(waived) == 2)
    next_version = replace(agreements[0], id="a2", version=2)
    assert guards.follow_ups_held.is_met(replace(facts, agreements=(*agreements, next_version))) == held


def test_whoever_is_to_be_offered_a_support_person_has_one() -> None:
    aino = replace(someone("aino", Role.PARTY), marks={("support-to-offer", ""): "yes"})
    tuula = replace(someone("tuula", Role.SUPPORT_PERSON), supports="aino")
    assert guards.support_offered.is_met(with_people(someone("aino", Role.PARTY)))
    assert not guards.support_offered.is_met(with_people(aino))
    assert guards.support_offered.is_met(with_people(aino, tuula))
    assert not guards.support_offered.is_met(with_people(aino, replace(tuula, supports="pekka")))
    assert not guards.support_offered.is_met(with_people(aino, replace(tuula, roles=frozenset())))


@pytest.mark.parametrize("parties", range(7))
@pytest.mark.parametrize("co_mediators", range(3))
def test_two_parties_are_enough_and_more_than_four_ask_for_a_co_mediator(parties: int, co_mediators: int) -> None:
    people = [someone(f"p{number}", Role.PARTY) for number in range(parties)]
    people += [someone(f"c{number}", Role.CO_MEDIATOR) for number in range(co_mediators)]
    facts = with_people(*people, someone("meri", Role.MEDIATOR))
    assert standing_guards.two_parties.is_met(facts) == (parties >= 2)
    assert guards.co_mediated_where_many.is_met(facts) == (parties <= 4 or co_mediators > 0)
    assert standing_guards.mediator_assigned.is_met(facts)
    assert not standing_guards.mediator_assigned.is_met(with_people(*people))


@pytest.mark.parametrize("options", range(4))
def test_two_options_have_been_considered_when_there_are_two(options: int) -> None:
    assert guards.options_considered.is_met(replace(CASE, options=options)) == (options >= 2)


@pytest.mark.parametrize("goals", range(3))
def test_one_goal_is_enough(goals: int) -> None:
    assert CASE.problem is not None
    assert guards.goal_set.is_met(replace(CASE, problem=replace(CASE.problem, goals=goals))) == (goals > 0)


@pytest.mark.parametrize(
    "outcome", ["suitable", "suitable-with-safeguards", "postponed", "employer-duty-to-act", "referred"]
)
def test_only_a_suitable_screening_is_one_with_safeguards_or_without(outcome: str) -> None:
    facts = replace(CASE, screening=ScreeningFacts(outcome, frozenset()))
    assert standing_guards.screened_suitable.is_met(facts) == outcome.startswith("suitable")
    assert not standing_guards.screened_suitable.is_met(replace(CASE, screening=None))
    assert standing_guards.safeguards_in_place.is_met(replace(CASE, screening=None))


@pytest.mark.parametrize("role", list(Role))
def test_a_safeguard_is_in_place_when_any_mediator_put_it_there(role: Role) -> None:
    wanted = ScreeningFacts("suitable-with-safeguards", frozenset({"breaks", "reflection-time"}))
    first = someone("meri", Role.MEDIATOR, {("safeguard-in-place", "breaks"): "yes"})
    second = someone("other", role, {("safeguard-in-place", "reflection-time"): "yes"})
    is_met = standing_guards.safeguards_in_place.is_met(with_people(first, second, screening=wanted))
    assert is_met == (role in {Role.MEDIATOR, Role.CO_MEDIATOR})


@pytest.mark.parametrize("there", [True, False])
def test_a_safeguard_that_the_case_itself_tells_is_in_place_when_it_is_so(there: bool) -> None:
    bound = {("undertook-confidentiality", ""): "yes"} if there else {}
    met = {("attended", "s2"): "present"} if there else {("waived-separate-meeting", ""): "yes"}
    people = (
        someone("meri", Role.MEDIATOR),
        someone("ilmari", Role.CO_MEDIATOR if there else Role.SUPPORT_PERSON),
        someone("tiina", Role.INTERPRETER, bound),
        someone("aino", Role.PARTY, {("attended", "s1"): "present"}),
        someone("pekka", Role.PARTY, met),
    )
    for code in ("co-mediator", "interpreter", "separate-meetings"):
        wanted = ScreeningFacts("suitable-with-safeguards", frozenset({code}))
        facts = replace(facts_in("preparation"), participants=people, screening=wanted)
        assert standing_guards.safeguards_in_place.is_met(facts) == there, code


OF_EACH_PARTY = (
    "no-open-objection",
    "agreed-to-mediate",
    "met-separately",
    "attended-opening",
    "accepted-ground-rules",
    "had-opening-turn",
    "stated-view",
    "accepted-problem-statement",
    "accepted-understanding",
    "ready-for-solutions",
    "everyone-signed",
    "reported-on-commitments",
)


@pytest.mark.parametrize("role", list(Role))
def test_a_guard_about_each_names_whom_it_waits_for_by_role(role: Role) -> None:
    """Somebody who did nothing at all is waited for exactly by the guards that are about their role."""
    others = {
        "ties-declared": {Role.MEDIATOR, Role.CO_MEDIATOR},
    }
    waiting = {code: {Role.PARTY} for code in OF_EACH_PARTY} | others
    facts = with_people(*CASE.participants, someone("new", role))
    every = {
        one.code: one for one in [*vars(guards).values(), *vars(standing_guards).values()] if isinstance(one, Guard)
    }
    assert {code for code, one in every.items() if "new" in one.missing(facts)} == {
        code for code, roles in waiting.items() if role in roles
    }


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("answer", ["accepted", "objected", None])
def test_an_objection_counts_against_the_present_mediator(role: Role, answer: str | None) -> None:
    marks = {("ties-answered", "d1"): "accepted"} | ({("ties-answered", "d2"): answer} if answer else {})
    facts = with_people(
        someone("meri", Role.MEDIATOR),
        someone("ilmari", role),
        someone("aino", Role.PARTY, marks),
        declared={"meri": "d1", "ilmari": "d2", "left": "d3"},
    )
    blocks = role in {Role.MEDIATOR, Role.CO_MEDIATOR} and answer != "accepted"
    assert ("aino" in standing_guards.no_open_objection.missing(facts)) == blocks


# Agreements.


def version(number: int, state: str, owners: str = "pekka", **changes: Any) -> AgreementFacts:
    line = CommitmentFacts(f"c{number}", "l1", frozenset(owners.split()), frozenset())
    return replace(SEALED, id=f"a{number}", version=number, state=state, commitments=(line,), **changes)


@pytest.mark.parametrize("state", ["draft", "sent", "sealed", "superseded"])
def test_an_agreement_is_sent_from_when_it_is_until_it_is_replaced(state: str) -> None:
    assert guards.agreement_sent.is_met(replace(CASE, agreements=(version(1, state),))) == (state in {"sent", "sealed"})


def test_without_an_agreement_nothing_of_it_holds_and_every_party_is_still_to_sign() -> None:
    facts = replace(CASE, agreements=())
    for guard in (guards.agreement_sent, guards.commitments_complete, guards.disclosure_decided):
        assert not guard.is_met(facts)
    assert guards.owners_sign.is_met(facts)
    assert guards.everyone_signed.missing(facts) == ("aino", "pekka", "kaarina")
    assert guards.reported_on_commitments.missing(facts) == ("aino", "pekka")


def test_an_agreement_without_a_commitment_is_not_complete() -> None:
    assert not guards.commitments_complete.is_met(replace(CASE, agreements=(replace(SEALED, commitments=()),)))


@pytest.mark.parametrize("owner", ["aino", "kaarina", "tuula", "meri", "nobody"])
def test_only_who_signs_can_own_a_commitment(owner: str) -> None:
    facts = replace(CASE, agreements=(version(1, "sent", f"pekka {owner}"),))
    assert guards.owners_sign.is_met(facts) == (owner in {"aino", "kaarina"})
    assert guards.owners_sign.is_met(replace(CASE, agreements=(version(1, "sent", "aino pekka kaarina"),)))


@pytest.mark.parametrize("owners", ["pekka", "pekka kaarina"])
@pytest.mark.parametrize("signed", ["", "aino", "aino pekka", "aino pekka kaarina"])
def test_every_party_signs_and_a_representative_who_has_lines_of_their_own(owners: str, signed: str) -> None:
    facts = replace(CASE, agreements=(version(1, "sent", owners, signed_by=frozenset(signed.split())),))
    needed = {"aino", "pekka", *owners.split()}
    assert set(guards.everyone_signed.missing(facts)) == needed - set(signed.split())


@pytest.mark.parametrize("owners", ["pekka", "pekka kaarina", "pekka nobody"])
@pytest.mark.parametrize("signed", ["", "pekka", "aino pekka", "aino pekka nobody", "aino pekka kaarina nobody"])
def test_the_signature_that_seals_is_the_last_that_the_guard_waits_for_and_that_of_owners_who_left(
    owners: str, signed: str
) -> None:
    facts = replace(CASE, agreements=(version(1, "sent", owners, signed_by=frozenset(signed.split())),))
    left = {"nobody"} & set(owners.split()) - set(signed.split())
    yet = facts.yet_to_sign(frozenset({Role.PARTY}), frozenset({Role.EMPLOYER_REPRESENTATIVE}))
    assert yet == set(guards.everyone_signed.missing(facts)) | left


def test_owning_a_line_makes_nobody_a_signatory_but_a_representative_who_is_there() -> None:
    facts = replace(CASE, agreements=(version(1, "sent", "kaarina tuula meri nobody"),))
    consenting, representing = frozenset({Role.PARTY}), frozenset({Role.EMPLOYER_REPRESENTATIVE})
    assert facts.signatories(consenting, representing) == {"aino", "pekka", "kaarina"}
    assert replace(facts, agreements=()).signatories(consenting, representing) == {"aino", "pekka"}


@pytest.mark.parametrize("asked", ["a1", "a2", None])
@pytest.mark.parametrize("reported", [True, False])
def test_who_was_asked_twice_about_the_agreement_in_force_is_waited_for_no_longer(
    asked: str | None, reported: bool
) -> None:
    marks = {("asked-to-report-again", asked): "yes"} if asked else {}
    told = frozenset({"aino"} if reported else ())
    versions = version(1, "superseded", reported_by=frozenset({"aino"})), version(2, "sealed", reported_by=told)
    facts = with_people(someone("aino", Role.PARTY, marks), agreements=versions)
    assert guards.reported_on_commitments.is_met(facts) == (reported or asked == "a2")


@pytest.mark.parametrize("breach", [True, False])
@pytest.mark.parametrize("asked", [(), ("aino",), ("aino", "pekka")])
def test_amending_needs_a_breach_or_that_every_party_asks(breach: bool, asked: tuple[str, ...]) -> None:
    marks = {("asked-for-change", ""): "yes"}
    parties = [someone(name, Role.PARTY, marks if name in asked else {}) for name in ("aino", "pekka")]
    open_breaches = frozenset({"l1"} if breach else ())
    facts = with_people(*parties, open_breaches=open_breaches)
    assert guards.breach_or_joint_request.is_met(facts) == (breach or len(asked) == 2)
    assert guards.no_open_breach.is_met(facts) != breach
    assert guards.breach_or_joint_request.is_met(with_people(open_breaches=open_breaches)) == breach


# Who gets a letter that the follow-up begins.

REPRESENTATIVE = someone("kaarina", Role.EMPLOYER_REPRESENTATIVE)


@pytest.mark.parametrize("in_use", [None, 1, 2, 3])
@pytest.mark.parametrize("lines", list(product(["pekka", "pekka kaarina"], repeat=3)))
def test_a_representative_hears_of_versions_that_change_their_lines(in_use: int | None, lines: tuple[str, ...]) -> None:
    versions = [version(number, "superseded", owners) for number, owners in enumerate(lines, start=1)]
    versions[-1] = replace(versions[-1], state="sealed")
    facts = replace(CASE, agreements=tuple(versions), in_use=in_use)
    concerned = any("kaarina" in owners for owners in lines[-2:])
    assert guards.hears_of_follow_up(REPRESENTATIVE, facts) == (in_use != 3 and concerned)


@pytest.mark.parametrize("state", ["draft", "sent"])
def test_what_was_not_sealed_concerns_no_representative(state: str) -> None:
    facts = replace(CASE, agreements=(version(1, "sealed"), version(2, state, "kaarina")), in_use=None)
    assert not guards.hears_of_follow_up(REPRESENTATIVE, facts)
    assert not guards.hears_of_follow_up(REPRESENTATIVE, replace(CASE, agreements=(version(1, state, "kaarina"),)))


# How a case ends.


@pytest.mark.parametrize(("unresolved", "open_issues"), list(product((False, True), (0, 2))))
def test_the_outcome_of_a_follow_up_puts_unresolved_breaches_before_open_issues(
    unresolved: bool, open_issues: int
) -> None:
    facts = replace(CASE, unresolved_breaches=frozenset({"l1"} if unresolved else ()), open_issues=open_issues)
    expected = "agreement-lapsed" if unresolved else "partial-agreement" if open_issues else "agreement-kept"
    assert guards.outcome_of_follow_up(facts) == expected
    assert expected in MEDIATION.outcomes


@pytest.mark.parametrize("reported", [(), ("aino",), ("aino", "pekka")])
def test_an_agreement_counts_as_kept_only_if_every_party_said_how_it_went(reported: tuple[str, ...]) -> None:
    facts = replace(CASE, agreements=(replace(SEALED, reported_by=frozenset(reported)),))
    expected = "agreement-kept" if len(reported) == 2 else "agreement-unreported"
    assert guards.outcome_of_follow_up(facts) == expected
    assert guards.outcome_of_follow_up(replace(facts, participants=())) == "agreement-unreported"


def test_an_understanding_is_followed_up_once_it_is_reached_and_while_no_agreement_is_in_force() -> None:
    proposed = UnderstandingFacts("u1", 1, reached=False)
    reached = replace(proposed, reached=True)
    assert replace(CASE, agreements=(), understandings=(proposed,)).followed_up is None
    assert replace(CASE, agreements=(), understandings=(reached,)).followed_up == reached
    assert replace(CASE, understandings=(reached,)).followed_up == SEALED
    again = UnderstandingFacts("u2", 2, reached=False)  # what is proposed after an amendment takes nothing back
    assert replace(CASE, agreements=(), understandings=(reached, again)).followed_up == reached
    assert guards.understanding_reached(replace(CASE, agreements=(), understandings=(reached, again)))
    assert not guards.understanding_reached(replace(CASE, understandings=(reached,)))
    assert not guards.nothing_agreed(replace(CASE, agreements=(), understandings=(reached, again)))
    assert guards.nothing_agreed(replace(CASE, agreements=(), understandings=(proposed,)))
    assert guards.outcome_of_follow_up(replace(CASE, agreements=(), understandings=(reached,))) == "understanding"


@pytest.mark.parametrize("marks", [{}, {("waived-follow-ups", "u1"): "yes"}, {("asked-to-report-again", "u1"): "yes"}])
@pytest.mark.parametrize("state", STATES)
def test_a_report_is_for_a_follow_up_that_was_held_and_waiving_all_of_them_asks_for_none(
    marks: Marks, state: str
) -> None:
    sessions = (SessionFacts("s", "follow-up", frozenset({"follow-up"}), None, "2027-03", state),)
    reached = UnderstandingFacts("u1", 1, reached=True)
    aino = someone("aino", Role.PARTY, marks)
    facts = with_people(aino, agreements=(), understandings=(reached,), sessions=sessions)
    none_held = ("waived-follow-ups", "u1") in marks and state in {"planned", "cancelled"}
    assert guards.reported_on_commitments.is_met(facts) == (none_held or ("asked-to-report-again", "u1") in marks)
    assert guards.follow_ups_held.is_met(facts) == (state == "held" or ("waived-follow-ups", "u1") in marks)


def test_an_understanding_is_accepted_in_its_newest_version_and_anew_after_it_was_reached() -> None:
    aino = someone("aino", Role.PARTY, {("accepted-understanding", "u1"): "yes"})
    for understanding, is_met in (
        (None, False),
        (UnderstandingFacts("u1", 1, reached=False), True),
        (UnderstandingFacts("u1", 1, reached=True), False),
        (UnderstandingFacts("u2", 2, reached=False), False),
    ):
        facts = with_people(aino, agreements=(), understandings=(understanding,) if understanding else ())
        assert guards.accepted_understanding.is_met(facts) == is_met
        assert guards.disclosure_decided.is_met(facts) == (understanding is not None)


def test_an_outcome_with_an_agreement_needs_one_in_force_and_one_without_needs_none() -> None:
    signed, unsigned = replace(CASE, agreements=(version(1, "sealed"),)), replace(CASE, agreements=())
    asked = {code: one.when for code, one in MEDIATION.outcomes.items()}
    for code in ("agreement-lapsed", "partial-agreement"):
        assert (asked[code](signed), asked[code](unsigned)) == (True, False), code
    assert (asked["no-agreement"](signed), asked["no-agreement"](unsigned)) == (False, True)
    for passed in (False, True):
        assert asked["final-date-passed"](replace(CASE, final_date_passed=passed)) == passed


# How guards are explained.


def test_a_guard_asked_after_one_cause_only_waits_for_nobody_after_another() -> None:
    inner = standing_guards.agreed_to_mediate
    after = replace(MEDIATION, causes={"withdrawal": Cause((inner,))}).resume_when[0]
    unwilling = with_people(someone("aino", Role.PARTY))
    withdrawn = replace(unwilling, suspensions=frozenset({"withdrawal"}))
    assert (after.code, after.met_by, after.implies) == (inner.code, inner.met_by, inner.implies)
    assert (after.is_met(withdrawn), after.missing(withdrawn)) == (False, ("aino",))
    for other in (unwilling, replace(unwilling, suspensions=frozenset({"pause"}))):
        assert (after.is_met(other), after.missing(other)) == (True, ())


def test_what_only_warns_names_the_acts_that_would_end_the_warning() -> None:
    warnings = {
        (one.code, move.code): {guard.code: guard.met_by for guard in move.warns}
        for one in MEDIATION.phases
        for move in one.transitions
        if move.warns
    }
    assert warnings == {
        ("preparation", "open"): {
            "co-mediated-where-many": ("assign-mediator", "add-participant"),
            "support-offered": ("add-participant",),
        },
        ("solutions", "begin-follow-up"): {"options-considered": ("propose-option",)},
    }
