"""Versions of the agreement: which is worked on, which binds, and what becomes of them when the case moves or ends."""

from hashlib import sha256

from sqlalchemy import func, insert, select, update

from mediation.acts.marks import end_marks
from mediation.case.seat import Seat
from mediation.errors import NotYet
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Agreement, Letter, Mark
from mediation.workflow.declaration import DocumentChange, Effect, Trait, Who
from mediation.workflow.facts import AgreementFacts, Facts

WORKING = ("draft", "sent")


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


def take_back(db: Db, agreement_id: str, state: str) -> None:
    """End a version that is worked on, as `unsent` or `dropped`; part of an act that records itself."""
    db.execute(update(Agreement).where(Agreement.id == agreement_id).values(state=state, ended_at=db.now()))
    outbox.call_off(db, Letter.about == agreement_id)  # nothing waits to be signed any more


def _unsend(db: Db, seat: Seat, facts: Facts) -> None:
    draft = facts.draft
    if draft is not None and draft.state == "sent":
        take_back(db, draft.id, "unsent")
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
        end_marks(db, "redone", Mark.participant_id.in_(asked), Mark.kind == "asked-for-change")


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
