"""Whom and what a form can name: the participants, sessions and codes that a field chooses from, in words."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from api.pages.forms import Choice
from mediation.case.seat import Seat
from mediation.reading.outline import Outline
from mediation.reading.people import PersonLine
from mediation.words.catalogue import say, say_moment
from mediation.workflow.declaration import Trait

_PARTIES = ("for", "with_participant", "participants", "heard", "supports")


def known_to(seat: Seat, outline: Outline, language: str, zone: ZoneInfo) -> Mapping[str, Sequence[Choice]]:
    """What this reader can choose from in a form, by the name of the field."""
    people = outline.participants or []
    workflow = seat.workflow
    consents = _with(people, workflow.who(Trait.CONSENTS))
    leads = _with(people, workflow.who(Trait.LEADS))
    others = [one for one in people if one.id not in {seat.participant_id, *(each.id for each in leads)}]
    joining = [one for one in others if one not in consents]
    sessions = [
        Choice(
            one.id,
            f"{say(f'session-kind.{one.kind}', language) if one.kind else ''} {say_moment(one.planned_at, language, zone)}",
        )
        for one in outline.sessions or []
    ]
    known: dict[str, Sequence[Choice]] = {name: _named(consents) for name in _PARTIES}
    known |= {"participant": _named(others), "called": _named(joining), "mediator": _named(leads), "session": sessions}
    known["outcome"] = [Choice(code, say(f"outcome.{code}", language)) for code, one in workflow.outcomes.items()]
    known["serves"] = [
        Choice(one.code, say(f"phase.{one.code}", language)) for one in workflow.phases if one is not workflow.final
    ]
    return known


def _with(people: Sequence[PersonLine], roles: frozenset[str]) -> list[PersonLine]:
    return [one for one in people if roles & set(one.roles)]


def _named(people: Sequence[PersonLine]) -> list[Choice]:
    return [Choice(one.id, f"{one.name}, {one.capacity}" if one.capacity else one.name or "–") for one in people]
