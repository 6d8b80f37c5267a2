"""The commands for keys: make, confirm, check, rotate and recover the master key; write off lost keys; a new seal."""

from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from getpass import getpass
from itertools import chain
from pathlib import Path
from textwrap import fill

from sqlalchemy import select

from mediation.errors import BadSetup, Malformed, MediationError
from mediation.files import sync_folder, write_once
from mediation.installation.commands import DONE, FAILED, opened
from mediation.installation.installation import master_key_of, master_name_of, replace_seal
from mediation.installation.seals import SEAL, seal_name
from mediation.keys import recovery_kit
from mediation.keys.master_key import MasterKey, keep_master_key, new_master_key
from mediation.people.directory import person_name
from mediation.retention.contents import missing_keys
from mediation.sealing import seal_key
from mediation.settings import Settings
from mediation.store.database import plain_refusals
from mediation.store.models import Case, Person
from mediation.words.catalogue import LANGUAGES, say

KIT_FOLDER = "recovery-kit"


def init(arguments: Namespace, settings: Settings) -> int:
    """Make the master key and its recovery kit.

    Refuses with `master-key-exists`, and with `master-key-missing` where there are keys of another master key.
    """
    path = settings.master_key_file
    if path.exists():
        raise BadSetup("master-key-exists", path=str(path))
    if master_name_of(settings) is not None:
        raise BadSetup("master-key-missing", path=str(path))
    key = new_master_key()
    with _new_kit(arguments.into or settings.home / KIT_FOLDER, key, path.exists) as shares:
        keep_master_key(path, key)
    print(f"the master key is made: {path}")
    _tell(shares)
    return DONE


def rotate(arguments: Namespace, settings: Settings) -> int:
    """Replace the master key by a new one with a new kit; the server may run meanwhile."""
    with opened(settings) as installation:
        key, keyring = new_master_key(), installation.keyring
        folder = arguments.into or settings.home / KIT_FOLDER
        with (
            _new_kit(folder, key, in_use=lambda: master_name_of(settings) == key.name) as shares,
            plain_refusals(),
        ):
            count = keyring.rotate(key, installation.database.clock())
    print(f"the master key is changed; keys wrapped anew: {count}")
    print("the old kit opens no key of today; destroy it, and old copies of the key store: together they open what was")
    _tell(shares)
    return DONE


@contextmanager
def _new_kit(folder: Path, key: MasterKey, in_use: Callable[[], bool]) -> Iterator[list[Path]]:
    # The kit is written before its key is used, so that an interruption leaves no key without a kit.
    written = {folder / f"share-{one.number}-of-3-{one.name}.txt": one for one in recovery_kit.split(key)}
    made = not folder.exists()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, share in written.items():
            write_once(path, _on_paper(share))
        yield list(written)
    except BaseException as error:
        if not _known_in_use(in_use):
            _take_back(written, folder if made else None)
        else:
            print(
                "the new key is in use; what is not wrapped with it yet is at the next start, or while the server runs"
            )
            _tell(written)
        if isinstance(error, OSError):
            raise BadSetup("file-not-written", path=str(folder), reason=error.strerror or "") from error
        raise


def _known_in_use(in_use: Callable[[], bool]) -> bool:
    # The failure may have come after the key was replaced: then its kit is the only one.
    try:
        return in_use()
    except MediationError:
        return True


def _take_back(written: Iterable[Path], folder: Path | None) -> None:
    for path in written:
        path.unlink(missing_ok=True)
    if folder is not None:
        with suppress(OSError):  # it was not made by us, or contains something else
            folder.rmdir()
            sync_folder(folder.parent)


def _on_paper(share: recovery_kit.Share) -> str:
    texts = [f"{say('kit.title', one, number=share.number)}\n{fill(say('kit.words', one), 76)}" for one in LANGUAGES]
    return "\n\n".join([*texts, recovery_kit.write_share(share)]) + "\n"


def _tell(shares: Iterable[Path]) -> None:
    print("the recovery kit: give each share to another holder, on paper or on a medium of its own")
    for path in shares:
        print(f"  {path}")
    print("then let all three be read back with `mediation keys confirm`, and delete these files")


def confirm_kit(arguments: Namespace, settings: Settings) -> int:
    """Read back every holder's share. Refuses with `holders-needed` and like `read_share` and `restore`."""
    key = master_key_of(settings)
    shares = [_read(path) for path in arguments.share] or [_typed(f"share {one}") for one in recovery_kit.HOLDERS]
    recovery_kit.confirm(settings.master_key_file, shares, key)
    print("the recovery kit is confirmed: any two of its three shares restore the master key")
    _tell_left(settings)
    return DONE


def recover(arguments: Namespace, settings: Settings) -> int:
    """Restore the master key from two shares, which counts as confirming them.

    Refuses with `master-key-exists`, `shares-needed`, and `share-foreign` one of a key that the stored keys do not know.
    """
    path = settings.master_key_file
    if path.exists():
        raise BadSetup("master-key-exists", path=str(path))
    shares: Mapping[str, recovery_kit.Share] = dict(
        [_read(one) for one in arguments.share] or [_typed(f"the {which} share") for which in ("first", "second")]
    )
    key = recovery_kit.restore(shares, name=master_name_of(settings))
    keep_master_key(path, key)
    recovery_kit.remember(path, key)
    print(f"the master key is back: {path}; production serves with it")
    print(
        "if a share is lost, make a new kit now with `mediation keys rotate`: with one more lost nothing brings it back"
    )
    return DONE


def _read(path: Path) -> tuple[str, recovery_kit.Share]:
    try:
        return path.name, recovery_kit.read_share(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed("file-unreadable", path=str(path), reason=type(error).__name__) from error


def _typed(called: str) -> tuple[str, recovery_kit.Share]:
    while True:
        numbers = range(1, recovery_kit.LINES + 1)
        lines = [getpass(f"{called}, line {one} of {numbers[-1]} (it is not shown): ") for one in numbers]
        try:
            return called, recovery_kit.read_share("\n".join(lines), called)
        except Malformed as error:
            print(say(f"error.{error.code}", "en", **error.details))


def check(arguments: Namespace, settings: Settings) -> int:
    """Check that all keys open that the content needs, and whether the master key can be recovered."""
    with opened(settings, whole=False) as installation, installation.database.reading() as db:
        found = Counter[bool]()  # whether a key is destroyed
        for case_id in chain([""], db.scalars(select(Case.id).execution_options(yield_per=500))):
            found.update(key is None for key in installation.keyring.read(case_id).values())
        someone = db.scalar(select(Person).limit(1))
        if someone is not None:
            person_name(db, someone)
        missing = missing_keys(db)
        confirmed = recovery_kit.is_confirmed(settings.master_key_file, installation.keyring.master)
        wrapped_before = installation.keyring.fact("first-master") == installation.keyring.master.name
    print(f"the master key fits: {found.total()} keys, {found[True]} of them destroyed")
    if confirmed:
        print("the recovery kit is confirmed")
    else:
        print("no recovery kit is confirmed: `mediation keys confirm`, or `mediation keys rotate` for a new one")
    if wrapped_before:
        print("copies of the key store from before there was an epoch key open with this master key: rotate it once")
    for number, names in missing.items():
        print(f"the key store is older than the content: case {number} lacks keys: {len(names)}")
    _tell_left(settings)
    return DONE if not missing and (confirmed or not settings.production) else FAILED


def write_off(arguments: Namespace, settings: Settings) -> int:
    """Record keys that are lost for good as destroyed, so that the rest can be served. Refuses with `cases-differ`."""
    with opened(settings, whole=False) as installation:
        with installation.database.reading() as db:
            missing, now = missing_keys(db), db.now()
        if sorted(missing) != sorted(set(arguments.case)):
            raise Malformed("cases-differ", cases=", ".join(missing) or "-")
        installation.keyring.destroy([name for names in missing.values() for name in names], now.isoformat())
    print(f"counted as destroyed from now on: keys of {len(missing)} cases; nobody can read what was under them")
    return DONE


def new_seal(arguments: Namespace, settings: Settings) -> int:
    """Make a new seal in place of one that is lost for good. Refuses with `seal-exists`."""
    replace_seal(settings)
    print(f"a new seal is made: {settings.seal_folder}")
    print("what was sealed before is verified with the old certificate alone: keep it, and hand it out")
    return DONE


def renew_seal(arguments: Namespace, settings: Settings) -> int:
    """Put a new seal in the place of the present one before its time: with another name, or with an end."""
    with opened(settings) as installation:
        database, keyring = installation.database, installation.keyring
        name = seal_name(settings, database.engine)
        key = seal_key.renew_seal(settings.seal_folder, keyring.derive(SEAL), name, database.clock(), due=False)
        keyring.keep_fact(SEAL, key.digest)
    print(
        f"the seal is renewed: {key.name}, until {key.ends:%Y-%m-%d}; a running server takes it when it is started anew"
    )
    print("what was sealed before is verified with the old certificate, which is kept beside the new one")
    return DONE


def _tell_left(settings: Settings) -> None:
    for path in sorted((settings.home / KIT_FOLDER).glob("share-*.txt")):
        print(f"a share still lies beside the master key; delete it once its holder has it: {path}")
