"""Restore: an installation put together from the two parts of a backup, all of it or nothing."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect

from mediation.case.anchors import Accepted, accept_restored
from mediation.errors import BadSetup
from mediation.files import new_file, replace, sync_folder, write_once
from mediation.installation.copies import CONTENT, KEYS, MANIFEST, Copy, check_files, copies_in, measured, read_copy
from mediation.installation.dumps import load
from mediation.installation.installation import (
    PLACED,
    engine_for,
    open_installation,
    prepare_home,
    refuse_behind_pooler,
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
    """The copies to restore: of the keys the newest, of the content the one that was made together with them.

    Either folder may be a part, or one copy of it; where the content has no copy of the same backup it is the newest.
    Refuses with `backup-missing`, and like `read_copy`.
    """
    of_keys = _copy(keys, KEYS, "")
    return _copy(content, CONTENT, of_keys.folder.name), of_keys


def _copy(folder: Path, part: str, wanted: str) -> Copy:
    if (folder / MANIFEST).exists():
        copy = read_copy(folder)
    else:
        there = copies_in(folder)
        if not there:
            raise BadSetup("backup-missing", path=str(folder))
        copy = read_copy(folder / wanted if folder / wanted in there else there[-1])
    if copy.part != part:
        raise BadSetup("backup-missing", path=str(folder))
    return copy


def restore(settings: Settings, content: Copy, keys: Copy) -> None:
    """Put both copies where `settings` say, into an empty home and empty databases; the home may hold a master key.

    Everything is checked before anything is written. Nothing is served before `finish`. Killed on the way, it leaves a
    home that no command opens, and into which `restore` can be done again; on PostgreSQL into new databases.

    Refuses with `backup-damaged`, `backup-newer`, `restore-unlike` (the copy is of another kind of database),
    `restore-home-used`, `restore-database-used`, `database-tool-pooled`, `home-unwritable`, and as `load` does.
    """
    for copy in (content, keys):
        check_files(copy)
    if not knows(content.version):
        raise BadSetup("backup-newer", path=str(content.folder))
    prepare_home(settings.home, make=True)
    mark = unfinished(settings)
    again = mark.exists() and mark.read_text("ascii") != PLACED
    _refuse_used(settings, again=again)
    for copy, url in ((content, settings.database_url), (keys, settings.keys_url)):
        if address_of(url).get_backend_name() != copy.kind:
            raise BadSetup("restore-unlike", address=address_of(url).render_as_string())
        refuse_behind_pooler(url, settings)
        _refuse_filled(url, settings, again=again)
    with _told_plainly(settings.home):
        write_once(mark, "")
        for name in keys.files.keys() - set(_DATABASES[KEYS]):
            _place(keys, name, settings.home / name)
        # The content last: where it is, everything is.
        for copy, url in ((keys, settings.keys_url), (content, settings.database_url)):
            lite, dumped = _DATABASES[copy.part]
            if copy.kind == "sqlite":
                _place(copy, lite, Path(address_of(url).database or ""))
            else:
                load(url, copy.folder / dumped)
        replace(mark, PLACED)


@dataclass(frozen=True)
class Finished:
    """What finishing came to: records accepted as the backup has them, those that were changed, keys destroyed again."""

    accepted: Accepted
    destroyed: Ran


def finish(settings: Settings, *, clock: Clock = utc_now) -> Finished:
    """Let a restored installation be served: its records are anchored as they are, and what was destroyed goes again.

    Nothing goes that was not destroyed before, whatever the clock says. Twice, or killed in between and done again,
    comes to the same. Cases that lack keys are told by the doctor and keep nothing else from being finished; nothing is
    served before they are written off. Refuses with `restore-cut-short` where `restore` has to be done again, and like
    `open_installation`.
    """
    mark = unfinished(settings)
    if mark.exists() and mark.read_text("ascii") != PLACED:
        refuse_unfinished(settings)
    with closing(open_installation(settings, make=False, whole=False, restored=True, clock=clock)) as installation:
        # The records first: what is destroyed again makes an entry, which must not stand on what nobody accepted.
        accepted = accept_restored(installation.database)
        destroyed = retention.run(installation.database, due=False)
    mark.unlink(missing_ok=True)
    return Finished(accepted, destroyed)


@contextmanager
def _told_plainly(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        path = str(error.filename or home)
        raise BadSetup("backup-not-written", path=path, reason=error.strerror or "") from error


def _refuse_used(settings: Settings, *, again: bool) -> None:
    may_be_there = {settings.master_key_file.name, f"{settings.master_key_file.name}.confirmed"}
    draft_of_mark = f".{unfinished(settings).name}."  # killed while it was written, nothing else was
    there = {one.name for one in settings.home.iterdir() if not one.name.startswith(draft_of_mark)}
    if not again and there - may_be_there:
        raise BadSetup("restore-home-used", path=str(settings.home))


def _refuse_filled(url: str, settings: Settings, *, again: bool) -> None:
    parsed = address_of(url)
    if parsed.get_backend_name() == "sqlite":
        # A log that was left of another database would be taken for this one's.
        beside = ("-wal", "-shm", "-journal", *([] if again else [""]))
        used = any(Path(f"{parsed.database}{ending}").exists() for ending in beside)
    else:
        with engine_for(url, settings) as engine, engine.connect() as connection:
            used = bool(inspect(connection).get_table_names())
    if used:
        raise BadSetup("restore-database-used", address=parsed.render_as_string())


def _place(copy: Copy, name: str, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restoring")
    draft.unlink(missing_ok=True)
    with (copy.folder / name).open("rb") as source, new_file(draft) as file:
        shutil.copyfileobj(source, file)
    if measured(draft) != copy.files[name]:  # it was changed since we looked
        draft.unlink()
        raise BadSetup("backup-damaged", path=str(copy.folder / name))
    draft.replace(target)
    sync_folder(target.parent)
