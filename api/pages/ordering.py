"""What who orders mediation has: one status a case, the acts of ordering, and the form of a referral. Nothing else."""

from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.cases import Referral
from api.http.callers import active, identify
from api.http.dependencies import Number, Reading, ReadSelf
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import handed_on, router_for
from api.http.security import page_credentials, settings_of
from api.pages.acts import forms_of, kept_words, may_now
from api.pages.answers import first, refusal_of, see_other, sent_form
from api.pages.forms import Choice, Form, Known, Sent, body_of, schema_of
from api.pages.posting import Done, send
from mediation.case.seat import take_seat
from mediation.reading.me import read_me
from mediation.reading.statuses import status
from mediation.store.database import Db
from mediation.store.models import Person
from workflows import WORKFLOWS

statuses = router_for("/statuses", "status-pages")
referral = router_for("/refer", "referral-page")
routers = (statuses, referral)

_REFERRAL = schema_of(Referral)
_PARTIES_FIRST = 2  # empty rows of a new referral


@statuses.get("/{number}", include_in_schema=False)
def read_status(number: Number, request: Request, caller: ReadSelf, db: Reading) -> Response:
    """One status, and what who orders may do."""
    line = status(db, WORKFLOWS, caller.id, number)
    seat = take_seat(db, WORKFLOWS, number, caller.id)
    return page(request, "status", line=line, acts=forms_of(request, number, may_now(seat)))


@referral.get("", include_in_schema=False)
def show(request: Request, caller: ReadSelf, db: Reading) -> Response:
    """The form of a referral."""
    return _form(request, db, caller)


@referral.post("", include_in_schema=False)
@handed_on
async def refer(request: Request) -> Response:
    """Bring a matter to mediation, once the answers were looked through."""
    sent = await sent_form(request)
    body = body_of(Form(_REFERRAL, language_of(request)).fields(sent), sent, settings_of(request).zone)
    if first(sent, "_more") or first(sent, "_change"):
        return await run_in_threadpool(_again, request, sent, None)
    if not first(sent, "_checked"):
        return await run_in_threadpool(_again, request, sent, None, checking=True)
    done = await send(request, "POST", "/api/cases", body, token=first(sent, "_token"), once=first(sent, "_once"))
    if done.succeeded:
        to = f"/statuses/{done.told['number']}"
        return (
            page(request, "done", act="act.refer", warnings=done.told["warnings"], told=(), to=to)
            if done.told["warnings"]
            else see_other(to)
        )
    if done.status == 401 or done.code == "form-token-missing":
        return kept_words(request, sent, done)
    return await run_in_threadpool(_again, request, sent, done)


def _again(request: Request, sent: Sent, done: Done | None, *, checking: bool = False) -> Response:
    with request.app.state.installation.database.reading() as db:
        caller = active(identify(db, request, page_credentials(request), writing=False))
        return _form(request, db, caller, sent, done, checking=checking)


def _form(
    request: Request, db: Db, caller: Person, sent: Sent = (), done: Done | None = None, *, checking: bool = False
) -> Response:
    language, refusal = language_of(request), refusal_of(done) if done else None
    known = _known(db, caller)
    rows = 0 if checking else 1 if sent else _PARTIES_FIRST
    given: Sent = sent or [("language", language), ("organisation", _only(known)), ("workflow", next(iter(WORKFLOWS)))]
    fields = Form(_REFERRAL, language, known, rows=rows).fields(given, refusal.faults if refusal else {})
    context: dict[str, Any] = {
        "fields_shown": [one for one in fields if one.name not in _NOT_ASKED],
        "refusal": refusal,
    }
    return page(
        request,
        "referral",
        status=done.status if done else 200,
        once=db.new_id(),
        checking=checking,
        sent=[(name, value) for name, value in sent if not name.startswith("_")],
        **context,
    )


_NOT_ASKED = frozenset({"workflow", "commissioner"})


def _known(db: Db, caller: Person) -> Known:
    offices = [one for one in read_me(db, caller).offices if one.office in {"hr", "mediator"}]
    return {"organisation": [Choice(one.organisation, one.organisation_name) for one in offices], "person": ()}


def _only(known: Known) -> str:
    return known["organisation"][0].value if len(known["organisation"]) == 1 else ""
