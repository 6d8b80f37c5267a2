"""Signing: a signatory signs what was sent, and the last signature seals it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select, update

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import newest_in
from mediation.acts.interpreting import Interpreted, evidence
from mediation.acts.sheets import Sealed, Sheets, files_to_seal, pdfs_of
from mediation.acts.signatories import digest_to_sign
from mediation.acts.signing_day import sent_on, signing_opens_on
from mediation.acts.signing_evidence import gather_evidence
from mediation.acts.stored_files import store
from mediation.case import record
from mediation.case.participants import those_in
from mediation.case.permission import permit
from mediation.case.seat import OWN, Doer, Manner, Seat
from mediation.errors import CaseChanged, NotPermitted, NotYet
from mediation.letters import outbox
from mediation.people.second_factor import NO_PROOF, Proof, came_through, demand, has_shown
from mediation.sealing.manifest import canonical
from mediation.store.database import Db
from mediation.store.models import Agreement, Breach, Letter, Participant, Signature, get, put
from mediation.words.fields import LanguageCode
from mediation.workflow.declaration import Trait
from mediation.workflow.facts_loading import load_facts

Shown = Annotated[LanguageCode | None, Field(description="The language of the text that was read. Kept as evidence.")]

LEAST_TIME = timedelta(days=7)  # in which a text stays open for signing


def _is_last(db: Db, seat: Seat, signatory: str) -> bool:
    """Whether nobody is left to sign once `signatory` has, who may have done so already."""
    workflow, facts = seat.workflow, load_facts(db, seat.case)
    return facts.yet_to_sign(workflow.signing(facts), workflow.who(Trait.REPRESENTS)) <= {signatory}


def prepare_signing(
    db: Db,
    seat: Seat,
    digest: str,
    manner: Manner = OWN,
    proof: Proof = NO_PROOF,
    *,
    interpreted: Interpreted | None = None,
) -> Sheets | None:
    """What has to be typeset for a signature: the pages that it seals, or None where it seals nothing.

    Reads only; refuses as `sign`, and typesets nothing for who has yet to show the second factor.
    """
    if sign.done_already(db, seat, {"digest": digest}) is not None:
        return None
    doer = permit(db, seat, sign.permission, manner)
    agreement = _to_sign(db, seat, doer, digest)
    if isinstance(agreement, Signature):
        return None
    own, shared = doer.recorded_by == doer.id, came_through(proof.session, seat.shared)
    if own and not has_shown(db, seat.person_id, seat.case.organisation_id, proof, shared=shared):
        return None
    signature = _new_signature(db, seat, agreement, doer, digest, interpreted, db.new_id(), db.now())
    files = files_to_seal(db, seat, agreement, signature, is_last=_is_last(db, seat, doer.id))
    return Sheets(files, signature.at, signature.id) if files else None


@act("sign", beside=("proof", "pages", "worded_in"))
def sign(
    case: Acting,
    digest: str,
    manner: Manner = OWN,
    proof: Proof = NO_PROOF,
    *,
    interpreted: Interpreted | None = None,
    shown: Shown = None,
    pages: Sealed | None = None,
    worded_in: str | None = None,
) -> Signature:
    """Sign the frozen agreement whose digest was read; the last signature seals it, in the same transaction.

    By own hand only: on the own device, in person, or on paper with a scan. Who signs themselves shows by `proof` a second
    factor where the organisation asks for one, or where others read the mailbox (`second-factor-needed`). Signing never
    moves the case (workflow.md rule 4). Who has a language of their own names who `interpreted` the text to them (rule 14).
    `shown` is the language of the text that was read and `worded_in` that of the page: both are kept as evidence.
    Refuses with `nothing-to-sign`, `not-a-signatory`, `sign-by-passed`, `text-changed` when `digest` is not what waits for
    this signatory, with `signing-opens-tomorrow` as `signing_day` says, and like `interpreting.evidence` and `gather_evidence`.
    Twice gives the signature that stands.

    `pages` are the sealed PDFs of what `prepare_signing` gave. Refuses with `case-changed` (Outdated, which is to be tried
    again) when they are not of the pages that this signature seals: somebody else has signed meanwhile.

    A representative's own annex is sealed at once, on the own signature alone: it says nothing of the others.
    """
    db, seat, doer = case.db, case.seat, case.doer
    agreement = _to_sign(db, seat, doer, digest)
    if isinstance(agreement, Signature):
        return agreement
    at, new_id = (pages.sheets.at, pages.sheets.id) if pages is not None else (db.now(), db.new_id())
    signatory = db.get_one(Participant, doer.id)
    signature = _new_signature(db, seat, agreement, doer, digest, interpreted, new_id, at)
    kept = gather_evidence(db, seat, signature, signatory, proof, shown=shown, worded_in=worded_in)
    _demand_proof(case, proof)
    _write_signature(case, signature, kept)
    files = files_to_seal(db, seat, agreement, signature, is_last=_is_last(db, seat, doer.id))
    for one, content in zip(files, pdfs_of(files, pages), strict=True):
        store(case, one.kind, agreement.id, one.name, "application/pdf", content, owner=one.owner)
        if one.kind == "sealed":
            _put_in_force(case, agreement, sha256(content).hexdigest(), at)
    return signature


def _demand_proof(case: Acting, proof: Proof) -> None:
    """Require of who signs themselves the second factor that is asked for, and of a mediator to be one."""
    seat = case.seat
    if case.doer.recorded_by == case.doer.id:
        shared = came_through(proof.session, seat.shared)
        demand(case.db, seat.person_id, seat.case.organisation_id, proof, shared=shared)
    elif seat.unproven:  # whoever records it may not be the mediator
        raise NotPermitted("mailbox-shared")


def _to_sign(db: Db, seat: Seat, doer: Doer, digest: str) -> Agreement | Signature:
    """The version that the doer's signature goes under; or their signature that stands there already."""
    agreement = newest_in(db, seat, ("sent", "sealed"), "nothing-to-sign")
    if digest != digest_to_sign(db, seat, agreement, doer.id):
        raise CaseChanged("text-changed", version=agreement.version)
    signed = db.scalar(select(Signature).filter_by(agreement_id=agreement.id, participant_id=doer.id))
    if signed is not None:
        return signed
    if agreement.state == "sealed":  # who comes after the seal signs the next version
        raise NotYet("nothing-to-sign")
    is_party = doer.id in those_in(db, seat.case.id, *seat.workflow.who(Trait.CONSENTS))
    if is_party and signing_opens_on(db, seat, agreement) is not None:
        raise NotYet("signing-opens-tomorrow")
    if agreement.sign_by is not None and db.today() > _open_until(db, agreement, agreement.sign_by):
        raise NotYet("sign-by-passed", sign_by=agreement.sign_by)
    return agreement


def _open_until(db: Db, agreement: Agreement, sign_by: date) -> date:
    # A day close by invites and never ends: a text stays open for at least seven days (workflow.md rule 4).
    return max(sign_by, sent_on(db, agreement) + LEAST_TIME)


def _new_signature(
    db: Db,
    seat: Seat,
    agreement: Agreement,
    doer: Doer,
    digest: str,
    interpreted: Interpreted | None,
    new_id: str,
    at: datetime,
) -> Signature:
    row = Signature(id=new_id, case_id=seat.case.id, agreement_id=agreement.id, participant_id=doer.id, digest=digest)
    row.way, row.recorded_by, row.paper, row.at = doer.way, doer.recorded_by, doer.paper, at
    if said := evidence(db, seat, doer.id, interpreted):
        put(db, row, "interpreted", said)
    return row


def _write_signature(case: Acting, row: Signature, kept: Mapping[str, Any]) -> None:
    case.write(row, evidence=kept)
    # Who has signed is asked and reminded no more: their own act alone says so, and tells nobody of the others.
    theirs = Letter.participant_id == row.participant_id, Letter.about == row.agreement_id
    outbox.call_off(case.db, *theirs)
    # The record answers for who interpreted and for the evidence, too: of these words it has a digest.
    words = [*sorted((get(case.db, row, "interpreted") or {}).values()), canonical(kept).decode()]
    case.record(row.id, row.agreement_id, row.digest, row.recorded_by, words=words)


def _put_in_force(case: Acting, agreement: Agreement, digest: str, at: datetime) -> None:
    db, seat = case.db, case.seat
    in_force = Agreement.case_id == seat.case.id, Agreement.state == "sealed"
    db.execute(update(Agreement).where(*in_force).values(state="superseded", ended_at=db.now()))
    agreement.state, agreement.sealed_at = "sealed", at
    record.append(db, seat.case, "seal", actor=seat.participant_id, about=[agreement.id, digest])
    # What was not carried out is answered by the new version, which everybody signed.
    unresolved = Breach.case_id == seat.case.id, Breach.state.in_(["open", "left-unresolved"])
    db.execute(update(Breach).where(*unresolved).values(state="amended", closed_at=db.now()))
    # A representative hears of it when the follow-up begins: now it would tell when the last of the others signed.
    told = [("something-waits", case.with_trait(Trait.LEADS)), ("reading-waits", case.with_trait(Trait.CONSENTS))]
    outbox.announce_each(db, case.id, told, about=agreement.id)
