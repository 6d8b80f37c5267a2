"""What is one's own at a case: a copy to take away, what one did and agreed to, and what a new version of the text changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response

from api.http.dependencies import Reading, ReadSeat
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import case_router
from api.pages.arranging import own_marks, said_of
from api.pages.doors import forms_of, sees_case
from api.pages.drafting import page_of_form
from api.pages.kept import words_in
from mediation.case.drafts import read_drafts
from mediation.case.seat import Seat
from mediation.case.visibility import sees
from mediation.errors import NotFound, NotPermitted
from mediation.reading.agreed import read_agreed_texts
from mediation.reading.bundles import has_sealed
from mediation.reading.case import has_section
from mediation.reading.differences import read_changes
from mediation.reading.outline import read_outline
from mediation.reading.own_evidence import own_signatures
from mediation.sealing.standalone.verify import fingerprint
from mediation.store.database import Db


@dataclass(frozen=True)
class Unsent:
    """A draft: its form, when it was saved last, the code of the words for its act, where its form is, and what was written."""

    form: str
    at: datetime
    act: str
    where: str
    written: Sequence[tuple[str, str]]


own = case_router("own")
agreement = case_router("agreement")
routers = (own, agreement)


@own.get("", include_in_schema=False)
def own_documents(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """What is one's own at a case: a copy to take away, what was agreed, what one did, and one's particulars."""
    if not sees_case(seat):
        raise NotFound("case-not-found")
    outline, language = read_outline(db, seat), language_of(request)
    try:
        texts = read_agreed_texts(db, seat)
    except NotPermitted:
        texts = []
    acts = {where: words for words, where in forms_of(request, outline.number, outline.you.may)}
    case = f"/cases/{outline.number}"
    return page(
        request,
        "own",
        case=case,
        outline=outline,
        texts=texts,
        sealed=has_sealed(db, seat),
        seal=fingerprint(request.app.state.installation.sealer.chain.signer),
        signed=own_signatures(db, seat),
        you=seat.participant_id,
        may=seat.may_do(),
        reads=has_section(sees(seat.roles, "private-statement")),
        ended=bool(outline.phase) and outline.phase == seat.workflow.final.code,
        unsent=_unsent(request, seat, db, acts),
        marks=[(said_of(one, language), one) for one in own_marks(db, seat)],
        more=[(acts[f"{case}/{path}"], f"{case}/{path}") for path in _OWN if f"{case}/{path}" in acts],
    )


def _unsent(request: Request, seat: Seat, db: Db, acts: Mapping[str, str]) -> list[Unsent]:
    """What one wrote and has not sent, the newest first: also where the case has moved on and the form is gone."""
    words = {one.name: one.words for those in request.app.state.doors.values() for one in those}
    found = []
    for one in reversed([*read_drafts(db, seat).values()]):
        act = one.form.partition(" ")[0]
        where = f"/cases/{seat.case.number}/{page_of_form(one.form)}"
        written = [(label, value) for _, label, value in words_in(request, one.written)]
        found.append(
            Unsent(
                one.form,
                one.at,
                words.get(act, "page.unsent"),
                where if where in acts or "/recorded/" in where else "",
                written,
            )
        )
    return found


_OWN = ("corrections", "holds", "complaints", "needs", "supervision-requests")


@agreement.get("/differences", include_in_schema=False)
def what_changed(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """What the newest version of the agreement changes in the one before it, clause by clause."""
    outline = read_outline(db, seat) if sees_case(seat) else None
    try:
        changes = read_changes(db, seat)
    except NotFound:
        changes = None
    return page(
        request,
        "differences",
        case=f"/cases/{seat.case.number}",
        changes=changes,
        papers=seat.workflow.papers,
        by={one.id: one.name for one in (outline.participants if outline else None) or []},
    )
