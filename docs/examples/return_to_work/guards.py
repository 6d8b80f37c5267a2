"""What has to be so before return-to-work talks go on: pure functions over facts, whose names are their codes."""

from docs.examples.return_to_work.who import COORDINATOR, EMPLOYEE, SUPERVISOR
from mediation.acts.terms import CONSENT
from mediation.workflow.declaration import each, guard
from mediation.workflow.facts import Facts, ParticipantFacts
from mediation.workflow.mark_kinds import mark_kind

LATER_TALKS = 2  # after one month, and after three
SAID_YES = mark_kind(CONSENT)


@guard(met_by=["resume"])
def not_suspended(facts: Facts) -> bool:
    return not facts.suspensions


@guard(met_by=["assign-mediator"])
def coordinator_named(facts: Facts) -> bool:
    return bool(facts.those_in(COORDINATOR))


@guard(met_by=["add-participant"])
def supervisor_named(facts: Facts) -> bool:
    return bool(facts.those_in(SUPERVISOR))


@each(EMPLOYEE, SUPERVISOR, met_by=["agree-to-mediate"])
def said_yes_to_talk(side: ParticipantFacts, facts: Facts) -> bool:
    return any(side.answer(SAID_YES, text) == "given" for text in facts.binding("terms"))


@guard(met_by=["plan-session"])
def talk_planned(facts: Facts) -> bool:
    return _talks(facts, "return-talk", "planned", "begun", "held") > 0


@guard(met_by=["end-session"], implies=["talk-planned"])
def talk_held(facts: Facts) -> bool:
    return _talks(facts, "return-talk", "held") > 0


@each(EMPLOYEE, SUPERVISOR, met_by=["sign"])
def plan_signed(side: ParticipantFacts, facts: Facts) -> bool:
    return facts.agreement is not None and side.id in facts.agreement.signed_by


@guard(met_by=["plan-session"])
def later_talks_planned(facts: Facts) -> bool:
    return _talks(facts, "later-talk", "planned", "begun", "held") >= LATER_TALKS


@guard(met_by=["end-session"])
def later_talks_held(facts: Facts) -> bool:
    return _talks(facts, "later-talk", "held") >= LATER_TALKS and not _talks(facts, "later-talk", "planned", "begun")


@guard(met_by=["check-in"])
def change_wished(facts: Facts) -> bool:
    return bool(facts.open_breaches)


def no_plan_in_force(facts: Facts) -> bool:
    """Whether the talks can end without a plan: what was signed stays, and then the talks are held to their end."""
    return facts.in_force is None


def _talks(facts: Facts, kind: str, *states: str) -> int:
    return sum(one.kind == kind and one.state in states for one in facts.sessions)
