"""Copying a PostgreSQL database into a file and back with PostgreSQL's own tools."""

import os
import subprocess
from pathlib import Path
from typing import IO

from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from mediation.errors import BadSetup
from mediation.files import new_file

# The environment variables that a tool gets, beside its own PG…; none of our secrets is among them.
_PASSED_ON = ("PATH", "HOME")
_LONGEST = 300  # characters of a tool's error message


def dump(url: str, target: Path) -> None:
    """Write the database at `url` into the new file `target`, from one snapshot.

    With `pg_dump` from the PATH, in its custom format. Refuses with `database-tool-missing` and `database-tool-failed`.
    """
    with new_file(target) as file:
        options = ["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s"]
        _run("pg_dump", [*options, "--dbname"], url, file)


def load(url: str, source: Path) -> None:
    """Load what `dump` wrote into the empty database at `url`, completely or not at all. Refuses like `dump`."""
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run("pg_restore", [*options, str(source), "--dbname"], url, subprocess.DEVNULL)


def _run(tool: str, options: list[str], url: str, output: IO[bytes] | int) -> None:
    # Everybody on the machine can read the arguments of a command, so the password goes through the environment.
    address = make_url(url)
    named = address.get_dialect()().create_connect_args(address)[1]
    password = named.pop("password", None)
    environment = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name[:2] == "PG"}
    environment |= {"LC_ALL": "C"} | ({"PGPASSWORD": str(password)} if password else {})
    command = [tool, *options, make_conninfo(**named)]
    try:
        ran = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.PIPE, check=False)
    except FileNotFoundError as error:
        raise BadSetup("database-tool-missing", tool=tool) from error
    if ran.returncode:
        reason = ran.stderr.decode("utf-8", "replace").strip().replace("\n", "; ")[:_LONGEST]
        raise BadSetup("database-tool-failed", tool=tool, reason=reason)
