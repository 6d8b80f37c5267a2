"""Interpreting: what is signed by who reads none of our languages is read aloud to them and interpreted (workflow.md rule 14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.acts.calls import known_to
from mediation.acts.companions import interprets, is_bound_now
from mediation.case.participants import find_participant
from mediation.case.seat import Seat
from mediation.errors import Malformed, NotFound, NotPermitted, NotYet
from mediation.store.database import Db
from mediation.store.models import Participant, get
from mediation.words.fields import Flag, Id, on_one_line, sent
from mediation.workflow.declaration import Trait
from mediation.workflow.facts_loading import load_facts

OneLine = Annotated[str, on_one_line()]


@sent("InterpretedBody")
@dataclass(frozen=True, kw_only=True)
class Interpreted:
    """Who read a text aloud and interpreted it: an interpreter of the case, or somebody of an interpreting service."""

    related: Annotated[
        Flag,
        Field(
            description="Whether they are a relative of a party, or close to one: then another interpreter is needed."
        ),
    ]
    interpreter_id: Annotated[Id | None, Field(alias="interpreter")] = None
    service: Annotated[OneLine, Field(description="The interpreting service, by name.")] = ""
    service_number: Annotated[OneLine, Field(description="The number by which the service knows its interpreter.")] = ""


def evidence(db: Db, seat: Seat, signatory_id: str, said: Interpreted | None) -> Mapping[str, str] | None:
    """Into which language a text was interpreted to a signatory, and by whom; None where they have no language of their own.

    Refuses with `interpreting-needed` and `interpreting-not-needed`, with `relative-interprets`, with `interpreter-unclear`
    neither an interpreter nor a service, or both, with `participant-not-found` somebody unknown to the signatory, with
    `interpreter-only` any other participant, such as a support person, and with `interpreter-unbound`.
    """
    language = get(db, db.get_one(Participant, signatory_id), "own_language")
    if said is None:
        if language is not None:
            raise NotYet("interpreting-needed")
        return None
    if language is None:
        raise Malformed("interpreting-not-needed", field="interpreted")
    if said.related:
        raise NotPermitted("relative-interprets")
    service, number = said.service.strip(), said.service_number.strip()
    if (said.interpreter_id is None) == (not service) or (number and not service):
        raise Malformed("interpreter-unclear", field="interpreted.interpreter")
    if said.interpreter_id is None:
        return {"language": language, "service": service, **({"service_number": number} if number else {})}
    return {"language": language, "interpreter": _bound_interpreter(db, seat, signatory_id, said.interpreter_id)}


def _bound_interpreter(db: Db, seat: Seat, signatory_id: str, interpreter_id: str) -> str:
    whose, roles = find_participant(db, seat, interpreter_id)
    known = select(Participant.id).where(Participant.id == whose.id, known_to(signatory_id))
    if not seat.is_any(Trait.LEADS) and db.scalar(known) is None:  # who came to others alone is named to nobody
        raise NotFound("participant-not-found")
    if not interprets(seat.workflow, roles):
        raise NotPermitted("interpreter-only")
    facts = load_facts(db, seat.case)
    if not any(is_bound_now(one, facts) for one in facts.participants if one.id == whose.id):
        raise NotYet("interpreter-unbound")
    return whose.id
