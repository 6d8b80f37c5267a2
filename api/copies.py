"""One's own copy of the sealed agreement, for whoever has a code on paper: no session is opened, and nothing else is."""

from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import Field

from api.http.bodies import Body
from api.http.content_policy import DATA_POLICY
from api.http.dependencies import ONE_AT_A_TIME, Served
from api.http.problems import problems
from api.http.routes import public, router_for
from api.http.security import OwnPages, client_of
from api.http.views import files
from mediation.acts.copy_codes import Holder, holder_of_code
from mediation.case.seat import take_seat
from mediation.errors import NotFound, NotYet
from mediation.reading.bundles import SealedPdf, read_sealed
from mediation.sealing.bundle import bundle
from mediation.store.database import Db
from mediation.words.fields import choices
from workflows import WORKFLOWS

router = router_for("/copies", "copies")

PDF, BUNDLE = "pdf", "bundle"


class CopyCodeBody(Body):
    """The code on paper; spaces, hyphens and small letters make no difference. And what is taken: the PDF, or the bundle."""

    code: Annotated[str, Field(max_length=60)]
    what: Annotated[str, choices((PDF, BUNDLE))] = PDF


def own_copy(body: CopyCodeBody, request: Request, installation: Served) -> Response:
    """What the code opens: looked up and read in two short transactions, and packed after they have ended."""
    with installation.database.writing() as db:
        holder = holder_of_code(db, body.code, client=client_of(request))
    with installation.database.reading() as db:
        sealed = _sealed(db, holder)
    if body.what == BUNDLE:
        content = bundle(sealed.name, sealed.content, installation.sealer, head=sealed.head)
        return _file(content, "application/zip", f"{sealed.name.removesuffix('.pdf')}.zip")
    return _file(sealed.content, "application/pdf", sealed.name)


def _sealed(db: Db, holder: Holder) -> SealedPdf:
    try:
        return read_sealed(db, take_seat(db, WORKFLOWS, holder.case_number, holder.person_id))
    except NotFound as error:
        if error.code != "document-not-found":
            raise
        raise NotYet("copy-not-sealed-yet") from error


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": f"{DATA_POLICY}; sandbox",
    }
    return Response(content, media_type=media_type, headers=headers)


@router.post(
    "",
    response_class=Response,
    responses={200: files("application/pdf"), **problems(401, 403, 404, 409, 413, 422, 429)},
)
@public
def open_copy(_: OwnPages, made: Annotated[Response, Depends(own_copy, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """Your own copy of the sealed agreement, or of your own annex, with the code that you were given on paper."""
    return made
