"""The agreement: drafting, sending and signing (both in two steps: PDFs are typeset before the transaction), and its files."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Header, Query, Request, Response
from pydantic import Field

from api.http.bodies import Body, Recorded
from api.http.content_policy import DATA_POLICY
from api.http.dependencies import (
    ONE_AT_A_TIME,
    SIGNINGS_AT_A_TIME,
    BriefSeat,
    Language,
    MaybeIfMatch,
    Reading,
    ReadSeat,
    WriteSeat,
    Writing,
    sent_scan,
)
from api.http.languages import language_of
from api.http.problems import View, problems
from api.http.routes import case_router, does
from api.http.views import IdView, files
from mediation.acts import agreement_wording, sending, signing, stored_files
from mediation.acts import agreements as drafting
from mediation.acts.agreement_versions import draft_tag, newest_agreement
from mediation.acts.interpreting import Interpreted
from mediation.acts.leaver_mentions import mentions_of_leavers
from mediation.acts.sheets import Sealed, Sheets, Typeset, sealed, typeset
from mediation.acts.understandings import mentions_beside_a_neutral_end
from mediation.case.permission import permit
from mediation.case.seat import Seat
from mediation.documents.render import unprintable as unprintable_of
from mediation.documents.scans import SCAN_TYPES, Scan, look_into
from mediation.people.second_factor import Proof
from mediation.reading.agreement import read_agreement, sees_whether_all_signed
from mediation.reading.agreement_view import AgreementView
from mediation.reading.days_off import days_off
from mediation.reading.differences import DifferencesView, read_changes
from mediation.reading.draft_document import draft_sheet
from mediation.store.database import Db
from mediation.words.catalogue import say
from mediation.words.fields import AnyLanguage, Day, Flag, Id, LanguageCode

agreement = case_router("agreement")
documents = case_router("documents")
scans = case_router("scans")
routers = (agreement, documents, scans)


class DraftBody(Body):
    """The whole draft, in every language that its parties read."""

    prevailing: AnyLanguage
    texts: drafting.Texts
    commitments: drafting.Promises = ()
    disclosure_decided: Flag = False


class DraftView(View):
    """The draft, the tag to change it with, and the characters that a document cannot print."""

    version: int
    state: str
    tag: str
    unprintable: list[str]
    days_off: dict[str, str] = Field(
        default={}, description="Holidays and weekends among the dates. They do not hinder."
    )
    warnings: list[str] = Field(
        default=[],
        description="What the words give away of who has left, and of what a party wished to be neutral. It does not hinder.",
    )


class SendBody(Body):
    """Until when it waits to be signed (default: 14 days)."""

    sign_by: Day | None = None


class SentView(View):
    """The frozen version and the digest of its manifest."""

    version: int
    state: str
    digest: str | None


class SignatureBody(Recorded):
    """The digest (SHA-256, hex) of what was read and is signed; who interpreted it to who has a language of their own."""

    digest: str = Field(pattern="^[0-9a-f]{64}$")
    interpreted: Interpreted | None = None
    shown: signing.Shown = None
    proof: str | None = Field(default=None, description="Where a second factor is asked for, and no session showed it.")


class SignedView(View):
    """A signature."""

    id: str
    way: str
    sealed: bool | None = Field(description="Whether everybody has signed; nothing where that is not yours to know.")


@agreement.get("")
def read(seat: ReadSeat, db: Reading, version: Annotated[int | None, Query(ge=1, le=10_000)] = None) -> AgreementView:
    """The agreement, newest version first; `version` for an earlier one."""
    return read_agreement(db, seat, version)


def looked_through(body: DraftBody, seat: BriefSeat) -> tuple[DraftBody, list[str]]:
    """A draft and its characters that cannot be printed, looked for before the transaction that writes it."""
    if seat.prepare(lambda db, its: permit(db, its, drafting.draft_agreement.permission)) is None:
        return body, []
    return body, drafting.unprintable_characters(body.texts, body.commitments)


@agreement.put("", openapi_extra=does("draft-agreement"))
def draft(
    looked: Annotated[tuple[DraftBody, list[str]], Depends(looked_through, max_concurrency=ONE_AT_A_TIME)],
    seat: WriteSeat,
    db: Writing,
    language: Language,
    if_match: MaybeIfMatch,
) -> DraftView:
    """Write the draft. Where there is one already, send its `tag` in quotes as `If-Match`."""
    body, unprintable = looked
    row = drafting.draft_agreement(db, seat, **dict(body), if_match=if_match)
    written = drafting.words_of_draft(body.texts, body.commitments)
    told = [{to for to, words in text.notices.items() if words} for text in body.texts.values()]
    mentioned = [*mentions_of_leavers(db, seat, written), *mentions_beside_a_neutral_end(db, seat, told)]
    elsewhere = unprintable_of("".join(agreement_wording.read_wording(db, seat, row).written_elsewhere()))
    days = [day for one in body.commitments for day in (one.starts_on, one.due_on) if day is not None]
    off = days_off(db, seat.case.organisation_id, days, language)
    return DraftView(
        version=row.version,
        state=row.state,
        tag=draft_tag(row),
        unprintable=list(dict.fromkeys([*unprintable, *elsewhere])),
        warnings=[say(f"mention.{code}", language) for code in mentioned],
        days_off={day.isoformat(): name for day, name in off.items()},
    )


def typeset_draft(
    seat: BriefSeat,
    language: Annotated[LanguageCode | None, Query(description="One of its languages; else yours.")] = None,
) -> bytes:
    """The draft as a PDF: its words are read in a transaction, and typeset after that has ended."""
    return seat.read(lambda db, its: draft_sheet(db, its, language or language_of(seat.request))).pdf()


@agreement.get(
    "/draft/paper",
    response_class=Response,
    responses={200: files("application/pdf"), **problems(409)},
)
def print_draft(pdf: Annotated[bytes, Depends(typeset_draft, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """The saved draft as its document will look, marked as a draft on every page (mediators)."""
    return Response(pdf, media_type="application/pdf")


def typeset_sending(body: SendBody, seat: BriefSeat) -> tuple[SendBody, Typeset | None]:
    """The frozen text, typeset before the transaction that sends it."""
    return body, typeset(seat.prepare(partial(sending.prepare_sending, sign_by=body.sign_by)))


@agreement.post("/sending", status_code=201, openapi_extra=does("send-agreement"))
def send(
    ready: Annotated[tuple[SendBody, Typeset | None], Depends(typeset_sending, max_concurrency=ONE_AT_A_TIME)],
    seat: WriteSeat,
    db: Writing,
) -> SentView:
    """Freeze the draft in every language and send it for signing (mediators)."""
    body, pages = ready
    return SentView.model_validate(sending.send_agreement(db, seat, pages, sign_by=body.sign_by))


@agreement.get("/differences")
def read_differences(
    seat: ReadSeat, db: Reading, version: Annotated[int | None, Query(ge=1, le=10_000)] = None
) -> DifferencesView:
    """What changed from the version before, clause by clause."""
    return read_changes(db, seat, version)


def typeset_signing(body: SignatureBody, seat: BriefSeat) -> tuple[SignatureBody, Sealed | None]:
    """The pages that a signature seals, if it seals any, typeset and sealed before the transaction that signs."""

    def prepare(db: Db, its: Seat) -> Sheets | None:
        proof = Proof(body.proof, seat.request.state.session)
        return signing.prepare_signing(db, its, body.digest, body.manner(), proof, interpreted=body.interpreted)

    return body, sealed(typeset(seat.prepare(prepare)), seat.installation.sealer)


@agreement.post("/signatures", status_code=201, openapi_extra=does("sign"))
def sign(
    ready: Annotated[tuple[SignatureBody, Sealed | None], Depends(typeset_signing, max_concurrency=SIGNINGS_AT_A_TIME)],
    seat: WriteSeat,
    db: Writing,
    request: Request,
    language: Language,
) -> SignedView:
    """Sign what was read. The last signature seals the agreement."""
    body, pages = ready
    proof = Proof(body.proof, request.state.session)
    row = signing.sign(
        db,
        seat,
        body.digest,
        body.manner(),
        proof,
        interpreted=body.interpreted,
        shown=body.shown,
        pages=pages,
        worded_in=language,
    )
    newest = newest_agreement(db, seat)
    is_sealed = newest is not None and newest.state == "sealed"
    return SignedView(id=row.id, way=row.way, sealed=is_sealed if sees_whether_all_signed(seat) else None)


def opened_scan(
    content: Annotated[bytes | None, Depends(sent_scan)],
    content_type: Annotated[str, Header(alias="Content-Type", max_length=100, include_in_schema=False)] = "",
) -> Scan | None:
    """The file that was sent, checked; a picture is drawn again."""
    return None if content is None else look_into(content_type.partition(";")[0].strip(), content)


@scans.post(
    "",
    status_code=201,
    openapi_extra={**does("attach-scan"), "requestBody": {"required": True, **files(*SCAN_TYPES)}},
)
def attach_scan(
    scan: Annotated[Scan | None, Depends(opened_scan, max_concurrency=ONE_AT_A_TIME)],
    seat: WriteSeat,
    db: Writing,
    whose: Annotated[str, Query(max_length=24, description="The participant whose paper it is.")],
) -> IdView:
    """Attest a paper by its scan: PDF, JPEG or PNG as the body, 10 MB at most, 50 in a case (mediators).

    A PDF that is encrypted, acts by itself or carries other files is refused; a picture is drawn anew, so that nothing
    but the picture is kept.
    """
    return IdView(id=stored_files.attach_scan(db, seat, whose, scan).id)


# An employer representative signs the manifest of an annex.
_MANIFEST = {"case": "2027-0001", "version": 1, "prevailing": "fi", "annex": "annex-1", "documents": []}
_DOCUMENT = {
    "content": {
        **files(*SCAN_TYPES)["content"],
        "application/json": {"schema": {"type": "object"}, "example": _MANIFEST},
    }
}


@documents.get(
    "/{document}",
    response_class=Response,
    responses={200: _DOCUMENT},
)
def read_document(document: Id, seat: ReadSeat, db: Reading) -> Response:
    """A file of the case, as far as it is yours: a document (PDF), a manifest (JSON), a scan."""
    row, content = stored_files.read_document(db, seat, document)
    name = stored_files.download_name(row)
    # It is never run either, even if it is not what it claims: the browser gives it an origin of its own.
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": f"{DATA_POLICY}; sandbox",
    }
    return Response(content, media_type=row.mime, headers=headers)
