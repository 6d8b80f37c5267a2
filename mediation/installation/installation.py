"""One installation, put together from its settings: folder, master key, key store and content database, fit for use."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import randbelow

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from mediation.case import anchors
from mediation.errors import BadSetup, MediationError
from mediation.installation.apart import refuse_one_database
from mediation.keys.epoch_key import master_name_behind
from mediation.keys.keyring import Keyring, wrapped_with
from mediation.keys.master_key import MasterKey, find_master_key, load_master_key
from mediation.keys.recovery_kit import is_confirmed
from mediation.retention.contents import has_words, missing_keys
from mediation.sealing.seal_key import KEY_FILE, SealKey, load_seal_key, set_aside
from mediation.settings import NO_POOLER, Settings
from mediation.store.database import (
    LOCK_TIMEOUT,
    Clock,
    Database,
    Draw,
    Ids,
    address_of,
    open_engine,
    random_id,
    utc_now,
)
from mediation.store.failures import refusal_for
from mediation.store.migrations import State, state, unguarded, upgrade
from mediation.store.models import Person

PLACED = "everything is at its place"  # what the mark of a restore says then
_TOLD = 20  # cases by number: whoever reads it needs to see what it is about, not a page of it


@dataclass(frozen=True)
class Installation:
    """What a door needs to serve: everything is open, checked and of the newest version."""

    settings: Settings
    database: Database
    keyring: Keyring
    seal_key: SealKey

    def close(self) -> None:
        """Give the connections back, and leave no log beside an embedded database: its file is the whole of it then."""
        for engine in (self.database.engine, self.keyring.engine):
            if engine.dialect.name == "sqlite":
                _write_log_back(engine)
            engine.dispose()


def _write_log_back(engine: Engine) -> None:
    # Closing the last connection does this by itself; but a thread that was left behind, or another process, may hold one.
    with suppress(DBAPIError, sqlite3.Error), engine.connect() as connection:
        plain = connection.connection.cursor()  # SQLAlchemy would begin a transaction, in which nothing is written back
        plain.execute(
            "PRAGMA busy_timeout = 1000"
        )  # others go on working: what they hold back they will write themselves
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.close()


def open_installation(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    new_id: Ids = random_id,
    draw: Draw = randbelow,
    make: bool = True,
    whole: bool = True,
    restored: bool = False,
) -> Installation:
    """Open the installation of `settings`; where `make` says so, one that is not there yet is made.

    A new database is filled with tables, and an embedded one (SQLite) brought to the newest version; a PostgreSQL
    that is behind is left to `mediation migrations upgrade`. Records of before there were anchors get theirs. Several
    processes may do this at once. In production the master key is made by `mediation keys init` alone, with its recovery kit.
    `whole` asks for every key that the content needs; `restored` opens one whose restore has still to be finished.

    Refuses with `home-missing`, `home-unwritable`, `database-address-unknown`, `database-unreachable`,
    `database-read-only`, `database-damaged`, `database-disk-failing`, `database-full`, `database-pooled` (a pooler, and
    no setting that says so), `database-busy`, `database-not-migrated`, `database-newer`, `database-strange`,
    `master-key-not-made`, `master-key-missing`, `master-key-unreadable`, `master-key-exposed`, `master-key-wrong`,
    `keys-beside-content`, `keys-missing` (there are people, but not the keys to their words), `keys-behind` (keys of some
    cases are missing: the key store is older than the content), `seal-foreign` (another seal than the one that was this
    installation's) and `restore-unfinished`; and like `find_wrapping_key` and `load_seal_key`.
    """
    prepare_home(settings.home, make=make)
    if not restored:
        refuse_unfinished(settings)
    with ExitStack() as refused:
        content, keys = _engine(settings.database_url, settings), _engine(settings.keys_url, settings)
        refused.callback(content.dispose)
        refused.callback(keys.dispose)
        _refuse_one_database(content, keys)
        with _plain_refusals(content):
            _refuse_unknown_pooler(content, settings)
            found = _usable_state(content, make)
            has_people = found != State.EMPTY and _has_people(content)
        with _plain_refusals(keys):
            _refuse_unknown_pooler(keys, settings)
            keyring = _open_keyring(settings, keys, clock, make=make, has_people=has_people)
        with _plain_refusals(content):
            if found != State.CURRENT:
                upgrade(content)
        seal_key = _open_seal(settings.seal_folder, keyring, has_people=has_people)
        database = Database(
            content, keyring, clock=clock, new_id=new_id, draw=draw, zone=settings.zone, keep=settings.keep
        )
        database.has_words = has_words
        if whole:
            refuse_missing_keys(database)
        with _plain_refusals(keys):
            anchors.start(database)
        refused.pop_all()
    return Installation(settings, database, keyring, seal_key)


def _open_seal(folder: Path, keyring: Keyring, *, has_people: bool) -> SealKey:
    known = keyring.fact("seal")
    key = load_seal_key(folder, keyring.derive("seal"), make=known is None and not has_people)
    if known is None:
        keyring.keep_fact("seal", key.digest)
    elif known != key.digest:
        raise BadSetup("seal-foreign", path=str(folder))
    return key


def replace_seal(settings: Settings) -> SealKey:
    """Make another seal for an installation whose own is lost for good; a certificate that is left is kept beside it.

    Refuses with `seal-exists` where there is one, and like `open_installation`.
    """
    folder = settings.seal_folder
    if (folder / KEY_FILE).exists():
        raise BadSetup("seal-exists", path=str(folder))
    with engine_for(settings.keys_url, settings) as keys:
        keyring = _open_keyring(settings, keys, utc_now, make=False, has_people=True)
        set_aside(folder)
        key = load_seal_key(folder, keyring.derive("seal"))
        keyring.keep_fact("seal", key.digest)
    return key


def refuse_missing_keys(database: Database) -> None:
    """Let nothing go on whose words need keys that are not there. Refuses with `keys-behind`, naming some cases."""
    with database.reading() as db:
        missing = missing_keys(db)
    if missing:
        told = [*list(missing)[:_TOLD], *(["…"] if len(missing) > _TOLD else [])]
        raise BadSetup("keys-behind", count=len(missing), cases=", ".join(told))


def refuse_without_recovery(installation: Installation) -> None:
    """Let nothing be served in production whose keys could be lost for good.

    Refuses with `kit-not-confirmed` a master key that no holders of a recovery kit have proved they can restore.
    """
    settings = installation.settings
    if settings.production and not is_confirmed(settings.master_key_file, installation.keyring.master):
        raise BadSetup("kit-not-confirmed", path=str(settings.master_key_file))


def refuse_unguarded(installation: Installation) -> None:
    """Let nothing be served while the record could be changed unnoticed.

    Refuses with `record-unguarded`, naming them, triggers that are gone, switched off or changed.
    """
    missing = unguarded(installation.database.engine)
    if missing:
        raise BadSetup("record-unguarded", triggers=", ".join(sorted(missing)))


def triggers_missing(settings: Settings) -> set[str]:
    """The triggers that the content database lacks; none where there is no database of the newest version yet.

    Refuses like `open_installation`.
    """
    address = address_of(settings.database_url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        return set()
    with engine_for(settings.database_url, settings) as content:
        return unguarded(content) if state(content) == State.CURRENT else set()


def master_key_of(settings: Settings) -> MasterKey:
    """The master key as it is now, also after a rotation that was cut short, with nothing else opened.

    Refuses like `load_master_key`, and with `master-key-wrong`.
    """
    name = master_name_of(settings)
    found = find_master_key(settings.master_key_file, name) if name else None
    key = found or load_master_key(settings.master_key_file)
    if name is not None and found is None:
        raise BadSetup("master-key-wrong")
    return key


def master_name_of(settings: Settings) -> str | None:
    """The name of the master key that protects the keys in the store; None where there are none yet.

    Refuses with `epoch-key-missing`, `epoch-key-unreadable`, `epoch-key-exposed` and `epoch-key-wrong`.
    """
    prepare_home(settings.home, make=True)
    with engine_for(settings.keys_url, settings) as keys:
        name = wrapped_with(keys)
        return name and master_name_behind(settings.master_key_file, name)


def upgrade_installation(settings: Settings) -> None:
    """Bring the content database to the newest version, on a server too. Refuses like `open_installation`."""
    with engine_for(settings.database_url, settings) as content:
        _refuse_read_only(content)
        upgrade(content)


def _refuse_one_database(content: Engine, keys: Engine) -> None:
    with _plain_refusals(content), _plain_refusals(keys):
        refuse_one_database(content, keys)


def unfinished(settings: Settings) -> Path:
    """The file that says, for as long as it is there, that a restore has not come to its end."""
    return settings.home / "restore-unfinished"


def refuse_unfinished(settings: Settings) -> None:
    """Let nothing be done with what is only half restored.

    Refuses with `restore-cut-short` (something is missing) and `restore-unfinished` (`finish` has not been done).
    """
    mark = unfinished(settings)
    if mark.exists():
        placed = mark.read_text("ascii") == PLACED
        raise BadSetup("restore-unfinished" if placed else "restore-cut-short", path=str(settings.home))


@contextmanager
def engine_for(url: str, settings: Settings) -> Iterator[Engine]:
    """An engine for a while, whose failures are told as those of `open_installation` are."""
    engine = _engine(url, settings)
    try:
        with _plain_refusals(engine):
            _refuse_unknown_pooler(engine, settings)
            yield engine
    finally:
        engine.dispose()


def refuse_behind_pooler(url: str, settings: Settings) -> None:
    """Let no tool of PostgreSQL's through a pooler, whose settings would stay on connections that others are given next.

    Whether one stands before the database at `url` is looked at, for a backup may well name the server itself. Refuses
    with `database-tool-pooled`, and like `engine_for`.
    """
    try:
        with engine_for(url, replace(settings, pooler=NO_POOLER)):
            return
    except BadSetup as error:
        raise (BadSetup("database-tool-pooled") if error.code == "database-pooled" else error) from error


def prepare_home(home: Path, *, make: bool) -> None:
    """See that the folder of the installation is there, its owner's alone. Refuses with `home-missing`, `home-unwritable`."""
    try:
        if make:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetup("home-unwritable", path=str(home)) from error
    if not home.is_dir():
        raise BadSetup("home-missing", path=str(home))


def _engine(url: str, settings: Settings) -> Engine:
    try:
        return open_engine(url, pooler=settings.pooler)
    except OSError as error:
        raise BadSetup("home-unwritable", path=str(error.filename)) from error


def _usable_state(content: Engine, make: bool) -> State:
    found = state(content)
    address = content.url.render_as_string()
    if found in {State.NEWER, State.STRANGE}:
        raise BadSetup(f"database-{found}", address=address)
    # Of databases that nobody set up only an empty one is taken, and that only when something is to be made.
    if (found == State.BEHIND and content.dialect.name != "sqlite") or (found == State.EMPTY and not make):
        raise BadSetup("database-not-migrated", address=address)
    _refuse_read_only(content)
    return found


def _refuse_read_only(engine: Engine) -> None:
    with engine.execution_options(writing=True).connect() as connection, connection.begin() as attempt:
        if connection.dialect.name == "sqlite":
            # SQLite notices only when something is written: here a number that nobody reads, and not for good.
            connection.execute(text("PRAGMA user_version = 1"))
            attempt.rollback()
        elif connection.scalar(text("SHOW transaction_read_only")) == "on":
            raise BadSetup("database-read-only", address=engine.url.render_as_string())


def _refuse_unknown_pooler(engine: Engine, settings: Settings) -> None:
    # A pooler that was told to ignore what we ask for at the start of a connection lets every process in, and then mixes
    # up what they prepare: one is given the rows of another.
    if engine.dialect.name == "sqlite" or settings.pooler != NO_POOLER:
        return
    with engine.connect() as connection:
        if connection.scalar(text("SHOW lock_timeout")) != LOCK_TIMEOUT:
            raise BadSetup("database-pooled", address=engine.url.render_as_string())


def _has_people(content: Engine) -> bool:
    with content.connect() as connection:
        return connection.execute(select(Person.id).limit(1)).first() is not None


def _open_keyring(settings: Settings, keys: Engine, clock: Clock, *, make: bool, has_people: bool) -> Keyring:
    # People before keys, always: whoever wrote people had keys by then, however many processes start at once.
    known = wrapped_with(keys) is not None
    _refuse_read_only(keys)
    if has_people and not known:
        raise BadSetup("keys-missing", address=keys.url.render_as_string())
    if settings.production and not known and not settings.master_key_file.exists():
        raise BadSetup("master-key-not-made", path=str(settings.master_key_file))
    keyring = Keyring(keys, load_master_key(settings.master_key_file, make=make and not known))
    keyring.prepare(clock())
    keyring.read("")
    return keyring


@contextmanager
def _plain_refusals(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _refusal(error, engine) from error
    except OSError as error:  # a key file, on a disk that is full
        raise BadSetup("file-not-written", path=str(error.filename or ""), reason=error.strerror or "") from error


def _refusal(error: DBAPIError, engine: Engine) -> MediationError:
    words = str(error.orig).lower()
    address = engine.url.render_as_string()
    refusal = refusal_for(error)
    code = refusal.code
    if code == "database-busy":
        return refusal
    if isinstance(refusal, BadSetup):
        return BadSetup(code, address=address)
    if "unable to open database file" in words and Path(engine.url.database or "").exists():
        code = "database-read-only"  # SQLite keeps a log beside the file, and could not make it there
    return BadSetup(code, address=address, reason=words.partition("\n")[0])
