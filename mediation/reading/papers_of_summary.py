"""The summary as a paper: the words that who ordered reads, as they were settled, and nothing else."""

from collections.abc import Mapping

from mediation.case.seat import Seat
from mediation.case.visibility import Level
from mediation.documents.papers import written_in
from mediation.reading.paper_view import Paper
from mediation.reading.summaries import is_summary_settled, read_summary
from mediation.store.database import Db
from mediation.store.models import Case, Organisation


def _read(db: Db, seat: Seat, language: str) -> Mapping[str, object]:
    settled = read_summary(db, seat).settled
    assert settled is not None  # else it is not there to be read
    words = {code: "\n".join(lines) for code, lines in (settled.words or {}).items()}
    organisation = db.get_one(Organisation, db.get_one(Case, seat.case.id).organisation_id)
    return {
        "organisation": organisation.name,
        "at": settled.at.astimezone(db.zone).date(),
        "words": written_in(words, language),
    }


SUMMARY_TO_ORDERER = Paper({Level.FULL, Level.RELEASED}, is_summary_settled, _read)
