"""Where anybody may ask an organisation for work supervision without an account, and whether it takes inquiries now."""

import re

from sqlalchemy import select

from mediation.errors import Malformed
from mediation.store.database import Db
from mediation.store.models import Organisation

_ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])")


def take_inquiries(db: Db, organisation_id: str, address: str, *, is_open: bool) -> None:
    """Say at which address an organisation is asked, and whether it is open; closed, it keeps its address.

    Refuses with `inquiry-address-malformed` (small letters, digits and hyphens, 3 to 40) and `inquiry-address-taken`.
    """
    if not _ADDRESS.fullmatch(address):
        raise Malformed("inquiry-address-malformed", field="inquiry_address")
    others = Organisation.inquiry_address == address, Organisation.id != organisation_id
    if db.scalar(select(Organisation.id).where(*others)) is not None:
        raise Malformed("inquiry-address-taken", field="inquiry_address")
    row = db.get_one(Organisation, organisation_id)
    row.inquiry_address, row.takes_inquiries = address, is_open
    db.flush()
