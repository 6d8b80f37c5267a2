"""Files that are there whole or not at all, and that only their owner reads."""

import os
from contextlib import suppress
from pathlib import Path


def write_once(path: Path, content: str) -> bool:
    """Write `content` to `path` unless something is there already; whether it was written.

    Of several processes that do so at once one succeeds. What is there afterwards has reached the disk.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
            sync_folder(path.parent)
            return True
    finally:
        draft.unlink()
    return False


def move(source: Path, target: Path) -> None:
    """Put `source` in the place of `target` at once. Where another process has done so already, nothing is left to do."""
    with suppress(FileNotFoundError):
        source.replace(target)
        sync_folder(target.parent)


def sync_folder(path: Path) -> None:
    """Let the names in a folder reach the disk: a new name is part of the folder, not of the file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
