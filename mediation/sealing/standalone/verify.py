"""Checks a sealed agreement: the bundle (a .zip) or the sealed PDF. It asks no server and changes nothing.

    python3 verify.py agreement.zip
    python3 verify.py agreement.zip --certificate seal.pem     # sealed by this and no other
    python3 verify.py agreement.zip --json                     # the same as a report for machines

It needs Python 3.9 or newer and `cryptography` (pip install cryptography), nothing else. Exit status: 0 it holds, 1 it does
not hold, 2 it could not be read. Whoever made a false bundle made a false certificate with it: so compare the fingerprint of
the seal with the one that the organisation gave you, or give the certificate that you know.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import struct
import sys
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import NameOID

HOLDS, FAILS, UNREADABLE = 0, 1, 2
MOST_BYTES = 64 * 1024**2  # of a file, and of all that is attached to it
MOST_PARTS = 200
MOST_OBJECTS, MOST_DICTIONARY = 200_000, 20_000  # a long agreement has about a thousand objects
MANIFEST, SIGNATURE, CERTIFICATES = "bundle.json", "bundle.p7s", "certificates.pem"
FORM = "mediation-bundle-1"
VERDICT = {True: "PITÄÄ · HÅLLER · HOLDS", False: "EI PIDÄ · HÅLLER INTE · DOES NOT HOLD"}
COMPARE = (
    "Vertaa leiman tunnistetta siihen, jonka organisaatio on antanut sinulle.\n"
    "Jämför stämpelns fingeravtryck med det som organisationen har gett dig.\n"
    "Compare the fingerprint of the seal with the one that the organisation gave you."
)


class Damaged(ValueError):
    """What was read is not in the form that it has to have; the argument is the code of the finding."""


class Report:
    """What was found: (part, code) for everything that is wrong, and what the file says of itself."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.findings: list[tuple[str, str]] = []
        self.says: dict[str, Any] = {}
        self.sealed_by: list[x509.Certificate] = []
        self.attached: dict[str, str] = {}  # the digest of each file in the sealed PDF, by its name
        self.chain: list[x509.Certificate] = []  # what stands above those

    def found(self, part: str, code: str) -> None:
        if (part, code) not in self.findings:
            self.findings.append((part, code))

    @property
    def holds(self) -> bool:
        return not self.findings

    def told(self) -> dict[str, Any]:
        """The report for machines. `trust` says whether the certificate was given, or only came with the file."""
        seals = [{"subject": one.subject.rfc4514_string(), "sha256": fingerprint(one)} for one in self.sealed_by]
        findings = [{"part": part, "code": code} for part, code in self.findings]
        return {
            "report": "mediation-validation-1",
            "kind": self.kind,
            "holds": self.holds,
            "findings": findings,
            "seals": seals,
            **self.says,
        }


def check(content: bytes, trusted: list[x509.Certificate]) -> Report:
    """Check a bundle or a sealed PDF. `trusted` are the certificates by which it may be sealed; none: the one in it."""
    is_bundle = content[:2] == b"PK"
    report = Report("bundle" if is_bundle else "sealed-pdf")
    report.says["trust"] = "given" if trusted else "enclosed"
    try:
        (_check_bundle if is_bundle else _check_pdf)(report, content, trusted, "")
    except Exception:  # whatever a library makes of bytes that somebody made up
        report.found("file", "damaged")
    return report


def check_sealed(pdf: bytes) -> Report:
    """The report on a sealed PDF of any seal, as in a bundle: what a stamp over the whole added behind it is not judged."""
    report = Report("sealed-pdf")
    _check_pdf(report, pdf, [], "sealed: ")
    return report


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def canonical(value: object) -> bytes:
    """JSON in the one form that is digested: keys sorted, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


# The bundle: a zip in one form, so that it is checked by building it again. Nothing is packed, so nothing can burst.

_LOCAL, _LISTED, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_NAME = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def pack(parts: dict[str, bytes], dated: str) -> bytes:
    """The zip of these files, in this order, all dated the same local moment (ISO 8601)."""
    at = datetime.fromisoformat(dated)
    if not 1980 <= at.year <= 2107:
        raise Damaged("damaged")
    time = at.hour << 11 | at.minute << 5 | at.second // 2
    day = (at.year - 1980) << 9 | at.month << 5 | at.day
    files, listing = b"", b""
    for name, content in parts.items():
        of_part = (20, 0, 0, time, day, zlib.crc32(content), len(content), len(content), len(name), 0)
        listing += _LISTED.pack(b"PK\1\2", 20, *of_part, 0, 0, 0, 0, len(files)) + name.encode("ascii")
        files += _LOCAL.pack(b"PK\3\4", *of_part) + name.encode("ascii") + content
    end = _END.pack(b"PK\5\6", 0, 0, len(parts), len(parts), len(listing), len(files), 0)
    return files + listing + end


def unpack(content: bytes) -> dict[str, bytes]:
    """The files of a zip as `pack` makes it. Raises Damaged with what no such zip has."""
    parts: dict[str, bytes] = {}
    at = 0
    while content[at : at + 4] == b"PK\3\4":
        if at + _LOCAL.size > len(content):
            raise Damaged("damaged")
        _, _, flags, method, _, _, _, packed, size, named, extra = _LOCAL.unpack_from(content, at)
        start = at + _LOCAL.size + named
        name = content[at + _LOCAL.size : start]
        if method or flags or extra or packed != size:
            raise Damaged("packed-otherwise")
        if not _NAME.fullmatch(name):
            raise Damaged("unsafe-name")
        if name.decode() in parts:
            raise Damaged("twice")
        if start + size > len(content) or len(parts) == MOST_PARTS:
            raise Damaged("damaged")
        parts[name.decode()] = content[start : start + size]
        at = start + size
    return parts


def _check_bundle(report: Report, content: bytes, trusted: list[x509.Certificate], _: str) -> None:
    try:
        if len(content) > MOST_BYTES:
            raise Damaged("too-large")
        parts = unpack(content)
    except Damaged as error:
        return report.found("file", str(error))
    for needed in (MANIFEST, SIGNATURE, CERTIFICATES):
        if needed not in parts:
            report.found(needed, "missing")
    enclosed = certificates_in(parts.get(CERTIFICATES, b""))
    if not enclosed:
        report.found(CERTIFICATES, "damaged")
    _check_signed(report, parts, trusted or enclosed)
    try:
        manifest = _manifest(parts.get(MANIFEST, b""))
        rebuilt = pack(parts, str(manifest["dated"]))
    except (ValueError, LookupError, TypeError):
        return report.found(MANIFEST, "damaged")
    _check_parts(report, parts, manifest)
    if report.holds and rebuilt != content:  # something before, between or behind the files, or another listing
        report.found("file", "not-as-made")
    _check_sealed(report, parts, manifest, enclosed)


def _check_signed(report: Report, parts: dict[str, bytes], known: list[x509.Certificate]) -> None:
    """Whether the manifest is the one that the seal's key signed."""
    if not {MANIFEST, SIGNATURE} <= parts.keys():
        return
    try:
        signed = Signed(parts[SIGNATURE])
        report.sealed_by.append(signed.signer)
        if not signed.is_over(parts[MANIFEST]):
            report.found(MANIFEST, "changed")
        signed.check()
        if not signed.leads_to(known):
            report.found(SIGNATURE, "not-by-this-key")
    except Damaged:
        report.found(SIGNATURE, "damaged")


def _manifest(content: bytes) -> dict[str, Any]:
    plain = json.loads(content)
    if plain["form"] != FORM or canonical(plain) != content:
        raise Damaged("damaged")
    for one in plain["files"]:
        if not (isinstance(one["name"], str) and isinstance(one["sha256"], str)):
            raise Damaged("damaged")
    return dict(plain)


def _check_parts(report: Report, parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    listed = {one["name"]: one["sha256"] for one in manifest["files"]}
    for name, digest in listed.items():
        if name not in parts:
            report.found(name, "missing")
        elif hashlib.sha256(parts[name]).hexdigest() != digest:
            report.found(name, "changed")
    for name in parts.keys() - listed.keys() - {MANIFEST, SIGNATURE}:
        report.found(name, "not-listed")


def _check_sealed(
    report: Report, parts: dict[str, bytes], manifest: dict[str, Any], enclosed: list[x509.Certificate]
) -> None:
    """Whether the sealed PDF holds by itself, and the files beside it are those that are attached to it."""
    told = {name: manifest.get(name) for name in ("case", "version", "prevailing", "dated", "record", "sealed")}
    name = str(manifest.get("sealed"))
    inner = Report("sealed-pdf")
    if name in parts and enclosed:
        _check_pdf(inner, parts[name], enclosed, f"{name}: ")
    elif not report.findings:
        report.found(MANIFEST, "damaged")
    for part, code in inner.findings:
        report.found(part, code)
    report.chain += inner.chain
    report.sealed_by += [one for one in inner.sealed_by if one not in report.sealed_by]
    if inner.holds and any(inner.says.get(key) != told[key] for key in ("case", "version", "prevailing")):
        report.found(MANIFEST, "not-what-was-signed")
    for one in manifest["files"]:
        if one.get("what") == "frozen" and inner.holds and inner.attached.get(one["name"]) != one["sha256"]:
            report.found(one["name"], "not-what-was-signed")
    report.says.update({**told, **inner.says, "files": manifest["files"], "trust": report.says["trust"]})


# The sealed PDF

_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\]")
_START = re.compile(rb"startxref\r?\n(\d{1,10})\r?\n%%EOF\r?\n?\Z")
_TABLE, _SECTION = re.compile(rb"xref\r?\n"), re.compile(rb"(\d{1,7}) (\d{1,7}) ?\r?\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n|\n)")
_PREVIOUS, _OBJECT = re.compile(rb"/Prev (\d{1,10})"), re.compile(rb"(\d{1,7}) 0 obj\r?\n")
_LENGTH = re.compile(rb"/Length (\d{1,10})(?! \d+ R)")
_FILE, _HELD = re.compile(rb"<</Type/Filespec/F\(([A-Za-z0-9._-]{1,80})\)"), re.compile(rb"/EF<</F (\d{1,7}) 0 R")


def _check_pdf(report: Report, pdf: bytes, trusted: list[x509.Certificate], where: str) -> None:
    if len(pdf) > MOST_BYTES or not pdf.startswith(b"%PDF-"):
        return report.found(f"{where}file", "too-large" if len(pdf) > MOST_BYTES else "not-a-pdf")
    _check_seal(report, pdf, trusted, where)
    if (f"{where}seal", "no-seal") in report.findings:
        return None
    pdf = pdf[: _sealed_until(pdf)]
    try:
        offsets = _offsets(pdf)
        if sum(b"/ByteRange" in pdf[at : pdf.find(b"endobj", at)] for at in offsets.values()) > 1:
            report.found(f"{where}seal", "several-seals")
        files: dict[str, bytes | None] = {}
        for name, content in _attached(pdf, offsets):
            if name in files:
                report.found(f"{where}attachment:{name}", "twice")
            files[name] = content
    except Damaged:
        return report.found(f"{where}file", "damaged")
    return _check_contents(report, files, where)


def _check_seal(report: Report, pdf: bytes, trusted: list[x509.Certificate], where: str) -> None:
    seal, last = f"{where}seal", _sealed_until(pdf)
    if last < len(pdf):  # it was stamped once more as a whole; in a bundle the list answers for what follows the seal
        if not where:
            report.found(seal, "stamped-after")
        pdf = pdf[:last]
    ranges = [tuple(map(int, one.groups())) for one in _RANGE.finditer(pdf)]
    covering = [(start, end) for start, end, rest in ranges if _is_gap(pdf, start, end) and end + rest == len(pdf)]
    if not ranges or len(covering) != 1:
        return report.found(seal, "no-seal" if not ranges else "several-seals" if covering else "not-covered")
    start, end = covering[0]
    digits = pdf[start + 1 : end - 1]
    try:
        if not re.fullmatch(rb"(?:[0-9a-f]{2})+", digits):  # in capitals the same signature would be other bytes
            raise Damaged("damaged")
        contents = bytes.fromhex(digits.decode())
        length = _element(contents, 0)[2]
        if any(contents[length:]):
            raise Damaged("damaged")
        signed = Signed(contents[:length])
        report.sealed_by.append(signed.signer)
        report.chain += signed.others
        if trusted and not signed.leads_to(trusted):
            report.found(seal, "not-by-this-key")
        if not signed.is_over(pdf[:start] + pdf[end:]):
            report.found(seal, "changed")
        signed.check()
        report.says.update(signed.stamped())
    except Damaged:
        report.found(seal, "damaged")
    return None


def _sealed_until(pdf: bytes) -> int:
    """Where the sealed file ended, if a stamp over the whole (PAdES B-LTA) follows the seal; else the end."""
    first = _RANGE.search(pdf)
    last = int(first[2]) + int(first[3]) if first else len(pdf)
    return last if last < len(pdf) and b"/ETSI.RFC3161" in pdf[last:] else len(pdf)


def _is_gap(pdf: bytes, start: int, end: int) -> bool:
    return 2 < end - start < 400_000 and pdf[start : start + 1] + pdf[end - 1 : end] == b"<>"


def _check_contents(report: Report, files: dict[str, bytes | None], where: str) -> None:
    """Whether what is attached is what was signed: the manifest by its digest, and every file by the manifest."""
    plain = {name: _plain(content) for name, content in files.items() if name.endswith(".json")}
    digests = {name: hashlib.sha256(content or b"").hexdigest() for name, content in files.items()}
    pages = [name for name, one in plain.items() if "manifest_digest" in one]
    if len(pages) != 1:
        return report.found(f"{where}signatures", "twice" if pages else "missing")
    page = plain.pop(pages[0])
    told = {name: page.get(name) for name in ("case", "version", "prevailing", "sealed_at", "signatures")}
    report.says.update(told)
    report.attached = digests
    own = [name for name in plain if digests[name] == page["manifest_digest"]]
    if len(own) != 1:
        return report.found(f"{where}manifest", "twice" if own else "missing")
    try:
        _check_lists(report, plain[own[0]], page, digests, where)
        listed = _listed(plain[own[0]])
        report.says["documents"] = _documents(plain[own[0]])
    except (LookupError, TypeError):
        return report.found(f"{where}manifest", "damaged")
    for name, digest in listed.items():
        if digests.get(name) != digest:
            code = "missing" if name not in files else "damaged" if files[name] is None else "changed"
            report.found(f"{where}attachment:{name}", code)
    lists = {one["manifest_sha256"] for one in _annexes(plain[own[0]])}
    others = {name for name in plain if digests[name] in lists}
    for name in files.keys() - listed.keys() - others - {*pages, *own}:
        report.found(f"{where}attachment:{name}", "not-listed")
    return None


def _annexes(manifest: dict[str, Any]) -> list[Any]:
    return list(manifest["annexes"]) if "annexes" in manifest else []


def _documents(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for part in [manifest, *_annexes(manifest)] for one in part["documents"]]


def _listed(manifest: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["sha256"] for one in _documents(manifest)}


def _check_lists(
    report: Report, manifest: dict[str, Any], page: dict[str, Any], digests: dict[str, str], where: str
) -> None:
    """Whether each signature is on this manifest or on an annex of it, and the list of each annex is there."""
    allowed = {(page["manifest_digest"], "annexes" not in manifest)}
    for one in _annexes(manifest):
        allowed.add((one["manifest_sha256"], True))
        if one["manifest_sha256"] not in digests.values():
            report.found(f"{where}attachment:{one['name']}", "missing")
    signed = [(one["digest"], one["annex"]) for one in page["signatures"]]
    stated = all(page[key] == manifest[key] for key in ("case", "version", "prevailing"))
    if not signed or not stated or not allowed.issuperset(signed):
        report.found(f"{where}signatures", "not-what-was-signed")


def _plain(content: bytes | None) -> dict[str, Any]:
    try:
        plain = json.loads(content or b"")
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) and canonical(plain) == content else {}


def _offsets(pdf: bytes) -> dict[int, int]:
    """Where the content of each object of the newest revision begins, by the table of objects."""
    last = _START.search(pdf, max(0, len(pdf) - 64))
    position, seen, offsets = int(last[1]) if last else -1, set[int](), dict[int, int]()
    while position not in seen:
        seen.add(position)
        head = _TABLE.match(pdf, position) if position >= 0 else None
        if not head:
            raise Damaged("damaged")
        end = _read_table(pdf, head.end(), offsets)
        previous = _PREVIOUS.search(pdf, end, min(end + 2000, len(pdf)))
        position = int(previous[1]) if previous else position
    heads = {number: _OBJECT.match(pdf, at) for number, at in offsets.items()}
    if not all(head and int(head[1]) == number for number, head in heads.items()):
        raise Damaged("damaged")
    return {number: head.end() for number, head in sorted(heads.items()) if head}


def _read_table(pdf: bytes, position: int, offsets: dict[int, int]) -> int:
    while section := _SECTION.match(pdf, position):
        position = section.end()
        for number in range(int(section[1]), int(section[1]) + int(section[2])):
            entry = _ENTRY.match(pdf, position)
            if not entry or len(offsets) > MOST_OBJECTS:
                raise Damaged("damaged")
            position = entry.end()
            if entry[3] == b"n":
                offsets.setdefault(number, int(entry[1]))
    return position


def _attached(pdf: bytes, offsets: dict[int, int]) -> Iterator[tuple[str, bytes | None]]:
    """The name and content of each attached file; None where it cannot be unpacked, or all are too large."""
    left = MOST_BYTES
    found = [one for one in (_FILE.match(pdf, at) for at in offsets.values()) if one]
    if len(found) > MOST_PARTS:
        raise Damaged("damaged")
    for file in found:
        held = _HELD.search(pdf, file.end(), file.end() + MOST_DICTIONARY)
        if not held or int(held[1]) not in offsets:
            raise Damaged("damaged")
        content = _stream(pdf, offsets[int(held[1])], left)
        left -= len(content or b"")
        yield file[1].decode("ascii"), content


def _stream(pdf: bytes, start: int, most: int) -> bytes | None:
    end = pdf.find(b"\nstream\n", start, start + MOST_DICTIONARY)
    length = _LENGTH.search(pdf, start, end) if end >= 0 else None
    if not length or b"endobj" in pdf[start:end]:
        return None
    if end + 8 + int(length[1]) > len(pdf):
        raise Damaged("damaged")
    raw = pdf[end + 8 : end + 8 + int(length[1])]
    if b"/Filter" not in pdf[start:end]:
        return raw if len(raw) <= most else None
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(raw, max(most, 1))
    except zlib.error:
        return None
    return content if unpacking.eof and not unpacking.unused_data else None


# The signature (CMS, RFC 5652), in DER alone, and every byte of it accounted for

_SEQUENCE, _SET, _INTEGER, _BITS, _OCTETS, _NULL, _OID = 0x30, 0x31, 0x02, 0x03, 0x04, 0x05, 0x06
_CONTEXT_0, _CONTEXT_1 = 0xA0, 0xA1
_DATA, _SIGNED_DATA = bytes.fromhex("2a864886f70d010701"), bytes.fromhex("2a864886f70d010702")
_CONTENT_TYPE, _DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
_SIGNING_CERTIFICATE = bytes.fromhex("2a864886f70d010910022f")
_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}
_ECDSA = {bytes.fromhex("2a8648ce3d04030" + one) for one in "234"}
_RSA = {bytes.fromhex("2a864886f70d0101" + one) for one in ("01", "0b", "0c", "0d")}
_TIME_STAMP, _STAMP_INFO = bytes.fromhex("2a864886f70d010910020e"), bytes.fromhex("2a864886f70d0109100104")
# Of (r, s) and (r, order - s), which anybody can compute from it, only the smaller s is accepted.
_ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}
Hash = hashes.HashAlgorithm


def _element(data: bytes, at: int) -> tuple[int, bytes, int]:
    """The element of DER at `at`: its tag, its content, and where it ends."""
    if at + 2 > len(data):
        raise Damaged("damaged")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
        if not 0 < size < 5 or length < 0x80 or size != (length.bit_length() + 7) // 8:
            raise Damaged("damaged")
    if start + length > len(data):
        raise Damaged("damaged")
    return data[at], data[start : start + length], start + length


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def _elements(content: bytes) -> list[tuple[int, bytes]]:
    found, at = list[tuple[int, bytes]](), 0
    while at < len(content):
        tag, inner, at = _element(content, at)
        found.append((tag, inner))
    return found


def _tags(content: bytes) -> list[int]:
    return [tag for tag, _ in _elements(content)]


def _members(content: bytes, *tags: int) -> list[bytes]:
    """The contents of the elements in `content`, which have just these tags where any are given."""
    found = _elements(content)
    if tags and [tag for tag, _ in found] != list(tags):
        raise Damaged("damaged")
    return [inner for _, inner in found]


def _verify(certificate: x509.Certificate, kind: bytes, signature: bytes, signed: bytes, hashed: Hash) -> None:
    """Raises Damaged unless the key of the certificate signed it."""
    try:
        key = certificate.public_key()
        if isinstance(key, ec.EllipticCurvePublicKey) and kind in _ECDSA:
            key.verify(signature, signed, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey) and kind in _RSA:
            key.verify(signature, signed, padding.PKCS1v15(), hashed)
        else:
            raise Damaged("damaged")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise Damaged("damaged") from error


class Signed:
    """A signature by one signer: detached, or a token of a time-stamp. Raises Damaged unless it is spelt in the one way."""

    def __init__(self, der: bytes, *, token: bool = False) -> None:
        try:
            self.version, self.algorithms, self.content, self.enclosed, signers = _signed_data(der)
            [signer] = _members(signers, _SEQUENCE)
            kinds = _INTEGER, _SEQUENCE, _SEQUENCE, _CONTEXT_0, _SEQUENCE, _OCTETS
            fields = _members(signer, *kinds, *([_CONTEXT_1] if _tags(signer)[6:] else []))
            _, _, self.digested, self.attributes, self.algorithm, self.signature, *self.later = fields
            self.hash = _HASHES[_kind(self.digested)]
            self.values = _attributes(self.attributes)
            own = _members(_members(_members(_members(self.values[_SIGNING_CERTIFICATE])[0])[0])[0])[0]
            known = _certificates(self.enclosed)
            self.signer = next(one for one in known if one.fingerprint(hashes.SHA256()) == own)
        except (LookupError, ValueError, StopIteration, UnsupportedAlgorithm) as error:
            raise Damaged("damaged") from error
        self.others = [one for one in known if one != self.signer]
        detached = b"\1", _der(_SEQUENCE, self.digested), _der(_OID, _DATA)
        if not token and (self.version, self.algorithms, self.content) != detached:
            raise Damaged("damaged")
        [digested] = _members(self.algorithms, _SEQUENCE)
        if token and (self.version, _kind(digested)) != (b"\3", _kind(self.digested)):
            raise Damaged("damaged")
        if self._assembled() != der:
            raise Damaged("damaged")

    def _assembled(self) -> bytes:
        serial = self.signer.serial_number
        issuer = self.signer.issuer.public_bytes()
        number = _der(_INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
        signer = _der(
            _SEQUENCE,
            _der(_INTEGER, b"\1"),
            _der(_SEQUENCE, issuer, number),
            _der(_SEQUENCE, self.digested),
            _der(_CONTEXT_0, self.attributes),
            _der(_SEQUENCE, self.algorithm),
            _der(_OCTETS, self.signature),
            *(_der(_CONTEXT_1, one) for one in self.later),
        )
        whole = _der(_INTEGER, self.version) + _der(_SET, self.algorithms) + _der(_SEQUENCE, self.content)
        whole += _der(_CONTEXT_0, self.enclosed) + _der(_SET, signer)
        return _der(_SEQUENCE, _der(_OID, _SIGNED_DATA), _der(_CONTEXT_0, _der(_SEQUENCE, whole)))

    def is_over(self, content: bytes) -> bool:
        """Whether it signs this content."""
        digest = hashlib.new(self.hash.name, content).digest()
        return self.values.get(_DIGEST) == _der(_OCTETS, digest)

    def check(self, *, strictly: bool = True) -> None:
        """Raises Damaged unless the key of its certificate made it; `strictly`: in the one way of the two that we accept."""
        _verify(self.signer, _kind(self.algorithm), self.signature, _der(_SET, self.attributes), self.hash)
        key = self.signer.public_key()
        if strictly and isinstance(key, ec.EllipticCurvePublicKey):
            r, s = decode_dss_signature(self.signature)
            if encode_dss_signature(r, min(s, _ORDERS.get(key.curve.name, 2 * s) - s)) != self.signature:
                raise Damaged("damaged")
        if self.values.get(_CONTENT_TYPE) != _der(_OID, _members(self.content)[0]) or not self._is_chain():
            raise Damaged("damaged")

    def _is_chain(self) -> bool:
        """Whether every other certificate is above its own, and each was issued by the one that it names."""
        every = [self.signer, *self.others]
        for one in every:
            above = [other for other in every if other.subject == one.issuer]
            own = one is self.signer and one.issuer == one.subject
            if above and not own and not any(_issued(one, other) for other in above):
                return False
            if not above and one is not self.signer and _is_root(one):
                return False
        return all(any(one.issuer == other.subject for one in every if one is not other) for other in self.others)

    def stamped(self) -> dict[str, Any]:
        """What a time-stamp authority says of it, if one does. Raises Damaged where the stamp is of something else."""
        if not self.later:
            return {}
        name, token = _members(_members(self.later[0], _SEQUENCE)[0], _OID, _SET)
        if name != _TIME_STAMP:
            raise Damaged("damaged")
        return {"time_stamp": _stamp(token, self.signature)}

    def leads_to(self, known: list[x509.Certificate]) -> bool:
        """Whether its certificate is a known one, or was issued by a known one, step by step."""
        one, left = self.signer, [*self.others, *known]
        while one not in known:
            issuer = next((other for other in left if _issued(one, other)), None)
            if issuer is None:
                return False
            left.remove(issuer)
            one = issuer
        return True


def _signed_data(der: bytes) -> list[bytes]:
    """The version, algorithms, content, certificates and signers of signed data."""
    [outer] = _members(der, _SEQUENCE)
    kind, inner = _members(outer, _OID, _CONTEXT_0)
    if kind != _SIGNED_DATA:
        raise Damaged("damaged")
    return _members(_members(inner, _SEQUENCE)[0], _INTEGER, _SET, _SEQUENCE, _CONTEXT_0, _SET)


def _attributes(content: bytes) -> dict[bytes, bytes]:
    return {one[0]: one[1] for one in (_members(each, _OID, _SET) for each in _members(content))}


def _kind(algorithm: bytes) -> bytes:
    """The name of an algorithm that is spelt in one of the two ways: with nothing behind its name, or with a null."""
    name, *rest = _elements(algorithm) or [(_NULL, b"")]
    if name[0] != _OID or rest not in ([], [(_NULL, b"")]):
        raise Damaged("damaged")
    return name[1]


def _certificates(content: bytes) -> list[x509.Certificate]:
    for tag, one in _elements(content):
        if tag != _SEQUENCE or not _members(one, _SEQUENCE, _SEQUENCE, _BITS)[2].startswith(b"\0"):
            raise Damaged("damaged")
    try:
        return [x509.load_der_x509_certificate(_der(_SEQUENCE, one)) for one in _members(content)]
    except x509.InvalidVersion as error:
        raise Damaged("damaged") from error


def _stamp(token: bytes, stamped: bytes) -> dict[str, Any]:
    """The moment that a token (RFC 3161) gives, and by whom. Who may give it is not judged: that takes their certificate."""
    signed = Signed(token, token=True)
    kind, enclosed = _members(signed.content, _OID, _CONTEXT_0)
    [info] = _members(enclosed, _OCTETS)
    fields = _members(_members(info, _SEQUENCE)[0])
    algorithm, imprint = _members(fields[2], _SEQUENCE, _OCTETS)
    hashed = _HASHES.get(_kind(algorithm))
    right = hashed is not None and hashlib.new(hashed.name, stamped).digest() == imprint
    if kind != _STAMP_INFO or not right or not signed.is_over(info):
        raise Damaged("damaged")
    signed.check(strictly=False)
    by = signed.signer
    told = re.fullmatch(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d{1,9})?Z", fields[4])
    names = by.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not told:
        raise Damaged("damaged")
    at = "{}-{}-{}T{}:{}:{}+00:00".format(*(one.decode() for one in told.groups()))
    return {"at": at, "authority": str(names[0].value) if names else "", "known": False}


def _is_root(one: x509.Certificate) -> bool:
    """Whether a certificate says that nobody is above it (RFC 5280, 4.2.1.1): then it has to name itself as its issuer."""
    try:
        above = one.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        own = one.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return own == above


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
        return bool(issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False


def certificates_in(content: bytes) -> list[x509.Certificate]:
    """The certificates in these bytes (PEM or DER), in their order; none where there is none, or one is no certificate."""
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except (ValueError, x509.InvalidVersion):
        return []


def main(given: list[str] | None = None) -> int:
    """Check a file, say the verdict, and give the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="the bundle (.zip) or the sealed PDF")
    parser.add_argument("--certificate", type=Path, help="the seal's certificate that you know (PEM)")
    parser.add_argument("--json", action="store_true", help="the report for machines")
    asked = parser.parse_args(given)
    try:
        content = asked.file.read_bytes()
        trusted = certificates_in(asked.certificate.read_bytes()) if asked.certificate else []
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return UNREADABLE
    if asked.certificate and not trusted:
        print(f"{asked.certificate}: not a certificate", file=sys.stderr)
        return UNREADABLE
    report = check(content, trusted)
    if asked.json:
        print(json.dumps(report.told(), indent=1, sort_keys=True))
    else:
        print(in_words(report, asked.file.name))
    return HOLDS if report.holds else FAILS


def in_words(report: Report, name: str) -> str:
    """The verdict for people: what is wrong, or what it says of itself and which seal to compare."""
    lines = [f"{name}: {VERDICT[report.holds]}", *(f"  {part}: {code}" for part, code in report.findings)]
    if not report.holds:
        return "\n".join(lines)
    lines.append(f"  {report.says['case']}, {report.says['version']}, {report.says['sealed_at']}")
    for one in report.sealed_by:
        lines.append(f"  {one.subject.rfc4514_string()}\n  SHA-256 {fingerprint(one)}")
    return "\n".join(lines if report.says["trust"] == "given" else [*lines, COMPARE])


if __name__ == "__main__":
    sys.exit(main())
