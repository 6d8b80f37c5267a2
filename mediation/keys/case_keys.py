"""The keys that one transaction uses: words are encrypted and decrypted with them, each for its own place."""

import os
from collections.abc import Callable
from hmac import digest as hmac_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mediation.errors import NotFound, Unavailable
from mediation.keys.keyring import KeyName, Keyring

FORMAT = b"\x01"  # of an encrypted value: this byte, a 12-byte nonce, the ciphertext with its 16-byte tag


class CaseKeys:
    """The keys one transaction has used: read once per case from the key store, forgotten with the transaction.

    `has_words` tells whether anything was ever written under a key that is not there: then the key store is older than
    the content, and no other key is made in its place.
    """

    def __init__(self, keyring: Keyring, has_words: Callable[[KeyName], bool] = lambda name: False) -> None:
        self.keyring, self._has_words = keyring, has_words
        self._known: dict[str, dict[KeyName, bytes | None]] = {}

    def key(self, name: KeyName) -> bytes:
        """The key `name`, made if it never was.

        Refuses with `words-gone` when it was destroyed, and with `key-missing` when it ought to be there.
        """
        keys = self._known.setdefault(name.case_id, {}) or self._read(name.case_id)
        if name not in keys:
            if self._has_words(name):
                raise Unavailable("key-missing")
            self.keyring.make([name])
            keys = self._read(name.case_id)
        return self._standing(name, keys)

    def _standing(self, name: KeyName, keys: dict[KeyName, bytes | None]) -> bytes:
        if name not in keys:
            raise Unavailable("key-missing")
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
        """The words of `value`; no key is made for it. Refuses like `key`, and with `words-damaged` a value that was
        changed or moved from its place.
        """
        if value[:1] != FORMAT:
            raise Unavailable("words-damaged")
        keys = self._known.setdefault(name.case_id, {}) or self._read(name.case_id)
        try:
            return AESGCM(self._standing(name, keys)).decrypt(value[1:13], value[13:], _bound(name, place))
        except InvalidTag as error:
            raise Unavailable("words-damaged") from error

    def keyed_digest(self, name: KeyName, words: bytes) -> str:
        """A digest that only the holder of the key can recompute, so that nothing can be guessed from it (hex)."""
        return hmac_digest(self.key(name), words, "sha256").hex()


def _bound(name: KeyName, place: str) -> bytes:
    return f"{place}|{name.case_id}".encode()
