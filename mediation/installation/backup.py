"""Backup: a consistent copy of the content, then one of the keys, in two parts to be kept apart."""

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text

from mediation.errors import BadSetup, MediationError, Unavailable
from mediation.files import new_file, replace
from mediation.installation import copies
from mediation.installation.copies import CONTENT, KEYS, Copy, Parts
from mediation.installation.dumps import dump
from mediation.installation.engines import engine_for, refuse_behind_pooler, refuse_missing_file, sqlite_file
from mediation.installation.installation import refuse_missing_keys, refuse_unfinished
from mediation.keys.epoch_key import master_name_behind
from mediation.keys.keyring import Keyring, wrapped_with
from mediation.keys.master_key import new_master_key
from mediation.sealing.seal_key import KEY_FILE
from mediation.settings import Settings
from mediation.store.database import Database, address_of, utc_now
from mediation.store.migrations import State, state

# The files in the home that the key store and the seal need; never the master key.
KEY_FILES = ("epoch.key*", "seal/*.pem")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ATTEMPTS = 5  # to copy the keys while they are not being wrapped again


@dataclass(frozen=True)
class Made:
    """The two copies of a new backup."""

    content: Copy
    keys: Copy


def back_up(settings: Settings, parts: Parts) -> Made:
    """Copy the installation of `settings` into `parts` while it serves; neither needs nor copies the master key.

    The backup has everything that was committed before it began. The content is copied first: then every key that it needs
    is in the copy of the keys that follows, or was destroyed meanwhile. Only the newest copy of the keys is kept; copies of
    the content stay. An interrupted backup leaves the earlier copies and a draft. Where the installation lacks keys or its
    seal, no backup is made: the earlier copy may be the last one that has them.

    Refuses with `backup-in-home`, `backup-folder-strange`, `backup-busy`, `backup-disk-full`, `backup-not-written`,
    `database-tool-missing`, `database-tool-failed`, `database-tool-pooled`, `database-unreachable`,
    `database-not-migrated`, `restore-unfinished`, `keys-missing`, `keys-behind`, `seal-missing`, and like
    `master_name_behind`; a refused backup leaves no copy.
    """
    refuse_unfinished(settings)
    _refuse_unfit(settings, parts)
    _refuse_incomplete(settings)
    with ExitStack() as alone, _plain_disk_errors(parts):
        for part in (parts.content, parts.keys):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
            alone.enter_context(copies.locked(part))
            for left in copies.drafts_in(part):
                copies.forget_copy(left)
        at = utc_now()
        content = _copy_content(settings, parts.content, at)
        keys = _copy_keys(settings, parts.keys, at)
        for old in copies.copies_in(parts.keys):
            if old != keys.folder:
                copies.forget_copy(old)
        replace(_last_backup_file(settings), at.isoformat() + "\n")  # for the doctor
    return Made(content, keys)


def last_backup(settings: Settings) -> datetime | None:
    """When the newest backup of this installation was made (UTC), or None."""
    try:
        return datetime.fromisoformat(_last_backup_file(settings).read_text("ascii").strip())
    except (OSError, ValueError):
        return None


def _last_backup_file(settings: Settings) -> Path:
    return settings.home / "last-backup"


def _refuse_unfit(settings: Settings, parts: Parts) -> None:
    home = settings.home.resolve()
    for part in (parts.content.resolve(), parts.keys.resolve()):
        if part == home or home in part.parents:
            raise BadSetup("backup-in-home", path=str(part))
        if part.exists() and not (part.is_dir() and copies.is_part(part)):
            raise BadSetup("backup-folder-strange", path=str(part))
    if parts.content.resolve() == parts.keys.resolve():
        raise BadSetup("backup-folder-strange", path=str(parts.keys))
    above = parts.content.parent
    if parts == Parts.under(above) and above.exists() and not (above.is_dir() and _has_only_parts(above)):
        raise BadSetup("backup-folder-strange", path=str(above))


def _refuse_incomplete(settings: Settings) -> None:
    for url in (settings.database_url, settings.keys_url):
        refuse_missing_file(url)
        refuse_behind_pooler(url, settings)
    with engine_for(settings.keys_url, settings) as keys, engine_for(settings.database_url, settings) as content:
        name = wrapped_with(keys)
        if name is None:
            raise BadSetup("keys-missing", address=keys.url.render_as_string())
        master_name_behind(settings.master_key_file, name)
        keyring = Keyring(keys, new_master_key())  # with a key that decrypts nothing: only the names of keys are read
        if keyring.fact("seal") is not None and not (settings.seal_folder / KEY_FILE).is_file():
            raise BadSetup("seal-missing", path=str(settings.seal_folder))
        if state(content) == State.CURRENT:
            refuse_missing_keys(Database(content, keyring))


def _has_only_parts(folder: Path) -> bool:
    return {one.name for one in folder.iterdir()} <= {CONTENT, KEYS}


@contextmanager
def _plain_disk_errors(parts: Parts) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        path = str(error.filename or parts.content.parent)
        if error.errno in _FULL:
            raise BadSetup("backup-disk-full", path=path) from error
        raise BadSetup("backup-not-written", path=path, reason=error.strerror or "") from error


def _copy_content(settings: Settings, part: Path, at: datetime) -> Copy:
    with engine_for(settings.database_url, settings) as engine:
        found = state(engine)
        if found in {State.EMPTY, State.STRANGE}:
            raise BadSetup("database-not-migrated", address=engine.url.render_as_string())
        with engine.connect() as connection:
            tables = ",".join(connection.scalars(text("SELECT version_num FROM alembic_version")))
    with copies.new_copy(part, at) as draft:
        _copy_database(settings.database_url, draft / "mediation")
        return copies.finish_copy(draft, CONTENT, at, _manifest(settings.database_url, tables))


def _copy_keys(settings: Settings, part: Path, at: datetime) -> Copy:
    for _ in range(_ATTEMPTS):
        before = _key_files(settings)
        with copies.new_copy(part, at) as draft:
            for name, content in before[1].items():
                path = draft / name
                path.parent.mkdir(mode=0o700, exist_ok=True)
                with new_file(path) as file:
                    file.write(content)
            _copy_database(settings.keys_url, draft / "keys")
            # If the keys were wrapped again meanwhile, the copied files would not open the copied store; nor would one
            # master key, if it was changed in this moment.
            if _key_files(settings) == before and _has_one_master(before[1]):
                return copies.finish_copy(draft, KEYS, at, _manifest(settings.keys_url, ""))
        copies.forget_copy(draft)
    raise Unavailable("database-busy")


def _key_files(settings: Settings) -> tuple[str | None, dict[str, bytes]]:
    """The name of the key that wraps the key store, and the files beside it."""
    with engine_for(settings.keys_url, settings) as engine:
        name = wrapped_with(engine)
    files = {}
    for path in sorted(path for pattern in KEY_FILES for path in settings.home.glob(pattern)):
        with suppress(FileNotFoundError):  # a file that is removed meanwhile shows in the second reading
            files[str(path.relative_to(settings.home))] = path.read_bytes()
    return name, files


def _has_one_master(files: Mapping[str, bytes]) -> bool:
    return len({content.split()[1] for name, content in files.items() if name.startswith("epoch.key")}) <= 1


def _manifest(url: str, tables: str) -> dict[str, str]:
    return {"program": version("mediation"), "kind": address_of(url).get_backend_name(), "version": tables}


def _copy_database(url: str, target: Path) -> None:
    file = sqlite_file(url)
    if file is not None:
        _copy_sqlite(file, target.with_suffix(".db"))
    else:
        dump(url, target.with_suffix(".dump"))


def _copy_sqlite(source: Path, target: Path) -> None:
    # SQLite's own backup: one reading transaction, which sees all that was committed before it, also in the log.
    try:
        with (
            new_file(target),
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as original,
            closing(sqlite3.connect(target)) as copy,
        ):
            copy.execute("PRAGMA journal_mode=OFF")
            original.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # a single file, and opening it makes no other
    except sqlite3.OperationalError as error:
        raise _plain_error(error, target) from error


def _plain_error(error: sqlite3.OperationalError, target: Path) -> MediationError:
    if "disk is full" in str(error) or "disk I/O error" in str(error):
        return BadSetup("backup-disk-full", path=str(target))
    if "locked" in str(error):
        return Unavailable("database-busy")
    return BadSetup("backup-not-written", path=str(target), reason=str(error))
