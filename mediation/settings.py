"""The settings of an installation: one frozen object, read from the environment once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from mediation.errors import BadSetup

HELSINKI = ZoneInfo("Europe/Helsinki")
MODES = ("development", "production")
NO_POOLER, TRANSACTION_POOLER = "none", "transaction"
POOLERS = (NO_POOLER, TRANSACTION_POOLER)
B_B, B_T, B_LTA = "b-b", "b-t", "b-lta"
SEAL_LEVELS = (B_B, B_T, B_LTA)


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


PREFIX = "MEDIATION_"
HOME = "MEDIATION_HOME"

# What the environment may set, by its names there.
SETTINGS = {
    "MEDIATION_DATABASE_URL": "database_url",
    "MEDIATION_KEYS_URL": "keys_url",
    "MEDIATION_MAIL": "mail",
    "MEDIATION_MAIL_FROM": "mail_from",
    "MEDIATION_SMTP_PASSWORD": "smtp_password",
    "MEDIATION_BASE_URL": "base_url",
    "MEDIATION_TRUSTED_PROXY": "trusted_proxy",
    "MEDIATION_MODE": "mode",
    "MEDIATION_POOLER": "pooler",
    "MEDIATION_ACCESSIBILITY_CONTACT": "accessibility_contact",
    "MEDIATION_SEAL_NAME": "seal_name",
    "MEDIATION_SEAL_PKCS12": "seal_pkcs12",
    "MEDIATION_SEAL_PKCS11": "seal_pkcs11",
    "MEDIATION_SEAL_PASSPHRASE_FILE": "seal_passphrase_file",
    "MEDIATION_SEAL_LEVEL": "seal_level",
    "MEDIATION_TIMESTAMP_URL": "timestamp_url",
    "MEDIATION_TIMESTAMP_ROOTS": "timestamp_roots",
}

# What the environment may set of Keep, with the least and the most of it.
KEPT = {
    "MEDIATION_KEEP_WORDS_DAYS": ("words_days", 0, 30),
    "MEDIATION_KEEP_AGREEMENT_MONTHS": ("agreement_months", 0, 120),
    "MEDIATION_KEEP_RECORD_MONTHS": ("record_months", 0, 120),
    "MEDIATION_KEEP_PEOPLE_MONTHS": ("people_months", 1, 120),
    "MEDIATION_KEEP_GRACE_DAYS": ("grace_days", 0, 30),
}

# Every name with our prefix that the environment may have. The last one is no setting: with it, tests fail where tools that
# they need are missing.
KNOWN = (HOME, *SETTINGS, *KEPT, "MEDIATION_REQUIRE_TOOLS")

# Names from before every name had the prefix. This release still reads them without it, the next one will not.
_ALWAYS_PREFIXED = {
    "MEDIATION_TRUSTED_PROXY",
    "MEDIATION_POOLER",
    "MEDIATION_ACCESSIBILITY_CONTACT",
    "MEDIATION_SEAL_NAME",
    "MEDIATION_SEAL_PKCS12",
    "MEDIATION_SEAL_PKCS11",
    "MEDIATION_SEAL_PASSPHRASE_FILE",
    "MEDIATION_SEAL_LEVEL",
    "MEDIATION_TIMESTAMP_URL",
    "MEDIATION_TIMESTAMP_ROOTS",
    "MEDIATION_KEEP_PEOPLE_MONTHS",
}
UNPREFIXED = [name.removeprefix(PREFIX) for name in (*SETTINGS, *KEPT) if name not in _ALWAYS_PREFIXED]

# Without a password, or anything after the port: these would be ignored.
_MAIL = re.compile(r"folder:.+|smtp://([^\s/?#@:]+@)?([^\s/?#@:\[\]]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?/?")
# With a path, for authorities have one; without a user and password, which would end up in logs.
_TIMESTAMP_URL = re.compile(r"https?://[^\s/?#@\\]+(/[^\s#@\\]*)?", re.IGNORECASE)
# What a certificate can hold as a name, in a line.
_SEAL_NAME = re.compile(r"[^\x00-\x1f\x7f]{0,64}")
# Without a path: links append one. The scheme decides how cookies are set.
_BASE_URL = re.compile(r"https?://[^\s/?#@\\]+/?", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """The settings of an installation.

    Every path lies under `home`. `mail` is `folder:PATH` or `smtp://[user@]host:port`; the password is `smtp_password`,
    never part of the address. `base_url` is the public address of the server; where it is not set (`base_url_given`), the
    address on which the server listens is used. `trusted_proxy` lists the proxies in front of the server, addresses or
    networks separated by commas (see `proxies.py`). `zone` is the time zone of the workplace, for printed times. In the
    `mode` production nothing is served before the master key can be recovered. `pooler` says whether a connection pooler
    in transaction mode (PgBouncer) is in front of PostgreSQL. A `demonstration` says on every page that nobody there is
    real; only the demonstration itself sets it, never the environment. `accessibility_contact` is who answers for
    accessibility, as the statement about it says: who, and an e-mail address or telephone number. `seal_name` is the
    organisation that the certificate of the electronic seal names; where it is not set, the one that provides the mediations.
    `seal_pkcs12` is the file of a certificate of one's own with its key, `seal_pkcs11` instead
    the address of one in a token (RFC 7512), `seal_passphrase_file` the file of the passphrase or PIN.
    `timestamp_url` is a time-stamp authority, whose root certificates are in the file `timestamp_roots`; `seal_level` says
    what it stamps: the seal (`b-t`, the default where there is one), or also the whole (`b-lta`).
    """

    home: Path = Path("var")
    database_url: str = "sqlite:///var/mediation.db"
    keys_url: str = "sqlite:///var/keys.db"
    mail: str = "folder:var/letters"
    mail_from: str = "posti@localhost"
    smtp_password: str = ""
    base_url: str = "http://127.0.0.1:8000"
    base_url_given: bool = False
    trusted_proxy: str = ""
    zone: ZoneInfo = HELSINKI
    mode: str = "development"
    pooler: str = NO_POOLER
    accessibility_contact: str = ""
    seal_name: str = ""
    seal_pkcs12: str = ""
    seal_pkcs11: str = ""
    seal_passphrase_file: str = ""
    seal_level: str = ""
    timestamp_url: str = ""
    timestamp_roots: str = ""
    keep: Keep = Keep()
    demonstration: bool = False

    @property
    def production(self) -> bool:
        """Whether real cases are served."""
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
        """The defaults with everything under the folder `home`, with `changes` to single settings."""
        given: dict[str, Any] = {
            "database_url": f"sqlite:///{home / 'mediation.db'}",
            "keys_url": f"sqlite:///{home / 'keys.db'}",
            "mail": f"folder:{home / 'letters'}",
        }
        return replace(cls(home=home), **(given | dict(changes)))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from the variables in `KNOWN`; an empty variable counts as not set.

        Refuses with `setting-unknown` a name with our prefix that we do not know, with `setting-given-twice` one that is
        given differently without the prefix, with `setting-unknown-mail` a mail address that is neither a folder nor an
        SMTP server, with `setting-unknown-mode`, `setting-unknown-pooler`, `setting-unusable-base-url`,
        `setting-unusable-seal-name`, `setting-unknown-seal-level`, `setting-unusable-timestamp-url`,
        `setting-seal-twice` (a file and a token) and `setting-missing-timestamp` (a level without an authority, or an
        authority without its roots), and with `setting-out-of-range` a time to keep words that cannot be.
        """
        environment = _by_their_names(environment)
        given: dict[str, Any] = {field: environment[name] for name, field in SETTINGS.items() if name in environment}
        for field in given.keys() & {"database_url", "keys_url"}:
            given[field] = re.sub("^postgres(ql)?://", "postgresql+psycopg://", given[field])
        if not _MAIL.fullmatch(given.get("mail", "folder:var/letters")):
            raise BadSetup("setting-unknown-mail")
        if given.get("mode", MODES[0]) not in MODES:
            raise BadSetup("setting-unknown-mode", choices=", ".join(MODES))
        if given.get("pooler", NO_POOLER) not in POOLERS:
            raise BadSetup("setting-unknown-pooler", choices=", ".join(POOLERS))
        _refuse_seal(given)
        if "base_url" in given:
            given |= {"base_url": _address(given["base_url"]), "base_url_given": True}
        given["keep"] = Keep(**{KEPT[name][0]: _number(environment, name) for name in KEPT if name in environment})
        return cls.under(Path(environment.get(HOME, "var")), given)


def old_names(environment: Mapping[str, str]) -> list[str]:
    """The names without the prefix that this environment still uses."""
    return [old for old in UNPREFIXED if _old_value(environment, old) and not environment.get(PREFIX + old)]


def _by_their_names(environment: Mapping[str, str]) -> dict[str, str]:
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name not in KNOWN:
            [nearest] = get_close_matches(name.upper(), KNOWN, n=1, cutoff=0)
            raise BadSetup("setting-unknown", setting=name, nearest=nearest)
    named = {name: environment[name] for name in KNOWN if environment.get(name)}
    for old in UNPREFIXED:
        value = _old_value(environment, old)
        if value and named.setdefault(PREFIX + old, value) != value:
            raise BadSetup("setting-given-twice", setting=PREFIX + old, old=old)
    return named


def _old_value(environment: Mapping[str, str], old: str) -> str:
    value = environment.get(old, "")
    # A login sets MAIL to the path of the user's mailbox, which is not our setting.
    return "" if old == "MAIL" and value.startswith("/") else value


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = _BASE_URL.fullmatch(text) and parts.hostname and parts.port != 0
    except ValueError:  # for example a broken IPv6 address or port
        usable = None
    if not usable:
        raise BadSetup("setting-unusable-base-url")
    return f"{parts.scheme}://{parts.netloc}"


def _refuse_seal(given: Mapping[str, str]) -> None:
    name, level = given.get("seal_name", ""), given.get("seal_level", B_B)
    if not _SEAL_NAME.fullmatch(name) or len(name.encode("utf-8", "surrogatepass")) > 64:
        raise BadSetup("setting-unusable-seal-name")
    if level not in SEAL_LEVELS:
        raise BadSetup("setting-unknown-seal-level", choices=", ".join(SEAL_LEVELS))
    if "seal_pkcs12" in given and "seal_pkcs11" in given:
        raise BadSetup("setting-seal-twice")
    if not _TIMESTAMP_URL.fullmatch(given.get("timestamp_url", "http://127.0.0.1")):
        raise BadSetup("setting-unusable-timestamp-url")
    if ("timestamp_url" in given) != ("timestamp_roots" in given) or (level != B_B and "timestamp_url" not in given):
        raise BadSetup("setting-missing-timestamp")


def _number(environment: Mapping[str, str], name: str) -> int:
    _, least, most = KEPT[name]
    text = environment[name].strip()
    if not re.fullmatch("[0-9]{1,6}", text) or not least <= int(text) <= most:
        raise BadSetup("setting-out-of-range", setting=name, least=least, most=most)
    return int(text)
