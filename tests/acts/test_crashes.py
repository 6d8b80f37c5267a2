"""Killed at any step of the last signature, an agreement is not signed or it is signed and sealed: never between (H4)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest
from sqlalchemy import select

from mediation.case import record
from mediation.case.seat import Seat, take_seat
from mediation.installation.installation import Installation, open_installation
from mediation.sealing.verification import verify_sealed
from mediation.settings import Settings
from mediation.store.models import Agreement, Letter, RecordEntry, Signature, StoredFile, get_bytes
from tests.databases import FreshDatabases
from tests.houses import House
from tests.killed import OVER, LastSignature, killed_at, sign_last, steps_of
from tests.rotation import part_of
from tests.typeset_pages import sign_typeset
from tests.world import almost_signed
from workflows import WORKFLOWS


@dataclass(frozen=True)
class Found:
    """What stands in the case: how many there are of each thing, and how the agreement stands."""

    signatures: int
    state: str
    sealed: int
    entries: int
    letters: tuple[tuple[str, str], ...]  # to whom, of which kind


@dataclass
class Prepared:
    """A case that waits for one signature, to be copied as often as one likes."""

    copy: Callable[[], Settings]
    last: LastSignature
    folder: Path
    before: Found
    readers: tuple[str, ...]  # who gets a letter that the agreement is sealed: the mediator, then the parties

    @property
    def after(self) -> Found:
        """What stands once the signature is given: a signature, a seal and a letter to each."""
        mediator, *parties = self.readers
        told = ((mediator, "something-waits"), *((one, "reading-waits") for one in parties))
        before = self.before
        return Found(
            before.signatures + 1, "sealed", before.sealed + 2, before.entries + 2, tuple(sorted(before.letters + told))
        )


@pytest.fixture
def prepared(house: House, request: pytest.FixtureRequest, tmp_path: Path) -> Prepared:
    """A case whose agreement only Kaarina has yet to sign; on either database."""
    table, digests = almost_signed(house, "Aino", "Pekka")
    installation, home = house.installation, house.installation.settings.home
    last = LastSignature(table.number, house.people["Kaarina"], digests["Kaarina"], house.clock())
    before = found(installation, last)
    installation.close()
    folder = tmp_path / "left-behind"
    folder.mkdir()
    copies = iter(range(10_000))

    def copy() -> Settings:
        its = copytree(home, tmp_path / f"copy-{next(copies)}")
        if installation.database.engine.dialect.name == "sqlite":
            return Settings.under(its)
        fresh: FreshDatabases = request.getfixturevalue("fresh_postgres")
        return Settings.under(its, {"database_url": fresh(template=installation.settings.database_url)})

    readers = tuple(table.ids[name] for name in ("Meri", "Aino", "Pekka"))  # Kaarina gets a letter with the follow-up
    return Prepared(copy, last, folder, before, readers)


def found(installation: Installation, last: LastSignature) -> Found:
    """What stands in the case; every word of it can be read, the record holds and what is sealed is whole."""
    with installation.database.reading() as db:
        seat = take_seat(db, WORKFLOWS, last.number, last.person_id)
        verdict = record.verify(db, seat.case.id)
        assert verdict.holds, verdict
        assert {"sign", "seal"} >= set(db.scalars(entries_after_sending(seat)))
        sealed = [row for row in db.scalars(of(seat, StoredFile)) if row.kind in {"sealed", "sealed-annex"}]
        for row in sealed:
            report = verify_sealed(get_bytes(db, row, "content"), installation.seal_key.certificate_pem)
            assert report.ok, report.findings
        return Found(
            signatures=sum(one.participant_id == seat.participant_id for one in db.scalars(of(seat, Signature))),
            state=db.scalars(of(seat, Agreement)).one().state,
            sealed=len(sealed),
            entries=verdict.entries,
            letters=tuple(sorted((one.participant_id, one.kind) for one in db.scalars(of(seat, Letter)))),
        )


def of(seat: Seat, kind: type[Any]) -> Any:
    return select(kind).where(kind.case_id == seat.case.id)


def entries_after_sending(seat: Seat) -> Any:
    sent = select(RecordEntry.position).where(RecordEntry.case_id == seat.case.id, RecordEntry.act == "send-agreement")
    return select(RecordEntry.act).where(
        RecordEntry.case_id == seat.case.id, RecordEntry.position > sent.scalar_subquery()
    )


def sign_once_more(installation: Installation, last: LastSignature) -> None:
    """The same person signs again, for they cannot know whether they have."""
    with installation.database.writing() as db:
        seat = take_seat(db, WORKFLOWS, last.number, last.person_id, writing=True)
        sign_typeset(db, seat, last.digest, installation.seal_key)


def check_killed_at(step: int, name: str, prepared: Prepared) -> None:
    """Kill the last signature at a step: nothing of it stands, or all of it; signing again gives what one signature gives."""
    settings = prepared.copy()
    killed_at(step, sign_last, settings, prepared.last, prepared.folder)
    installation = open_installation(settings, clock=lambda: prepared.last.at)
    try:
        committed = name == OVER
        stands = found(installation, prepared.last)
        assert stands == (prepared.after if committed else prepared.before), f"killed at step {step}, {name}"
        sign_once_more(installation, prepared.last)
        assert found(installation, prepared.last) == prepared.after, f"signed again after step {step}, {name}"
    finally:
        installation.close()
        rmtree(settings.home)


def steps_in(prepared: Prepared) -> list[str]:
    """The steps of a signature that nobody disturbs; then everything stands."""
    settings = prepared.copy()
    names = steps_of(sign_last, settings, prepared.last, prepared.folder)
    installation = open_installation(settings, clock=lambda: prepared.last.at)
    assert found(installation, prepared.last) == prepared.after
    installation.close()
    assert (
        names.count("before typeset") == names.count("after seal_with") == 2
    )  # the agreement, and Kaarina's own annex
    assert names[-1] == OVER
    assert any("the key store" in name for name in names)
    return names


@pytest.mark.seconds
@pytest.mark.part
@pytest.mark.timeout(1200)
def test_a_signature_killed_at_any_step_is_not_there_or_is_there_with_its_seal(prepared: Prepared) -> None:
    names = steps_in(prepared)
    steps = range(len(names))
    for step in sorted({*part_of(steps, 12, "crashes"), *steps[-3:]}):  # at the last ones it is decided
        check_killed_at(step, names[step], prepared)
