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
MODES = ("development", "production")


@dataclass(frozen=True)
class Keep:
    """How long what is written is kept (visibility.md rule 8): days after a case ended, months after that.

    `grace_days` always lie between the last words, or the end of a hold, and the destruction of a key.
    """

    words_days: int = 14  # private words, notes, what was said at the table: after the end, or an own withdrawal
    agreement_months: int = 24  # what was agreed, and who was there: after the last follow-up
    record_months: int = 24  # the record and the table of reads: after that
    grace_days: int = 7
    people_months: int = 24  # somebody without a case or an office: after the agreements of their last case went


# What the environment may set, by its names there.
SETTINGS = {
    "DATABASE_URL": "database_url",
    "KEYS_URL": "keys_url",
    "MAIL": "mail",
    "MAIL_FROM": "mail_from",
    "SMTP_PASSWORD": "smtp_password",
    "BASE_URL": "base_url",
    "MODE": "mode",
}

# What the environment may set of Keep, with the least and the most of it.
KEPT = {
    "KEEP_WORDS_DAYS": ("words_days", 0, 30),
    "KEEP_AGREEMENT_MONTHS": ("agreement_months", 0, 120),
    "KEEP_RECORD_MONTHS": ("record_months", 0, 120),
    "KEEP_GRACE_DAYS": ("grace_days", 0, 30),
    "MEDIATION_KEEP_PEOPLE_MONTHS": ("people_months", 1, 120),
}


@dataclass(frozen=True)
class Settings:
    """Where an installation keeps its things and how it speaks to the world.

    Every path hangs on `home`. `mail` is `folder:PATH` or `smtp://[user@]host:port`; a password comes by
    `SMTP_PASSWORD` and is never part of an address. `zone` is the time zone of the workplace, for printing.
    In the `mode` of production nothing is served before the master key can be recovered.
    """

    home: Path = Path("var")
    database_url: str = "sqlite:///var/mediation.db"
    keys_url: str = "sqlite:///var/keys.db"
    mail: str = "folder:var/letters"
    mail_from: str = "posti@localhost"
    smtp_password: str = ""
    base_url: str = "http://127.0.0.1:8000"
    zone: ZoneInfo = HELSINKI
    mode: str = "development"
    keep: Keep = Keep()

    @property
    def production(self) -> bool:
        """Whether real cases are served: nothing is, then, before the master key can be recovered."""
        return self.mode == "production"

    @property
    def master_key_file(self) -> Path:
        """The master key of this installation."""
        return self.home / "master.key"

    @property
    def seal_folder(self) -> Path:
        """The key and the certificate of the electronic seal."""
        return self.home / "seal"

    @classmethod
    def under(cls, home: Path, changes: Mapping[str, Any] = MappingProxyType({})) -> "Settings":
        """The embedded default with everything under the folder `home`, with `changes` to single settings."""
        given: dict[str, Any] = {
            "database_url": f"sqlite:///{home / 'mediation.db'}",
            "keys_url": f"sqlite:///{home / 'keys.db'}",
            "mail": f"folder:{home / 'letters'}",
        }
        return replace(cls(home=home), **(given | dict(changes)))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read MEDIATION_HOME, DATABASE_URL, KEYS_URL, MAIL, MAIL_FROM, SMTP_PASSWORD, BASE_URL, MODE and the KEEP_….

        Refuses with `setting-unknown-mail` a MAIL that is neither a folder nor an SMTP server, with
        `setting-unknown-mode`, and with `setting-out-of-range` a time to keep words that cannot be.
        """
        given: dict[str, Any] = {field: environment[name] for name, field in SETTINGS.items() if environment.get(name)}
        for field in given.keys() & {"database_url", "keys_url"}:
            given[field] = re.sub("^postgres(ql)?://", "postgresql+psycopg://", given[field])
        if not given.get("mail", "folder:").startswith(("folder:", "smtp://")):
            raise BadSetup("setting-unknown-mail")
        if given.get("mode", MODES[0]) not in MODES:
            raise BadSetup("setting-unknown-mode", choices=", ".join(MODES))
        given["keep"] = Keep(**{KEPT[name][0]: _number(environment, name) for name in KEPT if environment.get(name)})
        return cls.under(Path(environment.get("MEDIATION_HOME", "var")), given)


def _number(environment: Mapping[str, str], name: str) -> int:
    _, least, most = KEPT[name]
    text = environment[name].strip()
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadSetup("setting-out-of-range", setting=name, least=least, most=most)
    return int(text)
