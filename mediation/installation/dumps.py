"""PostgreSQL's own tools: a database into one file, as it was at one moment, and back."""

import os
import subprocess
from pathlib import Path
from typing import IO

from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from mediation.errors import BadSetup
from mediation.files import new_file

# What a tool may know of our surroundings: where programs and its own files are. None of our secrets is among it.
_LET_THROUGH = ("PATH", "HOME")
_LONGEST = 300  # characters of what a tool says of its failure


def dump(url: str, target: Path) -> None:
    """Write the database at `url` into the new file `target`, as it stands now, whoever writes meanwhile.

    With `pg_dump` from the PATH, in its custom format: it reads in one snapshot, and it alone knows all that a
    database of its kind can hold. Refuses with `database-tool-missing` and `database-tool-failed`.
    """
    with new_file(target) as file:
        options = ["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s"]
        _run("pg_dump", [*options, "--dbname"], url, file)


def load(url: str, source: Path) -> None:
    """Fill the empty database at `url` with what `dump` wrote, all or nothing. Refuses as `dump` does."""
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run("pg_restore", [*options, str(source), "--dbname"], url, subprocess.DEVNULL)


def _run(tool: str, options: list[str], url: str, output: IO[bytes] | int) -> None:
    # Everybody on the machine can read the words of a command: the password goes by another way.
    address = make_url(url)
    named = address.get_dialect()().create_connect_args(address)[1]
    password = named.pop("password", None)
    surroundings = {name: value for name, value in os.environ.items() if name in _LET_THROUGH or name[:2] == "PG"}
    surroundings |= {"LC_ALL": "C"} | ({"PGPASSWORD": str(password)} if password else {})
    command = [tool, *options, make_conninfo(**named)]
    try:
        ran = subprocess.run(command, env=surroundings, stdout=output, stderr=subprocess.PIPE, check=False)
    except FileNotFoundError as error:
        raise BadSetup("database-tool-missing", tool=tool) from error
    if ran.returncode:
        reason = ran.stderr.decode("utf-8", "replace").strip().replace("\n", "; ")[:_LONGEST]
        raise BadSetup("database-tool-failed", tool=tool, reason=reason)
