"""The doctor: examines an installation in use or a backup without changing anything, and says what to do about each fault."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy.exc import DBAPIError

from mediation.errors import BadSetup, MediationError
from mediation.installation import checks
from mediation.installation.copies import KEYS, Copy, Parts, check_files, copies_in, drafts_in, read_copy
from mediation.installation.examination import Examined, Finding, broken, findings, read_only, refused
from mediation.installation.installation import refuse_unfinished
from mediation.installation.restore import chosen
from mediation.settings import Settings
from mediation.store.database import Clock, plain_refusals, utc_now
from mediation.store.migrations import State, state

Checked = tuple[str, Finding]  # the name of a check, and its finding


def examine(settings: Settings, *, clock: Clock = utc_now) -> Iterator[Checked]:
    """What the doctor finds in the installation in use.

    Refuses with `home-missing`, `restore-unfinished` and `database-unreachable`.
    """
    if not settings.home.is_dir():
        raise BadSetup("home-missing", path=str(settings.home))
    refuse_unfinished(settings)
    pooler = settings.pooler
    with (
        read_only(settings.database_url, pooler=pooler) as content,
        read_only(settings.keys_url, pooler=pooler) as keys,
    ):
        yield from findings(checks.ALL_CHECKS, Examined(settings, content, keys, settings.master_key_file, clock()))


def examine_backup(settings: Settings, parts: Parts) -> Iterator[Checked]:
    """What the doctor finds in a backup. The keys are examined where the home of `settings` has the master key.

    Refuses with `backup-missing` where there is no copy at all.
    """
    if not copies_in(parts.content) and not copies_in(parts.keys):
        raise BadSetup("backup-missing", path=str(parts.content.parent))
    yield from (("backup", one) for one in _folders(parts))
    try:
        content, keys = chosen(parts.content, parts.keys)
    except MediationError as refusal:
        yield "backup", refused(refusal)
        return
    age = utc_now() - content.made
    text = f"the copy of {content.made:%Y-%m-%d %H:%M} UTC"
    yield "age", Finding(text, checks.NIGHTLY if age > checks.FRESH else "")
    yield from _inside(settings, content, keys)


def _folders(parts: Parts) -> Iterator[Finding]:
    of_content, of_keys = copies_in(parts.content), copies_in(parts.keys)
    for part in (parts.content, parts.keys):
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


def _inside(settings: Settings, content: Copy, keys: Copy) -> Iterator[Checked]:
    if {content.kind, keys.kind} != {"sqlite"}:
        text = "dumps of PostgreSQL are looked at from outside only: whole, as they were written"
        yield "databases", Finding(f"{text}; restored, mediation doctor says the rest")
        return
    if not settings.master_key_file.exists():
        yield "keys", Finding("no master key is here: what is inside the keys was not looked at")
        return
    urls = [f"sqlite:///{content.folder / 'mediation.db'}", f"sqlite:///{keys.folder / 'keys.db'}"]
    copied = replace(settings, home=keys.folder, database_url=urls[0], keys_url=urls[1])
    try:
        with plain_refusals(), read_only(urls[0], still=True) as one, read_only(urls[1], still=True) as other:
            if state(one) == State.BEHIND:
                text = "made by an older release: restored, it is brought to the newest, and looked at"
                yield "tables", Finding(text)
                return
            examined = Examined(copied, one, other, settings.master_key_file, utc_now())
            yield from findings(checks.OF_A_COPY, examined)
    except MediationError as refusal:
        yield KEYS, refused(refusal)
    except DBAPIError as error:  # cut short, or no database at all
        yield "tables", broken(error)
