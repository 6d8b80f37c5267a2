"""What HR sees: its own cases by number, one line each."""

from api.http.dependencies import After, Limit, Number, Reading, ReadSelf
from api.http.problems import View, problems
from api.http.routes import router_for
from api.http.views import onward
from mediation.case.seat import take_seat
from mediation.reading.meetings import BookedLine, booked_for_orderer
from mediation.reading.statuses import StatusDetailView, StatusView, status, statuses
from workflows import WORKFLOWS

router = router_for("/statuses", "statuses")


class StatusesView(View):
    """A page of the list. `next` is where the rest is."""

    statuses: list[StatusView]
    next: str | None


@router.get("")
def list_statuses(
    caller: ReadSelf,
    db: Reading,
    after: After = None,
    limit: Limit = 50,
) -> StatusesView:
    """The cases whose commissioner you are, by number."""
    lines = statuses(db, WORKFLOWS, caller.id, after=after or "", limit=limit + 1)
    return StatusesView(statuses=lines[:limit], next=onward("/api/statuses", [one.number for one in lines], limit))


@router.get("/{number}/schedule", responses=problems(404))
def read_schedule(caller: ReadSelf, db: Reading, number: Number) -> list[BookedLine]:
    """When the sessions of a case that you ordered are held, where who orders may know; never who was there."""
    return booked_for_orderer(db, take_seat(db, WORKFLOWS, number, caller.id))


@router.get("/{number}", responses=problems(404))
def read_status(caller: ReadSelf, db: Reading, number: Number) -> StatusDetailView:
    """One of your cases. What is not yours is not there."""
    return status(db, WORKFLOWS, caller.id, number)
