"""What an organisation puts on the documents of the cases that it mediates: whom to ask, the controller, own lines, its logo."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import select

from mediation.documents.logos import Logo
from mediation.errors import NotFound
from mediation.store.database import Db
from mediation.store.models import Organisation
from mediation.words.fields import without_empty


def set_letterhead(
    db: Db,
    organisation_id: str,
    contact: str,
    controller: str,
    lines: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> None:
    """Say whom readers of documents can ask, and who is the controller of the data, and put own lines by language in their box.

    Each may be empty: then nothing is said.
    """
    row = db.get_one(Organisation, organisation_id)
    row.paper_contact, row.paper_controller = contact or None, controller or None
    written = without_empty(lines)
    row.paper_lines = json.dumps(written, ensure_ascii=False) if written else None
    db.flush()


def set_logo(db: Db, name: str, logo: Logo | None) -> Organisation:
    """Put a checked logo on the papers of the organisation of this name, or none. Refuses with `organisation-not-found`."""
    row = db.scalar(select(Organisation).where(Organisation.name == name))
    if row is None:
        raise NotFound("organisation-not-found")
    row.logo_kind, row.logo = (logo.kind, logo.content) if logo else (None, None)
    db.flush()
    return row
