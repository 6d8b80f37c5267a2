"""The command line: what it prints, its exit status, and one plain line where it refuses."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from argparse import Action, ArgumentParser, _SubParsersAction
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import text

from demo.play import STORIES, Told
from demo.stage import Stage, StoryBroken
from mediation.__main__ import _parser, main
from mediation.acts.cases import Someone, refer
from mediation.acts.orders import order_mediation
from mediation.case.seat import take_office, take_seat
from mediation.installation.installation import open_installation
from mediation.letters import outbox
from mediation.people.directory import person_name, person_of_token
from mediation.sealing.manifest import ListedFile, Manifest
from mediation.sealing.seal import seal
from mediation.sealing.signature_page import signature_sheet
from mediation.settings import KEPT, SETTINGS, Settings
from mediation.store.migrations import current
from mediation.store.migrations.triggers import missing
from mediation.workflow.drawing import mermaid
from tests.databases import FreshDatabases
from tests.houses import House
from workflows import WORKFLOWS


class Said(NamedTuple):
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # the command line goes by the real clock, the house by its own

Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in an environment of its own, by default on nothing."""

    def run(*argv: str, settings: Settings | None = None) -> Said:
        settings = settings or Settings.under(tmp_path / "home")
        for name, value in environment_of(settings).items():
            monkeypatch.setenv(name, value)
        status = main(argv)
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return run


def environment_of(settings: Settings) -> dict[str, str]:
    return {
        "MEDIATION_HOME": str(settings.home),
        "MEDIATION_DATABASE_URL": settings.database_url,
        "MEDIATION_KEYS_URL": settings.keys_url,
        "MEDIATION_MAIL": settings.mail,
    }


def refused(said: Said, *words: str) -> None:
    """One line on standard error that holds these words, and nothing else."""
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("mediation: ")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err


COMMANDS = [
    "serve",
    "demo",
    "deliver",
    "verify",
    "people add",
    "people remove-way",
    "organisations add",
    "organisations logo",
    "workflow draw",
    "visibility table",
    "migrations upgrade",
    "migrations check",
    "keys init",
    "keys confirm",
    "keys check",
    "keys rotate",
    "keys recover",
    "keys write-off",
    "keys new-seal",
    "keys renew-seal",
    "backup",
    "restore",
    "doctor",
    "retention run",
    "retention preview",
]


def test_help_names_every_command_and_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    told = capsys.readouterr().out
    assert left.value.code == 0
    for name in [*(command.partition(" ")[0] for command in COMMANDS), "MEDIATION_HOME", *SETTINGS, *KEPT]:
        assert name in told


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_each_of_its_options(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main([*command.split(), "--help"])
    told = capsys.readouterr().out
    assert left.value.code == 0
    assert f"usage: mediation {command}" in told
    for option in _arguments_of(command):
        assert option.help or option.metavar in NAMED_BY_THEMSELVES, option
        assert (option.option_strings or [str(option.metavar)])[-1] in told


NAMED_BY_THEMSELVES = {"NAME"}


def _arguments_of(command: str) -> list[Action]:
    parser = _parser()
    for word in command.split():
        [below] = [one for one in parser._actions if isinstance(one, _SubParsersAction)]
        parser = below.choices[word]
    return parser._actions


def test_the_commands_are_these() -> None:
    def under(parser: ArgumentParser, name: str = "") -> Iterator[str]:
        groups = [one for one in parser._actions if isinstance(one, _SubParsersAction)]
        for word, below in [both for group in groups for both in group.choices.items()]:
            yield from under(below, f"{name} {word}".strip())
        if not groups:
            yield name

    assert sorted(under(_parser())) == sorted(COMMANDS)


def test_a_second_demonstration_leaves_the_first_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIATION_HOME", str(tmp_path))
    first = tmp_path / "demo"
    first.mkdir()
    (first / "demonstration").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["demo", "--no-serve", "--port", str(taken.getsockname()[1])]) == 2
    assert [one.name for one in first.iterdir()] == ["demonstration"]


def test_a_demonstration_takes_any_port_that_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asks_over_http(stage: Stage) -> str:
        asked = stage.person("Aino").client.get("/healthz")
        raise StoryBroken(f"the API said {asked.status_code}")

    monkeypatch.setitem(STORIES, "smooth", Told(asks_over_http))
    monkeypatch.setenv("MEDIATION_HOME", str(tmp_path))
    assert main(["demo", "--no-serve", "--port", "0"]) == 1
    assert "the API said 200" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv", [[], ["fly"], ["verify"], ["verify", "--case", "1", "a.pdf"], ["people"]], ids=range(5)
)
def test_what_is_no_command_is_refused_with_its_usage(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(argv)
    assert left.value.code == 2
    assert "usage: mediation" in capsys.readouterr().err


@pytest.mark.seconds
def test_the_module_runs_as_a_program(tmp_path: Path) -> None:
    environment = os.environ | environment_of(Settings.under(tmp_path / "home"))
    done = subprocess.run(
        [sys.executable, "-m", "mediation", "keys", "check"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    refused(Said(done.returncode, done.stdout, done.stderr))


def test_people_are_added_with_an_office_and_a_token(run: Run, tmp_path: Path) -> None:
    assert run("organisations", "add", "Esimerkkilä").status == 0
    argv = ["people", "add", "Vilho Koski", "--language", "fi", "--email", "vilho@example.org"]
    said = run(*argv, "--office", "hr", "--organisation", "Esimerkkilä", "--token")
    told = dict(line.split(": ") for line in said.out.splitlines())
    assert (said.status, said.err, list(told)) == (0, "", ["person", "token"])
    installation = open_installation(Settings.under(tmp_path / "home"), make=False)
    with installation.database.reading() as db:
        vilho = person_of_token(db, told["token"])
        assert (vilho.id, person_name(db, vilho)) == (told["person"], "Vilho Koski")
        assert list(take_office(db, vilho.id, "hr").values()) == [{"hr"}]
    installation.close()
    assert run(*argv).out == f"person: {vilho.id}\n"


def test_a_refused_person_is_not_half_added(run: Run, tmp_path: Path) -> None:
    argv = ["people", "add", "Vilho", "--language", "fi", "--office", "hr"]
    refused(run(*argv))
    refused(run(*argv, "--organisation", "Nowhere"))
    refused(run("people", "add", "Vi\nlho", "--language", "fi"))
    refused(run("people", "add", "Vilho", "--language", "fi", "--token", "--days", "0"))
    installation = open_installation(Settings.under(tmp_path / "home"), make=False)
    with installation.database.reading() as db:
        assert db.scalar(text("SELECT count(*) FROM people")) == 0
    installation.close()


@pytest.fixture
def case(house: House) -> str:
    """The number of a case with a record of two entries."""
    return refer_a_case(house)


def refer_a_case(house: House) -> str:
    vilho = house.person("Vilho", office="hr")
    with house.installation.database.writing() as db:
        case = refer(
            db,
            WORKFLOWS["mediation"],
            vilho,
            organisation_id=house.organisation("Esimerkkilä"),
            language="fi",
            subject="Kaksi hoitajaa",
            parties=[Someone("Aino"), Someone("Pekka")],
        )
        order_mediation(
            db, take_seat(db, WORKFLOWS, case.number, vilho, writing=True), terms="Kuusi tuntia", language="fi"
        )
        return case.number


@pytest.mark.both_databases
def test_a_record_that_holds_is_verified(run: Run, house: House, case: str) -> None:
    said = run("verify", "--case", case, settings=house.installation.settings)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"the record of case {case} holds: 2 entries, the last ")


SPOILED = {
    "changed": ("UPDATE record_entries SET act = 'resume' WHERE position = 1", "entry 1: entry-changed"),
    "forged": ("UPDATE record_entries SET previous = 'x' WHERE position = 2", "entry 2: chain-broken"),
    "cut": ("DELETE FROM record_entries WHERE position = 2", "entry 2: entry-missing"),
    "beheaded": ("DELETE FROM record_entries WHERE position = 1", "entry 1: entry-missing"),
    "moved": ("UPDATE record_entries SET at = '2027-01-01 00:00:00' WHERE position = 2", "entry 2: entry-changed"),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_the_first_entry_that_does_not_hold_is_named(run: Run, house: House, case: str, spoiled: str) -> None:
    statement, told = SPOILED[spoiled]
    with house.installation.database.writing() as db:
        on_table = " ON record_entries" if db.connection().dialect.name == "postgresql" else ""
        for trigger in ("record_entries_never_updated", "record_entries_deleted_when_certified"):
            db.execute(text(f"DROP TRIGGER {trigger}{on_table}"))
        db.execute(text(statement))
    said = run("verify", "--case", case, settings=house.installation.settings)
    switched_off, line = said.out.splitlines()
    assert (said.status, line) == (1, f"the record of case {case} does not hold: {told}")
    assert "record_entries_never_updated" in switched_off


def test_a_case_that_is_not_there_is_refused(run: Run, house: House) -> None:
    refused(run("verify", "--case", "2027-9999", settings=house.installation.settings))


@pytest.fixture
def sealed(sqlite_house: House, tmp_path: Path) -> Path:
    """A small sealed file of the house."""
    at = datetime(2027, 3, 4, 10, 0, tzinfo=UTC)
    content = b"%PDF-1.7 the agreement\n"
    manifest = Manifest("2027-0001", 1, "fi", (ListedFile.of("agreement-fi.pdf", "fi", content),))
    signature = {"name": "Aino", "capacity": "", "way": "own-device", "attested_by": None, "digest": manifest.digest}
    signature |= {"signed_on": "2027-03-04", "annex": False}
    page = {"case": "2027-0001", "version": 1, "prevailing": "fi", "manifest_digest": manifest.digest}
    page |= {"signatures": [signature], "documents": [asdict(one) for one in manifest.documents]}
    page |= {"sealed_at": "2027-03-04T12:00:00+02:00"}
    path = tmp_path / "agreement.pdf"
    path.write_bytes(
        seal(
            signature_sheet(manifest, {"agreement-fi.pdf": content}, page, at=at).pdf(),
            sqlite_house.installation.seal_key,
            at,
        )
    )
    return path


@pytest.mark.seconds
def test_a_sealed_file_that_holds_is_verified(run: Run, sqlite_house: House, sealed: Path) -> None:
    settings = sqlite_house.installation.settings
    certificate = settings.seal_folder / "seal-certificate.pem"
    for more in ([], ["--certificate", str(certificate)]):
        said = run("verify", str(sealed), *more, settings=settings)
        assert (said.status, said.err) == (0, "")
        assert said.out.startswith(f"{sealed} holds: case 2027-0001, version 1, 1 signatures, sealed 2027-03-04T12:00")


def test_a_sealed_file_is_verified_anywhere_with_the_certificate_alone(
    run: Run, sqlite_house: House, sealed: Path, tmp_path: Path
) -> None:
    certificate = sqlite_house.installation.settings.seal_folder / "seal-certificate.pem"
    assert run("verify", str(sealed), "--certificate", str(certificate)).status == 0
    assert not (tmp_path / "home").exists()


def test_a_sealed_file_that_was_changed_or_sealed_elsewhere_does_not_hold(
    run: Run, sqlite_house: House, sealed: Path, tmp_path: Path
) -> None:
    other = open_installation(Settings.under(tmp_path / "other"))
    other.close()
    said = run("verify", str(sealed), settings=other.settings)
    assert (said.status, said.err) == (1, "")
    assert "seal: not-by-this-key" in said.out
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    sealed.write_bytes(content)
    said = run("verify", str(sealed), settings=sqlite_house.installation.settings)
    assert (said.status, said.err) == (1, "")
    assert f"{sealed} does not hold: " in said.out


def test_files_that_cannot_be_read_are_refused(run: Run, sqlite_house: House, sealed: Path, tmp_path: Path) -> None:
    settings = sqlite_house.installation.settings
    refused(run("verify", str(tmp_path / "nothing.pdf"), settings=settings), "nothing.pdf")
    refused(run("verify", str(sealed), "--certificate", str(tmp_path), settings=settings), str(tmp_path))
    refused(run("verify", str(sealed)), "seal-certificate.pem")


@pytest.mark.both_databases
def test_letters_that_are_due_are_delivered_once(run: Run, house: House, case: str) -> None:
    settings = house.installation.settings
    run("deliver", settings=settings)
    with house.installation.database.writing() as db:
        seat = take_seat(db, WORKFLOWS, case, house.people["Vilho"])
        outbox.announce(db, seat.case.id, "something-waits", [seat.participant_id], due_at=LONG_AGO)
    before = set(Path(settings.home, "letters").glob("*.eml"))
    for count in (1, 0):
        said = run("deliver", settings=settings)
        assert (said.status, said.err) == (0, "")
        assert said.out == f"letters delivered: {count}, to be tried again: 0, given up: 0\n"
    assert len(set(Path(settings.home, "letters").glob("*.eml")) - before) == 1


def test_letters_that_do_not_get_through_show_in_the_exit_status(run: Run, sqlite_house: House, tmp_path: Path) -> None:
    settings = sqlite_house.installation.settings
    number = refer_a_case(sqlite_house)
    with sqlite_house.installation.database.writing() as db:
        seat = take_seat(db, WORKFLOWS, number, sqlite_house.people["Vilho"])
        outbox.announce(db, seat.case.id, "something-waits", [seat.participant_id], due_at=LONG_AGO)
    (tmp_path / "file").touch()
    said = run("deliver", settings=replace(settings, mail=f"folder:{tmp_path}/file/letters"))
    assert (said.status, said.out) == (1, "letters delivered: 0, to be tried again: 1, given up: 0\n")


def test_a_workflow_is_drawn_from_its_declaration(run: Run) -> None:
    said = run("workflow", "draw", "mediation")
    assert (said.status, said.out) == (0, mermaid(WORKFLOWS["mediation"]))
    lines = said.out.splitlines()
    assert lines[0] == "stateDiagram-v2"
    for workflow_phase in WORKFLOWS["mediation"].phases:
        assert f'    state "{workflow_phase.code}" as {workflow_phase.code.replace("-", "_")}' in lines
        for move in workflow_phase.transitions:
            arrow = f"{workflow_phase.code} --> {move.to}".replace("-", "_").replace("__>", "-->")
            assert f"    {arrow} : {move.code if move.forward else f'↩ {move.code}'}" in lines
    refused(run("workflow", "draw", "arbitration"))


def test_the_migrations_are_checked_without_an_installation(run: Run, tmp_path: Path) -> None:
    said = run("migrations", "check")
    assert (said.status, said.out) == (0, "the migrations are up to date\n")
    assert not (tmp_path / "home").exists()


def test_a_server_is_migrated_only_by_command(run: Run, fresh_postgres: FreshDatabases, tmp_path: Path) -> None:
    settings = Settings.under(tmp_path / "home", {"database_url": fresh_postgres()})
    refused(run("keys", "check", settings=settings))
    said = run("migrations", "upgrade", settings=settings)
    assert (said.status, said.out) == (0, "the database is of the newest version\n")
    installation = open_installation(settings)
    assert current(installation.database.engine)
    with installation.database.engine.connect() as connection:
        assert missing(connection) == set()
    installation.close()


def test_upgrading_what_cannot_be_reached_is_refused(run: Run, tmp_path: Path) -> None:
    url = "postgresql+psycopg://meri:hunter2@127.0.0.1:1/mediation"
    said = run("migrations", "upgrade", settings=Settings.under(tmp_path / "home", {"database_url": url}))
    refused(said)
    assert "hunter2" not in said.err


@pytest.mark.both_databases
def test_keys_are_checked_against_what_they_protect(run: Run, house: House, case: str) -> None:
    settings = house.installation.settings
    said = run("keys", "check", settings=settings)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("the master key fits: ")
    store = sqlite3.connect(settings.home / "keys.db")
    with store:
        store.execute("UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE clock = 'record') WHERE case_id = ''")
    store.close()
    refused(run("keys", "check", settings=settings))


def test_a_setting_that_cannot_be_is_refused(run: Run, tmp_path: Path) -> None:
    refused(run("keys", "check", settings=Settings.under(tmp_path, {"mail": "pigeon:home"})))
    refused(run("keys", "check", settings=Settings.under(tmp_path, {"database_url": "mysql://h/d"})))


@pytest.mark.seconds
def test_the_server_serves_until_it_is_stopped(tmp_path: Path) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "mediation", "serve", "--port", "0"],
        env=os.environ | environment_of(Settings.under(tmp_path / "home")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout is not None
        words = server.stdout.readline().split()
        address = words[words.index("on") + 1]
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert httpx.get(f"{address}/api/docs").status_code == 200
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=30)
    assert (server.returncode, errors) == (0, "")


def test_a_port_that_is_taken_is_refused(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused(run("serve", "--port", port), port)
    assert not (tmp_path / "home").exists()
