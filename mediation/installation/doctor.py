"""The doctor: looks at a living installation or at a backup, changes nothing, and says of each fault what to do."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy.exc import DBAPIError

from mediation.errors import BadSetup, MediationError
from mediation.installation import checks
from mediation.installation.copies import KEYS, Copy, Places, check_files, copies_in, drafts_in, read_copy
from mediation.installation.examination import Check, Examined, Finding, broken, findings, looked_at, refused
from mediation.installation.installation import refuse_unfinished
from mediation.installation.restore import chosen
from mediation.settings import Settings
from mediation.store.database import Clock, plain_refusals, utc_now
from mediation.store.migrations import State, state

Told = tuple[str, Finding]  # which check, and what it found

# What is looked at, in this order: what stands on something stands below it.
OF_A_COPY: tuple[tuple[str, Check], ...] = (
    ("tables", checks.look_at_tables),
    ("keys", checks.look_at_keys),
    ("records", checks.look_at_records),
    ("seal", checks.look_at_seal),
)
OF_THE_LIVING: tuple[tuple[str, Check], ...] = (
    ("files", checks.look_at_files),
    *OF_A_COPY,
    ("kit", checks.look_at_kit),
    ("letters", checks.look_at_letters),
    ("clocks", checks.look_at_clocks),
    ("settings", checks.look_at_settings),
    ("backup", checks.look_at_backup),
    ("disk", checks.look_at_disk),
)


def examine(settings: Settings, *, clock: Clock = utc_now) -> Iterator[Told]:
    """What the doctor finds in the living installation.

    Refuses with `home-missing`, `restore-unfinished` and `database-unreachable`.
    """
    if not settings.home.is_dir():
        raise BadSetup("home-missing", path=str(settings.home))
    refuse_unfinished(settings)
    pooler = settings.pooler
    with (
        looked_at(settings.database_url, pooler=pooler) as content,
        looked_at(settings.keys_url, pooler=pooler) as keys,
    ):
        yield from findings(OF_THE_LIVING, Examined(settings, content, keys, settings.master_key_file, clock()))


def examine_backup(settings: Settings, places: Places) -> Iterator[Told]:
    """What the doctor finds in a backup; the master key in the home of `settings`, where it is there, opens the keys.

    Refuses with `backup-missing` where there is no copy at all.
    """
    if not copies_in(places.content) and not copies_in(places.keys):
        raise BadSetup("backup-missing", path=str(places.content.parent))
    yield from (("backup", one) for one in _lying_there(places))
    try:
        content, keys = chosen(places.content, places.keys)
    except MediationError as refusal:
        yield "backup", refused(refusal)
        return
    age = utc_now() - content.made
    told = f"the copy of {content.made:%Y-%m-%d %H:%M} UTC"
    yield "age", Finding(told, "mediation backup FOLDER, every night" if age > checks.FRESH else "")
    yield from _within(settings, content, keys)


def _lying_there(places: Places) -> Iterator[Finding]:
    of_content, of_keys = copies_in(places.content), copies_in(places.keys)
    for part in (places.content, places.keys):
        for left in drafts_in(part):
            yield Finding(f"{left}: a backup that was cut short, or is being made", "the next backup takes it away")
    for old in of_keys[:-1]:
        yield Finding(f"{old}: an old copy of the keys, which keeps keys that were destroyed since", "delete it")
    for one in of_content:
        if of_keys and one.name > of_keys[-1].name:
            yield Finding(f"{one}: newer than the copy of the keys, for the backup was cut short", "make a new backup")
    for folder in (*of_content, *of_keys[-1:]):
        try:
            check_files(read_copy(folder))
        except MediationError as refusal:
            yield refused(refusal)


def _within(settings: Settings, content: Copy, keys: Copy) -> Iterator[Told]:
    if {content.kind, keys.kind} != {"sqlite"}:
        told = "dumps of PostgreSQL are looked at from outside only: whole, as they were written"
        yield "databases", Finding(f"{told}; restored, mediation doctor says the rest")
        return
    if not settings.master_key_file.exists():
        yield "keys", Finding("no master key is here: what is inside the keys was not looked at")
        return
    urls = [f"sqlite:///{content.folder / 'mediation.db'}", f"sqlite:///{keys.folder / 'keys.db'}"]
    lying = replace(settings, home=keys.folder, database_url=urls[0], keys_url=urls[1])
    try:
        with plain_refusals(), looked_at(urls[0], still=True) as one, looked_at(urls[1], still=True) as other:
            if state(one) == State.BEHIND:
                yield (
                    "tables",
                    Finding("made by an older release: restored, it is brought to the newest, and looked at"),
                )
                return
            examined = Examined(lying, one, other, settings.master_key_file, utc_now())
            yield from findings(OF_A_COPY, examined)
    except MediationError as refusal:
        yield KEYS, refused(refusal)
    except DBAPIError as error:  # cut short, or no database at all
        yield "tables", broken(error)
