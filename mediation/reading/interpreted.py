"""Into which language what somebody signed or agreed to was interpreted, and by whom."""

from mediation.reading.view import ABSENT, Absent, IfSeen, view
from mediation.store.database import Db
from mediation.store.models import Mark, Participant, Signature, remaining


@view
class InterpretedLine:
    """Into which language (ISO 639) what was signed was interpreted, and by whom: an interpreter of the case, or a service."""

    language: str
    interpreter: IfSeen[str] = ABSENT
    service: IfSeen[str] = ABSENT
    service_number: IfSeen[str] = ABSENT


def has_own_language(db: Db, participant_id: str) -> bool:
    """Whether what a participant agrees to is interpreted to them, as they read none of our languages."""
    return db.get_one(Participant, participant_id).own_language is not None


def interpreted_line(db: Db, row: Mark | Signature) -> InterpretedLine | Absent:
    """The evidence of a signature or a mark in the shape of an answer; absent where nothing was interpreted."""
    told = remaining(db, row, "interpreted")
    return InterpretedLine(**told) if told else ABSENT
