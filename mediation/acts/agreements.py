"""Agreements: draft the text in its languages, and drop it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlalchemy import delete, select

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import WORKING, draft_tag, newest_agreement, newest_in, take_back
from mediation.acts.audiences import Notices, notices_in
from mediation.case.participants import find_participant
from mediation.documents.localise import strings_in
from mediation.documents.render import unprintable
from mediation.errors import CaseChanged, Malformed, PreconditionMissing
from mediation.store.database import Db
from mediation.store.models import Agreement, AgreementText, Commitment, CommitmentOwner, CommitmentText
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
from mediation.workflow.declaration import Contract

# Of a text and of a commitment, where its workflow's contract has them.
PARTS = frozenset({"goals", "new_problem", "confidentiality"})
DATES, WORDS = frozenset({"starts_on", "due_on"}), frozenset({"rhythm", "measure", "support"})
NEEDS = frozenset({"owner", "action", "due", "measure"})
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
    """A commitment in one language; `rhythm` where it has no due date, `measure` is how it will be noticed.

    The workflow's contract says which of the parts beside the action it has.
    """

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
    `field-unknown` a part of the text or of a commitment, or an audience, that the workflow's contract has not, and
    `wrong-form` a label that is more than a letter or two and a number.
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


def _draft_row(case: Acting, newest: Agreement | None, prevailing: str) -> Agreement:
    if newest is not None and newest.state == "draft":
        _clear(case.db, newest)
        return newest
    if newest is not None and newest.state == "sent":
        take_back(case.db, newest.id, "unsent")
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
    contract = case.seat.workflow.contract
    known = set(case.db.scalars(select(Commitment.lineage).where(Commitment.case_id == case.id)))
    for position, promise in enumerate(promises, start=1):
        _check_parts(contract, promise)
        if promise.lineage not in known and (promise.lineage is not None or promise.ended is not None):
            raise Malformed("lineage-unknown", field="commitments.lineage")
        row = Commitment(
            agreement_id=agreement.id,
            lineage=promise.lineage or case.db.new_id(),
            label=promise.label or f"C{position}",
            position=position,
            starts_on=promise.starts_on,
            due_on=promise.due_on,
            lacks=",".join(_lacks(contract, promise, languages)),
            ended=promise.ended,
        )
        case.write(row)
        for owner in dict.fromkeys(promise.owners):
            find_participant(case.db, case.seat, owner)
            case.add(CommitmentOwner(commitment_id=row.id, participant_id=owner))
        for language, words in promise.texts.items():
            case.add(CommitmentText(commitment_id=row.id, language=language), words=vars(words))


def _check_parts(contract: Contract, promise: Promise) -> None:
    for part in sorted((DATES | WORDS) - contract.commitment_parts):
        told = [promise] if part in DATES else promise.texts.values()
        if any(getattr(one, part) for one in told):
            raise Malformed("field-unknown", field=f"commitments.{part}")


def _lacks(contract: Contract, promise: Promise, languages: Sequence[str]) -> list[str]:
    # An action and how it will be noticed in every language; a rhythm, too, where there is no date.
    if promise.ended is not None:
        return []
    texts = [promise.texts.get(language, CommitmentWords()) for language in languages]
    missing = {
        "owner": not promise.owners,
        "action": not all(text.action.strip() for text in texts),
        "due": promise.due_on is None and promise.starts_on is None and not all(text.rhythm.strip() for text in texts),
        "measure": not all(text.measure.strip() for text in texts),
    }
    return [part for part, is_missing in missing.items() if is_missing and part in contract.needs]


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
    take_back(case.db, newest.id, "dropped")
    case.record(newest.id)
