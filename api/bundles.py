"""The bundle of a sealed agreement: a zip that anybody can check without us."""

from typing import Annotated

from fastapi import Depends, Query, Response

from api.http.content_policy import DATA_POLICY
from api.http.dependencies import ONE_AT_A_TIME, BriefSeat, Reading, ReadSeat
from api.http.problems import problems
from api.http.routes import case_router
from api.http.views import files
from mediation.reading.bundles import read_sealed
from mediation.sealing.bundle import bundle

bundles = case_router("agreement/bundle")
sealed_files = case_router("agreement/sealed")
routers = (bundles, sealed_files)

OfVersion = Annotated[int | None, Query(ge=1, le=10_000, description="Default: the newest.")]


def packed(seat: BriefSeat, version: OfVersion = None) -> tuple[str, bytes]:
    """The bundle and its name: what it is made of is read in a transaction, and it is packed after that has ended."""
    sealed = seat.read(lambda db, its: read_sealed(db, its, version))
    content = bundle(sealed.name, sealed.content, seat.installation.sealer, head=sealed.head)
    return f"{sealed.name.removesuffix('.pdf')}.zip", content


@bundles.get("", response_class=Response, responses={200: files("application/zip"), **problems(404)})
def take_bundle(made: Annotated[tuple[str, bytes], Depends(packed, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """The sealed agreement, or your own annex, with what was signed, the seal's certificate, and a program that checks it."""
    name, content = made
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/zip", headers=headers)


@sealed_files.get("", response_class=Response, responses={200: files("application/pdf"), **problems(404)})
def read_sealed_file(seat: ReadSeat, db: Reading, version: OfVersion = None) -> Response:
    """The sealed agreement, or your own annex, as a PDF: its pages are the text, and what was signed is attached."""
    sealed = read_sealed(db, seat, version)
    headers = {
        "Content-Disposition": f'attachment; filename="{sealed.name}"',
        "Content-Security-Policy": f"{DATA_POLICY}; sandbox",
    }
    return Response(sealed.content, media_type="application/pdf", headers=headers)
