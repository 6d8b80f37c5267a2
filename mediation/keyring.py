"""Keys by case and deletion clock, in a store of their own, wrapped by the master key; words are put and got with them."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from hmac import digest as hmac_digest
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Column, Engine, LargeBinary, MetaData, String, Table, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from mediation.errors import BadSetup, NotFound, Unavailable

KEY_BYTES = 32
FORMAT = b"\x01"  # of an encrypted value: this byte, a 12-byte nonce, the ciphertext with its 16-byte tag


class DeletionClock(StrEnum):
    """What goes together, and when: visibility.md rule 8. Each has a key of its own in each case."""

    PRIVATE = "private"  # a party's private words, a key per participant: close or own withdrawal + 14 days
    NOTES = "notes"  # a mediator's notes, a key per author: close + 14 days
    CONTENT = "content"  # what was said and tried at the table: close + 14 days
    AGREEMENT = "agreement"  # what was agreed, by whom, and the letters: last follow-up + 24 months
    RECORD = "record"  # the keyed digests of the record: 24 months more
    INSTALLATION = "installation"  # people's names and addresses, outside any case


class KeyName(NamedTuple):
    """Which key: of a case (empty outside any case), on a clock, of an owner (empty where all share it)."""

    case_id: str
    clock: DeletionClock
    owner: str = ""


INSTALLATION = KeyName("", DeletionClock.INSTALLATION)

_metadata = MetaData()
_keys = Table(
    "keys",
    _metadata,
    Column("case_id", String(40), primary_key=True),
    Column("clock", String(20), primary_key=True),
    Column("owner", String(40), primary_key=True),
    Column("master", String(16), nullable=False),
    Column("wrapped", LargeBinary, nullable=True),  # empty once destroyed
)
_LOCK = 0x6B65_7972_696E_67  # any number, as long as every process of ours takes the same


@dataclass(frozen=True)
class MasterKey:
    """The key that wraps all others. `name` tells which one it is without telling what it is."""

    secret: bytes

    @property
    def name(self) -> str:
        return sha256(b"master:" + self.secret).hexdigest()[:16]

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose outside the key store, such as finding a person by e-mail address."""
        return hmac_digest(self.secret, purpose.encode(), "sha256")


def load_master_key(path: Path, *, make: bool = False) -> MasterKey:
    """Read the master key file (64 hex digits, mode 0600), making it at first run where `make` says so.

    Refuses with `master-key-missing`, `master-key-unreadable` or `master-key-exposed` (others may read it).
    """
    if make and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_once(path, os.urandom(KEY_BYTES).hex())
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii").strip()
        secret = bytes.fromhex(text)
    except FileNotFoundError as error:
        raise BadSetup("master-key-missing", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise BadSetup("master-key-unreadable", path=str(path)) from error
    if len(secret) != KEY_BYTES:
        raise BadSetup("master-key-unreadable", path=str(path))
    if stat.S_IMODE(mode) & 0o077:
        raise BadSetup("master-key-exposed", path=str(path))
    return MasterKey(secret)


def _write_once(path: Path, text: str) -> None:
    # Two processes may start at once: each writes a file of its own, the first link wins and both read that one.
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def holds_keys(engine: Engine) -> bool:
    """Whether the key store holds any key: then it has a master key already, and a new one would fit nothing."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_keys.name):
            return False
        return connection.execute(select(_keys.c.clock).limit(1)).first() is not None


class Keyring:
    """The key store. It has transactions of its own: a key is safe before anything is encrypted with it."""

    def __init__(self, engine: Engine, master: MasterKey) -> None:
        self.engine, self.master = engine, master
        # On SQLite a transaction that reads first and writes later fails at once when another wrote between.
        self._writer = engine.execution_options(writing=True)

    def prepare(self) -> None:
        """Make the store's table if it is not there, and check that the master key is the one that was used before.

        Refuses with `master-key-wrong` when the stored keys were wrapped by another master key.
        """
        with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":  # two processes may start at once
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            _metadata.create_all(connection)
            others = (
                select(_keys.c.master).where(_keys.c.wrapped.is_not(None), _keys.c.master != self.master.name).limit(1)
            )
            if connection.scalar(others):
                raise BadSetup("master-key-wrong")
        self.make([INSTALLATION])

    def make(self, names: Iterable[KeyName]) -> None:
        """Make and store the keys `names` that are not there yet; committed before this returns.

        A destroyed key is never made again: its row stays, empty.
        """
        for name in names:
            wrapped = aes_key_wrap(self.master.secret, os.urandom(KEY_BYTES))
            row = {**name._asdict(), "master": self.master.name, "wrapped": wrapped}
            try:
                with self._writer.begin() as connection:
                    known = select(_keys.c.owner).where(_is(name))
                    if connection.execute(known).first() is None:
                        connection.execute(insert(_keys).values(row))
            except IntegrityError:
                continue  # another process made it between our look and our write

    def read(self, case_id: str) -> dict[KeyName, bytes | None]:
        """All keys of a case, unwrapped; None for one that was destroyed. Refuses with `master-key-wrong`."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(_keys).where(_keys.c.case_id == case_id)).all()
        try:
            return {
                KeyName(row.case_id, DeletionClock(row.clock), row.owner): (
                    aes_key_unwrap(self.master.secret, row.wrapped) if row.wrapped else None
                )
                for row in rows
            }
        except InvalidUnwrap as error:
            raise BadSetup("master-key-wrong") from error


def _is(name: KeyName):  # type: ignore[no-untyped-def]  # SQLAlchemy's own type of a condition is private
    return (_keys.c.case_id == name.case_id) & (_keys.c.clock == name.clock) & (_keys.c.owner == name.owner)


class CaseKeys:
    """The keys one transaction has used: read once per case from the key store, forgotten with the transaction."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self._known: dict[str, dict[KeyName, bytes | None]] = {}

    def key(self, name: KeyName) -> bytes:
        """The key `name`, made if it never was. Refuses with `words-gone` when it was destroyed."""
        keys = self._known.setdefault(name.case_id, {}) or self._read(name.case_id)
        if name not in keys:
            self.keyring.make([name])
            keys = self._read(name.case_id)
        key = keys[name]
        if key is None:
            raise NotFound("words-gone")
        return key

    def _read(self, case_id: str) -> dict[KeyName, bytes | None]:
        self._known[case_id] = self.keyring.read(case_id)
        return self._known[case_id]

    def encrypt(self, name: KeyName, place: str, words: bytes) -> bytes:
        """`words` encrypted for one `place` (table, column and row), with AES-256-GCM."""
        nonce = os.urandom(12)
        return FORMAT + nonce + AESGCM(self.key(name)).encrypt(nonce, words, _bound(name, place))

    def decrypt(self, name: KeyName, place: str, value: bytes) -> bytes:
        """The words of `value`. Refuses with `words-damaged` a value changed or moved from its place."""
        if value[:1] != FORMAT:
            raise Unavailable("words-damaged")
        try:
            return AESGCM(self.key(name)).decrypt(value[1:13], value[13:], _bound(name, place))
        except InvalidTag as error:
            raise Unavailable("words-damaged") from error

    def keyed_digest(self, name: KeyName, words: bytes) -> str:
        """A digest that only the holder of the key can recompute, so that nothing can be guessed from it (hex)."""
        return hmac_digest(self.key(name), words, "sha256").hex()


def _bound(name: KeyName, place: str) -> bytes:
    return f"{place}|{name.case_id}".encode()
