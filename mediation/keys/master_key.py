"""The master key and its file: it wraps the epoch key, which wraps all others."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from mediation.errors import BadSetup
from mediation.files import succeed, write_once
from mediation.keys import key_files

KEY_BYTES = 32


@dataclass(frozen=True)
class MasterKey:
    """A master key, and the path of its file if it has one."""

    secret: bytes = field(repr=False)
    path: Path | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """A name that distinguishes this key from others without revealing it (16 hex digits)."""
        return sha256(b"master:" + self.secret).hexdigest()[:16]


def new_master_key() -> MasterKey:
    """A random key, not yet in any file."""
    return MasterKey(os.urandom(KEY_BYTES))


def load_master_key(path: Path, *, make: bool = False) -> MasterKey:
    """Read the master key file (64 hex digits, mode 0600); with `make`, write a new key first if there is none.

    Refuses with `master-key-missing`, `master-key-unreadable` or `master-key-exposed` (others may read it).
    """
    if make and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_once(path, new_master_key().secret.hex())
    secret = _secret_in(key_files.read_key_file(path, "master-key"))
    if secret is None:
        raise BadSetup("master-key-unreadable", path=str(path))
    return MasterKey(secret, path)


def keep_master_key(path: Path, key: MasterKey) -> None:
    """Write `key` as the master key file. Refuses with `master-key-exists`: another is never overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not write_once(path, key.secret.hex()):
        raise BadSetup("master-key-exists", path=str(path))


def find_master_key(path: Path, name: str) -> MasterKey | None:
    """The master key called `name`, from its file or from the next file of an interrupted rotation; None if in neither."""
    for file in key_files.possible_files(path, name):
        with suppress(BadSetup):
            key = load_master_key(file)
            if key.name == name:
                return MasterKey(key.secret, path)
    return None


def write_next_master_key(path: Path, key: MasterKey) -> None:
    """Write `key` beside the current master key, before anything is wrapped with it."""
    key_files.write_next(path, key.name, key.secret.hex())


def promote_master_key(path: Path, name: str) -> None:
    """Make the key called `name` the current one and erase the one before. Twice changes nothing."""

    def is_called(content: bytes) -> bool:
        secret = _secret_in(content.decode("latin-1"))
        return secret is not None and MasterKey(secret).name == name

    succeed(key_files.next_file(path, name), path, is_called)


def _secret_in(text: str) -> bytes | None:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        return None
    return secret if len(secret) == KEY_BYTES else None
