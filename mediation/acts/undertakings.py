"""Undertakings: companions, and who represents the employer, are bound to confidentiality (workflow.md rules 15 and 17)."""

from typing import Annotated

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import newest_text, shown_text
from mediation.acts.companions import BY_SERVICE, SAID_SO, UNDERTOOK, interprets, kind_of, undertakes
from mediation.acts.interpreting import Interpreted, evidence
from mediation.acts.marks import end_mark, find_mark, leave_mark
from mediation.acts.sessions import own_session
from mediation.case.participants import find_participant
from mediation.case.seat import OWN, Manner
from mediation.errors import Malformed, NotPermitted, NotYet
from mediation.store.models import AgreedText, InterpreterService, Mark, Participant, get
from mediation.words.fields import Id, is_readable, must, on_one_line

Service = Annotated[str, must(is_readable, "text-empty"), on_one_line()]


@act("undertake-confidentiality", leaves=UNDERTOOK)
def undertake_confidentiality(
    case: Acting, text_id: Id | None = None, manner: Manner = OWN, *, interpreted: Interpreted | None = None
) -> Mark:
    """A companion, or who represents the employer, undertakes confidentiality in the words shown (`text`); own hand only.

    Who has a language of their own names who `interpreted` the words to them (workflow.md rule 14), but for an interpreter,
    who reads ours. Twice gives the mark that stands. Refuses with `text-unread` where there are such words,
    `text-not-found`, `text-replaced` when they are no longer the newest, and like `interpreting.evidence`.
    """
    _, roles = find_participant(case.db, case.seat, case.doer.id)
    kinds = [kind_of(role) for role in sorted(roles) if undertakes(case.seat.workflow, role)]
    if text_id is None:
        if any(newest_text(case.db, case.id, kind) is not None for kind in kinds):
            raise Malformed("text-unread", field="text")
        return leave_mark(case)
    asked = case.row(AgreedText, id=text_id)
    kind = asked.kind if asked is not None and asked.kind in kinds else ""
    about = shown_text(case, kind, text_id).id
    undertook = find_mark(case.db, case.doer.id, UNDERTOOK, about)
    if undertook is not None:
        return undertook
    if interpreted is None and interprets(case.seat.workflow, roles):
        return leave_mark(case, about=about)
    said = evidence(case.db, case.seat, case.doer.id, interpreted)
    return leave_mark(case, about=about, interpreted=said)


@act("hear-undertaking", leaves=SAID_SO)
def hear_undertaking(case: Acting, session_id: str, participant_id: Id) -> Mark:
    """A mediator records that somebody undertook confidentiality by saying so at the start; good for that session alone.

    Refuses with `session-over`, `not-asked-to-undertake`, and with `own-hand-by-now` who said so at an earlier session:
    before the next one the undertaking is in own hand (workflow.md rule 17).
    """
    row = own_session(case, session_id)
    if row.ended_at is not None:
        raise NotYet("session-over")
    whose, _ = _companion(case, participant_id)
    kind = case.mark_kind()
    earlier = Mark.kind == kind, Mark.participant_id == whose.id, Mark.about != row.id, Mark.ended_at.is_(None)
    if case.db.scalar(select(Mark.id).where(*earlier).limit(1)) is not None:
        raise NotYet("own-hand-by-now")
    return leave_mark(case.said(), about=row.id, whose=whose.id)


@act("bind-by-service", leaves=BY_SERVICE, correctable=False)
def bind_by_service(case: Acting, participant_id: str, service: Service) -> Mark:
    """A mediator records that an interpreter is bound by the undertaking of their `service`. Twice changes nothing.

    Refuses with `not-an-interpreter` anybody else.
    """
    whose, roles = _companion(case, participant_id)
    if not interprets(case.seat.workflow, roles):
        raise NotPermitted("not-an-interpreter")
    current = find_mark(case.db, whose.id, case.mark_kind())
    if current is not None and _newest_service(case, whose.id) == service:
        return current
    if current is not None:
        end_mark(case.db, current, "changed")
    case.write(InterpreterService(participant_id=whose.id), service=service)
    return leave_mark(case, whose=whose.id, words=[service])


def _newest_service(case: Acting, participant_id: str) -> str:
    rows = select(InterpreterService).filter_by(participant_id=participant_id)
    newest = case.db.scalars(rows.order_by(InterpreterService.at.desc(), InterpreterService.id.desc())).first()
    return str(get(case.db, newest, "service")) if newest is not None else ""


def _companion(case: Acting, participant_id: str) -> tuple[Participant, frozenset[str]]:
    whose, roles = find_participant(case.db, case.seat, participant_id)
    if not any(undertakes(case.seat.workflow, role) for role in roles):
        raise NotPermitted("not-asked-to-undertake")
    return whose, roles
