"""The letterhead of documents: the name, contact, controller, own lines and logo of who provides the mediation of a case."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from mediation.documents.logos import Logo
from mediation.store.database import Db
from mediation.store.models import Case, Organisation


@dataclass(frozen=True)
class Letterhead:
    """What an organisation says of itself on documents; what is not said is empty. `lines` are its own, by language."""

    name: str
    contact: str
    controller: str
    lines: Mapping[str, list[str]]

    def lines_in(self, language: str) -> list[str]:
        """Its own lines in a language; where there are none in that, all there are."""
        return self.lines.get(language) or [one for some in self.lines.values() for one in some]

    def printed(self, language: str, *, with_lines: bool = True) -> dict[str, Any]:
        """What a document in one language prints of it."""
        said = {"name": self.name, "contact": self.contact, "controller": self.controller}
        return said | {"lines": self.lines_in(language) if with_lines else []}


def letterhead_of(db: Db, case_id: str) -> Letterhead | None:
    """Who provides the mediation of a case, as they say it; None while nobody leads it."""
    said = Organisation.name, Organisation.paper_contact, Organisation.paper_controller, Organisation.paper_lines
    provides = select(*said).join(Case, Case.provider_id == Organisation.id).where(Case.id == case_id)
    found = db.execute(provides).first()
    if found is None:
        return None
    name, contact, controller, lines = found
    return Letterhead(name, contact or "", controller or "", json.loads(lines or "{}"))


def letterhead_in(db: Db, case_id: str, language: str, *, with_lines: bool = True) -> dict[str, Any] | None:
    """The same as a document in one language prints it."""
    head = letterhead_of(db, case_id)
    return head.printed(language, with_lines=with_lines) if head else None


def logo_of(db: Db, case_id: str) -> Logo | None:
    """The logo of who provides the mediation of a case."""
    drawn = select(Organisation.logo_kind, Organisation.logo).join(Case, Case.provider_id == Organisation.id)
    found = db.execute(drawn.where(Case.id == case_id, Organisation.logo.is_not(None))).first()
    return Logo(str(found[0]), bytes(found[1] or b"")) if found else None
