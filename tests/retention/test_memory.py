"""What walks all cases there ever were holds a batch of them in memory, however many they are."""

import gc
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert

from mediation.case import anchors
from mediation.installation.installation import open_installation
from mediation.keys import heads
from mediation.keys.heads import Head
from mediation.keys.key_table import keys as stored_keys
from mediation.retention import contents
from mediation.retention import run as retention
from mediation.retention.contents import OF_ALL
from mediation.settings import Settings
from mediation.store.database import Database
from mediation.store.models import Case, Certificate
from tests.cases import case_in
from tests.houses import House, SettableClock
from tests.killed import told_by

LONG_AGO = datetime(2020, 1, 7, 9, 0, tzinfo=UTC)


def missing(database: Database) -> None:
    with database.reading() as db:
        assert contents.missing_keys(db) == {}


WALKS: dict[str, Callable[[Database], object]] = {
    "retention": retention.run,
    "verify": anchors.verify_all,
    "overlooked heads": anchors.copy_overlooked,
    "missing keys": missing,
}


def add_removed_cases(house: House, organisation: str, numbers: range) -> None:
    """Cases whose time was over long ago: keys destroyed, certificates written, records removed, heads kept."""
    ids = [f"old-{number:06}" for number in numbers]
    database = house.installation.database
    case: dict[str, object] = {"workflow": "mediation", "organisation_id": organisation, "language": "fi"}
    case |= {"attendance_basis": "voluntary", "phase": "closed", "rung": "not-started", "version": 0, "head": ""}
    case |= {"created_at": LONG_AGO, "closed_at": LONG_AGO, "anchor_due": False, "referral": b"\x01"}

    def fill(connection: Connection) -> None:
        connection.execute(insert(Case), [{**case, "id": one, "number": one} for one in ids])
        certificates = [{"case_id": one, "clock": str(clock), "owner": ""} for one in ids for clock in OF_ALL]
        rest = [{"id": f"{one['case_id']}-{one['clock'][:3]}", "what": "", "at": LONG_AGO} for one in certificates]
        connection.execute(insert(Certificate), [{**a, **b} for a, b in zip(certificates, rest, strict=True)])

    with database.engine.execution_options(writing=True).begin() as connection:
        fill(connection)
    gone = {"owner": "", "master": "", "wrapped": None, "destroyed_at": LONG_AGO.isoformat()}
    with database.keyring.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            insert(stored_keys), [{"case_id": one, "clock": str(clock), **gone} for one in ids for clock in OF_ALL]
        )
    at = LONG_AGO.isoformat()
    heads.keep(database.keyring.engine, [Head(one, one[:12], 0, "", None, 0, at, at) for one in ids])


@pytest.mark.seconds
@pytest.mark.parametrize("walk", WALKS)
def test_memory_does_not_grow_with_the_cases_that_are_done(house: House, walk: str) -> None:
    few, many = told_by(peaks_of, house.installation.settings, house.organisation("Esimerkkilä"), walk)
    assert many < 2 * few, (few, many)


def peaks_of(settings: Settings, organisation: str, walk: str) -> list[int]:
    """The most memory that a walk takes, with thirty cases and with ten times as many, in a process of its own."""
    patched = pytest.MonkeyPatch()
    for module in (retention, anchors, contents):
        patched.setattr(module, "BATCH", 5)
    patched.setattr(anchors, "unhurried", iter)
    house = House(open_installation(settings, clock=SettableClock()), SettableClock())
    peaks = []
    for numbers in (range(30), range(30, 300)):
        add_removed_cases(house, organisation, numbers)
        WALKS[walk](house.installation.database)  # what is kept once and for all is there
        gc.collect()
        gc.freeze()  # of many old objects Python would not look for garbage before there is much of it
        gc.set_threshold(50, 2, 2)
        tracemalloc.start()
        WALKS[walk](house.installation.database)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    house.installation.close()
    return peaks


def test_a_walk_over_several_batches_leaves_nobody_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (retention, anchors, contents):
        monkeypatch.setattr(module, "BATCH", 2)
    case_in(house, "preparation")
    add_removed_cases(house, house.organisation("Esimerkkilä"), range(7))
    database = house.installation.database
    survey = anchors.verify_all(database)
    assert (survey.cases, len(survey.changed), survey.lost, survey.unknown_keys) == (8, 0, (), 0)
    with database.writing() as db:
        for one in db.query(Certificate).filter(Certificate.case_id.in_(["old-000000", "old-000003"])):
            db.delete(one)
    with database.reading() as db:
        assert retention._uncertified(db) == {"old-000000", "old-000003"}
    with database.keyring.engine.execution_options(writing=True).begin() as connection:
        connection.execute(stored_keys.delete().where(stored_keys.c.case_id.in_(["old-000002", "old-000005"])))
    with database.reading() as db:
        assert retention._uncertified(db) == {"old-000000", "old-000002", "old-000003", "old-000005"}
        assert list(contents.missing_keys(db)) == ["old-000002", "old-000005"]
