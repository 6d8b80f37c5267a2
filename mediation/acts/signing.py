"""Signing: freeze the agreement in its languages, and let each signatory sign, take time, talk first or decline."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import select, update

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_wording import AgreementWording, read_wording
from mediation.acts.agreements import WORKING, Lack, draft_tag, newest_in
from mediation.acts.interpreting import Interpreted, evidence
from mediation.acts.marks import ask_mediators, mark_and_tell
from mediation.acts.sheets import FileSheet, Sheets, Typeset, annex_name, files_to_freeze, files_to_seal, pdfs_of
from mediation.acts.stored_files import store, stored
from mediation.case import record
from mediation.case.permission import permit
from mediation.case.seat import OWN, Doer, Manner, Seat, those_in
from mediation.documents.localise import strings_in
from mediation.errors import CaseChanged, Malformed, NotPermitted, NotYet, Outdated
from mediation.letters import outbox
from mediation.people.second_factor import NO_PROOF, Proof, came_through, demand, has_shown
from mediation.sealing import manifest as manifests
from mediation.sealing.manifest import AnnexManifest, Manifest
from mediation.sealing.seal import seal
from mediation.sealing.seal_key import SealKey
from mediation.store.database import Db
from mediation.store.models import Agreement, Breach, Letter, Mark, Participant, Signature, get, put
from mediation.words.fields import Day
from mediation.workflow.declaration import Guard, Trait
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts

TIME_TO_SIGN = timedelta(days=14)
TIME_TO_THINK = timedelta(days=7)


def prepare_sending(db: Db, seat: Seat, *, sign_by: date | None = None) -> Sheets | None:
    """What has to be typeset to send the draft; None where it was sent already. Reads only; refuses as `send_agreement`."""
    permit(db, seat, send_agreement.permission)
    agreement = newest_in(db, seat, WORKING, "no-draft")
    if agreement.state == "sent":
        return None
    wording, _ = _complete_wording(db, seat, agreement, sign_by)
    _check_printable(wording)
    return Sheets(files_to_freeze(db, wording, db.now()), db.now(), tag=draft_tag(agreement))


@act("send-agreement", beside=("typeset",))
def send_agreement(case: Acting, typeset: Typeset | None = None, *, sign_by: Day | None = None) -> Agreement:
    """Freeze the draft in every language and send it for signing; from now on any change is a new version.

    `typeset` are the PDFs of what `prepare_sending` gave. `sign_by` is a local date (default: in 14 days); the
    signatories are reminded two days before. Refuses with `no-draft`, with all that is missing `agreement-incomplete`,
    with all fields that no font can print `agreement-unprintable`, with `date-not-ahead`, and with `case-changed` when
    the draft was written anew since it was typeset or (Outdated, which is to be tried again) something else that it
    says has changed. Twice changes nothing.
    """
    db, seat = case.db, case.seat
    agreement = newest_in(db, seat, WORKING, "no-draft")
    if agreement.state == "sent":
        return agreement
    wording, facts = _complete_wording(db, seat, agreement, sign_by)
    if typeset is None:
        _check_printable(wording)  # else not: a long text takes a second, and what is sent is what was typeset
        raise Outdated("case-changed")
    if typeset.sheets.tag != draft_tag(agreement):  # whoever sends it has not read what it says now
        raise CaseChanged("case-changed")
    files = files_to_freeze(db, wording, typeset.sheets.at)
    manifest = _freeze(case, wording, files, pdfs_of(files, typeset))
    agreement.state, agreement.sent_at = "sent", db.now()
    agreement.sign_by = sign_by or db.today() + TIME_TO_SIGN
    put(db, agreement, "manifest", manifest.canonical().decode())
    agreement.digest = manifest.digest
    case.record(agreement.id, str(agreement.version), agreement.digest)
    _ask_to_sign(case, agreement, _signatories(seat, facts))
    return agreement


def _complete_wording(db: Db, seat: Seat, agreement: Agreement, sign_by: date | None) -> tuple[AgreementWording, Facts]:
    wording, facts = read_wording(db, seat, agreement), load_facts(db, seat.case)
    missing = _missing(db, seat, wording, facts)
    if missing:
        raise NotYet("agreement-incomplete", missing=", ".join(missing))
    _check_ahead(db, sign_by)
    return wording, facts


def _check_printable(wording: AgreementWording) -> None:
    if unprintable := wording.unprintable_fields():
        raise NotYet("agreement-unprintable", field=unprintable)


def _check_ahead(db: Db, sign_by: date | None) -> None:
    if sign_by is not None and sign_by <= db.today():
        raise Malformed("date-not-ahead", field="sign_by")


def _reminder_at(db: Db, sign_by: date) -> datetime:
    return datetime.combine(sign_by - timedelta(days=2), time(8), db.zone)


def _ask_to_sign(case: Acting, agreement: Agreement, to: Iterable[str]) -> None:
    case.tell(to, about=agreement.id)
    if agreement.sign_by is not None and (due := _reminder_at(case.db, agreement.sign_by)) > case.db.now():
        case.tell(to, "reminder", about=agreement.id, due_at=due)


def _missing(db: Db, seat: Seat, wording: AgreementWording, facts: Facts) -> list[str]:
    # What would hinder the move anyway hinders the sending: signatures for a text that cannot begin are asked of nobody.
    unmet = {guard.lack for guard in seat.workflow.unmet(_ahead(seat), facts)}
    missing = list[str]()
    if Lack.COMMITMENTS in unmet:
        lacking = [f"{one['label']}: {part}" for one in wording.binding() for part in one["lacks"]]
        missing += lacking or [Lack.COMMITMENTS]
    missing += [one for one in (Lack.DISCLOSURE, Lack.FOLLOW_UP) if one in unmet]
    missing += _left_but_named(wording)
    # To who has a language of their own, the text is interpreted when they sign (workflow.md rule 14).
    reading = Participant.id.in_([one.id for one in wording.having(Trait.CONSENTS)]), Participant.own_language.is_(None)
    if set(db.scalars(select(Participant.language).where(*reading))) - set(wording.texts):
        missing.append("party-language")
    if Lack.OWNER_SIGNS in unmet:
        allowed = _signatories(seat, facts)
        missing += [f"{one['label']}: {Lack.OWNER_SIGNS}" for one in wording.binding() if set(one["owners"]) - allowed]
    return missing


def _ahead(seat: Seat) -> list[Guard]:
    """The guards of the way on from where the case stands."""
    return [guard for move in seat.workflow.phase(seat.case.phase).transitions if move.forward for guard in move.when]


def _is_last(db: Db, seat: Seat, signatory: str) -> bool:
    """Whether nobody is left to sign once `signatory` has, who may have done so already."""
    workflow, facts = seat.workflow, load_facts(db, seat.case)
    return facts.yet_to_sign(workflow.who(Trait.CONSENTS), workflow.who(Trait.REPRESENTS)) <= {signatory}


def _signatories(seat: Seat, facts: Facts) -> frozenset[str]:
    return facts.signatories(seat.workflow.who(Trait.CONSENTS), seat.workflow.who(Trait.REPRESENTS))


def _left_but_named(wording: AgreementWording) -> list[str]:
    # The new text neither names who left nor says that somebody did (workflow.md rule 2).
    left = [one.name for one in wording.having(Trait.LASTS) if Trait.CONSENTS not in one.traits and len(one.name) > 1]
    written = list(strings_in([*wording.texts.values(), *(one["texts"] for one in wording.binding())]))
    # At the beginning of a word: Finnish and Swedish words go on after a name ("Sarille", "Saris").
    named = [name for name in left if re.search(rf"(?<!\w){re.escape(name)}", "\n".join(written))]
    return ["former-party-named"] if named else []


def _freeze(case: Acting, wording: AgreementWording, files: Sequence[FileSheet], pdfs: Sequence[bytes]) -> Manifest:
    agreement, listed = wording.agreement, dict[str | None, list[manifests.ListedFile]]()
    for one, pdf in zip(files, pdfs, strict=True):
        language = one.sheet.language
        store(case, one.kind, agreement.id, one.name, "application/pdf", pdf, language=language, owner=one.owner)
        listed.setdefault(one.owner, []).append(manifests.ListedFile.of(one.name, language, pdf))
    head = wording.case_number, agreement.version, agreement.prevailing
    annexes = tuple(AnnexManifest(*head, annex_name(own), tuple(listed[own.id])) for own in wording.representatives())
    for own, annex in zip(wording.representatives(), annexes, strict=True):
        name, content = annex.file_name, annex.canonical()
        store(case, "annex-manifest", agreement.id, name, "application/json", content, owner=own.id)
    return Manifest(*head, tuple(listed[None]), annexes)


def digest_to_sign(db: Db, seat: Seat, agreement: Agreement, participant_id: str) -> str:
    """What a participant signs (SHA-256, hex): the manifest, or for an employer representative that of the own annex.

    Refuses with `not-a-signatory`.
    """
    for row in stored(db, seat, "annex-manifest", agreement.id):
        if row.owner == participant_id:
            return str(get(db, row, "sha256"))
    if agreement.digest is None or participant_id not in those_in(db, seat.case.id, *seat.workflow.who(Trait.CONSENTS)):
        raise NotPermitted("not-a-signatory")
    return agreement.digest


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


@act("sign", beside=("seal_key", "proof", "typeset"))
def sign(
    case: Acting,
    digest: str,
    seal_key: SealKey,
    manner: Manner = OWN,
    proof: Proof = NO_PROOF,
    *,
    interpreted: Interpreted | None = None,
    typeset: Typeset | None = None,
) -> Signature:
    """Sign the frozen agreement whose digest was read; the last signature seals it, in the same transaction.

    By own hand only: on the own device, in person, or on paper with a scan. Who signs themselves shows by `proof` a second
    factor where the organisation asks for one, or where others read the mailbox (`second-factor-needed`). Signing never
    moves the case (workflow.md rule 4). Who has a language of their own names who `interpreted` the text to them (rule 14).
    Refuses with `nothing-to-sign`, `not-a-signatory`, `sign-by-passed`, `text-changed` when `digest` is not what waits for
    this signatory, and like `interpreting.evidence`. Twice gives the signature that stands.

    `typeset` are the PDFs of what `prepare_signing` gave. Refuses with `case-changed` (Outdated, which is to be tried
    again) when they are not of the pages that this signature seals: somebody else has signed meanwhile.

    A representative's own annex is sealed at once, on the own signature alone: it says nothing of the others.
    """
    db, seat, doer = case.db, case.seat, case.doer
    agreement = _to_sign(db, seat, doer, digest)
    if isinstance(agreement, Signature):
        return agreement
    if doer.recorded_by == doer.id:
        shared = came_through(proof.session, seat.shared)
        demand(db, seat.person_id, seat.case.organisation_id, proof, shared=shared)
    elif seat.unproven:  # whoever records it may not be the mediator
        raise NotPermitted("mailbox-shared")
    at, new_id = (typeset.sheets.at, typeset.sheets.id) if typeset is not None else (db.now(), db.new_id())
    signature = _new_signature(db, seat, agreement, doer, digest, interpreted, new_id, at)
    _write_signature(case, signature)
    files = files_to_seal(db, seat, agreement, signature, is_last=_is_last(db, seat, doer.id))
    for one, pdf in zip(files, pdfs_of(files, typeset), strict=True):
        content = seal(pdf, seal_key, at)
        store(case, one.kind, agreement.id, one.name, "application/pdf", content, owner=one.owner)
        if one.kind == "sealed":
            _put_in_force(case, agreement, sha256(content).hexdigest(), at)
    return signature


def _to_sign(db: Db, seat: Seat, doer: Doer, digest: str) -> Agreement | Signature:
    """The version that the doer's signature goes under; or their signature that stands there already."""
    agreement = newest_in(db, seat, ("sent", "sealed"), "nothing-to-sign")
    if digest != digest_to_sign(db, seat, agreement, doer.id):
        raise CaseChanged("text-changed", version=agreement.version)
    standing = db.scalar(select(Signature).filter_by(agreement_id=agreement.id, participant_id=doer.id))
    if standing is not None:
        return standing
    if agreement.state == "sealed":  # who comes after the seal signs the next version
        raise NotYet("nothing-to-sign")
    if agreement.sign_by is not None and db.today() > agreement.sign_by:
        raise NotYet("sign-by-passed", sign_by=agreement.sign_by)
    return agreement


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


def _write_signature(case: Acting, row: Signature) -> None:
    case.write(row)
    # Who has signed is reminded no more: their own act alone says so, and tells nobody of the others.
    theirs = Letter.participant_id == row.participant_id, Letter.about == row.agreement_id
    outbox.call_off(case.db, *theirs, Letter.due_at > case.db.now())
    # The record answers for who interpreted, too: of the words it has a digest.
    words = sorted((get(case.db, row, "interpreted") or {}).values())
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
    case.tell(case.with_trait(Trait.LEADS, Trait.CONSENTS), about=agreement.id)


@act("extend-signing")
def extend_signing(case: Acting, sign_by: Day) -> Agreement:
    """The mediator gives the signatories until another local date. Refuses with `nothing-to-sign` and `date-not-ahead`."""
    db, agreement = case.db, newest_in(case.db, case.seat, ("sent",), "nothing-to-sign")
    _check_ahead(db, sign_by)
    if agreement.sign_by is not None and agreement.sign_by != sign_by:
        due = _reminder_at(db, agreement.sign_by)
        outbox.call_off(db, Letter.about == agreement.id, Letter.due_at == due, Letter.due_at > db.now())
        case.change(agreement, str(sign_by), sign_by=sign_by)
        # Who has signed hears nothing: it would tell that others have not.
        facts = load_facts(db, case.seat.case)
        _ask_to_sign(case, agreement, _signatories(case.seat, facts) - facts.agreements[-1].signed_by)
    return agreement


@act("take-time", leaves="took-time")
def take_time(case: Acting, manner: Manner = OWN) -> Mark:
    """A signatory takes time to think (seven days); nobody else sees it, and a reminder comes at its end."""
    about, again = _theirs(case).id, case.db.now() + TIME_TO_THINK
    return mark_and_tell(case, about=about, to=[case.doer.id], letter="reminder", due_at=again)


@act("ask-to-talk", leaves="asked-to-talk")
def ask_to_talk(case: Acting, manner: Manner = OWN) -> Mark:
    """A signatory wants to talk first; the mediators are told that something waits."""
    return ask_mediators(case, about=_theirs(case).id)


@act("decline-to-sign", leaves="declined-to-sign")
def decline_to_sign(case: Acting, manner: Manner = OWN) -> Mark:
    """A signatory does not sign; no reason is asked. A declined text can be signed later, or changed as a new version."""
    return ask_mediators(case, about=_theirs(case).id)


def _theirs(case: Acting) -> Agreement:
    """The version that waits for the doer's signature. Refuses with `nothing-to-sign` and `not-a-signatory`."""
    agreement = newest_in(case.db, case.seat, ("sent",), "nothing-to-sign")
    digest_to_sign(case.db, case.seat, agreement, case.doer.id)
    return agreement
