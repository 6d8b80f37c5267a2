"""The words in which companions, and who represents the employer, undertake confidentiality."""

from sqlalchemy import select

from mediation.acts.companions import kind_of
from mediation.case.seat import Seat, level_of
from mediation.case.visibility import Level
from mediation.reading.view import ABSENT, IfSeen, columns, view
from mediation.store.database import Db
from mediation.store.models import AgreedText, remaining


@view
class TextSection:
    """A heading and the paragraphs below it; `boxed` when it is printed in a box."""

    heading: str
    paragraphs: list[str]
    boxed: bool


@view
class UndertakingLine:
    """A version of the words in which a role undertakes confidentiality; the newest one is what is undertaken now."""

    id: str
    role: str
    version: int
    sections: list[TextSection] | None
    deleted: IfSeen[bool] = ABSENT


def read_undertakings(db: Db, seat: Seat, language: str) -> list[UndertakingLine]:
    """The undertakings of one's own roles, for mediators of all, by role and version. Refuses like `level_of`."""
    level = level_of(seat, "undertaking")
    roles = seat.workflow.roles if level == Level.FULL else sorted(seat.roles)
    kinds = {kind_of(role): role for role in roles}
    rows = select(columns(AgreedText, _Words)).where(AgreedText.case_id == seat.case.id, AgreedText.kind.in_(kinds))
    lines = []
    for one in db.scalars(rows.order_by(AgreedText.kind, AgreedText.version)):
        words = remaining(db, one, "words")
        sections = [TextSection(**section) for section in words[language]] if words is not None else None
        deleted = words is None or ABSENT
        role, version = str(kinds[one.kind]), one.version
        lines.append(UndertakingLine(id=one.id, role=role, version=version, sections=sections, deleted=deleted))
    return lines


@view
class _Words:
    words: str
