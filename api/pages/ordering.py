"""What who orders mediation has: one status a case, and the acts of ordering. Nothing else."""

from fastapi import Request, Response

from api.http.dependencies import Number, Reading, ReadSelf
from api.http.pages import page
from api.http.routes import router_for
from api.pages.doors import forms_of
from mediation.case.seat import take_seat
from mediation.case.visibility import Level, sees, sees_full
from mediation.reading.budgets import read_budget
from mediation.reading.inquiries import read_inquiry
from mediation.reading.meetings import booked_for_orderer
from mediation.reading.papers import list_papers
from mediation.reading.statuses import status
from mediation.reading.summaries import is_summary_settled
from workflows import WORKFLOWS

statuses = router_for("/statuses", "status-pages")
routers = (statuses,)


@statuses.get("/{number}", include_in_schema=False)
def read_status(number: Number, request: Request, caller: ReadSelf, db: Reading) -> Response:
    """One status, and what who orders may do."""
    line = status(db, WORKFLOWS, caller.id, number)
    seat = take_seat(db, WORKFLOWS, number, caller.id)
    request.state.workflow = seat.workflow
    acts = forms_of(request, number, seat.may_do())
    now, plans = db.now(), sees_full(seat.roles, "session-plan")
    return page(
        request,
        "status",
        line=line,
        acts=acts,
        papers=list_papers(db, seat),
        items=seat.workflow.items,
        booked=[one for one in booked_for_orderer(db, seat) if one.is_to_come(now)] if plans else (),
        plans=plans,
        budget=read_budget(db, seat) if sees(seat.roles, "budget") > Level.NOTHING else None,
        is_settled=sees(seat.roles, "summary") > Level.NOTHING and is_summary_settled(db, seat),
        inquiry=read_inquiry(db, seat) if sees(seat.roles, "inquiry") > Level.NOTHING else None,
    )
