"""What is for the mediators alone, and for a party what they told: pages that are opened on purpose, never in passing."""

from fastapi import Request, Response

from api.http.dependencies import Reading, ReadSeat
from api.http.pages import page
from api.http.routes import case_router
from api.pages.sections import AT_ONCE
from mediation.case.seat import level_of
from mediation.case.visibility import sees, sees_full
from mediation.errors import NotPermitted
from mediation.reading.outline import read_outline
from mediation.reading.parts import Part
from mediation.reading.reads import read_reads
from mediation.reading.words import notes_of, private_statements_of

private = case_router("private")
reads = case_router("opened")
routers = (private, reads)


@private.get("", include_in_schema=False)
def read_private(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """Words that were told to the mediators alone, and a mediator's own notes. Opening them is recorded."""
    level = level_of(seat, "private-statement")
    if not sees_full(seat.roles, "private-statement"):
        raise NotPermitted("not-yours-to-see")
    outline = read_outline(db, seat)
    told = private_statements_of(db, seat, level, Part(AT_ONCE, before=request.query_params.get("before", "")))
    notes = notes_of(db, seat, sees(seat.roles, "note"), Part(AT_ONCE))
    return page(
        request,
        "private",
        number=seat.case.number,
        by={one.id: one.name for one in outline.participants or []},
        statements=told.lines,
        earlier=told.lines[0].id if told.more else None,
        notes=notes.lines,
        earlier_note=notes.lines[0].id if notes.more else None,
    )


@reads.get("", include_in_schema=False)
def who_opened(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """Who opened one's own words, when and how often."""
    return page(request, "opened", number=seat.case.number, reads=read_reads(db, seat))
