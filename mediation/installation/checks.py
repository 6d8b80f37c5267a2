"""The checks of the doctor. Each yields its findings, and changes nothing."""

import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import make_url, text

from mediation.case import record
from mediation.case.anchors import verify_all
from mediation.installation.backup import last_backup
from mediation.installation.engines import sqlite_file
from mediation.installation.examination import Examined, Finding, database_of
from mediation.installation.seals import open_sealer
from mediation.keys.recovery_kit import is_confirmed
from mediation.letters import printing
from mediation.retention import run as retention
from mediation.retention.contents import missing_keys
from mediation.sealing.own_certificate import OwnCertificate
from mediation.sealing.seal_key import CERTIFICATE_FILE, KEY_FILE, RENEWED_BEFORE, load_seal_key
from mediation.store.migrations import State, state, unguarded

FRESH = timedelta(days=2)  # how old the newest backup may be
NIGHTLY = "mediation backup FOLDER, every night"
LETTERS_WAIT = timedelta(hours=1)
CLOCKS_WAIT = timedelta(days=1)
LONG_LOG = 64 * 2**20  # bytes of SQLite's log
LITTLE_ROOM = 500 * 2**20  # bytes


def check_files(one: Examined) -> Iterator[Finding]:
    """Can other users of the machine read our files? Are shares of the recovery kit still here?"""
    home = one.settings.home
    if stat.S_IMODE(home.stat().st_mode) & 0o077:
        yield Finding(f"others on this machine may look into {home}", f"chmod 700 {home}")
    for path in sorted(home.glob("recovery-kit/share-*")):
        yield Finding(
            f"a share of the recovery kit lies beside the master key: {path}", "delete it once its holder has it"
        )
    for file in _sqlite_files(one):
        if file.parent != home and file.stat().st_mode & file.parent.stat().st_mode & 0o005:
            yield Finding(f"others on this machine may read {file}", f"chmod 600 {file}")


def _sqlite_files(one: Examined) -> list[Path]:
    files = [sqlite_file(url) for url in (one.settings.database_url, one.settings.keys_url)]
    return [file for file in files if file is not None]


def check_tables(one: Examined) -> Iterator[Finding]:
    """Are the tables those of this version and undamaged, with the triggers that protect the record?"""
    found = state(one.content)
    mends = {
        State.BEHIND: "mediation migrations upgrade (SQLite: the server does it as it starts)",
        State.EMPTY: "check MEDIATION_DATABASE_URL, or restore a backup",
        State.NEWER: "install the newer version of the program that was used here",
        State.STRANGE: "check MEDIATION_DATABASE_URL: these tables are not ours",
    }
    if found in mends:
        yield Finding(f"the tables are {found}", mends[found])
        return
    gone = sorted(unguarded(one.content))
    if gone:
        yield Finding(
            f"what keeps the record unchanged is missing or switched off: {', '.join(gone)}",
            "find out who changed the database, verify the records; mediation migrations upgrade puts it back",
        )
    for engine, what in ((one.content, "content"), (one.keys, "key store")):
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                said = connection.scalar(text("PRAGMA quick_check(1)"))
            if said != "ok":
                yield Finding(f"the file of the {what} is damaged: {said}", "restore the newest backup")


def check_keys(one: Examined) -> Iterator[Finding]:
    """Does the key store open, and does it know every key that the content needs?"""
    database = database_of(one)
    with database.reading() as db:
        missing = missing_keys(db)
    todo = "make a new backup" if one.copied else "the key store is older than the content: look for the newer one"
    for number, names in missing.items():
        yield Finding(f"case {number} lacks {len(names)} keys that its words need", todo)
    if database.keyring.fact("first-master") == database.keyring.master.name:
        yield Finding(
            "old copies of the key store open with this master key, for it wrapped them", "mediation keys rotate"
        )


def check_records(one: Examined) -> Iterator[Finding]:
    """Does every record hold, and match its anchor in the key store?"""
    survey = verify_all(database_of(one))
    for number, verdict in survey.changed:
        yield Finding(
            f"the record of case {number} was changed: {verdict.why}", "find out who wrote; restore a backup of before"
        )
    for head in survey.lost:
        yield Finding(f"case {head.number} is gone from the content", "find out who wrote; restore a backup of before")
    if survey.finding == record.Finding.OLDER:
        text = f"the content lacks {survey.entries_behind} entries that the key store knows of"
        # The keys are copied a moment after the content: in a backup that is as it should be.
        yield Finding(text, "" if one.copied else "an old copy of the content? mediation restore --finish accepts it")


def check_kit(one: Examined) -> Iterator[Finding]:
    """Can the master key be recovered?"""
    if not is_confirmed(one.master_key_file, database_of(one).keyring.master):
        yield Finding("no recovery kit is confirmed", "mediation keys confirm, or mediation keys rotate for a new kit")


def check_seal(one: Examined) -> Iterator[Finding]:
    """Does the key of the seal open, and is it the one of this installation?"""
    folder, back = one.settings.seal_folder, "put seal/ back from the keys' part of a backup"
    for name in (KEY_FILE, CERTIFICATE_FILE):
        if not (folder / name).is_file():
            yield Finding(f"{folder / name} is missing", back)
            return
    if (folder / CERTIFICATE_FILE).read_bytes() not in (folder / KEY_FILE).read_bytes():
        yield Finding(f"{folder}: key and certificate do not belong together", back)
        return
    keyring = database_of(one).keyring
    key = load_seal_key(folder, keyring.derive("seal"), make=False)
    if keyring.fact("seal") not in {None, key.digest}:
        yield Finding(f"{folder} holds another seal than the one of this installation", back)
    elif key.ends is None:
        yield Finding("the certificate of the seal names no organisation and has no end", "mediation keys renew-seal")
    else:
        anew = "start the server anew: that renews it" if key.is_due(one.now) and not one.copied else ""
        yield Finding(f"the certificate of the seal, {key.name}, ends on {key.ends:%Y-%m-%d}", anew)


def check_own_certificate(one: Examined) -> Iterator[Finding]:
    """Can the certificate of one's own seal, if there is one, and does the time-stamp authority have its roots?"""
    settings = one.settings
    if one.copied or not (settings.seal_pkcs12 or settings.seal_pkcs11 or settings.timestamp_url):
        return
    keyring = database_of(one).keyring
    key = load_seal_key(settings.seal_folder, keyring.derive("seal"), make=False)
    sealer = open_sealer(settings, key, one.now)
    own = sealer.key if isinstance(sealer.key, OwnCertificate) else None
    if own is not None:
        late = "get the next certificate" if one.now > own.ends - RENEWED_BEFORE else ""
        yield Finding(f"the own certificate of the seal ends on {own.ends:%Y-%m-%d}", late)
    yield Finding(f"seals are of the level {sealer.level}")


def check_letters(one: Examined) -> Iterator[Finding]:
    """Are letters overdue, and which could not be delivered?"""
    with database_of(one).reading() as db:
        count, oldest = printing.overdue(db)
        given_up = printing.given_up(db)
    if oldest is not None and one.now - oldest > LETTERS_WAIT:
        yield Finding(
            f"{count} letters are due, the oldest since {oldest:%Y-%m-%d %H:%M} UTC",
            "is the server running, and does the mail server answer? mediation deliver says what it says",
        )
    for number, letters in sorted(given_up.items()):
        yield Finding(
            f"case {number}: {letters} letters could not be delivered", "its mediator finds them to print; say so"
        )


def check_clocks(one: Examined) -> Iterator[Finding]:
    """Are keys overdue that should have been destroyed?"""
    with database_of(one).reading() as db:
        due, odd = retention.preview(db, one.now), retention.time_is_odd(db)
    if odd is not None:
        yield Finding(
            f"the clock differs from the last round by {odd}: no key is destroyed meanwhile",
            "set the clock right; where it is right, mediation retention run",
        )
    late = [clock.due for _, clock in due if clock.due is not None and one.now - clock.due > CLOCKS_WAIT]
    if late:
        yield Finding(
            f"{len(late)} keys should have been destroyed, the first by {min(late):%Y-%m-%d %H:%M} UTC",
            "is the server running, and its clock right? mediation retention run destroys them now",
        )


def check_settings(one: Examined) -> Iterator[Finding]:
    """Which settings are unsafe for real cases?"""
    settings = one.settings
    if not settings.production:
        yield Finding("mode: development", "for real cases: MEDIATION_MODE=production")
    if not settings.base_url.startswith("https://"):
        yield Finding(
            f"people reach it at {settings.base_url}, in the clear", "MEDIATION_BASE_URL: an https:// address"
        )
    if settings.mail.startswith("folder:"):
        yield Finding(
            "letters lie in a folder, with links that sign people in", "MEDIATION_MAIL: the address of a mail server"
        )
    for url, name in ((settings.database_url, "DATABASE"), (settings.keys_url, "KEYS")):
        parsed = make_url(url)
        away = parsed.get_backend_name() == "postgresql" and parsed.host not in {None, "localhost", "127.0.0.1", "::1"}
        if away and parsed.query.get("sslmode") != "verify-full":
            yield Finding(
                f"nobody checks which server answers at {parsed.host}", f"MEDIATION_{name}_URL: ?sslmode=verify-full"
            )


def check_backup(one: Examined) -> Iterator[Finding]:
    """How old is the newest backup?"""
    last = last_backup(one.settings)
    if last is None:
        yield Finding("no backup was made of this installation", NIGHTLY)
    else:
        yield Finding(f"the newest backup is of {last:%Y-%m-%d %H:%M} UTC", NIGHTLY if one.now - last > FRESH else "")


def check_disk(one: Examined) -> Iterator[Finding]:
    """Is there room on the disk, and is SQLite's log short?"""
    files = _sqlite_files(one)
    for log in (file.with_name(f"{file.name}-wal") for file in files):
        if log.exists() and log.stat().st_size > LONG_LOG:
            size = log.stat().st_size // 2**20
            yield Finding(f"{log} has grown to {size} MB", "something reads for very long: start the server anew")
    for folder in sorted({one.settings.home, *(file.parent for file in files)}):
        free = shutil.disk_usage(folder).free
        if free < LITTLE_ROOM:
            yield Finding(f"{free // 2**20} MB are free where {folder} is", "make room before writing stops")


# The checks in their order: each comes after those that it depends on.
OF_A_COPY = (check_tables, check_keys, check_records, check_seal)
ALL_CHECKS = (
    check_files,
    *OF_A_COPY,
    check_own_certificate,
    check_kit,
    check_letters,
    check_clocks,
    check_settings,
    check_backup,
    check_disk,
)
