"""The evidence of one's own signature: as it is kept, and as a PDF."""

from typing import Annotated

from fastapi import Depends, Query, Response

from api.http.dependencies import ONE_AT_A_TIME, BriefSeat, Reading, ReadSeat
from api.http.languages import language_of
from api.http.problems import problems
from api.http.routes import case_router
from api.http.views import files
from api.printing import Printed
from mediation.reading.own_evidence import EvidenceView, evidence_sheet, read_evidence

evidence = case_router("agreement/evidence")
routers = (evidence,)

OfVersion = Annotated[int | None, Query(ge=1, le=10_000, description="Default: the newest that you signed.")]


@evidence.get("")
def read_own_evidence(seat: ReadSeat, db: Reading, version: OfVersion = None) -> EvidenceView:
    """The evidence of your own signature: the exact moment, what you read, and how it is known that it was you."""
    return read_evidence(db, seat, version)


def typeset_evidence(seat: BriefSeat, version: OfVersion = None, language: Printed = None) -> bytes:
    """The same as a PDF, typeset after its transaction."""
    wanted = language or language_of(seat.request)
    return seat.read(lambda db, its: evidence_sheet(db, its, wanted, version)).pdf()


@evidence.get("/paper", response_class=Response, responses={200: files("application/pdf"), **problems(409)})
def print_own_evidence(pdf: Annotated[bytes, Depends(typeset_evidence, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """The evidence of your own signature as a PDF in your language or in another of ours, for you alone."""
    return Response(pdf, media_type="application/pdf")
