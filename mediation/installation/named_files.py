"""Files that somebody names on a command line."""

from pathlib import Path

from mediation.errors import Malformed


def read_given(path: Path, most_bytes: int) -> bytes:
    """What is in a file that somebody named, and of a larger one a byte more than `most_bytes`, to be refused as too large.

    Refuses with `file-unreadable`.
    """
    try:
        with path.open("rb") as file:
            return file.read(most_bytes + 1)
    except OSError as error:
        raise Malformed("file-unreadable", path=str(path), reason=error.strerror or "") from error
