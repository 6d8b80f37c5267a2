"""Signing: freeze the agreement in its languages, and let each signatory sign, take time, talk first or decline."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import select, update

from mediation import manifest as manifests
from mediation import outbox, record
from mediation.acts.agreements import newest_agreement
from mediation.acts.annexes import Annex, annexes_of, reads_annexes
from mediation.acts.marks import ask_mediators, mark_and_tell
from mediation.acts.papers import (
    AgreementPaper,
    Person,
    agreement_data,
    annex_data,
    read_paper,
    signatures_data,
)
from mediation.acts.stored_files import store, stored
from mediation.database import Db
from mediation.documents import render
from mediation.errors import CaseChanged, Malformed, NotPermitted, NotYet
from mediation.manifest import AnnexManifest, Manifest, read_manifest
from mediation.models import (
    Agreement,
    Breach,
    Document,
    Letter,
    Mark,
    Meeting,
    Participant,
    Signature,
    get,
    get_bytes,
    put,
)
from mediation.seal_key import SealKey
from mediation.sealed_file import sealed_file
from mediation.seat import OWN, Doer, Manner, Seat, holders, permit
from mediation.second_factor import NO_PROOF, Proof, demand
from mediation.workflow import MEDIATORS, Role, Way

TIME_TO_SIGN = timedelta(days=14)
TIME_TO_THINK = timedelta(days=7)


def send_agreement(db: Db, seat: Seat, *, sign_by: date | None = None) -> Agreement:
    """Freeze the draft in every language and send it for signing; from now on any change is a new version.

    `sign_by` is a local date (default: in 14 days); the signatories are reminded two days before. Refuses with
    `no-draft`, with all that is missing `agreement-incomplete`, and with `date-not-ahead`. Twice changes nothing.
    """
    permit(db, seat, "send-agreement")
    agreement = newest_agreement(db, seat)
    if agreement is not None and agreement.state == "sent":
        return agreement
    if agreement is None or agreement.state != "draft":
        raise NotYet("no-draft")
    paper = read_paper(db, seat, agreement)
    missing = _missing(db, seat, paper)
    if missing:
        raise NotYet("agreement-incomplete", missing=", ".join(missing))
    _check_ahead(db, sign_by)
    agreement.state, agreement.sent_at = "sent", db.now()
    agreement.sign_by = sign_by or db.today() + TIME_TO_SIGN
    manifest = _freeze(db, seat, paper)
    put(db, agreement, "manifest", manifest.canonical().decode())
    agreement.digest = manifest.digest
    db.flush()
    about = [agreement.id, str(agreement.version), agreement.digest]
    record.append(db, seat.case, "send-agreement", actor=seat.participant_id, about=about)
    to = [one.id for one in signatories(paper)]
    outbox.announce(db, seat.case.id, "something-waits", to, about=agreement.id)
    _remind(db, seat, agreement, to)
    return agreement


def _check_ahead(db: Db, sign_by: date | None) -> None:
    if sign_by is not None and sign_by <= db.today():
        raise Malformed("date-not-ahead", field="sign_by")


def _reminder_at(db: Db, sign_by: date) -> datetime:
    return datetime.combine(sign_by - timedelta(days=2), time(8), db.zone)


def _remind(db: Db, seat: Seat, agreement: Agreement, to: Sequence[str]) -> None:
    if agreement.sign_by is not None and (due := _reminder_at(db, agreement.sign_by)) > db.now():
        outbox.announce(db, seat.case.id, "reminder", to, about=agreement.id, due_at=due)


def _missing(db: Db, seat: Seat, paper: AgreementPaper) -> list[str]:
    missing = [f"{one['label']}: {part}" for one in paper.binding() for part in one["lacks"]]
    if not paper.binding():
        missing.append("commitments")
    if not paper.agreement.disclosure_decided:
        missing.append("disclosure")
    planned = select(Meeting.id).where(
        Meeting.case_id == seat.case.id,
        Meeting.kind == "follow-up",
        Meeting.begun_at.is_(None),
        Meeting.ended_at.is_(None),
    )
    if db.scalar(planned.limit(1)) is None:
        missing.append("follow-up")
    missing += _left_but_named(paper)
    parties = [one.id for one in paper.holding(Role.PARTY)]
    if set(db.scalars(select(Participant.language).where(Participant.id.in_(parties)))) - set(paper.texts):
        missing.append("party-language")
    allowed = {one.id for one in signatories(paper)}
    missing += [f"{one['label']}: owner-signs" for one in paper.binding() if set(one["owners"]) - allowed]
    return missing


def _left_but_named(paper: AgreementPaper) -> list[str]:
    # The new text neither names who left nor says that somebody did (workflow.md rule 2).
    left = [one.name for one in paper.holding(Role.FORMER_PARTY) if len(one.name) > 1]
    written = list(_strings([*paper.texts.values(), *(one["texts"] for one in paper.binding())]))
    # At the beginning of a word: Finnish and Swedish words go on after a name ("Sarille", "Saris").
    named = [name for name in left if re.search(rf"(?<!\w){re.escape(name)}", "\n".join(written))]
    return ["former-party-named"] if named else []


def _strings(words: object) -> Iterator[str]:
    if isinstance(words, str):
        yield words
    elif isinstance(words, Mapping):
        for part in words.values():
            yield from _strings(part)
    elif isinstance(words, Sequence):
        for part in words:
            yield from _strings(part)


def signatories(paper: AgreementPaper) -> list[Person]:
    """Who signs: every party, and the employer representatives who have lines of their own."""
    return [*paper.holding(Role.PARTY), *paper.representatives()]


def _freeze(db: Db, seat: Seat, paper: AgreementPaper) -> Manifest:
    documents = tuple(
        _print(db, seat, paper, "agreement", f"agreement-{language}.pdf", language) for language in paper.languages
    )
    annexes = tuple(_freeze_annex(db, seat, paper, one) for one in paper.representatives())
    agreement = paper.agreement
    return Manifest(paper.case_number, agreement.version, agreement.prevailing, documents, annexes)


def _freeze_annex(db: Db, seat: Seat, paper: AgreementPaper, own: Person) -> AnnexManifest:
    # Not by a number: a second annex would tell of the first.
    name, agreement = f"annex-{own.id}", paper.agreement
    documents = tuple(
        _print(db, seat, paper, "annex", f"{name}-{language}.pdf", language, own) for language in paper.languages
    )
    annex = AnnexManifest(paper.case_number, agreement.version, agreement.prevailing, name, documents)
    store(
        db, seat, "annex-manifest", agreement.id, annex.file_name, "application/json", annex.canonical(), owner=own.id
    )
    return annex


def _print(
    db: Db, seat: Seat, paper: AgreementPaper, kind: str, name: str, language: str, own: Person | None = None
) -> manifests.Document:
    data = annex_data(paper, own, language) if own else agreement_data(paper, language)
    pdf = render(kind, language, data, dated=db.now(), zone=db.zone)
    owner = own.id if own else None
    store(db, seat, kind, paper.agreement.id, name, "application/pdf", pdf, language=language, owner=owner)
    return manifests.Document.of(name, language, pdf)


def digest_to_sign(db: Db, seat: Seat, agreement: Agreement, participant_id: str) -> str:
    """What a participant signs (SHA-256, hex): the manifest, or for an employer representative that of the own annex.

    Refuses with `not-a-signatory`.
    """
    for row in stored(db, seat, "annex-manifest", agreement.id):
        if row.owner == participant_id:
            return str(get(db, row, "sha256"))
    if agreement.digest is None or participant_id not in holders(db, seat.case.id, Role.PARTY):
        raise NotPermitted("not-a-signatory")
    return agreement.digest


def sign(
    db: Db, seat: Seat, digest: str, seal_key: SealKey, manner: Manner = OWN, proof: Proof = NO_PROOF
) -> Signature:
    """Sign the frozen agreement whose digest was read; the last signature seals it, in the same transaction.

    By own hand only: on the own device, in person, or on paper with a scan. On the own device `proof` shows a second
    factor where the organisation asks for one (`second-factor-needed`). Signing never moves the case (workflow.md
    rule 4). Refuses with `nothing-to-sign`, `not-a-signatory`, `sign-by-passed`, and `text-changed`
    when `digest` is not what waits for this signatory. Twice gives the signature that stands.

    A representative's own annex is sealed at once, on the own signature alone: it says nothing of the others.
    """
    if reads_annexes(seat):
        own = _annex_to_sign(db, seat, digest)
        if own is not None:
            return own
    doer = permit(db, seat, "sign", manner)
    agreement = newest_agreement(db, seat)
    if agreement is None or agreement.state not in {"sent", "sealed"}:
        raise NotYet("nothing-to-sign")
    if digest != digest_to_sign(db, seat, agreement, doer.id):
        raise CaseChanged("text-changed", version=agreement.version)
    mine = select(Signature).where(Signature.agreement_id == agreement.id, Signature.participant_id == doer.id)
    standing = db.scalar(mine)
    if standing is not None:
        return standing
    if agreement.state == "sealed":  # who comes after the seal signs the next version
        raise NotYet("nothing-to-sign")
    if agreement.sign_by is not None and db.today() > agreement.sign_by:
        raise NotYet("sign-by-passed", sign_by=agreement.sign_by)
    if doer.way == Way.OWN_DEVICE:
        demand(db, seat.person_id, seat.case.organisation_id, proof)
    signature = _signature(db, seat, agreement, doer, digest)
    paper = read_paper(db, seat, agreement)
    _seal_annex(db, seat, paper, signature, seal_key)
    signed = db.scalars(select(Signature).where(Signature.agreement_id == agreement.id)).all()
    bound = {one.id for one in signatories(paper)} | {owner for one in paper.binding() for owner in one["owners"]}
    if bound <= {one.participant_id for one in signed}:
        _seal(db, seat, paper, signed, seal_key)
    return signature


def _annex_to_sign(db: Db, seat: Seat, digest: str) -> Signature | None:
    """The representative's signature if it stands; else checks what they can know, before anything that they cannot."""
    annex = _newest_annex(db, seat)
    if annex is not None and annex.signature is not None and annex.digest == digest:
        return annex.signature
    if annex is None or annex.signature is not None or annex.state != "sent":
        raise NotYet("nothing-to-sign")
    if annex.digest != digest:
        raise CaseChanged("text-changed", version=annex.agreement.version)
    return None


def _newest_annex(db: Db, seat: Seat) -> Annex | None:
    known = annexes_of(db, seat)
    return known[-1] if known else None


def _signature(db: Db, seat: Seat, agreement: Agreement, doer: Doer, digest: str) -> Signature:
    row = Signature(
        id=db.new_id(),
        case_id=seat.case.id,
        agreement_id=agreement.id,
        participant_id=doer.id,
        digest=digest,
        way=doer.way,
        recorded_by=doer.recorded_by,
        paper=doer.paper,
        at=db.now(),
    )
    db.add(row)
    db.flush()
    # Who has signed is reminded no more: their own act alone says so, and tells nobody of the others.
    outbox.call_off(db, Letter.participant_id == doer.id, Letter.about == agreement.id, Letter.due_at > db.now())
    about = [row.id, agreement.id, digest, doer.recorded_by]
    record.append(db, seat.case, "sign", actor=doer.id, way=doer.way, about=about)
    return row


def _seal(db: Db, seat: Seat, paper: AgreementPaper, signed: Sequence[Signature], seal_key: SealKey) -> None:
    agreement = paper.agreement
    frozen = [row for kind in ("agreement", "annex", "annex-manifest") for row in stored(db, seat, kind, agreement.id)]
    whole = read_manifest(str(get(db, agreement, "manifest")).encode())
    page = signatures_data(db, paper, signed, frozen, manifest_digest=whole.digest)
    content = sealed_file(whole, _files(db, frozen), page, seal_key, at=db.now(), zone=db.zone)
    store(db, seat, "sealed", agreement.id, f"agreement-v{agreement.version}.pdf", "application/pdf", content)
    _put_in_force(db, seat, paper, sha256(content).hexdigest())


def _seal_annex(db: Db, seat: Seat, paper: AgreementPaper, signature: Signature, seal_key: SealKey) -> None:
    agreement = paper.agreement
    annexes = [row for kind in ("annex", "annex-manifest") for row in stored(db, seat, kind, agreement.id)]
    lines = [row for row in annexes if row.owner == signature.participant_id]
    listed = next((row for row in lines if row.kind == "annex-manifest"), None)
    if listed is None:
        return
    files = _files(db, lines)
    page = signatures_data(db, paper, [signature], lines, manifest_digest=str(get(db, listed, "sha256")))
    annex = read_manifest(files[listed.name])
    content = sealed_file(annex, files, page, seal_key, at=db.now(), zone=db.zone)
    name = f"annex-v{agreement.version}-{signature.participant_id}.pdf"
    store(db, seat, "sealed-annex", agreement.id, name, "application/pdf", content, owner=signature.participant_id)


def _files(db: Db, rows: Sequence[Document]) -> dict[str, bytes]:
    return {row.name: get_bytes(db, row, "content") for row in rows}


def _put_in_force(db: Db, seat: Seat, paper: AgreementPaper, digest: str) -> None:
    agreement = paper.agreement
    in_force = Agreement.case_id == seat.case.id, Agreement.state == "sealed"
    db.execute(update(Agreement).where(*in_force).values(state="superseded", ended_at=db.now()))
    agreement.state, agreement.sealed_at = "sealed", db.now()
    db.flush()
    record.append(db, seat.case, "seal", actor=seat.participant_id, about=[agreement.id, digest])
    # What was not carried out is answered by the new version, which everybody signed.
    unresolved = Breach.case_id == seat.case.id, Breach.state.in_(["open", "left-unresolved"])
    db.execute(update(Breach).where(*unresolved).values(state="amended", closed_at=db.now()))
    # A representative hears of it when the follow-up begins: now it would tell when the last of the others signed.
    to = holders(db, seat.case.id, *MEDIATORS, Role.PARTY)
    outbox.announce(db, seat.case.id, "something-waits", to, about=agreement.id)


def extend_signing(db: Db, seat: Seat, sign_by: date) -> Agreement:
    """The mediator gives the signatories until another local date. Refuses with `nothing-to-sign` and `date-not-ahead`."""
    permit(db, seat, "extend-signing")
    agreement = newest_agreement(db, seat)
    if agreement is None or agreement.state != "sent":
        raise NotYet("nothing-to-sign")
    _check_ahead(db, sign_by)
    if agreement.sign_by is not None and agreement.sign_by != sign_by:
        due = _reminder_at(db, agreement.sign_by)
        outbox.call_off(db, Letter.about == agreement.id, Letter.due_at == due, Letter.due_at > db.now())
        agreement.sign_by = sign_by
        db.flush()
        record.append(db, seat.case, "extend-signing", actor=seat.participant_id, about=[agreement.id, str(sign_by)])
        # Who has signed hears nothing: it would tell that others have not.
        signed = select(Signature.participant_id).where(Signature.agreement_id == agreement.id)
        known = set(db.scalars(signed))
        to = [one.id for one in signatories(read_paper(db, seat, agreement)) if one.id not in known]
        outbox.announce(db, seat.case.id, "something-waits", to, about=agreement.id)
        _remind(db, seat, agreement, to)
    return agreement


def take_time(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A signatory takes time to think (seven days); nobody else sees it, and a reminder comes at its end."""
    doer, agreement = _waiting(db, seat, "take-time", manner)
    again = db.now() + TIME_TO_THINK
    return mark_and_tell(
        db, seat, doer, "take-time", "took-time", about=agreement.id, to=[doer.id], letter="reminder", due_at=again
    )


def ask_to_talk(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A signatory wants to talk first; the mediators are told that something waits."""
    doer, agreement = _waiting(db, seat, "ask-to-talk", manner)
    return ask_mediators(db, seat, doer, "ask-to-talk", "asked-to-talk", about=agreement.id)


def decline_to_sign(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A signatory does not sign; no reason is asked. A declined text can be signed later, or changed as a new version."""
    doer, agreement = _waiting(db, seat, "decline-to-sign", manner)
    return ask_mediators(db, seat, doer, "decline-to-sign", "declined-to-sign", about=agreement.id)


def _waiting(db: Db, seat: Seat, act: str, manner: Manner) -> tuple[Doer, Agreement]:
    if reads_annexes(seat):
        annex = _newest_annex(db, seat)
        if annex is None or annex.signature is not None or annex.state != "sent":
            raise NotYet("nothing-to-sign")
    doer = permit(db, seat, act, manner)
    agreement = newest_agreement(db, seat)
    if agreement is None or agreement.state != "sent":
        raise NotYet("nothing-to-sign")
    digest_to_sign(db, seat, agreement, doer.id)
    return doer, agreement
