"""What several nouns show: unmet guards and participants, as visibility.md lets this reader have them."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import ConfigDict
from sqlalchemy import select

from api.languages import worded
from api.problems import UnmetGuard, View, Waiting
from mediation import engine
from mediation.database import Db
from mediation.errors import MediationError
from mediation.models import Participant, get
from mediation.seat import Seat
from mediation.visibility import Level, sees
from mediation.workflow import Guard


class IdView(View):
    """What was made, by its id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "pT5aQx0LkWm2Bc7DfGhJ"}]})
    id: str


class IdsView(View):
    """What was made, by their ids: one for each participant it was recorded for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ids": ["pT5aQx0LkWm2Bc7DfGhJ"]}]})
    ids: list[str]


def explain(
    db: Db, seat: Seat, unmet: Sequence[engine.Unmet], language: str, places: Mapping[str, str]
) -> list[UnmetGuard]:
    """The unmet guards as this reader may see them (visibility.md, row "unmet guards").

    Mediators read all, with names. Whoever has a part of their own reads that or, without one, a sentence that is the
    same whatever others lack; a commissioner only that it is in progress.
    """
    level = sees(seat.roles, "unmet-guard")
    if level == Level.FULL:
        named = names(db, (who for one in unmet for who in one.missing))
        return [_guard(seat, one.guard, [named[who] for who in one.missing], language, places) for one in unmet]
    if level == Level.OWN:
        own = [one.guard for one in unmet if seat.participant_id in one.missing]
        me = Waiting(participant=seat.participant_id)
        told = [_guard(seat, one, [me], language, places) for one in own]
        return told or [UnmetGuard(explanation=worded("guard.others", language))]
    if level == Level.STATUS:
        return [UnmetGuard(explanation=worded("guard.in-progress", language))]
    return []


def names(db: Db, ids: Iterable[str]) -> dict[str, Waiting]:
    """Participants by id, with their names, in one statement."""
    wanted = sorted(set(ids))
    rows = db.scalars(select(Participant).where(Participant.id.in_(wanted))) if wanted else ()
    return {row.id: Waiting(participant=row.id, name=get(db, row, "name")) for row in rows}


def _guard(
    seat: Seat, guard: Guard, waiting_for: list[Waiting], language: str, places: Mapping[str, str]
) -> UnmetGuard:
    open_now = seat.workflow.open_acts(seat.case.phase, suspended=seat.suspended)
    acts = [act for act in guard.met_by if act in open_now]
    return UnmetGuard(
        guard=guard.code,
        explanation=worded(f"guard.{guard.code}", language),
        waiting_for=waiting_for,
        who_can_fix=sorted(frozenset().union(*(open_now[act] for act in acts))),
        link=next((_link(places[act], seat.case.number) for act in acts if act in places), None),
    )


def _link(path: str, number: str) -> str:
    # What lies below a single item is reached from its list.
    return path.replace("{number}", number).partition("/{")[0]


def explained(db: Db, seat: Seat, refusal: MediationError, language: str, places: Mapping[str, str]) -> None:
    """Put what this reader may see of the unmet guards in place of what the engine knows, in the refusal's details."""
    plan = refusal.details.pop("plan", None)
    unmet = plan.unmet if isinstance(plan, engine.Plan) else refusal.details.get("unmet", ())
    refusal.details["unmet"] = explain(db, seat, unmet, language, places)  # type: ignore[arg-type]
