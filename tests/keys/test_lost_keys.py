"""A key store older than the content, and a seal that is lost: reported at once, by name, and nothing is made instead."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from mediation.__main__ import main
from mediation.acts.statements import speak_privately, write_note
from mediation.errors import BadSetup, NotFound, Unavailable
from mediation.installation.installation import ALL_COPIED, Installation, open_installation
from mediation.keys.keyring import DeletionClock
from mediation.retention.contents import missing_keys
from mediation.sealing.seal_key import KEY_FILE, load_seal_key
from mediation.settings import Settings
from mediation.store.models import Case, Note, Statement, get
from tests.cases import Table, case_in
from tests.houses import House, SettableClock

KEYS = ("keys.db", "epoch.key")
PRIVATELY_SAID = select(Statement).where(Statement.topic == "private")


def save(home: Path, folder: Path) -> None:
    """A copy of the key store with its epoch key."""
    folder.mkdir(exist_ok=True)
    for name in KEYS:
        shutil.copy(home / name, folder / name)


def put_back(home: Path, folder: Path) -> None:
    for path in home.glob("keys.db-*"):
        path.unlink()
    for name in KEYS:
        shutil.copy(folder / name, home / name)


def part_of(settings: Settings) -> closing[Installation]:
    """The installation without asking for every key."""
    return closing(open_installation(settings, clock=SettableClock(), whole=False))


@pytest.fixture
def behind(sqlite_house: House, tmp_path: Path) -> tuple[Settings, Table, Table]:
    """An installation whose key store is of last night: one case is younger, and in another somebody spoke since."""
    settings = sqlite_house.installation.settings
    old = case_in(sqlite_house, "problem-definition")
    sqlite_house.installation.keyring.purge()
    save(settings.home, tmp_path / "night")
    with old.writing() as db:
        old.does(db, "Aino", speak_privately, "Vain sinulle", language="fi")
        old.does(db, "Meri", write_note, "Kysy unesta", language="fi")
    new = case_in(sqlite_house, "preparation")
    sqlite_house.installation.close()
    put_back(settings.home, tmp_path / "night")
    return settings, old, new


def test_a_key_store_older_than_the_content_is_found_at_start_by_case_number(
    behind: tuple[Settings, Table, Table],
) -> None:
    """H28."""
    settings, old, new = behind
    with pytest.raises(BadSetup, match="keys-behind") as refused:
        open_installation(settings, clock=SettableClock())
    assert refused.value.details == {"count": 2, "cases": ", ".join(sorted([old.number, new.number]))}
    with (
        closing(open_installation(settings, clock=SettableClock(), whole=False)) as installation,
        installation.database.reading() as db,
    ):
        missing = {number: [name.clock for name in names] for number, names in missing_keys(db).items()}
    assert missing[old.number] == ["notes", "private"]
    assert {"agreement", "content", "record"} <= {*missing[new.number]}


def test_no_key_is_made_where_words_were_written_under_one_that_is_missing(
    behind: tuple[Settings, Table, Table],
) -> None:
    """H28. Reading makes none either."""
    settings, old, new = behind
    with part_of(settings) as installation:
        table = Table(House(installation, SettableClock(), old.house.people, old.house.tokens), old.number, old.ids)
        before = installation.keyring.names()
        for name, act in (("Aino", speak_privately), ("Meri", write_note)):
            with pytest.raises(Unavailable, match="key-missing"), table.writing() as db:
                table.does(db, name, act, "Vielä yksi asia", language="fi")
        with installation.database.reading() as db:
            private = db.scalars(PRIVATELY_SAID).one()
            for row, column in ((private, "words"), (db.scalars(select(Note)).one(), "words")):
                with pytest.raises(Unavailable, match="key-missing"):
                    get(db, row, column)
            with pytest.raises(Unavailable, match="key-missing"):
                get(db, db.scalars(select(Case).where(Case.number == new.number)).one(), "referral")
        assert installation.keyring.names() == before
        with table.writing() as db:  # who wrote nothing yet gets a key as ever
            table.does(db, "Pekka", speak_privately, "Minäkin", language="fi")
        added = installation.keyring.names() - before
        assert [(one.clock, one.owner) for one in added] == [(DeletionClock.PRIVATE, old.ids["Pekka"])]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs the command line on an installation; the exit status and all that was said."""

    def run(settings: Settings, *argv: str) -> tuple[int, str]:
        monkeypatch.setenv("MEDIATION_HOME", str(settings.home))
        for name in ("MEDIATION_DATABASE_URL", "MEDIATION_KEYS_URL", "MEDIATION_MAIL", "MEDIATION_MODE"):
            monkeypatch.delenv(name, raising=False)
        status = main(argv)
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_keys_check_compares_the_keys_with_the_content_and_nothing_is_served(
    behind: tuple[Settings, Table, Table], run: Callable[..., tuple[int, str]]
) -> None:
    """H19."""
    settings, old, new = behind
    status, said = run(settings, "keys", "check")
    assert (status, f"case {old.number} lacks keys: 2" in said, f"case {new.number} lacks keys" in said) == (
        1,
        True,
        True,
    )
    status, said = run(settings, "serve", "--port", "0")
    assert (status, old.number in said, "keys check" in said) == (2, True, True)


def test_a_copy_of_the_key_store_without_its_log_is_reported_by_keys_check(
    sqlite_house: House, tmp_path: Path, run: Callable[..., tuple[int, str]]
) -> None:
    """H19. Ten of twelve keys lay only in the log of a server that was running."""
    sqlite_house.installation.keyring.purge()
    table = case_in(sqlite_house, "preparation", fresh=True)
    home = sqlite_house.installation.settings.home
    copied = Settings.under(Path(shutil.copytree(home, tmp_path / "copied")))
    for path in copied.home.glob("keys.db-*"):
        path.unlink()
    status, said = run(copied, "keys", "check")
    assert (status, table.number in said) == (1, True)


def test_keys_that_are_lost_for_good_are_written_off_expressly(
    behind: tuple[Settings, Table, Table], run: Callable[..., tuple[int, str]]
) -> None:
    """H28. There is a way on: what was under them counts as destroyed, and the rest is served."""
    settings, old, new = behind
    assert run(settings, "keys", "write-off", old.number)[0] == 2
    assert run(settings, "keys", "write-off", old.number, new.number)[0] == 0
    installation = open_installation(settings, clock=SettableClock())
    with installation.database.reading() as db:
        assert missing_keys(db) == {}
        for row in (db.scalars(select(Note)).one(), db.scalars(PRIVATELY_SAID).one()):
            with pytest.raises(NotFound, match="words-gone"):
                get(db, row, "words")
    installation.close()


def test_a_lost_seal_is_refused_by_name_and_no_other_is_made(
    sqlite_house: House, tmp_path: Path, run: Callable[..., tuple[int, str]]
) -> None:
    """H27."""
    sqlite_house.person("Aino")
    installation = sqlite_house.installation
    settings, seal = installation.settings, installation.settings.seal_folder
    installation.close()
    seal.rename(tmp_path / "seal")
    with pytest.raises(BadSetup, match="seal-missing"):
        open_installation(settings)
    status, said = run(settings, "keys", "check")
    assert (status, "new-seal" in said, seal.exists()) == (2, True, False)
    shutil.copytree(tmp_path / "seal", seal)
    open_installation(settings).close()


def test_another_seal_than_the_one_that_was_is_refused(sqlite_house: House, tmp_path: Path) -> None:
    """H27. Its certificate's digest is kept in the key store."""
    installation = sqlite_house.installation
    settings, seal, secret = (
        installation.settings,
        installation.settings.seal_folder,
        installation.keyring.derive("seal"),
    )
    assert installation.keyring.fact("seal") == installation.seal_key.digest
    installation.close()
    seal.rename(tmp_path / "seal")
    with pytest.raises(BadSetup, match="seal-missing"):  # also where nobody is known yet: there was one
        open_installation(settings)
    assert load_seal_key(seal, secret).digest != installation.seal_key.digest
    with pytest.raises(BadSetup, match="seal-foreign"):
        open_installation(settings)


def test_a_lost_seal_is_replaced_only_by_command_and_the_old_certificate_is_kept(
    sqlite_house: House, run: Callable[..., tuple[int, str]]
) -> None:
    """H27. There is a way on."""
    installation = sqlite_house.installation
    settings, old = installation.settings, installation.seal_key
    installation.close()
    assert run(settings, "keys", "new-seal")[0] == 2
    (settings.seal_folder / KEY_FILE).unlink()
    assert run(settings, "keys", "new-seal")[0] == 0
    again = open_installation(settings)
    kept = {path.read_bytes() for path in settings.seal_folder.glob("seal-certificate*.pem")}
    assert kept == {old.certificate_pem, again.seal_key.certificate_pem}
    again.close()


def test_an_installation_that_kept_no_digest_of_its_seal_keeps_it_at_its_next_start(sqlite_house: House) -> None:
    """H27. As the first version left it."""
    settings, digest = sqlite_house.installation.settings, sqlite_house.installation.seal_key.digest
    with sqlite_house.installation.keyring.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("DROP TABLE facts"))
    sqlite_house.installation.close()
    again = open_installation(settings)
    assert again.keyring.fact("seal") == digest
    again.close()


def test_a_restore_whose_content_is_newer_than_its_keys_can_be_finished_and_the_rest_written_off(
    behind: tuple[Settings, Table, Table], run: Callable[..., tuple[int, str]]
) -> None:
    """H28. One refused before the other, and the other before the one: nothing would ever have been served again."""
    settings, old, new = behind
    (settings.home / "restore-unfinished").write_text(ALL_COPIED, "ascii")
    status, said = run(settings, "restore", "--finish")
    assert (status, f"case {old.number} lacks" in said, f"case {new.number} lacks" in said) == (1, True, True)
    assert run(settings, "serve", "--port", "0")[0] == 2
    assert run(settings, "keys", "write-off", old.number, new.number)[0] == 0
    open_installation(settings, clock=SettableClock()).close()
