"""An agreement that waits for its last signatures: for what happens when they are given at once, or interrupted."""

from datetime import timedelta

from mediation.acts.sessions import plan_session
from mediation.acts.signing import digest_to_sign
from tests.cases import Table, case_in, draft, send_and_sign
from tests.houses import House


def almost_signed(house: House, *signed: str) -> tuple[Table, dict[str, str]]:
    """A case whose agreement `signed` have signed already, and what the others (and they) read and sign, by name."""
    table = case_in(house, "solutions", ready=False)
    with table.writing() as db:
        table.does(db, "Meri", plan_session, "follow-up", db.now() + timedelta(days=30))
        draft(db, table)
        agreement = send_and_sign(db, table, *signed)
        names = (*table.parties(db), "Kaarina")
        digests = {name: digest_to_sign(db, table.seat(db, name), agreement, table.ids[name]) for name in names}
    return table, digests
