"""The parts of an examination: what is examined, checks and their findings, and read-only access to databases."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from mediation.errors import BadSetup, MediationError
from mediation.installation.engines import refuse_missing_file, sqlite_file
from mediation.keys.epoch_key import WrappingKey, find_wrapping_key, load_epoch_key
from mediation.keys.keyring import Keyring, all_wrapped_with, wrapped_with
from mediation.keys.master_key import MasterKey, load_master_key
from mediation.settings import NO_POOLER, Settings
from mediation.store.database import Database, open_engine
from mediation.store.failures import refusal_for
from mediation.words.catalogue import say


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do about it (empty: nothing)."""

    text: str
    mend: str = ""


WELL = Finding("nothing to mend")


@dataclass(frozen=True)
class Examined:
    """What the checks examine: an installation in use, or the copies of a backup as if they were one.

    For a backup, `settings` name the folders of the copies; `master_key_file` is that of the home in use.
    """

    settings: Settings
    content: Engine
    keys: Engine
    master_key_file: Path
    now: datetime

    @property
    def copied(self) -> bool:
        """Whether it is a backup."""
        return self.settings.home != self.master_key_file.parent


Check = Callable[[Examined], Iterable[Finding]]


def database_of(one: Examined) -> Database:
    """The content database with its keys.

    Refuses with `keys-missing`, `master-key-missing`, `master-key-wrong`, and like `find_wrapping_key`.
    """
    name = wrapped_with(one.keys)
    if name is None:
        raise BadSetup("keys-missing", address=one.settings.keys_url)
    if one.copied:
        master = load_master_key(one.master_key_file)
        keyring = Keyring(one.keys, master, *_keys_of_copy(one, master, all_wrapped_with(one.keys)))
    else:
        keyring = Keyring(one.keys, find_wrapping_key(one.master_key_file, name)[0])
    settings = one.settings
    return Database(one.content, keyring, clock=lambda: one.now, zone=settings.zone, keep=settings.keep)


def _keys_of_copy(one: Examined, master: MasterKey, names: set[str]) -> list[WrappingKey]:
    files = sorted(one.settings.home.glob("epoch.key*"))
    candidates: list[WrappingKey] = [master, *(load_epoch_key(path, master) for path in files)]
    found = {each.name: each for each in candidates if each.name in names}
    if found.keys() != names:
        raise BadSetup("master-key-wrong")
    return list(found.values())


def findings(checks: Iterable[Check], one: Examined) -> Iterator[tuple[str, Finding]]:
    """What each check finds, with its name (`check_seal`: seal); a check that fails is a finding, too."""
    for check in checks:
        name = check.__name__.removeprefix("check_")
        try:
            for finding in list(check(one)) or [WELL]:
                yield name, finding
        except MediationError as refusal:
            yield name, refused(refusal)
        except DBAPIError as error:
            yield name, broken(error)


def refused(refusal: MediationError) -> Finding:
    """The finding for a check that was refused; the text of the refusal says what to do."""
    where = ", ".join(str(value) for value in refusal.details.values())
    todo = say(f"error.{refusal.code}", "en", **refusal.details)
    return Finding(f"cannot be looked at: {refusal.code}{where and f' ({where})'}", todo)


def broken(error: DBAPIError) -> Finding:
    """The finding for a database error."""
    try:
        return refused(refusal_for(error))
    except DBAPIError:  # not a passing one: the file itself is damaged
        return Finding(f"cannot be looked at: {str(error.orig).splitlines()[0]}", "restore the newest backup")


@contextmanager
def read_only(url: str, *, still: bool = False, pooler: str = NO_POOLER) -> Iterator[Engine]:
    """A read-only engine; with `still`, nobody writes meanwhile, and SQLite makes no files beside the database."""
    refuse_missing_file(url)
    file = sqlite_file(url)
    if file is not None:
        where = f"{file.resolve().as_uri()}?mode=ro{'&immutable=1' if still else ''}"
        engine = create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(where, uri=True), poolclass=NullPool, hide_parameters=True
        )
    else:
        engine = open_engine(url, pooler=pooler).execution_options(postgresql_readonly=True)
    try:
        yield engine
    finally:
        engine.dispose()
