"""What was made in a house once, copied into every other new house that is to hold the same."""

import shutil
from collections.abc import Hashable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediation.installation.installation import Installation
from tests.databases import FreshDatabases, replace_database


@dataclass(frozen=True)
class Snapshot:
    """The files of an installation, its database on PostgreSQL where it has one there, and what the test knew then."""

    home: Path
    database_url: str | None
    known: Any


@dataclass
class Snapshots:
    """Those of the houses that are copies of one template. `fresh` makes databases that last, on PostgreSQL."""

    folder: Path
    server_url: str = ""
    fresh: FreshDatabases | None = None
    taken: dict[Hashable, Snapshot] = field(default_factory=dict)

    def take(self, what: Hashable, installation: Installation, known: Any) -> None:
        _rest(installation)
        settings, database_url = installation.settings, None
        if self.fresh is not None:
            database_url = self.fresh(template=settings.database_url)
        home = shutil.copytree(settings.home, self.folder / str(len(self.taken)))
        self.taken[what] = Snapshot(home, database_url, deepcopy(known))

    def give(self, what: Hashable, installation: Installation) -> Any:
        """Let an installation in which nothing was done yet be as that one was; what the test knew of it."""
        snapshot = self.taken[what]
        _rest(installation)
        if snapshot.database_url is not None:
            replace_database(self.server_url, installation.settings.database_url, snapshot.database_url)
        # Into the same files: the key store looks whether its own was put in the place of another.
        shutil.copytree(snapshot.home, installation.settings.home, copy_function=shutil.copyfile, dirs_exist_ok=True)
        return deepcopy(snapshot.known)


def _rest(installation: Installation) -> None:
    # Nobody is connected then, and what SQLite had in its log is in its file; the next user connects again.
    for engine in (installation.database.engine, installation.keyring.engine):
        engine.dispose()
