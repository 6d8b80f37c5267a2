"""Leaving: withdrawal, its being taken back or confirmed, replacement of a party, the end of an employment."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update

from mediation.acts.acting import Acting
from mediation.acts.agreements import unsend
from mediation.acts.marks import end_mark, find_mark, leave_mark
from mediation.acts.participants import Someone, end_roles, give_role, join
from mediation.acts.statements import speak_privately
from mediation.case import engine, record
from mediation.case.seat import OWN, Manner, Seat, find_party, holders, permit
from mediation.errors import NotPermitted, NotYet
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Letter, Mark, Participant, RoleHeld
from mediation.workflow.declaration import MEDIATORS, Role
from mediation.workflow.facts import Facts, load_facts

TIME_TO_RETURN = timedelta(days=7)
# What the others said to texts that included the one who leaves; ground rules, attendance and turns of the others stay.
FALLS = ("accepted-problem-statement", "responded")


def withdraw(
    db: Db, seat: Seat, *, confirmed: bool = False, words: str = "", language: str = "fi", manner: Manner = OWN
) -> None:
    """A party withdraws: at once, without a reason (`words`, if any, reach the mediator only).

    It can be taken back for seven days unless it is `confirmed`. Of two parties, the case then ends; of more, it
    stands still until each who remains agrees again. What they had accepted together, unsealed, falls.
    Source: workflow.md rule 2 (voluntariness; European Code of Conduct for Mediators).
    """
    doer = permit(db, seat, "withdraw", manner)
    if words:
        speak_privately(db, seat, words, language=language, manner=manner)
    before = load_facts(db, seat.case)
    _let_go(db, seat, db.get_one(Participant, doer.id), "withdrawn", before)
    is_over = confirmed and _too_few(db, seat)
    if not is_over:
        engine.hold(db, seat, "withdrawal", db.today() + TIME_TO_RETURN)
    # Last, for its entry answers for all of this.
    leave_mark(Acting(db, seat, "withdraw", doer), "withdrew", value="confirmed" if confirmed else "revocable")
    if is_over:
        engine.end(db, seat, "end-after-withdrawal", "withdrawn", actor=doer.id)
        return
    outbox.announce(db, seat.case.id, "something-waits", holders(db, seat.case.id, *MEDIATORS, Role.PARTY))


def _let_go(db: Db, seat: Seat, party: Participant, how: str, before: Facts) -> None:
    """Take the party's role, and let fall what the others accepted together with them, unless it is sealed."""
    end_roles(db, party.id, Role.PARTY)
    give_role(db, seat.case.id, party.id, Role.FORMER_PARTY)
    party.left_how = how
    _release_support(db, seat, party)
    fallen: tuple[str, ...] = ("agreed-to-mediate",) if how == "withdrawn" else ()
    if before.in_force is None:
        fallen += FALLS
    others = [one.id for one in before.holding(Role.PARTY) if one.id != party.id]
    marks = Mark.participant_id.in_(others), Mark.kind.in_(fallen), Mark.ended_at.is_(None)
    db.execute(update(Mark).where(*marks).values(ended_at=db.now(), ended_why="redone"))
    unsend.write(db, seat, before)
    # A reminder of what was planned before, or that none comes because it was moved, would tell how the others go on.
    outbox.call_off(db, Letter.participant_id == party.id, Letter.due_at > db.now())
    db.flush()


def _release_support(db: Db, seat: Seat, party: Participant) -> None:
    companions = Participant.case_id == seat.case.id, Participant.supports == party.id, Participant.left_at.is_(None)
    for one in db.scalars(select(Participant).where(*companions)):
        end_roles(db, one.id, Role.SUPPORT_PERSON)
        if db.scalar(select(RoleHeld.id).where(RoleHeld.participant_id == one.id, RoleHeld.until.is_(None))) is None:
            one.left_at, one.left_how = db.now(), "released"


def _too_few(db: Db, seat: Seat) -> bool:
    return len(holders(db, seat.case.id, Role.PARTY)) < 2


def take_back_withdrawal(db: Db, seat: Seat, manner: Manner = OWN) -> None:
    """A party who withdrew comes back within seven days; the case goes on when everyone agrees again.

    Refuses with `withdrawal-final` once it is confirmed or the time is over. Twice changes nothing.
    """
    doer = permit(db, seat, "take-back-withdrawal", manner)
    mark = find_mark(db, doer.id, "withdrew")
    over = mark is None or mark.value != "revocable" or db.now() - mark.at > TIME_TO_RETURN
    # That the case has ended meanwhile is not for who left to know.
    if mark is None or over or seat.case.outcome is not None:
        raise NotYet("withdrawal-final")
    end_mark(db, mark, "withdrawn")
    # Coming back is not yet agreeing to mediate: that is asked of everyone again.
    consent = find_mark(db, doer.id, "agreed-to-mediate")
    if consent is not None:
        end_mark(db, consent, "redone")
    unsend.write(db, seat, load_facts(db, seat.case))  # a text sent meanwhile does not name them
    end_roles(db, doer.id, Role.FORMER_PARTY)
    give_role(db, seat.case.id, doer.id, Role.PARTY)
    db.get_one(Participant, doer.id).left_how = None
    db.flush()
    record.append(db, seat.case, "take-back-withdrawal", actor=doer.id, way=doer.way, about=[mark.id])
    outbox.announce(db, seat.case.id, "something-waits", holders(db, seat.case.id, *MEDIATORS, Role.PARTY))


def confirm_withdrawal(db: Db, seat: Seat, manner: Manner = OWN) -> None:
    """A party who withdrew says that it is final; of two parties, the case ends now. Twice changes nothing."""
    doer = permit(db, seat, "confirm-withdrawal", manner)
    mark = find_mark(db, doer.id, "withdrew")
    if mark is None:
        raise NotPermitted("act-not-yours", act="confirm-withdrawal")
    _make_final(db, seat, mark, doer.id)


def _make_final(db: Db, seat: Seat, mark: Mark, actor: str) -> None:
    if mark.value == "confirmed":
        return
    mark.value = "confirmed"
    db.flush()
    record.append(db, seat.case, "confirm-withdrawal", actor=actor, about=[mark.id])
    if _too_few(db, seat) and seat.case.outcome is None:
        engine.end(db, seat, "end-after-withdrawal", "withdrawn", actor=actor)


def overdue_withdrawals(db: Db) -> Sequence[Mark]:
    """The withdrawals that nobody took back in time and nobody confirmed."""
    revocable = Mark.kind == "withdrew", Mark.value == "revocable", Mark.ended_at.is_(None)
    return db.scalars(select(Mark).where(*revocable, Mark.at < db.now() - TIME_TO_RETURN)).all()


def settle_withdrawal(db: Db, seat: Seat, mark: Mark) -> None:
    """Let a withdrawal be final because its seven days are over; `seat` is the leaver's own, locked."""
    _make_final(db, seat, mark, mark.participant_id)


def replace_party(db: Db, seat: Seat, participant_id: str, successor: Someone) -> Participant:
    """The mediator replaces a party, such as a manager who moved on; everything is unmet for the successor alone.

    The successor reads nothing of what the predecessor said; own separate meeting, consent and signature are needed.
    Refuses with `not-a-party`.
    """
    doer = permit(db, seat, "replace-party")
    party = find_party(db, seat, participant_id)
    _let_go(db, seat, party, "replaced", load_facts(db, seat.case))
    joined = join(db, seat.case, successor, Role.PARTY)
    record.append(db, seat.case, "replace-party", actor=doer.id, about=[party.id, joined.id])
    return joined


def end_employment(db: Db, seat: Seat, participant_id: str) -> None:
    """The mediator marks that a party's employment ended: they leave the case, and promises without a counterpart lapse.

    The case is then amended or ended (workflow.md rule 13). Refuses with `not-a-party`.
    """
    doer = permit(db, seat, "end-employment")
    party = find_party(db, seat, participant_id)
    _let_go(db, seat, party, "employment-ended", load_facts(db, seat.case))
    record.append(db, seat.case, "end-employment", actor=doer.id, about=[party.id])
