"""A process that gives the last signature and is killed on the way: it counts its steps, and ends itself at one of them."""

import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from mediation.acts import signing
from mediation.acts.sheets import typeset
from mediation.case.seat import take_seat
from mediation.documents import render as documents
from mediation.installation.installation import open_installation
from mediation.settings import Settings
from workflows import WORKFLOWS

OVER = "the transaction is over"

# Each is forked from a process that has imported all this and holds nothing open: ready in a moment, and alone.
_NURSERY = get_context("forkserver")
_NURSERY.set_forkserver_preload(["tests.killed"])


@dataclass(frozen=True)
class LastSignature:
    """Who signs what, in which case and when."""

    number: str
    person_id: str
    digest: str
    at: datetime


def steps_of(settings: Settings, last: LastSignature, folder: Path) -> list[str]:
    """Let a process give the last signature; every step on the way, in order."""
    mine, its = _NURSERY.Pipe(duplex=False)
    child = _NURSERY.Process(target=_give, args=(settings, last, folder, None, its))
    child.start()
    its.close()
    names: list[str] = mine.recv()
    child.join()
    assert child.exitcode == 0
    return names


def killed_at(step: int, settings: Settings, last: LastSignature, folder: Path) -> None:
    """Let a process begin to give the last signature, and end at `step` as if the power had failed."""
    child = _NURSERY.Process(target=_give, args=(settings, last, folder, step, None))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL, f"the process ended with {child.exitcode} before step {step}"


def _give(settings: Settings, last: LastSignature, folder: Path, step: int | None, report: Any) -> None:
    tempfile.tempdir = str(folder)  # what a killed process leaves behind is taken away with the test's own things
    installation = open_installation(settings, clock=lambda: last.at)
    steps = _Steps(step)
    steps.watch()
    with installation.database.reading() as db:
        sheets = signing.prepare_signing(db, take_seat(db, WORKFLOWS, last.number, last.person_id), last.digest)
    pages = typeset(sheets)
    with installation.database.writing() as db:
        seat = take_seat(db, WORKFLOWS, last.number, last.person_id, writing=True)
        signing.sign(db, seat, last.digest, installation.seal_key, typeset=pages)
        steps.reach("everything is written")
    steps.reach(OVER)
    if report is not None:
        report.send(steps.names)


@dataclass
class _Steps:
    deadly: int | None
    names: list[str] = field(default_factory=list)

    def reach(self, name: str) -> None:
        if len(self.names) == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    def watch(self) -> None:
        """Every statement on either engine and every commit, the drawing of each page and each seal: before and after."""
        for moment in ("before", "after"):
            event.listen(Engine, f"{moment}_cursor_execute", self._statement(moment))
        event.listen(Engine, "commit", lambda connection: self.reach(f"before COMMIT on {_store(connection)}"))
        for module, part in ((documents, "render"), (signing, "seal")):
            setattr(module, part, self._around(part, getattr(module, part)))

    def _statement(self, moment: str) -> Callable[..., None]:
        def reach(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            self.reach(f"{moment} {' '.join(statement.split())[:60]!r} on {_store(connection)}")

        return reach

    def _around(self, part: str, work: Callable[..., bytes]) -> Callable[..., bytes]:
        def in_steps(*given: Any, **named: Any) -> bytes:
            self.reach(f"before {part}")
            made = work(*given, **named)
            self.reach(f"after {part}")
            return made

        return in_steps


def _store(connection: Any) -> str:
    return "the key store" if str(connection.engine.url).endswith("keys.db") else "the content"
