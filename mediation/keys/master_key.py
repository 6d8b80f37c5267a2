"""The master key: a file that only its owner reads, and beside it, for a moment, the one that a rotation brings."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from mediation import files
from mediation.errors import BadSetup
from mediation.files import succeed, write_once

KEY_BYTES = 32
_NAME = "[0-9a-f]{16}"


@dataclass(frozen=True)
class MasterKey:
    """The key that wraps all others. `name` tells which one it is without telling what it is; `path` is where it lies."""

    secret: bytes = field(repr=False)
    path: Path | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """By which it is told from others, and which says nothing of it (16 hex digits)."""
        return sha256(b"master:" + self.secret).hexdigest()[:16]


def new_master_key() -> MasterKey:
    """A key made of chance, kept nowhere yet."""
    return MasterKey(os.urandom(KEY_BYTES))


def load_master_key(path: Path, *, make: bool = False) -> MasterKey:
    """Read the master key file (64 hex digits, mode 0600), making it at first run where `make` says so.

    Refuses with `master-key-missing`, `master-key-unreadable` or `master-key-exposed` (others may read it).
    """
    if make and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_once(path, new_master_key().secret.hex())
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii").strip()
        secret = bytes.fromhex(text)
    except FileNotFoundError as error:
        raise BadSetup("master-key-missing", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise BadSetup("master-key-unreadable", path=str(path)) from error
    if len(secret) != KEY_BYTES:
        raise BadSetup("master-key-unreadable", path=str(path))
    if stat.S_IMODE(mode) & 0o077:
        raise BadSetup("master-key-exposed", path=str(path))
    return MasterKey(secret, path)


def keep_master_key(path: Path, key: MasterKey) -> None:
    """Write `key` as the master key file. Refuses with `master-key-exists`: another is never overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not write_once(path, key.secret.hex()):
        raise BadSetup("master-key-exists", path=str(path))


def find_master_key(path: Path, name: str) -> MasterKey | None:
    """The key that goes by `name`, at its place or where a rotation that was cut short has left it; else None."""
    # At its place once more at the end: it may be moved there while we look.
    for place in (path, _next(path, name), path):
        with suppress(BadSetup):
            key = load_master_key(place)
            if key.name == name:
                return MasterKey(key.secret, path)
    return None


def keep_next(path: Path, key: MasterKey) -> None:
    """Write `key` beside the master key, before anything is wrapped with it. What an earlier attempt left behind goes."""
    tidy(path)
    write_once(_next(path, key.name), key.secret.hex())


def tidy(path: Path) -> None:
    """Let what a rotation that never came about left beside the master key go. Only while nobody else rotates."""
    files.tidy(path, _NAME)


def settle(path: Path, name: str) -> None:
    """Let the key that goes by `name` lie at its place, the one before overwritten and gone; twice changes nothing."""
    succeed(_next(path, name), path, lambda content: _name_of(content) == name)


def _name_of(content: bytes) -> str | None:
    try:
        return MasterKey(bytes.fromhex(content.decode("ascii").strip())).name
    except ValueError:
        return None


def _next(path: Path, name: str) -> Path:
    # Named after the key: whoever puts theirs in place can never put another's.
    return path.with_name(f"{path.name}.{name}")
