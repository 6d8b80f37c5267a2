"""The record and its anchor: changes of the content without a key are detected, and a lawful restore is accepted."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, Table, create_engine, delete, event, insert, select, text, update

from api.app import create_app
from mediation.__main__ import main
from mediation.acts.holds import hold_own_documents
from mediation.acts.statements import speak_privately
from mediation.case import anchors, record, witness
from mediation.case.record import Finding, entry_hash
from mediation.case.seat import take_seat
from mediation.installation.installation import Installation, open_installation
from mediation.keys import heads
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.letters.post import post_for
from mediation.retention import run as retention
from mediation.settings import Settings
from mediation.store.database import Db, open_engine
from mediation.store.migrations import triggers, upgrade
from mediation.store.models import Base, Case, Organisation, RecordEntry
from mediation.workflow.facts import case_state
from tests.cases import Table as Sat
from tests.cases import case_in, take_back
from tests.databases import FreshDatabases
from tests.houses import House, SettableClock, counting
from workflows import WORKFLOWS

TABLES: Mapping[str, Table] = Base.metadata.tables
ENTRIES, CASES = TABLES["record_entries"], TABLES["cases"]


@dataclass
class Scene:
    """An installation with three cases: one that is followed up, one at the table, one that ended and lost its words.

    `before` is the first of them, row by row, as it was some entries ago.
    """

    settings: Settings
    clock: SettableClock
    followed: str
    at_table: str
    ended: str
    before: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def open(self, *, whole: bool = True) -> Installation:
        return open_installation(self.settings, clock=self.clock, whole=whole)


def play(settings: Settings) -> Scene:
    clock = SettableClock()
    installation = open_installation(settings, clock=clock, draw=counting())
    database, house = installation.database, House(installation, clock)
    ended, followed, at_table = (case_in(house, phase) for phase in ("follow-up", "follow-up", "dialogue"))
    with at_table.writing() as db:
        take_back(db, at_table, "Aino", "accepted-ground-rules")
    with ended.writing() as db:
        ended.advance(db, "close")
    anchors.copy_all(database)
    scene = Scene(settings, clock, *(id_of(database.engine, one) for one in (followed, at_table, ended)))
    with database.engine.connect() as connection:
        scene.before = {name: rows_of(connection, table, scene.followed) for name, table in of_cases()}
    clock.at += timedelta(days=20)
    retention.run(database)
    with followed.writing() as db:
        followed.does(db, "Aino", speak_privately, "Asia on minulle yhä raskas.", language="fi")
        followed.does(db, "Pekka", hold_own_documents)
    with at_table.writing() as db:
        at_table.does(db, "Aino", speak_privately, "Haluan jatkaa.", language="fi")
    anchors.copy_all(database)
    installation.close()
    return scene


def id_of(engine: Engine, table: Sat) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(select(Case.id).where(Case.number == table.number)))


def of_cases() -> list[tuple[str, Table]]:
    """The tables that hold rows of cases, each after those it refers to."""
    named = [(one.name, one) for one in Base.metadata.sorted_tables if "case_id" in one.c or one.name == "cases"]
    assert len(named) > 20
    return named


def rows_of(connection: Connection, table: Table, case_id: str) -> list[dict[str, Any]]:
    column = table.c.case_id if "case_id" in table.c else table.c.id
    return [dict(one) for one in connection.execute(select(table).where(column == case_id)).mappings()]


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    home = tmp_path_factory.mktemp("record") / "var"
    return play(Settings.under(shutil.copytree(sqlite_template, home)))


@pytest.fixture(scope="module")
def on_postgresql(
    postgres_template: tuple[Path, str], lasting_postgres: FreshDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Scene:
    home, template = postgres_template
    copy = shutil.copytree(home, tmp_path_factory.mktemp("record") / "var")
    return play(Settings.under(copy, {"database_url": lasting_postgres(template=template)}))


@pytest.fixture(params=["sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    """The three cases in an installation of their own; the test runs once on each database."""
    whole: Scene = request.getfixturevalue(f"on_{request.param}")
    return replace(
        whole, settings=copied(request, whole.settings, tmp_path / "var"), clock=SettableClock(whole.clock.at)
    )


def copied(request: pytest.FixtureRequest, settings: Settings, home: Path) -> Settings:
    copy = Settings.under(shutil.copytree(settings.home, home))
    if not settings.database_url.startswith("postgresql"):
        return copy
    fresh: FreshDatabases = request.getfixturevalue("fresh_postgres")
    return replace(copy, database_url=fresh(template=settings.database_url))


@dataclass
class Forger:
    """Somebody with the content database and nothing else: no key, but every right, also to switch triggers off."""

    connection: Connection
    scene: Scene

    def change(self, name: str, values: Mapping[str, Any], case: str = "", **which: Any) -> None:
        """Change the first row of a case that is so, and only that."""
        table, found = TABLES[name], self.find(name, case, **which)
        done = self.connection.execute(update(table).where(table.c.id == found["id"]).values(values))
        assert done.rowcount == 1

    def find(self, name: str, case: str = "", **which: Any) -> dict[str, Any]:
        rows = rows_of(self.connection, TABLES[name], case or self.scene.followed)
        return next(one for one in rows if all(one[column] == value for column, value in which.items()))

    def add(self, name: str, case: str = "", **values: Any) -> None:
        """A row like one of the case, with other values."""
        like = self.find(name, case)
        self.connection.execute(insert(TABLES[name]), {**like, "id": f"forged-{name}", **values})

    def drop(self, name: str, case: str = "", **which: Any) -> None:
        table = TABLES[name]
        self.connection.execute(delete(table).where(table.c.id == self.find(name, case, **which)["id"]))

    def entries(self, case: str = "") -> list[dict[str, Any]]:
        rows = rows_of(self.connection, ENTRIES, case or self.scene.followed)
        return sorted(rows, key=lambda one: int(one["position"]))

    def write(self, entries: list[dict[str, Any]], case: str = "", *, chain: bool = True, **values: Any) -> None:
        """Let a case have these entries, with fitting hashes, and be as they say."""
        case, previous = case or self.scene.followed, ""
        self.connection.execute(delete(ENTRIES).where(ENTRIES.c.case_id == case))
        for position, one in enumerate(entries, start=1):
            if chain:
                one |= {"case_id": case, "position": position, "previous": previous}
                one["hash"] = previous = entry_hash(one)
            self.connection.execute(insert(ENTRIES), one)
        if chain:
            end = {"version": len(entries), "head": previous} | values
            self.connection.execute(update(CASES).where(CASES.c.id == case).values(end))

    def remove_case(self, case: str) -> None:
        for _, table in reversed(of_cases()):
            column = table.c.case_id if "case_id" in table.c else table.c.id
            self.connection.execute(delete(table).where(column == case))


def edited(position: int, **values: Any) -> Callable[[Forger], None]:
    """An entry says something else, and every hash after it fits."""

    def forge(forger: Forger) -> None:
        entries = forger.entries()
        entries[position] |= values
        forger.write(entries)

    return forge


def changed(name: str, values: Mapping[str, Any], case: str = "followed", **which: Any) -> Callable[[Forger], None]:
    return lambda forger: forger.change(name, values, getattr(forger.scene, case), **which)


def cut(count: int) -> Callable[[Forger], None]:
    return lambda forger: forger.write(forger.entries()[:-count])


def cut_to_an_old_head(forger: Forger) -> None:
    [old] = forger.scene.before["cases"]
    forger.write(forger.entries()[: old["version"]], head_mac=old["head_mac"])


def put_back(forger: Forger) -> None:
    forger.remove_case(forger.scene.followed)
    for name, table in of_cases():
        if forger.scene.before[name]:
            forger.connection.execute(insert(table), forger.scene.before[name])


def entry_without_fitting_hashes(forger: Forger) -> None:
    entries = forger.entries()
    entries[3]["actor"] = entries[0]["actor"]
    forger.write(entries, chain=False)


def entry_taken_out(forger: Forger) -> None:
    entries = forger.entries()
    del entries[5]
    forger.write(entries)


def entry_added(forger: Forger) -> None:
    entries = forger.entries()
    forger.write([*entries, {**entries[-1], "act": "agree-to-mediate", "wrote": "{}"}])


def role_with_its_entry(forger: Forger) -> None:
    forger.add("roles", role="co-mediator")
    entry_added(forger)


def entries_of_another(forger: Forger) -> None:
    scene = forger.scene
    forger.write([*forger.entries(scene.at_table), *forger.entries(scene.followed)], scene.at_table)


def certified_away(forger: Forger) -> None:
    forger.add("certificates", forger.scene.ended, case_id=forger.scene.followed, clock="record", owner="")
    forger.connection.execute(delete(ENTRIES).where(ENTRIES.c.case_id == forger.scene.followed))


def unsigned_and_back(forger: Forger) -> None:
    forger.drop("signatures")
    forger.change("cases", {"phase": "agreement"})


def swapped(*columns: str) -> Callable[[Forger], None]:
    def forge(forger: Forger) -> None:
        scene = forger.scene
        one, other = (forger.find("cases", case) for case in (scene.followed, scene.at_table))
        forger.change("cases", {name: other[name] for name in columns}, scene.followed)
        forger.change("cases", {name: one[name] for name in columns}, scene.at_table)

    return forge


def invented(forger: Forger) -> None:
    case = {**forger.find("cases"), "id": "forged-case", "number": "2027-9999", "anchor_due": True}
    forger.connection.execute(insert(CASES), case)
    forger.write(forger.entries(), "forged-case")


def another_person(forger: Forger) -> None:
    here = {one["person_id"] for one in rows_of(forger.connection, TABLES["participants"], forger.scene.followed)}
    others = [one for one in forger.connection.scalars(select(TABLES["people"].c.id)) if one not in here]
    forger.change("participants", {"person_id": others[0]})


def other_participant(name: str, **which: Any) -> Callable[[Forger], None]:
    def forge(forger: Forger) -> None:
        row = forger.find(name, **which)
        rows = rows_of(forger.connection, TABLES["participants"], forger.scene.followed)
        taken = {one["participant_id"] for one in rows_of(forger.connection, TABLES[name], forger.scene.followed)}
        free = [one["id"] for one in rows if one["id"] not in taken] or [
            one["id"] for one in rows if one["id"] != row["participant_id"]
        ]
        forger.change(name, {"participant_id": free[0]}, id=row["id"])

    return forge


def other_organisation(forger: Forger) -> None:
    organisations = forger.connection.scalars(select(Organisation.id)).all()
    mine = forger.find("cases")["organisation_id"]
    forger.change("cases", {"organisation_id": next(one for one in organisations if one != mine)})


def later(name: str, column: str, case: str = "followed", **which: Any) -> Callable[[Forger], None]:
    """A moment of a row is another one."""

    def forge(forger: Forger) -> None:
        row = forger.find(name, getattr(forger.scene, case), **which)
        moment = (row[column] or forger.scene.clock.at) + timedelta(days=1)
        forger.change(name, {column: moment}, getattr(forger.scene, case), id=row["id"])

    return forge


FORGERIES: Mapping[str, Callable[[Forger], None]] = {
    # The record itself.
    "the last entry cut": cut(1),
    "the last five entries cut": cut(5),
    "every entry cut": lambda forger: forger.write([]),
    "cut, with the keyed digest of then": cut_to_an_old_head,
    "the whole case put back to what it was": put_back,
    "another way": edited(20, way="paper"),
    "another actor": edited(20, actor="somebody"),
    "another act": edited(20, act="resume"),
    "another phase": edited(20, phase="dialogue"),
    "about something else": edited(20, about="nothing"),
    "other digests of what was written": edited(20, wrote="{}"),
    "as if written by an earlier release": edited(20, wrote=None),
    "an entry changed, the hashes left": entry_without_fitting_hashes,
    "an entry taken out of the middle": entry_taken_out,
    "an entry added": entry_added,
    "the entries of another case added": entries_of_another,
    # The head and its digest.
    "no keyed digest": changed("cases", {"head_mac": None}),
    "an invented keyed digest": changed("cases", {"head_mac": "0" * 64}),
    "the keyed digests of two cases swapped": swapped("head_mac"),
    "the heads of two cases swapped": swapped("version", "head", "head_mac"),
    "a version that is ahead": changed("cases", {"version": 900}),
    # The case.
    "the case removed whole": lambda forger: forger.remove_case(forger.scene.followed),
    "a case invented": invented,
    "the phase": changed("cases", {"phase": "dialogue"}),
    "the rung": changed("cases", {"rung": "dialogue"}),
    "the outcome": changed("cases", {"outcome": "agreement-lapsed"}, "ended"),
    "an outcome where there is none": changed("cases", {"outcome": "agreement-kept"}),
    "how many came to what was agreed": changed("cases", {"settled_count": 9}, "ended"),
    "a count of a case that goes on": changed("cases", {"party_count": 9}),
    "the day of the opening": changed("cases", {"opened_on": None}),
    "the next milestone": changed("cases", {"next_milestone": "2031-01"}),
    "the first result of the screening": changed("cases", {"screening_result": "not-now"}),
    "the version in use": changed("cases", {"in_use": 7}),
    "the end": later("cases", "closed_at", "ended"),
    "the organisation": other_organisation,
    "the number": changed("cases", {"number": "2027-9998"}),
    # Certificates.
    "a certificate put in and the record deleted": certified_away,
    "a certificate put in": lambda forger: forger.add(
        "certificates", forger.scene.ended, case_id=forger.scene.followed, clock="content", owner=""
    ),
    "a certificate taken out": lambda forger: forger.drop("certificates", forger.scene.ended),
    "a certificate of something else": changed("certificates", {"what": "nothing"}, "ended"),
    "the time of a certificate": later("certificates", "at", "ended"),
    # Who takes part.
    "another person at the table": another_person,
    "somebody who has left": later("participants", "left_at"),
    "a role added": lambda forger: forger.add("roles", role="co-mediator"),
    "a role added, with an entry": role_with_its_entry,
    "a role ended": later("roles", "until", role="party"),
    "a role taken out": lambda forger: forger.drop("roles", role="party"),
    "a role of somebody else": other_participant("roles", role="mediator"),
    # Marks.
    "a mark of somebody else": other_participant("marks", kind="agreed-to-mediate"),
    "a mark that says no": changed("marks", {"value": "declined"}, kind="agreed-to-mediate"),
    "a mark that came another way": changed("marks", {"way": "said"}, kind="agreed-to-mediate"),
    "a mark taken out": lambda forger: forger.drop("marks"),
    "a mark put in": lambda forger: forger.add("marks", kind="withdrew"),
    "a mark that stands again": changed(
        "marks", {"ended_at": None, "ended_why": None}, "at_table", ended_why="corrected"
    ),
    "a mark that stands no more": later("marks", "ended_at", kind="agreed-to-mediate"),
    # What was agreed.
    "a signature taken out, and the phase set back": unsigned_and_back,
    "a signature taken out": lambda forger: forger.drop("signatures"),
    "a signature of somebody else": other_participant("signatures"),
    "a signature that came another way": changed("signatures", {"way": "paper"}),
    "a signature under another text": changed("signatures", {"digest": "0" * 64}),
    "the state of the agreement": changed("agreements", {"state": "sent"}),
    "the time of the seal": later("agreements", "sealed_at"),
    "another text of the agreement": changed("agreements", {"digest": "0" * 64}),
    # The rest that the record answers for.
    "the order": later("orders", "at"),
    "ties declared": changed("declarations", {"has_ties": True}),
    "the outcome of the screening": changed("screenings", {"outcome": "not-suitable"}),
    "a hold lifted": later("holds", "lifted_at"),
    "a hold taken out": lambda forger: forger.drop("holds"),
    # What no act could write: it must not keep us from looking, at this case or at others.
    "a certificate of a clock that is none": changed("certificates", {"clock": "nonsense"}, "ended"),
    "a keyed digest in letters that no digest has": changed("cases", {"head_mac": "ä" * 64}),
}


def forge(scene: Scene, forgery: Callable[[Forger], None]) -> None:
    """Let somebody change the content database who holds no key, past triggers and foreign keys."""
    url = scene.settings.database_url
    engine = create_engine(url) if url.startswith("postgresql") else open_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
            forgery(Forger(connection, scene))
            connection.commit()
        else:
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            for name in triggers.names(connection):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            forgery(Forger(connection, scene))
            connection.commit()
    engine.dispose()


@pytest.fixture
def opened(scene: Scene) -> Iterator[Installation]:
    installation = scene.open()
    yield installation
    installation.close()


def test_there_are_more_than_forty_forgeries_and_an_untouched_record_verifies(opened: Installation) -> None:
    """H9. Only forgeries are reported."""
    assert len(FORGERIES) > 40
    survey = anchors.verify_all(opened.database)
    assert (survey.finding, survey.cases, survey.unknown_keys) == (Finding.HOLDS, 3, 0)


@pytest.mark.seconds
@pytest.mark.parametrize("name", FORGERIES)
def test_verify_detects_every_change_of_the_content_without_a_key(scene: Scene, name: str) -> None:
    """H9. Also after the heads were copied once more: a forged head is never anchored."""
    forge(scene, FORGERIES[name])
    installation = scene.open(whole=False)
    anchors.copy_all(installation.database)
    survey = anchors.verify_all(installation.database)
    installation.close()
    whole = name == "the whole case put back to what it was"
    assert survey.finding == (Finding.OLDER if whole else Finding.CHANGED), survey


def test_a_column_that_a_later_release_adds_to_the_case_breaks_no_record_of_before(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = tuple(one for one in witness.CASE_COLUMNS if one not in {"party_count", "settled_count"})
    with monkeypatch.context() as before:
        before.setattr(witness, "CASE_COLUMNS", earlier)
        table = case_in(sqlite_house, "preparation")
    case_id = id_of(sqlite_house.installation.database.engine, table)
    with table.writing() as db:
        table.does(db, "Aino", speak_privately, "Haluan jatkaa.", language="fi")
        assert record.verify(db, case_id).holds


@pytest.mark.parametrize("column", ["record_entries.at", "marks.at", "cases.version"])
def test_an_unreadable_value_is_reported_and_other_cases_are_still_verified(scene: Scene, column: str) -> None:
    """H9. SQLite takes anything into any column."""
    if scene.settings.database_url.startswith("postgresql"):
        pytest.skip("PostgreSQL takes no such value")
    table, name = column.split(".")
    of_case = "id" if table == "cases" else "case_id"
    forge(
        scene,
        lambda forger: forger.connection.execute(
            text(f"UPDATE {table} SET {name} = 'nonsense' WHERE {of_case} = :case"), {"case": scene.followed}
        ),
    )
    installation = scene.open()
    survey = anchors.verify_all(installation.database)
    with installation.database.reading() as db:
        number = db.scalar(select(Case.number).where(Case.id == scene.followed))
    installation.close()
    assert [(one, verdict.why) for one, verdict in survey.changed] == [(number, "unreadable")]


def test_a_head_that_the_content_keeps_back_is_copied_all_the_same(opened: Installation, scene: Scene) -> None:
    """H9. Somebody who writes the content could say that no copy is due, and put the case back unnoticed later."""
    last = append_one(opened, scene.followed)
    with opened.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(CASES).values(anchor_due=False))
    assert anchors.copy_heads(opened.database) is False
    assert anchors.copy_overlooked(opened.database) == 1
    assert heads.read(opened.keyring.engine)[scene.followed].version == last
    assert anchors.copy_overlooked(opened.database) == 0


# What a restored backup is.


@pytest.fixture
def restored(request: pytest.FixtureRequest, scene: Scene, tmp_path: Path) -> Installation:
    """The content of some days ago beside the key store of today, which has heard of more: also of a new case."""
    old = copied(request, scene.settings, tmp_path / "backup")
    installation = scene.open()
    scene.clock.at += timedelta(days=1)
    house = House(installation, scene.clock)
    followed = Sat(house, number_of(installation, scene.followed))
    with installation.database.writing() as db:
        seat = take_seat(db, WORKFLOWS, followed.number, placed_by(db, scene.followed))
        for _ in range(3):
            hold_own_documents(db, seat)
    case_in(house, "preparation")
    anchors.copy_all(installation.database)
    installation.close()
    if scene.settings.database_url.startswith("postgresql"):
        scene.settings = replace(scene.settings, database_url=old.database_url)
    else:
        for part in scene.settings.home.glob("mediation.db*"):
            part.unlink()
        shutil.copy(old.home / "mediation.db", scene.settings.home / "mediation.db")
    return scene.open()


def number_of(installation: Installation, case_id: str) -> str:
    with installation.database.reading() as db:
        return db.scalars(select(Case.number).where(Case.id == case_id)).one()


def placed_by(db: Db, case_id: str) -> str:
    holds = TABLES["holds"]
    return str(db.scalar(select(holds.c.placed_by).where(holds.c.case_id == case_id)))


def test_a_restored_backup_is_reported_as_older_and_verifies_once_it_is_accepted(restored: Installation) -> None:
    """H9. So many entries of so many cases, since when; accepted twice is accepted once."""
    database = restored.database
    survey = anchors.verify_all(database)
    assert (survey.finding, len(survey.older), len(survey.younger), survey.lost) == (Finding.OLDER, 1, 1, ())
    assert survey.entries_behind == 3 + survey.younger[0].version
    accepted = anchors.accept_restored(database)
    assert (accepted.older, accepted.lost, accepted.refused) == (1, 1, ())
    assert anchors.verify_all(database).finding == Finding.HOLDS
    again = anchors.accept_restored(database)
    assert (again.older, again.lost, again.refused) == (0, 0, ())
    restored.close()


def test_what_was_changed_in_a_restored_backup_is_not_accepted(restored: Installation, scene: Scene) -> None:
    """H9. Its number is reported; the rest is accepted."""
    restored.close()
    forge(scene, FORGERIES["the phase"])
    installation = scene.open()
    accepted = anchors.accept_restored(installation.database)
    assert accepted.refused == (number_of(installation, scene.followed),)
    assert anchors.verify_all(installation.database).finding == Finding.CHANGED
    installation.close()


@pytest.mark.seconds
def test_that_a_case_was_gone_from_a_backup_is_not_accepted(restored: Installation, scene: Scene) -> None:
    """H9. Else restoring would wipe out the last trace of a case that somebody removed."""
    number = number_of(restored, scene.at_table)
    restored.close()
    forge(scene, lambda forger: forger.remove_case(scene.at_table))
    installation = scene.open()
    accepted = anchors.accept_restored(installation.database)
    assert (accepted.lost, accepted.refused) == (1, (number,))
    survey = anchors.verify_all(installation.database)
    assert (survey.finding, [one.number for one in survey.lost]) == (Finding.CHANGED, [number])
    installation.close()


# An installation from before there were anchors.


def as_before_anchors(forger: Forger) -> None:
    for case in (forger.scene.followed, forger.scene.at_table, forger.scene.ended):
        forger.write([{**one, "wrote": None} for one in forger.entries(case)], case, head_mac=None)


def without_heads(scene: Scene) -> None:
    keys = open_engine(scene.settings.keys_url)
    with keys.begin() as connection:
        connection.execute(text("DROP TABLE heads"))
    keys.dispose()


def test_an_older_installation_is_anchored_at_its_first_start_and_says_from_which_entry_on(scene: Scene) -> None:
    """H9. The entries made before keep their hashes; from the first start on nothing is changed unnoticed."""
    forge(scene, as_before_anchors)
    without_heads(scene)
    for _ in range(2):
        installation = scene.open()
        with installation.database.reading() as db:
            verdict = record.verify(db, scene.followed)
        assert verdict.holds
        assert verdict.anchor is not None
        assert verdict.anchor.since == verdict.entries
        installation.close()
    installation = scene.open()
    anchors.copy_all(installation.database)
    assert anchors.verify_all(installation.database).finding == Finding.HOLDS
    installation.close()
    forge(scene, FORGERIES["a role taken out"])
    installation = scene.open()
    assert anchors.verify_all(installation.database).finding == Finding.CHANGED
    installation.close()


def test_a_record_stripped_to_look_older_than_the_anchors_is_reported(scene: Scene) -> None:
    """H9. What was anchored once is never silently anchored again."""
    forge(scene, as_before_anchors)
    installation = scene.open()
    survey = anchors.verify_all(installation.database)
    assert (survey.finding, len(survey.changed)) == (Finding.CHANGED, 3)
    installation.close()


# The record and its keys.


def test_the_record_holds_as_far_as_it_can_after_every_key_was_destroyed(opened: Installation, scene: Scene) -> None:
    """H9. Then the certificate is left, and the head that the key store knows."""
    scene.clock.at += timedelta(days=6 * 365)
    retention.run(opened.database)
    with opened.database.reading() as db:
        verdict = record.verify(db, scene.ended)
        assert db.scalar(select(RecordEntry.position).where(RecordEntry.case_id == scene.ended)) is None
    assert (verdict.holds, verdict.removed_at) == (True, scene.clock.at)
    assert verdict.anchor is not None
    anchors.copy_all(opened.database)
    assert anchors.verify_all(opened.database).finding == Finding.HOLDS


def test_what_an_act_writes_after_its_entry_is_refused_and_nothing_is_done(opened: Installation, scene: Scene) -> None:
    """H9. Else the record could not answer for it, and would be taken for forged for good."""

    def too_late() -> None:
        with opened.database.writing() as db:
            seat = take_seat(db, WORKFLOWS, number_of(opened, scene.followed), placed_by(db, scene.followed))
            hold = hold_own_documents(db, seat)
            hold.until = db.now()

    with pytest.raises(RuntimeError, match=r"written after the entry of its act: holds\."):
        too_late()
    assert anchors.verify_all(opened.database).finding == Finding.HOLDS


def test_an_entry_is_about_all_that_it_is_about(opened: Installation, scene: Scene) -> None:
    """H9. It was cut after two hundred characters."""
    about = [f"participant-{number:010}" for number in range(40)]
    with opened.database.writing() as db:
        case = db.get_one(Case, scene.followed)
        record.append(db, case_state(case), "resume", actor="", about=about)
    with opened.database.reading() as db:
        last = select(RecordEntry.about).where(RecordEntry.case_id == scene.followed)
        assert db.scalars(last.order_by(RecordEntry.position.desc())).first() == ",".join(about)


# The background job.


def test_only_cases_that_changed_are_copied_and_each_once(opened: Installation, scene: Scene) -> None:
    """H9. Where nothing changed, one statement looks; a few at a time, all in the end."""
    database, asked = opened.database, []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    assert anchors.copy_heads(database) is False
    assert len([one for one in asked if not one.startswith(("BEGIN", "COMMIT"))]) == 1
    event.remove(database.engine, "before_cursor_execute", note)
    with database.writing() as db:
        for case_id in (scene.followed, scene.at_table):
            record.append(db, case_state(db.get_one(Case, case_id)), "resume", actor="")
    before = heads.read(database.keyring.engine)
    assert anchors.copy_heads(database, limit=1) is True
    assert sum(one.version for one in heads.read(database.keyring.engine).values()) == 1 + sum(
        one.version for one in before.values()
    )
    anchors.copy_all(database)
    after = heads.read(database.keyring.engine)
    assert {one: after[one].version - before[one].version for one in after} == {
        scene.followed: 1,
        scene.at_table: 1,
        scene.ended: 0,
    }
    assert all(after[one].since == before[one].since for one in after)


def test_the_cases_to_copy_come_out_of_an_index(opened: Installation) -> None:
    """H9. However many cases there are."""
    with opened.database.engine.connect() as connection:
        query = select(Case.id, Case.version).where(Case.anchor_due).order_by(Case.id).limit(200)
        written = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN"
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # it reads a table of three rows whole
            explain = "EXPLAIN"
        plan = " ".join(str(row) for row in connection.execute(text(f"{explain} {written}")))
    assert "ix_cases_anchor_due" in plan


def test_a_case_that_changes_while_its_head_is_copied_has_its_turn_again(opened: Installation, scene: Scene) -> None:
    """H9. What was written between the look and the note is not lost."""
    database = opened.database
    with database.writing() as db:
        record.append(db, case_state(db.get_one(Case, scene.followed)), "resume", actor="")
    written: list[str] = []

    def meanwhile(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not written and "heads" in statement:
            written.append(statement)
            with database.writing() as db:
                record.append(db, case_state(db.get_one(Case, scene.followed)), "resume", actor="")

    event.listen(database.keyring.engine, "before_cursor_execute", meanwhile)
    anchors.copy_heads(database)
    event.remove(database.keyring.engine, "before_cursor_execute", meanwhile)
    anchors.copy_all(database)
    with database.reading() as db:
        verdict = record.verify(db, scene.followed)
    assert written
    assert verdict.anchor is not None
    assert verdict.anchor.version == verdict.entries


def append_one(installation: Installation, case_id: str) -> int:
    """One more entry; gives the version of the case."""
    with installation.database.writing() as db:
        state = case_state(db.get_one(Case, case_id))
        record.append(db, state, "resume", actor="")
    return state.version


def test_the_server_copies_heads_while_it_runs_and_every_one_when_it_stops(opened: Installation, scene: Scene) -> None:
    """H9. What was written since the last minute is anchored at the latest when it stops."""
    engine, first = opened.keyring.engine, append_one(opened, scene.followed)
    with TestClient(create_app(opened, post_for(opened.settings))):
        deadline = monotonic() + 60
        while heads.read(engine)[scene.followed].version < first:
            assert monotonic() < deadline
            sleep(0.01)
        last = append_one(opened, scene.followed)
        assert heads.read(engine)[scene.followed].version == first
    assert heads.read(engine)[scene.followed].version == last


def test_verifying_makes_no_key_and_reports_that_one_is_missing(opened: Installation, scene: Scene) -> None:
    """H9. As where the key store is older than the content: a fresh key would hide it."""
    engine = opened.keyring.engine
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            text("DELETE FROM keys WHERE clock = 'record' AND case_id = :case"), {"case": scene.followed}
        )
    append_one(opened, scene.at_table)
    anchors.copy_all(opened.database)
    [(_, verdict)] = anchors.verify_all(opened.database).changed
    assert verdict.why == "key-missing"
    assert KeyName(scene.followed, DeletionClock.RECORD) not in opened.keyring.destroyed(scene.followed)


# The command line.


@pytest.fixture
def said(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("MEDIATION_HOME", str(scene.settings.home))
    monkeypatch.setenv("MEDIATION_DATABASE_URL", scene.settings.database_url)
    for name in ("MEDIATION_KEYS_URL", "MEDIATION_MAIL", "MEDIATION_MODE"):
        monkeypatch.delenv(name, raising=False)

    def say(*argv: str) -> tuple[int, str]:
        status = main(argv)
        told = capsys.readouterr()
        return status, told.out + told.err

    return say


def test_verify_all_reports_every_case(scene: Scene, said: Callable[..., tuple[int, str]]) -> None:
    """H9. Exit status 0 only where all of them hold."""
    status, told = said("verify", "--all")
    assert (status, told.startswith("cases: 3, entries: ")) == (0, True)
    forge(scene, FORGERIES["the case removed whole"])
    status, told = said("verify", "--all")
    assert (status, "2027-0002 does not hold: the key store knows the case" in told) == (1, True)
    status, told = said("verify", "--case", "2027-0002")
    assert (status, "does not hold" in told) == (1, True)
    assert said("verify", "--case", "2027-0009")[0] == 2


def test_a_case_that_somebody_put_in_does_not_keep_verify_from_looking(
    scene: Scene, said: Callable[..., tuple[int, str]]
) -> None:
    """H9. It has no keys; the server does not start, and says so, but verifying has to."""
    forge(scene, FORGERIES["a case invented"])
    status, told = said("verify", "--all")
    assert (status, "case 2027-9999 does not hold" in told, "key-missing" in told) == (1, True, True)
    status, told = said("verify", "--case", "2027-9999")
    assert (status, "does not hold" in told) == (1, True)


@pytest.mark.seconds
def test_missing_triggers_are_reported_by_verify_check_and_at_start(
    scene: Scene, said: Callable[..., tuple[int, str]]
) -> None:
    """H34. And `migrations upgrade` puts them back."""
    on_table = " ON record_entries" if scene.settings.database_url.startswith("postgresql") else ""
    engine = open_engine(scene.settings.database_url)
    with engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER record_entries_never_updated{on_table}"))
    engine.dispose()
    for command in (("verify", "--all"), ("verify", "--case", "2027-0002"), ("migrations", "check")):
        status, told = said(*command)
        assert (status, "record_entries_never_updated" in told) == (1, True)
    status, told = said("serve", "--port", "0")
    assert (status, "record_entries_never_updated" in told, "mediation verify --all" in told) == (2, True, True)
    assert said("migrations", "upgrade")[0] == 0
    assert said("verify", "--all")[0] == 0


def test_a_trigger_that_does_something_else_is_missing(scene: Scene) -> None:
    """H34. Its name alone is no trigger."""
    engine = open_engine(scene.settings.database_url)
    harmless = (
        "DROP TRIGGER record_entries_never_updated",
        "CREATE TRIGGER record_entries_never_updated BEFORE UPDATE ON record_entries BEGIN SELECT 1; END",
    )
    if engine.dialect.name == "postgresql":
        harmless = (
            "CREATE OR REPLACE FUNCTION keep_record_entries() RETURNS trigger LANGUAGE plpgsql"
            " SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NEW; END'",
        )
    with engine.begin() as connection:
        for statement in harmless:
            connection.execute(text(statement))
        assert "record_entries_never_updated" in triggers.missing(connection)
    upgrade(engine)
    with engine.connect() as connection:
        assert triggers.missing(connection) == set()
    engine.dispose()
