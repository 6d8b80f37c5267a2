"""The settings of an installation: one frozen object, read from the environment once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from mediation.errors import BadSetup

HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True)
class Settings:
    """Where an installation keeps its things and how it speaks to the world.

    Every path hangs on `home`. `mail` is `folder:PATH` or `smtp://[user@]host:port`; a password comes by
    `SMTP_PASSWORD` and is never part of an address. `zone` is the time zone of the workplace, for printing.
    """

    home: Path = Path("var")
    database_url: str = "sqlite:///var/mediation.db"
    keys_url: str = "sqlite:///var/keys.db"
    mail: str = "folder:var/letters"
    mail_from: str = "posti@localhost"
    smtp_password: str = ""
    base_url: str = "http://127.0.0.1:8000"
    zone: ZoneInfo = HELSINKI

    @property
    def master_key_file(self) -> Path:
        return self.home / "master.key"

    @property
    def seal_folder(self) -> Path:
        return self.home / "seal"

    @classmethod
    def under(cls, home: Path, changes: Mapping[str, str] = MappingProxyType({})) -> "Settings":
        """The embedded default with everything under the folder `home`, with `changes` to single settings."""
        given: dict[str, Any] = {
            "database_url": f"sqlite:///{home / 'mediation.db'}",
            "keys_url": f"sqlite:///{home / 'keys.db'}",
            "mail": f"folder:{home / 'letters'}",
        }
        return replace(cls(home=home), **(given | dict(changes)))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read MEDIATION_HOME, DATABASE_URL, KEYS_URL, MAIL, MAIL_FROM, SMTP_PASSWORD and BASE_URL.

        Refuses with `setting-unknown-mail` a MAIL that is neither a folder nor an SMTP server.
        """
        names = {
            "DATABASE_URL": "database_url",
            "KEYS_URL": "keys_url",
            "MAIL": "mail",
            "MAIL_FROM": "mail_from",
            "SMTP_PASSWORD": "smtp_password",
            "BASE_URL": "base_url",
        }
        given = {field: environment[name] for name, field in names.items() if environment.get(name)}
        for field in given.keys() & {"database_url", "keys_url"}:
            given[field] = re.sub("^postgres(ql)?://", "postgresql+psycopg://", given[field])
        if not given.get("mail", "folder:").startswith(("folder:", "smtp://")):
            raise BadSetup("setting-unknown-mail")
        return cls.under(Path(environment.get("MEDIATION_HOME", "var")), given)
