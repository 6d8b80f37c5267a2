"""How the letters of cases that an organisation mediates are signed: its name as it wishes, whom to ask, where to complain."""

import re

from mediation.errors import Malformed
from mediation.store.database import Db
from mediation.store.models import Organisation

_TELLS = re.compile("sovittel|konflikt|ristiri|medl[aiae]|mediat|conflict|dispute|tvist", re.IGNORECASE)


def sign_letters(db: Db, organisation_id: str, sender: str, contact: str, complaints: str) -> None:
    """Set under which name the letters go, whom their readers can ask, and where they can complain.

    Each may be empty: then the sender is neutral, and nothing is said. Refuses with `sender-tells` a name that says what it
    is about: whoever sees a mailbox would know (visibility.md rule 7).
    """
    if _TELLS.search(sender):
        raise Malformed("sender-tells", field="letters_from")
    row = db.get_one(Organisation, organisation_id)
    row.letters_from, row.letters_contact, row.complaint_route = sender or None, contact or None, complaints or None
    db.flush()
