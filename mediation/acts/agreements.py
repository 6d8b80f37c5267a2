"""Agreements: draft the text in its languages, and take back, drop or amend a version."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import Field
from sqlalchemy import delete, func, insert, select, update

from mediation.acts.acting import Acting, act
from mediation.acts.audiences import Notices, notices_in
from mediation.case.seat import Seat, find_participant
from mediation.documents.localise import strings_in
from mediation.documents.render import unprintable
from mediation.errors import CaseChanged, Malformed, NotYet, PreconditionMissing
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Agreement, AgreementText, Commitment, CommitmentOwner, CommitmentText, Letter, Mark
from mediation.words.fields import (
    PEOPLE,
    AnyLanguage,
    Day,
    Flag,
    Id,
    LanguageCode,
    Line,
    NeededLine,
    NeededText,
    known,
    must,
    one_of,
    sent,
)
from mediation.workflow.declaration import DocumentChange, Effect, Trait, Who
from mediation.workflow.facts import AgreementFacts, Facts

WORKING = ("draft", "sent")
PARTS = frozenset({"goals", "new_problem", "confidentiality"})  # of a text, where its workflow's contract has them
ENDINGS = ("done", "dropped")
_LABEL = re.compile(r"[A-Z]{0,2}[0-9]{0,4}")  # C1; it stands beside the words, not encrypted, and so is none itself


class Lack(StrEnum):
    """What a draft lacks while a guard of the next transition is not met, for the refusal of sending; named by the guard."""

    COMMITMENTS = "commitments"
    DISCLOSURE = "disclosure"
    FOLLOW_UP = "follow-up"
    OWNER_SIGNS = "owner-signs"


Ending = Annotated[
    str, Field(max_length=10, description="`done` or `dropped`, of an earlier version's."), known(ENDINGS)
]
Label = Annotated[str, Field(max_length=8), must(_LABEL.fullmatch, "wrong-form")]


@sent("TextBody")
@dataclass(frozen=True)
class TextWords:
    """The agreement's own words in one language; the workflow's contract says which of the parts it has."""

    purpose: NeededText
    goals: Annotated[Sequence[NeededLine], Field(max_length=20)] = ()
    new_problem: Line = ""
    confidentiality: Line = ""
    notices: Notices = field(default_factory=dict)


@sent("PromiseTextBody")
@dataclass(frozen=True)
class CommitmentWords:
    """A commitment in one language; `rhythm` where it has no due date, `measure` is how it will be noticed."""

    action: Line = ""
    rhythm: Line = ""
    measure: Line = ""
    support: Line = ""


@sent("PromiseBody")
@dataclass(frozen=True)
class Promise:
    """A commitment as it is drafted. `lineage` names the commitment of an earlier version that it continues, if any.

    A commitment that `ended` no longer binds: it stays as history and needs no words.
    """

    owners: Annotated[Sequence[Id], Field(max_length=PEOPLE)] = ()
    texts: Annotated[Mapping[AnyLanguage, CommitmentWords], Field(max_length=3, json_schema_extra={"default": {}})] = (
        field(default_factory=dict)
    )
    label: Label = ""
    starts_on: Day | None = None
    due_on: Day | None = None
    lineage: Id | None = None
    ended: Ending | None = None


Texts = Annotated[Mapping[LanguageCode, TextWords], Field(min_length=1, max_length=3)]
Promises = Annotated[Sequence[Promise], Field(max_length=50)]


@act("draft-agreement", beside=("if_match",))
def draft_agreement(
    case: Acting,
    *,
    prevailing: AnyLanguage,
    texts: Texts,
    commitments: Promises = (),
    disclosure_decided: Flag = False,
    if_match: str | None = None,
) -> Agreement:
    """The mediator writes the whole draft; a frozen version that is changed so becomes a new version (workflow.md rule 3).

    Each text is in a language of its parties, none machine-filled; `prevailing` is one of them. `disclosure_decided`
    with no notice for the commissioner means the neutral default. Refuses with `case-changed` when the draft is no
    longer the one read (`if_match`, see `draft_tag`), `if-match-missing`, `prevailing-missing`, `lineage-unknown`,
    `field-unknown` a part or an audience that the workflow's contract has not, and `wrong-form` a label that is more than
    a letter or two and a number.
    """
    newest = newest_agreement(case.db, case.seat)
    if newest is not None and newest.state in WORKING:
        if if_match is None:
            raise PreconditionMissing("if-match-missing")
        if if_match != draft_tag(newest):
            raise CaseChanged("case-changed")
    if prevailing not in texts:
        raise Malformed("prevailing-missing", field="prevailing")
    for promise in commitments:
        for language in promise.texts:
            one_of(language, tuple(texts), "commitments.texts")
    agreement = _draft_row(case, newest, prevailing)
    agreement.prevailing, agreement.disclosure_decided = prevailing, disclosure_decided
    agreement.drafted_at, agreement.writings = case.db.now(), (agreement.writings or 0) + 1
    _write_texts(case, agreement, texts)
    _write_promises(case, agreement, commitments, tuple(texts))
    written = [text.purpose for _, text in sorted(texts.items())]
    written += [words.action for promise in commitments for _, words in sorted(promise.texts.items())]
    case.record(agreement.id, str(agreement.version), words=written)
    return agreement


def draft_tag(agreement: Agreement) -> str:
    """What `If-Match` carries when an agreement is drafted: it changes with every writing of the draft."""
    return sha256(f"{agreement.id}|{agreement.state}|{agreement.writings}".encode()).hexdigest()[:32]


def newest_agreement(db: Db, seat: Seat) -> Agreement | None:
    """The newest version, in any state."""
    of_case = select(Agreement).where(Agreement.case_id == seat.case.id)
    return db.scalar(of_case.order_by(Agreement.version.desc()).limit(1))


def newest_in(db: Db, seat: Seat, states: tuple[str, ...], refusal: str) -> Agreement:
    """The newest version, when it is in one of these states. Refuses with the code `refusal` otherwise."""
    newest = newest_agreement(db, seat)
    if newest is None or newest.state not in states:
        raise NotYet(refusal)
    return newest


def find_agreement_in_force(db: Db, seat: Seat) -> Agreement | None:
    """The sealed version that binds now, if there is one."""
    sealed = select(Agreement).where(Agreement.case_id == seat.case.id, Agreement.state == "sealed")
    return db.scalar(sealed.order_by(Agreement.version.desc()).limit(1))


def _draft_row(case: Acting, newest: Agreement | None, prevailing: str) -> Agreement:
    if newest is not None and newest.state == "draft":
        _clear(case.db, newest)
        return newest
    if newest is not None and newest.state == "sent":
        _take_back(case.db, newest.id, "unsent")
    version = newest.version + 1 if newest else 1
    return case.write(Agreement(version=version, state="draft", prevailing=prevailing, drafted_at=case.db.now()))


def _clear(db: Db, agreement: Agreement) -> None:
    of_draft = select(Commitment.id).where(Commitment.agreement_id == agreement.id)
    for table in (CommitmentOwner, CommitmentText):
        db.execute(delete(table).where(table.commitment_id.in_(of_draft)))
    db.execute(delete(Commitment).where(Commitment.agreement_id == agreement.id))
    db.execute(delete(AgreementText).where(AgreementText.agreement_id == agreement.id))


def _write_texts(case: Acting, agreement: Agreement, texts: Mapping[str, TextWords]) -> None:
    for language, text in texts.items():
        contract, where = case.seat.workflow.contract, f"texts.{language}"
        for part in sorted(PARTS - contract.parts):
            if getattr(text, part):
                raise Malformed("field-unknown", field=f"{where}.{part}")
        notices = notices_in(contract, text.notices, f"{where}.notices")
        words = {**vars(text), "goals": list(text.goals), "notices": notices}
        case.add(AgreementText(agreement_id=agreement.id, language=language), words=words)


def _write_promises(case: Acting, agreement: Agreement, promises: Sequence[Promise], languages: Sequence[str]) -> None:
    known = set(case.db.scalars(select(Commitment.lineage).where(Commitment.case_id == case.id)))
    for position, promise in enumerate(promises, start=1):
        if promise.lineage not in known and (promise.lineage is not None or promise.ended is not None):
            raise Malformed("lineage-unknown", field="commitments.lineage")
        row = Commitment(
            agreement_id=agreement.id,
            lineage=promise.lineage or case.db.new_id(),
            label=promise.label or f"C{position}",
            position=position,
            starts_on=promise.starts_on,
            due_on=promise.due_on,
            lacks=",".join(lacks(promise, languages)),
            ended=promise.ended,
        )
        case.write(row)
        for owner in dict.fromkeys(promise.owners):
            find_participant(case.db, case.seat, owner)
            case.add(CommitmentOwner(commitment_id=row.id, participant_id=owner))
        for language, words in promise.texts.items():
            case.add(CommitmentText(commitment_id=row.id, language=language), words=vars(words))


def lacks(promise: Promise, languages: Sequence[str]) -> list[str]:
    """What a promise still needs: an owner, an action and how it will be noticed in every language, a due date or rhythm."""
    if promise.ended is not None:
        return []
    texts = [promise.texts.get(language, CommitmentWords()) for language in languages]
    missing = {
        "owner": not promise.owners,
        "action": not all(text.action.strip() for text in texts),
        "due": promise.due_on is None and promise.starts_on is None and not all(text.rhythm.strip() for text in texts),
        "measure": not all(text.measure.strip() for text in texts),
    }
    return [part for part, is_missing in missing.items() if is_missing]


def unprintable_characters(texts: Mapping[str, TextWords], commitments: Sequence[Promise]) -> list[str]:
    """The characters of a draft that the document's fonts lack, to be shown to its writer.

    The first call reads the fonts, and a long text takes a second: do not call it while a transaction is open.
    """
    return unprintable("".join(words_of_draft(texts, commitments)))


def words_of_draft(texts: Mapping[str, TextWords], commitments: Sequence[Promise]) -> list[str]:
    """Everything that is written in a draft."""
    written = [asdict(text) for text in texts.values()]
    written += [asdict(words) for one in commitments for words in one.texts.values()]
    return list(strings_in(written))


@act("drop-draft")
def drop_draft(case: Acting) -> None:
    """Drop the version being worked on; guards read the one in force again. Refuses with `no-draft`."""
    newest = newest_in(case.db, case.seat, WORKING, "no-draft")
    _take_back(case.db, newest.id, "dropped")
    case.record(newest.id)


def _take_back(db: Db, agreement_id: str, state: str) -> None:
    db.execute(update(Agreement).where(Agreement.id == agreement_id).values(state=state, ended_at=db.now()))
    outbox.call_off(db, Letter.about == agreement_id, Letter.due_at > db.now())  # nothing waits to be signed any more


def _unsend(db: Db, seat: Seat, facts: Facts) -> None:
    draft = facts.draft
    if draft is not None and draft.state == "sent":
        _take_back(db, draft.id, "unsent")
        if facts.in_force is not None:
            # Guards go on reading what is worked on, not the old sealed version, until the draft is expressly dropped.
            _open_next_version(db, seat, facts.in_force)


def _open_next_version(db: Db, seat: Seat, sealed: AgreementFacts) -> None:
    old = select(Agreement.prevailing).where(Agreement.id == sealed.id).scalar_subquery()
    row = {
        "id": db.new_id(),
        "case_id": seat.case.id,
        "version": select(func.max(Agreement.version) + 1).where(Agreement.case_id == seat.case.id).scalar_subquery(),
        "state": "draft",
        "prevailing": old,
        "disclosure_decided": False,
        "drafted_at": db.now(),
    }
    db.execute(insert(Agreement).values(row))


def _begin_amendment(db: Db, seat: Seat, facts: Facts) -> None:
    if facts.in_force is not None and facts.draft is None:
        _open_next_version(db, seat, facts.in_force)
    _answer_requests(db, facts, seat.workflow.who(Trait.CONSENTS))


def _answer_requests(db: Db, facts: Facts, who: Who) -> None:
    asked = [one.id for one in facts.those_in(*who) if one.did("asked-for-change")]
    if asked:
        theirs = Mark.participant_id.in_(asked), Mark.kind == "asked-for-change", Mark.ended_at.is_(None)
        db.execute(update(Mark).where(*theirs).values(ended_at=db.now(), ended_why="redone"))


def _put_in_use(db: Db, seat: Seat, facts: Facts) -> None:
    # A representative's request is answered only now: they may not know that an amendment began.
    _answer_requests(db, facts, seat.workflow.who(Trait.REPRESENTS))


def _taken_back(facts: Facts) -> list[DocumentChange]:
    if facts.draft is None or facts.draft.state != "sent":
        return []
    back = [DocumentChange("agreement", facts.draft.version, "taken-back")]
    return back if facts.in_force is None else [*back, DocumentChange("agreement", None, "draft")]


def _opened(facts: Facts) -> list[DocumentChange]:
    return [DocumentChange("agreement", None, "draft")] if facts.in_force is not None and facts.draft is None else []


def _used(facts: Facts) -> list[DocumentChange]:
    newest = facts.in_force.version if facts.in_force is not None else None
    return [DocumentChange("agreement", newest, "in-use")] if newest != facts.in_use else []


def _drop_unsealed(db: Db, seat: Seat, facts: Facts) -> None:
    unsealed = Agreement.case_id == seat.case.id, Agreement.state.in_(WORKING)
    db.execute(update(Agreement).where(*unsealed).values(state="dropped", ended_at=db.now()))


# A case that ends early leaves no text that somebody could still sign.
drop_unsealed = Effect(_drop_unsealed)

# A frozen, unsealed text is taken back when its phase is left; its words stay, to draft the next version from.
unsend = Effect(_unsend, document_changes=_taken_back)

# The next version opens as a draft: guards read it from now on, while the sealed one stays in force.
begin_amendment = Effect(_begin_amendment, document_changes=_opened)

# The follow-up begins with the sealed version: only now do representatives learn that it is in force.
put_in_use = Effect(
    _put_in_use, lambda facts: {"in_use": facts.in_force.version if facts.in_force else None}, document_changes=_used
)
