"""The guards of every forward transition: pure functions over facts. A guard's name is its code."""

from collections.abc import Callable, Mapping

from mediation.acts.companions import is_bound
from mediation.acts.safeguards import CO_MEDIATED, INTERPRETED, SEPARATE_MEETINGS, SIGNING_NEXT_DAY
from mediation.acts.screening import SUITABLE
from mediation.workflow.declaration import each, guard
from mediation.workflow.facts import Facts, ParticipantFacts, SessionFacts
from workflows.mediation_marks import (
    AGREED_TO_MEDIATE,
    ASKED_TO_AGREE_AGAIN,
    ATTENDED,
    CALLED,
    SAFEGUARD_IN_PLACE,
    TIES_ANSWERED,
    UNDERTOOK_FOR_SESSION,
)
from workflows.mediation_roles import (
    CO_MEDIATOR,
    COMPANIONS,
    EMPLOYER_REPRESENTATIVE,
    INTERPRETER,
    MEDIATOR,
    MEDIATORS,
    PARTY,
)

LEAST_PARTIES = 2


@guard(met_by=["resume"])
def not_suspended(facts: Facts) -> bool:
    return not facts.suspensions


@guard(met_by=["order-mediation"])
def mediation_ordered(facts: Facts) -> bool:
    return facts.ordered


@guard(met_by=["assign-mediator"])
def mediator_assigned(facts: Facts) -> bool:
    return bool(facts.those_in(MEDIATOR))


@each(*MEDIATORS, met_by=["declare-ties"])
def ties_declared(mediator: ParticipantFacts, facts: Facts) -> bool:
    return mediator.id in facts.declared


@each(PARTY, met_by=["answer-ties"])
def no_open_objection(party: ParticipantFacts, facts: Facts) -> bool:
    mediators = {one.id for one in facts.those_in(*MEDIATORS)}
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
    return any(one.did(SAFEGUARD_IN_PLACE, safeguard) for one in facts.those_in(*MEDIATORS))


@guard(met_by=["add-participant"])
def two_parties(facts: Facts) -> bool:
    return len(facts.those_in(PARTY)) >= LEAST_PARTIES


@each(PARTY, met_by=["agree-to-mediate"])
def agreed_to_mediate(party: ParticipantFacts, facts: Facts) -> bool:
    # To terms that ask. Who signed, and does not answer when asked twice, stays bound by that (workflow.md rule 15).
    binding = facts.binding("terms")
    signed = facts.in_force is not None and party.id in facts.in_force.signed_by
    asked_twice = signed and any(party.did(ASKED_TO_AGREE_AGAIN, one) for one in binding)
    return asked_twice or any(party.answer(AGREED_TO_MEDIATE, one) == "given" for one in binding)


_THERE = "present", "left"  # how somebody is marked who was at a session, or at a part of it


def _hears_now(one: ParticipantFacts, facts: Facts, session: SessionFacts) -> bool:
    """Whether somebody is to hear what is said in a session under way, or about to open the table."""
    opens = session.state == "planned" and "opening" in session.serves and facts.phase == "preparation"
    is_called = one.did(CALLED, session.id) or one.answer(ATTENDED, session.id) in _THERE
    return is_called and (session.state == "begun" or opens)


def _heard(one: ParticipantFacts, facts: Facts) -> frozenset[str]:
    """The sessions at which somebody was and heard what was said. By sets: it asks of all that there ever were."""
    return frozenset() if one.joined_before else one.abouts(ATTENDED, *_THERE) & facts.held


@each(
    *COMPANIONS,
    EMPLOYER_REPRESENTATIVE,
    met_by=["undertake-confidentiality", "hear-undertaking", "bind-by-service", "release-companion"],
)
def companions_bound(companion: ParticipantFacts, facts: Facts) -> bool:
    if is_bound(companion, facts):
        return True
    if companion.joined_before and not companion.roles.isdisjoint(COMPANIONS):
        return False  # was called to everything
    now = (one.id for one in facts.not_over if _hears_now(companion, facts, one))
    return all(companion.did(UNDERTOOK_FOR_SESSION, one) for one in (*_heard(companion, facts), *now))


@each(*COMPANIONS, EMPLOYER_REPRESENTATIVE, met_by=["plan-session", "release-companion"])
def companions_told(companion: ParticipantFacts, facts: Facts) -> bool:
    were = companion.abouts(ATTENDED, *_THERE) & facts.with_nobody_alone
    return companion.joined_before or all(companion.did(CALLED, one) for one in were)


@each(PARTY, met_by=["settle-concern", "take-back-concern", "release-companion"])
def no_open_concern(party: ParticipantFacts, facts: Facts) -> bool:
    active = {one.id for one in facts.participants if one.active}
    return not any(worried == party.id and about in active for worried, about in facts.open_concerns)


@guard(met_by=["close-caucus"])
def no_open_caucus(facts: Facts) -> bool:
    return not any(one.kind == "caucus" and one.state == "begun" for one in facts.not_over)


def attended(party: ParticipantFacts, session: SessionFacts) -> bool:
    """Whether a party was at a session, or has caught up on it."""
    return party.answer(ATTENDED, session.id) in {"present", "caught-up"}


def met_alone(party: ParticipantFacts, facts: Facts) -> bool:
    """Whether a mediator has met a party alone."""
    meetings = [one for one in facts.sessions if one.kind == "separate" and one.with_participant == party.id]
    return any(attended(party, one) for one in meetings)


# The safeguards that the case itself shows.
_SEEN: Mapping[str, Callable[[Facts], bool]] = {
    CO_MEDIATED: lambda facts: bool(facts.those_in(CO_MEDIATOR)),
    INTERPRETED: lambda facts: any(is_bound(one, facts) for one in facts.those_in(INTERPRETER)),
    SEPARATE_MEETINGS: lambda facts: all(met_alone(one, facts) for one in facts.those_in(PARTY)),
    SIGNING_NEXT_DAY: lambda facts: True,  # signing asks for it by itself
}
