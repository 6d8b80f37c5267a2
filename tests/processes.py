"""The program as a process of its own, as people start it."""

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE = {name: value for name, value in os.environ.items() if not name.startswith(("MEDIATION_", "FORWARDED_"))}


@contextmanager
def process(home: Path, *arguments: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    """The program as a process of its own, always ended with the test."""
    command = [sys.executable, "-m", "mediation", *arguments]
    environment = BASE | {"MEDIATION_HOME": str(home)} | settings
    one = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with one:
        try:
            yield one
        finally:
            one.kill()


def free_port() -> int:
    """A port on which nobody listens, below those that the system gives to outgoing connections (from 32768 on, on Linux)."""
    for port in random.SystemRandom().sample(range(12_000, 32_000), 100):
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def said(one: "subprocess.Popen[str]", words: str) -> str:
    """The first line that the process says with these words in it."""
    assert one.stdout is not None
    for line in one.stdout:
        if words in line:
            return line
    raise AssertionError(f"it never said {words!r}: {one.stderr and one.stderr.read()}")


def address_in(line: str) -> str:
    return next(word for word in line.split() if word.startswith("http://")).rstrip(";")
