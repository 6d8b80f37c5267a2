"""Checks a seal with a certificate of one's own, or with a time-stamp: the signature, the stamps, and what follows them.

What a stamp adds to its end is no part of what was sealed. So the file is read as it was when the seal was put on, and of what
follows it is only looked at whether it changes nothing.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from itertools import islice
from typing import Any

from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from mediation.sealing import chained_cms
from mediation.sealing.chained_cms import Chain
from mediation.sealing.time_stamps import NoStamp, Stamp, check_signed

CHAINED_DIGITS = 49152  # reserved for the signature with its chain and time-stamp, in hexadecimal digits

_BYTE_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\]")
_MOST_STAMPS = 10
_MOST_CANDIDATES = 1000


@dataclass(frozen=True)
class Checked:
    """What is wrong, each with its part; where the sealed file ended; and the stamp on the seal."""

    wrong: tuple[tuple[str, str], ...]
    end: int
    stamp: Stamp | None = None


def is_chained(pdf: bytes) -> bool:
    """Whether a file has a signature with the room that these seals have."""
    return _place(pdf) is not None


def check_chained(pdf: bytes, chain: Chain, roots: Sequence[asn1.Certificate]) -> Checked:
    """Whether the seal is of this chain and covers the file, and whether only stamps follow it. Never raises."""
    place = _place(pdf)
    if place is None or place[2] > len(pdf):
        return Checked((("not-covered", "seal"),), len(pdf))
    try:
        stamp, wrong = _check(pdf, place, chain, roots)
    except Exception:  # whatever a library makes of bytes that somebody made up
        return Checked((("damaged", "seal"),), place[2])
    return Checked(tuple(wrong), place[2], stamp)


def _place(pdf: bytes) -> tuple[int, int, int] | None:
    """Where the signature of the seal begins and ends, and where the file ended when it was put on."""
    for found in islice(_BYTE_RANGE.finditer(pdf), _MOST_CANDIDATES):
        start, rest, length = int(found[1]), int(found[2]), int(found[3])
        if rest - start == CHAINED_DIGITS + 2 and pdf[start : start + 1] + pdf[rest - 1 : rest] == b"<>":
            return start, rest, rest + length
    return None


def _check(
    pdf: bytes, where: tuple[int, int, int], chain: Chain, roots: Sequence[asn1.Certificate]
) -> tuple[Stamp | None, list[tuple[str, str]]]:
    start, rest, end = where
    der = _contents(pdf, start, rest)
    content = sha256(pdf[:start] + pdf[rest:end]).digest()
    [seal] = PdfFileReader(BytesIO(pdf[:end])).embedded_signatures
    signature = seal.signer_info["signature"].native
    token = _token(seal)
    if not chained_cms.is_signature(der, content, chain, signature, token.dump() if token is not None else None):
        return None, [(_why(der, content, chain), "seal")]
    if token is None:
        return None, [("not-covered", "seal")] if end != len(pdf) else []
    stamp = check_signed(token["content"], partial(_digest, signature), roots)
    return stamp, list(_after(pdf, end, roots))


def _contents(pdf: bytes, start: int, rest: int) -> bytes:
    """The signature (DER). ValueError unless it is in small digits, and only zeros follow."""
    digits = pdf[start + 1 : rest - 1]
    if not re.fullmatch(rb"[0-9a-f]+", digits):
        raise ValueError("not in our digits")
    whole = bytes.fromhex(digits.decode("ascii"))
    length = 2 + (whole[1] & 0x7F) + int.from_bytes(whole[2 : 2 + (whole[1] & 0x7F)], "big")
    if any(whole[length:]):
        raise ValueError("something follows the signature")
    return whole[:length]


def _token(seal: EmbeddedPdfSignature) -> Any:
    """The time-stamp token on a signature, if it has one."""
    later = seal.signer_info["unsigned_attrs"]
    found = [one["values"][0] for one in later if one["type"].native == "signature_time_stamp_token"] if later else []
    return found[0] if found else None


def _why(der: bytes, content: bytes, chain: Chain) -> str:
    if chain.signer.public_bytes(Encoding.DER) not in der:
        return "not-by-this-key"
    return "damaged" if content in der else "changed"


def _after(pdf: bytes, end: int, roots: Sequence[asn1.Certificate]) -> Iterator[tuple[str, str]]:
    """What is wrong with what follows the seal: nothing but certificates, lists and stamps may, and a stamp covers all."""
    if end == len(pdf):
        return
    reader = PdfFileReader(BytesIO(pdf))
    seal, *stamps = reader.embedded_signatures
    if not 0 < len(stamps) <= _MOST_STAMPS or len(reader.embedded_timestamp_signatures) != len(stamps):
        yield "several-seals", "seal"
        return
    seal.compute_integrity_info()
    if seal.diff_result is None or seal.diff_result.modification_level > ModificationLevel.LTA_UPDATES:
        yield "not-covered", "seal"
    for number, one in enumerate(stamps):
        ranges = [int(each) for each in one.byte_range]
        start, rest, last = ranges[1], ranges[2], ranges[2] + ranges[3]
        if ranges[0] != 0 or (number == len(stamps) - 1 and last != len(pdf)):
            yield "not-covered", "seal"
        _contents(pdf, start, rest)
        try:
            check_signed(one.signed_data, partial(_digest, pdf[:start] + pdf[rest:last]), roots)
        except NoStamp:
            yield "damaged", "seal"


def _digest(content: bytes, kind: str) -> bytes:
    return hashlib.new(kind, content).digest()
