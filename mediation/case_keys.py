"""The keys that one transaction uses: words are encrypted and decrypted with them, each for its own place."""

import os
from hmac import digest as hmac_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mediation.errors import NotFound, Unavailable
from mediation.keyring import KeyName, Keyring

FORMAT = b"\x01"  # of an encrypted value: this byte, a 12-byte nonce, the ciphertext with its 16-byte tag


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

    def is_gone(self, name: KeyName) -> bool:
        """Whether the key `name` was destroyed."""
        keys = self._known.setdefault(name.case_id, {}) or self._read(name.case_id)
        return keys.get(name, b"") is None

    def forget(self, case_id: str) -> None:
        """Read the keys of a case again when they are next used: some were destroyed."""
        self._known.pop(case_id, None)

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
