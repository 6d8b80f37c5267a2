"""The page of a case: for each kind of reader what it is for them, and where each thing is done."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response

from api.http.dependencies import Reading, ReadSeat
from api.http.pages import page
from api.http.problems import UnmetGuard
from api.http.routes import case_router, handed_on, router_for
from api.http.views import reader_of
from api.pages.act_groups import grouped
from api.pages.answers import first, own_path, refusal_of, see_other, sent_form
from api.pages.doors import forms_of
from api.pages.kept import again_or_kept
from api.pages.letters_and_scans import recorded_by_others
from api.pages.party import party_page
from api.pages.posting import send
from api.transitions import TransitionView, previewed, transitions_seen
from mediation.case.seat import Seat
from mediation.case.status import progress
from mediation.case.visibility import sees, sees_full
from mediation.reading.meetings import not_ended
from mediation.reading.order import is_ordered
from mediation.reading.outline import read_outline
from mediation.reading.people import PersonLine, read_marks
from mediation.reading.table import has_table
from mediation.store.database import Db
from mediation.store.models import Case
from mediation.workflow.declaration import Trait, Workflow
from mediation.workflow.facts import CONSENT

cases = router_for("/cases", "case-pages")
moves = case_router("moves")
routers = (cases, moves)


@cases.get("/{number}", include_in_schema=False)
def read(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """A case at a glance, as it may lie open in a room."""
    outline = read_outline(db, seat)
    reader = reader_of(request)
    people = outline.participants or []
    shown: dict[str, Any] = {"outline": outline, "parties": _held(people, seat, Trait.CONSENTS), "people": people}
    if outline.phase:
        shown["phases"] = [one.code for one in seat.workflow.phases if one is not seat.workflow.final]
    if sees_full(seat.roles, "unmet-guard"):
        acts, sessions, now = forms_of(request, outline.number, outline.you.may), outline.sessions or [], db.now()
        open_ones = not_ended(db, seat)
        return page(
            request,
            "case-leading",
            **shown,
            **_ways_on(seat, transitions_seen(reader)[0].transitions),
            hr=progress(seat.workflow, db.get_one(Case, seat.case.id), db.today()) if is_ordered(db, seat) else None,
            declined=_declined(db, seat),
            has_table=has_table(seat),
            recorded={one.id for one in recorded_by_others(seat, people)},
            consent={code for code, one in seat.workflow.guards.items() if "agree-to-mediate" in one.met_by},
            unended=[one for one in sessions if one.id in open_ones and not one.is_to_come(now)],
            in_series=_serves_series(seat),
            booked=[one for one in sessions if one.id in open_ones and one.is_to_come(now)],
            past=[one for one in sessions if one.id not in open_ones and not one.is_ahead(now)],
            page_of=page_of,
            pages=_pages(request, seat),
            groups=grouped(acts, f"/cases/{outline.number}", suspended=seat.suspended),
        )
    return party_page(request, seat, db, outline)


def _serves_series(seat: Seat) -> bool:
    """Whether sessions of a series are held in this phase."""
    return any(one.in_series and seat.case.phase in one.serves for one in seat.workflow.session_kinds.values())


def _ways_on(seat: Seat, moves: Sequence[TransitionView]) -> dict[str, Any]:
    """The move that is next, with what is missing in the order in which it is best done; the others, and those back."""
    ways_on = [one.code for one in seat.workflow.phase(seat.case.phase).ways_on]
    ahead = sorted((one for one in moves if one.transition in ways_on), key=lambda one: ways_on.index(one.transition))
    missing = in_order_of_doing(seat.workflow, ahead[0].unmet) if ahead else []
    return {
        "following": ahead[0] if ahead else None,
        "missing": missing,
        "other_moves": ahead[1:],
        "moves_back": [one for one in moves if one.transition not in ways_on],
    }


_PAGES = (  # of a case, each with the words for it and the row that it is about; to read, whatever may be done there now
    ("page.of-inquiry", "inquiry", "inquiry"),
    ("page.statements", "statements", "table-statement"),
    ("page.joint-text", "problem-statements", "problem-statement"),
    ("page.options", "options", "option"),
    ("page.agreement", "agreement", "agreement"),
    ("page.check-ins", "check-ins", "check-in"),
    ("page.goals", "goals/ratings", "goal"),
    ("page.evaluations", "evaluations", "evaluation"),
    ("page.summary", "summary", "summary"),
    ("page.screening", "screenings", "screening"),
    ("page.text-terms", "consents", "terms"),
    ("page.timeline", "timeline", "record"),
    ("page.documents", "papers", "case"),
    ("page.to-print", "letters", "case"),
    ("page.papers", "scans", "case"),
)
_NOT_BESIDE_OTHERS = frozenset({"letters"})  # printed for one person: refused while others may look at the screen
# Consent is asked for once everybody was met, and a text is sent and signed once nothing is missing from it.
_LAST = ("agree-to-mediate", "send-agreement", "sign")


def _pages(request: Request, seat: Seat) -> list[tuple[str, str]]:
    beside_others = getattr(request.state, "mode", "")
    there = [one for one in _PAGES if one[2] in seat.workflow.items and (one[1] != "scans" or _takes_scans(seat))]
    return [(words, path) for words, path, _ in there if not (beside_others and path in _NOT_BESIDE_OTHERS)]


def _takes_scans(seat: Seat) -> bool:
    return "attach-scan" in seat.may_do()


def page_of(link: str) -> str:
    """The page where something is done that a guard names by its address in the API."""
    path = link.removeprefix("/api")
    return (
        path.removesuffix("/breaches") + "/check-ins" if path.endswith("/breaches") else path
    )  # they stand among the reports


def in_order_of_doing(workflow: Workflow, unmet: Sequence[UnmetGuard]) -> list[UnmetGuard]:
    """What is missing, in the order in which it is best done."""

    def rank(one: UnmetGuard) -> int:
        acts = workflow.guards[one.guard].met_by if one.guard and one.guard in workflow.guards else ()
        return max((_LAST.index(act) + 1 for act in acts if act in _LAST), default=0)

    return sorted(unmet, key=rank)


def _declined(db: Db, seat: Seat) -> set[str]:
    """Who has answered that they do not agree to mediate: nobody waits for an answer of theirs."""
    marks = read_marks(db, seat, sees(seat.roles, "mark"))
    return {one.participant for one in marks if one.kind == CONSENT and one.value == "declined"}


def _held(people: Sequence[PersonLine], seat: Seat, trait: Trait) -> list[PersonLine]:
    roles = seat.workflow.who(trait)
    return [one for one in people if roles & set(one.roles)]


@moves.get("/{code}", include_in_schema=False)
def preview(code: str, request: Request, seat: ReadSeat, db: Reading) -> Response:
    """What a move would do, before it is taken."""
    return _move_page(request, code)


def _move_page(request: Request, code: str, **context: Any) -> Response:
    reader = reader_of(request)
    _, tag = transitions_seen(reader)
    to = own_path(request.query_params.get("to", f"/cases/{reader.seat.case.number}"))
    return page(
        request,
        "move",
        **{
            "plan": previewed(reader, code),
            "is_ordered": is_ordered(reader.db, reader.seat),
            "tag": tag,
            "once": reader.db.new_id(),
            "refusal": None,
            "to": to,
            **context,
        },
    )


@moves.post("/{code}", include_in_schema=False)
@handed_on
async def advance(code: str, request: Request) -> Response:
    """Take the case through a move."""
    sent = await sent_form(request)
    case = f"/cases/{request.path_params['number']}"
    done = await send(
        request,
        "POST",
        f"/api{case}/transitions",
        {"transition": code},
        token=first(sent, "_token"),
        once=first(sent, "_once"),
        tag=first(sent, "_tag"),
    )
    if done.succeeded:
        return see_other(own_path(first(sent, "_to") or case))
    return await again_or_kept(
        request,
        sent,
        done,
        case,
        lambda: page(request, "not-moved", status=done.status, refusal=refusal_of(done), case=case, code=code),
    )
