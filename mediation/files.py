"""Writing files atomically, readable by their owner only."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def write_once(path: Path, content: str | bytes) -> bool:
    """Write `content` to `path` unless a file exists there; returns whether it was written.

    Of several processes at once one succeeds. Afterwards the file is synced to disk.
    """
    with _draft(path, content) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        sync_folder(path.parent)
        return True


def replace(path: Path, content: str | bytes) -> None:
    """Write `content` to `path`, replacing an existing file; afterwards it is synced to disk."""
    with _draft(path, content) as draft:
        draft.replace(path)
        sync_folder(path.parent)


@contextmanager
def _draft(path: Path, content: str | bytes) -> Iterator[Path]:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file to write into. Raises FileExistsError where there is one."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file


def move(source: Path, target: Path) -> None:
    """Rename `source` to `target`, replacing it. Does nothing where another process has done so already."""
    with suppress(FileNotFoundError):
        source.replace(target)
        sync_folder(target.parent)


def succeed(source: Path, target: Path, stays: Callable[[bytes], bool]) -> None:
    """Rename `source` to `target`, and overwrite the old file on the disk. Can be repeated after an interruption.

    `stays` decides by its bytes whether a file is the new one. Copy-on-write file systems, snapshots and solid-state drives may
    keep the old bytes all the same.
    """
    left = target.with_name(f".{target.name}.old")
    if source.exists():
        with suppress(FileNotFoundError, FileExistsError):
            os.link(target, left)
        move(source, target)
    with suppress(FileNotFoundError):
        _erase(left, stays)


def tidy(path: Path, names: str) -> None:
    """Delete files that an interrupted change left beside `path`: named after it and one of `names` (a pattern)."""
    left = re.compile(rf"\.?{re.escape(path.name)}\.({names})(\.\d+\.[0-9a-f]{{8}})?")  # and drafts of them
    for one in path.parent.iterdir():
        if left.fullmatch(one.name):
            one.unlink(missing_ok=True)


def _erase(path: Path, stays: Callable[[bytes], bool]) -> None:
    with path.open("r+b") as file:
        content = file.read()
        if not stays(content):
            file.seek(0)
            file.write(bytes(len(content)))
            file.flush()
            os.fsync(file.fileno())
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Sync a folder to disk: a new file name is part of the folder, not of the file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
