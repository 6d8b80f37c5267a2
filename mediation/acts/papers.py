"""Papers: what the documents of an agreement say, gathered from its rows; and the stored files, scans included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from mediation import record
from mediation.acts.annexes import own_labels
from mediation.database import Db
from mediation.errors import Malformed, NotFound, TooLarge
from mediation.limits import one_of
from mediation.models import (
    Agreement,
    AgreementText,
    Commitment,
    CommitmentOwner,
    CommitmentText,
    Document,
    Issue,
    Mark,
    Meeting,
    Participant,
    ProblemStatement,
    RoleHeld,
    Signature,
    get,
    get_bytes,
    put,
    put_bytes,
    remaining,
)
from mediation.reads import JOINT, note_reads
from mediation.seat import RECORDERS, SCANS, Doer, Seat, find_participant, permit, while_holding
from mediation.words import say
from mediation.workflow import Role

SCAN_BYTES = 10_000_000
SCAN_TYPES = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG"}


@dataclass(frozen=True)
class Person:
    """A participant as a document names them."""

    id: str
    name: str
    capacity: str
    roles: frozenset[str]

    @property
    def line(self) -> dict[str, str]:
        return {"name": self.name, "capacity": self.capacity}


def people_of(db: Db, case_id: str) -> dict[str, Person]:
    """Everyone who is or was at the case, by participant id, with the roles held now."""
    roles: dict[str, set[str]] = {}
    for held in db.scalars(select(RoleHeld).where(RoleHeld.case_id == case_id, RoleHeld.until.is_(None))):
        roles.setdefault(held.participant_id, set()).add(held.role)
    people = [
        Person(row.id, get(db, row, "name"), get(db, row, "capacity") or "", frozenset(roles.get(row.id, ())))
        for row in db.scalars(select(Participant).where(Participant.case_id == case_id))
    ]
    # By name: an order that says nothing of who was first.
    return {one.id: one for one in sorted(people, key=lambda one: (one.name.casefold(), one.id))}


def texts_of(db: Db, agreement: Agreement) -> dict[str, dict[str, Any]]:
    """The words of an agreement by language, None where they were deleted."""
    rows = db.scalars(
        select(AgreementText).where(AgreementText.agreement_id == agreement.id).order_by(AgreementText.language)
    )
    return {row.language: remaining(db, row, "words") for row in rows}


def commitments_of(db: Db, agreement: Agreement) -> list[dict[str, Any]]:
    """The commitments of an agreement in their order: ids, owners, dates, and words by language."""
    rows = db.scalars(
        select(Commitment).where(Commitment.agreement_id == agreement.id).order_by(Commitment.position)
    ).all()
    ids = [row.id for row in rows]
    owners: dict[str, list[str]] = {}
    for owner in db.scalars(
        select(CommitmentOwner).where(CommitmentOwner.commitment_id.in_(ids)).order_by(CommitmentOwner.id)
    ):
        owners.setdefault(owner.commitment_id, []).append(owner.participant_id)
    texts: dict[str, dict[str, Any]] = {}
    for text in db.scalars(
        select(CommitmentText).where(CommitmentText.commitment_id.in_(ids)).order_by(CommitmentText.language)
    ):
        texts.setdefault(text.commitment_id, {})[text.language] = remaining(db, text, "words")
    return [
        {
            "id": row.id,
            "lineage": row.lineage,
            "label": row.label,
            "owners": sorted(owners.get(row.id, ())),
            "starts_on": row.starts_on,
            "due_on": row.due_on,
            "ended": row.ended,
            "lacks": [part for part in row.lacks.split(",") if part],
            "texts": texts.get(row.id, {}),
        }
        for row in rows
    ]


@dataclass(frozen=True)
class AgreementPaper:
    """All that the documents of one version say, read once and printed in each language."""

    case_number: str
    agreement: Agreement
    replaces: int | None
    people: Mapping[str, Person]
    texts: Mapping[str, Mapping[str, Any]]
    commitments: Sequence[Mapping[str, Any]]
    follow_ups: Sequence[tuple[datetime, str]]  # local time, form
    issues: Sequence[tuple[Mapping[str, str], bool]]
    retention_months: int

    @property
    def languages(self) -> list[str]:
        """Its languages, the prevailing one first."""
        return sorted(self.texts, key=lambda code: (code != self.agreement.prevailing, code))

    def written_elsewhere(self) -> list[str]:
        """What the documents print besides the agreement's own words: names, capacities and issues."""
        named = [part for one in self.people.values() for part in (one.name, one.capacity)]
        return named + [words for texts, _ in self.issues for words in texts.values()]

    def binding(self) -> list[Mapping[str, Any]]:
        """The commitments that this version makes: those done or dropped are history."""
        return [one for one in self.commitments if one["ended"] is None]

    def holding(self, role: Role) -> list[Person]:
        """The people in a role, in the order in which they joined."""
        return [one for one in self.people.values() if role in one.roles]

    def representatives(self) -> list[Person]:
        """The employer representatives who have lines of their own."""
        owners = {owner for one in self.binding() for owner in one["owners"]}
        return [one for one in self.holding(Role.EMPLOYER_REPRESENTATIVE) if one.id in owners]


def read_paper(db: Db, seat: Seat, agreement: Agreement) -> AgreementPaper:
    """Gather what the documents of `agreement` say."""
    in_force = select(Agreement.version).where(Agreement.case_id == seat.case.id, Agreement.state == "sealed")
    sessions = select(Meeting).where(
        Meeting.case_id == seat.case.id, Meeting.kind == "follow-up", Meeting.ended_at.is_(None)
    )
    newest = select(ProblemStatement.id).where(ProblemStatement.case_id == seat.case.id)
    problem = db.scalar(newest.order_by(ProblemStatement.version.desc()).limit(1))
    issues = db.scalars(select(Issue).where(Issue.problem_statement_id == problem).order_by(Issue.position))
    return AgreementPaper(
        case_number=seat.case.number,
        agreement=agreement,
        replaces=db.scalar(
            in_force.where(Agreement.version < agreement.version).order_by(Agreement.version.desc()).limit(1)
        ),
        people=people_of(db, seat.case.id),
        texts=texts_of(db, agreement),
        commitments=commitments_of(db, agreement),
        follow_ups=[
            (one.planned_at.astimezone(db.zone), one.form) for one in db.scalars(sessions.order_by(Meeting.planned_at))
        ],
        issues=[(get(db, one, "words"), one.state == "agreed") for one in issues],
        retention_months=db.keep.agreement_months,
    )


def agreement_data(paper: AgreementPaper, language: str) -> dict[str, Any]:
    """What the agreement document prints in one language (its shape: templates/documents/README.md)."""
    words = paper.texts[language]
    notices = words["notices"] or {"commissioner": say("notice.default", language)}
    return {
        "case": paper.case_number,
        "version": paper.agreement.version,
        "replaces": paper.replaces,
        "prevailing": paper.agreement.prevailing,
        "languages": paper.languages,
        "place": None,
        "mediators": [one.name for role in (Role.MEDIATOR, Role.CO_MEDIATOR) for one in paper.holding(role)],
        "parties": [one.line for one in paper.holding(Role.PARTY)],
        "employer_representatives": [one.line for one in paper.representatives()],
        "purpose": words["purpose"],
        "goals": words["goals"],
        "commitments": [_commitment(paper, one, language) for one in paper.binding()],
        "new_problem": words["new_problem"] or None,
        "follow_ups": [
            {"on": moment.isoformat(), "form": say(f"form.{form}", language)} for moment, form in paper.follow_ups
        ],
        "confidentiality": words["confidentiality"] or None,
        "notices": [{"to": audience, "words": told} for audience, told in notices.items()],
        "retention_months": paper.retention_months,
        "issues": [
            {"text": texts.get(language, next(iter(texts.values()))), "agreed": agreed}
            for texts, agreed in paper.issues
        ],
    }


def annex_data(paper: AgreementPaper, representative: Person, language: str) -> dict[str, Any]:
    """What an employer representative's annex prints: own lines, nothing else of the agreement."""
    own = own_labels([{**one} for one in paper.binding() if representative.id in one["owners"]])
    return {
        "case": paper.case_number,
        "version": paper.agreement.version,
        "prevailing": paper.agreement.prevailing,
        "languages": paper.languages,
        "representative": representative.line,
        "commitments": [{**_commitment(paper, one, language), "owners": [representative.name]} for one in own],
    }


def _commitment(paper: AgreementPaper, one: Mapping[str, Any], language: str) -> dict[str, Any]:
    words = one["texts"][language]
    return {
        "label": one["label"],
        "action": words["action"],
        "owners": [paper.people[owner].name for owner in one["owners"]],
        "starts": one["starts_on"].isoformat() if one["starts_on"] else None,
        "due": one["due_on"].isoformat() if one["due_on"] else None,
        "rhythm": words["rhythm"] or None,
        "measure": words["measure"],
        "support": words["support"] or None,
    }


def store(
    db: Db,
    seat: Seat,
    kind: str,
    about: str,
    name: str,
    mime: str,
    content: bytes,
    *,
    language: str | None = None,
    owner: str | None = None,
) -> Document:
    """Store a file of the case, encrypted; part of an act that records itself."""
    row = Document(
        id=db.new_id(),
        case_id=seat.case.id,
        kind=kind,
        about=about,
        owner=owner,
        language=language,
        name=name,
        mime=mime,
        at=db.now(),
    )
    put(db, row, "sha256", sha256(content).hexdigest())
    put_bytes(db, row, "content", content)
    db.add(row)
    db.flush()
    return row


def stored(db: Db, seat: Seat, kind: str, about: str) -> Sequence[Document]:
    """The stored files of a kind, in the order in which they were stored."""
    of_case = select(Document).where(Document.case_id == seat.case.id, Document.kind == kind, Document.about == about)
    return db.scalars(of_case.order_by(Document.name)).all()


def attach_scan(db: Db, seat: Seat, whose: str, mime: str, content: bytes) -> Document:
    """The mediator attests a paper by its scan (PDF, JPEG or PNG, 10 MB at most), to be named by the act it proves.

    Refuses with `participant-not-found`, `scan-too-large`, `choice-unknown` (another type), `scan-not-that` (the
    content is of another type).
    """
    doer = permit(db, seat, "attach-scan")
    find_participant(db, seat, whose)
    if len(content) > SCAN_BYTES:
        raise TooLarge("scan-too-large", field="scan", limit=SCAN_BYTES)
    one_of(mime, frozenset(SCAN_TYPES), "content_type")
    if not content.startswith(SCAN_TYPES[mime]):
        raise Malformed("scan-not-that", field="scan")
    row = store(db, seat, "scan", "", f"scan.{mime.split('/')[1]}", mime, content, owner=whose)
    record.append(
        db, seat.case, "attach-scan", actor=doer.id, about=[row.id, whose], words=[sha256(content).hexdigest()]
    )
    return row


def keep_in_confidence(db: Db, doer: Doer) -> None:
    """Let the paper of private words go when they go: it holds them, too. Part of an act that records itself."""
    row = db.get(Document, doer.paper) if doer.paper else None
    if row is None or row.kind == "private-scan":
        return
    digest, content = get(db, row, "sha256"), get_bytes(db, row, "content")
    row.kind = "private-scan"
    put(db, row, "sha256", digest)
    put_bytes(db, row, "content", content)
    db.flush()


def read_document(db: Db, seat: Seat, document_id: str) -> tuple[Document, bytes]:
    """A stored file that this seat may read, with its content.

    Parties and mediators read the agreement; an employer representative only the own annex; scans only mediators, one
    who came later only those that prove an act, and whose they are. Refuses with `document-not-found`.
    """
    row = db.scalar(select(Document).where(Document.id == document_id, readable_by(seat)))
    if row is None:
        raise NotFound("document-not-found")
    content = get_bytes(db, row, "content")
    note_read_of(db, seat, row)
    return row, content


def note_read_of(db: Db, seat: Seat, row: Document) -> None:
    """Leave on record that this seat read a stored file."""
    note_reads(db, seat, "scan" if row.kind in SCANS else "document", [(row.owner or JOINT, row.id)])


def readable_by(seat: Seat) -> ColumnElement[bool]:
    """Which stored files a seat may read; who left keeps the files of what they signed and was sealed."""
    here, own = Document.case_id == seat.case.id, Document.owner == seat.participant_id
    shared = Document.kind.in_(("agreement", "annex", "annex-manifest", "sealed"))
    if seat.holds(*RECORDERS):
        return here & (Document.kind.not_in(SCANS) | _scans_of(seat))
    if seat.holds(Role.PARTY):
        return here & (own | shared)
    if seat.holds(Role.FORMER_PARTY):
        sealed = select(Signature.agreement_id).join(Agreement, Agreement.id == Signature.agreement_id)
        mine = sealed.where(Signature.participant_id == seat.participant_id, Agreement.sealed_at.is_not(None))
        return here & (own | (shared & Document.about.in_(mine)))
    return here & own


def _scans_of(seat: Seat) -> ColumnElement[bool]:
    # A scan on which no mark and no signature rests may hold words told to the mediator of before (workflow.md rule 5).
    rests = [
        select(one.id).where(one.case_id == seat.case.id, one.paper == Document.id).exists()
        for one in (Mark, Signature)
    ]
    return or_(while_holding(seat, Document.at, Role.MEDIATOR, Role.CO_MEDIATOR), *rests)


def signatures_data(
    db: Db, paper: AgreementPaper, signed: Sequence[Signature], frozen: Sequence[Document], *, manifest_digest: str
) -> dict[str, Any]:
    """What a signature page prints: who signed what, when (UTC and local with offset) and in what way."""
    return {
        "case": paper.case_number,
        "version": paper.agreement.version,
        "prevailing": paper.agreement.prevailing,
        "signatures": [_signature(db, paper, one) for one in sorted(signed, key=lambda one: (one.at, one.id))],
        "manifest_digest": manifest_digest,
        "documents": [{"name": row.name, "language": row.language, "sha256": get(db, row, "sha256")} for row in frozen],
        "sealed_at": db.now().isoformat(),
    }


def _signature(db: Db, paper: AgreementPaper, one: Signature) -> dict[str, Any]:
    who = paper.people[one.participant_id]
    return {
        **who.line,
        "signed_at": one.at.isoformat(),
        "signed_at_local": one.at.astimezone(db.zone).isoformat(),
        "way": one.way,
        "attested_by": paper.people[one.recorded_by].name if one.recorded_by != one.participant_id else None,
        "digest": one.digest,
        "annex": one.digest != paper.agreement.digest,
    }
