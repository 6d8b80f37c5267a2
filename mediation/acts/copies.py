"""Copies on paper: whoever wants the sealed agreement in their hand is given it, and that is kept."""

from sqlalchemy import or_, select

from mediation.acts.acting import Acting, act
from mediation.acts.marks import leave_mark
from mediation.case.participants import find_participant
from mediation.errors import NotYet
from mediation.store.models import Agreement, Mark, Signature, StoredFile


@act("hand-over-copy", leaves="given-copy")
def hand_over_copy(case: Acting, participant_id: str) -> Mark:
    """The mediator has handed a signatory the sealed agreement on paper, or who represents the employer the own annex.

    It is of the newest version that they signed and that is sealed. Whose it is sees the mark and may take it back. Twice
    changes nothing. Refuses with `participant-not-found`, and with `no-sealed-copy` before anything of theirs is sealed.
    """
    whose, _ = find_participant(case.db, case.seat, participant_id)
    signed = select(Signature.agreement_id).where(Signature.participant_id == whose.id)
    own_annex = (StoredFile.kind == "sealed-annex") & (StoredFile.owner == whose.id)
    whole = (StoredFile.kind == "sealed") & StoredFile.about.in_(signed)
    copies = select(Agreement.id).join(StoredFile, StoredFile.about == Agreement.id)
    copies = copies.where(StoredFile.case_id == case.id, or_(own_annex, whole))
    newest = case.db.scalar(copies.order_by(Agreement.version.desc()).limit(1))
    if newest is None:
        raise NotYet("no-sealed-copy")
    return leave_mark(case.said(), about=newest, whose=whose.id)
