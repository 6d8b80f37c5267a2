"""What an act has typeset before its transaction: the sheets, gathered from the present rows, and the PDFs made of them.

Typesetting takes seconds, and a transaction that writes keeps others waiting. So an act that stores PDFs comes in three
steps: a transaction that only reads gathers the sheets; they are typeset while none is open; and the transaction that
writes gathers them once more, under the lock, and takes the PDFs only if they are of these very sheets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mediation.acts.agreement_wording import AgreementWording, Person, agreement_data, annex_data, signatures_data
from mediation.acts.letterheads import logo_of
from mediation.acts.stored_files import stored
from mediation.case.seat import Seat
from mediation.documents.logos import kept_logo
from mediation.documents.render import Sheet
from mediation.errors import Outdated
from mediation.sealing.file_names import agreement_file, annex_file, sealed_annex_file, sealed_file
from mediation.sealing.manifest import read_manifest
from mediation.sealing.seal import Sealer, seal_with
from mediation.sealing.signature_page import signature_sheet
from mediation.store.database import Db
from mediation.store.models import Agreement, Signature, StoredFile, get, get_bytes
from mediation.workflow.declaration import Trait


@dataclass(frozen=True)
class FileSheet:
    """A sheet and the stored file of the case that it becomes; `owner` is whose annex it is."""

    kind: str
    name: str
    sheet: Sheet
    owner: str | None = None


@dataclass(frozen=True)
class Sheets:
    """What an act needs typeset: gathered at a moment (UTC), for the act `id`, from what had this `tag`."""

    files: tuple[FileSheet, ...]
    at: datetime
    id: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Typeset:
    """Sheets and the PDFs made of them, in the same order."""

    sheets: Sheets
    pdfs: tuple[bytes, ...]


def typeset(sheets: Sheets | None) -> Typeset | None:
    """The PDFs of all sheets. Takes up to seconds for each: never while a transaction is open. Refuses as `render` does."""
    return None if sheets is None else Typeset(sheets, tuple(one.sheet.pdf() for one in sheets.files))


@dataclass(frozen=True)
class Sealed:
    """Sheets and the sealed PDFs made of them, in the same order."""

    sheets: Sheets
    pdfs: tuple[bytes, ...]


def sealed(pages: Typeset | None, sealer: Sealer) -> Sealed | None:
    """The pages with their seals. It may ask an authority over the network: never while a transaction is open.

    Refuses like `seal_with`: nothing is signed, then, and it can be tried again.
    """
    if pages is None:
        return None
    return Sealed(pages.sheets, tuple(seal_with(pdf, sealer, pages.sheets.at) for pdf in pages.pdfs))


def pdfs_of(files: tuple[FileSheet, ...], typeset: Typeset | Sealed | None) -> tuple[bytes, ...]:
    """The PDFs of `files` among what was typeset. Refuses with `case-changed` (Outdated) unless these were typeset."""
    if not files:
        return ()
    if typeset is None or typeset.sheets.files != files:
        raise Outdated("case-changed")
    return typeset.pdfs


def files_to_freeze(db: Db, wording: AgreementWording, at: datetime) -> tuple[FileSheet, ...]:
    """The agreement and then each representative's annex, in every language, dated `at` (UTC)."""
    files, logo = [], logo_of(db, wording.agreement.case_id)
    for own in (None, *wording.representatives()):
        kind, owner = ("annex", own.id) if own else ("agreement", None)
        for language in wording.languages:
            data = annex_data(wording, own, language) if own else agreement_data(wording, language)
            template = wording.contract.annex if own else wording.contract.document
            name = annex_file(language, annex_number(wording, own)) if own else agreement_file(language)
            spoken = wording.workflow.speaking(language)
            files.append(FileSheet(kind, name, Sheet(template, spoken, data, at, db.zone, logo=logo), owner))
    return tuple(files)


def annex_number(wording: AgreementWording, own: Person) -> int | None:
    """What distinguishes a representative's annex; None where nobody else represents the employer.

    It counts those who represent, not those who have an annex: who they are, each of them knows, and an annex that bore
    another number because of another annex would reveal that one.
    """
    everyone = [one.id for one in wording.having(Trait.REPRESENTS)]
    return everyone.index(own.id) + 1 if len(everyone) > 1 else None


def files_to_seal(
    db: Db, seat: Seat, agreement: Agreement, signature: Signature, *, is_last: bool
) -> tuple[FileSheet, ...]:
    """What `signature` seals: the own annex of a representative and, if it is the last one, the whole."""
    kinds = ("agreement", "annex", "annex-manifest") if is_last else ("annex", "annex-manifest")
    frozen = [row for kind in kinds for row in stored(db, seat, kind, agreement.id)]
    own = [row for row in frozen if row.owner == signature.participant_id]
    listed = next((row for row in own if row.kind == "annex-manifest"), None)
    files = []
    if listed is not None:
        name, manifest = sealed_annex_file(agreement.prevailing, agreement.version), get_bytes(db, listed, "content")
        sheet = _page(db, seat, agreement, [signature], own, manifest, signature.at)
        files.append(FileSheet("sealed-annex", name, sheet, listed.owner))
    if is_last:
        of_others = select(Signature).where(Signature.agreement_id == agreement.id, Signature.id != signature.id)
        signed, manifest = [*db.scalars(of_others), signature], str(get(db, agreement, "manifest")).encode()
        sheet = _page(db, seat, agreement, signed, frozen, manifest, signature.at)
        files.append(FileSheet("sealed", sealed_file(agreement.prevailing, agreement.version), sheet))
    return tuple(files)


def _page(
    db: Db,
    seat: Seat,
    agreement: Agreement,
    signed: Sequence[Signature],
    frozen: Sequence[StoredFile],
    manifest: bytes,
    at: datetime,
) -> Sheet:
    whole, files = read_manifest(manifest), {row.name: get_bytes(db, row, "content") for row in frozen}
    page = signatures_data(db, seat, agreement, signed, frozen, manifest_digest=whole.digest, at=at)
    printed = {row.name: get(db, row, "printed") for row in frozen}
    pages = [printed[one.name] for one in whole.documents]
    code = seat.workflow.code
    if not all(pages):  # of a text that was sent before its pages were kept, the sealed file has the attachments alone
        return signature_sheet(whole, files, page, at=at, zone=db.zone, workflow=code)
    logo = next((one["logo"] for one in pages if one.get("logo")), None)
    plain = [{name: one[name] for name in one if name != "logo"} for one in pages]
    mark = kept_logo(logo) if logo else None
    return signature_sheet(whole, files, page, plain, at=at, zone=db.zone, logo=mark, workflow=code)
