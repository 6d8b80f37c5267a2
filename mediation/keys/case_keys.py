"""Encrypts and decrypts words with the keys of their case, within one transaction."""

import os
from collections.abc import Callable, Iterable
from hmac import digest as hmac_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mediation.errors import NotFound, NotYet, Unavailable
from mediation.keys.keyring import KeyName, Keyring

FORMAT = b"\x01"  # of an encrypted value: this byte, a 12-byte nonce, the ciphertext with its 16-byte tag

EMPTIED = FORMAT  # what is left of a value whose key was destroyed: that there was one


class CaseKeys:
    """The keys that one transaction has used, read once per case from the key store.

    `has_words` says whether anything was ever written with a key that the store lacks. Then the store is older than the
    content, and no new key is made under that name.
    """

    def __init__(self, keyring: Keyring, has_words: Callable[[KeyName], bool] = lambda name: False) -> None:
        self.keyring, self._has_words = keyring, has_words
        self._known: dict[str, dict[KeyName, bytes | None]] = {}

    def key(self, name: KeyName) -> bytes:
        """The key `name`, made if it never was.

        Refuses with `words-gone` if it was destroyed, and with `key-missing` if it ought to be there.
        """
        if name not in self._of_case(name.case_id):
            if self._has_words(name):
                raise Unavailable("key-missing")
            self.keyring.make([name])
            del self._known[name.case_id]
        return self._existing(name)

    def read_together(self, case_ids: Iterable[str]) -> None:
        """Read the keys of several cases at once, where a list opens a few words of each."""
        self._known |= self.keyring.read_several([one for one in dict.fromkeys(case_ids) if one not in self._known])

    def _existing(self, name: KeyName) -> bytes:
        keys = self._of_case(name.case_id)
        if name not in keys:
            raise Unavailable("key-missing")
        key = keys[name]
        if key is None:
            raise NotFound("words-gone")
        return key

    def _of_case(self, case_id: str) -> dict[KeyName, bytes | None]:
        keys = self._known.get(case_id)
        if not keys:  # also a case without keys: another transaction may have made one since
            keys = self._known[case_id] = self.keyring.read(case_id)
        return keys

    def is_gone(self, name: KeyName) -> bool:
        """Whether the key `name` was destroyed."""
        return self._of_case(name.case_id).get(name, b"") is None

    def encrypt(self, name: KeyName, cell: str, words: bytes) -> bytes:
        """`words` encrypted with AES-256-GCM for one `cell` (table.column.row), outside of which they cannot be decrypted.

        Refuses with `nothing-more-kept` if the key was destroyed, and with `key-missing` if it ought to be there.
        """
        try:
            key = self.key(name)
        except NotFound as gone:
            raise NotYet("nothing-more-kept") from gone
        nonce = os.urandom(12)
        return FORMAT + nonce + AESGCM(key).encrypt(nonce, words, _associated_data(name, cell))

    def decrypt(self, name: KeyName, cell: str, value: bytes) -> bytes:
        """The words that `encrypt` encrypted into `value`. Never makes a key.

        Refuses like `key`, and with `words-damaged` if the value was changed or comes from another cell.
        """
        if value[:1] != FORMAT:
            raise Unavailable("words-damaged")
        key = self._existing(name)
        try:
            return AESGCM(key).decrypt(value[1:13], value[13:], _associated_data(name, cell))
        except (
            InvalidTag,
            ValueError,
        ) as error:  # ValueError: it was emptied, but an old copy of the keys was put back
            raise Unavailable("words-damaged") from error

    def keyed_digest(self, name: KeyName, words: bytes) -> str:
        """The HMAC-SHA-256 of `words` (hex): without the key nobody can test a guess against it."""
        return hmac_digest(self.key(name), words, "sha256").hex()


def _associated_data(name: KeyName, cell: str) -> bytes:
    return f"{cell}|{name.case_id}".encode()
