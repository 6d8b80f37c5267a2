"""Peers on W1: django-fsm-2 and SpiffWorkflow, in an environment of their own, in turns with the engine."""

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from sqlalchemy import make_url

from bench.houses import Place
from bench.lines import Goal, Line
from bench.moves import ROAD, Engine, together

PROGRAMS = Path(__file__).with_name("peer_programs")
ENVIRONMENT = Path(__file__).parent.parent / "var" / "bench-peers"
PEERS = {"django-fsm-2": "on_django.py", "SpiffWorkflow": "on_spiff.py"}
NEEDED = ("django-fsm-2", "SpiffWorkflow", "psycopg[binary]")
MOVES = 2  # in one round of a peer


def python_of_peers() -> Path | None:
    """The interpreter of the peers' environment, made where it is missing; None, with a line why, where that fails."""
    made, done = ENVIRONMENT / "bin" / "python", ENVIRONMENT / ".installed"
    if done.exists():
        return made
    try:
        venv.create(ENVIRONMENT, clear=True, with_pip=False)
        own = [sys.executable, "-m", "pip", "--python", str(made)]
        uv = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--python", str(made)]
        for install in (uv, [*own, "install"]):
            with suppress(OSError):
                if subprocess.run([*install, "--quiet", *NEEDED], check=False, timeout=600).returncode == 0:
                    done.touch()
                    return made
    except (OSError, subprocess.SubprocessError) as error:
        print(f"  peers on W1: left out ({type(error).__name__})")
        return None
    print("  peers on W1: left out, for they could not be installed")
    return None


@contextmanager
def _program(python: Path, program: str, where: object, clients: int) -> Iterator[subprocess.Popen[str]]:
    command = [str(python), str(PROGRAMS / program), json.dumps(where), str(clients)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            _answer(process)
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _answer(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("the program of a peer has ended")
    return json.loads(line)


def _each(process: subprocess.Popen[str], clients: int, times: int) -> tuple[float, float]:
    """How many seconds one move takes of a peer: of time, and of the processor's."""
    assert process.stdin is not None
    process.stdin.write(json.dumps([clients, times]) + "\n")
    process.stdin.flush()
    passed, worked = _answer(process)
    moves = clients * times * MOVES
    return passed / moves, worked / moves


def _each_of_engine(engines: list[Engine], times: int) -> tuple[float, float]:
    began = process_time()
    passed, _ = together(engines, times)
    moves = len(engines) * times * len(ROAD)
    return passed / moves, (process_time() - began) / moves


def measure(place: Place, name: str, rounds: int, where: dict[str, object]) -> Iterator[Line]:
    """The rate of the engine to that of each peer, with one client and with all; `where` is a database for each peer."""
    python = python_of_peers()
    if python is None:
        return
    engines = [Engine.at(table) for table in place.tables]
    for peer, program in PEERS.items():
        try:
            with _program(python, program, where[peer], len(engines)) as process:
                for clients in (1, len(engines)):
                    yield _compared(process, engines[:clients], peer, name, rounds)
        except RuntimeError as error:
            print(f"  {peer} on {name}: left out ({error})")


def _compared(process: subprocess.Popen[str], engines: list[Engine], peer: str, name: str, rounds: int) -> Line:
    _each(process, len(engines), 2)
    together(engines, 1)
    theirs, ours = [], []
    for _ in range(max(3, rounds // 3)):
        theirs.append(_each(process, len(engines), 4))
        ours.append(_each_of_engine(engines, 2))
    ratio = median(other[0] / own[0] for own, other in zip(ours, theirs, strict=True))
    own, other = ([median(one) * 1000 for one in zip(*each, strict=True)] for each in (ours, theirs))
    told = f"{own[0]:.2f} ms a move, {own[1]:.2f} of work, by the engine; {other[0]:.2f}, {other[1]:.2f} by {peer}"
    goal = Goal(at_least=2) if len(engines) > 1 else None
    return Line(f"W1 on {name}, {len(engines)} clients, to {peer}", ratio, "of its rate", goal, told)


def on_sqlite(folder: Path) -> dict[str, object]:
    """For each peer a file of its own."""
    options = {"timeout": 60, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}
    django = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "django.db"), "OPTIONS": options}
    return {"django-fsm-2": django, "SpiffWorkflow": {"driver": "sqlite", "name": str(folder / "spiff.db")}}


def on_postgresql(django: str, spiff: str) -> dict[str, object]:
    """For each peer a database of its own, by its URL."""
    url = make_url(django)
    given = {"NAME": url.database, "USER": url.username, "PASSWORD": url.password, "HOST": url.host, "PORT": url.port}
    told = {name: str(value) for name, value in given.items() if value is not None}
    if host := url.query.get("host"):
        told["HOST"] = str(host)
    return {
        "django-fsm-2": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, **told},
        "SpiffWorkflow": {"driver": "postgresql", "name": spiff.replace("+psycopg", "")},
    }
