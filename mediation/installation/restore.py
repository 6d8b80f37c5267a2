"""Restore: an installation made from the two parts of a backup, completely or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect

from mediation.case.anchors import Accepted, accept_restored
from mediation.errors import BadSetup
from mediation.files import new_file, replace, sync_folder, write_once
from mediation.installation import copies
from mediation.installation.copies import CONTENT, KEYS, Copy
from mediation.installation.dumps import load
from mediation.installation.engines import engine_for, refuse_behind_pooler, sqlite_file
from mediation.installation.installation import (
    ALL_COPIED,
    open_installation,
    prepare_home,
    refuse_unfinished,
    unfinished,
)
from mediation.retention import run as retention
from mediation.retention.run import Ran
from mediation.settings import Settings
from mediation.store.database import Clock, address_of, utc_now
from mediation.store.migrations import knows

_DATABASES = {CONTENT: ("mediation.db", "mediation.dump"), KEYS: ("keys.db", "keys.dump")}


def chosen(content: Path, keys: Path) -> tuple[Copy, Copy]:
    """The copies to restore: the newest of the keys, and that of the content from the same backup, else its newest.

    Either folder may be a part, or one copy of it. Refuses with `backup-missing`, and like `read_copy`.
    """
    of_keys = _copy(keys, KEYS, "")
    return _copy(content, CONTENT, of_keys.folder.name), of_keys


def _copy(folder: Path, part: str, wanted: str) -> Copy:
    if (folder / copies.MANIFEST).exists():
        copy = copies.read_copy(folder)
    else:
        there = copies.copies_in(folder)
        if not there:
            raise BadSetup("backup-missing", path=str(folder))
        copy = copies.read_copy(folder / wanted if folder / wanted in there else there[-1])
    if copy.part != part:
        raise BadSetup("backup-missing", path=str(folder))
    return copy


def restore(settings: Settings, content: Copy, keys: Copy) -> None:
    """Copy both into the home and the databases of `settings`, which have to be empty; the home may hold a master key.

    Everything is checked before anything is written. Nothing is served before `finish`. After an interruption no command
    opens the home, and `restore` can be repeated; on PostgreSQL into new databases.

    Refuses with `backup-damaged`, `backup-newer`, `restore-unlike` (the copy is of another kind of database),
    `restore-home-used`, `restore-database-used`, `database-tool-pooled`, `home-unwritable`, and like `load`.
    """
    for copy in (content, keys):
        copies.check_files(copy)
    if not knows(content.version):
        raise BadSetup("backup-newer", path=str(content.folder))
    prepare_home(settings.home, make=True)
    flag = unfinished(settings)
    again = flag.exists() and flag.read_text("ascii") != ALL_COPIED
    _refuse_used(settings, again=again)
    for copy, url in ((content, settings.database_url), (keys, settings.keys_url)):
        if address_of(url).get_backend_name() != copy.kind:
            raise BadSetup("restore-unlike", address=address_of(url).render_as_string())
        refuse_behind_pooler(url, settings)
        _refuse_filled(url, settings, again=again)
    with _plain_disk_errors(settings.home):
        write_once(flag, "")
        for name in keys.files.keys() - set(_DATABASES[KEYS]):
            _copy_file(keys, name, settings.home / name)
        # The content last: its presence means that everything is there.
        for copy, url in ((keys, settings.keys_url), (content, settings.database_url)):
            lite, dumped = _DATABASES[copy.part]
            file = sqlite_file(url)
            if file is not None:
                _copy_file(copy, lite, file)
            else:
                load(url, copy.folder / dumped)
        replace(flag, ALL_COPIED)


@dataclass(frozen=True)
class Finished:
    """What `finish` did: records accepted or refused as the backup has them, and keys destroyed again."""

    accepted: Accepted
    destroyed: Ran


def finish(settings: Settings, *, clock: Clock = utc_now) -> Finished:
    """Make a restored installation servable: anchor its records as they are, and destroy again what was destroyed before.

    Nothing else is destroyed, even if it is due. Doing it twice, also after an interruption, is safe. Cases that
    lack keys do not stop this; the doctor names them, and nothing is served before they are written off. Refuses with
    `restore-cut-short` where `restore` has to be repeated, and like `open_installation`.
    """
    flag = unfinished(settings)
    if flag.exists() and flag.read_text("ascii") != ALL_COPIED:
        refuse_unfinished(settings)
    with closing(open_installation(settings, make=False, whole=False, restored=True, clock=clock)) as installation:
        # The records first: destroying adds entries, which must follow an accepted record.
        accepted = accept_restored(installation.database)
        destroyed = retention.run(installation.database, due=False)
    flag.unlink(missing_ok=True)
    return Finished(accepted, destroyed)


@contextmanager
def _plain_disk_errors(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        path = str(error.filename or home)
        raise BadSetup("backup-not-written", path=path, reason=error.strerror or "") from error


def _refuse_used(settings: Settings, *, again: bool) -> None:
    may_be_there = {settings.master_key_file.name, f"{settings.master_key_file.name}.confirmed"}
    draft_of_flag = f".{unfinished(settings).name}."  # left by an interruption before anything else was written
    there = {one.name for one in settings.home.iterdir() if not one.name.startswith(draft_of_flag)}
    if not again and there - may_be_there:
        raise BadSetup("restore-home-used", path=str(settings.home))


def _refuse_filled(url: str, settings: Settings, *, again: bool) -> None:
    file = sqlite_file(url)
    if file is not None:
        # A log left by another database would be read as this one's.
        beside = ("-wal", "-shm", "-journal", *([] if again else [""]))
        used = any(file.with_name(f"{file.name}{ending}").exists() for ending in beside)
    else:
        with engine_for(url, settings) as engine, engine.connect() as connection:
            used = bool(inspect(connection).get_table_names())
    if used:
        raise BadSetup("restore-database-used", address=address_of(url).render_as_string())


def _copy_file(copy: Copy, name: str, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restoring")
    draft.unlink(missing_ok=True)
    with (copy.folder / name).open("rb") as source, new_file(draft) as file:
        shutil.copyfileobj(source, file)
    if copies.size_and_digest(draft) != copy.files[name]:  # changed since it was checked
        draft.unlink()
        raise BadSetup("backup-damaged", path=str(copy.folder / name))
    draft.replace(target)
    sync_folder(target.parent)
