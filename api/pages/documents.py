"""Documents to read and to print: the draft of the agreement as its document will say it, and the PDF of every text."""

import re
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.dependencies import Language, Reading, ReadSeat
from api.http.pages import page
from api.http.routes import case_router, handed_on
from api.pages.agreement_editor import body_written
from api.pages.answers import reader_at, see_other, sent_form
from api.pages.doors import case_path, page_of, sees_case
from mediation.acts.closing import closing_report
from mediation.case.seat import Seat
from mediation.documents.line_breaks import without_break_points
from mediation.errors import NotFound, NotPermitted
from mediation.reading.agreed import read_agreed_texts
from mediation.reading.draft_document import read_draft_document
from mediation.reading.outline import read_outline
from mediation.reading.own_evidence import evidence_sheet, own_signatures
from mediation.reading.papers import PAPERS, list_papers, read_paper
from mediation.reading.signed_documents import has_signed_document, read_signed_document
from mediation.store.database import Db
from mediation.workflow.declaration import Trait

drafts = case_router("agreement/document")
whole = case_router("agreement/text")
papers = case_router("papers")
routers = (drafts, whole, papers)

CLOSING_REPORT = "closing-report"
_DRAFT = re.compile("draft-(fi|sv|en)")
_EVIDENCE = re.compile("evidence-([0-9]{1,4})")

Paper = Annotated[
    str, Path(pattern="^[A-Za-z0-9_-]{1,24}$", description="A text, a draft, evidence or the closing report.")
]


@drafts.get("", include_in_schema=False)
def read_draft(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The saved draft as its document will say it, with its PDFs."""
    return _draft_page(request, db, seat, None)


@drafts.post("", include_in_schema=False)
@handed_on
async def read_written(request: Request) -> Response:
    """The draft as it is written in the editor now; nothing is saved."""
    written = body_written(request, await sent_form(request))
    return await run_in_threadpool(reader_at(request).read, lambda db, seat: _draft_page(request, db, seat, written))


def _draft_page(request: Request, db: Db, seat: Seat, written: dict[str, Any] | None) -> Response:
    documents = read_draft_document(db, seat, written)
    return page(
        request,
        "draft-document",
        case=case_path(request),
        documents=documents,
        document=seat.workflow.contract.document,
        saved=written is None,
    )


@whole.get("", include_in_schema=False)
def read_whole(
    request: Request,
    seat: ReadSeat,
    db: Reading,
    language: Language,
    version: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> Response:
    """The agreement, or one's own annex, whole, as it was sent for signing, and who signed it where it is sealed."""
    case = case_path(request)
    if not has_signed_document(db, seat, version):
        return see_other(
            f"{case}/agreement"
        )  # of a text that was sent before its pages were kept, there are PDFs alone
    return page(request, "signed-document", case=case, told=read_signed_document(db, seat, language, version))


@papers.get("", include_in_schema=False)
def read_papers(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """Every text of the case that the reader may have as a PDF."""
    _need_case(seat)
    outline = read_outline(db, seat)
    try:
        texts = read_agreed_texts(db, seat)
    except NotPermitted:
        texts = []
    drafted = [one for one in outline.agreements or [] if one.state == "draft"]
    return page(
        request,
        "papers",
        case=case_path(request),
        texts=texts,
        told=list_papers(db, seat),
        leads=seat.is_any(Trait.LEADS),
        agreement=bool(outline.agreements),
        whole=has_signed_document(db, seat),
        signed=own_signatures(db, seat),
        drafted=bool(drafted) and "draft-agreement" in outline.you.may,
        report=CLOSING_REPORT if _ended(seat) else None,
    )


@papers.get("/{paper}", include_in_schema=False)
def read_or_wait_for(paper: Paper, request: Request, seat: ReadSeat, db: Reading, language: Language) -> Response:
    """A paper that tells of the case, to read; of any other text its PDF, as soon as it is made."""
    if paper == CLOSING_REPORT:
        _need_case(seat)
        report = without_break_points(closing_report(db, seat, language).part())
        return page(request, "closing-report", case=case_path(request), back=_back(request, seat), **report)
    if paper in PAPERS:
        told = read_paper(db, seat, paper, language)
        return page(request, "paper", case=case_path(request), back=_back(request, seat), paper=told)
    _need_case(seat)
    case = case_path(request)
    if draft := _DRAFT.fullmatch(paper):
        where = f"/api{case}/agreement/draft/paper?language={draft[1]}"
    elif signed := _EVIDENCE.fullmatch(paper):
        told = without_break_points(evidence_sheet(db, seat, language, int(signed[1])).part())
        return page(request, "evidence", case=case, back=_back(request, seat), code=paper, **told)
    else:
        where = f"/api{case}/agreed-texts/{paper}/paper?language={language}"
    return _made(request, seat, where)


@papers.get("/{paper}/pdf", include_in_schema=False)
def wait_for(paper: Paper, request: Request, seat: ReadSeat, db: Reading, language: Language) -> Response:
    """Says that the PDF of a paper is being made, while the browser already asks for it: that takes a second or some."""
    if paper == CLOSING_REPORT and _ended(seat):
        return _made(request, seat, f"/api{case_path(request)}/{CLOSING_REPORT}?language={language}")
    if signed := _EVIDENCE.fullmatch(paper):
        asked = f"version={signed[1]}&language={language}"
        return _made(request, seat, f"/api{case_path(request)}/agreement/evidence/paper?{asked}")
    if paper not in {one.code for one in list_papers(db, seat)}:
        raise NotFound("paper-not-found")
    return _made(request, seat, f"/api{case_path(request)}/papers/{paper}/pdf?language={language}")


def _ended(seat: Seat) -> bool:
    """Whether a case has ended, and this seat keeps what is said of that."""
    return seat.case.outcome is not None and seat.is_any(Trait.LEADS, Trait.CONSENTS)


def _made(request: Request, seat: Seat, where: str) -> Response:
    return page(request, "paper-made", where=where, back=_back(request, seat))


def _back(request: Request, seat: Seat) -> str:
    return f"{case_path(request)}/papers" if sees_case(seat) else page_of(request, seat)


def _need_case(seat: Seat) -> None:
    if not sees_case(seat):
        raise NotFound("case-not-found")
