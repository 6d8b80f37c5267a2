"""A PgBouncer in transaction mode before the tests' PostgreSQL: few connections to the server, shared by all."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import URL, make_url

from tests.databases import in_full

CONNECTIONS = 3  # to the server, for each database


def pgbouncer() -> str:
    """The path of PgBouncer; without it the test is skipped, or fails where all tools are required."""
    path = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if path is None:
        message = "pgbouncer is not here: apt-get install pgbouncer"
        if os.environ.get("MEDIATION_REQUIRE_TOOLS"):
            pytest.fail(message)
        pytest.skip(message)
    return path


@contextmanager
def pooled(server_url: str, *, ignoring: str = "") -> Iterator[Callable[[str], str]]:
    """A pooler before a server: from the URL of a database to the one through it; `ignoring` names what it does not heed."""
    program, server = pgbouncer(), make_url(server_url)
    folder = Path(tempfile.mkdtemp(prefix="mediation-pooler-"))
    owner = _owner(server)
    (folder / "pgbouncer.ini").write_text(_configuration(server, folder, ignoring))
    for path in (folder, folder / "pgbouncer.ini"):
        os.chown(path, owner, -1)
    process = subprocess.Popen(
        [program, "-q", str(folder / "pgbouncer.ini")],
        user=owner if os.geteuid() == 0 else None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_listens(folder / ".s.PGSQL.6432", process)
        yield lambda url: in_full(
            make_url(url).set(host=None, port=None, query={"host": str(folder), "port": "6432"}, password=None)
        )
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def _owner(server: URL) -> int:
    # PgBouncer does not run as root, and has to get at the server's socket.
    if os.geteuid() != 0:
        return os.geteuid()
    home = str(server.query.get("host") or server.host or "")
    owner = os.stat(home).st_uid if home.startswith("/") else 0
    return owner or 65534


def _configuration(server: URL, folder: Path, ignoring: str) -> str:
    host, port = server.query.get("host") or server.host, server.query.get("port") or server.port or 5432
    password = f" password={server.password}" if server.password else ""
    return f"""
[databases]
* = host={host} port={port} user={server.username}{password}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = {CONNECTIONS}
max_client_conn = 200
ignore_startup_parameters = {ignoring}
"""


def _wait_until_it_listens(path: Path, process: "subprocess.Popen[bytes]") -> None:
    end = monotonic() + 30
    while True:
        assert process.poll() is None, "pgbouncer does not run"
        with socket.socket(socket.AF_UNIX) as one:
            if one.connect_ex(str(path)) == 0:
                return
        assert monotonic() < end, "pgbouncer does not listen"
        sleep(0.02)
