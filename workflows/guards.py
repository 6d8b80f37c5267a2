"""The guards of single transitions, and of how a case ends: pure functions over facts. A guard's name is its code."""

from collections.abc import Sequence

from mediation.acts.agreements import Lack
from mediation.acts.safeguards import asks_for_separate_meetings
from mediation.workflow.declaration import Guard, each, guard
from mediation.workflow.facts import AgreementFacts, Facts, ParticipantFacts, SessionFacts, UnderstandingFacts
from mediation.workflow.mark_kinds import mark_kind
from workflows.mediation_marks import (
    ACCEPTED_GROUND_RULES,
    ACCEPTED_PROBLEM_STATEMENT,
    ACCEPTED_UNDERSTANDING,
    ASKED_FOR_CHANGE,
    ASKED_FOR_NEUTRAL_END,
    ASKED_TO_REPORT_AGAIN,
    SUPPORT_TO_OFFER,
    WAIVED_FOLLOW_UPS,
    WAIVED_SEPARATE_MEETING,
)
from workflows.mediation_roles import (
    CO_MEDIATOR,
    EMPLOYER_REPRESENTATIVE,
    PARTIES,
    PARTY,
    REPRESENTATIVES,
    SUPPORT_PERSON,
)
from workflows.standing_guards import attended, met_alone


def _each_party_has(mark: str, *, met_by: Sequence[str]) -> Guard:
    """A guard that every party meets by having the mark of the same name."""
    kind = mark_kind(mark)
    return each(PARTY, met_by=met_by, code=kind)(lambda party, facts: party.did(kind))


# preparation → opening


@each(PARTY, met_by=["mark-attendance", "waive-separate-meeting"])
def met_separately(party: ParticipantFacts, facts: Facts) -> bool:
    waived = party.did(WAIVED_SEPARATE_MEETING) and not asks_for_separate_meetings(facts)
    return waived or met_alone(party, facts)


@guard(met_by=["plan-session"])
def joint_session_planned(facts: Facts) -> bool:
    return any("opening" in one.serves and one.state in {"planned", "begun", "held"} for one in facts.sessions)


@guard(met_by=["assign-mediator", "add-participant"])
def co_mediated_where_many(facts: Facts) -> bool:
    return len(facts.those_in(PARTY)) <= 4 or bool(facts.those_in(CO_MEDIATOR))


@guard(met_by=["add-participant"])
def support_offered(facts: Facts) -> bool:
    supported = {one.supports for one in facts.those_in(SUPPORT_PERSON)}
    return all(one.id in supported for one in facts.those_in(PARTY) if one.did(SUPPORT_TO_OFFER))


# opening → problem definition


def _begun(facts: Facts, phase: str) -> list[SessionFacts]:
    return [one for one in facts.sessions if phase in one.serves and one.state in {"begun", "held"}]


@guard(met_by=["begin-session"])
def opening_begun(facts: Facts) -> bool:
    return bool(_begun(facts, "opening"))


@each(PARTY, met_by=["mark-attendance"], implies=["opening-begun"])
def attended_opening(party: ParticipantFacts, facts: Facts) -> bool:
    return any(attended(party, one) for one in _begun(facts, "opening"))


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
    return facts.agreement is not None and signatory.id not in facts.yet_to_sign(PARTIES, REPRESENTATIVES)


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
    """Whether a representative gets a letter that the follow-up begins: when a version new to it has own lines, or has none
    any more. They do not learn that it began again after a return, or without them. Parties heard that it was sealed.
    """
    sealed = [version for version in facts.agreements if version.state in {"sealed", "superseded"}]
    owners = {owner for version in sealed[-2:] for owner in version.owners}
    is_new = facts.in_force is not None and facts.in_force.version != facts.in_use
    return is_new and one.id in owners


@guard(met_by=["propose-option"])
def options_considered(facts: Facts) -> bool:
    return facts.options >= 2


# follow-up → closed, and back to solutions


@guard(met_by=["give-notice"])
def notice_given(facts: Facts) -> bool:
    return facts.followed_up is not None and bool(facts.followed_up.told)


def _waived_by_each(facts: Facts, about: AgreementFacts | UnderstandingFacts | None) -> bool:
    return about is not None and all(one.did(WAIVED_FOLLOW_UPS, about.id) for one in facts.those_in(PARTY))


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
    parties = facts.those_in(PARTY)
    return bool(facts.open_breaches) or (bool(parties) and all(one.did(ASKED_FOR_CHANGE) for one in parties))


# How a case ends.


def in_force(facts: Facts) -> bool:
    return facts.in_force is not None


def understanding_reached(facts: Facts) -> bool:
    """Whether the table went on with an understanding, and no agreement has taken its place; a new proposal changes nothing."""
    return isinstance(facts.followed_up, UnderstandingFacts)


def nothing_agreed(facts: Facts) -> bool:
    return facts.followed_up is None


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
    parties = {one.id for one in facts.those_in(PARTY)}
    return "agreement-kept" if parties and parties <= facts.in_force.reported_by else "agreement-unreported"
