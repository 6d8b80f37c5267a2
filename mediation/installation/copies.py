"""Backups on disk: two parts to be kept apart, each with one folder per copy, which is named by its time when complete."""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from shutil import rmtree
from typing import Any

from mediation.errors import BadSetup
from mediation.files import sync_folder, write_once

CONTENT, KEYS = "content", "keys"
MANIFEST = "manifest.json"
FORMAT = 1
MOST_BYTES = 1_000_000  # of a manifest
_MOMENT = "%Y-%m-%dT%H%M%S.%fZ"
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}\.\d{6}Z")
_FILE = re.compile(r"[a-z][a-z0-9.-]*(/[a-z][a-z0-9.-]*)?")
_DRAFT = ".draft-"


@dataclass(frozen=True)
class Parts:
    """The folders of the two parts of a backup, each with copies by date."""

    content: Path
    keys: Path

    @classmethod
    def under(cls, folder: Path) -> "Parts":
        """Both parts in one folder, before they are moved apart."""
        return cls(folder / CONTENT, folder / KEYS)


@dataclass(frozen=True)
class Copy:
    """One copy of one part: its folder and what its manifest says.

    `made` is when the backup began (UTC), the same for both parts. `kind` is the kind of the database (`sqlite`,
    `postgresql`), `version` that of the tables (empty for the keys); `files` has size and SHA-256 of each file by name.
    """

    folder: Path
    part: str
    made: datetime
    program: str
    kind: str
    version: str
    files: Mapping[str, tuple[int, str]]


def moment_name(at: datetime) -> str:
    """The folder name of a copy by its time; names sort like times."""
    return at.astimezone(UTC).strftime(_MOMENT)


def copies_in(part: Path) -> list[Path]:
    """The complete copies of a part, the oldest first; none where there is no such folder."""
    return sorted(one for one in _entries(part) if _NAME.fullmatch(one.name))


def drafts_in(part: Path) -> list[Path]:
    """The incomplete copies in a part, of backups that were interrupted or are being made."""
    return sorted(one for one in _entries(part) if one.name.startswith(_DRAFT))


def is_part(part: Path) -> bool:
    """Whether a folder contains only copies, so that new ones may be added and old ones removed."""
    return all(_NAME.fullmatch(one.name) or one.name.startswith(_DRAFT) for one in _entries(part))


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock `folder` against other backups; the lock ends with the process. Refuses with `backup-busy`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BadSetup("backup-busy", path=str(folder)) from error
    finally:
        os.close(descriptor)


@contextmanager
def new_copy(part: Path, at: datetime) -> Iterator[Path]:
    """A draft folder to write a copy into, beside the others; removed where that fails."""
    draft = part / f"{_DRAFT}{moment_name(at)}"
    draft.mkdir(mode=0o700)
    try:
        yield draft
    except BaseException:
        rmtree(draft, ignore_errors=True)
        raise


def finish_copy(draft: Path, part: str, at: datetime, details: Mapping[str, str]) -> Copy:
    """Complete a draft: sync all files to disk, then write the manifest, then give the folder its name."""
    written = sorted(path for path in draft.rglob("*") if path.is_file())
    files = {str(path.relative_to(draft)): size_and_digest(path) for path in written}
    for folder in {path.parent for path in written}:
        sync_folder(folder)
    plain = {"format": FORMAT, "part": part, "made": at.astimezone(UTC).isoformat(), **details}
    plain |= {"files": {name: {"bytes": size, "sha256": digest} for name, (size, digest) in files.items()}}
    write_once(draft / MANIFEST, json.dumps(plain, indent=2, sort_keys=True) + "\n")
    copy = draft.rename(draft.with_name(moment_name(at)))
    sync_folder(copy.parent)
    return read_copy(copy)


def size_and_digest(path: Path) -> tuple[int, str]:
    """The size and the SHA-256 of a file, after syncing it to disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size, file_digest(file, "sha256").hexdigest()


def forget_copy(folder: Path) -> None:
    """Delete a copy or a draft: first make it a draft, then overwrite its files and remove them."""
    draft = folder
    if not folder.name.startswith(_DRAFT):
        draft = folder.with_name(f"{_DRAFT}{folder.name}")
        folder.rename(draft)
    for path in draft.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
                os.fsync(file.fileno())
    rmtree(draft)
    sync_folder(draft.parent)


def read_copy(folder: Path) -> Copy:
    """What the manifest of a copy says. Refuses with `backup-missing`, `backup-damaged` and `backup-newer`."""
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            plain = json.loads(file.read(MOST_BYTES))
        return _understood(folder, plain)
    except FileNotFoundError as error:
        raise BadSetup("backup-missing", path=str(folder)) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadSetup("backup-damaged", path=str(path)) from error


def _understood(folder: Path, plain: Any) -> Copy:
    if plain["format"] != FORMAT:
        raise BadSetup("backup-newer", path=str(folder))
    files = {str(name): (int(one["bytes"]), str(one["sha256"])) for name, one in plain["files"].items()}
    if not files or not all(_FILE.fullmatch(name) for name in files) or plain["part"] not in {CONTENT, KEYS}:
        raise ValueError("names that backups never have")
    made = datetime.fromisoformat(plain["made"])
    if made.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return Copy(folder, plain["part"], made, plain["program"], plain["kind"], plain["version"], files)


def check_files(copy: Copy) -> None:
    """Check that a copy has exactly its files, unchanged. Refuses with `backup-damaged`, naming the first that differs."""
    there = {str(path.relative_to(copy.folder)) for path in copy.folder.rglob("*") if not path.is_dir()}
    for name in sorted(there ^ {*copy.files, MANIFEST}):
        raise BadSetup("backup-damaged", path=str(copy.folder / name))
    for name, expected in copy.files.items():
        path = copy.folder / name
        try:
            if path.is_symlink() or size_and_digest(path) != expected:
                raise BadSetup("backup-damaged", path=str(path))
        except OSError as error:
            raise BadSetup("backup-damaged", path=str(path)) from error
