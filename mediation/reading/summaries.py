"""What a seat reads of the summary: those who take part the proposal, who ordered the settled words and nothing else."""

from datetime import date, datetime

from mediation.acts.agreed_texts import newest_text
from mediation.acts.marks import find_mark
from mediation.acts.summaries import APPROVED, PROPOSED, SETTLED, approved_by, is_settled
from mediation.acts.taking_part import who_takes_part
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level
from mediation.reading.goals import takes_part_or_leads
from mediation.reading.view import ABSENT, IfSeen, view
from mediation.store.database import Db
from mediation.store.models import remaining


@view
class SettledSummary:
    """The words that who ordered reads, by language, and since when; None where they were deleted."""

    words: dict[str, list[str]] | None
    at: datetime


@view
class SummaryView:
    """The summary: what is settled, and for those who take part the newest proposal.

    Until the local day `until` it waits for approval. `approved` is whether the reader has approved it; who else has is told to
    nobody.
    """

    settled: SettledSummary | None
    id: IfSeen[str] = ABSENT
    words: IfSeen[dict[str, list[str]] | None] = ABSENT
    at: IfSeen[datetime] = ABSENT
    until: IfSeen[date] = ABSENT
    waits: IfSeen[bool] = ABSENT
    approved: IfSeen[bool] = ABSENT


def read_summary(db: Db, seat: Seat) -> SummaryView:
    """The summary as far as it is this seat's. Refuses like `level_of`."""
    level = level_of(seat, "summary")
    settled = _settled(db, seat)
    proposal = newest_text(db, seat.case.id, PROPOSED)
    if level != Level.FULL or proposal is None or not takes_part_or_leads(db, seat):
        return SummaryView(settled=settled)
    note_reads(db, seat, "summary", [(JOINT, proposal.id)])
    asked = seat.participant_id in who_takes_part(db, seat)
    return SummaryView(
        settled=settled,
        id=proposal.id,
        words=remaining(db, proposal, "words"),
        at=proposal.at,
        until=approved_by(db, proposal),
        waits=not is_settled(db, proposal),
        approved=find_mark(db, seat.participant_id, APPROVED, proposal.id) is not None if asked else ABSENT,
    )


def _settled(db: Db, seat: Seat) -> SettledSummary | None:
    text = newest_text(db, seat.case.id, SETTLED)
    if text is None:
        return None
    note_reads(db, seat, "summary", [(JOINT, text.id)])
    return SettledSummary(words=remaining(db, text, "words"), at=text.at)


def is_summary_settled(db: Db, seat: Seat) -> bool:
    """Whether who ordered has something to read; no words are opened."""
    return newest_text(db, seat.case.id, SETTLED) is not None


def waits_for_approval(db: Db, seat: Seat) -> bool:
    """Whether a proposal waits for this seat's approval; no words are opened."""
    proposal = newest_text(db, seat.case.id, PROPOSED)
    if proposal is None or is_settled(db, proposal) or seat.participant_id not in who_takes_part(db, seat):
        return False
    return find_mark(db, seat.participant_id, APPROVED, proposal.id) is None
