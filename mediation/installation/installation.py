"""One installation, opened by its settings: home folder, master key, key store, seal and content database."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import randbelow

from sqlalchemy import Engine, select

from mediation.case import anchors
from mediation.errors import BadSetup
from mediation.installation import engines
from mediation.installation.seals import open_seal, open_sealer, seal_name
from mediation.keys.epoch_key import master_name_behind
from mediation.keys.keyring import Keyring, wrapped_with
from mediation.keys.master_key import MasterKey, find_master_key, load_master_key
from mediation.keys.recovery_kit import is_confirmed
from mediation.retention.contents import has_words, missing_keys
from mediation.sealing.seal import Sealer
from mediation.sealing.seal_key import KEY_FILE, SealKey, load_seal_key, set_aside
from mediation.settings import Settings
from mediation.store.database import Clock, Database, Draw, Ids, random_id, utc_now
from mediation.store.migrations import State, state, unguarded, upgrade
from mediation.store.models import Person

ALL_COPIED = "everything is at its place"  # what the mark of a restore says once all files are copied
_SHOWN = 20  # at most so many case numbers in a refusal


@dataclass(frozen=True)
class Installation:
    """An open installation: checked, and with tables of the newest version."""

    settings: Settings
    database: Database
    keyring: Keyring
    seal_key: SealKey
    sealer: Sealer

    def close(self) -> None:
        """Close the connections, and write the logs of SQLite databases back into their files."""
        for engine in (self.database.engine, self.keyring.engine):
            if engine.dialect.name == "sqlite":
                engines.checkpoint(engine)
            engine.dispose()


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
    """Open the installation of `settings`; with `make`, create it where it does not exist.

    A new database gets its tables, and an SQLite database is brought to the newest version; for PostgreSQL that is
    `mediation migrations upgrade`. Records from before there were anchors get theirs. Several processes may do this at
    once. In production only `mediation keys init` makes the master key, with its recovery kit. With `whole`, every key that
    the content needs has to be there; `restored` opens an installation whose restore is not finished.

    Refuses with `home-missing`, `home-unwritable`, `database-address-unknown`, `database-unreachable`,
    `database-read-only`, `database-damaged`, `database-disk-failing`, `database-full`, `database-pooled` (a pooler, and
    no setting that says so), `database-busy`, `database-not-migrated`, `database-newer`, `database-strange`,
    `master-key-not-made`, `master-key-missing`, `master-key-unreadable`, `master-key-exposed`, `master-key-wrong`,
    `keys-beside-content`, `keys-missing` (there are people, but no keys), `keys-behind` (keys of some cases are missing:
    the key store is older than the content), `seal-foreign` (not the seal of this installation) and `restore-unfinished`;
    and like `find_wrapping_key`, `load_seal_key` and `open_sealer`.
    """
    prepare_home(settings.home, make=make)
    if not restored:
        refuse_unfinished(settings)
    with ExitStack() as refused:
        content, keys = _two_databases(settings, refused)
        keyring, seal_key = _open_keys(settings, content, keys, clock, make=make)
        database = Database(
            content, keyring, clock=clock, new_id=new_id, draw=draw, zone=settings.zone, keep=settings.keep
        )
        database.has_words = has_words
        if whole:
            refuse_missing_keys(database)
        with engines.plain_errors(keys):
            anchors.start(database)
        sealer = open_sealer(settings, seal_key, clock())
        refused.pop_all()
    return Installation(settings, database, keyring, seal_key, sealer)


def _two_databases(settings: Settings, refused: ExitStack) -> tuple[Engine, Engine]:
    """The engines of content and key store, to be closed if the installation is `refused`."""
    content = engines.engine_of(settings.database_url, settings)
    keys = engines.engine_of(settings.keys_url, settings)
    refused.callback(content.dispose)
    refused.callback(keys.dispose)
    engines.refuse_one_database(content, keys)
    return content, keys


def _open_keys(
    settings: Settings, content: Engine, keys: Engine, clock: Clock, *, make: bool
) -> tuple[Keyring, SealKey]:
    """The keys and the seal of what is in the content; on the way its tables are brought to the newest version."""
    with engines.plain_errors(content):
        found = _usable_state(settings, content, make=make)
        has_people = found != State.EMPTY and _has_people(content)
    with engines.plain_errors(keys):
        engines.refuse_unknown_pooler(keys, settings)
        keyring = _open_keyring(settings, keys, clock, make=make, has_people=has_people)
    with engines.plain_errors(content):
        if found != State.CURRENT:
            upgrade(content)
    return keyring, open_seal(settings, content, keyring, clock(), has_people=has_people)


def replace_seal(settings: Settings) -> None:
    """Make a new seal for an installation that has lost its own; an old certificate is kept beside it.

    Refuses with `seal-exists` where there is one, and like `open_installation`.
    """
    folder = settings.seal_folder
    if (folder / KEY_FILE).exists():
        raise BadSetup("seal-exists", path=str(folder))
    with engines.engine_for(settings.keys_url, settings) as keys:
        keyring = _open_keyring(settings, keys, utc_now, make=False, has_people=True)
        set_aside(folder)
        with engines.engine_for(settings.database_url, settings) as content:
            name = seal_name(settings, content)
        key = load_seal_key(folder, keyring.derive("seal"), name=name)
        keyring.keep_fact("seal", key.digest)


def refuse_missing_keys(database: Database) -> None:
    """Require every key that the content needs. Refuses with `keys-behind`, naming some cases."""
    with database.reading() as db:
        missing = missing_keys(db)
    if missing:
        shown = [*list(missing)[:_SHOWN], *(["…"] if len(missing) > _SHOWN else [])]
        raise BadSetup("keys-behind", count=len(missing), cases=", ".join(shown))


def refuse_without_recovery(installation: Installation) -> None:
    """Require in production that the master key can be recovered.

    Refuses with `kit-not-confirmed` where no recovery kit was confirmed by its holders.
    """
    settings = installation.settings
    if settings.production and not is_confirmed(settings.master_key_file, installation.keyring.master):
        raise BadSetup("kit-not-confirmed", path=str(settings.master_key_file))


def refuse_unguarded(installation: Installation) -> None:
    """Require the database triggers that keep the record unchanged.

    Refuses with `record-unguarded`, naming the triggers that are missing, switched off or changed.
    """
    missing = unguarded(installation.database.engine)
    if missing:
        raise BadSetup("record-unguarded", triggers=", ".join(sorted(missing)))


def triggers_missing(settings: Settings) -> set[str]:
    """The triggers that the content database lacks; none where there is no database, or not one of the newest version.

    Refuses like `open_installation`.
    """
    file = engines.sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        return set()
    with engines.engine_for(settings.database_url, settings) as content:
        return unguarded(content) if state(content) == State.CURRENT else set()


def master_key_of(settings: Settings) -> MasterKey:
    """The current master key, also after an interrupted rotation, without opening anything else.

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
    with engines.engine_for(settings.keys_url, settings) as keys:
        name = wrapped_with(keys)
        return name and master_name_behind(settings.master_key_file, name)


def upgrade_installation(settings: Settings) -> None:
    """Bring the content database to the newest version, on a server too. Refuses like `open_installation`."""
    with engines.engine_for(settings.database_url, settings) as content:
        engines.refuse_read_only(content)
        upgrade(content)


def unfinished(settings: Settings) -> Path:
    """The file that marks a restore as unfinished as long as it exists."""
    return settings.home / "restore-unfinished"


def refuse_unfinished(settings: Settings) -> None:
    """Refuse an installation that is not restored completely.

    Refuses with `restore-cut-short` (files are missing) and `restore-unfinished` (`finish` has not run).
    """
    mark = unfinished(settings)
    if mark.exists():
        all_copied = mark.read_text("ascii") == ALL_COPIED
        raise BadSetup("restore-unfinished" if all_copied else "restore-cut-short", path=str(settings.home))


def prepare_home(home: Path, *, make: bool) -> None:
    """Require the home folder; with `make`, create it for its owner only. Refuses with `home-missing`, `home-unwritable`."""
    try:
        if make:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetup("home-unwritable", path=str(home)) from error
    if not home.is_dir():
        raise BadSetup("home-missing", path=str(home))


def _usable_state(settings: Settings, content: Engine, *, make: bool) -> State:
    engines.refuse_unknown_pooler(content, settings)
    found = state(content)
    address = content.url.render_as_string()
    if found in {State.NEWER, State.STRANGE}:
        raise BadSetup(f"database-{found}", address=address)
    # A database without our tables is used only where it is empty, and only with `make`.
    if (found == State.BEHIND and content.dialect.name != "sqlite") or (found == State.EMPTY and not make):
        raise BadSetup("database-not-migrated", address=address)
    engines.refuse_read_only(content)
    return found


def _has_people(content: Engine) -> bool:
    with content.connect() as connection:
        return connection.execute(select(Person.id).limit(1)).first() is not None


def _open_keyring(settings: Settings, keys: Engine, clock: Clock, *, make: bool, has_people: bool) -> Keyring:
    # Keys are always made before people, also when several processes start at once: people without keys have lost them.
    known = wrapped_with(keys) is not None
    engines.refuse_read_only(keys)
    if has_people and not known:
        raise BadSetup("keys-missing", address=keys.url.render_as_string())
    if settings.production and not known and not settings.master_key_file.exists():
        raise BadSetup("master-key-not-made", path=str(settings.master_key_file))
    keyring = Keyring(keys, load_master_key(settings.master_key_file, make=make and not known))
    keyring.prepare(clock())
    keyring.read("")
    return keyring
