"""Which commitments of an agreement are somebody's to report on, and whether a report is of each of them."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, select

from mediation.case.participants import those_in
from mediation.case.seat import Seat
from mediation.errors import Malformed, NotFound
from mediation.store.database import Db
from mediation.store.models import Agreement, Commitment, CommitmentOwner, RoleHeld
from mediation.workflow.declaration import Trait


def lines_to_report(db: Db, seat: Seat, agreement: Agreement, participant_id: str) -> Sequence[Commitment]:
    """The commitments that bind: all of them to a party, to others those they made; none that only people who left made."""
    binding = select(Commitment).filter_by(agreement_id=agreement.id, ended=None)
    query = binding.where(Commitment.id.in_(_with_counterpart(seat))).order_by(Commitment.position)
    if participant_id not in those_in(db, seat.case.id, *seat.workflow.who(Trait.CONSENTS)):
        own = select(CommitmentOwner.commitment_id).where(CommitmentOwner.participant_id == participant_id)
        query = query.where(Commitment.id.in_(own))
    return db.scalars(query).all()


def _with_counterpart(seat: Seat) -> Select[str]:
    """The commitments that somebody who is still there made: those of who left have lapsed."""
    signing = seat.workflow.who(Trait.CONSENTS, Trait.REPRESENTS)
    made = select(CommitmentOwner.commitment_id).join(
        RoleHeld, RoleHeld.participant_id == CommitmentOwner.participant_id
    )
    return made.where(RoleHeld.case_id == seat.case.id, RoleHeld.role.in_(signing), RoleHeld.until.is_(None))


def check_reports(reported: Collection[str], labels: Mapping[str, str]) -> None:
    """Refuses with `commitment-not-found` and `report-incomplete` where the ids that are reported on are not all of `labels`.

    `labels` says what the reporter calls each commitment.
    """
    if set(reported) - set(labels):
        raise NotFound("commitment-not-found")
    missing = [label for key, label in labels.items() if key not in reported]
    if missing:
        raise Malformed("report-incomplete", field="reports", missing=", ".join(missing))
