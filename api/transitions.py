"""Moving a case: its transitions, what each would do, and what still hinders it."""

from datetime import date
from hashlib import sha256

from fastapi import Request, Response
from pydantic import Field

from api.http.bodies import Body
from api.http.dependencies import IfMatch, Reading, ReadSeat, WriteSeat, Writing
from api.http.languages import worded
from api.http.problems import UnmetGuard, View, Waiting, problems
from api.http.routes import case_router, does
from api.http.views import Reader, reader_of
from mediation.case import engine
from mediation.case.seat import Seat
from mediation.case.status import progress, rung_shown
from mediation.case.visibility import Level, sees, sees_full
from mediation.errors import NotPermitted
from mediation.reading.transitions import read_moves
from mediation.reading.view import ABSENT, IfSeen
from mediation.store.database import Db
from mediation.store.models import Case
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts

router = case_router("transitions")


class GuardView(View):
    """A guard of a transition, and whether it is met."""

    guard: str
    explanation: str
    holds: bool


class TransitionView(View):
    """A move that this reader may take, all that still hinders it and, for mediators, every guard, met and unmet."""

    transition: str
    target: str
    unmet: list[UnmetGuard]
    warnings: list[UnmetGuard]
    guards: IfSeen[list[GuardView]] = ABSENT


class TransitionsView(View):
    """Where the case stands for this reader, and where it can go. `waiting` is for those who do not move the case."""

    phase: str
    suspended: bool | None
    transitions: list[TransitionView]
    waiting: list[UnmetGuard]


class ForeseenLetter(View):
    """A letter that would be sent, and to whom."""

    kind: str
    to: list[Waiting]


class ChangedDocumentView(View):
    """A document and what becomes of it: `draft`, `taken-back` or `in-use`. Without a version it is the next one."""

    kind: str
    version: int | None
    becomes: str


class CommissionerSees(View):
    """What the commissioner's line would say afterwards."""

    status: str
    opened_on: date | None
    next_milestone: str | None
    outcome: str | None = None


class PreviewView(View):
    """What a transition would do now. Nothing is written."""

    transition: str
    target: str
    unmet: list[UnmetGuard]
    warnings: list[UnmetGuard]
    letters: list[ForeseenLetter]
    documents: list[ChangedDocumentView] = Field(
        description="What becomes of documents; a text itself is made by its sending."
    )
    commissioner: CommissionerSees


class Advance(Body):
    """The transition to take."""

    transition: str = Field(max_length=40)


@router.get("")
def read_transitions(request: Request, seat: ReadSeat, response: Response) -> TransitionsView:
    """Where the case stands and where it can go, with all that is still unmet. Send the ETag back as `If-Match`."""
    view, tag = transitions_seen(reader_of(request))
    response.headers["ETag"] = f'"{tag}"'
    return view


@router.post("", openapi_extra=does("advance"))
def advance(
    body: Advance, request: Request, seat: WriteSeat, db: Writing, if_match: IfMatch, response: Response
) -> TransitionsView:
    """Take the case through a transition, if every guard is met and nothing changed since it was read."""
    done = engine.advance(db, seat, body.transition, if_match=if_match)
    view, tag = transitions_seen(reader_of(request), done.facts_after)
    response.headers["ETag"] = f'"{tag}"'
    return view


@router.post("/{code}/preview", responses=problems(409))
def preview(code: str, request: Request, seat: ReadSeat, db: Reading) -> PreviewView:
    """What a transition would do now: letters, documents, the commissioner's line. Nothing is written."""
    return previewed(reader_of(request), code)


def previewed(reader: Reader, code: str) -> PreviewView:
    """What a transition would do now, as this reader may see it. Refuses like `engine.preview`."""
    plan = engine.preview(reader.db, reader.seat, code)
    reader.names(who for _, to in plan.letters for who in to)  # in one statement for all
    return PreviewView(
        transition=plan.transition.code,
        target=plan.target,
        unmet=reader.explain(plan.unmet),
        warnings=reader.warn(plan.warnings),
        letters=[ForeseenLetter(kind=kind, to=reader.names(to)) for kind, to in plan.letters],
        documents=[ChangedDocumentView(**one._asdict()) for one in plan.document_changes],
        commissioner=_commissioner_sees(reader.db, reader.seat, plan),
    )


def transitions_seen(reader: Reader, facts: Facts | None = None) -> tuple[TransitionsView, str]:
    """Where the case stands for this reader and where it can go, and the entity tag of that; reads `facts` not yet known."""
    seat = reader.seat
    facts = facts or load_facts(reader.db, seat.case)
    seen = engine.plans(seat, facts, reader.db.today())
    reader.names(who for one in seen for unmet in (*one.unmet, *one.warnings) for who in unmet.missing)
    guards = {
        move.transition: [
            GuardView(guard=one.guard, explanation=worded(f"guard.{one.guard}", reader.language), holds=one.holds)
            for one in move.guards
        ]
        for move in read_moves(seat, facts)
    }
    waits = not seen and facts.phase != seat.workflow.final.code
    view = TransitionsView(
        phase=_phase(seat),
        suspended=seat.suspended if sees(seat.roles, "suspension") != Level.NOTHING else None,
        transitions=[
            TransitionView(
                transition=one.transition.code,
                target=one.target,
                unmet=reader.explain(one.unmet),
                warnings=reader.warn(one.warnings),
                guards=guards.get(one.transition.code, ABSENT),
            )
            for one in seen
        ],
        waiting=reader.explain(_ahead(seat, facts)) if waits else [],
    )
    # A reader who cannot move the case gets a tag of what they read: the engine's own would reveal more.
    moves = bool(seen) or sees_full(seat.roles, "unmet-guard")
    tag = engine.tag(seat, seen) if moves else sha256(view.model_dump_json().encode()).hexdigest()[:32]
    return view, tag


def _ahead(seat: Seat, facts: Facts) -> list[engine.Unmet]:
    moves = seat.workflow.phase(facts.phase).ways_on
    guards = {one.code: one for move in moves for one in seat.workflow.unmet(seat.workflow.guards_of(move), facts)}
    return [engine.Unmet(one, one.missing(facts)) for one in guards.values()]


def _phase(seat: Seat) -> str:
    level = sees(seat.roles, "phase")
    if level == Level.FULL:
        return seat.case.phase
    if level != Level.STATUS:
        raise NotPermitted("not-yours-to-see")
    return rung_shown(seat.workflow, seat.rung, seat.case.outcome)


def _commissioner_sees(db: Db, seat: Seat, plan: engine.Plan) -> CommissionerSees:
    then = progress(seat.workflow, db.get_one(Case, seat.case.id), db.today(), plan.changes)
    return CommissionerSees(**then._asdict())
