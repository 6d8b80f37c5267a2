"""Files that are there whole or not at all, and that only their owner reads."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def write_once(path: Path, content: str | bytes) -> bool:
    """Write `content` to `path` unless something is there already; whether it was written.

    Of several processes that do so at once one succeeds. What is there afterwards has reached the disk.
    """
    with _draft(path, content) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        sync_folder(path.parent)
        return True


def replace(path: Path, content: str | bytes) -> None:
    """Write `content` to `path`, in the place of what is there, if anything is; afterwards it has reached the disk."""
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
    """A new file to write into, which only its owner reads. Refuses with FileExistsError what is there already."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file


def move(source: Path, target: Path) -> None:
    """Put `source` in the place of `target` at once. Where another process has done so already, nothing is left to do."""
    with suppress(FileNotFoundError):
        source.replace(target)
        sync_folder(target.parent)


def succeed(source: Path, target: Path, stays: Callable[[bytes], bool]) -> None:
    """Put `source` in the place of `target`, and overwrite on the disk what was there; twice, or killed between, is once.

    `stays` tells from its bytes that a file is the new one. A file system that never writes where it read, snapshots, and
    a drive that spreads its wear may keep the old bytes all the same.
    """
    left = target.with_name(f".{target.name}.old")
    if source.exists():
        with suppress(FileNotFoundError, FileExistsError):
            os.link(target, left)
        move(source, target)
    with suppress(FileNotFoundError):
        _erase(left, stays)


def tidy(path: Path, names: str) -> None:
    """Let go what a change that never came about left beside `path`: files named after it and one of `names` (a pattern)."""
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
    """Let the names in a folder reach the disk: a new name is part of the folder, not of the file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
