"""The epoch key and its file: it wraps every key of the key store, and the master key wraps it.

It is replaced after keys were destroyed, and the old one is erased. An older copy of the key store was wrapped with an
older epoch key, so somebody who has that copy and the master key still cannot unwrap what it contains.
"""

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from mediation.errors import BadSetup
from mediation.files import succeed, write_once
from mediation.keys import key_files
from mediation.keys.master_key import KEY_BYTES, MasterKey, find_master_key

_NAME = re.compile("epoch-[0-9a-f]{10}")
_CONTENT = re.compile(r"(epoch-[0-9a-f]{10}) ([0-9a-f]{16}) ([0-9a-f]{80})\n")  # wrapped, a key is 40 bytes long


@dataclass(frozen=True)
class EpochKey:
    """The key that wraps the keys of the store."""

    secret: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """A name that distinguishes this key from others, and from master keys, without revealing it (16 characters)."""
        return "epoch-" + sha256(b"epoch:" + self.secret).hexdigest()[:10]


WrappingKey = EpochKey | MasterKey  # a store of the first versions is wrapped by the master key itself


@dataclass(frozen=True)
class _Content:
    """What the file says: the names of the epoch key and of the master key that wraps it, and the wrapped key."""

    name: str
    master: str
    wrapped: bytes


def epoch_key_file(master_key_file: Path) -> Path:
    """The file of the epoch key: beside the master key."""
    return master_key_file.with_name("epoch.key")


def load_epoch_key(path: Path, master: MasterKey) -> EpochKey:
    """Read an epoch key file with the master key that wraps it.

    Refuses with `epoch-key-missing`, `epoch-key-unreadable`, `epoch-key-exposed` (others may read it) and
    `master-key-wrong` (another master key wraps it).
    """
    content = _read(path)
    if content.master != master.name:
        raise BadSetup("master-key-wrong")
    try:
        key = EpochKey(aes_key_unwrap(master.secret, content.wrapped))
    except InvalidUnwrap as error:
        raise BadSetup("epoch-key-unreadable", path=str(path)) from error
    if key.name != content.name:
        raise BadSetup("epoch-key-unreadable", path=str(path))
    return key


def _read(path: Path) -> _Content:
    match = _CONTENT.fullmatch(key_files.read_key_file(path, "epoch-key"))
    if match is None:
        raise BadSetup("epoch-key-unreadable", path=str(path))
    return _Content(match[1], match[2], bytes.fromhex(match[3]))


def find_wrapping_key(master_key_file: Path, name: str) -> tuple[MasterKey, WrappingKey]:
    """The wrapping key called `name` and its master key, from their files or the next files of an interrupted change.

    Refuses with `epoch-key-missing`, `epoch-key-unreadable`, `epoch-key-exposed`, `epoch-key-wrong` (the one there
    wraps other keys) and `master-key-wrong`.
    """
    file = _file_of(master_key_file, name) if _NAME.fullmatch(name) else None
    master = find_master_key(master_key_file, _read(file).master if file else name)
    if master is None:
        raise BadSetup("master-key-wrong")
    return master, load_epoch_key(file, master) if file else master


def master_name_behind(master_key_file: Path, name: str) -> str:
    """The name of the master key behind the wrapping key called `name`. Refuses like `find_wrapping_key`."""
    return _read(_file_of(master_key_file, name)).master if _NAME.fullmatch(name) else name


def _file_of(master_key_file: Path, name: str) -> Path:
    path = epoch_key_file(master_key_file)
    for file in key_files.possible_files(path, name):
        with suppress(BadSetup):
            if _read(file).name == name:
                return file
    _read(path)
    raise BadSetup("epoch-key-wrong", path=str(path))


def make_first(master_key_file: Path, master: MasterKey) -> EpochKey:
    """The epoch key of a store that has no key yet, written unless it is there. Refuses like `load_epoch_key`."""
    path = epoch_key_file(master_key_file)
    write_once(path, _content(EpochKey(os.urandom(KEY_BYTES)), master))
    return load_epoch_key(path, master)


def write_next(master_key_file: Path, master: MasterKey) -> EpochKey:
    """Write a new key, wrapped by `master`, beside the current one, before anything is wrapped with it."""
    key = EpochKey(os.urandom(KEY_BYTES))
    key_files.write_next(epoch_key_file(master_key_file), key.name, _content(key, master))
    return key


def put_under(master_key_file: Path, key: EpochKey, master: MasterKey) -> None:
    """Let `master` wrap the current key, which is `key`, and erase what another wrapped. Twice changes nothing."""
    path = epoch_key_file(master_key_file)
    content = _content(key, master)
    if _read(path).name == key.name and _read(path).master != master.name:
        write_once(key_files.next_file(path, key.name), content)
    succeed(key_files.next_file(path, key.name), path, lambda there: there == content.encode())


def promote(master_key_file: Path, name: str) -> None:
    """Make the key called `name` the current one and erase the one before. Twice changes nothing."""
    path = epoch_key_file(master_key_file)
    succeed(key_files.next_file(path, name), path, lambda content: content.startswith(name.encode()))


def _content(key: EpochKey, master: MasterKey) -> str:
    return f"{key.name} {master.name} {aes_key_wrap(master.secret, key.secret).hex()}\n"
