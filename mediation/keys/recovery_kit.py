"""The recovery kit: three shares of the master key. Any two restore it; one alone reveals nothing.

The key is the XOR of three random parts. The share of holder 1 contains parts 2 and 3, and so on: one share lacks one part,
without which every key is equally likely, and two shares contain all three.
"""

import os
import re
from base64 import b32decode, b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mediation.errors import Malformed
from mediation.files import write_once
from mediation.keys.master_key import KEY_BYTES, MasterKey

HOLDERS = (1, 2, 3)
LINES = 4  # of a printed share, each with a checksum, so that typing errors are reported by line
_LINE, _CHECK = 18, 2  # bytes
_NAME = 6  # bytes of the master key's name in a share
_FORMAT = 1
_MISREAD = str.maketrans("018", "OIB")
_WRITTEN = re.compile(r"^[^\w\n]*(?:[1-4] *[:.] *)?((?:[A-Z0-9]{4}[- ]*){8})$", re.MULTILINE)


@dataclass(frozen=True)
class Share:
    """What holder `number` keeps: the other two parts of the master key called `name` (its first 12 digits)."""

    number: int
    name: str
    parts: Mapping[int, bytes]


def split(key: MasterKey) -> tuple[Share, ...]:
    """Make three new shares of `key`."""
    one, two = os.urandom(KEY_BYTES), os.urandom(KEY_BYTES)
    parts = {1: one, 2: two, 3: _sum(key.secret, one, two)}
    return tuple(
        Share(own, key.name[: 2 * _NAME], {number: part for number, part in parts.items() if number != own})
        for own in HOLDERS
    )


def restore(shares: Mapping[str, Share], *, name: str | None = None) -> MasterKey:
    """The master key from two or three shares, each given with the name by which a refusal mentions it.

    `name` is that of the expected key, if known. Refuses with `shares-needed` unless there are two of different holders,
    and with `share-foreign` if one is of another key or another kit.
    """
    if len({one.number for one in shares.values()}) < 2:
        raise Malformed("shares-needed")
    wanted = (name or next(iter(shares.values())).name)[: 2 * _NAME]
    parts: dict[int, bytes] = {}
    for called, one in shares.items():
        if one.name != wanted or any(parts.setdefault(number, part) != part for number, part in one.parts.items()):
            raise Malformed("share-foreign", share=called)
    key = MasterKey(_sum(*parts.values()))
    if not key.name.startswith(wanted):
        raise Malformed("share-foreign", share=", ".join(shares))
    return key


def _sum(*parts: bytes) -> bytes:
    total = 0
    for part in parts:
        total ^= int.from_bytes(part)
    return total.to_bytes(KEY_BYTES)


def write_share(share: Share) -> str:
    """The share as text: four lines of letters and digits in groups of four."""
    content = bytes([_FORMAT, share.number]) + bytes.fromhex(share.name)
    content += b"".join(share.parts[number] for number in sorted(share.parts))
    lines = [content[start : start + _LINE] for start in range(0, LINES * _LINE, _LINE)]
    return "\n".join(f"{number}: {_grouped(number, line)}" for number, line in enumerate(lines, start=1))


def _grouped(number: int, line: bytes) -> str:
    text = b32encode(line + _check(number, line)).decode("ascii")
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _check(number: int, line: bytes) -> bytes:
    return sha256(b"share:" + bytes([number]) + line).digest()[:_CHECK]


def read_share(text: str, called: str) -> Share:
    """The share in `text`, which may contain other words around its four lines, lower case, and 0 for O, 1 for I, 8 for B.

    Refuses with `share-unreadable` (there are no such lines) and `share-damaged`, naming the line.
    """
    found = [re.sub("[- ]", "", line) for line in _WRITTEN.findall(text.upper())]
    if len(found) != LINES:
        raise Malformed("share-unreadable", share=called)
    content = b"".join(_checked(number, line, called) for number, line in enumerate(found, start=1))
    number, name = content[1], content[2 : 2 + _NAME].hex()
    if content[0] != _FORMAT or number not in HOLDERS:
        raise Malformed("share-unreadable", share=called)
    halves = content[2 + _NAME : 2 + _NAME + KEY_BYTES], content[2 + _NAME + KEY_BYTES :]
    return Share(number, name, dict(zip((one for one in HOLDERS if one != number), halves, strict=True)))


def _checked(number: int, line: str, called: str) -> bytes:
    try:
        content = b32decode(line.translate(_MISREAD))
    except ValueError:  # a 9 is not a digit of base 32
        content = b""
    if content[_LINE:] != _check(number, content[:_LINE]):
        raise Malformed("share-damaged", share=called, line=number)
    return content[:_LINE]


def confirm(key_file: Path, shares: Sequence[tuple[str, Share]], key: MasterKey) -> None:
    """Note beside the master key that its kit works: every holder's share was read back, and any two restore the key.

    Refuses with `holders-needed` unless all three were read, and like `restore`.
    """
    if sorted(one.number for _, one in shares) != list(HOLDERS):
        raise Malformed("holders-needed")
    for left_out in HOLDERS:
        restore({called: one for called, one in shares if one.number != left_out}, name=key.name)
    remember(key_file, key)


def remember(key_file: Path, key: MasterKey) -> None:
    """Note beside the master key that holders of its kit have restored it."""
    path = _confirmation(key_file)
    path.unlink(missing_ok=True)
    write_once(path, f"{key.name}\n")


def is_confirmed(key_file: Path, key: MasterKey) -> bool:
    """Whether the kit of this key was confirmed. After a rotation the new key's kit is not."""
    try:
        return _confirmation(key_file).read_text("utf-8").strip() == key.name
    except (OSError, ValueError):
        return False


def _confirmation(key_file: Path) -> Path:
    return key_file.with_name(f"{key_file.name}.confirmed")
