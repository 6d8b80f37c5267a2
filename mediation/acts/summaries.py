"""Summaries: what the orderer is told of a supervision, once each who takes part has approved the words, or by default."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, func, select

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import keep_text, newest_text, shown_text
from mediation.acts.marks import find_mark, leave_mark
from mediation.acts.taking_part import who_takes_part
from mediation.case.participants import those_in
from mediation.case.seat import OWN, Doer, Manner, Seat
from mediation.case.visibility import Level, sees
from mediation.errors import NotYet
from mediation.sealing.manifest import canonical, digest
from mediation.store.database import Db
from mediation.store.models import AgreedText, Agreement, Case, Mark, Meeting, get
from mediation.words.catalogue import LANGUAGES, say
from mediation.words.fields import LanguageCode, Text
from mediation.workflow.declaration import Trait, Way, Workflow
from mediation.workflow.facts import case_state

PROPOSED = "summary-words"  # the kind of text that is put to those who take part
SETTLED = "settled-summary"  # what the orderer reads: of the proposal with the same version
APPROVED = "approved-summary"  # the kind of mark; nobody else sees whose
TIME_TO_APPROVE = timedelta(days=14)
_ITEM = "summary"  # the row of who sees what


@act("write-summary")
def write_summary(case: Acting, *, words: Text = "", language: LanguageCode = "fi") -> AgreedText:
    """The supervisor proposes what the orderer is told; each who takes part is asked to approve exactly these words.

    Without words it is the default, the number of sessions held, which the orderer sees in any case: it asks nobody and goes
    at once. An earlier proposal counts no more; what was settled before is replaced once this is settled. The same again
    changes nothing.
    """
    proposal = {language: [words]} if words.strip() else default_words(case.db, case.seat)
    newest = newest_text(case.db, case.id, PROPOSED)
    row = keep_text(case, PROPOSED, proposal)
    if row is newest:
        return row
    due = {"summary_due": row.at + TIME_TO_APPROVE if words.strip() else None}
    case.record(row.id, str(row.version), words=[words], changes=due)
    if words.strip():
        case.ask(who_takes_part(case.db, case.seat), about=row.id, by=approved_by(case.db, row))
    else:
        _settle(case, row, proposal)
    return row


@act("approve-summary", leaves=APPROVED)
def approve_summary(case: Acting, text_id: str, manner: Manner = OWN) -> Mark:
    """Somebody who takes part approves the words that the orderer is to read; with the last approval they are settled.

    Nobody else is told who has approved and who has not, nor how many. Refuses with `text-not-found`, `text-replaced` where
    a newer proposal was made, and `summary-is-settled`.
    """
    text = shown_text(case, PROPOSED, text_id)
    if is_settled(case.db, text):
        raise NotYet("summary-is-settled")
    mark = leave_mark(case, about=text.id)
    if _is_approved(case.db, case.seat, text):
        _settle(case, text, words_in(case.db, text))
    return mark


def _is_approved(db: Db, seat: Seat, text: AgreedText) -> bool:
    """Whether everybody who takes part now has approved a proposal."""
    asked = who_takes_part(db, seat)
    return bool(asked) and all(find_mark(db, one, APPROVED, text.id) is not None for one in asked)


def due_summaries(db: Db, *which: ColumnElement[bool]) -> Sequence[str]:
    """The ids of the proposals that somebody has not approved within 14 days, of cases under way."""
    settled, newer = _settled_of(), _newer_than()
    waiting = select(AgreedText.id).join(Case, Case.id == AgreedText.case_id)
    waiting = waiting.where(AgreedText.kind == PROPOSED, AgreedText.at <= db.now() - TIME_TO_APPROVE, *which)
    waiting = waiting.where(Case.summary_due <= db.now(), Case.outcome.is_(None))
    return db.scalars(waiting.where(~settled, ~newer).order_by(AgreedText.at)).all()


def _settled_of() -> ColumnElement[bool]:
    other = AgreedText.__table__.alias()
    same = other.c.case_id == AgreedText.case_id, other.c.version == AgreedText.version
    return exists().where(*same, other.c.kind == SETTLED)


def _newer_than() -> ColumnElement[bool]:
    other = AgreedText.__table__.alias()
    same = other.c.case_id == AgreedText.case_id, other.c.version > AgreedText.version
    return exists().where(*same, other.c.kind == PROPOSED)


def settle_by_default(db: Db, text_id: str, *, workflows: Mapping[str, Workflow]) -> None:
    """Let the orderer read the default in place of a proposal that not everybody approved in time. Twice changes nothing.

    Where those who had not approved it have left meanwhile, the proposal itself is settled. In the record it stands as the
    supervisor's. While nobody leads the supervision it waits.
    """
    text = db.get_one(AgreedText, text_id)
    case = db.scalars(select(Case).where(Case.id == text.case_id).with_for_update()).one()
    workflow = workflows[case.workflow]
    leaders = sorted(those_in(db, case.id, *workflow.who(Trait.LEADS)))
    if not leaders or not due_summaries(db, AgreedText.id == text_id):  # somebody was quicker while we waited
        return
    seat = Seat(case_state(case), workflow, "", leaders[0], frozenset())
    acting = Acting(db, seat, "settle-summary", Doer(leaders[0], Way.OWN_DEVICE, leaders[0]))
    approved = _is_approved(db, seat, text)
    _settle(acting, text, words_in(db, text) if approved else default_words(db, seat))


def _settle(case: Acting, proposal: AgreedText, words: Mapping[str, Sequence[str]]) -> None:
    """Keep what the orderer reads, and write to them that there is something to read."""
    row = AgreedText(kind=SETTLED, version=proposal.version, asks=False)
    case.write(row, digest=digest(canonical(words)), words=words)
    case.record(row.id, proposal.id, entry="settle-summary", changes={"summary_due": None})
    readers = [one for one in case.seat.workflow.roles if sees([one], _ITEM) == Level.RELEASED]
    case.tell(case.those_in(*readers), "reading-waits", about=row.id)


def approved_by(db: Db, proposal: AgreedText) -> date:
    """The local day by which each is asked to approve a proposal."""
    return (proposal.at + TIME_TO_APPROVE).astimezone(db.zone).date()


def is_settled(db: Db, proposal: AgreedText) -> bool:
    """Whether the orderer may read a proposal, or the default in its place."""
    settled = select(AgreedText.id).filter_by(case_id=proposal.case_id, kind=SETTLED, version=proposal.version)
    return db.scalar(settled) is not None


def words_in(db: Db, text: AgreedText) -> dict[str, list[str]]:
    """The words of a proposal or of what was settled, by language. Refuses with `words-gone`."""
    words: dict[str, list[str]] = get(db, text, "words")
    return words


def default_words(db: Db, seat: Seat) -> dict[str, list[str]]:
    """The default, in each of our languages: how many sessions were held under the contract, and nothing else."""
    number = sessions_held(db, seat)
    return {one: [say("summary.default", one, number=number)] for one in LANGUAGES}


def sessions_held(db: Db, seat: Seat) -> int:
    """How many sessions of the table were held since the first contract was signed by all."""
    of_table = [code for code, one in seat.workflow.session_kinds.items() if one.of_table]
    signed = select(func.min(Agreement.sealed_at)).where(Agreement.case_id == seat.case.id).scalar_subquery()
    held = Meeting.case_id == seat.case.id, Meeting.kind.in_(of_table), Meeting.was_held()
    return db.scalar(select(func.count()).select_from(Meeting).where(*held, Meeting.begun_at >= signed)) or 0
