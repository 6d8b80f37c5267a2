"""A new master key for ten thousand cases: how long all keys take to be wrapped anew, and that no content is touched."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from shutil import copy
from statistics import median
from time import perf_counter

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from sqlalchemy import insert

from bench.houses import place_on_sqlite
from bench.lines import Goal, Line, ratio_of
from mediation.keys.key_table import keys as stored_keys
from mediation.keys.keyring import Keyring
from mediation.keys.master_key import KEY_BYTES, new_master_key

CASES = 10_000
KEYS = (("content", ""), ("agreement", ""), ("record", ""), ("private", "a"), ("private", "b"), ("notes", "m"))


def measure(rounds: int) -> Iterator[Line]:
    """Rotation beside its floor: as many keys wrapped anew by hand, and written back through the plain driver."""
    with tempfile.TemporaryDirectory() as folder, place_on_sqlite(Path(folder), "solutions", 1) as place:
        installation = place.house.installation
        home, secret = installation.settings.home, installation.keyring.wrapping.secret
        fill(installation.keyring)
        floor_file = Path(copy(_settled(home / "keys.db"), Path(folder) / "floor.db"))
        before = _content(home)
        floors, ours = [], []
        for _ in range(max(3, rounds // 10)):
            floors.append(_floor(floor_file, secret))
            began = perf_counter()
            count = installation.keyring.rotate(new_master_key())
            ours.append(perf_counter() - began)
        touched = dict(before.items() ^ _content(home).items())
    told = f"{count:,} keys in {median(ours):.2f} s, by hand {median(floors):.2f} s"
    yield Line(f"new master key, {CASES:,} cases", median(ours), "seconds", Goal(at_most=10), told)
    yield Line("the same beside its floor", ratio_of(floors, ours), goal=Goal(at_least=0.2))
    yield Line("and content touched by it", len(touched), "files", Goal(at_most=0), ", ".join(touched))


def fill(keyring: Keyring, count: int = CASES * len(KEYS)) -> None:
    """So many keys: of each case one for each clock, of two parties and a mediator."""
    secret, name = keyring.wrapping.secret, keyring.wrapping.name
    rows = [
        {
            "case_id": f"case-{number}",
            "clock": clock,
            "owner": owner,
            "master": name,
            "wrapped": aes_key_wrap(secret, os.urandom(KEY_BYTES)),
        }
        for number in range(count // len(KEYS))
        for clock, owner in KEYS
    ]
    with keyring.engine.execution_options(writing=True).begin() as connection:
        connection.execute(insert(stored_keys), rows)


def _settled(path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def _floor(path: Path, secret: bytes) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    began = perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    rows = connection.execute("SELECT case_id, clock, owner, wrapped FROM keys").fetchall()
    anew = [(aes_key_wrap(secret, aes_key_unwrap(secret, wrapped)), *key) for *key, wrapped in rows]
    connection.executemany("UPDATE keys SET wrapped = ? WHERE case_id = ? AND clock = ? AND owner = ?", anew)
    connection.execute("COMMIT")
    taken = perf_counter() - began
    connection.close()
    return taken


def _content(home: Path) -> dict[str, str]:
    """The digest of every file of the content database, by name."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(home.glob("mediation.db*"))}
