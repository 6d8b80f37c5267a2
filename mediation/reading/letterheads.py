"""The letterhead of a paper: the name, contact, controller and logo of who provides the mediation of a case."""

from sqlalchemy import select

from mediation.case.seat import Seat
from mediation.documents.logos import Logo
from mediation.reading.paper_view import PaperLetterhead
from mediation.store.database import Db
from mediation.store.models import Case, Organisation


def letterhead_of(db: Db, seat: Seat) -> PaperLetterhead | None:
    """Who provides the mediation, as they say it; None while nobody leads the case."""
    said = select(Organisation.name, Organisation.paper_contact, Organisation.paper_controller)
    found = db.execute(said.join(Case, Case.provider_id == Organisation.id).where(Case.id == seat.case.id)).first()
    return PaperLetterhead(name=found[0], contact=found[1] or "", controller=found[2] or "") if found else None


def logo_of(db: Db, seat: Seat) -> Logo | None:
    """The logo of who provides the mediation."""
    drawn = select(Organisation.logo_kind, Organisation.logo).join(Case, Case.provider_id == Organisation.id)
    found = db.execute(drawn.where(Case.id == seat.case.id, Organisation.logo.is_not(None))).first()
    return Logo(str(found[0]), found[1]) if found and found[1] else None
