"""A process that does some work and is killed on the way: it counts its steps, and ends itself at one of them."""

import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from mediation.acts import sheets as sheets_of_acts
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
_NURSERY.set_forkserver_preload(
    ["tests.killed", "tests.safekeeping", "tests.keys.test_keys", "tests.retention.test_retention"]
)


@dataclass
class Steps:
    """The steps of some work; at the deadly one the process ends as if the power had failed."""

    deadly: int | None
    names: list[str]

    def reach(self, name: str) -> None:
        if len(self.names) == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    def watch(self, module: Any, *parts: str) -> None:
        """Before and after each call of these functions of a module there is a step."""
        for part in parts:
            setattr(module, part, self._around(part, getattr(module, part)))

    def _around(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def in_steps(*given: Any, **named: Any) -> Any:
            self.reach(f"before {part}")
            made = work(*given, **named)
            self.reach(f"after {part}")
            return made

        return in_steps


def told_by(work: Callable[..., Any], *given: object) -> Any:
    mine, its = _NURSERY.Pipe(duplex=False)
    child = _NURSERY.Process(target=_tell, args=(its, work, given))
    child.start()
    its.close()
    told = mine.recv()
    child.join()
    assert child.exitcode == 0
    return told


def steps_of(work: Callable[..., object], *given: object) -> list[str]:
    """Let a process do `work(steps, *given)`; every step on the way, in order."""
    names: list[str] = told_by(_in_steps, None, work, given)
    return names


def killed_at(step: int, work: Callable[..., object], *given: object) -> None:
    """Let a process begin `work(steps, *given)` and end at `step`."""
    child = _NURSERY.Process(target=_in_steps, args=(step, work, given))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL, f"the process ended with {child.exitcode} before step {step}"


def _tell(its: Any, work: Callable[..., object], given: tuple[object, ...]) -> None:
    its.send(work(*given))


def _in_steps(deadly: int | None, work: Callable[..., object], given: tuple[object, ...]) -> list[str]:
    steps = Steps(deadly, [])
    work(steps, *given)
    return list(steps.names)


@dataclass(frozen=True)
class LastSignature:
    """Who signs what, in which case and when."""

    number: str
    person_id: str
    digest: str
    at: datetime


def sign_last(steps: Steps, settings: Settings, last: LastSignature, folder: Path) -> None:
    """Give the last signature: a step at each statement, each commit, the drawing of each page and each seal."""
    tempfile.tempdir = str(folder)  # what a killed process leaves behind is taken away with the test's own things
    installation = open_installation(settings, clock=lambda: last.at)

    def note(moment: str) -> Callable[..., None]:
        return lambda connection, cursor, statement, *rest: steps.reach(
            f"{moment} {' '.join(statement.split())[:60]!r} on {_store(connection)}"
        )

    for moment in ("before", "after"):
        event.listen(Engine, f"{moment}_cursor_execute", note(moment))
    event.listen(Engine, "commit", lambda connection: steps.reach(f"before COMMIT on {_store(connection)}"))
    steps.watch(documents, "typeset")
    steps.watch(sheets_of_acts, "seal_with")
    with installation.database.reading() as db:
        sheets = signing.prepare_signing(db, take_seat(db, WORKFLOWS, last.number, last.person_id), last.digest)
    pages = sheets_of_acts.sealed(typeset(sheets), installation.sealer)
    with installation.database.writing() as db:
        seat = take_seat(db, WORKFLOWS, last.number, last.person_id, writing=True)
        signing.sign(db, seat, last.digest, pages=pages)
        steps.reach("everything is written")
    steps.reach(OVER)


def _store(connection: Any) -> str:
    return "the key store" if str(connection.engine.url).endswith("keys.db") else "the content"
