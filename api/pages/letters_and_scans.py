"""Papers: letters to print and hand over, and signed papers to attest by their scan."""

from collections.abc import Sequence

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from api.http.dependencies import Reading, ReadSeat
from api.http.envelope import SCAN_LIMIT
from api.http.pages import page
from api.http.routes import case_router, handed_on
from api.pages.answers import check_form, first, reader_at, refusal_of, see_other
from api.pages.doors import case_path
from api.pages.forms import Sent
from api.pages.posting import Done, send
from mediation.acts.printed_letters import letters_to_print
from mediation.case.permission import permit
from mediation.case.seat import Seat
from mediation.documents.scans import SCAN_BYTES, SCAN_TYPES
from mediation.reading.outline import read_outline
from mediation.reading.people import PersonLine
from mediation.store.database import Db
from mediation.workflow.declaration import Trait

letters = case_router("letters")
scans = case_router("scans")
routers = (letters, scans)


@letters.get("", include_in_schema=False)
def read_letters(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The letters that wait to be printed, each with its PDF and what to do once it was handed over."""
    waiting = letters_to_print(db, seat)
    people = {one.id: one.name for one in read_outline(db, seat).participants or []}
    lines = [(one.id, people.get(str(one.participant_id)), one.kind, one.due_at) for one in waiting]
    once = [db.new_id() for _ in lines]
    return page(request, "letters", case=case_path(request), letters=list(zip(lines, once, strict=True)))


@scans.get("", include_in_schema=False)
def ask_for_scan(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """Whose signed paper it is, and the file."""
    return _scan_page(request, db, seat)


@scans.post("", include_in_schema=False)
@handed_on
async def attach(request: Request) -> Response:
    """Attach the scan by the route of the API, and go on to what stands on the paper."""
    # Who may attach nothing sends no file: it is not received before that is known.
    await run_in_threadpool(reader_at(request).read, lambda db, seat: permit(db, seat, "attach-scan"))
    sent, file = await _sent_with_file(request)
    whose = first(sent, "whose")
    done = await send(
        request,
        "POST",
        f"/api{case_path(request)}/scans",
        token=first(sent, "_token"),
        once=first(sent, "_once"),
        query={"whose": whose},
        file=file,
    )
    if done.succeeded:
        return see_other(f"{case_path(request)}/recorded?for={whose}&paper={done.told['id']}")
    return await run_in_threadpool(reader_at(request).read, lambda db, seat: _scan_page(request, db, seat, sent, done))


class _InMemory(MultiPartParser):
    """A form with a file that is never written to disk: there it would lie unencrypted."""

    spool_max_size = SCAN_LIMIT


async def _sent_with_file(request: Request) -> tuple[Sent, tuple[str, bytes]]:
    await check_form(request)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HTTPException(400)
    try:
        form = await _InMemory(request.headers, request.stream(), max_files=1, max_fields=20).parse()
    except MultiPartException as error:
        raise HTTPException(400, error.message) from error
    sent = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    given = form.get("scan")
    file = (given.content_type or "", await given.read()) if isinstance(given, UploadFile) else ("", b"")
    await form.close()
    return sent, file


def _scan_page(request: Request, db: Db, seat: Seat, sent: Sent = (), done: Done | None = None) -> Response:
    permit(db, seat, "attach-scan")
    return page(
        request,
        "scans",
        status=done.status if done else 200,
        case=case_path(request),
        people=recorded_by_others(seat, read_outline(db, seat).participants or []),
        whose=first(sent, "whose"),
        types=",".join(SCAN_TYPES),
        most=SCAN_BYTES,
        refusal=refusal_of(done) if done else None,
        once=db.new_id(),
    )


def recorded_by_others(seat: Seat, people: Sequence[PersonLine]) -> list[PersonLine]:
    """Those for whom who leads may record what they said or signed: all but who leads and who ordered it."""
    leads = seat.workflow.who(Trait.LEADS, Trait.ORDERS)
    return [one for one in people if not leads & {*one.roles}]
