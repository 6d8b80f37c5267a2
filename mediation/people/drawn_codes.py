"""Codes that people read from a letter and type: drawn from signs none of which reads like another."""

import secrets
from hmac import compare_digest

from mediation.keys.keyring import INSTALLATION
from mediation.store.database import Db
from mediation.store.models import AddressChange, Link

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31
_GROUP = 4
TRIES = 5  # of a code of two groups: then it is over


def draw_code(groups: int) -> str:
    """A new code of so many groups of four signs, with hyphens between them."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(groups))


def plain_code(typed: str) -> str:
    """A code as it is compared: spaces, hyphens and small letters make no difference."""
    return "".join(one for one in typed.upper() if one.isalnum())


def code_digest(db: Db, kind: str, row_id: str, typed: str) -> str:
    """The keyed digest of the code of a row: without the key nobody finds it by trying all codes."""
    text = f"{kind}\n{row_id}\n{plain_code(typed)}"
    return db.keys.keyed_digest(INSTALLATION, text.encode("utf-8", "surrogatepass"))


def is_code(db: Db, kind: str, row: Link | AddressChange, typed: str) -> bool:
    """Whether what somebody typed is the code of a row."""
    return compare_digest(row.code_digest or "", code_digest(db, kind, row.id, typed))
