"""Papers: the documents that tell of a case in prose, each as its words and as a PDF, for whoever may read them."""

from typing import Annotated

from fastapi import Depends, Path, Response

from api.http.dependencies import ONE_AT_A_TIME, BriefSeat, Language, Reading, ReadSeat
from api.http.languages import language_of
from api.http.problems import problems
from api.http.routes import case_router
from api.http.views import files
from api.printing import Printed
from mediation.reading.paper_view import PaperLine, PaperView
from mediation.reading.papers import list_papers, paper_sheet, read_paper

router = case_router("papers")

PaperCode = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,40}$", description="The code of a paper.")]


@router.get("")
def read_papers(seat: ReadSeat, db: Reading) -> list[PaperLine]:
    """The papers of the case that you can read now, by their codes."""
    return list_papers(db, seat)


@router.get("/{paper}", name="read", responses=problems(404))
def read_one(paper: PaperCode, seat: ReadSeat, db: Reading, language: Language) -> PaperView:
    """A paper in your language: the same words as its PDF."""
    return read_paper(db, seat, paper, language)


def typeset_paper(paper: PaperCode, seat: BriefSeat, language: Printed = None) -> bytes:
    """A paper as a PDF: its words are read in a transaction, and typeset after that has ended."""
    return seat.read(lambda db, its: paper_sheet(db, its, paper, language or language_of(seat.request))).pdf()


@router.get("/{paper}/pdf", response_class=Response, responses={200: files("application/pdf"), **problems(404)})
def print_paper(pdf: Annotated[bytes, Depends(typeset_paper, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """A paper as a PDF (PDF/A-2a, PDF/UA-1), in your language or in another of ours."""
    return Response(pdf, media_type="application/pdf")
