"""The epoch key: it wraps every key of the store, is wrapped by the master key, and is changed after keys were destroyed.

Its file lies beside the master key. What an older copy of the store holds was wrapped with the key of an older epoch,
which is kept nowhere any more: whoever has the master key cannot unwrap it.
"""

import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from mediation import files
from mediation.errors import BadSetup
from mediation.files import succeed, write_once
from mediation.keys.master_key import KEY_BYTES, MasterKey, find_master_key

_NAME = re.compile("epoch-[0-9a-f]{10}")
_WRITTEN = re.compile(r"(epoch-[0-9a-f]{10}) ([0-9a-f]{16}) ([0-9a-f]{80})\n")  # wrapped, a key is 40 bytes long


@dataclass(frozen=True)
class EpochKey:
    """The key that wraps the keys of the store. Its `name` tells which one it is, and that it is no master key."""

    secret: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """By which it is told from others, and which says nothing of it (16 characters)."""
        return "epoch-" + sha256(b"epoch:" + self.secret).hexdigest()[:10]


WrappingKey = EpochKey | MasterKey  # a store of the first versions is wrapped by the master key itself


@dataclass(frozen=True)
class _Written:
    """What the file says: the names of the epoch key and of the master key that wraps it, and the wrapped key."""

    name: str
    master: str
    wrapped: bytes


def new_epoch_key() -> EpochKey:
    """A key made of chance, kept nowhere yet."""
    return EpochKey(os.urandom(KEY_BYTES))


def epoch_key_file(master_key_file: Path) -> Path:
    """Where the epoch key lies: beside the master key."""
    return master_key_file.with_name("epoch.key")


def load_epoch_key(path: Path, master: MasterKey) -> EpochKey:
    """Read the file of an epoch key, wherever it lies, with the master key that wraps it.

    Refuses with `epoch-key-missing`, `epoch-key-unreadable`, `epoch-key-exposed` (others may read it) and
    `master-key-wrong` (another master key wraps it).
    """
    written = _read(path)
    if written.master != master.name:
        raise BadSetup("master-key-wrong")
    try:
        key = EpochKey(aes_key_unwrap(master.secret, written.wrapped))
    except InvalidUnwrap as error:
        raise BadSetup("epoch-key-unreadable", path=str(path)) from error
    if key.name != written.name:
        raise BadSetup("epoch-key-unreadable", path=str(path))
    return key


def _read(path: Path) -> _Written:
    try:
        mode, text = path.stat().st_mode, path.read_text("ascii")
    except FileNotFoundError as error:
        raise BadSetup("epoch-key-missing", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise BadSetup("epoch-key-unreadable", path=str(path)) from error
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise BadSetup("epoch-key-unreadable", path=str(path))
    if stat.S_IMODE(mode) & 0o077:
        raise BadSetup("epoch-key-exposed", path=str(path))
    return _Written(match[1], match[2], bytes.fromhex(match[3]))


def find_wrapping_key(master_key_file: Path, name: str) -> tuple[MasterKey, WrappingKey]:
    """The wrapping key that goes by `name`, with the master key: at its place, or where a change cut short has left it.

    Refuses with `epoch-key-missing`, `epoch-key-unreadable`, `epoch-key-exposed`, `epoch-key-wrong` (the one there
    wraps other keys) and `master-key-wrong`.
    """
    if not _NAME.fullmatch(name):
        master = find_master_key(master_key_file, name)
        if master is None:
            raise BadSetup("master-key-wrong")
        return master, master
    place = _place_of(master_key_file, name)
    master = find_master_key(master_key_file, _read(place).master)
    if master is None:
        raise BadSetup("master-key-wrong")
    return master, load_epoch_key(place, master)


def master_name_behind(master_key_file: Path, name: str) -> str:
    """The name of the master key behind the wrapping key that goes by `name`. Refuses like `find_wrapping_key`."""
    return _read(_place_of(master_key_file, name)).master if _NAME.fullmatch(name) else name


def _place_of(master_key_file: Path, name: str) -> Path:
    path = epoch_key_file(master_key_file)
    # At its place once more at the end: it may be moved there while we look.
    for place in (path, _next(path, name), path):
        with suppress(BadSetup):
            if _read(place).name == name:
                return place
    _read(path)
    raise BadSetup("epoch-key-wrong", path=str(path))


def keep_first_epoch_key(master_key_file: Path, master: MasterKey) -> EpochKey:
    """The epoch key of a store that holds no key yet, made unless it is there. Refuses like `load_epoch_key`."""
    path = epoch_key_file(master_key_file)
    write_once(path, _written(new_epoch_key(), master))
    return load_epoch_key(path, master)


def keep_next_epoch_key(master_key_file: Path, key: EpochKey, master: MasterKey) -> None:
    """Write `key`, wrapped by `master`, beside the present one, before anything is wrapped with it."""
    path = epoch_key_file(master_key_file)
    tidy_epoch_keys(master_key_file)
    write_once(_next(path, key.name), _written(key, master))


def tidy_epoch_keys(master_key_file: Path) -> None:
    """Let what a change that never came about left beside the epoch key go. Only while nobody else changes it."""
    files.tidy(epoch_key_file(master_key_file), _NAME.pattern)


def settle_epoch_key(master_key_file: Path, name: str) -> None:
    """Let the key that goes by `name` lie at its place, the one before overwritten and gone; twice changes nothing."""
    path = epoch_key_file(master_key_file)
    succeed(_next(path, name), path, lambda content: content.startswith(name.encode()))


def _written(key: EpochKey, master: MasterKey) -> str:
    return f"{key.name} {master.name} {aes_key_wrap(master.secret, key.secret).hex()}\n"


def _next(path: Path, name: str) -> Path:
    # Named after the key: whoever puts theirs in place can never put another's.
    return path.with_name(f"{path.name}.{name}")
