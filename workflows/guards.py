"""The guards of all workflows: pure functions over facts. A guard's name is its code."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from mediation.acts import (
    absence,
    check_ins,
    companions,
    ground_rules,
    leaving,
    marks,
    options,
    orders,
    participants,
    problem_statements,
    referrals,
    safeguards,
    screening,
    sessions,
    statements,
    terms,
    ties,
    understandings,
    wellbeing,
)
from mediation.acts.agreements import Lack
from mediation.acts.safeguards import CO_MEDIATED, INTERPRETED, SEPARATE_MEETINGS, asks_for_separate_meetings
from mediation.acts.screening import SUITABLE
from mediation.workflow.declaration import Guard, each, guard
from mediation.workflow.facts import AgreementFacts, Facts, ParticipantFacts, SessionFacts, UnderstandingFacts
from mediation.workflow.mark_kinds import mark_kind
from workflows.mediation_roles import (
    CO_MEDIATOR,
    COMPANIONS,
    EMPLOYER_REPRESENTATIVE,
    INTERPRETER,
    MEDIATOR,
    MEDIATORS,
    PARTIES,
    PARTY,
    REPRESENTATIVES,
    SUPPORT_PERSON,
)

# The nouns whose acts leave marks: imported, they have declared them, and asking for another kind fails here.
LEAVING_MARKS = (
    *(absence, check_ins, companions, ground_rules, leaving, marks, options, orders, participants, problem_statements),
    *(referrals, safeguards, screening, sessions, statements, terms, ties, understandings, wellbeing),
)

ACCEPTED_GROUND_RULES = mark_kind("accepted-ground-rules")
ACCEPTED_PROBLEM_STATEMENT = mark_kind("accepted-problem-statement")
ACCEPTED_UNDERSTANDING = mark_kind("accepted-understanding")
AGREED_TO_MEDIATE = mark_kind("agreed-to-mediate")
ASKED_FOR_CHANGE = mark_kind("asked-for-change")
ASKED_FOR_NEUTRAL_END = mark_kind("asked-for-neutral-end")
ASKED_TO_AGREE_AGAIN = mark_kind("asked-to-agree-again")
ASKED_TO_REPORT_AGAIN = mark_kind("asked-to-report-again")
ATTENDED = mark_kind("attended")
BOUND_BY_SERVICE = mark_kind("bound-by-service")
CALLED = mark_kind("called")
SAFEGUARD_IN_PLACE = mark_kind("safeguard-in-place")
SUPPORT_TO_OFFER = mark_kind("support-to-offer")
TIES_ANSWERED = mark_kind("ties-answered")
UNDERTOOK_CONFIDENTIALITY = mark_kind("undertook-confidentiality")
UNDERTOOK_FOR_SESSION = mark_kind("undertook-for-session")
WAIVED_FOLLOW_UPS = mark_kind("waived-follow-ups")
WAIVED_SEPARATE_MEETING = mark_kind("waived-separate-meeting")

LEAST_PARTIES = 2


def _each_party_has(mark: str, *, met_by: Sequence[str]) -> Guard:
    """A guard that every party meets by having the mark of the same name."""
    kind = mark_kind(mark)
    return each(PARTY, met_by=met_by, code=kind)(lambda party, facts: party.did(kind))


# The guards of every forward transition.


@guard(met_by=["resume"])
def not_suspended(facts: Facts) -> bool:
    return not facts.suspensions


@guard(met_by=["order-mediation"])
def mediation_ordered(facts: Facts) -> bool:
    return facts.ordered


@guard(met_by=["assign-mediator"])
def mediator_assigned(facts: Facts) -> bool:
    return bool(facts.holding(MEDIATOR))


@each(*MEDIATORS, met_by=["declare-ties"])
def ties_declared(mediator: ParticipantFacts, facts: Facts) -> bool:
    return mediator.id in facts.declared


@each(PARTY, met_by=["answer-ties"])
def no_open_objection(party: ParticipantFacts, facts: Facts) -> bool:
    mediators = {one.id for one in facts.holding(*MEDIATORS)}
    current = [declaration for mediator, declaration in facts.declared.items() if mediator in mediators]
    return all(party.answer(TIES_ANSWERED, one) == "accepted" for one in current)


@guard(met_by=["screen"])
def screened_suitable(facts: Facts) -> bool:
    return facts.screening is not None and facts.screening.outcome in SUITABLE


@guard(
    met_by=[
        *("put-safeguard-in-place", "screen", "assign-mediator", "mark-attendance"),
        *("undertake-confidentiality", "bind-by-service"),
    ]
)
def safeguards_in_place(facts: Facts) -> bool:
    wanted = facts.screening.safeguards if facts.screening else frozenset()
    return all(safeguard_in_place(facts, one) for one in wanted)


def safeguard_in_place(facts: Facts, safeguard: str) -> bool:
    """Whether a safeguard is in place: the case itself shows it, or a mediator described how it is.

    Marks from earlier versions still count for the safeguards that the case shows; no new ones are made.
    """
    if safeguard in _SEEN and _SEEN[safeguard](facts):
        return True
    return any(one.did(SAFEGUARD_IN_PLACE, safeguard) for one in facts.holding(*MEDIATORS))


@guard(met_by=["add-participant"])
def two_parties(facts: Facts) -> bool:
    return len(facts.holding(PARTY)) >= LEAST_PARTIES


@each(PARTY, met_by=["agree-to-mediate"])
def agreed_to_mediate(party: ParticipantFacts, facts: Facts) -> bool:
    # To terms that ask. Who signed, and does not answer when asked twice, stays bound by that (workflow.md rule 15).
    binding = facts.binding("terms")
    signed = facts.in_force is not None and party.id in facts.in_force.signed_by
    asked_twice = signed and any(party.did(ASKED_TO_AGREE_AGAIN, one) for one in binding)
    return asked_twice or any(party.answer(AGREED_TO_MEDIATE, one) == "given" for one in binding)


def _was_there(one: ParticipantFacts, session: SessionFacts) -> bool:
    return one.answer(ATTENDED, session.id) in {"present", "left"}


def _hears(one: ParticipantFacts, facts: Facts, session: SessionFacts) -> bool:
    """Whether somebody is to hear what is said in a session under way, or about to open the table; or has heard it."""
    if session.state == "held":
        return _was_there(one, session) and not one.joined_before
    opens = session.state == "planned" and "opening" in session.serves and facts.phase == "preparation"
    is_called = one.did(CALLED, session.id) or _was_there(one, session)
    return is_called and (session.state == "begun" or opens)


@each(
    *COMPANIONS,
    EMPLOYER_REPRESENTATIVE,
    met_by=["undertake-confidentiality", "hear-undertaking", "bind-by-service", "release-companion"],
)
def companions_bound(companion: ParticipantFacts, facts: Facts) -> bool:
    if _bound(companion, facts):
        return True
    if companion.joined_before and not companion.roles.isdisjoint(COMPANIONS):
        return False  # was called to everything
    return all(companion.did(UNDERTOOK_FOR_SESSION, one.id) for one in facts.sessions if _hears(companion, facts, one))


@each(*COMPANIONS, EMPLOYER_REPRESENTATIVE, met_by=["plan-session", "release-companion"])
def companions_told(companion: ParticipantFacts, facts: Facts) -> bool:
    were = [one.id for one in facts.sessions if one.with_participant is None and _was_there(companion, one)]
    return companion.joined_before or all(companion.did(CALLED, one) for one in were)


@each(PARTY, met_by=["settle-concern", "release-companion"])
def no_open_concern(party: ParticipantFacts, facts: Facts) -> bool:
    active = {one.id for one in facts.participants if one.active}
    return not any(worried == party.id and about in active for worried, about in facts.open_concerns)


def _bound(companion: ParticipantFacts, facts: Facts) -> bool:
    """Whether somebody undertook confidentiality in own hand, or is bound by the service of an interpreter."""
    texts = (facts.binding(f"undertaking-{role}") for role in companion.roles)
    undertook = any(companion.did(UNDERTOOK_CONFIDENTIALITY, one) for one in {*chain(*texts)})
    return undertook or companion.did(BOUND_BY_SERVICE)


@guard(met_by=["close-caucus"])
def no_open_caucus(facts: Facts) -> bool:
    return not any(one.kind == "caucus" and one.state == "begun" for one in facts.sessions)


# preparation → opening


def _attended(party: ParticipantFacts, session: SessionFacts) -> bool:
    return party.answer(ATTENDED, session.id) in {"present", "caught-up"}


@each(PARTY, met_by=["mark-attendance", "waive-separate-meeting"])
def met_separately(party: ParticipantFacts, facts: Facts) -> bool:
    waived = party.did(WAIVED_SEPARATE_MEETING) and not asks_for_separate_meetings(facts)
    return waived or _met_alone(party, facts)


def _met_alone(party: ParticipantFacts, facts: Facts) -> bool:
    meetings = [one for one in facts.sessions if one.kind == "separate" and one.with_participant == party.id]
    return any(_attended(party, one) for one in meetings)


# The safeguards that the case itself shows.
_SEEN: Mapping[str, Callable[[Facts], bool]] = {
    CO_MEDIATED: lambda facts: bool(facts.holding(CO_MEDIATOR)),
    INTERPRETED: lambda facts: any(_bound(one, facts) for one in facts.holding(INTERPRETER)),
    SEPARATE_MEETINGS: lambda facts: all(_met_alone(one, facts) for one in facts.holding(PARTY)),
}


@guard(met_by=["plan-session"])
def joint_session_planned(facts: Facts) -> bool:
    return any("opening" in one.serves and one.state in {"planned", "begun", "held"} for one in facts.sessions)


@guard(met_by=["assign-mediator", "add-participant"])
def co_mediated_where_many(facts: Facts) -> bool:
    return len(facts.holding(PARTY)) <= 4 or bool(facts.holding(CO_MEDIATOR))


@guard(met_by=["add-participant"])
def support_offered(facts: Facts) -> bool:
    supported = {one.supports for one in facts.holding(SUPPORT_PERSON)}
    return all(one.id in supported for one in facts.holding(PARTY) if one.did(SUPPORT_TO_OFFER))


# opening → problem definition


def _begun(facts: Facts, phase: str) -> list[SessionFacts]:
    return [one for one in facts.sessions if phase in one.serves and one.state in {"begun", "held"}]


@guard(met_by=["begin-session"])
def opening_begun(facts: Facts) -> bool:
    return bool(_begun(facts, "opening"))


@each(PARTY, met_by=["mark-attendance"], implies=["opening-begun"])
def attended_opening(party: ParticipantFacts, facts: Facts) -> bool:
    return any(_attended(party, one) for one in _begun(facts, "opening"))


@each(PARTY, met_by=["accept-ground-rules"])
def accepted_ground_rules(party: ParticipantFacts, facts: Facts) -> bool:
    return any(party.did(ACCEPTED_GROUND_RULES, one) for one in facts.binding("ground-rules"))


had_opening_turn = _each_party_has("had-opening-turn", met_by=["mark-opening-turn"])


# problem definition → dialogue


stated_view = _each_party_has("stated-view", met_by=["state-view", "pass-view"])


@guard(met_by=["draft-problem-statement"])
def problem_stated(facts: Facts) -> bool:
    return facts.problem is not None


@guard(met_by=["draft-problem-statement"], implies=["problem-stated"])
def goal_set(facts: Facts) -> bool:
    return facts.problem is not None and facts.problem.goals > 0


@each(PARTY, met_by=["accept-problem-statement"], implies=["problem-stated"])
def accepted_problem_statement(party: ParticipantFacts, facts: Facts) -> bool:
    return facts.problem is not None and party.did(ACCEPTED_PROBLEM_STATEMENT, facts.problem.id)


# dialogue → solutions


@guard(met_by=["begin-session"])
def dialogue_begun(facts: Facts) -> bool:
    return bool(_begun(facts, "dialogue"))


ready_for_solutions = _each_party_has("ready-for-solutions", met_by=["say-ready"])


# solutions → follow-up


@guard(met_by=["send-agreement"])
def agreement_sent(facts: Facts) -> bool:
    return facts.agreement is not None and facts.agreement.state in {"sent", "sealed"}


@guard(met_by=["draft-agreement"], lack=Lack.COMMITMENTS)
def commitments_complete(facts: Facts) -> bool:
    commitments = facts.agreement.commitments if facts.agreement else ()
    return bool(commitments) and not any(one.lacks for one in commitments)


def _signatories(facts: Facts) -> frozenset[str]:
    return facts.signatories(PARTIES, REPRESENTATIVES)


@guard(met_by=["draft-agreement", "add-participant"], lack=Lack.OWNER_SIGNS)
def owners_sign(facts: Facts) -> bool:
    return facts.agreement is None or facts.agreement.owners <= _signatories(facts)


@guard(met_by=["plan-session", "waive-follow-ups"], lack=Lack.FOLLOW_UP)
def follow_up_planned(facts: Facts) -> bool:
    # An understanding needs none if each party waives them, a text does.
    without_text = facts.agreement is None and _waived_by_each(facts, facts.understanding)
    return without_text or _follow_ups(facts, "planned")


@guard(met_by=["draft-agreement", "propose-understanding"], lack=Lack.DISCLOSURE)
def disclosure_decided(facts: Facts) -> bool:
    if facts.agreement is None:  # an understanding is proposed with what others are told
        return facts.understanding is not None
    return facts.agreement.disclosure_decided


@each(PARTY, EMPLOYER_REPRESENTATIVE, met_by=["sign"], implies=["agreement-sent"])
def everyone_signed(signatory: ParticipantFacts, facts: Facts) -> bool:
    agreement = facts.agreement
    return agreement is not None and signatory.id not in _signatories(facts) - agreement.signed_by


@guard(met_by=["drop-draft"])
def no_text_out(facts: Facts) -> bool:
    return facts.agreement is None


@each(PARTY, met_by=["accept-understanding"], implies=["disclosure-decided"])
def accepted_understanding(party: ParticipantFacts, facts: Facts) -> bool:
    proposed = facts.understanding
    return proposed is not None and not proposed.reached and party.did(ACCEPTED_UNDERSTANDING, proposed.id)


def asks_for_neutral_end(facts: Facts) -> bool:
    """Whether any party wishes that HR is told no more than that the case has ended, also one who left afterwards
    (visibility.md rule 1).
    """
    return any(one.did(ASKED_FOR_NEUTRAL_END) for one in facts.participants)


def hears_of_follow_up(one: ParticipantFacts, facts: Facts) -> bool:
    """Whether somebody gets a letter that the follow-up begins: every party, and a representative when a version new to
    it has own lines, or has none any more. They do not learn that it began again after a return, or without them.
    """
    sealed = [version for version in facts.agreements if version.state in {"sealed", "superseded"}]
    owners = {owner for version in sealed[-2:] for owner in version.owners}
    is_new = facts.in_force is not None and facts.in_force.version != facts.in_use
    return PARTY in one.roles or (is_new and one.id in owners)


@guard(met_by=["propose-option"])
def options_considered(facts: Facts) -> bool:
    return facts.options >= 2


# follow-up → closed, and back to solutions


@guard(met_by=["give-notice"])
def notice_given(facts: Facts) -> bool:
    return facts.followed_up is not None and bool(facts.followed_up.told)


def _waived_by_each(facts: Facts, about: AgreementFacts | UnderstandingFacts | None) -> bool:
    return about is not None and all(one.did(WAIVED_FOLLOW_UPS, about.id) for one in facts.holding(PARTY))


def _follow_ups(facts: Facts, *states: str) -> bool:
    return any(one.kind == "follow-up" and one.state in states for one in facts.sessions)


@guard(met_by=["begin-session", "end-session", "waive-follow-ups"])
def follow_ups_held(facts: Facts) -> bool:
    held = _follow_ups(facts, "held") and not _follow_ups(facts, "planned", "begun")
    return held or _waived_by_each(facts, facts.followed_up)


@each(PARTY, met_by=["check-in", "ask-to-report"])
def reported_on_commitments(party: ParticipantFacts, facts: Facts) -> bool:
    about = facts.followed_up
    if about is None:
        return False
    none_held = party.did(WAIVED_FOLLOW_UPS, about.id) and not _follow_ups(facts, "begun", "held")
    return party.id in about.reported_by or party.did(ASKED_TO_REPORT_AGAIN, about.id) or none_held


@guard(met_by=["settle-breach"])
def no_open_breach(facts: Facts) -> bool:
    return not facts.open_breaches


@guard(met_by=["check-in", "ask-for-change"])
def breach_or_joint_request(facts: Facts) -> bool:
    parties = facts.holding(PARTY)
    return bool(facts.open_breaches) or (bool(parties) and all(one.did(ASKED_FOR_CHANGE) for one in parties))


# How a case ends.


def in_force(facts: Facts) -> bool:
    return facts.in_force is not None


def nothing_in_force(facts: Facts) -> bool:
    return facts.in_force is None


def final_date_passed(facts: Facts) -> bool:
    return facts.final_date_passed


def outcome_of_follow_up(facts: Facts) -> str:
    """Lapsed if something that was not carried out stays unresolved, partial if an issue is open, kept if each party said so.

    Silence is "no answer", never kept: `agreement-unreported` if not each reported at the last follow-up held.
    """
    if facts.in_force is None:
        return "understanding"
    if facts.unresolved_breaches:
        return "agreement-lapsed"
    if facts.open_issues:
        return "partial-agreement"
    parties = {one.id for one in facts.holding(PARTY)}
    return "agreement-kept" if parties and parties <= facts.in_force.reported_by else "agreement-unreported"
