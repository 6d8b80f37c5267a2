"""A key in a file that only its owner reads, and how it is replaced by a new one without a moment in which there is none.

The new key is written beside the current one, in a file named after it (its "next" file). Once all is wrapped with it,
it is promoted: moved over the current file, whose old bytes are overwritten.
"""

import stat
from pathlib import Path

from mediation import files
from mediation.errors import BadSetup

_ANY_NAME = "[0-9a-f]{16}|epoch-[0-9a-f]{10}"  # of a master key, of an epoch key


def read_key_file(path: Path, kind: str) -> str:
    """The text of a key file. Refuses with `<kind>-missing`, `<kind>-unreadable` and `<kind>-exposed` (others may read it)."""
    try:
        mode, text = path.stat().st_mode, path.read_text("ascii")
    except FileNotFoundError as error:
        raise BadSetup(f"{kind}-missing", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise BadSetup(f"{kind}-unreadable", path=str(path)) from error
    if stat.S_IMODE(mode) & 0o077:
        raise BadSetup(f"{kind}-exposed", path=str(path))
    return text


def next_file(path: Path, name: str) -> Path:
    """Where the key called `name` lies until it is promoted. No two keys share a file, so nobody promotes another's key."""
    return path.with_name(f"{path.name}.{name}")


def possible_files(path: Path, name: str) -> tuple[Path, ...]:
    """Where to look for the key called `name`: the current file twice, since the next file may be promoted meanwhile."""
    return path, next_file(path, name), path


def write_next(path: Path, name: str, content: str) -> None:
    """Write a new key beside the current one, before anything is wrapped with it; removes what failed changes left."""
    remove_leftovers(path)
    files.write_once(next_file(path, name), content)


def remove_leftovers(path: Path) -> None:
    """Remove the next files of changes that failed. Only while nobody else changes the key."""
    files.tidy(path, _ANY_NAME)
