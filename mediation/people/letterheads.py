"""What an organisation puts on the papers of the cases that it mediates: whom to ask, who is the controller, its logo."""

from sqlalchemy import select

from mediation.documents.logos import Logo
from mediation.errors import NotFound
from mediation.store.database import Db
from mediation.store.models import Organisation


def set_letterhead(db: Db, organisation_id: str, contact: str, controller: str) -> None:
    """Say whom readers of papers can ask, and who is the controller of the data. Each may be empty: then nothing is said."""
    row = db.get_one(Organisation, organisation_id)
    row.paper_contact, row.paper_controller = contact or None, controller or None
    db.flush()


def set_logo(db: Db, name: str, logo: Logo | None) -> Organisation:
    """Put a checked logo on the papers of the organisation of this name, or none. Refuses with `organisation-not-found`."""
    row = db.scalar(select(Organisation).where(Organisation.name == name))
    if row is None:
        raise NotFound("organisation-not-found")
    row.logo_kind, row.logo = (logo.kind, logo.content) if logo else (None, None)
    db.flush()
    return row
