"""Summaries that were proposed before the case told when it is looked whether they are settled."""

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from mediation.store.migrations import _versions
from tests.houses import House
from tests.inquired import skip
from tests.supervised import supervision_at

BEFORE = (
    "DROP INDEX ix_cases_summary_due",
    "ALTER TABLE cases DROP COLUMN summary_due",
    "DROP INDEX ix_cases_of_phase",
    "DROP INDEX ix_letters_given_up",
    "DROP INDEX ix_inquiries_unconfirmed",
    "CREATE INDEX ix_inquiries_expires_at ON inquiries (expires_at)",
)


def migrate(connection: Connection) -> None:
    for one in BEFORE:
        connection.execute(text(one))
    with Operations.context(MigrationContext.configure(connection)):
        _versions().get_revision("0047").module.upgrade()


@pytest.mark.both_databases
def test_what_not_everybody_approved_is_settled_by_default_all_the_same(house: House) -> None:
    case = supervision_at(house, "closing-evaluation", people=("Sanna",))
    case.raili.does("summary", {"words": "Ryhmä puhuu ajoissa.", "language": "fi"})
    with house.installation.database.engine.execution_options(writing=True).begin() as connection:
        migrate(connection)
    skip(house, 5)
    assert case.raili.reads("summary")["settled"] is None
    skip(house, 10)
    assert case.raili.reads("summary")["settled"]["words"]["fi"] == ["Pidettyjä työnohjaustapaamisia: 0."]
