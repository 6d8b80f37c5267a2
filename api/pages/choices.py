"""Whom and what a form can name: the participants, sessions, questions and commitments that a field chooses from, in words."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from api.pages.forms import Choice, Known
from mediation.acts.goals import NUMBERS
from mediation.acts.safeguards import SAFEGUARDS
from mediation.acts.screening import QUESTIONS, questions_for
from mediation.acts.taking_part import evaluating
from mediation.case.seat import Seat
from mediation.errors import NotFound, NotPermitted, NotYet
from mediation.reading.agreement import read_agreement
from mediation.reading.goals import goal_texts, read_goals
from mediation.reading.me import list_colleagues, list_mediators
from mediation.reading.outline import Outline
from mediation.reading.people import PersonLine
from mediation.reading.statuses import status
from mediation.reading.time_choices import read_time_choices
from mediation.reading.words import read_own_statement
from mediation.store.database import Db
from mediation.words.catalogue import say
from mediation.words.times import say_time
from mediation.workflow.declaration import Trait, Who, Workflow

RATED_WITHIN = timedelta(days=14)  # of an evaluation: meanwhile a rating is of it unless something else is chosen
_PARTIES = ("for", "with_participant", "participants", "heard", "supports", "owners")


# Whom the `participant` of an act can be, by its path: parties, or who accompanies and represents; else anybody but mediators.
_PARTIES_AT = frozenset({"invitations", "consents/requests", "caucuses", "report-requests", "opening-turns"})
_JOINING_AT = frozenset({"concerns", "sessions/{session_id}/calls", "sessions/{session_id}/undertakings"})


def known_to(
    seat: Seat, outline: Outline, path: str, language: str, zone: ZoneInfo, now: datetime | None = None
) -> dict[str, Sequence[Choice]]:
    """What this reader can choose from in the forms of a path, by the name of the field; it opens nobody's words.

    Sessions that can be called off are those ahead of `now` (UTC).
    """
    people = outline.participants or []
    workflow = seat.workflow
    consents, leads = _with(people, workflow.who(Trait.CONSENTS)), _with(people, workflow.who(Trait.LEADS))
    others = [one for one in people if one.id not in {seat.participant_id, *(each.id for each in leads)}]
    joining = _with(others, workflow.who(Trait.ACCOMPANIES, Trait.REPRESENTS))
    named = consents if path in _PARTIES_AT else joining if path in _JOINING_AT else others
    phases = [one.code for one in workflow.phases if one is not workflow.final]
    known: dict[str, Sequence[Choice]] = {name: _named(consents) for name in _PARTIES}
    known["owners"] = _named([*consents, *_with(joining, workflow.who(Trait.REPRESENTS))])
    known |= {"participant": _named(named), "called": _named([*consents, *joining]), "mediator": _named(leads)}
    known["interpreter"] = _named(_with(joining, workflow.who(Trait.ACCOMPANIES) - workflow.who(Trait.SUPPORTS)))
    known["session"] = [
        Choice(one.id, f"{_kind(one.kind, language)} {say_time(one.planned_at, language, zone)}")
        for one in outline.sessions or []
    ]
    ahead = {one.id for one in outline.sessions or [] if now is not None and one.is_ahead(now)}
    known["called_off"] = [one for one in known["session"] if one.value in ahead]
    known["attendance"] = known["present"] = _named(_with(people, _sitting(workflow)))
    known["answers"] = [Choice(one.code, say(f"screening.{one.code}", language)) for one in questions_for(seat)]
    known["outcome"] = [Choice(code, say(f"outcome.{code}", language)) for code in workflow.outcomes]
    known["serves"] = [Choice(one, say(f"phase.{one}", language)) for one in phases]
    known["safeguards"] = [Choice(one, say(f"safeguard.{one}", language)) for one in SAFEGUARDS]
    return known


def known_to_commissioner(db: Db, seat: Seat, path: str, language: str) -> dict[str, Sequence[Choice]]:
    """What who orders can choose from: mediators, or colleagues to hand over to; the parties by their place in the referral."""
    found = status(db, {seat.workflow.code: seat.workflow}, seat.person_id, seat.case.number)
    parties = found.referral.parties if found.referral else ()
    employer = seat.case.organisation_id
    handed = path == "hand-overs"
    people = list_colleagues(db, employer, besides=seat.person_id) if handed else list_mediators(db, [employer])
    return {
        "person": [Choice(one.person, f"{one.name}, {one.organisation_name}") for one in people],
        "party": [Choice(str(number), one.name) for number, one in enumerate(parties)],
        "answers": [Choice(one.code, say(f"screening.{one.code}", language)) for one in questions_for(seat)],
    }


def commitments_to_report(db: Db, seat: Seat, language: str) -> Known:
    """The commitments of the agreement in force, each with its words: what a check-in reports on. It opens them."""
    try:
        agreement = read_agreement(db, seat)
    except (NotFound, NotPermitted, NotYet):
        return {"reports": ()}
    return {
        "reports": [
            Choice(one.id, f"{one.label}. {words.action}")
            for one in agreement.commitments
            if one.ended is None and (words := one.texts.get(language) or next(iter(one.texts.values()), None))
        ]
    }


def offered_times(db: Db, seat: Seat, choice: str, language: str, zone: ZoneInfo) -> Known:
    """The times of a choice, to say when one can come, or to choose one of."""
    found = next((one for one in read_time_choices(db, seat) if one.id == choice), None)
    times = [Choice(one.id, say_time(one.planned_at, language, zone)) for one in found.times] if found else []
    return {"can_come": times, "time": times}


def goals_to_name(db: Db, seat: Seat, outline: Outline, language: str, zone: ZoneInfo, now: datetime) -> Known:
    """The goals that each rates or the group speaks of, the numbers of a rating, and the evaluations that have begun.

    Who rates chooses from those that can still be rated.
    """
    try:
        read = read_goals(db, seat)
    except NotPermitted:
        return {"ratings": (), "by_goal": (), "session": ()}
    goals = [Choice(lineage, words) for lineage, words in goal_texts(read, language)]
    closed = {one.session for one in read.rounds or ()} if "rate-goals" in seat.may_do() else set()
    kinds = evaluating(seat.workflow)
    held = [one for one in outline.sessions or [] if one.kind in kinds and not one.is_ahead(now)]
    return {
        "ratings": goals,
        "by_goal": goals,
        "rating": [Choice(str(one), say(f"goal-rating.{one}", language)) for one in NUMBERS],
        "session": [
            Choice(one.id, say_time(one.planned_at, language, zone)) for one in reversed(held) if one.id not in closed
        ],
        "newest": [
            Choice(one.id, "") for one in held[-1:] if one.id not in closed and now - one.planned_at < RATED_WITHIN
        ],
    }


def _sitting(workflow: Workflow) -> Who:
    """Who can sit at some session: who is called or may be, and who leads; not who only ordered it or brought it up."""
    kinds = workflow.session_kinds.values()
    return workflow.who(Trait.LEADS).union(*(one.calls | one.may_call for one in kinds))


def questions_to(seat: Seat, person: PersonLine, language: str) -> Known:
    """The questions of a screening that somebody answers, whose answers are recorded for them."""
    asked = [one for one in QUESTIONS if {*person.roles} & seat.workflow.who(*one.of)]
    return {"answers": [Choice(one.code, say(f"screening.{one.code}", language)) for one in asked]}


_END = re.compile(r"(?<=[.!?…])\s")


def sentences_to_release(db: Db, seat: Seat, statement: str) -> Known:
    """The sentences of an own private statement, each word by word, of which one can be released to the table."""
    own = read_own_statement(db, seat, statement)
    lines_of = (own.words or "").splitlines() if own else []
    said = [part.strip() for line in lines_of for part in _END.split(line)]
    return {"sentence": [Choice(one, one) for one in dict.fromkeys(said) if one]}


def _kind(kind: str | None, language: str) -> str:
    return say(f"session-kind.{kind}", language) if kind else ""


def _with(people: Sequence[PersonLine], roles: Who) -> list[PersonLine]:
    return [one for one in people if roles & set(one.roles)]


def _named(people: Sequence[PersonLine]) -> list[Choice]:
    return [Choice(one.id, f"{one.name}, {one.capacity}" if one.capacity else one.name or "–") for one in people]
