"""The table view: what all may see at once, to be projected. It reads only what is for the table, never the case page."""

from fastapi import Request, Response

from api.http.dependencies import Reading, ReadSeat
from api.http.pages import page
from api.http.routes import case_router
from api.pages.answers import own_path
from mediation.reading.table import read_table

table = case_router("table")
routers = (table,)


@table.get("", include_in_schema=False)
def show(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The joint text, the goals and the options, large, and nothing else."""
    phases = [one.code for one in seat.workflow.phases if one is not seat.workflow.final]
    to = own_path(request.query_params.get("to", f"/cases/{seat.case.number}"))
    return page(request, "table", seen=read_table(db, seat), phases=phases, to=to)
